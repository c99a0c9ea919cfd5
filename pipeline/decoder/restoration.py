"""Restore the text of a document: candidates for every word, the most probable reading of every paragraph.

The trouble: a word is right, has a small slip, has lost its marks, or is garbled, and only its neighbours tell.
Evidence, in order of trust: what was read, through the channel of the reader that read it; the language model over
the whole paragraph, across line breaks; texts the user trusts.

What never happens: a line or word is dropped or moved, a digit changes, a locked token is touched. Every change is
an edit with the raw reading beside it, and every word has the probability that it is right.
"""
from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from pipeline.decoder import channel, router, tokens
from pipeline.decoder.candidates import HOPELESS, Candidates, Finder, is_damage, mixed
from pipeline.decoder.language import BOUNDARY, NUMBER, UNKNOWN, Floats, LanguageModel, Vocabulary, model_of
from pipeline.decoder.lattice import Arcs, best_path, posteriors
from pipeline.decoder.settling import settle
from pipeline.document import Alternative, Block, Document, Edit, Line, Page, Reading, Word
from pipeline.errors import MissingPart
from pipeline.knowledge import vietnamese
from pipeline.knowledge.lexicon import load_table

Preset = Literal["strict", "balanced", "full"]
Kind = Literal["kept", "mark", "letter", "split", "merge", "reading", "locked"]

MODEL = Path(__file__).resolve().parent.parent / "data" / "restore.npz"
CHUNK = 500  # pieces decoded together; memory and time stay linear in the text
LONGEST_WORD = 40  # letters; anything longer is no word
# Exponents of the language model against the readings: near 1, what theory says, less a little for evidence that is
# not independent. Only 0.9, 1.1 and 1.3 were compared for garbled text; the others are estimates.
LANGUAGE_WEIGHT = {"garbled": 0.9, "unmarked": 1.0, "slips": 0.8, "clean": 0.8}
SPLIT, MERGE = -6.0, -6.5  # log-probabilities, an estimate: one token in 400 and one in 650
POOR = -2.2  # nats a letter (reading and frequency) below which a token may be two, or half a one
MOST_HALVES = 6
LONGEST_JOINED = 9  # letters of two tokens read as one syllable
CACHE_SHARE = 0.5  # of the probability given to texts the user trusts: as much as to all other text; not tuned
# How sure a change must be. A word that cannot be Vietnamese as it stands is changed at any odds but in "strict".
CHANGE = {"strict": 0.99, "balanced": 0.5, "full": 0.0}
# Vietnamese as it stands: one right syllable harmed costs more than one wrong one left.
CHANGE_VIETNAMESE = {
    "slips": {"strict": 0.99, "balanced": 0.9, "full": 0.6},
    "clean": {"strict": 1.01, "balanced": 0.985, "full": 0.95},
}
# The same for a word that another look read at this place: nothing is invented, the better of two is chosen.
CHANGE_TO_READ = {"strict": 0.99, "balanced": 0.6, "full": 0.5}
CHANGE_RARE = 0.8  # the least for a possible syllable that no text has; it may be a name
SHORTEST_MISPRINT = 4  # letters
MENDED = frozenset({"garbled", "unmarked"})
MENDED_SYMBOL = 0.97  # of a code or label mended by the closed list; an estimate
READ_RIGHT = -0.7  # log-probability floor of a word standing as the Vietnamese model read it; an estimate
RARE = -5.0  # the same for a possible syllable that 88 million tokens of text do not have ("buỗi"); an estimate
# Log-probability floor of a syllable with other marks than those read: worn scans lose and blur marks far more often
# than the synthetic pages of the channel. One that differs in its tone only, in any marks.
NEAR_TONE, NEAR_BASE = -5.5, -6.5
NAME = -3.0  # less for a word with a capital: a rare surname (Vừ) is not a common one (Vũ) misread
DEBRIS = 0.5  # most that a token is believed which is no word and was left: 10 in 26 right on the dev samples
UNTOLD = 0.8  # confidence supposed of a reader that tells none
USUAL_CONFIDENCE = 0.93  # of Tesseract's vie model on a word it reads right; an estimate
_NUMERAL = re.compile(r"(?P<numeral>[IVXilvx]{2,5})(?P<sign>[.)-]{1,2})")
_NUMERAL_LETTERS = str.maketrans("ilvx", "IIVX")
_ROMAN = re.compile(r"X{0,3}(?:IX|IV|V?I{0,3})")
RULES = {
    "mark": "the letters were right, the marks were not",
    "letter": "letters were misread",
    "split": "two words had run together",
    "merge": "one word had come apart",
    "reading": "another look at the same place read this",
}


@dataclass(frozen=True, slots=True)
class RestoredWord:
    """One word of a restored text: where it stood (line and column from 0), what was read, what it is held for."""

    raw: str
    text: str
    confidence: float
    alternatives: tuple[Alternative, ...]
    kind: Kind
    line: int
    offset: int


@dataclass(frozen=True, slots=True)
class RestoredText:
    """A restored text: the same lines, its words, and the condition each line was found in."""

    text: str
    words: tuple[RestoredWord, ...]
    conditions: tuple[router.Condition, ...]

    @property
    def expected_errors(self) -> float:
        """How many words are expected to be wrong: the sum of the doubts."""
        return sum(1 - word.confidence for word in self.words if word.kind != "locked")


@dataclass(slots=True)
class _Word:
    """A word on its way through the decoder."""

    raw: str
    recognised: float | None = None
    readings: tuple[Reading, ...] = ()
    pieces: tuple[tokens.Piece, ...] = ()
    heard: tuple[tuple[str, float], ...] = ()  # what else was read for its only text piece, and how surely
    texts: list[str] | None = None
    confidence: float = 1.0
    alternatives: tuple[Alternative, ...] = ()
    kind: Kind = "kept"

    @property
    def text(self) -> str:
        return self.raw if self.texts is None else "".join(self.texts)


@dataclass(frozen=True, slots=True)
class _Slot:
    """A piece to decode: its word, its place in the word, and how its line is set."""

    word: _Word
    place: int
    setting: str
    line: int


class Restorer:
    """The decoder with its model loaded. Decoding does not change it; `adapt` returns nothing and stays."""

    def __init__(self, arrays: Any) -> None:
        self.vocabulary = Vocabulary(tuple(arrays["words"].tobytes().decode().split("\n")))
        self.model = LanguageModel.from_arrays(arrays)
        self.finder = Finder(self.vocabulary, self.model, _abbreviations())
        self.latin = channel.from_arrays("latin", self.finder.syllables, arrays)
        self.vie = channel.from_arrays("vie", self.finder.syllables, arrays)
        self.trusted: LanguageModel | None = None
        self._pairs: tuple[list[int], NDArray[np.uint8]] | None = None

    @classmethod
    def load(cls, model: Path | None = None) -> Restorer:
        """The decoder with the shipped model, or another. Loaded once per path.

        Raises:
            MissingPart: there is no model at this path.
        """
        return _load(model or MODEL)

    def adapt(self, texts: Iterable[str]) -> None:
        """Let clean texts of the same kind, a paragraph a line, speak in the language model from now on."""
        self.trusted = model_of(texts, self.vocabulary)

    def restore_text(
        self, text: str, preset: Preset = "balanced", references: Sequence[str] = ()
    ) -> RestoredText:
        """Restore a text, line by line the same lines; `references` are verified texts of the same kind."""
        lines = text.split("\n")
        spans = [[(match.start(), match[0]) for match in re.finditer(r"\S+", line)] for line in lines]
        words = [[_Word(raw) for _, raw in row] for row in spans]
        blanks = [not row for row in words]
        conditions = self.decode(words, blanks, preset, references)
        out: list[RestoredWord] = []
        made: list[str] = []
        for number, (line, row, places) in enumerate(zip(lines, words, spans, strict=True)):
            parts, end = [], 0
            for word, (start, raw) in zip(row, places, strict=True):
                gap = line[end:start]
                parts.append(gap if word.text else gap[:-1] if end else gap)
                parts.append(word.text)
                end = start + len(raw)
                out.append(RestoredWord(
                    raw, word.text, word.confidence, word.alternatives, word.kind, number, start
                ))
            parts.append(line[end:])
            made.append("".join(parts))
        return RestoredText("\n".join(made), tuple(out), tuple(conditions))

    # --- paragraphs ---

    def decode(
        self, lines: list[list[_Word]], breaks: Sequence[bool], preset: Preset, references: Sequence[str] = (),
        scanned: bool = False,
    ) -> list[router.Condition]:
        """Decode lines of words in place. `breaks` marks lines after which a new paragraph begins for certain."""
        extra = model_of(references, self.vocabulary) if references else None
        models = [model for model in (extra, self.trusted) if model]
        for row in lines:
            for number, word in enumerate(row):
                if len(word.raw) <= LONGEST_WORD:
                    word.pieces = tokens.cut(vietnamese.compose(word.raw), number == 0)
                else:
                    word.pieces = (tokens.Piece(word.raw, "other"),)
                if word.readings:
                    _hear(word, number == 0)
        paragraphs = list(_paragraphs(lines, breaks))
        own = [router.signs(_texts(lines[a:b])) for a, b in paragraphs]
        around = router.Signs()
        for found in own:
            around = around.plus(found)
        conditions: list[router.Condition] = ["clean"] * len(lines)
        waiting: dict[str, list[tuple[int, int]]] = {}
        for (a, b), found in zip(paragraphs, own, strict=True):
            condition = router.judge(found, around)
            if scanned and condition == "clean":
                condition = "slips"  # a recogniser's word has a confidence that may speak against it
            conditions[a:b] = [condition] * (b - a)
            waiting.setdefault(condition, []).append((a, b))
        for kind, spans in waiting.items():
            if kind in ("garbled", "unmarked", "slips", "clean"):
                self._decode_spans(lines, spans, kind, preset, models)
        _mend_labels([row for row, condition in zip(lines, conditions, strict=True) if condition in MENDED])
        for row, condition in zip(lines, conditions, strict=True):
            if condition in MENDED or condition == "slips":
                _mend_numeral(row)
        for row in lines:
            for word in row:
                if word.texts is None and all(piece.kind != "text" for piece in word.pieces):
                    word.kind = "locked"
        return conditions

    def _decode_spans(
        self, lines: list[list[_Word]], spans: list[tuple[int, int]], condition: str, preset: Preset,
        models: list[LanguageModel],
    ) -> None:
        slots: list[_Slot | None] = []  # None: a paragraph begins
        for a, b in spans:
            slots.append(None)
            for number in range(a, b):
                capitals = _is_capitals(lines[number])
                for word in lines[number]:
                    for place in range(len(word.pieces)):
                        slots.append(_Slot(word, place, "capitals" if capitals else "plain", number))
            if len(slots) >= CHUNK:
                self._decode_slots(slots, condition, preset, models)
                slots = []
        for start in range(0, len(slots), CHUNK):
            self._decode_slots(slots[start : start + CHUNK], condition, preset, models)

    def _decode_slots(
        self, slots: list[_Slot | None], condition: str, preset: Preset, models: list[LanguageModel]
    ) -> None:
        if len(slots) > 2 * CHUNK:
            for start in range(0, len(slots), CHUNK):
                self._decode_slots(slots[start : start + CHUNK], condition, preset, models)
            return
        if condition != "unmarked":
            reader = self.latin if condition == "garbled" else self.vie
            readings = []
            for slot in slots:
                if slot:
                    piece = slot.word.pieces[slot.place]
                    if piece.kind == "text":
                        readings.append(piece.text)
                        readings.extend(text for text, _ in slot.word.heard)
                        if piece.with_tail:
                            readings.append(piece.with_tail)
            reader.prepare(readings)
        builder = _Builder(self, condition)
        for slot in slots:
            builder.add(slot)
        builder.solve(preset, models)

    def pairs_with(self, models: list[LanguageModel]) -> NDArray[np.uint8]:
        """The table of pairs for these trusted models; that of the last ones is kept."""
        if self._pairs is None or self._pairs[0] != [id(model) for model in models]:
            share = CACHE_SHARE / max(len(models), 1)
            self._pairs = ([id(model) for model in models], self.model.pairs_with(models, share))
        return self._pairs[1]

    def score_with(self, models: list[LanguageModel]) -> Any:
        """The language model's score, mixed with the models of trusted texts."""
        if not models:
            return self.model.score
        share = CACHE_SHARE / len(models)

        def score(contexts: NDArray[np.int64], words: NDArray[np.int64]) -> Floats:
            total = np.exp(self.model.score(contexts, words)) * (1 - CACHE_SHARE)
            for model in models:
                total += np.exp(model.score(contexts, words)) * share
            return np.log(np.maximum(total, 1e-12)).astype(np.float32)

        return score


@lru_cache(maxsize=2)
def _load(path: Path) -> Restorer:
    if not path.is_file():
        raise MissingPart(path.name, "the restoration model is missing", cure="Install the package again.")
    with np.load(path, allow_pickle=False) as arrays:
        return Restorer({name: arrays[name] for name in arrays.files})


def _abbreviations() -> list[str]:
    """Short forms of the closed lists."""
    names = ("abbreviations", "body_codes", "document_types")
    found = {row[0] for name in names for row in load_table(name) if row[0] and " " not in row[0]}
    # The lists also hold what is often misprinted (HDND): no goal of a repair. HD and DA are codes of their own.
    marked = {vietnamese.strip_marks(name) for name in found if not name.isascii()}
    return sorted(name for name in found if name not in marked or len(name) < SHORTEST_MISPRINT)


def _mend_labels(lines: Sequence[Sequence[_Word]]) -> None:
    """A second "d)" in a row is "đ)": Vietnamese lists run a b c d đ e, and English models have no đ."""
    before = ""
    for row in lines:
        if not row or not row[0].pieces or row[0].pieces[0].kind != "label":
            continue
        label = row[0].text
        if label == "d)" and before == "d)":
            row[0].texts, row[0].kind, row[0].confidence = ["đ)"], "mark", MENDED_SYMBOL
        if len(label) == 2 and label[1] == ")" and label[0].isalpha():
            before = row[0].text


def _mend_numeral(row: Sequence[_Word]) -> None:
    """"Ill." that opens a line is the Roman numeral III: no word of any kind stands there. Letters only."""
    found = _NUMERAL.fullmatch(row[0].raw) if row else None
    if not found:
        return
    read = found["numeral"]
    made = read.translate(_NUMERAL_LETTERS)
    if made != read and read != read.lower() and _ROMAN.fullmatch(made):
        row[0].texts, row[0].kind, row[0].confidence = [made + found["sign"]], "letter", MENDED_SYMBOL
        row[0].alternatives = ()


def _hear(word: _Word, first: bool) -> None:
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


def _texts(lines: Sequence[Sequence[_Word]]) -> list[str]:
    return [piece.text for row in lines for word in row for piece in word.pieces if piece.kind == "text"]


def _is_capitals(row: Sequence[_Word]) -> bool:
    letters = [letter for word in row for letter in word.raw if letter.isalpha()]
    return len(letters) >= 4 and sum(letter.isupper() for letter in letters) >= 0.6 * len(letters)


def _paragraphs(lines: Sequence[Sequence[_Word]], breaks: Sequence[bool]) -> Iterable[tuple[int, int]]:
    """Spans of lines read as one paragraph: up to a blank line, a label, a change to or from capitals."""
    start = 0
    widths = sorted(sum(len(word.raw) + 1 for word in row) for row in lines if row)
    full = widths[int(len(widths) * 0.8)] if widths else 0
    for number in range(len(lines)):
        row = lines[number]
        if number > start:
            before = lines[number - 1]
            short = sum(len(word.raw) + 1 for word in before) < 0.75 * full
            opens = bool(row) and bool(row[0].pieces) and row[0].pieces[0].kind == "label"
            upper = bool(row) and row[0].raw[:1].isupper()
            if breaks[number - 1] or not row or opens or (short and upper) or _is_capitals(before) != _is_capitals(row):
                yield start, number
                start = number
    if start < len(lines):
        yield start, len(lines)


@dataclass(frozen=True, slots=True)
class _Group:
    """Arcs of one origin: the slots they cover, the printed form of each, and how they came about."""

    slots: tuple[int, ...]
    texts: tuple[str, ...]
    origin: Literal["whole", "left", "right", "merge", "fixed"]
    tails: NDArray[np.bool_] | None = None


@dataclass(frozen=True, slots=True)
class _Outcome:
    """One arc that came through: its group, its printed form, its probability."""

    group: _Group
    text: str
    chance: float
    tail: bool


class _Builder:
    """Builds the lattice of a chunk and writes the outcome back into its words."""

    def __init__(self, restorer: Restorer, condition: str) -> None:
        self.restorer = restorer
        self.finder = restorer.finder
        self.condition = condition
        self.node = 0
        self.spans: list[tuple[int, int, int]] = []  # start, end, number of arcs
        self.words: list[NDArray[np.int64]] = []
        self.emissions: list[NDArray[np.float64]] = []
        self.groups: list[_Group] = []
        self.slots: list[_Slot] = []
        self.begins: list[int] = []  # node where each slot begins
        self.values: list[float] = []  # of the best candidate of each slot, a letter: reading and frequency
        self.fresh = True
        self.bounded = True  # the arc just before is a boundary
        self.last_text = -1  # slot of the text piece just before, when nothing stands between

    def _arcs(self, start: int, end: int, found: Candidates, shift: float, group: _Group) -> None:
        self.spans.append((start, end, len(found)))
        self.words.append(found.words)
        self.emissions.append(found.emissions + shift if shift else found.emissions)
        self.groups.append(group)

    def _pass(self, word: int) -> None:
        self.spans.append((self.node, self.node + 1, 1))
        self.words.append(np.array([word]))
        self.emissions.append(np.zeros(1))
        self.groups.append(_Group((), ("",), "fixed"))
        self.node += 1
        self.bounded = word == BOUNDARY

    def add(self, slot: _Slot | None) -> None:
        if slot is None:
            self._boundary()
            return
        piece = slot.word.pieces[slot.place]
        if piece.kind == "punctuation":
            doubtful = slot.place > 0 and slot.word.pieces[slot.place - 1].with_tail
            if tokens.ends_sentence(piece.text) and not (doubtful and piece.text == "?"):
                self._boundary()
            self.last_text = -1
        elif piece.kind == "text":
            self._text(slot, piece)
        else:
            if piece.kind == "symbol":
                self._symbol(slot, piece.text)
            for number in self.restorer.vocabulary.stream(piece.text)[1:]:
                if number == BOUNDARY:
                    continue
                self._pass(number)
            if piece.kind in ("number", "symbol") and not self.restorer.vocabulary.stream(piece.text)[1:-1]:
                self._pass(NUMBER)
            self.fresh = False
            if piece.kind == "label":
                self.fresh = True
                if piece.text.endswith("."):
                    self._boundary()
            self.last_text = -1

    def _symbol(self, slot: _Slot, symbol: str) -> None:
        """Inside a locked symbol only closed-list repair: QD -> QĐ. Never its digits."""
        mended = self.finder.mend_symbol(symbol)
        if mended != symbol:
            word = slot.word
            if word.texts is None:
                word.texts = [part.text for part in word.pieces]
            word.texts[slot.place] = mended
            word.kind = "mark"
            word.confidence = min(word.confidence, MENDED_SYMBOL)

    def _boundary(self) -> None:
        if not self.bounded:
            self._pass(BOUNDARY)
        self.fresh = True
        self.last_text = -1

    def _candidates(self, piece: tokens.Piece, setting: str, word: _Word) -> Candidates:
        if self.condition == "unmarked":
            return self.finder.without_marks(piece.text)
        found = self._read(piece, setting, word.recognised)
        own = UNTOLD if word.recognised is None else word.recognised
        for text, confidence in word.heard:
            other = self._read(tokens.Piece(text, "text"), setting, confidence)
            found = mixed(found, other, _share(confidence, own))
        return found

    def _read(self, piece: tokens.Piece, setting: str, recognised: float | None) -> Candidates:
        """Candidates of one reading of a piece, by the channel of its reader."""
        if self.condition == "garbled" and not _is_read_by_vietnamese(piece.text):
            return self.finder.read_by(self.restorer.latin, piece.text, setting, piece.with_tail)
        found = self.finder.read_by(self.restorer.vie, piece.text, setting, piece.with_tail)
        if self.condition == "slips":
            name = NAME if piece.text.istitle() and len(piece.text) > 1 else 0.0
            found = self.finder.with_near(found, piece.text, NEAR_TONE + name, NEAR_BASE + name)
        if is_damage(piece.text):  # "tñ" is a misread syllable, not the short form TN
            found = found.only(np.flatnonzero([
                text == piece.text or vietnamese.is_syllable(text) for text in found.texts
            ]))
        key = vietnamese.fold(piece.text)
        same = np.array([vietnamese.fold(text) == key for text in found.texts])
        # What was read stands as it was printed, whatever the case prior says.
        floor = found.emissions if is_damage(piece.text) else np.where(
            found.words == UNKNOWN, READ_RIGHT + (RARE if vietnamese.is_syllable(piece.text) else 0.0), READ_RIGHT
        )
        emissions = np.where(
            same, np.maximum(found.emissions, floor), found.emissions + _doubt_shift(recognised)
        )
        texts = tuple(piece.text if own else text for own, text in zip(same.tolist(), found.texts, strict=True))
        return Candidates(found.words, emissions, texts, found.tails)

    def _text(self, slot: _Slot, piece: tokens.Piece) -> None:
        setting = "start" if self.fresh and slot.setting == "plain" else slot.setting
        found = self._candidates(piece, setting, slot.word)
        number = len(self.slots)
        self.slots.append(slot)
        begin = self.node
        self.begins.append(begin)
        value = self._value(found, piece.text)
        self.values.append(value)
        poor = self.condition == "garbled" and value < POOR
        halves = self._halves(piece.text, setting) if poor and 4 <= len(piece.text) <= 14 else []
        end = begin + 1 + len(halves)
        self._arcs(begin, end, found, 0.0, _Group((number,), found.texts, "whole", found.tails))
        for place, (left, right) in enumerate(halves, 1):
            self._arcs(begin, begin + place, left, SPLIT, _Group((number,), left.texts, "left"))
            self._arcs(begin + place, end, right, 0.0, _Group((number,), right.texts, "right"))
        if self.condition == "garbled" and self.last_text >= 0 and slot.place == 0:
            before = self.slots[self.last_text]
            joined = before.word.pieces[before.place].text + piece.text
            near = before.line == slot.line and len(joined) <= LONGEST_JOINED and not joined.isupper()
            if near and min(value, self.values[self.last_text]) < POOR:
                self.restorer.latin.prepare((joined,))
                made = self.finder.read_by(self.restorer.latin, joined, before.setting)
                made = made.only(np.flatnonzero([text != joined for text in made.texts]))
                group = _Group((self.last_text, number), made.texts, "merge")
                self._arcs(self.begins[self.last_text], end, made, MERGE, group)
        self.node = end
        self.bounded = self.fresh = False
        self.last_text = number if slot.place == len(slot.word.pieces) - 1 else -1

    def _value(self, found: Candidates, text: str) -> float:
        if not len(found):
            return -50.0
        unigram = self.restorer.model.tables[0].logs
        return float((found.emissions + 0.5 * unigram[found.words]).max()) / len(text)

    def _halves(self, text: str, setting: str) -> list[tuple[Candidates, Candidates]]:
        """The two most likely ways to cut a token in two, each with the best readings of its halves."""
        made = []
        cuts = range(2, len(text) - 1)
        self.restorer.latin.prepare([part for cut in cuts for part in (text[:cut], text[cut:])])
        later = "capitals" if setting == "capitals" else "plain"
        for cut in cuts:
            left = self._best(text[:cut], setting)
            right = self._best(text[cut:], later)
            if len(left) and len(right):
                made.append((float(left.emissions.max() + right.emissions.max()), cut, left, right))
        made.sort(key=lambda item: -item[0])
        return [(left, right) for _, _, left, right in sorted(made[:2], key=lambda item: item[1])]

    def _best(self, text: str, setting: str) -> Candidates:
        found = self.finder.read_by(self.restorer.latin, text, setting)
        value = found.emissions + 0.6 * self.restorer.model.tables[0].logs[found.words]
        order = [place for place in np.argsort(-value)[: MOST_HALVES + 1] if found.texts[place] != text]
        return found.only(np.array(order[:MOST_HALVES], np.intp))

    # --- solving ---

    def solve(self, preset: Preset, models: list[LanguageModel]) -> None:
        if not self.slots:
            return
        self._pass(BOUNDARY)
        sizes = np.array([size for _, _, size in self.spans])
        start = np.repeat(np.array([begin for begin, _, _ in self.spans]), sizes)
        end = np.repeat(np.array([finish for _, finish, _ in self.spans]), sizes)
        group = np.repeat(np.arange(len(sizes)), sizes)
        member = np.arange(len(group)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        order = np.argsort(start, kind="stable")
        arcs = Arcs(
            start[order], end[order], np.concatenate(self.words)[order],
            np.maximum(np.concatenate(self.emissions)[order], HOPELESS),
        )
        group, member = group[order], member[order]
        nodes = self.node + 1
        weight = LANGUAGE_WEIGHT[self.condition]
        posterior = posteriors(arcs, nodes, self.restorer.pairs_with(models), self.restorer.score_with(models), weight)
        found: list[list[_Outcome]] = [[] for _ in self.slots]
        chosen: list[list[_Outcome]] = [[] for _ in self.slots]
        alive = np.flatnonzero(posterior > 1e-4)
        on_path = set(best_path(arcs, posterior, nodes).tolist())
        for arc in sorted({*alive.tolist(), *on_path}):
            own = self.groups[group[arc]]
            place = int(member[arc])
            tail = bool(own.tails is not None and own.tails[place])
            outcome = _Outcome(own, own.texts[place], float(posterior[arc]), tail)
            for slot in own.slots:
                found[slot].append(outcome)
                if arc in on_path:
                    chosen[slot].append(outcome)
        for number, slot in enumerate(self.slots):
            if chosen[number]:
                self._write(number, slot, chosen[number], found[number], preset)

    def _write(
        self, number: int, slot: _Slot, chosen: list[_Outcome], found: list[_Outcome], preset: Preset
    ) -> None:
        word = slot.word
        piece = word.pieces[slot.place]
        odds: dict[str, float] = {}
        for outcome in found:
            if outcome.group.origin in ("whole", "merge"):
                text = outcome.text if number == outcome.group.slots[0] else ""
                odds[text] = odds.get(text, 0.0) + outcome.chance
        first = chosen[0]
        kind: Kind
        if first.group.origin == "left":
            text = " ".join(outcome.text for outcome in chosen)
            odds[text] = min(outcome.chance for outcome in chosen)
            kind = "split"
        else:
            text = first.text if number == first.group.slots[0] else ""
            kind = "merge" if first.group.origin == "merge" else _kind(piece.text, text)
        sure = odds.get(text, 0.0)
        heard = text in dict(word.heard)
        if text != piece.text and not self._may_change(piece.text, sure, preset, heard):
            text, sure, kind = piece.text, odds.get(piece.text, 0.0), "kept"
        if word.texts is None:
            word.texts = [part.text for part in word.pieces]
        word.texts[slot.place] = text
        if self.condition == "garbled" and text == piece.text and _is_debris(text):
            sure = min(sure, DEBRIS)
        word.confidence = min(word.confidence, sure)
        if text != piece.text:
            word.kind = "reading" if kind in ("mark", "letter") and heard else kind
            if first.tail and slot.place + 1 < len(word.texts):
                word.texts[slot.place + 1] = word.texts[slot.place + 1][1:]
            if kind == "merge":
                self._move_punctuation(number, first.group)
        rest = sorted(((p, t) for t, p in odds.items() if t not in (text, "") and p > 0.005), reverse=True)[:4]
        if rest and sum(part.kind == "text" for part in word.pieces) == 1:
            around = [part.text for part in word.pieces]
            word.alternatives = tuple(
                Alternative("".join([*around[: slot.place], other, *around[slot.place + 1 :]]), round(chance, 4))
                for chance, other in rest
            )

    def _move_punctuation(self, number: int, group: _Group) -> None:
        """Behind a joined word, the punctuation of its second half stands with the first."""
        first, second = self.slots[group.slots[0]], self.slots[group.slots[1]]
        if number == group.slots[1] and first.word.texts is not None and second.word.texts is not None:
            first.word.texts.extend(second.word.texts[second.place + 1 :])
            for place in range(second.place + 1, len(second.word.texts)):
                second.word.texts[place] = ""

    def _may_change(self, read: str, sure: float, preset: Preset, heard: bool) -> bool:
        if self.condition in CHANGE_VIETNAMESE:
            if is_damage(read):
                return sure >= CHANGE[preset]
            if vietnamese.is_syllable(read) and self.restorer.vocabulary.number(read) == UNKNOWN:
                return sure >= max(CHANGE[preset], CHANGE_RARE)
            if heard:
                return sure >= CHANGE_TO_READ[preset]
            return sure >= CHANGE_VIETNAMESE[self.condition][preset]
        if self.condition == "unmarked":
            return sure >= (CHANGE["strict"] if preset == "strict" else 0.0)
        if _is_read_by_vietnamese(read):
            return sure >= CHANGE_VIETNAMESE["slips"][preset]
        return sure >= CHANGE[preset] if vietnamese.is_syllable(read) or preset == "strict" else True


def _is_read_by_vietnamese(text: str) -> bool:
    """Whether a syllable has a letter no English model prints: in a garbled paragraph, two readers were at work."""
    return bool(router.OWN_LETTERS.search(text)) and vietnamese.is_syllable(text)


def _is_debris(text: str) -> bool:
    """Whether a token of a garbled page, left as it was read, looks like what seals and rules leave behind."""
    if len(text) == 1:
        return text not in "Yy"
    return text[1:].islower() and not vietnamese.is_syllable(text)


def _doubt_shift(recognised: float | None) -> float:
    """How much the recogniser's own doubt speaks for another word, in nats."""
    if recognised is None:
        return -1.0
    doubt = min(max(1 - recognised, 0.01), 0.9)
    usual = 1 - USUAL_CONFIDENCE
    return float(np.clip(np.log(doubt / (1 - doubt)) - np.log(usual / (1 - usual)), -2.0, 3.0))


def _share(confidence: float, against: float) -> float:
    """What one of two readings counts for beside the other: by their odds of being right."""
    one, other = (float(np.clip(value, 0.02, 0.98)) for value in (confidence, against))
    return one * (1 - other) / (one * (1 - other) + other * (1 - one))


def _kind(read: str, text: str) -> Kind:
    if read == text:
        return "kept"
    return "mark" if vietnamese.strip_marks(read).lower() == vietnamese.strip_marks(text).lower() else "letter"


# --- the stage ------------------------------------------------------------------------------------------------------


def restore(document: Document, restorer: Restorer, preset: Preset) -> Document:
    """Fill text, confidence, alternatives and edits of every word of pages with status "ok"."""
    lines: list[list[_Word]] = []
    breaks: list[bool] = []
    for page in document.pages:
        for block in page.blocks:
            for line in block.lines:
                lines.append([
                    _Word(word.raw, word.recognised if page.origin == "ocr" else None, word.readings)
                    for word in line.words
                ])
                breaks.append(False)
            if breaks:
                breaks[-1] = True
    scanned = any(page.origin == "ocr" for page in document.pages)
    restorer.decode(lines, breaks, preset, scanned=scanned)
    done = iter(lines)
    changed: dict[Line, Line] = {}

    def line_of(line: Line) -> Line:
        row = next(done)
        words = tuple(_finished(word, own) for word, own in zip(line.words, row, strict=True))
        changed[line] = replace(line, words=words)
        return changed[line]

    def page_of(page: Page) -> Page:
        blocks: tuple[Block, ...] = tuple(
            replace(block, lines=tuple(line_of(line) for line in block.lines)) for block in page.blocks
        )
        found = tuple(
            replace(table, cells=tuple(
                replace(cell, lines=tuple(changed.get(line, line) for line in cell.lines)) for cell in table.cells
            ))
            for table in page.tables
        )
        return replace(page, blocks=blocks, tables=found)

    return replace(document, pages=tuple(page_of(page) for page in document.pages))


def _finished(word: Word, own: _Word) -> Word:
    text = own.text
    edits = word.edits
    if text != word.raw:
        edits = (*edits, Edit("second_reading" if own.kind == "reading" else f"restore_{own.kind}", word.raw, text))
    confidence = own.confidence if own.texts is not None else word.recognised
    return replace(word, text=text, confidence=round(confidence, 4), alternatives=own.alternatives, edits=edits)
