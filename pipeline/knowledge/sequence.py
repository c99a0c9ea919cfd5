"""What follows what in a numbered list: "d" then "đ" then "e", "1.9" then "1.10", "II" then "III".

Letters run a b c d đ e g h: no f, j, w, z (Nghị định 30/2020/NĐ-CP, annex I). Offices use f and leave đ out all the
same, so that neither is a gap here; the outline and the checks decide what deserves a warning.
"""

from __future__ import annotations

import re
from typing import Literal

from pipeline.knowledge.labels import ALPHABET, LETTERS, Marker
from pipeline.knowledge.numerals import roman_numeral

Step = Literal["next", "first", "repeat", "gap", "back"]

_SKIPPED = frozenset("đfjwz")  # letters that a list may leave out: f j w z by rule, đ by habit


def successor(marker: Marker) -> str | None:
    """The label that follows at the same level by the rules ("d" -> "đ", "1.9" -> "1.10").

    None for a bullet, a mark without a number or the last letter.
    """
    if not marker.ordinals or marker.family == "bullet":
        return None
    value = marker.ordinals[-1] + 1
    last = re.split(r"[.\s]", marker.label.strip("()"))[-1]
    if last.isdecimal():
        after = str(value).zfill(len(last)) if last.startswith("0") else str(value)
    elif marker.shape.endswith("I") or marker.shape == "(I)":
        after = roman_numeral(value) if value < 40 else ""
    elif marker.shape == "(i)":
        after = roman_numeral(value).lower() if value < 40 else ""
    elif marker.family in ("letter", "paren"):
        letters = [letter for letter in LETTERS if ALPHABET.index(letter) + 1 >= value]
        after = letters[0] if letters else ""
        after = after.upper() if marker.shape == "A" else after
    else:
        return None
    if not after:
        return None
    return marker.label[: marker.label.rindex(last)] + after + (")" if marker.family == "paren" else "")


def step(previous: Marker, marker: Marker) -> Step | None:
    """How `marker` stands to `previous`, the label before it in a list of the same shape.

    "next", "repeat", "gap" (forward over one or more), "first" (starts again at one), "back". Letters pass
    over f, j, w, z and đ. None where the two cannot be of one list.
    """
    if previous.shape != marker.shape or not previous.ordinals or not marker.ordinals:
        return None
    if previous.ordinals[:-1] != marker.ordinals[:-1]:
        if marker.ordinals[-1] == 1:
            return "first"
        return "gap" if marker.ordinals > previous.ordinals else "back"
    before, after = previous.ordinals[-1], marker.ordinals[-1]
    if after == before:
        return "repeat"
    if after == before + 1:
        return "next"
    if after > before:
        letters = marker.shape.lower().strip("()").endswith("a")
        return "next" if letters and set(ALPHABET[before : after - 1]) <= _SKIPPED else "gap"
    return "first" if after == 1 else "back"


def is_first(marker: Marker) -> bool:
    """Whether it opens a list ("I", "1", "2.1", "a", "(1)")."""
    return bool(marker.ordinals) and marker.ordinals[-1] == 1
