"""Tables that have level rules only: the rules whole again, and the cells between them that white parts.

The trouble: such a table has no grid, an engine runs its columns together or takes them for columns of text, and on a
copy its rules are rows of dashes.

Evidence: long level rules that begin and end alike; white that runs through most rows between them.

What it never does: draw an upright rule. Where the columns part says which cells may be read one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from pipeline.imaging.grids import LEAST_PIECES, LEAST_WIDE, Grid
from pipeline.imaging.images import Mark
from pipeline.imaging.rule_lines import LEAST_CELL, LEVEL_GAP, Mask, RuleLine, Sheet, broken, lines_of, with_faint

# Millimetres of a level rule that may frame a table by itself, and how far the ends of two of them may differ.
LEAST_LONG, RAGGED = 60.0, 6.0
LEAST_ALIKE, LEAST_COLUMNS = 3, 3
LEAST_ROWS = 4  # rules, where nothing but white parts the columns; that white in millimetres, and the rows over it
GUTTER, MOST_OVER_WHITE = 2.2, 0.25


def long_levels(faint: Mask, marks: Sequence[Mark], per_mm: float) -> list[Mark]:
    """Level rules of tables that have no upright ones, whole again: at least three, broken or not, that begin and end
    alike."""
    level = [mark for mark in marks if mark.kind == "rule"]
    if len(level) < LEAST_PIECES and sum(mark.right - mark.left > LEAST_LONG * per_mm for mark in level) < 2:
        return []
    sheet = Sheet(faint, per_mm)
    pieces = [(m.left, m.right, (m.top + m.bottom) / 2) for m in level]
    pieces += [(x0, x1, (y0 + y1) / 2) for x0, y0, x1, y1 in broken(sheet, LEVEL_GAP)]
    lines = [
        (min(piece[0] for piece in line.pieces), max(piece[1] for piece in line.pieces), line.middle)
        for line in lines_of(pieces, per_mm)
    ]
    wide = [line for line in lines if line[1] - line[0] > LEAST_LONG * per_mm]
    slack = RAGGED * per_mm
    alike = [
        line for line in wide
        if sum(abs(line[0] - x0) < slack and abs(line[1] - x1) < slack for x0, x1, _ in wide) >= LEAST_ALIKE
    ]
    if not alike:
        return []
    left, right = min(line[0] for line in alike), max(line[1] for line in alike)
    whole = [RuleLine([(left, right, y)]) for _, _, y in alike]
    sides = [RuleLine([(whole[0].middle, whole[-1].middle, x)]) for x in (left, right)]
    if len(whole) >= LEAST_ROWS:
        whole = with_faint(sheet, whole, sides, LEAST_WIDE)
    return [Mark("rule", left, line.middle - 0.5, right, line.middle + 0.5, 0.9) for line in whole]


def between_levels(faint: Mask, levels: Sequence[Mark], per_mm: float) -> Grid | None:
    """The cells of a table whose rows have level rules between them and whose columns are parted by white; None where
    less than three columns are.

    Its upright sides are nowhere drawn: they say where cells may be read one by one, and are no rules.
    """
    rules = sorted(levels, key=lambda mark: mark.top)
    if len(rules) < LEAST_ROWS:
        return None
    ys = [(mark.top + mark.bottom) / 2 for mark in rules]
    left, right = round(min(mark.left for mark in rules)), round(max(mark.right for mark in rules))
    margin = round(0.5 * per_mm)
    bands = [(round(a) + margin, round(b) - margin) for a, b in pairwise(ys)]
    if any(low >= high for low, high in bands):
        return None
    inked = np.stack([faint[low:high, left:right].max(axis=0) for low, high in bands])
    white = (inked.mean(axis=0) <= MOST_OVER_WHITE).astype(np.int8)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], white, [0]])))
    least = GUTTER * per_mm
    gutters: list[tuple[int, int]] = []
    for a, b in edges.reshape(-1, 2).tolist():
        if b - a < least or a == 0 or b == white.size:
            continue
        if gutters and a - gutters[-1][1] < LEAST_CELL * per_mm:
            gutters[-1] = (gutters[-1][0], b)  # the ends of some long lines are no column
        else:
            gutters.append((a, b))
    if len(gutters) < LEAST_COLUMNS - 1:
        return None
    middles = [_whitest(inked, a, b) for a, b in gutters]
    xs = (float(left), *(float(left + middle) for middle in middles), float(right))
    down: list[tuple[float | None, ...]] = [tuple(float(xs[0]) for _ in bands)]
    for middle in middles:
        beside = slice(max(0, middle - round(least / 4)), middle + round(least / 4) + 1)
        down.append(tuple(None if row[beside].any() else float(left + middle) for row in inked))
    down.append(tuple(float(xs[-1]) for _ in bands))
    across = tuple(tuple(y for _ in xs[1:]) for y in ys)
    return Grid(xs, tuple(ys), across, tuple(down))


def _whitest(inked: Mask, first: int, last: int) -> int:
    """The middle of the longest run of columns over which the fewest rows are inked."""
    over = inked[:, first:last].sum(axis=0)
    least = np.flatnonzero(over == over.min())
    runs = np.split(least, np.flatnonzero(np.diff(least) > 1) + 1)
    longest = max(runs, key=len)
    return first + int(longest[len(longest) // 2])
