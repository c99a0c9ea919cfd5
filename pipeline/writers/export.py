"""The plain outputs of a document: record, text, document and Markdown. Pure functions from values to text.

What each file holds, field by field, is in docs/formats.md. All text is Unicode NFC with "\\n" line ends and one
at the end of the file. A page that could not be read is told in its place, never passed over in silence.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from pipeline.document import Document, Table
from pipeline.plan import Plan
from pipeline.stored import to_json
from pipeline.structure import flow
from pipeline.structure.passages import Paragraph

UNREADABLE_PAGE = "[Trang {number}: không đọc được]"


def record_json(plan: Plan) -> str:
    """`record.json`: the plan record by the contract."""
    return json.dumps(plan.as_json(), ensure_ascii=False, indent=2) + "\n"


def document_json(document: Document) -> str:
    """`document.json`: the whole document, a printed line on a line of the file (kind to readers and to diffs)."""
    data = to_json(document)
    pages = data.pop("pages")
    head = [f"{_compact(key)}: {_compact(value)}" for key, value in data.items()]
    body = '"pages": [\n' + ",\n".join(_page(page) for page in pages) + "\n]"
    return "{\n" + ",\n".join([*head, body]) + "\n}\n"


def _page(page: dict[str, Any]) -> str:
    blocks, tables = page.pop("blocks"), page.pop("tables")
    head = [f" {_compact(key)}: {_compact(value)}" for key, value in page.items()]
    return " {\n" + ",\n".join([*head, _rows("blocks", "lines", blocks), _rows("tables", "cells", tables)]) + "\n }"


def _rows(name: str, inner: str, groups: list[dict[str, Any]]) -> str:
    """Blocks with a line a row, tables with a cell a row."""
    told = []
    for group in groups:
        rows = group.pop(inner)
        head = "".join(f"{_compact(key)}: {_compact(value)}, " for key, value in group.items())
        items = ",\n".join(f"   {_compact(row)}" for row in rows)
        told.append(f'  {{{head}"{inner}": [' + (f"\n{items}\n  ]}}" if rows else "]}"))
    return f' "{name}": [' + ("\n" + ",\n".join(told) + "\n ]" if told else "]")


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


# --- running text -----------------------------------------------------------------------------------


def _with_gaps(document: Document) -> Iterator[Paragraph | str]:
    """The paragraphs, with a notice where a page failed."""
    lost = [page.number for page in document.pages if page.status == "failed"]
    for paragraph in flow.paragraphs(document):
        while lost and paragraph.page > lost[0]:
            yield UNREADABLE_PAGE.format(number=lost.pop(0))
        yield paragraph
    for number in lost:
        yield UNREADABLE_PAGE.format(number=number)


def table_rows(table: Table) -> tuple[tuple[str, ...], ...]:
    """The cells' texts by row and column; a place that a spanning cell covers beyond its first is empty."""
    grid = [[""] * table.columns for _ in range(table.rows)]
    for cell in table.cells:
        grid[cell.row][cell.column] = cell.text
    return tuple(tuple(row) for row in grid)


def to_text(document: Document) -> str:
    """`text.txt`: restored text, a paragraph a line, page numbers and running heads out.

    A table is a line a row, cells parted by " | ". Takes an upright document.
    """
    lines: list[str] = []
    for item in _with_gaps(document):
        if isinstance(item, str):
            lines.append(item)
        elif item.table is not None:
            lines += [" | ".join(row).strip() for row in table_rows(item.table)]
        else:
            lines.append(item.text)
    return "".join(f"{line}\n" for line in lines if line.strip())


# What Markdown would read as markup: anywhere, and at the head of a line. A leading "- " or "+ " is a list item in
# print as well and stays one.
_MARKUP = re.compile(r"([\\`*_\[\]<>|&])")
_HEAD_MARKUP = re.compile(r"^\s*(?:#{1,6}(?=\s|$)|(?=[=~]|-{2,}\s*$))")
_COUNTED = re.compile(r"^(\s*\d+)(?=[.)](?:\s|$))")


def _escape_markup(text: str) -> str:
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))


def escape_markdown(text: str) -> str:
    """`text` as a paragraph that a Markdown reader shows as it stands."""
    escaped = _escape_markup(text)
    if _HEAD_MARKUP.match(escaped):
        return "\\" + escaped
    return _COUNTED.sub(r"\1\\", escaped)  # printed numbers must not be counted anew


def _markdown_table(table: Table) -> str:
    rows = [[_escape_markup(cell) for cell in row] for row in table_rows(table)]
    if not rows:
        return ""
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], "|" + " --- |" * len(rows[0]), *lines[1:]])


def _front_matter(plan: Plan) -> str:
    """The record's scalars as YAML (each value as JSON, which YAML reads)."""
    values = {
        "file": plan.source.file, "sha256": plan.source.sha256, "document_type": plan.document_type.name,
        "number": plan.number.number, "symbol": plan.number.symbol, "issuer": plan.issuer.name,
        "place": plan.issued.place, "date": plan.issued.date, "title": plan.title, "year": plan.year,
    }
    return "".join(["---\n", *(f"{key}: {_compact(value)}\n" for key, value in values.items()), "---\n"])


def to_markdown(document: Document, plan: Plan | None = None) -> str:
    """`document.md`: the restored text with headings, lists and tables; scalars of the record in front.

    The title lines become one first-level heading, sections the levels below. Takes an upright document.
    """
    parts: list[str] = []
    title: list[str] = []
    for item in _with_gaps(document):
        if isinstance(item, Paragraph) and item.area == "title" and item.annex == 0 and item.table is None:
            title.append(item.text)
            continue
        if title:
            parts.append(f"# {_escape_markup(' '.join(title))}")
            title = []
        if isinstance(item, str):
            parts.append(f"*{escape_markdown(item)}*")
        elif item.table is not None:
            parts.append(_markdown_table(item.table))
        elif item.level:
            parts.append(f"{'#' * min(item.level + 1, 6)} {_escape_markup(item.text)}")
        else:
            parts.append(escape_markdown(item.text))
    if title:
        parts.append(f"# {_escape_markup(' '.join(title))}")
    body = "\n\n".join(part for part in parts if part.strip())
    return (_front_matter(plan) + "\n" if plan is not None else "") + body + "\n"
