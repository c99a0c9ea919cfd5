"""A page image becomes an upright, straight, even copy for the recogniser, with the way back to the original.

Only a copy is cleaned; the archived image is not touched. Everything is measured first (`measure.py`) and only what
is needed is done, since each treatment costs letters somewhere: Tesseract reads grey, so nothing is made black and
white here, and nothing is enlarged unless the letters are too small for the model.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import cv2
import numpy as np

from pipeline import measure
from pipeline.document import Step, Turn
from pipeline.images import Back, Cleaned, Matrix
from pipeline.measure import Measures
from pipeline.recognisers import Image

VERSION = "1"

# Below this tilt turning the page costs more sharpness than it gives; Tesseract itself bears half a degree.
LEAST_SKEW = 0.15
# Where the paper's level differs more than this over the page, or lies below the second figure, it is divided out.
UNEVEN = 0.06
DARK_PAPER = 235.0
# Letters below the first are enlarged to the second, above the third shrunk to it (pixels of x-height).
SMALL_LETTERS = 13.0
WANTED_X_HEIGHT = 20.0
LARGE_LETTERS = 36.0
BLANK_INK = 0.0004


def _turned_back(turn: int, width: int, height: int) -> Matrix:
    """From pixels of the image after `turn` clockwise to pixels of the `width` x `height` image before it."""
    match turn:
        case 90:
            rows = [[0, 1, 0], [-1, 0, height], [0, 0, 1]]
        case 180:
            rows = [[-1, 0, width], [0, -1, height], [0, 0, 1]]
        case 270:
            rows = [[0, -1, width], [1, 0, 0], [0, 0, 1]]
        case _:
            rows = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    return np.array(rows, dtype=np.float64)


def turn_image(image: Image, turn: int) -> Image:
    """The image turned clockwise by quarter turns."""
    return np.ascontiguousarray(np.rot90(image, -(turn // 90) % 4)) if turn else image


def plain(image: Image, dpi: float, turn: Turn = 0) -> Cleaned:
    """The copy without any treatment but the turn: for a page on which cleaning failed."""
    measures = measure.measure(image)
    height, width = image.shape[:2]
    flat = turn_image(measure.grey(image), turn)
    return Cleaned(flat, dpi, turn, Back(_turned_back(turn, width, height)), measures)


def clean(image: Image, dpi: float, turn: Turn | None = None) -> Cleaned:
    """The OCR copy of a page image (grey or RGB). `turn` overrides what the image itself says about which way is up.

    The evidence for the turn here is of the image alone; `pages.py` checks it by reading.
    """
    measures = measure.measure(image)
    height, width = image.shape[:2]
    done: dict[str, Any] = {}
    flat = measure.grey(image)
    if measures.dark_background:
        flat = cv2.bitwise_not(flat)
        done["inverted"] = True
    if measures.ink_share < BLANK_INK:
        back = Back(np.eye(3))
        return Cleaned(flat, dpi, 0, back, measures, blank=True, steps=(_step(measures, {"blank": True}),))
    turn = measure.turn_of(flat) if turn is None else turn
    flat = turn_image(flat, turn)
    if turn:
        done["turned"] = turn
        measures = replace(measures, skew=measure.measure(flat).skew)
    to_before = _turned_back(turn, width, height)
    even = measures.bilevel or (measures.unevenness < UNEVEN and measures.paper > DARK_PAPER)
    if not even:
        flat = even_out(flat)
        done["evened"] = True
    scale = 1.0
    if 0 < measures.x_height < SMALL_LETTERS:
        scale = min(3.0, WANTED_X_HEIGHT / measures.x_height)
    elif measures.x_height > LARGE_LETTERS:
        scale = LARGE_LETTERS / measures.x_height
    skew = measures.skew if abs(measures.skew) >= LEAST_SKEW else 0.0
    flat, forward = straighten(flat, skew, scale)
    if skew:
        done["deskewed"] = round(skew, 2)
    if scale != 1.0:
        done["scaled"] = round(scale, 3)
    back = Back(to_before @ np.linalg.inv(forward))
    return Cleaned(flat, dpi * scale, turn, back, measures, steps=(_step(measures, done),))


def _step(measures: Measures, done: dict[str, Any]) -> Step:
    return Step("clean", VERSION, {"measured": measures.as_json(), "done": done})


def straighten(flat: Image, skew: float, scale: float) -> tuple[Image, Matrix]:
    """The image turned by -skew degrees about its middle and scaled, and the map from old pixels to new."""
    height, width = flat.shape[:2]
    if not skew and scale == 1.0:
        return flat, np.eye(3)
    if not skew:
        size = (round(width * scale), round(height * scale))
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        resized: Image = cv2.resize(flat, size, interpolation=method)
        return resized, np.diag([size[0] / width, size[1] / height, 1.0])
    angle = math.radians(skew)
    cos, sin = math.cos(angle), math.sin(angle)
    wide, high = abs(width * cos) + abs(height * sin), abs(width * sin) + abs(height * cos)
    forward = np.array([
        [scale * cos, scale * sin, scale * (wide / 2 - cos * width / 2 - sin * height / 2)],
        [-scale * sin, scale * cos, scale * (high / 2 + sin * width / 2 - cos * height / 2)],
        [0, 0, 1],
    ])
    method = cv2.INTER_AREA if scale < 0.7 else cv2.INTER_CUBIC
    turned: Image = cv2.warpPerspective(
        flat, forward, (math.ceil(wide * scale), math.ceil(high * scale)), flags=method,
        borderMode=cv2.BORDER_CONSTANT, borderValue=255,
    )
    return turned, forward


def even_out(flat: Image) -> Image:
    """Paper made white everywhere: each pixel divided by the level of the paper around it."""
    small, _ = measure.small_copy(flat, 900)
    paper = measure.paper_map(small)
    paper = cv2.resize(np.maximum(paper, 24), (flat.shape[1], flat.shape[0]), interpolation=cv2.INTER_LINEAR)
    evened: Image = cv2.divide(flat, paper, scale=255)
    return evened
