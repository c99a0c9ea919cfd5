"""What a recogniser makes of a syllable: the probability of a reading given what is printed.

A printed syllable is an onset and a rime, each in lower case, with a capital first letter, or in capitals
("Th" + "ướng"). The tables hold how often each onset and each rime was read as what, learned from synthetic pages;
behind them stands a letter model for readings never seen: segments of one printed letter to none to three read
ones, smoothed towards letters of the same base. A reading is scored against every attested syllable at once.

It never says what a token *is*: that is the language model's part.
"""
from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pipeline.knowledge import vietnamese

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]
LOWER: Final = 0
TITLE: Final = 1
UPPER: Final = 2
CASES: Final = (LOWER, TITLE, UPPER)

LONGEST_SEGMENT = 3  # read letters for one printed letter: "ướ" -> "udi" is two for one
LONGEST_READING = 12  # no syllable of at most 7 letters is read as more; longer tokens are split or left
WHOLE_WEIGHT = 3.0  # least pseudo-observations of the letter model beside the counted readings of an onset or rime
BASE_WEIGHT = 4.0  # pseudo-observations of "letters of the same base" behind those of a printed letter
KIND_WEIGHT = 1.0  # the same for "any vowel" or "any consonant": & ¢ ¥ 6 0 may be any marked vowel
FLOOR = 2e-5  # any one read letter for any printed one
DROPPED = 2e-4  # any printed letter not read at all
DOUBLED = 3e-4  # any sign too many beside a letter
TOGETHER = 64  # readings scored in one go: their matrices stay in the processor's cache
MOST_SEGMENTS = 50_000  # kept in memory, 0.7 kB each
MOST_ROWS = 20_000  # kept in memory, 6 kB each; a plan of 2,500 syllables has 1,800
ONSET_SPLITS = 5  # a reading of an onset is at most "ngh" and one more


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
# The pages are read by Tesseract alone. Measured on text layers of three other programs on real scans, and on pages
# read by Tesseract: right words 1,684 of 2,725 (layers of two programs, tables and seals counted) without, 1,930 with;
# wrong ones in the plan of the third 35 and 24; on held-out pages 247 of 16,737 and 235. Shares of 0.1 to 0.2, 0.03 to
# 0.06 and 0.0003 to 0.003 give the same within 5 errors in 27,000 words; twice as much spoils. The last two are for
# small letters: capitals and codes ("GPKT") were spoiled by them, 223 of 4,512 wrong beside 203.
SMOOTHING = {"latin": Smoothing(0.1, 0.06, 1e-3)}

_ONSETS = frozenset(onset for onset in vietnamese.ONSETS if onset)


@functools.cache
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


@dataclass(frozen=True, slots=True)
class _Tree:
    """Printed forms as a tree of letters, level by level, so that shared beginnings are scored once.

    `levels`: the parent of each node of a level, and its letter. `ends`: the forms that end at a level, and their
    nodes there.
    """

    levels: tuple[tuple[Longs, Longs], ...]
    ends: tuple[tuple[Longs, Longs], ...]

    @classmethod
    @functools.lru_cache(maxsize=8)  # both channels have the same forms
    def of(cls, forms: tuple[str, ...], letters: tuple[str, ...]) -> _Tree:
        letter_place = {letter: number for number, letter in enumerate(letters)}
        levels, ends = [], []
        nodes = {"": 0}
        depth = 0
        while nodes:
            finished = [(number, nodes[form]) for number, form in enumerate(forms) if form in nodes]
            ends.append((
                np.array([e[0] for e in finished], np.int64), np.array([e[1] for e in finished], np.int64)
            ))
            depth += 1
            wider: dict[str, int] = {}
            parents, own = [], []
            for form in forms:
                if len(form) >= depth and form[:depth] not in wider:
                    wider[form[:depth]] = len(wider)
                    parents.append(nodes[form[: depth - 1]])
                    own.append(letter_place.get(form[depth - 1], 0))
            if wider:
                levels.append((np.array(parents, np.int64), np.array(own, np.int64)))
            nodes = wider
        return cls(tuple(levels), tuple(ends))


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
        self._best: dict[str, float] = {}
        self._tree = _Tree.of(self.forms, tuple(letters.letters))

    def scores(self, readings: Iterable[str]) -> None:
        """Make the rows of all these readings at once."""
        by_length: dict[int, list[str]] = {}
        for reading in dict.fromkeys(readings):
            if reading not in self._rows:
                by_length.setdefault(len(reading), []).append(reading)
        if len(self._rows) > MOST_ROWS:
            self._rows.clear()
            self._best.clear()
        for group in by_length.values():
            for start in range(0, len(group), TOGETHER):
                self._make(group[start : start + TOGETHER])

    def _make(self, readings: list[str]) -> None:
        length = len(readings[0])
        # By size and start of the read segment: letter x reading. The readings stand side by side in memory, so
        # that every step below is one run over a whole matrix.
        columns = [
            [
                self.letters.columns([reading[start : start + size] for reading in readings])
                for start in range(length - size + 1)
            ]
            for size in range(min(LONGEST_SEGMENT, length) + 1)
        ]
        # By end of what is read so far: node x reading. 32 bits are enough: no form is so long that a product of
        # letters falls below 1e-38 and still counts.
        state = [np.full((1, len(readings)), float(end == 0), np.float32) for end in range(length + 1)]
        result = np.zeros((len(self.forms), len(readings)), np.float32)
        for level in range(len(self._tree.levels) + 1):
            numbers, places = self._tree.ends[level]
            if len(numbers):
                result[numbers] = state[length][places]
            if level == len(self._tree.levels):
                break
            parents, own = self._tree.levels[level]
            before = [rows[parents] for rows in state]
            state = []
            for end in range(length + 1):
                total = before[end] * columns[0][end][own]
                for size in range(1, min(LONGEST_SEGMENT, end) + 1):
                    total += before[end - size] * columns[size][end - size][own]
                state.append(total)
        weight = np.maximum(WHOLE_WEIGHT, self.letters.smoothing.of_letters * self.totals)[:, None]
        result *= weight.astype(np.float32)
        for place, reading in enumerate(readings):
            for number, times in self._seen.get(reading, ()):
                result[number, place] += times
        made = (result / (self.totals[:, None] + weight)).astype(np.float32).T.copy()
        self._rows.update(zip(readings, made, strict=True))
        self._best.update(zip(readings, made.max(axis=1).tolist(), strict=True))

    def score(self, reading: str) -> NDArray[np.float32]:
        row = self._rows.get(reading)
        if row is None:
            self.scores((reading,))
            row = self._rows[reading]
        return row

    def best(self, reading: str) -> float:
        """The highest probability in the row of this reading."""
        if reading not in self._best:
            self.scores((reading,))
        return self._best[reading]


@dataclass(slots=True)
class Channel:
    """Scores of a reading for every attested syllable in three case patterns."""

    name: str
    syllables: tuple[str, ...]
    onsets: PartModel
    rimes: PartModel
    _cells: tuple[_Cells, ...] = field(init=False)  # by case

    def __post_init__(self) -> None:
        onset_place = {form: number for number, form in enumerate(self.onsets.forms)}
        rime_place = {form: number for number, form in enumerate(self.rimes.forms)}
        self._cells = tuple(
            _Cells.of([onset_place[onset] for onset, _ in row], [rime_place[rime] for _, rime in row])
            for row in _parts(self.syllables)
        )

    @classmethod
    def learn(
        cls, name: str, syllables: Sequence[str], onset_counts: Mapping[str, Mapping[str, float]],
        rime_counts: Mapping[str, Mapping[str, float]], letter_counts: Mapping[str, Mapping[str, float]],
    ) -> Channel:
        parts = {part for row in _parts(tuple(syllables)) for part in row}
        letters = LetterModel(letter_counts, SMOOTHING.get(name, NO_SMOOTHING))
        onsets = PartModel(sorted({onset for onset, _ in parts}), onset_counts, letters)
        rimes = PartModel(sorted({rime for _, rime in parts}), rime_counts, letters)
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
