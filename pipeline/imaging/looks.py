"""Pictures of one place for a recogniser to look at again: larger, without thin strokes, one ink alone.

The trouble: a seal and a signature lie over bold print, and no one picture of the place is read best everywhere.

What it never does: add ink.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.imaging import inks, namerow, strokes
from pipeline.imaging.recognisers import Image

# The looks at the grey picture: scale, and whether thin strokes stay. Each of the four alone read a line of the 16 own
# feet under seals that the three others lost.
GREY = ((1.0, True), (1.35, True), (1.0, False), (0.75, True))
# Scales of the looks at one ink alone, where there is colour; they come first, as nothing lies over the print there.
BLACK, RED = (1.35, 1.0), (1.0, 1.35)
INK = 150  # grey level under which there is ink on the evened copy, whose paper is near 255


# Scale from which the page's own pixels are worth a look, and up to which they are taken: on a directive of the real
# scans whose copy had 137 of 301 dpi a name under a seal was read whole at 2.2 times, and at no scale of the copy.
FINER, FINEST = 1.15, 2.2


def pictures(
    crop: Image, colour: Image | None, dpi: float, fine: Callable[[], tuple[float, Image] | None] = lambda: None,
    toned: Callable[[], Image | None] = lambda: None,
) -> Iterator[tuple[float, Image]]:
    """Scale and picture of each look at a place, the most telling first. `colour` is the place in RGB, same size;
    `fine` gives the place from the page's own pixels with its scale, None where the copy has as many, `toned` the
    place in the tones it came in, None where these are two: both cost time and are asked only when their turn comes."""
    if colour is None:
        place = toned()
        dark = None if place is None else print_alone(place)
        if dark is not None:
            yield 1.0, dark
        rings = strokes.seal_rings(crop, dpi)
        if rings:
            yield 1.0, strokes.without_rings(crop, rings)
    else:
        black, red = inks.black_alone(colour), inks.red_alone(colour)
        red = None if red is None else inks.without_seals(red, dpi)
        for alone, scales in ((black, BLACK), (red, RED)):
            if alone is not None:
                yield from ((scale, _sized(alone, scale)) for scale in scales)
    for number, (scale, thin) in enumerate(GREY):
        yield scale, _sized(crop if thin else without_thin(crop), scale)
        own = None if number else fine()
        if own is not None:
            yield own


# In grey a seal in red has half the darkness of print, the pen that signs two thirds. Of the darkest ink's contrast
# with the paper, so much is no print, and so much more all of it.
NO_PRINT, TO_PRINT = 0.62, 0.3
# Percentile of the ink's contrast that is that of print, and the contrast from which on there is ink at all.
DARKEST, SOME_INK = 85, 0.25
# Share of the ink of a place that is lighter than print where a seal lies in it: 0.5 to 0.6 under eight seals in grey.
# With less there is no seal; with more the print itself is pale.
LIGHTER = (0.15, 0.65)
LEAST_INK = 50  # pixels


def print_alone(place: Image) -> Image | None:
    """The print of a grey place without what is lighter than it, a red seal or a blue pen in grey; None where nothing
    is, or where nothing would be left. `place` has the tones that the page came in."""
    paper = _paper(place)
    ink = np.clip(paper - place, 0, 255) / np.maximum(paper, 1)
    there = ink > SOME_INK
    if there.sum() < LEAST_INK:
        return None
    kept = np.clip((ink / np.percentile(ink[there], DARKEST) - NO_PRINT) / TO_PRINT, 0, 1)
    lighter = float((kept[there] == 0).mean())
    return (255 - 255 * kept).astype(np.uint8) if LIGHTER[0] < lighter < LIGHTER[1] else None


def _paper(place: Image) -> npt.NDArray[np.float32]:
    """The tone of the paper around each pixel: the median of some lines of print."""
    height, width = place.shape
    small = cv2.resize(place, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    spread = cv2.resize(cv2.medianBlur(small, 31), (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(spread, np.float32)


# Looks at the row of a name: scale, whether the strokes of a pen are taken out first (as the rings of a seal are), and
# whether it is read as one line: an engine that looks for lines itself loses words among strokes, and finds others
# that it loses as one line. Of a name stamped in red, under a red seal, the red ink alone is looked at.
ROW = ((1.0, False, False), (1.35, False, True), (1.0, True, False), (1.35, True, True))
RED_ROW = ((1.35, False, False), (1.0, False, True))


@dataclass(frozen=True, slots=True)
class NameRow:
    """The row of a name in a place: its corner in the place's pixels; scale, picture and whether it is to be read as
    one line of each look."""

    left: int
    top: int
    looks: tuple[tuple[float, Image, bool], ...]


def of_name(place: Image, dpi: float, position: namerow.Position, ink_alone: bool = False) -> NameRow | None:
    """Looks at the row of the name in a place, grey or one ink alone; None where no row stands out."""
    rings = strokes.seal_rings(place, dpi)
    unringed = strokes.without_rings(place, rings)
    unstroked = unringed if ink_alone else strokes.without_pen(unringed, position.height)
    row = namerow.find(unstroked, position, rings, ink_alone)
    if row is None:
        return None
    left, right, top, bottom = row
    pictures = []
    drawn = not np.array_equal(unstroked, unringed)
    for scale, pen, line in RED_ROW if ink_alone else ROW:
        if pen and not drawn:
            continue
        picture = unstroked if pen else unringed
        part = picture[top:bottom, left:right]
        framed = cv2.copyMakeBorder(
            part, FRAME, FRAME, FRAME, FRAME, cv2.BORDER_CONSTANT, value=int(np.median(picture))
        )
        pictures.append((scale, _sized(framed, scale), line))
    return NameRow(left - FRAME, top - FRAME, tuple(pictures))


FRAME = 15  # pixels of paper that an engine wants around a line


def _sized(picture: Image, scale: float) -> Image:
    if scale == 1.0:
        return picture
    return np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC), np.uint8)


def without_thin(crop: Image) -> Image:
    """The crop without strokes of one or two pixels: pen and seal go, bold letters keep all but hairlines."""
    ink = (crop < INK).astype(np.uint8)
    round3, round7 = (cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)) for size in (3, 7))
    kept = cv2.dilate(cv2.erode(ink, round3), round7) & ink
    out = crop.copy()
    out[(ink > 0) & (kept == 0)] = 255
    return out
