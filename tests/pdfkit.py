"""Small PDFs and pictures for the tests, made here; nothing of them is real."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium_c
from pikepdf import Array, Dictionary, Name, Pdf
from PIL import Image

from pipeline.document import Block, Box, Document, Line, Page, Word
from pipeline.plan import DocumentType, Issued, Issuer, Number, Plan, Source

SHA = "ab" * 32


def a_plan(**more) -> Plan:
    given = {
        "source": Source(file="xa/kh-07.pdf", sha256=SHA, media_type="application/pdf", pages=1, text_origin="ocr"),
        "document_type": DocumentType(code="KH", name="Kế hoạch"),
        "number": Number(number="07", symbol="KH-UBND"),
        "issuer": Issuer(name="Ủy ban nhân dân xã Bình Yên"),
        "issued": Issued(place="Bình Yên", date="2019-03-05"),
        "title": "Làm sạch đường làng & ngõ xóm <2019>",
    }
    return Plan(**{**given, **more})


def a_word(text, box, raw=None, sure=0.95) -> Word:
    """A word at `box` (left, top, right, bottom; None for no box), read as `raw` where that is given."""
    return Word(raw if raw is not None else text, text, Box(*box) if box else None, sure, sure)


def a_document(*pages: Page, media_type: str = "application/pdf") -> Document:
    return Document("xa/kh-07.pdf", SHA, media_type, pages)


def a_page(lines: list[list[Word]], width: float = 300, height: float = 400, **more) -> Page:
    block = Block(tuple(Line(tuple(words)) for words in lines))
    return Page(more.pop("number", 1), width, height, dpi=100, blocks=(block,), **more)


@cache
def scan_jpeg(width: int = 300, height: int = 400, seed: int = 1) -> bytes:
    """A picture with a gradient and one black bar, as a JPEG."""
    rows = np.linspace(180, 250, height)[:, None, None] * np.ones((1, width, 3))
    picture = rows.astype(np.uint8)
    picture[40:52, 60:140] = 0
    buffer = io.BytesIO()
    Image.fromarray(np.roll(picture, seed, 2)).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def image_object(pdf: Pdf, data: bytes, width: int = 300, height: int = 400) -> pikepdf.Object:
    return pdf.make_indirect(pikepdf.Stream(
        pdf, data, Type=Name.XObject, Subtype=Name.Image, Width=width, Height=height, ColorSpace=Name.DeviceRGB,
        BitsPerComponent=8, Filter=Name.DCTDecode,
    ))


def a_scan(path: Path, content: bytes = b"", before: bytes = b"", pages: int = 1, **page_entries) -> Path:
    """A PDF of scanned pages of 300 x 400 points; `before` and `content` are drawn before and after the picture."""
    pdf = Pdf.new()
    for number in range(pages):
        page = pdf.add_blank_page(page_size=(300, 400))
        data = scan_jpeg(seed=number + 1)
        page.obj.Resources = Dictionary(
            XObject=Dictionary(Scan=image_object(pdf, data)),
            Font=Dictionary(F1=Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)),
        )
        page.obj.Contents = pdf.make_stream(before + b"\nq 300 0 0 400 0 0 cm /Scan Do Q\n" + content)
        for key, value in page_entries.items():
            page.obj[f"/{key}"] = value
    pdf.save(path)
    return path


def text_of(path: Path, number: int = 1) -> str:
    """The page's text as pdfium finds it."""
    pdf = pypdfium2.PdfDocument(path)
    try:
        page = pdf[number - 1]
        words = page.get_textpage()
        text = words.get_text_range()
        words.close()
        page.close()
    finally:
        pdf.close()
    return text


def found_at(path: Path, text: str, number: int = 1) -> list[tuple[float, float, float, float]]:
    """Where pdfium finds `text`: boxes in points of the page as displayed, origin top left."""
    pdf = pypdfium2.PdfDocument(path)
    page = pdf[number - 1]
    words = page.get_textpage()
    try:
        width, height = page.get_size()
        scale = 100  # PageToDevice gives whole units: a hundredth of a point
        boxes = []
        search = words.search(text)
        while (hit := search.get_next()) is not None:
            for i in range(words.count_rects(*hit)):
                left, bottom, right, top = words.get_rect(i)
                ends = [_to_device(page, x, y, width, height, scale) for x, y in ((left, bottom), (right, top))]
                xs, ys = zip(*ends, strict=True)
                boxes.append((min(xs), min(ys), max(xs), max(ys)))
        search.close()
    finally:
        words.close()
        page.close()
        pdf.close()
    return boxes


def _to_device(page, x: float, y: float, width: float, height: float, scale: int) -> tuple[float, float]:
    import ctypes

    across, down = ctypes.c_int(), ctypes.c_int()
    pdfium_c.FPDF_PageToDevice(page.raw, 0, 0, round(width * scale), round(height * scale), 0, x, y, across, down)
    return across.value / scale, down.value / scale


def rendered(path: Path, number: int = 1, scale: float = 1.0) -> np.ndarray:
    """The page as pixels."""
    pdf = pypdfium2.PdfDocument(path)
    pdf.init_forms()
    page = pdf[number - 1]
    try:
        return np.array(page.render(scale=scale).to_pil().convert("RGB"))
    finally:
        page.close()
        pdf.close()


def add_signature(path: Path, font: bool = True) -> None:
    """A signature field with a value and a visible mark, as signing programs leave it (the value is no real one)."""
    with Pdf.open(path, allow_overwriting_input=True) as pdf:
        words = b"BT /F1 8 Tf 2 5 Td (Ky boi) Tj ET" if font else b""
        mark = pdf.make_stream(b"q 1 0 0 rg 0 0 60 20 re f Q\n" + words)
        mark.Type, mark.Subtype, mark.BBox = Name.XObject, Name.Form, Array([0, 0, 60, 20])
        mark.Resources = Dictionary(
            Font=Dictionary(F1=Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)) if font else {},
        )
        value = pdf.make_indirect(Dictionary(
            Type=Name.Sig, Filter=Name("/Adobe.PPKLite"), ByteRange=Array([0, 10, 20, 10]), Contents=b"\x30\x00",
        ))
        field = pdf.make_indirect(Dictionary(
            Type=Name.Annot, Subtype=Name.Widget, FT=Name.Sig, T="Signature1", V=value, F=132,
            Rect=Array([200, 350, 260, 370]), AP=Dictionary(N=mark),
        ))
        pdf.pages[0].obj.Annots = Array([field])
        pdf.Root.AcroForm = Dictionary(Fields=Array([field]), SigFlags=3)
        pdf.save(path)
