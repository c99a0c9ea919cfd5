"""Pages as people see them: in the desk, in document.html and in reports one and the same drawing."""

from __future__ import annotations

import numpy as np
import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf
from PIL import Image

from pipeline.writers import drawing


def drawn(path, number=1, width=200, height=300) -> np.ndarray:
    with drawing.opened(path) as draw:
        return np.asarray(draw(number, width, height).convert("L"))


def test_a_page_of_a_pdf_fits_its_place(tmp_path):
    with Pdf.new() as pdf:
        pdf.add_blank_page(page_size=(400, 300))
        pdf.save(tmp_path / "wide.pdf")
    assert drawn(tmp_path / "wide.pdf").shape == (150, 200)


def test_the_fields_of_a_form_are_drawn(tmp_path):
    """What an office typed into a form stands on no page but in its fields."""
    with Pdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(200, 300)).obj
        look = pdf.make_stream(b"0 g 0 0 100 40 re f")
        look.Type, look.Subtype, look.BBox = Name.XObject, Name.Form, Array([0, 0, 100, 40])
        field = pdf.make_indirect(Dictionary(
            Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T=pikepdf.String("so"), Rect=Array([50, 200, 150, 240]),
            F=4, V=pikepdf.String("12"), AP=Dictionary(N=look)))
        page.Annots = Array([field])
        pdf.Root.AcroForm = Dictionary(Fields=Array([field]))
        pdf.save(tmp_path / "form.pdf")
    image = drawn(tmp_path / "form.pdf")
    assert image[80, 100] < 50 < 200 < image[150, 100]


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bits_are_grey_and_not_white(kind, tmp_path):
    Image.fromarray(np.full((30, 20), 128 * 256, np.uint16)).save(tmp_path / "deep", kind)
    assert abs(int(drawn(tmp_path / "deep")[15, 10]) - 128) <= 1


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_a_photograph_stands_as_its_mark_says(kind, tmp_path):
    picture = Image.new("L", (800, 400), "white")
    picture.paste(0, (0, 0, 800, 40))  # the upper edge, which is the right one when it is stood up
    mark = Image.Exif()
    mark[0x0112] = 6
    picture.save(tmp_path / "photo", kind, exif=mark)
    image = drawn(tmp_path / "photo", width=100, height=200)
    assert image.shape[0] == 2 * image.shape[1] >= 200, "no smaller than its place"
    middle = image.shape[0] // 2
    assert image[middle, -3] < 50 < 200 < image[middle, 3]


def test_what_is_no_page_is_trouble(tmp_path):
    (tmp_path / "a").write_bytes(b"%PDF-1.4\nnothing")
    (tmp_path / "b").write_text("no picture")
    for name in ("a", "b", "not-there"):
        with pytest.raises(drawing.TROUBLE):
            drawn(tmp_path / name)
    Image.new("L", (10, 10)).save(tmp_path / "c", "PNG")
    with pytest.raises(drawing.TROUBLE):
        drawn(tmp_path / "c", number=2)
