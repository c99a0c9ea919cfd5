"""Ask the full-text index: lists of documents, pages that hold words, targets side by side.

The trouble: one person types "tam tien", the next "Tam Tiến", a third "thuỷ lợi" where the paper has "thủy
lợi". A word typed with marks is looked for with them, wherever the tone mark stands; a word typed without is
looked for without. Marks that stand nowhere are disregarded, and the results say so.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pipeline.desk import index
from pipeline.desk.index import State
from pipeline.errors import UsageError
from pipeline.knowledge.vietnamese import compose, fold, search_key, strip_marks


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows a list of documents. Words are matched without marks, anywhere in the name."""

    issuer: str = ""
    level: str = ""
    year: int | None = None
    year_to: int | None = None
    type: str = ""  # code ("KH") or name ("kế hoạch")
    indicator: str = ""
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
    trouble_code: str | None
    trouble: str | None
    cure: str | None


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


COUNT_LIMIT = 1000  # counting every page of 10,000 documents costs more than anybody reads


# --- asking ---------------------------------------------------------------------------------------------

_ROW = (
    "d.id, d.key, d.name, d.state, d.attention, d.pages, d.failed_pages, d.doubtful_fields, d.doubtful_words, "
    "d.warnings, d.warning_codes, d.type, d.number, d.symbol, d.issuer, d.level, d.issued, d.year, d.title, "
    "d.secrecy, d.verified_by, d.trouble_code, d.trouble, d.cure"
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
        # By the code letter for letter: ĐA is a scheme (Đề án), DA a project (Dự án).
        add("(d.type_code IN (?, ?) OR d.type_key = ?)", filters.type, filters.type.upper(), search_key(filters.type))
    if filters.indicator:
        add("EXISTS (SELECT 1 FROM search_targets t WHERE t.document = d.id AND instr(t.indicator_key, ?) > 0)",
            search_key(filters.indicator))
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


def keys(connection: sqlite3.Connection, filters: Filters | None = None, *, order: str = "attention") -> list[str]:
    """The keys of all documents that match, in that order."""
    clauses, values = _where(filters or Filters())
    where = f"WHERE {' AND '.join(clauses)}" if clauses else ""
    query = f"SELECT d.key FROM search_documents d {where} ORDER BY {ORDERS[order]}"
    return [row[0] for row in connection.execute(query, values)]


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
    with index.opened(out) as connection:
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
    narrowed = ""
    if clauses:
        documents_wanted = f"SELECT d.id FROM search_documents d WHERE {' AND '.join(clauses)}"
        narrowed = f" AND s.rowid / {index.PAGES_APART} IN ({documents_wanted})"
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


@lru_cache(maxsize=50_000)  # a screen of results has 20,000 words, of which some hundreds are different
def _keys(token: str) -> tuple[str, str]:
    """The token as the two columns of the index have it: with marks and without."""
    return fold(token), search_key(token)


def spans_in(text: str, terms: Sequence[Term]) -> tuple[tuple[int, int], ...]:
    """Where the terms stand in a text, as (start, end), in order and without overlap."""
    tokens = [(match.start(), match.end(), match[0]) for match in re.finditer(r"[^\W_]+", text)]
    pairs = [_keys(token[2]) for token in tokens]
    marked, plain = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
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
