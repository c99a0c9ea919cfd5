"""Two pages on one picture: an open book, or a folded sheet of A3 scanned flat.

Each half is cleaned and read as a page of its own, since its lines, its tilt and its letters are its own; the file's
page stays one, with the words of the left half before those of the right. The evidence is a strip of bare paper from
top to bottom near the middle of a picture that is wider than high, with upright text on both sides of it. A title or
a line of a table that crosses the middle makes it one page.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pipeline.imaging import measure
from pipeline.imaging.images import PageInput
from pipeline.imaging.recognisers import Image

# Width to height: two A4 sheets have 1.41; photographs and scans leave room around them.
WIDE = (1.15, 1.75)
# Where the fold lies, and how wide the strip is, in shares of the width: the inner margins of two pages make 0.08.
MIDDLE = (0.40, 0.60)
LEAST_STRIP = 0.025
# Share of the ink that each half has at least.
LEAST_HALF = 0.15
# Dots on the strip: staples, holes and specks cover this share of it at most.
DOTS = 0.006
_SLOPES = np.linspace(-0.045, 0.045, 19)  # up to 2.6 degrees askew


def fold(flat: Image) -> float | None:
    """Where a grey picture of two pages is to be parted, in pixels from the left; None where it shows one."""
    height, width = flat.shape
    if not WIDE[0] < width / height < WIDE[1]:
        return None
    small, scale = measure.small_copy(flat)
    mask = measure.ink_mask(small)
    edge = mask.shape[0] // 30
    mask = mask[edge : mask.shape[0] - edge]
    rows, columns = mask.shape
    ys, xs = np.nonzero(mask)
    low, high = round(MIDDLE[0] * columns), round(MIDDLE[1] * columns)
    left_share = np.count_nonzero(xs < columns / 2) / max(1, len(xs))
    if not LEAST_HALF < left_share < 1 - LEAST_HALF or len(xs) < 500:
        return None
    widest, place = 0, 0.0
    for slope in _SLOPES:
        sheared = np.rint(xs - slope * (ys - rows / 2)).astype(np.int64)
        inked = np.bincount(sheared[(sheared >= low) & (sheared < high)] - low, minlength=high - low)
        edges = np.flatnonzero(np.diff(np.concatenate([[1], inked > DOTS * rows, [1]])))
        for start, stop in zip(edges[::2], edges[1::2], strict=False):
            if stop - start > widest:
                widest, place = int(stop - start), low + (start + stop) / 2
    if widest < LEAST_STRIP * columns:
        return None
    cut = round(place)
    sides = (mask[:, :cut], mask[:, cut:])
    if any(measure.neighbours_above(np.ascontiguousarray(side)) > measure.SIDEWAYS for side in sides):
        return None
    return place / scale


def halves(page: PageInput) -> tuple[PageInput, PageInput] | None:
    """The two pages of a picture, left and right, each with its way to the points of the whole; None for one page."""
    image = page.image
    if image is None:
        return None
    cut = fold(measure.grey(image))
    if cut is None:
        return None
    at = round(cut)
    a, b, c, d, e, f = page.to_points
    right = replace(page, image=np.ascontiguousarray(image[:, at:]), to_points=(a, b, c + a * at, d, e, f + d * at))
    return replace(page, image=np.ascontiguousarray(image[:, :at])), right
