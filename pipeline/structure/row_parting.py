"""The rows of a table between two of its rules, or without any: the lines of its columns gathered by row.

The trouble: offices draw a box, the rules of the columns and one under the head, and leave the rows to white. Cells of
one line stand in the middle of neighbours with three, half a line off theirs.

Evidence: numbers in the first column; white that runs through all columns; lines that go on in small letters
(`table_rows`).

What it never does: part a line, or put two numbers into one row where white runs between them.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from pipeline.document import Line
from pipeline.knowledge import table_rows
from pipeline.knowledge.table_rows import RowLine

Columns = Sequence[Sequence[Line]]  # the lines of each column, top to bottom

CORE = 0.25  # of a line's height, at its top and foot, that reaches into the lines above and below: marks and tails


def rows_of(columns: Columns) -> list[list[list[Line]]]:
    """The lines by row and column. Lines without a box are in no row."""
    slabs = _slabs(columns)
    if not slabs:
        return []
    whites = _whites(slabs)
    told = [_row_line(slab, white) for slab, white in zip(slabs, whites, strict=True)]
    starts = [*table_rows.row_starts(told), len(slabs)]
    return [
        [[line for slab in slabs[start:stop] for line in slab[column]] for column in range(len(columns))]
        for start, stop in pairwise(starts)
    ]


def numbers_in(lines: Sequence[Line]) -> int:
    """How many of the lines are a number of a row and nothing else."""
    return sum(table_rows.ROW_LABEL.fullmatch(line.text.strip()) is not None for line in lines)


def _core(line: Line) -> tuple[float, float]:
    assert line.box is not None
    edge = CORE * line.box.height
    return line.box.top + edge, line.box.bottom - edge


def _slabs(columns: Columns) -> list[list[list[Line]]]:
    """Lines at one height, by column; top to bottom."""
    placed = sorted(
        (
            (*_core(line), column, line)
            for column, lines in enumerate(columns) for line in lines if line.box is not None
        ),
        key=lambda found: found[0] + found[1],
    )
    slabs: list[list[list[Line]]] = []
    low = 0.0
    for top, bottom, column, line in placed:
        if not slabs or top >= low:
            slabs.append([[] for _ in columns])
            low = bottom
        slabs[-1][column].append(line)
        low = max(low, bottom)
    return slabs


def _whites(slabs: Sequence[Sequence[Sequence[Line]]]) -> list[float]:
    """The white over each slab in heights of a line beyond what is usual: the least of all columns, from the last line
    over it to the first at it or below."""
    lines = [line for slab in slabs for lines in slab for line in lines]
    pitches = sorted(
        below - above
        for column in range(len(slabs[0]))
        for above, below in pairwise([_middle(line) for slab in slabs for line in slab[column]])
    )
    heights = sorted(line.box.height for line in lines if line.box is not None)
    pitch = pitches[len(pitches) // 5] if pitches else heights[len(heights) // 2]
    gaps: list[list[float]] = [[] for _ in slabs]
    for column in range(len(slabs[0])):
        filled = [at for at, slab in enumerate(slabs) if slab[column]]
        for above, below in pairwise(filled):
            white = (_middle(slabs[below][column][0]) - _middle(slabs[above][column][-1])) / max(1.0, pitch) - 1
            for at in range(above + 1, below + 1):
                gaps[at].append(white)
    return [max(0.0, min(own, default=0.0)) for own in gaps]


def _middle(line: Line) -> float:
    assert line.box is not None
    return line.box.middle[1]


def _row_line(slab: Sequence[Sequence[Line]], white: float) -> RowLine:
    texts = [" ".join(line.text for line in lines) for lines in slab]
    labelled = table_rows.ROW_LABEL.fullmatch(texts[0].strip()) is not None
    return RowLine(texts[0] if labelled else "", tuple(texts[1:]), white)
