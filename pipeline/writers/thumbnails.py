"""Small pictures of pages for reports: cheap, never larger than asked, and only ever run in a worker."""

from __future__ import annotations

import io
from pathlib import Path

import pypdfium2
from PIL import Image

LONG_SIDE = 260  # pixels: enough to tell an upside-down page or a black one from a plan, some 8 kB as JPEG
_QUALITY = 60
_HEAD = 8192  # bytes in which a PDF says that it is one


def thumbnail(path: Path, number: int) -> bytes:
    """Page `number` (from 1) as JPEG of at most `LONG_SIDE` pixels. Raises whatever the libraries raise."""
    with path.open("rb") as file:
        is_pdf = b"%PDF-" in file.read(_HEAD)
    image = _of_pdf(path, number) if is_pdf else _of_image(path, number)
    image.thumbnail((LONG_SIDE, LONG_SIDE))
    data = io.BytesIO()
    image.convert("RGB").save(data, "JPEG", quality=_QUALITY)
    return data.getvalue()


def _of_pdf(path: Path, number: int) -> Image.Image:
    with pypdfium2.PdfDocument(path) as pdf:
        page = pdf[number - 1]
        width, height = page.get_size()
        image: Image.Image = page.render(scale=LONG_SIDE / max(width, height, 1.0)).to_pil()
        return image


def _of_image(path: Path, number: int) -> Image.Image:
    with Image.open(path) as image:
        image.seek(number - 1)
        image.draft("RGB", (LONG_SIDE, LONG_SIDE))  # JPEG only: decodes at an eighth of the size
        return image.copy()
