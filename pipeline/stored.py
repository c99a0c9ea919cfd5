"""The stored form of a document, `document.json`: to plain JSON values and back (docs/formats.md).

Hand-written rather than generic: what is at its default is left out, since a page holds some 400 words and most fields
of most of them are. Boxes are lists of four numbers. A line that stands in a block and in a table cell is stored once.
"""

from __future__ import annotations

import dataclasses
import functools
from dataclasses import replace
from typing import Any

from pipeline.document import (
    Alternative,
    Block,
    Box,
    Cell,
    Document,
    Edit,
    FoundObject,
    Line,
    Notice,
    Page,
    Reading,
    Step,
    Table,
    Word,
)

FORMAT_VERSION = "1.0"


def to_json(document: Document) -> dict[str, Any]:
    """Plain JSON values; `from_json` gives an equal document back, boxes rounded to 0.1 point."""
    return {
        "format_version": FORMAT_VERSION,
        "file": document.file,
        "sha256": document.sha256,
        "media_type": document.media_type,
        "pages": [_page_to_json(page) for page in document.pages],
        "notices": [_plain(notice) for notice in document.notices],
        "steps": [_plain(step) for step in document.steps],
    }


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, Box):
        return list(value.rounded())
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        given = {}
        for name, default, may_be_empty in _members(type(value)):
            item = getattr(value, name)
            if item is not default and item != default and (may_be_empty or item not in ((), {})):
                given[name] = _plain(item)
        return given
    return value


@functools.cache
def _members(kind: type) -> tuple[tuple[str, Any, bool], ...]:
    """Name and default of each field, and whether an empty one is told: a large document asks for half a million."""
    return tuple((field.name, field.default, field.default is None) for field in dataclasses.fields(kind))


def _page_to_json(page: Page) -> dict[str, Any]:
    known: dict[int, list[int]] = {}
    blocks = []
    for b, block in enumerate(page.blocks):
        for i, line in enumerate(block.lines):
            known[id(line)] = [b, i]
        blocks.append({
            "kind": block.kind,
            "box": _plain(block.box),
            "lines": [_line_to_json(line) for line in block.lines],
        })
    by_value = {line: place for block_number, block in enumerate(page.blocks)
                for place, line in (([block_number, i], line) for i, line in enumerate(block.lines))}
    tables = []
    for table in page.tables:
        cells = []
        for cell in table.cells:
            item = _plain(replace(cell, lines=()))
            # A line that also stands in a block is stored there once and named here by [block, line].
            item["lines"] = [
                known.get(id(line)) or by_value.get(line) or _line_to_json(line) for line in cell.lines
            ]
            cells.append(item)
        tables.append({**_plain(replace(table, cells=())), "cells": cells})
    own = _plain(replace(page, blocks=(), tables=()))
    return {**own, "blocks": blocks, "tables": tables}


def _line_to_json(line: Line) -> dict[str, Any]:
    item: dict[str, Any] = {"raw": line.raw, "text": line.text}
    if line.box is not None:
        item["box"] = _plain(line.box)
    if line.size is not None:
        item["size"] = round(line.size, 1)
    item["words"] = [_plain(word) for word in line.words]
    return item


def from_json(data: dict[str, Any]) -> Document:
    """The document stored by `to_json`. Raises ValueError, KeyError or TypeError on another shape."""
    version = str(data.get("format_version"))
    if version.split(".")[0] != FORMAT_VERSION.split(".")[0]:
        raise ValueError(f"document format {version} cannot be read by this version ({FORMAT_VERSION})")
    return Document(
        file=data["file"], sha256=data["sha256"], media_type=data["media_type"],
        pages=tuple(_page_from_json(page) for page in data["pages"]),
        notices=tuple(_notice(item) for item in data.get("notices", ())),
        steps=tuple(Step(**item) for item in data.get("steps", ())),
    )


def _box(item: list[float] | None) -> Box | None:
    return None if item is None else Box(*item)


def _notice(item: dict[str, Any]) -> Notice:
    return Notice(**{**item, "box": _box(item.get("box"))})


def _page_from_json(data: dict[str, Any]) -> Page:
    blocks = tuple(
        Block(tuple(_line_from_json(line) for line in item["lines"]), item["kind"], _box(item.get("box")))
        for item in data["blocks"]
    )

    def cell_of(item: dict[str, Any]) -> Cell:
        lines = tuple(
            blocks[line[0]].lines[line[1]] if isinstance(line, list) else _line_from_json(line)
            for line in item["lines"]
        )
        return Cell(**{**item, "lines": lines, "box": _box(item.get("box"))})

    given = dict(data)
    given["blocks"] = blocks
    given["tables"] = tuple(
        Table(**{**item, "cells": tuple(cell_of(cell) for cell in item["cells"]), "box": _box(item.get("box"))})
        for item in data["tables"]
    )
    given["objects"] = tuple(FoundObject(**{**o, "box": Box(*o["box"])}) for o in data.get("objects", ()))
    given["notices"] = tuple(_notice(item) for item in data.get("notices", ()))
    given["steps"] = tuple(Step(**item) for item in data.get("steps", ()))
    return Page(**given)


def _line_from_json(data: dict[str, Any]) -> Line:
    return Line(tuple(_word_from_json(word) for word in data["words"]), _box(data.get("box")), data.get("size"))


def _word_from_json(data: dict[str, Any]) -> Word:
    given = dict(data)
    given["box"] = _box(data.get("box"))
    given["readings"] = tuple(Reading(**item) for item in data.get("readings", ()))
    given["alternatives"] = tuple(Alternative(**item) for item in data.get("alternatives", ()))
    given["edits"] = tuple(Edit(**item) for item in data.get("edits", ()))
    return Word(**given)
