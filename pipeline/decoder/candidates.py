"""What a piece of text may stand for: every likely syllable, known abbreviation, and itself.

The right word must be among these, or nothing later can find it: the bottleneck of the whole method. So the list is
wide (60 words within 14 nats), no edit distance bars the way, and what was read is always one of the candidates,
at the price of being an unknown word.
"""
from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass, replace
from string import ascii_lowercase

import numpy as np
from numpy.typing import NDArray

from pipeline.decoder.capitals import CAPITALS, IN_SENTENCE, Shifts, prior
from pipeline.decoder.channel import CASES, LONGEST_READING, LOWER, TITLE, UPPER, Channel, cased
from pipeline.decoder.language import ABBREVIATION, UNKNOWN, LanguageModel, Vocabulary
from pipeline.decoder.shortforms import Row, ShortForms
from pipeline.knowledge import vietnamese

MOST = 60
# Nats below the best. Of 35,288 words of held-out pages that were chosen in the end none lay 12 below, 1 lay 11, 9 lay
# 10 below; 14 nats are a tenth more readings.
BEAM = 13.0
WITHIN = np.float32(np.exp(-BEAM))
HOPELESS = -60.0  # nats
NO_CHANCE = np.float32(np.exp(HOPELESS))
LEAST_CHANCE = np.float32(1e-30)  # with a word's frequency still a number of 32 bits
NO_WORTH = -50.0  # nats a letter, of what has no candidate
UNIGRAM_WEIGHT = 0.6  # of the word's own frequency, for choosing the list only
WORTH_WEIGHT = 0.5  # the same for telling whether a token fits anything
# Nats for other letters than those read in a name, where they can be a syllable: see `spared`. More where they are
# those of a surname and a name follows: "Vi Văn" is no "Vũ Văn".
OTHER_NAME = {**dict.fromkeys(IN_SENTENCE, -1.5), "surname": -3.0}
# Signs that English models print for a capital letter: "§6", "$6" for Số.
LIKE_LETTER = str.maketrans("§$", "SS")
AS_LETTER = 0.05  # share of their letter's readings that they are, an estimate
SAME_BASE = -0.7  # a known word that differs in marks only: QD for QĐ
GARBLING = "latin"  # the channel that misreads letters; a Vietnamese model reads capitals right
COMPOSED = -4.0  # an abbreviation put together from two known ones
# An unknown word is spelled out letter by letter; signs and digits inside a word are rare.
UNKNOWN_START, UNKNOWN_LETTER, UNKNOWN_SIGN = -6.0, -2.0, -7.0
UNKNOWN_CODE = -4.5  # the same start for letters in capitals: the language model knows where such stand
NO_VOWEL = -6.0
PLAIN_KNOWN = -0.3
TAIL_IS_LETTER = 0.3  # a sign such as "?" behind a word is a misread vowel rather less often than a sign

_N_IN_STROKES = re.compile(r"[Iil|]+\\[Iil|J/]?")  # "UBI\JD" is UBND
_LATIN = frozenset("abcdefghijklmnopqrstuvwxyz")
_HALF_A_HORN = re.compile("[ưừứửữự][oòóỏõọ]|(?<!q)[uùúủũụ][ơờớởỡợ](?=[a-z])")  # of ươ; Quới is a name
_VOWEL = re.compile("[aeiouyAEIOUY]")
# Onset, vowels, coda, once or more, without their marks: "dak", "krong", "oto".
_SPELLED = re.compile("(?:(?:[bcdghklmnpqrstvx]|[cgknpt]h|[bcgkp][lr]|ng|tr)?[aeiouy]{1,2}(?:[bcgkmnpt]|ng)?)+")


@dataclass(frozen=True, slots=True)
class Candidates:
    """Words a piece may stand for, in parallel columns: numbers, log-probabilities of the reading, printed forms.

    `tails` tells where the sign behind the piece was read as part of it.
    """

    words: NDArray[np.int64]
    emissions: NDArray[np.float64]
    texts: tuple[str, ...]
    tails: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.texts)

    def only(self, wanted: NDArray[np.intp]) -> Candidates:
        return Candidates(
            self.words[wanted], self.emissions[wanted], tuple(self.texts[i] for i in wanted), self.tails[wanted]
        )

    def shifted(self, which: NDArray[np.bool_], nats: float) -> Candidates:
        """The same with so many nats more for some of them."""
        return replace(self, emissions=self.emissions + np.where(which, nats, 0.0))

    def plus(self, other: Candidates) -> Candidates:
        """Both lists, one behind the other."""
        return Candidates(
            np.concatenate([self.words, other.words]), np.concatenate([self.emissions, other.emissions]),
            self.texts + other.texts, np.concatenate([self.tails, other.tails]),
        )


def _columns(rows: Sequence[Row]) -> Candidates:
    return Candidates(
        np.array([row[0] for row in rows], np.int64), np.array([row[1] for row in rows], np.float64),
        tuple(row[2] for row in rows), np.zeros(len(rows), bool),
    )


def mixed(first: Candidates, second: Candidates, share: float) -> Candidates:
    """Two readings of one place as one list: each word's probability is the mean of both, `share` that of the second.

    A mean, not a product: two looks of one engine err together, and a word one of them rules out may be right.
    """
    chances: dict[str, float] = {}
    words: dict[str, int] = {}
    for found, part in ((first, 1 - share), (second, share)):
        for word, emission, text in zip(found.words.tolist(), found.emissions.tolist(), found.texts, strict=True):
            chances[text] = chances.get(text, 0.0) + part * float(np.exp(emission))
            words.setdefault(text, word)
    tails = dict(zip(first.texts, first.tails.tolist(), strict=True))
    return Candidates(
        np.array(list(words.values()), np.int64),
        np.log(np.maximum(np.array([chances[text] for text in words]), np.exp(HOPELESS))),
        tuple(words), np.array([tails.get(text, False) for text in words], bool),
    )


def is_damage(piece: str) -> bool:
    """Whether it has a marked Latin letter that Vietnamese has not, or one horn of ươ: "Hoäng", "Chưong" and "Nguời"
    are no words, nor names. Other scripts are no damage.

    >>> [is_damage(word) for word in ("Hoäng", "Chưong", "Nguời", "Quới", "ổn", "San", "湖")]
    [True, True, True, False, False, False, False]
    """
    return _HALF_A_HORN.search(piece.lower()) is not None or any(
        not letter.isascii() and letter not in vietnamese.LETTERS and vietnamese.strip_marks(letter) in _LATIN
        for letter in piece.lower()
    )


def identity_cost(piece: str) -> float:
    """Log-probability of spelling out exactly this unknown word."""
    cost = UNKNOWN_CODE if len(piece) > 1 and piece.isupper() else UNKNOWN_START
    for letter in piece:
        plain = letter.isascii() and letter.isalpha()
        cost += UNKNOWN_LETTER if plain else UNKNOWN_SIGN
    # "sb" in lower case is no word of any language, but a misread one.
    return cost if piece.isupper() or _VOWEL.search(piece) else cost + NO_VOWEL


def is_spelled(word: str) -> bool:
    """Whether a known word in lower case that is no Vietnamese syllable is written with its marks all the same: names
    ("đắk", "krông", "kạn") and loans ("ôtô", "văcxin"). What it may be read as is told by its letters.

    >>> is_spelled("đắk"), is_spelled("krông"), is_spelled("ôtô"), is_spelled("madrid"), is_spelled("nsưt")
    (True, True, True, False, False)
    """
    return not word.isascii() and _SPELLED.fullmatch(vietnamese.strip_marks(word)) is not None and not (
        word.replace("đ", "d").isascii()
    )


class Finder:
    """Finds candidates; keeps the lists it made."""

    def __init__(
        self, vocabulary: Vocabulary, model: LanguageModel, abbreviations: Iterable[str], shifts: Shifts | None = None
    ) -> None:
        self.vocabulary = vocabulary
        self.shifts = shifts  # of capitals inside a sentence, by word of the vocabulary
        self.short = ShortForms(vocabulary, abbreviations)
        self.syllables = tuple(
            word for word in vocabulary.words[4:] if vietnamese.is_syllable(word) or is_spelled(word)
        )
        self.numbers = np.array([vocabulary.index[word] for word in self.syllables])
        self.frequency = model.tables[0].logs[:]
        self.often: NDArray[np.float32] = np.exp(UNIGRAM_WEIGHT * self.frequency[self.numbers])
        self.place = {word: number for number, word in enumerate(self.syllables)}
        self.others: dict[str, list[int]] = {}
        syllables = set(self.syllables)
        for number, word in enumerate(vocabulary.words[4:], 4):
            if word not in syllables:
                self.others.setdefault(vietnamese.search_key(word), []).append(number)
        self.by_base: dict[str, list[int]] = {}
        for place, word in enumerate(self.syllables):
            self.by_base.setdefault(vietnamese.strip_marks(word), []).append(place)
        self._printed = {LOWER: self.syllables}
        self._priors: dict[tuple[str, tuple[int, ...]], NDArray[np.float32]] = {}
        self._lists: dict[tuple[str, str, str, str], Candidates] = {}
        self._spared: dict[tuple[str, str, str, str], Candidates] = {}
        self._worth: dict[str, tuple[Candidates, float]] = {}  # by text: the list it was told of last

    def printed(self, case: int) -> tuple[str, ...]:
        """Every syllable in this case pattern."""
        if case not in self._printed:
            self._printed[case] = tuple(cased(word, case) for word in self.syllables)
        return self._printed[case]

    def afresh(self) -> Finder:
        """The same knowledge with no list made yet, for a channel that is another under the same name."""
        made = copy(self)
        made._lists, made._spared, made._worth = {}, {}, {}
        made.short = self.short.afresh()
        return made

    def forget(self) -> None:
        """Drop the lists made so far."""
        self._lists.clear()
        self._spared.clear()
        self._worth.clear()

    def worth(self, found: Candidates, text: str) -> float:
        """What the best of a text's candidates is worth (reading and frequency), in nats a letter of the text."""
        if not len(found):
            return NO_WORTH
        known, value = self._worth.get(text, (None, 0.0))
        if known is not found:
            value = float((found.emissions + WORTH_WEIGHT * self.frequency[found.words]).max()) / len(text)
            self._worth[text] = found, value
        return value

    def spared(self, channel: Channel, piece: str, setting: str, with_tail: str = "") -> Candidates:
        """The same as `read_by`, but in a name the letters that were read are worth more than what is frequent: "Ma
        Văn" is no "Mai Văn". `setting` is one of OTHER_NAME."""
        key = (channel.name, piece, setting, with_tail)
        known = self._spared.get(key)
        if known is None:
            found = self.read_by(channel, piece, setting, with_tail)
            known = self._spared[key] = self._spare(found, piece, OTHER_NAME[setting])
        return known

    def _spare(self, found: Candidates, text: str, shift: float) -> Candidates:
        key = vietnamese.search_key(text)
        if len(text) < 2 or not text.istitle() or key not in self.by_base:
            return found
        other = np.array([vietnamese.search_key(one) != key for one in found.texts])
        return found.shifted(other, shift)

    def read_by(self, channel: Channel, piece: str, setting: str, with_tail: str = "") -> Candidates:
        """Candidates of a piece read through this channel. `setting` is one of `capitals.CASE_PRIOR`."""
        key = (channel.name, piece, setting, with_tail)
        known = self._lists.get(key)
        if known is None:
            known = self._read_by(channel, piece, setting, with_tail)
            if len(self._lists) > 60_000:
                self.forget()
            self._lists[key] = known
        return known

    def _read_by(self, channel: Channel, piece: str, setting: str, with_tail: str) -> Candidates:
        if len(piece) > LONGEST_READING:
            return _columns(self.itself(piece, set()))
        lower_only = piece.islower() and setting not in CAPITALS and piece.isalpha()
        cases: Sequence[int] = (LOWER, TITLE) if lower_only else CASES
        scores = channel.score(piece, cases)
        spelled = _N_IN_STROKES.sub("N", piece.translate(LIKE_LETTER))
        if spelled != piece:
            scores = np.maximum(scores, channel.score(spelled, cases) * np.float32(AS_LETTER))
        plain = scores
        if with_tail:
            scores = np.maximum(scores, channel.score(with_tail, cases) * np.float32(TAIL_IS_LETTER))
        cased_scores = scores * self._case_prior(setting, cases)
        chances = np.maximum(cased_scores.max(axis=0), LEAST_CHANCE)
        value = chances * self.often
        chosen = np.flatnonzero((value >= value.max() * WITHIN) & (chances > NO_CHANCE))
        if len(chosen) > MOST:
            chosen = chosen[np.argpartition(-value[chosen], MOST)[:MOST]]
        rows = cased_scores[:, chosen].argmax(axis=0)
        printed = [self.printed(case) for case in cases]
        texts = tuple(printed[row][place] for place, row in zip(chosen.tolist(), rows.tolist(), strict=True))
        rows_of_others = self.itself(piece, set(texts))
        capitals = sum(letter.isupper() for letter in piece)
        listed = piece in self.short.by_key.get(vietnamese.search_key(piece), ())  # "CTr" is what it says
        if listed and piece in texts and len(piece) > 1 and setting not in (*CAPITALS, "run"):
            rows_of_others.append((ABBREVIATION, PLAIN_KNOWN, piece))  # HU is Huyện ủy, whatever "hu" may be
        if channel.name == GARBLING and 2 * capitals > len(piece) and not listed:
            rows_of_others += self.short.misread(channel, spelled, {row[2] for row in rows_of_others})
        return Candidates(
            self.numbers[chosen], np.log(chances[chosen].astype(np.float64)), texts,
            scores[rows, chosen] > plain[rows, chosen],
        ).plus(_columns(rows_of_others))

    def _case_prior(self, setting: str, cases: Sequence[int]) -> NDArray[np.float32]:
        key = setting, tuple(cases)
        if key not in self._priors:
            self._priors[key] = prior(setting, cases, self.shifts, self.numbers)
        return self._priors[key]

    def as_code(self, piece: str) -> Candidates:
        """Candidates of a part of a symbol: what was read, and codes of the closed lists with the same letters."""
        return _columns(self.itself(piece, set()))

    def with_near(self, found: Candidates, piece: str, tone: float, base: float) -> Candidates:
        """The list with every syllable of the same bare letters, at no less than these log-probabilities.

        `tone` is for those that differ from the piece in the tone mark only, `base` for other marks.
        """
        places = self.by_base.get(vietnamese.search_key(piece), ())
        if not places or (len(piece) > 1 and piece.isupper() and piece in self.short.by_key):
            return found
        return self._with(found, piece, places, tone, base)

    def with_alike(self, found: Candidates, piece: str, floor: float) -> Candidates:
        """The list with every syllable that differs in one bare letter, at no less than this log-probability."""
        key = vietnamese.search_key(piece)
        alike = (key[:at] + letter + key[at + 1 :] for at in range(len(key)) for letter in ascii_lowercase)
        places = [place for other in alike if other != key for place in self.by_base.get(other, ())]
        return self._with(found, piece, places, floor, floor)

    def _with(
        self, found: Candidates, piece: str, places: Sequence[int], tone: float, base: float
    ) -> Candidates:
        """The list with the syllables of these places, at no less than `tone` where they differ from the piece in the
        tone mark only, else at no less than `base`."""
        row = {text: number for number, text in enumerate(found.texts)}
        emissions = found.emissions.copy()
        toneless = vietnamese.strip_tone(vietnamese.compose(piece).lower())
        extra: list[Row] = []
        for place in places:
            text = like(self.syllables[place], piece)
            floor = tone if vietnamese.strip_tone(text.lower()) == toneless else base
            if text in row:
                emissions[row[text]] = max(emissions[row[text]], floor)
            else:
                extra.append((int(self.numbers[place]), floor, text))
        return Candidates(found.words, emissions, found.texts, found.tails).plus(_columns(extra))

    def without_marks(self, piece: str) -> Candidates:
        """Candidates of a piece whose letters are right and whose marks are all gone."""
        rows = [
            (int(self.numbers[place]), 0.0, like(self.syllables[place], piece))
            for place in self.by_base.get(vietnamese.search_key(piece), ())
        ]
        if not rows or (len(piece) > 1 and piece.isupper()):
            rows.extend(self.itself(piece, {text for _, _, text in rows}))
        return _columns(rows)

    def itself(self, piece: str, known: set[str]) -> list[Row]:
        """The piece as it stands, and known words and abbreviations of the same letters."""
        rows: list[Row] = []
        key = vietnamese.search_key(piece)
        short = len(piece) > 1 and piece.isupper()
        own = self.vocabulary.number(piece)
        if piece not in known:
            # A syllable in odd capitals ("bUA") is no known word: the channel has told what speaks for it.
            names = self.short.by_key.get(key, ())
            names = names if short or piece in names else ()
            listed = piece in names or (not names and own > UNKNOWN and self.vocabulary.words[own] not in self.place)
            cost = PLAIN_KNOWN if listed else identity_cost(piece)
            rows.append((own if listed and own > UNKNOWN else ABBREVIATION if short else UNKNOWN, cost, piece))
        texts = known | {piece}
        for number in self.others.get(key, ()):
            text = like(self.vocabulary.words[number], piece)
            if text not in texts:
                rows.append((number, SAME_BASE, text))
                texts.add(text)
        if short:
            for name in self.short.by_key.get(key, ()):
                if name not in texts:
                    rows.append((self.vocabulary.number(name), SAME_BASE, name))
                    texts.add(name)
            if key not in self.short.by_key:
                for name in self.short.composed(key):
                    if name not in texts:
                        rows.append((ABBREVIATION, COMPOSED, name))
                        texts.add(name)
        return rows

def like(word: str, piece: str) -> str:
    """The lower-case word in the case pattern of the piece.

    >>> like("đảng", "Dang"), like("ủy", "UY"), like("ở", "O"), like("y", "Y")
    ('Đảng', 'ỦY', 'Ở', 'Y')
    """
    if piece.isupper() and (len(piece) > 1 or len(word) == 1):
        return cased(word, UPPER)
    if piece[:1].isupper():
        return cased(word, TITLE)
    return word
