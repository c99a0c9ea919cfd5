"""What is due when, over a whole document.

The trouble: what is due may stand in a sentence (`due_sentences`), in a row of a table, in the heading or item above
a line that has only a label; the time of a phase is none (`periods`).

What it never does: take a date without a year, a recurring one, or a day that nothing is due on.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from pipeline.document import Table
from pipeline.knowledge import dates, terms
from pipeline.knowledge.fuzzy import aligned
from pipeline.structure import calendars, periods
from pipeline.structure.actors import titled_actor
from pipeline.structure.due_sentences import AND_DATE, EDGE, FoundDeadline, day_word, from_text, trimmed
from pipeline.structure.passages import Node, Paragraph, Place, Step, after_mark, place_of_cells, walk
from pipeline.structure.task_labels import HELD_LINE, LABEL, TERM_ALONE, TERM_LINE
from pipeline.structure.task_tables import timed_rows


def find_deadlines(
    nodes: Sequence[Node], phases: Sequence[periods.FoundPeriod] = (), issued: str | None = None
) -> tuple[FoundDeadline, ...]:
    """What is due when, from sentences and task tables, in document order; the time of one of `phases` is none, nor is
    a year before that of the day the document was `issued`: "đất sử dụng trước ngày 01/7/2004"."""
    found: list[FoundDeadline] = []
    taken: dict[int, list[tuple[int, int]]] = defaultdict(list)  # by the id of a paragraph, where phases are dated
    for phase in phases:
        if phase.dated is not None:
            taken[id(phase.dated[0])].append(phase.dated[1:])
    for step in walk(nodes):
        months = {id(item): (date, lead) for item, date, lead in calendars.dated_items(step)}
        leads = {id(lead) for _, lead in months.values()}
        for paragraph in step.node.content:
            if id(paragraph) in leads:
                continue  # "Tháng 9/2004: Chủ điểm ..." names the month of what stands below it
            if paragraph.table is not None:
                found += _from_table(paragraph, paragraph.table)
            elif _may_say(paragraph) and not _tells_of_the_past(step):
                phased = taken.get(id(paragraph), ())
                since = issued or ("" if _is_ahead(step) else None)
                told = [_with_task(deadline, step, paragraph) for deadline in from_text(paragraph, phased, since)]
                if not phased and all(len((due.action or "").split()) <= SAYS_LITTLE for due in told):
                    told = list(_of_time_line(step, paragraph)) or told
                if not told and not phased and ":" in paragraph.text:
                    told = list(_held_on(paragraph, _is_of_timeline(step), _is_ahead(step)))
                if not told and not phased and id(paragraph) in months:
                    told = list(_of_month(paragraph, *months[id(paragraph)]))
                found += told
    return tuple(deadline for deadline in found if issued is None or deadline.date[:4] >= issued[:4])


def _may_say(paragraph: Paragraph) -> bool:
    """Whether a paragraph may say what is due: any but a ground, and a ground that goes on to what is asked, as letters
    do ("Thực hiện Công văn số ..., Sở đề nghị các đơn vị báo cáo trước ngày ...")."""
    return paragraph.area != "basis" or _ASKS_FOR.search(aligned(paragraph.text[-ASKED_WITHIN:])) is not None


ASKED_WITHIN = 600  # signs at the end of a ground in which it goes on to what is asked
_ASKS_FOR = re.compile(r",\s[^,;:]{2,60}\b(?:de nghi|yeu cau)\b[^;:]*[.]\W*\Z")
SAYS_LITTLE = 2  # words: "Khai mạc" needs its heading to say of what


def _of_time_line(step: Step, paragraph: Paragraph) -> Iterator[FoundDeadline]:
    """The only date of a line that tells when what stands above it is held."""
    text, offset = after_mark(paragraph)
    label = HELD_LINE.match(aligned(text))
    dated = dates.find_dates(text) if label is not None else ()
    if label is None or len(dated) != 1 or terms.find_spans(text):
        return
    date = dated[0]
    if date.edtf is None or date.recurring or date.precision == "year":
        return
    place = paragraph.place(offset + date.start + day_word(date.raw), offset + date.end)
    found = FoundDeadline(date.edtf, text[: label.end("term")], place, (("date", place),))
    held = _with_task(found, step, paragraph)
    if held is not found:
        yield held


def _of_month(paragraph: Paragraph, date: dates.FoundDate, lead: Paragraph) -> Iterator[FoundDeadline]:
    """An item of a calendar, due in the month that stands over it."""
    text, offset = after_mark(paragraph)
    action = trimmed(text)
    if date.edtf is not None and LEAST_TASK <= len(action.split()) <= LONGEST_TASK:
        place = paragraph.place_of(action, offset)
        yield FoundDeadline(date.edtf, action, place, (("date", lead.place_of(date.raw)), ("action", place)))


# "Bắt đầu từ tháng 4/2024, hoàn thành trong tháng 6/2024" says of its heading when
_BEGINS = re.compile(
    r"(?:bat dau|thuc hien|trien khai|tien hanh|to chuc)(?: (?:tu|trong|vao))*(?: (?:ngay|thang|quy))?[\d/ ivx]*"
)
LEAST_TASK, LONGEST_TASK = 2, 60  # words of a title that can say what is due
_SAYS_NOTHING = re.compile(
    r"(?:thoi|tien do|lich|noi dung|nhiem vu|giai phap|ke hoach|dia diem|doi tuong|muc tieu|to chuc thuc hien"
    r"|thanh phan)\b"
)


def _with_task(deadline: FoundDeadline, step: Step, paragraph: Paragraph) -> FoundDeadline:
    """The deadline with the title of its section as action where its own line has only a label."""
    node = step.node
    said = aligned(deadline.action or "").strip()
    if not TERM_ALONE.fullmatch(said) and not _BEGINS.fullmatch(said):
        return deadline
    told = _task_above(node, paragraph)
    if told is not None:
        task, place = told
        kept = tuple(part for part in deadline.parts if part[0] != "action")
        return replace(deadline, action=task, parts=(*kept, ("action", place)))
    if node.title is paragraph and step.above:
        node = step.above[-1]  # "c) Thời gian thực hiện: trong năm 2025" under "1.1. Xây dựng chiến lược dữ liệu"
    if node.title in (None, paragraph):
        return deadline
    assert node.title is not None
    task = trimmed(node.heading or node.title.body)
    if (node.label is None and node.heading is None) or _SAYS_NOTHING.match(aligned(task)):
        return deadline
    if not LEAST_TASK <= len(task.split()) <= LONGEST_TASK:
        return deadline
    kept = tuple(part for part in deadline.parts if part[0] != "action")
    return replace(deadline, action=task, parts=(*kept, ("action", node.title.place_of(task))))


ITEM_LINES = 20  # paragraphs of an item with its labels, so that a heading over thousands of them stays linear


def _task_above(node: Node, paragraph: Paragraph) -> tuple[str, Place] | None:
    """What the paragraph above a line with a term alone says, under a heading that names a body and no task.

    Where several such lines stand under a heading, each is of the item above it, with its labels between the two.
    """
    if node.heading is None or not LABEL.match(aligned(after_mark(paragraph)[0])):
        return None
    at = next((index for index, own in enumerate(node.paragraphs) if own is paragraph), 0)
    before, behind = node.paragraphs[max(0, at - ITEM_LINES) : at], node.paragraphs[at + 1 : at + ITEM_LINES]
    if titled_actor(node.heading) is not None:
        above = before[-1] if before else None
    elif any(TERM_LINE.match(aligned(after_mark(own)[0])) for own in (*before, *behind)):
        items = (own for own in reversed(before) if not LABEL.match(aligned(after_mark(own)[0])))
        above = next(items, None)
    else:
        return None
    if above is None or above.table is not None:
        return None
    text, offset = after_mark(above)
    task = trimmed(text)
    if LABEL.match(aligned(text)) or not LEAST_TASK <= len(task.split()) <= LONGEST_TASK:
        return None
    return task, above.place_of(task, offset)


def _tells_of_the_past(step: Step) -> bool:
    return any(node.kind == "situation" for node in (*step.above, step.node))


def _is_of_timeline(step: Step) -> bool:
    return any(node.kind == "timeline" for node in (*step.above, step.node))


_AHEAD = frozenset({"content", "tasks", "timeline", "organisation"})


def _is_ahead(step: Step) -> bool:
    """Whether a part says what is to be done, which no news and no history does."""
    return any(node.kind in _AHEAD for node in (*step.above, step.node))


# "1. Họp chuyên môn: 14 giờ 00, ngày 02/10/2023 tại ...", "Đại hội điểm: chi bộ thôn Đông, ngày 15/3/2005": in the
# part on time a name and the day it is held on
_HELD_ON = re.compile(
    r"(?P<name>[^\W\d_][^:;]{2,80}?)\s*:\s*"
    r"(?:\d{1,2} (?:ngày|buổi),?\s+|(?:tại\s+)?[^,:;\d]{3,50},\s+)?"
    r"(?P<hour>(?:vào |lúc )*\d{1,2}\s?(?:giờ|h|g)\s?(?:\d{2})?(?:\s?phút|['’′])?\s*,?\s*)?"
    r"(?:(?:sáng|chiều|tối)\s+)?(?:ngày\s+)?$"
)


LONGEST_HELD = 130  # signs of the name and hour before the day


def _held_on(paragraph: Paragraph, timeline: bool, ahead: bool) -> Iterator[FoundDeadline]:
    """Names with the day they are held on; outside the part on time where the hour is told too, or where the part is
    `ahead` and the day stands right behind the name ("Lễ phát động: ngày 26/4/2019, tại Khu công nghiệp")."""
    text, offset = after_mark(paragraph)
    spans = terms.find_spans(text)
    for date in dates.find_dates(text):
        if date.edtf is None or date.recurring or date.precision not in (("day", "month") if timeline else ("day",)):
            continue
        if any(span.start <= date.start < span.end for span in spans):
            continue
        start = text.rfind("; ", 0, date.start) + 1
        if date.start - start > LONGEST_HELD:
            continue
        named = _HELD_ON.match(text[start : date.start].lstrip())
        if named is None:
            continue
        right_behind = ahead and day_word(date.raw) and named.group().rstrip() == f"{named['name']}:"
        if not (timeline or named["hour"] or right_behind) or _SAYS_NOTHING.match(aligned(named["name"])):
            continue
        parts = (
            ("date", paragraph.place(offset + date.start + day_word(date.raw), offset + date.end)),
            ("action", paragraph.place_of(named["name"], offset + start, offset + date.end)),
        )
        yield FoundDeadline(date.edtf, named["name"], parts[1][1], parts)


def _from_table(paragraph: Paragraph, table: Table) -> Iterator[FoundDeadline]:
    """Rows of a table whose head row has a column of tasks and one of times."""
    for what, when in timed_rows(table):
        if what is when or periods.campaign(what, when) is not None:
            continue
        if not what.text.strip():
            continue
        place = place_of_cells(paragraph, (what, when), f"{what.text} | {when.text}")
        parts = (
            ("date", place_of_cells(paragraph, (when,), when.text)),
            ("action", place_of_cells(paragraph, (what,), what.text)),
        )
        for due in _due_in(when.text):
            yield FoundDeadline(due, what.text.strip(EDGE), place, parts)


# "2026", "3/2020", "Tháng 9 + 10/2009" in a column of times
_YEAR_ALONE = re.compile(
    r"\W*(?:tháng\s+)?(?:(?:\d{1,2}\s?(?:[+,&-]|và)\s?)*(?P<month>0?[1-9]|1[0-2])\s?/\s?)?(?P<year>(?:19|20)\d\d)\W*",
    re.IGNORECASE,
)


def _due_in(text: str) -> list[str]:
    """The last date in a cell of a column of times, all of them where nothing but "và" joins them, or the month and
    year that stand there alone."""
    alone = _YEAR_ALONE.fullmatch(text)
    if alone is not None:
        return [f"{alone['year']}-{int(alone['month']):02}" if alone["month"] else alone["year"]]
    dated = [date for date in dates.find_dates(text) if date.edtf and not date.recurring]
    joined = all(AND_DATE.fullmatch(text, one.end, after.start) for one, after in pairwise(dated))
    return [date.edtf for date in (dated if joined else dated[-1:]) if date.edtf]
