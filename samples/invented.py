"""Texts as programs that do not exist would spoil them, drawn from a seed alone.

`garbled`: a marked vowel is always one of the same few signs, as programs do that read Vietnamese with the letters of
another language, each in its own way. `parted`: a blank at letters with two marks, as where a PDF changes its font.
`run_together`: blanks that were not written.
"""

from __future__ import annotations

import random
import re

from pipeline.knowledge import vietnamese

AS_OTHERS = 0.5  # share of the marked letters that lose their marks, as with most programs; the others become a sign
SIGNS = ("6", "5", "0", "9", "$", "€", "A", "E", "O", "Q", "U", "d", "q", "n", "fl", "ir", "rr", "tr")
SECOND = 0.25  # share of a letter's places where its second sign stands


TWO_MARKS = re.compile("[\u1ea0-\u1ef9]")
BEHIND = 0.3  # share of the letters with two marks that have a blank behind them as well as before
_BLANK = re.compile(r"(?<=[^\W\d_]) (?=[^\W\d_])")


def parted(text: str, seed: int) -> str:
    """The text with blanks around four in five of its letters with two marks, where a letter stands beside them."""
    rng = random.Random(seed)
    made: list[str] = []
    for place, letter in enumerate(text):
        struck = TWO_MARKS.match(letter) and rng.random() < 0.8
        if struck and made and made[-1].isalpha():
            made.append(" ")
        made.append(letter)
        if struck and rng.random() < BEHIND and text[place + 1 : place + 2].isalpha():
            made.append(" ")
    return "".join(made)


def run_together(text: str, seed: int) -> str:
    """The text without half of the blanks between letters."""
    rng = random.Random(seed)
    return _BLANK.sub(lambda _: "" if rng.random() < 0.5 else " ", text)


def garbled(text: str, seed: int) -> str:
    """The text with two readings for every marked letter, drawn anew for each seed; all else stays."""
    rng = random.Random(seed)
    marked = sorted(letter for letter in vietnamese.LETTERS if not letter.isascii() and letter.islower())
    taken = {letter: _readings(letter, rng) for letter in marked}
    made = []
    for letter in vietnamese.compose(text):
        first, second = taken.get(letter.lower(), (letter, letter))
        read = second if rng.random() < SECOND else first
        made.append(read.upper() if letter.isupper() and letter.lower() in taken else read)
    return "".join(made)


def _readings(letter: str, rng: random.Random) -> tuple[str, str]:
    bare = vietnamese.strip_marks(letter)
    first = bare if rng.random() < AS_OTHERS else rng.choice(SIGNS)
    return first, rng.choice((bare, rng.choice(SIGNS)))
