"""Marks that open a numbered paragraph: "I.", "1.1", "a)", "đ)", "(11)", "Điều 3.", "-".

The trouble: "I." is Roman one, the letter i or an Arabic 1 read wrong; "đ)" comes back as "d)" or the
other way round; a wrapped line begins with a number that is no label ("12 tháng đầu năm"). One line alone
cannot settle that, so `markers` gives every possible reading, most likely first, and the outline chooses by sequence.

What it never does: change a label. A reading that assumes a fault of the recogniser says so in `doubt`.
"""
from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Family = Literal["part", "chapter", "annex", "item", "article", "roman", "arabic", "letter", "paren", "bullet"]
Step = Literal["next", "first", "repeat", "gap", "back"]

LETTERS = "abcdđeghiklmnopqrstuvxy"


@dataclass(frozen=True, slots=True)
class Marker:
    """One reading of the mark at the head of a line.

    `label` is the contract's form ("I", "2.3", "đ", "(1)", "Phần I", "Điều 3"), for a bullet the mark itself.
    `ordinals` are the numbers of its levels: (2, 3) for "2.3", (5,) for "đ". `punctuation` is what closes it
    (".", ")", "-", "", ...). `text_start` is the offset where the paragraph's own text begins. `likelihood`
    from 0 to 1 is from the line alone. `doubt` names the fault assumed, None where it is read as printed.
    """

    family: Family
    label: str
    ordinals: tuple[int, ...]
    punctuation: str
    start: int
    text_start: int
    likelihood: float
    doubt: str | None = None

    @property
    def style(self) -> tuple[str, str, int]:
        """What labels of one list share: family, closing mark, number of levels."""
        return (self.family, self.punctuation, len(self.ordinals))


def markers(line: str) -> tuple[Marker, ...]:
    """All readings of the mark at the head of a line, most likely first; () where there is none."""
    raise NotImplementedError


def parse_marker(line: str) -> Marker | None:
    """The most likely reading, or None."""
    raise NotImplementedError


def successor(marker: Marker) -> str | None:
    """The label that would follow at the same level ("d" -> "đ", "1.9" -> "1.10"); None for a bullet or the last letter."""
    raise NotImplementedError


def step(previous: Marker, marker: Marker) -> Step | None:
    """How `marker` stands to `previous` of the same list; None where they cannot be of one list."""
    raise NotImplementedError


def is_first(marker: Marker) -> bool:
    """Whether it opens a list ("I", "1", "2.1", "a", "(1)")."""
    raise NotImplementedError


def opens_under(parent: Marker, child: Marker) -> bool:
    """Whether `child` is the first label below `parent` by its number ("2" -> "2.1", "II" -> "1")."""
    raise NotImplementedError
