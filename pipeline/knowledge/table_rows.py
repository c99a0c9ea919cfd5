"""Rows of tables told from their words alone: what opens a head row, and which printed lines are of one row.

The trouble: a table without rules between its rows has nothing but lines of text under one another. A cell of three
lines has its number at the first of them in one office and at the second in another; white between rows is the same as
between lines.

Evidence: numbers in the first column, one to a row; where they stand in rows whose bounds are plain; lines that go on
in small letters; white that is wider than elsewhere.

What it never does: change the order of lines, or part a line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.knowledge.fuzzy import aligned, folded

# Words of head rows, folded: what recognisers confuse counts as one letter.
_HEADS = (
    "noi dung", "nhiem vu", "chi tieu", "tieu chi", "don vi", "co quan", "chu tri", "phoi hop", "thoi gian", "nguoi",
    "hoan thanh", "ke hoach", "thuc hien", "ghi chu", "kinh phi", "so luong", "san pham", "ho va ten", "tien do",
    "phu trach",
)  # fmt: skip
_HEAD_WORDS = tuple(map(folded, _HEADS))
LABEL_HEAD = re.compile(r"\W*(?:s\s?t\s?t|tt|so tt|so thu tu)\W*$")  # the head of a column of numbers, aligned
ROW_LABEL = re.compile(r"\W{0,2}(?:\d{1,3}(?:\.\d{1,3})*|[IVX]{1,5}|[A-ZĐa-zđ])\W{0,2}")  # "1", "2.1", "III", "b)"


def heads_in(text: str) -> int:
    """How many words of head rows stand in a text.

    >>> heads_in("TT | Nội dung | Đơn vị chủ trì | Thời gian")
    4
    """
    key = folded(text)
    return sum(key.count(words) for words in _HEAD_WORDS)


def opens_head(text: str) -> bool:
    """Whether the text of a cell is the head of a column of numbers: "TT", "STT", "Số TT".

    >>> opens_head("S.TT"), opens_head("Thôn")
    (False, False)
    >>> opens_head("Stt"), opens_head("Số TT")
    (True, True)
    """
    return LABEL_HEAD.match(aligned(text)) is not None


@dataclass(frozen=True, slots=True)
class RowLine:
    """A printed line through the body of a table: its label where it has one, the texts of its other cells by column
    (empty where a column has nothing on it), and the white above it in heights of a line."""

    label: str
    texts: tuple[str, ...]
    white: float = 0.0


# Costs in one currency: a number one line away from where its row wants it costs 1.
SMALL_LETTER = 2.0  # a row that opens with a small letter: only the lines of one cell go on so
OPEN_END = 1.5  # a row under one that ends in a comma, a dash or "và"
WIDER = 3.0  # a row over white wider than between the lines of the table, for each half line of it, at most twice
TWO_NUMBERS = 6.0  # two numbers are two rows
TWO_VALUES = 4.0  # a whole number under another in one column: no cell holds two
NO_NUMBER = 2.5  # a row without a number among rows that have one: a group or a sum
SUM_ROW = 0.5  # the same where its words say what it is
LONGEST_ROW = 16  # lines; the longest cell of the plans at hand has 14
_OPEN_END = re.compile(r"(?:\w[^\w]*[,\-–(/]|\b(?:và|của|các|cho|về|theo|với|trên|tại|từ|đến|hoặc))\s*$", re.IGNORECASE)
_VALUE = re.compile(r"\d{1,3}(?:[.,]\d+)*")
_SUM = re.compile(r"\W*(?:tong|cong|toan (?:huyen|xa|tinh|nganh)|binh quan)\b")


def row_starts(lines: Sequence[RowLine]) -> tuple[int, ...]:
    """Indexes of the lines that open a row, of lines under the head of one table, top to bottom.

    Both ways to set a number, on the first line of its row and in the middle of its height, are tried for the whole
    table; the one that leaves fewer words torn apart holds.
    """
    if not lines:
        return ()
    numbered = [bool(line.label) for line in lines]
    if sum(numbered) < 2:
        return tuple(range(len(lines)))
    usual = sorted(line.white for line in lines[1:])[(len(lines) - 1) // 4]
    opening = [_cost_of_opening(lines, at, usual) for at in range(len(lines))]
    values = [frozenset(i for i, text in enumerate(line.texts) if _VALUE.fullmatch(text)) for line in lines]
    tops, middles = (_cheapest(lines, numbered, opening, values, middle) for middle in (False, True))
    return tops[1] if tops[0] <= middles[0] else middles[1]


def _cheapest(
    lines: Sequence[RowLine], numbered: Sequence[bool], opening: Sequence[float], values: Sequence[frozenset[int]],
    middle: bool,
) -> tuple[float, tuple[int, ...]]:
    best: list[tuple[float, int]] = [(0.0, 0)]  # cost of the lines before, and where their last row opens
    for end in range(1, len(lines) + 1):
        costs = []
        valued: frozenset[int] = frozenset()
        twice = 0
        for start in range(end - 1, max(0, end - LONGEST_ROW) - 1, -1):
            twice += len(valued & values[start])
            valued |= values[start]
            row = _cost_of_row(lines, numbered, start, end, middle) + TWO_VALUES * twice
            inside = sum(-cost for cost in opening[start + 1 : end] if cost < 0)  # wide white within a row
            costs.append((best[start][0] + row + inside + max(0.0, opening[start] if start else 0.0), start))
        best.append(min(costs))
    starts = [best[-1][1]]
    while starts[-1] > 0:
        starts.append(best[starts[-1]][1])
    return best[-1][0], tuple(reversed(starts))


def _cost_of_opening(lines: Sequence[RowLine], at: int, usual: float) -> float:
    """What it costs that a row opens at a line; below nought what it costs that none does."""
    alone = not lines[at].label and sum(map(bool, lines[at].texts)) == 1  # one word, and nothing beside it
    cost = sum(SMALL_LETTER for text in lines[at].texts if text[:1].islower() and (alone or not _is_short(text)))
    if at:
        pairs = zip(lines[at - 1].texts, lines[at].texts, strict=True)
        cost += sum(OPEN_END for above, below in pairs if above and below and _OPEN_END.search(above))
        cost -= min(2.0, 2 * max(0.0, lines[at].white - usual)) * WIDER
        cost -= SUM_ROW + 1 if not lines[at].label and _is_sum(lines[at]) else 0.0
    return cost


def _is_sum(line: RowLine) -> bool:
    return is_sum(next((text for text in line.texts if text), ""))


def is_sum(text: str) -> bool:
    """Whether a cell names the sum of its column: "Cộng", "Toàn huyện", "Bình quân"."""
    return _SUM.match(aligned(text)) is not None


def _is_short(text: str) -> bool:
    """Whether small letters say nothing: a unit, a mark, one word."""
    return len(text.split()) < 2


def _cost_of_row(lines: Sequence[RowLine], numbered: Sequence[bool], start: int, end: int, middle: bool) -> float:
    own = [at for at in range(start, end) if numbered[at]]
    if not own:
        return SUM_ROW if _is_sum(lines[start]) else NO_NUMBER
    wanted = (start + end - 1) / 2 if middle else start
    off = max(0.0, abs(own[0] - wanted) - (0.5 if middle else 0.0))
    return off + TWO_NUMBERS * (len(own) - 1)
