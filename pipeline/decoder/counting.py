"""Count what the parts of syllables were read as: letters, onsets, rimes, from syllables as printed and as read.

Letters are aligned by hard expectation maximisation over segments of one printed and none to three read letters.
"""
from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping

from pipeline.decoder.channel import Table, case_of, cased_parts, split_syllable
from pipeline.decoder.letter_model import LONGEST_SEGMENT
from pipeline.knowledge import vietnamese

ROUNDS = 4


def _first_cost(letter: str, read: str) -> float:
    if letter == read:
        return 0.0
    if not read:
        return 3.0
    if vietnamese.strip_marks(letter) == vietnamese.strip_marks(read):
        return 0.5
    return 2.0 + 1.5 * (len(read) - 1)


def _align_letters(true: str, read: str, costs: dict[str, dict[str, float]]) -> list[str] | None:
    """The read segment of each printed letter, or None when the reading is too long."""
    rows, columns = len(true), len(read)
    best = [[math.inf] * (columns + 1) for _ in range(rows + 1)]
    back = [[0] * (columns + 1) for _ in range(rows + 1)]
    best[0][0] = 0.0
    for i, letter in enumerate(true):
        row = costs.get(letter, {})
        for j in range(columns + 1):
            so_far = best[i][j]
            if so_far == math.inf:
                continue
            for size in range(min(LONGEST_SEGMENT, columns - j) + 1):
                read_part = read[j : j + size]
                cost = row.get(read_part)
                if cost is None:
                    cost = 6.0 + _first_cost(letter, read_part)
                if so_far + cost < best[i + 1][j + size]:
                    best[i + 1][j + size] = so_far + cost
                    back[i + 1][j + size] = size
    if best[rows][columns] == math.inf:
        return None
    segments, j = [], columns
    for i in range(rows, 0, -1):
        size = back[i][j]
        segments.append(read[j - size : j])
        j -= size
    return segments[::-1]


def _counts() -> dict[str, dict[str, float]]:
    return defaultdict(lambda: defaultdict(float))


def counted(pairs: Mapping[tuple[str, str], float]) -> dict[str, Table]:
    """Counts of read onsets, rimes and letters given printed ones, from (printed, read) syllables and their number."""
    costs: dict[str, dict[str, float]] = defaultdict(dict)
    for letter in vietnamese.LETTERS:
        for read in {letter, vietnamese.strip_marks(letter)}:
            costs[letter][read] = _first_cost(letter, read)
    letters = _counts()
    aligned: list[tuple[str, list[str], float]] = []
    for _ in range(ROUNDS):
        letters = _counts()
        aligned = []
        for (true, read), times in pairs.items():
            segments = _align_letters(true, read, costs)
            if segments is None:
                continue
            aligned.append((true, segments, times))
            for letter, segment in zip(true, segments, strict=True):
                letters[letter][segment] += times
        costs = defaultdict(dict)
        for letter, row in letters.items():
            total = sum(row.values())
            for segment, times in row.items():
                costs[letter][segment] = -math.log(times / total)
    onsets, rimes = _counts(), _counts()
    for true, segments, times in aligned:
        onset, rime = cased_parts(true.lower(), case_of(true))
        if onset + rime != true:
            continue  # mixed case
        cut = len(split_syllable(true.lower())[0])
        onsets[onset]["".join(segments[:cut])] += times
        rimes[rime]["".join(segments[cut:])] += times
    return {
        "onset": {form: dict(row) for form, row in onsets.items()},
        "rime": {form: dict(row) for form, row in rimes.items()},
        "letter": {letter: dict(row) for letter, row in letters.items()},
    }
