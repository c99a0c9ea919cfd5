"""The inks of a coloured place parted: the black print alone, and the red ink alone.

The trouble: a pen in blue and a seal in red lie over the name, or the name itself was stamped in red beside a red
seal; in grey all three are one.

The evidence: hue and chroma; a seal is round. Where colour lies over black, the lightest channel shows the black alone.

What it never does: draw a stroke; what is not in the one ink is paper.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from pipeline.imaging import strokes
from pipeline.imaging.marks import SEAL_SIZE, colour_masks
from pipeline.imaging.recognisers import Image
from pipeline.imaging.strokes import Circle

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


def red_alone(place: Image) -> Image | None:
    """The red ink of an RGB place as black on white; None where there is hardly any."""
    red, _ = colour_masks(place)
    if red.mean() < LEAST_COLOURED:
        return None
    high = place[..., 0].astype(np.int16)
    chroma = high - np.minimum(place[..., 1], place[..., 2]).astype(np.int16)
    level = max(1.0, float(np.percentile(chroma[red > 0], 60)))
    near = cv2.dilate(red, np.ones((3, 3), np.uint8)) > 0
    ink = np.clip(chroma.astype(np.float32) * (255.0 / level), 0, 255) * near
    return np.asarray(255 - ink, np.uint8)


INK = 170  # level under which a picture of one ink has some of it
FILLED = 0.12  # share of its box that a part of a ring inks; letters that hang together have 0.3 and more


def without_seals(picture: Image, dpi: float) -> Image:
    """The picture of one ink with all that stands in round seals made paper."""
    picture = picture.copy()
    least = SEAL_SIZE[0] / 50.8 * dpi
    seals = _of_seals(strokes.circles(picture, dpi))
    for seal in seals:
        cv2.circle(picture, (round(seal.x), round(seal.y)), round(seal.radius), 255, -1)
    if seals:  # what is left of a ring's rim
        _, labels, stats, _ = cv2.connectedComponentsWithStats((picture < INK).astype(np.uint8), connectivity=8)
        for label, (_, _, wide, high, inked) in enumerate(stats[1:], 1):
            if max(wide, high) > least and inked < FILLED * wide * high:
                picture[cv2.dilate((labels == label).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0] = 255
    return picture


def _of_seals(circles: Sequence[Circle]) -> list[Circle]:
    """Of the circles found, the best first, those that are rings of seals apart from one another."""
    seals: list[Circle] = []
    for one in circles:
        away = [float(np.hypot(one.x - seal.x, one.y - seal.y)) / max(one.radius, seal.radius) for seal in seals]
        if all(share > 2.0 or share < 0.1 for share in away):
            seals.append(one)
    return seals
