"""A file that holds several documents: each is a document of its own at the desk, and what a person did to it stays."""

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import office
import openpyxl
import pikepdf
import pytest

from pipeline import corrections, rewording
from pipeline import run as run_stages
from pipeline.commands import desk_cli
from pipeline.desk import changing, desk, forms, handover, index, noting, search, tt05
from pipeline.settings import Settings
from pipeline.stored import from_json
from pipeline.writers import held, searchable
from tests.papers import two_on_a_page

HEAD = """ỦY BAN NHÂN DÂN
XÃ {place}
Số: {number}/KH-UBND

CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc
{place}, ngày 05 tháng 3 năm 2021
{mark}
KẾ HOẠCH
{title}

I. MỤC TIÊU
1. {goal}

Nơi nhận:
- Các thôn;
- Lưu: VT.

CHỦ TỊCH
Bùi Thế Lân
"""
FIRST = HEAD.format(place="BÌNH KHÊ", number="41", mark="", title="Phòng chống cháy rừng năm 2021",
                    goal="Thành lập 6 tổ tuần tra.")
SECOND = HEAD.format(place="AN SƠN", number="52", mark="", title="Nạo vét kênh mương năm 2021",
                     goal="Nạo vét 14 tuyến kênh.")
THIRD = HEAD.format(place="TÂN LẬP", number="63", mark="TỐI MẬT", title="Bảo vệ kho lương thực năm 2021",
                    goal="Huy động 20 chiến sĩ.")
FILE = "tap.txt"
ONE, TWO, THREE = (f"{FILE}/parts/{number:02}" for number in (1, 2, 3))


@pytest.fixture
def root(tmp_path):
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans" / FILE).write_text("\f".join((FIRST, SECOND, THIRD)), "utf-8")
    office.run(tmp_path, "--split")
    return tmp_path


def change(root, name, *entries):
    return changing.change(root / "out", name, entries, desk_cli.reread, desk_cli.rewrite)


def test_each_document_of_a_file_is_listed_searched_and_handed_over(root):
    out = root / "out"
    assert tuple(desk.names(out)) == (ONE, TWO, THREE)
    index.update(out)
    with index.opened(out) as db:
        rows = {row.name: row for row in search.documents(db)}
    assert {name: row.number for name, row in rows.items()} == {ONE: "41", TWO: "52", THREE: None}
    assert rows[THREE].state == "held"
    hit, = search.search(out, "kenh muong").hits
    assert (hit.document.name, hit.page) == (TWO, 2)
    shelf = root / "shelf.csv"
    shelf.write_text(f"file,box,sheet_from\n{FILE},7,\n{TWO},,12\n", "utf-8")
    collection = handover.collect(out, shelving=handover.load_shelving(shelf))
    assert [(entry.name, entry.shelf) for entry in collection.entries] == [
        (ONE, {"box": "7"}), (TWO, {"box": "7", "sheet_from": "12"})]
    assert collection.held == (THREE,)
    job = forms.Job(out, collection, tt05.Agency(), forms.timestamp())
    book = openpyxl.load_workbook(io.BytesIO(forms.make("xlsx", job)[1]))
    assert [row[0].value for row in book["documents"].iter_rows(min_row=3)] == [ONE, TWO]
    with zipfile.ZipFile(io.BytesIO(forms.make("docx", job)[1])) as letters:
        assert len(letters.namelist()) == 2


def test_corrections_of_one_document_stay_its_own_over_later_runs(root):
    out = root / "out"
    item = desk.load(out, TWO)
    word = next(word for word in item.document.words() if word.text == "kênh")
    pointer = next(
        rewording.word_pointer(p, b, n, w) for p, page in enumerate(item.document.pages)
        for b, block in enumerate(page.blocks) for n, line in enumerate(block.lines)
        for w, one in enumerate(line.words) if one is word)
    change(root, TWO, noting.field_entry(item, "/number/number", "57", "Lan"),
           noting.word_entry(item, pointer, "mạch", "Lan"), noting.shelf_entry(item, "box", "9", "Lan"),
           noting.state_entry(item, "verified", True, "Lan"))
    assert "Nạo vét mạch" in (out / FILE / "text.txt").read_text("utf-8"), "the file's own text has it too"
    for more in (["--split"], ["--split", "--redo"]):
        office.run(root, *more)
        one, two = desk.load(out, ONE), desk.load(out, TWO)
        assert (one.plan.number.number, two.plan.number.number) == ("41", "57")
        assert two.plan.title == "Nạo vét mạch mương năm 2021"
        assert (one.verified, two.verified.who) == (None, "Lan")
        assert (corrections.shelf(one.log), corrections.shelf(two.log)) == ({}, {"box": "9"})
    assert not (out / TWO / "corrections.json").exists(), "there is one log, that of the file"


def test_a_word_corrected_on_a_page_that_documents_share_stays_with_its_document(tmp_path):
    folder = tmp_path / "hai.pdf"
    folder.mkdir()
    settings = Settings(formats=("record", "document", "text"), split=True)
    scanned = replace(two_on_a_page(), file="hai.pdf")
    run_stages.write_outputs(run_stages.read(scanned, settings), None, folder, settings)
    item = desk.load(tmp_path, "hai.pdf/parts/02")
    pointer, word = next(
        (rewording.word_pointer(0, b, n, w), word) for b, block in enumerate(item.document.pages[0].blocks)
        for n, line in enumerate(block.lines) for w, word in enumerate(line.words) if word.text == "ruộng")
    changing.change(tmp_path, item.name, [noting.word_entry(item, pointer, "nương", "Lan")], desk_cli.reread,
                    desk_cli.rewrite)
    told = [entry for entry in corrections.load(folder) if entry.where == "document"]
    assert [(entry.page, entry.box) for entry in told] == [(1, word.box.rounded())]
    one, two = desk.load(tmp_path, "hai.pdf/parts/01"), desk.load(tmp_path, item.name)
    assert [sum("nương" in line.text for line in part.document.pages[0].lines()) for part in (one, two)] == [0, 1]
    whole = from_json(json.loads((folder / "document.json").read_text("utf-8")))
    lines = [line.text for line in whole.pages[0].lines()]
    assert len(list(whole.words())) == len(list(scanned.words())), "the page of the file has the words of both"
    assert sum("nương" in line for line in lines) == 1
    assert sum("ruộng" in line for line in lines) == 1
    again = run_stages.read(scanned, settings, corrections.load(folder))
    assert ["nương" in " ".join(word.text for word in part.words()) for part in again.parts] == [False, True]


def test_a_document_that_is_not_told_apart_any_more_keeps_its_corrections_unused(root):
    out = root / "out"
    item = desk.load(out, TWO)
    change(root, TWO, noting.field_entry(item, "/number/number", "57", "Lan"))
    office.run(root)
    whole = desk.load(out, FILE)
    assert tuple(desk.names(out)) == (FILE,)
    assert whole.plan.number.number == "41"
    report, = whole.reports
    assert (report.outcome, report.correction.after) == ("homeless", "57")
    office.run(root, "--split")
    assert desk.load(out, TWO).plan.number.number == "57"


def test_files_of_a_held_part_are_shut_and_those_beside_it_open(root):
    out = root / "out"
    modes = {path.relative_to(out / FILE).as_posix(): path.stat().st_mode & 0o777
             for path in (out / FILE).rglob("*") if path.is_file() and path.name != held.NOTICE}
    assert {name for name, mode in modes.items() if mode & 0o077 == 0} == {
        name for name in modes if not name.startswith(("parts/01", "parts/02"))}, "the file holds the held text too"
    item = desk.load(out, THREE)
    change(root, THREE, noting.state_entry(item, "released", True, "Minh", "QĐ 5"))
    assert (out / FILE / "text.txt").stat().st_mode & 0o044
    assert not held.is_closed(out / FILE)
    assert not held.is_closed(out / THREE)
    office.run(root, "--split")
    assert (out / THREE / "text.txt").stat().st_mode & 0o044


def test_a_folder_of_scans_may_be_called_parts(tmp_path):
    office.write(tmp_path / "out", "parts/02.pdf", office.machine_of("huyen/tam-tien-2024.pdf"), office.empty_plan())
    assert tuple(desk.names(tmp_path / "out")) == ("parts/02.pdf",)
    assert desk.file_of("parts/02.pdf") == "parts/02.pdf"


def test_pages_of_one_document_become_a_pdf_of_their_own(office_made, tmp_path):
    name = "huyen/tam-tien-2024.pdf"
    document = office.machine(office_made / "scans", name)
    plan = desk.load(office_made / "out", name).plan
    whole, part = tmp_path / "whole.pdf", tmp_path / "part.pdf"
    searchable.write_searchable(office_made / "scans" / name, document, plan, whole)
    with pikepdf.open(whole, allow_overwriting_input=True) as pdf:
        with pdf.open_outline() as outline:
            outline.root.append(pikepdf.OutlineItem("secret bookmark", 0))
        pdf.save(whole)
    searchable.write_part(whole, (2,), plan.model_copy(update={"title": "Phụ lục"}), part)
    with pikepdf.open(part) as pdf:
        assert len(pdf.pages) == 1
        assert "/Outlines" not in pdf.Root
        assert "Phụ lục" in str(pdf.docinfo["/Title"])
        with pdf.open_metadata() as metadata:
            assert metadata.pdfa_status == "2B"
        assert "/OutputIntents" in pdf.Root
    assert b"secret bookmark" not in Path(part).read_bytes()
