"""Vietnamese dates in running text and in the dateline -> EDTF level 0.

The trouble: days and months are left blank or dotted ("ngày … tháng 01 năm 2024"), a recogniser
drops lone digits or reads them as letters, a year stands once for two dates ("từ 01/3 đến
15/4/2024"), and half of the dates in a plan are no dates at all (anniversaries without a year,
"ngày 20 hằng tháng", "kế hoạch 5 năm", "giai đoạn 2021-2025").

What it never does: fill a blank, correct a digit or guess a year. A date that cannot be (30/02)
or whose digits are doubtful has `doubt` set and is shortened to the part that can be trusted.
"""
from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Precision = Literal["day", "month", "quarter", "half", "year"]


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A date in a text; `start` and `end` are offsets of its own words ("ngày 05/9/2024").

    `edtf` is "2024", "2024-09" or "2024-09-05"; a quarter or half year gives its last day. It is None
    where the text gives no year, or where the date is recurring or unreadable. `first` and `last`
    are the ends of the time it covers as ISO days (None where `edtf` is None): for "quý I/2024"
    2024-01-01 and 2024-03-31. `doubt` says what is wrong in a few words, None where nothing is.
    """

    start: int
    end: int
    raw: str
    edtf: str | None
    precision: Precision
    first: str | None
    last: str | None
    recurring: bool = False   # "ngày 20 hằng tháng"
    yearless: bool = False    # "20/11", "trước ngày 15/12"
    year_from_span: bool = False  # the year stands at the other end: "từ 01/3 đến 15/4/2024"
    doubt: str | None = None


@dataclass(frozen=True, slots=True)
class Dateline:
    """The head's "Địa danh, ngày ... tháng ... năm ...". Blank parts are None.

    `date` is EDTF shortened to what is written and sure, None without a year. `day`, `month`, `year` are as
    printed ("05"), doubtful ones included.
    """

    start: int
    end: int
    raw: str
    place: str | None
    date: str | None
    day: str | None
    month: str | None
    year: str | None
    doubt: str | None = None


@dataclass(frozen=True, slots=True)
class FoundSpan:
    """A time from ... to ...; either end may be None where the text does not date it.

    `first` and `last` are EDTF: "đầu năm 2024" gives the first day, "hết năm 2024" the last one, a month or
    a year named as such keeps its precision.
    """

    start: int
    end: int
    raw: str
    first: str | None
    last: str | None
    recurring: bool = False
    doubt: str | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """A date with words before it that make it a term ("trước ngày", "chậm nhất", "xong trong quý I").

    `start` is where these words begin, `cue` the words as printed, `edtf` the contract's date: that of
    "trước ngày" itself, a quarter's last day, a month or a year with its own precision.
    """

    start: int
    end: int
    cue: str
    edtf: str
    date: FoundDate


def find_dates(text: str) -> tuple[FoundDate, ...]:
    """All dates of a text in order, recurring and yearless ones flagged as such."""
    raise NotImplementedError


def parse_dateline(text: str) -> Dateline | None:
    """The dateline in a line (which may hold the number too), or None where there is none."""
    raise NotImplementedError


def find_spans(text: str) -> tuple[FoundSpan, ...]:
    """All spans "từ ... đến ...", "giai đoạn 2021-2025", "01/3 - 15/4/2024" in order."""
    raise NotImplementedError


def find_due(text: str) -> tuple[Due, ...]:
    """All dates that are terms: dated, not recurring, with words before them that set a term."""
    raise NotImplementedError
