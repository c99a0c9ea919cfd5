"""Tables from ruling lines: grids of rules, their cells with merged ones, and the words that stand in them.

The trouble: rules are broken, doubled or lost; a merged cell has no rule inside; a recogniser reads a row as one line
through all its cells.

What it never does: put a word into a cell that it does not stand in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from pipeline.document import Box, Cell, Line, Page, Table, Word, union
from pipeline.knowledge import rule_groups
from pipeline.knowledge.table_rows import is_sum
from pipeline.structure.row_parting import numbers_in, rows_of
from pipeline.structure.text_tables import by_lines

TOUCH = 5.0  # points: how near the ends of two rules come where they cross; scans at 100 dpi blur 2-3 pixels
SAME_RULE = 4.0  # points: two rules nearer than this are one
COVERED = 0.55  # of a cell's side that a rule must cover to part it from its neighbour
LEAST_CELL = 8.0  # points: a row lower or a column narrower holds no text of 11 points
LEAST_COLUMNS = 3  # of a grid whose rules across were lost
LEAST_OF_ONE_ROW = 4  # columns of a grid of one row: the last of a table, on a page of its own


@dataclass(frozen=True, slots=True)
class Region:
    """A grid of rules: the positions of its lines and the rules themselves."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    across: tuple[Box, ...]
    down: tuple[Box, ...]

    @property
    def box(self) -> Box:
        return Box(self.xs[0], self.ys[0], self.xs[-1], self.ys[-1])


def ruled_regions(page: Page) -> Iterable[Region]:
    across = [o.box for o in page.objects if o.kind == "rule"]
    down = [o.box for o in page.objects if o.kind == "vertical_rule"]
    groups = _connected(across, down)
    columns = [box for group_across, group_down in groups if len(group_across) < 2 for box in group_down]
    yield from _regions_of_columns(columns)
    waiting = groups[::-1]
    while waiting:
        group_across, group_down = waiting.pop()
        if len(group_across) < 2 or len(group_down) < 2:
            continue
        xs, ys = _positions([box.middle[0] for box in group_down]), _positions([box.middle[1] for box in group_across])
        xs = _spread(xs)
        ys = _spread(ys)
        drawn = [[_covers(group_down, x, low, high, True) for low, high in pairwise(ys)] for x in xs]
        between = rule_groups.between_tables(drawn)
        if between is not None:
            middle = (ys[between] + ys[between + 1]) / 2
            waiting += [
                (
                    [box for box in group_across if (box.middle[1] < middle) == upper],
                    [box for box in group_down if (box.middle[1] < middle) == upper],
                )
                for upper in (False, True)
            ]
        elif (len(xs) >= 3 and len(ys) >= 3) or (len(xs) > LEAST_OF_ONE_ROW and len(ys) == 2):
            # Pieces that lost their crossings stand on the lines of the grid all the same.
            frame = Box(xs[0], ys[0], xs[-1], ys[-1])
            group_across += [box for box in across if box not in group_across and _stands_on(box, ys, frame, False)]
            group_down += [box for box in down if box not in group_down and _stands_on(box, xs, frame, True)]
            yield Region(xs, ys, tuple(group_across), tuple(group_down))


def _stands_on(box: Box, positions: Sequence[float], frame: Box, vertical: bool) -> bool:
    """Whether a rule lies in a grid's frame, on one of its lines."""
    x, y = box.middle
    if not (frame.left - TOUCH <= x <= frame.right + TOUCH and frame.top - TOUCH <= y <= frame.bottom + TOUCH):
        return False
    return any(abs((x if vertical else y) - position) <= SAME_RULE for position in positions)


def _regions_of_columns(down: Sequence[Box]) -> Iterable[Region]:
    """Grids whose rules across were lost: the ends of the column rules, broken where rows meet, give the rows."""
    xs = _spread(_positions([box.middle[0] for box in down]))
    if len(xs) < LEAST_COLUMNS or len(down) < 2 * LEAST_COLUMNS:
        return
    ends = sorted([box.top for box in down] + [box.bottom for box in down])
    ys = _spread([sum(group) / len(group) for group in _grouped(ends, LEAST_CELL) if len(group) >= 2])
    if len(ys) >= 3:
        across = tuple(Box(xs[0], y, xs[-1], y) for y in ys)
        full = tuple(Box(x, ys[0], x, ys[-1]) for x in xs)
        yield Region(xs, ys, across, full)


def _grouped(values: Sequence[float], gap: float) -> list[list[float]]:
    found: list[list[float]] = []
    for value in sorted(values):
        if found and value - found[-1][-1] <= gap:
            found[-1].append(value)
        else:
            found.append([value])
    return found


PER_MM = 72 / 25.4  # points


def _connected(across: Sequence[Box], down: Sequence[Box]) -> list[tuple[list[Box], list[Box]]]:
    """Rules that cross or touch, as groups, top to bottom."""
    found = rule_groups.groups(
        [(box.left, box.top, box.right, box.bottom) for box in across],
        [(box.left, box.top, box.right, box.bottom) for box in down], PER_MM,
    )
    return [([across[i] for i in own_across], [down[i] for i in own_down]) for own_across, own_down in found]


def _positions(values: Sequence[float]) -> tuple[float, ...]:
    """Values that lie together made one."""
    return tuple(sum(group) / len(group) for group in _grouped(values, SAME_RULE))


def _spread(positions: Sequence[float]) -> tuple[float, ...]:
    """Positions with those left out that would make a cell too small for text."""
    kept: list[float] = []
    for position in positions:
        if not kept or position - kept[-1] >= LEAST_CELL:
            kept.append(position)
    return tuple(kept)


def _covers(rules: Sequence[Box], at: float, low: float, high: float, vertical: bool) -> bool:
    """Whether rules at a position cover enough of the side from `low` to `high`."""
    covered = 0.0
    for box in rules:
        middle = box.middle[0] if vertical else box.middle[1]
        if abs(middle - at) <= SAME_RULE + 1:
            start, end = (box.top, box.bottom) if vertical else (box.left, box.right)
            covered += max(0.0, min(end, high) - max(start, low))
    return covered >= COVERED * (high - low)


def _cells(region: Region) -> list[Cell]:
    """The cells of a grid; neighbours without a rule between them are one."""
    rows, columns = len(region.ys) - 1, len(region.xs) - 1
    owner = [[(r, c) for c in range(columns)] for r in range(rows)]
    done: set[tuple[int, int]] = set()
    cells = []
    for r in range(rows):
        for c in range(columns):
            if (r, c) in done:
                continue
            wide = 1
            while (
                c + wide < columns
                and (r, c + wide) not in done
                and not _covers(region.down, region.xs[c + wide], region.ys[r], region.ys[r + 1], True)
            ):
                wide += 1
            high = 1
            while (
                r + high < rows
                and not any(
                    _covers(region.across, region.ys[r + high], region.xs[k], region.xs[k + 1], False)
                    for k in range(c, c + wide)
                )
                and all((r + high, k) not in done for k in range(c, c + wide))
            ):
                high += 1
            for i in range(r, r + high):
                for k in range(c, c + wide):
                    done.add((i, k))
                    owner[i][k] = (r, c)
            box = Box(region.xs[c], region.ys[r], region.xs[c + wide], region.ys[r + high])
            cells.append(Cell(r, c, (), high, wide, box))
    return cells


def filled(
    region: Region, lines: Sequence[Line], taken: dict[int, tuple[int, list[int]]], number: int
) -> tuple[Table, tuple[Line, ...]] | None:
    """The table of a region with the words that stand in its cells; None for an empty frame."""
    cells = _cells(region)
    if len(cells) < 4:
        return None
    inside: dict[int, list[Line]] = {}
    pieces: list[Line] = []  # kept in the block of the table, but in no cell
    frame = region.box
    for line in lines:
        if line.box is None or id(line) in taken or line.box.bottom < frame.top or line.box.top > frame.bottom:
            continue
        by_cell: dict[int, list[int]] = {}
        rests = [index for index, word in enumerate(line.words) if _is_piece_of_rule(word, region.xs)]
        for index, word in enumerate(line.words):
            at = None if index in rests else _cell_at(cells, word)
            if at is not None:
                by_cell.setdefault(at, []).append(index)
        if not by_cell and not rests:
            continue
        taken[id(line)] = (number, [*rests, *(index for indexes in by_cell.values() for index in indexes)])
        if rests:
            pieces.append(Line(tuple(line.words[index] for index in rests), line.box, line.size))
        for at, indexes in by_cell.items():
            words = tuple(line.words[index] for index in indexes)
            inside.setdefault(at, []).append(Line(words, union([word.box for word in words]), line.size))
    told = sum(bool(found) for found in inside.values())
    if told < 3 and not (told == 2 and any(is_sum(line.text) for found in inside.values() for line in found)):
        for key in [key for key, (table, _) in taken.items() if table == number]:
            del taken[key]
        return None
    filled = tuple(
        replace(cell, lines=tuple(line for row in by_lines(inside.get(i, ())) for line in row))
        for i, cell in enumerate(cells)
    )
    usual = _usual_edges(cells, region)
    filled = tuple(part for cell in filled for part in _parted(cell, region.xs, usual))
    rows = _usual_rows(cells, region)
    downward = [part for cell in filled for part in _parted_down(cell, region.ys, rows)]
    filled = _rows_parted(sorted(downward, key=lambda cell: (cell.row, cell.column)))
    ordered = tuple(line for cell in filled for line in cell.lines)
    return Table(filled, frame), (*ordered, *pieces)


LEAST_NUMBERS = 2  # in the first column of one row of a grid: no rules part its rows


def _rows_parted(cells: Sequence[Cell]) -> tuple[Cell, ...]:
    """The cells of a grid with a row of it that holds several numbers made as many rows."""
    by_row: dict[int, list[Cell]] = {}
    for cell in cells:
        by_row.setdefault(cell.row, []).append(cell)
    found: list[Cell] = []
    shift = 0
    for row in range(max(by_row) + 1):
        own = by_row.get(row, [])
        found += [replace(cell, row=row + shift) for cell in own]
        if len(own) < LEAST_COLUMNS or own[0].column or any(cell.row_span > 1 for cell in own):
            continue
        if numbers_in(own[0].lines) < LEAST_NUMBERS:
            continue
        parted = rows_of([cell.lines for cell in own])
        if len(parted) < LEAST_NUMBERS or sum(len(lines) for line in parted for lines in line) < sum(
            len(cell.lines) for cell in own
        ):
            continue
        del found[len(found) - len(own) :]
        edges = [_edge(own), *(_top([line for lines in part for line in lines]) for part in parted[1:]), _foot(own)]
        for number, part in enumerate(parted):
            found += [
                replace(
                    cell, row=row + shift + number, lines=tuple(lines),
                    box=cell.box and replace(cell.box, top=edges[number], bottom=max(edges[number], edges[number + 1])),
                )
                for cell, lines in zip(own, part, strict=True)
            ]
        shift += len(parted) - 1
    return tuple(found)


def _edge(cells: Sequence[Cell]) -> float:
    return min(cell.box.top for cell in cells if cell.box is not None)


def _foot(cells: Sequence[Cell]) -> float:
    return max(cell.box.bottom for cell in cells if cell.box is not None)


_STROKES = frozenset("|IlỈÌÍi!1¦[]")
PIECE_WIDTH = 3.0  # points; an I of 11 points is 4 wide with its feet


def _is_piece_of_rule(word: Word, xs: Sequence[float]) -> bool:
    """Whether a word is a piece of a column's rule that was read as a sign."""
    if word.box is None or len(word.text) != 1 or word.text not in _STROKES:
        return False
    width, x = word.box.right - word.box.left, word.box.middle[0]
    return width <= PIECE_WIDTH and any(abs(x - edge) <= SAME_RULE for edge in xs)


def _cell_at(cells: Sequence[Cell], word: Word) -> int | None:
    if word.box is None:
        return None
    x, y = word.box.middle
    for index, cell in enumerate(cells):
        box = cell.box
        if box is not None and box.left - 1 <= x <= box.right + 1 and box.top - 1 <= y <= box.bottom + 1:
            return index
    return None


def _is_figure(lines: Sequence[Line]) -> bool:
    """Whether a cell would hold a number alone."""
    text = " ".join(word.text for line in lines for word in line.words)
    return any(map(str.isdecimal, text)) and not any(map(str.isalpha, text))


_VALUES = frozenset("%-–≥≤><‰")
OPEN_GAP = 7.0  # points between words on both sides of a column's edge; words of a line stand 3-5 apart
LEAST_PARTS = 3  # columns that a row must fill to be parted; a group row fills one


USUAL = 0.6  # of its rows that a table parts at an edge for the rest to be parted there


def _usual_edges(cells: Sequence[Cell], region: Region) -> frozenset[int]:
    """The lines of a grid, by number from the left, at which most rows have a rule."""
    rows = len(region.ys) - 1
    parted = [0] * len(region.xs)
    for cell in cells:
        parted[cell.column] += cell.row_span
    return frozenset(i for i, count in enumerate(parted) if count >= USUAL * rows)


def _usual_rows(cells: Sequence[Cell], region: Region) -> frozenset[int]:
    """The lines of a grid, by number from the top, at which most columns have a rule."""
    parted = [0] * len(region.ys)
    for cell in cells:
        parted[cell.row] += cell.column_span
    return frozenset(i for i, count in enumerate(parted) if count >= USUAL * (len(region.xs) - 1))


OPEN_ROW = 5.0  # points between the lines of two rows; lines of one cell stand 1-3 apart


def _parted_down(cell: Cell, ys: Sequence[float], usual: frozenset[int]) -> tuple[Cell, ...]:
    """A cell over several rows cut at the lines that part most columns, where each row has lines of its own."""
    between = range(cell.row + 1, cell.row + cell.row_span)
    if cell.row_span < 2 or cell.box is None or not usual.issuperset(between):
        return (cell,)
    parts: list[list[Line]] = [[] for _ in range(cell.row_span)]
    for line in cell.lines:
        if line.box is None:
            return (cell,)
        parts[max((i for i in range(cell.row_span) if line.box.middle[1] >= ys[cell.row + i]), default=0)].append(line)
    for above, below in pairwise(parts):
        if not above or not below:
            return (cell,)
        if _top(below) - _bottom(above) < OPEN_ROW:
            return (cell,)
    left, right = cell.box.left, cell.box.right
    return tuple(
        Cell(row, cell.column, tuple(part), 1, cell.column_span, Box(left, ys[row], right, ys[row + 1]))
        for row, part in enumerate(parts, cell.row)
    )


def _top(lines: Sequence[Line]) -> float:
    return min(line.box.top for line in lines if line.box is not None)


def _bottom(lines: Sequence[Line]) -> float:
    return max(line.box.bottom for line in lines if line.box is not None)


def _parted(cell: Cell, xs: Sequence[float], usual: frozenset[int]) -> tuple[Cell, ...]:
    """A cell over several columns cut at their edges, where its words leave each edge free.

    In a low row the pieces of rules between cells are shorter than a letter is high, and get lost.
    """
    if cell.column_span < 2 or cell.box is None:
        return (cell,)
    edges = xs[cell.column : cell.column + cell.column_span + 1]
    parts: list[list[Line]] = [[] for _ in range(cell.column_span)]
    for line in cell.lines:
        groups: dict[int, list[Word]] = {}
        before: tuple[int, Box] | None = None
        for word in line.words:
            if word.box is None:
                return (cell,)
            if not any(map(str.isalnum, word.text)) and word.text not in _VALUES:
                groups.setdefault(before[0] if before is not None else 0, []).append(word)
                continue  # a speck, a piece of the rule
            at = max((i for i, edge in enumerate(edges[:-1]) if word.box.middle[0] >= edge), default=0)
            if word.box.left < edges[at] - SAME_RULE or word.box.right > edges[at + 1] + SAME_RULE:
                return (cell,)
            if before is not None and before[0] != at and word.box.left - before[1].right < OPEN_GAP:
                return (cell,)
            groups.setdefault(at, []).append(word)
            before = at, word.box
        for at, words in groups.items():
            parts[at].append(Line(tuple(words), union([word.box for word in words]), line.size))
    filled_parts = [part for part in parts if part]
    between = frozenset(range(cell.column + 1, cell.column + cell.column_span))
    if len(filled_parts) < LEAST_PARTS and not (
        len(filled_parts) == cell.column_span == 2 and (_is_figure(filled_parts[0]) or between <= usual)
    ):
        return (cell,)
    top, bottom = cell.box.top, cell.box.bottom
    return tuple(
        Cell(cell.row, cell.column + i, tuple(part), cell.row_span, 1, Box(edges[i], top, edges[i + 1], bottom))
        for i, part in enumerate(parts)
    )
