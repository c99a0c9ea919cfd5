"""Image files become PDF pages without loss: their bytes where PDF can hold them, else their samples."""

import contextlib
import io

import numpy as np
import pikepdf
import pytest
from pikepdf import Name, Pdf
from PIL import Image, ImageCms, ImageOps

from pipeline.document import Page
from pipeline.errors import UnreadableFile
from pipeline.writers.searchable import write_searchable
from tests.pdfkit import a_document, a_page, a_plan, a_word, rendered, scan_jpeg, text_of

MEDIA = {"jpg": "image/jpeg", "png": "image/png", "tif": "image/tiff", "webp": "image/webp", "jp2": "image/jp2"}
WORDS = [[a_word("Ủy", (60, 40, 85, 52))]]


def picture(mode: str = "RGB", size: tuple[int, int] = (60, 80)) -> Image.Image:
    width, height = size
    ramp = (np.arange(height)[:, None] * 3 + np.arange(width)[None, :] * 2) % 256
    colours = np.stack([ramp, 255 - ramp, np.roll(ramp, 7, 1)], 2).astype(np.uint8)
    colours[:9, :9] = (255, 0, 0)  # a red corner top left tells every turn apart
    image = Image.fromarray(colours)
    if mode == "I;16":
        return Image.fromarray((ramp * 257).astype(np.uint16))
    if mode == "RGBA":
        image.putalpha(Image.fromarray(ramp.astype(np.uint8)))
        return image
    return image.convert(mode)


def write(path, *pages: Page):
    target = path.with_name("out.pdf")
    document = a_document(*(pages or (a_page(WORDS),)), media_type=MEDIA[path.suffix[1:]])
    return target, write_searchable(path, document, a_plan(), target)


@pytest.fixture
def embedded():
    """The picture of a page of a written file; the files stay open until the test ends."""
    with contextlib.ExitStack() as stack:
        yield lambda target, number=1: stack.enter_context(Pdf.open(target)).pages[number - 1].Resources.XObject.Scan


def samples(image: pikepdf.Object) -> np.ndarray:
    return np.asarray(pikepdf.PdfImage(image).as_pil_image())


def test_a_jpeg_goes_in_byte_for_byte(tmp_path, embedded):
    (tmp_path / "in.jpg").write_bytes(scan_jpeg())
    target, result = write(tmp_path / "in.jpg")
    image = embedded(target)
    assert image.read_raw_bytes() == scan_jpeg()
    assert (image.Filter, image.ColorSpace) == (Name.DCTDecode, Name.DeviceRGB)
    assert text_of(target).split() == ["Ủy"]
    assert result.conformance == "PDF/A-2b"
    with Pdf.open(target) as pdf:
        assert [float(v) for v in pdf.pages[0].MediaBox] == [0, 0, 300, 400]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["jpg", "png", "tif", "plain.tif"])
def test_a_turned_picture_stands_as_seen(tmp_path, orientation, kind):
    path = tmp_path / f"in.{kind}"
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = picture()
    if kind.endswith("tif"):
        stored.save(path, tiffinfo={274: orientation}, compression="tiff_lzw" if kind == "tif" else None)
    else:
        stored.save(path, exif=exif, **({"quality": 95} if kind == "jpg" else {}))
    with path.open("rb") as file, Image.open(file) as opened:  # by its name, Pillow would map a plain TIFF wrongly
        seen = np.asarray(ImageOps.exif_transpose(opened).convert("RGB")).astype(int)
    height, width = seen.shape[:2]
    target, _ = write(path, a_page(WORDS, width, height))
    shown = rendered(target).astype(int)
    assert shown.shape == seen.shape
    assert np.abs(shown - seen).mean() < 3


@pytest.mark.parametrize(("kind", "mode", "options"), [
    ("png", "L", {}), ("png", "RGB", {}), ("png", "P", {}), ("png", "1", {}), ("png", "I;16", {}),
    ("tif", "1", {"compression": "group4"}), ("tif", "1", {"compression": "group3"}), ("tif", "1", {}),
    ("tif", "L", {"compression": "tiff_lzw"}), ("tif", "RGB", {"compression": "tiff_deflate"}),
    ("tif", "I;16", {}), ("webp", "RGB", {"lossless": True}),
])
def test_samples_are_kept(tmp_path, embedded, kind, mode, options):
    path = tmp_path / f"in.{kind}"
    picture(mode).save(path, **options)
    target, result = write(path)
    with Image.open(path) as opened:
        wanted = np.asarray(opened.convert("RGB") if opened.mode == "P" else opened)
    image = embedded(target)
    if mode == "P":
        assert image.ColorSpace[0] == Name.Indexed
        assert (rendered(target, scale=60 / 300) == wanted).all()
    elif mode == "I;16":
        found = np.frombuffer(image.read_bytes(), ">u2") if kind == "tif" else None
        if found is None:  # the PNG's own rows, with their predictor
            assert (image.BitsPerComponent, image.DecodeParms.Predictor) == (16, 15)
            found = np.frombuffer(image.read_bytes(), ">u2")
        assert (found.reshape(80, 60) == wanted).all()
    else:
        assert (samples(image).astype(wanted.dtype) == wanted).all()
    assert result.conformance == "PDF/A-2b"


def test_a_plain_png_is_not_packed_anew(tmp_path, embedded):
    picture().save(tmp_path / "in.png")
    target, _ = write(tmp_path / "in.png")
    rows = embedded(target).read_raw_bytes()
    assert rows in (tmp_path / "in.png").read_bytes()


def test_bilevel_becomes_group_4_in_one_piece(tmp_path, embedded):
    image = Image.fromarray(np.tile(np.array([[0, 255], [255, 255]], np.uint8), (900, 700))).convert("1")
    image.save(tmp_path / "in.png")  # bilevel PNG keeps its rows
    image.save(tmp_path / "in.tif")
    target, _ = write(tmp_path / "in.tif")
    made = embedded(target)
    assert made.Filter == Name.CCITTFaxDecode
    assert (samples(made) == np.asarray(image)).all()


def test_transparency_becomes_a_soft_mask(tmp_path, embedded):
    picture("RGBA").save(tmp_path / "in.png")
    target, result = write(tmp_path / "in.png")
    image = embedded(target)
    with Image.open(tmp_path / "in.png") as opened:
        assert image.SMask.read_bytes() == opened.getchannel("A").tobytes()
        assert image.read_bytes() == opened.convert("RGB").tobytes()
    assert result.conformance == "PDF/A-2b"


@pytest.mark.parametrize("mode", ["L", "RGB", "P"])
def test_one_transparent_colour_becomes_a_soft_mask(tmp_path, embedded, mode):
    image = picture("RGB").convert("P") if mode == "P" else picture(mode)
    image.save(tmp_path / "in.png", transparency=image.getpixel((30, 30)))
    target, _ = write(tmp_path / "in.png")
    with Image.open(tmp_path / "in.png") as opened:
        wanted = opened.convert("RGBA")
    made = embedded(target)
    assert made.SMask.read_bytes() == wanted.getchannel("A").tobytes()
    assert made.read_bytes() == wanted.convert("L" if mode == "L" else "RGB").tobytes()


def test_a_colour_profile_goes_along(tmp_path, embedded):
    data = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture().save(tmp_path / "in.jpg", icc_profile=data)
    target, result = write(tmp_path / "in.jpg")
    space = embedded(target).ColorSpace
    assert space[0] == Name.ICCBased
    assert space[1].read_bytes() == data
    assert result.conformance == "PDF/A-2b"
    picture("L").save(tmp_path / "in.jpg", icc_profile=data)  # an RGB profile on a grey picture says nothing
    assert embedded(write(tmp_path / "in.jpg")[0]).ColorSpace == Name.DeviceGray


def test_cmyk_is_kept_and_not_called_pdf_a(tmp_path, embedded):
    picture("CMYK").save(tmp_path / "in.jpg")
    target, result = write(tmp_path / "in.jpg")
    assert embedded(target).read_raw_bytes() == (tmp_path / "in.jpg").read_bytes()
    assert not result.pdfa
    with Image.open(tmp_path / "in.jpg") as opened:
        wanted = np.asarray(opened.convert("RGB")).astype(int)
    assert np.abs(rendered(target, scale=60 / 300).astype(int) - wanted).mean() < 50  # inverted it is 120 and more


def test_jpeg_2000_goes_in_byte_for_byte(tmp_path, embedded):
    picture().save(tmp_path / "in.jp2")
    target, result = write(tmp_path / "in.jp2")
    assert embedded(target).read_raw_bytes() == (tmp_path / "in.jp2").read_bytes()
    assert result.conformance == "PDF/A-2b"


def test_each_page_of_a_tiff_has_its_picture(tmp_path, embedded):
    frames = [picture("L"), picture("1"), picture("RGB")]
    frames[0].save(tmp_path / "in.tif", save_all=True, append_images=frames[1:])
    target, _ = write(tmp_path / "in.tif", *(a_page(WORDS, number=n) for n in (1, 2, 3)))
    for number, frame in enumerate(frames, start=1):
        assert (samples(embedded(target, number)).astype(int) == np.asarray(frame).astype(int)).all()


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_the_jpeg_inside_a_tiff_is_taken_out(tmp_path, embedded, mode):
    picture(mode, (64, 80)).save(tmp_path / "in.tif", compression="jpeg", quality=80)
    target, _ = write(tmp_path / "in.tif", a_page(WORDS, 64, 80))
    image = embedded(target)
    assert image.Filter == Name.DCTDecode
    with Image.open(tmp_path / "in.tif") as opened, Image.open(io.BytesIO(image.read_raw_bytes())) as taken:
        wanted = np.asarray(opened.convert("RGB")).astype(int)
        assert taken.size == opened.size
    assert np.abs(rendered(target).astype(int) - wanted).mean() < 3


def test_a_damaged_picture_is_our_error(tmp_path):
    (tmp_path / "in.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    with pytest.raises(UnreadableFile):
        write(tmp_path / "in.png")
