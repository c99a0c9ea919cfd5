"""The campaigns and phases of a plan (đợt, giai đoạn), with their first and last day.

The trouble: "giai đoạn 2021-2025" in a programme's name is no phase of this plan; a phase may be a heading, an item
of a list ("Tiêm vét: trong tháng 5/2017", beside "Vòng 1: ..."), the middle of a sentence ("mở đợt cao điểm ... từ
ngày ...") or the row of a timetable.

Evidence in order of trust: the word that a phase is called by (đợt, giai đoạn, bước, học kỳ) before two dates; a name
and two dates and nothing else; a name and one date among such.

What it never does: date a phase that the text does not date.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise

from pipeline.document import Cell, Table
from pipeline.knowledge import dates, terms
from pipeline.knowledge.fuzzy import aligned
from pipeline.structure.name_ends import opens_with_task
from pipeline.structure.passages import Node, Paragraph, Place, after_mark, bullet_of, place_of_cells, walk
from pipeline.structure.task_tables import timed_rows


@dataclass(frozen=True, slots=True)
class FoundPeriod:
    """One campaign or phase by the contract."""

    name: str | None
    start: str | None
    end: str | None
    place: Place
    dated: tuple[Paragraph, int, int] | None = None  # the paragraph, and where in its text after the mark the dates are
    opened: tuple[Paragraph, int] | None = None  # of a phase without dates: the paragraph, and where its name ends


# The words that campaigns and phases are called by; a week or a harvest only with its number. "Đợt mưa lũ" is none.
_KIND = (
    r"(?:dot(?! (?:mua|lu|thien tai|nang|ret|han han|trieu|ap thap|dich benh))"
    r"|giai doan|buoc|vong|chang|thang cao diem|phong trao thi dua cao diem|cao diem|tuan le|thang hanh dong|chien dich"
    r"|(?:tuan|vu|hoc ky) (?=[ivxltpf\d]{1,4}\b))"
)
_NAMED = re.compile(
    r"^(?:trong |to chuc |phat dong |huong ung |trien khai )?(?P<name>"
    + _KIND
    + r"\b(?:[^:;.(]|(?<=\d)\.(?=\d)){0,90}?)"
    r"\s*(?=[:(;]|\.\s+(?:tu (?:ngay|thang)\b|thang \d|quy [ivl\d])"
    r"|,?\s*(?:bat dau )?(?:tu|thoi gian|tinh tu)\b|[-–]\s+tu\b)"
)
_MEANT = re.compile(r"\s*[,(]?\s*dự kiến\Z")  # "Đợt 1 dự kiến từ ngày 20/11/2025 đến ngày 03/12/2025"
_IS_PARTED = re.compile(r"\b(?:chia|gom) ")  # "Chiến dịch chia hai đợt: ...": its parts are the phases
_PURE_SPAN = re.compile(r"^giai doan\s+\d{4}\s*[-–]\s*\d{4}")
_NUMBERED_NAME = re.compile(
    r"^(?:dot|giai doan|buoc|vong|chang)\b(?:\s+\w+){0,3}?\s+(?:\d+|[ivx]+|(?:thu )?(?:nhat|hai|ba|tu|nam))\b"
    r"(?!\s?(?:[-–]\s?\d+\s?)?(?:gio|ngay)\b)"  # "Giai đoạn 48-72 giờ"
)
# "mở đợt cao điểm tuyên truyền từ ngày 01/6/2023 đến ngày 30/6/2023" inside a sentence
_SPOKEN_OF = re.compile(
    r"\b" + _KIND + r"\b[^:;.(]{0,90}?(?=,?\s*\(?(?:bat dau )?(?:tu (?:ngay|thang|quy|\d{1,2})|tinh tu)\b)"
)
_IS_HELD = re.compile(r"\s(?:duoc|se) (?:trien khai|to chuc|thuc hien|tien hanh|phat dong)\b")  # of no name


def find_periods(nodes: Sequence[Node]) -> tuple[FoundPeriod, ...]:
    """Campaigns and phases, dated or not, in document order."""
    found: list[FoundPeriod] = []
    for step in walk(nodes):
        node = step.node
        past = any(above.kind == "situation" for above in (*step.above, node))
        if node.heading is not None and node.title is not None:
            body = node.title.body
            own = tuple(_period(node.title, body, len(node.title.text) - len(body), node.paragraphs))
            found += own or _with_time_below(node)
        found += _within(_of_list(node.content, past), node)
    # "Đợt 1: 3.120 người" beside "Đợt 1: từ ngày 08/9/2021 đến ...": one phase, spoken of twice
    # and "Bước 1: Nộp hồ sơ" is of a procedure, where none of its steps has a date
    dated = {aligned(period.name or "") for period in found if period.start or period.end}
    stepped = any(_STEP.match(name) for name in dated)
    return tuple(
        period for period in found
        if period.start or period.end
        or (aligned(period.name or "") not in dated and (stepped or not _STEP.match(aligned(period.name or ""))))
    )


_STEP = re.compile(r"(?:buoc|vong|chang)\b")


def _within(found: Iterable[FoundPeriod], node: Node) -> Iterator[FoundPeriod]:
    """Phases, those whose days have no year with that of the time they are parts of: "Thời gian: từ ngày 05/6 đến
    15/8/2011, chia làm 2 đợt:" / "- Đợt 1 (từ 05/6 - 05/7)"."""
    for period in found:
        if period.start is None and period.end is None and period.opened is not None:
            paragraph, name_end = period.opened
            above = (span for before in _before(node, paragraph) for span in _known_spans(before.text))
            whole = next(above, None)
            days = _DAYS.search(after_mark(paragraph)[0], name_end)
            near = days is not None and days.start() - name_end <= DATE_NEAR
            if days is not None and near and whole is not None and whole.first and whole.last:
                year = int(whole.first[:4])
                one, other = (dates.edtf_of(year, days[m], days[d]) for d, m in (("d1", "m1"), ("d2", "m2")))
                first, last, doubt = one[0], other[0], one[4] or other[4]
                if doubt is None and whole.first <= first < last <= whole.last and whole.last.startswith(f"{year}"):
                    yield replace(period, start=first, end=last, dated=(paragraph, days.start(), days.end()))
                    continue
        yield period


_DAYS = re.compile(
    r"(?P<d1>\d{1,2})/(?P<m1>\d{1,2})\s*(?:[-–]|đến(?: hết)?)\s*(?:ngày )?(?P<d2>\d{1,2})/(?P<m2>\d{1,2})(?![/\d])"
)


def _before(node: Node, paragraph: Paragraph) -> Iterator[Paragraph]:
    """The paragraphs of a section above one, the nearest first, and its title."""
    own = node.paragraphs[:ITEMS_ABOVE]
    at = next((index for index, other in enumerate(own) if other is paragraph), 0)
    yield from reversed(own[:at])
    if node.title is not None:
        yield node.title


ITEMS_ABOVE = 20  # paragraphs of a section in which its phases stand
_CAMPAIGN_HEADING = re.compile(r"(?:to chuc |phat dong |huong ung |trien khai )?(?P<name>" + _KIND + r"\b.*)")
_TIME_LINE = re.compile(r"(?:thoi gian|thoi diem)(?: (?:to chuc|thuc hien|dien ra|trien khai))?\s*:\s*(?=tu\b)")


def _with_time_below(node: Node) -> Iterator[FoundPeriod]:
    """The campaign that a heading names, dated by a line under it: "2. Tháng hành động" / "b) Thời gian: từ ..."."""
    assert node.heading is not None
    named = _CAMPAIGN_HEADING.fullmatch(aligned(node.heading))
    if named is None or len(node.heading.split()) > LONGEST_NAME:
        return
    name = node.heading[named.start("name") :].strip(" .,:-–")
    below = (*node.paragraphs, *(child.title for child in node.children if child.heading is None and child.title))
    for paragraph in below:
        text, offset = after_mark(paragraph)
        line = _TIME_LINE.match(aligned(text))
        spans = _known_spans(text[: line.end() + SPAN_NEAR]) if line else []
        if line is not None and spans and spans[0].start <= line.end() + 1:
            yield _dated(paragraph, name, spans[0].first, spans[0].last, offset, (spans[0].start, spans[0].end, None))
            return


def _of_list(paragraphs: Sequence[Paragraph], past: bool) -> Iterator[FoundPeriod]:
    """The phases that paragraphs of one section tell; an item with a time and nothing else is one beside others."""
    own = [_of_paragraph(paragraph, past) for paragraph in paragraphs]
    beside = any(
        periods and periods[0].dated is not None and bullet_of(paragraph.text) is not None
        for paragraph, periods in zip(paragraphs, own, strict=True)
    )
    for paragraph, periods in zip(paragraphs, own, strict=True):
        if beside and not periods and paragraph.table is None and bullet_of(paragraph.text) is not None:
            periods = tuple(_named_time(paragraph, *after_mark(paragraph)))
        yield from periods


def _of_paragraph(paragraph: Paragraph, past: bool) -> tuple[FoundPeriod, ...]:
    if paragraph.table is not None:
        return tuple(_periods_of_table(paragraph, paragraph.table))
    if paragraph.area == "basis":
        return ()
    text, offset = after_mark(paragraph)
    opening = tuple(_period(paragraph, text, offset, ()))
    if opening:
        opening += tuple(_further(paragraph, text, offset))
    if past or (opening and opening[0].dated is None):
        return opening
    return (*opening, *_spoken_of(paragraph, text, offset, opening[0].dated[2] if opening and opening[0].dated else 0))


# "Đợt 1: 05/6 - 30/6/2024; Đợt 2: 05/7 - 31/7/2024": one behind the other in a line
_NEXT_PHASE = re.compile(r"[;.]\s+(?=(?:dot|giai doan|buoc|vong) (?:\d{1,2}|[ivx]{1,4})\s?:)")
MOST_PHASES = 12  # of one line


def _further(paragraph: Paragraph, text: str, offset: int) -> Iterator[FoundPeriod]:
    """The phases of a line behind its first one."""
    starts = [mark.end() for mark in islice(_NEXT_PHASE.finditer(aligned(text)), MOST_PHASES)]
    for at, stop in pairwise([*starts, len(text)]):
        for found in _period(paragraph, text[at:stop], offset + at, ()):
            dated = found.dated and (paragraph, found.dated[1] + at, found.dated[2] + at)
            opened = found.opened and (paragraph, found.opened[1] + at)
            yield replace(found, dated=dated, opened=opened)


_SPAN_FIRST = re.compile(r"^tu (?:(?:ngay|thang|dau|quy)\b|\d{1,2}/)[^:;]{4,60}:\s")
LONGEST_NAME = 14  # words of a phase's name after its dates, or in a sentence
DATE_NEAR = 12  # characters between a phase's name and its only date: ": trong tháng 4/2022"
SPAN_NEAR = 60  # characters between a phase's name and its dates
_PAIRED = re.compile(r"\s*(?:va|,|-|–)\s*")
# "Bước 3: Đại hội cấp huyện, trong tháng 8 năm 2008" is of August; what is due before a day is no phase
_IN_TIME = re.compile(r"(?:[:,(]|\btrong|\bvao|\bthoi gian:?|\bdien ra)\s*\Z")


def _known_spans(text: str) -> list[terms.FoundSpan]:
    return [span for span in terms.find_spans(text) if not span.recurring and (span.first or span.last)]


def _period(paragraph: Paragraph, text: str, offset: int, below: Sequence[Paragraph]) -> Iterator[FoundPeriod]:
    key = aligned(text)
    spanned = _SPAN_FIRST.match(key)
    if spanned is not None:
        spans = _known_spans(text[: spanned.end()])
        rest = text[spanned.end() :].strip(" .;,")
        if spans and len(rest.split()) <= LONGEST_NAME:
            dated = (paragraph, spans[0].start, spans[0].end)
            yield FoundPeriod(rest, spans[0].first, spans[0].last, paragraph.place(offset), dated)
        return
    match = _NAMED.match(key)
    if match is None and below and _NUMBERED_NAME.match(key) and len(key) < 90:
        name_end = len(text.rstrip(" :"))
    elif match is None:
        yield from _listed_span(paragraph, text, offset)
        return
    elif _PURE_SPAN.match(key):
        return
    else:
        name_end = match.end("name")
    if match is not None and _IS_PARTED.search(key, 0, name_end):
        return
    name = text[match.start("name") if match is not None else 0 : name_end].strip(" ,:-–")
    name = _MEANT.sub("", name)
    spans = [
        span
        for span in terms.find_spans(text)
        if span.start >= name_end - 1 and span.start - name_end <= SPAN_NEAR and not span.recurring
    ]
    if spans and (spans[0].first or spans[0].last):
        span = spans[0]
        yield _dated(paragraph, name, span.first, span.last, offset, (span.start, span.end, span.doubt))
        return
    for after in below[:1]:
        near = [span for span in _known_spans(after.text) if span.start <= SPAN_NEAR]
        if near:
            before = after_mark(after)[1]
            dated = (after, near[0].start - before, near[0].end - before)
            yield FoundPeriod(name, near[0].first, near[0].last, after.place(near[0].start, near[0].end), dated)
            return
    if match is None:
        return
    if not spans:
        alone = _time_alone(text, name_end, DATE_NEAR)
        if alone is None and _NUMBERED_NAME.match(key):
            stop = next((at for at in (text.find(". ", name_end), text.find(";", name_end)) if at >= 0), len(text))
            alone = _time_alone(text[:stop], name_end, stop)
            if alone is not None and not _IN_TIME.search(key[: alone[2]]):
                alone = None
        if alone is not None:
            first, last, start, end, doubt = alone
            open_end = first == last and _OPEN_END.search(key, 0, start) is not None
            yield _dated(paragraph, name, first, None if open_end else last, offset, (start, end, doubt))
            return
    # an undated phase counts where it is numbered and opens its paragraph: "Đợt 1: ..."
    if _NUMBERED_NAME.match(key):
        place = paragraph.place(offset, offset + name_end)
        yield FoundPeriod(name, None, None, place, opened=(paragraph, name_end))


_OPEN_END = re.compile(r"\btu(?: ngay| thang)?\s*\Z")  # "Bước 3: Từ 01/01/2017 đến ngày giao quân"


def _dated(
    paragraph: Paragraph, name: str, first: str | None, last: str | None, offset: int, at: tuple[int, int, str | None]
) -> FoundPeriod:
    start, end, doubt = at
    place = paragraph.place(offset, offset + end, 0.6 if doubt else 1.0)
    return FoundPeriod(name, first, last, place, (paragraph, start, end))


def _time_alone(text: str, after: int, near: int) -> tuple[str, str, int, int, str | None] | None:
    """First and last day of a phase of one day, month or quarter, or of two that "và" joins; start, end and doubt."""
    found = [date for date in dates.find_dates(text) if date.start >= after and date.edtf and not date.recurring]
    if not found or found[0].start - after > near or found[0].precision not in ("day", "month", "quarter"):
        return None
    date = last = found[0]
    if len(found) > 1 and _PAIRED.fullmatch(aligned(text[date.end : found[1].start])):
        last = found[1]
    whole = date.precision == "quarter" or last.precision == "quarter"
    begins, ends = (date.first, last.last) if whole else (date.edtf, last.edtf)
    if begins is None or ends is None:
        return None
    return begins, ends, date.start, last.end, date.doubt or last.doubt


# "- Hội nghị lần thứ nhất: từ ngày 03/02/2021 đến ngày 17/02/2021;": a name, two dates and nothing else
_NAME_ALONE = re.compile(r"(?P<name>[^:;.(\d](?:[^:;.(]|(?<=\d)\.(?=\d)){3,80}?)\s*[:(]\s*")
_NO_NAME = re.compile(
    r"(?:ve )?(?:thoi|moc|nien do|ky (?:bao cao|kiem tra)|tien do|lich|nam|nhiem ky|so lieu|han|dia diem|doi tuong"
    r"|pham vi)\b"
)
SHORT_NAME = 12  # words
DAY_OR_MONTH = 7  # signs of an EDTF with a month; "Khóa XIII: 2020 - 2025" is a term of office


def _listed_span(paragraph: Paragraph, text: str, offset: int) -> Iterator[FoundPeriod]:
    head = _NAME_ALONE.match(text)
    if head is None or not text[:1].isupper() or len(head["name"].split()) > SHORT_NAME:
        return
    if _NO_NAME.match(aligned(text)) or opens_with_task(text):
        return
    for span in _known_spans(text[: head.end() + 2 * SPAN_NEAR])[:1]:
        whole = span.start == head.end() and not _ASIDE.sub("", text[span.end :]).strip(" .;,)")
        if whole and span.first and span.last and min(len(span.first), len(span.last)) >= DAY_OR_MONTH:
            yield _dated(paragraph, head["name"], span.first, span.last, offset, (span.start, span.end, span.doubt))


_ASIDE = re.compile(r"^\s*\([^()\d]*\)")  # "... đến ngày 15/12/2017 (đính kèm lịch kiểm tra)"


def _named_time(paragraph: Paragraph, text: str, offset: int) -> Iterator[FoundPeriod]:
    """ "Tiêm vét: trong tháng 5/2017": an item beside dated phases that has a name, a time and nothing else."""
    head = _NAME_ALONE.match(text)
    if head is None or _NO_NAME.match(aligned(text)) or len(head["name"].split()) > SHORT_NAME:
        return
    alone = _time_alone(text, head.end(), DATE_NEAR)
    if alone is not None and len(alone[0]) > DAY_OR_MONTH and alone[0] == alone[1]:
        return  # a feast day among phases
    if alone is not None and not text[alone[3] :].strip(" .;,)") and not _DUE_BY.search(aligned(text[: alone[2]])):
        yield _dated(paragraph, head["name"], alone[0], alone[1], offset, alone[2:])


_DUE_BY = re.compile(r"\b(?:truoc|cham nhat|xong|den)\s*(?:ngay )?\Z")


def _spoken_of(paragraph: Paragraph, text: str, offset: int, done: int) -> Iterator[FoundPeriod]:
    """Phases inside a sentence, each named right before its two dates."""
    spans = [span for span in _known_spans(text) if span.start >= done and span.first and span.last]
    if not spans:
        return
    key = aligned(text)
    for match in _SPOKEN_OF.finditer(key, done):
        stop = _IS_HELD.search(key, *match.span())
        name = text[match.start() : match.end() if stop is None else stop.start()].strip(" ,(")
        span = next((span for span in spans if 0 <= span.start - match.end() <= DATE_NEAR), None)
        if span is None or not 2 <= len(name.split()) <= LONGEST_NAME or _IS_PARTED.search(key, *match.span()):
            continue
        if aligned(name) == "giai doan":
            continue
        found = _dated(paragraph, name, span.first, span.last, offset, (span.start, span.end, span.doubt))
        where = paragraph.place(offset + match.start(), offset + span.end, 0.6 if span.doubt else 1.0)
        yield replace(found, place=where)


# --- timetables ------------------------------------------------------------------------------------------

_EDGE = " ,;:.-–+*"
# "Cao điểm tuần tra | Từ 01/01/2017 đến 30/4/2017": a campaign, no term
_CAMPAIGN = re.compile(
    r"\W*(?:to chuc |phat dong )?(?:dot|giai doan|cao diem|thang cao diem|tuan le|chien dich|vong)\b"
)


def campaign(what: Cell, when: Cell) -> terms.FoundSpan | None:
    """The span of a row of a timetable that names a campaign or phase."""
    if _CAMPAIGN.match(aligned(what.text)) is None:
        return None
    spans = [span for span in terms.find_spans(when.text) if span.first and span.last and not span.recurring]
    return spans[0] if spans else None


def _periods_of_table(paragraph: Paragraph, table: Table) -> Iterator[FoundPeriod]:
    for what, when in timed_rows(table):
        if (span := campaign(what, when)) is not None:
            place = place_of_cells(paragraph, (what, when), f"{what.text} | {when.text}")
            yield FoundPeriod(what.text.strip(_EDGE), span.first, span.last, place)
