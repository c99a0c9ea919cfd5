"""Tables to CSV, XLSX and Parquet, and a corrected XLSX back as corrections.

The trouble: text from a scan can begin with "=", and a spreadsheet would run it; a spreadsheet makes numbers,
dates and formulas of what it is given; rows come back sorted, shortened and retyped, while the record has
moved on. So every cell is written as text; in CSV a cell that would start a formula gets an apostrophe before
it. A workbook carries, on a hidden sheet, what it was made from: only a cell that differs from *that* is a
person's change, and where the record has changed too, the two are reported as a conflict, not merged.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

from pipeline import correcting
from pipeline.corrections import Correction
from pipeline.desk import changing, desk, noting, typed, workbook
from pipeline.desk.desk import Item
from pipeline.desk.handover import Collection, Column, Table, tables
from pipeline.desk.workbook import CONTROL, FORMULA_START, MAX_UPLOAD, Sheet
from pipeline.errors import MissingPart, SohoaError, UnreadableFile, UsageError
from pipeline.plan import Plan

try:
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException
except ImportError:  # the extra sohoa[office] is not installed
    openpyxl = None  # type: ignore[assignment]

BASELINE = "_sohoa"  # the hidden sheet with what was exported
KEPT = 64  # characters of a value that stand there as they are; of a longer one its digest
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")
MAX_UNPACKED = 1_000_000_000  # bytes; XML packs some fifteen times, a bomb a thousand times


def guarded(text: str) -> str:
    """Text that no spreadsheet takes for a formula; plain numbers stay as they are.

    >>> guarded("=1+1"), guarded("-5"), guarded("- Như trên")
    ("'=1+1", '-5', "'- Như trên")
    """
    if text.startswith(FORMULA_START) and not _NUMBER.fullmatch(text):
        return "'" + text
    return text


def to_csv(table: Table) -> str:
    """One table as CSV; the first row holds the English names of the columns."""
    return csv_text([column.name for column in table.columns], [row.cells for row in table.rows])


def csv_text(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """CSV in UTF-8 with a byte order mark (spreadsheets need it) and CRLF; no cell can start a formula."""
    made = io.StringIO()
    writer = csv.writer(made)
    writer.writerow(head)
    for row in rows:
        writer.writerow([guarded(CONTROL.sub("\ufffd", cell)) for cell in row])
    return "\ufeff" + made.getvalue()


def to_parquet(table: Table, path: Path) -> None:
    """One table as Parquet, all columns text, empty cells null. Raises MissingPart without pyarrow."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise MissingPart("pyarrow", "It is needed for Parquet.", cure="pip install 'sohoa[parquet]'") from error
    names = [column.name for column in table.columns]
    columns = [pyarrow.array([row.cells[at] or None for row in table.rows], pyarrow.string())
               for at in range(len(names))]
    path.parent.mkdir(parents=True, exist_ok=True)
    parquet.write_table(pyarrow.Table.from_arrays(columns, names=names), path)


def need_openpyxl() -> None:
    if openpyxl is None:
        raise MissingPart("openpyxl", "It is needed for spreadsheets.", cure="pip install 'sohoa[office]'")


def to_xlsx(collection: Collection) -> bytes:
    """The workbook of a hand-over: a sheet a table, and the hidden sheet that lets it be read back.

    Raises UsageError where a table has more rows than a sheet can hold.
    """
    made, base = [], []
    for table in tables(collection):
        made.append(Sheet(table.name, [column.name for column in table.columns], [row.cells for row in table.rows],
                          [column.width for column in table.columns],
                          second=[column.vietnamese for column in table.columns]))
        own = [(at, column.pointer) for at, column in enumerate(table.columns) if column.pointer]
        for row in table.rows:
            values = {pointer: _kept(row.cells[at]) for at, pointer in own if row.cells[at]}
            base.append((table.name, row.file, row.pointer, json.dumps(values, ensure_ascii=False)))
    made.append(Sheet(BASELINE, ["table", "file", "item", "values"], base, [14, 32, 24, 60], hidden=True))
    if collection.held or collection.unread:
        left = [(name, "giữ lại vì độ mật / held for secrecy") for name in collection.held]
        left += [(name, "không đọc được kết quả / outputs cannot be read") for name in collection.unread]
        made.append(Sheet("left_out", ["file", "reason"], left, [40, 50], second=["Tệp", "Lý do"]))
    return workbook.to_xlsx(made)


def _kept(text: str) -> str:
    """What the hidden sheet keeps of a cell: enough to know it again, and little enough that no row outgrows a cell."""
    text = workbook.shown(text)
    if len(text) <= KEPT and not text.startswith("#"):
        return text
    return "#" + hashlib.sha256(text.encode()).hexdigest()[:24]


# --- back again -----------------------------------------------------------------------------------------

# "changed": taken over. "conflict": the record was changed since the export, too; nothing done. "already": the
# record says so already. "refused": no value for this field. "unknown": no such document or row. "missing": a row
# that was exported is not in the workbook; nothing is taken out because of that. "added": a new row of a list.
Kind = Literal["changed", "conflict", "already", "refused", "unknown", "missing", "added"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One cell that differs from what was exported: the value then, the record's now, the workbook's.

    `error` says why a value was refused.
    """

    file: str
    pointer: str
    kind: Kind
    exported: str | None = None
    now: str | None = None
    edited: str | None = None
    error: UsageError | None = None


@dataclass(frozen=True, slots=True)
class Imported:
    """All differences, in order of the workbook, and the entries that they came to, by document."""

    differences: tuple[Difference, ...]
    entries: dict[str, tuple[Correction, ...]]


# What was exported: the values kept of each row by (table, file, item).
Baseline = dict[tuple[str, str, str], Mapping[str, str]]


def read_xlsx(content: bytes, out: Path, who: str, name: str = "workbook") -> Imported:
    """Compare a workbook that came back with the records as they are now. Changes nothing; see `take_over`.

    `name` is what errors call it.

    Raises UnreadableFile for what is no workbook of ours, MissingPart without openpyxl.
    """
    need_openpyxl()
    if len(content) > MAX_UPLOAD:
        raise UnreadableFile(name, "The workbook is too large.", cure="Import fewer documents at a time.")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            if sum(part.file_size for part in parts.infolist()) > MAX_UNPACKED:
                raise UnreadableFile(name, "The workbook unpacks to too much.", cure="Import fewer documents.")
        book = openpyxl.load_workbook(io.BytesIO(content), data_only=False, keep_links=False)
        base: Baseline = {(str(row[0]), str(row[1]), _text(row[2])): json.loads(row[3])
                          for row in _rows(book[BASELINE])[1:] if row[0] and row[1]}
    except (OSError, ValueError, KeyError, EOFError, AttributeError, TypeError, IndexError, SyntaxError,
            zipfile.BadZipFile, InvalidFileException) as error:
        what = "This is no workbook that `sohoa export` made."
        raise UnreadableFile(name, what, cure="Export it anew and correct that.") from error
    comparison = _Comparison(out, base, who)
    known = {table.name: table for table in tables(Collection(()))}
    for sheet in book.worksheets:
        if sheet.title in known:
            comparison.sheet(known[sheet.title], _rows(sheet))
    return comparison.found()


def take_over(
    out: Path, imported: Imported, reread: changing.Reread, rewrite: changing.Rewrite | None = None,
    told: desk.Told = desk.unheard,
) -> tuple[Item, ...]:
    """Put the changes of a workbook into the logs and outputs of their documents."""
    return tuple(changing.change(out, name, imported.entries[name], reread, rewrite)
                 for name in desk.counted(tuple(imported.entries), told))


def _rows(sheet: Any) -> list[tuple[Any, ...]]:
    return list(sheet.iter_rows(values_only=True))


class _Comparison:
    """A workbook beside the records as they are now, sheet by sheet."""

    def __init__(self, out: Path, base: Baseline, who: str) -> None:
        self._out = out
        self._base = base
        self._who = who
        self._items: dict[str, Item | None] = {}
        self._differences: list[Difference] = []
        self._entries: dict[str, list[Correction]] = {}
        self._plans: dict[str, Plan] = {}  # the records with these entries

    def found(self) -> Imported:
        """What differs, and the entries that this came to."""
        return Imported(tuple(self._differences), {name: tuple(made) for name, made in self._entries.items()})

    def sheet(self, table: Table, rows: list[tuple[Any, ...]]) -> None:
        """One sheet, its head in the first row. Raises UnreadableFile where that is gone."""
        places = {str(name): at for at, name in enumerate(rows[0])} if rows else {}
        columns = [column for column in table.columns if column.pointer and column.name in places]
        if any(name not in places for name in (["file", "item"] if table.at else ["file"])):
            raise UnreadableFile("workbook", f"The sheet {table.name} has lost its first row.", cure="Put it back.")
        seen: set[tuple[str, str]] = set()
        for row in rows[1:]:
            if len(row) <= max(places.values()):
                continue
            file = _text(row[places["file"]])
            at = _text(row[places["item"]]) if "item" in places else ""
            if not file or file == "Tệp":  # the second head
                continue
            cells = [(column, row[places[column.name]]) for column in columns]
            if table.at and not at:
                self._new_row(table, file, cells)
                continue
            seen.add((file, at))
            values = self._base.get((table.name, file, at))
            for column, cell in cells:
                exported = None if values is None else values.get(column.pointer, "")
                edited = _edited(cell, column)
                if exported not in (_kept(edited), _kept(_text(cell))):
                    self._cell(file, at + column.pointer, exported, edited)
        for name, file, at in self._base:
            if name == table.name and (file, at) not in seen:
                self._differences.append(Difference(file, at or "/", "missing"))

    def _item(self, file: str) -> Item | None:
        """The document as it is now; None where there is none, or it is held."""
        if file not in self._items:
            try:
                item = desk.load(self._out, file)
                self._items[file] = None if item.mark is not None else item
            except SohoaError:
                self._items[file] = None
        return self._items[file]

    def _cell(self, file: str, pointer: str, exported: str | None, edited: str) -> None:
        """A cell that differs from what was exported; None as `exported`: its row was not."""
        kind, now, error = self._judged(file, pointer, exported, edited)
        if exported and exported.startswith("#"):  # the digest of a long value, which the record may still have
            exported = now if now is not None and _kept(now) == exported else "…"
        self._differences.append(Difference(file, pointer, kind, exported, now, edited, error))

    def _judged(
        self, file: str, pointer: str, exported: str | None, edited: str
    ) -> tuple[Kind, str | None, UsageError | None]:
        """What becomes of a changed cell, the value that the record has now, and why the new one was refused."""
        item = self._item(file)
        if item is None or exported is None:
            return "unknown", None, None
        try:
            current = correcting.value_at(correcting.member_of(item.plan, pointer), pointer)
        except (LookupError, ValueError):
            return "unknown", None, None
        now = "" if current is None else str(current)
        if now == edited:
            return "already", now, None
        if _kept(now) != exported:
            return "conflict", now, None
        try:
            self._take(item, pointer, typed.value_of(pointer, edited))
        except UsageError as error:
            return "refused", now, error
        return "changed", now, None

    def _new_row(self, table: Table, file: str, cells: Sequence[tuple[Column, Any]]) -> None:
        """A row that somebody added to a list: taken over where the record's types allow it."""
        values = {column.name: _edited(cell, column) or None for column, cell in cells}
        told = " | ".join(value for value in values.values() if value)
        if not told:
            return
        if table.name == "targets" and not values.get("text"):
            values["text"] = told
        pointer, item = f"{table.at}/-", self._item(file)
        kind: Kind = "unknown" if item is None else "added"
        error: UsageError | None = None
        if item is not None:
            try:
                for column, _ in cells:
                    typed.value_of(column.pointer, values[column.name] or "")
                after = {column.pointer[1:]: values[column.name] for column, _ in cells}
                self._take(item, pointer, after, action="add")
            except UsageError as refused:
                kind, error = "refused", refused
        self._differences.append(Difference(file, pointer, kind, edited=told, error=error))

    def _take(self, item: Item, pointer: str, after: Any, **more: Any) -> None:
        """Keep the entry. Raises UsageError where the record, changed by what came before it, cannot hold it."""
        entry = noting.field_entry(item, pointer, after, self._who, note="import", **more)
        plan, reports = correcting.report_on_plan(self._plans.get(item.name, item.plan), [entry])
        if reports[-1].outcome == "homeless":
            raise UsageError("", "The record cannot hold this value.", cure="Correct it and save again.")
        self._plans[item.name] = plan
        self._entries.setdefault(item.name, []).append(entry)


def _text(value: Any) -> str:
    """What a spreadsheet program made of a cell, as the text it was before."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _edited(value: Any, column: Column) -> str:
    """The cell in the record's form (see `typed`); what is none of it as it was typed, to be refused."""
    text = _text(value).strip()
    try:
        told = typed.value_of(column.pointer, text)
    except UsageError:
        return text
    return "" if told is None else str(told)
