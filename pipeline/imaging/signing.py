"""A second look at the place of signature, which a seal and a handwritten name lie over.

The engine's own layout takes a seal in black and a signature for a picture and drops the lines that they touch, also
where a reader sees every letter. Here the column under "KT. CHỦ TỊCH" is cut out and read as one block of lines: as it
is, larger, and without its thin strokes (the letters there are bold, pen and seal are not).

The evidence, in order of trust: a look whose line is a power, a position or a name; the engine's confidence; legal
syllables. A line that is none of the three is never added, and what another look read there is kept beside it.

What it never does: complete a name or a position. What no look reads stays unread.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median_high, median_low

import cv2
import numpy as np

from pipeline.document import Reading
from pipeline.imaging.recognisers import Image, Recogniser, SeenWord
from pipeline.knowledge import persons, positions, recipients, signers, vietnamese

# Likeness of a line to a power, position or name, 0 to 1: to open a place of signature, and to be added to one.
SURE_POWER = 0.9
SIGNING = 0.6
# Mean confidence of the engine from which a line is taken, and least of each of its words; under it the strokes of a
# signature were read as letters. A syllable that Vietnamese has not makes a line of strokes likelier still.
LEAST_SURE, LEAST_WORD, SURE_FOREIGN = 0.65, 0.5, 0.8
# A line that was read with this much on average, and no word with less than the second, needs no further look.
READ_WELL, WORD_WELL = 0.85, 0.8
# The looks until one reads all: scale, and whether thin strokes stay. Each of the four alone read a line of the 16 own
# feet under seals that the three others lost.
LOOKS = ((1.0, True), (1.35, True), (1.0, False), (0.75, True))
# Inches that a place of signature reaches down from its first line, and its left edge as a share of the page.
REACH, LEFTMOST = 2.8, 0.38
# Gap between two columns, in heights of a line.
GUTTER = 1.5


@dataclass(frozen=True, slots=True)
class SigningLook:
    """`words` of the page with the lines of the signature more believably read; `readings` by the index of a word:
    what another look made of its place; `changed` counts the words that are new."""

    words: tuple[SeenWord, ...]
    readings: dict[int, tuple[Reading, ...]]
    changed: int = 0


@dataclass(frozen=True, slots=True)
class _Line:
    """Words of one line, in order, and how much they are worth."""

    words: tuple[SeenWord, ...]

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def top(self) -> float:
        """That of its usual word: one stroke of a signature must not widen the line."""
        return median_low([word.top for word in self.words])

    @property
    def bottom(self) -> float:
        return max(self.top + 1, median_high([word.bottom for word in self.words]))

    @property
    def left(self) -> int:
        return min(word.left for word in self.words)

    @property
    def sure(self) -> float:
        """Mean confidence over the letters, 0 to 1."""
        letters = sum(len(word.text) for word in self.words)
        return sum(word.confidence * len(word.text) for word in self.words) / letters

    @property
    def told(self) -> float:
        """How much the line is a power, a position or a name, 0 to 1; "T. CHỦ TỊCH" is a power whose K is gone."""
        text = _HALF_POWER.sub("", self.text)
        return max(signers.authority_likeness(text), persons.name_likeness(text))

    @property
    def is_signing(self) -> bool:
        """Whether a line is one of a signature; a name that lost its first letters is, where it was read well."""
        if self.told >= SIGNING or positions.is_stamped_over(self.text):
            return True
        named = [word for word in self.words if word.text[:1].isupper() and word.text[1:].islower()]
        return len(named) >= 2 and 2 <= len(self.words) <= 5 and self.sure >= READ_WELL

    @property
    def is_sure(self) -> bool:
        """Whether the engine saw letters here, not strokes of a pen; under a seal the first word is not asked."""
        words = self.words[1:] if positions.is_stamped_over(self.text) else self.words
        native = all(
            vietnamese.is_legal_text(word.text) or not word.text[:1].isupper() or word.text.isupper() for word in words
        )
        least = LEAST_SURE if native else SURE_FOREIGN
        return self.sure >= least and min(word.confidence for word in words) >= LEAST_WORD

    @property
    def worth(self) -> float:
        """Letters in legal syllables, each by the confidence beyond a guess; more where the line tells what it is."""
        own = sum(
            len(word.text) * ((word.confidence - 0.4) if vietnamese.is_legal_text(word.text) else -0.3)
            for word in self.words
        )
        return own * (1.0 + self.told) if own > 0 else own


_HALF_POWER = re.compile(r"^T\.\s")


def look_at_signature(
    image: Image, dpi: float, words: tuple[SeenWord, ...], readings: dict[int, tuple[Reading, ...]],
    recogniser: Recogniser, timeout: float,
) -> SigningLook:
    """Read the place of signature of a page again, where it has one that was not read well.

    `readings` are what is known of other readings, by the index of a word. `recogniser` is told that its images are
    one block of lines. Raises what it raises.
    """
    lines = _lines(words)
    area = _area(image, dpi, lines)
    if area is None:
        return SigningLook(words, readings)
    left, top, bottom = area
    words, readings = _look_at_recipients(image, dpi, words, readings, lines, (top, bottom), recogniser, timeout)
    lines = _lines(words)
    inside = [line for line in (_part_inside(line, left, top, bottom, image.shape[1]) for line in lines) if line]
    if _is_read_well(inside):
        return SigningLook(words, readings)
    crop = _without_left_column(image, lines, left, top, bottom)
    found: list[_Line] = []
    whole = list(inside)
    for scale, thin in LOOKS:
        picture = crop if thin else _without_thin(crop)
        if scale != 1.0:
            picture = np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC), np.uint8)
        seen = recogniser.read(picture, dpi=dpi * scale, timeout=timeout)
        untrimmed = _lines(_moved(seen, scale, left, top))
        lines = [line for line in map(_trimmed, untrimmed) if line is not None]
        whole += untrimmed
        found += lines
        if _is_read_well(lines):
            break
    complete = [[line for line in lines if not _lacks_its_start(line, whole)] for lines in (inside, found)]
    return _merged(words, readings, inside, *complete)


# Mean confidence under which a line of the recipients is read again, and from which what was read then is taken.
LOST, FOUND = 0.6, 0.8


def _look_at_recipients(
    image: Image, dpi: float, words: tuple[SeenWord, ...], readings: dict[int, tuple[Reading, ...]],
    lines: Sequence[_Line], rows: tuple[int, int], recogniser: Recogniser, timeout: float,
) -> tuple[tuple[SeenWord, ...], dict[int, tuple[Reading, ...]]]:
    """The words with those lines of the recipients read again that the engine joined with the signature beside them:
    it takes "- Lưu: VT." and a stroke of the pen for one line and reads neither."""
    width = image.shape[1]
    top, bottom = rows
    lost = [
        line for line in lines
        if line.left < 0.3 * width and top < line.top < bottom and line.sure < LOST
    ]
    if not lost:
        return words, readings
    left = max(0, round(min(line.left for line in lost)) - 12)
    right = round(LEFTMOST * width)
    seen = recogniser.read(image[top:bottom, left:right], dpi=dpi, timeout=timeout)
    found = [
        line for line in _lines(_moved(seen, 1.0, left, top))
        if line.sure >= FOUND and sum(map(str.isalpha, line.text)) > 2 and line.words[-1].right < right - 6
    ]
    for line in found:
        there = [_Line(tuple(word for word in other.words if word.left < right)) for other in lost
                 if _same_row(line, other)]
        if there and max(other.worth for other in there) < line.worth:
            look = _put(words, readings, [(line, there)], [])
            words, readings = look.words, look.readings
    return words, readings


def _lines(words: Sequence[SeenWord]) -> list[_Line]:
    gathered: dict[int, list[SeenWord]] = {}
    for word in words:
        if word.bottom > word.top and word.right > word.left:
            gathered.setdefault(word.line, []).append(word)
    return [_Line(tuple(sorted(line, key=lambda word: word.left))) for line in gathered.values()]


def _area(image: Image, dpi: float, lines: Sequence[_Line]) -> tuple[int, int, int] | None:
    """Left, top and bottom of the column under the signer's powers, in pixels; None on a page without one."""
    height, width = image.shape[:2]
    starts = []
    for line in lines:
        if recipients.is_recipients_head(" ".join(word.text for word in line.words[:2])):
            starts.append(line.top)
        right = [word for word in line.words if word.left > LEFTMOST * width]
        power = " ".join(word.text for word in right)
        if len(right) == len(line.words) and power.isupper() and signers.authority_likeness(power) >= SURE_POWER:
            starts.append(line.top)
    if not starts:
        return None
    first = max(starts)
    near = [start for start in starts if first - start < REACH * dpi / 2]
    pitch = round(0.2 * dpi)
    top, bottom = max(0, round(min(near)) - pitch), min(height, round(min(near) + REACH * dpi))
    return round(LEFTMOST * width), top, bottom


def _without_left_column(image: Image, lines: Sequence[_Line], left: int, top: int, bottom: int) -> Image:
    """The cut-out of a place of signature with the ends of the recipients' lines made paper."""
    width = image.shape[1]
    crop = image[top:bottom, left:].copy()
    for line in lines:
        end = _end_of_column(line, 0.62 * width) if line.left < 0.3 * width else 0.0
        if end > left and line.bottom > top and line.top < bottom:
            crop[max(0, round(line.top) - 3 - top) : round(line.bottom) + 3 - top, : round(end) + 3 - left] = 255
    return crop


def _end_of_column(line: _Line, furthest: float) -> float:
    """The right edge of the words of a line before its first gutter; 0 where it runs on over the page."""
    height = line.bottom - line.top
    for word, after in pairwise(line.words):
        if after.left - word.right > GUTTER * height:
            return float(word.right)
    last = line.words[-1].right
    return float(last) if last < furthest else 0.0


def _part_inside(line: _Line, left: int, top: int, bottom: int, width: int) -> _Line | None:
    if not top <= (line.top + line.bottom) / 2 < bottom:
        return None
    end = _end_of_column(line, 0.62 * width) if line.left < 0.3 * width else 0.0
    words = tuple(word for word in line.words if word.left >= max(left - 2, end))
    return _Line(words) if words else None


def _is_read_well(inside: Sequence[_Line]) -> bool:
    """Whether a name stands under a position, both beyond doubt, and nothing between them is debris."""
    placed = [line for line in inside if signers.authority_likeness(line.text) >= SURE_POWER]
    named = [
        line for line in inside
        if persons.name_likeness(line.text) >= READ_WELL and signers.authority_likeness(line.text) < SURE_POWER
    ]
    if not placed or not named or named[-1].top < placed[-1].bottom or named[-1].sure < READ_WELL:
        return False
    return min(word.confidence for line in (*placed, named[-1]) for word in line.words) >= WORD_WELL


INK = 150  # grey level under which there is ink on the evened copy, whose paper is near 255


def _without_thin(crop: Image) -> Image:
    """The crop without strokes of one or two pixels: pen and seal go, bold letters keep all but hairlines."""
    ink = (crop < INK).astype(np.uint8)
    round3, round7 = (cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)) for size in (3, 7))
    kept = cv2.dilate(cv2.erode(ink, round3), round7) & ink
    out = crop.copy()
    out[(ink > 0) & (kept == 0)] = 255
    return out


def _moved(seen: Sequence[SeenWord], scale: float, left: int, top: int) -> list[SeenWord]:
    return [
        replace(
            word, left=round(word.left / scale) + left, right=round(word.right / scale) + left,
            top=round(word.top / scale) + top, bottom=round(word.bottom / scale) + top,
        )
        for word in seen
    ]


START = 4.0  # heights of a line within which ink before a position belongs to it


def _lacks_its_start(line: _Line, looks: Sequence[_Line]) -> bool:
    """Whether a look saw letters right before a position: the "KT." that someone wrote there makes another of it."""
    if signers.authority_likeness(line.text) < SURE_POWER or line.text.startswith(_POWERS):
        return False
    height = line.bottom - line.top
    return any(
        _same_row(line, other)
        and any(
            0.5 * height < line.left - word.left < START * height
            and any(map(str.isalpha, word.text)) and word.text not in line.text
            for word in other.words
        )
        for other in looks
    )


_POWERS = ("TM", "KT", "TL", "TUQ", "T/M", "K/T", "T/L", "Q.")


def _trimmed(line: _Line) -> _Line | None:
    """The line without debris at its ends: signs, and single letters that the engine doubts."""
    words = list(line.words)
    while words and _is_debris(words[0]):
        words = words[1:]
    while words and _is_debris(words[-1]):
        words = words[:-1]
    if not words:
        return None
    first = words[0]
    return _Line((replace(first, text=_SIGNS_BEFORE.sub("", first.text)), *words[1:]))


_SIGNS_BEFORE = re.compile(r"^[^\w(]+(?=\w)")


def _is_debris(word: SeenWord) -> bool:
    letters = sum(map(str.isalpha, word.text))
    return letters == 0 or (letters == 1 and not word.text.endswith((".", "’", "'")) and word.confidence < READ_WELL)


def _merged(
    words: tuple[SeenWord, ...], readings: dict[int, tuple[Reading, ...]], inside: Sequence[_Line],
    complete: Sequence[_Line], seen: Sequence[_Line],
) -> SigningLook:
    """The page's words, each line of the signature in its most believable reading."""
    taken: list[_Line] = []
    chosen: list[tuple[_Line, Sequence[_Line]]] = []
    for line in sorted(seen, key=lambda line: line.worth * (1 + AGREED * _agreeing(line, seen)), reverse=True):
        if not line.is_signing or not line.is_sure or any(_same_row(line, other) for other in taken):
            continue
        taken.append(line)
        there = [other for other in inside if _same_row(line, other)]
        if any(other.text == line.text for other in there):
            continue
        if max((other.worth for other in there if other.is_signing and other in complete), default=0.0) >= line.worth:
            continue
        chosen.append((line, there))
    return _put(words, readings, chosen, seen)


def _put(
    words: tuple[SeenWord, ...], readings: dict[int, tuple[Reading, ...]],
    chosen: Sequence[tuple[_Line, Sequence[_Line]]], seen: Sequence[_Line],
) -> SigningLook:
    """The page's words with each chosen line in the place of those that stood there, kept beside it as readings."""
    gone: set[int] = set()
    added: list[tuple[SeenWord, tuple[Reading, ...]]] = []
    next_line = max((word.line for word in words), default=-1) + 1
    for line, there in chosen:
        old = {id(word) for other in there for word in other.words if _same_row(line, _Line((word,)))}
        here = [word for word in words if id(word) in old]
        block = max((word.block for word in here), default=line.words[0].block)
        beside = [other for other in seen if other is not line and _same_row(line, other)]
        added += [
            (replace(word, line=next_line, block=block), _other_readings(word, here, beside)) for word in line.words
        ]
        gone |= old
        next_line += 1
    if not added:
        return SigningLook(words, readings)
    stay = [index for index, word in enumerate(words) if id(word) not in gone]
    moved = {place: readings[index] for place, index in enumerate(stay) if index in readings}
    moved |= {len(stay) + place: others for place, (_, others) in enumerate(added) if others}
    whole = (*(words[index] for index in stay), *(word for word, _ in added))
    return SigningLook(whole, moved, len(added))


SAME_ROW = 0.5  # of the lower line's height


AGREED = 0.2  # what each other look that reads the same word adds to a line, as a share of its worth


def _agreeing(line: _Line, seen: Sequence[_Line]) -> float:
    """How many other looks read the words of a line so, on average over the words."""
    others = [word for other in seen if other is not line and _same_row(line, other) for word in other.words]
    same = sum(
        other.text == word.text and min(word.right, other.right) > max(word.left, other.left)
        for word in line.words for other in others
    )
    return same / len(line.words)


def _same_row(one: _Line, other: _Line) -> bool:
    """Whether two lines lie at one height."""
    common = min(one.bottom, other.bottom) - max(one.top, other.top)
    return common > SAME_ROW * min(one.bottom - one.top, other.bottom - other.top)


def _other_readings(word: SeenWord, first: Sequence[SeenWord], looks: Sequence[_Line]) -> tuple[Reading, ...]:
    """What the page's first look and the other looks at the signature have in the place of a word."""
    found: dict[str, Reading] = {}
    for source, there in [("first", first), *(("signature", line.words) for line in looks)]:
        for other in there:
            common = min(word.right, other.right) - max(word.left, other.left)
            if common > 0.6 * max(word.right - word.left, other.right - other.left) and other.text != word.text:
                found.setdefault(other.text, Reading(source, other.text, other.confidence))
    return tuple(found.values())
