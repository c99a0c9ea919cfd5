"""Short last lines of paragraphs that the engine dropped: "2;", "lên;", "huyện." under a full line.

The trouble: Tesseract's layout takes one short word alone in its row for a speck, also on clean print; with it goes the
number that ends a goal, or the word that makes it a minimum ("trở lên").

The evidence: letters alone in their row, at the left edge that lines of the page share, a row's distance under a full
line whose sentence goes on.

What it never does: believe more than a few syllables, codes or numbers that were read surely.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

from pipeline.imaging.recognisers import SeenWord
from pipeline.knowledge import vietnamese

MOST_LETTERS = 14  # "trên địa bàn."; longer lines the engine sees
SAME_EDGE = 0.6  # heights of a word by which the left edges of one column differ
SHARING = 3  # lines that share the edge
FULL = 4.5  # heights of a word that a full line may end before the others: the next word had no room
LONG = 5  # words of a full line
NEXT_ROW = 2.4  # heights of a word from one row to the next at the most
SURE, LEAST_SURE = 0.75, 0.5  # mean confidence of a line that is believed, and of its least word
_CLOSED = re.compile(r"[.;:!?]\W*$")
_NUMBER = re.compile(r"\d+(?:[.,/-]\d+)*%?")
_EDGES = ".,;:()/\"“”"

Box = tuple[int, int, int, int]  # left, top, right and bottom in pixels


def find(chains: Sequence[Sequence[Sequence[int]]], words: Sequence[SeenWord], height: float) -> list[Box]:
    """Places of such lines among `chains`: letters in a row under no word, as left, top, width and height in pixels.

    `height` is that of a usual word of the page.
    """
    lines = _lines(words)
    if not lines:
        return []
    lefts = [line[0] for line in lines]
    edge = sorted(line[2] for line in lines)[int(0.9 * (len(lines) - 1))]
    found = []
    for chain in chains:
        box = (
            min(x for x, _, _, _ in chain), min(y for _, y, _, _ in chain),
            max(x + w for x, _, w, _ in chain), max(y + h for _, y, _, h in chain),
        )
        if (
            len(chain) <= MOST_LETTERS
            and sum(abs(left - box[0]) < SAME_EDGE * height for left in lefts) >= SHARING
            and any(_goes_on(line, box, edge, height) for line in lines)
            and not any(_is_beside(word, box) for word in words)
        ):
            found.append(box)
    return found


def is_believed(words: Sequence[SeenWord]) -> bool:
    """Whether the engine surely read syllables, codes or numbers."""
    texts = [word.text.strip(_EDGES) for word in words]
    return (
        bool(words)
        and all(vietnamese.is_syllable(text) or text.isupper() or _NUMBER.fullmatch(text) for text in texts)
        and sum(word.confidence for word in words) >= SURE * len(words)
        and min(word.confidence for word in words) >= LEAST_SURE
    )


def _lines(words: Sequence[SeenWord]) -> list[tuple[int, int, int, int, str]]:
    """Left, top, right and bottom of the long lines that were read, and their last word."""
    made = []
    for _, row in groupby(sorted(words, key=_line_of), _line_of):
        line = sorted(row, key=lambda word: word.left)
        if len(line) >= LONG:
            made.append((
                line[0].left, min(word.top for word in line), line[-1].right,
                max(word.bottom for word in line), line[-1].text,
            ))
    return made


def _line_of(word: SeenWord) -> tuple[int, int]:
    return word.block, word.line


def _goes_on(line: tuple[int, int, int, int, str], box: Box, edge: int, height: float) -> bool:
    """Whether the place is the row under a full line that no mark closes."""
    left, _, right, bottom, last = line
    return (
        0 < box[3] - bottom < NEXT_ROW * height
        and left < box[2] + FULL * height
        and right > edge - FULL * height
        and not _CLOSED.search(last)
    )


def _is_beside(word: SeenWord, box: Box) -> bool:
    """Whether a word that was read stands in the same row."""
    return min(word.bottom, box[3]) - max(word.top, box[1]) > 0.4 * (box[3] - box[1])
