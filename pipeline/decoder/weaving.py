"""Weave the lattice of a stretch of text and solve it.

Every piece of text gets an arc for each candidate; a token that fits nothing may be two that ran together, two tokens
one that came apart; punctuation, numbers and labels pass through as what the language model knows of them.
"""
from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.decoder import neural, tokens, wordlike
from pipeline.decoder.candidates import HOPELESS, OTHER_NAME, Candidates, is_damage, mixed
from pipeline.decoder.capitals import CAPITALS, IN_SENTENCE
from pipeline.decoder.deciding import (
    STRANGE,
    doubt_shift,
    is_misprint,
    is_no_word,
    is_read_by_vietnamese,
    is_strange,
    share,
)
from pipeline.decoder.language import BOUNDARY, NUMBER, LanguageModel
from pipeline.decoder.lattice import Arcs, Speech, best_path, posteriors, weighed_anew
from pipeline.decoder.pending import MENDED_SYMBOL, UNTOLD, PendingWord, Preset, Slot, leave_unsure, put
from pipeline.decoder.references import Expected
from pipeline.decoder.shortforms import CODES
from pipeline.decoder.telling import Group, Outcome, Teller
from pipeline.decoder.trained import Trained
from pipeline.knowledge import vietnamese
from pipeline.knowledge.numerals import roman_value

# Exponents of the language model against the readings: 1, what theory says, less a little for evidence that is not
# independent. For garbled text 0.7, 0.8, 0.9 and 1.0 gave 500, 468, 451 and 439 wrong words in 26,900; the others are
# estimates.
LANGUAGE_WEIGHT = {"garbled": 1.0, "unmarked": 1.0, "slips": 0.8, "clean": 0.8}
SPLIT, MERGE = -6.0, -6.5  # log-probabilities, an estimate: one token in 400 and one in 650
POOR = -2.2  # nats a letter (reading and frequency) below which a token may be two, or half a one
MOST_HALVES = 6
LONGEST_OF_TWO = 14  # letters of a token that may be two syllables
LONGEST_JOINED = 9  # letters of two tokens read as one syllable
# Between letters it may be what is left of one ("nf,ng" for năng), and costs less than a blank; an estimate.
INNER_SIGN, MERGE_OVER_SIGN = ",", 2.0
# A word of a trusted text: the share of words around that must agree, the nats it gets, and how far below the best
# reading it may lie. On a garbled plan beside its kin, copied words lay up to 12 nats below; of the 10 words that the
# plan had changed ("xã" for "tỉnh", its own name) none was among the candidates at all. More nats (7 and 4) let slips
# of the kin win: 21 wrong words where these leave 18.
EXPECTED = ((0.9, 4.0, 13.0), (0.5, 2.5, 9.0))
READ_RIGHT = -0.7  # log-probability floor of a word standing as the Vietnamese model read it; an estimate
# The same for a possible syllable that 88 million tokens of text do not have ("buỗi") or have by slips only ("bỗ"); an
# estimate.
RARE = -5.0
# Log-probability floor of a syllable with other marks than those read: worn scans lose and blur marks far more often
# than the synthetic pages of the channel. One that differs in its tone only, in any marks.
NEAR_TONE, NEAR_BASE = -5.0, -6.0
NEAR_LETTER = -8.0  # the same for one that differs in a letter, where no text has what was read ("cuậc"); an estimate
# Nats for a word that opens tasks ("Củng cố") where a sentence or an item opens: other text opens its own otherwise
# ("Cũng có"). 285 wrong words on garbled plans and samples without, 281 with 1, 282 with 2.
OPENS_TASK = 1.0
NAME = -3.0  # less for a word with a capital: a rare surname (Vừ) is not a common one (Vũ) misread

_DIGITS = re.compile(r"\d")
MIXED_CODES = frozenset({"TTg", "CTr", "TTr", "QyĐ"})  # codes with a small letter


def _may_be_two(text: str) -> bool:
    return len(text) <= LONGEST_OF_TWO and len(_halving(text)) > 0


def _halving(text: str) -> list[int]:
    """Where a token may be cut in two: halves have two letters, but a last "Y" stands alone ("SOY té" for Sở Y tế), and
    none is of figures alone.

    >>> _halving("taccua"), _halving("SOY"), _halving("voi"), _halving("26Tha")
    ([2, 3, 4], [2], [], [3])
    """
    cuts = range(2, len(text) if text.endswith("Y") else len(text) - 1)
    return [cut for cut in cuts if not text[:cut].isdigit() and not text[cut:].isdigit()]


def is_of_code(word: PendingWord, piece: tokens.Piece) -> bool:
    """Whether a piece in capitals is one of several joined by strokes, as in "TĐTN-PT": a symbol without its number."""
    letters = [part.text for part in word.pieces if part.kind == "text"]
    return len(letters) > 1 and all(
        text in MIXED_CODES or (len(text) > 1 and text.isalpha() and text.isupper())
        for text in letters
    ) and piece.text in letters


def _favour(found: Candidates, expected: Expected) -> Candidates:
    """The candidates with more nats for the expected word, where it is one of them and not hopeless."""
    key = vietnamese.fold(expected.text)
    same = np.array([vietnamese.fold(text) == key for text in found.texts])
    bonus, widest = next(((b, w) for least, b, w in EXPECTED if expected.agreement >= least), (0.0, 0.0))
    if not bonus or not same.any() or found.emissions[same].max() < found.emissions.max() - widest:
        return found
    shift = bonus * expected.agreement
    return found.shifted(same, shift)


class Weaver:
    """Builds the lattice of a chunk and has the outcome written back into its words; `figures` tells whether lone ones
    may be words."""

    def __init__(self, trained: Trained, condition: str, figures: bool = False) -> None:
        self.trained = trained
        self.figures = figures
        self.finder = trained.finder
        self.condition = condition
        self.node = 0
        self.spans: list[tuple[int, int, int]] = []  # start, end, number of arcs
        self.words: list[NDArray[np.int64]] = []
        self.emissions: list[NDArray[np.float64]] = []
        self.groups: list[Group] = []
        self.slots: list[Slot] = []
        self.begins: list[int] = []  # node where each slot begins
        self.values: list[float] = []  # of the best candidate of each slot, a letter: reading and frequency
        self.fresh = True
        self.bounded = True  # the arc just before is a boundary
        self.last_text = -1  # slot of the text piece just before, when nothing stands between

    def _arcs(self, start: int, end: int, found: Candidates, shift: float, group: Group) -> None:
        self.spans.append((start, end, len(found)))
        self.words.append(found.words)
        self.emissions.append(found.emissions + shift if shift else found.emissions)
        self.groups.append(group)

    def _pass(self, word: int) -> None:
        self.spans.append((self.node, self.node + 1, 1))
        self.words.append(np.array([word]))
        self.emissions.append(np.zeros(1))
        self.groups.append(Group((), ("",), "fixed"))
        self.node += 1
        self.bounded = word == BOUNDARY

    def foresee(self, slots: Sequence[Slot | None]) -> None:
        """Make the channel's tables for tokens that may be two, or half a one, all at once; `add` finds them made."""
        wanted: list[str] = []
        before: tuple[Slot, str, bool] | None = None
        for slot in slots:
            piece = slot.word.pieces[slot.place] if slot else None
            if slot is None or piece is None or piece.kind != "text":
                before = None
                continue
            poor = self.finder.worth(self._candidates(piece, slot.setting, slot.word), piece.text) < POOR
            if poor and _may_be_two(piece.text):
                wanted += [part for cut in _halving(piece.text) for part in (piece.text[:cut], piece.text[cut:])]
            if before and (poor or before[2]) and slot.place == 0 and before[0].line == slot.line:
                wanted.append(before[1] + piece.text)
            before = slot, piece.text, poor
        self.trained.latin.prepare(wanted)

    def add(self, slot: Slot | None) -> None:
        if slot is None:
            self._boundary()
            return
        piece = slot.word.pieces[slot.place]
        if piece.kind == "punctuation":
            doubtful = slot.place > 0 and slot.word.pieces[slot.place - 1].with_tail
            if tokens.ends_sentence(piece.text) and not (doubtful and piece.text in ("?", "!")):
                self._boundary()
            if not (piece.text == INNER_SIGN and slot.place > 0):
                self.last_text = -1
        elif piece.kind == "text":
            self._text(slot, piece)
        elif self.figures and wordlike.is_wordlike(slot.word.pieces, slot.place):
            self._figure(slot, piece)
        else:
            if piece.kind == "symbol" and self.condition != "clean":  # there "QD" is what the author wrote
                self._symbol(slot, piece.text)
            for number in self.trained.vocabulary.stream(piece.text)[1:]:
                if number == BOUNDARY:
                    continue
                self._pass(number)
            if piece.kind in ("number", "symbol") and not self.trained.vocabulary.stream(piece.text)[1:-1]:
                self._pass(NUMBER)
            self.fresh = False
            if piece.kind == "label":
                self.fresh = True
                if piece.text.endswith("."):
                    self._boundary()
            self.last_text = -1

    def _symbol(self, slot: Slot, symbol: str) -> None:
        """Inside a locked symbol only closed-list repair: QD -> QĐ. Never its digits. Of unknown codes in garbled text
        one in four is misread, or has lost its stroke ("KH-CDTHCS")."""
        mended = self.finder.short.mend_symbol(symbol)
        if mended != symbol:
            put(slot.word, slot.place, mended, MENDED_SYMBOL)
            slot.word.kind = "mark"
        strange = (is_strange(code, self.trained.vocabulary) for code in CODES.findall(mended))
        if self.condition == "garbled" and any(strange):
            leave_unsure(slot.word, STRANGE)

    def _boundary(self) -> None:
        if not self.bounded:
            self._pass(BOUNDARY)
        self.fresh = True
        self.last_text = -1

    def _candidates(self, piece: tokens.Piece, setting: str, word: PendingWord) -> Candidates:
        if self.condition == "unmarked":
            return self.finder.without_marks(piece.text)
        code = setting not in (*CAPITALS, "run") and is_of_code(word, piece)
        found = self._read(piece, setting, word.recognised, code)
        own = UNTOLD if word.recognised is None else word.recognised
        for text, confidence in word.heard:
            if vietnamese.is_syllable(piece.text) and not text.isascii() and not vietnamese.is_syllable(text):
                continue  # "THùỳnh" says nothing against "Huỳnh", however sure its reader was
            other = self._read(tokens.Piece(text, "text"), setting, confidence)
            found = mixed(found, other, share(confidence, own))
        return found

    def _favoured(self, found: Candidates, slot: Slot) -> Candidates:
        """Let trusted texts speak for what they have at this place, where the reading allows such a word at all."""
        for place, expected in slot.word.expected:
            if place == slot.place:
                found = _favour(found, expected)
        return found

    def _read(
        self, piece: tokens.Piece, setting: str, recognised: float | None, code: bool = False
    ) -> Candidates:
        """Candidates of one reading of a piece, by the channel of its reader; `code`: a part of a symbol."""
        if self.condition == "garbled" and not is_read_by_vietnamese(piece.text):
            if code:
                return self.finder.as_code(piece.text)
            if setting in OTHER_NAME:
                return self.finder.spared(self.trained.latin, piece.text, setting, piece.with_tail)
            return self.finder.read_by(self.trained.latin, piece.text, setting, piece.with_tail)
        found = self.finder.read_by(self.trained.vie, piece.text, setting, piece.with_tail)
        rare = is_no_word(piece.text, self.trained.vocabulary)
        if self.condition in ("slips", "clean"):
            named = piece.text.istitle() and len(piece.text) > 1 and not is_misprint(piece.text)
            name = NAME if named else 0.0
            found = self.finder.with_near(found, piece.text, NEAR_TONE + name, NEAR_BASE + name)
            if rare:
                found = self.finder.with_alike(found, piece.text, NEAR_LETTER + name)
        if is_damage(piece.text):  # "tñ" is a misread syllable, not the short form TN
            found = found.only(np.flatnonzero([
                text == piece.text or vietnamese.is_syllable(text) for text in found.texts
            ]))
        key = vietnamese.fold(piece.text)
        same = np.array([vietnamese.fold(text) == key for text in found.texts])
        # What was read stands as it was printed, whatever the case prior says.
        if is_damage(piece.text):
            own = found.emissions
        elif rare:
            own = np.full(len(found), READ_RIGHT + RARE)
        else:
            own = np.maximum(found.emissions, READ_RIGHT)
        emissions = np.where(same, own, found.emissions + doubt_shift(recognised))
        texts = tuple(piece.text if kept else text for kept, text in zip(same.tolist(), found.texts, strict=True))
        return Candidates(found.words, emissions, texts, found.tails)

    def _text(self, slot: Slot, piece: tokens.Piece) -> None:
        setting = "start" if self.fresh and slot.setting in IN_SENTENCE else slot.setting
        found = self._candidates(piece, setting, slot.word)
        letters = _DIGITS.sub("", piece.text).lower()
        if len(letters) < len(piece.text):  # a figure is a letter or a figure, and not nothing: "A8" is not "A"
            found = found.only(np.flatnonzero([text.lower() != letters for text in found.texts]))
        if roman_value(piece.text):  # a numeral may be a word, and no other numeral: "VI" is not "I"
            found = found.only(np.flatnonzero([text == piece.text or not roman_value(text) for text in found.texts]))
        if setting == "start" and self.condition in neural.CONDITIONS:
            found = found.shifted(np.isin(found.words, self.trained.task_words), OPENS_TASK)
        found = self._favoured(found, slot)
        number = len(self.slots)
        self.slots.append(slot)
        begin = self.node
        self.begins.append(begin)
        value = self.finder.worth(found, piece.text)
        self.values.append(value)
        poor = self.condition == "garbled" and value < POOR
        halves = self._halves(piece.text, setting) if poor and _may_be_two(piece.text) else []
        end = begin + 1 + len(halves)
        self._arcs(begin, end, found, 0.0, Group((number,), found.texts, "whole", found.tails))
        for place, (left, right) in enumerate(halves, 1):
            self._arcs(begin, begin + place, left, SPLIT, Group((number,), left.texts, "left"))
            self._arcs(begin + place, end, right, 0.0, Group((number,), right.texts, "right"))
        if self.condition == "garbled" and self.last_text >= 0:
            before = self.slots[self.last_text]
            between = "" if slot.place == 0 else INNER_SIGN
            joined = before.word.pieces[before.place].text + between + piece.text
            near = before.line == slot.line and len(joined) <= LONGEST_JOINED and not joined.isupper()
            if near and min(value, self.values[self.last_text]) < POOR:
                made = self.finder.read_by(self.trained.latin, joined, before.setting)
                made = made.only(np.flatnonzero([text != joined for text in made.texts]))
                group = Group((self.last_text, number), made.texts, "merge")
                self._arcs(self.begins[self.last_text], end, made, MERGE_OVER_SIGN if between else MERGE, group)
        self.node = end
        self.bounded = self.fresh = False
        after = slot.word.pieces[slot.place + 1 :]
        inner = len(after) > 1 and after[0].text == INNER_SIGN and after[1].kind == "text"
        self.last_text = number if inner or not after else -1

    def _figure(self, slot: Slot, piece: tokens.Piece) -> None:
        """A lone figure that may be a word."""
        setting = "start" if self.fresh and slot.setting in IN_SENTENCE else slot.setting
        found = wordlike.candidates(self.finder, self.trained.latin, piece.text, setting)
        found = self._favoured(found, slot)
        group = Group((len(self.slots),), found.texts, "whole", found.tails)
        self.slots.append(slot)
        self.begins.append(self.node)
        self.values.append(0.0)  # neither a half of something nor two
        self._arcs(self.node, self.node + 1, found, 0.0, group)
        self.node += 1
        self.bounded = self.fresh = False
        self.last_text = -1

    def _halves(self, text: str, setting: str) -> list[tuple[Candidates, Candidates]]:
        """The two most likely ways to cut a token in two, each with the best readings of its halves."""
        made = []
        later = "plain" if setting == "start" else setting
        for cut in _halving(text):
            left = self._best(text[:cut], setting)
            right = self._best(text[cut:], later)
            if len(left) and len(right):
                made.append((float(left.emissions.max() + right.emissions.max()), cut, left, right))
        made.sort(key=lambda item: -item[0])
        return [(left, right) for _, _, left, right in sorted(made[:2], key=lambda item: item[1])]

    def _best(self, text: str, setting: str) -> Candidates:
        found = self.finder.read_by(self.trained.latin, text, setting)
        value = found.emissions + 0.6 * self.trained.model.tables[0].logs[found.words]
        order = [place for place in np.argsort(-value)[: MOST_HALVES + 1] if found.texts[place] != text or text == "Y"]
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
        speech = Speech(self.trained.pairs_with(models), self.trained.score_with(models), weight)
        first = posteriors(arcs, nodes, speech)
        posterior = first.posterior
        path = best_path(arcs, posterior, nodes)
        reader = self.trained.second_reader
        if reader and self.condition in neural.CONDITIONS:
            told = reader.told(arcs, posterior, path, nodes, self.condition)
            if told is not None:
                posterior = weighed_anew(arcs, first, told, nodes)
                path = best_path(arcs, posterior, nodes)
        found: list[list[Outcome]] = [[] for _ in self.slots]
        chosen: list[list[Outcome]] = [[] for _ in self.slots]
        alive = np.flatnonzero(posterior > 1e-4)
        on_path = set(path.tolist())
        for arc in sorted({*alive.tolist(), *on_path}):
            own = self.groups[group[arc]]
            place = int(member[arc])
            tail = bool(own.tails is not None and own.tails[place])
            outcome = Outcome(own, own.texts[place], float(posterior[arc]), tail)
            for slot in own.slots:
                found[slot].append(outcome)
                if arc in on_path:
                    chosen[slot].append(outcome)
        teller = Teller(self.trained, self.condition, preset, tuple(self.slots))
        for number in range(len(self.slots)):
            if chosen[number]:
                teller.tell(number, chosen[number], found[number])
