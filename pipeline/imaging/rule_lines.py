"""On which lines the pieces of ruling lines lie: what a scanner broke is put together.

The trouble: a thin rule comes out of a scanner in pieces, out of a copier in dashes. Most are too short to be known as
rules; the feet of letters make rows of dashes too, and figures under one another rows of strokes.

Evidence: long pieces; rows of dashes with white on both sides; the ends of the lines that cross; thin ink along a side
of a cell.

What it never does: put a line where there is no ink.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.imaging.images import Mark
from pipeline.knowledge import rule_groups
from pipeline.knowledge.rule_groups import SAME_LINE

Mask = npt.NDArray[np.uint8]

# How these figures were varied is told in `grids`.

# Millimetres: no row is lower and no column narrower than the first, the height of a line of 8 points (3.6 hid 9 cells
# of 219, 1.8 none); a rule is no thicker than the second, twice the thickest that word processors draw by default (0.7
# lost one cell, 1.4 none).
LEAST_CELL, THICKEST = 2.6, 1.0
# Share of a whole grid's height or width that thin ink covers on a line of which no long piece was found; same.
FOUND_ANEW = 0.6
# The same of the side of one cell: no stroke of a letter runs from one line of a table to the next; same.
FOUND_SIDE = 0.85
# Millimetres: the gaps of a rule in pieces (level 3.4 and upright 1.0 changed a cell each), and how long it is (12.6
# lost 6); how much of it is inked (0.7 lost 5); how much ink lies beside it (0.11 and 0.22 changed 2). Upright gaps
# are smaller: figures under one another make a row of strokes too.
LEVEL_GAP, UPRIGHT_GAP, LEAST_BROKEN, DENSE, MOST_BESIDE = 2.4, 1.4, 9.0, 0.5, 0.16
SPLIT = 8.0  # millimetres between two parts of one table with the same columns: two lines of text; same
TRIMMED = 0.3  # millimetres of a side that are left out at its corners: half a thick rule; same


class Sheet:
    """The page as seen along its level lines, or turned along its upright ones: its ink, and what of it is thin."""

    def __init__(self, faint: Mask, per_mm: float) -> None:
        self.ink, self.per_mm = faint, per_mm
        self.thin = thin_ink(faint, per_mm)
        self.wide = cv2.dilate(self.thin, np.ones((3, 1), np.uint8))
        self._near, self._far = max(2, round(0.45 * per_mm)), max(4, round(0.95 * per_mm))

    def is_white_beside(self, at: int, low: int, high: int, breadth: int = 1) -> bool:
        """Whether there is hardly any ink above and below a level line."""
        above = self.ink[max(0, at - self._far) : max(0, at - self._near) + 1, low:high]
        below = self.ink[at + breadth - 1 + self._near : at + breadth + self._far, low:high]
        return all(not side.size or float(side.mean()) <= MOST_BESIDE for side in (above, below))


def thin_ink(ink: Mask, per_mm: float) -> Mask:
    """The ink that is no higher than a level rule is thick."""
    thick = max(3, round(THICKEST * per_mm)) + 1
    thin: Mask = ink & (1 - cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((thick, 1), np.uint8)))
    return thin


def broken(sheet: Sheet, widest: float) -> list[tuple[float, float, float, float]]:
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


def groups(marks: Sequence[Mark], per_mm: float) -> list[tuple[list[Mark], list[Mark]]]:
    """Level and upright rules that cross or meet; those of one table whose upright rules broke in the middle too."""
    level = [mark for mark in marks if mark.kind == "rule"]
    upright = [mark for mark in marks if mark.kind == "vertical_rule"]
    found: list[tuple[list[Mark], list[Mark]]] = []
    for own_level, own_upright in rule_groups.groups(
        [(mark.left, mark.top, mark.right, mark.bottom) for mark in level],
        [(mark.left, mark.top, mark.right, mark.bottom) for mark in upright], per_mm,
    ):
        group = [level[i] for i in own_level], [upright[i] for i in own_upright]
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
        [line.middle for line in lines_of([(m.top, m.bottom, (m.left + m.right) / 2) for m in group[1]], per_mm)]
        for group in (above, below)
    )
    shared = sum(any(abs(x - y) < SAME_LINE * per_mm for y in other) for x in one)
    return shared >= 2 and shared == min(len(one), len(other))


@dataclass(slots=True)
class RuleLine:
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


def lines_of(pieces: list[tuple[float, float, float]], per_mm: float) -> list[RuleLine]:
    """Pieces by the line they lie on; of two lines nearer than a cell may be, the one with less on it is none."""
    lines: list[RuleLine] = []
    for piece in sorted(pieces, key=lambda piece: piece[2]):
        if lines and piece[2] - lines[-1].pieces[-1][2] <= SAME_LINE * per_mm:
            lines[-1].pieces.append(piece)
        else:
            lines.append(RuleLine([piece]))
    kept: list[RuleLine] = []
    for line in lines:
        if kept and line.middle - kept[-1].middle < LEAST_CELL * per_mm:
            if _length(line) > _length(kept[-1]):
                kept[-1] = line
        else:
            kept.append(line)
    return kept


def _length(line: RuleLine) -> float:
    return sum(to - start for start, to, _ in line.pieces)


def closed(lines: list[RuleLine], crossing: Sequence[RuleLine], per_mm: float) -> list[RuleLine]:
    """The lines with an outermost one, lost itself, where half of those that cross them end beyond the last."""
    found = list(lines)
    for ends, sign in (([min(p[0] for p in line.pieces) for line in crossing], -1),
                       ([max(p[1] for p in line.pieces) for line in crossing], 1)):
        edge = found[0].middle if sign < 0 else found[-1].middle
        beyond = sorted(end for end in ends if (end - edge) * sign > LEAST_CELL * per_mm)
        if len(beyond) >= max(2, len(crossing) / 2):
            line = RuleLine([(crossing[0].middle, crossing[-1].middle, beyond[len(beyond) // 2])])
            found = [line, *found] if sign < 0 else [*found, line]
    return found


def with_faint(sheet: Sheet, lines: list[RuleLine], crossing: Sequence[RuleLine], least: float) -> list[RuleLine]:
    """The lines with those between them of which no long piece was found: thin ink runs through a side that is no
    shorter than `least` millimetres, or through most of the grid."""
    first, last = round(lines[0].middle), round(lines[-1].middle)
    places = [round(line.middle) for line in crossing]
    if last - first < 2 or len(places) < 2:
        return lines
    margin = round(TRIMMED * sheet.per_mm)
    found, taken = list(lines), [line.middle for line in lines]
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
            far = all(abs(at - other) >= LEAST_CELL * sheet.per_mm for other in taken)
            if far and sheet.is_white_beside(at, low, high):
                found.append(RuleLine([(float(places[0]), float(places[-1]), float(at))]))
                taken.append(float(at))
    return sorted(found, key=lambda line: line.middle)
