"""Find documents, pages and targets: SQLite FTS5 tables in `DIR/sohoa.db`, made from the outputs.

The trouble: one person types "tam tien", the next "Tam Tiến", a third "thuỷ lợi" where the paper has "thủy
lợi". So every page is indexed twice, with its marks (one place for the tone mark) and without any. A word
typed with marks is looked for with them, a word typed without is looked for without.

The tables are an index, nothing more: `rebuild` makes them again from the outputs, and no other part keeps
anything in them. A document held for secrecy is in the list of documents by its name and pages only; its
title, text and targets are not in the database. docs/desk.md describes every table and column.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pipeline import corrections, desk
from pipeline.desk import Item
from pipeline.errors import MissingPart, NoInput, OutputNotWritable, SohoaError, UsageError
from pipeline.plan import Plan
from pipeline.vietnamese import compose, fold, search_key, strip_marks

INDEX_VERSION = "4"  # raised when the tables or the keys change: the index is then made anew

# What a point of attention is worth: a page nobody has read weighs as much as fifty doubtful syllables.
_WEIGHT_PAGE, _WEIGHT_FIELD, _WEIGHT_WARNING, _WEIGHT_WORD = 50.0, 10.0, 5.0, 1.0
_NO_ATTENTION = frozenset(("page_artifact",))  # says what was tidied, asks nothing of a person

State = Literal["open", "verified", "held", "failed"]

_SCHEMA = """
CREATE TABLE search_meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE search_documents (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE, stamp TEXT NOT NULL,
    state TEXT NOT NULL, attention REAL NOT NULL, pages INTEGER NOT NULL, failed_pages INTEGER NOT NULL,
    doubtful_fields INTEGER NOT NULL, doubtful_words INTEGER NOT NULL, warnings INTEGER NOT NULL,
    warning_codes TEXT NOT NULL, confidence REAL, type_code TEXT, type TEXT, number TEXT, symbol TEXT,
    issuer TEXT, issuer_key TEXT, level TEXT, province TEXT, district TEXT, commune TEXT, place TEXT, issued TEXT,
    year INTEGER, title TEXT, title_key TEXT, secrecy TEXT, box TEXT, folder TEXT, sheets TEXT,
    verified_by TEXT, verified_at TEXT, trouble TEXT
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


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows a list of documents. Words are matched without marks, anywhere in the name."""

    issuer: str = ""
    level: str = ""
    year: int | None = None
    year_to: int | None = None
    type: str = ""  # code ("KH") or name ("kế hoạch")
    indicator: str = ""
    place: str = ""
    state: str = ""
    warning: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One document of a list, as the queue and the results show it."""

    id: int
    key: str
    name: str
    state: State
    attention: float
    pages: int
    failed_pages: int
    doubtful_fields: int
    doubtful_words: int
    warnings: int
    warning_codes: tuple[str, ...]
    type: str | None
    number: str | None
    symbol: str | None
    issuer: str | None
    level: str | None
    issued: str | None
    year: int | None
    title: str | None
    secrecy: str | None
    verified_by: str | None
    trouble: str | None


@dataclass(frozen=True, slots=True)
class Hit:
    """One page that matches: pieces of its text, each with whether it is what was looked for."""

    document: Row
    page: int
    pieces: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Results:
    """One screen of hits. `total` counts pages up to `COUNT_LIMIT`; `loose` says that marks were disregarded."""

    query: str
    hits: tuple[Hit, ...]
    total: int
    loose: bool = False


@dataclass(frozen=True, slots=True)
class TargetRow:
    """One target with its document, for comparing. `number` is None where the value is not a number."""

    document: Row
    position: int
    label: str | None
    indicator: str | None
    comparator: str | None
    value: str | None
    value_to: str | None
    number: float | None
    unit: str | None
    text: str
    page: int | None


PAGES_APART = 100_000  # the number of a page is that of its document times this, plus its page
COUNT_LIMIT = 1000  # counting every page of 10,000 documents costs more than anybody reads


# --- opening --------------------------------------------------------------------------------------------


@contextmanager
def opened(out: Path, *, write: bool = False) -> Iterator[sqlite3.Connection]:
    """The database of an output folder, its tables made where they are missing.

    Raises NoInput (no such folder), OutputNotWritable (damaged or locked), MissingPart (SQLite without FTS5).
    """
    if not out.is_dir():
        raise NoInput(out, "There is no such output folder.", cure="Name the folder given to `sohoa run --out`.")
    path = out / desk.DATABASE
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


def update(out: Path) -> tuple[int, int]:
    """Bring the index up to the outputs: new, changed and vanished documents. Gives (indexed, removed).

    A document whose outputs cannot be read, and an input that failed, stand in the list with their trouble.
    """
    indexed = 0
    with opened(out, write=True) as connection:
        known = dict(connection.execute("SELECT name, stamp FROM search_documents"))
        seen: set[str] = set()
        for name in desk.names(out):
            seen.add(name)
            stamp = _stamp(out / name)
            if known.get(name) != stamp:
                _index(connection, out, name, stamp)
                indexed += 1
        for row in desk.inputs(out).values():
            if row.name not in seen and row.state == "failed":
                seen.add(row.name)
                stamp = f"failed {row.sha256} {row.code}"
                if known.get(row.name) != stamp:
                    trouble = " ".join(part for part in (row.what, row.cure) if part)
                    _put_unread(connection, row.name, stamp, "failed", trouble, row.page_count or 0)
                    indexed += 1
        gone = known.keys() - seen
        for name in gone:
            _transaction(connection, lambda name=name: _remove(connection, name))
    return indexed, len(gone)


def rebuild(out: Path) -> int:
    """Make the index anew from the outputs. Gives the number of documents."""
    with opened(out, write=True) as connection:
        connection.execute("UPDATE search_meta SET value = '' WHERE name = 'version'")
        _make_tables(connection)
    return update(out)[0]


def index(out: Path, item: Item) -> None:
    """Put one document into the index as it is now (after it was finished or corrected)."""
    with opened(out, write=True) as connection:
        _put(connection, item, _stamp(item.folder))


def _stamp(folder: Path) -> str:
    """Changes when one of the files that the index is made from does."""
    parts = []
    for name in (desk.RECORD, desk.DOCUMENT, corrections.FILE_NAME):
        try:
            status = (folder / name).stat()
            parts.append(f"{status.st_mtime_ns:x}.{status.st_size:x}")
        except OSError:
            parts.append("-")
    return " ".join(parts)


def _index(connection: sqlite3.Connection, out: Path, name: str, stamp: str) -> None:
    try:
        item = desk.load(out, name)
    except SohoaError as error:
        _put_unread(connection, name, stamp, "failed", str(error), 0)
        return
    _put(connection, item, stamp)


def _transaction(connection: sqlite3.Connection, work: Any) -> None:
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


def _insert(connection: sqlite3.Connection, table: str, values: dict[str, Any]) -> int:
    columns, marks = ", ".join(values), ", ".join("?" * len(values))
    done = connection.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", tuple(values.values()))
    return int(done.lastrowid or 0)


def _put_unread(
    connection: sqlite3.Connection, name: str, stamp: str, state: State, trouble: str, pages: int
) -> None:
    def work() -> None:
        number = _remove(connection, name)
        _insert(connection, "search_documents", {
            "id": number, "key": desk.key_of(name), "name": name, "stamp": stamp, "state": state,
            "attention": _WEIGHT_PAGE * max(1, pages), "pages": pages, "failed_pages": pages,
            "doubtful_fields": 0, "doubtful_words": 0, "warnings": 0, "warning_codes": "", "trouble": trouble,
        })

    _transaction(connection, work)


def _put(connection: sqlite3.Connection, item: Item, stamp: str) -> None:
    def work() -> None:
        number = _remove(connection, item.name)
        values = {"id": number, "key": item.key, "name": item.name, "stamp": stamp, **_facts(item)}
        document = _insert(connection, "search_documents", values)
        if item.mark is not None:
            return
        for page in item.document.pages:
            text = compose(desk.page_text(page))
            if text:
                row = document * PAGES_APART + page.number
                _insert(connection, "search_pages",
                        {"id": row, "document": document, "page": page.number, "text": text})
                connection.execute("INSERT INTO search_text (rowid, marked, plain) VALUES (?, ?, ?)",
                                   (row, fold(text), search_key(text)))
        _put_targets(connection, document, item.plan)
        for position, entry in enumerate(item.log):
            _insert(connection, "search_corrections", {
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
        _insert(connection, "search_targets", {
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
        return {**facts, "state": "held", "attention": _WEIGHT_PAGE, "secrecy": mark.degree,
                "doubtful_fields": 0, "doubtful_words": 0, "warnings": 0, "warning_codes": ""}
    words = sum(desk.is_doubtful(word) for word in item.document.words())
    fields = len(desk.doubtful_fields(plan))
    codes = [warning.code for warning in plan.warnings if warning.code not in _NO_ATTENTION]
    verified = item.verified
    attention = (_WEIGHT_PAGE * failed + _WEIGHT_FIELD * fields + _WEIGHT_WARNING * len(codes) + _WEIGHT_WORD * words)
    return {
        **facts, "state": "verified" if verified else "open", "attention": 0.0 if verified else attention,
        "doubtful_fields": fields, "doubtful_words": words, "warnings": len(codes),
        "warning_codes": " ".join(sorted(set(codes))), "confidence": plan.confidence,
        "type_code": plan.document_type.code, "type": plan.document_type.name,
        "number": plan.number.number, "symbol": plan.number.symbol, "issuer": plan.issuer.name,
        "issuer_key": search_key(plan.issuer.name or ""), "level": plan.issuer.level,
        "province": plan.issuer.province, "district": plan.issuer.district, "commune": plan.issuer.commune,
        "place": plan.issued.place, "issued": plan.issued.date, "year": plan.year, "title": plan.title,
        "title_key": search_key(plan.title or ""), "verified_by": verified.who if verified else None,
        "verified_at": verified.when if verified else None,
    }


# --- asking ---------------------------------------------------------------------------------------------

_ROW = (
    "d.id, d.key, d.name, d.state, d.attention, d.pages, d.failed_pages, d.doubtful_fields, d.doubtful_words, "
    "d.warnings, d.warning_codes, d.type, d.number, d.symbol, d.issuer, d.level, d.issued, d.year, d.title, "
    "d.secrecy, d.verified_by, d.trouble"
)
_ROW_WIDTH = _ROW.count(",") + 1

ORDERS = {
    "attention": "d.attention DESC, d.name",
    "name": "d.name",
    "year": "d.year DESC, d.name",
    "issuer": "d.issuer_key, d.issued, d.name",
}


def _row(values: Sequence[Any]) -> Row:
    given = list(values)
    given[10] = tuple(given[10].split())
    return Row(*given)


def _where(filters: Filters) -> tuple[list[str], list[Any]]:
    clauses: list[str] = []
    values: list[Any] = []

    def add(clause: str, *given: Any) -> None:
        clauses.append(clause)
        values.extend(given)

    if filters.issuer:
        add("instr(d.issuer_key, ?) > 0", search_key(filters.issuer))
    if filters.level:
        add("d.level = ?", filters.level)
    if filters.year is not None and filters.year_to is None:
        add("d.year = ?", filters.year)
    elif filters.year is not None or filters.year_to is not None:
        add("d.year BETWEEN ? AND ?", filters.year or 0, filters.year_to or 9999)
    if filters.type:
        add("(d.type_code = ? OR lower(d.type) = ?)", filters.type, compose(filters.type).lower())
    if filters.indicator:
        add("EXISTS (SELECT 1 FROM search_targets t WHERE t.document = d.id AND instr(t.indicator_key, ?) > 0)",
            search_key(filters.indicator))
    if filters.place:
        key = compose(filters.place)
        add("? IN (d.province, d.district, d.commune, d.place)", key)
    if filters.state:
        add("d.state = ?", filters.state)
    if filters.warning:
        add("instr(' ' || d.warning_codes || ' ', ?) > 0", f" {filters.warning} ")
    return clauses, values


def documents(
    connection: sqlite3.Connection, filters: Filters | None = None, *, order: str = "attention",
    limit: int = 50, offset: int = 0,
) -> tuple[Row, ...]:
    """One screen of the list of documents; `order` is one of ORDERS."""
    clauses, values = _where(filters or Filters())
    where = f"WHERE {' AND '.join(clauses)}" if clauses else ""
    query = f"SELECT {_ROW} FROM search_documents d {where} ORDER BY {ORDERS[order]} LIMIT ? OFFSET ?"
    return tuple(_row(row) for row in connection.execute(query, (*values, limit, offset)))


def counts(connection: sqlite3.Connection, filters: Filters | None = None) -> dict[str, int]:
    """How many documents there are in each state, and under "all" how many in all."""
    clauses, values = _where(filters or Filters())
    where = f"WHERE {' AND '.join(clauses)}" if clauses else ""
    found = dict(connection.execute(f"SELECT d.state, count(*) FROM search_documents d {where} GROUP BY 1", values))
    return {"all": sum(found.values()), **found}


def document(connection: sqlite3.Connection, key: str) -> Row | None:
    """The document with this key or this name; None where there is none."""
    row = connection.execute(
        f"SELECT {_ROW} FROM search_documents d WHERE d.key = ? OR d.name = ?", (key, key)
    ).fetchone()
    return None if row is None else _row(row)


def values_of(connection: sqlite3.Connection, column: Literal["issuer", "level", "year", "type"]) -> tuple[str, ...]:
    """What a filter can be set to, the most frequent first."""
    query = (f"SELECT {column} FROM search_documents WHERE {column} IS NOT NULL "
             f"GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 200")
    return tuple(str(row[0]) for row in connection.execute(query))


def search(
    out: Path, query: str, filters: Filters | None = None, *, limit: int = 50, offset: int = 0
) -> Results:
    """Pages that match, best first. Words stand anywhere on the page, "in quotes" side by side, `word*` begins so.

    `-word` leaves out pages that hold it. An empty query gives none. Raises as `opened`; UsageError for a query
    that only leaves out.
    """
    with opened(out) as connection:
        return find(connection, query, filters, limit=limit, offset=offset)


def find(
    connection: sqlite3.Connection, query: str, filters: Filters | None = None, *, limit: int = 50, offset: int = 0
) -> Results:
    """`search` in a database that is already open."""
    terms = parse_query(query)
    if not terms:
        return Results(query, (), 0)
    results = _find(connection, query, terms, filters or Filters(), limit, offset)
    if not results.total and any(term.marked for term in terms):
        # Marks were typed, and nowhere on paper so: show what matches without them, and say so.
        bare = tuple(Term(search_key(term.text), False, term.prefix, term.without) for term in terms)
        return _find(connection, query, bare, filters or Filters(), limit, offset, loose=True)
    return results


@dataclass(frozen=True, slots=True)
class Term:
    """One word or phrase looked for; `marked`: with its Vietnamese marks."""

    text: str
    marked: bool
    prefix: bool = False
    without: bool = False


_TERM = re.compile(r'(-?)(?:"([^"]*)"|([^\s"]+))')


def parse_query(query: str) -> tuple[Term, ...]:
    """The terms of what a person typed. Raises UsageError where nothing but exclusions is left.

    >>> [term.text for term in parse_query('"Tam Tiến" ngheo* -dự')]
    ['tam tiến', 'ngheo', 'dự']
    """
    terms = []
    for match in _TERM.finditer(compose(query)):
        text = fold(match[2] if match[2] is not None else match[3])
        prefix = match[2] is None and text.endswith("*")
        text = " ".join(re.findall(r"[^\W_]+", text))
        if text:
            marked = strip_marks(text) != text
            terms.append(Term(text, marked, prefix, without=match[1] == "-"))
    if terms and all(term.without for term in terms):
        raise UsageError(query, "The query only leaves out.", cure="Add a word to look for.")
    return tuple(terms)


def _match(terms: Sequence[Term]) -> str:
    """The terms in the language of FTS5; every text is quoted and holds letters, digits and blanks only."""

    def one(term: Term) -> str:
        column = "marked" if term.marked else "plain"
        return f'{column} : "{term.text}"{" *" if term.prefix else ""}'

    wanted = " AND ".join(f"({one(term)})" for term in terms if not term.without)
    for term in terms:
        if term.without:
            wanted = f"({wanted}) NOT ({one(term)})"
    return wanted


def _find(
    connection: sqlite3.Connection, query: str, terms: Sequence[Term], filters: Filters, limit: int, offset: int,
    *, loose: bool = False,
) -> Results:
    clauses, values = _where(filters)
    # The number of a page tells its document, so that a filter costs no look at the pages that it leaves out.
    narrowed = (f" AND s.rowid / {PAGES_APART} IN (SELECT d.id FROM search_documents d WHERE {' AND '.join(clauses)})"
                if clauses else "")
    matching = f"FROM search_text s WHERE s.search_text MATCH ?{narrowed}"
    given = (_match(terms), *values)
    total = connection.execute(
        f"SELECT count(*) FROM (SELECT 1 {matching} LIMIT ?)", (*given, COUNT_LIMIT)).fetchone()[0]
    # Weighing every page that holds a common word takes longer than a person waits; such a query says too little
    # to rank by, and its pages come in the order in which they were indexed.
    weight = "s.rank" if total < COUNT_LIMIT else "0"
    order = f"{weight}, s.rowid" if total < COUNT_LIMIT else "s.rowid"
    rows = connection.execute(
        f"SELECT {_ROW}, p.page, p.text FROM "
        f"(SELECT s.rowid AS page_id, {weight} AS weight {matching} ORDER BY {order} LIMIT ? OFFSET ?) m "
        "JOIN search_pages p ON p.id = m.page_id JOIN search_documents d ON d.id = p.document "
        "ORDER BY m.weight, m.page_id",
        (*given, limit, offset)).fetchall()
    hits = tuple(Hit(_row(row[:_ROW_WIDTH]), row[_ROW_WIDTH], _pieces(row[_ROW_WIDTH + 1], terms)) for row in rows)
    return Results(query, hits, total, loose)


SNIPPET_BEFORE, SNIPPET_AFTER = 60, 240  # characters about the first hit: two lines of a result


def _pieces(text: str, terms: Sequence[Term]) -> tuple[tuple[str, bool], ...]:
    """The text about the first place, cut into what matched and what did not."""
    spans = spans_in(text, terms)
    if not spans:
        return ((text[: SNIPPET_BEFORE + SNIPPET_AFTER], False),)
    start = max(0, text.rfind(" ", 0, max(0, spans[0][0] - SNIPPET_BEFORE)) + 1)
    end = min(len(text), spans[0][1] + SNIPPET_AFTER)
    pieces, at = [], start
    for left, right in spans:
        if left >= end:
            break
        pieces += [(text[at:left], False), (text[left:right], True)]
        at = right
    pieces.append((text[at:end], False))
    return tuple((" ".join(piece.split("\n")), hit) for piece, hit in pieces if piece)


def spans_in(text: str, terms: Sequence[Term]) -> tuple[tuple[int, int], ...]:
    """Where the terms stand in a text, as (start, end), in order and without overlap."""
    tokens = [(match.start(), match.end(), match[0]) for match in re.finditer(r"[^\W_]+", text)]
    marked = [fold(token[2]) for token in tokens]
    plain = [search_key(token[2]) for token in tokens]
    found = []
    for term in terms:
        if term.without:
            continue
        words = term.text.split()
        keys = marked if term.marked else plain
        for at in range(len(keys) - len(words) + 1):
            last = keys[at + len(words) - 1]
            ends = last.startswith(words[-1]) if term.prefix else last == words[-1]
            if ends and keys[at : at + len(words) - 1] == words[:-1]:
                found.append((tokens[at][0], tokens[at + len(words) - 1][1]))
    merged: list[tuple[int, int]] = []
    for left, right in sorted(found):
        if merged and left < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(right, merged[-1][1]))
        else:
            merged.append((left, right))
    return tuple(merged)


def targets(
    connection: sqlite3.Connection, filters: Filters | None = None, *, keys: Sequence[str] = (), limit: int = 2000
) -> tuple[TargetRow, ...]:
    """Targets of the documents that match (or of the documents with these keys), for comparing."""
    filters = filters or Filters()
    clauses, values = _where(filters)
    if filters.indicator:
        clauses.append("instr(t.indicator_key, ?) > 0")
        values.append(search_key(filters.indicator))
    if keys:
        clauses.append(f"d.key IN ({', '.join('?' * len(keys))})")
        values += keys
    where = f"WHERE {' AND '.join(clauses)}" if clauses else ""
    rows = connection.execute(
        f"SELECT {_ROW}, t.position, t.label, t.indicator, t.comparator, t.value, t.value_to, t.number, t.unit, "
        f"t.text, t.page FROM search_targets t JOIN search_documents d ON d.id = t.document {where} "
        "ORDER BY d.issuer_key, d.year, d.name, t.position LIMIT ?", (*values, limit)).fetchall()
    return tuple(TargetRow(_row(row[:_ROW_WIDTH]), *row[_ROW_WIDTH:]) for row in rows)
