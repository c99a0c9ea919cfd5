"""How far a text is from the true text: characters, words, letters without marks, numbers.

Measured after what no reader would call an error is evened out: composed letters, one place of the tone mark
(hoà, hòa), single spaces, and the bars between table cells. Quotes, dashes and capitals count. All rates are
errors over the length of the truth, so that documents are summed by adding both, never by a mean of rates.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rapidfuzz.distance import LCSseq, Levenshtein

from pipeline.knowledge import vietnamese

_SPACE = re.compile(r"[\s|]+")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


@dataclass(frozen=True, slots=True)
class Rate:
    """`errors` among `length` things of the truth."""

    errors: int = 0
    length: int = 0

    def __add__(self, other: Rate) -> Rate:
        return Rate(self.errors + other.errors, self.length + other.length)

    @property
    def value(self) -> float:
        """Errors a thing; 0 where there was nothing. May pass 1 when much was added."""
        return self.errors / self.length if self.length else 0.0

    @property
    def right(self) -> float:
        """Share without error, 0 to 1."""
        return max(0.0, 1.0 - self.value)


@dataclass(frozen=True, slots=True)
class TextAccuracy:
    """A text against its truth: errors in characters, in words, in characters without marks, in numbers."""

    characters: Rate = Rate()
    words: Rate = Rate()
    bare: Rate = Rate()
    numbers: Rate = Rate()

    def __add__(self, other: TextAccuracy) -> TextAccuracy:
        return TextAccuracy(
            self.characters + other.characters,
            self.words + other.words,
            self.bare + other.bare,
            self.numbers + other.numbers,
        )


def normal(text: str) -> str:
    """The form that texts are compared in.

    >>> normal("Uỷ  ban |\\nnhân dân")
    'Ủy ban nhân dân'
    """
    return _SPACE.sub(" ", vietnamese.to_old_style(vietnamese.compose(text))).strip()


def numbers(text: str) -> list[str]:
    """Every number as printed, in order.

    >>> numbers("đạt 97,5% của 3.260 tấn ngày 05/12/2024")
    ['97,5', '3.260', '05', '12', '2024']
    """
    return _NUMBER.findall(text)


def distance(truth: str, text: str) -> int:
    """Characters to change, add or drop; both in `normal` form."""
    return int(Levenshtein.distance(truth, text))


def measure(truth: str, text: str) -> TextAccuracy:
    """Compare a text with its truth. A number counts as found when it stands there whole and in order."""
    truth, text = normal(truth), normal(text)
    true_words, words = truth.split(), text.split()
    true_numbers = numbers(truth)
    found = int(LCSseq.similarity(true_numbers, numbers(text)))
    bare = vietnamese.strip_marks(truth)
    return TextAccuracy(
        characters=Rate(distance(truth, text), len(truth)),
        words=Rate(int(Levenshtein.distance(true_words, words)), len(true_words)),
        bare=Rate(distance(bare, vietnamese.strip_marks(text)), len(bare)),
        numbers=Rate(len(true_numbers) - found, len(true_numbers)),
    )
