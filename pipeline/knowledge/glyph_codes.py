"""Text whose letters are the numbers of glyphs in a font: `Ĉӝc lұp - Tӵ do - Hҥnh phúc`.

The trouble: a PDF of Word whose font tells no Unicode gives, for a letter beyond Latin-1, the place of its glyph in
Times New Roman or Arial plus 29. The glyphs of ạ to ỹ stand there in the order of Unicode (U+1EA0 to U+1EF9), with
those of ơ and ư 58 places before, so one number tells them all; which one depends on the issue of the font. đ, ĩ and
ũ keep their places in all of them.

Whether a text is of this kind `encodings` decides, by the legal syllables that come of it.
"""

from __future__ import annotations

import re

FIRST, LAST = 0x1EA0, 0x1EF9  # Ạ, ỹ
HORNS = "ƠơƯư"
BEFORE = 0x3A  # the glyph of Ơ stands so many places before that of Ạ
ALWAYS = {0xFF: "đ", 0x108: "Đ", 0x1AC: "Ĩ", 0x1AD: "ĩ", 0x1C9: "Ũ", 0x1CA: "ũ"}
PLACES = (0x4A4, 0x328)  # of Ạ, in two issues of the fonts
_SPELLED = re.compile("(?<=[a-zà-ỹ])NJ")  # ũ, where a program wrote the letter U+01CA as two


def _table(place: int) -> dict[int, str]:
    return {
        **ALWAYS,
        **{place - BEFORE + step: letter for step, letter in enumerate(HORNS)},
        **{place + step: chr(FIRST + step) for step in range(LAST - FIRST + 1)},
    }


TABLES = tuple(_table(place) for place in PLACES)


def decoded(text: str, table: dict[int, str]) -> str:
    """The text with the letters that its glyphs show, by one of TABLES."""
    return _SPELLED.sub("ũ", text).translate(table)
