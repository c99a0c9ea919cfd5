"""Task tables: which column says what is to be done, who sees to it, who helps, and when; for terms and duties alike.

The trouble: "Nội dung", "Nhiệm vụ", "Công việc" name the tasks in most offices; others write "Tên lớp", "Chuyên đề".
The head may have two rows ("Phân công" over "Chủ trì | Phối hợp").

Evidence: the words of the head; then the first column whose cells are names of things.

What it never does: take a column of numbers, times or numbers of rows for tasks.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from pipeline.document import Cell, Table
from pipeline.knowledge.fuzzy import aligned
from pipeline.structure.actors import is_actor
from pipeline.structure.repeated_cells import said_in
from pipeline.structure.table_heads import Row, headed

_TASK_HEAD = re.compile(r"\b(?:noi dung|nhiem vu|cong viec|hoat dong|viec|ten van ban|giai phap)\b")
_PRODUCT_HEAD = re.compile(r"\bsan pham\b")  # of a timetable that names nothing else
_LEAD_HEAD = re.compile(
    r"\b(?:chu tri|thuc hien|phu trach|chiu trach|(?:nguoi|don vi) chuan bi|don vi tham muu|co quan tham muu)\b"
)
# "Đơn vị | Nhiệm vụ | Thời gian": who acts, where the cells name those who do; "Đơn vị | Số người" are means
_WHO_HEAD = re.compile(
    r"(?:ten )?(?:don vi|co quan|bo phan|phong ban|thanh vien|ho (?:va )?ten|can bo|ca nhan)(?:\W+(?:don vi|ca nhan"
    r"|bo phan|dia phuong|chuc vu))*"
)
_DUTY_HEAD = re.compile(r"\b(?:nhiem vu|cong viec)\b")
_SUPPORT_HEAD = re.compile(r"\bphoi hop\b")
_NOT_LEAD = re.compile(
    r"\b(?:thoi (?:gian|han|diem)|tien do|kinh phi|ket qua|ke hoach|nam|san pham|dia diem|hinh thuc|cach thuc|muc|nguon"
    r"|so luong|don vi tinh|dvt)\b"
)
_TIME_HEAD = re.compile(
    r"\b(?:thoi gian|thoi han|tien do|hoan thanh|thoi diem|ngay hoan thanh)\b"
    r"|^(?:(?:ngay|quy|tuan)\W+)?(?:thang|quy)(?:\W+nam)?$"  # "Tháng", "Ngày, tháng", "Quý"
)
_OTHER_HEAD = re.compile(
    r"^(?:stt|tt|so tt|so thu tu)$|\b(?:thoi gian|thoi han|thoi diem|tien do|ghi chu|dia diem|so luong|kinh phi|chu tri"
    r"|phoi hop|phu trach|don vi|co quan|bo phan|nguoi|ket qua|san pham|muc|nguon|xa|phuong|huyen|thon)\b"
)
_VISITED_HEAD = re.compile(r"\b(?:don vi|co quan|co so)\b(?! tinh)")  # of a timetable of visits
_SURELY_VISITED_HEAD = re.compile(
    r"\b(?:don vi|co quan|co so|xa|truong) duoc (?:thanh tra|kiem tra|giam sat|tham dinh)\b"
)
MOST_COLUMNS = 5  # of one: number, whom, when, who, remarks
LEAST_WORDS = 2  # of a cell, on average, that says what is to be done
SHARE_OF_NAMES = 0.6  # of the filled cells must open with a letter


@dataclass(frozen=True, slots=True)
class TaskTable:
    """The rows under the head of a task table, and its columns; None for one that it lacks."""

    rows: tuple[Row, ...]
    task: int
    lead: int | None  # chủ trì
    support: int | None  # phối hợp
    time: int | None


def timed_rows(table: Table) -> Iterator[tuple[Cell, Cell]]:
    """What is to be done and when, for every row of a task table that has both cells; a time that opens its row ("Tháng
    9" of a calendar) stands for the rows below it that have none."""
    told = task_table(table)
    if told is None or told.time is None:
        return
    for row, when in zip(told.rows, said_in(told.rows, told.time, told.time < told.task), strict=True):
        what = row[told.task]
        if what is not None and when is not None:
            yield what, when


def task_table(table: Table) -> TaskTable | None:
    """The columns of a table of tasks; None where none says what is to be done, or nothing says by whom or when."""
    told = headed(table)
    heads = [aligned(head) for head in told.columns]
    found = _found(heads, told.body)
    if found is None and len(told.body) > 1 and not _has_figures(told.body[0]):
        # A second row of titles that nothing shows to be one.
        below = [aligned(cell.text) if cell is not None else "" for cell in told.body[0]]
        both = [f"{head} {title}".strip() for head, title in zip(heads, below, strict=True)]
        found = _found(both, told.body[1:])
    return found


def _has_figures(row: Row) -> bool:
    """Whether a row has a number or a value in a cell, as no row of titles does."""
    return any(cell is not None and cell.text.strip(" .,%").isdecimal() for cell in row)


def _found(heads: Sequence[str], rows: tuple[Row, ...]) -> TaskTable | None:
    task = _first(heads, _TASK_HEAD, _SUPPORT_HEAD)
    support = next(
        (i for i, head in enumerate(heads) if _SUPPORT_HEAD.search(head) and i != task and "chu tri" not in head), None
    )
    lead = next(
        (
            i
            for i, head in enumerate(heads)
            if _LEAD_HEAD.search(head) and not _NOT_LEAD.search(head) and i not in (task, support)
        ),
        None,
    )
    time = next((i for i, head in enumerate(heads) if _TIME_HEAD.search(head) and i not in (task, support, lead)), None)
    if lead is None and task is not None and (time is not None or _DUTY_HEAD.search(heads[task])):
        named = (i for i, head in enumerate(heads) if i != task and _WHO_HEAD.fullmatch(head))
        lead = next((i for i in named if _act(rows, i)), None)
    if lead is None and time is None:
        return None
    if task is None:
        task = _names_of_things(rows, heads, [i for i in (lead, support, time) if i is not None])
    if task is None and time is not None:
        task = _first(heads, _PRODUCT_HEAD, _TIME_HEAD)
    if task is None and len(heads) <= MOST_COLUMNS:
        others = {i for i in (lead, support) if i is not None}
        wanted = _VISITED_HEAD if not others else _SURELY_VISITED_HEAD
        free = (i for i, head in enumerate(heads) if i not in others and not _TIME_HEAD.search(head))
        task = next((i for i in free if wanted.search(heads[i])), None)
    return None if task is None else TaskTable(rows, task, lead, support, time)


def _act(rows: Sequence[Row], column: int) -> bool:
    """Whether most cells of a column name those who act."""
    names = [cell.text.strip() for row in rows if (cell := row[column]) is not None and cell.text.strip()]
    return bool(names) and sum(map(is_actor, names)) >= SHARE_OF_NAMES * len(names)


def _first(heads: Sequence[str], wanted: re.Pattern[str], unwanted: re.Pattern[str]) -> int | None:
    return next((i for i, head in enumerate(heads) if wanted.search(head) and not unwanted.search(head)), None)


def _names_of_things(rows: Sequence[Row], heads: Sequence[str], others: Collection[int]) -> int | None:
    """The first column whose cells read like names of what is done; `others` hold something else."""
    for column, head in enumerate(heads):
        if column in others or not head or _OTHER_HEAD.search(head):
            continue
        texts = [cell.text.strip() for row in rows if (cell := row[column]) is not None and cell.text.strip()]
        letters = sum(text[:1].isalpha() for text in texts)
        words = sum(len(text.split()) for text in texts)
        if texts and letters >= SHARE_OF_NAMES * len(texts) and words >= LEAST_WORDS * len(texts):
            return column
    return None
