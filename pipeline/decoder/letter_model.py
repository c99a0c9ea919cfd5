"""What recognisers make of one printed letter: none to three read ones, smoothed towards letters of the same base.

It stands behind the counted readings of onsets and rimes, for those that were never seen.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.knowledge import vietnamese

Floats = NDArray[np.float64]

LONGEST_SEGMENT = 3  # read letters for one printed letter: "ướ" -> "udi" is two for one
BASE_WEIGHT = 4.0  # pseudo-observations of "letters of the same base" behind those of a printed letter
KIND_WEIGHT = 1.0  # the same for "any vowel" or "any consonant": & ¢ ¥ 6 0 may be any marked vowel
FLOOR = 2e-5  # any one read letter for any printed one
DROPPED = 2e-4  # any printed letter not read at all
DOUBLED = 3e-4  # any sign too many beside a letter
MOST_SEGMENTS = 50_000  # kept in memory, 0.7 kB each


@dataclass(frozen=True, slots=True)
class Smoothing:
    """What a channel grants to readings that its pages do not show, for every recogniser garbles in its own way.

    `of_letters`: the least share that the letter model has behind the counted readings of an onset or rime, however
    often these were seen. `of_kind`: the share of a small marked vowel's readings that are those of any vowel. `sign`:
    probability of any one figure or sign for a vowel with marks, and of a capital for a small one ("nghQ" for nghệ).
    """

    of_letters: float = 0.0
    of_kind: float = 0.0
    sign: float = FLOOR


NO_SMOOTHING = Smoothing()
NO_VOWEL = frozenset("1237")  # figures that look like no vowel: "B2" is what it says


def letter_kind(letter: str) -> str:
    """Class behind which unseen readings of a letter are smoothed: vowel or consonant, by case."""
    base = vietnamese.strip_marks(letter)
    kind = "v" if base.lower() in "aeiouy" else "c"
    return kind.upper() if letter.isupper() else kind


class _Layer:
    """How often groups of letters were read as what, for every letter of the alphabet by its group."""

    def __init__(
        self, letters: Sequence[str], counts: Mapping[str, Mapping[str, float]], group: Callable[[str], str]
    ) -> None:
        tables: dict[str, dict[str, float]] = {group(letter): {} for letter in letters}
        for letter, row in counts.items():
            into = tables.setdefault(group(letter), {})
            for read, times in row.items():
                into[read] = into.get(read, 0.0) + times
        number = {name: place for place, name in enumerate(tables)}
        self._groups = np.array([number[group(letter)] for letter in letters])
        totals = np.array([sum(table.values()) for table in tables.values()], np.float64)
        self.totals: Floats = totals[self._groups]
        self._seen: dict[str, list[tuple[int, float]]] = {}
        for name, table in tables.items():
            for read, times in table.items():
                self._seen.setdefault(read, []).append((number[name], times))
        self._none = np.zeros(len(tables))

    def times(self, read: str) -> Floats:
        """How often the group of each letter was read so."""
        found = self._none.copy()
        for group, times in self._seen.get(read, ()):
            found[group] = times
        told: Floats = found[self._groups]
        return told


class LetterModel:
    """Segments of read letters given one printed letter, with smoothing worked into the table."""

    def __init__(self, counts: Mapping[str, Mapping[str, float]], smoothing: Smoothing = NO_SMOOTHING) -> None:
        self.letters = sorted(vietnamese.LETTERS)
        self.smoothing = smoothing
        marked = np.array([not letter.isascii() and letter_kind(letter) in "vV" for letter in self.letters])
        small = np.array([letter.islower() for letter in self.letters])
        self._sign = np.where(marked, smoothing.sign, FLOOR)  # by letter: for any figure or sign
        self._capital = np.where(marked & small, smoothing.sign, FLOOR)  # and for any capital
        self._of_kind = np.where(marked & small, smoothing.of_kind, 0.0)
        self._own = _Layer(self.letters, counts, str)
        self._base = _Layer(self.letters, counts, vietnamese.strip_marks)
        self._kind = _Layer(self.letters, counts, letter_kind)
        self._base_totals = np.where(self._base.totals > 0, self._base.totals, 1.0)
        self._kind_totals = np.where(self._kind.totals > 0, self._kind.totals, 1.0)
        self._columns: dict[str, Floats] = {}
        self._row: dict[str, int] = {}
        self._rows = np.zeros((256, len(self.letters)), np.float32)

    def column(self, read: str) -> Floats:
        """Probability of this segment for every printed letter."""
        known = self._columns.get(read)
        if known is None:
            kind = self._kind.times(read) / self._kind_totals
            known = (
                self._own.times(read) + BASE_WEIGHT * self._base.times(read) / self._base_totals + KIND_WEIGHT * kind
            ) / (self._own.totals + BASE_WEIGHT + KIND_WEIGHT)
            known += self._of_kind * (kind - known)
            if len(read) < 2:
                odd = self._capital if read.isupper() else FLOOR if read in NO_VOWEL or read.isalpha() else self._sign
                known += odd if read else DROPPED
            else:  # one sign too many before or after what the letter is read as: "éa" for á
                known += DOUBLED * (self.column(read[1:]) + self.column(read[:-1]))
            if len(self._columns) < MOST_SEGMENTS:
                self._columns[read] = known
        return known

    def columns(self, reads: Sequence[str]) -> NDArray[np.float32]:
        """The same for many segments: letter x segment."""
        if len(self._row) > MOST_SEGMENTS:
            self._row.clear()
        for read in reads:
            if read not in self._row:
                number = self._row[read] = len(self._row)
                if number == len(self._rows):
                    self._rows = np.concatenate([self._rows, np.zeros_like(self._rows)])
                self._rows[number] = self.column(read)
        return self._rows[[self._row[read] for read in reads]].T.copy()
