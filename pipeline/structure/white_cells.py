"""Words between white: the rows and columns of a table that no rule parts, and the cells that they stand in.

The trouble: lines of one cell stand as far apart as rows do, titles stand in the middle of columns whose names begin at
the left, a typewriter's blanks are as wide as gutters.

Evidence: white that runs through all columns or all rows; words beside one another in one row.

What it never does: part a row where a word stands in the white.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from pipeline.document import Box, Line, Page, Word, union
from pipeline.knowledge.table_rows import opens_head
from pipeline.structure.row_parting import numbers_in, rows_of
from pipeline.structure.text_tables import COLUMN_GAP, LEAST_COLUMNS, by_lines, in_reading_order

GUTTER = 6.5  # points without a word over all rows; words of a line stand 3-5 apart
ROW_GAP = 0.3  # of a line's height, free over all columns between two rows; lines of one cell leave 0.1-0.2
_NUMBER_ALONE = re.compile(r"\W?(?:\d{1,3}|[IVX]+|[A-ZĐ])\W{0,2}")


def lines_of(page: Page) -> list[Line]:
    """The lines of a page that say something and whose words all have their place."""
    return [
        line
        for block in page.blocks
        if block.kind == "text"
        for line in block.lines
        if line.box is not None and line.text and None not in [word.box for word in line.words]
    ]


def box_of(line: Line | Word) -> Box:
    """The box of a line or word that is known to have one."""
    assert line.box is not None
    return line.box


TALL = 3.0  # heights of the usual line: figures under one another that were read as one word on its side


def bands_of(lines: Sequence[Line]) -> list[list[Line]]:
    """Lines that stand beside one another, top to bottom; without those that stand on their side."""
    heights = sorted(box_of(line).height for line in lines)
    tallest = TALL * heights[len(heights) // 2]
    lines = [line for line in lines if box_of(line).height <= tallest]
    bands: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: (box_of(line).top + box_of(line).bottom)):
        middle = box_of(line).middle[1]
        if bands and any(box_of(other).top < middle < box_of(other).bottom for other in bands[-1]):
            bands[-1].append(line)
        else:
            bands.append([line])
    return bands


def is_labelled(head: Sequence[Line]) -> bool:
    """Whether a line begins with "TT"."""
    return any(opens_head(line.words[0].text) for line in head)


def number_of(band: Sequence[Line]) -> int | None:
    """The number that a row begins with."""
    shown = re.fullmatch(r"\W?(\d{1,3})\W?", first_word(band).text) if band else None
    return int(shown[1]) if shown is not None else None


def first_word(band: Sequence[Line]) -> Word:
    """The leftmost word."""
    return min((word for line in band for word in line.words), key=lambda word: box_of(word).left)


def numbered_rows(head: Sequence[Line], lines: Sequence[Line]) -> list[list[tuple[Word, ...]]]:
    """Words by row and column where the head is known and rows below it have numbers; else none."""
    rows = _rows_by_white(lines)
    edges = _edges(rows, LEAST_COLUMNS) if head else []
    if len(edges) < LEAST_COLUMNS:
        return []
    known = set(map(id, head))
    columns = _by_column([line for line in lines if id(line) not in known], edges)
    if numbers_in(columns[0]) < LEAST_COLUMNS - 1:
        return []
    body = [[_words_of(cell) for cell in row] for row in rows_of(columns)]
    return [[tuple(cell) for cell in row] for row in (_cells_of(head, edges), *body)]


MARK = 0.35  # of the usual height of a cell's words: the mark of a letter that was read as a word


def _words_of(cell: Sequence[Line]) -> list[Word]:
    """The words of a cell by their place, marks that were read as words behind them."""
    words = [word for line in cell for word in line.words]
    heights = sorted(box_of(word).height for word in words)
    least = MARK * heights[len(heights) // 2] if heights else 0.0
    marks = [word for word in words if box_of(word).height < least]
    return in_reading_order([word for word in words if box_of(word).height >= least]) + marks


def _own_cells(line: Line, edges: Sequence[float]) -> list[list[Word]]:
    """The words of a line by column."""
    cells: list[list[Word]] = [[] for _ in edges]
    for word in line.words:
        if word.text:
            cells[_column_of(word, edges)].append(word)
    return cells


def _column_of(word: Word, edges: Sequence[float]) -> int:
    return max((i for i, edge in enumerate(edges) if box_of(word).right > edge), default=0)


def _rows_by_white(lines: Sequence[Line]) -> list[list[Line]]:
    """Lines by the rows that white parts over all columns."""
    heights = sorted(box_of(word).height for line in lines for word in line.words if word.text)
    tops = _parted([(box_of(line).top, box_of(line).bottom) for line in lines], ROW_GAP * heights[len(heights) // 2])
    rows: list[list[Line]] = [[] for _ in tops]
    for line in lines:
        rows[max((i for i, top in enumerate(tops) if box_of(line).bottom > top), default=0)].append(line)
    return rows


def gutter_rows(lines: Sequence[Line], least: int) -> list[list[tuple[Word, ...]]]:
    """Words by row and column; empty where white parts no `least` columns and three rows."""
    rows = _rows_by_white(lines)
    if len(rows) < LEAST_COLUMNS:  # a head row and two more
        return []
    edges = _edges(rows, least)
    return _labelled_rows(_with_last_words([_cells_of(row, edges) for row in rows])) if len(edges) >= least else []


def _with_last_words(rows: Sequence[list[list[Word]]]) -> list[list[list[Word]]]:
    """The rows, one with nothing but small words in one column put to the cell above: the last line of a name."""
    found: list[list[list[Word]]] = []
    for row in rows:
        filled = [column for column, cell in enumerate(row) if cell]
        alone = filled[0] if len(filled) == 1 and len(found) > 1 else 0
        if alone and found[-1][alone] and row[alone][0].text[:1].islower():
            found[-1][alone] += row[alone]
        else:
            found.append(row)
    return found


_SIGN = re.compile(r"[^\W_]|%")  # what a recogniser makes of specks and rules has none


def _edges(rows: Sequence[Sequence[Line]], least: int) -> list[float]:
    """Where the columns begin that white parts through all rows but those of one cell, which run over the white.

    Two in which no row has words side by side are one: a title in the middle over names at the left. So are two that
    part the words of one title only.
    """
    spans = [
        [(box_of(word).left, box_of(word).right) for line in row for word in line.words if _SIGN.search(word.text)]
        for row in rows
    ]
    several = [row for row in spans if len(_parted(row, GUTTER)) >= least]
    edges = _parted([span for row in several for span in row], GUTTER) if several else []
    filled = [
        {max((i for i, edge in enumerate(edges) if right > edge), default=0) for _, right in row} for row in several
    ]
    at = 1
    while at < len(edges):
        beside = [columns for columns in filled if {at - 1, at} <= columns]
        alone = len(beside) == 1 and sum(at in columns for columns in filled) == 1
        if beside and not (alone and _goes_on(rows, edges[at])):
            at += 1
            continue
        del edges[at]
        filled = [{column - (column >= at) for column in columns} for columns in filled]
    return edges


def _goes_on(rows: Sequence[Sequence[Line]], edge: float) -> bool:
    """Whether the word at an edge is one of several of its line: blanks of a typewriter are as wide as a gutter."""
    for row in rows:
        for line in row:
            for before, word in itertools.pairwise(line.words):
                if abs(box_of(word).left - edge) < 1 and box_of(word).left - box_of(before).right < COLUMN_GAP:
                    return True
    return False


def _cells_of(row: Sequence[Line], edges: Sequence[float]) -> list[list[Word]]:
    """The words of a row by column, each cell in reading order; a row of one cell stays in the column it begins in."""
    return [[word for line in cell for word in line.words] for cell in _by_column(row, edges)]


def _by_column(lines: Sequence[Line], edges: Sequence[float]) -> list[list[Line]]:
    """The parts of some lines in each column, in reading order."""
    columns: list[list[Line]] = [[] for _ in edges]
    for line in lines:
        for column, own in enumerate(_own_cells(line, edges)):
            if own:
                columns[column].append(Line(tuple(own), union([word.box for word in own]), line.size))
    return [[line for row in by_lines(column) for line in row] for column in columns]


def cells_of_rows(rows: Sequence[Sequence[Line]]) -> list[list[tuple[Word, ...]]]:
    """The words of known rows by column; empty where white parts no three columns."""
    edges = _edges(rows, LEAST_COLUMNS)
    return _labelled_rows([_cells_of(row, edges) for row in rows]) if len(edges) >= LEAST_COLUMNS else []


def _labelled_rows(rows: Sequence[list[list[Word]]]) -> list[list[tuple[Word, ...]]]:
    told = [[[word for word in cell if _SIGN.search(word.text)] for cell in row] for row in rows]
    if rows[0][0] and opens_head(rows[0][0][0].text) and any(len(row[0]) > 1 for row in told):
        rows = [_with_label(row) for row in rows]  # numbers that stand near the names beside them
    return [[tuple(cell) for cell in row] for row in rows]


def _with_label(row: Sequence[list[Word]]) -> list[list[Word]]:
    """A row with its number in a cell of its own."""
    first = row[0]
    numbered = bool(first) and (opens_head(first[0].text) or _NUMBER_ALONE.fullmatch(first[0].text))
    cut = 1 if numbered else 0
    return [first[:cut], first[cut:], *row[1:]]


def _parted(spans: Sequence[tuple[float, float]], gap: float) -> list[float]:
    """Where each run of spans begins that lie nearer than `gap`."""
    starts: list[float] = []
    reach = 0.0
    for low, high in sorted(spans):
        if not starts or low - reach >= gap:
            starts.append(low)
            reach = high
        reach = max(reach, high)
    return starts
