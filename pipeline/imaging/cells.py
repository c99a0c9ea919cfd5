"""The cells of a table, found on the cleaned copy and read one by one.

The trouble: an engine that looks at a whole page loses single figures, second lines of column heads and whole rows
between the lines of a table, and runs neighbouring cells together. Put under one another on a strip, without the
lines, the same cells are read like any lines of text. The evidence is the lines, or the white between columns (`grids`,
`level_tables`, `white_tables`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.imaging.grids import Grid
from pipeline.imaging.recognisers import Image, Recogniser, SeenWord, of_one_block

Cell = tuple[int, int, int, int]  # left, top, right, bottom in pixels

# Millimetres: how far lines may fail to meet at a corner, and the least side of a cell.
GAP = 1.4
LEAST_SIDE = 2.6
# Fewer cells are a frame around some words: the stamp of a registry, a box on a form.
LEAST_CELLS = 4
# A region this high and wide of the page is a frame around its text, and not a cell.
LARGEST = 0.5
# Share of its hull that a cell fills; less is what surrounds boxes.
LEAST_FILLED = 0.6
# Engines refuse pictures of more than 32,767 pixels; a strip of this height holds about 150 lines.
STRIP = 8000
_GAP = 20
_INK = 150


def find(lines: npt.NDArray[np.uint8], per_mm: float, grids: Sequence[Grid] = ()) -> list[Cell]:
    """Boxes between ruling lines (1 where there is a line), top to bottom and left to right.

    Where a grid is known its cells are taken; boxes of lines that make no straight grid (a curled page) are found as
    what the lines close in.
    """
    height, width = lines.shape
    reach = max(3, round(GAP * per_mm)) | 1
    closed = cv2.morphologyEx(lines, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(1 - closed, connectivity=4)
    found = [
        (int(x), int(y), int(x + w), int(y + h))
        for x, y, w, h, area in stats[1:]
        if min(w, h) > LEAST_SIDE * per_mm and area > LEAST_FILLED * w * h
        and x > 0 and y > 0 and x + w < width and y + h < height
        and not (w > LARGEST * width and h > LARGEST * height)
    ]
    for grid in grids:
        found = [cell for cell in found if not grid.holds((cell[0] + cell[2]) / 2, (cell[1] + cell[3]) / 2)]
        found += grid.cells()
    return sorted(found, key=lambda cell: (cell[1], cell[0])) if len(found) >= LEAST_CELLS else []


def without(copy: Image, cells: tuple[Cell, ...]) -> Image:
    """The copy with its cells empty, for reading what stands around the table."""
    out = copy.copy()
    for left, top, right, bottom in cells:
        out[top:bottom, left:right] = _paper(copy)
    return out


def read(
    copy: Image, cells: tuple[Cell, ...], recogniser: Recogniser, dpi: float, timeout: float, first_line: int = 0
) -> tuple[SeenWord, ...]:
    """The words of the cells, in pixels of the copy; their lines are numbered from `first_line` on.

    Raises what the recogniser raises.
    """
    engine = of_one_block(recogniser)
    words = [
        SeenWord("-", *place, SURE_OF_DASH, 0, first_line + at) for at, place in enumerate(_dashes(copy, cells, dpi))
    ]
    first_line += len(words)
    for strip, places in _strips(copy, cells):
        numbers: dict[tuple[int, int], int] = {}
        for word in engine.read(strip, dpi=dpi, timeout=timeout):
            middle = (word.top + word.bottom) / 2
            at = next((i for i, (top, bottom, _, _) in enumerate(places) if top <= middle < bottom), None)
            if at is None:
                continue
            _, _, right, down = places[at]
            # An engine may run two cells on the strip into one line; they are not.
            line = numbers.setdefault((at, word.line), first_line + len(numbers))
            words.append(replace(
                word, left=word.left + right, right=word.right + right, top=word.top + down,
                bottom=word.bottom + down, line=line, block=word.block + 1,
            ))
        first_line += len(numbers)
    return _once(words)


SAME_PLACE = 0.6  # of the smaller of two boxes that lies in the other
_NEAR = 64  # pixels: words are compared with those of the squares around their middle


def _once(words: list[SeenWord]) -> tuple[SeenWord, ...]:
    """Words without those read twice: the box of a cell whose line is broken reaches into its neighbours.

    The surer reading stays.
    """
    kept: dict[int, SeenWord] = {}
    squares: dict[tuple[int, int], list[int]] = {}
    for index in sorted(range(len(words)), key=lambda i: -words[i].confidence):
        word = words[index]
        row, column = (word.top + word.bottom) // 2 // _NEAR, (word.left + word.right) // 2 // _NEAR
        near = [i for r in (-1, 0, 1) for c in (-1, 0, 1) for i in squares.get((row + r, column + c), ())]
        if any(_stands_on(word, kept[i]) for i in near):
            continue
        kept[index] = word
        squares.setdefault((row, column), []).append(index)
    return tuple(kept[index] for index in sorted(kept))


def _stands_on(one: SeenWord, other: SeenWord) -> bool:
    wide = min(one.right, other.right) - max(one.left, other.left)
    high = min(one.bottom, other.bottom) - max(one.top, other.top)
    least = min(
        (one.right - one.left) * (one.bottom - one.top), (other.right - other.left) * (other.bottom - other.top)
    )
    return wide > 0 and high > 0 and wide * high > SAME_PLACE * least


# Millimetres: the height of a dash alone in its cell at most, its width at least and at most, and its way from the
# sides: pieces of rules stand there. Hyphens and dashes of 9 to 14 points are 0.2 to 0.5 high and 0.7 to 2.5 wide.
DASH_HIGH, DASH_SHORT, DASH_LONG, FROM_SIDE = 0.8, 0.6, 4.0, 1.0
SURE_OF_DASH = 0.9  # it is measured, not read; a minus whose number was rubbed out looks like it


def _dashes(copy: Image, cells: tuple[Cell, ...], dpi: float) -> list[Cell]:
    """The boxes of dashes that are all that stands in their cells: engines pass them over."""
    per_mm = dpi / 25.4
    found = []
    for left, top, right, bottom in cells:
        inked = copy[top:bottom, left:right] < _INK
        rows = np.flatnonzero(inked.any(axis=1))
        if not 0 < rows.size <= DASH_HIGH * per_mm:
            continue
        columns = np.flatnonzero(inked.any(axis=0))
        high, wide = int(rows[-1] - rows[0]) + 1, int(columns[-1] - columns[0]) + 1
        edge = FROM_SIDE * per_mm
        if (
            DASH_SHORT * per_mm <= wide <= DASH_LONG * per_mm and wide >= 1.5 * high and wide == columns.size
            and columns[0] > edge and right - left - columns[-1] > edge
            and rows[0] > edge / 2 and bottom - top - rows[-1] > edge / 2
        ):
            x, y = left + int(columns[0]), top + int(rows[0])
            found.append((x, y, x + wide, y + high))
    return found


def _paper(copy: Image) -> np.uint8:
    """The level of the paper."""
    return np.uint8(np.median(copy[::8, ::8]))


def _strips(copy: Image, cells: tuple[Cell, ...]) -> list[tuple[Image, list[tuple[float, float, int, int]]]]:
    """The inked parts of cells under one another; for each its (top, bottom) on the strip and the way to the copy."""
    parts: list[list[Cell]] = [[]]
    height = 0
    for left, top, right, bottom in cells:
        ys, xs = np.nonzero(copy[top:bottom, left:right] < _INK)
        if len(ys) < 6:
            continue
        part = (left + int(xs.min()), top + int(ys.min()), left + int(xs.max()) + 1, top + int(ys.max()) + 1)
        height += part[3] - part[1] + _GAP
        if height > STRIP and parts[-1]:
            parts.append([])
            height = part[3] - part[1] + _GAP
        parts[-1].append(part)
    strips = []
    for group in parts:
        if not group:
            continue
        size = (
            sum(bottom - top + _GAP for _, top, _, bottom in group) + _GAP,
            max(right - left for left, _, right, _ in group) + 2 * _GAP,
        )
        strip = np.full(size, _paper(copy), np.uint8)
        row, places = _GAP, []
        for left, top, right, bottom in group:
            strip[row : row + bottom - top, _GAP : _GAP + right - left] = copy[top:bottom, left:right]
            places.append((row - _GAP / 2, row + bottom - top + _GAP / 2, left - _GAP, top - row))
            row += bottom - top + _GAP
        strips.append((strip, places))
    return strips
