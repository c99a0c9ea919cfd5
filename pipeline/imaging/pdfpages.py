"""The border to the two PDF libraries: page sizes, the text layer, and the image of one page.

pikepdf (qpdf) opens and repairs, pdfium reads pages. Neither's exceptions leave this module. pdfium is not
thread-safe and a document of it cannot be sent to another process, so each process keeps the last file open
(`opened`) and tasks name a path and a page number.

All boxes that leave this module are of the page as a viewer shows it: cropped, turned by /Rotate, origin top left,
points. The image of a page is the scan itself where the page is one plain full-page image (14 ms against 42 ms for
a render of the same page, and no resampling), else a render. Sizes are checked before anything is drawn: a
541-byte file with a page of 14400 x 14400 points took 10.3 GB in a plain renderer.
"""

from __future__ import annotations

import ctypes
import io
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from pipeline.errors import EmptyFile, EncryptedFile, RecognitionFailed, TooLarge, UnreadableFile
from pipeline.imaging.images import Affine
from pipeline.imaging.recognisers import Image, SeenWord
from pipeline.knowledge import encodings

# A page that would pass the pixel guard even at this resolution is no sheet of paper (2.8 m at the default guard).
LEAST_RENDER_DPI = 100.0
# What a render may have at most, whatever the guard: A4 at 600 dpi is 35 million pixels, 104 MB in colour.
MOST_RENDERED_PIXELS = 40_000_000
# Share of the page that one image must cover to be "the scan"; scanners leave a point or two at the edges.
FULL_PAGE = 0.90
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
            raise UnreadableFile(path.name, f"The file cannot be opened ({error.strerror}).") from error
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
    told = _short(error).removeprefix(str(path)).lstrip(": ")
    return UnreadableFile(path.name, f"The PDF is damaged and could not be repaired ({told}).")


_ADDRESS = re.compile(r" ?<\w+(?: object at)? 0x[0-9a-f]+>")


def _short(error: BaseException) -> str:
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


# --- sizes --------------------------------------------------------------------------------------------------


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
        return f"It cannot be followed through the damaged file ({_short(error)})."
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


# --- text layer ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Layer:
    """What a PDF page says in characters.

    Words are in tenths of a point of the shown page turned by `turn` for reading. `visible` is the share of
    characters that are drawn, `image_share` how much of the page its images cover, `capitals` the indexes of words
    in a font that shows small letters as capitals.
    """

    words: tuple[SeenWord, ...]
    turn: int
    fonts: tuple[str, ...]
    visible: float
    image_share: float
    unmapped: int
    capitals: frozenset[int] = frozenset()

    @property
    def text(self) -> str:
        """Lines kept, words by one blank."""
        lines: dict[int, list[str]] = {}
        for word in self.words:
            lines.setdefault(word.line, []).append(word.text)
        return "\n".join(" ".join(words) for words in lines.values())


def _load(file: Opened, number: int) -> pdfium.PdfPage:
    try:
        return file.pages[number - 1]
    except pdfium.PdfiumError as error:
        raise RecognitionFailed(f"page {number}", f"The page is damaged ({_short(error)}).") from error


def text_layer(file: Opened, number: int, area: Frame) -> Layer:
    """The characters of the page; a layer without words where it has none."""
    page = _load(file, number)
    try:
        visible_text = hidden_text = 0
        covered = 0.0
        for item in page.get_objects(max_depth=4):
            if item.type == pdfium_c.FPDF_PAGEOBJ_TEXT:
                if pdfium_c.FPDFTextObj_GetTextRenderMode(item.raw) == pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE:
                    hidden_text += 1
                else:
                    visible_text += 1
            elif item.type == pdfium_c.FPDF_PAGEOBJ_IMAGE:
                covered += _covered(item, area)
        runs = _page_runs(page)
    except pdfium.PdfiumError as error:
        raise RecognitionFailed(f"page {number}", f"The text of the page is damaged ({_short(error)}).") from error
    finally:
        page.close()
    turn = _dominant_turn(runs, area)
    words, unmapped, capitals = _layer_words(runs, area, turn)
    drawn = visible_text / (visible_text + hidden_text) if visible_text + hidden_text else 0.0
    fonts = tuple(sorted({run.font for run in runs if run.font}))
    return Layer(words, turn, fonts, drawn, min(1.0, covered), unmapped, capitals)


def _covered(item: Any, area: Frame) -> float:
    left, bottom, right, top = item.get_bounds()
    width = min(right, area.right) - max(left, area.left)
    height = min(top, area.top) - max(bottom, area.bottom)
    whole = (area.right - area.left) * (area.top - area.bottom)
    return float(max(0.0, width) * max(0.0, height) / whole)


@dataclass(slots=True)
class _Run:
    """One word while it is being gathered, in user space."""

    text: str
    line: int
    left: float
    bottom: float
    right: float
    top: float
    angle: float
    font: str
    bold: bool
    italic: bool


def _runs(textpage: Any, count: int) -> list[_Run]:
    """The words of a text page. pdfium puts blanks and line ends where the distances ask for them."""
    raw = textpage.raw
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    flags = ctypes.c_int()
    buffer = ctypes.create_string_buffer(256)
    runs: list[_Run] = []
    line = 0
    open_run = False
    for index in range(count):
        code = pdfium_c.FPDFText_GetUnicode(raw, index)
        char = chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
        if char in "\r\n":
            line += char == "\n"
            open_run = False
            continue
        # The soft hyphen is the ư of TCVN3 and must reach the decoder; pdfium's U+0002 and U+FFFE are hyphens.
        if char in "\x02\ufffe":
            char = "-"
        if char.isspace() or (code < 32 and code != 0):
            open_run = False
            continue
        if not pdfium_c.FPDFText_GetCharBox(raw, index, left, right, bottom, top):
            continue
        if open_run:
            run = runs[-1]
            run.text += char
            run.left, run.right = min(run.left, left.value), max(run.right, right.value)
            run.bottom, run.top = min(run.bottom, bottom.value), max(run.top, top.value)
            continue
        size = pdfium_c.FPDFText_GetFontInfo(raw, index, buffer, 256, flags)
        font = buffer.raw[: max(0, min(size, 256) - 1)].decode("utf-8", "replace") if size else ""
        weight = pdfium_c.FPDFText_GetFontWeight(raw, index)
        lowered = font.lower()
        runs.append(_Run(
            char, line, left.value, bottom.value, right.value, top.value,
            pdfium_c.FPDFText_GetCharAngle(raw, index), font,
            weight >= 600 or "bold" in lowered, "italic" in lowered or "oblique" in lowered,
        ))
        open_run = True
    return runs


def _dominant_turn(runs: list[_Run], area: Frame) -> int:
    """Degrees clockwise by which the shown page must be turned for its text to stand upright."""
    votes: dict[int, int] = {}
    for run in runs:
        quarter = round(math.degrees(run.angle) / 90) * 90 if run.angle >= 0 else 0
        votes[quarter % 360] = votes.get(quarter % 360, 0) + len(run.text)
    if not votes:
        return 0
    # The angle is clockwise in user space as pdfium counts it; /Rotate turns the page clockwise on top.
    angle = max(votes, key=lambda key: votes[key])
    return (-(angle + area.turn)) % 360


def _layer_words(runs: list[_Run], area: Frame, turn: int) -> tuple[tuple[SeenWord, ...], int, frozenset[int]]:
    a, b, c, d, e, f = compose(area.to_display, turning(turn, area.width, area.height))
    words: list[SeenWord] = []
    unmapped = 0
    capitals = set()
    for run in runs:
        unmapped += run.text.count("\ufffd") + run.text.count("\x00")
        xs = (a * run.left + b * run.bottom + c, a * run.right + b * run.top + c)
        ys = (d * run.left + e * run.bottom + f, d * run.right + e * run.top + f)
        box = [round(value / LAYER_UNIT) for value in (min(xs), min(ys), max(xs), max(ys))]
        if abs(box[0]) > 10**6 or abs(box[1]) > 10**6:
            continue
        if encodings.is_capital_font(run.font):
            capitals.add(len(words))
        words.append(SeenWord(
            run.text, box[0], box[1], max(box[2], box[0] + 1), max(box[3], box[1] + 1), 1.0, 0, run.line,
            bold=run.bold, italic=run.italic,
        ))
    return tuple(words), unmapped, frozenset(capitals)


def compose(first: Affine, second: Affine) -> Affine:
    """The map that applies `first`, then `second`."""
    a, b, c, d, e, f = first
    g, h, i, j, k, m = second
    return g * a + h * d, g * b + h * e, g * c + h * f + i, j * a + k * d, j * b + k * e, j * c + k * f + m


def turning(degrees: int, width: float, height: float) -> Affine:
    """The map of a plane `width` x `height` (y down) that is turned clockwise by quarter turns."""
    match degrees % 360:
        case 90:
            return 0, -1, height, 1, 0, 0
        case 180:
            return -1, 0, width, 0, -1, height
        case 270:
            return 0, 1, 0, -1, 0, width
    return 1, 0, 0, 0, 1, 0


# Kinds of annotation that carry words of their own onto the page: a digital signature, a stamp, a typed note.
_SPEAKING = ("/Widget", "/Stamp", "/FreeText")


def annotation_words(file: Opened, number: int, area: Frame) -> tuple[SeenWord, ...]:
    """The words that annotations show on the page, in tenths of a point of the page as shown.

    pdfium reads them only from a flattened page, and flattening alters the open document: a second one is opened
    for the few pages that have such annotations.
    """
    page = file.structure.pages[number - 1]
    try:
        speaking = any(
            str(note.get("/Subtype")) in _SPEAKING and "/AP" in note for note in page.obj.get("/Annots", [])
        )
    except (AttributeError, TypeError, ValueError, pikepdf.PdfError):
        return ()
    if not speaking or file.repaired:
        return ()
    try:
        with pdfium.PdfDocument(file.path) as document:
            loaded = document[number - 1]
            before = _page_runs(loaded)
            if pdfium_c.FPDFPage_Flatten(loaded.raw, pdfium_c.FLAT_NORMALDISPLAY) != pdfium_c.FLATTEN_SUCCESS:
                return ()
            loaded.close()
            loaded = document[number - 1]
            known = {(run.text, round(run.left), round(run.bottom)) for run in before}
            added = [
                run for run in _page_runs(loaded) if (run.text, round(run.left), round(run.bottom)) not in known
            ]
            loaded.close()
    except pdfium.PdfiumError:
        return ()
    return _layer_words(added, area, 0)[0]


def _page_runs(page: pdfium.PdfPage) -> list[_Run]:
    textpage = page.get_textpage()
    try:
        count = textpage.count_chars()
        return _runs(textpage, count) if count > 0 else []
    finally:
        textpage.close()


# --- image --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """The page as pixels, standing as a viewer shows it. `to_points` maps pixel corners to points."""

    image: Image
    dpi: float
    to_points: Affine
    how: str  # "embedded" or "rendered"
    lowered: bool = False  # drawn below the resolution asked for, because of the guard


def picture(file: Opened, number: int, area: Frame, wanted_dpi: float, max_pixels: int) -> Picture:
    """The embedded scan of a page that is one plain full-page image, else a render of the page."""
    page = _load(file, number)
    try:
        images, others = [], 0
        for item in page.get_objects(max_depth=4):
            if item.type == pdfium_c.FPDF_PAGEOBJ_IMAGE:
                images.append(item)
            elif item.type == pdfium_c.FPDF_PAGEOBJ_TEXT:
                mode = pdfium_c.FPDFTextObj_GetTextRenderMode(item.raw)
                others += mode != pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE
            elif item.type in (pdfium_c.FPDF_PAGEOBJ_PATH, pdfium_c.FPDF_PAGEOBJ_SHADING):
                others += 1
        dpi = _native_dpi(images, area)
        if len(images) == 1 and not others and _covered(images[0], area) >= FULL_PAGE:
            taken = _embedded(file, number, images[0], area, max_pixels)
            if taken is not None:
                return taken
        return _rendered(page, number, area, dpi or wanted_dpi, max_pixels)
    except pdfium.PdfiumError as error:
        raise RecognitionFailed(f"page {number}", f"The page cannot be drawn ({_short(error)}).") from error
    except MemoryError as error:
        raise TooLarge(f"page {number}", "The page does not fit into memory.") from error
    finally:
        page.close()


def _native_dpi(images: list[Any], area: Frame) -> float | None:
    """The resolution of the scan where images cover the page (strips included); None for other pages."""
    if sum(_covered(item, area) for item in images) < FULL_PAGE:
        return None
    found = []
    for item in images:
        left, bottom, right, top = item.get_bounds()
        across, down = item.get_px_size()
        if right - left > 1 and top - bottom > 1:
            found.append(math.sqrt(across * down / ((right - left) * (top - bottom))) * 72)
    return min(600.0, max(150.0, max(found))) if found else None


def _is_plain(file: Opened, number: int, size: tuple[int, int]) -> bool:
    """Whether the page's image of that size is grey or RGB without mask, stencil or changed decoding."""
    try:
        found = [image for image in _xobject_images(file.structure.pages[number - 1].obj.get("/Resources"), 0)
                 if (int(image.get("/Width", 0)), int(image.get("/Height", 0))) == size]
        if len(found) != 1:
            return False
        image = found[0]
        if any(key in image for key in ("/SMask", "/Mask", "/Decode")) or bool(image.get("/ImageMask", False)):
            return False
        space = image.get("/ColorSpace")
        if space is None:
            return "/JPXDecode" in str(image.get("/Filter"))
        if isinstance(space, pikepdf.Array):
            if space[0] == "/ICCBased":
                return int(space[1].get("/N", 0)) in (1, 3)
            return space[0] in ("/CalGray", "/CalRGB")
        return str(space) in ("/DeviceGray", "/DeviceRGB")
    except (AttributeError, KeyError, TypeError, ValueError, pikepdf.PdfError):
        return False


def _xobject_images(resources: Any, depth: int) -> list[Any]:
    found: list[Any] = []
    if resources is None or depth > 4 or "/XObject" not in resources:
        return found
    for item in resources["/XObject"].values():
        if item.get("/Subtype") == "/Image":
            found.append(item)
        elif item.get("/Subtype") == "/Form":
            found.extend(_xobject_images(item.get("/Resources"), depth + 1))
    return found


def _embedded(file: Opened, number: int, item: Any, area: Frame, max_pixels: int) -> Picture | None:
    """The scan as it is, stood up as the page shows it; None where only a render gives the true look."""
    size = item.get_px_size()
    if size[0] * size[1] > max_pixels or not _is_plain(file, number, size):
        return None
    a, b, c, d, e, f = item.get_matrix().get()
    if not (abs(b) + abs(c) < 0.002 * (abs(a) + abs(d)) or abs(a) + abs(d) < 0.002 * (abs(b) + abs(c))):
        return None
    bitmap = item.get_bitmap(render=False)  # freed with its last reference
    if bitmap.mode not in ("L", "BGR", "BGRX", "BGRA"):
        return None
    image: Image = np.array(bitmap.to_numpy(), dtype=np.uint8)
    if image.shape[:2] != (size[1], size[0]):
        return None
    if image.ndim == 3:
        # Grey as L where the file says so; three equal channels of a "colour" scan stay three.
        image = image[..., 0] if image.shape[2] == 1 else np.ascontiguousarray(image[..., 2::-1])
    # Pixels (y down) to the unit square (y up), to user space, to the shown page.
    unit = (1 / size[0], 0.0, 0.0, 0.0, -1 / size[1], 1.0)
    across = compose(compose(unit, (a, c, e, b, d, f)), area.to_display)
    image, across = _stand_up(image, across)
    return Picture(image, 72 / math.sqrt(abs(across[0] * across[4])), across, "embedded")


def _stand_up(image: Image, across: Affine) -> tuple[Image, Affine]:
    """Pixels in the order of the shown page, so that the map has no turn or mirror left."""
    a, b, c, d, e, f = across
    if abs(b) > abs(a):
        image = np.ascontiguousarray(np.swapaxes(image, 0, 1))
        a, b, d, e = b, a, e, d
    height, width = image.shape[:2]
    if a < 0:
        image = np.ascontiguousarray(image[:, ::-1])
        a, c = -a, c + a * width
    if e < 0:
        image = np.ascontiguousarray(image[::-1])
        e, f = -e, f + e * height
    return image, (a, 0.0, c, 0.0, e, f)


def _rendered(page: Any, number: int, area: Frame, wanted: float, max_pixels: int) -> Picture:
    try:
        dpi = render_dpi(area, wanted, max_pixels)
    except TooLarge as error:
        raise TooLarge(f"page {number}", error.what) from None
    # RGB and not grey: pdfium's grey costs twice as much.
    bitmap = page.render(scale=dpi / 72, rev_byteorder=True)
    image: Image = np.array(bitmap.to_numpy()[..., :3], dtype=np.uint8)
    del bitmap
    height, width = image.shape[:2]
    return Picture(
        image, dpi, (area.width / width, 0.0, 0.0, 0.0, area.height / height, 0.0), "rendered", dpi < wanted * 0.99,
    )

