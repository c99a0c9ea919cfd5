"""The lines of a place of signature: how much each is worth, its debris taken off, two readings put together.

The trouble: strokes of a pen and letters of a seal are read as words, before, behind and in the middle of names.

The evidence, in order of trust: likeness to a power, position or name; the engine's confidence; legal syllables.

What it never does: complete a word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, chain, combinations, islice, pairwise, product
from math import prod
from statistics import median_high, median_low

from pipeline.imaging.recognisers import SeenWord
from pipeline.knowledge import persons, positions, signers, vietnamese

# Likeness of a line to a power, position or name, 0 to 1: to open a place of signature, and to be added to one.
SURE_POWER = 0.9
SIGNING = 0.6
# Mean confidence of the engine from which a line is taken, and least of each of its words; under it the strokes of a
# signature were read as letters. A syllable that Vietnamese has not makes a line of strokes likelier still.
LEAST_SURE, LEAST_WORD, SURE_FOREIGN = 0.65, 0.5, 0.8
# ...and of a first word that is no family name: a seal lies over it, and makes "Nống" of "Nông".
SURE_FIRST = 0.9
# A line that was read with this much on average, and no word with less than the second, needs no further look.
READ_WELL, WORD_WELL = 0.85, 0.8
# Gap between two columns, in heights of a line.
GUTTER = 1.5


@dataclass(frozen=True, slots=True)
class SignLine:
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
        """How much the line is a power, a position or a name, 0 to 1; "T. CHỦ TỊCH" and "XT. CHỦ TỊCH" are a
        power whose K is gone."""
        text = _HALF_POWER.sub("", self.text)
        return max(signers.authority_likeness(text), persons.name_likeness(text))

    @property
    def is_signing(self) -> bool:
        """Whether a line is one of a signature; a name that lost its first letters is, where it was read well."""
        if self.told >= SIGNING or positions.is_stamped_over(self.text):
            return True
        named = [word for word in self.words if word.text[:1].isupper() and word.text[1:].islower()]
        whole = len(named) >= max(2, len(self.words) - 1)  # not "TAND tỉnh Bắc Kạn (để"
        return whole and len(self.words) <= 5 and self.sure >= READ_WELL

    @property
    def is_sure(self) -> bool:
        """Whether the engine saw letters here, not strokes of a pen; under a seal the first word is not asked, nor is
        a power before its position."""
        covered = positions.is_stamped_over(self.text) or POWER_BEHIND.fullmatch(self.words[0].text)
        words = self.words[1:] if covered and len(self.words) > 2 else self.words
        native = all(
            vietnamese.is_legal_text(word.text) or not word.text[:1].isupper() or word.text.isupper() for word in words
        )
        least = LEAST_SURE if native else SURE_FOREIGN
        if self._begins_unlike_a_name or any(map(_has_capital_inside, self.words)):
            return False
        if len(self.name) == 2 and min(word.confidence for word in self.words[-2:]) < WORD_WELL:
            return False  # few are so short; of more a seal leaves two
        return SignLine(tuple(words)).sure >= least and min(word.confidence for word in words) >= LEAST_WORD

    @property
    def _begins_unlike_a_name(self) -> bool:
        """Whether the first word of what looks like a name is no family name, and was not read surely."""
        name = self.name
        return bool(name) and not persons.is_surname(name[0]) and self.words[-len(name)].confidence < SURE_FIRST

    @property
    def name(self) -> list[str]:
        """The words of the person's name that the line is, without a rank; [] where it is none."""
        name = persons.split_rank(self.text)[1]
        is_name = persons.name_score(name) >= SIGNING and signers.authority_likeness(self.text) < SIGNING
        return name.split() if is_name else []

    @property
    def worth(self) -> float:
        """Letters in legal syllables, each by the confidence beyond a guess; more where the line tells what it is."""
        own = sum(
            len(word.text) * ((word.confidence - 0.4) if vietnamese.is_legal_text(word.text) else -0.3)
            for word in self.words
        )
        return own * (1.0 + self.told) if own > 0 else own


_HALF_POWER = re.compile(r"^[A-ZĐ]?T\.\s")


def _has_capital_inside(word: SeenWord) -> bool:
    """Whether strokes were read into a word: "NgỀ"; blanks that a pen closed are parted before."""
    return any(one.islower() and other.isupper() for one, other in pairwise(word.text))


def lines_of(words: Sequence[SeenWord]) -> list[SignLine]:
    gathered: dict[int, list[SeenWord]] = {}
    for word in words:
        if word.bottom > word.top and word.right > word.left:
            gathered.setdefault(word.line, []).append(word)
    return [SignLine(tuple(sorted(line, key=lambda word: word.left))) for line in gathered.values()]


APART = 3.0  # heights of a line between two signers; debris of a pen lies nearer


def parts_of(line: SignLine, gutter: float = GUTTER) -> list[SignLine]:
    """A line cut at its gutters: the columns of two signers may be read as one line."""
    height = line.bottom - line.top
    cuts = [at for at, (word, after) in enumerate(pairwise(line.words), 1) if after.left - word.right > gutter * height]
    return [SignLine(line.words[start:stop]) for start, stop in pairwise([0, *cuts, len(line.words)])]


def same_row(one: SignLine, other: SignLine) -> bool:
    """Whether two lines lie at one height, not columns apart."""
    common = min(one.bottom, other.bottom) - max(one.top, other.top)
    height = min(one.bottom - one.top, other.bottom - other.top)
    gap = max(one.left, other.left) - min(one.words[-1].right, other.words[-1].right)
    return common > SAME_ROW * height and gap < APART * height


def trimmed(line: SignLine) -> SignLine | None:
    """The line without debris at its ends: signs, and single letters that the engine doubts."""
    words = list(line.words)
    while words and _is_debris(words[0]):
        words = words[1:]
    while words and _is_debris(words[-1]):
        words = words[:-1]
    if not words:
        return None
    first = words[0]
    kept = SignLine((replace(first, text=_SIGNS_BEFORE.sub("", first.text)), *words[1:]))
    kept = SignLine(tuple(part for word in kept.words for part in _unglued(word)))
    return _power_behind_seal(kept) or _position_behind_scraps(kept) or _with_blanks(kept) or kept


def _unglued(word: SeenWord) -> tuple[SeenWord, ...]:
    """The words of a name whose blanks a pen has closed: "VũTuấnAnh"; the word itself where it is none such."""
    cuts = [0, *(at for at, sign in enumerate(word.text) if at and sign.isupper()), len(word.text)]
    parts = [word.text[start:stop] for start, stop in pairwise(cuts)]
    if not 2 <= len(parts) <= 5 or not all(
        part[:1].isupper() and part[1:].islower() and vietnamese.is_syllable(part) for part in parts
    ):
        return (word,)
    return _cut(word, parts)


def _cut(word: SeenWord, parts: Sequence[str]) -> tuple[SeenWord, ...]:
    """A word cut into parts of its letters, each as wide as its share of them."""
    step = (word.right - word.left) / len(word.text)
    ends = [round(word.left + step * letters) for letters in accumulate(map(len, parts), initial=0)]
    return tuple(
        replace(word, text=part, left=left, right=right)
        for part, (left, right) in zip(parts, pairwise(ends), strict=True)
    )


def _with_blanks(line: SignLine) -> SignLine | None:
    """The position in capitals whose blanks a seal has closed: "BÍTHƯ", "T/MBAN THƯỜNG VỤ"; None where it is none."""
    if not line.text.isupper():
        return None
    texts = [word.text for word in line.words]
    choices = [
        [[text]] if vietnamese.is_syllable(text) or len(text) > LONGEST_GLUED
        else list(islice(_cuts(text), MOST_CUTS)) or [[text]]
        for text in texts
    ]
    if prod(map(len, choices)) > MOST_CUTS:
        return None
    best = max(product(*choices), key=lambda parts: signers.authority_likeness(" ".join(chain.from_iterable(parts))))
    found = SignLine(tuple(part for word, parts in zip(line.words, best, strict=True) for part in _cut(word, parts)))
    return found if found.text != line.text and signers.authority_likeness(found.text) >= SURE_POWER else None


def _cuts(text: str) -> Iterator[list[str]]:
    """The ways to cut letters into legal syllables, behind a power where one stands there."""
    power = _POWER_BEFORE.match(text)
    if power is not None:
        yield from ([power.group(), *parts] for parts in _cuts(text[power.end() :]))
    if vietnamese.is_syllable(text):
        yield [text]
    for at in range(1, min(len(text), LONGEST_SYLLABLE + 1)):
        if vietnamese.is_syllable(text[:at]):
            yield from ([text[:at], *parts] for parts in _cuts(text[at:]))


_POWER_BEFORE = re.compile(r"(?:T/M|TM\.?|K/T|KT\.?|T/L|TL\.?|TUQ\.?)(?=\w)")
LONGEST_SYLLABLE, LONGEST_GLUED = 7, 20  # letters: "nghiêng", "PHÓCHỦTỊCHTHƯỜNGTRỰC"
MOST_CUTS = 60  # "BÍTHƯ" is BÍ THƯ or BÍT HƯ; of a long line there are many


def _position_behind_scraps(line: SignLine) -> SignLine | None:
    """The position behind the end of a recipient or the letters of a seal: "SND cấp huyệ»;< -PHÓ VIỆN TRƯỞNG"."""
    for at in range(1, len(line.words) - 1):
        first = line.words[at]
        opened = replace(first, text=_SIGNS_BEFORE.sub("", first.text))
        kept = SignLine((opened, *line.words[at + 1 :]))
        if kept.text.isupper() and signers.authority_likeness(kept.text) >= SURE_POWER:
            before = " ".join(word.text for word in line.words[:at])
            return None if before.isupper() and vietnamese.is_legal_text(line.words[at - 1].text) else kept
    return None


_SIGNS_BEFORE = re.compile(r"^[^\w(]+(?=\w)")
# The power at the end of what a seal and it were read as; "XT." is what is left of "KT.", the only one that ends so.
POWER_BEHIND = re.compile(r"(?:TM|TL|TUQ|[A-ZĐ]?T)\.$")
MOST_BEFORE = 3  # words that the letters of a seal give


def _power_behind_seal(line: SignLine) -> SignLine | None:
    """The power behind the letters of a seal: of "_zz£S.KT. CHỦ TỊCH" the last eleven."""
    for at in range(min(MOST_BEFORE + 1, len(line.words) - 1)):
        power = POWER_BEHIND.search(line.words[at].text)
        rest = " ".join(word.text for word in line.words[at + 1 :])
        if power is not None and rest.isupper() and signers.authority_likeness(rest) >= SURE_POWER:
            after = line.words[at + 1]
            wide = round(len(power.group()) * (after.right - after.left) / len(after.text))
            seen = replace(
                line.words[at], text=power.group(), left=max(line.words[at].left, line.words[at].right - wide),
                top=after.top, bottom=after.bottom,
            )
            return SignLine((seen, *line.words[at + 1 :]))
    return None


def _is_debris(word: SeenWord) -> bool:
    letters = sum(map(str.isalpha, word.text))
    return letters == 0 or (letters == 1 and not word.text.endswith((".", "’", "'")) and word.confidence < READ_WELL)


def composed(seen: Sequence[SignLine]) -> list[SignLine]:
    """Names put together of the words that two looks read best, each at its place: "Bích LIÊn" and "BíCT Liên"."""
    names = [line for line in seen if line.told >= SIGNING and signers.authority_likeness(line.text) < SIGNING]
    found = []
    for one, other in combinations(names, 2):
        if len(one.words) != len(other.words) or not same_row(one, other):
            continue
        pairs = list(zip(one.words, other.words, strict=True))
        if all(_overlap(a, b) > SAME_PLACE for a, b in pairs):
            best = SignLine(tuple(max(pair, key=_word_worth) for pair in pairs))
            if best.text not in (one.text, other.text) and best.told >= max(one.told, other.told):
                found.append(best)
    return found


def agreed(seen: Sequence[SignLine]) -> list[SignLine]:
    """Names of words that several looks read alike, each too unsure by itself: a stroke before "Huỳnh" takes the
    engine's confidence, not its letters. The first word is a family name sooner than not."""
    found: list[SignLine] = []
    for line in seen:
        if any(line.text == other.text for other in found) or signers.authority_likeness(line.text) >= SIGNING:
            continue
        beside = [other for other in seen if other is line or same_row(line, other)]
        words = [_agreed(word, [other for row in beside for other in row.words], not at)
                 for at, word in enumerate(line.words)]
        best = SignLine(tuple(word for word in words if word is not None))
        if None not in words and best.words != line.words and len(best.name) > 2:
            found.append(best)
    return found


# What a further look that reads a word alike is worth: all look at the same ink. Letters glued to the next word, or a
# stroke before them, come with no confidence at all and are the same letters still.
POOLED, LEAST_POOLED = 0.5, 0.2
FAMILY = 0.3  # what a first word is worth for being a family name, as confidence


def _agreed(word: SeenWord, others: Sequence[SeenWord], first: bool) -> SeenWord | None:
    """The word that most looks read in a place, None where none of them can stand in a name."""
    there: dict[str, list[float]] = {}
    for other in others:
        text = _SIGNS_AROUND.sub("", other.text)
        if text[:1].isupper() and text[1:].islower() and vietnamese.is_legal_text(text) and _fills(word, other):
            there.setdefault(text, []).append(other.confidence)
    # what a ring makes of a letter, it makes of it in every look
    sure = {
        text: max(confidences) if first and not persons.is_surname(text) else _pooled(confidences)
        for text, confidences in there.items()
    }
    if not sure:
        return None
    text = max(sure, key=lambda text: (sure[text] + FAMILY * (first and persons.is_surname(text)), text))
    return replace(word, text=text, confidence=sure[text])


_SIGNS_AROUND = re.compile(r"^\W+|\W+$")


def _fills(word: SeenWord, other: SeenWord) -> bool:
    """Whether two words lie in one place, none of them in a part of the other."""
    common = min(word.right, other.right) - max(word.left, other.left)
    return common > SAME_PLACE * max(word.right - word.left, other.right - other.left)


def _pooled(confidences: Sequence[float]) -> float:
    """How sure several looks are together, 0 to 1."""
    best, *more = sorted(confidences, reverse=True)
    doubt = 1 - best
    for confidence in more:
        doubt *= 1 - POOLED * max(confidence, LEAST_POOLED)
    return 1 - doubt


SAME_PLACE = 0.6  # of the narrower of two words: a stroke of the pen may widen one


def _overlap(one: SeenWord, other: SeenWord) -> float:
    common = min(one.right, other.right) - max(one.left, other.left)
    return common / min(one.right - one.left, other.right - other.left)


def _word_worth(word: SeenWord) -> tuple[bool, float]:
    cased = word.text.istitle() or word.text.isupper() or word.text.islower()
    return vietnamese.is_legal_text(word.text) and cased, word.confidence


SAME_ROW = 0.5  # of the lower line's height
