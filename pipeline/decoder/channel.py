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
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from pipeline.knowledge import vietnamese

Floats = NDArray[np.float64]
Case = Literal[0, 1, 2]  # lower, Capital first, UPPER
LOWER: Final = 0
TITLE: Final = 1
UPPER: Final = 2
CASES: Final = (LOWER, TITLE, UPPER)

LONGEST_SEGMENT = 3  # read letters for one printed letter: "ướ" -> "udi" is two for one
LONGEST_READING = 12  # no syllable of at most 7 letters is read as more; longer tokens are split or left
WHOLE_WEIGHT = 3.0  # pseudo-observations of the letter model beside the counted readings of an onset or rime
BASE_WEIGHT = 4.0  # pseudo-observations of "letters of the same base" behind those of a printed letter
KIND_WEIGHT = 1.0  # the same for "any vowel" or "any consonant": & ¢ ¥ 6 0 may be any marked vowel
FLOOR = 2e-5  # any one read letter for any printed one
DROPPED = 2e-4  # any printed letter not read at all
DOUBLED = 3e-4  # any sign too many beside a letter
ONSET_SPLITS = 5  # a reading of an onset is at most "ngh" and one more

_ONSETS = sorted((onset for onset in vietnamese.ONSETS if onset), key=len, reverse=True)


@functools.cache
def split_syllable(word: str) -> tuple[str, str]:
    """Onset and rime of a lower-case syllable; a word that is none gives its first consonants and the rest.

    >>> split_syllable("nghiêng"), split_syllable("gì"), split_syllable("quý"), split_syllable("ủy")
    (('ngh', 'iêng'), ('g', 'ì'), ('qu', 'ý'), ('', 'ủy'))
    """
    for onset in _ONSETS:
        rest = word[len(onset) :]
        if word.startswith(onset) and rest and vietnamese.strip_marks(rest[0]) in "aeiouy":
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


def letter_kind(letter: str) -> str:
    """Class behind which unseen readings of a letter are smoothed: vowel or consonant, by case."""
    base = vietnamese.strip_marks(letter)
    kind = "v" if base.lower() in "aeiouy" else "c"
    return kind.upper() if letter.isupper() else kind


class LetterModel:
    """Segments of read letters given one printed letter, with smoothing worked into the table."""

    def __init__(self, counts: Mapping[str, Mapping[str, float]]) -> None:
        self.counts = counts
        self.letters = sorted(vietnamese.LETTERS)
        self.place = {letter: number for number, letter in enumerate(self.letters)}
        base: dict[str, dict[str, float]] = {}
        kind: dict[str, dict[str, float]] = {}
        for letter, row in counts.items():
            for table, key in ((base, vietnamese.strip_marks(letter)), (kind, letter_kind(letter))):
                into = table.setdefault(key, {})
                for read, number in row.items():
                    into[read] = into.get(read, 0.0) + number
        self._columns: dict[str, Floats] = {}
        self._rows = [
            (
                counts.get(letter, {}), sum(counts.get(letter, {}).values()),
                base.get(vietnamese.strip_marks(letter), {}),
                sum(base.get(vietnamese.strip_marks(letter), {}).values()) or 1.0,
                kind.get(letter_kind(letter), {}), sum(kind.get(letter_kind(letter), {}).values()) or 1.0,
            )
            for letter in self.letters
        ]

    def column(self, read: str) -> Floats:
        """Probability of this segment for every printed letter."""
        known = self._columns.get(read)
        if known is None:
            known = np.array([
                (
                    own.get(read, 0.0) + BASE_WEIGHT * base.get(read, 0.0) / base_total
                    + KIND_WEIGHT * kind.get(read, 0.0) / kind_total
                ) / (total + BASE_WEIGHT + KIND_WEIGHT)
                for own, total, base, base_total, kind, kind_total in self._rows
            ])
            if len(read) < 2:
                known += FLOOR if read else DROPPED
            else:  # one sign too many before or after what the letter is read as: "éa" for á
                known += DOUBLED * (self.column(read[1:]) + self.column(read[:-1]))
            if len(self._columns) < 50_000:
                self._columns[read] = known
        return known


class PartModel:
    """Readings of whole onsets or rimes, backed by the letter model.

    `forms` are the printed forms in a fixed order; `score` gives a row of their probabilities for a reading.
    """

    def __init__(
        self, forms: Sequence[str], counts: Mapping[str, Mapping[str, float]], letters: LetterModel
    ) -> None:
        self.forms = tuple(forms)
        self.letters = letters
        self.totals = np.array([sum(counts.get(form, {}).values()) for form in self.forms])
        self._seen: dict[str, list[tuple[int, float]]] = {}
        for number, form in enumerate(self.forms):
            for read, times in counts.get(form, {}).items():
                self._seen.setdefault(read, []).append((number, times))
        self._rows: dict[str, NDArray[np.float32]] = {}
        # The forms as a tree of letters, level by level, so that shared beginnings are scored once.
        self._levels: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
        self._ends: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
        nodes = {"": 0}
        depth = 0
        while nodes:
            ends = [(number, nodes[form]) for number, form in enumerate(self.forms) if form in nodes]
            self._ends.append((
                np.array([e[0] for e in ends], np.int64), np.array([e[1] for e in ends], np.int64)
            ))
            depth += 1
            wider: dict[str, int] = {}
            parents, own = [], []
            for form in self.forms:
                if len(form) >= depth and form[:depth] not in wider:
                    wider[form[:depth]] = len(wider)
                    parents.append(nodes[form[: depth - 1]])
                    own.append(letters.place.get(form[depth - 1], 0))
            if wider:
                self._levels.append((np.array(parents, np.int64), np.array(own, np.int64)))
            nodes = wider

    def scores(self, readings: Iterable[str]) -> None:
        """Make the rows of all these readings at once."""
        by_length: dict[int, list[str]] = {}
        for reading in dict.fromkeys(readings):
            if reading not in self._rows:
                by_length.setdefault(len(reading), []).append(reading)
        if len(self._rows) > 40_000:
            self._rows.clear()
        for group in by_length.values():
            for start in range(0, len(group), 64):
                self._make(group[start : start + 64])

    def _make(self, readings: list[str]) -> None:
        length = len(readings[0])
        columns = [
            np.stack([
                np.stack([self.letters.column(r[j : j + size]) for j in range(length - size + 1)]) for r in readings
            ]).astype(np.float32)
            for size in range(min(LONGEST_SEGMENT, length) + 1)
        ]  # by size: readings x start x letter
        # 32 bits are enough: no form is so long that a product of letters falls below 1e-38 and still counts.
        state = np.zeros((len(readings), 1, length + 1), np.float32)
        state[:, 0, 0] = 1.0
        result = np.zeros((len(readings), len(self.forms)), np.float32)
        for level in range(len(self._levels) + 1):
            numbers, places = self._ends[level]
            if len(numbers):
                result[:, numbers] = state[:, places, length]
            if level == len(self._levels):
                break
            parents, own = self._levels[level]
            before = state[:, parents, :]
            state = np.zeros_like(before)
            for size, table in enumerate(columns):
                chances = table[:, :, own].transpose(0, 2, 1)
                state[:, :, size:] += before[:, :, : length + 1 - size] * chances
        for reading, row in zip(readings, result, strict=True):
            row *= WHOLE_WEIGHT
            for number, times in self._seen.get(reading, ()):
                row[number] += times
            row /= self.totals + WHOLE_WEIGHT
            self._rows[reading] = row.astype(np.float32)

    def score(self, reading: str) -> NDArray[np.float32]:
        row = self._rows.get(reading)
        if row is None:
            self.scores((reading,))
            row = self._rows[reading]
        return row


@dataclass(slots=True)
class Channel:
    """Scores of a reading for every attested syllable in three case patterns."""

    name: str
    syllables: tuple[str, ...]
    onsets: PartModel
    rimes: PartModel
    _onset_of: NDArray[np.int64] = field(init=False)  # case x syllable -> onset form
    _rime_of: NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        onset_place = {form: number for number, form in enumerate(self.onsets.forms)}
        rime_place = {form: number for number, form in enumerate(self.rimes.forms)}
        parts = [[cased_parts(word, case) for word in self.syllables] for case in CASES]
        self._onset_of = np.array([[onset_place[onset] for onset, _ in row] for row in parts])
        self._rime_of = np.array([[rime_place[rime] for _, rime in row] for row in parts])

    @classmethod
    def learn(
        cls, name: str, syllables: Sequence[str], onset_counts: Mapping[str, Mapping[str, float]],
        rime_counts: Mapping[str, Mapping[str, float]], letter_counts: Mapping[str, Mapping[str, float]],
    ) -> Channel:
        parts = {cased_parts(word, case) for word in syllables for case in CASES}
        letters = LetterModel(letter_counts)
        onsets = PartModel(sorted({onset for onset, _ in parts}), onset_counts, letters)
        rimes = PartModel(sorted({rime for _, rime in parts}), rime_counts, letters)
        return cls(name, tuple(syllables), onsets, rimes)

    def prepare(self, readings: Iterable[str]) -> None:
        """Make the tables of many readings at once; `score` is quick afterwards."""
        starts: set[str] = set()
        ends: set[str] = set()
        for reading in readings:
            if 0 < len(reading) <= LONGEST_READING:
                for cut in range(min(ONSET_SPLITS, len(reading)) + 1):
                    starts.add(reading[:cut])
        self.onsets.scores(starts)
        for reading in readings:
            if 0 < len(reading) <= LONGEST_READING:
                ends.update(reading[cut:] for cut in self._cuts(reading))
        self.rimes.scores(ends)

    def _cuts(self, reading: str) -> list[int]:
        """Places where the onset may end: those not hopeless beside the best."""
        chances = [float(self.onsets.score(reading[:cut]).max()) for cut in range(min(ONSET_SPLITS, len(reading)) + 1)]
        best = max(chances)
        return [cut for cut, chance in enumerate(chances) if chance > best * 1e-5]

    def score(self, reading: str, cases: Sequence[int] = CASES) -> NDArray[np.float32]:
        """Probability of the reading, a row for each wanted case and a column for each syllable."""
        total = np.zeros((len(cases), len(self.syllables)), np.float32)
        if not 0 < len(reading) <= LONGEST_READING:
            return total
        wanted = list(cases)
        onset_of, rime_of = self._onset_of[wanted], self._rime_of[wanted]
        for cut in self._cuts(reading):
            onset, rime = self.onsets.score(reading[:cut]), self.rimes.score(reading[cut:])
            total += onset[onset_of] * rime[rime_of]
        return total


def to_arrays(name: str, tables: Mapping[str, Mapping[str, Mapping[str, float]]]) -> dict[str, NDArray[Any]]:
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


def from_arrays(name: str, syllables: Sequence[str], arrays: Any) -> Channel:
    """The channel whose counts `to_arrays` stored."""
    tables: dict[str, dict[str, dict[str, float]]] = {}
    for part in ("onset", "rime", "letter"):
        table: dict[str, dict[str, float]] = {}
        text = arrays[f"channel_{name}_{part}"].tobytes().decode()
        times = arrays[f"channel_{name}_{part}_times"].tolist()
        for line, number in zip(text.split("\n") if text else (), times, strict=True):
            printed, _, read = line.partition("\t")
            table.setdefault(printed, {})[read] = number
        tables[part] = table
    return Channel.learn(name, syllables, tables["onset"], tables["rime"], tables["letter"])
