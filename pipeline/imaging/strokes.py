"""Strokes that lie over print in one colour with it, taken out: the rings of a seal, the straight strokes of a pen.

The trouble: on a grey or black-and-white page nothing but shape tells a seal and a signature from the name under them,
and an engine takes a name that they touch for a part of the picture.

The evidence: a ring runs around a centre, a pen far and straight or aslant; both are thinner than bold letters. Where
something crosses them, the ink across them is longer than they are thick.

What it never does: take ink out where letters cross, or add any.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.imaging.marks import SEAL_SIZE
from pipeline.imaging.recognisers import Image

INK = 150  # grey level under which there is ink on the evened copy, whose paper is near 255
SEEK_DPI = 100.0  # at which circles are looked for: a ring of half a millimetre is two pixels wide
BLURRED = (3, 3)
# How much of a circle must be there, 0 to 1: seals of the real scans in red have 0.8 and more, in black under a
# signature 0.55 and more.
ROUND, ROUND_IN_GREY = 0.6, 0.55
MARGIN_MM = 15.0  # of paper put around a place: a seal may be cut by its edge
COVERED = 0.5  # share of a ring that is there and thin: worn seals have 0.6, letters that stand in a circle 0.4
CROSSED = 1.6  # times its usual thickness from which on something crosses a stroke


@dataclass(frozen=True, slots=True)
class Circle:
    """In pixels of the picture; the middle may lie outside it."""

    x: float
    y: float
    radius: float


def circles(picture: Image, dpi: float, least_round: float = ROUND, least_mm: float = SEAL_SIZE[0]) -> list[Circle]:
    """The circles from `least_mm` across up to the largest seal in a grey picture, the best first."""
    factor = min(1.0, SEEK_DPI / dpi)
    small = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    margin = round(MARGIN_MM / 25.4 * dpi * factor)
    small = cv2.copyMakeBorder(small, margin, margin, margin, margin, cv2.BORDER_CONSTANT, value=255)
    least, most = (round(size / 2 / 25.4 * dpi * factor) for size in (least_mm, SEAL_SIZE[1]))
    found = cv2.HoughCircles(
        cv2.GaussianBlur(small, BLURRED, 0), cv2.HOUGH_GRADIENT_ALT, 1.5, 1.0, param1=200, param2=least_round,
        minRadius=least, maxRadius=most,
    )
    if found is None:
        return []
    return [Circle((x - margin) / factor, (y - margin) / factor, r / factor) for x, y, r in found[0].tolist()]


INNER_MM = 12.0  # across, of the ring around the middle of a seal


def seal_rings(picture: Image, dpi: float) -> tuple[Circle, ...]:
    """The rings of the clearest round seal in a grey picture, its rim first; () where there is none."""
    found = circles(picture, dpi, ROUND_IN_GREY, INNER_MM)
    rim = next((circle for circle in found if circle.radius * 50.8 / dpi >= SEAL_SIZE[0]), None)
    if rim is None:
        return ()
    rings = [rim]
    for circle in found:
        away = float(np.hypot(circle.x - rim.x, circle.y - rim.y))
        apart = min(abs(circle.radius - other.radius) for other in rings)
        if away < CONCENTRIC * rim.radius and apart > WANDER * rim.radius:
            rings.append(circle)
    return tuple(rings)


CONCENTRIC = 0.05  # of the radius


def without_rings(picture: Image, rings: Sequence[Circle]) -> Image:
    """The picture without the rings of a seal, where nothing crosses them; a rim may have a thin line beside it."""
    for ring in rings:
        for _ in range(2):
            picture = _without_ring(picture, ring)
    return picture


def _around(picture: Image, seal: Circle, radii: npt.NDArray[np.float64], count: int) -> npt.NDArray[np.bool_]:
    """Whether there is ink, by angle (rows) and radius (columns)."""
    angles = np.linspace(0, 2 * np.pi, count, endpoint=False)
    across = seal.x + np.outer(np.cos(angles), radii)
    down = seal.y + np.outer(np.sin(angles), radii)
    sampled = cv2.remap(
        picture, across.astype(np.float32), down.astype(np.float32), cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT, borderValue=255,
    )
    return np.asarray(sampled < INK)


def _without_ring(picture: Image, ring: Circle) -> Image:
    """The picture without one ring, which may wander about its circle by a few pixels."""
    reach = max(4, round(WANDER * ring.radius))
    offsets = np.arange(-3 * reach, 3 * reach + 1, 0.5)
    count = round(2 * np.pi * ring.radius * 1.5)
    inked = _around(picture, ring, ring.radius + offsets, count)
    wide = max(5, count // 24) | 1
    closed = np.vstack([inked[-wide:], inked, inked[:wide]]).astype(np.float32)
    usual = cv2.blur(closed, (3, wide))[wide:-wide]  # where the ring runs hereabouts
    usual[:, np.abs(offsets) > reach] = 0
    runs = _runs(inked, usual.argmax(axis=1))
    if runs is None:
        return picture
    first, last, taken = runs
    if taken.mean() < COVERED:
        return picture
    out = picture.copy()
    height, width = picture.shape
    edge = ring.radius + 2 * reach
    rows, columns = np.mgrid[
        max(0, int(ring.y - edge)) : min(height, int(ring.y + edge)),
        max(0, int(ring.x - edge)) : min(width, int(ring.x + edge)),
    ]
    radius = np.hypot(columns - ring.x, rows - ring.y) - ring.radius
    turn = np.arctan2(rows - ring.y, columns - ring.x) % (2 * np.pi) / (2 * np.pi)
    at = np.minimum((turn * count).astype(int), count - 1)
    gone = taken[at] & (radius >= offsets[first][at] - RIM) & (radius <= offsets[last][at] + RIM)
    out[rows[gone], columns[gone]] = np.median(picture)
    return out


WANDER = 0.06  # of the radius
RIM = 1.2  # pixels on either side of a stroke that are grey with it


def _runs(
    inked: npt.NDArray[np.bool_], middle: npt.NDArray[np.intp]
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], npt.NDArray[np.bool_]] | None:
    """First and last column of the ink through `middle` in each row, and whether it is as long as usual; None where
    there is none. Columns are half a pixel wide."""
    rows, last_column = np.arange(len(inked)), inked.shape[1] - 1
    there = inked[rows, middle]
    for step in (-1, 1):
        there |= inked[rows, np.clip(middle + step, 0, last_column)]
    if not there.any():
        return None
    ends = []
    for step in (-1, 1):
        end = middle.copy()
        for _ in range(inked.shape[1] // 2):
            after = np.clip(end + step, 0, last_column)
            on = there & inked[rows, after] & (after != end)
            if not on.any():
                break
            end = np.where(on, after, end)
        ends.append(end)
    long = (ends[1] - ends[0] + 1) * 0.5
    thick = float(np.median(long[there]))
    return ends[0], ends[1], there & (long <= CROSSED * thick + 1)


# Heights of a line of print: a stroke this long is no part of a letter; a slanting one is none from the second on, as
# the strokes of V and W have 1.0.
LONG, LONG_ASLANT = 2.2, 1.2
ASLANT = (0.25, 0.95)  # sine of the angle
THIN = 0.2  # heights: bold stems have 0.25 and more
MOST_STROKES = 400
WHOLE = 0.45  # share of a stroke that must be thin


def without_pen(picture: Image, height: float) -> Image:
    """The picture without long thin straight strokes, where nothing crosses them. `height` is that of a printed line
    in pixels, marks and all."""
    ink = (picture < INK).astype(np.uint8)
    found = cv2.HoughLinesP(
        ink * 255, 1, np.pi / 360, round(0.72 * LONG_ASLANT * height), minLineLength=LONG_ASLANT * height, maxLineGap=3
    )
    if found is None:
        return picture
    out = picture.copy()
    paper = np.median(picture)
    for stroke in found.reshape(-1, 4)[:MOST_STROKES].tolist():
        _take_out(out, ink, stroke, height, paper)
    return out


def _take_out(out: Image, ink: Image, stroke: Sequence[float], height: float, paper: float) -> None:
    """Make paper of one straight stroke, in place."""
    x0, y0, x1, y1 = stroke
    long = float(np.hypot(x1 - x0, y1 - y0))
    if long < LONG * height and not ASLANT[0] < abs(y1 - y0) / long < ASLANT[1]:
        return
    along = np.linspace(0, long, round(1.5 * long))
    to_x, to_y = (x1 - x0) / long, (y1 - y0) / long
    reach = max(4, round(0.5 * height))
    offsets = np.arange(-reach, reach + 0.5, 0.5)
    across = x0 + along[:, None] * to_x - offsets * to_y
    down = y0 + along[:, None] * to_y + offsets * to_x
    inked = cv2.remap(ink, across.astype(np.float32), down.astype(np.float32), cv2.INTER_NEAREST) > 0
    runs = _runs(inked, np.full(len(along), len(offsets) // 2))
    if runs is None:
        return
    first, last, taken = runs
    thick = float(np.median((last - first + 1)[taken])) * 0.5 if taken.any() else height
    if thick > THIN * height or taken.mean() < WHOLE:
        return
    rim = round(RIM / 0.5)
    columns = np.arange(len(offsets))
    gone = taken[:, None] & (columns >= (first - rim)[:, None]) & (columns <= (last + rim)[:, None])
    rows_at = np.clip(np.rint(down[gone]).astype(int), 0, out.shape[0] - 1)
    out[rows_at, np.clip(np.rint(across[gone]).astype(int), 0, out.shape[1] - 1)] = paper
