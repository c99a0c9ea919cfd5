"""A new PDF around the pages of an image file, each put in without loss.

JPEG and JPEG 2000 go in byte for byte, the compressed rows of a plain PNG too, bilevel pages as CCITT G4,
everything else as Flate. Nothing is scaled; a page's size is that of the document (points). The turn that
a camera notes in EXIF is done by the page's matrix, not to the pixels.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf
from PIL import Image, ImageCms, TiffImagePlugin, UnidentifiedImageError

from pipeline.document import Document, Page
from pipeline.errors import TooLarge, UnreadableFile
from pipeline.imaging.sources import opened_image

EXIF_ORIENTATION = 0x0112
# EXIF orientation to the matrix that shows the unit square of the stored image upright in a unit page (y up).
UPRIGHT = {
    1: (1, 0, 0, 1, 0, 0), 2: (-1, 0, 0, 1, 1, 0), 3: (-1, 0, 0, -1, 1, 1), 4: (1, 0, 0, -1, 0, 1),
    5: (0, -1, -1, 0, 1, 1), 6: (0, -1, 1, 0, 0, 1), 7: (0, 1, 1, 0, 0, 0), 8: (0, 1, -1, 0, 1, 0),
}
TIFF_JPEG = 7
TIFF_YCBCR = 6
EIGHT_BIT = ("L", "RGB")


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    """The image file; Pillow's exceptions become ours."""
    try:
        with opened_image(path) as image:
            yield image
    except Image.DecompressionBombError as error:
        raise TooLarge(path.name, "The image has more pixels than can be opened safely.") from error
    except (UnidentifiedImageError, OSError, SyntaxError, EOFError, struct.error, zlib.error) as error:
        raise UnreadableFile(path.name, f"The image is damaged ({str(error)[:100]}).") from error


def pdf_of_images(path: Path, document: Document) -> Pdf:
    """A PDF with one page for each page of `document`, its image filling it. Raises InputError."""
    pdf = Pdf.new()
    with _opened(path) as image:
        for page in document.pages:
            if getattr(image, "n_frames", 1) > 1:
                image.seek(page.number - 1)
            stream, orientation = _embed(pdf, image, path)
            _add_page(pdf, page, stream, orientation)
    return pdf


def _add_page(pdf: Pdf, page: Page, image: pikepdf.Object, orientation: int) -> None:
    a, b, c, d, e, f = UPRIGHT.get(orientation, UPRIGHT[1])
    width, height = round(page.width, 2), round(page.height, 2)
    numbers = (a * width, b * height, c * width, d * height, e * width, f * height)
    content = f"q {' '.join(f'{n:g}' for n in numbers)} cm /Scan Do Q\n"
    pdf.add_blank_page(page_size=(width, height))
    made = pdf.pages[-1].obj
    made.Contents = pdf.make_stream(content.encode("ascii"))
    made.Resources = Dictionary(XObject=Dictionary(Scan=image))


def _embed(pdf: Pdf, image: Image.Image, path: Path) -> tuple[pikepdf.Object, int]:
    """The image as an XObject and its EXIF orientation."""
    # Pillow turns TIFF pages while loading; the others are loaded as stored.
    orientation = 1 if image.format == "TIFF" else int(image.getexif().get(EXIF_ORIENTATION, 1))
    match image.format:
        case "JPEG" | "MPO" if image.mode in ("L", "RGB", "CMYK"):
            return _jpeg(pdf, image, path.read_bytes()), orientation
        case "JPEG2000" if image.mode in ("L", "RGB"):
            return _jpeg2000(pdf, image, path.read_bytes()), orientation
        case "PNG":
            rows = _png(pdf, image, path.read_bytes())
            if rows is not None:
                return rows, orientation
        case "TIFF":
            plain = _tiff_jpeg(pdf, image)
            if plain is not None:
                return plain, orientation
    return _samples(pdf, image), orientation


def _xobject(
    pdf: Pdf, data: bytes, image: Image.Image, space: Any, bits: int, filters: Any, **more: Any,
) -> pikepdf.Object:
    stream = pdf.make_stream(
        data, Type=Name.XObject, Subtype=Name.Image, Width=image.width, Height=image.height, ColorSpace=space,
        BitsPerComponent=bits, **more,
    )
    stream.write(data, filter=filters, decode_parms=more.get("DecodeParms"))
    return pdf.make_indirect(stream)


DEVICE_SPACES = {1: Name.DeviceGray, 3: Name.DeviceRGB, 4: Name.DeviceCMYK}


def _space(pdf: Pdf, image: Image.Image, components: int) -> pikepdf.Object:
    """The image's own colour profile where it has a sound one that fits, else device colour."""
    data = image.info.get("icc_profile")
    if isinstance(data, bytes) and len(data) > 128 and data[8] < 5:
        wanted = {1: b"GRAY", 3: b"RGB ", 4: b"CMYK"}[components]
        try:
            ImageCms.ImageCmsProfile(io.BytesIO(data))
        except (OSError, ImageCms.PyCMSError):
            return DEVICE_SPACES[components]
        if data[16:20] == wanted and data[12:16] in (b"prtr", b"mntr", b"scnr", b"spac"):
            profile = pdf.make_stream(zlib.compress(data, 9))
            profile.Filter = Name.FlateDecode
            profile.N = components
            return Array([Name.ICCBased, profile])
    return DEVICE_SPACES[components]


def _jpeg(pdf: Pdf, image: Image.Image, data: bytes) -> pikepdf.Object:
    components = {"L": 1, "RGB": 3, "CMYK": 4}[image.mode]
    more: dict[str, Any] = {}
    if components == 4 and "adobe" in image.info:
        more["Decode"] = Array([1, 0] * 4)  # Adobe's CMYK is stored inverted
    if image.format == "MPO":
        data = data[:_end_of_first(data)]
    return _xobject(pdf, data, image, _space(pdf, image, components), 8, Name.DCTDecode, **more)


def _end_of_first(data: bytes) -> int:
    """Where the first picture of a several-picture JPEG ends: at the second's start, or the end of the file."""
    at = data.find(b"\xff\xd9\xff\xd8\xff")
    return at + 2 if at > 0 else len(data)


def _jpeg2000(pdf: Pdf, image: Image.Image, data: bytes) -> pikepdf.Object:
    return _xobject(pdf, data, image, _space(pdf, image, len(image.getbands())), 8, Name.JPXDecode)


def _png(pdf: Pdf, image: Image.Image, data: bytes, keeps_profile: bool = True) -> pikepdf.Object | None:
    """A PNG's own compressed rows, which PDF can read; None for interlaced pictures or ones with alpha."""
    bits, colour_type, interlace = data[24], data[25], data[28]
    if interlace or colour_type not in (0, 2, 3) or "transparency" in image.info:
        return None
    rows, palette = [], b""
    at = 8
    while at + 12 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        if kind == b"IDAT":
            rows.append(data[at + 8:at + 8 + size])
        elif kind == b"PLTE":
            palette = data[at + 8:at + 8 + size]
        at += 12 + size
    components = 3 if colour_type == 2 else 1
    space = (
        Array([Name.Indexed, Name.DeviceRGB, len(palette) // 3 - 1, pikepdf.String(palette)]) if colour_type == 3
        else _space(pdf, image, components) if keeps_profile else DEVICE_SPACES[components]
    )
    parms = Dictionary(Predictor=15, Colors=components, BitsPerComponent=bits, Columns=image.width)
    return _xobject(pdf, b"".join(rows), image, space, bits, Name.FlateDecode, DecodeParms=parms)


def _tiff_jpeg(pdf: Pdf, image: Image.Image) -> pikepdf.Object | None:
    """The JPEG inside a TIFF page of one strip, completed by its tables; None for other pages."""
    if not isinstance(image, TiffImagePlugin.TiffImageFile) or image.fp is None:
        return None
    tags = image.tag_v2
    offsets: Any = tags.get(273)
    counts: Any = tags.get(279)
    if tags.get(259) != TIFF_JPEG or offsets is None or len(offsets) != 1 or image.mode not in EIGHT_BIT:
        return None
    if int(tags.get(EXIF_ORIENTATION, 1)) != 1:
        return None
    position = image.fp.tell()
    image.fp.seek(offsets[0])
    data = image.fp.read(counts[0])
    image.fp.seek(position)
    tables = tags.get(347)
    if isinstance(tables, bytes) and len(tables) > 4:
        data = data[:2] + tables[2:-2] + data[2:]
    components = len(image.getbands())
    transform = 1 if components == 3 and int(tags.get(262, 0)) == TIFF_YCBCR else 0
    parms = Dictionary(ColorTransform=transform)
    return _xobject(pdf, data, image, _space(pdf, image, components), 8, Name.DCTDecode, DecodeParms=parms)


def _samples(pdf: Pdf, image: Image.Image) -> pikepdf.Object:
    """The decoded samples: G4 for one bit, else Flate with PNG's row filters; an alpha channel becomes a soft mask."""
    image.load()
    frame = image
    if frame.mode == "1":
        return _group4(pdf, frame)
    if frame.mode == "I" or frame.mode.startswith("I;16"):
        # PDF has 16 bits at most, the high byte first.
        data = np.clip(np.asarray(frame), 0, 0xFFFF).astype(">u2").tobytes()
        return _xobject(pdf, zlib.compress(data, 6), frame, Name.DeviceGray, 16, Name.FlateDecode)
    more: dict[str, Any] = {}
    if frame.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in frame.info:
        frame = frame.convert("LA" if frame.mode in ("LA", "L", "La") else "RGBA")
        alpha = frame.getchannel("A")
        if alpha.getextrema() != (255, 255):
            mask = zlib.compress(alpha.tobytes(), 6)
            more["SMask"] = _xobject(pdf, mask, alpha, Name.DeviceGray, 8, Name.FlateDecode)
        frame = frame.convert("L" if frame.mode == "LA" else "RGB")
        frame.info.pop("transparency", None)
    if frame.mode not in EIGHT_BIT:
        frame = frame.convert("L" if frame.mode == "F" else "RGB")
    # The profile speaks of the colours only while they are what was stored.
    keeps_profile = frame.getbands() == image.getbands()[: len(frame.getbands())]
    buffer = io.BytesIO()
    frame.save(buffer, "PNG", compress_level=6, icc_profile=None)
    made = _png(pdf, frame, buffer.getvalue(), keeps_profile)
    assert made is not None, "8-bit PNG without alpha or interlacing"
    for key, value in more.items():
        made[f"/{key}"] = value
    return made


def _group4(pdf: Pdf, frame: Image.Image) -> pikepdf.Object:
    buffer = io.BytesIO()
    # One strip, or each would be coded by itself and could not be joined.
    frame.save(buffer, "TIFF", compression="group4", strip_size=frame.width * frame.height + 1)
    with Image.open(buffer) as made:
        tags = made.tag_v2  # type: ignore[attr-defined]
        start, length, ink = int(tags[273][0]), int(tags[279][0]), int(tags[262])
    data = buffer.getvalue()[start:start + length]
    # Photometric 0: white is 0, as CCITT has it; BlackIs1 says otherwise.
    parms = Dictionary(K=-1, Columns=frame.width, Rows=frame.height, BlackIs1=bool(ink))
    return _xobject(pdf, data, frame, Name.DeviceGray, 1, Name.CCITTFaxDecode, DecodeParms=parms)
