"""Pages of an input as pictures for people: at the desk, in `document.html`, in the report of a run.

The border to pypdfium2 and Pillow for whatever only shows a page; what the recogniser reads is drawn by
`imaging/pdfpages.py` and `imaging/rasters.py`. A page is drawn as a viewer displays it, which for a TIFF and for other
images is not the same: Pillow turns a TIFF by itself while it loads it. pdfium is not made for threads.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pypdfium2
from PIL import Image, ImageOps

from pipeline.imaging.sources import HEAD, opened_image

# What the libraries raise over a file that cannot be shown.
TROUBLE = (OSError, ValueError, SyntaxError, IndexError, EOFError, ArithmeticError, MemoryError,
           Image.DecompressionBombError, pypdfium2.PdfiumError)

# Draws page number (from 1) for a place of so many pixels in width and height: a page of a PDF as large as fits in
# it, a page of an image in its own size or, where a JPEG can be read smaller, no smaller than the place. Grey or RGB.
Draw = Callable[[int, int, int], Image.Image]


@contextlib.contextmanager
def opened(path: Path) -> Iterator[Draw]:
    """The pages of a PDF or an image file. Raises what is in TROUBLE, as the drawing does."""
    with path.open("rb") as file:
        is_pdf = b"%PDF-" in file.read(HEAD)
    if is_pdf:
        with contextlib.closing(pypdfium2.PdfDocument(path)) as pdf:
            pdf.init_forms()  # or the fields of a form and the mark of a digital signature would be missing
            yield partial(_of_pdf, pdf)
    else:
        with opened_image(path) as image:
            yield partial(_of_image, image)


def _of_pdf(pdf: pypdfium2.PdfDocument, number: int, width: int, height: int) -> Image.Image:
    page = pdf[number - 1]
    try:
        across, down = page.get_size()
        scale = min(width / max(across, 1.0), height / max(down, 1.0))
        drawn: Image.Image = page.render(scale=scale, rev_byteorder=True).to_pil()
        return drawn if drawn.mode in ("L", "RGB") else drawn.convert("RGB")
    finally:
        page.close()


def _of_image(image: Image.Image, number: int, width: int, height: int) -> Image.Image:
    if number > 1 or getattr(image, "n_frames", 1) > 1:
        image.seek(number - 1)
    side = max(width, height)
    image.draft(None, (side, side))  # JPEG only: decoded at half, a quarter or an eighth of its size
    shown = image.copy() if image.format == "TIFF" else ImageOps.exif_transpose(image)
    if shown.mode.startswith("I"):  # 16 bits
        return shown.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if shown.mode in ("L", "RGB"):
        return shown
    return shown.convert("L" if shown.mode in ("1", "F") else "RGB")
