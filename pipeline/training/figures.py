"""Numbers drawn and aged, for the reader of figures (`imaging/glyphs.py`) to learn from.

A number is drawn in some font at the size it has on scans of 100 to 400 dpi, thrown askew, blurred, copied in black
and white or grey, brought to the size of the OCR copy and cut out, as pages are. Words and other marks are drawn too,
to be told from numbers.
"""
from __future__ import annotations

import random
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from fontTools.ttLib import TTFont
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from pipeline.imaging import glyphs
from pipeline.knowledge import lexicon

Grey = NDArray[np.uint8]
X_HEIGHT = 15.0  # pixels, of the OCR copy
NEEDED = "0123456789.,-/()%"
# No faces that offices print with.
ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV", "XX")
NO_TEXT = ("math", "symbol", "emoji", "ornament", "dingbat", "thin", "extralight", "black")
# Faces of the kind that offices print with are drawn more often than the rest.
USUAL = ("Liberation", "Tinos", "Arimo", "Cousine", "Carlito", "termes", "heros", "cursor", "Noto", "DejaVu", "Roboto")


def fonts(folders: Sequence[Path], without: Sequence[str] = (), only: Sequence[str] = ()) -> list[Path]:
    """Font files that have all signs of numbers; `without` and `only` name parts of file names."""
    found = []
    for folder in folders:
        for path in sorted([*folder.rglob("*.ttf"), *folder.rglob("*.otf")]):
            name = path.name.lower()
            wanted = not only or any(part.lower() in name for part in only)
            wanted = wanted and not any(part.lower() in name for part in (*NO_TEXT, *without))
            if wanted and set(NEEDED) <= letters(path):
                found.append(path)
    return found


def words() -> list[str]:
    """Words of the dictionaries, to be told from numbers."""
    texts = [path.read_text("utf-8") for path in sorted(lexicon.dictionary_folder().glob("*.tsv"))]
    return sorted({word for text in texts for word in re.findall(r"[^\W\d_]+", text)})


@cache
def letters(path: Path) -> frozenset[str]:
    """What a font can print; nothing where it is no font for text."""
    try:
        with TTFont(path, lazy=True, fontNumber=0) as font:
            return frozenset(chr(code) for code in font.getBestCmap() or ())
    except Exception:  # fontTools raises of many kinds on odd files
        return frozenset()


@cache
def _face(path: Path, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)


def number(chance: random.Random, others: Sequence[str]) -> str:
    """A number as plans print it, or something that is none."""
    def whole(most: int) -> str:
        return str(chance.randrange(10 ** chance.randint(1, most)))

    def decimal() -> str:
        return f"{whole(3)},{chance.randrange(10 ** chance.randint(1, 3))}"

    def part_of_date(last: int) -> str:
        return f"{chance.randint(1, last):0{chance.randint(1, 2)}d}"

    year, roman = str(chance.randint(1945, 2035)), chance.choice(ROMAN)
    form = chance.random()
    if form < 0.16:
        text = chance.choice("0123456789")
    elif form < 0.30:
        text = whole(4)
    elif form < 0.36:
        text = f"{chance.randrange(1000, 10 ** chance.randint(4, 10)):,}".replace(",", ".")
    elif form < 0.50:
        text = decimal()
    elif form < 0.56:
        day, month = part_of_date(31), part_of_date(12)
        text = "/".join(chance.choice(([day, month, year], [day, month], [month, year], [roman, year])))
    elif form < 0.60:
        text = f"{whole(3)}{chance.choice('-/:')}{whole(3)}"
    elif form < 0.66:
        text = chance.choice("≥≤±<>+-") + chance.choice(("", whole(3), decimal()))
    elif form < 0.69:
        text = ".".join(whole(2) for _ in range(chance.randint(2, 3))) + chance.choice(("", "."))
    elif form < 0.76:
        text = roman + chance.choice(("", "", ".", "-", ")"))
    elif form < 0.78:
        text = whole(2) + "°C"
    elif form < 0.88:
        text = f"{whole(4)}{chance.choice(('/', '-', '', ' '))}{chance.choice(others)}".replace(" ", "")
        if chance.random() < 0.4:
            text = chance.choice(others)[:3].upper() + whole(2)
    elif form < 0.97:
        text = chance.choice(others)
        text = chance.choice((text, text.upper(), text.capitalize(), text[:1], text[:2]))
    else:
        text = "".join(chance.choice("?!\"'“”*…·|[]{}~=_§&@#") for _ in range(chance.randint(1, 2)))
    if form < 0.88:
        if chance.random() < 0.12:
            text += "%"
        if chance.random() < 0.10:
            text = f"({text}" + chance.choice((")", ")", ""))
        elif chance.random() < 0.04:
            text += ")"
        if chance.random() < 0.12:
            text += chance.choice(".,;:,")
    return text


def drawn(text: str, font: Path, noise: np.random.Generator) -> Grey | None:
    """A crop of the OCR copy that shows the text, or None where nothing came of it."""
    tall = float(np.exp(noise.uniform(np.log(9.5), np.log(44))))  # of a capital, in pixels of the scan
    if len(text) <= 2 and noise.random() < 0.12:
        tall *= 0.6
    face = _face(font, max(8, round(tall / 0.68 * 2)))  # twice as large, so that it can be moved by parts of a pixel
    left, top, right, bottom = face.getbbox(text, anchor="ls")
    if right - left < 2 or bottom - top < 2:
        return None
    pad = 40
    sheet = Image.new("L", (round(right - left) + 2 * pad, round(bottom - top) + 2 * pad), 255)
    ImageDraw.Draw(sheet).text((pad - left, pad - top), text, fill=0, font=face, anchor="ls")
    angle, shear = noise.normal(0, 0.5), noise.normal(0, 0.02)
    turn = cv2.getRotationMatrix2D((sheet.width / 2, sheet.height / 2), angle, 0.5)
    turn[0, 1] += shear
    turn[:, 2] += [-sheet.width / 4 + noise.random(), -sheet.height / 4 + noise.random()]
    soft = cv2.GaussianBlur(np.asarray(sheet), (0, 0), 0.8)
    size = (sheet.width // 2 + 1, sheet.height // 2 + 1)
    scan = _aged(cv2.warpAffine(soft, turn, size, borderValue=255).astype(np.float32), noise, tall)
    factor = X_HEIGHT / (0.68 * tall) if not 12.5 < 0.68 * tall < 17 else 1.0
    factor = min(3.0, factor * noise.uniform(0.8, 1.3))
    if abs(factor - 1) > 0.03:
        way = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
        scan = cv2.resize(scan, None, fx=factor, fy=factor, interpolation=way)
    crop: Grey = np.clip(scan, 0, 255).astype(np.uint8)
    if noise.random() < 0.06:  # what a ruling line left
        crop[int(noise.integers(0, crop.shape[0])), : int(noise.integers(3, 12))] = 60
    return crop


def _aged(scan: NDArray[Any], noise: np.random.Generator, tall: float) -> NDArray[Any]:
    """What a scanner, a copier or a mailed picture makes of it."""
    kind = noise.random()
    grain = cv2.GaussianBlur(noise.standard_normal(scan.shape).astype(np.float32), (0, 0), noise.uniform(0.4, 1.0)) * 2
    soft = cv2.GaussianBlur(scan, (0, 0), max(0.3, noise.uniform(0.25, 0.07 * tall if tall > 14 else 0.8)))
    if kind < 0.5:
        level = noise.uniform(95, 175)
        scan = np.where(soft + noise.uniform(2, 24) * grain > level, 255.0, 0.0).astype(np.float32)
        if noise.random() < 0.25:
            for _ in range(int(noise.integers(1, 5))):
                y, x = int(noise.integers(0, scan.shape[0])), int(noise.integers(0, scan.shape[1]))
                scan[y : y + int(noise.integers(1, 3)), x : x + int(noise.integers(1, 3))] = 0
        return scan
    deep = noise.uniform(0.55, 1.0)
    scan = 250 - (255 - soft) * deep + noise.uniform(0, 9) * grain
    if noise.random() < 0.6:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(noise.integers(25, 75))]
        _, data = cv2.imencode(".jpg", np.clip(scan, 0, 255).astype(np.uint8), quality)
        back = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)
        assert back is not None
        scan = back.astype(np.float32)
    return scan


def draw(
    count: int, files: Sequence[Path], others: Sequence[str], seed: int
) -> tuple[list[NDArray[np.uint8]], list[str]]:
    """Pictures as the network is given them (0 to 255), and their signs."""
    chance, noise = random.Random(seed), np.random.default_rng(seed)
    usual = [path for path in files if any(part in path.name for part in USUAL)]
    pictures: list[NDArray[np.uint8]] = []
    texts: list[str] = []
    while len(texts) < count:
        font = chance.choice(usual if usual and chance.random() < 0.6 else files)
        text = number(chance, others)
        if not set(text) <= letters(font):
            continue
        crop = drawn(text, font, noise)
        seen = None if crop is None else glyphs.picture(crop)
        if seen is None or seen.shape[1] > glyphs.WIDEST:
            continue
        pictures.append((seen * 255).astype(np.uint8))
        texts.append(glyphs.signs(text))
    return pictures, texts
