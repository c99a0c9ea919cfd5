"""Tables without rules: bars between cells in text, columns of words in line.

The trouble: converters write "| a | b |"; a table without rules is only words in line; a recogniser of text reads some
rules as bars.

Evidence in order of trust: bars, then at least three columns under a head row.

What it never does: drop a word, or part a row where nothing shows the columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from pipeline.document import Cell, Line, Page, Table, Word, union
from pipeline.knowledge import table_rows
from pipeline.knowledge.fuzzy import aligned
from pipeline.knowledge.table_rows import opens_head
from pipeline.structure import ragged_rows

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


def _opens_late(row: Sequence[Sequence[Word]]) -> bool:
    """Whether a row has a number of its own other than 1, or is a group of such rows."""
    label = " ".join(word.text for word in row[0]).strip(" .)_")
    return label != "1" and table_rows.ROW_LABEL.fullmatch(label) is not None


def _by_heads(run: Sequence[Line]) -> list[list[Line]]:
    """Lines with bars by the table they are of: a head row with "TT" opens another one unless it was printed before."""
    parts: list[list[Line]] = []
    head = ""
    for line in run:
        text = line.text
        opens = text.count("|") > 1 and opens_head(text.strip().removeprefix("|").partition("|")[0])
        if not parts or (opens and head and text != head):
            parts.append([])
        if opens:
            head = text
        parts[-1].append(line)
    return parts


# "II. HOÀN THIỆN CHÍNH SÁCH" between two rows with bars: over all columns, where converters write no bars
_GROUP_LINE = re.compile(r"\s*(?:[IVX]{1,5}|[A-ZĐ]|\d{1,2})\s?[.)/:-]\s?[^\W\d_]")
MOST_GROUPS = 2  # such lines under one another: "A. ..." and "I. ..."
LONGEST_GROUP = 120  # letters of such a line


def _may_be_group(line: Line, run: Sequence[Line]) -> bool:
    """Whether a line without bars can be a group row of the rows before it, which have a head with "TT"."""
    head = run[0].text.strip().removeprefix("|").partition("|")[0] if run else ""
    return opens_head(head) and len(line.text) < LONGEST_GROUP and _GROUP_LINE.match(line.text) is not None


LONGEST_TITLE = 6  # words of a column


def _is_head(line: Line) -> bool:
    """Whether the cells of a line with bars are titles of columns, and none the number of a row."""
    cells = [" ".join(word.text for word in cell) for cell in _split_bars(line)]
    titled = sum(_HEAD.match(aligned(cell)) is not None for cell in cells)
    short = all(len(cell.split()) <= LONGEST_TITLE for cell in cells)
    return titled >= 2 and short and table_rows.ROW_LABEL.fullmatch(cells[0].strip(" .)_")) is None


def from_bars(page: Page, taken: Taken) -> Found:
    found: Found = []
    run: list[Line] = []
    groups: list[Line] = []  # lines that are of the table if a row follows them

    def close() -> None:
        groups.clear()
        for part in _by_heads(run):
            rows = [_split_bars(line) for line in part if not _SEPARATOR.fullmatch(line.text)]
            # Of a table whose columns are gone some rules are read as bars: rows from its middle are none.
            if len(rows) >= 2 and max(map(len, rows)) >= 2 and not (max(map(len, rows)) == 2 and _opens_late(rows[0])):
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
                if groups and _is_head(line):
                    close()  # "V. LỊCH THỰC HIỆN" is the title of another table
                run += (*groups, line)
                groups.clear()
            elif len(groups) < MOST_GROUPS and _may_be_group(line, run):
                groups.append(line)
            else:
                close()
    close()
    return found


def table_of_rows(rows: Sequence[Sequence[tuple[Word, ...]]], ruled: bool = True) -> tuple[Table, tuple[Line, ...]]:
    """A table of rows of words; those with fewer cells than others have them where `ragged_rows` finds their place."""
    cells, lines = [], []
    for r, row in enumerate(ragged_rows.placed(rows)):
        for c, span, words in row:
            line = Line(words, union([word.box for word in words])) if words else None
            if line is not None:
                lines.append(line)
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


# --- words of heads and bodies -------------------------------------------------------------------------

SECTION = re.compile(r"\s*(?:[IVX]{1,4}|[A-ZĐ]|(?i:ph[aầ]n|ch[uư][oơ]ng|ph[uụ] l[uụ]c)\s+[IVX\d]+)\s?[.\-/:]\s")
BULLET = re.compile(r"\s*[-+•*]\s")


def heads_in(lines: Sequence[Line]) -> int:
    """How many words of head rows stand in some lines."""
    return table_rows.heads_in(" ".join(line.text for line in lines))
