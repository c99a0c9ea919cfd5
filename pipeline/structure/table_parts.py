"""One table of its parts on several pages.

The trouble: some offices print the head again on every page, others do not; a page may end in the middle of a row.

Evidence: the words of the first rows; the number of a row, and whether its words go on in small letters.

What it never does: leave out a row whose words differ from the head, or join two rows with numbers.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from rapidfuzz import fuzz

from pipeline.document import Cell, Table
from pipeline.knowledge import table_rows

SAME_HEAD = 85.0  # of 100: two readings of one printed row; rows of other words stay below 60
MOST_HEAD_ROWS = 3
Row = Sequence[Cell]


def joined(parts: Sequence[Table]) -> Table:
    """One table of the parts of one, of which there is at least one; head rows printed again are left out, and a row
    that a page break cut in two is one."""
    if len(parts) == 1:
        return parts[0]
    cells = list(parts[0].cells)
    heads = _by_row(parts[0])
    ends: defaultdict[int, list[int]] = defaultdict(list)  # by the last row that a cell covers
    for index, cell in enumerate(cells):
        ends[cell.row + cell.row_span - 1].append(index)
    rows = parts[0].rows
    for part in parts[1:]:
        own = _by_row(part)
        start = 0
        while start < min(MOST_HEAD_ROWS, parts[0].rows, part.rows) and _is_same_row(heads[start], own[start], start):
            start += 1
        above = [cell for index in ends[rows - 1] if (cell := cells[index]).row == rows - 1]
        cut = _is_rest_of_row(above, own[start], own[start + 1])
        if cut:
            rest = {cell.column: cell.lines for cell in own[start]}
            for index in ends[rows - 1]:
                cells[index] = replace(cells[index], lines=cells[index].lines + rest.get(cells[index].column, ()))
        for row in range(start + cut, part.rows):
            for cell in own[row]:
                moved = replace(cell, row=row + rows - start - cut)
                ends[moved.row + moved.row_span - 1].append(len(cells))
                cells.append(moved)
        rows += part.rows - start - cut
    return replace(parts[0], cells=tuple(cells))


def _by_row(table: Table) -> defaultdict[int, list[Cell]]:
    rows: defaultdict[int, list[Cell]] = defaultdict(list)
    for cell in table.cells:
        rows[cell.row].append(cell)
    return rows


def _is_same_row(cells: Row, again: Row, row: int) -> bool:
    """Whether a row was printed again. Below the first only titles under merged ones may differ by a letter: the names
    of two rows are often alike."""
    one, other = (" | ".join(cell.text.lower() for cell in own) for own in (cells, again))
    titles = row == 0 or not any(cell.column == 0 for cell in cells)
    return bool(one.strip(" |")) and (one == other or (titles and fuzz.ratio(one, other) >= SAME_HEAD))


def _is_rest_of_row(above: Row, own: Row, after: Row) -> bool:
    """Whether a row goes on with the last one of the page before: it has no number, goes on in small letters, and the
    next row has the number that follows or none."""
    if not own or [cell.column for cell in own] != [cell.column for cell in above] or own[0].text.strip():
        return False
    below = next((cell.text for cell in after if cell.column == 0), "")
    number, following = (re.fullmatch(r"\W*(\d{1,3})\W*", text) for text in (above[0].text, below))
    if number is None or (following is not None and int(following[1]) != int(number[1]) + 1):
        return False
    said = [cell.text for cell in own if cell.text.strip()]
    small = bool(said) and said[0][:1].islower() and not table_rows.is_sum(said[0])
    return small and not any(cell.row_span > 1 or cell.column_span > 1 for cell in own)
