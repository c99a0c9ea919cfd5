"""What a file is, what is refused with which cure, and which page gives its text and which its image."""

import io
import os
import pickle
import re
import resource
from dataclasses import replace
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from PIL import Image, TiffImagePlugin

from pipeline.errors import ChangedInput, EmptyFile, EncryptedFile, InputError, TooLarge, UnreadableFile, WrongType
from pipeline.imaging import ingest, pdfpages, textlayers
from pipeline.imaging.images import PageInput
from pipeline.imaging.pdfwords import Layer
from pipeline.imaging.recognisers import SeenWord
from pipeline.imaging.sources import Source
from pipeline.knowledge import encodings
from pipeline.settings import Settings

SETTINGS = Settings()
PARAGRAPH = (
    "Ủy ban nhân dân xã giao kế hoạch cho các thôn trong quý này",
    "và yêu cầu trưởng thôn báo cáo kết quả trước ngày cuối tháng",
    "để tổng hợp gửi lên huyện theo đúng thời hạn đã được nêu ra",
)


@pytest.fixture(autouse=True)
def _closed() -> object:
    yield
    pdfpages.forget()


def opened(path: Path, settings: Settings = SETTINGS) -> Source:
    return ingest.open_source(path, path.name, settings)


def grey_page(width: int = 200, height: int = 280) -> Image.Image:
    """White, with a black bar in the upper left quarter."""
    pixels = np.full((height, width), 255, np.uint8)
    pixels[20:40, 20:80] = 0
    return Image.fromarray(pixels)


def image_stream(pdf: pikepdf.Pdf, image: Image.Image, **more: object) -> pikepdf.Stream:
    stream = pikepdf.Stream(pdf, image.tobytes())
    stream.Type, stream.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
    stream.Width, stream.Height, stream.BitsPerComponent = image.width, image.height, 8
    stream.ColorSpace = pikepdf.Name.DeviceGray if image.mode == "L" else pikepdf.Name.DeviceRGB
    for key, value in more.items():
        stream["/" + key] = value
    return stream


def scan_pdf(
    path: Path, image: Image.Image | None = None, text: str = "", matrix: str = "595 0 0 842 0 0", rotate: int = 0,
    crop: list[int] | None = None, **more: object,
) -> Path:
    """One A4 page with one image on it, and content (say, a text layer) after it."""
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(595, 842))
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica,
        Encoding=pikepdf.Name.WinAnsiEncoding,
    )
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=pdf.make_indirect(font)))
    content = ""
    if image is not None:
        page.Resources.XObject = pikepdf.Dictionary(I=image_stream(pdf, image, **more))
        content = f"q {matrix} cm /I Do Q "
    page.Contents = pikepdf.Stream(pdf, (content + text).encode("cp1252"))
    if rotate:
        page.Rotate = rotate
    if crop:
        page.CropBox = pikepdf.Array(crop)
    pdf.save(path)
    return path


def shown(lines: tuple[str, ...], mode: int = 0, size: int = 12) -> str:
    """Content that prints the lines; mode 3 is invisible. The bytes are those of cp1252."""
    rows = " ".join(f"({line}) Tj 0 -30 Td" for line in lines)
    return f"BT {mode} Tr /F {size} Tf 60 780 Td {rows} ET"


def tcvn3(text: str) -> str:
    back = {letter: code for code, letter in encodings.TCVN3.items()}
    return bytes(back.get(char, ord(char) if ord(char) < 128 else 63) for char in text.lower()).decode("cp1252")


# --- what a file is -----------------------------------------------------------------------------------------


def test_a_scan_is_opened_by_its_content(tmp_path: Path) -> None:
    path = scan_pdf(tmp_path / "named.txt", grey_page())
    source = opened(path)
    assert (source.media_type, source.page_count, source.repaired) == ("application/pdf", 1, False)
    assert len(source.sha256) == 64
    assert pickle.loads(pickle.dumps(source)) == source


@pytest.mark.parametrize(
    ("name", "data", "error", "word"),
    [
        ("a.pdf", b"", EmptyFile, "empty"),
        ("a.pdf", b"Ke hoach nam 2024 cua xa\n" * 9, WrongType, "plain text"),
        ("a.pdf", b"<!DOCTYPE html><html><body>404</body></html>", WrongType, "web page"),
        ("a.pdf", b"\0" * 9000, UnreadableFile, "zeros"),
        ("a.docx", b"PK\x03\x04" + b"x" * 99, WrongType, "Word"),
        ("a.pdf", b"%PDF-1.4\nnothing of a PDF follows", UnreadableFile, "damaged"),
        ("a.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 50, UnreadableFile, "damaged"),
        ("a.txt", bytes(range(30)) * 9, WrongType, "text"),
        ("a.txt", b" \n\n ", EmptyFile, "no text"),
        ("a.xyz", b"whatever", WrongType, "not of a type"),
    ],
)
def test_what_is_refused_says_why(tmp_path: Path, name: str, data: bytes, error: type[InputError], word: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(error, match=word) as raised:
        opened(tmp_path / name)
    assert raised.value.subject == name
    assert raised.value.cure


def test_the_second_of_two_names_that_would_meet_is_read_like_the_first(tmp_path: Path) -> None:
    path = tmp_path / "hoa.txt"
    path.write_text("Kế hoạch\n", "utf-8")
    assert ingest.open_source(path, "hoa.txt~2", Settings()).media_type == "text/plain"
    path.write_bytes(b"\0\1\2" * 50)
    with pytest.raises(WrongType, match="text"):
        ingest.open_source(path, "hoa.txt~2", Settings())


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile):
        opened(tmp_path / "none.pdf")
    with pytest.raises(WrongType):
        opened(tmp_path)


def test_a_password_is_told(tmp_path: Path) -> None:
    plain = scan_pdf(tmp_path / "plain.pdf", grey_page())
    with pikepdf.open(plain) as pdf:
        pdf.save(tmp_path / "locked.pdf", encryption=pikepdf.Encryption(owner="o", user="u"))
        pdf.save(tmp_path / "open.pdf", encryption=pikepdf.Encryption(owner="o", user=""))
    with pytest.raises(EncryptedFile, match="password"):
        opened(tmp_path / "locked.pdf")
    assert opened(tmp_path / "open.pdf").page_count == 1


def test_a_pdf_is_repaired_where_it_can_be(tmp_path: Path) -> None:
    data = scan_pdf(tmp_path / "a.pdf", grey_page()).read_bytes()
    (tmp_path / "tail.pdf").write_bytes(data[:-200])
    (tmp_path / "head.pdf").write_bytes(b"\0" * 2000 + data)
    for name in ("tail.pdf", "head.pdf"):
        page = ingest.load_page(opened(tmp_path / name), 1, SETTINGS)
        assert page.image is not None
        assert page.image.min() == 0
    (tmp_path / "half.pdf").write_bytes(data[:120])
    with pytest.raises(InputError, match=r"damaged|no page"):
        opened(tmp_path / "half.pdf")


def test_a_page_of_five_metres_is_refused_before_it_is_drawn(tmp_path: Path) -> None:
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(14400, 14400))
    pdf.save(tmp_path / "bomb.pdf")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(TooLarge, match="max_page_pixels"):
        opened(tmp_path / "bomb.pdf")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kilobytes


def test_one_absurd_page_spares_the_others(tmp_path: Path) -> None:
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(14400, 14400))
    pdf.add_blank_page(page_size=(595, 842))
    pdf.save(tmp_path / "mixed.pdf")
    source = opened(tmp_path / "mixed.pdf")
    assert source.page_count == 2
    with pytest.raises(TooLarge):
        ingest.load_page(source, 1, SETTINGS)
    assert ingest.load_page(source, 2, SETTINGS).image is not None


def test_a_large_page_is_drawn_smaller_and_says_so(tmp_path: Path) -> None:
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(5000, 5000))
    pdf.save(tmp_path / "poster.pdf")
    page = ingest.load_page(opened(tmp_path / "poster.pdf"), 1, SETTINGS)
    assert page.image is not None
    assert page.image.size < 3 * pdfpages.MOST_RENDERED_PIXELS * 1.01
    assert [notice.code for notice in page.notices] == ["low_confidence"]


def test_too_many_pages_and_bytes(tmp_path: Path) -> None:
    path = scan_pdf(tmp_path / "a.pdf", grey_page())
    with pytest.raises(TooLarge, match="max_file_bytes"):
        opened(path, Settings(max_file_bytes=10))
    with pytest.raises(TooLarge, match="max_pages"):
        opened(path, Settings(max_pages=0))


def test_a_file_that_changed_since_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Kế hoạch", "utf-8")
    source = opened(path)
    path.write_text("Kế hoạch khác", "utf-8")
    os.utime(path, (1, 1))
    with pytest.raises(ChangedInput):
        ingest.load_page(source, 1, SETTINGS)


# --- images -------------------------------------------------------------------------------------------------


def test_every_page_of_a_tiff(tmp_path: Path) -> None:
    first, second = grey_page(), grey_page(220, 300).convert("1")
    first.save(tmp_path / "a.tif", save_all=True, append_images=[second], dpi=(200, 200))
    source = opened(tmp_path / "a.tif")
    assert source.page_count == 2
    pages = [ingest.load_page(source, number, SETTINGS) for number in (1, 2)]
    assert [page.image.shape for page in pages if page.image is not None] == [(280, 200), (300, 220)]
    assert pages[0].dpi == pytest.approx(200)
    assert (pages[0].width, pages[0].height) == (pytest.approx(72), pytest.approx(100.8))


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "jp2", "bmp", "gif"])
def test_every_kind_of_image(tmp_path: Path, suffix: str) -> None:
    grey_page().convert("RGB").save(tmp_path / f"a.{suffix}")
    page = ingest.load_page(opened(tmp_path / f"a.{suffix}"), 1, SETTINGS)
    assert page.image is not None
    assert page.image.shape[:2] == (280, 200)
    assert page.image.dtype == np.uint8


def test_depth_and_transparency(tmp_path: Path) -> None:
    Image.fromarray(np.full((30, 20), 65535, np.uint16)).save(tmp_path / "deep.png")
    Image.new("RGBA", (20, 30), (0, 0, 0, 0)).save(tmp_path / "clear.png")
    for name in ("deep.png", "clear.png"):
        page = ingest.load_page(opened(tmp_path / name), 1, SETTINGS)
        assert page.image is not None
        assert page.image.min() == 255


def test_a_scanner_of_twelve_bits_has_white_paper(tmp_path: Path) -> None:
    deep = np.asarray(grey_page(), np.uint16) * 16
    Image.fromarray(deep).save(tmp_path / "deep.png")
    page = ingest.load_page(opened(tmp_path / "deep.png"), 1, SETTINGS)
    assert page.image is not None
    assert abs(page.image.astype(int) - np.asarray(grey_page())).max() <= 1


@pytest.mark.parametrize("suffix", ["gif", "webp"])
def test_every_picture_of_an_animation_is_a_page(tmp_path: Path, suffix: str) -> None:
    first, second = grey_page(), grey_page().transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    first.save(tmp_path / f"a.{suffix}", save_all=True, append_images=[second], duration=500, lossless=True)
    source = opened(tmp_path / f"a.{suffix}")
    pages = [ingest.load_page(source, number, SETTINGS).image for number in range(1, source.page_count + 1)]
    assert [page.shape[:2] for page in pages if page is not None] == [(280, 200)] * 2
    assert not np.array_equal(*pages)


def test_a_photograph_is_taken_as_a4_and_turned_as_a_viewer_does(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 to see it upright
    grey_page(280, 200).save(tmp_path / "a.jpg", exif=exif, dpi=(72, 72))
    page = ingest.load_page(opened(tmp_path / "a.jpg"), 1, SETTINGS)
    assert page.image is not None
    assert page.image.shape == (280, 200)
    assert page.height == pytest.approx(11.69 * 72)


@pytest.mark.parametrize("compression", [None, "tiff_lzw"])
@pytest.mark.parametrize("turn", [3, 6, 8])
def test_a_tiff_that_says_to_be_turned_is_read_as_a_viewer_shows_it(
    tmp_path: Path, turn: int, compression: str | None
) -> None:
    """A plain one, which Pillow 13 would map into memory with its sides exchanged, was noise."""
    seen = grey_page(200, 280)
    seen.paste(0, (0, 0, 200, 30))
    stored = seen.rotate({3: 180, 6: 90, 8: -90}[turn], expand=True)
    stored.save(tmp_path / "a.tif", tiffinfo={0x0112: turn}, compression=compression, dpi=(200, 200))
    page = ingest.load_page(opened(tmp_path / "a.tif"), 1, SETTINGS)
    assert (page.image == np.asarray(seen)).all()


def test_the_pixels_of_a_fax_are_made_square(tmp_path: Path) -> None:
    grey_page(204, 140).save(tmp_path / "fax.tif", dpi=(204, 98))
    page = ingest.load_page(opened(tmp_path / "fax.tif"), 1, SETTINGS)
    assert page.image is not None
    assert page.image.shape == (round(140 * 204 / 98), 204)
    assert page.to_points[4] * page.image.shape[0] == pytest.approx(page.height)


def test_a_resolution_of_nothing_by_nothing_is_none(tmp_path: Path) -> None:
    said = TiffImagePlugin.ImageFileDirectory_v2()
    said[282] = said[283] = TiffImagePlugin.IFDRational(0, 0)
    said[296] = 2
    grey_page().save(tmp_path / "a.tif", tiffinfo=said)
    page = ingest.load_page(opened(tmp_path / "a.tif"), 1, SETTINGS)
    assert page.steps[0].detail["stated_dpi"] is None
    assert page.height == pytest.approx(11.69 * 72)


def test_a_picture_beyond_the_guard(tmp_path: Path) -> None:
    grey_page().save(tmp_path / "a.png")
    with pytest.raises(TooLarge, match="max_page_pixels"):
        opened(tmp_path / "a.png", Settings(max_page_pixels=1000))


# --- the image of a PDF page --------------------------------------------------------------------------------


def dark_middle(page: PageInput) -> tuple[float, float]:
    """Middle of the black bar in points, by way of the page's own map."""
    assert page.image is not None
    flat = page.image if page.image.ndim == 2 else page.image.min(axis=2)
    ys, xs = np.nonzero(flat < 100)
    a, b, c, d, e, f = page.to_points
    x, y = xs.mean() + 0.5, ys.mean() + 0.5
    return a * x + b * y + c, d * x + e * y + f


def test_the_embedded_scan_is_taken_as_it_is(tmp_path: Path) -> None:
    page = ingest.load_page(opened(scan_pdf(tmp_path / "a.pdf", grey_page())), 1, SETTINGS)
    assert page.steps[0].detail["image"] == "embedded"
    assert np.array_equal(page.image, np.array(grey_page()))  # type: ignore[arg-type]
    assert dark_middle(page) == (pytest.approx(50 / 200 * 595, abs=1), pytest.approx(30 / 280 * 842, abs=1))


@pytest.mark.parametrize(
    ("matrix", "rotate", "crop", "expected"),
    [
        ("595 0 0 842 0 0", 90, None, (842 - 30 / 280 * 842, 50 / 200 * 595)),
        ("595 0 0 842 0 0", 180, None, (595 - 50 / 200 * 595, 842 - 30 / 280 * 842)),
        ("595 0 0 842 0 0", 270, None, (30 / 280 * 842, 595 - 50 / 200 * 595)),
        ("595 0 0 842 0 0", 0, [50, 0, 595, 800], (50 / 200 * 595 - 50, 30 / 280 * 842 - 42)),
        ("-595 0 0 842 595 0", 0, None, (595 - 50 / 200 * 595, 30 / 280 * 842)),
        ("595 0 0 -842 0 842", 0, None, (50 / 200 * 595, 842 - 30 / 280 * 842)),
        ("0 842 -595 0 595 0", 0, None, (30 / 280 * 595, 842 - 50 / 200 * 842)),
    ],
)
def test_places_are_those_of_the_page_as_shown(
    tmp_path: Path, matrix: str, rotate: int, crop: list[int] | None, expected: tuple[float, float]
) -> None:
    path = scan_pdf(tmp_path / "a.pdf", grey_page(), matrix=matrix, rotate=rotate, crop=crop)
    page = ingest.load_page(opened(path), 1, SETTINGS)
    assert dark_middle(page) == (pytest.approx(expected[0], abs=3), pytest.approx(expected[1], abs=3))


def test_what_only_a_render_shows_right_is_rendered(tmp_path: Path) -> None:
    inverted = Image.fromarray(255 - np.array(grey_page()))
    path = scan_pdf(tmp_path / "a.pdf", inverted, Decode=pikepdf.Array([1, 0]))
    page = ingest.load_page(opened(path), 1, SETTINGS)
    assert page.steps[0].detail["image"] == "rendered"
    assert page.image is not None
    assert np.median(page.image) == 255
    assert dark_middle(page) == (pytest.approx(50 / 200 * 595, abs=3), pytest.approx(30 / 280 * 842, abs=3))


def test_a_scan_whose_pixels_are_no_squares_by_far_is_rendered(tmp_path: Path) -> None:
    path = scan_pdf(tmp_path / "a.pdf", Image.new("L", (4, 3000), 255))  # square pixels of it would be 6 million
    page = ingest.load_page(opened(path, Settings(max_page_pixels=1_000_000)), 1, Settings(max_page_pixels=1_000_000))
    assert page.steps[0].detail["image"] == "rendered"
    text = shown(("Cong tac dien tap nam nay",) * 9, mode=3)
    path = scan_pdf(tmp_path / "b.pdf", Image.new("L", (1, 3000), 0), text=text)
    assert ingest.load_page(opened(path), 1, SETTINGS).image is not None


def test_strips_are_put_together(tmp_path: Path) -> None:
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(595, 842))
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(
        A=image_stream(pdf, grey_page(1240, 877)), B=image_stream(pdf, grey_page(1240, 877)),
    ))
    page.Contents = pikepdf.Stream(pdf, b"q 595 0 0 421 0 421 cm /A Do Q q 595 0 0 421 0 0 cm /B Do Q")
    pdf.save(tmp_path / "a.pdf")
    loaded = ingest.load_page(opened(tmp_path / "a.pdf"), 1, SETTINGS)
    assert loaded.steps[0].detail["image"] == "rendered"
    assert loaded.dpi == pytest.approx(150, abs=2)


# --- text layers --------------------------------------------------------------------------------------------


def test_a_layer_in_an_old_code_is_decoded_and_kept(tmp_path: Path) -> None:
    path = scan_pdf(tmp_path / "a.pdf", text=shown(tuple(tcvn3(line) for line in PARAGRAPH)))
    page = ingest.load_page(opened(path), 1, SETTINGS)
    assert page.words is not None
    assert " ".join(word.text for word in page.words) == " ".join(PARAGRAPH).lower()
    assert page.steps[0].detail["text_layer"]["encoding"] == "tcvn3"
    first = page.words[0]
    assert (first.left / 10, first.bottom / 10) == (pytest.approx(60, abs=2), pytest.approx(842 - 780, abs=4))


def test_a_garbled_layer_is_rejected_and_kept_beside(tmp_path: Path) -> None:
    garbled = (
        "Uy ban nhfin dan xfi giao ke hoach cho cac then trong quy nay va ycu cau",
        "brio cao kct qua truoc ngay cuoi thang dc tong hop",
    ) * 2
    page = ingest.load_page(opened(scan_pdf(tmp_path / "a.pdf", grey_page(), shown(garbled, mode=3))), 1, SETTINGS)
    assert page.image is not None
    assert page.rejected_layer is not None
    assert page.rejected_layer.startswith("Uy ban nhfin")
    assert [notice.code for notice in page.notices] == ["text_layer_rejected"]


def test_policies(tmp_path: Path) -> None:
    path = scan_pdf(tmp_path / "a.pdf", grey_page(), shown(("Ke hoach khong dau",) * 9, mode=3))
    assert ingest.load_page(opened(path), 1, Settings(text_layer="keep")).words is not None
    redone = ingest.load_page(opened(path), 1, Settings(text_layer="redo"))
    assert redone.image is not None
    assert redone.rejected_layer is not None
    assert redone.notices == ()


def test_a_stamp_over_a_scan_is_not_the_page(tmp_path: Path) -> None:
    path = scan_pdf(tmp_path / "a.pdf", grey_page(), shown(("Signed by: Office", "12.01.2024 08:15"), size=8))
    page = ingest.load_page(opened(path), 1, SETTINGS)
    assert page.image is not None
    assert page.rejected_layer is None
    assert [" ".join(word.text for word in line) for line in page.stamps] == ["Signed by: Office", "12.01.2024 08:15"]


def test_text_files_have_pages_between_form_feeds(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes("KẾ HOẠCH\r\nnăm 2024\f\nTrang hai\f".encode())
    source = opened(tmp_path / "a.md")
    assert (source.media_type, source.page_count) == ("text/markdown", 2)
    pages = [ingest.load_page(source, number, SETTINGS).lines for number in (1, 2)]
    assert pages == [("KẾ HOẠCH", "năm 2024"), ("Trang hai",)]


def test_nothing_but_pixels_and_words_is_asked_of_a_page_number_that_does_not_exist(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("một", "utf-8")
    with pytest.raises(ValueError, match="no page 2"):
        ingest.load_page(opened(tmp_path / "a.txt"), 2, SETTINGS)


def test_a_cut_off_image_is_told_at_once(tmp_path: Path) -> None:
    data = io.BytesIO()
    grey_page(600, 800).save(data, "JPEG")
    (tmp_path / "a.jpg").write_bytes(data.getvalue()[:900])
    with pytest.raises(UnreadableFile):
        opened(tmp_path / "a.jpg")


def test_a_layer_whose_words_cannot_be_told_apart_is_not_believed():
    words = re.split(" ", "Ủy ban nhân dân huyện tổ chức phong trào thi đua yêu nước năm 2024")
    sound = [SeenWord(text, at * 100, 0, at * 100 + 90, 20, 1.0, 0, 0) for at, text in enumerate(words)]
    blank = [*sound[:-1], replace(sound[-1], text="năm 2024")]
    for told, believed in ((sound, True), (blank, False)):
        layer = Layer(tuple(told), 0, (), 1.0, 0.0, 0)
        assert textlayers.is_sound(layer, encodings.convert(layer.text, layer.fonts), 1.0, False) is believed


def test_the_pixels_that_a_fax_will_have_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "fax.tif"
    Image.new("L", (400, 200), 255).save(path, dpi=(204, 98))
    source = ingest.open_source(path, "fax.tif", Settings(max_page_pixels=100_000))
    with pytest.raises(TooLarge, match="400 x 416 pixels"):
        ingest.load_page(source, 1, Settings(max_page_pixels=100_000))
    assert ingest.load_page(source, 1, Settings(max_page_pixels=170_000)).image is not None
