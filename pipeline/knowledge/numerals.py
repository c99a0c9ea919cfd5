"""Roman numerals and numerals in words, as they stand in labels ("IV", "Phần thứ hai").

The trouble: a recogniser gives "Il", "1V" or "H" for II, IV and II. A reading that assumes such a fault says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_ROMAN = re.compile(r"X{0,3}(?:IX|IV|V?I{0,3})\Z")
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10}
_ROMAN_SIGNS = {
    "Ⅰ": "I",
    "Ⅱ": "II",
    "Ⅲ": "III",
    "Ⅳ": "IV",
    "Ⅴ": "V",
    "Ⅵ": "VI",
    "Ⅶ": "VII",
    "Ⅷ": "VIII",
    "Ⅸ": "IX",
    "Ⅹ": "X",
}
# What recognisers make of capital I: l, 1, |, !, small i, T; of II: H, ll, U; of III: HI, IH.
_ROMAN_FAULTS = str.maketrans(
    {
        "l": "I",
        "1": "I",
        "|": "I",
        "!": "I",
        "i": "I",
        "T": "I",
        "H": "II",
        "U": "II",
        "v": "V",
        "Y": "V",  # "IY." for "IV.", never at the head
        "x": "X",
        "L": "I",
        "t": "I",  # "It." for "II.", never at the head
        "Ì": "I",
        "Í": "I",
        "]": "I",  # "Il]." for "III."
        "Ị": "I",  # "VI" restored as the word "VỊ"
    }
)
# A bold "V" read twice, and what restoration makes of that: no numeral has two, and "VŨ." before a title is no word.
_DOUBLED = re.compile("[Vv][VvŨũỤụÙù]|Xx|xX")
_ONE_WITH_MARK = frozenset("UH")  # "I/" and "I." run together; only the sequence can tell
DIGIT_FAULTS = str.maketrans({"l": "1", "I": "1", "|": "1", "!": "1", "i": "1", "O": "0", "o": "0", "§": "8"})
WORD_NUMERALS = {
    "nhat": 1,
    "mot": 1,
    "hai": 2,
    "ba": 3,
    "tu": 4,
    "bon": 4,
    "nam": 5,
    "sau": 6,
    "bay": 7,
    "tam": 8,
    "chin": 9,
    "muoi": 10,
}


def roman_value(numeral: str) -> int | None:
    """Value of a canonical Roman numeral in capitals up to XXXIX, else None."""
    if not numeral or not _ROMAN.match(numeral):
        return None
    total = 0
    for sign, after in zip(numeral, [*numeral[1:], ""], strict=True):
        value = _ROMAN_VALUES[sign]
        total += -value if after and _ROMAN_VALUES[after] > value else value
    return total


def roman_numeral(value: int) -> str:
    """The Roman numeral of 1 to 39."""
    units = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")
    return "X" * (value // 10) + units[value % 10]


def roman_readings(printed: str) -> Iterator[tuple[str, int, str | None]]:
    """(label, value, doubt) for a token that may be a Roman numeral."""
    whole = "".join(_ROMAN_SIGNS.get(sign, sign) for sign in printed)
    value = roman_value(whole)
    if value is not None:
        yield whole, value, None
        return
    if whole == "TT":
        return  # the head of a column of numbers
    if _DOUBLED.fullmatch(whole):
        yield whole[0].upper(), _ROMAN_VALUES[whole[0].upper()], f"read as {printed}"
        return
    mended = whole.translate(_ROMAN_FAULTS)
    if mended == "IIII":
        mended = "III"  # "HH": two letters of two strokes for one numeral of three
    value = roman_value(mended)
    if value is not None:
        yield mended, value, f"read as {printed}"
        if printed in _ONE_WITH_MARK:
            yield "I", 1, f"read as {printed}"
