"""Cells that repeat the one above them: "nt", "-nt-", "//" stand for what was printed there ("như trên").

The trouble: typists save themselves the name of an office, and a reader who takes the rows one by one has none.

What it never does: take a lone quotation mark, which a speck looks like, for such a sign, or an empty cell where it is
not told that one stands for the cell above.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.document import Cell
from pipeline.knowledge.fuzzy import aligned
from pipeline.structure.table_heads import Row

_REPEATS = re.compile(r"[-–—.(\s]*(?:n\s?[./]?\s?t|nhu tren|//|-//-)[-–—.)\s]*")


def repeats(text: str) -> bool:
    """Whether a cell says "as above".

    >>> repeats("-nt-"), repeats("//"), repeats("Như trên"), repeats("-"), repeats("")
    (True, True, True, False, False)
    """
    return _REPEATS.fullmatch(aligned(text)) is not None


def said_in(rows: Sequence[Row], column: int | None, blanks: bool = False) -> list[Cell | None]:
    """For each row the cell that says what its own in a column means: its own, or the one above that it repeats; its
    own too where none above says anything. Where `blanks` repeat, an empty cell is one merged with that above."""
    said: list[Cell | None] = []
    last: Cell | None = None
    for row in rows:
        cell = row[column] if column is not None else None
        empty = blanks and (cell is None or not cell.text.strip())
        if last is not None and (empty or (cell is not None and repeats(cell.text))):
            said.append(last)
            continue
        said.append(cell)
        # What is merged over columns is the title of a group.
        if cell is not None and cell.column_span == 1 and any(map(str.isalnum, cell.text)):
            last = cell if not repeats(cell.text) else None
    return said
