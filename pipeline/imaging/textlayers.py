"""Whether the text layer of a PDF page says what stands on the page, and its words in the form the reader uses.

The evidence: the share of legal syllables and of syllables with marks, and over a scan the share of the ink that the
layer lies on.
"""

from __future__ import annotations

import math
from dataclasses import replace

import cv2
import numpy as np

from pipeline.errors import RecognitionFailed
from pipeline.imaging.images import Affine, compose, turning
from pipeline.imaging.pdfpages import LAYER_UNIT, Frame
from pipeline.imaging.pdfpictures import Picture
from pipeline.imaging.pdfwords import Layer
from pipeline.imaging.recognisers import SeenWord
from pipeline.knowledge import encodings, vietnamese

# A text layer of a page, by its share of legal syllables (see encodings.py and docs/imaging.md).
TRUSTED_SHARE = 0.95
DOUBTFUL_SHARE = 0.80
# In sound Vietnamese 7 syllables in 10 carry a mark; 3 in 10 leaves room for tables of names and figures.
LEAST_MARKED = 0.30
# Over a scan, fewer words than this are a stamp (a digital signature's line has about 12), not the page's text.
OVERLAY_WORDS = 25
# Over a scan, the layer must lie on at least this share of the ink; half a page of text is no text layer.
LEAST_COVER = 0.5
# An image of at least this share of the page makes it a scan.
SCAN_SHARE = 0.5


def turn_back(turn: int, area: Frame) -> Affine:
    """From the upright page back to the page as shown."""
    sideways = turn in (90, 270)
    width, height = (area.height, area.width) if sideways else (area.width, area.height)
    return turning(-turn % 360, width, height)


def _texts(conversion: encodings.Conversion) -> list[str]:
    return [text for line in conversion.text.split("\n") for text in line.split(" ")]


def converted_words(layer: Layer, conversion: encodings.Conversion) -> tuple[SeenWord, ...]:
    """The layer's words with the converted text. Raises RecognitionFailed where words were joined or split."""
    flat = _texts(conversion)
    if len(flat) != len(layer.words):
        raise RecognitionFailed("", "The decoded text layer does not have the words of the original.")
    capitals = layer.capitals if conversion.encoding == "tcvn3" else frozenset()
    return tuple(
        replace(word, text=text.upper() if index in capitals else text)
        for index, (word, text) in enumerate(zip(layer.words, flat, strict=True)) if text
    )


def is_sound(
    layer: Layer, conversion: encodings.Conversion, cover: float, scanned: bool
) -> bool:
    """Whether the layer says what stands on the page.

    The layer of a born-digital page is the page itself, so doubt (0.80 to 0.95) goes to the layer with a notice;
    that of a scan is somebody's reading of it, and doubt goes to a new reading.
    """
    if len(_texts(conversion)) != len(layer.words):
        return False  # its words have blanks in them: which is which cannot be told
    if cover < LEAST_COVER or layer.unmapped > sum(len(word.text) for word in layer.words) // 50:
        return False
    letters = sum(1 for char in conversion.text if char.isalpha())
    if letters < 40 and not scanned:
        # Nothing to judge by: a page number, a form of figures.
        return conversion.after >= DOUBTFUL_SHARE
    if encodings.marked_share(conversion.text) < LEAST_MARKED:
        return False
    return conversion.after >= (TRUSTED_SHARE if scanned else DOUBTFUL_SHARE)


def ink_cover(layer: Layer, picture: Picture) -> float:
    """Share of the dark marks of the scan that lie under words of the layer, 0 to 1."""
    image = picture.image
    scale = max(600 / max(image.shape[:2]), 1 / min(image.shape[:2]))
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY) if image.ndim == 3 else image
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    paper = cv2.medianBlur(cv2.dilate(small, np.ones((9, 9), np.uint8)), 21)
    ink = (paper.astype(np.int16) - small > 40).astype(np.uint8)
    edge = 12
    ink[:edge] = ink[-edge:] = 0
    ink[:, :edge] = ink[:, -edge:] = 0
    if not ink.any():
        return 1.0
    covered = np.zeros_like(ink)
    height, width = ink.shape
    area_width, area_height = picture.to_points[0] * image.shape[1], picture.to_points[4] * image.shape[0]
    across, down = width / area_width, height / area_height
    upright = (area_height, area_width) if layer.turn in (90, 270) else (area_width, area_height)
    a, b, c, d, e, f = turning(-layer.turn % 360, *upright)
    unit = LAYER_UNIT
    for word in layer.words:
        xs = sorted(a * x * unit + b * y * unit + c for x, y in ((word.left, word.top), (word.right, word.bottom)))
        ys = sorted(d * x * unit + e * y * unit + f for x, y in ((word.left, word.top), (word.right, word.bottom)))
        left, right = int(xs[0] * across) - 3, math.ceil(xs[1] * across) + 3
        top, bottom = int(ys[0] * down) - 3, math.ceil(ys[1] * down) + 3
        covered[max(0, top) : max(0, bottom), max(0, left) : max(0, right)] = 1
    return float((ink & covered).sum() / ink.sum())


def stamp_lines(
    layer: tuple[SeenWord, ...], turn: int, area: Frame
) -> tuple[tuple[SeenWord, ...], ...]:
    """The words by lines, in points of the shown page."""
    a, b, c, d, e, f = compose(
        (LAYER_UNIT, 0, 0, 0, LAYER_UNIT, 0), turn_back(turn, area),
    )
    lines: dict[int, list[SeenWord]] = {}
    for word in layer:
        xs = sorted((a * word.left + b * word.top + c, a * word.right + b * word.bottom + c))
        ys = sorted((d * word.left + e * word.top + f, d * word.right + e * word.bottom + f))
        moved = replace(
            word, text=vietnamese.compose(word.text), left=round(xs[0]), top=round(ys[0]), right=round(xs[1]),
            bottom=round(ys[1]),
        )
        lines.setdefault(word.line, []).append(moved)
    return tuple(tuple(words) for words in lines.values())
