"""Vietnamese dates in running text -> EDTF level 0.

The trouble: days and months are left blank or dotted ("ngày … tháng 01 năm 2024"), a recogniser
drops lone digits or reads them as letters, a year stands once for two dates ("từ 01/3 đến
15/4/2024"), and half of the dates in a plan are no dates at all (anniversaries without a year,
"ngày 20 hằng tháng", "kế hoạch 5 năm"). Spans and terms made of dates are read in `terms`, the head's
dateline in `datelines`.

What it never does: fill a blank, correct a digit or guess a year. A date that cannot be (30/02)
or whose digits are doubtful has `doubt` set and is shortened to the part that can be trusted.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from pipeline.knowledge.fuzzy import aligned

Precision = Literal["day", "month", "quarter", "half", "year"]
Edge = Literal["start", "end"]

YEARS = range(1900, 2101)  # Party and state offices; anything else is no year of a document


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A date in a text; `start` and `end` are offsets of its own words ("ngày 05/9/2024").

    `edtf` is "2024", "2024-09" or "2024-09-05"; a quarter or half year gives its last day. It is None where
    the text gives no year, or where the date is recurring or unreadable. `first` and `last` are the ends of
    the time it covers as ISO days (None where `edtf` is None): for "quý I/2024" 2024-01-01 and 2024-03-31.
    `edge` is "start" for "đầu năm 2024", "end" for "hết", "cuối", "kết thúc". `doubt` says what is wrong in
    a few words.
    """

    start: int
    end: int
    raw: str
    edtf: str | None
    precision: Precision
    first: str | None
    last: str | None
    edge: Edge | None = None
    recurring: bool = False  # "ngày 20 hằng tháng"
    yearless: bool = False  # "ngày 20/11", "trước ngày 15/12"
    year_from_span: bool = False  # the year stands at the other end: "từ 01/3 đến 15/4/2024"
    doubt: str | None = None


# --- atoms ---------------------------------------------------------------------------------------------
# All patterns run on `aligned` text: small letters without marks, same length as the text.

# One or two signs with a digit among them; o, l, i and strokes are what recognisers put for digits. They make a
# date doubtful, they are never turned into digits.
_LIKE = "0-9oil|!¡"
NUMBER = rf"(?:[0-9][{_LIKE}]?|[oil|!¡][0-9])"
YEAR = rf"(?:[12][{_LIKE}]{{3}})"
# No quarter is eleven: "Quý 11" was "Quý II", and H is what recognisers make of two strokes.
_QUARTER = r"(?:[il1]v|[1-4](?![0-9h])|0[1-4]|[ilh1t]{1,2}[\]|]|[ilh1t]{1,3})"
_SEP = r"\s?[/.\-]\s?"
_YEAR_WORD = r"n[ai]m"  # "nim" is what English models make of "năm"
_DAY_WORD = r"nga[yu]"  # an italic y is read as u
OF_YEAR = rf"(?:\s*(?://?|-)\s*|\s*,?\s*{_YEAR_WORD}\s*)"

_DIGIT = re.compile(r"[0-9]")
# The look at the first letter alone halves the time: no kind begins with another.
_ATOM = re.compile(
    r"(?=[0-9oil|ntqdchgbks])(?:"
    + "|".join(
        (
            # ngày 02 tháng 9 năm 2024; blanks and dots between; the year may be missing
            # "ngày" may be missing where all the rest is there: "trước 31 tháng 3 năm 2022"
            rf"(?P<long>(?:{_DAY_WORD}\s*|(?<![\w/.,])(?={NUMBER}\s+thang\s+{NUMBER}\s+{_YEAR_WORD}\s+{YEAR}))(?P<long_d>{NUMBER}|[\s._]{{0,8}}(?=\s*thang))[\s._]{{0,4}}thang\s*"
            rf"(?P<long_m>{NUMBER}|[\s._]{{0,8}}(?=\s*{_YEAR_WORD}))(?![0-9])"
            rf"(?:[\s._,]{{0,4}}{_YEAR_WORD}[\s._]{{0,3}}(?P<long_y>{YEAR})(?![0-9]))?)",
            # 02/6/2023, 1-2-2024, 30.4.2024, .../.../2024, 30/1 1/2016 (recognisers part two ones)
            rf"(?P<short>(?<![\w/])(?:{_DAY_WORD}\s*)?(?P<short_d>{NUMBER}|(?<=y)[\s._]{{1,8}}|"
            rf"(?<=y\s)[\s._]{{1,8}})"
            rf"(?P<sep>{_SEP})(?P<short_m>{NUMBER}|1 [012](?=/)|[._]{{1,6}})"
            rf"(?P<sep2>{_SEP})(?P<short_y>{YEAR})(?![0-9/]))",
            # 30/6/24: a year of two digits is no year
            rf"(?P<brief>{_DAY_WORD}\s*(?P<brief_d>{NUMBER})/(?P<brief_m>{NUMBER})/(?P<brief_y>[0-9]{{2}})(?![0-9/]))",
            # ngày 20/11, từ 01/3, đến 15/4
            rf"(?P<dm>(?:{_DAY_WORD}\s*|(?<=tu )|(?<=den )|(?<=truoc )|"
            rf"(?<=sau ))(?P<dm_d>{NUMBER})\s?/\s?(?P<dm_m>{NUMBER})(?![0-9/,]))",
            # bare 01/3 before "- 15/4/2024"
            rf"(?P<head>(?<![\w/.,])(?P<head_d>{NUMBER})/(?P<head_m>{NUMBER})(?=\s*(?:-|"
            rf"den(?:\s+het)?(?:\s+ngay)?)\s*{NUMBER}/{NUMBER}/{YEAR}))",
            # 6 tháng đầu năm 2024
            rf"(?P<half>(?P<half_n>[0-9]{{1,2}}|sau|chin|ba)\s*thang\s*(?P<half_e>dau|"
            rf"cuoi)\s*{_YEAR_WORD}(?:\s*(?P<half_y>{YEAR})(?![0-9]))?)",
            # tháng 3/2024, tháng 3 năm 2024, T3/2024
            rf"(?P<month>(?:(?:(?P<month_edge>dau|cuoi|het|giua|ket thuc)\s+)?(?<![a-z])thang\s*|"
            rf"(?<![a-z0-9])t\.?(?=[0-9]{{1,2}}/))(?P<month_m>{NUMBER})(?![0-9])"
            rf"(?:{OF_YEAR}(?P<month_y>{YEAR})(?![0-9/]))?)",
            # quý I/2024, quý II năm 2024
            rf"(?P<quarter>(?:(?P<quarter_edge>dau|cuoi|het|"
            rf"ket thuc)\s+)?(?<![a-z])qu[yi]\s*(?P<quarter_q>{_QUARTER})(?![a-z0-9])"
            rf"(?:(?P<quarter_list>(?:\s*(?:,|va|-|"
            rf"den)\s*{_QUARTER}(?![a-z0-9])){{0,3}}){OF_YEAR}(?P<quarter_y>{YEAR})(?![0-9]))?)",
            # năm 2024, đầu năm 2024
            rf"(?P<year>(?:(?P<year_edge>dau|cuoi|het|trong suot|"
            rf"ket thuc)\s+)?(?<![a-z]){_YEAR_WORD}\s+(?P<year_y>{YEAR})(?![0-9]|[.,][0-9]))",
            # ngày 20 alone: the start of a span, or recurring
            rf"(?P<day>(?<![a-z]){_DAY_WORD}\s+(?P<day_d>{NUMBER})(?![0-9/]|[.,][0-9]|\s?%))",
        )
    )
    + ")"
)
_KINDS = ("long", "short", "brief", "dm", "head", "half", "month", "quarter", "year", "day")
_RECURRING_BEFORE = re.compile(r"(?:hang|moi)\s+(?:nam|thang|quy|tuan)[^.;]{0,30}\Z")
_NOT_A_YEAR_WORD = re.compile(r"(?:viet|mien|quang|ha|phia|huong|dong|tay)\s+\Z")
_WORD_COUNTS = {"ba": 3, "sau": 6, "chin": 9}
_QUARTER_READ = re.compile(r"qu[yi]\s*((?=[il1]*[1ht\]|])[ilh1t]{1,2}[\]|]|(?=[il1]*[1ht])[ilh1t]{2,3}|1v)(?![a-z0-9])")


@dataclass(frozen=True, slots=True)
class _Parts:
    """What one match says: printed parts, "" for a blank one, None for one that is not there."""

    kind: str
    start: int
    end: int
    day: str | None = None
    month: str | None = None
    quarter: int | None = None
    months: tuple[int, int] | None = None
    year: str | None = None
    edge: Edge | None = None


def find_dates(text: str) -> tuple[FoundDate, ...]:
    """All dates of a text in order, recurring and yearless ones flagged as such.

    >>> [(d.raw, d.edtf) for d in find_dates("ngày 02 tháng 9 năm 2024 và trong quý I/2025")]
    [('ngày 02 tháng 9 năm 2024', '2024-09-02'), ('quý I/2025', '2025-03-31')]
    """
    return _find_dates(text)


@lru_cache(maxsize=512)
def _find_dates(text: str) -> tuple[FoundDate, ...]:
    plain = aligned(text)
    if not _DIGIT.search(plain):
        return ()
    found = [_value(parts, text, plain) for parts in _atoms(plain, text)]
    return tuple(_carry_years(found, plain))


def _atoms(plain: str, text: str) -> Iterable[_Parts]:
    for match in _ATOM.finditer(plain):
        kind = next(kind for kind in _KINDS if match[kind] is not None)
        start, end = match.span()
        get = match.groupdict().get
        if kind == "year":
            word = match.start() if not get("year_edge") else match.end("year_edge") + 1
            if text[word : word + 1] == "N" and _NOT_A_YEAR_WORD.search(plain, max(0, word - 8), word):
                continue  # "Việt Nam 2024"
        if kind == "short" and match["sep"].strip() != match["sep2"].strip():
            continue
        day, month, year = get(f"{kind}_d"), get(f"{kind}_m"), get(f"{kind}_y")
        if kind == "dm" and not _may_be_day_month(day or "", month or ""):
            continue
        if kind == "long" and not day and not month and year is None:
            continue  # "ngày tháng": the words, not a blank date
        edge_word = get(f"{kind}_edge") or ""
        edge: Edge | None = (
            "start" if edge_word == "dau" else "end" if edge_word in ("cuoi", "het", "ket thuc") else None
        )
        if edge_word in ("giua", "trong suot"):
            start = match.end(f"{kind}_edge") + 1
        quarter = None
        months = None
        if kind == "quarter":
            printed = match["quarter_q"]
            quarter = _quarter(printed)
            if quarter is None:
                continue
            others = re.findall(r"[0-9]+|[ilhtv]+(?![a-z])", get("quarter_list") or "")
            if others:
                final = _quarter(others[-1])
                if final is None or quarter > final:
                    continue
                months = (quarter * 3 - 2, final * 3)
                quarter = None
        elif kind == "half":
            count = _WORD_COUNTS.get(match["half_n"]) or (
                int(match["half_n"]) if match["half_n"].isdecimal() else 0
            )
            if not 1 <= count <= 11:
                continue
            months = (1, count) if match["half_e"] == "dau" else (13 - count, 12)
        yield _Parts(kind, start, end, _clean(day), _clean(month), quarter, months, year, edge)


def _quarter(printed: str) -> int | None:
    """1 to 4 of a printed quarter by its strokes; None for more than four."""
    if printed.endswith("v"):
        return 4
    if printed.isdecimal() and int(printed) <= 4:
        return int(printed)
    strokes = len(printed.replace("h", "ii"))
    return strokes if strokes <= 3 else None


def _clean(part: str | None) -> str | None:
    return None if part is None else part.strip(" ._")


def _may_be_day_month(day: str, month: str) -> bool:
    return not (day.isdecimal() and month.isdecimal()) or (1 <= int(day) <= 31 and 1 <= int(month) <= 12)


def _value(parts: _Parts, text: str, plain: str) -> FoundDate:
    raw = text[parts.start : parts.end]
    precision: Precision = "day"
    if parts.kind == "year":
        precision = "year"
    elif parts.kind == "month":
        precision = "month"
    elif parts.kind == "quarter":
        precision = "quarter"
    elif parts.kind == "half":
        precision = "half"
    elif not parts.day:
        precision = "month" if parts.month else "year"
    if parts.year is None:
        recurring = parts.kind != "head" and _is_recurring(parts, plain)
        return FoundDate(
            parts.start, parts.end, raw, None, precision, None, None, parts.edge, recurring, not recurring
        )
    if parts.kind == "brief":
        return FoundDate(parts.start, parts.end, raw, None, precision, None, None, doubt="year of two digits")
    if not parts.year.isdecimal() or int(parts.year) not in YEARS:
        return FoundDate(
            parts.start,
            parts.end,
            raw,
            None,
            precision,
            None,
            None,
            parts.edge,
            doubt=f"year read as {text[parts.start : parts.end][-4:]}",
        )
    year = int(parts.year)
    if parts.quarter is not None:
        return _dated(parts, raw, precision, year, (parts.quarter * 3 - 2, parts.quarter * 3))
    if parts.months is not None:
        return _dated(parts, raw, precision, year, parts.months)
    month = (parts.month or "").replace(" ", "")
    edtf, first, last, precision, doubt = edtf_of(year, month or None, parts.day or None)
    if parts.month and month != parts.month:
        doubt = doubt or f"month read as {parts.month}"
    return FoundDate(parts.start, parts.end, raw, edtf, precision, first, last, parts.edge, doubt=doubt)


def _dated(parts: _Parts, raw: str, precision: Precision, year: int, months: tuple[int, int]) -> FoundDate:
    first = f"{year}-{months[0]:02d}-01"
    last = f"{year}-{months[1]:02d}-{monthrange(year, months[1])[1]}"
    strokes = _QUARTER_READ.search(aligned(raw)) if precision == "quarter" else None
    doubt = f"quarter read as {strokes[1]}" if strokes is not None else None
    return FoundDate(parts.start, parts.end, raw, last, precision, first, last, parts.edge, doubt=doubt)


def edtf_of(year: int, month: str | None, day: str | None) -> tuple[str, str, str, Precision, str | None]:
    """(EDTF, first day, last day, precision, doubt) of printed parts, shortened to what can be."""
    whole_year = (f"{year}", f"{year}-01-01", f"{year}-12-31")
    if month is None:
        return (*whole_year, "year", None if day is None else "day without a month")
    if not month.isdecimal():
        return (*whole_year, "year", f"month read as {month}")
    if not 1 <= int(month) <= 12:
        return (*whole_year, "year", f"no month {month}")
    number = int(month)
    last_day = monthrange(year, number)[1]
    stem = f"{year}-{number:02d}"
    whole_month = (stem, f"{stem}-01", f"{stem}-{last_day}")
    if day is None:
        return (*whole_month, "month", None)
    if not day.isdecimal():
        return (*whole_month, "month", f"day read as {day}")
    if not 1 <= int(day) <= last_day:
        return (*whole_month, "month", f"no day {day} in {stem}")
    whole = f"{stem}-{int(day):02d}"
    return whole, whole, whole, "day", None


def _is_recurring(parts: _Parts, plain: str) -> bool:
    after = plain[parts.end : parts.end + 40]
    if re.match(r"\s*,?\s*\(?(?:hang|moi)\s+(?:nam|thang|quy|tuan|ky)", after):
        return True
    if re.match(r"\s+(?:cua\s+)?(?:cac\s+|moi\s+|hang\s+)?(?:thang|quy|nam)(?![a-z])(?!\s*[0-9])", after):
        return True
    return bool(_RECURRING_BEFORE.search(plain, max(0, parts.start - 45), parts.start))


# --- one year for several dates --------------------------------------------------------------------------

# Between two dates that share a year: "từ 01/3 đến hết ngày 15/4/2024", "tháng 3, tháng 6 và tháng 9 năm 2024".
_SHARED = re.compile(
    r"\s*(?:,|;|va|hoac|-|den(?:\s+het)?(?:\s+cuoi)?(?:\s+(?:het\s+)?ngay)?|toi|het)?\s*(?:den|va)?\s*\Z"
)
_PARENTHESIS = re.compile(r"\s*\([^()]{0,40}\)\s*")


def _carry_years(found: list[FoundDate], plain: str) -> list[FoundDate]:
    """Give a date without a year the printed year of the next date that it is joined to."""
    out = list(found)
    for index in range(len(out) - 2, -1, -1):
        date, after = out[index], out[index + 1]
        if not date.yearless or date.doubt or after.edtf is None or after.precision == "year":
            continue
        between = _PARENTHESIS.sub(" ", plain[date.end : after.start])
        if len(between) > 30 or not _SHARED.match(between):
            continue
        year = int(after.edtf[:4])
        filled = _with_year(date, plain, year, after)
        if filled is not None:
            out[index] = filled
    return out


def _with_year(date: FoundDate, plain: str, year: int, after: FoundDate) -> FoundDate | None:
    words = plain[date.start : date.end]
    numbers = (
        re.findall(rf"[{_LIKE}]+", re.sub(r"[a-z]{2,}\.?", " ", words)) if date.precision != "quarter" else []
    )
    if date.precision == "quarter":
        printed = words.split("quy")[-1].split("qui")[-1].strip()
        quarter = _quarter(printed) or 1
        months = (quarter * 3 - 2, quarter * 3)
        first, last = f"{year}-{months[0]:02d}-01", f"{year}-{months[1]:02d}-{monthrange(year, months[1])[1]}"
        return replace(date, edtf=last, first=first, last=last, yearless=False, year_from_span=True)
    if date.precision == "month" and len(numbers) == 1:
        edtf, first, last, precision, doubt = edtf_of(year, numbers[0], None)
    elif date.precision == "day" and len(numbers) == 2:
        edtf, first, last, precision, doubt = edtf_of(year, numbers[1], numbers[0])
    elif date.precision == "day" and len(numbers) == 1 and after.edtf is not None and len(after.edtf) == 10:
        edtf, first, last, precision, doubt = edtf_of(year, after.edtf[5:7], numbers[0])
    else:
        return None
    if after.last is not None and first > after.last:
        return replace(date, doubt="later than the date it leads to")  # "từ 01/12 đến 15/01/2024"
    return replace(
        date,
        edtf=edtf,
        first=first,
        last=last,
        precision=precision,
        yearless=False,
        year_from_span=True,
        doubt=doubt,
    )
