"""Numbers and symbols of documents (số, ký hiệu): "29/KH-UBND", "26-CT/TU", "30/2020/NĐ-CP".

The trouble: the number is written by hand or left blank ("Số:      /KH-UBND"), spaces stand inside the symbol,
"Số" comes back as "Sé", "S6" or "So", đ as d, the stroke as l, I or 1.

What it never does: touch a digit. The symbol is repaired only to a member of a closed list of codes, each
repair is named in `repairs`, and the printed form stays in `raw`.
"""
from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Form = Literal["state", "party", "normative", "law", "letter"]


@dataclass(frozen=True, slots=True)
class NumberLine:
    """The line "Số: 29/KH-UBND" of a head.

    `number` is None where blank or unreadable, `symbol` as the contract wants it ("KH-UBND"; Party "KH/HPN"), None
    where there is none. `form` is the grammar it follows. `repairs` are (before, after) pairs of the symbol. `doubt`
    says what is unsure. `end` is where the symbol ends, so that a merged dateline after it can be read.
    """

    start: int
    end: int
    raw: str
    number: str | None
    symbol: str | None
    form: Form
    year: str | None = None      # "30/2020/NĐ-CP"
    type_code: str | None = None  # "KH", None for an official letter
    body_code: str | None = None  # "UBND", "HPN", "SYT-NVY"
    repairs: tuple[tuple[str, str], ...] = ()
    doubt: str | None = None


@dataclass(frozen=True, slots=True)
class FoundSymbol:
    """A whole number with symbol in running text; `text` is its mended form ("26-CT/TU"), `raw` as printed."""

    start: int
    end: int
    raw: str
    text: str
    form: Form
    type_code: str | None
    body_code: str | None
    year: str | None = None
    repairs: tuple[tuple[str, str], ...] = ()
    doubt: str | None = None


def parse_number_line(text: str) -> NumberLine | None:
    """The number and symbol in a line of a head, or None where the line has none."""
    raise NotImplementedError


def find_symbols(text: str) -> tuple[FoundSymbol, ...]:
    """All document numbers with a symbol in running text, in order."""
    raise NotImplementedError


def mend_symbol(symbol: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """A symbol without inner spaces and mended from the closed lists, with the repairs made."""
    raise NotImplementedError
