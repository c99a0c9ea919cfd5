"""The two finding aids of Nghị định 30/2020/NĐ-CP: mục lục hồ sơ and mục lục văn bản trong hồ sơ.

Both as one workbook and as a document to print. A document belongs to the hồ sơ that box and folder name; those
without stand together at the end under a head that says so. What only a person knows (title of the hồ sơ,
retention, sheets) is left blank where nobody entered it; dates and pages are counted from the documents.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.desk import workbook
from pipeline.desk.handover import Collection, Entry, retention
from pipeline.desk.handover import sheets as sheets_of
from pipeline.desk.workbook import Sheet
from pipeline.errors import MissingPart
from pipeline.plan import printed_date, printed_number

try:
    import docx
    from docx.enum.section import WD_ORIENT
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt
except ImportError:  # the extra sohoa[office] is not installed
    docx = None  # type: ignore[assignment]

# Wording of the heads by NĐ 30, annex VII.
FILES_TITLE = "MỤC LỤC HỒ SƠ, TÀI LIỆU NỘP LƯU"
FILES_HEAD = ("Số TT", "Số, ký hiệu hồ sơ", "Tiêu đề hồ sơ", "Thời gian tài liệu", "THBQ", "Số tờ/Số trang", "Ghi chú")
DOCUMENTS_TITLE = "MỤC LỤC VĂN BẢN, TÀI LIỆU TRONG HỒ SƠ"
DOCUMENTS_HEAD = (
    "STT", "Số, ký hiệu", "Ngày tháng năm", "Tên loại và trích yếu", "Tác giả", "Tờ số/Trang số", "Ghi chú",
)
_FILES_WIDTHS = (7, 16, 50, 22, 12, 14, 18)
_DOCUMENTS_WIDTHS = (6, 18, 14, 56, 30, 14, 24)
NO_FOLDER = "Tài liệu chưa xếp vào hồ sơ"


@dataclass(frozen=True, slots=True)
class Folder:
    """One hồ sơ (đơn vị bảo quản) with its documents in order of date and number."""

    box: str
    number: str
    title: str
    maintenance: str
    sheets: str
    entries: tuple[Entry, ...]

    @property
    def pages(self) -> int:
        return sum(entry.plan.source.pages for entry in self.entries)

    @property
    def dates(self) -> tuple[str, str]:
        """First and last date of the documents in EDTF; "" where none is dated."""
        dates = sorted(entry.plan.issued.date for entry in self.entries if entry.plan.issued.date)
        return (dates[0], dates[-1]) if dates else ("", "")


def folders(collection: Collection) -> tuple[Folder, ...]:
    """The hồ sơ of a collection by box and number; documents without a folder come last."""
    grouped: dict[tuple[str, str], list[Entry]] = {}
    for entry in collection.entries:
        number = entry.shelf.get("folder", "")
        grouped.setdefault((entry.shelf.get("box", "") if number else "", number), []).append(entry)
    made = []
    for (box, number), entries in sorted(grouped.items(), key=lambda item: (not item[0][1], _natural(item[0]))):
        entries.sort(key=_by_date)
        made.append(Folder(
            box, number, _one([entry.shelf.get("folder_title", "") for entry in entries]),
            _one([retention(entry.shelf.get("maintenance", "")) for entry in entries]) if number else "",
            _one([entry.shelf.get("folder_sheets", "") for entry in entries]) if number else "", tuple(entries)))
    return tuple(made)


def _by_date(entry: Entry) -> tuple[Any, ...]:
    return entry.plan.issued.date or "9999", _natural((entry.plan.number.number or "",)), entry.name


def _natural(texts: tuple[str, ...]) -> tuple[Any, ...]:
    """Order "2" before "10": numbers as numbers, the rest as text."""
    return tuple((0, int(text), "") if text.isdecimal() else (1, 0, text) for text in texts)


def _one(values: Sequence[str]) -> str:
    """The value that all documents of a folder give, "" where they differ: a person must say."""
    told = {value for value in values if value}
    return told.pop() if len(told) == 1 else ""


def files_rows(collection: Collection) -> list[tuple[str, ...]]:
    """Mục lục hồ sơ: a row for each hồ sơ."""
    rows: list[tuple[str, ...]] = []
    for folder in folders(collection):
        if not folder.number:
            continue
        first, last = (printed_date(date) for date in folder.dates)
        span = first if first == last else f"{first} - {last}"
        note = f"Hộp số {folder.box}" if folder.box else ""
        count = f"{folder.sheets or '…'}/{folder.pages}"
        rows.append((str(len(rows) + 1), folder.number, folder.title, span, folder.maintenance, count, note))
    return rows


def documents_rows(folder: Folder) -> list[tuple[str, ...]]:
    """Mục lục văn bản trong hồ sơ: a row for each document of one hồ sơ."""
    rows: list[tuple[str, ...]] = []
    for entry in folder.entries:
        plan = entry.plan
        notes = [entry.shelf.get("note", "")]
        if entry.failed_pages:
            notes.append(f"{entry.failed_pages} trang không đọc được")
        rows.append((
            str(len(rows) + 1), symbol_of(entry), printed_date(plan.issued.date),
            " ".join(part for part in (plan.document_type.name, plan.title) if part),
            plan.issuer.name or "", sheets_of(entry.shelf) or f"{plan.source.pages} trang",
            "; ".join(note for note in notes if note),
        ))
    return rows


def symbol_of(entry: Entry) -> str:
    """Số, ký hiệu as one; a blank number stays blank."""
    return printed_number(entry.plan.number.number, entry.plan.number.symbol)


def _title_of(folder: Folder) -> str:
    if not folder.number:
        return NO_FOLDER
    told = [f"Hồ sơ số {folder.number}", f"Hộp số {folder.box}" if folder.box else "", folder.title]
    return " - ".join(part for part in told if part)


def to_xlsx(collection: Collection) -> bytes:
    """Both finding aids as a workbook of two sheets."""
    rows = [(_title_of(folder), *row) for folder in folders(collection) for row in documents_rows(folder)]
    return workbook.to_xlsx((
        Sheet("Mục lục hồ sơ", FILES_HEAD, files_rows(collection), _FILES_WIDTHS),
        Sheet("Mục lục văn bản", ("Hồ sơ", *DOCUMENTS_HEAD), rows, (30, *_DOCUMENTS_WIDTHS)),
    ))


# --- to print -------------------------------------------------------------------------------------------


def need_docx() -> None:
    if docx is None:
        raise MissingPart("python-docx", "It is needed for DOCX.", cure="pip install 'sohoa[office]'")


def to_docx(collection: Collection, agency: str = "", fonds: str = "", catalogue: str = "") -> bytes:
    """Both finding aids to print: A4 landscape, heads repeated on every page. Raises MissingPart.

    `fonds` and `catalogue` (phông, mục lục số) stand under the first title where the archive gives them.
    """
    need_docx()
    document: Any = docx.Document()
    page = document.sections[0]
    page.orientation = WD_ORIENT.LANDSCAPE
    page.page_width, page.page_height = Mm(297), Mm(210)
    page.left_margin, page.right_margin, page.top_margin, page.bottom_margin = Mm(30), Mm(15), Mm(20), Mm(20)
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Times New Roman", Pt(12)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "Times New Roman")
    if agency:
        _centred(document, agency.upper(), bold=True)
    _centred(document, FILES_TITLE, bold=True, size=14)
    within = [f"Phông: {fonds}" if fonds else "", f"Mục lục số: {catalogue}" if catalogue else ""]
    if any(within):
        _centred(document, "; ".join(part for part in within if part))
    _table(document, FILES_HEAD, files_rows(collection), _FILES_WIDTHS)
    for folder in folders(collection):
        document.add_page_break()
        _centred(document, DOCUMENTS_TITLE, bold=True, size=14)
        _centred(document, _title_of(folder))
        _table(document, DOCUMENTS_HEAD, documents_rows(folder), _DOCUMENTS_WIDTHS)
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


def _centred(document: Any, text: str, *, bold: bool = False, size: int = 12) -> None:
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = paragraph.add_run(xml_text(text))
    run.bold, run.font.size = bold, Pt(size)


def _table(document: Any, head: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int]) -> None:
    table = document.add_table(rows=1, cols=len(head))
    table.style = "Table Grid"
    table.autofit = False
    for cell, text in zip(table.rows[0].cells, head, strict=True):
        _put(cell, text, bold=True)
    repeat = OxmlElement("w:tblHeader")
    repeat.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(repeat)
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            _put(cell, text)
    unit = 252 / sum(widths)  # millimetres between the margins
    for column, width in zip(table.columns, widths, strict=True):  # LibreOffice goes by these, Word by the cells
        column.width = Mm(width * unit)
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Mm(width * unit)


def _put(cell: Any, text: str, *, bold: bool = False) -> None:
    run = cell.paragraphs[0].add_run(xml_text(text))
    run.bold, run.font.size = bold, Pt(11)


def xml_text(text: str) -> str:
    """Text that XML 1.0 can hold; what it cannot becomes U+FFFD, so that its place is seen."""
    return workbook.CONTROL.sub("\ufffd", text)
