"""From synthetic pages to pairs of printed and read syllables: align lines and tokens; count.

Lines are matched in order by likeness, tokens within a line by a small alignment in which one may stand for two.
"""
from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rapidfuzz.distance import Levenshtein

from pipeline.knowledge import vietnamese

SAME_LINE = 0.45  # distance per letter from which on two lines are not the same line
SAME_TOKEN = 0.8  # the same for tokens; "ủy" read as "iy" keeps half its letters
SHORT = 2  # letters of a syllable and its reading that may have none in common
SKIP = 0.7  # cost of a token without partner, in distance per letter
JOIN = 0.15  # extra cost of two for one
PUNCTUATION = "\"'“”‘’.,;:!?()[]{}…-–—/*•+=_|~^`«»<>"

Pair = tuple[str, str]


def _bare(text: str) -> str:
    return vietnamese.strip_marks(text).lower()


def _distance(left: str, right: str) -> float:
    return float(Levenshtein.normalized_distance(_bare(left), _bare(right)))


def align_lines(true: list[str], read: list[str]) -> Iterator[Pair]:
    """Pairs of the same line, in order."""
    if len(true) == len(read):
        for left, right in zip(true, read, strict=True):
            if _distance(left, right) < SAME_LINE:
                yield left, right
        return
    start = 0
    for line in true:
        scores = [(_distance(line, read[i]), i) for i in range(start, min(start + 4, len(read)))]
        if scores and min(scores)[0] < SAME_LINE:
            start = min(scores)[1] + 1
            yield line, read[start - 1]


def align_tokens(true: list[str], read: list[str]) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Groups of tokens that stand for each other: 1:1, 1:2, 2:1, 1:0 or 0:1."""
    rows, columns = len(true), len(read)
    best = [[math.inf] * (columns + 1) for _ in range(rows + 1)]
    back: list[list[tuple[int, int]]] = [[(0, 0)] * (columns + 1) for _ in range(rows + 1)]
    best[0][0] = 0.0
    for i in range(rows + 1):
        for j in range(columns + 1):
            if abs(i - j) > 4 or best[i][j] == math.inf:
                continue
            moves = [(1, 0, SKIP), (0, 1, SKIP)]
            if i < rows and j < columns:
                moves.append((1, 1, _distance(true[i], read[j])))
                if j + 1 < columns:
                    moves.append((1, 2, _distance(true[i], read[j] + read[j + 1]) * 2 + JOIN))
                if i + 1 < rows:
                    moves.append((2, 1, _distance(true[i] + true[i + 1], read[j]) * 2 + JOIN))
            for down, right, cost in moves:
                if i + down <= rows and j + right <= columns and best[i][j] + cost < best[i + down][j + right]:
                    best[i + down][j + right] = best[i][j] + cost
                    back[i + down][j + right] = (down, right)
    groups = []
    i, j = rows, columns
    while (i or j) and best[i][j] < math.inf:
        down, right = back[i][j]
        groups.append((tuple(true[i - down : i]), tuple(read[j - right : j])))
        i, j = i - down, j - right
    yield from reversed(groups)


def strip_pair(true: str, read: str) -> Pair | None:
    """Both tokens without the punctuation that stands at the edges of the printed one; None for no word."""
    core = true.strip(PUNCTUATION)
    if not core:
        return None
    before, after = true.index(core), len(true) - true.index(core) - len(core)
    for _ in range(before):
        if len(read) > 1 and not read[0].isalnum():
            read = read[1:]
    for _ in range(after):
        if len(read) > 1 and not read[-1].isalnum():
            read = read[:-1]
    return (core, read) if read else None


@dataclass(slots=True)
class Confusions:
    """What was counted: pairs of printed and read syllables, and how often tokens ran together or apart."""

    pairs: Counter[Pair] = field(default_factory=Counter)
    single: int = 0
    split: int = 0
    merged: int = 0
    lost: int = 0

    def add_line(self, true: str, read: str) -> None:
        groups = list(align_tokens(true.split(), read.split()))
        alike = [len(left) == len(right) == 1 and _distance(left[0], right[0]) <= SAME_TOKEN for left, right in groups]
        for place, (left, right) in enumerate(groups):
            if len(left) == 1 and len(right) == 1:
                pair = strip_pair(left[0], right[0])
                # "ở" read as "6" or "&" shares no letter with it: told by what stands on both sides.
                between = all(alike[max(place - 1, 0) : place] + alike[place + 1 : place + 2])
                short = pair and len(pair[0]) <= SHORT and len(pair[1]) <= SHORT
                if pair and vietnamese.is_syllable(pair[0]) and (alike[place] or (between and short)):
                    self.single += 1
                    self.pairs[vietnamese.to_old_style(pair[0]), pair[1]] += 1
            elif len(left) == 2:
                self.merged += 1
            elif len(right) == 2:
                self.split += 1
            else:
                self.lost += 1


def collect(pages: Iterable[Path], models: frozenset[str]) -> Confusions:
    """Count what the engines of these model names read."""
    found = Confusions()
    for true, read in _readings(pages, models):
        for left, right in align_lines(true, read):
            found.add_line(left, right)
    return found


def texts(pages: Iterable[Path], models: frozenset[str]) -> Iterator[Pair]:
    """Each page as printed and as the engines of these model names read it."""
    for true, read in _readings(pages, models):
        yield "\n".join(true), "\n".join(read)


def _readings(pages: Iterable[Path], models: frozenset[str]) -> Iterator[tuple[list[str], list[str]]]:
    """The lines of each page as printed and as read, once for every engine of these model names."""
    for path in pages:
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                page = json.loads(line)
                for engine, read in page["read"].items():
                    if engine.partition("/")[0] in models:
                        yield page["true"], [" ".join(word for word, _ in row) for row in read]


def wrong(true: str, made: Iterable[str]) -> tuple[int, ...]:
    """How many words a text has, and how many of them each text made of it has not at their place.

    Case counts, the place of the tone mark (hòa, hoà) and punctuation do not.

    >>> wrong("Hòa bình, tự do", ["Hoà binh tự do", "Hòa bình: tự"])
    (4, 1, 1)
    """
    def words(text: str) -> list[str]:
        parts = (vietnamese.to_old_style(part.strip(PUNCTUATION)) for part in vietnamese.compose(text).split())
        return [part for part in parts if any(letter.isalpha() for letter in part)]

    own = words(true)
    return len(own), *(
        len(own) - sum(op.src_end - op.src_start for op in Levenshtein.opcodes(own, words(text)) if op.tag == "equal")
        for text in made
    )
