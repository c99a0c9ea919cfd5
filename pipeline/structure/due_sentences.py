"""What a sentence says is due, and when: "nộp báo cáo trước ngày 10/12/2021".

The trouble: the term may stand before or after what is due; one sentence has two terms ("sơ kết trong tháng 7/2021 và
tổng kết trước ngày 10/12/2021"); a day may tell when something was, how often it is, or as of when it is counted.

The evidence, in order of trust: a time that opens the paragraph, the words of the term itself, the clause before it,
the clause behind it.

What it never does: take a date without a year or a recurring one.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.knowledge import dates, terms
from pipeline.knowledge.fuzzy import aligned
from pipeline.structure.actors import ASKED, is_actor
from pipeline.structure.name_ends import opens_with_task, task_start
from pipeline.structure.passages import CAPITALS, Paragraph, Place, after_mark
from pipeline.structure.task_labels import TERM_ALONE, TERM_LINE


@dataclass(frozen=True, slots=True)
class FoundDeadline:
    """One deadline by the contract."""

    date: str
    action: str | None
    place: Place
    parts: tuple[tuple[str, Place], ...] = ()  # where single fields stand, by name


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
_FROM_NOW = re.compile(r"\b(?:ke )?tu nay\W*\Z")  # "từ nay đến hết ngày 31/12/2017" is a term
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
_DONE_ON = re.compile(r"(?:(?:so|tong) ket|ra quan|nghiem thu|ban giao|phat dong)\b")  # "tổng kết ngày 10/5/2012"
# "vào tháng 4 và tháng 8 năm 2026", "ngày 05/6/2014 (đợt 1) và 05/9/2014 (đợt 2)"
AND_DATE = re.compile(r"\s*(?:\([^()]{1,30}\)\s*)?(?:và|,)\s*")
EDGE = " ,;:.-–+*"
_TRAILING_NOTE = re.compile(r"\s*\([^()]{0,80}\)\s*$")
_DANGLING = re.compile(
    r"[\s,]+(?:và|từ nay|kể từ nay|hoàn thành|xong|được hoàn thành|thời gian|thời hạn|trước|trong|vào|chậm nhất|về)$"
)
_AT_MOMENT = re.compile(
    r"\b(?:thời điểm (?:0|00|24)\s?(?:giờ|h)(?:\s?00)?(?: phút)?,?|tại thời điểm)\s+(?:ngày\s+)?\Z", re.IGNORECASE
)
# "đến hết ngày 30/6/2019 đạt 45%, đến hết ngày 30/9/2019 đạt 70%": how far what is named before is to be by then
_REACHES = re.compile(
    r"[\s,]*(?:phan dau )?(?:dat|con) (?:tren |it nhat |toi thieu |khoang |duoi )?\d[\d.,]*\s?%(?: [a-z]+){0,5}[\s,;]*"
)
REACHES_WITHIN = 60  # signs
# "..., cả năm trước ngày 10/12/2019", "..., cấp tỉnh vào ngày 15/11/2013": for what span or where the task named before
# is done
_SPAN_ALONE = re.compile(
    r"(?:va )?(?:bao cao )?(?:ca nam|(?:\d{1,2}|mot) (?:thang|nam)(?: (?:dau|cuoi) nam)?|nam|quy [ivx]+"
    r"|(?:o )?(?:cap|vong) [a-z]+(?: [a-z]+)?)"
)
_IN_PLACE = re.compile(r"(?:tai|o) ")  # "Hội thi: Thời gian ngày 05/3/2010 tại Nhà văn hóa"
_WAS = re.compile(r"\)?,?\s+đã\b")


def from_text(
    paragraph: Paragraph, phases: Sequence[tuple[int, int]] = (), since: str | None = None
) -> Iterator[FoundDeadline]:
    """What a paragraph says is due; what stands within one of `phases`, places in its text, is none of it.

    `since` is the day from which a day that opens a sentence is a term ("" for any), None where it is none: without a
    word of its own such a day tells as often what has happened.
    """
    text, offset = after_mark(paragraph)
    lead = _LEADING_TIME.match(aligned(text)) or (_leading_day(text, since) if since is not None else None)
    if lead is not None:
        yield from _behind_time(paragraph, text, offset, lead.end())
        return
    if since is not None:
        yield from _held_in_months(paragraph, text, offset, since)
    dues = [due for due in _dues(text, phases) if due.cue or _is_to_come(due, since)]
    if not dues:
        return
    printed = dates.find_dates(text)
    starts = _clause_starts(text, [date for date in printed if date.edtf is None and not date.recurring])
    done, last, told_from = 0, "", 0  # how far the text is told, what was due there, and where that begins
    for index, due in enumerate(dues):
        behind = bisect_right(starts, due.start)
        start, action = _task_before(text, due, done, starts[max(0, behind - 2) : behind])
        own = action.strip() and TERM_ALONE.fullmatch(aligned(action).strip())
        told = _TASK_IN_CUE.match(aligned(due.cue)) is not None
        if own or (not told and _OPENS_TERM.match(text, due.start)):  # "... gửi về Sở. Thời hạn: 5/10/2020."
            start, action = _sentence_before(text, start if own else due.start, done) or (start, action)
        if _is_none(text, due, action) or _was_before(due, since, text[max(0, start - 4) : due.start]):
            continue
        goes_on = start == done and done > 0
        others = _dates_beside(text, due.end, printed)
        if others and len(action.split()) < 2:
            done, last = others[-1].end, ""
            continue  # "thời gian quan trắc vào tháng 4 và tháng 8 năm 2026": how often
        later = _AND_LATER.match(aligned(text[due.end : due.end + LATER_WITHIN])) is not None
        if later and TERM_ALONE.fullmatch(aligned(action).strip()):
            done, last = due.end, ""
            place = paragraph.place(offset + due.start, offset + due.end)
            yield FoundDeadline(due.edtf, None, place, (("date", place),))
            continue
        if goes_on and last and _SPAN_ALONE.fullmatch(aligned(action)):
            start, action = told_from, trimmed(text[told_from : due.start])
        if goes_on and last and (not action.strip() or _REACHES.fullmatch(aligned(action))):
            done = due.end
            place = paragraph.place(offset + start, offset + due.end)
            yield FoundDeadline(due.edtf, last, place, (("action", paragraph.place_of(last, offset)),))
            continue
        end = due.end
        if (len(action.split()) < 2 and not (goes_on and action)) or _says_who(text, due, action):
            limit = dues[index + 1].start if index + 1 < len(dues) else len(text)
            stop = _CLAUSE_BREAK.search(text, due.end, limit)
            start, end = due.start, stop.start() if stop else limit
            action = trimmed(text[due.end : end])
            if behind and _IN_PLACE.match(aligned(action)):  # what is held there stands before the colon
                action = trimmed(text[max([done, *starts[max(0, behind - 2) : behind - 1]]) : due.start])
        done, last, told_from = others[-1].end if others else end, action, start
        yield from _told(paragraph, offset, (start, end), due, action, others)


def _sentence_before(text: str, at: int, done: int) -> tuple[int, str] | None:
    """Where the sentence before the one at `at` begins, and what it says; None where the paragraph has none. One with a
    label ("Đối tượng: Chi bộ thôn Đông.") tells of the sentence before it."""
    ended = text.rfind(". ", done, at)
    if ended < 0 or text[ended + 2 : at].strip():
        return None
    told: tuple[int, str] | None = None
    for _ in range(MOST_LABELLED):
        before = text.rfind(". ", done, ended)
        start = done if before < 0 else before + 2
        action = trimmed(text[start:ended])
        if len(action.split()) >= LEAST_SAID and (told is None or not _SAYS_WHO.match(aligned(action))):
            told = start, action
        if start <= done or not _SAYS_WHO.match(aligned(action)):
            break
        ended = start - 2
    return told


_OPENS_TERM = re.compile(r"(?<=\. )(?:Thời (?:gian|hạn)|Tiến độ)\b[^.;]{0,30}:")
LEAST_SAID = 4  # words of a sentence that says what is due
MOST_LABELLED = 4  # sentences with labels, one behind the other
_SAYS_WHO = re.compile(r"(?:doi tuong|dia diem|thanh phan|hinh thuc|so luong|kinh phi|don vi|co quan)\b[^:]{0,40}:")


def _is_to_come(due: terms.Due, since: str | None) -> bool:
    """Whether a time without a word of its own is one that is to come: not before the day in `since`."""
    return since is not None and due.edtf >= since[: len(due.edtf)]


# "Ngày 03/10/2024, Chủ tịch UBND tỉnh có Công văn số ... giao ...": what came before the plan
_HAPPENED = re.compile(r"\bđã\b|\bban hành\b|\bcó (?:[Cc]ông văn|[Vv]ăn bản|[Qq]uyết định|[Tt]ờ trình)|\bsố\s?:?\s+\d")


def _leading_day(text: str, since: str) -> re.Match[str] | None:
    """The day that opens a sentence without a colon, where it is the only date and not before `since`."""
    lead = _LEADING_DAY.match(aligned(text))
    if lead is None or ". " in text.rstrip(" .")[lead.end() :] or _HAPPENED.search(text) is not None:
        return None
    printed = dates.find_dates(text)
    return lead if len(printed) == 1 and (printed[0].edtf or "") >= since else None


def _behind_time(paragraph: Paragraph, text: str, offset: int, end: int) -> Iterator[FoundDeadline]:
    """What is due at the time that opens a paragraph and ends at `end`."""
    dated = [date for date in dates.find_dates(text[:end])
             if date.edtf and not date.recurring and date.precision != "year"]
    action = trimmed(text[end:])
    if dated and action and not terms.find_spans(text[:end]):
        place = paragraph.place_of(action, offset)
        parts = (("date", paragraph.place(offset, offset + end)), ("action", place))
        yield FoundDeadline(dated[-1].edtf or "", action, place, parts)


# "Tháng 7/1998 sơ kết, tháng 12/1998 tổng kết": a month opens a clause, and a word of a task follows
_MONTH_OPENS = re.compile(
    r"(?:^|[,;.]\s+)(?P<when>(?:trong |vao )?thang \d{1,2}(?:\s?[/-]\s?| nam )(?:19|20)\d{2})"
    r"\s+(?P<task>[a-z][^,;.]+)"
)


def _held_in_months(paragraph: Paragraph, text: str, offset: int, since: str) -> Iterator[FoundDeadline]:
    """What clauses that open with a month not before the day in `since` say is done in it."""
    for clause in _MONTH_OPENS.finditer(aligned(text)):
        task = text[clause.start("task") : clause.end("task")]
        dated = dates.find_dates(text[clause.start("when") : clause.end()])
        month = dated[0].edtf if len(dated) == 1 else None
        if month is not None and month >= since[: len(month)] and opens_with_task(task) and len(task.split()) > 1:
            when = paragraph.place(offset + clause.start("when"), offset + clause.end("when"))
            place = paragraph.place_of(task, offset + clause.start("task"))
            yield FoundDeadline(month, trimmed(task), place, (("date", when), ("action", place)))


def _told(
    paragraph: Paragraph, offset: int, where: tuple[int, int], due: terms.Due, action: str,
    others: Sequence[dates.FoundDate],
) -> Iterator[FoundDeadline]:
    """What is due by a term, and by each of the `others` beside it; both stand in the text at `where`."""
    sure = 0.7 if due.date.doubt else 1.0
    place = paragraph.place_of(action, offset + where[0], offset + where[1])
    begin = offset + due.date.start + day_word(due.date.raw)
    dated = paragraph.place(begin, offset + due.date.end, sure)
    yield FoundDeadline(due.edtf, action or None, place, (("date", dated), ("action", place)))
    for other in others:
        dated = paragraph.place(offset + other.start, offset + other.end, sure)
        yield FoundDeadline(other.edtf or "", action or None, place, (("date", dated), ("action", place)))


def _dues(text: str, phases: Sequence[tuple[int, int]]) -> list[terms.Due]:
    """The terms of a text that something may be due by: not within a span, a phase, a horizon."""
    spans = [span for span in terms.find_spans(text) if span.first]
    opened = [span.start for span in spans]
    completes = _COMPLETES.search(aligned(text)) is not None

    def is_end_of_span(due: terms.Due) -> bool:
        return (
            due.strength == "time"
            and _UP_TO.match(aligned(due.cue)) is not None
            and not completes
            and not _FROM_NOW.search(aligned(text[max(0, due.start - FROM_NOW) : due.start]))
            and not (due.date.precision == "day" and _NAME_ALONE.fullmatch(text, 0, due.start))
            and not (due.date.precision == "day" and _REACHES.match(aligned(text[due.end : due.end + REACHES_WITHIN])))
        )

    return [
        due
        for due in terms.find_due(text)
        if due.strength != "horizon"
        and not is_end_of_span(due)
        and not ((inside := bisect_right(opened, due.start)) > 0 and due.start < spans[inside - 1].end)
        and not any(due.date.start < end and start < due.date.end for start, end in phases)
    ]


def _task_before(text: str, due: terms.Due, done: int, breaks: Sequence[int]) -> tuple[int, str]:
    """What stands before a term as due by it, and where its clause begins: behind what is told up to `done`, and behind
    the last of the `breaks` between clauses."""
    cue = aligned(due.cue)
    told = _TASK_IN_CUE.match(cue)
    if told is not None:
        return due.start, trimmed(due.cue[told.start("task") :])
    start = max([done, *breaks])
    if (event := _EVENT.match(cue)) is not None:
        # "thi đấu cá nhân, khai mạc ngày 10/10/2014, bế mạc 12/10/2014": the word before the day is what is held
        start += text[start : due.start].rfind(",") + 1
        action = trimmed(text[start : due.start + event.end()])
    elif (done_on := _DONE_ON.match(cue)) is not None:
        label = TERM_LINE.match(aligned(text[start : due.start]))  # "Thời gian: phát động ngày 26/3/2024"
        start += label.end() if label is not None else 0
        action = trimmed(text[start : due.start + done_on.end()])
    else:
        before = text[start : due.start]
        action = trimmed(_JOINT.sub("", before, count=1) if start == done and done else before)
    if start > done and _says_no_task(action) and _ENDS_CLAUSE.match(text, due.end):
        # "dự trữ lương thực; hoàn thành trước ngày 30/6": the term is that of the clause before
        end, start = start, max([done, *(at for at in breaks if at < start)])
        action = trimmed(text[start:end])
    return start, action


_LEADS_IN = re.compile(r"[^.;]*\bsau(?: đây)?\s*:\s*$")


def _is_none(text: str, due: terms.Due, action: str) -> bool:
    """Whether a time is no term, for all that is said before it."""
    return (
        # "Phấn đấu đến hết tháng 10, ...", "Không có đảo ngũ trong quý I": when a goal is to be reached
        aligned(action) == "phan dau"
        or (due.strength == "time" and _NOTHING_HAPPENS.match(aligned(action)) is not None)
        # "Trong tháng 7/2020, Sở tập trung vào các nhiệm vụ sau:"
        or (due.strength == "time" and _LEADS_IN.match(text, due.end) is not None)
        # "Tổng kiểm kê tài sản công tại thời điểm 0 giờ ngày 01/01/2026": as of when
        or _AT_MOMENT.search(text, 0, due.date.start) is not None
        # "Hội nghị tổ chức ngày 26/11/2025 đã thống nhất ..."
        or _WAS.match(text, due.end) is not None
    )


def _was_before(due: terms.Due, since: str | None, said: str) -> bool:
    """Whether a term is a day before that of the document: "chức danh khi nghỉ hưu trước ngày 01/7/2025", or the day of
    what was done, as is `said` before it ("Hội Luật gia đã tổ chức đại hội ngày ...")."""
    if since is None or not len(since) == len(due.edtf) == WHOLE_DATE or due.edtf >= since:
        return False
    return _BEFORE.match(aligned(due.cue)) is not None or _DONE.search(said) is not None


WHOLE_DATE = 10  # signs of a date with its day
_BEFORE = re.compile(r"\W*truoc\b")
_DONE = re.compile(r"\bđã\b")


def _says_who(text: str, due: terms.Due, action: str) -> bool:
    """Whether what stands before a term only says who acts, or since when: what is due stands behind it ("Giao Sở A
    trước ngày 15/11 kiểm tra ...", "Từ nay đến ngày 19/12, các bộ ...")."""
    if _BEHIND.match(text, due.end) is None:
        return False
    asked = ASKED.match(aligned(action))
    who = action[asked.end() if asked else 0 :].strip()
    return _FROM_NOW.fullmatch(aligned(action)) is not None or (task_start(who) is None and is_actor(who))


_BEHIND = re.compile(r",?\s+(?!và\b)(?:[^\W\d_]+ ){3}")


def _dates_beside(text: str, at: int, printed: Sequence[dates.FoundDate]) -> list[dates.FoundDate]:
    """The dates that follow a term at `at`, each joined to the one before by "và" or a comma and nothing else."""
    found: list[dates.FoundDate] = []
    for date in printed[bisect_left(printed, at, key=_start_of) :]:
        if date.edtf and not date.recurring and AND_DATE.fullmatch(text, at, date.start):
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
# "Thực hiện Công văn số ..., Sở Y tế đề nghị các đơn vị nộp báo cáo trước ngày ...": the ground is no part of it
_ASKED_AFTER = re.compile(r",\s[" + CAPITALS + r"][^,;:.]{2,60}?\b(?:đề nghị|yêu cầu)\s+(?=[^\W\d_])")
# "Thầy Trần Văn Khôi - Trưởng ban: ban hành điều lệ trước ngày ...": who acts is no part of what is due
_WHO_COLON = re.compile(r"[^:;]{3,90}:\s+(?=[^\W\d_])")
LONGEST_WHO = 90  # signs before it, or before a task


def _clause_starts(text: str, undated: Sequence[dates.FoundDate]) -> list[int]:
    """Where the clauses of a paragraph begin, in order: behind marks, and inside a sentence."""
    starts = [match.end() for match in _CLAUSE_BREAK.finditer(text)]
    # "sơ kết trong tháng 7, tổng kết vào tháng 12/2021": a time without a year ends a clause of its own
    starts += [joint.end() for date in undated if (joint := _AFTER_TIME.match(text, date.end)) is not None]
    starts += [match.end() for match in _RECURRING_ENDS.finditer(text)]
    starts += [match.end() for match in _REPORTS.finditer(text)]
    starts += [match.end() for match in _ASKED_AFTER.finditer(text)]
    colon = _WHO_COLON.match(text)
    task = task_start(text[: 2 * LONGEST_WHO])
    if colon is not None and is_actor(colon.group().rstrip(" :")):
        starts.append(colon.end())
    elif colon is None and task is not None and task < LONGEST_WHO and is_actor(text[:task].strip()):
        starts.append(task)
    return sorted(starts)


# "các đơn vị hoàn thành trước ngày ..." has a subject and nothing that is to be done
_ONLY_WHO = re.compile(
    r"(?:ket thuc|hoan tat"
    r"|(?:cac |tung |moi )?(?:co so|don vi|dia phuong|co quan|noi dung|viec|cong viec|phan nay))?"
)


_ENDS_CLAUSE = re.compile(r"\s*(?:[.;,)]|$)")


def _says_no_task(action: str) -> bool:
    key = aligned(action).strip()
    return TERM_ALONE.fullmatch(key) is not None or _ONLY_WHO.fullmatch(key) is not None


_DAY_WORD = re.compile(r"\s*ng[aà]y\s+", re.IGNORECASE)


def day_word(raw: str) -> int:
    """How many signs of a date are its word "ngày", which is no part of the value."""
    found = _DAY_WORD.match(raw)
    return found.end() if found else 0


_INLINE_LABEL = re.compile(r"\A\d{1,2}\)\s+")  # "... (2) chủ trì hướng dẫn ..."


def trimmed(text: str) -> str:
    """What is due without signs, notes in brackets and words that lead to a term at its ends."""
    text = _INLINE_LABEL.sub("", text.strip(EDGE + "(").lstrip(EDGE + ")"))
    for _ in range(3):
        text = _TRAILING_NOTE.sub("", text).strip(EDGE)
        text = _DANGLING.sub("", text).strip(EDGE)
    return text
