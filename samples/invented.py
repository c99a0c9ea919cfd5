"""A text as a program that does not exist would garble it: a marked vowel is always one of the same few signs.

Real programs that read Vietnamese with the letters of another language do the same, each in its own way. What is
drawn here depends on the seed alone, and was made without a look at any of them.
"""

from __future__ import annotations

import random

from pipeline.knowledge import vietnamese

AS_OTHERS = 0.5  # share of the marked letters that lose their marks, as with most programs; the others become a sign
SIGNS = ("6", "5", "0", "9", "$", "€", "A", "E", "O", "Q", "U", "d", "q", "n", "fl", "ir", "rr", "tr")
SECOND = 0.25  # share of a letter's places where its second sign stands


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
