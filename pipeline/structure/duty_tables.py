"""Duties in task tables: who sees to the row, who helps, and what is to be done.

The trouble: several names in one cell, as a list or with a label before them ("Chủ trì: ..."), cells that repeat the
one above ("nt"), cells that shift where one was left empty.

What it never does: take a time, a number or a sign for an actor.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.document import Cell, Table
from pipeline.knowledge import bodies
from pipeline.knowledge.fuzzy import aligned
from pipeline.structure.actors import is_actor
from pipeline.structure.name_ends import EDGE
from pipeline.structure.passages import Paragraph, Place, Step, place_of_cells
from pipeline.structure.repeated_cells import said_in
from pipeline.structure.task_tables import task_table


@dataclass(frozen=True, slots=True)
class FoundAssignment:
    """One actor and what it is to do; `section` is the path of labels."""

    actor: str
    task: str
    section: str | None
    place: Place
    parts: tuple[tuple[str, Place], ...] = ()  # where single fields stand, by name


# Cells shift where one was left empty in a text file: a time, a number or a sign is no actor.
_NO_ACTOR = re.compile(
    r"\W*(?:\d|(?:quy|thang|nam|ngay|truoc|trong|den) |thuong xuyen|hang (?:nam|quy|thang|tuan)|nt\W*$)"
)
_CELL_LABEL = re.compile(r"^(?:(?:cơ quan |đơn vị )?(?:chủ trì|phối hợp|thực hiện))\s*:\s*", re.IGNORECASE)


def _names_in(cell: Cell) -> Iterator[str]:
    """The actors of a cell, parted by bullets and semicolons; a recogniser reads some of these as colons."""
    for part in _items(cell):
        for piece in re.split(r"\s*;\s*|\s*\n\s*", part):
            names = re.split(r"\s*:\s*", piece)
            if len(names) > 1 and all(bodies.looks_like_body(name) >= LISTED_BODY for name in names):
                yield from names
            else:
                yield piece


_BULLET = re.compile(r"\s*[-–+•*]\s*(?=[^\W\d_])")


def _items(cell: Cell) -> list[str]:
    """The items of a list in a cell, each from a line that opens with a bullet; else its text as one."""
    lines = [line.text.strip() for line in cell.lines if line.text.strip()]
    if not lines or not _BULLET.match(lines[0]):
        return [cell.text]
    items: list[list[str]] = []
    for line in lines:
        if _BULLET.match(line):
            items += [[name] for name in _on_one_line(_BULLET.sub("", line, count=1))]
        else:
            items[-1].append(line)
    return [" ".join(item) for item in items]


_BETWEEN = re.compile(r"\s[-–+•*]\s(?=[A-ZĐ])")


def _on_one_line(item: str) -> list[str]:
    """The items of a list that a text file runs together: a dash parts two where an actor follows it; within a name
    ("Tài chính - Kế hoạch") it stays."""
    parts: list[str] = []
    for part in _BETWEEN.split(item):
        if parts and not is_actor(part):
            parts[-1] += f" - {part}"
        else:
            parts.append(part)
    return parts


LEAST_LETTERS = 2  # of a name: a letter alone is a misread sign
LISTED_BODY = 0.5  # how much a name in a list must look like that of a body


def duties_of_table(step: Step, paragraph: Paragraph, table: Table) -> Iterator[FoundAssignment]:
    told = task_table(table)
    if told is None or told.lead is None:
        return
    leads, supports = (said_in(told.rows, column) for column in (told.lead, told.support))
    for row, *actors in zip(told.rows, leads, supports, strict=True):
        what = row[told.task]
        if what is None or not what.text.strip():
            continue
        for who in actors:
            if who is None or who is what:
                continue
            for name in _names_in(who):
                name = _CELL_LABEL.sub("", name.strip(EDGE))
                if sum(map(str.isalpha, name)) >= LEAST_LETTERS and not _NO_ACTOR.match(aligned(name)):
                    yield FoundAssignment(
                        name.strip(EDGE),
                        what.text.strip(EDGE),
                        step.path or None,
                        place_of_cells(paragraph, (what, who), f"{what.text} | {who.text}"),
                        (
                            ("actor", place_of_cells(paragraph, (who,), who.text)),
                            ("task", place_of_cells(paragraph, (what,), what.text)),
                            ("section", place_of_cells(paragraph, (what,), what.text)),
                        ),
                    )
