"""What a recogniser makes of a syllable: the probability of a reading given what is printed.

A printed syllable is an onset and a rime, each in lower case, with a capital first letter, or in capitals
("Th" + "ướng"). The tables hold how often each onset and each rime was read as what, learned from synthetic pages;
behind them stands a letter model for readings never seen: segments of one printed letter to none to three read
ones, smoothed towards letters of the same base. A reading is scored against every attested syllable at once.

It never says what a token *is*: that is the language model's part.
"""
from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pipeline.decoder.letter_model import NO_SMOOTHING, LetterModel, Smoothing
from pipeline.decoder.part_model import PartModel
from pipeline.knowledge import vietnamese

Longs = NDArray[np.int64]
Table = Mapping[str, Mapping[str, float]]  # how often each printed form was read as what
LOWER: Final = 0
TITLE: Final = 1
UPPER: Final = 2
CASES: Final = (LOWER, TITLE, UPPER)

LONGEST_READING = 12  # no syllable of at most 7 letters is read as more; longer tokens are split or left
ONSET_SPLITS = 5  # a reading of an onset is at most "ngh" and one more

# The pages are read by Tesseract alone. Measured on text layers of three other programs on real scans, and on pages
# read by Tesseract: right words 1,684 of 2,725 (layers of two programs, tables and seals counted) without, 1,930 with;
# wrong ones in the plan of the third 35 and 24; on held-out pages 247 of 16,737 and 235. Shares of 0.1 to 0.2, 0.03 to
# 0.06 and 0.0003 to 0.003 give the same within 5 errors in 27,000 words; twice as much spoils. The last two are for
# small letters: capitals and codes ("GPKT") were spoiled by them, 223 of 4,512 wrong beside 203.
SMOOTHING = {"latin": Smoothing(0.1, 0.06, 1e-3)}

_ONSETS = frozenset(onset for onset in vietnamese.ONSETS if onset)


@functools.lru_cache(maxsize=20_000)  # the vocabulary twice, and words of documents that are none
def split_syllable(word: str) -> tuple[str, str]:
    """Onset and rime of a lower-case syllable; a word that is none gives its first consonants and the rest.

    >>> split_syllable("nghiêng"), split_syllable("gì"), split_syllable("quý"), split_syllable("ủy")
    (('ngh', 'iêng'), ('g', 'ì'), ('qu', 'ý'), ('', 'ủy'))
    """
    for size in (3, 2, 1):
        onset, rest = word[:size], word[size:]
        if onset in _ONSETS and rest and vietnamese.strip_marks(rest[0]) in "aeiouy":
            return onset, rest
    return "", word


def cased(word: str, case: int) -> str:
    """The lower-case word in one of the three case patterns."""
    if case == UPPER:
        return word.upper()
    return word[:1].upper() + word[1:] if case == TITLE else word


def cased_parts(word: str, case: int) -> tuple[str, str]:
    """Onset and rime as printed in this case."""
    onset, rime = split_syllable(word)
    if case == UPPER:
        return onset.upper(), rime.upper()
    if case == TITLE:
        return (cased(onset, TITLE), rime) if onset else ("", cased(rime, TITLE))
    return onset, rime


def case_of(word: str) -> int:
    """The case pattern that a word is printed in, or comes nearest to."""
    if len(word) > 1 and word.isupper():
        return UPPER
    return TITLE if word[:1].isupper() else LOWER


@dataclass(slots=True)
class Channel:
    """Scores of a reading for every attested syllable in three case patterns."""

    name: str
    syllables: tuple[str, ...]
    onsets: PartModel
    rimes: PartModel
    _cells: tuple[_Cells, ...] = field(init=False)  # by case

    def __post_init__(self) -> None:
        self._cells = tuple(
            _Cells.of([self.onsets.place[onset] for onset, _ in row], [self.rimes.place[rime] for _, rime in row])
            for row in _parts(self.syllables)
        )

    @classmethod
    def learn(cls, name: str, syllables: Sequence[str], tables: Mapping[str, Table]) -> Channel:
        """A channel from the counts of its parts: "onset", "rime" and "letter"."""
        parts = {part for row in _parts(tuple(syllables)) for part in row}
        letters = LetterModel(tables["letter"], SMOOTHING.get(name, NO_SMOOTHING))
        onsets = PartModel(sorted({onset for onset, _ in parts}), tables["onset"], letters)
        rimes = PartModel(sorted({rime for _, rime in parts}), tables["rime"], letters)
        return cls(name, tuple(syllables), onsets, rimes)

    def prepare(self, readings: Iterable[str]) -> None:
        """Make the tables of many readings at once; `score` is quick afterwards."""
        known = [reading for reading in dict.fromkeys(readings) if 0 < len(reading) <= LONGEST_READING]
        self.onsets.scores(
            reading[:cut] for reading in known for cut in range(min(ONSET_SPLITS, len(reading)) + 1)
        )
        self.rimes.scores(reading[cut:] for reading in known for cut in self._cuts(reading))

    def _cuts(self, reading: str) -> list[int]:
        """Places where the onset may end: those not hopeless beside the best."""
        chances = [self.onsets.best(reading[:cut]) for cut in range(min(ONSET_SPLITS, len(reading)) + 1)]
        best = max(chances)
        return [cut for cut, chance in enumerate(chances) if chance > best * 1e-5]

    def score(self, reading: str, cases: Sequence[int] = CASES) -> NDArray[np.float32]:
        """Probability of the reading, a row for each wanted case and a column for each syllable."""
        total = np.zeros((len(cases), len(self.syllables)), np.float32)
        if not 0 < len(reading) <= LONGEST_READING:
            return total
        parts = [(self.onsets.score(reading[:cut]), self.rimes.score(reading[cut:])) for cut in self._cuts(reading)]
        for row, case in enumerate(cases):
            total[row] = self._cells[case].score(parts)
        return total

    def chance(self, reading: str, syllable: str, case: int) -> float:
        """Probability of the reading given one syllable in small letters, printed in this case; 0 for a reading that is
        too long."""
        if not 0 < len(reading) <= LONGEST_READING:
            return 0.0
        onset, rime = cased_parts(syllable, case)
        at, behind = self.onsets.place[onset], self.rimes.place[rime]
        return sum(
            float(self.onsets.score(reading[:cut])[at]) * float(self.rimes.score(reading[cut:])[behind])
            for cut in self._cuts(reading)
        )


@dataclass(frozen=True, slots=True)
class _Cells:
    """The syllables of one case as cells of a table, onset x rime: a tenth as many products as syllables and parts."""

    onsets: Longs
    rimes: Longs
    cells: Longs

    @classmethod
    def of(cls, onsets: Sequence[int], rimes: Sequence[int]) -> _Cells:
        rows, row = np.unique(onsets, return_inverse=True)
        columns, column = np.unique(rimes, return_inverse=True)
        return cls(rows, columns, row * len(columns) + column)

    def score(self, parts: Sequence[tuple[NDArray[np.float32], NDArray[np.float32]]]) -> NDArray[np.float32]:
        table = np.zeros((len(self.onsets), len(self.rimes)), np.float32)
        for onset, rime in parts:
            table += onset[self.onsets][:, None] * rime[self.rimes]
        return table.reshape(-1).take(self.cells)


@functools.lru_cache(maxsize=4)  # both channels have the same syllables
def _parts(syllables: tuple[str, ...]) -> tuple[tuple[tuple[str, str], ...], ...]:
    """Onset and rime of every syllable, a row for each case."""
    return tuple(tuple(cased_parts(word, case) for word in syllables) for case in CASES)


def to_arrays(name: str, tables: Mapping[str, Table]) -> dict[str, NDArray[Any]]:
    """Counts of a channel as plain arrays: for "onset", "rime" and "letter" the printed, the read, the number."""
    arrays: dict[str, NDArray[Any]] = {}
    for part, table in tables.items():
        rows = [
            (printed, read, times)
            for printed in sorted(table) for read, times in sorted(table[printed].items())
        ]
        text = "\n".join(f"{printed}\t{read}" for printed, read, _ in rows)
        arrays[f"channel_{name}_{part}"] = np.frombuffer(text.encode(), np.uint8)
        arrays[f"channel_{name}_{part}_times"] = np.array([times for _, _, times in rows], np.float32)
    return arrays


def counts(name: str, arrays: Any) -> dict[str, Table]:
    """The counts of a channel that `to_arrays` stored, by part: "onset", "rime" and "letter"."""
    tables: dict[str, Table] = {}
    for part in ("onset", "rime", "letter"):
        table: dict[str, dict[str, float]] = {}
        text = arrays[f"channel_{name}_{part}"].tobytes().decode()
        times = arrays[f"channel_{name}_{part}_times"].tolist()
        for line, number in zip(text.split("\n") if text else (), times, strict=True):
            printed, _, read = line.partition("\t")
            table.setdefault(printed, {})[read] = number
        tables[part] = table
    return tables
