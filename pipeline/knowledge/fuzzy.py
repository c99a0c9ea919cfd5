"""Compare Vietnamese text that a recogniser may have damaged.

The trouble: "NỘI DUNG TRIỂN KHAI" comes back as "NOI DUNG TRIEN KHAI", "N§i dung trién
khai" or "N0I DUNG TRlEN KHAl". Marks are lost first, then letters of like shape change places, then whole
letters go. So there are three keys of rising coarseness, each with one purpose:

* `aligned` keeps the length: patterns run on it and their spans hold in the original;
* `plain` takes marks, case and space away and nothing else;
* `folded` also puts letters of like shape in one class: for lookup and scores only.

None of them is ever shown or stored: a key is no text. Digits that stand alone are never
folded, so "10 dân" and "lo dân" stay apart where a number is meant.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

# Letters that have no decomposition in Unicode, and signs recognisers put for letters.
# "ð" and "Ð" are Icelandic eth, which fonts draw like đ; "§", "¢", "¥" and "$" are what
# English models give for ộ, ọ, ư/v and s.
_SINGLE = {
    "đ": "d",
    "Đ": "d",
    "ð": "d",
    "Ð": "d",
    "Ɖ": "d",
    "ɖ": "d",
    "ø": "o",
    "Ø": "o",
    "ł": "l",
    "ı": "i",
    "ß": "b",
    "§": "o",
    "¢": "c",
    "¥": "y",
    "£": "e",
    "\u2019": "'",
    "\u2018": "'",
    "`": "'",
    "\u00b4": "'",
    "\u201c": '"',
    "\u201d": '"',
    "\u201e": '"',
    "«": '"',
    "»": '"',
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212\u00ad", "-"),
    "\u2026": ".",
    "\u2044": "/",  # the stroke of fractions, read for that of a number or date
    "\u2215": "/",
    "·": ".",
    **dict.fromkeys("\u2022\u25cf\u25aa\u25a0\u25e6\uf0b7\uf02d", "*"),
    **dict.fromkeys("\u00a0\u2002\u2003\u2009\u202f\t\n\r\f\v", " "),
}

# One class a row, first letter is its name. Only shapes that recognisers were seen to swap.
LOOK_ALIKES = ("o0ø6", "l1i|!j", "s5$", "z2", "b8", "g9q", "cęe", "uv")
_CLASS = {letter: row[0] for row in LOOK_ALIKES for letter in row}
# c and e, u and v are too telling in Vietnamese syllables to be made equal: they are only
# cheap in `distance`, not one key.
_KEY_CLASS = {letter: row[0] for row in LOOK_ALIKES[:6] for letter in row}

_TOKEN = re.compile(r"\S+")
_SPACE = re.compile(r"\s+")


class _Bases(dict[int, str]):
    """Code point -> bare small letter, filled as letters are met; `str.translate` asks it for each sign."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        base = _SINGLE.get(letter)
        if base is None:
            part = next((p for p in unicodedata.normalize("NFD", letter) if not unicodedata.combining(p)), letter)
            lower = part.lower()
            base = _SINGLE.get(lower, lower) if len(lower) == 1 else part
        if len(self) < 20_000:  # a novel in another script must not fill the memory
            self[code] = base
        return base


_BASES = _Bases()


def _base(letter: str) -> str:
    """The bare lower-case letter under one character; always exactly one character long."""
    return _BASES[ord(letter)]


def aligned(text: str) -> str:
    """Lower case without marks, one character for each character of `text`.

    Spans found in it hold in `text` itself. Line breaks and tabs become spaces, curly quotes
    and long dashes the plain ones. `text` should be NFC: a loose mark stays a character.

    >>> aligned("Số: 05/KH-UBND, ngày 02 tháng 9")
    'so: 05/kh-ubnd, ngay 02 thang 9'
    """
    return _short_aligned(text) if len(text) <= KEPT_LENGTH else text.translate(_BASES)


# The readers of one paragraph ask for its key one after the other: a tenth of the time of parsing went into it. Ten
# pages ask for 1,300 texts; a memory for fewer forgets them all before the next reader comes.
KEPT_LENGTH, KEPT_TEXTS = 1_000, 4_096  # at most 16 MB


@lru_cache(maxsize=KEPT_TEXTS)
def _short_aligned(text: str) -> str:
    return text.translate(_BASES)


def plain(text: str) -> str:
    """`aligned` with single spaces and none at the ends; also takes loose marks away.

    >>> plain("  Tổ   chức THỰC HIỆN ")
    'to chuc thuc hien'
    """
    return _SPACE.sub(" ", aligned(unicodedata.normalize("NFC", text))).strip()


@lru_cache(maxsize=65536)
def folded(text: str) -> str:
    """Coarsest key: `plain`, letters of like shape in one class, punctuation at the ends off.

    A word of digits alone keeps its digits.

    >>> folded("II. NOI DUNG TRlEN KHAl") == folded("II. NỘI DUNG TRIỂN KHAI")
    True
    >>> folded("N0I DUNG") == folded("Nội dung")
    True
    >>> folded("Phần 1") == folded("Phần l")
    False
    """
    words = []
    for match in _TOKEN.finditer(plain(text)):
        word = match.group()
        if any(letter.isalpha() for letter in word):
            word = "".join([_KEY_CLASS.get(letter, letter) for letter in word])
        words.append(word)
    return " ".join(words).strip(" .,:;-*_\"'()[]")


SAME_CLASS_COST = 0.2  # o for 0: as good as no fault in recognised text, yet more than none
MARK_COST = 0.1  # o for ô: marks are the first thing a recogniser loses
CASE_COST = 0.05
# Pairs of letters that recognisers join or part: rn -> m, cl -> d, ri -> n, vv -> w, li -> h.
JOINED = {
    "m": ("rn", "in", "ni", "nn"),
    "d": ("cl", "ol"),
    "n": ("ri", "ii"),
    "w": ("vv",),
    "h": ("li", "ii"),
}


def distance(a: str, b: str) -> float:
    """Edit distance that makes the faults of recognisers cheap; 0.0 means equal texts.

    A wrong mark costs `MARK_COST`, a letter of the same class `SAME_CLASS_COST`, a joined pair
    (rn for m) 0.5, any other edit 1. Meant for short strings: time is the product of lengths.

    >>> distance("Số", "S6") < 0.5 < distance("Số", "Sa")
    True
    """
    a, b = unicodedata.normalize("NFC", a), unicodedata.normalize("NFC", b)
    if a == b:
        return 0.0
    above2: list[float] = []
    above = [float(j) for j in range(len(b) + 1)]
    for i, left in enumerate(a, 1):
        row = [float(i)]
        for j, right in enumerate(b, 1):
            cost = min(above[j] + 1.0, row[j - 1] + 1.0, above[j - 1] + _swap_cost(left, right))
            if i > 1 and a[i - 2 : i].lower() in JOINED.get(right.lower(), ()):
                cost = min(cost, above2[j - 1] + 0.5)
            if j > 1 and b[j - 2 : j].lower() in JOINED.get(left.lower(), ()):
                cost = min(cost, above[j - 2] + 0.5)
            row.append(cost)
        above2, above = above, row
    return above[-1]


def _swap_cost(left: str, right: str) -> float:
    if left == right:
        return 0.0
    if left.lower() == right.lower():
        return CASE_COST
    one, two = _base(left), _base(right)
    if one == two:
        return MARK_COST
    if _CLASS.get(one, one) == _CLASS.get(two, two):
        return SAME_CLASS_COST
    return 1.0


def is_one_letter_off(key: str, other: str) -> bool:
    """Whether two keys as long as each other differ in one letter: "me cay", "mo cay"."""
    return len(key) == len(other) and sum(a != b for a, b in zip(key, other, strict=True)) == 1


def within(text: str, choices: Sequence[str], edits: int) -> str | None:
    """The one choice at most `edits` letters from `text` on `folded` keys; None where two are.

    For short closed lists (codes, units), where a ratio says little.
    """
    key = folded(text)
    scored = sorted(
        (Levenshtein.distance(key, folded(choice), score_cutoff=edits), choice) for choice in choices
    )
    near = [(cost, choice) for cost, choice in scored if cost <= edits]
    if not near or (len(near) > 1 and near[0][0] == near[1][0] and folded(near[0][1]) != folded(near[1][1])):
        return None
    return near[0][1]
