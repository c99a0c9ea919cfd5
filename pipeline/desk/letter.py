"""The restored text as a Word document, laid out as Nghị định 30/2020/NĐ-CP, annex I, asks.

A working copy for people to read and quote from, not a forgery of the original: it has no seal and no
signature, doubtful words are marked yellow, and a page that could not be read says so in its place. The wording
is the record's and the document's; nothing is set right here.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from pipeline.attention import is_doubtful
from pipeline.desk.finding_aids import need_docx, symbol_of, xml_text
from pipeline.desk.handover import Entry
from pipeline.document import Document, Table
from pipeline.plan import Plan, Section

try:
    import docx
    from docx.enum.table import WD_TABLE_ALIGNMENT
    from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_COLOR_INDEX
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Cm, Mm, Pt
except ImportError:  # the extra sohoa[office] is not installed
    docx = None  # type: ignore[assignment]

_NATION = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")
_PARTY = "ĐẢNG CỘNG SẢN VIỆT NAM"
UNREAD = "[Trang {} không đọc được]"


def to_docx(entry: Entry, document: Document) -> bytes:
    """One document as DOCX. Raises MissingPart without python-docx."""
    need_docx()
    letter = _Letter(_doubtful_words(document))
    plan = entry.plan
    letter.head(plan, symbol_of(entry))
    for page in document.pages:
        if page.status == "failed":
            letter.paragraph(UNREAD.format(page.number), italic=True, mark=True)
    for section in plan.sections:
        letter.section(section, 1)
    for page in document.pages:
        for number, table in enumerate(page.tables, 1):
            letter.paragraph(f"Bảng {number}, trang {page.number}", italic=True)
            letter.table(table)
    letter.foot(plan)
    return letter.saved()


def _doubtful_words(document: Document) -> frozenset[str]:
    """The words that are doubtful wherever they stand; a word sure in one place and not in another is not marked."""
    doubtful: set[str] = set()
    sure: set[str] = set()
    for word in document.words():
        for part in word.text.split():
            (doubtful if is_doubtful(word) else sure).add(part)
    return frozenset(doubtful - sure)


class _Letter:
    """A Word document in the making."""

    def __init__(self, doubtful: frozenset[str]) -> None:
        self._doubtful = doubtful
        self._document: Any = docx.Document()
        page = self._document.sections[0]
        page.page_width, page.page_height = Mm(210), Mm(297)
        page.left_margin, page.right_margin, page.top_margin, page.bottom_margin = Mm(30), Mm(15), Mm(20), Mm(20)
        page.different_first_page_header_footer = True  # the first page has no number
        _page_number(page.header.paragraphs[0])
        style = self._document.styles["Normal"]
        style.font.name, style.font.size = "Times New Roman", Pt(14)
        style.element.rPr.rFonts.set(qn("w:eastAsia"), "Times New Roman")
        style.paragraph_format.space_after = Pt(6)

    def saved(self) -> bytes:
        content = io.BytesIO()
        self._document.save(content)
        return content.getvalue()

    def head(self, plan: Plan, symbol: str) -> None:
        """Letterhead in two columns; type and title centred below. A blank number or date is left as a blank."""
        left, right = self._columns((70, 95))
        is_party = "/" in (plan.number.symbol or "")
        if plan.issuer.parent:
            _line(left, plan.issuer.parent.upper(), size=13)
        _line(left, (plan.issuer.name or "").upper(), size=13, bold=True)
        number = symbol if plan.number.number else f"      {'-' if is_party else '/'}{plan.number.symbol or ''}"
        _line(left, f"{'Số' if is_party else 'Số:'} {number}", size=13)
        if is_party:
            _line(right, _PARTY, size=15, bold=True)
        else:
            _line(right, _NATION[0], size=13, bold=True)
            _line(right, _NATION[1], size=14, bold=True)
        _line(right, _date_line(plan.issued.place, plan.issued.date), size=14, italic=True)
        for text in ((plan.document_type.name or "").upper(), plan.title or ""):
            if text:
                self.paragraph(text, bold=True, centred=True)

    def section(self, section: Section, depth: int) -> None:
        heading = " ".join(part for part in (_label(section.label), section.heading or "") if part)
        paragraphs = list(section.paragraphs)
        if section.heading:
            self.paragraph(heading, bold=True, centred=(section.label or "").startswith(("Phần", "Phụ", "Chương")))
        elif section.label and paragraphs:
            self.paragraph(f"{_label(section.label)} {paragraphs.pop(0)}")
        elif section.label:
            self.paragraph(heading)
        for text in paragraphs:
            self.paragraph(text, italic=depth == 1 and text.startswith("Căn cứ"))
        for child in section.children:
            self.section(child, depth + 1)

    def foot(self, plan: Plan) -> None:
        """Nơi nhận on the left, the signer on the right."""
        left, right = self._columns((75, 90))
        _line(left, "Nơi nhận:", size=12, bold=True, italic=True, centred=False)
        for recipient in plan.recipients:
            note = f" ({recipient.note})" if recipient.note else ""
            _line(left, f"- {recipient.name}{note};", size=11, centred=False)
        if plan.archive:
            _line(left, f"- Lưu: {plan.archive}.", size=11, centred=False)
        for text in (plan.signature.authority, plan.signature.title):
            if text:
                _line(right, text, size=14, bold=True)
        for _ in range(3):
            _line(right, "", size=14)
        _line(right, plan.signature.name or "", size=14, bold=True)

    def paragraph(
        self, text: str, *, bold: bool = False, italic: bool = False, centred: bool = False, mark: bool = False
    ) -> None:
        paragraph = self._document.add_paragraph()
        form = paragraph.paragraph_format
        if centred:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        else:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
            form.first_line_indent = Cm(1.27)
        for piece, doubtful in _pieces(text, self._doubtful):
            run = paragraph.add_run(xml_text(piece))
            run.bold, run.italic = bold, italic
            if doubtful or mark:
                run.font.highlight_color = WD_COLOR_INDEX.YELLOW

    def table(self, table: Table) -> None:
        if not table.rows or not table.columns:
            return
        made = self._document.add_table(rows=table.rows, cols=table.columns)
        made.style = "Table Grid"
        grid = [row.cells for row in made.rows]  # once: python-docx counts all cells anew for each that is asked for
        for cell in table.cells:
            first = grid[cell.row][cell.column]
            if cell.row_span > 1 or cell.column_span > 1:
                first = first.merge(grid[cell.row + cell.row_span - 1][cell.column + cell.column_span - 1])
            first.text = ""
            paragraph = first.paragraphs[0]
            for piece, doubtful in _pieces(cell.text, self._doubtful):
                run = paragraph.add_run(xml_text(piece))
                run.font.size = Pt(12)
                if doubtful:
                    run.font.highlight_color = WD_COLOR_INDEX.YELLOW

    def _columns(self, widths: Sequence[int]) -> list[Any]:
        table = self._document.add_table(rows=1, cols=len(widths))
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        table.autofit = False
        # Word goes by the cells, LibreOffice by the columns: "CỘNG HÒA XÃ HỘI ..." must stand on one line in both.
        for cell, column, width in zip(table.rows[0].cells, table.columns, widths, strict=True):
            cell.width = column.width = Mm(width)
        return list(table.rows[0].cells)


def _label(label: str | None) -> str:
    """As printed in State documents: "I." "1." "a)" "(1)" "Phần I".

    >>> [_label(label) for label in ("I", "2.1", "đ", "(1)", "Phần I", None)]
    ['I.', '2.1.', 'đ)', '(1)', 'Phần I', '']
    """
    if not label:
        return ""
    if label.startswith("(") or " " in label:
        return label
    return f"{label})" if len(label) == 1 and label.islower() else f"{label}."


def _date_line(place: str | None, date: str | None) -> str:
    """Địa danh, ngày ... tháng ... năm ...; what is blank on the paper stays blank.

    >>> _date_line("Tam Tiến", "2024-01")
    'Tam Tiến, ngày     tháng 01 năm 2024'
    """
    year, month, day = (*(date or "").split("-"), "", "", "")[:3]
    blank = "   "
    if month.isdecimal() and int(month) > 2:  # NĐ 30 writes a zero before months 1 and 2 only
        month = str(int(month))
    told = f"ngày {day or blank} tháng {month or blank} năm {year or blank}"
    return f"{place}, {told}" if place else told


def _pieces(text: str, doubtful: frozenset[str]) -> list[tuple[str, bool]]:
    """The text cut where doubtful words begin and end."""
    pieces: list[tuple[str, bool]] = []
    for number, word in enumerate(text.split(" ")):
        piece = word if number == 0 else " " + word
        marked = word in doubtful and bool(word)
        if pieces and pieces[-1][1] == marked:
            pieces[-1] = (pieces[-1][0] + piece, marked)
        else:
            pieces.append((piece, marked))
    return pieces


def _line(
    cell: Any, text: str, *, size: int, bold: bool = False, italic: bool = False, centred: bool = True
) -> None:
    is_fresh = len(cell.paragraphs) == 1 and not cell.paragraphs[0].runs
    paragraph = cell.paragraphs[0] if is_fresh else cell.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if centred else WD_ALIGN_PARAGRAPH.LEFT
    paragraph.paragraph_format.space_after = Pt(0)
    run = paragraph.add_run(xml_text(text))
    run.bold, run.italic, run.font.size = bold, italic, Pt(size)


def _page_number(paragraph: Any) -> None:
    """A field that Word fills in: the number, centred at the head of every page but the first."""
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = paragraph.add_run()
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        if kind:
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
        else:
            element = OxmlElement("w:instrText")
            element.text = text
        run._r.append(element)
