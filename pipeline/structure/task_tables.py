"""Which column of a table says what is to be done, for terms and duties alike.

The trouble: "Nội dung", "Nhiệm vụ", "Công việc" name it in most offices; others write "Tên lớp", "Chuyên đề".

Evidence: the words of the head; then the first column whose cells are names of things.

What it never does: take a column of numbers, times or numbers of rows.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from pipeline.document import Cell
from pipeline.knowledge.fuzzy import aligned

TASK_HEAD = re.compile(r"\b(?:noi dung|nhiem vu|cong viec|hoat dong|viec|ten van ban|giai phap)\b")
_OTHER_HEAD = re.compile(
    r"^(?:stt|tt|so tt|so thu tu)$|\b(?:thoi gian|thoi han|thoi diem|tien do|ghi chu|dia diem|so luong|kinh phi|chu tri"
    r"|phoi hop|phu trach|don vi|co quan|bo phan|nguoi|ket qua|san pham|muc|nguon|xa|phuong|huyen|thon)\b"
)
LEAST_WORDS = 2  # of a cell, on average, that says what is to be done
SHARE_OF_NAMES = 0.6  # of the filled cells must open with a letter


def task_column(rows: Sequence[Sequence[Cell | None]], heads: Sequence[str], others: Collection[int]) -> int | None:
    """The column of tasks; `heads` are the folded heads, `others` the columns known to hold something else."""
    named = next((i for i, head in enumerate(heads) if TASK_HEAD.search(head) and i not in others), None)
    if named is not None:
        return named
    for column, head in enumerate(heads):
        if column in others or not head or _OTHER_HEAD.search(aligned(head)):
            continue
        texts = [cell.text.strip() for row in rows[1:] if (cell := row[column]) is not None and cell.text.strip()]
        letters = sum(text[:1].isalpha() for text in texts)
        words = sum(len(text.split()) for text in texts)
        if texts and letters >= SHARE_OF_NAMES * len(texts) and words >= LEAST_WORDS * len(texts):
            return column
    return None
