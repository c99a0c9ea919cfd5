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
from pipeline.imaging.rule_lines import (
    LEVEL_GAP,
    THICKEST,
    TRIMMED,
    UPRIGHT_GAP,
    Mask,
    RuleLine,
    Sheet,
    broken,
    closed,
    groups,
    lines_of,
    thin_ink,
    with_faint,
)
from pipeline.knowledge import rule_groups

# Each figure of this module and of `rule_lines` was set to 0.7 and to 1.4 times its value by itself, over drawn and
# aged pages with 219 cells of ruled tables: "same" says that the cells stayed the same at both.

# Millimetres that a side strays from where its line should be: the 0.3 degrees that straightening leaves, over a side
# of 100. Same; on 60 pages with 4,362 cells 3 differed at 0.7 and 10 at 1.0.
STRAY = 0.5
# Share of a side that thin ink covers: with white beside it, and with letters, of which 0.3 at most are thin there. On
# the 60 pages 8 cells differed where the first was 0.17, 13 where it was 0.35; of the 219 none at 0.28 and one at 0.56
# for the second.
DRAWN, DRAWN_IN_TEXT = 0.25, 0.4
# Share of the ends of a side, and their length in millimetres: letters leave them free, since a cell has a margin of
# 1 to 2. Same; one cell differed at ends of 1.7.
AT_ENDS, END = 0.25, 1.2
# Share of its sides that a line must have for the rest to be believed at a trace: more than half. Same.
MOSTLY = 0.6
# Millimetres beside a side within which its ink is taken out: the grey rim of a rule at 120 dpi is a pixel (0.2).
BESIDE = 0.25
LEAST_PIECES = 5  # of rules, on a page that has more than those of a letterhead and a title (3 or 4); same at 4 and 7
# Millimetres of a side that may tell of a line by itself: three letters of 12 points side by side, and no single one; a
# row of one line. Same.
LEAST_WIDE, LEAST_HIGH = 9.0, 4.5
LEAST_LINES = 3  # in one of the directions, two in the other: less is a frame; same at 2 and 4


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


def find(faint: Mask, marks: Sequence[Mark], per_mm: float) -> list[Grid]:
    """The grids among the ruling lines of a page, in pixels of `faint` (1 where there is but a trace of ink), top to
    bottom."""
    pieces = [mark for mark in marks if mark.kind in ("rule", "vertical_rule")]
    if len(pieces) < LEAST_PIECES and not any(mark.kind == "vertical_rule" for mark in pieces):
        return []  # a page of text: no time is spent on it
    levels, uprights = Sheet(faint, per_mm), Sheet(np.ascontiguousarray(faint.T), per_mm)
    pieces += [Mark("rule", *box) for box in broken(levels, LEVEL_GAP)]
    pieces += [Mark("vertical_rule", y0, x0, y1, x1) for x0, y0, x1, y1 in broken(uprights, UPRIGHT_GAP)]
    grids = []
    waiting = groups(pieces, per_mm)[::-1]
    while waiting:
        level, upright = waiting.pop()
        ys = lines_of([(m.left, m.right, (m.top + m.bottom) / 2) for m in level], per_mm)
        xs = lines_of([(m.top, m.bottom, (m.left + m.right) / 2) for m in upright], per_mm)
        if len(xs) < 2 or len(ys) < 2:
            continue
        xs, ys = closed(xs, ys, per_mm), closed(ys, xs, per_mm)
        xs = with_faint(uprights, xs, ys, LEAST_HIGH)
        ys = with_faint(levels, ys, xs, LEAST_WIDE)
        if max(len(xs), len(ys)) < LEAST_LINES:
            continue
        at_x, at_y = tuple(line.middle for line in xs), tuple(line.middle for line in ys)
        across = tuple(_sides(levels, line, at_x, stems=False) for line in ys)
        down = tuple(_sides(uprights, line, at_y, stems=True) for line in xs)
        between = rule_groups.between_tables([[at is not None for at in sides] for sides in down])
        parts = _cut((level, upright), (at_y[between] + at_y[between + 1]) / 2) if between is not None else []
        if parts and all(map(all, parts)):
            waiting += parts[::-1]
        else:
            grids.append(Grid(at_x, at_y, _framed(across, at_y), _framed(down, at_x)))
    return grids


def _cut(group: tuple[list[Mark], list[Mark]], at: float) -> list[tuple[list[Mark], list[Mark]]]:
    """The rules of a group above a height and below it."""
    level, upright = group
    return [
        ([mark for mark in level if _is_above(mark, at) == upper], [m for m in upright if _is_above(m, at) == upper])
        for upper in (True, False)
    ]


def _is_above(mark: Mark, at: float) -> bool:
    return (mark.top + mark.bottom) / 2 < at


def _framed(
    sides: tuple[tuple[float | None, ...], ...], places: tuple[float, ...]
) -> tuple[tuple[float | None, ...], ...]:
    """The sides with the outermost lines whole: nothing but the page lies beyond them."""
    def whole(index: int) -> tuple[float | None, ...]:
        return tuple(places[index] if at is None else at for at in sides[index])

    return (whole(0), *sides[1:-1], whole(-1))


def _sides(sheet: Sheet, line: RuleLine, places: tuple[float, ...], stems: bool) -> tuple[float | None, ...]:
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


def _measured(sheet: Sheet, line: RuleLine, start: float, end: float) -> _Side | None:
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


DOUBLED = 5.0  # pixels of the copy that is looked at, a millimetre: the outer of two rules around a table is of it


def _lies_in(mark: Mark, grid: Grid) -> bool:
    x, y = (mark.left + mark.right) / 2, (mark.top + mark.bottom) / 2
    return (
        mark.kind in ("rule", "vertical_rule") and grid.xs[0] - DOUBLED <= x <= grid.xs[-1] + DOUBLED
        and grid.ys[0] - DOUBLED <= y <= grid.ys[-1] + DOUBLED
    )


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
                thin = thin_ink(np.ascontiguousarray(zone < ink_level).astype(np.uint8), per_mm)
                skip = max(0, round(at) - reach - first)
                thin[:skip] = 0
                thin[skip + 2 * reach + 1 :] = 0
                zone[cv2.dilate(thin, np.ones((3, 1), np.uint8)) > 0] = np.median(zone)
