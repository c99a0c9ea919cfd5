"""Duties in task tables: who sees to the row, who helps, and what is to be done.

The trouble: several names in one cell, a label before them ("Chủ trì: ..."), cells that shift where one was left empty.

What it never does: take a time, a number or a sign for an actor.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.document import Table
from pipeline.knowledge import bodies
from pipeline.knowledge.fuzzy import aligned
from pipeline.structure.actors import EDGE
from pipeline.structure.passages import Paragraph, Place, Step, place_of_cells
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


def _names_in(cell: str) -> Iterator[str]:
    """The actors of a cell, parted by semicolons; a recogniser reads some of them as colons."""
    for part in re.split(r"\s*;\s*|\s*\n\s*", cell):
        names = re.split(r"\s*:\s*", part)
        if len(names) > 1 and all(bodies.looks_like_body(name) >= LISTED_BODY for name in names):
            yield from names
        else:
            yield part


LISTED_BODY = 0.5  # how much a name in a list must look like that of a body


def duties_of_table(step: Step, paragraph: Paragraph, table: Table) -> Iterator[FoundAssignment]:
    told = task_table(table)
    if told is None or told.lead is None:
        return
    for row in told.rows:
        what = row[told.task]
        if what is None or not what.text.strip():
            continue
        for column in (told.lead, told.support):
            who = row[column] if column is not None else None
            if who is None or who is what or not any(letter.isalpha() for letter in who.text):
                continue
            for name in _names_in(who.text):
                name = _CELL_LABEL.sub("", name.strip(EDGE))
                if name and not _NO_ACTOR.match(aligned(name)):
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
