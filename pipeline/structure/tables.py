"""Find tables: from ruling lines, from columns of words, from text; merged cells, group rows and page breaks.

The trouble: a recogniser reads a row as one line through all its cells; a merged cell has no rule inside; a table
goes on over the page, with or without its head row; converters write "| a | b |".

Evidence in order of trust: ruling lines that cross, bars between cells in text, then at least three columns of
words that stand in line over several rows.

What it never does: drop a word. A word in no cell stays in the text where it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pipeline.document import Block, Box, Cell, Document, Line, Page, Table, Word, union, upright
from pipeline.knowledge.fuzzy import aligned

TOUCH = 5.0  # points: how near the ends of two rules come where they cross; scans at 100 dpi blur 2-3 pixels
SAME_RULE = 4.0  # points: two rules nearer than this are one
COVERED = 0.55  # of a cell's side that a rule must cover to part it from its neighbour
LEAST_CELL = 8.0  # points: a row lower or a column narrower holds no text of 11 points
COLUMN_GAP = 13.0  # points between two columns without rules; justified text stays under 9
LEAST_ROWS, LEAST_COLUMNS = 4, 3  # of a table without rules: the two columns of head and foot are none


def tables(document: Document) -> Document:
    """The document with the tables of every page in `Page.tables` and their lines in blocks of kind "table".

    The k-th table block of a page belongs to its k-th table. Pages that have tables already stay as they are.
    """
    if all(page.tables or not page.blocks for page in document.pages):
        return _with_continuations(document)
    standing = upright(document)
    found = []
    for page, lying in zip(standing.pages, document.pages, strict=True):
        changed = page if page.tables else find_tables(page)
        found.append(lying if changed is page else _laid_back(changed))
    return _with_continuations(replace(document, pages=tuple(found)))


def _laid_back(page: Page) -> Page:
    """An upright page with its boxes as displayed again."""
    if page.turn == 0:
        return page
    turned = replace(page, turn=(360 - page.turn) % 360)  # type: ignore[arg-type]
    back = upright(Document("", "", "", (turned,))).pages[0]
    return replace(back, turn=page.turn)


def find_tables(page: Page) -> Page:
    """One upright page with its tables found; the same value where there is none."""
    regions = [*_ruled_regions(page)]
    built: list[tuple[Table, tuple[Line, ...]]] = []
    taken: dict[int, tuple[int, list[int]]] = {}  # id of a line -> (table, indexes of its words in cells)
    lines = [line for block in page.blocks if block.kind in ("text", "stamp_text") for line in block.lines]
    for region in regions:
        made = _fill(region, lines, taken, len(built))
        if made is not None:
            built.append(made)
    if not built and page.blocks:
        built += _from_bars(page, taken) or _from_columns(page, taken)
    return _rebuilt(page, built, taken) if built else page


# --- ruling lines ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Region:
    """A grid of rules: the positions of its lines and the rules themselves."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    across: tuple[Box, ...]
    down: tuple[Box, ...]

    @property
    def box(self) -> Box:
        return Box(self.xs[0], self.ys[0], self.xs[-1], self.ys[-1])


def _ruled_regions(page: Page) -> Iterable[_Region]:
    across = [o.box for o in page.objects if o.kind == "rule"]
    down = [o.box for o in page.objects if o.kind == "vertical_rule"]
    groups = _connected(across, down)
    columns = [box for group_across, group_down in groups if len(group_across) < 2 for box in group_down]
    yield from _regions_of_columns(columns)
    for group_across, group_down in groups:
        if len(group_across) < 2 or len(group_down) < 2:
            continue
        xs, ys = _positions([box.middle[0] for box in group_down]), _positions([box.middle[1] for box in group_across])
        xs = _spread(xs)
        ys = _spread(ys)
        if len(xs) >= 3 and len(ys) >= 3:
            yield _Region(xs, ys, tuple(group_across), tuple(group_down))


def _regions_of_columns(down: Sequence[Box]) -> Iterable[_Region]:
    """Grids whose rules across were lost: the ends of the column rules, broken where rows meet, give the rows."""
    xs = _spread(_positions([box.middle[0] for box in down]))
    if len(xs) < LEAST_COLUMNS or len(down) < 2 * LEAST_COLUMNS:
        return
    ends = sorted([box.top for box in down] + [box.bottom for box in down])
    ys = _spread([sum(group) / len(group) for group in _grouped(ends, LEAST_CELL) if len(group) >= 2])
    if len(ys) >= 3:
        across = tuple(Box(xs[0], y, xs[-1], y) for y in ys)
        full = tuple(Box(x, ys[0], x, ys[-1]) for x in xs)
        yield _Region(xs, ys, across, full)


def _grouped(values: Sequence[float], gap: float) -> list[list[float]]:
    found: list[list[float]] = []
    for value in sorted(values):
        if found and value - found[-1][-1] <= gap:
            found[-1].append(value)
        else:
            found.append([value])
    return found


def _connected(across: Sequence[Box], down: Sequence[Box]) -> list[tuple[list[Box], list[Box]]]:
    """Rules that cross or touch, as groups, top to bottom."""
    everything = [*across, *down]
    parent = list(range(len(everything)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for i, a in enumerate(across):
        for j, b in enumerate(down):
            if a.left - TOUCH <= b.middle[0] <= a.right + TOUCH and b.top - TOUCH <= a.middle[1] <= b.bottom + TOUCH:
                parent[root(i)] = root(len(across) + j)
    groups: dict[int, tuple[list[Box], list[Box]]] = {}
    for i, box in enumerate(everything):
        group = groups.setdefault(root(i), ([], []))
        group[0 if i < len(across) else 1].append(box)
    return sorted(groups.values(), key=lambda g: min((b.top for b in (*g[0], *g[1])), default=0.0))


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


def _cells(region: _Region) -> list[Cell]:
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


def _fill(
    region: _Region, lines: Sequence[Line], taken: dict[int, tuple[int, list[int]]], number: int
) -> tuple[Table, tuple[Line, ...]] | None:
    """The table of a region with the words that stand in its cells; None for an empty frame."""
    cells = _cells(region)
    if len(cells) < 4:
        return None
    inside: dict[int, list[Line]] = {}
    frame = region.box
    for line in lines:
        if line.box is None or id(line) in taken or line.box.bottom < frame.top or line.box.top > frame.bottom:
            continue
        by_cell: dict[int, list[int]] = {}
        for index, word in enumerate(line.words):
            at = _cell_at(cells, word)
            if at is not None:
                by_cell.setdefault(at, []).append(index)
        if not by_cell:
            continue
        taken[id(line)] = (number, [index for indexes in by_cell.values() for index in indexes])
        for at, indexes in by_cell.items():
            words = tuple(line.words[index] for index in indexes)
            inside.setdefault(at, []).append(Line(words, union([word.box for word in words]), line.size))
    if sum(bool(found) for found in inside.values()) < 3:
        for key in [key for key, (table, _) in taken.items() if table == number]:
            del taken[key]
        return None
    filled = tuple(
        replace(
            cell, lines=tuple(sorted(inside.get(i, ()), key=lambda x: (x.box.top, x.box.left) if x.box else (0, 0)))
        )
        for i, cell in enumerate(cells)
    )
    ordered = tuple(line for cell in sorted(filled, key=lambda c: (c.row, c.column)) for line in cell.lines)
    return Table(filled, frame), ordered


def _cell_at(cells: Sequence[Cell], word: Word) -> int | None:
    if word.box is None:
        return None
    x, y = word.box.middle
    for index, cell in enumerate(cells):
        box = cell.box
        if box is not None and box.left - 1 <= x <= box.right + 1 and box.top - 1 <= y <= box.bottom + 1:
            return index
    return None


# --- bars in text ----------------------------------------------------------------------------------------

_SEPARATOR = re.compile(r"[|\s:+-]*-{2,}[|\s:+-]*")


def _split_bars(line: Line) -> list[tuple[Word, ...]]:
    """The words of a line between its bars; a word with a bar in it is parted."""
    cells: list[list[Word]] = [[]]
    for word in line.words:
        if "|" not in word.text:
            cells[-1].append(word)
            continue
        for index, part in enumerate(word.text.split("|")):
            if index:
                cells.append([])
            if part:
                cells[-1].append(replace(word, raw=part if word.raw == word.text else word.raw, text=part))
    if not cells[0] and len(cells) > 1:
        cells = cells[1:]
    if not cells[-1] and len(cells) > 1:
        cells = cells[:-1]
    return [tuple(cell) for cell in cells]


def _from_bars(page: Page, taken: dict[int, tuple[int, list[int]]]) -> list[tuple[Table, tuple[Line, ...]]]:
    found: list[tuple[Table, tuple[Line, ...]]] = []
    run: list[Line] = []

    def close() -> None:
        rows = [_split_bars(line) for line in run if not _SEPARATOR.fullmatch(line.text)]
        if len(rows) >= 2 and max(map(len, rows)) >= 2:
            for line in run:
                taken[id(line)] = (len(found), list(range(len(line.words))))
            found.append(_table_of_rows(rows))
        run.clear()

    for block in page.blocks:
        if block.kind != "text":
            close()
            continue
        for line in block.lines:
            if "|" in line.text and (line.text.count("|") >= 2 or " | " in line.text):
                run.append(line)
            else:
                close()
    close()
    return found


def _table_of_rows(rows: Sequence[Sequence[tuple[Word, ...]]], ruled: bool = True) -> tuple[Table, tuple[Line, ...]]:
    """A table of rows of words; a row with fewer cells has its last one merged to the end (a group row)."""
    width = max(map(len, rows))
    cells, lines = [], []
    for r, row in enumerate(rows):
        for c, words in enumerate(row):
            line = Line(words, union([word.box for word in words])) if words else None
            if line is not None:
                lines.append(line)
            span = width - c if c == len(row) - 1 else 1
            cells.append(Cell(r, c, (line,) if line else (), 1, span, line.box if line else None))
    return Table(tuple(cells), union([cell.box for cell in cells]), ruled), tuple(lines)


# --- columns of words ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Row:
    line: Line
    segments: tuple[tuple[int, int], ...]  # from word to word, by wide gaps


def _segments(line: Line) -> tuple[tuple[int, int], ...]:
    spans, start = [], 0
    last: float | None = None
    for index, word in enumerate(line.words):
        if word.box is None:
            return ()
        if last is not None and word.box.left - last >= COLUMN_GAP:
            spans.append((start, index))
            start = index
        last = word.box.right
    spans.append((start, len(line.words)))
    return tuple(spans)


def _from_columns(page: Page, taken: dict[int, tuple[int, list[int]]]) -> list[tuple[Table, tuple[Line, ...]]]:
    """Tables without rules: runs of lines with three columns or more that stand in line."""
    rows = [
        _Row(line, _segments(line))
        for block in page.blocks
        if block.kind == "text"
        for line in block.lines
        if line.box is not None and line.words
    ]
    found: list[tuple[Table, tuple[Line, ...]]] = []
    index = 0
    while index < len(rows):
        end = index
        while end < len(rows) and len(rows[end].segments) >= LEAST_COLUMNS:
            end += 1
        run = rows[index:end]
        if len(run) >= LEAST_ROWS:
            edges = _column_edges(run)
            if len(edges) >= LEAST_COLUMNS and _has_head(run[0].line):
                split = [_by_edges(row, edges) for row in run]
                for row in run:
                    taken[id(row.line)] = (len(found), list(range(len(row.line.words))))
                found.append(_table_of_rows(split, ruled=False))
        index = max(end, index + 1)
    return found


_HEAD = re.compile(r"\b(?:stt|tt|so tt|noi dung|chi tieu|don vi|ten|ke hoach|ghi chu|thoi gian)\b")


def _has_head(line: Line) -> bool:
    return len(_HEAD.findall(aligned(line.text))) >= 2


def _column_edges(rows: Sequence[_Row]) -> list[float]:
    """Left edges of columns that half of the rows share."""
    boxes = [row.line.words[start].box for row in rows for start, _ in row.segments]
    lefts = sorted(box.left for box in boxes if box is not None)
    groups: list[list[float]] = []
    for left in lefts:
        if groups and left - groups[-1][-1] <= COLUMN_GAP:
            groups[-1].append(left)
        else:
            groups.append([left])
    return [min(group) for group in groups if len(group) >= len(rows) / 2]


def _by_edges(row: _Row, edges: Sequence[float]) -> list[tuple[Word, ...]]:
    cells: list[list[Word]] = [[] for _ in edges]
    for word in row.line.words:
        assert word.box is not None
        at = max((i for i, edge in enumerate(edges) if word.box.left >= edge - 3), default=0)
        cells[at].append(word)
    return [tuple(cell) for cell in cells]


# --- the page again --------------------------------------------------------------------------------------


def _rebuilt(
    page: Page, built: Sequence[tuple[Table, tuple[Line, ...]]], taken: dict[int, tuple[int, list[int]]]
) -> Page:
    """Blocks with the tables' lines in blocks of their own, where the first of them stood."""
    blocks: list[Block] = []
    placed: dict[int, int] = {}  # table -> its index in the order of blocks
    for block in page.blocks:
        kept: list[Line] = []
        for line in block.lines:
            if id(line) not in taken:
                kept.append(line)
                continue
            number, indexes = taken[id(line)]
            if number not in placed:
                if kept:
                    blocks.append(_part(block, kept))
                    kept = []
                placed[number] = len(placed)
                table, lines = built[number]
                blocks.append(Block(lines, "table", table.box))
            inside = set(indexes)
            rest = tuple(word for index, word in enumerate(line.words) if index not in inside)
            if rest and any(word.text for word in rest):
                kept.append(replace(line, words=rest, box=union([word.box for word in rest]) or line.box))
        if kept:
            blocks.append(_part(block, kept))
    order = sorted(placed, key=lambda number: placed[number])
    return replace(page, blocks=tuple(blocks), tables=tuple(built[number][0] for number in order))


def _part(block: Block, lines: Sequence[Line]) -> Block:
    if len(lines) == len(block.lines):
        return replace(block, lines=tuple(lines))
    return Block(tuple(lines), block.kind, union([line.box for line in lines]))


# --- over page breaks ------------------------------------------------------------------------------------

SAME_EDGE = 12.0  # points: columns of one table on two pages, each skewed by itself


def _with_continuations(document: Document) -> Document:
    pages = list(document.pages)
    for index in range(1, len(pages)):
        before, page = pages[index - 1], pages[index]
        if not before.tables or not page.tables or page.tables[0].continues:
            continue
        if _ends_with_table(before) and _begins_with_table(page) and _alike(before.tables[-1], page.tables[0]):
            pages[index] = replace(page, tables=(replace(page.tables[0], continues=True), *page.tables[1:]))
    return replace(document, pages=tuple(pages)) if pages != list(document.pages) else document


def _text_blocks(page: Page) -> list[Block]:
    return [block for block in page.blocks if block.kind in ("text", "table")]


def _ends_with_table(page: Page) -> bool:
    blocks = _text_blocks(page)
    return bool(blocks) and blocks[-1].kind == "table"


def _begins_with_table(page: Page) -> bool:
    blocks = [
        b for b in _text_blocks(page) if not re.fullmatch(r"\W*\d{0,3}\W*", " ".join(line.text for line in b.lines))
    ]
    return bool(blocks) and blocks[0].kind == "table"


def _alike(one: Table, other: Table) -> bool:
    if one.columns != other.columns:
        return False
    if one.box is None or other.box is None:
        return True
    return abs(one.box.left - other.box.left) <= SAME_EDGE and abs(one.box.right - other.box.right) <= SAME_EDGE
