"""Quantities in Vietnamese text -> comparator, decimal value, unit.

The trouble: the comma is the decimal mark and the point parts thousands, but offices mix both
("2.32 %", "1,500 con"); "trên 95%", "từ 99% trở lên", "138-140 triệu đồng", "14/19 tiêu chí",
"05 giường"; and most numbers of a plan are no quantities (labels, dates, numbers of documents,
"giai đoạn 2021-2025", "mức độ 2").

What it never does: correct a digit. A number with letters in it ("1O2", "l5") is kept in `raw`, its value is None and
`doubt` says why.
"""
from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Comparator = Literal["=", ">=", "<=", ">", "<", "range"]


@dataclass(frozen=True, slots=True)
class Quantity:
    """One number with its unit. Offsets cover comparator words, number and unit.

    `value` and `value_to` are decimal strings by the contract ("34.4"); `value` is None for a number that cannot
    be read. `unit` is as printed, None without one. `total` is the 19 of "14/19 tiêu chí". `number_start` and
    `number_end` cover the digits alone. `doubt` says what is unsure.
    """

    start: int
    end: int
    raw: str
    comparator: Comparator
    value: str | None
    value_to: str | None
    unit: str | None
    number_start: int
    number_end: int
    total: str | None = None
    doubt: str | None = None


def parse_number(text: str) -> str | None:
    """A printed Vietnamese number as a decimal string, None where it is none or ambiguous."""
    raise NotImplementedError


def find_quantities(text: str) -> tuple[Quantity, ...]:
    """All quantities of a text in order; dates, labels and document numbers are left out."""
    raise NotImplementedError
