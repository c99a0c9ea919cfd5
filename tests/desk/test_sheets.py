"""Tables out, a corrected workbook back: nothing is run, nothing lost, nobody's work overwritten."""

import csv
import io
import shutil
import subprocess
import zipfile

import office
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import corrections
from pipeline.desk import changing, desk, handover, noting, sheets
from pipeline.desk import workbook as workbook_module
from pipeline.desk.handover import Shelving
from pipeline.desk.workbook import CELL_LIMIT
from pipeline.errors import UnreadableFile, UsageError

NAME = "huyen/tam-tien-2024.pdf"


def workbook(out):
    return openpyxl.load_workbook(io.BytesIO(sheets.to_xlsx(handover.collect(out))))


def cell_of(book, sheet, file, column, item=None):
    rows = book[sheet]
    names = [cell.value for cell in rows[1]]
    for row in rows.iter_rows(min_row=3):
        values = {name: cell for name, cell in zip(names, row, strict=True)}
        if values["file"].value == file and (item is None or values["item"].value == item):
            return values[column]
    raise AssertionError((sheet, file, item))


def back(book, out):
    content = io.BytesIO()
    book.save(content)
    return sheets.read_xlsx(content.getvalue(), out, "Hoa")


def told(imported):
    return {(difference.file, difference.pointer): difference.kind for difference in imported.differences}


def test_tables_hold_what_the_records_hold(out):
    documents, targets = handover.tables(handover.collect(out))[:2]
    row = dict(zip([c.name for c in documents.columns], documents.rows[1].cells, strict=True))
    assert (row["file"], row["number"], row["symbol"], row["year"], row["level"]) == (
        NAME,
        "28",
        "KH-UBND",
        "2024",
        "commune",
    )
    assert row["district"] == ""
    assert len(targets.rows) == 9
    assert dict(zip([c.name for c in targets.columns], targets.rows[5].cells, strict=True))["value"] == ""


def test_held_documents_are_left_out_and_named(out):
    collection = handover.collect(out)
    assert collection.held == (office.SECRET,)
    assert office.SECRET not in [entry.name for entry in collection.entries]
    content = sheets.to_xlsx(collection)
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert all("Rừng Thông".encode() not in parts.read(name) for name in parts.namelist())
    assert workbook(out)["left_out"]["B3"].value == "giữ lại vì độ mật / held for secrecy"


def test_unchanged_workbook_comes_back_without_a_difference(out):
    assert told(back(workbook(out), out)) == {}


def test_corrections_come_back(out):
    book = workbook(out)
    cell_of(book, "documents", NAME, "number").value = "29"
    cell_of(book, "documents", NAME, "date").value = "25/01/2024"
    cell_of(book, "documents", NAME, "theme").value = "Đoàn kết"
    cell_of(book, "targets", NAME, "value", "/targets/2").value = 10.0
    cell_of(book, "targets", NAME, "value", "/targets/0").value = "35,5"
    imported = back(book, out)
    assert set(told(imported).values()) == {"changed"}
    sheets.take_over(out, imported, office.read_again)
    plan = desk.load(out, NAME).plan
    assert (plan.number.number, plan.issued.date, plan.theme) == ("29", "2024-01-25", "Đoàn kết")
    assert [target.value for target in plan.targets] == ["35.5", "9", "10"]
    assert {entry.who for entry in corrections.load(out / NAME)} == {"Hoa"}
    assert told(back(workbook(out), out)) == {}


def test_sorted_rows_and_new_rows(out):
    book = workbook(out)
    sheet = book["targets"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3)]
    rows[0][5] = "99"
    changed = (rows[0][0], rows[0][1])
    for number, row in enumerate(reversed(rows), 3):
        for at, value in enumerate(row, 1):
            sheet.cell(number, at).value = value
    names = [cell.value for cell in sheet[1]]
    for name, value in {"file": NAME, "indicator": "Khai mương", "comparator": "=", "value": "2", "unit": "km"}.items():
        sheet.cell(3 + len(rows), names.index(name) + 1).value = value
    imported = back(book, out)
    assert told(imported) == {(changed[0], changed[1] + "/value"): "changed", (NAME, "/targets/-"): "added"} or set(
        told(imported).values()
    ) == {"changed", "added"}
    sheets.take_over(out, imported, office.read_again)
    assert desk.load(out, NAME).plan.targets[-1].text == "Khai mương | = | 2 | km"


def test_what_two_people_changed_is_a_conflict_and_nothing_is_done(out):
    book = workbook(out)
    cell_of(book, "documents", NAME, "number").value = "29"
    item = desk.load(out, NAME)
    changing.change(out, NAME, [noting.field_entry(item, "/number/number", "30", "Lan")], office.read_again)
    imported = back(book, out)
    (difference,) = imported.differences
    assert (difference.kind, difference.exported, difference.now, difference.edited) == ("conflict", "28", "30", "29")
    assert imported.entries == {}


@pytest.mark.parametrize(
    ("column", "value", "kind"),
    [
        ("year", "hai nghìn", "refused"),
        ("level", "làng", "refused"),
        ("year", 2025, "changed"),
        ("level", "district", "changed"),
    ],
)
def test_values_that_no_record_can_hold(out, column, value, kind):
    book = workbook(out)
    cell_of(book, "documents", NAME, column).value = value
    assert list(told(back(book, out)).values()) == [kind]


def test_rows_that_are_gone_or_unknown_are_reported(out):
    book = workbook(out)
    cell_of(book, "documents", NAME, "file").value = "../../etc/passwd"
    kinds = told(back(book, out))
    assert kinds[NAME, "/"] == "missing"
    assert kinds["../../etc/passwd", "/number/number"] == "unknown"


def test_held_document_takes_no_import(out):
    book = workbook(out)
    cell_of(book, "documents", NAME, "number").value = "29"
    item = desk.load(out, NAME)
    changing.change(out, NAME, [noting.state_entry(item, "held", True, "Minh")], office.read_again)
    assert back(book, out).entries == {}


@pytest.mark.parametrize("content", [b"", b"PK", b"not a workbook", "zip"])
def test_what_is_no_workbook(out, content):
    if content == "zip":
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as parts:
            parts.writestr("a", "b")
        content = made.getvalue()
    with pytest.raises(UnreadableFile):
        sheets.read_xlsx(content, out, "Hoa")


def test_bomb_is_refused_before_it_is_unpacked(out, monkeypatch):
    monkeypatch.setattr(sheets, "MAX_UNPACKED", 5_000_000)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as parts, parts.open("xl/workbook.xml", "w") as part:
        for _ in range(6):
            part.write(b"\0" * 1_000_000)
    assert len(made.getvalue()) < 20_000
    with pytest.raises(UnreadableFile, match="unpacks"):
        sheets.read_xlsx(made.getvalue(), out, "Hoa")


EVIL = ['=HYPERLINK("http://x","y")', "+1+1", "@SUM(A1)", "-2+3", "\t=1", "=cmd|' /C calc'!A0", "\x00\x07=", "\ud800"]


@pytest.mark.parametrize("text", EVIL)
def test_no_cell_becomes_a_formula(out, text):
    item = desk.load(out, NAME)
    changing.change(
        out, NAME, [noting.field_entry(item, "/title", text.replace("\ud800", "\ufffd"), "Lan")], office.read_again
    )
    content = sheets.to_xlsx(handover.collect(out))
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert all(b"<f>" not in parts.read(name) and b"<f " not in parts.read(name) for name in parts.namelist())
    table = handover.tables(handover.collect(out))[0]
    rows = list(csv.DictReader(io.StringIO(sheets.to_csv(table).lstrip("\ufeff"))))
    assert not rows[1]["title"].startswith(("=", "+", "-", "@", "\t"))


@given(st.text())
def test_guard_keeps_the_text_behind_the_apostrophe(text):
    guarded = sheets.guarded(text)
    assert guarded in (text, "'" + text)
    assert not guarded.startswith(("=", "@", "\t", "\r", "\n"))


def test_long_text_says_that_it_was_cut(out):
    item = desk.load(out, NAME)
    changing.change(out, NAME, [noting.field_entry(item, "/theme", "x" * 40_000, "Lan")], office.read_again)
    shown = cell_of(workbook(out), "documents", NAME, "theme").value
    assert len(shown) == CELL_LIMIT
    assert shown.endswith("[…]")
    assert told(back(workbook(out), out)) == {}, "a cut cell that nobody touched is no change"


OFFICE = shutil.which("soffice")


@pytest.mark.skipif(OFFICE is None, reason="needs LibreOffice")
def test_a_real_spreadsheet_program_changes_nothing_by_opening_and_saving(out, tmp_path):
    item = desk.load(out, NAME)
    hostile = {"/title": "=1+1 _x0041_ <b>&\r\nx", "/theme": "-- hai", "/number/number": "007",
               "/signature/name": "@SUM(1)", "/targets/0/value": "3.50", "/archive": "1e5"}
    for pointer, value in hostile.items():
        item = changing.change(out, NAME, [noting.field_entry(item, pointer, value, "Lan")], office.read_again)
    path = tmp_path / "a.xlsx"
    path.write_bytes(sheets.to_xlsx(handover.collect(out)))
    for form in ("ods", "xlsx:Calc MS Excel 2007 XML"):  # through LibreOffice's own form and back
        subprocess.run(
            [OFFICE, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", form,
             "--outdir", str(tmp_path), str(path)],
            check=True, capture_output=True, timeout=120)
        path = path.with_suffix("." + form.partition(":")[0])
    assert sheets.read_xlsx(path.read_bytes(), out, "Hoa").differences == ()
    book = openpyxl.load_workbook(path)
    cell_of(book, "documents", NAME, "title").value = "Kế hoạch khác"
    assert told(back(book, out)) == {(NAME, "/title"): "changed"}


def test_more_rows_than_a_sheet_holds_are_refused(monkeypatch):
    monkeypatch.setattr(workbook_module, "ROW_LIMIT", 3)
    sheet = workbook_module.Sheet("x", ["a"], [["1"], ["2"], ["3"]], [10])
    with pytest.raises(UsageError, match="CSV"):
        workbook_module.to_xlsx([sheet])


def test_box_and_folder_travel_through(out, tmp_path):
    path = tmp_path / "shelf.csv"
    path.write_text(f"Tệp;Hộp số;Hồ sơ;Từ tờ;Đến tờ;THBQ\n{NAME};12;3;5;7;01\n", "utf-8")
    shelving = handover.load_shelving(path, layout=True)
    table = handover.tables(handover.collect(out, shelving=shelving))[0]
    assert table.rows[1].cells[1:4] == ("12", "3", "5-7")
    assert table.rows[0].cells[1:4] == ("", "huyen", ""), "the layout tells where the CSV does not"
    item = desk.load(out, NAME)
    changing.change(out, NAME, [noting.shelf_entry(item, "box", "99", "Lan")], office.read_again)
    table = handover.tables(handover.collect(out, shelving=shelving))[0]
    assert table.rows[1].cells[1] == "99", "a person at the desk goes before the CSV"
    assert Shelving(layout=True).of("12/3/a.pdf") == {"box": "12", "folder": "3"}


@pytest.mark.parametrize("text", ["box,folder\n1,2\n", "file,colour\na,b\n", "file,box\na,1\na,2\n", ""])
def test_shelf_csv_that_cannot_be_right(tmp_path, text):
    path = tmp_path / "shelf.csv"
    path.write_text(text)
    with pytest.raises(UsageError):
        handover.load_shelving(path)


def test_a_shelf_csv_that_no_reader_takes(tmp_path):
    path = tmp_path / "shelf.csv"
    path.write_text(f"file,note\na,{'x' * 200_000}\n")
    with pytest.raises(UnreadableFile, match="This CSV cannot be read"):
        handover.load_shelving(path)


def test_parquet(out, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    table = handover.tables(handover.collect(out))[1]
    sheets.to_parquet(table, tmp_path / "targets.parquet")
    read = parquet.read_table(tmp_path / "targets.parquet").to_pylist()
    assert len(read) == 9
    assert read[0]["value"] == "40"
    assert read[2]["value"] is None
