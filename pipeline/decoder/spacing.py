"""Blanks inside syllables go, blanks that were lost come back: `K ế ho ạch` and `tổchứchộinghị` in sound letters.

The trouble: many PDF programs write a blank wherever the font changes, as it does at letters with two marks; others,
and recognisers of tight print, write none. No letter is wrong, so neither is a case for the channel.

Evidence: what is no attested syllable but makes one with its neighbours, or comes apart into some, and how well words
follow each other so. Blanks are taken out where the document does it again and again, in a line of single letters, and
behind two or three letters that only begin a syllable ("th ực"); put in only between syllables that stand together in
other text.

It never touches a letter, a number, a code or a text that has no marks at all.
"""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from pipeline.decoder import tokens
from pipeline.decoder.language import ABBREVIATION, BOUNDARY, NUMBER, STEPS_PER_NAT, UNKNOWN, LanguageModel, Vocabulary
from pipeline.decoder.pending import LONGEST_WORD, Kind, PendingWord
from pipeline.decoder.tokens import Piece
from pipeline.knowledge import vietnamese
from pipeline.knowledge.lexicon import load_table

LONGEST = 7  # letters of a syllable
FEWEST_SPELLED, SPELLED_SHARE = 5, 0.8  # single letters of a line set with wide spaces, "K Ế H O Ạ C H"; estimates
# Places where two neighbours make a marked syllable that at least one of them is none of, and words that come apart:
# so many, and such a share of the words, make a document whose blanks are wrong. 192,000 words of clean text of ten
# sources have 2 of the first and 27 of the second, most of them loans ("ximăng"), 8 in 8,500 at most.
FEWEST, LEAST_SHARE = 3, 0.01
CERTAIN_RUN = 4  # syllables of one that comes apart anywhere
JOINED = 1.0  # nats for leaving out a blank, in such a document; an estimate
FRAGMENT = 8.0  # nats for a word that is none; an estimate
LONGEST_LINE = 400  # letters of a line without any blanks; longer ones are no text
_ONSETS = frozenset(onset for onset in vietnamese.ONSETS if len(onset) > 1)  # a single letter may be a label
LEAST_RUN = 4  # letters that may be two syllables
# Nats a syllable, of the words inside a run, above which they do not belong together: anywhere, and in a document that
# has many runs. 95 in 100 pairs of neighbours in administrative and legal text lie below the first, 90 in 100 in other
# text; 99 in 100 below the second. Words in plain letters may be of any language: the first holds for them.
APART, APART_AMONG_MANY = 8.0, 12.0
LISTED = 3.0  # nats more for a listed abbreviation in a run ("HĐNDtỉnh"); an estimate


@dataclass(frozen=True, slots=True)
class _Step:
    """The cheapest way to a place of a line that ends in this word: what it costs, whence it came, what it took."""

    cost: float
    before: tuple[int, int]  # place and last word
    size: int  # words of the line that it took


@dataclass(frozen=True, slots=True)
class _Parts:
    """The words that ran together to one, and how hardly they follow each other, in nats a blank."""

    texts: tuple[str, ...]
    cost: float


@dataclass(frozen=True, slots=True)
class _Runs:
    """A word, its pieces, and those of them that come apart, by place, with their syllables."""

    word: PendingWord
    pieces: tuple[Piece, ...]
    parts: dict[int, _Parts]

    def evident(self) -> list[tuple[str, ...]]:
        """The syllables of marked pieces that belong together."""
        return [
            found.texts for place, found in self.parts.items()
            if found.cost <= APART and not self.pieces[place].text.isascii()
        ]

    def part(self, often: bool) -> None:
        """Put the blanks back: in any piece, or in those that come apart wherever they stand."""
        evident = self.evident()
        made: list[Piece] = []
        for place, piece in enumerate(self.pieces):
            found = self.parts.get(place)
            if found and (often or (found.texts in evident and len(found.texts) >= CERTAIN_RUN)):
                made.append(Piece(found.texts[0], "text"))
                for text in found.texts[1:]:
                    made += [Piece(" ", "punctuation"), Piece(text, "text")]
            else:
                made.append(piece)
        if len(made) > len(self.pieces):
            _give(self.word, tuple(made), "split")


class Spacing:
    """Mends the blanks of a document's lines; knows the words and how they follow each other."""

    def __init__(self, vocabulary: Vocabulary, model: LanguageModel, abbreviations: Iterable[str]) -> None:
        self.vocabulary = vocabulary
        self.model = model
        self.abbreviations = frozenset(abbreviations)
        self.loans = frozenset(row[0] for row in load_table("loans"))
        self._apart = lru_cache(maxsize=20_000)(self._parted)

    def mend(self, lines: Sequence[Sequence[PendingWord]]) -> None:
        """Join and part the words of these lines, in place, before they are decoded."""
        parted = self._is_parted(lines)
        for row in lines:
            if parted or _is_spelled(row):
                self._join(row)
            else:
                self._join_certain(row)
        runs = [found for row in lines for word in row if (found := self._runs(word)).parts]
        evident = [texts for found in runs for texts in found.evident()]
        kinds = {" ".join(texts).lower() for texts in evident}
        often = _are_many(len(kinds), len(evident), sum(len(row) for row in lines))
        for found in runs:
            found.part(often)

    def _attested(self, text: str) -> bool:
        return vietnamese.is_syllable(text) and self.vocabulary.number(text) > UNKNOWN

    # --- blanks too many ---

    def _is_parted(self, lines: Sequence[Sequence[PendingWord]]) -> bool:
        words = found = 0
        for row in lines:
            words += len(row)
            for left, right in pairwise(row):
                first, second = _core(left), _core(right)
                if not (first and second) or _tail(left) or _head(right):
                    continue
                both = first + second
                fragment = not (self._attested(first) and self._attested(second))
                found += fragment and len(both) <= LONGEST and not both.isascii() and self._is_joined(both)
        return _are_many(found, found, words)

    def _is_joined(self, text: str) -> bool:
        return (text.islower() or text.istitle() or text.isupper()) and self._attested(text)

    def _join(self, row: Sequence[PendingWord]) -> None:
        place = 0
        for size in self._sizes(row):
            if size > 1:
                _join(row[place : place + size])
            place += size

    def _join_certain(self, row: Sequence[PendingWord]) -> None:
        """Join an onset that stands alone ("th ực") with the rime behind it."""
        for left, right in pairwise(row):
            first, second = _core(left), _core(right)
            if first.lower() in _ONSETS and second.islower() and not second.isascii():
                parted = not _tail(left) and not _head(right) and len(first + second) <= LONGEST
                if parted and self._is_joined(first + second):
                    _join((left, right))

    def _sizes(self, row: Sequence[PendingWord]) -> list[int]:
        """How many words of the line make each word that stands on the paper."""
        ways: list[dict[int, _Step]] = [{BOUNDARY: _Step(0.0, (0, BOUNDARY), 0)}]
        ways += [{} for _ in row]
        for place in range(len(row)):
            for last, step in ways[place].items():
                for size, word, cost in self._next(row, place):
                    total = step.cost + cost + self._follows(last, word)
                    after = BOUNDARY if tokens.ends_sentence(_tail(row[place + size - 1])) else word
                    known = ways[place + size].get(after)
                    if known is None or total < known.cost:
                        ways[place + size][after] = _Step(total, (place, last), size)
        sizes: list[int] = []
        place, last = len(row), min(ways[-1], key=lambda word: ways[-1][word].cost)
        while place:
            step = ways[place][last]
            sizes.append(step.size)
            place, last = step.before
        return sizes[::-1]

    def _next(self, row: Sequence[PendingWord], place: int) -> Iterator[tuple[int, int, float]]:
        """What may begin at this place: number of words, the word they make, its cost beside that of following."""
        core = _core(row[place])
        if not core:
            digits = any(piece.kind in ("number", "symbol") for piece in row[place].pieces)
            yield 1, NUMBER if digits else UNKNOWN, 0.0
            return
        number = self.vocabulary.number(core)
        yield 1, number, FRAGMENT if number in (UNKNOWN, ABBREVIATION) else 0.0
        for size in range(2, min(LONGEST, len(row) - place) + 1):
            part = row[place + size - 1]
            if _tail(row[place + size - 2]) or _head(part) or not _core(part):
                return
            core += _core(part)
            if len(core) > LONGEST:
                return
            if self._is_joined(core):
                yield size, self.vocabulary.number(core), JOINED * (size - 1)

    def _follows(self, left: int, right: int) -> float:
        return float(self.model.pairs()[left, right]) / STEPS_PER_NAT

    # --- blanks that were lost ---

    def _runs(self, word: PendingWord) -> _Runs:
        pieces = word.pieces
        if LONGEST_WORD < len(word.raw) <= LONGEST_LINE and word.texts is None:
            pieces = tokens.cut(vietnamese.compose(word.raw))
        return _Runs(word, pieces, {
            place: parts for place, piece in enumerate(pieces)
            if piece.kind == "text" and len(piece.text) >= LEAST_RUN and (parts := self._apart(piece.text))
        })

    def _parted(self, text: str) -> _Parts | None:
        """The words that ran together to this text; none where it is a word itself or does not come apart."""
        known = self.vocabulary.number(text) > UNKNOWN or text.lower() in self.loans
        if known or vietnamese.is_syllable(text) or not text.isalpha():
            return None
        best: list[_Parts | None] = [_Parts((), 0.0)] + [None] * len(text)
        for end in range(1, len(text) + 1):
            for start in range(max(0, end - LONGEST), end):
                before, part = best[start], text[start:end]
                listed = part in self.abbreviations
                if before is None or not (listed or self._is_joined(part)):
                    continue
                cost = before.cost + (LISTED if listed else 0.0)
                if before.texts:
                    cost += self._follows(self.vocabulary.number(before.texts[-1]), self.vocabulary.number(part))
                so_far = best[end]
                if so_far is None or cost < so_far.cost:
                    best[end] = _Parts((*before.texts, part), cost)
        whole = best[-1]
        if whole is None or len(whole.texts) < 2 or self.abbreviations.issuperset(whole.texts):
            return None  # "TTHC" is a code of its own
        mean = whole.cost / (len(whole.texts) - 1)
        return _Parts(whole.texts, mean) if mean <= (APART if text.isascii() else APART_AMONG_MANY) else None


def _is_spelled(row: Sequence[PendingWord]) -> bool:
    letters = [word for word in row if len(_core(word)) == 1]
    marked = any(not _core(word).isascii() for word in letters)
    return marked and len(letters) >= max(FEWEST_SPELLED, SPELLED_SHARE * len(row))


def _lone(word: PendingWord) -> int | None:
    """The place of the one text of a word that has nothing but punctuation beside it."""
    found = [place for place, piece in enumerate(word.pieces) if piece.kind != "punctuation"]
    if len(found) != 1 or word.readings or word.texts is not None:
        return None
    piece = word.pieces[found[0]]
    return found[0] if piece.kind == "text" and piece.text.isalpha() else None


def _core(word: PendingWord) -> str:
    place = _lone(word)
    return "" if place is None else word.pieces[place].text


def _head(word: PendingWord) -> str:
    place = _lone(word)
    return "" if place is None else "".join(piece.text for piece in word.pieces[:place])


def _tail(word: PendingWord) -> str:
    place = _lone(word)
    pieces = word.pieces if place is None else word.pieces[place + 1 :]
    return "".join(piece.text for piece in pieces if piece.kind == "punctuation")


def _are_many(kinds: int, places: int, words: int) -> bool:
    return kinds >= FEWEST and places >= LEAST_SHARE * words


def _join(words: Sequence[PendingWord]) -> None:
    whole = "".join(piece.text for word in words for piece in word.pieces)
    _give(words[0], tokens.cut(whole), "merge")
    for word in words[1:]:
        _give(word, (), "merge")


def _give(word: PendingWord, pieces: tuple[Piece, ...], kind: Kind) -> None:
    word.heard = ()  # another reading of "củaxã" is none of its parts
    word.cut_anew(pieces, kind)
