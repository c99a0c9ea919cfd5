"""Synthetic pages: real sentences, rendered, worn and read again, so that what is true is known.

A page has one typeface, size and resolution, as a plan has; its paragraphs are roman, bold or italic and some
stand in capitals. Wear is drawn per page: blur, noise, thin or thick ink, skew, JPEG, bilevel. Every engine
reads the same image. A face is used only when its own character map holds every letter of the alphabet.
"""
from __future__ import annotations

import io
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import tesserocr
from fontTools.ttLib import TTFont
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from pipeline.knowledge import vietnamese

Pixels = NDArray[np.uint8]

STYLES = ("Regular", "Bold", "Italic", "BoldItalic")
# (family, weight). Times-like faces carry two thirds: that is what the decree on form prescribes.
FAMILIES = (
    ("LiberationSerif", 40), ("Tinos", 25), ("NotoSerif", 8), ("DejaVuSerif", 6), ("LiberationSans", 6),
    ("Arimo", 4), ("Carlito", 5), ("NotoSans", 3), ("DejaVuSans", 3),
)
STYLE_WEIGHTS = (62, 15, 18, 5)
ODD_NAMES = {
    ("DejaVuSerif", "Regular"): "DejaVuSerif", ("DejaVuSans", "Regular"): "DejaVuSans",
    ("DejaVuSans", "Italic"): "DejaVuSans-Oblique", ("DejaVuSans", "BoldItalic"): "DejaVuSans-BoldOblique",
}
DPI = ((110, 6), (130, 9), (150, 20), (200, 35), (250, 8), (300, 22))
SIZES = (11, 12, 13, 13, 14, 14)  # points
LINES = 28


@dataclass(frozen=True, slots=True)
class Engine:
    """A Tesseract model with its page segmentation mode."""

    model: str
    psm: int


# Engines with their weights; None reads nothing.
Choice = Sequence[tuple[Engine | None, float]]
ENGINES: tuple[Choice, ...] = (
    ((Engine("eng", 6), 70), (Engine("eng", 3), 18), (Engine("eng", 4), 4), (Engine("Latin", 6), 8)),
    ((None, 55), (Engine("vie", 6), 30), (Engine("vie", 3), 5), (Engine("Vietnamese", 6), 10)),
)


class Faces:
    """The typefaces found in a folder that hold the whole alphabet."""

    def __init__(self, folder: Path) -> None:
        by_stem = {path.stem: path for path in folder.rglob("*.ttf")}
        self.paths: dict[tuple[str, str], Path] = {}
        for family, _ in FAMILIES:
            for style in STYLES:
                path = by_stem.get(ODD_NAMES.get((family, style), f"{family}-{style}"))
                if path and self._whole(path):
                    self.paths[family, style] = path
        self.families = [pair for pair in FAMILIES if (pair[0], "Regular") in self.paths]
        if not self.families:
            raise FileNotFoundError(f"no typeface under {folder} holds the Vietnamese alphabet")

    @staticmethod
    def _whole(path: Path) -> bool:
        with TTFont(path, lazy=True) as font:
            return {ord(letter) for letter in vietnamese.LETTERS} <= set(font.getBestCmap())

    def choose(self, rng: random.Random) -> str:
        names, weights = zip(*self.families, strict=True)
        return str(rng.choices(names, weights)[0])

    def load(self, family: str, style: str, pixels: int) -> ImageFont.FreeTypeFont:
        path = self.paths.get((family, style)) or self.paths[family, "Regular"]
        return ImageFont.truetype(str(path), pixels)


def render(paragraphs: Iterator[str], faces: Faces, rng: random.Random) -> tuple[Pixels, list[str], dict[str, Any]]:
    """A page of LINES printed lines, its true lines and how it was set."""
    family = faces.choose(rng)
    dpi = rng.choices([d for d, _ in DPI], [w for _, w in DPI])[0]
    pixels = round(rng.choice(SIZES) * dpi / 72)
    width = round(rng.uniform(14.5, 17.0) / 2.54 * dpi)
    leading = rng.uniform(1.25, 1.7)
    margin = round(dpi * 0.5)
    image = Image.new("L", (width + 2 * margin, round(pixels * leading * (LINES + 1)) + 2 * margin), 255)
    draw = ImageDraw.Draw(image)
    lines: list[str] = []
    styles: list[str] = []
    y = float(margin)
    while len(lines) < LINES:
        style = rng.choices(STYLES, STYLE_WEIGHTS)[0]
        font = faces.load(family, style, pixels)
        text = next(paragraphs)
        capitals = len(text) < 90 and rng.random() < 0.45
        words = (text.upper() if capitals else text).split()
        indent = round(dpi * 0.4) if not capitals else 0
        while words and len(lines) < LINES:
            count, used = 0, 0.0
            space = font.getlength(" ")
            room = width - indent
            while count < len(words):
                need = font.getlength(words[count]) + (space if count else 0)
                if count and used + need > room:
                    break
                used += need
                count += 1
            row, words = words[:count], words[count:]
            gap = space + max(0.0, (room - used) / (count - 1)) if words and count > 4 else space
            x = float(margin + indent)
            for word in row:
                draw.text((x, y), word, fill=rng.randint(0, 25), font=font)
                x += font.getlength(word) + gap
            lines.append(" ".join(row))
            styles.append(style)
            indent = 0
            y += pixels * leading
    return np.asarray(image), lines, {"family": family, "dpi": dpi, "pixels": pixels, "styles": styles}


def wear(page: Pixels, dpi: int, rng: random.Random) -> Pixels:
    """What printing, time and a scanner do to the page."""
    worn = page.astype(np.float32)
    scale = dpi / 300
    kind = rng.random()
    if kind < 0.2:  # thin ink
        worn = worn * 0.6 + cv2.dilate(worn, np.ones((2, 2), np.uint8)) * 0.4
    elif kind < 0.4:  # thick ink
        worn = worn * 0.6 + cv2.erode(worn, np.ones((2, 2), np.uint8)) * 0.4
    angle = rng.uniform(-0.4, 0.4)
    height, width = worn.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    worn = cv2.warpAffine(worn, turn, (width, height), borderValue=255.0).astype(np.float32)
    worn = cv2.GaussianBlur(worn, (0, 0), max(0.15, rng.uniform(0.3, 1.9) * scale)).astype(np.float32)
    noise = np.random.default_rng(rng.getrandbits(32))
    worn = 255 - (255 - worn) * rng.uniform(0.7, 1.0)
    worn += noise.normal(0, rng.uniform(0, 14), worn.shape).astype(np.float32)
    out: Pixels = np.clip(worn, 0, 255).astype(np.uint8)
    if rng.random() < 0.4:
        out = np.where(out > rng.randint(120, 190), 255, 0).astype(np.uint8)
    elif rng.random() < 0.6:
        stream = io.BytesIO()
        Image.fromarray(out).save(stream, "JPEG", quality=rng.randint(25, 80))
        out = np.asarray(Image.open(stream))
    return out


class Readers:
    """Tesseract, one loaded instance for each engine."""

    def __init__(self, tessdata: Path) -> None:
        self.tessdata = tessdata
        self.loaded: dict[Engine, tesserocr.PyTessBaseAPI] = {}

    def read(self, page: Pixels, dpi: int, engine: Engine) -> list[list[tuple[str, float]]]:
        """Lines of (token, confidence 0 to 1) in the order of the engine."""
        if engine not in self.loaded:
            self.loaded[engine] = tesserocr.PyTessBaseAPI(
                path=str(self.tessdata), lang=engine.model, psm=engine.psm
            )
        api = self.loaded[engine]
        api.SetImage(Image.fromarray(page))
        api.SetSourceResolution(dpi)
        lines: dict[tuple[str, ...], list[tuple[str, float]]] = {}
        for row in api.GetTSVText(0).splitlines():
            cells = row.split("\t")
            if cells[0] == "5" and cells[11].strip():
                lines.setdefault(tuple(cells[2:5]), []).append((cells[11], round(float(cells[10]) / 100, 3)))
        return list(lines.values())


def generate(
    paragraphs: Iterator[str], faces: Faces, readers: Readers, engines: Sequence[Choice], pages: int, seed: int,
    out: Path,
) -> None:
    """Write `pages` records to `out` (JSON lines): true lines, and per engine the lines it read.

    One engine is drawn from each choice for each page. Appends, so that a run can be cut short and continued.
    """
    rng = random.Random(seed)
    with out.open("a", encoding="utf-8") as stream:
        for _ in range(pages):
            page, lines, setting = render(paragraphs, faces, rng)
            page = wear(page, setting["dpi"], rng)
            drawn = [rng.choices([e for e, _ in choice], [w for _, w in choice])[0] for choice in engines]
            chosen = [engine for engine in drawn if engine]
            record = {
                **setting, "true": lines,
                "read": {f"{e.model}/{e.psm}": readers.read(page, setting["dpi"], e) for e in chosen},
            }
            stream.write(json.dumps(record, ensure_ascii=False) + "\n")
            stream.flush()
