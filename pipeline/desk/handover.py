"""What goes out of the house: the documents of an output folder as plain tables, one definition for every form.

A table is its columns, and a column says how its value is found and, where a spreadsheet may change it, which
field of the record it is. CSV, XLSX, Parquet, the finding aids and the archival forms are made from these.

Where box, folder and sheets come from, in order of trust: what a person entered at the desk, a CSV kept by the
archive, the layout of the folders where that is asked for (`box/folder/document`). Documents held for secrecy
are left out of every table, and named, so that nobody takes the list for complete.
"""

from __future__ import annotations

import csv
import gc
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path, PurePosixPath
from typing import Any

from pipeline import corrections
from pipeline.corrections import Correction
from pipeline.desk import desk, index
from pipeline.desk.desk import Item
from pipeline.desk.index import Known
from pipeline.errors import SohoaError, UnreadableFile, UsageError
from pipeline.knowledge.vietnamese import compose, search_key
from pipeline.plan import Plan, Section

# The columns of the archive's own CSV: our name, then what else it may be called (matched without marks).
SHELF_COLUMNS: dict[str, tuple[str, ...]] = {
    "file": ("tep", "ten tep", "tai lieu"),
    "box": ("hop", "hop so", "cap"),
    "folder": ("ho so", "ho so so", "so ho so", "don vi bao quan"),
    "folder_title": ("tieu de ho so",),
    "sheet_from": ("tu to", "to so", "to dau"),
    "sheet_to": ("den to", "to cuoi"),
    "folder_sheets": ("so to",),
    "maintenance": ("thoi han luu tru", "thbq", "thoi han bao quan"),
    "mode": ("che do su dung", "muc do tiep can"),
    "format": ("tinh trang vat ly",),
    "infor_sign": ("ky hieu thong tin",),
    "keyword": ("tu khoa",),
    "autograph": ("but tich",),
    "doc_id": ("ma dinh danh", "ma dinh danh tai lieu"),
    "note": ("ghi chu",),
}

# Thời hạn lưu trữ by the codes of Thông tư 05/2025.
MAINTENANCE = {"01": "Vĩnh viễn", "02": "70 năm", "03": "50 năm", "04": "30 năm", "05": "20 năm", "06": "10 năm",
               "07": "Khác"}


def retention(told: str) -> str:
    """The name of a retention that a person gave as code, name or both, so that all three are one; else as given.

    >>> retention("01"), retention("vĩnh viễn"), retention("02: 70 năm"), retention("5 năm")
    ('Vĩnh viễn', 'Vĩnh viễn', '70 năm', '5 năm')
    """
    key = search_key(told).strip()
    return next((name for code, name in MAINTENANCE.items()
                 if key in (code, search_key(name), search_key(f"{code}: {name}"))), told)


@dataclass(frozen=True, slots=True)
class Entry:
    """One document that may go out. `shelf` holds box, folder, sheets and what else a person said of the paper."""

    name: str
    folder: Path
    plan: Plan
    shelf: dict[str, str]
    verified_by: str = ""
    verified_at: str = ""
    failed_pages: int = 0


@dataclass(frozen=True, slots=True)
class Collection:
    """The documents of one hand-over, in order of their names; who is held and what cannot be read stands beside."""

    entries: tuple[Entry, ...]
    held: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shelving:
    """Where the archive says its documents stand: rows of its CSV by file, and whether folders tell it too."""

    rows: dict[str, dict[str, str]] = field(default_factory=dict)
    layout: bool = False

    def of(self, name: str) -> dict[str, str]:
        """What is known of one document, by its name, or by that of the file it shares with others."""
        told: dict[str, str] = {}
        file = desk.file_of(name)
        if self.layout:
            parts = PurePosixPath(file).parts
            if len(parts) > 2:
                told["box"] = parts[-3]
            if len(parts) > 1:
                told["folder"] = parts[-2]
        return {**told, **self.rows.get(compose(file), {}), **self.rows.get(compose(name), {})}


def load_shelving(path: Path | None, *, layout: bool = False) -> Shelving:
    """Read the archive's CSV (UTF-8; comma, semicolon or tab). Raises UnreadableFile, or UsageError for its columns."""
    if path is None:
        return Shelving(layout=layout)
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise UsageError.because(path, error) from error
    except UnicodeDecodeError as error:
        raise UnreadableFile(path, "This CSV cannot be read.", cure="Save it as UTF-8 CSV.") from error
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    except csv.Error as error:
        raise UnreadableFile(path, "This CSV cannot be read.", cure="Save it as UTF-8 CSV.") from error
    names = [_shelf_name(cell) for cell in rows[0]] if rows else []
    if "file" not in names:
        raise UsageError(path, "The CSV has no column that names the file.", cure="Give it the column `file`.")
    unknown = [cell for cell, name in zip(rows[0], names, strict=True) if not name and cell.strip()]
    if unknown:
        cure = f"Known: {', '.join(SHELF_COLUMNS)}."
        raise UsageError(path, f"The CSV has columns that are not known: {', '.join(unknown)}.", cure=cure)
    found: dict[str, dict[str, str]] = {}
    for number, row in enumerate(rows[1:], 2):
        told = {name: compose(cell.strip()) for name, cell in zip(names, row, strict=False) if name and cell.strip()}
        if not told:
            continue
        file = told.pop("file", "")
        if not file or file in found:
            raise UsageError(f"{path}:{number}", "This row names no file, or one named before.", cure="Mend the row.")
        found[file] = told
    return Shelving(found, layout)


def unmatched(out: Path, shelving: Shelving) -> tuple[str, ...]:
    """Files that the archive's CSV names and the output folder does not hold."""
    if not shelving.rows:
        return ()
    here = {compose(told) for name in desk.names(out) for told in (name, desk.file_of(name))}
    return tuple(file for file in shelving.rows if file not in here)


def _shelf_name(cell: str) -> str:
    key = search_key(cell).strip()
    for name, others in SHELF_COLUMNS.items():
        if key in (name, name.replace("_", " "), *others):
            return name
    return ""


def collect(
    out: Path, *, names: Sequence[str] = (), shelving: Shelving | None = None, told: desk.Told = desk.unheard
) -> Collection:
    """All documents of an output folder (or those named) that may go out. Raises NoInput, UsageError."""
    shelving = shelving or Shelving()
    known = index.known(out)
    entries, held, unread = [], [], []
    with _no_search_for_cycles():
        for name in desk.counted(names or tuple(desk.names(out)), told):
            try:
                entry = _entry(out, name, shelving, known.get(name))
            except UsageError:
                raise
            except SohoaError:
                unread.append(name)
                continue
            if entry is None:
                held.append(name)
            else:
                entries.append(entry)
    return Collection(tuple(entries), tuple(held), tuple(unread))


@contextmanager
def _no_search_for_cycles() -> Iterator[None]:
    """No garbage collection while thousands of records are read: they hold no cycles, and it takes half of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _entry(out: Path, name: str, shelving: Shelving, known: Known | None) -> Entry | None:
    """One document, None where it is held. Its words are read only where the index does not know it."""
    if known is None or known.state not in ("open", "verified"):
        item = desk.load(out, name)
        return None if item.mark is not None else entry_of(item, shelving)
    folder = desk.folder_of(out, name)
    if desk.file_of(name) != name:
        return entry_of(desk.load(out, name), shelving)  # whose log it is, its pages tell
    return _made(name, folder, desk.load_plan(out, name), corrections.load(folder), known.failed_pages, shelving)


def entry_of(item: Item, shelving: Shelving) -> Entry:
    """The entry of a document that is read already."""
    failed = sum(page.status == "failed" for page in item.document.pages)
    return _made(item.name, item.folder, item.plan, item.log, failed, shelving)


def _made(
    name: str, folder: Path, plan: Plan, log: Sequence[Correction], failed_pages: int, shelving: Shelving
) -> Entry:
    # Of the evidence only that of the targets is shown; it is most of a record, 10,000 of which must fit in memory.
    kept = {pointer: seen for pointer, seen in plan.evidence.items() if pointer.startswith("/targets/")}
    plan = plan.model_copy(update={"evidence": kept})
    said = {**shelving.of(name), **corrections.shelf(log)}
    verified = corrections.state(log).get("verified")
    return Entry(name, folder, plan, said, verified.who if verified else "", verified.when if verified else "",
                 failed_pages)


# --- tables ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Column:
    """`pointer` is the field of the record, or of the row's item, that the column shows; "" for what no field holds."""

    name: str
    vietnamese: str
    pointer: str = ""
    width: int = 14  # of the spreadsheet column, in characters


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: the document, the pointer of the item in its record ("" for the record itself), and the cells."""

    file: str
    pointer: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """One table with all its rows; `at` is the list of the record that the rows stand for, "" for the record."""

    name: str
    vietnamese: str
    at: str
    columns: tuple[Column, ...]
    rows: tuple[TableRow, ...]


_FILE = Column("file", "Tệp", width=32)
_ITEM = Column("item", "Vị trí trong bản ghi", width=16)

DOCUMENT_COLUMNS = (
    _FILE,
    Column("box", "Hộp số", width=8), Column("folder", "Hồ sơ số", width=10), Column("sheets", "Tờ số", width=8),
    Column("type_code", "Mã loại", "/document_type/code", 8), Column("type", "Tên loại", "/document_type/name"),
    Column("number", "Số", "/number/number", 8), Column("symbol", "Ký hiệu", "/number/symbol"),
    Column("date", "Ngày ban hành", "/issued/date", 12), Column("place", "Địa danh", "/issued/place"),
    Column("title", "Trích yếu", "/title", 50),
    Column("issuer", "Cơ quan ban hành", "/issuer/name", 36), Column("level", "Cấp", "/issuer/level", 10),
    Column("parent", "Cơ quan cấp trên", "/issuer/parent", 30), Column("province", "Tỉnh", "/issuer/province"),
    Column("district", "Huyện", "/issuer/district"), Column("commune", "Xã", "/issuer/commune"),
    Column("year", "Năm kế hoạch", "/year", 8), Column("theme", "Chủ đề", "/theme", 30),
    Column("archive", "Lưu", "/archive", 10), Column("authority", "Quyền hạn ký", "/signature/authority", 24),
    Column("signer_title", "Chức vụ", "/signature/title"), Column("signer", "Người ký", "/signature/name", 22),
    Column("pages", "Số trang", width=8), Column("failed_pages", "Trang hỏng", width=8),
    Column("confidence", "Độ tin cậy", width=8), Column("warnings", "Cảnh báo", width=24),
    Column("verified_by", "Người kiểm tra", width=16), Column("verified_at", "Lúc kiểm tra", width=20),
    Column("sha256", "SHA-256", width=16),
)
TARGET_COLUMNS = (
    _FILE, _ITEM, Column("label", "Số thứ tự", "/label", 8), Column("indicator", "Chỉ tiêu", "/indicator", 44),
    Column("comparator", "So sánh", "/comparator", 8), Column("value", "Giá trị", "/value", 10),
    Column("value_to", "Đến", "/value_to", 10), Column("unit", "Đơn vị", "/unit", 12),
    Column("text", "Nguyên văn", "/text", 60), Column("page", "Trang", width=6),
    Column("confidence", "Độ tin cậy", width=8),
)
SECTION_COLUMNS = (
    _FILE, _ITEM, Column("depth", "Bậc", width=5), Column("label", "Số mục", "/label", 10),
    Column("heading", "Đề mục", "/heading", 50), Column("kind", "Loại mục", "/kind", 20),
    Column("text", "Nội dung", width=80),
)
# The lists of the record that need no more than their own members: name, Vietnamese, pointer, columns.
_PLAIN_LISTS = (
    ("legal_basis", "Căn cứ", (
        Column("type", "Loại", "/type"), Column("number", "Số, ký hiệu", "/number", 20),
        Column("date", "Ngày", "/date", 12), Column("issuer", "Cơ quan", "/issuer", 30),
        Column("subject", "Về việc", "/subject", 60))),
    ("deadlines", "Thời hạn", (Column("date", "Ngày", "/date", 12), Column("action", "Việc", "/action", 60))),
    ("periods", "Giai đoạn", (
        Column("name", "Tên", "/name", 40), Column("start", "Từ", "/start", 12), Column("end", "Đến", "/end", 12))),
    ("assignments", "Phân công", (
        Column("actor", "Đơn vị", "/actor", 36), Column("task", "Nhiệm vụ", "/task", 60),
        Column("section", "Mục", "/section", 10))),
    ("recipients", "Nơi nhận", (Column("name", "Nơi nhận", "/name", 40), Column("note", "Ghi chú", "/note", 16))),
)


def tables(collection: Collection) -> tuple[Table, ...]:
    """The tables of a hand-over: documents, targets, sections, then the plain lists."""
    entries = collection.entries
    return (_documents(entries), _targets(entries), _sections(entries),
            *(_plain_list(entries, name, title, columns) for name, title, columns in _PLAIN_LISTS))


def _cell(value: Any) -> str:
    return "" if value is None else str(value)


def _own(item: Any, columns: Iterable[Column]) -> dict[str, str]:
    """The cells that show a field of the item, which is of the record's types."""
    return {column.name: _cell(attrgetter(column.pointer[1:].replace("/", "."))(item))
            for column in columns if column.pointer}


def _cells(columns: Sequence[Column], values: dict[str, str]) -> tuple[str, ...]:
    return tuple(values.get(column.name, "") for column in columns)


def sheets(shelf: dict[str, str]) -> str:
    """The sheets of a document in its folder: "12", "12-15" or "".

    >>> sheets({"sheet_from": "12", "sheet_to": "15"})
    '12-15'
    """
    first, last = shelf.get("sheet_from", ""), shelf.get("sheet_to", "")
    return first if not last or last == first else f"{first}-{last}"


def _documents(entries: Sequence[Entry]) -> Table:
    rows = []
    for entry in entries:
        plan = entry.plan
        values = {
            "file": entry.name, "box": entry.shelf.get("box", ""), "folder": entry.shelf.get("folder", ""),
            "sheets": sheets(entry.shelf), **_own(plan, DOCUMENT_COLUMNS),
            "pages": str(plan.source.pages), "failed_pages": str(entry.failed_pages),
            "confidence": f"{plan.confidence:.3f}",
            "warnings": " ".join(dict.fromkeys(warning.code for warning in plan.warnings)),
            "verified_by": entry.verified_by, "verified_at": entry.verified_at, "sha256": plan.source.sha256,
        }
        rows.append(TableRow(entry.name, "", _cells(DOCUMENT_COLUMNS, values)))
    return Table("documents", "Văn bản", "", DOCUMENT_COLUMNS, tuple(rows))


def _targets(entries: Sequence[Entry]) -> Table:
    rows = []
    for entry in entries:
        for number, target in enumerate(entry.plan.targets):
            pointer = f"/targets/{number}"
            seen = [entry.plan.evidence[pointer + part] for part in ("/value", "/indicator", "/text")
                    if pointer + part in entry.plan.evidence]
            values = {
                "file": entry.name, "item": pointer, **_own(target, TARGET_COLUMNS),
                "page": _cell(seen[0].page) if seen else "",
                "confidence": f"{min(item.confidence for item in seen):.3f}" if seen else "",
            }
            rows.append(TableRow(entry.name, pointer, _cells(TARGET_COLUMNS, values)))
    return Table("targets", "Chỉ tiêu", "/targets", TARGET_COLUMNS, tuple(rows))


def walk_sections(sections: Sequence[Section], pointer: str = "/sections", depth: int = 1) -> Iterator[
    tuple[str, int, Section]
]:
    """Every node of the outline in document order, with its pointer and its depth from 1."""
    for number, section in enumerate(sections):
        yield f"{pointer}/{number}", depth, section
        yield from walk_sections(section.children, f"{pointer}/{number}/children", depth + 1)


def _sections(entries: Sequence[Entry]) -> Table:
    rows = []
    for entry in entries:
        for pointer, depth, section in walk_sections(entry.plan.sections):
            own = {"label": section.label, "heading": section.heading, "kind": section.kind}
            values = {"file": entry.name, "item": pointer, "depth": str(depth),
                      **{name: _cell(value) for name, value in own.items()}, "text": "\n".join(section.paragraphs)}
            rows.append(TableRow(entry.name, pointer, _cells(SECTION_COLUMNS, values)))
    return Table("sections", "Đề mục", "/sections", SECTION_COLUMNS, tuple(rows))


def _plain_list(entries: Sequence[Entry], name: str, title: str, own: tuple[Column, ...]) -> Table:
    columns = (_FILE, _ITEM, *own)
    rows = []
    for entry in entries:
        for number, item in enumerate(getattr(entry.plan, name)):
            pointer = f"/{name}/{number}"
            values = {"file": entry.name, "item": pointer, **_own(item, own)}
            rows.append(TableRow(entry.name, pointer, _cells(columns, values)))
    return Table(name, title, f"/{name}", columns, tuple(rows))
