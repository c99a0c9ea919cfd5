"""The inks of a coloured place parted: the black print alone, and the red ink alone.

The trouble: a pen in blue and a seal in red lie over the name, or the name itself was stamped in red beside a red
seal; in grey all three are one.

The evidence: hue and chroma; a seal is round. Where colour lies over black, the lightest channel shows the black alone.

What it never does: draw a stroke; what is not in the one ink is paper.
"""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.imaging.marks import SEAL_SIZE, colour_masks
from pipeline.imaging.recognisers import Image

# Pixels by which a coloured stroke is widened: its rim is mixed with paper and black and has little colour left.
RIM = 5
# Share of a place that must be coloured for it to be looked at by its inks: the pen of one signature has 0.01.
LEAST_COLOURED = 0.004


def black_alone(place: Image) -> Image | None:
    """The grey picture of an RGB place without its red and blue ink; None where there is hardly any."""
    red, blue = colour_masks(place)
    ink = red | blue
    if ink.mean() < LEAST_COLOURED:
        return None
    grey = np.asarray(cv2.cvtColor(place, cv2.COLOR_RGB2GRAY), np.uint8)
    lightest = place.max(axis=2)
    level = max(1.0, float(np.percentile(lightest[ink > 0], 15)))
    lit = np.clip(lightest.astype(np.float32) * (255.0 / level), 0, 255).astype(np.uint8)
    lit = np.minimum(lit, np.uint8(np.median(grey)))  # no lighter than the paper
    near = cv2.dilate(ink, np.ones((RIM, RIM), np.uint8)) > 0
    return np.where(near, np.maximum(grey, lit), grey)


def red_alone(place: Image, dpi: float) -> Image | None:
    """The red ink of an RGB place as black on white, round seals left out; None where there is hardly any."""
    red, _ = colour_masks(place)
    if red.mean() < LEAST_COLOURED:
        return None
    high = place[..., 0].astype(np.int16)
    chroma = high - np.minimum(place[..., 1], place[..., 2]).astype(np.int16)
    level = max(1.0, float(np.percentile(chroma[red > 0], 60)))
    near = cv2.dilate(red, np.ones((3, 3), np.uint8)) > 0
    ink = np.clip(chroma.astype(np.float32) * (255.0 / level), 0, 255) * near
    return _without_seals((255 - ink).astype(np.uint8), dpi)


INK = 170  # level under which a picture of one ink has some of it
SEEK_DPI = 100.0  # at which circles are looked for: a ring of half a millimetre is two pixels wide
ROUND = 0.6  # how much of a circle must be there, 0 to 1; seals of the real scans have 0.8 and more
FILLED = 0.12  # share of its box that a part of a ring inks; letters that hang together have 0.3 and more


def _without_seals(picture: Image, dpi: float) -> Image:
    """A picture with the round seals in it made paper."""
    factor = min(1.0, SEEK_DPI / dpi)
    small = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    least, most = (round(size / 2 / 25.4 * dpi * factor) for size in SEAL_SIZE)
    found = cv2.HoughCircles(
        cv2.GaussianBlur(small, (3, 3), 0), cv2.HOUGH_GRADIENT_ALT, 1.5, 1.0, param1=200, param2=ROUND,
        minRadius=least, maxRadius=most,
    )
    circles = [] if found is None else _of_seals(found[0] / factor)
    for x, y, radius in circles:
        cv2.circle(picture, (round(x), round(y)), round(radius), 255, -1)
    if len(circles):  # what is left of a ring's rim
        _, labels, stats, _ = cv2.connectedComponentsWithStats((picture < INK).astype(np.uint8), connectivity=8)
        for label, (_, _, wide, high, inked) in enumerate(stats[1:], 1):
            if max(wide, high) > least / factor and inked < FILLED * wide * high:
                picture[cv2.dilate((labels == label).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0] = 255
    return picture


def _of_seals(circles: Image) -> list[tuple[float, float, float]]:
    """Of the circles found, the best first, those that are rings of seals apart from one another."""
    seals: list[tuple[float, float, float]] = []
    for x, y, radius in circles.tolist():
        away = [float(np.hypot(x - a, y - b)) / max(radius, r) for a, b, r in seals]
        if all(share > 2.0 or share < 0.1 for share in away):
            seals.append((x, y, radius))
    return seals
