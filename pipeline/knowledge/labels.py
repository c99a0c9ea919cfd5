"""The mark that opens a numbered paragraph, as a value, and what all its readings have in common.

Nothing here reads a label: `sign_labels` and `worded_labels` do, and `numbering` puts their readings in order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Family = Literal[
    "part", "chapter", "annex", "item", "article", "roman", "arabic", "letter", "paren", "bullet"
]

# Points of a list run a b c d đ e g h: no f, j, w, z (Nghị định 30/2020/NĐ-CP, annex I). Offices use f
# and leave đ out all the same, so `step` takes d -> e and e -> f for sound; ordinals count this row.
ALPHABET = "abcdđefghijklmnopqrstuvwxyz"
LETTERS = "abcdđeghiklmnopqrstuvxy"


@dataclass(frozen=True, slots=True)
class Marker:
    """One reading of the mark at the head of a line.

    `label` is the contract's form ("I", "2.3", "đ", "(1)", "Phần I", "Điều 3"), for a bullet the mark
    itself. `ordinals` are the numbers of its levels: (2, 3) for "2.3", (5,) for "đ", () for a bullet or an
    annex without a number. `shape` shows the kind of each level: "I", "1", "1.1", "I.1", "a", "A", "(1)".
    `punctuation` is what closes it (".", ")", "-", "", ...). `start` is where the mark begins, `text_start`
    where the paragraph's own text begins. `likelihood` from 0 to 1 is from the line alone. `doubt` names
    the fault assumed, None where the mark is read as printed.
    """

    family: Family
    label: str
    ordinals: tuple[int, ...]
    shape: str
    punctuation: str
    start: int
    text_start: int
    likelihood: float
    doubt: str | None = None

    @property
    def style(self) -> tuple[str, str]:
        """What the labels of one list share: shape and closing mark."""
        return (self.shape, self.punctuation)


CLOSE = r"(?P<close>\s?[.)\]}/:,;\-–—~]{1,2}|)"  # "1/", "I-" and "1:" are printed; ",", "}" and "~" are faults
_AFTER = re.compile(r"(?:\s|\*\*|__)*")


def text_start(line: str, end: int) -> int:
    match = _AFTER.match(line, end)
    return match.end() if match else end


def closing(printed: str) -> tuple[str, str | None]:
    """The closing mark in its plain form, and a doubt where it is a likely fault."""
    mark = printed.strip().replace("–", "-").replace("—", "-")
    if mark in ("]", "}"):
        return ")", f"closing mark read as {mark}"
    if mark == ",":
        return ".", "closing mark read as ,"
    if mark == "~":
        return "-", "closing mark read as ~"
    return mark, None


def join_doubts(*doubts: str | None) -> str | None:
    return "; ".join(doubt for doubt in doubts if doubt) or None


def heading_like(rest: str) -> float:
    """How much the text after a label looks like the start of a paragraph or heading: 1 capitals, 0.8 a capital,
    0.3 small letter or digit, 0.6 nothing at all."""
    rest = rest.lstrip(" \t*_\"“'(")
    if not rest:
        return 0.6
    word = re.match(r"[^\W\d_]+(?:\s+[^\W\d_]+)?", rest)
    if word is None:
        return 0.3
    if word.group().isupper() and len(word.group()) > 1:
        return 1.0
    return 0.8 if rest[0].isupper() else 0.3
