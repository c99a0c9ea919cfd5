"""Cut printed words into what is decoded and what is locked.

A word is what stands between two blanks. Its punctuation is set aside, the rest is one or more pieces: text to be
decoded, or a locked piece that no decoder may touch - numbers, dates, document symbols, labels, addresses. Text
can hold symbols and digits, since a recogniser prints "t&" for "tế" and "d6i" for "đổi"; a piece of digits alone is
a number (whether a lone one in garbled text may be a word, `wordlike` tells).
"""
from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from pipeline.knowledge import vietnamese

Kind = Literal["text", "number", "symbol", "label", "other", "punctuation"]

# What can stand before or after a word without being part of it. "?" and "'" may also be a misread vowel at the end;
# `Piece.with_tail` tells.
_OPENING = "\"'“”‘’„«(<[{-–—*•+=_|~^`.,;:…/\\§"
_CLOSING = "\"'“”‘’«».,;:!?…)>]}-–—*•+=_|~^`/\\"
_AMBIGUOUS_TAIL = "?'’‘)"
_STROKE_TAIL = "!"  # behind capitals: "HO!" is HỘI
_ENDS = frozenset(".;:!?…")

_UNIT = r"(?:%[o0]?|‰|°|º|ha|[kcd]?m[23²³]?|mm|[km]g|(?-i:g)|gr|ml|k[vw]h?|tr|h)"
_NUMBER = re.compile(rf"[+±-]?\d[\d.,]*(?:[/:–-]\d[\d.,]*)*\s?{_UNIT}?", re.IGNORECASE)
_LETTERED = re.compile(r"[a-zđ][12378]")  # before a bracket: a2)
# What holds a figure and is no word, counted on 345,000 words of synthetic pages and papers read by `eng`, numbers
# against words: 20 to 0 (m2), 17 to 0 (a.1), 11 to 1 (30a) and (3b), 37 to 1 (A1), 9 to 0 (5H30), 9 to 1 ($12).
_SYMBOL = re.compile(
    r"""
    \d{1,2}[hg:]\d{2}[\'′p]?                                              # 08h30
  | [$€£](?:[12357]|\d[\d.,]*(?:\d|bn|mn|m|k|tr))                         # $1bn, $12; "$6" is Số
  | (?!1[06]{2}(?:ng|nh|i)\Z)(?:[^\W\d]*\d){3}\w*   # K14C9, 123abc: three digits are no word; but "100ng" is lượng
  |
    \d{1,6}[A-Za-z]?/(?:(?:19|20)\d{2}/)?[^\W\d_][\w&.]*(?:[-–][\w&.]+)*   # 29/KH-UBND, 30/2020/NĐ-CP, 33/2024/QH15
  | \d{1,5}-[^\W\d_]{1,5}/[^\W\d_][\w.]*(?:[-–][\w&.]+)*                  # 26-CT/TU, 208-KH/TĐTN-PT
  | [A-ZĐ]{2,4}/[A-ZĐ]{2,}[-–][A-ZĐ]{2,}                                 # "112 KH/TĐTN-PT"
  | [TK]/[TML]                                                           # powers of the Party: T/M, K/T, T/L
  | [A-ZĐ]{2,6}(?:\d{1,2}|\d{2}[a-zđ])                                    # QH15, TK01a
  | \d{1,2}[A-Z] | (?:\d{2,3}|[2378])[abc] | \d{2}d | [A-Z](?:\d{2}|[1237])   # 14B, 4G, 30a, 25b (copies), Z11
  | [A-Z]\d{1,3}[-–][A-Z]\d{1,3} | [kcd]?m[23²³] | [Kk]m\d{1,3}          # A1-A8, m2, Km47
  | \d+[A-Z]+\d+ | [A-Za-zĐđ]\d?(?:\.\d{1,3})+                        # 5H30, a.1
  | \d+,[\dSOIlZ]+(?:ha|kg|k?m|%)?                                     # 13,Sha: figures are read as letters
  | [^\s/]*\d[^\s/]*/[A-ZĐ]{2,6}[-–][A-ZĐ][\w&.-]*                     # S:3I/QĐ-SYT: a number is in it
  | (?=\D*\d)(?:[\dIlOo]{1,2}[/.-]){1,2}[\dIlOo]{4}                    # l0/5/2O19: so is a date
    """,
    re.VERBOSE,
)
# A word and a figure whose blank was lost. On 515 synthetic pages read by `eng`, 10 of the 12 tokens that end in two
# figures and all 22 that open with two hold a number (the two were foreign script and a formula); of one figure the
# words before it tell, and those behind it where it is none that stands for a letter (1, 6; 9 for q; before a vowel
# also 5 and 8): 12 of the others were numbers, none a letter.
_WORD_THEN_FIGURE = re.compile(r"([^\W\d_]{2,})(\d.*)")
_FIGURE_THEN_WORD = re.compile(r"((?:\d[\d.,/:–-]*)?\d%?)([^\W\d_]{2,})")
_BEFORE_FIGURES = frozenset(["ngay", "thang", "nam", "so", "dieu", "khoan", "quy", "ky", "khoa", "cap", "muc"])
_ONE_FIGURE = re.compile(r"[234578](?=[bcdghklmnpqstvxđ])", re.IGNORECASE)
_LIKE_LETTERS = re.compile(r"[016]+(?=[aeiouy])", re.IGNORECASE)  # "10ai" is loại
_VOWEL = re.compile(r"[aeiouy]")
_DAY = re.compile(r"(ngay|ngày)([ilIoO]{1,2})", re.IGNORECASE)  # "ngàyio": the figures of a day, unread
# The powers of a signer before their point: nothing else is printed there, and no syllable is like them.
_POWERS = ("TM", "KT", "TL", "TUQ")
_ADDRESS = re.compile(r"\S+@\S+\.\S+|(?:https?://|www\.)\S+", re.IGNORECASE)
_LABEL = re.compile(
    r"(?:[IVXLC]{1,6}|\d{1,3}(?:\.\d{1,3}){0,3})[.)]|[IVX]{1,5}[/-]|\(?(?:[a-zđ]|[ivx]{1,4}|\d{1,3})\)|[-–—+*•]"
    r"|\d{1,3}(?:\.\d{1,3}){1,3}"
)
# A colon or a bracket between letters is a misread letter, not punctuation; beside figures it is one.
_INNER = re.compile(
    r"([-–—/…“”\"]+|[,;](?=\w{2})|\.(?=[^\W\d_]{2})|(?<=\d\d)\.(?=[^\W\d_])"
    r"|[(\[{](?=\d{2}|\d[)\]}]|\d\Z)|(?<=\d)\.?[(\[{]|[+=](?=\d)"
    r"|(?<=[^\W\d_]{2})(?:[,;]?\(|\)[,;]?)(?=[A-ZĐ][^\W\d_A-ZĐ]))"  # "chi,(Khong": no letter stands before a capital
)
_SEPARATOR = re.compile(r"[-–—/…“”\"()\[\]{}+=]+|,|[,;]\(|\)[,;]")  # a point may be a speck, and parts no sentences
_DIGITS = re.compile(r"\d")
# Figures that stand for letters hardly ever: of 135 words with two figures, one of these among them, 134 hold a number
# ("Sô:4#Ï2"); of 126 with none, 59. What other programs print for vowels may be 5 and 9 as well.
_NO_LETTERS = re.compile(r"[2378]")
_LETTER = re.compile(r"[^\W\d_]")
# Signs that recognisers print for marked letters, so that a piece without a letter may still be text.
LETTER_SIGNS = frozenset("&¢¥§€£@$©®™°¤ø«»")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a word: its text, its kind, and for text the same with a doubtful sign behind it ("tr?" for "trữ")."""

    text: str
    kind: Kind
    with_tail: str = ""


def ends_sentence(text: str) -> bool:
    """Whether punctuation behind a word ends a sentence or an item."""
    return any(sign in _ENDS for sign in text)


def cut(word: str, first: bool = False) -> tuple[Piece, ...]:
    """The pieces of a word, in order; joined they give the word. `first` tells that it opens a line.

    >>> [(piece.text, piece.kind) for piece in cut("(UBND,")]
    [('(', 'punctuation'), ('UBND', 'text'), (',', 'punctuation')]
    >>> [piece.kind for piece in cut("29/KH-UBND;")], cut("d&")[0].kind
    (['symbol', 'punctuation'], 'text')
    >>> [piece.kind for piece in cut("b/cáo")], [piece.kind for piece in cut("t&/xa")]
    (['symbol', 'punctuation', 'text'], ['text', 'punctuation', 'text'])
    >>> [cut(word, first=True)[0].kind for word in ("1.2.", "V/", "I-", "V")]
    ['label', 'label', 'label', 'text']
    """
    if first and _LABEL.fullmatch(word):
        return (Piece(word, "label"),)
    if _ADDRESS.fullmatch(word.strip("()<>[].,;")):
        return (Piece(word, "other"),)
    start, end = 0, len(word)
    while start < end and word[start] in _OPENING and not (word[start] in "§" and end - start <= 3):
        start += 1
    while end > start and word[end - 1] in _CLOSING:
        end -= 1
    head, core, tail = word[:start], word[start:end], word[end:]
    pieces = []
    if head:
        pieces.append(Piece(head, "punctuation"))
    if core:
        pieces.extend(_cut_core(core, tail))
    if tail:
        pieces.append(Piece(tail, "punctuation"))
    return tuple(pieces)


def _apart(core: str) -> tuple[str, ...]:
    """A word and a number that ran together, or nothing: a number loses no figure to the word beside it.

    >>> _apart("ngay09"), _apart("so26-CT/TU"), _apart("95%ké"), _apart("12thon"), _apart("thang8"), _apart("7xa")
    (('ngay', '09'), ('so', '26-CT/TU'), ('95%', 'ké'), ('12', 'thon'), ('thang', '8'), ('7', 'xa'))
    >>> [_apart(text) for text in ("6ng", "1am", "10ai", "PC45", "km2", "13kg", "kien2", "9uan", "ph01")]
    [(), (), (), (), (), (), (), (), ()]
    """
    found = _WORD_THEN_FIGURE.fullmatch(core)
    if found:
        word, figure = found.groups()
        bare = vietnamese.search_key(word)
        if figure[1:2].isdigit():
            known = bare in vietnamese.bare_syllables() or _NO_LETTERS.search(figure) is not None  # "ph01" is phối
        else:
            known = figure[1:2] in ("", "/", "-") and bare in _BEFORE_FIGURES
        whole = _NUMBER.fullmatch(figure) or _SYMBOL.fullmatch(figure)
        return (word, figure) if known and whole and not word.isupper() else ()
    found = _FIGURE_THEN_WORD.fullmatch(core)
    if found:
        figure, word = found.groups()
        bare = vietnamese.search_key(word)
        known = len(figure) > 1 or _ONE_FIGURE.match(figure + bare) is not None
        return (figure, word) if known and _VOWEL.search(bare) and not _LIKE_LETTERS.match(figure + bare) else ()
    return ()


def _is_short_form(parts: list[str]) -> bool:
    """Whether a word is the first letter of a syllable and the other with its marks: "b/cáo", "t/hiện"."""
    if len(parts) != 3 or parts[1] != "/" or len(parts[0]) != 1 or not parts[0].islower():
        return False
    return not parts[2].isascii() and vietnamese.is_syllable(parts[2])


def _cut_core(core: str, tail: str) -> list[Piece]:
    if _NUMBER.fullmatch(core):
        return [Piece(core, "number")]
    glued = _apart(core)
    if glued:
        return [piece for part in glued for piece in _cut_core(part, tail if part is glued[-1] else "")]
    day = _DAY.fullmatch(core)
    if day:
        return [Piece(day[1], "text"), Piece(day[2], "number")]
    if _SYMBOL.fullmatch(core) or (tail.startswith(")") and _LETTERED.fullmatch(core)):
        return [Piece(core, "symbol")]
    parts = [part for part in _INNER.split(core) if part]
    pieces = []
    for number, part in enumerate(parts):
        after = parts[number + 1] if number + 1 < len(parts) else tail
        if (number == 0 and _is_short_form(parts)) or (part in _POWERS and after.startswith(".")):
            pieces.append(Piece(part, "symbol"))
        elif _SEPARATOR.fullmatch(part):
            pieces.append(Piece(part, "punctuation"))
        elif _NUMBER.fullmatch(part):
            pieces.append(Piece(part, "number"))
        elif _SYMBOL.fullmatch(part) or (len(_DIGITS.findall(part)) > 1 and _NO_LETTERS.search(part)):
            pieces.append(Piece(part, "symbol"))
        elif _LETTER.search(part) or (set(part) & LETTER_SIGNS and len(part) <= 7 and len(_DIGITS.findall(part)) < 2):
            last = number == len(parts) - 1
            doubtful = part + tail[0] if last and tail and tail[0] in _AMBIGUOUS_TAIL else ""
            if last and tail.startswith(_STROKE_TAIL) and len(part) > 1 and part.isupper():
                doubtful = part + "I"
            pieces.append(Piece(part, "text", doubtful))
        else:
            pieces.append(Piece(part, "number" if _DIGITS.search(part) else "other"))
    return pieces
