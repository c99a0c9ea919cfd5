"""Tables of a text file whose columns are parted by tabs or by blanks, as converters and "-layout" readers write them.

The trouble: a text has no rules, and a cell may run over lines. A letterhead and a foot have columns too.

Evidence: a head row that has "TT" or two words of head rows, three columns or more in it, and blanks that run through
the rows below it.

What it never does: drop a word, or take two columns for a table.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from pipeline.document import Block, Cell, Line, Table, Word
from pipeline.knowledge import table_rows
from pipeline.knowledge.fuzzy import aligned
from pipeline.knowledge.table_rows import RowLine

LEAST_COLUMNS = 3  # letterheads and feet have two
LEAST_HEADS, LONGEST_TITLE = 2, 6  # titles with words of head rows where there is no "TT", and their words
LEAST_ROWS = 2  # with the head
MOST_HEAD, MOST_BELOW = 4, 7  # lines of a head above the one with "TT" and below it: three titles over one another
MOST_BLANK = 2  # lines between two rows of one table
_SEGMENT = re.compile(r"\S+(?: \S+)*")
_SECTION = re.compile(r"\s*(?:[IVX]{1,4}|(?i:ph[aầ]n|ch[uư][oơ]ng|ph[uụ] l[uụ]c|bi[eể]u)\s+[IVX\d]+)\s?[.\-/:]\s?\S")
_GROUP = re.compile(r"(?:\d{1,3}|[IVX]{1,5}|[A-ZĐa-zđ])[.)]\s")  # "II. Văn hóa", over all columns
_BULLET = re.compile(r"\s*[-+•*]\s\S")


@dataclass(frozen=True, slots=True)
class _Segment:
    """Words of a line with no more than one blank between them; `start` and `end` in characters."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Found:
    """A table of lines `first` to `last`, the latter not of it."""

    first: int
    last: int
    table: Table


def find(lines: Sequence[str]) -> list[Found]:
    """The tables among the lines of a text, top to bottom."""
    found: list[Found] = []
    at = 0
    while at < len(lines):
        made = _tabbed(lines, at) if "\t" in lines[at] else _spaced(lines, at, found[-1].last if found else 0)
        if made is not None:
            found.append(made)
        at = made.last if made is not None else at + 1
    return found


def block_of(table: Table) -> Block:
    """The block that stands for a table among the blocks of its page."""
    return Block(tuple(line for cell in table.cells for line in cell.lines), "table")


def _line(text: str) -> Line:
    return Line(tuple(Word(part, part) for part in text.split()))


# --- tabs ------------------------------------------------------------------------------------------------


def _tabbed(lines: Sequence[str], start: int) -> Found | None:
    """The table whose first row is the line at `start`, each row on a line and a tab between two cells."""
    head = _cells(lines[start])
    if sum(map(bool, head)) < LEAST_COLUMNS or not _is_head(head):
        return None
    end = start + 1
    while (row := _next_filled(lines, end)) < len(lines) and "\t" in lines[row] and any(_cells(lines[row])):
        if table_rows.opens_head(_cells(lines[row])[0]) and _cells(lines[row]) != head:
            break  # the head of another table
        end = row + 1
    rows = [_cells(line) for line in lines[start:end] if line.strip()]
    width = max(map(len, rows))
    while not any(row[width - 1] for row in rows if len(row) >= width):
        width -= 1
    if len(rows) < LEAST_ROWS:
        return None
    cells = [
        Cell(r, c, (_line(text),) if text else (), 1, width - c if c == len(row) - 1 else 1)
        for r, row in enumerate(row[:width] for row in rows)
        for c, text in enumerate(row)
    ]
    return Found(start, end, Table(tuple(cells), ruled=False))


def _next_filled(lines: Sequence[str], at: int) -> int:
    """The first line from `at` on that is not empty, not further than rows of one table stand apart."""
    stop = min(len(lines), at + MOST_BLANK)
    while at < stop and not lines[at].strip():
        at += 1
    return at


def _cells(line: str) -> list[str]:
    return [" ".join(cell.split()) for cell in line.split("\t")]


def _is_head(cells: Sequence[str]) -> bool:
    titles = [cell for cell in cells if cell and len(cell.split()) <= LONGEST_TITLE and table_rows.heads_in(cell)]
    return bool(cells[0]) and (table_rows.opens_head(cells[0]) or len(titles) >= LEAST_HEADS)


# --- blanks ----------------------------------------------------------------------------------------------


def _segments(line: str) -> list[_Segment]:
    shown = line.expandtabs(8)
    return [_Segment(found.start(), found.end(), found.group()) for found in _SEGMENT.finditer(shown)]


def _spaced(lines: Sequence[str], at: int, free: int) -> Found | None:
    """The table whose head has its line with "TT", or its first, at `at`; lines before `free` are of others."""
    anchor = _segments(lines[at])
    labelled = bool(anchor) and table_rows.opens_head(anchor[0].text)
    if not labelled and not (len(anchor) >= LEAST_COLUMNS and _is_head([part.text for part in anchor])):
        return None
    start = at
    while labelled and start > max(free, at - MOST_HEAD) and _is_over_head(lines[start - 1], anchor):
        start -= 1
    first, last = _body(lines, at, anchor)
    body = [_segments(line) for line in lines[first:last] if line.strip()]
    gutters = _gutters([parts for parts in body if len(parts) >= LEAST_COLUMNS])
    if len(gutters) + 1 < LEAST_COLUMNS or len(body) < LEAST_ROWS - 1:
        return None
    heads = [_segments(line) for line in lines[start:first] if line.strip()]
    gutters = _with_last_column(_with_blank_columns(gutters, heads), heads, max(parts[-1].end for parts in body))
    head = _head_cells(heads, gutters)
    depth = max((cell.row + cell.row_span for cell in head), default=0)
    cells = head + _body_cells(lines[first:last], gutters, depth)
    if sum(1 for cell in cells if cell.row == depth) < 1:
        return None
    return Found(start, last, Table(tuple(sorted(cells, key=lambda cell: (cell.row, cell.column))), ruled=False))


def _is_over_head(line: str, anchor: Sequence[_Segment]) -> bool:
    """Whether a line is of the head whose line with "TT" stands below it: its titles stand beside the column of it."""
    parts = _segments(line)
    if not parts or parts[0].start < anchor[0].end + 1 or line.rstrip().endswith((".", ":", ";", "./.")):
        return False
    whole = " ".join(part.text for part in parts)
    if len(parts) == 1 and (whole.isupper() or not table_rows.heads_in(whole)):
        return False  # a title over the table
    return not any(char.isdigit() for char in whole[:1])


def _body(lines: Sequence[str], at: int, anchor: Sequence[_Segment]) -> tuple[int, int]:
    """First line of the rows under a head, and the line after the last of them."""
    label_end = anchor[0].end + 2
    # The first row has a number or a time, or is the line of a cell over its number: words that open a name.
    below = range(at + 1, min(len(lines), at + 1 + MOST_BELOW))
    first = next(
        (
            line for line in below
            if (parts := _segments(lines[line]))
            and (_opens_row(parts, label_end) or _is_over_number(lines, line, label_end))
        ),
        at + 1,
    )
    last = end = first
    blank = 0
    inner: set[int] = set()  # where columns but the first begin
    while end < len(lines):
        parts = _segments(lines[end])
        if not parts:
            blank += 1
            if blank > MOST_BLANK:
                break
            end += 1
            continue
        if not (blank == 0 and parts[0].start in inner) and not _is_of_body(lines, end, parts, label_end, blank):
            break
        inner.update(part.start for part in parts[1:])
        blank = 0
        end += 1
        last = end
    return first, last


def _opens_row(parts: Sequence[_Segment], label_end: int) -> bool:
    return (
        len(parts) > 1 and parts[0].start <= label_end
        and ((table_rows.ROW_LABEL.fullmatch(parts[0].text) is not None and len(parts[0].text) <= 6)
             or _TIME.match(aligned(parts[0].text)) is not None)
    )


# What the rows of a calendar of work begin with, in place of a number
_TIME = re.compile(r"\W*(?:(?:tu |ngay )*\d{1,2}/(?:\d{1,2}|(?:19|20)\d\d)\b|(?:thang|quy) (?:\d|[ivx]+\b))")


def _is_over_number(lines: Sequence[str], at: int, label_end: int) -> bool:
    """Whether a line without a number is the upper line of a row with one."""
    parts = _segments(lines[at])
    if not parts or parts[0].start < label_end - 2 or at + 1 >= len(lines):
        return False
    below = next((_segments(line) for line in lines[at + 1 : at + 3] if _opens_row(_segments(line), label_end)), None)
    if below is None:
        return False
    return parts[0].start == below[1].start and table_rows.heads_in(" | ".join(p.text for p in parts)) < LEAST_HEADS


def _is_of_body(
    lines: Sequence[str], at: int, parts: Sequence[_Segment], label_end: int, blank: int
) -> bool:
    if table_rows.opens_head(parts[0].text) and len(parts) > 1:
        return False  # the head of the next table
    if _opens_row(parts, label_end):
        return True
    alone = len(parts) == 1 and parts[0].start <= label_end
    if alone or (blank and len(parts) < LEAST_COLUMNS) or _BULLET.match(lines[at]) or _SECTION.match(lines[at]):
        # "II. Văn hóa" among the rows is one of them.
        following = next((line for line in lines[at + 1 : at + 1 + MOST_BLANK] if line.strip()), "")
        after = _segments(following)
        goes_on = len(after) >= LEAST_COLUMNS and _opens_row(after, label_end)
        return goes_on and not _BULLET.match(lines[at]) and not table_rows.opens_head(after[0].text)
    return True


def _gutters(rows: Sequence[Sequence[_Segment]]) -> list[tuple[int, int]]:
    """Runs of characters that are blank in all rows, between the first column that is not and the last."""
    if not rows:
        return []
    width = max(parts[-1].end for parts in rows)
    inked = [0] * (width + 1)
    for parts in rows:
        for part in parts:
            for place in range(part.start, part.end):
                inked[place] += 1
    runs, place = [], 0
    for blank, group in groupby(inked[:width], key=lambda count: count == 0):
        long = len(list(group))
        if blank and place:
            runs.append((place, place + long))
        place += long
    return runs


def _with_blank_columns(
    gutters: list[tuple[int, int]], heads: Sequence[Sequence[_Segment]]
) -> list[tuple[int, int]]:
    """The gutters, one with a title in it made two: a column in which no row has anything ("Ghi chú").

    Only where the columns on both sides have titles of their own, and not below it: then it stands over both.
    """
    for at, line in enumerate(heads):
        for part in line:
            between = _gutter_of(part, gutters)
            if between is None or not {between, between + 1} <= _titled(heads, gutters):
                continue
            if {between, between + 1} <= _titled(heads[at + 1 :], gutters):
                continue
            start, end = gutters[between]
            gutters = [*gutters[:between], (start, part.start), (part.end, end), *gutters[between + 1 :]]
    return gutters


def _with_last_column(
    gutters: list[tuple[int, int]], heads: Sequence[Sequence[_Segment]], width: int
) -> list[tuple[int, int]]:
    """The gutters, and one more before a title that stands right of all rows: "Ghi chú" over nothing."""
    beyond = [part.start for line in heads for part in line if part.start > width]
    over_last = any(part.start <= width and part.end > gutters[-1][1] for line in heads for part in line)
    return [*gutters, (width, min(beyond))] if beyond and over_last else gutters


def _gutter_of(part: _Segment, gutters: Sequence[tuple[int, int]]) -> int | None:
    """The gutter in which the whole segment stands."""
    return next((i for i, (start, end) in enumerate(gutters) if start <= part.start and part.end <= end), None)


def _titled(heads: Sequence[Sequence[_Segment]], gutters: Sequence[tuple[int, int]]) -> set[int]:
    """The columns that have a title, of those that stand in no gutter."""
    return {
        column
        for line in heads for part in line if _gutter_of(part, gutters) is None
        for first, last in [_column(part, gutters)] for column in range(first, last + 1)
    }


def _column(part: _Segment, gutters: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """First and last column that a segment stands over: more than one only where it covers all of a gutter."""
    crossed = [i for i, (start, end) in enumerate(gutters) if part.start < start and part.end > end]
    if crossed:
        return crossed[0], crossed[-1] + 1
    middles = [-1e9, *((start + end) / 2 for start, end in gutters), 1e9]
    shared = [min(part.end, high) - max(part.start, low) for low, high in pairwise(middles)]
    own = shared.index(max(shared))
    return own, own


def _body_cells(lines: Sequence[str], gutters: Sequence[tuple[int, int]], depth: int) -> list[Cell]:
    """The cells under the head, from row `depth` on."""
    width = len(gutters) + 1
    placed: list[tuple[RowLine, list[tuple[int, int, str]]]] = []
    blank = 0
    for line in lines:
        parts = _segments(line)
        if not parts:
            blank += 1
            continue
        own = [(*_column(part, gutters), part.text) for part in parts]
        texts = [" ".join(text for first, _, text in own if first == column) for column in range(width)]
        labelled = table_rows.ROW_LABEL.fullmatch(texts[0]) or _TIME.match(aligned(texts[0]))
        label = texts[0] if labelled and own[0][1] == 0 else ""
        if len(own) == 1 and (found := _GROUP.match(own[0][2])):
            label = found[0]
        placed.append((RowLine(label, tuple(texts[1:] if label or not texts[0] else texts), float(blank)), own))
        blank = 0
    told = [RowLine(row.label, row.texts[-(width - 1) :], row.white) for row, _ in placed]
    items = {at for at, (row, own) in enumerate(placed) if at and not row.label and _is_item_of_row_above(own)}
    starts = [*sorted({*table_rows.row_starts(told), *items}), len(placed)]
    cells: list[Cell] = []
    for number, (start, stop) in enumerate(pairwise(starts), depth):
        row = _row_cells([own for _, own in placed[start:stop]], number, width)
        if start in items:
            first = placed[start][1][0][0]
            reaching = max((cell.row for cell in cells if cell.column < first), default=-1)
            cells = [
                replace(cell, row_span=number - cell.row + 1)
                if cell.column < first and cell.row == reaching else cell
                for cell in cells
            ]
            row = [cell for cell in row if cell.column >= first]
        cells += row
    return cells


_ITEM = re.compile(r"[-+•*]\s\S")


def _is_item_of_row_above(own: Sequence[tuple[int, int, str]]) -> bool:
    """Whether a line is an item of its own in a row whose first cell stands above: "   - Báo tường    Tổ Văn"."""
    texts = [text for _, _, text in own]
    return (
        own[0][0] > 0 and len(texts) > 1 and any(map(_ITEM.match, texts))
        and all(_ITEM.match(text) or text[:1].isupper() for text in texts)
    )


def _row_cells(lines: Sequence[Sequence[tuple[int, int, str]]], number: int, width: int) -> list[Cell]:
    held: dict[int, list[Line]] = {}
    reach: dict[int, int] = {}
    for line in lines:
        for first, last, text in line:
            held.setdefault(first, []).append(_line(text))
            reach[first] = max(reach.get(first, first), last)
    cells = []
    column = 0
    while column < width:
        end = reach.get(column, column)
        while end > column and any(other in held for other in range(column + 1, end + 1)):
            end -= 1
        filled = column in held and not any(other in held for other in range(column + 1, width))
        end = width - 1 if filled and column <= 1 and end > column else end
        cells.append(Cell(number, column, tuple(held.get(column, ())), 1, end - column + 1))
        column = end + 1
    return cells


def _head_cells(lines: Sequence[Sequence[_Segment]], gutters: Sequence[tuple[int, int]]) -> list[Cell]:
    """The cells of a head: of one row, or of two where a title stands over several columns."""
    width = len(gutters) + 1
    single: dict[int, list[tuple[int, str]]] = {}
    over: list[tuple[int, float, list[str], set[int]]] = []  # line, middle, text, columns
    titled = _titled(lines, gutters)
    for at, line in enumerate(lines):
        for part in line:
            first, last = _title_columns(part, at, lines, gutters, titled)
            if first == last:
                single.setdefault(first, []).append((at, part.text))
            elif over and set(range(first, last + 1)) & over[-1][3] and at == over[-1][0] + len(over[-1][2]):
                over[-1][2].append(part.text)
                over[-1][3].update(range(first, last + 1))
            else:
                over.append((at, (part.start + part.end) / 2, [part.text], set(range(first, last + 1))))
    above: list[tuple[range, list[str]]] = []
    for title in over:
        span, words = _span(title, single, gutters, width), title[2]
        # A title over titles that stand over columns is one with them: a head has two rows here.
        for other in [other for other in above if set(other[0]) & set(span)]:
            above.remove(other)
            span = range(min(span.start, other[0].start), max(span.stop, other[0].stop))
            words = other[1] + words
        above.append((span, words))
    cells: list[Cell] = []
    for column in range(width):
        under = any(column in span for span, _ in above)
        lines_of = tuple(_line(text) for _, text in single.get(column, []))
        cells.append(Cell(1 if under else 0, column, lines_of, 1 if under or not above else 2))
    cells += [Cell(0, span.start, tuple(map(_line, words)), 1, len(span)) for span, words in above]
    return cells


def _title_columns(
    part: _Segment, at: int, lines: Sequence[Sequence[_Segment]], gutters: Sequence[tuple[int, int]], titled: set[int]
) -> tuple[int, int]:
    """First and last column that a title stands over, as far as its own place tells."""
    first, last = _column(part, gutters)
    if first != last:
        return first, last
    between = _gutter_of(part, gutters)
    if between is not None:
        lacking = [column for column in (between, between + 1) if column not in titled]
        below = _titled(lines[at + 1 :], gutters)
        if len(lacking) == 1 or not {between, between + 1} <= below:
            return (lacking[0], lacking[0]) if lacking else (first, last)
        return between, between + 1
    low = sum(gutters[first - 1]) / 2 if first else -1e9
    high = sum(gutters[first]) / 2 if first < len(gutters) else 1e9
    if part.start < low - 1 or part.end > high + 1:  # wider than its column, whose own title stands below it
        below = _titled(lines[at + 1 :], gutters)
        reached = {first, *([first - 1] if part.start < low - 1 else []), *([first + 1] if part.end > high + 1 else [])}
        if reached <= below:
            return min(reached), max(reached)
    return first, last


OFF_MIDDLE = 3.0  # characters by which a title may miss the middle of its columns: these are as wide as their texts


def _span(
    title: tuple[int, float, list[str], set[int]], single: dict[int, list[tuple[int, str]]],
    gutters: Sequence[tuple[int, int]], width: int,
) -> range:
    """The columns that a title stands over: those it covers and, as far as its middle stays theirs, those beside it
    whose own titles stand lower; a column of remarks stands by itself."""
    at, middle, _, covered = title
    edges = [0, *((start + end) / 2 for start, end in gutters), (gutters[-1][1] if gutters else 0) + 12]

    def is_lower(column: int) -> bool:
        own = single.get(column, [])
        return bool(own) and all(line > at and aligned(text) != "ghi chu" for line, text in own)

    choices = [
        range(low, high + 1)
        for low in range(width) for high in range(low, width)
        if low <= min(covered) and high >= max(covered)
        and all(is_lower(column) for column in range(low, high + 1) if column not in covered)
    ]
    return min(
        choices,
        key=lambda span: (
            max(0.0, abs((edges[span.start] + edges[span.stop]) / 2 - middle) - OFF_MIDDLE), -len(span),
        ),
        default=range(min(covered), max(covered) + 1),
    )
