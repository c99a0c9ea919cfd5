"""A second look at the lines that were read with doubt.

The same engine reads the same line differently at another size of its letters, and another model differs again; where
the two looks agree the word is safe, where they differ the restorer has both to choose from. Only lines with a
doubtful word are looked at, put under one another on one strip, so that the engine starts once.

Which look is believed here is decided by the engine's confidence and by whether the word is a possible syllable, never
by a dictionary; figures keep their first reading unless the second is plainly surer, and both are kept. A line of which
the first look made nothing ("TÁC ôn" for "Phụ lục", a short title in a wide page) gets the words that the second one
reads surely, however it cuts them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from pipeline.document import Reading
from pipeline.imaging.recognisers import Image, Recogniser, SeenWord
from pipeline.knowledge import vietnamese

# A line is looked at again when one of its words is below the first figure, or two are below the second.
DOUBTED = 0.68
UNSURE = 0.82
# Confidence that the second look must have beyond the first to be believed at once.
PLAINLY_SURER = 0.10
# Letters of the strip against those of the page: the size at which the model errs elsewhere.
ENLARGED = 1.35
# Width of a letter by the height of its word's box: 0.55 to 0.68 in the faces of offices, 0.37 to 0.50 in condensed
# ones, which are read better where they are drawn to the usual width. Lines of usual faces on real scans come down to
# 0.47, and are read no better so: as many words right that were wrong as the reverse.
USUAL_WIDTH = 0.58
CONDENSED = 0.46
WIDEST = 1.45
# Below this mean confidence the page cannot be read, and a second look would double the time for nothing.
LEAST_SCORE = 0.25
_GAP = 24
# Mean confidence of a line below which the first look made nothing of it, and that from which the second one's words
# stand in its stead; each of them has the third at least.
HOPELESS, BELIEVED, EACH_BELIEVED = 0.35, 0.85, 0.7
LEAST_LETTERS = 4  # of such a line: specks are read as a word now and then


@dataclass(frozen=True, slots=True)
class SecondLook:
    """`words` in their order with the more believable text; `readings` of a word by its index: what else was read."""

    words: tuple[SeenWord, ...]
    readings: dict[int, tuple[Reading, ...]]
    lines: int
    changed: int


def is_doubtful(line: list[SeenWord]) -> bool:
    """Whether the words of a line deserve a second look. Debris of one or two signs does not."""
    told = [word for word in line if any(char.isalnum() for char in word.text)]
    if not told or sum(len(word.text) for word in told) < 3:
        return False
    return any(word.confidence < DOUBTED for word in told) or sum(word.confidence < UNSURE for word in told) > 1


def _is_on(image: Image, line: list[SeenWord]) -> bool:
    """Whether the line has a place on the image: engines now and then report boxes without height."""
    height, width = image.shape[:2]
    left, right = min(word.left for word in line), max(word.right for word in line)
    top, bottom = min(word.top for word in line), max(word.bottom for word in line)
    return bool(0 <= left < right <= width and 0 <= top < bottom <= height and bottom - top < height / 4)


def look_again(
    image: Image, dpi: float, words: tuple[SeenWord, ...], recogniser: Recogniser, timeout: float,
    enlarged: float = ENLARGED,
) -> SecondLook:
    """Read the doubtful lines of a page once more. Raises what the recogniser raises."""
    lines: dict[int, list[int]] = {}
    for index, word in enumerate(words):
        lines.setdefault(word.line, []).append(index)
    doubtful = [
        indexes for indexes in lines.values()
        if is_doubtful([words[i] for i in indexes]) and _is_on(image, [words[i] for i in indexes])
    ]
    letters = sum(len(word.text) for word in words)
    sure = sum(len(word.text) * word.confidence for word in words) / max(1, letters)
    if not doubtful or sure < LEAST_SCORE:
        return SecondLook(words, {}, 0, 0)
    strip, places = _strip(image, words, doubtful, enlarged)
    seen = recogniser.read(strip, dpi=dpi * enlarged, timeout=timeout)
    source = f"{recogniser.identity.get('engine', 'recogniser')}:second"
    result = list(words)
    readings: dict[int, tuple[Reading, ...]] = {}
    anew: dict[int, list[SeenWord]] = {}  # by the index of a word: those that stand in its stead
    changed = 0
    for indexes, place in zip(doubtful, places, strict=True):
        again = [
            place.on_page(word, enlarged) for word in seen
            if place.top <= (word.top + word.bottom) / 2 < place.bottom
        ]
        if _is_hopeless([words[i] for i in indexes]) and _is_believed(read := _without_specks(again)):
            first = words[indexes[0]]
            anew |= {index: [] for index in indexes}
            anew[indexes[0]] = [replace(word, line=first.line, block=first.block) for word in read]
            readings[indexes[0]] = (Reading("first", " ".join(words[i].text for i in indexes), first.confidence),)
            changed += len(read)
            continue
        for index, text, confidence in _matched([words[i] for i in indexes], indexes, again):
            first = words[index]
            if text == first.text:
                # Two looks that agree are surer than either.
                result[index] = replace(first, confidence=max(first.confidence, confidence))
                continue
            if _is_better(first, text, confidence):
                result[index] = replace(first, text=text, confidence=confidence)
                readings[index] = (Reading("first", first.text, first.confidence),)
                changed += 1
            else:
                readings[index] = (Reading(source, text, confidence),)
    starts = np.cumsum([0] + [len(anew.get(index, "1")) for index in range(len(words))])
    return SecondLook(
        tuple(word for index, word in enumerate(result) for word in anew.get(index, [word])),
        {int(starts[index]): told for index, told in readings.items()}, len(doubtful), changed,
    )


def _is_hopeless(line: Sequence[SeenWord]) -> bool:
    return sum(word.confidence for word in line) < HOPELESS * len(line)


def _without_specks(line: Sequence[SeenWord]) -> list[SeenWord]:
    return [word for word in line if word.confidence >= EACH_BELIEVED or sum(map(str.isalnum, word.text)) > 1]


def _is_believed(line: Sequence[SeenWord]) -> bool:
    """Whether a line was surely read: in possible syllables, codes or numbers alone."""
    return (
        sum(sum(map(str.isalnum, word.text)) for word in line) >= LEAST_LETTERS
        and vietnamese.is_legal_text(" ".join(word.text for word in line))
        and sum(word.confidence for word in line) >= BELIEVED * len(line)
        and min(word.confidence for word in line) >= EACH_BELIEVED
    )


def _widening(line: list[SeenWord]) -> float:
    """How much wider the letters of a line must be drawn to have the usual width; 1 where they are not condensed."""
    letter = sum(word.right - word.left for word in line) / sum(len(word.text) for word in line)
    width = letter / max(1.0, float(np.median([word.bottom - word.top for word in line])))
    return min(WIDEST, USUAL_WIDTH / width) if width < CONDENSED else 1.0


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a line stands: its top and bottom on the strip, the page's pixel at the strip's left edge and at the top of
    the line's piece, and how many pixels of the strip across are one of the page."""

    top: float
    bottom: float
    left: int
    above: int
    across: float

    def on_page(self, word: SeenWord, enlarged: float) -> SeenWord:
        down = self.top + _GAP / 2
        return replace(
            word, left=round(word.left / self.across) + self.left, right=round(word.right / self.across) + self.left,
            top=round((word.top - down) / enlarged) + self.above,
            bottom=round((word.bottom - down) / enlarged) + self.above,
        )


def _strip(
    image: Image, words: tuple[SeenWord, ...], doubtful: list[list[int]], enlarged: float
) -> tuple[Image, list[_Place]]:
    """The lines under one another, enlarged, and for each line where it stands."""
    pieces: list[Image] = []
    places: list[_Place] = []
    width = 0
    height = _GAP
    for indexes in doubtful:
        line = [words[i] for i in indexes]
        top, bottom = min(word.top for word in line), max(word.bottom for word in line)
        left, right = min(word.left for word in line), max(word.right for word in line)
        pad = max(3, round(0.18 * (bottom - top)))
        x0, x1 = max(0, left - 12), min(image.shape[1], right + 12)
        y0, y1 = max(0, top - pad), min(image.shape[0], bottom + pad)
        across = enlarged * _widening(line)
        part = image[y0:y1, x0:x1]
        if _is_hopeless(line):
            part = _without_others(part, words, line[0].line, x0, y0)
        piece = cv2.resize(part, None, fx=across, fy=enlarged, interpolation=cv2.INTER_CUBIC)
        pieces.append(piece)
        places.append(_Place(
            height - _GAP / 2, height + piece.shape[0] + _GAP / 2, x0 - round(_GAP / across), y0, across
        ))
        height += piece.shape[0] + _GAP
        width = max(width, piece.shape[1])
    strip = np.full((height, width + 2 * _GAP), 255, dtype=np.uint8)
    row = _GAP
    for piece in pieces:
        strip[row : row + piece.shape[0], _GAP : _GAP + piece.shape[1]] = piece
        row += piece.shape[0] + _GAP
    return strip, places


def _without_others(part: Image, words: tuple[SeenWord, ...], line: int, left: int, top: int) -> Image:
    """A part of the page without the words of other lines: the box of a line that was not read is no good one."""
    out = part.copy()
    for word in words:
        if word.line != line and word.right > left and word.bottom > top:
            high = word.top - round(MARKS * (word.bottom - word.top)) - top
            out[max(0, high) : max(0, word.bottom - top), max(0, word.left - left) : max(0, word.right - left)] = 255
    return out


MARKS = 0.25  # of the height of a word, that marks of its capitals may stand above its box


def _matched(
    first: list[SeenWord], indexes: list[int], again: list[SeenWord]
) -> list[tuple[int, str, float]]:
    """For each word of the first look, what the second has at its place; words that were cut otherwise are left out."""
    found = []
    for word, index in zip(first, indexes, strict=True):
        width = max(1, word.right - word.left)
        here = [
            other for other in again
            if min(word.right, other.right) - max(word.left, other.left) > 0.5 * min(width, other.right - other.left)
        ]
        if len(here) != 1:
            continue
        other = here[0]
        alike = min(word.right, other.right) - max(word.left, other.left)
        if alike > 0.6 * max(width, other.right - other.left):
            found.append((index, other.text, other.confidence))
    return found


def _is_better(first: SeenWord, text: str, confidence: float) -> bool:
    if any(char.isdigit() for char in first.text + text):
        if _is_figure_for_letter(first.text, text):
            return confidence > first.confidence - PLAINLY_SURER
        return confidence > first.confidence + 2 * PLAINLY_SURER
    old, new = vietnamese.is_legal_text(first.text), vietnamese.is_legal_text(text)
    if old != new:
        return new and confidence > first.confidence - PLAINLY_SURER
    return confidence > first.confidence + PLAINLY_SURER


def _is_figure_for_letter(first: str, text: str) -> bool:
    """Whether the second look read a number where the first put a round or straight letter into one: "2O17", "0I"."""
    if len(first) != len(text) or first == text:
        return False
    for at, (one, other) in enumerate(zip(first, text, strict=True)):
        alike = "0" if one in _ROUND else "1" if one in _STRAIGHT else None
        if one != other and (other != alike or not any(map(str.isdigit, first[max(0, at - 1) : at + 2]))):
            return False  # the one of "I/2020" is Roman
    return True


_ROUND, _STRAIGHT = "OoQ", "IlJ|"
