"""The two binary files are what the tool makes, and what PDF and ICC readers take them for."""

import importlib.util
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
from pikepdf import Dictionary, Pdf
from PIL import Image, ImageCms

from pipeline.writers.pdftext import GlyphlessFont
from tests.pdfkit import rendered

ROOT = Path(__file__).parent.parent


def data(name: str) -> bytes:
    return resources.files("pipeline").joinpath("data", name).read_bytes()


@pytest.fixture(scope="module")
def tool():
    spec = importlib.util.spec_from_file_location("pdf_data", ROOT / "tools" / "pdf_data.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_files_are_what_the_tool_makes(tool):
    assert tool.glyphless_font() == data("glyphless.ttf")
    assert tool.srgb_profile() == data("srgb.icc")


def test_the_checksums_of_the_font_are_right(tool):
    font = data("glyphless.ttf")
    assert tool.table_checksum(font) == 0xB1B0AFBA


def test_the_profile_is_srgb(tmp_path):
    (tmp_path / "srgb.icc").write_bytes(data("srgb.icc"))
    profile = ImageCms.getOpenProfile(str(tmp_path / "srgb.icc"))
    assert (profile.profile.version, profile.profile.xcolor_space.strip()) == (2.1, "RGB")
    colours = Image.fromarray(np.random.default_rng(1).integers(0, 256, (64, 64, 3), dtype=np.uint8))
    same = ImageCms.profileToProfile(colours, profile, ImageCms.createProfile("sRGB"))
    assert np.abs(np.asarray(same).astype(int) - np.asarray(colours)).max() <= 1


def test_the_font_paints_nothing_even_where_a_reader_would_paint_it(tmp_path):
    with Pdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(200, 100))
        font = GlyphlessFont()
        code = font.encode("Kế hoạch")
        page.obj.Resources = Dictionary(Font=Dictionary(F=font.embed(pdf)))
        page.obj.Contents = pdf.make_stream(f"BT 0 Tr /F 40 Tf 10 30 Td {code} Tj ET".encode())
        pdf.save(tmp_path / "out.pdf")
    assert rendered(tmp_path / "out.pdf", scale=2).min() == 255
