"""Page images for the desk, drawn from the input file of a document, read only.

The input is the one that the ledger names for the document, and nothing else is ever opened. Each page is drawn
to the size in points that the document has for it, so that a box in points lies where it should, whatever the
file says of its resolution. pdfium is not made for threads: one lock holds them apart.
"""

from __future__ import annotations

import hashlib
import io
import threading
from collections import OrderedDict
from pathlib import Path

from PIL import Image

from pipeline.batches import ledger
from pipeline.desk import desk
from pipeline.document import Box, Page
from pipeline.errors import InputError, UnreadableFile
from pipeline.writers import drawing

DPIS = (50, 100, 150, 200, 300, 400, 600)
TILE = 1024  # pixels; one to six of them fill a screen
MAX_PIXELS = 60_000_000  # A4 at 600 dpi is 35 million
KEPT = 4  # drawn pages that stay in memory, 35 MB each at 600 dpi in grey, three times that in colour
SNIPPET_DPI = 300
SNIPPET_MARGIN = 6.0  # points about the word: its neighbours help to read it
_QUALITY = 82  # of JPEG; below 75 the dots of stacked marks blur


class NoScan(InputError):
    """There is no image of this page."""

    cure = "The input was a text, or was moved away; see `sohoa status`."


class Scans:
    """Draws pages of the documents of one output folder and keeps the last few."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._lock = threading.Lock()
        self._drawn: OrderedDict[tuple[str, int, int], Image.Image] = OrderedDict()

    def source_of(self, name: str) -> Path:
        """The input of a document by the ledger. Raises NoScan where it is not there any more."""
        row = desk.inputs(self._out).get(desk.file_of(name))
        if row is None or (row.media_type or "").startswith("text/"):
            raise NoScan(name)
        path = ledger.path_of(row)
        if not path.is_file():
            raise NoScan(name)
        return path

    def page(self, name: str, page: Page, dpi: int) -> Image.Image:
        """One page at `dpi` (one of DPIS, less where it would pass MAX_PIXELS). Raises NoScan, UnreadableFile."""
        path = self.source_of(name)
        status = path.stat()
        key = (f"{path}:{status.st_mtime_ns}:{status.st_size}", page.number, dpi)
        with self._lock:
            image = self._drawn.get(key)
            if image is None:
                image = _draw(path, page, dpi)
                self._drawn[key] = image
                while len(self._drawn) > KEPT:
                    self._drawn.popitem(last=False)
            self._drawn.move_to_end(key)
            return image

    def whole(self, name: str, page: Page, dpi: int) -> bytes:
        """One page as JPEG."""
        return _jpeg(self.page(name, page, dpi))

    def tile(self, name: str, page: Page, dpi: int, column: int, row: int) -> bytes:
        """One square of a page as JPEG, from the top left. Raises NoScan for a square outside the page."""
        image = self.page(name, page, dpi)
        left, top = column * TILE, row * TILE
        if left >= image.width or top >= image.height:
            raise NoScan(name)
        return _jpeg(image.crop((left, top, min(left + TILE, image.width), min(top + TILE, image.height))))

    def snippet(self, name: str, page: Page, box: Box) -> bytes:
        """The place of a word or field as PNG, upright for reading, some of its surroundings with it."""
        image = self.page(name, page, SNIPPET_DPI)
        across, down = image.width / page.width, image.height / page.height
        area = (max(0, round((box.left - SNIPPET_MARGIN) * across)), max(0, round((box.top - SNIPPET_MARGIN) * down)),
                min(image.width, round((box.right + SNIPPET_MARGIN) * across)),
                min(image.height, round((box.bottom + SNIPPET_MARGIN) * down)))
        if area[0] >= area[2] or area[1] >= area[3]:
            raise NoScan(name)
        cut = image.crop(area)
        if page.turn:
            cut = cut.rotate(-page.turn, expand=True)
        content = io.BytesIO()
        cut.save(content, "PNG")
        return content.getvalue()


def _jpeg(image: Image.Image) -> bytes:
    content = io.BytesIO()
    image.save(content, "JPEG", quality=_QUALITY)
    return content.getvalue()


def _draw(path: Path, page: Page, dpi: int) -> Image.Image:
    """The page as a viewer displays it, in the size that the document has for it. Raises UnreadableFile."""
    width, height = round(page.width * dpi / 72), round(page.height * dpi / 72)
    if width * height > MAX_PIXELS:
        shrink = (MAX_PIXELS / (width * height)) ** 0.5
        width, height = int(width * shrink), int(height * shrink)
    width, height = max(1, width), max(1, height)
    try:
        with drawing.opened(path) as draw:
            image = draw(page.number, width, height)
            return image if image.size == (width, height) else image.resize((width, height), Image.Resampling.LANCZOS)
    except drawing.TROUBLE as error:
        raise UnreadableFile(path.name, "This page cannot be drawn.") from error


def etag(*parts: object) -> str:
    """A name for a drawing, so that the browser need not fetch it twice."""
    return '"' + hashlib.sha256(repr(parts).encode()).hexdigest()[:20] + '"'
