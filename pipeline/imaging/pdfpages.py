"""The border to the two PDF libraries: a file opened in both, its pages and their sizes, what damage took of them.

pikepdf (qpdf) opens and repairs, pdfium reads pages. Neither's exceptions leave this module and its neighbours
`pdfwords` and `pdfpictures`. pdfium is not thread-safe and a document of it cannot be sent to another process, so each
process keeps the last file open (`opened`) and tasks name a path and a page number.

All boxes that leave these modules are of the page as a viewer shows it: cropped, turned by /Rotate, origin top left,
points. Sizes are checked before anything is drawn: a 541-byte file with a page of 14400 x 14400 points took 10.3 GB
in a plain renderer.
"""

from __future__ import annotations

import io
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2 as pdfium

from pipeline.errors import EmptyFile, EncryptedFile, RecognitionFailed, TooLarge, UnreadableFile
from pipeline.imaging.images import Affine

# A page that would pass the pixel guard even at this resolution is no sheet of paper (2.8 m at the default guard).
LEAST_RENDER_DPI = 100.0
# What a render may have at most, whatever the guard: A4 at 600 dpi is 35 million pixels, 104 MB in colour.
MOST_RENDERED_PIXELS = 40_000_000
# Boxes of the text layer are handed on in tenths of a point, since the words of a reader are whole numbers.
LAYER_UNIT = 0.1


class Opened:
    """One PDF file open in both libraries. Close it, or let `opened` do so."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.repaired = False
        try:
            self.structure = pikepdf.open(path, suppress_warnings=True)
            self.page_count = len(self.structure.pages)
        except pikepdf.PasswordError as error:
            raise EncryptedFile(path.name) from error
        except (pikepdf.PdfError, ValueError, RuntimeError, RecursionError) as error:
            raise _damaged(path, error) from error
        except OSError as error:
            raise UnreadableFile.because(path.name, error) from error
        if self.page_count == 0:
            raise EmptyFile(path.name, "The PDF holds no page, or lost them when it was cut off.")
        self.pages = self._open_pages()
        # qpdf warned while it read the tables of the file: something was cut off or overwritten.
        self.damaged = self.repaired or bool(self.structure.get_warnings())

    def _open_pages(self) -> pdfium.PdfDocument:
        """pdfium on the file as it is, or on qpdf's repaired copy where pdfium sees other pages or none."""
        try:
            document = pdfium.PdfDocument(self.path)
            if len(document) == self.page_count:
                return document
            document.close()
        except pdfium.PdfiumError:
            pass
        self.repaired = True
        mended = io.BytesIO()
        try:
            self.structure.save(mended)
            return pdfium.PdfDocument(mended.getvalue(), autoclose=True)
        except (pikepdf.PdfError, pdfium.PdfiumError, RuntimeError) as error:
            raise _damaged(self.path, error) from error

    def close(self) -> None:
        self.pages.close()
        self.structure.close()


def _damaged(path: Path, error: Exception) -> UnreadableFile:
    told = short(error).removeprefix(str(path)).lstrip(": ")
    return UnreadableFile(path.name, f"The PDF is damaged and could not be repaired ({told}).")


_ADDRESS = re.compile(r" ?<\w+(?: object at)? 0x[0-9a-f]+>")


def short(error: BaseException) -> str:
    """The library's words, without what only its authors can use."""
    return _ADDRESS.sub("", str(error).split("\n")[0])[:300].rstrip(".")


_LAST: list[tuple[tuple[str, int, int], Opened]] = []


def opened(path: Path) -> Opened:
    """The file open in this process; the one asked for before is closed when another is asked for."""
    state = path.stat()
    key = (str(path), state.st_size, state.st_mtime_ns)
    if _LAST and _LAST[0][0] == key:
        return _LAST[0][1]
    forget()
    file = Opened(path)
    _LAST.append((key, file))
    return file


def forget() -> None:
    """Close the file that this process keeps open, if any."""
    while _LAST:
        _LAST.pop()[1].close()


# --- pages -------------------------------------------------------------------------------------------------


def load(file: Opened, number: int) -> pdfium.PdfPage:
    """Page `number` (from 1), to be closed by the caller. Raises RecognitionFailed."""
    try:
        return file.pages[number - 1]
    except pdfium.PdfiumError as error:
        raise RecognitionFailed(f"page {number}", f"The page is damaged ({short(error)}).") from error


def covered(item: Any, area: Frame) -> float:
    """Share of the page that a drawn object of pdfium covers, 0 to 1."""
    left, bottom, right, top = item.get_bounds()
    width = min(right, area.right) - max(left, area.left)
    height = min(top, area.top) - max(bottom, area.bottom)
    whole = (area.right - area.left) * (area.top - area.bottom)
    return float(max(0.0, width) * max(0.0, height) / whole)


@dataclass(frozen=True, slots=True)
class Frame:
    """How user space maps to the page as shown: the visible box in user space and /Rotate."""

    left: float
    bottom: float
    right: float
    top: float
    turn: int

    @property
    def width(self) -> float:
        return self.top - self.bottom if self.turn in (90, 270) else self.right - self.left

    @property
    def height(self) -> float:
        return self.right - self.left if self.turn in (90, 270) else self.top - self.bottom

    @property
    def to_display(self) -> Affine:
        """User space (y up) to points of the shown page (y down)."""
        match self.turn:
            case 90:
                return 0, 1, -self.bottom, 1, 0, -self.left
            case 180:
                return -1, 0, self.right, 0, 1, -self.bottom
            case 270:
                return 0, -1, self.top, -1, 0, self.right
        return 1, 0, -self.left, 0, -1, self.top


A4 = (595.276, 841.89)


def frame(file: Opened, number: int) -> Frame:
    """The visible part of page `number` (from 1). A page without a usable box counts as A4."""
    page = file.structure.pages[number - 1]
    box = (0.0, 0.0, *A4)
    turn = 0
    try:
        media, crop = _rectangle(page.mediabox), _rectangle(page.cropbox)
        shared = (max(media[0], crop[0]), max(media[1], crop[1]), min(media[2], crop[2]), min(media[3], crop[3]))
        box = shared if shared[2] - shared[0] > 1 and shared[3] - shared[1] > 1 else media
        if box[2] - box[0] <= 1 or box[3] - box[1] <= 1 or not all(map(math.isfinite, box)):
            box = (0.0, 0.0, *A4)
        turn = round(float(_inherited(page, "/Rotate") or 0) / 90) * 90 % 360
    except (AttributeError, KeyError, TypeError, ValueError, pikepdf.PdfError):
        pass
    return Frame(*box, turn)


def _rectangle(array: Any) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = (float(value) for value in array)
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _inherited(page: Any, key: str) -> Any:
    node, depth = page.obj, 0
    while node is not None and depth < 50:
        if key in node:
            return node[key]
        node, depth = node.get("/Parent"), depth + 1
    return None


_END_OF_JPEG = b"\xff\xd9"  # of JPEG and JPEG 2000 alike; scanners may pad a few bytes behind it


def losses(file: Opened, number: int) -> str | None:
    """What a damaged file has lost of a page, in plain words; None where nothing is known to be lost.

    A file that was cut off is repaired into pages that are blank or end in the middle. To read them as blank would
    be a lie, so each is looked at: its content, the pictures its content draws, and the ends of those pictures.
    """
    if not file.damaged:
        return None
    try:
        page = file.structure.pages[number - 1]
        if "/Contents" not in page.obj:
            return "Its content is missing from the damaged file."
        resources = _inherited(page, "/Resources")
        there = {} if resources is None else dict(resources.get("/XObject", {}))
        drawn = [str(step.operands[0]) for step in pikepdf.parse_content_stream(page, "Do") if step.operands]
        for name in drawn:
            item = there.get(name)
            if not isinstance(item, pikepdf.Stream):
                return "A picture on it is missing from the damaged file."
            if item.get("/Subtype") == "/Image" and _is_cut_off(item):
                return "A picture on it is cut off in the damaged file."
    except (AttributeError, KeyError, TypeError, ValueError, pikepdf.PdfError) as error:
        return f"It cannot be followed through the damaged file ({short(error)})."
    return None


def _is_cut_off(image: Any) -> bool:
    """Whether the stream of an image ends before the image does."""
    kind = image.get("/Filter")
    last = str(kind[-1]) if isinstance(kind, pikepdf.Array) and len(kind) else str(kind)
    if last in ("/DCTDecode", "/JPXDecode"):
        return _END_OF_JPEG not in bytes(image.read_raw_bytes())[-64:]
    if last in ("/CCITTFaxDecode", "/JBIG2Decode"):
        # Neither has an end that can be told from its bytes; the length that the file gave can.
        return int(image.stream_dict.get("/Length", 0)) != len(image.read_raw_bytes())
    channels = {"/DeviceRGB": 3, "/DeviceCMYK": 4}.get(str(image.get("/ColorSpace")), 1)
    row = (int(image.get("/Width", 0)) * int(image.get("/BitsPerComponent", 1)) * channels + 7) // 8
    return len(image.read_bytes()) < row * int(image.get("/Height", 0))


def render_dpi(frame: Frame, wanted: float, max_pixels: int) -> float:
    """The resolution to draw a page at: `wanted`, or what keeps the bitmap small.

    Raises TooLarge when no sensible resolution does.
    """
    square_inches = frame.width * frame.height / 72**2
    if square_inches * LEAST_RENDER_DPI**2 > max_pixels:
        raise TooLarge(
            "", f"A page of {frame.width:.0f} x {frame.height:.0f} points is beyond the limit of "
            f"max_page_pixels = {max_pixels}.",
        )
    most = min(max_pixels, MOST_RENDERED_PIXELS)
    return min(wanted, math.sqrt(most / square_inches))
