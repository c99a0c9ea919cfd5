"""The searchable PDF: text at its place in every turn, pictures untouched, old layers gone, honest about PDF/A."""

import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name, Pdf

from pipeline.document import Block, Box, Edit, Line, Page, Word, upright
from pipeline.errors import EncryptedFile, OutputNotWritable, UnreadableFile
from pipeline.writers import export, pdfcheck, pdftext
from pipeline.writers.searchable import write_searchable
from tests.pdfkit import (
    a_document,
    a_page,
    a_plan,
    a_scan,
    a_word,
    add_signature,
    found_at,
    rendered,
    text_of,
)

HIDDEN = b"BT 3 Tr /F1 12 Tf 60 350 Td (Uy ban nhan dan) Tj 0 -14 Td [(gar) -20 (bled)] TJ ET\n"
SEEN = b"BT 0 Tr /F1 12 Tf 60 300 Td (stamp 123) Tj ET\n"
LINE = [a_word("Ủy", (60, 40, 85, 52)), a_word("ban", (90, 40, 110, 52)), a_word("nhân", (114, 40, 139, 52))]


def write(source: Path, *pages: Page, plan=None, **more):
    target = source.with_name("out.pdf")
    return target, write_searchable(source, a_document(*pages, **more), plan or a_plan(), target)


def page_of_bar(path: Path, rotate: int, crop: tuple[float, float, float, float] | None, turn: int):
    """A page with one black bar; its Page with a word exactly on the bar, seen by rendering the page."""
    pdf = Pdf.new()
    page = pdf.add_blank_page(page_size=(300, 400))
    page.obj.Contents = pdf.make_stream(b"0 g 120 210 90 14 re f\n")
    page.obj.Rotate = rotate
    if crop:
        page.obj.CropBox = Array(crop)
    pdf.save(path)
    scale = 4
    pixels = rendered(path, scale=scale)
    rows, columns = np.nonzero(pixels[..., 0] < 128)
    box = (columns.min() / scale, rows.min() / scale, (columns.max() + 1) / scale, (rows.max() + 1) / scale)
    height, width = pixels.shape[0] / scale, pixels.shape[1] / scale
    return a_page([[a_word("thanh", box)]], width, height, turn=turn), box


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("crop", [None, (40, 60, 280, 390)])
def test_a_word_is_found_where_it_is_seen(tmp_path, rotate, crop):
    # Turned so that the bar runs to the right when read: the word then spans its whole length.
    page, box = page_of_bar(tmp_path / "in.pdf", rotate, crop, turn=(360 - rotate) % 360)
    target, _ = write(tmp_path / "in.pdf", page)
    assert found_at(target, "thanh") == [pytest.approx(box, abs=0.6)]


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_text_runs_the_way_the_scan_lies(tmp_path, turn):
    a_scan(tmp_path / "in.pdf")
    upright = a_page([LINE], *((400, 300) if turn in (90, 270) else (300, 400)))
    words = [Word(w.raw, w.text, w.box.turned(-turn % 360, upright.width, upright.height)) for w in LINE]
    target, _ = write(tmp_path / "in.pdf", a_page([words], 300, 400, turn=turn))
    for word in words:
        assert found_at(target, word.text) == [pytest.approx(
            (word.box.left, word.box.top, word.box.right, word.box.bottom), abs=2.5,
        )]
    # pdfium lists the words of a page that stands on its head from left to right as shown; others do not.
    assert text_of(target).split() == (["nhân", "ban", "Ủy"] if turn == 180 else ["Ủy", "ban", "nhân"])


@pytest.mark.parametrize("slope", [0.03, 0.15])
def test_a_skewed_line_is_followed(tmp_path, slope):
    a_scan(tmp_path / "in.pdf")
    words = [
        a_word(f"chữ{i}", (20 + x, 100 + slope * x, 42 + x, 112 + slope * (x + 22)))
        for i, x in enumerate(range(0, 260, 26))
    ]
    lower = [Word(w.raw, w.text, Box(w.box.left, w.box.top + 30, w.box.right, w.box.bottom + 30)) for w in words]
    target, _ = write(tmp_path / "in.pdf", a_page([words, lower]))
    first, last = found_at(target, "chữ0")[0], found_at(target, "chữ9")[0]
    assert last[3] - first[3] == pytest.approx(slope * 26 * 9, abs=1.5)
    if slope < 0.1:
        assert text_of(target).split() == [w.text for w in [*words, *lower]]
    if shutil.which("pdftotext"):  # parts words whose baseline is not level
        told = subprocess.run(["pdftotext", target, "-"], capture_output=True, text=True, check=True).stdout
        assert sorted(told.split()) == sorted(w.text for w in [*words, *lower])


def test_lines_that_fan_out_are_followed(tmp_path):
    # As on a photograph: the first line rises by 0.05, the last one falls as much.
    a_scan(tmp_path / "in.pdf")
    lines = []
    for number in range(11):
        slope, top = 0.01 * (number - 5), 40 + 30 * number
        lines.append([
            a_word(f"chữ{number}x{i}", (20 + x, top + slope * x, 42 + x, top + 12 + slope * x))
            for i, x in enumerate(range(0, 260, 26))
        ])
    target, _ = write(tmp_path / "in.pdf", a_page(lines))
    for line in lines:
        for word in line[::9]:
            assert found_at(target, word.text)[0][3] == pytest.approx(word.box.bottom, abs=2)


def test_lines_come_in_reading_order_with_spaces_between(tmp_path):
    a_scan(tmp_path / "in.pdf")
    right = [a_word("Độc", (180, 40, 200, 52)), a_word("lập", (204, 40, 220, 52))]
    below = [a_word("Số:", (60, 70, 76, 82)), a_word("07/KH-UBND", (80, 70, 150, 82))]
    target, _ = write(tmp_path / "in.pdf", a_page([LINE, below, right]))
    assert text_of(target).split() == ["Ủy", "ban", "nhân", "Số:", "07/KH-UBND", "Độc", "lập"]


def test_the_words_are_those_of_text_txt(tmp_path):
    a_scan(tmp_path / "in.pdf", pages=2)
    head = Block((Line((a_word("2", (148, 10, 152, 20)),), Box(148, 10, 152, 20)),), "page_number")
    first = [
        [a_word("theo", (40, 40, 70, 52)), a_word("Chỉ", (75, 40, 95, 52)), a_word("thị", (99, 40, 115, 52)),
         a_word("số", (119, 40, 130, 52)), a_word("05-", (134, 40, 150, 52))],
        [a_word("CT/TW", (40, 60, 80, 72)), a_word("và", (84, 60, 95, 72))],
    ]
    second = replace(a_page([LINE], number=2), blocks=(head, *a_page([LINE]).blocks))
    document = a_document(a_page(first), second)
    target = tmp_path / "out.pdf"
    write_searchable(tmp_path / "in.pdf", document, a_plan(), target)
    told = [*text_of(target).split(), *text_of(target, 2).split()]
    assert told == export.to_text(upright(document)).split()
    assert "05-CT/TW" in told


def test_touching_words_stay_apart(tmp_path):
    a_scan(tmp_path / "in.pdf")
    touching = [a_word("kế", (60, 40, 80, 52)), a_word("hoạch", (80, 40, 110, 52)), a_word("năm", (109, 40, 130, 52))]
    target, _ = write(tmp_path / "in.pdf", a_page([touching]))
    assert text_of(target).split() == ["kế", "hoạch", "năm"]
    if shutil.which("pdftotext"):
        out = subprocess.run(["pdftotext", target, "-"], capture_output=True, text=True, check=True).stdout
        assert out.split() == ["kế", "hoạch", "năm"]


def test_restored_text_is_written_and_joined_words_keep_their_width(tmp_path):
    a_scan(tmp_path / "in.pdf")
    words = [
        Word("hoa", "hoạch", Box(60, 40, 80, 52)),
        Word("ch", "", Box(80, 40, 92, 52), edits=(Edit("restore_merge", "ch", ""),)),
        Word("~;", "", Box(100, 40, 104, 52)),  # debris
        Word("thiđua", "thi đua", Box(110, 40, 150, 52)),
    ]
    target, _ = write(tmp_path / "in.pdf", a_page([words]))
    assert text_of(target).split() == ["hoạch", "thi", "đua"]
    assert found_at(target, "hoạch")[0][2] == pytest.approx(92, abs=1)


def test_words_without_boxes_are_spread_over_their_line(tmp_path):
    a_scan(tmp_path / "in.pdf")
    line = Line((a_word("Nơi", None), a_word("nhận:", None)), Box(60, 40, 150, 52))
    target, _ = write(tmp_path / "in.pdf", Page(1, 300, 400, blocks=(Block((line,)),)))
    assert text_of(target).split() == ["Nơi", "nhận:"]
    assert found_at(target, "nhận:")[0][2] == pytest.approx(150, abs=1.5)


ANY_WORD = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=8)


@given(st.lists(ANY_WORD, min_size=1, max_size=6))
def test_any_text_comes_back_from_the_codes(texts):
    # By the font's own map and not by a reader, which would reorder right-to-left text or drop odd signs.
    page = a_page([[a_word(text, (20 + 40 * i, 40, 50 + 40 * i, 52)) for i, text in enumerate(texts)]])
    font = pdftext.GlyphlessFont()
    drawn = pdftext.content(pdftext.place_lines(page), pdftext.Matrix(1, 0, 0, -1, 0, 400), font, "/F")
    with Pdf.new() as pdf:
        stream = pdf.make_stream(drawn)
        map_ = font.embed(pdf).ToUnicode.read_bytes().decode()
        shown = [bytes(s.operands[0]) for s in pikepdf.parse_content_stream(stream) if str(s.operator) == "Tj"]
    pairs = re.findall(r"^<(\w{4})> <((?:\w{4})+)>$", map_, re.MULTILINE)
    table = {code.lower(): bytes.fromhex(text).decode("utf-16-be") for code, text in pairs}
    told = "".join("".join(table[code[i:i + 2].hex()] for i in range(0, len(code), 2)) for code in shown)
    assert told.split() == " ".join(texts).split()


def test_pictures_and_content_stay_byte_for_byte(tmp_path):
    source = a_scan(tmp_path / "in.pdf", content=b"0.5 g 10 10 20 20 re f\n", pages=2)
    target, _ = write(source, a_page([LINE]), a_page([LINE], number=2))
    with Pdf.open(source) as before, Pdf.open(target) as after:
        for old, new in zip(before.pages, after.pages, strict=True):
            assert new.Resources.XObject.Scan.read_raw_bytes() == old.Resources.XObject.Scan.read_raw_bytes()
            assert new.Contents[1].read_bytes() == old.Contents.read_bytes()
    for number in (1, 2):
        assert (rendered(source, number) == rendered(target, number)).all()


def test_what_pages_inherit_is_kept(tmp_path):
    source = a_scan(tmp_path / "in.pdf", content=HIDDEN, pages=2)
    with Pdf.open(source, allow_overwriting_input=True) as pdf:
        tree = pdf.Root.Pages
        for key in ("/Resources", "/MediaBox"):
            tree[key] = pdf.pages[0].obj[key]
            for page in pdf.pages:
                del page.obj[key]
        tree.Rotate = 90
        pdf.save(source)
    turned = [Word(w.raw, w.text, w.box.turned(90, 300, 400)) for w in LINE]
    pages = [a_page([turned], 400, 300, number=n, turn=270) for n in (1, 2)]
    target, result = write(source, *pages)
    assert result.conformance == "PDF/A-2b"
    for number in (1, 2):
        assert (rendered(source, number) == rendered(target, number)).all()
        assert text_of(target, number).split() == ["Ủy", "ban", "nhân"]
        box = turned[0].box
        assert found_at(target, "Ủy", number) == [pytest.approx((box.left, box.top, box.right, box.bottom), abs=2.5)]


def test_the_same_input_gives_the_same_bytes(tmp_path):
    source = a_scan(tmp_path / "in.pdf")
    first, _ = write(source, a_page([LINE]))
    again = tmp_path / "again.pdf"
    write_searchable(source, a_document(a_page([LINE])), a_plan(), again)
    assert first.read_bytes() == again.read_bytes()
    other, _ = write(source, a_page([LINE[:2]]))
    assert other.read_bytes() != again.read_bytes()


@pytest.mark.parametrize(("before", "after"), [
    (b"", HIDDEN),  # as recognition programs write it
    (b"", b"q 3 Tr " + HIDDEN.replace(b" 3 Tr", b"") + b"Q\n"),  # the mode set outside the text object
    (HIDDEN.replace(b" 3 Tr", b""), b""),  # painted, then covered by the picture
])
def test_a_rejected_layer_is_gone(tmp_path, before, after):
    source = a_scan(tmp_path / "in.pdf", before=before, content=after)
    assert "gar" in text_of(source)
    target, result = write(source, a_page([LINE], rejected_layer="Uy ban nhan dan garbled"))
    assert text_of(target).split() == ["Ủy", "ban", "nhân"]
    assert result.stripped == (1,)
    assert result.conformance == "PDF/A-2b"
    assert (rendered(source) == rendered(target)).all()
    with Pdf.open(target) as pdf:
        assert not any(b"(gar" in stream.read_bytes() for stream in pdf.pages[0].Contents)


def test_a_layer_inside_a_form_is_gone_too(tmp_path):
    source = a_scan(tmp_path / "in.pdf", content=b"/Layer Do\n")
    with Pdf.open(source, allow_overwriting_input=True) as pdf:
        form = pdf.make_stream(HIDDEN + b"0 0 1 rg 5 5 9 9 re f\n")
        form.Type, form.Subtype, form.BBox = Name.XObject, Name.Form, Array([0, 0, 300, 400])
        form.Resources = Dictionary(Font=pdf.pages[0].Resources.Font)
        pdf.pages[0].Resources.XObject.Layer = form
        pdf.save(source)
    target, _ = write(source, a_page([LINE], rejected_layer="garbled"))
    assert text_of(target).split() == ["Ủy", "ban", "nhân"]
    assert (rendered(source) == rendered(target)).all()


def test_text_that_is_seen_stays_painted_but_says_nothing_twice(tmp_path):
    source = a_scan(tmp_path / "in.pdf", content=HIDDEN + SEEN)
    stamp = [a_word("stamp", (60, 90, 95, 102)), a_word("123", (98, 90, 118, 102))]
    target, result = write(source, a_page([LINE, stamp], rejected_layer="Uy ban garbled stamp 123"))
    assert text_of(target).split() == ["Ủy", "ban", "nhân", "stamp", "123"]
    assert (rendered(source) == rendered(target)).all()
    # Helvetica is painted and not embedded: no claim.
    assert not result.pdfa
    assert any("Helvetica is not embedded" in reason for reason in result.reasons)


def test_a_sound_layer_is_kept_as_it_is(tmp_path):
    source = a_scan(tmp_path / "in.pdf", content=SEEN)
    same = [a_word("stamp", (60, 90, 95, 102)), a_word("123", (98, 90, 118, 102))]
    target, result = write(source, a_page([same], origin="text-layer"))
    assert (result.kept, result.grafted) == ((1,), ())
    assert text_of(target).split() == ["stamp", "123"]


def test_a_converted_layer_is_replaced(tmp_path):
    source = a_scan(tmp_path / "in.pdf", content=SEEN)
    said = [a_word("dấu", (60, 90, 95, 102), raw="stamp"), a_word("123", (98, 90, 118, 102))]
    target, result = write(source, a_page([said], origin="text-layer"))
    assert (result.kept, result.grafted) == ((), (1,))
    assert text_of(target).split() == ["dấu", "123"]
    assert (rendered(source) == rendered(target)).all()


def test_failed_and_blank_pages_stay(tmp_path):
    source = a_scan(tmp_path / "in.pdf", content=HIDDEN, pages=2)
    target, result = write(source, Page(1, 300, 400, status="failed"), Page(2, 300, 400, status="blank"))
    assert "garbled" in text_of(target, 1)  # all that is known of a page that nobody could read
    assert text_of(target, 2).split() == []
    assert result.grafted == ()


def test_bookmarks_and_attachments_are_kept(tmp_path):
    source = a_scan(tmp_path / "in.pdf", pages=2)
    with Pdf.open(source, allow_overwriting_input=True) as pdf:
        with pdf.open_outline() as outline:
            outline.root.append(pikepdf.OutlineItem("Phụ lục", 1))
        pdf.attachments["bang.csv"] = b"a,b\n1,2\n"
        pdf.save(source)
    target, result = write(source, a_page([LINE]), a_page([LINE], number=2))
    assert result.conformance == "PDF/A-3b"  # PDF/A-2 would only allow PDF/A files inside
    with Pdf.open(target) as pdf:
        assert pdf.attachments["bang.csv"].get_file().read_bytes() == b"a,b\n1,2\n"
        with pdf.open_outline() as outline:
            assert [item.title for item in outline.root] == ["Phụ lục"]
        assert b"<pdfaid:part>3</pdfaid:part>" in pdf.Root.Metadata.read_bytes()


def test_a_signed_file_is_copied_without_its_signature(tmp_path):
    source = a_scan(tmp_path / "in.pdf")
    add_signature(source, font=False)
    before = source.read_bytes()
    target, result = write(source, a_page([LINE]))
    assert source.read_bytes() == before
    assert result.signed
    assert ("signatures", 1) in result.mended
    assert result.conformance == "PDF/A-2b"
    assert (rendered(source) == rendered(target)).all()  # its mark is still to be seen
    with Pdf.open(target) as pdf:
        assert "/AcroForm" not in pdf.Root
        assert not any(isinstance(o, Dictionary) and o.get("/Type") == Name.Sig for o in pdf.objects)


def test_the_words_of_a_signature_mark_are_not_said_twice(tmp_path):
    source = a_scan(tmp_path / "in.pdf")
    add_signature(source)
    mark = [a_word("Ky", (202, 37, 212, 46)), a_word("boi", (214, 37, 226, 46))]
    target, result = write(source, a_page([LINE, mark]))
    assert text_of(target).split() == ["Ủy", "ban", "nhân"]
    assert any("not embedded" in reason for reason in result.reasons)


def test_metadata_tell_what_the_record_tells(tmp_path):
    source = a_scan(tmp_path / "in.pdf")
    with Pdf.open(source, allow_overwriting_input=True) as pdf:
        pdf.docinfo["/Title"] = "scan0001"
        pdf.docinfo["/Creator"] = "A scanner"
        pdf.Root.Lang = "en"  # what scanners say of everything
        pdf.docinfo["/CreationDate"] = "D:20190306081500+07'00'"
        pdf.docinfo["/ModDate"] = "D:20190306081500+07'00'"
        pdf.save(source)
    target, _ = write(source, a_page([LINE]))
    title = "Kế hoạch Làm sạch đường làng & ngõ xóm <2019>"
    with Pdf.open(target) as pdf, pdf.open_metadata() as xmp:
        assert str(pdf.docinfo["/Title"]) == xmp["dc:title"] == title
        assert str(pdf.docinfo["/Author"]) == "Ủy ban nhân dân xã Bình Yên"
        assert xmp["dc:creator"] == ["Ủy ban nhân dân xã Bình Yên"]
        assert str(pdf.docinfo["/Subject"]) == xmp["dc:description"] == "Số 07/KH-UBND, Bình Yên, ngày 05/03/2019"
        assert xmp["dc:date"] == ["2019-03-05"]
        assert xmp["dc:identifier"] == "07/KH-UBND"
        assert xmp["xmp:CreatorTool"] == str(pdf.docinfo["/Creator"]) == "A scanner"
        assert xmp["xmp:CreateDate"] == "2019-03-06T08:15:00+07:00"
        assert xmp["pdf:Producer"] == str(pdf.docinfo["/Producer"])
        assert "/ModDate" not in pdf.docinfo
        assert str(pdf.Root.Lang) == "vi-VN"
        assert xmp.pdfa_status == "2B"


def test_nothing_is_made_up_where_the_record_is_empty(tmp_path):
    source = a_scan(tmp_path / "in.pdf")
    empty = type(a_plan())(source=a_plan().source)
    target, _ = write(source, a_page([LINE]), plan=empty)
    with Pdf.open(target) as pdf:
        assert set(pdf.docinfo.keys()) == {"/Producer"}
        assert b"dc:creator" not in pdf.Root.Metadata.read_bytes()


def test_the_bytes_of_the_file_are_those_of_pdf_a(tmp_path):
    source = a_scan(tmp_path / "in.pdf")
    target, _ = write(source, a_page([LINE]))
    data = target.read_bytes()
    assert data.startswith(b"%PDF-1.7\n%")
    assert all(byte > 127 for byte in data[10:14])
    assert data.rstrip(b"\n").endswith(b"%%EOF")
    with Pdf.open(target) as pdf:
        assert pdf.check_pdf_syntax() == []
        assert len(pdf.trailer.ID) == 2
        assert not pdf.is_encrypted
        assert pdfcheck.faults(pdf) == ()
        font = pdf.pages[0].Resources.Font["/SohoaInvisible"].DescendantFonts[0]
        assert len(font.FontDescriptor.FontFile2.read_bytes()) == font.FontDescriptor.FontFile2.Length1


def test_a_file_locked_against_changes_is_copied_open(tmp_path):
    source = a_scan(tmp_path / "in.pdf")
    with Pdf.open(source, allow_overwriting_input=True) as pdf:
        pdf.save(source, encryption=pikepdf.Encryption(owner="chu", user=""))
    target, result = write(source, a_page([LINE]))
    assert result.pdfa
    with Pdf.open(target) as pdf:
        assert not pdf.is_encrypted


def test_errors_are_ours(tmp_path):
    source = a_scan(tmp_path / "in.pdf")
    with pytest.raises(OutputNotWritable):
        write_searchable(source, a_document(a_page([LINE])), a_plan(), tmp_path / "none" / "out.pdf")
    with pytest.raises(ValueError, match="text file"):
        write_searchable(source, a_document(a_page([LINE]), media_type="text/plain"), a_plan(), tmp_path / "out.pdf")
    source.write_bytes(b"%PDF-1.4\nnothing")
    with pytest.raises(UnreadableFile):
        write_searchable(source, a_document(a_page([LINE])), a_plan(), tmp_path / "out.pdf")
    a_scan(source)
    with Pdf.open(source, allow_overwriting_input=True) as pdf:
        pdf.save(source, encryption=pikepdf.Encryption(owner="chu", user="khach"))
    with pytest.raises(EncryptedFile):
        write_searchable(source, a_document(a_page([LINE])), a_plan(), tmp_path / "out.pdf")


def test_a_malformed_file_gives_reasons_and_not_a_traceback(tmp_path):
    source = a_scan(tmp_path / "in.pdf", content=b"\xff\xfe <<< ( [ BT Tj 1 2 cm /X Do")
    with Pdf.open(source, allow_overwriting_input=True) as pdf:
        pdf.pages[0].obj.Annots = Array([Dictionary(Subtype=Name.Stamp, F=Name.Odd, Rect=Array([1])), 7])
        pdf.Root.OCProperties = Dictionary(D=Array([1]))
        pdf.Root.AcroForm = Name.Odd
        pdf.save(source)
    target, result = write(source, a_page([LINE]))
    assert not result.pdfa
    assert result.reasons
    assert {"Ủy", "ban", "nhân"} <= set(text_of(target).split())


def test_the_result_is_kept_as_plain_values(tmp_path):
    source = a_scan(tmp_path / "in.pdf", content=b"0 0 0 1 k\n")
    add_signature(source, font=False)
    _, result = write(source, a_page([LINE]))
    told = json.loads(json.dumps(result.as_json()))
    assert told["conformance"] is None
    assert len(told["not_pdfa_because"]) == 1
    assert (told["signature_left_out"], told["mended"]["signatures"], told["grafted"]) == (True, 1, [1])


def test_a_full_disk_is_our_error_and_not_the_end_of_the_process(tmp_path):
    # In a child, since a fault here would end the process; RLIMIT_FSIZE stands for the full disk.
    a_scan(tmp_path / "in.pdf")
    child = """
import resource, signal, sys
from pathlib import Path
from tests.pdfkit import a_document, a_page, a_plan, a_word
from pipeline.errors import OutputError
from pipeline.writers.searchable import write_searchable
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, resource.RLIM_INFINITY))
folder = Path(sys.argv[1])
words = a_page([[a_word("chữ", (1, 1, 9, 9))]])
try:
    write_searchable(folder / "in.pdf", a_document(words), a_plan(), folder / "out.pdf")
except OutputError as error:
    print(type(error).__name__)
"""
    root = Path(__file__).parent.parent
    run = subprocess.run([sys.executable, "-c", child, tmp_path], cwd=root, capture_output=True, text=True)
    assert (run.returncode, run.stdout.strip()) == (0, "DiskFull"), run.stderr[-500:]
