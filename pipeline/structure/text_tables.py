"""Tables without rules: bars between cells in text, columns of words in line, numbered rows without columns.

The trouble: converters write "| a | b |"; a table without rules is only words in line; a text file of a recogniser has
a row on one line, its columns gone and some rules read as bars.

Evidence in order of trust: bars, then at least three columns under a head row, then a head row over numbered rows.

What it never does: drop a word, or part a row where nothing shows the columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TypeVar

from pipeline.document import Cell, Line, Page, Table, Word, union
from pipeline.knowledge import table_rows
from pipeline.knowledge.fuzzy import aligned
from pipeline.knowledge.lexicon import load_table
from pipeline.knowledge.table_rows import opens_head

COLUMN_GAP = 13.0  # points between two columns without rules; justified text stays under 9
LEAST_ROWS, LEAST_COLUMNS = 4, 3  # of a table without rules: the two columns of head and foot are none

Found = list[tuple[Table, tuple[Line, ...]]]
Taken = dict[int, tuple[int, list[int]]]  # id of a line -> (table, indexes of its words in cells)


# --- bars in text ----------------------------------------------------------------------------------------

_SEPARATOR = re.compile(r"[|\s:+-]*-{2,}[|\s:+-]*")


def _split_bars(line: Line) -> list[tuple[Word, ...]]:
    """The words of a line between its bars; a word with a bar in it is parted."""
    cells: list[list[Word]] = [[]]
    for word in line.words:
        if "|" not in word.text:
            cells[-1].append(word)
            continue
        for index, part in enumerate(word.text.split("|")):
            if index:
                cells.append([])
            if part:
                cells[-1].append(replace(word, raw=part if word.raw == word.text else word.raw, text=part))
    if not cells[0] and len(cells) > 1:
        cells = cells[1:]
    if not cells[-1] and len(cells) > 1:
        cells = cells[:-1]
    return [tuple(cell) for cell in cells]


def _by_heads(run: Sequence[Line]) -> list[list[Line]]:
    """Lines with bars by the table they are of: a head row with "TT" opens another one unless it was printed before."""
    parts: list[list[Line]] = []
    head = ""
    for line in run:
        opens = line.text.count("|") > 1 and opens_head(" ".join(word.text for word in _split_bars(line)[0]))
        if not parts or (opens and head and line.text != head):
            parts.append([])
        if opens:
            head = line.text
        parts[-1].append(line)
    return parts


def from_bars(page: Page, taken: Taken) -> Found:
    found: Found = []
    run: list[Line] = []

    def close() -> None:
        for part in _by_heads(run):
            rows = [_split_bars(line) for line in part if not _SEPARATOR.fullmatch(line.text)]
            if len(rows) >= 2 and max(map(len, rows)) >= 2:
                for line in part:
                    taken[id(line)] = (len(found), list(range(len(line.words))))
                found.append(table_of_rows(rows))
        run.clear()

    for block in page.blocks:
        if block.kind != "text":
            close()
            continue
        for line in block.lines:
            text = line.text
            if "|" in text and (text.count("|") >= 2 or " | " in text):
                run.append(line)
            else:
                close()
    close()
    return found


def table_of_rows(rows: Sequence[Sequence[tuple[Word, ...]]], ruled: bool = True) -> tuple[Table, tuple[Line, ...]]:
    """A table of rows of words; a row with fewer cells has its last one merged to the end (a group row)."""
    width = max(map(len, rows))
    cells, lines = [], []
    for r, row in enumerate(rows):
        for c, words in enumerate(row):
            line = Line(words, union([word.box for word in words])) if words else None
            if line is not None:
                lines.append(line)
            span = width - c if c == len(row) - 1 else 1
            cells.append(Cell(r, c, (line,) if line else (), 1, span, line.box if line else None))
    return Table(tuple(cells), union([cell.box for cell in cells]), ruled), tuple(lines)


def in_reading_order(words: Sequence[Word]) -> list[Word]:
    """Words by the lines they stand on, each from left to right; two readings of one line differ in height."""
    return [word for line in by_lines(words) for word in line]


SAME_LINE = 0.5  # of the lower of two words that stands beside the other: lines of one cell overlap by 0.2 at most
_Placed = TypeVar("_Placed", Word, Line)


def _span(piece: Word | Line) -> tuple[float, float]:
    """Top and bottom of a word, or of the usual word of a line: a speck among its words makes a line's box high."""
    boxes = [word.box for word in piece.words if word.box is not None] if isinstance(piece, Line) else [piece.box]
    tops, bottoms = sorted(box.top for box in boxes if box), sorted(box.bottom for box in boxes if box)
    return (tops[len(tops) // 2], bottoms[len(bottoms) // 2]) if tops else (0.0, 0.0)


def by_lines(pieces: Iterable[_Placed]) -> list[list[_Placed]]:
    """Words or lines with boxes by the printed line they stand on, top to bottom, each from left to right."""
    rows: list[list[_Placed]] = []
    first = (0.0, 0.0)
    for (top, bottom), piece in sorted(((_span(piece), piece) for piece in pieces), key=lambda found: sum(found[0])):
        if rows and min(first[1], bottom) - max(first[0], top) > SAME_LINE * min(first[1] - first[0], bottom - top):
            rows[-1].append(piece)
        else:
            rows.append([piece])
            first = (top, bottom)
    return [sorted(row, key=lambda piece: piece.box.left if piece.box else 0.0) for row in rows]


# --- columns of words ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Row:
    line: Line
    segments: tuple[tuple[int, int], ...]  # from word to word, by wide gaps


def segments_of(line: Line) -> tuple[tuple[int, int], ...]:
    spans, start = [], 0
    last: float | None = None
    for index, word in enumerate(line.words):
        if word.box is None:
            return ()
        if last is not None and word.box.left - last >= COLUMN_GAP:
            spans.append((start, index))
            start = index
        last = word.box.right
    spans.append((start, len(line.words)))
    return tuple(spans)


def from_columns(page: Page, taken: Taken) -> Found:
    """Tables without rules: runs of lines with three columns or more that stand in line."""
    rows = [
        _Row(line, segments_of(line))
        for block in page.blocks
        if block.kind == "text"
        for line in block.lines
        if line.box is not None and line.words
    ]
    found: Found = []
    index = 0
    while index < len(rows):
        end = index
        while end < len(rows) and len(rows[end].segments) >= LEAST_COLUMNS:
            end += 1
        run = rows[index:end]
        if len(run) >= LEAST_ROWS:
            edges = _column_edges(run)
            if len(edges) >= LEAST_COLUMNS and _has_head(run[0].line):
                split = [_by_edges(row, edges) for row in run]
                for row in run:
                    taken[id(row.line)] = (len(found), list(range(len(row.line.words))))
                found.append(table_of_rows(split, ruled=False))
        index = max(end, index + 1)
    return found


_HEAD = re.compile(r"\b(?:stt|tt|so tt|noi dung|chi tieu|don vi|ten|ke hoach|ghi chu|thoi gian)\b")


def _has_head(line: Line) -> bool:
    return len(_HEAD.findall(aligned(line.text))) >= 2


def _column_edges(rows: Sequence[_Row]) -> list[float]:
    """Left edges of columns that half of the rows share."""
    boxes = [row.line.words[start].box for row in rows for start, _ in row.segments]
    lefts = sorted(box.left for box in boxes if box is not None)
    groups: list[list[float]] = []
    for left in lefts:
        if groups and left - groups[-1][-1] <= COLUMN_GAP:
            groups[-1].append(left)
        else:
            groups.append([left])
    return [min(group) for group in groups if len(group) >= len(rows) / 2]


def _by_edges(row: _Row, edges: Sequence[float]) -> list[tuple[Word, ...]]:
    cells: list[list[Word]] = [[] for _ in edges]
    for word in row.line.words:
        assert word.box is not None
        at = max((i for i, edge in enumerate(edges) if word.box.left >= edge - 3), default=0)
        cells[at].append(word)
    return [tuple(cell) for cell in cells]


# --- rows of a text without columns ----------------------------------------------------------------------

_UNIT_HEAD = re.compile(r"don v[ijl] tinh|dvt")
_OPENS_HEAD = re.compile(r"\W*(?:s\s?t\s?t|tt|s[yi]t|so tt)\b")
_ROW_NUMBER = re.compile(r"\W{0,2}(\d{1,3})(?:\s*[|.)\]]+|\s)\s*(?=\S)")
SECTION = re.compile(r"\s*(?:[IVX]{1,4}|[A-ZĐ]|(?i:ph[aầ]n|ch[uư][oơ]ng|ph[uụ] l[uụ]c)\s+[IVX\d]+)\s?[.\-/:]\s")
BULLET = re.compile(r"\s*[-+•*]\s")
_AFTER_TABLE = re.compile(r"\W*(?:tren day|noi nhan|ghi chu:|can cu)")
_VALUE = re.compile(r"[≥≤><=]?\d{1,3}(?:[.,]\d+)*%?")
_SIGNS = frozenset("≥≤><=")
_TOTAL = re.compile(r"\W*(?:tong|cong)\b")
_YEAR_HEAD = re.compile(r"(?:năm\s+)?(?:19|20)\d\d", re.IGNORECASE)
LEAST_HEADS = 1  # words of head rows beside "TT"; garbled text hides some
LEAST_NUMBERED = 2  # rows; one is enough under a head row of three words
LONGEST_HEAD = 6  # lines; each column may stand on its own
LONG_ROW = 130  # characters; a line longer than this is a paragraph


def from_rows(page: Page, taken: Taken) -> Found:
    """Tables whose columns are gone: a head row that begins with "TT", and rows numbered 1, 2, 3 under it.

    The number of a row is a cell of its own. So are the values at the end of the rows, and their unit, where the head
    names as many years; the rest of a row is left whole, since nothing says where its columns part.
    """
    lines = [line for block in page.blocks if block.kind == "text" for line in block.lines if line.words]
    found: Found = []
    at = 0
    while at < len(lines):
        end = _rows_end(lines, at) if lines[at].box is None else at
        if end > at:
            start = at - (at > 0 and id(lines[at - 1]) not in taken and heads_in(lines[at - 1 : at]) > LEAST_HEADS)
            for line in lines[start:end]:
                taken[id(line)] = (len(found), list(range(len(line.words))))
            found.append(table_of_rows(_numbered_rows(lines[start:end]), ruled=False))
        at = max(end, at + 1)
    return found


def _rows_end(lines: Sequence[Line], start: int) -> int:
    """Index after the last line of a table that begins at `start`; `start` where none does."""
    if not _OPENS_HEAD.match(aligned(lines[start].text)):
        return start
    number, head, at = 0, 0, start + 1
    while at < len(lines):
        text = lines[at].text
        row = _row_number(text)
        if row == number + 1 and (number or heads_in(lines[start:at]) >= LEAST_HEADS):
            number, head = number + 1, head or at
        elif (
            row is not None
            or SECTION.match(text)
            or BULLET.match(text)
            or _AFTER_TABLE.match(aligned(text))
            or _OPENS_HEAD.match(aligned(text))
            or len(text) > LONG_ROW
            or (number == 0 and at - start > LONGEST_HEAD)
        ):
            break
        at += 1
    enough = number >= LEAST_NUMBERED or (number and heads_in(lines[start:head]) > LEAST_HEADS + 1)
    return at if enough else start


def heads_in(lines: Sequence[Line]) -> int:
    """How many words of head rows stand in some lines."""
    return table_rows.heads_in(" ".join(line.text for line in lines))


def _row_number(text: str) -> int | None:
    found = _ROW_NUMBER.match(text)
    return int(found[1]) if found is not None else None


def _numbered_rows(lines: Sequence[Line]) -> list[list[tuple[Word, ...]]]:
    """Rows as (number, rest, values ...); lines without a number belong to the row above."""
    rows: list[list[list[Word]]] = [[]]
    numbered = 0
    for line in lines:
        if _row_number(line.text) == numbered + 1:
            numbered += 1
            rows.append([])
        elif numbered and _TOTAL.match(aligned(line.text)):
            rows.append([[]])
        rows[-1].append([word for word in line.words if word.text.strip("|[]")])
    head = [word for line in rows[0] for word in line]
    years = [index for index, word in enumerate(head) if _YEAR_HEAD.fullmatch(word.text.strip("|[]"))]
    width = len(years) if years and years[-1] == len(head) - 1 else 0
    if not width or sum(len(_values(_first(row))) >= width for row in rows[1:]) < LEAST_NUMBERED:
        return [[tuple(_first(row)[:1]), tuple(_first(row)[1:]) + _after(row)] for row in rows]
    cut = years[0] - (aligned(head[years[0] - 1].text) == "nam")
    unit_at = _unit_head(head[:cut])
    with_unit = unit_at < cut
    names = [tuple(head[1:unit_at]), *([tuple(head[unit_at:cut])] if with_unit else [])]
    split = [[tuple(head[:1]), *names, *((head[year],) for year in years)]]
    for row in rows[1:]:
        first = _first(row)
        label = 0 if not row[0] else 1
        values = _values(first)[-width:]
        if len(values) < width:
            split.append([tuple(first[:label]), tuple(first[label:]) + _after(row)])
            continue
        rest = first[label : len(first) - sum(map(len, values))]
        unit = _unit_words(rest[1:]) if with_unit else 0  # a row is not named by its unit alone
        name = tuple(rest[: len(rest) - unit]) + _after(row)
        split.append([tuple(first[:label]), name, *([tuple(rest[len(rest) - unit :])] if with_unit else []), *values])
    return split


def _unit_head(head: Sequence[Word]) -> int:
    """Index of the word where "Đơn vị tính" begins at the end of a head row; the row's length where it does not."""
    for at in range(max(1, len(head) - 3), len(head)):
        if _UNIT_HEAD.fullmatch(aligned(" ".join(word.text.strip("|[]") for word in head[at:]))):
            return at
    return len(head)


def _first(row: Sequence[Sequence[Word]]) -> list[Word]:
    """The words of the line that opens a row."""
    return list(next((line for line in row if line), []))


def _after(row: Sequence[Sequence[Word]]) -> tuple[Word, ...]:
    """The words of the other lines of a row."""
    lines = [line for line in row if line]
    return tuple(word for line in lines[1:] for word in line)


def _values(words: Sequence[Word]) -> list[tuple[Word, ...]]:
    """The values at the end of a line, each with the sign before it."""
    found: list[tuple[Word, ...]] = []
    at = len(words)
    while at > 1 and _VALUE.fullmatch(words[at - 1].text.strip("|[]")):
        start = at - 1 - (at > 2 and words[at - 2].text in _SIGNS)
        found.insert(0, tuple(words[start:at]))
        at = start
    return found


def _unit_words(words: Sequence[Word]) -> int:
    """How many words at the end are a unit of the list (dictionaries/units.tsv)."""
    texts = [aligned(word.text.strip("|[]")) for word in words[-3:]]
    return next((n for n in (3, 2, 1) if n <= len(texts) and " ".join(texts[-n:]) in _units()), 0)


@cache
def _units() -> frozenset[str]:
    return frozenset(aligned(row[0]) for row in load_table("units"))
