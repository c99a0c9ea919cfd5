"""Readings of whole onsets or rimes: how often each was read as what, backed by the letter model."""
from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.decoder.letter_model import LONGEST_SEGMENT, LetterModel

Longs = NDArray[np.int64]

WHOLE_WEIGHT = 3.0  # least pseudo-observations of the letter model beside the counted readings of an onset or rime
TOGETHER = 64  # readings scored in one go: their matrices stay in the processor's cache
MOST_ROWS = 20_000  # kept in memory, 6 kB each; a plan of 2,500 syllables has 1,800


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
        self.place = {form: number for number, form in enumerate(self.forms)}
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
