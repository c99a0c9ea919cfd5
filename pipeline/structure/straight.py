"""A page that was scanned askew, as if it lay straight: tables are told by what stands level and upright.

The trouble: boxes are those of the page as displayed. On a sheet fed in at two degrees a rule rises by 26 points from
one margin to the other, more than a row of a table is high.

Evidence: how far the imaging half turned its copy back, which it noted among the page's steps; for a photograph the
corners of the sheet.

What it never does: change a word. What comes back are the page's own words at their own places.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from pipeline.document import Block, Box, Line, Page, Table, Word, union

LEAST = 0.25  # degrees: over the width of a page that is 3 points, less than rules of one row may differ
_STAGE = "clean"  # notes how far it turned the copy back


@dataclass(frozen=True, slots=True)
class _Turn:
    """A turn about the middle of a page, clockwise by an angle in radians."""

    x: float
    y: float
    angle: float

    def box(self, box: Box) -> Box:
        """The box at its new place, as wide and high as it was."""
        left, top = box.middle[0] - self.x, box.middle[1] - self.y
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        x, y = self.x + left * cos - top * sin, self.y + left * sin + top * cos
        wide, high = (box.right - box.left) / 2, (box.bottom - box.top) / 2
        return Box(x - wide, y - high, x + wide, y + high)


def tilt(page: Page) -> float:
    """How far the print of an upright page falls to the right, in degrees; 0 where nothing says so."""
    steps = [step.detail.get("done", {}) for step in page.steps if step.stage == _STAGE]
    if len(steps) != 1:
        return 0.0  # two pages on one picture were straightened each by itself
    degrees = float(steps[0].get("deskewed", 0.0))
    sheet = steps[0].get("sheet")
    if sheet is not None:
        (x0, y0), (x1, y1), (x2, y2), (x3, y3) = sheet
        degrees += math.degrees((math.atan2(y1 - y0, x1 - x0) + math.atan2(y2 - y3, x2 - x3)) / 2)
    return degrees


def straightened(page: Page) -> tuple[Page, dict[int, Word]]:
    """The page as if it lay straight, and its own words by the `id` of those that stand for them.

    The same page where it lies straight.
    """
    degrees = tilt(page)
    if abs(degrees) < LEAST:
        return page, {}
    turn = _Turn(page.width / 2, page.height / 2, math.radians(-degrees))
    own: dict[int, Word] = {}

    def line_of(line: Line) -> Line:
        words = []
        for word in line.words:
            moved = word if word.box is None else replace(word, box=turn.box(word.box))
            own[id(moved)] = word
            words.append(moved)
        # Around a long line that lies askew there is a box of several lines' height.
        box = union(word.box for word in words) or (None if line.box is None else turn.box(line.box))
        return replace(line, words=tuple(words), box=box)

    blocks = tuple(
        replace(block, lines=tuple(map(line_of, block.lines)), box=None if block.box is None else turn.box(block.box))
        for block in page.blocks
    )
    objects = tuple(replace(found, box=turn.box(found.box)) for found in page.objects)
    return replace(page, blocks=blocks, objects=objects), own


def straight_box(page: Page, box: Box) -> Box:
    """A box of an upright page as if the page lay straight."""
    return _Turn(page.width / 2, page.height / 2, math.radians(-tilt(page))).box(box)


def as_displayed(straight: Page, page: Page, own: dict[int, Word]) -> Page:
    """`page` with the blocks and tables of its straight form, their words and boxes at their places on it."""
    turn = _Turn(page.width / 2, page.height / 2, math.radians(tilt(page)))

    def back(box: Box | None) -> Box | None:
        return None if box is None else turn.box(box)

    def word_of(word: Word) -> Word:
        return own[id(word)] if id(word) in own else replace(word, box=back(word.box))

    def line_of(line: Line) -> Line:
        words = tuple(map(word_of, line.words))
        return replace(line, words=words, box=union(word.box for word in words) or back(line.box))

    def block_of(block: Block) -> Block:
        return replace(block, lines=tuple(map(line_of, block.lines)), box=back(block.box))

    def table_of(table: Table) -> Table:
        cells = tuple(
            replace(cell, lines=tuple(map(line_of, cell.lines)), box=back(cell.box)) for cell in table.cells
        )
        return replace(table, cells=cells, box=back(table.box))

    return replace(page, blocks=tuple(map(block_of, straight.blocks)), tables=tuple(map(table_of, straight.tables)))
