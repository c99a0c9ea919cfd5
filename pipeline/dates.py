"""Vietnamese dates in running text and in the dateline -> EDTF level 0.

The trouble: days and months are left blank or dotted ("ngày … tháng 01 năm 2024"), a recogniser
drops lone digits or reads them as letters, a year stands once for two dates ("từ 01/3 đến
15/4/2024"), and half of the dates in a plan are no dates at all (anniversaries without a year,
"ngày 20 hằng tháng", "kế hoạch 5 năm").

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

from pipeline.fuzzy import aligned

Precision = Literal["day", "month", "quarter", "half", "year"]
Edge = Literal["start", "end"]
Strength = Literal["term", "time", "horizon"]

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
    """A time from ... to ...; either end is None where the text does not date it.

    `first` and `last` are EDTF: "đầu năm 2024" gives the first day, "hết năm 2024" the last one; a month or
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
    """A date with words before it that make it a term.

    `cue` is these words as printed, `start` where they begin. `strength`: "term" for "trước", "chậm nhất",
    "hoàn thành ... trong"; "time" for "trong quý I", "thời gian: tháng 3/2024"; "horizon" for "đến năm 2025", which
    more often belongs to a target than to a task.
    """

    start: int
    end: int
    cue: str
    edtf: str
    strength: Strength
    date: FoundDate


# --- atoms ---------------------------------------------------------------------------------------------
# All patterns run on `aligned` text: small letters without marks, same length as the text.

# One or two signs with a digit among them; o, l, i and | are what recognisers put for digits. They make a
# date doubtful, they are never turned into digits.
_NUM = r"(?:[0-9][0-9oil|]?|[oil|][0-9])"
_YEAR = r"(?:[12][0-9oil|]{3})"
_QUARTER = r"(?:iv|i{1,3}|l{1,3}|lv|[1-4]|0[1-4])"
_SEP = r"\s?[/.\-]\s?"
_YEAR_WORD = r"n[ai]m"  # "nim" is what English models make of "năm"
_DAY_WORD = r"ngay"
_OF_YEAR = rf"(?:\s*[/\-]\s*|\s*,?\s*{_YEAR_WORD}\s*)"

_DIGIT = re.compile(r"[0-9]")
# The look at the first letter alone halves the time: no kind begins with another.
_ATOM = re.compile(
    r"(?=[0-9oil|ntqdchgbks])(?:"
    + "|".join(
        (
            # ngày 02 tháng 9 năm 2024; blanks and dots between; the year may be missing
            rf"(?P<long>{_DAY_WORD}\s*(?P<long_d>{_NUM}|[\s._]{{0,8}}(?=\s*thang))[\s._]{{0,4}}thang\s*"
            rf"(?P<long_m>{_NUM}|[\s._]{{0,8}}(?=\s*{_YEAR_WORD}))(?![0-9])"
            rf"(?:[\s._,]{{0,4}}{_YEAR_WORD}[\s._]{{0,3}}(?P<long_y>{_YEAR})(?![0-9]))?)",
            # 02/6/2023, 1-2-2024, 30.4.2024, .../.../2024
            rf"(?P<short>(?<![\w/])(?:{_DAY_WORD}\s*)?(?P<short_d>{_NUM}|(?<=y)[\s._]{{1,8}}|"
            rf"(?<=y\s)[\s._]{{1,8}})"
            rf"(?P<sep>{_SEP})(?P<short_m>{_NUM}|[._]{{1,6}})(?P<sep2>{_SEP})(?P<short_y>{_YEAR})(?![0-9/]))",
            # 30/6/24: a year of two digits is no year
            rf"(?P<brief>{_DAY_WORD}\s*(?P<brief_d>{_NUM})/(?P<brief_m>{_NUM})/(?P<brief_y>[0-9]{{2}})(?![0-9/]))",
            # ngày 20/11, từ 01/3, đến 15/4
            rf"(?P<dm>(?:{_DAY_WORD}\s*|(?<=tu )|(?<=den )|(?<=truoc )|"
            rf"(?<=sau ))(?P<dm_d>{_NUM})\s?/\s?(?P<dm_m>{_NUM})(?![0-9/,]))",
            # bare 01/3 before "- 15/4/2024"
            rf"(?P<head>(?<![\w/.,])(?P<head_d>{_NUM})/(?P<head_m>{_NUM})(?=\s*(?:-|"
            rf"den(?:\s+het)?(?:\s+ngay)?)\s*{_NUM}/{_NUM}/{_YEAR}))",
            # 6 tháng đầu năm 2024
            rf"(?P<half>(?P<half_n>[0-9]{{1,2}}|sau|chin|ba)\s*thang\s*(?P<half_e>dau|"
            rf"cuoi)\s*{_YEAR_WORD}(?:\s*(?P<half_y>{_YEAR})(?![0-9]))?)",
            # tháng 3/2024, tháng 3 năm 2024, T3/2024
            rf"(?P<month>(?:(?:(?P<month_edge>dau|cuoi|het|giua|ket thuc)\s+)?(?<![a-z])thang\s*|"
            rf"(?<![a-z0-9])t\.?(?=[0-9]{{1,2}}/))(?P<month_m>{_NUM})(?![0-9])"
            rf"(?:{_OF_YEAR}(?P<month_y>{_YEAR})(?![0-9/]))?)",
            # quý I/2024, quý II năm 2024
            rf"(?P<quarter>(?:(?P<quarter_edge>dau|cuoi|het|"
            rf"ket thuc)\s+)?(?<![a-z])qu[yi]\s*(?P<quarter_q>{_QUARTER})(?![a-z0-9])"
            rf"(?:(?P<quarter_list>(?:\s*(?:,|va|-|"
            rf"den)\s*{_QUARTER}(?![a-z0-9])){{0,3}}){_OF_YEAR}(?P<quarter_y>{_YEAR})(?![0-9]))?)",
            # năm 2024, đầu năm 2024
            rf"(?P<year>(?:(?P<year_edge>dau|cuoi|het|trong suot|"
            rf"ket thuc)\s+)?(?<![a-z]){_YEAR_WORD}\s+(?P<year_y>{_YEAR})(?![0-9]|[.,][0-9]))",
            # ngày 20 alone: the start of a span, or recurring
            rf"(?P<day>(?<![a-z]){_DAY_WORD}\s+(?P<day_d>{_NUM})(?![0-9/]|[.,][0-9]|\s?%))",
        )
    )
    + ")"
)
_KINDS = ("long", "short", "brief", "dm", "head", "half", "month", "quarter", "year", "day")
_RECURRING_AFTER = re.compile(
    r"\s*,?\s*(?:\(?\s*)?(?:hang|moi|cua\s+(?:hang|moi)?\s*|)\s*(?:nam|thang|quy|tuan)(?![a-z])(?!\s*[0-9o]|"
    r"\s+(?:i|v)+\b)"
    r"|\s*(?:cua\s+)?thang\s+(?:cuoi|dau|sau|ke tiep|tiep theo|lien ke)"
    r"|\s+(?:cua\s+)?(?:thang|quy|nam)\s+(?:bao cao|sau|ke tiep|tiep theo|lien ke|do)"
)
_RECURRING_WORDS = re.compile(
    r"\s*,?\s*(?:hang|moi|cac)\s+(?:nam|thang|quy|tuan)(?![a-z])|\s+(?:cua|thang|quy)\s+"
)
_RECURRING_BEFORE = re.compile(r"(?:hang|moi)\s+(?:nam|thang|quy|tuan)[^.;]{0,30}\Z")
_NOT_A_YEAR_WORD = re.compile(r"(?:viet|mien|quang|ha|phia|huong|dong|tay)\s+\Z")
_WORD_COUNTS = {"ba": 3, "sau": 6, "chin": 9}
_QUARTERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "l": 1, "ll": 2, "lll": 3, "lv": 4}


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
            quarter = _QUARTERS.get(printed) or int(printed)
            others = re.findall(r"[0-9]+|[ilv]+(?![a-z])", get("quarter_list") or "")
            if others:
                final = others[-1]
                months = (quarter * 3 - 2, (_QUARTERS.get(final) or int(final)) * 3)
                quarter = None
                if months[0] > months[1]:
                    continue
        elif kind == "half":
            count = _WORD_COUNTS.get(match["half_n"]) or (
                int(match["half_n"]) if match["half_n"].isdigit() else 0
            )
            if not 1 <= count <= 11:
                continue
            months = (1, count) if match["half_e"] == "dau" else (13 - count, 12)
        yield _Parts(kind, start, end, _clean(day), _clean(month), quarter, months, year, edge)


def _clean(part: str | None) -> str | None:
    return None if part is None else part.strip(" ._")


def _may_be_day_month(day: str, month: str) -> bool:
    return not (day.isdigit() and month.isdigit()) or (1 <= int(day) <= 31 and 1 <= int(month) <= 12)


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
    if not parts.year.isdigit() or int(parts.year) not in YEARS:
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
    edtf, first, last, precision, doubt = _edtf(year, parts.month or None, parts.day or None)
    return FoundDate(parts.start, parts.end, raw, edtf, precision, first, last, parts.edge, doubt=doubt)


def _dated(parts: _Parts, raw: str, precision: Precision, year: int, months: tuple[int, int]) -> FoundDate:
    first = f"{year}-{months[0]:02d}-01"
    last = f"{year}-{months[1]:02d}-{monthrange(year, months[1])[1]}"
    return FoundDate(parts.start, parts.end, raw, last, precision, first, last, parts.edge)


def _edtf(year: int, month: str | None, day: str | None) -> tuple[str, str, str, Precision, str | None]:
    """(EDTF, first day, last day, precision, doubt) shortened to the parts that can be."""
    whole_year = (f"{year}", f"{year}-01-01", f"{year}-12-31")
    if month is None:
        return (*whole_year, "year", None if day is None else "day without a month")
    if not month.isdigit():
        return (*whole_year, "year", f"month read as {month}")
    if not 1 <= int(month) <= 12:
        return (*whole_year, "year", f"no month {month}")
    number = int(month)
    last_day = monthrange(year, number)[1]
    stem = f"{year}-{number:02d}"
    whole_month = (stem, f"{stem}-01", f"{stem}-{last_day}")
    if day is None:
        return (*whole_month, "month", None)
    if not day.isdigit():
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
        re.findall(r"[0-9oil|]+", re.sub(r"[a-z]{2,}\.?", " ", words)) if date.precision != "quarter" else []
    )
    if date.precision == "quarter":
        printed = words.split("quy")[-1].split("qui")[-1].strip()
        quarter = _QUARTERS.get(printed) or int(printed)
        months = (quarter * 3 - 2, quarter * 3)
        first, last = f"{year}-{months[0]:02d}-01", f"{year}-{months[1]:02d}-{monthrange(year, months[1])[1]}"
        return replace(date, edtf=last, first=first, last=last, yearless=False, year_from_span=True)
    if date.precision == "month" and len(numbers) == 1:
        edtf, first, last, precision, doubt = _edtf(year, numbers[0], None)
    elif date.precision == "day" and len(numbers) == 2:
        edtf, first, last, precision, doubt = _edtf(year, numbers[1], numbers[0])
    elif date.precision == "day" and len(numbers) == 1 and after.edtf is not None and len(after.edtf) == 10:
        edtf, first, last, precision, doubt = _edtf(year, after.edtf[5:7], numbers[0])
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


# --- the dateline ----------------------------------------------------------------------------------------

# Three slots with at most 12 signs of anything in each: handwriting gives "ngày 4£ tháng ,S năm 2017".
_DATELINE = re.compile(
    r"(?<![a-z])(?!nguy)n[gq][a-z]{1,2}[yv](?P<d>[^\n]{0,12}?)\s?th[a-z]n[gq](?P<m>[^\n]{0,12}?)"
    r"\s?n[a-z]m(?![a-z])(?P<y>\s*[0-9oil|]{4}(?![0-9a-z])|[^a-z\n]{0,14})"
)
_DATELINE_SHORT = re.compile(rf"(?<=, )ngay\s+(?P<d>{_NUM})[/.\-](?P<m>{_NUM})[/.\-](?P<y>{_YEAR})(?![0-9])")
_PLACE = re.compile(
    r"(?P<place>(?:T\.?P\.?|Tp\.|TX\.|TT\.|Q\.|P\.|H\.)?\s*[^\W\d_][^,;:.\d/]{1,60}?(?:(?<=uận)\s\d{1,2}|"
    r"(?<=ường)\s\d{1,2})?)\s*[,.;]?\s*\Z"
)
_BLANK = re.compile(r"[\s._,;:'\"*~\-/\\|…‥‧]*\Z")
_TIDY = re.compile(r"\s+")


def parse_dateline(text: str) -> Dateline | None:
    """The dateline in a line (which may hold the number too), or None where there is none.

    >>> parse_dateline("Số: 12/KH-UBND   Hoa Lư, ngày … tháng 01 năm 2024").date
    '2024-01'
    """
    plain = aligned(text)
    found = [match for match in _DATELINE.finditer(plain) if _few_letters(match)]
    match = found[-1] if found else None  # the last: a merged line may hold "ngày" in the issuer's half
    if match is None:
        match = _DATELINE_SHORT.search(plain)
        if match is None:
            return None
    doubts: list[str] = []
    day = _slot(text, match, "d", 2, doubts, "day")
    month = _slot(text, match, "m", 2, doubts, "month")
    year = _slot(text, match, "y", 4, doubts, "year")
    if day is None and month is None and year is None and not _comma_before(plain, match.start()):
        return None
    date = None
    if year is not None and year.isdigit() and len(year) == 4 and int(year) in YEARS:
        known_month = month if month is not None and month.isdigit() else None
        known_day = day if day is not None and day.isdigit() and known_month else None
        date, _, _, _, doubt = _edtf(int(year), known_month, known_day)
        if doubt:
            doubts.append(doubt)
    end = match.end()
    while end > match.start() and text[end - 1] in " \t,;:":
        end -= 1
    place, start = _place_before(text, plain, match.start())
    return Dateline(start, end, text[start:end], place, date, day, month, year, "; ".join(doubts) or None)


def _few_letters(match: re.Match[str]) -> bool:
    """Whether the slots hold no words: "ngày làm việc tháng" is no dateline, "ngày 4£ tháng ,S" is one."""
    return all(sum(map(str.isalpha, match[name])) <= 3 for name in ("d", "m"))


def _comma_before(plain: str, at: int) -> bool:
    return plain[:at].rstrip().endswith(",")


def _slot(text: str, match: re.Match[str], name: str, width: int, doubts: list[str], what: str) -> str | None:
    """What stands in one slot: digits, None for a blank; anything else is kept as printed with a doubt."""
    printed = text[match.start(name) : match.end(name)]
    if _BLANK.match(aligned(printed)):
        return None
    kept = printed.strip(" ._,;:'\"*~-/\\|…‥‧\t")
    digits = kept.replace(" ", "")
    if digits.isdigit() and digits.isascii():
        if len(digits) > width:
            doubts.append(f"{what} read as {kept}")
            return kept if what != "year" else digits[:4] if len(kept.split()[0]) == 4 else kept
        if what == "year" and len(digits) < 4:
            return None  # "năm 20…": the form's own digits, the rest left blank
        if digits != kept:
            doubts.append(f"{what} printed with a space")
        return digits
    doubts.append(f"{what} read as {kept}")
    return kept


# What may stand to the left of the place on a line that two columns were merged into.
_SYMBOL_END = re.compile(
    r".*(?:[A-ZĐ&0-9]{2,}[-/][A-ZĐƯƠa-zđ0-9.&\-/]{1,30}|[/\-][A-ZĐ][A-ZĐa-z&\-]{1,20}|\*|"
    r"\bSố\s*:?\s*[\d.…/ ]*)\s+"
)


_MOTTO = re.compile(r"(?:hanh phuc|viet nam)[\s*_.\-]*(?=[a-z])")


def _place_before(text: str, plain: str, at: int) -> tuple[str | None, int]:
    before = text[:at]
    left = max(before.rfind("\n"), before.rfind("\t"), before.rfind("   "))
    segment_start = left + 1
    segment = before[segment_start:]
    motto = _MOTTO.search(plain, segment_start, at)
    if motto:  # "Độc lập - Tự do - Hạnh phúc" on the line above was merged in
        segment_start = motto.end()
        segment = text[segment_start:at]
    cut = _SYMBOL_END.match(segment)
    if cut:
        segment_start += cut.end()
        segment = segment[cut.end() :]
    match = _PLACE.search(segment)
    if match is None:
        return None, at
    place = _TIDY.sub(" ", match["place"]).strip(" -*_\"'()")
    words = place.split()
    # A place is written in capitals ("Hoa Lư", "TP. Hồ Chí Minh", "Ea H'leo"); small words before are not its own.
    while words and not words[0][0].isupper():
        words.pop(0)
    if not words or len(words) > 7:
        return None, at
    place = " ".join(words)
    return place, segment_start + segment.rfind(words[0]) if len(words) == 1 else segment_start + max(
        segment.find(words[0]), 0
    )


# --- spans -----------------------------------------------------------------------------------------------

_FROM = re.compile(r"(?:tinh\s+)?(?:ke\s+)?tu(?:\s+(?:ngay|thang|nam|quy))?\s*\Z|bat dau(?:\s+tu)?\s*\Z")
_TO = re.compile(
    r"\s*(?:,?\s*(?:keo dai\s+)?(?:cho\s+)?(?:den|toi)(?:\s+(?:het|cuoi|truoc|ngay|ket thuc|hang))*|-|–)\s*\Z"
)
_OPEN_START = re.compile(
    r"tu\s+(?:nay|khi[^.;,]{1,30}|ngay\s+(?:ky|ban hanh)[^.;,]{0,20})\s+(?:cho\s+)?(?:den|toi)(?:\s+(?:het|"
    r"cuoi|ngay|truoc))*\s*\Z"
)
_YEARS_SPAN = re.compile(
    r"(?<![\w/.\-])(?P<a>(?:19|20)[0-9]{2})\s*(?P<join>-|den(?:\s+het)?(?:\s+nam)?|den\s+nam)\s*(?P<b>(?:19|"
    r"20)[0-9]{2})(?![0-9/]|[.,][0-9]|\s?%)"
)
_MONTH_RANGE = re.compile(
    rf"(?:thang\s*(?P<m1>[0-9]{{1,2}})\s*(?:-|den)\s*(?P<m2>[0-9]{{1,2}}){_OF_YEAR}(?P<my>(?:19|"
    rf"20)[0-9]{{2}})"
    rf"|ngay\s*(?P<d1>[0-9]{{1,2}})\s*-\s*(?P<d2>[0-9]{{1,2}})/(?P<dm>[0-9]{{1,2}})/(?P<dy>(?:19|"
    rf"20)[0-9]{{2}}))(?![0-9])"
)


def find_spans(text: str) -> tuple[FoundSpan, ...]:
    """All spans "từ ... đến ...", "giai đoạn 2021-2025", "01/3 - 15/4/2024" in order.

    >>> [(s.first, s.last) for s in find_spans("Đợt 1: từ đầu năm 2024 đến 30/6/2024")]
    [('2024-01-01', '2024-06-30')]
    """
    plain = aligned(text)
    dates = find_dates(text)
    spans: list[FoundSpan] = []
    used: set[int] = set()
    for index, date in enumerate(dates):
        if index + 1 < len(dates) and index not in used:
            after = dates[index + 1]
            between = plain[date.end : after.start]
            if len(between) <= 40 and _TO.match(between) and date.precision != "half":
                opening = _FROM.search(plain, max(0, date.start - 30), date.start)
                start = opening.start() if opening else date.start
                edge = after.edge or ("end" if re.search(r"het|cuoi|ket thuc", between) else None)
                doubt = date.doubt or after.doubt
                whole = date.precision in ("quarter", "half")
                first = _end_value(date, "start" if whole and date.edge is None else date.edge)
                last = _end_value(after, edge)
                if first and last and date.first and after.last and date.first > after.last:
                    first, doubt = None, "begins after its end"
                if first or last or date.recurring or after.recurring:
                    recurring = (date.recurring or after.recurring) and not (first and last)
                    spans.append(
                        FoundSpan(start, after.end, text[start : after.end], first, last, recurring, doubt)
                    )
                used.update((index, index + 1))
                continue
        if index not in used:
            opening = _OPEN_START.search(plain, max(0, date.start - 60), date.start)
            if opening and date.edtf:
                edge = date.edge or ("end" if re.search(r"het|cuoi", opening.group()) else None)
                spans.append(
                    FoundSpan(
                        opening.start(),
                        date.end,
                        text[opening.start() : date.end],
                        None,
                        _end_value(date, edge),
                        doubt=date.doubt,
                    )
                )
                used.add(index)
    for match in _YEARS_SPAN.finditer(plain):
        if any(span.start < match.end() and match.start() < span.end for span in spans):
            continue
        last = match["b"]
        if "het" in match["join"]:
            last = f"{last}-12-31"
        doubt = None if match["a"] <= match["b"] else "begins after its end"
        spans.append(
            FoundSpan(
                match.start(),
                match.end(),
                text[match.start() : match.end()],
                match["a"] if not doubt else None,
                last,
                doubt=doubt,
            )
        )
    for match in _MONTH_RANGE.finditer(plain):
        if any(span.start < match.end() and match.start() < span.end for span in spans):
            continue
        if match["my"]:
            ends = [_edtf(int(match["my"]), match[name], None) for name in ("m1", "m2")]
        else:
            ends = [_edtf(int(match["dy"]), match["dm"], match[name]) for name in ("d1", "d2")]
        doubt = next((end[4] for end in ends if end[4]), None)
        spans.append(
            FoundSpan(
                match.start(),
                match.end(),
                text[match.start() : match.end()],
                ends[0][0],
                ends[1][0],
                doubt=doubt,
            )
        )
    return tuple(sorted(spans, key=lambda span: span.start))


def _end_value(date: FoundDate, edge: Edge | None) -> str | None:
    """EDTF of one end of a span; a quarter or half year opens with its first day and closes with its last."""
    if edge == "end":
        return date.last
    if edge == "start":
        return date.first
    return date.edtf


# --- terms -----------------------------------------------------------------------------------------------

_TERM = re.compile(
    r"(?:(?:cham|muon|tre)\s+nhat|truoc|khong\s+(?:muon|cham|qua|tre)\s*(?:hon|qua)?|han\s+(?:cuoi|chot|nop|"
    r"gui)?|"
    r"thoi\s+(?:han|gian|diem)\s+(?:hoan thanh|thuc hien xong|ket thuc|nop|gui|bao cao)|xong|hoan (?:thanh|"
    r"tat))"
    r"(?:\s+(?:la|vao|truoc|trong|den|toi|het|ngay|thoi diem|cuoi|dau|sau|xong))*\s*[:(,]?\s*\Z"
)
_TIME = re.compile(
    r"(?:thoi\s+(?:gian|diem|han|luong)(?:\s+[a-z]+){0,4}|trong|vao|den\s+het|den\s+ngay|den\s+cuoi|het|"
    r"tien\s+do|dinh\s+ky)"
    r"(?:\s+(?:la|vao|trong|den|het|ngay|cuoi|dau|tu|du kien|thuc hien))*\s*[:(,]?\s*\Z"
)
_HORIZON = re.compile(r"(?:den|toi)(?:\s+(?:het|cuoi))?\s*\Z")
_CUE_REACH = 60  # letters before a date in which its cue may begin


def find_due(text: str) -> tuple[Due, ...]:
    """All dates that are terms: dated, not recurring, with words before them that set a term.

    >>> [(d.edtf, d.cue, d.strength) for d in find_due("gửi báo cáo trước ngày 15/11/2024")]
    [('2024-11-15', 'trước', 'term')]
    """
    plain = aligned(text)
    found = []
    for date in find_dates(text):
        if date.edtf is None or date.recurring:
            continue
        low = max(0, date.start - _CUE_REACH)
        rows: tuple[tuple[re.Pattern[str], Strength], ...] = (
            (_TERM, "term"),
            (_TIME, "time"),
            (_HORIZON, "horizon"),
        )
        for pattern, strength in rows:
            match = _last_word_match(pattern, plain, low, date.start)
            if match is not None:
                kind: Strength = strength
                if strength == "time" and date.precision == "year":
                    kind = "horizon"
                elif strength == "horizon" and date.precision != "year":
                    kind = "time"  # "đến 30/6/2024"
                cue = text[match.start() : date.start].strip(" :(,")
                found.append(Due(match.start(), date.end, cue, date.edtf, kind, date))
                break
    return tuple(found)


def _last_word_match(pattern: re.Pattern[str], plain: str, low: int, high: int) -> re.Match[str] | None:
    match = pattern.search(plain, low, high)
    while match is not None and match.start() > 0 and plain[match.start() - 1].isalpha():
        match = pattern.search(plain, match.start() + 1, high)
    return match
