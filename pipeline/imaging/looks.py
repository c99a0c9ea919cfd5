"""Pictures of one place for a recogniser to look at again: larger, without thin strokes, one ink alone.

The trouble: a seal and a signature lie over bold print, and no one picture of the place is read best everywhere.

What it never does: add ink.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from pipeline.imaging import inks
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
    crop: Image, colour: Image | None, dpi: float, fine: tuple[float, Image] | None = None
) -> Iterator[tuple[float, Image]]:
    """Scale and picture of each look at a place, the most telling first. `colour` is the place in RGB, same size;
    `fine` is the place from the page's own pixels with its scale, where the copy has fewer."""
    if colour is not None:
        for alone, scales in ((inks.black_alone(colour), BLACK), (inks.red_alone(colour, dpi), RED)):
            if alone is not None:
                yield from ((scale, _sized(alone, scale)) for scale in scales)
    for number, (scale, thin) in enumerate(GREY):
        yield scale, _sized(crop if thin else without_thin(crop), scale)
        if fine is not None and not number:
            yield fine


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
