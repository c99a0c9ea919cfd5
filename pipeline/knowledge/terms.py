"""Spans ("từ ... đến ...") and terms ("trước ngày ...") in running text, built of dates.

The trouble: "từ đầu năm 2024 đến 30/6/2024" names a day without printing it, a quarter is due on its last day, and
the words that make a date a term stand before it, near or far.

What it never does: date an end that the text does not date.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from pipeline.knowledge.dates import OF_YEAR, Edge, FoundDate, edtf_of, find_dates
from pipeline.knowledge.fuzzy import aligned

Strength = Literal["term", "time", "horizon"]


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
    """A date with words before it that make it a term, or with what is held then, or alone in brackets behind it.

    `cue` is these words as printed, empty where there are none, `start` where they begin. `strength`: "term" for
    "trước", "chậm nhất", "hoàn thành ... trong"; "time" for "trong quý I", "thời gian: tháng 3/2024"; "horizon" for
    "đến năm 2025", which more often belongs to a target than to a task.
    """

    start: int
    end: int
    cue: str
    edtf: str
    strength: Strength
    date: FoundDate


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
    rf"(?:thang\s*(?P<m1>[0-9]{{1,2}})\s*(?:-|den)\s*(?P<m2>[0-9]{{1,2}}){OF_YEAR}(?P<my>(?:19|"
    rf"20)[0-9]{{2}})"
    rf"|(?:(?:tu )?ngay|tu)[’'`.]?\s*(?P<d1>[0-9]{{1,2}})\s*(?:-|den(?: het)?(?: ngay)?)\s*(?P<d2>[0-9]{{1,2}})"
    rf"(?:/(?P<dm>[0-9]{{1,2}})/(?P<dy>(?:19|20)[0-9]{{2}})|\s*thang\s*(?P<dm2>[0-9]{{1,2}}){OF_YEAR}"
    rf"(?P<dy2>(?:19|20)[0-9]{{2}})))(?![0-9])"
)


_DIGIT = re.compile(r"\d")
LONGEST_TO = 40  # signs between the two dates of a span
FROM_WITHIN, OPEN_WITHIN = 30, 60  # signs before a date in which "từ", "từ nay cho đến" begin


def find_spans(text: str) -> tuple[FoundSpan, ...]:
    """All spans "từ ... đến ...", "giai đoạn 2021-2025", "01/3 - 15/4/2024" in order.

    >>> [(s.first, s.last) for s in find_spans("Đợt 1: từ đầu năm 2024 đến 30/6/2024")]
    [('2024-01-01', '2024-06-30')]
    """
    return _find_spans(text)


@lru_cache(maxsize=512)
def _find_spans(text: str) -> tuple[FoundSpan, ...]:
    dates = find_dates(text)
    if not dates and _DIGIT.search(text) is None:
        return ()
    plain = aligned(text)
    spans = list(_between_dates(text, plain, dates))
    taken = bytearray(len(text))
    for span in spans:
        taken[span.start : span.end] = b"\1" * (span.end - span.start)
    spans += [
        span for span in (*_between_years(text, plain), *_between_days_or_months(text, plain))
        if not any(taken[span.start : span.end])
    ]
    return tuple(sorted(spans, key=lambda span: span.start))


def _between_dates(text: str, plain: str, dates: Sequence[FoundDate]) -> Iterator[FoundSpan]:
    """Spans from one date to the next, and from no date ("từ nay") to one. `plain` is the `aligned` text."""
    used = -1  # the last date that is the end of a span
    for index, date in enumerate(dates):
        if index <= used:
            continue
        after = dates[index + 1] if index + 1 < len(dates) else None
        between = "" if after is None else plain[date.end : after.start]
        if after is not None and len(between) <= LONGEST_TO and _TO.match(between) and date.precision != "half":
            used = index + 1
            opening = _FROM.search(plain, max(0, date.start - FROM_WITHIN), date.start)
            span = _from_to(text, date, after, between, opening.start() if opening else date.start)
            if span is not None:
                yield span
            continue
        opening = _OPEN_START.search(plain, max(0, date.start - OPEN_WITHIN), date.start)
        if opening and date.edtf:
            edge = date.edge or ("end" if re.search(r"het|cuoi", opening.group()) else None)
            raw = text[opening.start() : date.end]
            yield FoundSpan(opening.start(), date.end, raw, None, _end_value(date, edge), doubt=date.doubt)


def _from_to(text: str, date: FoundDate, after: FoundDate, between: str, start: int) -> FoundSpan | None:
    """The span from one date to the one after it; None where neither is dated."""
    edge = after.edge or ("end" if re.search(r"het|cuoi|ket thuc", between) else None)
    doubt = date.doubt or after.doubt
    whole = date.precision in ("quarter", "half")
    first = _end_value(date, "start" if whole and date.edge is None else date.edge)
    last = _end_value(after, edge)
    if first and last and date.first and after.last and date.first > after.last:
        first, doubt = None, "begins after its end"
    if not (first or last or date.recurring or after.recurring):
        return None
    recurring = (date.recurring or after.recurring) and not (first and last)
    return FoundSpan(start, after.end, text[start : after.end], first, last, recurring, doubt)


def _between_years(text: str, plain: str) -> Iterator[FoundSpan]:
    """ "2021-2025", "2021 đến hết năm 2025"."""
    for match in _YEARS_SPAN.finditer(plain):
        last = f"{match['b']}-12-31" if "het" in match["join"] else match["b"]
        first, doubt = (match["a"], None) if match["a"] <= match["b"] else (None, "begins after its end")
        yield FoundSpan(match.start(), match.end(), text[match.start() : match.end()], first, last, doubt=doubt)


def _between_days_or_months(text: str, plain: str) -> Iterator[FoundSpan]:
    """ "tháng 3 - 5 năm 2024", "từ ngày 01 đến 15/4/2024"."""
    for match in _MONTH_RANGE.finditer(plain):
        if match["my"]:
            ends = [edtf_of(int(match["my"]), match[name], None) for name in ("m1", "m2")]
        else:
            year, month = match["dy"] or match["dy2"], match["dm"] or match["dm2"]
            ends = [edtf_of(int(year), month, match[name]) for name in ("d1", "d2")]
        doubt = next((end[4] for end in ends if end[4]), None)
        raw = text[match.start() : match.end()]
        yield FoundSpan(match.start(), match.end(), raw, ends[0][0], ends[1][0], doubt=doubt)


def _end_value(date: FoundDate, edge: Edge | None) -> str | None:
    """EDTF of one end of a span; a quarter or half year opens with its first day and closes with its last."""
    if edge == "end":
        return date.last
    if edge == "start":
        return date.first
    return date.edtf


# --- terms -----------------------------------------------------------------------------------------------

# "vào sáng chủ nhật, ngày 04/3/2007", "vào thượng tuần tháng 5/1998"
_WEEKDAY = (
    r"buoi|sang|chieu|khoang|(?:thuong|trung|ha) tuan|tuan(?: (?:dau|cuoi|thu [a-z1-4]+))?"
    r"|(?:thu (?:hai|ba|tu|nam|sau|bay|[2-7])|chu nhat),?"
)
_TERM = re.compile(
    r"(?:(?:cham|muon|tre)\s+(?:[.,']\s)?nhat|truoc|(?<!cong )uoc(?=\s*\Z)|"
    r"khong\s+(?:muon|cham|qua|tre)\s*(?:hon|qua)?|han\s+(?:cuoi|chot|nop|gui)?|"
    r"thoi\s+(?:han|gian|diem)\s+(?:hoan thanh|thuc hien xong|ket thuc|nop|gui|bao cao)|xong|hoan (?:thanh|"
    r"tat))"
    r"(?:\s+(?:la|vao|truoc|trong|den|toi|het|ngay|dip|le|thoi diem|cuoi|dau|sau|xong"
    rf"|{_WEEKDAY}|\d{{1,2}}\s?(?:h|gio)\s?(?:\d{{2}}(?: phut|')?)?))*\s*[:(,'`|]?\s*\Z"  # a speck is read as a quote
)
_CUT_BEFORE = re.compile(r"uoc\s*")  # what is left of "trước" where its first letters were not read
_TIME = re.compile(
    r"(?:thoi\s+(?:gian|diem|han|luong)(?:\s+[a-z]+){0,4}|trong|vao|to chuc|dien ra|khai mac|khai giang|be mac|be giang"
    r"|(?:so|tong) ket|ra quan|nghiem thu|ban giao|(?<=[:;,] )phat dong"
    r"|den\s+het|den\s+ngay|den\s+cuoi|het|"
    r"tien\s+do|dinh\s+ky)"
    r"(?:\s+(?:la|vao|trong|den|het|ngay|dip|cuoi|dau|tu|du kien|thuc hien"
    rf"|{_WEEKDAY}|\d{{1,2}}\s?(?:h|gio)\s?(?:\d{{2}}(?: phut|')?)?))*\s*[:(,]?\s*\Z"
)
_HORIZON = re.compile(r"(?:den|toi)(?:\s+(?:het|cuoi))?\s*\Z")
# "Hội nghị cấp tỉnh (tháng 9/2010)": a month or quarter alone in brackets says when what stands before it is done
_ASIDE, _CLOSED = re.compile(r"\(\s*\Z"), re.compile(r"\s*\)")
_BEFORE_EVENT = re.compile(r"\btruoc(?: [a-z]+){1,5} \((?:ngay )?\Z")  # "xong trước mùa mưa (15/5/2010)"
# "tổ chức lễ ra quân cấp huyện ngày 05/6/2005": what is to be held, and the day behind it
_HELD = re.compile(
    r"\b(?:to chuc|tien hanh|mo|tham gia|phat dong)\b[^;.:()]{0,60}?\b(?:le|hoi (?:nghi|thi|thao|trai|dien|cho)"
    r"|mit tinh|dai hoi|cuoc thi|giai|chung ket|hop|toa dam|dien tap|ra quan|tap huan|lop)\b[^;.:()\d]{0,60}\Z"
)
HELD_WITHIN = 130  # signs before the day
_ENDS = re.compile(r"\s*(?:[;.,)]|\Z|tai\b)")  # of a clause, or where it is held
_CUE_REACH = 60  # letters before a date in which its cue may begin


def find_due(text: str) -> tuple[Due, ...]:
    """All dates that are terms: dated, not recurring, with words before them that set a term.

    The end of a span ("từ ngày 01/3 đến ngày 15/4/2024") is none.

    >>> [(d.edtf, d.cue, d.strength) for d in find_due("gửi báo cáo trước ngày 15/11/2024")]
    [('2024-11-15', 'trước', 'term')]
    """
    if not find_dates(text):
        return ()
    plain = aligned(text)
    inside = bytearray(len(text))
    for span in find_spans(text):
        if span.first:
            inside[span.start + 1 : span.end] = b"\1" * (span.end - span.start - 1)
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
                if _CUT_BEFORE.fullmatch(match[0]) and date.precision != "day":
                    break  # "Ước tháng 12/2024, thu ngân sách ..." is an estimate
                if strength != "term" and (inside[match.start()] or inside[date.start]):
                    break  # "Tổ chức từ ngày 01/7/2014 đến ngày 30/8/2014"
                kind: Strength = strength
                if strength == "time" and date.precision == "year":
                    kind = "horizon"
                elif strength == "horizon" and date.precision != "year":
                    kind = "time"  # "đến 30/6/2024"
                cue = text[match.start() : date.start].strip(" :(,")
                found.append(Due(match.start(), date.end, cue, date.edtf, kind, date))
                break
        else:
            aside = _ASIDE.search(plain, low, date.start)
            event = _BEFORE_EVENT.search(plain, low, date.start) if date.precision == "day" else None
            if event is not None and (close := _CLOSED.match(plain, date.end)):
                cue = text[event.start() : date.start].strip(" (")
                found.append(Due(event.start(), close.end(), cue, date.edtf, "term", date))
                continue
            if aside and date.precision in ("month", "quarter") and (close := _CLOSED.match(plain, date.end)):
                found.append(Due(aside.start(), close.end(), "", date.edtf, "time", date))
            held = date.precision == "day" and not inside[date.start] and _ENDS.match(plain, date.end)
            if held and _HELD.search(plain, max(0, date.start - HELD_WITHIN), date.start):
                found.append(Due(date.start, date.end, "", date.edtf, "time", date))
    return tuple(found)


def _last_word_match(pattern: re.Pattern[str], plain: str, low: int, high: int) -> re.Match[str] | None:
    match = pattern.search(plain, low, high)
    while match is not None and match.start() > 0 and plain[match.start() - 1].isalpha():
        match = pattern.search(plain, match.start() + 1, high)
    return match
