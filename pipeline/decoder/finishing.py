"""Finish what is decoded: rules for what no language model knows, in the order of one table.

Labels, numerals, formulas, capitals, signs beside numbers. Which rules a line meets is told by how it was found.
"""
from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from pipeline.decoder.beside import (
    doubt_all,
    drop_loose_marks,
    keep_figures,
    mend_number_signs,
    mend_points,
    mend_units,
    part_figures,
)
from pipeline.decoder.casing import mend_case
from pipeline.decoder.paragraphs import (
    doubt_labels,
    mend_formulas,
    mend_labels,
    mend_numeral,
    mend_romans,
    mend_step,
    mend_strokes,
    mend_title,
)
from pipeline.decoder.pending import PendingWord, Preset
from pipeline.decoder.router import Condition

MENDED = frozenset({"garbled", "unmarked"})  # conditions in which nothing stands as it was read
UNTOUCHED = frozenset({"foreign", "encoded", "unreadable"})

Row = Sequence[PendingWord]


@dataclass(frozen=True, slots=True)
class Finding:
    """How a line was found: its condition, that of the whole text, and whether a recogniser read it from a scan."""

    condition: Condition
    whole: Condition
    preset: Preset
    scanned: bool

    @property
    def mended(self) -> bool:
        return self.condition in MENDED

    @property
    def recognised(self) -> bool:
        """Whether no person wrote what stands there."""
        return self.mended or self.condition == "slips"

    @property
    def cased(self) -> bool:
        """Whether its capitals and small signs are a recogniser's."""
        return self.preset != "strict" and (self.condition == "garbled" or (self.scanned and self.condition == "slips"))


Mend = Callable[[Sequence[Row]], None]  # of the lines a rule is for, in reading order
When = Callable[[Finding], bool]


def _each(mend: Callable[[Row], None]) -> Mend:
    """A rule of one line as one of many."""
    def all_of(rows: Sequence[Row]) -> None:
        for row in rows:
            mend(row)

    return all_of


RULES: tuple[tuple[Mend, When], ...] = (
    (_each(mend_numeral), lambda line: line.recognised),
    (_each(mend_strokes), lambda line: line.recognised),
    (mend_labels, lambda line: line.mended or line.scanned),
    (doubt_labels, lambda line: line.mended),
    (mend_romans, lambda line: line.mended),
    (_each(partial(keep_figures, unmarked=True)), lambda line: line.mended),
    (_each(partial(keep_figures, unmarked=False)), lambda line: not line.mended),
    (_each(mend_title), lambda line: line.recognised),
    (_each(mend_step), lambda line: line.recognised),
    (_each(mend_number_signs), lambda line: line.mended or "slips" in (line.condition, line.whole)),
    (_each(mend_units), lambda line: line.recognised and line.preset != "strict"),
    (_each(mend_formulas), lambda line: line.condition not in UNTOUCHED),
    (_each(doubt_all), lambda line: line.condition == "unreadable"),
    (_each(part_figures), lambda line: line.mended),
    (_each(mend_case), lambda line: line.cased),
    (_each(drop_loose_marks), lambda line: line.cased),
    (
        _each(mend_points),
        lambda line: line.preset != "strict" and line.scanned and line.condition not in UNTOUCHED,
    ),
)


def finish(lines: Sequence[Row], found: Sequence[Finding]) -> None:
    """Hold every line to the rules that are for lines found so."""
    for mend, when in RULES:
        mend([row for row, line in zip(lines, found, strict=True) if when(line)])
    for row in lines:
        for word in row:
            if word.texts is None and all(piece.kind != "text" for piece in word.pieces):
                word.kind = "locked"
