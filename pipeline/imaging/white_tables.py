"""Tables without rules: where white parts three columns or more, so that their cells may be read one by one.

The trouble: an engine takes such columns for columns of text and runs lines of neighbours together; titles on two lines
come out as one tall word, single figures not at all.

Evidence: white stripes that run down through several rows with print on both sides; a narrow first column, of numbers
or times. A letterhead and a foot have two columns, and wide ones.

What it never does: draw a rule, or say that there is a table. Where the columns part says which cells may be read one
by one; what they are is told from their words.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np

from pipeline.imaging.grids import Grid
from pipeline.imaging.images import Mark
from pipeline.imaging.level_tables import GUTTER, LEAST_COLUMNS, grid_of, joined_words, tables_in
from pipeline.imaging.rule_lines import Mask

# Millimetres: a stripe of white runs down through two rows at least; a table is higher. Between two of its stripes that
# end there may stand a row over all columns, of two lines at most.
STRIPE, LEAST_HIGH, GROUP_ROW = 12.0, 18.0, 9.0
LEAST_PARTED = 4  # rows in which three cells have print, the head one of them; the outermost bound the table
LONGEST_LABEL = 24.0  # millimetres: a first column of numbers or times; those of signers and letterheads are wider
MARK_HIGH = 1.2  # millimetres: lower rows of ink are marks of the letters below, narrower ones specks
# A line of text has so many blanks at least, and none wider than so many times its usual one: lines set to both margins
# have 1.1 to 1.4, rows of tables 3 and more.
LEAST_BLANKS, EVEN = 5, 1.5
MARGIN = 8.0  # millimetres at the sides of a page in which nothing is printed
SHREDS = 3.0  # millimetres between the pieces of a sheet's edge
EDGE = 0.6  # millimetres around the outermost letters: their grey rims
RULE_RIM = 2  # pixels beside a rule that are grey


def find(faint: Mask, marks: Sequence[Mark], known: Sequence[Grid], per_mm: float) -> list[Grid]:
    """The grids of white on a page, in pixels of `faint` (1 where there is but a trace of ink), top to bottom; none
    where a `known` grid is. `marks` are the rules, which part nothing here."""
    ink = faint.copy()
    for mark in marks:
        if mark.kind in ("rule", "vertical_rule"):
            ink[
                max(0, round(mark.top) - RULE_RIM) : round(mark.bottom) + RULE_RIM + 1,
                max(0, round(mark.left) - RULE_RIM) : round(mark.right) + RULE_RIM + 1,
            ] = 0
    for grid in known:
        ink[round(grid.ys[0]) : round(grid.ys[-1]) + 1, round(grid.xs[0]) : round(grid.xs[-1]) + 1] = 0
    _without_sheet_edges(ink, per_mm)
    ink = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))  # specks stand in the white of any scan
    wide = max(per_mm, WIDER_THAN_BLANK * _blank(ink, per_mm) / GUTTER)
    found = []
    for top, bottom in _ranges(ink, per_mm, wide):
        found += _grids(ink, top, bottom, per_mm, wide)
    return found


def _without_sheet_edges(ink: Mask, per_mm: float) -> None:
    """Erase the edges of the sheet in the margins and all beyond them: the rows of a table beside an edge would be one,
    and its shreds a column."""
    margin, along = round(MARGIN * per_mm), np.ones((round(SHREDS * per_mm), 1), np.uint8)
    for outwards in (ink[:, :margin][:, ::-1], ink[:, -margin:]):
        whole = cv2.morphologyEx(np.ascontiguousarray(outwards), cv2.MORPH_CLOSE, along)
        _, _, stats, _ = cv2.connectedComponentsWithStats(whole, connectivity=8)
        edges = stats[1:][stats[1:, cv2.CC_STAT_HEIGHT] > STRIPE * per_mm]
        if len(edges):
            outwards[:, int(edges[:, cv2.CC_STAT_LEFT].min()) :] = 0


# Times the usual blank that white between two columns is at least: a typewriter's blanks, 1.9 to 2.7 millimetres, are
# as wide as gutters in print, whose blanks are 1.0 to 1.6. There all widths are told by a wider millimetre.
WIDER_THAN_BLANK = 1.4
# Millimetres: gaps of no more than the first are between letters, of no less than the second between columns; rows of
# print that are higher are several lines that touch one another.
LETTERS_APART, COLUMNS_APART, LINE_HIGH = 0.8, 4.0, 6.0


def _blank(ink: Mask, per_mm: float) -> float:
    """The usual blank between two words of a page, in pixels; 0 where none can be told."""
    gaps = [
        after[0] - before[1]
        for top, bottom in _rows(ink, per_mm) if bottom - top <= LINE_HIGH * per_mm
        for before, after in pairwise(_runs(ink[top:bottom].max(axis=0)))
        if LETTERS_APART * per_mm < after[0] - before[1] < COLUMNS_APART * per_mm
    ]
    return float(np.median(gaps)) if gaps else 0.0


def _ranges(ink: Mask, per_mm: float, wide: float) -> list[tuple[int, int]]:
    """Heights between which stripes of white part three columns."""
    white = cv2.erode(1 - ink, np.ones((1, round(GUTTER * wide)), np.uint8), borderValue=1)
    stripes = cv2.morphologyEx(white, cv2.MORPH_OPEN, np.ones((round(STRIPE * per_mm), 1), np.uint8))
    columns = (np.diff(stripes.astype(np.int8), axis=1) < 0).sum(axis=1)  # where print begins behind white
    parted = (columns >= LEAST_COLUMNS).astype(np.uint8)[:, None]
    joined = cv2.morphologyEx(parted, cv2.MORPH_CLOSE, np.ones((round(GROUP_ROW * per_mm), 1), np.uint8))[:, 0]
    return [run for run in _runs(joined) if run[1] - run[0] >= LEAST_HIGH * per_mm]


def _runs(told: Mask) -> list[tuple[int, int]]:
    """(first, behind the last) of each run of ones."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], told.astype(np.int8), [0]])))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def _grids(ink: Mask, top: int, bottom: int, per_mm: float, wide: float) -> list[Grid]:
    """The grids between two heights."""
    rows = _rows(ink[top:bottom], per_mm)
    if len(rows) < LEAST_PARTED:
        return []
    across = np.flatnonzero(ink[top + rows[0][0] : top + rows[-1][1]].any(axis=0))
    edge = round(EDGE * per_mm)
    left, right = max(0, int(across[0]) - edge), min(ink.shape[1], int(across[-1]) + 1 + edge)
    inked = np.stack([ink[top + a : top + b, left:right].max(axis=0) for a, b in rows])
    middles = [(a + b) / 2 for (_, a), (b, _) in pairwise(rows)]
    ys = [top + rows[0][0] - 1.0, *(top + y for y in middles), top + rows[-1][1] + 1.0]
    lines_of_text = np.array([_is_line_of_text(band, per_mm) for band in inked])
    inked = joined_words(inked, wide)
    found = []
    cells = _of_cells(inked, per_mm)
    told = np.where(lines_of_text[:, None], 0, cells)
    for first, behind in tables_in(cells, wide):
        # Lines of text above and below have their white anywhere: they do not say where the columns part.
        of_cells = np.flatnonzero(told[first:behind].any(axis=1))
        if not of_cells.size:
            continue
        start, stop = first + int(of_cells[0]), first + int(of_cells[-1]) + 1
        grid = grid_of(inked[start:stop], ys[start : stop + 1], left, right, wide)
        if grid is None or grid.xs[1] - grid.xs[0] > LONGEST_LABEL * per_mm:
            continue
        filled = [_filled(grid, row, band, left) for row, band in enumerate(inked[start:stop])]
        of_table = [
            row for row, count in enumerate(filled) if count >= LEAST_COLUMNS and not lines_of_text[start + row]
        ]
        if len(of_table) >= LEAST_PARTED:
            found.append(_part(grid, of_table[0], of_table[-1] + 1))
    return found


def _is_line_of_text(band: Mask, per_mm: float) -> bool:
    """Whether a row has no blank that is wider than its others: the blanks of a line set to both margins below a table
    may stand where its columns part, those of its own cells are wider than those between their words."""
    gaps = [after[0] - before[1] for before, after in pairwise(_runs(band))]
    blanks = [gap for gap in gaps if gap > LETTERS_APART * per_mm]
    return len(blanks) >= LEAST_BLANKS and max(blanks) < EVEN * float(np.median(blanks))


def _of_cells(inked: Mask, per_mm: float) -> Mask:
    """The bands without the print of those that have it in two places at most: a title between two tables, the second
    line of a name, a line of text. They say nothing of columns."""
    told = inked.copy()
    for band in told:
        if sum(last - first > MARK_HIGH * per_mm for first, last in _runs(band)) < LEAST_COLUMNS:
            band[:] = 0
    return told


def _filled(grid: Grid, row: int, band: Mask, left: int) -> int:
    """How many cells of a row have print in them."""
    sides = [round(x) - left for x, line in zip(grid.xs, grid.down, strict=True) if line[row] is not None]
    return sum(bool(band[a:b].any()) for a, b in pairwise(sides))


def _part(grid: Grid, first: int, last: int) -> Grid:
    """Some rows of a grid: a title over a table and the text below it may stand in one of its columns."""
    return Grid(
        grid.xs, grid.ys[first : last + 1], grid.across[first : last + 1], tuple(line[first:last] for line in grid.down)
    )


def _rows(ink: Mask, per_mm: float) -> list[tuple[int, int]]:
    """Rows of print that white parts from side to side; marks over letters are of the row below."""
    rows: list[tuple[int, int]] = []
    above: int | None = None
    for first, last in _runs(np.asarray(ink.any(axis=1), np.uint8)):
        if last - first < MARK_HIGH * per_mm:
            above = first if above is None else above
            continue
        rows.append((first if above is None else above, last))
        above = None
    return rows
