"""Tables that have level rules only: the rules whole again, and the cells between them that white parts.

The trouble: such a table has no grid, an engine runs its columns together or takes them for columns of text, and on a
copy its rules are rows of dashes.

Evidence: long level rules that begin and end alike; white that runs through most rows between them.

What it never does: draw an upright rule. Where the columns part says which cells may be read one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np

from pipeline.imaging.grids import LEAST_PIECES, LEAST_WIDE, Grid
from pipeline.imaging.images import Mark
from pipeline.imaging.rule_lines import LEAST_CELL, LEVEL_GAP, Mask, RuleLine, Sheet, broken, lines_of, with_faint

# Millimetres of a level rule that may frame a table by itself, and how far the ends of two of them may differ.
LEAST_LONG, RAGGED = 60.0, 6.0
LEAST_ALIKE, LEAST_COLUMNS = 3, 3
LEAST_ROWS = 4  # rules, where nothing but white parts the columns; that white in millimetres, and the rows over it
GUTTER, MOST_OVER_WHITE = 2.2, 0.25
BLANK = 1.5  # millimetres: white between the words of a cell is no gutter; blanks of 12 points are 1.1
# A word between two columns weighs as much as so many white places: a group row stands over one, and where two tables
# are taken for one every third row stands over some.
CROSSED = 3
# White places that two tables have more than the same bands as one: by chance three bands have one more gutter, their
# neighbours one less. Where a white band stands between them none are asked for: no row of a table is empty.
CUT = 4.0


def long_levels(faint: Mask, marks: Sequence[Mark], per_mm: float) -> list[list[Mark]]:
    """Level rules of tables that have no upright ones, whole again: at least three, broken or not, that begin and end
    alike. Tables of one width that stand under one another are one entry here."""
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
    alike = _alike([line for line in lines if line[1] - line[0] > LEAST_LONG * per_mm], RAGGED * per_mm)
    found = []
    for lines in alike:
        if len(lines) < LEAST_ALIKE:
            continue
        left, right = min(line[0] for line in lines), max(line[1] for line in lines)
        whole = [RuleLine([(left, right, y)]) for _, _, y in lines]
        sides = [RuleLine([(whole[0].middle, whole[-1].middle, x)]) for x in (left, right)]
        if len(whole) >= LEAST_ROWS:
            whole = with_faint(sheet, whole, sides, LEAST_WIDE)
        found.append([Mark("rule", left, line.middle - 0.5, right, line.middle + 0.5, 0.9) for line in whole])
    return found


_Line = tuple[float, float, float]  # from, to, height on the page


def _alike(lines: Sequence[_Line], slack: float) -> list[list[_Line]]:
    """Lines that begin and end alike, and with them those of the same table that broke off at one end."""
    groups: list[list[_Line]] = []
    for line in lines:
        own = next(
            (group for group in groups if max(abs(group[0][0] - line[0]), abs(group[0][1] - line[1])) < slack), None
        )
        if own is None:
            groups.append([line])
        else:
            own.append(line)
    groups.sort(key=len, reverse=True)
    whole: list[list[_Line]] = []
    for group in groups:
        table = next((other for other in whole if _broke_off(group, other, slack)), None)
        if table is None:
            whole.append(group)
        else:
            table += group
    return [sorted(group, key=lambda line: line[2]) for group in whole]


def _broke_off(lines: Sequence[_Line], table: Sequence[_Line], slack: float) -> bool:
    """Whether lines shorter than those of a table, at its left or right end, stand among these."""
    left, right, _ = table[0]
    start, end, _ = lines[0]
    inside = left - slack < start and end < right + slack and (abs(start - left) < slack or abs(end - right) < slack)
    heights = [line[2] for line in table]
    return inside and any(min(heights) < line[2] < max(heights) for line in lines)


def between_levels(faint: Mask, levels: Sequence[Mark], per_mm: float) -> list[Grid]:
    """The cells of tables whose rows have level rules between them and whose columns are parted by white; none where
    less than three columns are.

    Their upright sides are nowhere drawn: they say where cells may be read one by one, and are no rules.
    """
    rules = sorted(levels, key=lambda mark: mark.top)
    if len(rules) < LEAST_ROWS:
        return []
    ys = [(mark.top + mark.bottom) / 2 for mark in rules]
    left, right = round(min(mark.left for mark in rules)), round(max(mark.right for mark in rules))
    margin = round(0.5 * per_mm)
    bands = [(round(a) + margin, round(b) - margin) for a, b in pairwise(ys)]
    if any(low >= high for low, high in bands):
        return []
    inked = np.stack([faint[low:high, left:right].max(axis=0) for low, high in bands])
    inked = joined_words(inked, per_mm)
    found = (
        grid_of(inked[start:stop], ys[start : stop + 1], left, right, per_mm)
        for start, stop in tables_in(inked, per_mm)
    )
    return [grid for grid in found if grid is not None]


def joined_words(inked: Mask, per_mm: float) -> Mask:
    """The inked places of some bands with the blanks between the words of a cell closed."""
    joined: Mask = cv2.morphologyEx(inked, cv2.MORPH_CLOSE, np.ones((1, max(3, round(BLANK * per_mm))), np.uint8))
    return joined


def grid_of(inked: Mask, ys: Sequence[float], left: int, right: int, per_mm: float) -> Grid | None:
    """The grid of the bands of a table, between the heights `ys`; None where white parts no three columns."""
    gutters, _ = _gutters(inked, per_mm)
    return _grid(inked, gutters, ys, left, right, per_mm) if len(gutters) >= LEAST_COLUMNS - 1 else None


def tables_in(inked: Mask, per_mm: float) -> list[tuple[int, int]]:
    """The bands of each table, from the first to one behind the last, so that most cells have white between them.

    A white band between two tables is of neither.
    """
    count, least = len(inked), LEAST_ROWS - 1
    never = float("-inf")
    best = {0: (0.0, 0, 0)}  # what the bands before are worth, and their last table
    places = _places(inked, per_mm)
    for stop in places[1:]:
        found = (never, 0, 0)
        for start in places:
            if start in best and best[start][0] > never and start <= stop - least:
                cut = CUT if start and inked[start - 1].any() else 0.0
                worth = best[start][0] + _worth(inked[start:stop], per_mm) - cut
                found = max(found, (worth, start, stop), key=lambda option: option[0])
        if not inked[stop - 1].any() and stop - 1 in best and best[stop - 1][0] > found[0]:
            found = best[stop - 1]
        best[stop] = found
    if best[count][0] == never:
        return [(0, count)]
    tables = []
    place = count
    while place > 0 and best[place][2]:
        _, start, stop = best[place]
        tables.append((start, stop))
        place = start
    return tables[::-1]


# Bands on each side of a place that tell whether two tables may meet there: one more than a table has at least, since
# its head often has white where the rows have none. And the most such places of a page, the likeliest: between them all
# ways to cut are weighed.
SEEN_BANDS, MOST_PLACES = LEAST_ROWS, 10


def _places(inked: Mask, per_mm: float) -> list[int]:
    """Where tables may begin or end: above the first band and below the last, and where the bands above and those below
    have more white between their columns than all of them together, on both sides of a white band."""
    count, least = len(inked), LEAST_ROWS - 1
    gains = {}
    for at in range(least, count - least + 1):
        first, last = max(0, at - SEEN_BANDS), min(count, at + SEEN_BANDS)
        apart = _worth(inked[first:at], per_mm) + _worth(inked[at:last], per_mm)
        gains[at] = apart - _worth(inked[first:last], per_mm)
    likely = sorted((at for at in gains if gains[at] > 0), key=lambda at: -gains[at])[:MOST_PLACES]
    beside = {other for at in likely for other in (at - 1, at + 1) if not inked[min(at, other)].any()}
    return sorted({0, count, *likely, *beside})


def _worth(inked: Mask, per_mm: float) -> float:
    """White places between two neighbouring cells, less those with a word in them, which weigh more."""
    gutters, parted = _gutters(inked, per_mm)
    if len(gutters) < LEAST_COLUMNS - 1:
        return 0.0
    crossed = sum(int(inked[:, first:last].sum(axis=0).min()) for first, last in gutters)
    return float(sum(parted) - CROSSED * crossed)


def _gutters(inked: Mask, per_mm: float) -> tuple[list[tuple[int, int]], list[int]]:
    """Where white parts the columns of some bands, in pixels from their left end, and how many bands each parts."""
    white = (inked.mean(axis=0) <= MOST_OVER_WHITE).astype(np.int8)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], white, [0]])))
    gutters: list[tuple[int, int]] = []
    for a, b in edges.reshape(-1, 2).tolist():
        if b - a < GUTTER * per_mm or a == 0 or b == white.size:
            continue
        between = inked[:, gutters[-1][1] : a].any(axis=1).mean() if gutters else 1.0
        if gutters and a - gutters[-1][1] < LEAST_CELL * per_mm and between <= 0.5:
            gutters[-1] = (gutters[-1][0], b)  # the ends of some long lines are no column; single figures are
        else:
            gutters.append((a, b))
    while parted := _parted_bands(inked, gutters):
        weakest = parted.index(min(parted))
        if parted[weakest] > 0:
            break
        del gutters[weakest]  # a title in the middle of its column beside names at the left of it
    return gutters, parted


def _parted_bands(inked: Mask, gutters: Sequence[tuple[int, int]]) -> list[int]:
    """For each gutter, how many bands have words on both sides of it and none in it."""
    middles = [_whitest(inked, first, last) for first, last in gutters]
    places = [0, *middles, inked.shape[1]]
    filled = [inked[:, first:last].any(axis=1) for first, last in pairwise(places)]
    return [
        int((left & right & (inked[:, middle] == 0)).sum())
        for (left, right), middle in zip(pairwise(filled), middles, strict=True)
    ]


def _grid(
    inked: Mask, gutters: Sequence[tuple[int, int]], ys: Sequence[float], left: int, right: int, per_mm: float
) -> Grid:
    least = GUTTER * per_mm
    middles = [_whitest(inked, a, b) for a, b in gutters]
    xs = (float(left), *(float(left + middle) for middle in middles), float(right))
    down: list[tuple[float | None, ...]] = [tuple(float(xs[0]) for _ in inked)]
    for middle in middles:
        beside = slice(max(0, middle - round(least / 4)), middle + round(least / 4) + 1)
        down.append(tuple(None if row[beside].any() else float(left + middle) for row in inked))
    down.append(tuple(float(xs[-1]) for _ in inked))
    across = tuple(tuple(y for _ in xs[1:]) for y in ys)
    return Grid(xs, tuple(ys), across, tuple(down))


def _whitest(inked: Mask, first: int, last: int) -> int:
    """The middle of the longest run of columns over which the fewest rows are inked."""
    over = inked[:, first:last].sum(axis=0)
    least = np.flatnonzero(over == over.min())
    runs = np.split(least, np.flatnonzero(np.diff(least) > 1) + 1)
    longest = max(runs, key=len)
    return first + int(longest[len(longest) // 2])
