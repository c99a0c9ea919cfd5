"""The head of a table: which rows it has, and what every column is called.

The trouble: a head has two rows or three, some cells merged over columns and some over rows; a caption may stand in
the table above it, a row of column numbers ("(1) | (2) | (3)") below; a text file keeps the words and loses the spans.

Evidence in order of trust: cells that reach down from the first row, "TT" in a lower row, a row of titles under blanks.

What it never does: take a row that holds values for a head.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.document import Cell, Table
from pipeline.knowledge import quantities
from pipeline.knowledge.table_rows import opens_head
from pipeline.structure.passages import grid

Row = list[Cell | None]

MOST_ROWS = 3  # of a head
_COLUMN_NUMBER = re.compile(r"[(\[]?\s*(?:(\d{1,2})(?:\s*=.*)?|([A-E]))\s*[)\]]?")
LEAST_NUMBERS = 3  # of a row of column numbers
_HEAD_NUMBER = re.compile(r"(?:19|20)\d\d(?:\s?[-–]\s?(?:19|20)\d\d)?")  # years are titles of columns, not values


@dataclass(frozen=True, slots=True)
class Headed:
    """A table with its head told: `rows` by row and column as `passages.grid` gives them, `first` the first row under
    the head, `columns` the printed titles from top to bottom, joined by blanks."""

    rows: tuple[Row, ...]
    first: int
    columns: tuple[str, ...]

    @property
    def body(self) -> tuple[Row, ...]:
        return self.rows[self.first :]


def headed(table: Table) -> Headed:
    """The table with its head. Any table has one; what is no head row is in the body."""
    rows = grid(table)
    start = 0
    while start < len(rows) - 1 and _is_caption(rows[start]):
        start += 1
    end = min(start + 1, len(rows))
    while end < len(rows) and end < start + MOST_ROWS and _goes_on(rows, start, end):
        end += 1
    labelled = [i for i in range(start, min(start + MOST_ROWS, len(rows))) if _is_labelled(rows[i])]
    if labelled and labelled[0] >= end and not any(_has_values(row) for row in rows[start : labelled[0]]):
        end = labelled[0] + 1
    columns = tuple(_title(rows[start:end], column) for column in range(table.columns))
    while end < len(rows) and is_numbered_by_column(rows[end]):
        end += 1
    return Headed(tuple(rows), end, columns)


def _filled(row: Row) -> list[Cell]:
    return [cell for cell in dict.fromkeys(row) if cell is not None and cell.text.strip()]


def _is_caption(row: Row) -> bool:
    """Whether one cell fills a whole row of several columns."""
    return len(row) > 1 and row[0] is not None and all(cell is row[0] for cell in row)


def _is_labelled(row: Row) -> bool:
    return row[0] is not None and opens_head(row[0].text)


def _has_values(row: Row) -> bool:
    return any(_is_value(cell.text.strip()) for cell in _filled(row))


def _is_value(text: str) -> bool:
    if _HEAD_NUMBER.fullmatch(text):
        return False
    return quantities.parse_number(text) is not None or (text[:1].isdigit() and bool(quantities.find_quantities(text)))


def _goes_on(rows: Sequence[Row], start: int, at: int) -> bool:
    """Whether the row at `at` is still of the head that begins at `start`."""
    own = [cell for cell in _filled(rows[at]) if cell.row == at]
    if not own or _has_values(rows[at]):
        return False
    above = rows[at - 1]
    under_merged = all(
        (top := above[cell.column]) is None or top.column_span > 1 or not top.text.strip() for cell in own
    )
    reaches_down = any(cell is not None and start <= cell.row < at for cell in rows[at])
    if reaches_down:
        label = rows[start][0]  # "TT" reaches through all rows of its head, titles in one row or three beside it
        return under_merged or (label is not None and label.row + label.row_span > at and opens_head(label.text))
    # In a text file the cells beside the lower titles are blank.
    blank = all(cell is None or not cell.text.strip() for cell in rows[at][:2])
    return blank and len(own) >= 2 and _is_labelled(rows[start])


def _title(head: Sequence[Row], column: int) -> str:
    """The titles over a column, a merged one once; a title that lost its span in a text reaches over the blanks at its
    right that have titles below."""
    cells: dict[Cell, None] = {}
    for index, row in enumerate(head):
        cell = row[column]
        if (cell is None or not cell.text.strip()) and index + 1 < len(head):
            at = column
            while at > 0 and _is_blank(row[at]) and not _is_blank(head[index + 1][at - 1]):
                at -= 1
            cell = row[at] if not _is_blank(head[index + 1][column]) else cell
        if cell is not None:
            cells[cell] = None
    return " ".join(text for cell in cells if (text := _shown(cell)))


_FIGURE_IN_BRACKETS = re.compile(r"\(\d\)")


def _shown(cell: Cell) -> str:
    """The text of a title. Behind words "(2)" that another reading has as "(%)" is that: no title ends in a figure of
    its own, and a recogniser takes the sign for a figure, but no figure for it."""
    text = cell.text.strip()
    words = [word for line in cell.lines for word in line.words if word.text]
    if len(words) < 2 or not _FIGURE_IN_BRACKETS.fullmatch(words[-1].text):
        return text
    others = {reading.text for reading in words[-1].readings} | {other.text for other in words[-1].alternatives}
    return f"{text[: -len(words[-1].text)]}(%)" if "(%)" in others else text


def _is_blank(cell: Cell | None) -> bool:
    return cell is None or not cell.text.strip()


def is_numbered_by_column(row: Row) -> bool:
    """Whether a row gives its columns numbers: "A | B | 1 | 2", "(1) | (2) | (3)"."""
    found = [_COLUMN_NUMBER.fullmatch(cell.text.strip()) for cell in _filled(row)]
    if len(found) < max(LEAST_NUMBERS, len(row) - 1):
        return False
    numbers = [int(match[1]) for match in found if match is not None and match[1]]
    return None not in found and numbers == list(range(numbers[0], numbers[0] + len(numbers))) if numbers else False
