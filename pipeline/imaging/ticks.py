"""Ticks of a pen before the lines of a page, taken out: "✓ 2. Thời gian" by the hand of a reader.

An engine reads one as "V/", "VÝ" or "⁄" before the number of a paragraph, which is then none, or at the end of the line
above. A tick is one thin line, larger than letters, that falls a little and rises far, with nothing before it on its
line. Printed ticks are bullets: as small as letters, or several of one size under one another.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.imaging.recognisers import Image

INK = 150  # grey level under which there is ink
# Height and width of a tick, in x-heights; capitals have 1.5. Most of its box is paper.
HIGH, WIDE, FILLED = (1.6, 6.0), (0.9, 6.0), 0.4
# Where its lowest point stands, in its widths; how far it falls to that, how much lower than the end of the rising arm
# the other end is, and how far that arm may leave a straight line, in its heights. A J rises at once, a V has both ends
# at one height.
LOWEST, FALLS, LOWER, STRAIGHT = (0.08, 0.6), 0.12, 0.2, 0.25
# What stands on its line: letters with so much of their height beside it, as far as so many x-heights.
BESIDE, REACH = 0.4, (25.0, 8.0)
ALIKE, ALIKE_WITHIN = 3, 0.2  # so many of one size under one another, within so many x-heights, are bullets
RIM = 2  # pixels around a tick that are not quite white


def without_ticks(copy: Image, x_height: float) -> tuple[Image, int]:
    """A grey copy, dark on light, without ticks, and how many there were. `x_height` in pixels."""
    if x_height <= 0:
        return copy, 0
    ink = (copy < INK).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    _, _, wide, high, area = stats.T
    large = (high > HIGH[0] * x_height) & (high < HIGH[1] * x_height)
    large &= (wide > WIDE[0] * x_height) & (wide < WIDE[1] * x_height) & (area < FILLED * wide * high)
    large[0] = False
    letters = stats[1:][(np.maximum(wide, high) >= 0.45 * x_height)[1:] & (high < HIGH[1] * x_height)[1:]]
    found = [
        int(label) for label in np.flatnonzero(large)
        if _opens_a_line(stats[label], letters, x_height) and _is_tick(labels, int(label), stats[label])
    ]
    found = [one for one in found if sum(_are_alike(stats[one], stats[other], x_height) for other in found) < ALIKE]
    result = copy.copy() if found else copy
    for label in found:
        left, top, w, h, _ = (int(value) for value in stats[label])
        place = np.s_[max(0, top - RIM) : top + h + RIM, max(0, left - RIM) : left + w + RIM]
        own = (labels[place] == label).astype(np.uint8)
        own = cv2.dilate(own, np.ones((2 * RIM + 1, 2 * RIM + 1), np.uint8))
        result[place][(own > 0) & np.isin(labels[place], (0, label))] = 255
    return result, len(found)


def _opens_a_line(box: npt.NDArray[np.int32], letters: npt.NDArray[np.int32], x_height: float) -> bool:
    """Whether letters stand behind a mark, and none before it; boxes are left, top, width, height, area."""
    left, top, wide, high, _ = box
    shared = np.minimum(letters[:, 1] + letters[:, 3], top + high) - np.maximum(letters[:, 1], top)
    beside = letters[shared > BESIDE * letters[:, 3]]
    ends, starts = beside[:, 0] + beside[:, 2], beside[:, 0]
    before = (starts < left) & (ends > left - REACH[0] * x_height)
    behind = (starts > left + wide / 2) & (starts < left + wide + REACH[1] * x_height)
    return bool(behind.any() and not before.any())


def _is_tick(labels: npt.NDArray[np.int32], label: int, box: npt.NDArray[np.int32]) -> bool:
    """Whether a mark is one thin line that falls a little and rises far."""
    left, top, wide, high, _ = (int(value) for value in box)
    own = labels[top : top + high, left : left + wide] == label
    upper = own.argmax(axis=0).astype(np.float64)
    lower = high - 1 - own[::-1].argmax(axis=0).astype(np.float64)
    if not own.any(axis=0).all() or (own.sum(axis=0) < 0.6 * (lower - upper + 1)).mean() > 0.2:
        return False  # a letter: level rows of it part
    low = int(lower.argmax())
    if not LOWEST[0] * wide < low < LOWEST[1] * wide:
        return False
    if lower[low] - lower[0] < FALLS * high or upper[0] - upper[-1] < LOWER * high:
        return False
    arm = (upper + lower)[low:] / 2
    straight = np.linspace(arm[0], arm[-1], len(arm))
    return bool(np.abs(arm - straight).max() < STRAIGHT * high)


def _are_alike(box: npt.NDArray[np.int32], other: npt.NDArray[np.int32], x_height: float) -> bool:
    """Whether two marks begin under one another and are of one size."""
    return bool((np.abs(box - other)[[0, 2, 3]] < ALIKE_WITHIN * x_height).all())
