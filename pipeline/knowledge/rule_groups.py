"""Which ruling lines belong together: level and upright ones that cross or meet, and pieces of one line.

The trouble: a rule comes out of a scanner in pieces, the ends of two that met fall short of each other, and under a
table stands another one with the same columns.

Lengths are millimetres, so that pictures and pages are judged alike. What it never does: join tables for their columns
alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

Rule = tuple[float, float, float, float]  # left, top, right, bottom

# Pieces nearer than this across their way are of one line: half the least row of a table (2.6), so that two rules of
# it stay two; a line of the page's width tilted by 0.3 degrees, which straightening leaves, strays by 1.
SAME_LINE = 1.2
# Ends of lines that meet fall short of each other by no more: pens and copiers lose up to 1 at each end, and a page of
# 100 dpi blurs as much again. Rules of two tables stand further apart than a line of text is high (4).
REACH = 2.5
# Gaps of one line: a side of a cell may be lost between two others, 40 across and 9 upright (a row of two lines).
BREAK_LEVEL, BREAK_UPRIGHT = 40.0, 9.0


def groups(level: Sequence[Rule], upright: Sequence[Rule], per_mm: float) -> list[tuple[list[int], list[int]]]:
    """Indexes of the level and of the upright rules of each group, top to bottom; `per_mm` units to the millimetre."""
    rules = [*level, *upright]
    count = len(level)
    parent = list(range(len(rules)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    left, top, right, bottom = np.array(rules, float).reshape(-1, 4).T
    wide, high = BREAK_LEVEL * per_mm, BREAK_UPRIGHT * per_mm  # no two pieces further apart are of one line, or meet
    for i, one in enumerate(rules):
        beside = (left < one[2] + wide) & (right > one[0] - wide)
        near = beside & (top < one[3] + high) & (bottom > one[1] - high)
        for j in (np.flatnonzero(near[i + 1 :]) + i + 1).tolist():
            if i < count <= j:
                joined = _meet(one, rules[j], REACH * per_mm)
            else:
                joined = _go_on(one, rules[j], per_mm, i < count)
            if joined:
                parent[root(i)] = root(j)
    found: dict[int, tuple[list[int], list[int]]] = {}
    for i in range(len(rules)):
        group = found.setdefault(root(i), ([], []))
        group[i >= count].append(i if i < count else i - count)
    return sorted(
        found.values(),
        key=lambda group: min([level[i][1] for i in group[0]] + [upright[i][1] for i in group[1]]),
    )


def _meet(level: Rule, upright: Rule, reach: float) -> bool:
    """Whether a level and an upright rule cross, or their ends meet."""
    return (
        level[0] - reach < (upright[0] + upright[2]) / 2 < level[2] + reach
        and upright[1] - reach < (level[1] + level[3]) / 2 < upright[3] + reach
    )


def _go_on(one: Rule, other: Rule, per_mm: float, level: bool) -> bool:
    """Whether two pieces are of one line; under a table there may be another one with the same columns."""
    along, across, gap = (0, 1, BREAK_LEVEL) if level else (1, 0, BREAK_UPRIGHT)
    apart = max(one[along], other[along]) - min(one[along + 2], other[along + 2])
    off = abs(one[across] + one[across + 2] - other[across] - other[across + 2]) / 2
    return apart < gap * per_mm and off < SAME_LINE * per_mm


def between_tables(down: Sequence[Sequence[bool]]) -> int | None:
    """The row of a grid, from the top, that is the text between two tables taken for one; None where it is one table.

    `down` says for each upright line, from left to right, at which rows its side is drawn. The outermost sides of two
    tables lie on the same lines and their ends are near, but beside the text between them neither is drawn, nor any
    other but for a letter's stem. The frame of one table may lack a side on a copy, not all the sides of one row
    between two that have some.
    """
    rows = len(down[0]) if down else 0
    stems = 1 if len(down) > LEAST_UPRIGHT else 0
    for row in range(1, rows - 1):
        framed = all(down[0][at] or down[-1][at] for at in (row - 1, row + 1))
        if framed and not (down[0][row] or down[-1][row]) and sum(side[row] for side in down) <= stems:
            return row
    return None


LEAST_UPRIGHT = 3  # upright lines of a table of two columns: one inner side that is drawn is all that it has
