"""An XLSX workbook of text cells, written straight: the same few styles, a million cells in some seconds.

Every cell of a hand-over is text (a number that was recognised must come back letter for letter), so a sheet is one
string a cell and nothing else. A library that can do more needs several times as long for it, most of what a
hand-over of many documents took (`make bench-desk`). A workbook that comes back is read with openpyxl, since what a
spreadsheet program made of it can be anything.

No text can become a formula: its cell has the type of a string and the format "text", and the mark that Excel gives
to a text typed with an apostrophe where it begins like a formula, so that it stays text when somebody edits it.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO
from xml.sax.saxutils import escape, quoteattr

from pipeline.errors import UsageError

CELL_LIMIT = 32_767  # characters a spreadsheet cell can hold
ROW_LIMIT = 1_048_576  # rows a sheet can hold
MAX_UPLOAD = 50_000_000  # bytes of a workbook that is read back: some 20,000 documents
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # XML 1.0 cannot hold them
FORMULA_START = ("=", "+", "-", "@", "\t", "\r", "\n")
_CUT = " […]"
_COMPRESSION = 3  # of zlib: level 6 makes the file a tenth smaller and takes twice as long
_ROWS_A_WRITE = 2_000  # a write for each row alone would take longer than the rows
_TIME = (2000, 1, 1, 0, 0, 0)  # of the members, so that the same content gives the same bytes
_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # spreadsheets read _x0041_ as a letter
_SPECIAL = re.compile(r"[&<>]|_x[0-9A-Fa-f]{4}_")

_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KINDS = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# The cell styles by their place: 0 plain, 1 head in English, 2 head in Vietnamese, 3 text, 4 text that begins like a
# formula. Format 49 is "@", text.
_STYLES = f"""{_HEAD}<styleSheet xmlns="{_SHEET}">
<fonts count="3"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font>\
<font><i/><sz val="11"/><name val="Calibri"/></font></fonts>
<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>\
<fill><patternFill patternType="solid"><fgColor rgb="FFE6EAF0"/></patternFill></fill></fills>
<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>
<cellXfs count="5"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>
<xf numFmtId="49" fontId="1" fillId="2" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1" applyFill="1"/>
<xf numFmtId="49" fontId="2" fillId="2" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1" applyFill="1"/>
<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyAlignment="1">\
<alignment vertical="top" wrapText="1"/></xf>
<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyAlignment="1" \
quotePrefix="1"><alignment vertical="top" wrapText="1"/></xf></cellXfs>
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>
</styleSheet>"""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its head (and a second head in Vietnamese), the widths of its columns in characters, its rows."""

    name: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[int]
    second: Sequence[str] = ()
    hidden: bool = False


def to_xlsx(sheets: Sequence[Sheet]) -> bytes:
    """The workbook. Raises UsageError where a sheet would have more rows than any program opens."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=_COMPRESSION) as archive:
        for name, text in _frame(sheets):
            with _member(archive, name) as file:
                file.write(text.encode())
        for number, sheet in enumerate(sheets, 1):
            with _member(archive, f"xl/worksheets/sheet{number}.xml") as file:
                _write_sheet(file, sheet)
    return content.getvalue()


def _member(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    info = zipfile.ZipInfo(name, _TIME)
    info.compress_type = zipfile.ZIP_DEFLATED
    return archive.open(info, "w", force_zip64=True)


def _frame(sheets: Sequence[Sheet]) -> Iterator[tuple[str, str]]:
    """Everything of the workbook but the cells."""
    numbers = range(1, len(sheets) + 1)
    kinds = "".join(f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{_KINDS}.worksheet+xml"/>'
                    for number in numbers)
    yield "[Content_Types].xml", (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_KINDS}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_KINDS}.styles+xml"/>{kinds}</Types>')
    yield "_rels/.rels", (
        f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>')
    named, filters = [], []
    for number, sheet in enumerate(sheets, 1):
        state = ' state="hidden"' if sheet.hidden else ""
        named.append(f'<sheet name={quoteattr(sheet.name)} sheetId="{number}"{state} r:id="rId{number}"/>')
        if sheet.rows:
            quoted = escape(sheet.name.replace("'", "''"))
            first, last = len(_heads(sheet)), len(_heads(sheet)) + len(sheet.rows)
            filters.append(f'<definedName name="_xlnm._FilterDatabase" localSheetId="{number - 1}" hidden="1">'
                           f"'{quoted}'!$A${first}:${_letters(len(sheet.head) - 1)}${last}</definedName>")
    names = f"<definedNames>{''.join(filters)}</definedNames>" if filters else ""
    yield "xl/workbook.xml", (
        f'{_HEAD}<workbook xmlns="{_SHEET}" xmlns:r="{_RELATIONS}"><sheets>{"".join(named)}</sheets>{names}</workbook>')
    targets = "".join(f'<Relationship Id="rId{number}" Type="{_RELATIONS}/worksheet" '
                      f'Target="worksheets/sheet{number}.xml"/>' for number in numbers)
    yield "xl/_rels/workbook.xml.rels", (
        f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{targets}'
        f'<Relationship Id="rId{len(sheets) + 1}" Type="{_RELATIONS}/styles" Target="styles.xml"/></Relationships>')
    yield "xl/styles.xml", _STYLES


def _heads(sheet: Sheet) -> list[Sequence[str]]:
    return [sheet.head, *([sheet.second] if sheet.second else [])]


def _write_sheet(file: IO[bytes], sheet: Sheet) -> None:
    heads = _heads(sheet)
    last = len(heads) + len(sheet.rows)
    if last > ROW_LIMIT:
        raise UsageError(sheet.name, f"{last} rows are more than a sheet can hold ({ROW_LIMIT}).",
                         cure="Hand over fewer documents at a time (a year, an issuer), or as CSV.")
    letters = [_letters(column) for column in range(len(sheet.head))]
    below = len(heads) + 1
    columns = "".join(f'<col min="{number}" max="{number}" width="{width}" customWidth="1"/>'
                      for number, width in enumerate(sheet.widths, 1))
    opening = (
        f'{_HEAD}<worksheet xmlns="{_SHEET}"><dimension ref="A1:{letters[-1]}{max(1, last)}"/><sheetViews>'
        f'<sheetView workbookViewId="0"><pane xSplit="1" ySplit="{len(heads)}" topLeftCell="B{below}" '
        f'activePane="bottomRight" state="frozen"/></sheetView></sheetViews><cols>{columns}</cols><sheetData>')
    file.write(opening.encode())
    for number, row in enumerate(heads, 1):
        file.write(_row(number, row, letters, number, number).encode())
    for start in range(0, len(sheet.rows), _ROWS_A_WRITE):
        rows = enumerate(sheet.rows[start : start + _ROWS_A_WRITE], below + start)
        file.write("".join([_row(number, row, letters, 3, 4) for number, row in rows]).encode())
    shown = f'<autoFilter ref="A{len(heads)}:{letters[-1]}{last}"/>' if sheet.rows else ""
    file.write(f"</sheetData>{shown}</worksheet>".encode())


def _row(number: int, cells: Sequence[str], letters: Sequence[str], style: int, formula_like: int) -> str:
    made = "".join([
        f'<c r="{letter}{number}" s="{formula_like if text.startswith(FORMULA_START) else style}" t="inlineStr">'
        f'<is><t xml:space="preserve">{_fit(text)}</t></is></c>'
        for letter, text in zip(letters, cells, strict=True) if text])
    return f'<row r="{number}">{made}</row>'


def shown(text: str) -> str:
    """The text as a cell shows it: one beyond what a cell can hold ends with a mark that says so.

    Line ends become line feeds, as a spreadsheet program writes them back.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > CELL_LIMIT:
        text = text[: CELL_LIMIT - len(_CUT)] + _CUT
    return CONTROL.sub("\ufffd", text)


def _fit(text: str) -> str:
    """The text of a cell as XML."""
    text = shown(text)
    if not _SPECIAL.search(text):
        return text
    return escape(_ESCAPED.sub("_x005F_", text))


def _letters(column: int) -> str:
    """The name of a column, from 0.

    >>> _letters(0), _letters(25), _letters(26)
    ('A', 'Z', 'AA')
    """
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name
