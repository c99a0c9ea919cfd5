"""Figures that may be words: an English model prints "6" for ở, "14" for là, "16" for lộ.

A number is never corrected. But on synthetic pages read by `eng` and `Latin` 464 of 4,397 lone figures of one or two
digits are no number on the paper. So in garbled text such a figure is weighed against the words it may be, and gives
way where a word is likelier by far: on those pages at 8 nats 257 words were found, 1 of them the wrong one, and none of
3,933 numbers was touched. What gives way is always told as doubtful; a figure that stays names the words it may be.
"""
from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from pipeline.decoder.candidates import Candidates, Finder
from pipeline.decoder.channel import Channel
from pipeline.decoder.language import NUMBER
from pipeline.decoder.tokens import Piece

_FIGURE = re.compile(r"\d{1,2}|[46]m")
# Log-probability of one certain number of so many digits among all numbers: about 1 in 40 and 1 in 300.
ONE_OF_ALL = {1: -3.7, 2: -5.7}
MARGIN = 1 / (1 + np.exp(-8.0))  # probability from which on a word takes the place of a figure: 8 nats above it
OF_NUMBERS = frozenset(")]/|+-–—*=")  # signs of labels, ranges, fractions and cells
TOLD = 0.89  # most that such a word is believed: a person looks at it


def is_wordlike(pieces: Sequence[Piece], place: int) -> bool:
    """Whether a piece is a figure short enough to be a word: one or two digits, beside which nothing but the
    punctuation of words stands in what was read as one ("KV-6" is a code, "6)" a label, "-6" a number below zero).

    >>> from pipeline.decoder.tokens import cut
    >>> [is_wordlike(cut(text), len(cut(text)) - 1) for text in ("6", "(14", "114", "6,5", "KV-6")]
    [True, True, False, False, False]
    """
    piece, around = pieces[place], (*pieces[:place], *pieces[place + 1 :])
    return (
        piece.kind == "number" and _FIGURE.fullmatch(piece.text) is not None
        and all(other.kind == "punctuation" and not OF_NUMBERS & set(other.text) for other in around)
    )


def candidates(finder: Finder, channel: Channel, text: str, setting: str) -> Candidates:
    """What a figure may stand for: itself, as a number, and every likely word. `setting`: see `capitals.CASE_PRIOR`."""
    words = finder.read_by(channel, text, setting)
    words = words.only(np.flatnonzero([word.isalpha() for word in words.texts]))
    number = Candidates(np.array([NUMBER]), np.array([ONE_OF_ALL[len(text)]]), (text,), np.zeros(1, bool))
    return number.plus(words)
