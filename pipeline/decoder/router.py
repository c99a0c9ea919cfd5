"""How damaged is this text: what kind of reader made it, judged paragraph by paragraph.

Evidence, in order of trust: letters that only a Vietnamese model prints (ă ơ ư đ and those with two marks, a dot or
a hook); the share of legal syllables; whether the letters under the marks make legal syllables. A short paragraph
borrows from the document around it. Text in another language is left alone, and so is what is none: short words that
are no syllables ("ugAny Sugnx ueq", a page read upside down).
"""
from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from pipeline.knowledge import vietnamese

Condition = Literal["clean", "slips", "unmarked", "garbled", "encoded", "foreign", "unreadable"]

BORROWED = 12.0  # tokens that the rest of the document counts for in judging a paragraph
# Shares of the tokens, set by hand between what clean text, a Vietnamese model, text without marks and an English model
# give; far apart in the middle, so that the exact figures matter for short and mixed paragraphs only.
VIETNAMESE_LETTERS = 0.25
SLIPS_LEGAL = 0.70
# On 705 pages an English model printed none, on 81 the Latin one in 13 % of the tokens at most: text with more of them
# is Vietnamese with names and terms of another language in it.
BEYOND_LATIN = 0.20
FEW_LETTERS = 0.08  # an English model prints none, and a short sound sentence may have few
SOUND_LEGAL = 0.90
CLEAN_LEGAL = 0.985
UNMARKED_ASCII = 0.985
UNMARKED_LEGAL = 0.88
# Share of words of more than seven letters: at most 0.042 on 1,400 garbled pages of four recognisers, at least 0.18 in
# English, French, German and Polish, 0.13 in lists of foreign references with Vietnamese words between them.
FOREIGN_LONG = 0.08
# Share of words that are syllables but for one odd sign: at least 0.48 in 99 of 100 stretches of 25 words of 5,600 that
# `eng` read off Vietnamese pages, at most 0.50 in 2,800 of English and French. Above it long words are names of goods
# and services ("website, facebook, fanpage") in Vietnamese text.
FOREIGN_LIKE = 0.55
HOPELESS_LEGAL = 0.40
ENCODED = 0.12

OWN_LETTERS = re.compile("[ăĂđĐơƠưƯ\u1ea0-\u1ef9]")
# A sign, a figure or a capital inside a word in small letters: what recognisers of other languages make of a marked
# vowel ("tri6n", "nghQ", "d&").
_ODD = re.compile(r"(?<=[a-z])[^a-z]|[^a-zA-Z](?=[a-z])")
_ANY_VOWEL = "aeiou"
LONG_WORD = 7  # letters; the longest syllable is "nghiêng"
# Signs that fonts of the TCVN3 and VNI kind leave inside words when read in the wrong code page, and that no
# English model prints there.
_LEGACY = re.compile(r"[^\W\d_][µ¸¶·¹¨»¾¼½ÆÇÊËÌÐÎÏÑÕÒÖ×ØÜÞßãâïîåæëêìÛîøûùïÖ¬­®][^\W\d_]?")


@dataclass(frozen=True, slots=True)
class Signs:
    """Counts over the text tokens of a passage: all, legal syllables, those whose bare letters are, those that are so
    but for a vowel, those with letters of Vietnamese alone, in plain letters, of legacy fonts, long ones."""

    tokens: float = 0.0
    legal: float = 0.0
    bare_legal: float = 0.0
    like: float = 0.0
    own: float = 0.0
    ascii: float = 0.0
    legacy: float = 0.0
    long: float = 0.0

    def plus(self, other: Signs, weight: float = 1.0) -> Signs:
        return Signs(*(
            getattr(self, name) + weight * getattr(other, name) for name in Signs.__slots__
        ))


@lru_cache(maxsize=50_000)  # 0.4 kB each; ten pages have some 2,000
def _of_token(token: str) -> Signs | None:
    if len(token) > 1 and token.isupper() and not vietnamese.is_syllable(token):
        return None
    lower = token.lower()
    bare = vietnamese.strip_marks(lower)
    legal = bare in vietnamese.bare_syllables()
    return Signs(
        1.0, float(vietnamese.is_syllable(lower)), float(legal), float(legal or _is_like(token)),
        float(bool(OWN_LETTERS.search(lower))), float(token.isascii() and token.isalpha()),
        float(bool(_LEGACY.search(token))), float(len(token) > LONG_WORD),
    )


def _is_like(token: str) -> bool:
    """Whether a word is a syllable but for one odd sign in the place of a vowel.

    >>> [_is_like(word) for word in ("tri6n", "nghQ", "d&", "xyzz", "Agui")]
    [True, True, True, False, False]
    """
    bare = vietnamese.strip_marks(token)
    return _ODD.search(bare) is not None and any(
        _ODD.sub(vowel, bare, count=1).lower() in vietnamese.bare_syllables() for vowel in _ANY_VOWEL
    )


def signs(tokens: Iterable[str]) -> Signs:
    """What the text tokens of a passage show; capital abbreviations are not counted."""
    total = Signs()
    for token in tokens:
        if len(token) <= 30:
            found = _of_token(token)
            if found:
                total = total.plus(found)
    return total


def judge(own: Signs, around: Signs | None = None) -> Condition:
    """The condition of a passage with these signs, in a document with the signs `around`."""
    both = own
    if around and around.tokens:
        both = own.plus(around, BORROWED / around.tokens)
    if not both.tokens:
        return "clean"
    legal, bare = both.legal / both.tokens, both.bare_legal / both.tokens
    marked, plain = both.own / both.tokens, both.ascii / both.tokens
    encoded = both.legacy / both.tokens >= ENCODED
    if (
        (marked >= VIETNAMESE_LETTERS and legal >= SLIPS_LEGAL) or (marked >= FEW_LETTERS and legal >= SOUND_LEGAL)
        or (marked >= BEYOND_LATIN and not encoded)
    ):
        own_legal = own.legal / own.tokens if own.tokens else 1.0
        return "clean" if own_legal >= CLEAN_LEGAL else "slips"
    if encoded and bare < UNMARKED_LEGAL and marked < VIETNAMESE_LETTERS:
        return "encoded"
    like = both.like / both.tokens
    of_short = both.bare_legal / max(both.tokens - both.long, 1.0)
    if plain >= UNMARKED_ASCII and (bare >= UNMARKED_LEGAL or (of_short >= UNMARKED_LEGAL and like >= FOREIGN_LIKE)):
        return "unmarked"
    if both.long / both.tokens >= FOREIGN_LONG and like < FOREIGN_LIKE:
        return "foreign"
    if like < HOPELESS_LEGAL:
        return "unreadable"
    return "garbled"
