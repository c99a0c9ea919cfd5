"""Where the signer's name stands: the row of bold print under the position, on its middle.

The trouble: an engine that is given a whole place of signature drops the row that a seal or a pen touches; given the
row alone it reads it. But no word tells where the row is, as none was read.

The evidence: names are bold and stand centred under the position; strokes of a pen and the letters of a seal are thin.

What it never does: read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.imaging.recognisers import Image
from pipeline.imaging.strokes import INK, Circle


@dataclass(frozen=True, slots=True)
class Position:
    """The lines above a name, in pixels of the picture: their middle, the foot of the lowest, the usual height."""

    middle: float
    bottom: float
    height: float


# In heights of the position's line.
BOLD = 0.1  # thickness that bold letters have at the least
WIDE = 8.0  # half of what a name and its rank take at the most
ROW = 0.55  # letters without marks
LEAST_INK = 0.8  # of bold ink in a row of the picture, as a mean over the row of print
BLANK = 1.3  # between the words of a name
AROUND = (1.0, 0.9, 0.45, 0.35)  # left, right, above (for its marks), below
ASTRAY = 2.5  # that a stamped name may stand farther to the left
EDGE = 0.4  # share of the fullest row's ink from which on a row is of the print
MIDDLE_OF_SEAL = 0.45  # of its radius: a star or an emblem is bold, too


def find(
    picture: Image, position: Position, rings: Sequence[Circle], stamped: bool
) -> tuple[int, int, int, int] | None:
    """Left, right, top and bottom of the row of the name; None where there is no bold print. `picture` is without the
    strokes that lie over it, as far as they could be taken out; `rings` are the seal's that lay there. A name that is
    `stamped` need not stand on the middle."""
    height = position.height
    core = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (max(2, round(BOLD * height)),) * 2)
    bold = cv2.morphologyEx((picture < INK).astype(np.uint8), cv2.MORPH_OPEN, core)
    for ring in rings[:1]:
        cv2.circle(bold, (round(ring.x), round(ring.y)), round(MIDDLE_OF_SEAL * ring.radius), 0, -1)
    left, top = max(0, round(position.middle - WIDE * height)), round(position.bottom + 0.2 * height)
    part = bold[top:, left : round(position.middle + WIDE * height)]
    window = max(3, round(ROW * height))
    middle = round(position.middle) - left
    if part.shape[0] <= window or not 0 <= middle < part.shape[1]:
        return None
    profile = np.convolve(part.sum(axis=1), np.ones(window) / window, "same")
    fullest = int(profile.argmax())
    if profile[fullest] < LEAST_INK * height:
        return None
    thin = np.flatnonzero(profile <= EDGE * profile[fullest])
    first = max(thin[thin < fullest], default=-1) + 1
    last = min(thin[thin > fullest], default=len(profile))
    right = _right_end(part[first:last].any(axis=0), middle, round(BLANK * height))
    around = [share * height for share in AROUND]
    around[0] += stamped * ASTRAY * height
    return (
        max(0, round(left + 2 * middle - right - around[0])), min(picture.shape[1], round(left + right + around[1])),
        max(0, round(top + first - around[2])), min(picture.shape[0], round(top + last + around[3])),
    )


def _right_end(inked: Image, middle: int, blank: int) -> int:
    """The last inked column that is reached from the middle over gaps of at most `blank`. Only the right end is
    looked for: a seal lies over the left one, which is as far from the middle."""
    right = middle
    for at in np.flatnonzero(inked[middle:]) + middle:
        if at - right > blank:
            break
        right = int(at)
    return right
