"""The grid of a ruled table: which lines it has, and which sides of its cells are drawn.

The trouble: thin rules come out of a scanner in pieces. A piece that is too short to be known as a rule leaves a hole,
through which two cells are read as one; what is left of it is read as a sign ("|", "[", "_").

Evidence: the long pieces say where the lines of the grid run. Along each line every side of a cell is then looked at by
itself, and far less ink is enough there than anywhere else on the page, as long as it is thin: letters are not.

What it never does: draw a side where there is no ink (a merged cell has none), or a grid of rules that do not cross.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.imaging.images import Mark

Mask = npt.NDArray[np.uint8]

# Millimetres: pieces nearer than the first are of one line; ends of lines meet within the second; no row is lower and
# no column narrower than the third; a rule is no thicker than the fourth; a line strays so far from where it should be.
SAME_LINE, REACH, LEAST_CELL, THICKEST, STRAY = 1.2, 2.5, 2.6, 1.0, 0.5
# Share of a side that thin ink covers: with white beside it, and with letters, of which 0.3 at most are thin there.
DRAWN, DRAWN_IN_TEXT = 0.25, 0.4
# Share of a whole grid's height or width that thin ink covers on a line of which no long piece was found.
FOUND_ANEW = 0.6
# The same of the side of one cell: no stroke of a letter runs from one line of a table to the next.
FOUND_SIDE = 0.85
# Millimetres: the gaps of a rule in pieces, and how long it is; how much of it is inked; how much ink lies beside it.
# Upright gaps are smaller: figures under one another make a row of strokes too.
LEVEL_GAP, UPRIGHT_GAP, LEAST_BROKEN, DENSE, MOST_BESIDE = 2.4, 1.4, 9.0, 0.5, 0.16
# Millimetres between two pieces of one line.
BREAK_LEVEL, BREAK_UPRIGHT = 40.0, 9.0
# Millimetres of a level rule that may frame a table by itself, and how far the ends of two of them may differ; pieces
# of rules on a page that has more than those of a letterhead.
LEAST_LONG, RAGGED, LEAST_PIECES = 60.0, 6.0, 5
LEAST_ROWS = 4  # rules, where nothing but white parts the columns; that white in millimetres, and the rows over it
GUTTER, MOST_OVER_WHITE = 2.2, 0.25
SPLIT = 8.0  # millimetres between two parts of one table that have the same columns
# Share of the ends of a side, and their length in millimetres: letters leave them free.
AT_ENDS, END = 0.25, 1.2
# Share of its sides that a line must have for the rest to be believed at a trace.
MOSTLY = 0.6
# Millimetres of a side that are left out at its corners; how far beside a side its ink is taken out.
TRIMMED, BESIDE = 0.3, 0.25
LEAST_WIDE, LEAST_HIGH = 9.0, 4.5  # millimetres of a side that may tell of a line by itself
LEAST_LINES = 3  # in one of the directions, two in the other: less is a frame


@dataclass(frozen=True, slots=True)
class Grid:
    """A table's grid in pixels: the places of its lines, and the sides that are drawn.

    `across[i][k]` is where the side along line `ys[i]` from `xs[k]` to `xs[k + 1]` runs, None where there is none;
    `down[k][i]` is that along `xs[k]` from `ys[i]` to `ys[i + 1]`.
    """

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    across: tuple[tuple[float | None, ...], ...]
    down: tuple[tuple[float | None, ...], ...]

    def rules(self) -> list[Mark]:
        """The drawn sides as rules, those in a row as one."""
        found: list[Mark] = []
        for y, sides in zip(self.ys, self.across, strict=True):
            found += [Mark("rule", self.xs[a], y - 0.5, self.xs[b], y + 0.5, 0.9) for a, b in _runs(sides)]
        for x, sides in zip(self.xs, self.down, strict=True):
            found += [Mark("vertical_rule", x - 0.5, self.ys[a], x + 0.5, self.ys[b], 0.9) for a, b in _runs(sides)]
        return found

    def cells(self) -> list[tuple[int, int, int, int]]:
        """Left, top, right, bottom of each cell; neighbours without a side between them are one."""
        rows, columns = len(self.ys) - 1, len(self.xs) - 1
        done = np.zeros((rows, columns), np.bool_)
        found = []
        for row in range(rows):
            for column in range(columns):
                if done[row, column]:
                    continue
                right = column + 1
                while right < columns and not done[row, right] and self.down[right][row] is None:
                    right += 1
                bottom = row + 1
                while bottom < rows and not done[bottom, column:right].any() and not any(
                    self.across[bottom][k] is not None for k in range(column, right)
                ):
                    bottom += 1
                done[row:bottom, column:right] = True
                found.append((
                    round(self.xs[column]), round(self.ys[row]), round(self.xs[right]), round(self.ys[bottom]),
                ))
        return found


    def holds(self, x: float, y: float) -> bool:
        """Whether a place lies between its outermost lines."""
        return self.xs[0] <= x <= self.xs[-1] and self.ys[0] <= y <= self.ys[-1]

    def scaled(self, ratio: float) -> Grid:
        """The grid in pixels of a picture `ratio` times as large."""

        def all_scaled(sides: tuple[tuple[float | None, ...], ...]) -> tuple[tuple[float | None, ...], ...]:
            return tuple(tuple(None if at is None else at * ratio for at in line) for line in sides)

        xs, ys = tuple(x * ratio for x in self.xs), tuple(y * ratio for y in self.ys)
        return Grid(xs, ys, all_scaled(self.across), all_scaled(self.down))


def _runs(sides: Sequence[float | None]) -> list[tuple[int, int]]:
    """(first, last) nodes of each run of drawn sides."""
    runs: list[tuple[int, int]] = []
    for index, drawn in enumerate(sides):
        if drawn is not None and runs and runs[-1][1] == index:
            runs[-1] = (runs[-1][0], index + 1)
        elif drawn is not None:
            runs.append((index, index + 1))
    return runs


@dataclass(slots=True)
class _Line:
    """Pieces of one straight line: its place `at` as a function of the way along it."""

    pieces: list[tuple[float, float, float]]  # from, to, place

    def at(self, along: float) -> float:
        """The place of the line, straight through the middles of its pieces."""
        if len(self.pieces) < 2:
            return self.pieces[0][2]
        nearest = min(self.pieces, key=lambda piece: max(piece[0] - along, along - piece[1], 0.0))
        return nearest[2]

    @property
    def middle(self) -> float:
        lengths = [to - start for start, to, _ in self.pieces]
        return sum(long * piece[2] for long, piece in zip(lengths, self.pieces, strict=True)) / max(1e-6, sum(lengths))


def find(faint: Mask, marks: Sequence[Mark], per_mm: float) -> list[Grid]:
    """The grids among the ruling lines of a page, in pixels of `faint` (1 where there is but a trace of ink), top to
    bottom."""
    pieces = [mark for mark in marks if mark.kind in ("rule", "vertical_rule")]
    if len(pieces) < LEAST_PIECES and not any(mark.kind == "vertical_rule" for mark in pieces):
        return []  # a page of text: no time is spent on it
    levels, uprights = _Sheet(faint, per_mm), _Sheet(np.ascontiguousarray(faint.T), per_mm)
    pieces += [Mark("rule", *box) for box in _broken(levels, LEVEL_GAP)]
    pieces += [Mark("vertical_rule", y0, x0, y1, x1) for x0, y0, x1, y1 in _broken(uprights, UPRIGHT_GAP)]
    grids = []
    for level, upright in _groups(pieces, per_mm):
        ys = _lines([(m.left, m.right, (m.top + m.bottom) / 2) for m in level], per_mm)
        xs = _lines([(m.top, m.bottom, (m.left + m.right) / 2) for m in upright], per_mm)
        if len(xs) < 2 or len(ys) < 2:
            continue
        xs, ys = _closed(xs, ys, per_mm), _closed(ys, xs, per_mm)
        xs = _completed(uprights, xs, ys, LEAST_HIGH)
        ys = _completed(levels, ys, xs, LEAST_WIDE)
        if max(len(xs), len(ys)) < LEAST_LINES:
            continue
        at_x, at_y = tuple(line.middle for line in xs), tuple(line.middle for line in ys)
        across = tuple(_sides(levels, line, at_x, stems=False) for line in ys)
        down = tuple(_sides(uprights, line, at_y, stems=True) for line in xs)
        grids.append(Grid(at_x, at_y, _framed(across, at_y), _framed(down, at_x)))
    return grids


def long_levels(faint: Mask, marks: Sequence[Mark], per_mm: float) -> list[Mark]:
    """Level rules of tables that have no upright ones, whole again: at least three, broken or not, that begin and end
    alike."""
    level = [mark for mark in marks if mark.kind == "rule"]
    if len(level) < LEAST_PIECES and sum(mark.right - mark.left > LEAST_LONG * per_mm for mark in level) < 2:
        return []
    sheet = _Sheet(faint, per_mm)
    pieces = [(m.left, m.right, (m.top + m.bottom) / 2) for m in level]
    pieces += [(x0, x1, (y0 + y1) / 2) for x0, y0, x1, y1 in _broken(sheet, LEVEL_GAP)]
    lines = [
        (min(piece[0] for piece in line.pieces), max(piece[1] for piece in line.pieces), line.middle)
        for line in _lines(pieces, per_mm)
    ]
    wide = [line for line in lines if line[1] - line[0] > LEAST_LONG * per_mm]
    slack = RAGGED * per_mm
    alike = [
        line for line in wide
        if sum(abs(line[0] - x0) < slack and abs(line[1] - x1) < slack for x0, x1, _ in wide) >= LEAST_LINES
    ]
    if not alike:
        return []
    left, right = min(line[0] for line in alike), max(line[1] for line in alike)
    whole = [_Line([(left, right, y)]) for _, _, y in alike]
    sides = [_Line([(whole[0].middle, whole[-1].middle, x)]) for x in (left, right)]
    if len(whole) >= LEAST_ROWS:
        whole = _completed(sheet, whole, sides, LEAST_WIDE)
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
    if len(gutters) < LEAST_LINES - 1:
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


class _Sheet:
    """The page as seen along its level lines, or turned along its upright ones: its ink, and what of it is thin."""

    def __init__(self, faint: Mask, per_mm: float) -> None:
        self.ink, self.per_mm = faint, per_mm
        self.thin = _thin(faint, per_mm)
        self.wide = cv2.dilate(self.thin, np.ones((3, 1), np.uint8))
        self._near, self._far = max(2, round(0.45 * per_mm)), max(4, round(0.95 * per_mm))

    def is_white_beside(self, at: int, low: int, high: int, breadth: int = 1) -> bool:
        """Whether there is hardly any ink above and below a level line."""
        above = self.ink[max(0, at - self._far) : max(0, at - self._near) + 1, low:high]
        below = self.ink[at + breadth - 1 + self._near : at + breadth + self._far, low:high]
        return all(not side.size or float(side.mean()) <= MOST_BESIDE for side in (above, below))


def _framed(
    sides: tuple[tuple[float | None, ...], ...], places: tuple[float, ...]
) -> tuple[tuple[float | None, ...], ...]:
    """The sides with the outermost lines whole: nothing but the page lies beyond them."""
    def whole(index: int) -> tuple[float | None, ...]:
        return tuple(places[index] if at is None else at for at in sides[index])

    return (whole(0), *sides[1:-1], whole(-1))


def _broken(sheet: _Sheet, widest: float) -> list[tuple[float, float, float, float]]:
    """Level rules in many short pieces: thin ink that makes a long row once its gaps, `widest` millimetres at most, are
    closed, with white on both sides of it. The feet of a line of letters make such a row too, with letters above it."""
    gap, least = max(3, round(widest * sheet.per_mm)), round(LEAST_BROKEN * sheet.per_mm)
    joined = cv2.morphologyEx(sheet.thin, cv2.MORPH_CLOSE, np.ones((3, 1), np.uint8))
    joined = cv2.morphologyEx(joined, cv2.MORPH_CLOSE, np.ones((1, gap), np.uint8))
    joined = cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones((1, least), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    return [
        (float(x), float(y), float(x + w), float(y + h))
        for x, y, w, h, _ in stats[1:]
        if h <= THICKEST * sheet.per_mm + 3
        and float(sheet.thin[y : y + h, x : x + w].max(axis=0).mean()) >= DENSE
        and sheet.is_white_beside(int(y), int(x), int(x + w), int(h))
    ]


def completed(marks: Sequence[Mark], grids: Sequence[Grid], levels: Sequence[Mark] = ()) -> list[Mark]:
    """The marks of a page with those of its grids, and its long level rules outside these, put in the place of the
    pieces they were known by."""
    levels = [mark for mark in levels if not any(_lies_in(mark, grid) for grid in grids)]
    kept = [
        mark for mark in marks
        if not any(_lies_in(mark, grid) for grid in grids) and not any(_is_piece(mark, line) for line in levels)
    ]
    return kept + levels + [mark for grid in grids for mark in grid.rules()]


def _is_piece(mark: Mark, line: Mark) -> bool:
    return (
        mark.kind == line.kind and abs(mark.top + mark.bottom - line.top - line.bottom) < 8
        and mark.left >= line.left - 1 and mark.right <= line.right + 1
    )


def _lies_in(mark: Mark, grid: Grid) -> bool:
    x, y = (mark.left + mark.right) / 2, (mark.top + mark.bottom) / 2
    slack = 3.0
    return (
        mark.kind in ("rule", "vertical_rule") and grid.xs[0] - slack <= x <= grid.xs[-1] + slack
        and grid.ys[0] - slack <= y <= grid.ys[-1] + slack
    )


def _thin(ink: Mask, per_mm: float) -> Mask:
    """The ink that is no higher than a level rule is thick."""
    thick = max(3, round(THICKEST * per_mm)) + 1
    thin: Mask = ink & (1 - cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((thick, 1), np.uint8)))
    return thin


def _groups(marks: Sequence[Mark], per_mm: float) -> list[tuple[list[Mark], list[Mark]]]:
    """Level and upright rules that cross or meet."""
    rules = [mark for mark in marks if mark.kind in ("rule", "vertical_rule")]
    parent = list(range(len(rules)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for i, one in enumerate(rules):
        for j, other in enumerate(rules):
            if _meet(one, other, per_mm) if one.kind != other.kind else i < j and _go_on(one, other, per_mm):
                parent[root(i)] = root(j)
    groups: dict[int, tuple[list[Mark], list[Mark]]] = {}
    for i, mark in enumerate(rules):
        groups.setdefault(root(i), ([], []))[0 if mark.kind == "rule" else 1].append(mark)
    found: list[tuple[list[Mark], list[Mark]]] = []
    for group in sorted(groups.values(), key=lambda group: min(mark.top for marks in group for mark in marks)):
        above = next((i for i, other in enumerate(found) if _has_same_columns(other, group, per_mm)), None)
        if above is None:
            found.append(group)
        else:
            found[above] = (found[above][0] + group[0], found[above][1] + group[1])
    return found


def _has_same_columns(
    above: tuple[list[Mark], list[Mark]], below: tuple[list[Mark], list[Mark]], per_mm: float
) -> bool:
    """Whether two groups are one table whose upright rules broke in the middle."""
    gap = min(mark.top for marks in below for mark in marks) - max(mark.bottom for marks in above for mark in marks)
    if not (above[1] and below[1]) or gap > SPLIT * per_mm:
        return False
    one, other = (
        [line.middle for line in _lines([(m.top, m.bottom, (m.left + m.right) / 2) for m in group[1]], per_mm)]
        for group in (above, below)
    )
    shared = sum(any(abs(x - y) < SAME_LINE * per_mm for y in other) for x in one)
    return shared >= 2 and shared == min(len(one), len(other))


def _meet(one: Mark, other: Mark, per_mm: float) -> bool:
    """Whether a level and an upright rule cross, or their ends meet."""
    level, upright = (one, other) if one.kind == "rule" else (other, one)
    reach = REACH * per_mm
    return (
        level.left - reach < (upright.left + upright.right) / 2 < level.right + reach
        and upright.top - reach < (level.top + level.bottom) / 2 < upright.bottom + reach
    )


def _go_on(one: Mark, other: Mark, per_mm: float) -> bool:
    """Whether two pieces are of one line; under a table there may be another one with the same columns."""
    if one.kind == "rule":
        gap, off = max(one.left, other.left) - min(one.right, other.right), (one.top + one.bottom) / 2
        return gap < BREAK_LEVEL * per_mm and abs(off - (other.top + other.bottom) / 2) < SAME_LINE * per_mm
    gap, off = max(one.top, other.top) - min(one.bottom, other.bottom), (one.left + one.right) / 2
    return gap < BREAK_UPRIGHT * per_mm and abs(off - (other.left + other.right) / 2) < SAME_LINE * per_mm


def _lines(pieces: list[tuple[float, float, float]], per_mm: float) -> list[_Line]:
    """Pieces by the line they lie on; of two lines nearer than a cell may be, the one with less on it is none."""
    lines: list[_Line] = []
    for piece in sorted(pieces, key=lambda piece: piece[2]):
        if lines and piece[2] - lines[-1].pieces[-1][2] <= SAME_LINE * per_mm:
            lines[-1].pieces.append(piece)
        else:
            lines.append(_Line([piece]))
    kept: list[_Line] = []
    for line in lines:
        if kept and line.middle - kept[-1].middle < LEAST_CELL * per_mm:
            if _length(line) > _length(kept[-1]):
                kept[-1] = line
        else:
            kept.append(line)
    return kept


def _length(line: _Line) -> float:
    return sum(to - start for start, to, _ in line.pieces)


def _closed(lines: list[_Line], crossing: Sequence[_Line], per_mm: float) -> list[_Line]:
    """The lines with an outermost one, lost itself, where half of those that cross them end beyond the last."""
    found = list(lines)
    for ends, sign in (([min(p[0] for p in line.pieces) for line in crossing], -1),
                       ([max(p[1] for p in line.pieces) for line in crossing], 1)):
        edge = found[0].middle if sign < 0 else found[-1].middle
        beyond = sorted(end for end in ends if (end - edge) * sign > LEAST_CELL * per_mm)
        if len(beyond) >= max(2, len(crossing) / 2):
            line = _Line([(crossing[0].middle, crossing[-1].middle, beyond[len(beyond) // 2])])
            found = [line, *found] if sign < 0 else [*found, line]
    return found


def _completed(sheet: _Sheet, lines: list[_Line], crossing: Sequence[_Line], least: float) -> list[_Line]:
    """The lines with those between them of which no long piece was found: thin ink runs through a side that is no
    shorter than `least` millimetres, or through most of the grid."""
    first, last = round(lines[0].middle), round(lines[-1].middle)
    places = [round(line.middle) for line in crossing]
    if last - first < 2 or len(places) < 2:
        return lines
    margin = round(TRIMMED * sheet.per_mm)
    found = list(lines)
    for low, high in ((places[0], places[-1]), *pairwise(places)):
        whole = (low, high) == (places[0], places[-1])
        low, high = low + margin, high - margin
        if high - low < least * sheet.per_mm:
            continue
        shares = sheet.wide[first : last + 1, low:high].mean(axis=1)
        for place in np.argsort(-shares):
            if shares[place] < (FOUND_ANEW if whole else FOUND_SIDE):
                break
            at = first + int(place)
            if all(abs(at - line.middle) >= LEAST_CELL * sheet.per_mm for line in found) and sheet.is_white_beside(
                at, low, high
            ):
                found.append(_Line([(float(places[0]), float(places[-1]), float(at))]))
    return sorted(found, key=lambda line: line.middle)


def _sides(sheet: _Sheet, line: _Line, places: tuple[float, ...], stems: bool) -> tuple[float | None, ...]:
    """Where the sides along a line run; None for one that is not drawn.

    `stems` says that strokes of letters and figures may run along it, as they do upright.
    """
    measured = [_measured(sheet, line, a, b) for a, b in pairwise(places)]
    sure = [side is not None and _is_sure(side, stems) for side in measured]
    # A line that is drawn nearly everywhere may be paler in places.
    mostly = sum(sure) >= MOSTLY * len(sure)
    return tuple(
        side.at if side is not None and (drawn or (mostly and _is_pale(side, stems))) else None
        for side, drawn in zip(measured, sure, strict=True)
    )


@dataclass(frozen=True, slots=True)
class _Side:
    """What is seen along a side: where it runs, the share of it that thin ink covers, the same of the end with less and
    of that with more, and whether there is white beside it."""

    at: float
    share: float
    ends: float
    one_end: float
    white: bool


def _is_sure(side: _Side, stems: bool) -> bool:
    """Whether a side is drawn whatever the rest of its line is like."""
    if side.white:
        return side.share >= DRAWN if not stems else side.share >= DRAWN_IN_TEXT and side.one_end >= AT_ENDS
    return side.share >= DRAWN_IN_TEXT and side.ends >= AT_ENDS


def _is_pale(side: _Side, stems: bool) -> bool:
    """Whether a trace is enough like a rule to be one, on a line that is drawn elsewhere."""
    return side.share >= DRAWN and side.one_end >= AT_ENDS and (side.white or not stems)


def _measured(sheet: _Sheet, line: _Line, start: float, end: float) -> _Side | None:
    low, high = round(start + TRIMMED * sheet.per_mm), round(end - TRIMMED * sheet.per_mm)
    at = line.at((start + end) / 2)
    if high - low < 4:
        return _Side(at, 1.0, 1.0, 1.0, True)
    stray = max(2, round(STRAY * sheet.per_mm))
    first, last = max(0, round(at) - stray), min(sheet.thin.shape[0], round(at) + stray + 1)
    if last - first < 2:
        return None
    wide = sheet.wide[first:last, low:high]
    shares = wide.mean(axis=1)
    best = np.flatnonzero(shares >= shares.max() - 0.05)
    zone = min(max(3, round(END * sheet.per_mm)), max(2, (high - low) // 4))
    ends = sorted((float(wide[best, :zone].mean()), float(wide[best, -zone:].mean())))
    white = sheet.is_white_beside(first + int(shares.argmax()), low, high)
    return _Side(float(first + best.mean()), float(shares.max()), ends[0], ends[1], white)


def erased(copy: npt.NDArray[np.uint8], grid: Grid, per_mm: float, ink_level: int) -> None:
    """Make what is left of the drawn sides paper, in place. `grid` is in pixels of the copy.

    Letters that stand on a side keep all that is thicker than a rule, or stands beside it.
    """
    reach = round(BESIDE * per_mm) + 1
    more = round(2 * THICKEST * per_mm)  # so that letters are known whole
    for level, lines, ends in ((True, grid.across, grid.xs), (False, grid.down, grid.ys)):
        for sides in lines:
            for at, start, end in zip(sides, ends, ends[1:], strict=False):
                if at is None:
                    continue
                first, low = max(0, round(at) - reach - more), max(0, round(start) - reach)
                last, high = round(at) + reach + more + 1, round(end) + reach + 1
                zone = copy[first:last, low:high] if level else copy[low:high, first:last].T
                if not zone.size:
                    continue
                thin = _thin(np.ascontiguousarray(zone < ink_level).astype(np.uint8), per_mm)
                skip = max(0, round(at) - reach - first)
                thin[:skip] = 0
                thin[skip + 2 * reach + 1 :] = 0
                zone[cv2.dilate(thin, np.ones((3, 1), np.uint8)) > 0] = np.median(zone)
