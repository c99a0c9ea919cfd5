"""The full-text index in `DIR/sohoa.db`: its tables, and filling them from the outputs.

The tables are an index, nothing more: `rebuild` makes them again from the outputs, and no other part keeps
anything in them. Every page is indexed twice, with its marks (one place for the tone mark) and without any. A
document held for secrecy is in the list of documents by its name and pages only; its title, text and targets
are not in the database. docs/desk.md describes every table and column.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

from pipeline import attention, corrections, disk
from pipeline.desk import desk
from pipeline.desk.desk import Item
from pipeline.errors import MissingPart, OutputNotWritable, SohoaError, recalled
from pipeline.knowledge.vietnamese import compose, fold, search_key
from pipeline.plan import Plan

INDEX_VERSION = "6"  # raised when tables, keys or the marks of secrecy change: the index is then made anew

PAGES_APART = 100_000  # the number of a page is that of its document times this, plus its page
# What a point of attention is worth. A page nobody has read weighs more than the doubtful fields of most documents; an
# input that failed and a document that is held come before all that can be read.
_WEIGHT_PAGE, _WEIGHT_FIELD, _WEIGHT_WARNING, _WEIGHT_WORD = 1000.0, 10.0, 5.0, 1.0
_FAILED, _HELD = 10_000_000.0, 5_000_000.0
_NO_ATTENTION = frozenset(("page_artifact",))  # says what was tidied, asks nothing of a person

State = Literal["open", "verified", "held", "failed"]

_SCHEMA = """
CREATE TABLE search_meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE search_documents (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE, stamp TEXT NOT NULL,
    state TEXT NOT NULL, attention REAL NOT NULL, pages INTEGER NOT NULL, failed_pages INTEGER NOT NULL,
    doubtful_fields INTEGER NOT NULL, doubtful_words INTEGER NOT NULL, warnings INTEGER NOT NULL,
    warning_codes TEXT NOT NULL, confidence REAL, type_code TEXT, type TEXT, type_key TEXT, number TEXT, symbol TEXT,
    issuer TEXT, issuer_key TEXT, level TEXT, province TEXT, district TEXT, commune TEXT, place TEXT, issued TEXT,
    year INTEGER, title TEXT, secrecy TEXT, box TEXT, folder TEXT, sheets TEXT,
    verified_by TEXT, verified_at TEXT, trouble_code TEXT, trouble TEXT, cure TEXT
);
CREATE INDEX search_documents_attention ON search_documents (attention DESC, name);
CREATE INDEX search_documents_state ON search_documents (state, attention DESC);
CREATE INDEX search_documents_year ON search_documents (year);
CREATE INDEX search_documents_issuer ON search_documents (issuer_key);
CREATE TABLE search_pages (
    id INTEGER PRIMARY KEY, document INTEGER NOT NULL, page INTEGER NOT NULL, text TEXT NOT NULL
);
CREATE INDEX search_pages_document ON search_pages (document);
CREATE VIRTUAL TABLE search_text USING fts5 (
    marked, plain, content='', tokenize="unicode61 remove_diacritics 0"
);
CREATE TABLE search_targets (
    id INTEGER PRIMARY KEY, document INTEGER NOT NULL, position INTEGER NOT NULL, label TEXT, indicator TEXT,
    indicator_key TEXT, comparator TEXT, value TEXT, value_to TEXT, number REAL, unit TEXT, text TEXT NOT NULL,
    page INTEGER
);
CREATE INDEX search_targets_document ON search_targets (document);
CREATE INDEX search_targets_indicator ON search_targets (indicator_key);
CREATE TABLE search_corrections (
    document INTEGER NOT NULL, position INTEGER NOT NULL, id TEXT NOT NULL, who TEXT NOT NULL,
    at TEXT NOT NULL, part TEXT NOT NULL, pointer TEXT NOT NULL, action TEXT NOT NULL,
    before TEXT, after TEXT, page INTEGER, note TEXT NOT NULL, PRIMARY KEY (document, position)
) WITHOUT ROWID;
"""
_TABLES = ("search_meta", "search_documents", "search_pages", "search_text", "search_targets", "search_corrections")


# --- opening --------------------------------------------------------------------------------------------


@contextmanager
def opened(out: Path, *, write: bool = False) -> Iterator[sqlite3.Connection]:
    """The database of an output folder, its tables made where they are missing.

    Raises NoInput (no results there), OutputNotWritable (damaged or locked), MissingPart (SQLite without FTS5).
    """
    path = out / disk.LEDGER_NAME
    if not path.is_file():
        next(desk.names(out), None)  # NoInput, before anything is left in a folder that holds no results
    try:
        connection = sqlite3.connect(path, timeout=30, isolation_level=None)
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            _make_tables(connection)
            if not write:
                connection.execute("PRAGMA query_only=1")
            yield connection
        finally:
            connection.close()
    except sqlite3.Error as error:
        if "no such module: fts5" in str(error):
            raise MissingPart("SQLite", "It was built without full-text search (FTS5).") from error
        what = f"The database cannot be used ({error})."
        cure = f"Close other programs that use it; if it is damaged, remove {path.name}: it is made anew."
        raise OutputNotWritable(path, what, cure=cure) from error


def _make_tables(connection: sqlite3.Connection) -> None:
    try:
        row = connection.execute("SELECT value FROM search_meta WHERE name = 'version'").fetchone()
    except sqlite3.OperationalError:
        row = None
    if row is not None and row[0] == INDEX_VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    for table in _TABLES:
        connection.execute(f"DROP TABLE IF EXISTS {table}")
    for statement in _SCHEMA.split(";\n"):
        if statement.strip():
            connection.execute(statement)
    connection.execute("INSERT INTO search_meta VALUES ('version', ?)", (INDEX_VERSION,))
    connection.execute("COMMIT")


# --- filling --------------------------------------------------------------------------------------------


def update(out: Path, told: desk.Told = desk.unheard) -> tuple[int, int]:
    """Bring the index up to the outputs: new, changed and vanished documents. Gives (indexed, removed).

    A document whose outputs cannot be read, and an input that failed, stand in the list with their trouble.
    """
    indexed = 0
    with opened(out, write=True) as connection:
        known = dict(connection.execute("SELECT name, stamp FROM search_documents"))
        seen: set[str] = set()
        for name in desk.counted(tuple(desk.names(out)), told):
            seen.add(name)
            stamp = _stamp(out, name)
            if known.get(name) != stamp:
                _index(connection, out, name, stamp)
                indexed += 1
        for row in desk.inputs(out).values():
            if row.name not in seen and row.state == "failed":
                seen.add(row.name)
                stamp = f"failed {row.sha256} {row.code}"
                if known.get(row.name) != stamp:
                    error = recalled(row.code or "", row.what or "", row.cure or "")
                    _put_unread(connection, row.name, stamp, error, row.page_count or 0)
                    indexed += 1
        gone = known.keys() - seen
        for name in gone:
            _transaction(connection, partial(_remove, connection, name))
    return indexed, len(gone)


def rebuild(out: Path, told: desk.Told = desk.unheard) -> int:
    """Make the index anew from the outputs. Gives the number of documents."""
    with opened(out, write=True) as connection:
        connection.execute("UPDATE search_meta SET value = '' WHERE name = 'version'")
        _make_tables(connection)
    return update(out, told)[0]


@dataclass(frozen=True, slots=True)
class Known:
    """What the index can say of a document without its words being read."""

    state: State
    failed_pages: int


def known(out: Path) -> dict[str, Known]:
    """The documents whose outputs and corrections are still those that were indexed."""
    with opened(out) as connection:
        rows = connection.execute("SELECT name, stamp, state, failed_pages FROM search_documents").fetchall()
    return {name: Known(state, failed) for name, stamp, state, failed in rows if stamp == _stamp(out, name)}


def put(out: Path, item: Item) -> None:
    """Put one document into the index as it is now (after it was finished or corrected)."""
    with opened(out, write=True) as connection:
        _put(connection, item, _stamp(out, item.name))


def version(out: Path, name: str) -> str:
    """A short text that changes whenever record, words or corrections of the document do."""
    return hashlib.sha256(_stamp(out, name).encode()).hexdigest()[:16]


def _stamp(out: Path, name: str) -> str:
    """Changes when one of the files that the index is made from does."""
    parts = []
    own, file = out / name, out / desk.file_of(name)
    for path in (own / desk.RECORD, own / desk.DOCUMENT, file / corrections.FILE_NAME):
        try:
            status = path.stat()
            parts.append(f"{status.st_mtime_ns:x}.{status.st_size:x}")
        except OSError:
            parts.append("-")
    return " ".join(parts)


def _index(connection: sqlite3.Connection, out: Path, name: str, stamp: str) -> None:
    try:
        item = desk.load(out, name)
    except SohoaError as error:
        _put_unread(connection, name, stamp, error, 0)
        return
    _put(connection, item, stamp)


def _transaction(connection: sqlite3.Connection, work: Callable[[], object]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        work()
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _remove(connection: sqlite3.Connection, name: str) -> int | None:
    """Take a document out; gives its number, which it keeps when it is put in again."""
    row = connection.execute("SELECT id FROM search_documents WHERE name = ?", (name,)).fetchone()
    if row is None:
        return None
    # A contentless FTS table forgets a row only when told its words again.
    pages = connection.execute("SELECT id, text FROM search_pages WHERE document = ?", row).fetchall()
    for number, text in pages:
        connection.execute(
            "INSERT INTO search_text (search_text, rowid, marked, plain) VALUES ('delete', ?, ?, ?)",
            (number, fold(text), search_key(text)),
        )
    connection.execute("DELETE FROM search_pages WHERE document = ?", row)
    connection.execute("DELETE FROM search_targets WHERE document = ?", row)
    connection.execute("DELETE FROM search_corrections WHERE document = ?", row)
    connection.execute("DELETE FROM search_documents WHERE id = ?", row)
    return int(row[0])


def insert(connection: sqlite3.Connection, table: str, values: dict[str, Any]) -> int:
    columns, marks = ", ".join(values), ", ".join("?" * len(values))
    done = connection.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", tuple(values.values()))
    return int(done.lastrowid or 0)


def _put_unread(
    connection: sqlite3.Connection, name: str, stamp: str, error: SohoaError, pages: int
) -> None:
    def work() -> None:
        number = _remove(connection, name)
        insert(connection, "search_documents", {
            "id": number, "key": desk.key_of(name), "name": name, "stamp": stamp, "state": "failed",
            "attention": _FAILED + max(1, pages), "pages": pages, "failed_pages": pages,
            "doubtful_fields": 0, "doubtful_words": 0, "warnings": 0, "warning_codes": "",
            "trouble_code": error.code, "trouble": error.what, "cure": error.cure,
        })

    _transaction(connection, work)


def _put(connection: sqlite3.Connection, item: Item, stamp: str) -> None:
    def work() -> None:
        number = _remove(connection, item.name)
        values = {"id": number, "key": item.key, "name": item.name, "stamp": stamp, **_facts(item)}
        document = insert(connection, "search_documents", values)
        if item.mark is not None:
            return
        for page in item.document.pages:
            text = compose(desk.page_text(page))
            if text:
                row = document * PAGES_APART + page.number
                insert(connection, "search_pages",
                        {"id": row, "document": document, "page": page.number, "text": text})
                connection.execute("INSERT INTO search_text (rowid, marked, plain) VALUES (?, ?, ?)",
                                   (row, fold(text), search_key(text)))
        _put_targets(connection, document, item.plan)
        for position, entry in enumerate(item.log):
            insert(connection, "search_corrections", {
                "document": document, "position": position, "id": entry.id, "who": entry.who, "at": entry.when,
                "part": entry.where, "pointer": entry.pointer, "action": entry.action,
                "before": _plain(entry.before), "after": _plain(entry.after), "page": entry.page, "note": entry.note,
            })

    _transaction(connection, work)


def _plain(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _put_targets(connection: sqlite3.Connection, document: int, plan: Plan) -> None:
    for position, target in enumerate(plan.targets):
        evidence = plan.evidence.get(f"/targets/{position}/value") or plan.evidence.get(f"/targets/{position}/text")
        insert(connection, "search_targets", {
            "document": document, "position": position, "label": target.label, "indicator": target.indicator,
            "indicator_key": search_key(target.indicator or ""), "comparator": target.comparator,
            "value": target.value, "value_to": target.value_to, "number": number_of(target.value),
            "unit": target.unit, "text": target.text, "page": evidence.page if evidence else None,
        })


def number_of(value: str | None) -> float | None:
    """A decimal string of the record as a number; None for what is none."""
    try:
        return None if value is None else float(value)
    except ValueError:
        return None


def _facts(item: Item) -> dict[str, Any]:
    """The columns of a document. A held one shows its name, its pages and its degree of secrecy."""
    mark, plan, said = item.mark, item.plan, corrections.shelf(item.log)
    failed = sum(page.status == "failed" for page in item.document.pages)
    facts: dict[str, Any] = {
        "pages": len(item.document.pages), "failed_pages": failed, "box": said.get("box"),
        "folder": said.get("folder"), "sheets": said.get("sheets"),
    }
    if mark is not None:
        return {**facts, "state": "held", "attention": _HELD, "secrecy": mark.degree,
                "doubtful_fields": 0, "doubtful_words": 0, "warnings": 0, "warning_codes": ""}
    words = sum(attention.is_doubtful(word) for word in item.document.words())
    fields = len(attention.doubtful_fields(plan)) + len(desk.unread_fields(item))
    codes = [warning.code for warning in plan.warnings if warning.code not in _NO_ATTENTION]
    verified = item.verified
    weight = _WEIGHT_PAGE * failed + _WEIGHT_FIELD * fields + _WEIGHT_WARNING * len(codes) + _WEIGHT_WORD * words
    return {
        **facts, "state": "verified" if verified else "open", "attention": 0.0 if verified else weight,
        "doubtful_fields": fields, "doubtful_words": words, "warnings": len(codes),
        "warning_codes": " ".join(sorted(set(codes))), "confidence": plan.confidence,
        "type_code": plan.document_type.code, "type": plan.document_type.name,
        "type_key": search_key(plan.document_type.name or ""),
        "number": plan.number.number, "symbol": plan.number.symbol, "issuer": plan.issuer.name,
        "issuer_key": search_key(plan.issuer.name or ""), "level": plan.issuer.level,
        "province": plan.issuer.province, "district": plan.issuer.district, "commune": plan.issuer.commune,
        "place": plan.issued.place, "issued": plan.issued.date, "year": plan.year, "title": plan.title,
        "verified_by": verified.who if verified else None, "verified_at": verified.when if verified else None,
    }
