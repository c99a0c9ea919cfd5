"""Words on their way through the decoder, and what else was read at their place."""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from pipeline.decoder import tokens
from pipeline.decoder.references import Expected, References
from pipeline.decoder.settling import settle
from pipeline.document import Alternative, Reading
from pipeline.knowledge import vietnamese

Preset = Literal["strict", "balanced", "full"]
Kind = Literal["kept", "mark", "letter", "case", "split", "merge", "reading", "locked"]

LONGEST_WORD = 40  # letters; anything longer is no word
LISTED = 0.005  # probability from which on a reading is among a word's alternatives
MOST_LISTED = 4
RESPACED = 0.97  # confidence in a word whose blanks were mended, before its letters are decoded; an estimate
MENDED_SYMBOL = 0.97  # confidence in a code or label mended by the closed list; an estimate
UNSURE_FIGURE = 0.5  # confidence in a figure or a stroke that may be another: below any bar of doubt
UNTOLD = 0.8  # confidence supposed of a reader that tells none


@dataclass(slots=True)
class PendingWord:
    """A word on its way through the decoder."""

    raw: str
    recognised: float | None = None
    readings: tuple[Reading, ...] = ()
    pieces: tuple[tokens.Piece, ...] = ()
    heard: tuple[tuple[str, float], ...] = ()  # what else was read for its only text piece, and how surely
    expected: tuple[tuple[int, Expected], ...] = ()  # by the place of the piece: what a trusted text has here
    respaced: Kind | None = None  # how its blanks were mended: its pieces are then not those of what was read
    texts: list[str] | None = None
    confidence: float = 1.0
    alternatives: tuple[Alternative, ...] = ()
    kind: Kind = "kept"

    @property
    def text(self) -> str:
        return self.raw if self.texts is None else "".join(self.texts)

    def forget(self) -> None:
        """Forget what was decoded, to be decoded anew; what was settled among readings, or is locked, stays."""
        figure = self.kind in ("kept", "letter")  # a lone one may have been decoded
        if any(piece.kind == "text" or (figure and piece.kind == "number") for piece in self.pieces):
            self.begin()

    def cut_anew(self, pieces: tuple[tokens.Piece, ...], kind: Kind) -> None:
        """Hold other pieces than those of what was read, before they are decoded."""
        self.pieces, self.respaced = pieces, kind
        self.begin()

    def begin(self) -> None:
        """Hold nothing for decoded; where blanks were mended, that stands."""
        self.texts, self.confidence, self.alternatives, self.kind = None, 1.0, (), "kept"
        if self.respaced is not None:
            self.texts, self.confidence, self.kind = [piece.text for piece in self.pieces], RESPACED, self.respaced


@dataclass(frozen=True, slots=True)
class Slot:
    """A piece to decode: its word, its place in the word, and how its line is set."""

    word: PendingWord
    place: int
    setting: str
    line: int


def text_place(word: PendingWord) -> int:
    """Which of the pieces of a word with one text is that text."""
    return next(number for number, piece in enumerate(word.pieces) if piece.kind == "text")


def leave_unsure(word: PendingWord, most: float) -> None:
    """Leave the word as it stands, decided on, and no surer than that."""
    word.texts = word.texts or [piece.text for piece in word.pieces]
    word.confidence = min(word.confidence, most)


def put(word: PendingWord, place: int, text: str, sure: float) -> None:
    """Hold the piece at `place` for this text; the word is no surer than that."""
    if word.texts is None:
        word.texts = [piece.text for piece in word.pieces]
    word.texts[place] = text
    word.confidence = min(word.confidence, sure)


def readings(word: PendingWord, place: int) -> dict[str, float]:
    """What the piece at `place` is held for, then what else it may be, without what stands around: probabilities."""
    texts = word.texts or [piece.text for piece in word.pieces]
    before, after = len("".join(texts[:place])), len("".join(texts[place + 1 :]))
    found = {texts[place]: word.confidence}
    for other in word.alternatives:
        found.setdefault(other.text[before : len(other.text) - after], other.confidence)
    return found


def give(word: PendingWord, place: int, text: str, chances: Mapping[str, float], kind: Kind) -> None:
    """Give the piece at `place` one of its readings, and all of them their new probabilities."""
    texts = word.texts or [piece.text for piece in word.pieces]
    before, after = "".join(texts[:place]), "".join(texts[place + 1 :])
    word.texts = [*texts[:place], text, *texts[place + 1 :]]
    word.confidence = chances[text]
    word.kind = word.respaced if kind == "kept" and word.respaced else kind
    others = ((chance, other) for other, chance in chances.items() if other != text and chance >= LISTED)
    word.alternatives = likeliest(others, before, after)


def likeliest(others: Iterable[tuple[float, str]], before: str, after: str) -> tuple[Alternative, ...]:
    """The most probable of other readings, each between what stands around its piece in the word."""
    return tuple(
        Alternative(before + other + after, round(chance, 4))
        for chance, other in sorted(others, reverse=True)[:MOST_LISTED]
    )


def hear(word: PendingWord, first: bool) -> None:
    """Take in the other readings of a word: a figure is settled at once, for a word they are evidence."""
    sure = UNTOLD if word.recognised is None else word.recognised
    settled = settle(word.raw, sure, word.readings, first)
    if settled is not None:
        # Cut anew, so that the language model sees what stands there; nothing in it is decoded.
        word.pieces = tuple(
            replace(piece, kind="other") if piece.kind == "text" else piece
            for piece in tokens.cut(settled.text, first)
        )
        word.texts = [piece.text for piece in word.pieces]
        word.confidence, word.alternatives = settled.confidence, settled.alternatives
        word.kind = "locked" if settled.text == word.raw else "reading"
        return
    own = [piece for piece in word.pieces if piece.kind == "text"]
    if len(own) != 1:
        return
    heard: dict[str, float] = {}
    for reading in word.readings:
        other = [piece for piece in tokens.cut(vietnamese.compose(reading.text), first) if piece.kind != "punctuation"]
        if len(other) == 1 and other[0].kind == "text" and len(other[0].text) <= LONGEST_WORD:
            heard[other[0].text] = max(heard.get(other[0].text, 0.0), reading.confidence)
    heard.pop(own[0].text, None)
    word.heard = tuple(heard.items())


def expect(
    lines: Sequence[Sequence[PendingWord]], spans: Iterable[tuple[int, int]], trusted: Sequence[References]
) -> bool:
    """Lay decoded lines beside the trusted texts; words that have a match there can be decoded anew with it.

    Tells whether there is any match. What was decoded is forgotten then, what was settled or locked stays.
    """
    places: list[tuple[PendingWord, int]] = []
    decoded: list[str] = []
    for start, end in spans:
        for row in lines[start:end]:
            for word in row:
                for place, piece in enumerate(word.pieces):
                    if piece.kind != "punctuation":
                        places.append((word, place))
                        decoded.append(word.texts[place] if word.texts else piece.text)
    matched = False
    best: dict[tuple[int, int], Expected] = {}
    for one in trusted:
        for number, found in enumerate(one.expected(decoded)):
            word, place = places[number]
            known = best.get((id(word), place))
            decodable = word.pieces[place].kind in ("text", "number")  # a lone figure may be a word
            if found and decodable and (not known or found.agreement > known.agreement):
                best[id(word), place] = found
                matched = True
    if matched:
        for word, place in places:
            found = best.get((id(word), place))
            if found:
                word.expected = (*word.expected, (place, found))
            word.forget()
    return matched
