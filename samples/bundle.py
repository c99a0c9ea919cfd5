"""Write aged pages as files: image-only PDF (CCITT G4 or JPEG), multi-page TIFF, PNG, and PDF with a text layer."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name
from PIL import Image

from samples.age import Scan


def _jpeg(scan: Scan) -> bytes:
    out = io.BytesIO()
    Image.fromarray(scan.image).save(out, "JPEG", quality=scan.quality, dpi=scan.dpi, optimize=True)
    return out.getvalue()


def _ccitt(scan: Scan) -> bytes:
    """The bare G4 data of a black-and-white page, in one strip."""
    out = io.BytesIO()
    image = Image.fromarray(scan.image).convert("1", dither=Image.Dither.NONE)
    image.save(out, "TIFF", compression="group4", tiffinfo={278: image.height})
    with Image.open(io.BytesIO(out.getvalue())) as tiff:
        offsets, counts = tiff.tag_v2[273], tiff.tag_v2[279]  # type: ignore[attr-defined]
        if len(offsets) != 1:
            raise ValueError("the page was written in several strips")
        black_is_zero = tiff.tag_v2[262] == 1  # type: ignore[attr-defined]
    data = out.getvalue()[offsets[0] : offsets[0] + counts[0]]
    return data if not black_is_zero else b"\x01" + data


def add_page(pdf: pikepdf.Pdf, scan: Scan, text: bytes = b"") -> None:
    """Append one page that is nothing but its image, with `text` operators (invisible) under it."""
    height, width = scan.image.shape[:2]
    wide, high = width * 72 / scan.dpi[0], height * 72 / scan.dpi[1]
    image = pikepdf.Stream(pdf, b"")
    image.Type, image.Subtype, image.Width, image.Height = Name.XObject, Name.Image, width, height
    if scan.bilevel:
        data = _ccitt(scan)
        inverted = data[:1] == b"\x01"
        image.write(
            data[1:] if inverted else data,
            filter=Name.CCITTFaxDecode,
            decode_parms=Dictionary(K=-1, Columns=width, Rows=height, BlackIs1=inverted),
        )
        image.ColorSpace, image.BitsPerComponent = Name.DeviceGray, 1
    else:
        image.write(_jpeg(scan), filter=Name.DCTDecode)
        image.ColorSpace = Name.DeviceRGB if scan.image.ndim == 3 else Name.DeviceGray
        image.BitsPerComponent = 8
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding)
    resources = Dictionary(XObject=Dictionary(Im0=image))
    if text:
        resources.Font = Dictionary(F1=font)
    content = b"q %.2f 0 0 %.2f 0 0 cm /Im0 Do Q\n" % (wide, high) + text
    page = Dictionary(
        Type=Name.Page,
        MediaBox=Array([0, 0, round(wide, 2), round(high, 2)]),
        Resources=resources,
        Contents=pdf.make_stream(content),
    )
    pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))


def write_pdf(path: Path, scans: Sequence[Scan], layers: Sequence[bytes] = ()) -> None:
    """Write an image-only PDF; `layers` are text operators a page, as an earlier OCR left them."""
    with pikepdf.new() as pdf:
        for index, scan in enumerate(scans):
            add_page(pdf, scan, layers[index] if layers else b"")
        pdf.save(path, deterministic_id=True)


def write_tiff(path: Path, scans: Sequence[Scan]) -> None:
    """Write a multi-page TIFF: G4 where every page is black and white, else deflate."""
    bilevel = all(scan.bilevel for scan in scans)
    images = [Image.fromarray(scan.image).convert("1" if bilevel else "L", dither=Image.Dither.NONE) for scan in scans]
    images[0].save(
        path,
        "TIFF",
        save_all=True,
        append_images=images[1:],
        dpi=scans[0].dpi,
        compression="group4" if bilevel else "tiff_adobe_deflate",
    )


def write_png(path: Path, scan: Scan) -> None:
    """Write one page as PNG with its resolution."""
    image = Image.fromarray(scan.image)
    if scan.bilevel:
        image = image.convert("1", dither=Image.Dither.NONE)
    image.save(path, "PNG", dpi=scan.dpi, optimize=True)
