"""What is due when.

The trouble: "trước ngày 10/12/2021" may stand before or after what is due; one sentence has two terms ("sơ kết trong
tháng 7/2021 và tổng kết trước ngày 10/12/2021"); the time of a phase is none (`periods`).

What it never does: take a date without a year, a recurring one, or a day that nothing is due on.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.document import Table
from pipeline.knowledge import dates, terms
from pipeline.knowledge.fuzzy import aligned
from pipeline.structure import calendars, periods
from pipeline.structure.actors import is_actor, titled_actor
from pipeline.structure.name_ends import task_start
from pipeline.structure.passages import CAPITALS, Node, Paragraph, Place, Step, place_of_cells, walk
from pipeline.structure.task_tables import timed_rows


@dataclass(frozen=True, slots=True)
class FoundDeadline:
    """One deadline by the contract."""

    date: str
    action: str | None
    place: Place
    parts: tuple[tuple[str, Place], ...] = ()  # where single fields stand, by name


# --- deadlines -------------------------------------------------------------------------------------------

_CLAUSE_BREAK = re.compile(r";\s+|\.\s+(?=[" + CAPITALS + r"\"“])|:\s+(?=[" + CAPITALS + r"])")
_AFTER_TIME = re.compile(r"\s*(?:,|;|và\b)\s*(?=[^\W\d_])")
_JOINT = re.compile(r"^[\s,;]*(?:và|đồng thời)?\s+", re.IGNORECASE)
# "số liệu lấy đến ngày 31/12" ends a span; "hoàn thành đến ngày 31/12" is a term
_UP_TO = re.compile(r"\W*den\b")
_NOTHING_HAPPENS = re.compile(r"khong (?:co|con|de|xay ra)\b")
# "Thời hạn nộp báo cáo năm: 05/12/2015" says in its cue what is due
_TASK_IN_CUE = re.compile(
    r"thoi (?:han|gian|diem) (?P<task>(?:nop|gui|trinh|nhan|bao cao|ban giao|dang ky|cong bo|hop) [a-z].*)"
)
_NAME_ALONE = re.compile(r"[^\W\d_][^:;.]{5,60}:\s*")  # "Nhận đăng ký: đến hết 17 giờ ngày 05/3/2018"
FROM_NOW = 16  # signs of "kể từ nay cho"
_FROM_NOW = re.compile(r"\b(?:tu nay|ke tu nay)\W*\Z")  # "từ nay đến hết ngày 31/12/2017" is a term
_COMPLETES = re.compile(r"\b(?:hoan thanh|xong|ket thuc|phan dau)\b")
# "- Tháng 3/2020: ban hành kế hoạch": a time, then what is due
_LEADING_TIME = re.compile(
    r"^(?:trong |vao |truoc |den )?(?:(?:thang|quy|ngay)\s?[\divx]|\d{1,2}/\d{1,2}/\d{4})[^:;]{0,40}:\s"
)
# "Ngày 25/11/2010 các Ban công tác Mặt trận nộp báo cáo", "Đúng 6 giờ 30 phút ngày 02/12/2005, toàn bộ ... tập trung"
_LEADING_DAY = re.compile(
    r"(?:(?:dung |vao |vao luc |luc |vao hoi |hoi )?\d{1,2}\s?(?:gio|h|g)(?:\s?\d{2})?(?: phut)?,? )?"
    r"(?:(?:sang|chieu|toi) )?ngay \d{1,2}\s?[/.-]\s?\d{1,2}\s?[/.-]\s?(?:19|20)\d{2}(?:,\s+|\s+)"
    r"(?=(?:[a-z]+ ){3})(?!(?:la|duoc|da|cua|va|den|toi|tai|theo|do|tro|ve viec|nhung|hoac|thi|nay|den nay)\b)"
)
_AND_LATER = re.compile(r"\W*va (?:cac |nhung )?nam (?:tiep theo|sau)")  # "Quý IV năm 2025 và các năm tiếp theo"
LATER_WITHIN = 48  # signs of " và các năm tiếp theo"
_EVENT = re.compile(r"(?:khai|be) (?:mac|giang)\b")
_DONE_ON = re.compile(r"(?:(?:so|tong) ket|ra quan|nghiem thu|ban giao)\b")  # "tổng kết ngày 10/5/2012"
_AND_DATE = re.compile(r"\s*(?:và|,)\s*")  # "vào tháng 4 và tháng 8 năm 2026"
_EDGE = " ,;:.-–+*"
_TRAILING_NOTE = re.compile(r"\s*\([^()]{0,80}\)\s*$")
_DANGLING = re.compile(
    r"[\s,]+(?:và|từ nay|kể từ nay|hoàn thành|xong|được hoàn thành|thời gian|thời hạn|trước|trong|vào|chậm nhất|về)$"
)


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
            elif paragraph.area != "basis" and not _tells_of_the_past(step):
                phased = taken.get(id(paragraph), ())
                told = [_with_task(deadline, step, paragraph) for deadline in _from_text(paragraph, phased)]
                if not told and not phased and ":" in paragraph.text:
                    told = list(_held_on(paragraph, _is_of_timeline(step)))
                if not told and not phased and id(paragraph) in months:
                    told = list(_of_month(paragraph, *months[id(paragraph)]))
                found += told
    return tuple(deadline for deadline in found if issued is None or deadline.date[:4] >= issued[:4])


def _of_month(paragraph: Paragraph, date: dates.FoundDate, lead: Paragraph) -> Iterator[FoundDeadline]:
    """An item of a calendar, due in the month that stands over it."""
    text, offset = periods.after_mark(paragraph)
    action = _trimmed(text)
    if date.edtf is not None and LEAST_TASK <= len(action.split()) <= LONGEST_TASK:
        place = paragraph.place_of(action, offset)
        yield FoundDeadline(date.edtf, action, place, (("date", lead.place_of(date.raw)), ("action", place)))


# "- Thời gian thực hiện: Tháng 6/2023." says when, its heading says what
_LABEL_ALONE = re.compile(
    r"(?:(?:thoi gian|thoi han|thoi diem|tien do|han|ngay)"
    r"(?: (?:thuc hien|hoan thanh|trien khai|to chuc|ban hanh|trinh))?"
    r"(?:\W+(?:du kien |khoang )?\d{1,3}(?:/\d)? (?:ngay|buoi|tuan|tiet))?)?"  # "Thời gian: 01 ngày, trong ..."
)
LEAST_TASK, LONGEST_TASK = 2, 60  # words of a title that can say what is due
_SAYS_NOTHING = re.compile(
    r"(?:thoi|tien do|lich|noi dung|nhiem vu|giai phap|ke hoach|dia diem|doi tuong|muc tieu|to chuc thuc hien"
    r"|thanh phan)\b"
)


def _with_task(deadline: FoundDeadline, step: Step, paragraph: Paragraph) -> FoundDeadline:
    """The deadline with the title of its section as action where its own line has only a label."""
    node = step.node
    if not _LABEL_ALONE.fullmatch(aligned(deadline.action or "").strip()):
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
    task = _trimmed(node.heading or node.title.body)
    if (node.label is None and node.heading is None) or _SAYS_NOTHING.match(aligned(task)):
        return deadline
    if not LEAST_TASK <= len(task.split()) <= LONGEST_TASK:
        return deadline
    kept = tuple(part for part in deadline.parts if part[0] != "action")
    return replace(deadline, action=task, parts=(*kept, ("action", node.title.place_of(task))))


# "- Cơ quan chủ trì: ...", "Thời gian thực hiện: ...": labels say who and when, not what
_TERM_LINE = re.compile(r"(?:thoi (?:gian|han)|tien do)\b[^:]{0,40}:")
_LABEL = re.compile(r"(?:co quan|don vi|thoi|tien do|kinh phi|nguon|dia diem|noi dung|san pham)\b[^:]{0,40}:")


ITEM_LINES = 20  # paragraphs of an item with its labels, so that a heading over thousands of them stays linear


def _task_above(node: Node, paragraph: Paragraph) -> tuple[str, Place] | None:
    """What the paragraph above a line with a term alone says, under a heading that names a body and no task.

    Where several such lines stand under a heading, each is of the item above it, with its labels between the two.
    """
    if node.heading is None or not _LABEL.match(aligned(periods.after_mark(paragraph)[0])):
        return None
    at = next((index for index, own in enumerate(node.paragraphs) if own is paragraph), 0)
    before, behind = node.paragraphs[max(0, at - ITEM_LINES) : at], node.paragraphs[at + 1 : at + ITEM_LINES]
    if titled_actor(node.heading) is not None:
        above = before[-1] if before else None
    elif any(_TERM_LINE.match(aligned(periods.after_mark(own)[0])) for own in (*before, *behind)):
        items = (own for own in reversed(before) if not _LABEL.match(aligned(periods.after_mark(own)[0])))
        above = next(items, None)
    else:
        return None
    if above is None or above.table is not None:
        return None
    text, offset = periods.after_mark(above)
    task = _trimmed(text)
    if _LABEL.match(aligned(text)) or not LEAST_TASK <= len(task.split()) <= LONGEST_TASK:
        return None
    return task, above.place_of(task, offset)


def _tells_of_the_past(step: Step) -> bool:
    return any(node.kind == "situation" for node in (*step.above, step.node))


def _is_of_timeline(step: Step) -> bool:
    return any(node.kind == "timeline" for node in (*step.above, step.node))


# "1. Họp chuyên môn: 14 giờ 00, ngày 02/10/2023 tại ...": in the part on time a name and the day it is held on
_HELD_ON = re.compile(
    r"(?P<name>[^\W\d_][^:;]{2,80}?)\s*:\s*"
    r"(?P<hour>(?:vào |lúc )*\d{1,2}\s?(?:giờ|h|g)\s?(?:\d{2})?(?:\s?phút)?\s*,?\s*)?"
    r"(?:(?:sáng|chiều|tối)\s+)?(?:ngày\s+)?$"
)


LONGEST_HELD = 130  # signs of the name and hour before the day


def _held_on(paragraph: Paragraph, timeline: bool) -> Iterator[FoundDeadline]:
    """Names with the day they are held on; outside the part on time only where the hour is told too."""
    text, offset = periods.after_mark(paragraph)
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
        if named is None or not (timeline or named["hour"]) or _SAYS_NOTHING.match(aligned(named["name"])):
            continue
        parts = (
            ("date", paragraph.place(offset + date.start + _day_word(date.raw), offset + date.end)),
            ("action", paragraph.place_of(named["name"], offset + start, offset + date.end)),
        )
        yield FoundDeadline(date.edtf, named["name"], parts[1][1], parts)


def _leading_day(text: str) -> re.Match[str] | None:
    """The day that opens a sentence without a colon, where it is the only date."""
    lead = _LEADING_DAY.match(aligned(text))
    alone = lead is not None and len(dates.find_dates(text)) == 1 and ". " not in text.rstrip(" .")[lead.end() :]
    return lead if alone else None


def _from_text(paragraph: Paragraph, phases: Sequence[tuple[int, int]] = ()) -> Iterator[FoundDeadline]:
    text, offset = periods.after_mark(paragraph)
    lead = _LEADING_TIME.match(aligned(text)) or _leading_day(text)
    if lead is not None:
        dated = [
            d for d in dates.find_dates(text[: lead.end()]) if d.edtf and not d.recurring and d.precision != "year"
        ]
        action = _trimmed(text[lead.end() :])
        if dated and action and not terms.find_spans(text[: lead.end()]):
            parts = (
                ("date", paragraph.place(offset, offset + lead.end())),
                ("action", paragraph.place_of(action, offset)),
            )
            yield FoundDeadline(dated[-1].edtf or "", action, parts[1][1], parts)
        return
    done, last_action = 0, ""
    spans = [span for span in terms.find_spans(text) if span.first]
    opened = [span.start for span in spans]
    completes = _COMPLETES.search(aligned(text)) is not None
    dues = [
        due
        for due in terms.find_due(text)
        if due.strength != "horizon"
        and not (
            due.strength == "time"
            and _UP_TO.match(aligned(due.cue))
            and not completes
            and not _FROM_NOW.search(aligned(text[max(0, due.start - FROM_NOW) : due.start]))
            and not (due.date.precision == "day" and _NAME_ALONE.fullmatch(text, 0, due.start))
        )
        and not ((inside := bisect_right(opened, due.start)) > 0 and due.start < spans[inside - 1].end)
        and not any(due.date.start < end and start < due.date.end for start, end in phases)
    ]
    printed = dates.find_dates(text) if dues else ()
    undated = [date for date in printed if date.edtf is None and not date.recurring]
    starts = _clause_starts(text, undated) if dues else []
    for index, due in enumerate(dues):
        behind = bisect_right(starts, due.start)
        breaks = starts[max(0, behind - 2) : behind]
        start = max([done, *breaks])
        before = text[start : due.start]
        if start == done and done:
            before = _JOINT.sub("", before, count=1)
        action = _trimmed(before)
        told = _TASK_IN_CUE.match(aligned(due.cue))
        if told is not None:
            start, before, action = due.start, "", _trimmed(due.cue[told.start("task") :])
        event = _EVENT.match(aligned(due.cue))
        if event is not None:
            # "thi đấu cá nhân, khai mạc ngày 10/10/2014, bế mạc 12/10/2014": the word before the day is what is held
            start += text[start : due.start].rfind(",") + 1
            before = text[start : due.start]
            action = _trimmed(text[start : due.start + event.end()])
        done_on = _DONE_ON.match(aligned(due.cue))
        if done_on is not None:
            before = text[start : due.start + done_on.end()]
            action = _trimmed(before)
        if start > done and told is None and _says_no_task(action) and _ENDS_CLAUSE.match(text, due.end):
            # "dự trữ lương thực; hoàn thành trước ngày 30/6": the term is that of the clause before
            start = max([done, *(at for at in breaks if at < start)])
            action = _trimmed(text[start : due.start - len(before)])
        if aligned(action) == "phan dau" or (due.strength == "time" and _NOTHING_HAPPENS.match(aligned(action))):
            continue  # "Phấn đấu đến hết tháng 10, ...", "Không có đảo ngũ trong quý I": when a goal is to be reached
        where = (start, due.end)
        if _AT_MOMENT.search(text, 0, due.date.start):
            continue  # "Tổng kiểm kê tài sản công tại thời điểm 0 giờ ngày 01/01/2026": as of when
        if _WAS.match(text, due.end):
            continue  # "Hội nghị tổ chức ngày 26/11/2025 đã thống nhất ..."
        others = _dates_beside(text, due.end, printed)
        if others and len(action.split()) < 2:
            done, last_action = others[-1].end, ""
            continue  # "thời gian quan trắc vào tháng 4 và tháng 8 năm 2026": how often
        later = _AND_LATER.match(aligned(text[due.end : due.end + LATER_WITHIN])) is not None
        if later and _LABEL_ALONE.fullmatch(aligned(action).strip()):
            done, last_action = due.end, ""
            place = paragraph.place(offset + due.start, offset + due.end)
            yield FoundDeadline(due.edtf, None, place, (("date", place),))
            continue
        if start == done and done and not action.strip() and last_action:
            done = due.end
            place = paragraph.place(offset + start, offset + due.end)
            yield FoundDeadline(due.edtf, last_action, place, (("action", paragraph.place_of(last_action, offset)),))
            continue
        if len(action.split()) < 2 and not (start == done and done and action):
            limit = dues[index + 1].start if index + 1 < len(dues) else len(text)
            stop = _CLAUSE_BREAK.search(text, due.end, limit)
            limit = stop.start() if stop else limit
            action = _trimmed(text[due.end : limit])
            where = (due.start, limit)
            done = limit
        else:
            done = due.end
        last_action = action
        sure = 0.7 if due.date.doubt else 1.0
        parts = (
            ("date", paragraph.place(offset + due.date.start + _day_word(due.date.raw), offset + due.date.end, sure)),
            ("action", paragraph.place_of(action, offset + where[0], offset + where[1])),
        )
        yield FoundDeadline(due.edtf, action or None, parts[1][1], parts)
        for other in others:
            done = other.end
            shown = ("date", paragraph.place(offset + other.start, offset + other.end, sure))
            yield FoundDeadline(other.edtf or "", action or None, parts[1][1], (shown, parts[1]))


_AT_MOMENT = re.compile(r"\bthời điểm (?:0|00|24)\s?(?:giờ|h)(?:\s?00)?(?: phút)?,?\s+(?:ngày\s+)?\Z", re.IGNORECASE)
_WAS = re.compile(r"\)?,?\s+đã\b")


def _dates_beside(text: str, at: int, printed: Sequence[dates.FoundDate]) -> list[dates.FoundDate]:
    """The dates that follow a term at `at`, each joined to the one before by "và" or a comma and nothing else."""
    found: list[dates.FoundDate] = []
    for date in printed[bisect_left(printed, at, key=_start_of) :]:
        if date.edtf and not date.recurring and _AND_DATE.fullmatch(text, at, date.start):
            found.append(date)
            at = date.end
        else:
            break
    return found


def _start_of(date: dates.FoundDate) -> int:
    return date.start


# "vào thứ sáu hằng tuần, báo cáo tổng kết trước ngày 05/3/2018": what recurs ends a clause of its own
_RECURRING_ENDS = re.compile(r"\b[Hh][ằà]ng (?:ngày|tuần|tháng|quý|năm)(?:\s*[,;]|\s+và)\s+(?=[^\W\d_])")
# "chỉ đạo trực tiếp tại địa phương, báo cáo kết quả trước ngày ...": the report is due, the work goes on
_REPORTS = re.compile(r",\s*(?:và\s+)?(?=báo cáo\s+\w+\s+\w+)")
# "Thầy Trần Văn Khôi - Trưởng ban: ban hành điều lệ trước ngày ...": who acts is no part of what is due
_COLON = re.compile(r":\s+(?=[^\W\d_])")
LONGEST_WHO = 90  # signs before that colon


def _clause_starts(text: str, undated: Sequence[dates.FoundDate]) -> list[int]:
    """Where the clauses of a paragraph begin, in order: behind marks, and inside a sentence."""
    starts = [match.end() for match in _CLAUSE_BREAK.finditer(text)]
    # "sơ kết trong tháng 7, tổng kết vào tháng 12/2021": a time without a year ends a clause of its own
    starts += [joint.end() for date in undated if (joint := _AFTER_TIME.match(text, date.end)) is not None]
    starts += [match.end() for match in _RECURRING_ENDS.finditer(text)]
    starts += [match.end() for match in _REPORTS.finditer(text)]
    colon = _COLON.search(text, 0, LONGEST_WHO)
    task = task_start(text[: 2 * LONGEST_WHO])
    if colon is not None and is_actor(text[: colon.start()]):
        starts.append(colon.end())
    elif colon is None and task is not None and task < LONGEST_WHO and is_actor(text[:task].strip()):
        starts.append(task)
    return sorted(starts)


# "các đơn vị hoàn thành trước ngày ..." has a subject and nothing that is to be done
_ONLY_WHO = re.compile(r"(?:(?:cac |tung |moi )?(?:co so|don vi|dia phuong|co quan|noi dung|viec|cong viec|phan nay))?")


_ENDS_CLAUSE = re.compile(r"\s*(?:[.;,)]|$)")


def _says_no_task(action: str) -> bool:
    key = aligned(action).strip()
    return _LABEL_ALONE.fullmatch(key) is not None or _ONLY_WHO.fullmatch(key) is not None


_DAY_WORD = re.compile(r"\s*ng[aà]y\s+", re.IGNORECASE)


def _day_word(raw: str) -> int:
    """How many signs of a date are its word "ngày", which is no part of the value."""
    found = _DAY_WORD.match(raw)
    return found.end() if found else 0


def _trimmed(text: str) -> str:
    text = text.strip(_EDGE + "(")
    for _ in range(3):
        text = _TRAILING_NOTE.sub("", text).strip(_EDGE)
        text = _DANGLING.sub("", text).strip(_EDGE)
    return text


def _from_table(paragraph: Paragraph, table: Table) -> Iterator[FoundDeadline]:
    """Rows of a table whose head row has a column of tasks and one of times."""
    for what, when in timed_rows(table):
        if what is when or periods.campaign(what, when) is not None:
            continue
        dated = [date for date in dates.find_dates(when.text) if date.edtf and not date.recurring]
        if not dated or not what.text.strip():
            continue
        last = dated[-1]
        assert last.edtf is not None
        place = place_of_cells(paragraph, (what, when), f"{what.text} | {when.text}")
        parts = (
            ("date", place_of_cells(paragraph, (when,), when.text)),
            ("action", place_of_cells(paragraph, (what,), what.text)),
        )
        yield FoundDeadline(last.edtf, what.text.strip(_EDGE), place, parts)
