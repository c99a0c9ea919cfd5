"""What an English recogniser makes of the pages: a garbled text file, and a garbled layer for a PDF.

Both come from the real Tesseract with its `eng` data, so they hold the real confusions. They depend on the
installed version (made with 5.3.0) and are therefore committed, not made again by the tests.
"""

from __future__ import annotations

import os

import pytesseract
from PIL import Image

from samples.age import Scan

DENSE = 0.5  # mean width of a Helvetica letter in em, near enough to stretch an invisible word over its place


def _image(scan: Scan) -> Image.Image:
    image = Image.fromarray(scan.image)
    if scan.dpi[0] != scan.dpi[1]:
        image = image.resize((image.width, round(image.height * scan.dpi[0] / scan.dpi[1])))
    image.info["dpi"] = (scan.dpi[0], scan.dpi[0])
    return image


def text(scan: Scan) -> str:
    """The page as the English model reads it."""
    os.environ["OMP_THREAD_LIMIT"] = "1"
    found = pytesseract.image_to_string(_image(scan), lang="eng", config=f"--dpi {round(scan.dpi[0])}")
    return str(found).replace("\f", "").rstrip() + "\n"


def layer(scan: Scan) -> bytes:
    """The English reading as invisible text operators, each word at its place."""
    os.environ["OMP_THREAD_LIMIT"] = "1"
    data = pytesseract.image_to_data(
        _image(scan), lang="eng", config=f"--dpi {round(scan.dpi[0])}", output_type=pytesseract.Output.DICT
    )
    across = 72 / scan.dpi[0]
    high = scan.image.shape[0] * 72 / scan.dpi[1]
    out = [b"BT 3 Tr\n"]
    for word, left, top, width, height in zip(
        data["text"], data["left"], data["top"], data["width"], data["height"], strict=True
    ):
        if not word.strip():
            continue
        raw = word.encode("cp1252", "replace")
        size = max(4.0, height * across)
        stretch = 100 * width * across / (len(raw) * DENSE * size)
        escaped = raw.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
        out.append(
            b"/F1 %.1f Tf %.1f Tz 1 0 0 1 %.1f %.1f Tm (%s ) Tj\n"
            % (size, stretch, left * across, high - (top + height) * across, escaped)
        )
    return b"".join([*out, b"ET\n"])
