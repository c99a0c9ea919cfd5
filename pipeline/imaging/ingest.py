"""A file becomes pages: each an image to read, or text that can be trusted already.

The trouble: names lie, files are cut off, a "PDF" is a web page, a page is a bomb, and the text layer of a scan is
often the garble of an English recogniser. The evidence, in order of trust: the first bytes of the content, the sizes
that the file states (checked before anything is drawn), the share of legal syllables of a text layer. The decision
between layer and image is made page by page, and a layer that is not believed is kept beside the new reading.

What this module never does: it writes nothing, it alters no pixel, and it never prefers a layer because it is there.
"""

from __future__ import annotations

import contextlib
import hashlib
import math
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np
import PIL
from PIL import Image as Pillow
from PIL import ImageOps, UnidentifiedImageError

from pipeline.document import Notice, Step
from pipeline.errors import (
    ChangedInput,
    EmptyFile,
    InputError,
    RecognitionFailed,
    TooLarge,
    UnreadableFile,
    WrongType,
)
from pipeline.imaging import pdfpages
from pipeline.imaging.images import Affine, PageInput
from pipeline.imaging.recognisers import Image, SeenWord
from pipeline.knowledge import encodings, vietnamese
from pipeline.settings import Settings

VERSION = "1"

MediaType = Literal[
    "application/pdf", "image/tiff", "image/png", "image/jpeg", "image/webp", "image/jp2", "image/gif", "image/bmp",
    "text/plain", "text/markdown",
]

# The head of the file, by content. A PDF head may stand a few kilobytes in (mail and fax servers put bytes before).
_MAGIC: tuple[tuple[bytes, MediaType], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"II+\x00", "image/tiff"),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "image/jp2"),
    (b"\xff\x4f\xff\x51", "image/jp2"),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
)
_HEAD = 8192
# What people rename or drop into a scan folder, and what to do with it.
_FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "This is a ZIP, Word, Excel or OpenDocument file. Export it to PDF, or unpack it."),
    (b"\xd0\xcf\x11\xe0", "This is an old Word or Excel file. Export it to PDF."),
    (b"{\\rtf", "This is an RTF file. Export it to PDF."),
    (b"Rar!", "This is a RAR archive. Unpack it."),
    (b"7z\xbc\xaf", "This is a 7z archive. Unpack it."),
    (b"%!PS", "This is a PostScript file. Convert it to PDF."),
    (b"AT&TFORM", "This is a DjVu file. Convert it to PDF or TIFF."),
)
_NUMBERED = re.compile(r"~\d+$")  # "hoa.txt~2" keeps apart from "HOA.txt" in the batch; neither is the file's own name
TEXT_NAMES = (".txt", ".text", ".md", ".markdown")
IMAGE_NAMES = (
    ".pdf", ".tif", ".tiff", ".png", ".jpg", ".jpeg", ".jpe", ".webp", ".jp2", ".j2k", ".jpx", ".gif", ".bmp",
)

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
FINE_DPI = 450.0  # letters are read at 150 to 200 dots per inch; a JPEG beyond this is decoded at half its size
SQUARE_ENOUGH = 1.15  # scanners' own axes differ by a hundredth or two
ASSUMED_LONG_SIDE = 11.69  # inches: A4, for images that do not say their resolution
SANE_DPI = (90.0, 1300.0)  # cameras and screens write 72 or 96 without meaning it; 90 lets 96-dpi faxes through
DISPLAY_DPI = {72, 96}


@dataclass(frozen=True, slots=True)
class Source:
    """One input that can be opened. Picklable: worker processes open `path` themselves.

    `size` in bytes and `modified` in nanoseconds tell whether the file changed since; `repaired` is set where a
    PDF had to be mended to be read.
    """

    path: Path
    name: str
    sha256: str
    media_type: MediaType
    page_count: int
    size: int
    modified: int
    repaired: bool = False

    def check_unchanged(self) -> None:
        """Raises ChangedInput or UnreadableFile."""
        try:
            state = self.path.stat()
        except OSError as error:
            raise UnreadableFile(self.name, "The file has vanished or may not be read.") from error
        if (state.st_size, state.st_mtime_ns) != (self.size, self.modified):
            raise ChangedInput(self.name)


# --- opening ------------------------------------------------------------------------------------------------


def open_source(path: Path, name: str, settings: Settings) -> Source:
    """Look at a file without reading its pages: type by content, sha256, number of pages.

    Raises EmptyFile, WrongType, EncryptedFile, UnreadableFile, TooLarge or ChangedInput, each with its cure.
    `name` is what messages call the file.
    """
    try:
        before = path.stat()
        if not path.is_file():
            raise WrongType(name, "This is not a regular file.")
        if before.st_size == 0:
            raise EmptyFile(name)
        if before.st_size > settings.max_file_bytes:
            raise TooLarge(name, f"{before.st_size} bytes, over max_file_bytes = {settings.max_file_bytes}.")
        with path.open("rb") as file:
            head = file.read(_HEAD)
            file.seek(0)
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        after = path.stat()
    except OSError as error:
        raise UnreadableFile(name, f"The file cannot be opened ({error.strerror}).") from error
    if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
        raise ChangedInput(name)
    media_type = sniff(head, name)
    source = Source(path, name, sha256, media_type, 1, after.st_size, after.st_mtime_ns)
    try:
        if media_type == "application/pdf":
            return _open_pdf(source, settings)
        if media_type.startswith("image/"):
            return _open_image(source, settings)
        return replace(source, page_count=len(_text_pages(source, settings)))
    except InputError as error:
        # Borders name the bare file; the user knows it by its place in the folder.
        raise type(error)(name, error.what, cure=error.cure) from error


def sniff(head: bytes, name: str) -> MediaType:
    """The media type by content. Raises WrongType, where the name promises something else too."""
    suffix = Path(_NUMBERED.sub("", name)).suffix.lower()
    if b"%PDF-" in head:
        return "application/pdf"
    for magic, media_type in _MAGIC:
        if head.startswith(magic):
            return media_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    for magic, what in _FOREIGN:
        if head.startswith(magic):
            raise WrongType(name, what.split(". ", 1)[0] + ".", cure=what.split(". ", 1)[1])
    if suffix in IMAGE_NAMES:
        if not any(head):
            raise UnreadableFile(name, "The file begins with zeros only; it was not written completely.")
        kind = "a web page" if b"<html" in head.lower() or b"<!doctype" in head.lower() else "no such file"
        if kind == "no such file" and _is_text(head):
            kind = "plain text"
        raise WrongType(name, f"The name says {suffix} but the content is {kind}.")
    if suffix in TEXT_NAMES:
        if _is_text(head):
            return "text/markdown" if suffix in (".md", ".markdown") else "text/plain"
        raise WrongType(name, "The name says text but the content is not.")
    raise WrongType(name)


def _is_text(head: bytes) -> bool:
    try:
        encodings.decode(head)
    except ValueError:
        return False
    return True


def _open_pdf(source: Source, settings: Settings) -> Source:
    file = pdfpages.opened(source.path)
    if file.page_count > settings.max_pages:
        raise TooLarge(source.name, f"{file.page_count} pages, over max_pages = {settings.max_pages}.")
    absurd: TooLarge | None = None
    for number in range(1, file.page_count + 1):
        try:
            pdfpages.render_dpi(pdfpages.frame(file, number), settings.render_dpi, settings.max_page_pixels)
        except TooLarge as error:
            absurd = error
        else:
            break  # one page of a sane size: the others fail one by one if they must
    else:
        if absurd is not None:
            raise absurd
    return replace(source, page_count=file.page_count, repaired=file.damaged)


@contextlib.contextmanager
def _pillow(source: Source) -> Iterator[Any]:
    """The image file opened by Pillow, its exceptions made ours, its warnings about sizes left to our guard."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Pillow.open(source.path) as image:
                yield image
    except Pillow.DecompressionBombError as error:
        most = 2 * (Pillow.MAX_IMAGE_PIXELS or 0)
        what = f"The image says of itself that it has more than {most:,} pixels."
        raise TooLarge(source.name, what, cure="If that is true, cut it into several images.") from error
    except UnidentifiedImageError as error:
        raise UnreadableFile(source.name, "The image is damaged (its head cannot be understood).") from error
    except (OSError, SyntaxError, ValueError, EOFError, TypeError) as error:
        raise UnreadableFile(source.name, f"The image is damaged ({str(error)[:100]}).") from error


def _open_image(source: Source, settings: Settings) -> Source:
    with _pillow(source) as image:
        pages = int(getattr(image, "n_frames", 1)) if source.media_type == "image/tiff" else 1
        if pages > settings.max_pages:
            raise TooLarge(source.name, f"{pages} pages, over max_pages = {settings.max_pages}.")
        if pages == 1:
            _check_pixels(image, source.name, settings)
            if source.media_type == "image/jpeg":
                image.draft(image.mode, (image.width // 8, image.height // 8))
            image.load()  # a cut-off image should be told now and not when its page is read
    return replace(source, page_count=pages)


def _check_pixels(image: Any, name: str, settings: Settings) -> None:
    width, height = image.size
    if width * height > settings.max_page_pixels:
        raise TooLarge(
            name, f"The image has {width} x {height} pixels, over max_page_pixels = {settings.max_page_pixels}.",
        )
    if width < 8 or height < 8:
        raise EmptyFile(name, f"The image has {width} x {height} pixels.")


# --- loading a page -----------------------------------------------------------------------------------------


def load_page(source: Source, number: int, settings: Settings) -> PageInput:
    """Page `number` (from 1) as an image, a trusted text layer, or lines of a text file.

    Raises what `open_source` raises, and PageError or TooLarge for a page that cannot be drawn.
    """
    source.check_unchanged()
    if not 1 <= number <= source.page_count:
        raise ValueError(f"{source.name} has no page {number}")
    if source.media_type == "application/pdf":
        return _pdf_page(source, number, settings)
    if source.media_type.startswith("image/"):
        return _image_page(source, number, settings)
    text, conversion = _text_pages(source, settings)[number - 1]
    detail = {"encoding": conversion.encoding, "legal_before": round(conversion.before, 3)}
    return PageInput(
        number, *pdfpages.A4, "text-file", lines=tuple(text.split("\n")),
        notices=_encoding_notices(conversion, number), steps=(Step("ingest", VERSION, detail),),
    )


def _text_pages(source: Source, settings: Settings) -> list[tuple[str, encodings.Conversion]]:
    try:
        conversion = encodings.decode(source.path.read_bytes())
    except OSError as error:
        raise UnreadableFile(source.name, f"The file cannot be opened ({error.strerror}).") from error
    except ValueError as error:
        raise WrongType(source.name, "The name says text but the content is not.") from error
    text = conversion.text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
    if not text.strip():
        raise EmptyFile(source.name, "The file holds no text.")
    if len(text) > settings.max_text_chars:
        raise TooLarge(source.name, f"{len(text)} characters, over max_text_chars = {settings.max_text_chars}.")
    pages = text.split("\f")
    while len(pages) > 1 and not pages[-1].strip():
        pages.pop()
    if len(pages) > settings.max_pages:
        raise TooLarge(source.name, f"{len(pages)} pages, over max_pages = {settings.max_pages}.")
    return [(page.strip("\n"), conversion) for page in pages]


def _encoding_notices(conversion: encodings.Conversion, page: int) -> tuple[Notice, ...]:
    if not conversion.lost:
        return ()
    letters = ", ".join(conversion.lost)
    message = f"The text was kept in the old code {conversion.encoding} and has lost the letter {letters} on the way."
    return (Notice("low_confidence", message, page),)


def _image_page(source: Source, number: int, settings: Settings) -> PageInput:
    with _pillow(source) as file:
        if source.page_count > 1:
            file.seek(number - 1)
        _check_pixels(file, source.name, settings)
        said = file.info.get("dpi")
        across, down = file.size
        dpi_x, dpi_y = _image_dpi(said, across, down)
        if source.media_type == "image/jpeg" and min(dpi_x, dpi_y) > FINE_DPI:
            file.draft(file.mode, (across // 2, down // 2))  # decoded at half size, a quarter of the memory
            dpi_x, dpi_y = dpi_x * file.size[0] / across, dpi_y * file.size[1] / down
        if source.media_type != "image/tiff":
            before = file.size
            ImageOps.exif_transpose(file, in_place=True)
            if file.size != before:
                dpi_x, dpi_y = dpi_y, dpi_x
        image = _pixels(file)
    height, width = image.shape[:2]
    to_points: Affine = (72 / dpi_x, 0.0, 0.0, 0.0, 72 / dpi_y, 0.0)
    image, to_points, dpi = _square(image, to_points)
    detail = {"image": source.media_type, "pixels": [width, height], "stated_dpi": _plain_dpi(said)}
    return PageInput(
        number, width * 72 / dpi_x, height * 72 / dpi_y, "ocr", image, dpi, to_points,
        steps=(Step("ingest", f"{VERSION}, Pillow {PIL.__version__}", detail),),
    )


def _plain_dpi(said: Any) -> list[float] | None:
    try:
        return [round(float(value), 1) for value in said[:2]]
    except (TypeError, ValueError, ZeroDivisionError):
        return None


def _image_dpi(said: Any, width: int, height: int) -> tuple[float, float]:
    """The stated resolution where it is believable for paper, else what makes the long side that of A4."""
    stated = _plain_dpi(said)
    if stated is not None and len(stated) == 2:
        low, high = SANE_DPI
        x, y = stated
        whole = round(x) in DISPLAY_DPI and round(y) in DISPLAY_DPI
        if low <= x <= high and low <= y <= high and not whole and 0.4 < x / y < 2.5:
            return x, y
    assumed = max(width, height) / ASSUMED_LONG_SIDE
    return assumed, assumed


def _pixels(frame: Any) -> Image:
    """8-bit grey or RGB; transparency on white, 16 bits scaled, bilevel as 0 and 255."""
    if frame.mode in ("I;16", "I;16B", "I;16L", "I", "F"):
        deep = np.asarray(frame, dtype=np.float32)
        top = 65535.0 if deep.max(initial=0.0) > 255 else 255.0
        eight: Image = np.clip(deep * (255.0 / top), 0, 255).astype(np.uint8)
        return eight
    if frame.mode in ("RGBA", "LA", "PA") or (frame.mode == "P" and "transparency" in frame.info):
        layered = frame.convert("RGBA")
        paper = Pillow.new("RGBA", layered.size, (255, 255, 255, 255))
        frame = Pillow.alpha_composite(paper, layered).convert("RGB")
    # `convert` copies even where there is nothing to convert.
    wanted = "L" if frame.mode in ("1", "L") else "RGB"
    return np.array(frame if frame.mode == wanted else frame.convert(wanted), dtype=np.uint8)


# --- the text layer -----------------------------------------------------------------------------------------


def _square(image: Image, to_points: Affine) -> tuple[Image, Affine, float]:
    """The image with pixels as wide as high, its map, and its resolution.

    A fax in standard mode has 204 dots across and 98 down; letters half as high as wide are read by no model.
    """
    across, down = 72 / abs(to_points[0]), 72 / abs(to_points[4])
    if 1 / SQUARE_ENOUGH < across / down < SQUARE_ENOUGH:
        return image, to_points, math.sqrt(across * down)
    dpi = max(across, down)
    height, width = image.shape[:2]
    size = (round(width * dpi / across), round(height * dpi / down))
    a, _, c, _, e, f = to_points
    squared: Image = cv2.resize(image, size, interpolation=cv2.INTER_CUBIC)
    return squared, (a * width / size[0], 0.0, c, 0.0, e * height / size[1], f), dpi


def _pdf_page(source: Source, number: int, settings: Settings) -> PageInput:
    file = pdfpages.opened(source.path)
    lost = pdfpages.losses(file, number)
    if lost is not None:
        raise RecognitionFailed(
            f"{source.name}, page {number}", lost, cure="Copy the file again from its source, or scan the page again."
        )
    area = pdfpages.frame(file, number)
    layer = pdfpages.text_layer(file, number, area)
    conversion = _convert_layer(layer)
    scanned = layer.image_share >= SCAN_SHARE
    picture: pdfpages.Picture | None = None

    def draw() -> pdfpages.Picture:
        return pdfpages.picture(file, number, area, settings.render_dpi, settings.max_page_pixels)

    words = len(layer.words)
    verdict: dict[str, Any] = {"words": words}
    rejected: str | None = None
    stamps = _stamp_lines(pdfpages.annotation_words(file, number, area), 0, area)
    notices = list(_encoding_notices(conversion, number))
    if words and settings.text_layer != "redo":
        overlay = scanned and words < OVERLAY_WORDS and settings.text_layer == "auto"
        cover = 1.0
        if not overlay and scanned and settings.text_layer == "auto":
            picture = draw()
            cover = _ink_cover(layer, picture)
        verdict |= {
            "legal": round(conversion.after, 3), "marked": round(encodings.marked_share(conversion.text), 3),
            "cover": round(cover, 3), "encoding": conversion.encoding, "visible": round(layer.visible, 2),
        }
        if overlay:
            stamps += _stamp_lines(layer.words, layer.turn, area)
        elif settings.text_layer == "keep" or _is_sound(layer, conversion, cover, scanned):
            if settings.text_layer == "auto" and conversion.after < TRUSTED_SHARE:
                notices.append(Notice(
                    "low_confidence",
                    f"The text stored in the file was kept; {conversion.after:.0%} of its words are Vietnamese "
                    "syllables.", number,
                ))
            to_points = pdfpages.compose(
                (pdfpages.LAYER_UNIT, 0, 0, 0, pdfpages.LAYER_UNIT, 0), _turn_back(layer.turn, area),
            )
            verdict["kept"] = True
            return PageInput(
                number, area.width, area.height, "text-layer", to_points=to_points, turn=layer.turn,
                words=_converted_words(layer, conversion), notices=tuple(notices),
                steps=(Step("ingest", VERSION, {"text_layer": verdict}),),
            )
        else:
            rejected = layer.text
            notices = [Notice(
                "text_layer_rejected",
                f"The text stored in the file is not believable ({conversion.after:.0%} of its words are Vietnamese "
                "syllables); the page image was read instead.", number,
            )]
        verdict["kept"] = False
    elif words:
        rejected = layer.text
    picture = picture or draw()
    if picture.lowered:
        notices.append(Notice(
            "low_confidence", f"The page is very large ({area.width:.0f} x {area.height:.0f} points) and was drawn at "
            f"{picture.dpi:.0f} dots per inch only.", number,
        ))
    detail = {"text_layer": verdict, "image": picture.how, "dpi": round(picture.dpi), "repaired": source.repaired}
    image, to_points, dpi = _square(picture.image, picture.to_points)
    return PageInput(
        number, area.width, area.height, "ocr", image, dpi, to_points, stamps=stamps,
        rejected_layer=rejected, notices=tuple(notices), steps=(Step("ingest", VERSION, detail),),
    )


def _turn_back(turn: int, area: pdfpages.Frame) -> Affine:
    """From the upright page back to the page as shown."""
    sideways = turn in (90, 270)
    width, height = (area.height, area.width) if sideways else (area.width, area.height)
    return pdfpages.turning(-turn % 360, width, height)


def _convert_layer(layer: pdfpages.Layer) -> encodings.Conversion:
    return encodings.convert(layer.text, layer.fonts)


def _converted_words(layer: pdfpages.Layer, conversion: encodings.Conversion) -> tuple[SeenWord, ...]:
    """The layer's words with the converted text; a decoder never joins or splits words."""
    texts = [line.split(" ") for line in conversion.text.split("\n")]
    flat = [text for line in texts for text in line]
    if len(flat) != len(layer.words):
        raise RecognitionFailed("", "The decoded text layer does not have the words of the original.")
    capitals = layer.capitals if conversion.encoding == "tcvn3" else frozenset()
    return tuple(
        replace(word, text=text.upper() if index in capitals else text)
        for index, (word, text) in enumerate(zip(layer.words, flat, strict=True)) if text
    )


def _is_sound(
    layer: pdfpages.Layer, conversion: encodings.Conversion, cover: float, scanned: bool
) -> bool:
    """Whether the layer says what stands on the page.

    The layer of a born-digital page is the page itself, so doubt (0.80 to 0.95) goes to the layer with a notice;
    that of a scan is somebody's reading of it, and doubt goes to a new reading.
    """
    if cover < LEAST_COVER or layer.unmapped > sum(len(word.text) for word in layer.words) // 50:
        return False
    letters = sum(1 for char in conversion.text if char.isalpha())
    if letters < 40 and not scanned:
        # Nothing to judge by: a page number, a form of figures.
        return conversion.after >= DOUBTFUL_SHARE
    if encodings.marked_share(conversion.text) < LEAST_MARKED:
        return False
    return conversion.after >= (TRUSTED_SHARE if scanned else DOUBTFUL_SHARE)


def _ink_cover(layer: pdfpages.Layer, picture: pdfpages.Picture) -> float:
    """Share of the dark marks of the scan that lie under words of the layer, 0 to 1."""
    image = picture.image
    scale = 600 / max(image.shape[:2])
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
    a, b, c, d, e, f = pdfpages.turning(-layer.turn % 360, *upright)
    unit = pdfpages.LAYER_UNIT
    for word in layer.words:
        xs = sorted(a * x * unit + b * y * unit + c for x, y in ((word.left, word.top), (word.right, word.bottom)))
        ys = sorted(d * x * unit + e * y * unit + f for x, y in ((word.left, word.top), (word.right, word.bottom)))
        left, right = int(xs[0] * across) - 3, math.ceil(xs[1] * across) + 3
        top, bottom = int(ys[0] * down) - 3, math.ceil(ys[1] * down) + 3
        covered[max(0, top) : max(0, bottom), max(0, left) : max(0, right)] = 1
    return float((ink & covered).sum() / ink.sum())


def _stamp_lines(
    layer: tuple[SeenWord, ...], turn: int, area: pdfpages.Frame
) -> tuple[tuple[SeenWord, ...], ...]:
    """The words by lines, in points of the shown page."""
    a, b, c, d, e, f = pdfpages.compose(
        (pdfpages.LAYER_UNIT, 0, 0, 0, pdfpages.LAYER_UNIT, 0), _turn_back(turn, area),
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

