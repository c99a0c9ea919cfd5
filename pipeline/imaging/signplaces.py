"""Where on a page people sign: the column under a power or a position, or two columns side by side.

The trouble: recipients stand beside it and run into it; two who sign for two bodies share its lines.

The evidence, in order of trust: powers and positions in capitals, "Nơi nhận", the halves of the page.

What it never does: read."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np

from pipeline.imaging import signlines
from pipeline.imaging.recognisers import Image
from pipeline.imaging.signlines import GUTTER, SURE_POWER, SignLine
from pipeline.knowledge import recipients, signers

# Inches that a place of signature reaches down from its first line, and its left edge as a share of the page.
REACH, LEFTMOST = 2.8, 0.38

# Left, right, top and bottom of the place where one signs, in pixels.
Area = tuple[int, int, int, int]


def areas(image: Image, dpi: float, lines: Sequence[SignLine]) -> tuple[Area, ...]:
    """The columns under the signers' powers: that at the right, with one at the left where two sign side by side; ()
    on a page without a place of signature."""
    height, width = image.shape[:2]
    leftmost = LEFTMOST * width
    powers: list[float] = []
    beside: list[tuple[float, float]] = []  # top and right edge of powers at the left
    heads: list[float] = []
    for line in lines:
        if recipients.is_recipients_head(" ".join(word.text for word in line.words[:2])):
            heads.append(line.top)
        for part in signlines.parts_of(line):
            if not part.text.isupper() or signers.authority_likeness(part.text) < SURE_POWER:
                continue
            if part.left > leftmost:
                powers.append(part.top)
            elif part.words[-1].right < width / 2 and part.left > BESIDE * width:
                beside.append((part.top, part.words[-1].right))
    starts = powers if powers and max(powers) + REACH * dpi / 2 > max(heads, default=0.0) - REACH * dpi else heads
    if not starts:
        return ()
    near = [start for start in powers + heads if abs(max(starts) - start) < REACH * dpi / 2]
    pitch = round(0.2 * dpi)
    top, bottom = max(0, round(min(near)) - pitch), min(height, round(min(near) + REACH * dpi))
    rows = [start for start in powers if top <= start < bottom]
    both = [right for start, right in beside if any(abs(start - power) < 2 * pitch for power in rows)]
    if not both:
        return ((round(leftmost), width, top, bottom),)
    below = [head for head in heads if head > max(rows)]
    if below:
        bottom = min(bottom, round(min(below)) - 3)
    middle = round((max(both) + min(part.left for part in _powers_of(lines, leftmost, rows))) / 2)
    return (0, middle, top, bottom), (middle, width, top, bottom)


BESIDE = 0.12  # of the page's width: where a signer's power at the left begins at the least, as it is centred


def _powers_of(lines: Sequence[SignLine], leftmost: float, rows: Sequence[float]) -> list[SignLine]:
    """The parts of lines at the right whose tops are among `rows`."""
    return [part for line in lines for part in signlines.parts_of(line) if part.left > leftmost and part.top in rows]


def part_of(colours: Image | None, shape: tuple[int, ...], area: Area) -> Image | None:
    """The place of signature cut out of a coloured copy of another size, in the size of the page's image."""
    if colours is None:
        return None
    left, right, top, bottom = area
    ratio = shape[0] / colours.shape[0]
    rows, columns = (slice(round(a / ratio), max(1, round(b / ratio))) for a, b in ((top, bottom), (left, right)))
    size = (right - left, bottom - top)
    return np.asarray(cv2.resize(colours[rows, columns], size, interpolation=cv2.INTER_CUBIC), np.uint8)


def blank_left_column(
    crop: Image, lines: Sequence[SignLine], left: int, top: int, width: int, scale: float = 1.0
) -> None:
    """Make paper of the ends of the recipients' lines in a cut-out of `scale` times the page's size."""
    for line in lines:
        end = _end_of_column(line, 0.62 * width) if line.left < 0.3 * width else 0.0
        if end > left and line.bottom > top and line.top < top + crop.shape[0] / scale:
            first, last = max(0.0, line.top - 3 - top), line.bottom + 3 - top
            crop[round(scale * first) : round(scale * last), : round(scale * (end + 3 - left))] = 255


def _end_of_column(line: SignLine, furthest: float) -> float:
    """The right edge of the words of a line before its first gutter; 0 where it runs on over the page."""
    height = line.bottom - line.top
    for word, after in pairwise(line.words):
        if after.left - word.right > GUTTER * height:
            return float(word.right)
    last = line.words[-1].right
    return float(last) if last < furthest else 0.0


def part_inside(line: SignLine, area: Area, width: int) -> SignLine | None:
    left, right, top, bottom = area
    if not top <= (line.top + line.bottom) / 2 < bottom:
        return None
    end = _end_of_column(line, 0.62 * width) if left and line.left < 0.3 * width else 0.0
    words = tuple(word for word in line.words if max(left - 2, end) <= word.left < right)
    return SignLine(words) if words else None
