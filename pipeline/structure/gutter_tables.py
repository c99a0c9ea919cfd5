"""Tables without rules whose cells were read one by one: rows and columns parted by white.

The trouble: nothing but white parts the cells, lines of one cell stand as far apart as rows do, and a letterhead has
columns of words as well.

Evidence: a head row that has "TT", or one that begins with "Thời gian" over a column of times; white that runs through
all rows.

What it never does: part a row where a word stands in the white.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left
from collections.abc import Sequence

from pipeline.document import Box, Line, Page, Word, union
from pipeline.knowledge.dates import find_dates
from pipeline.knowledge.fuzzy import aligned
from pipeline.knowledge.table_rows import opens_head
from pipeline.structure.passages import is_capitals
from pipeline.structure.row_parting import numbers_in, rows_of
from pipeline.structure.text_tables import (
    BULLET,
    COLUMN_GAP,
    LEAST_COLUMNS,
    SECTION,
    Found,
    Taken,
    by_lines,
    heads_in,
    in_reading_order,
    segments_of,
    table_of_rows,
)

GUTTER = 6.5  # points without a word over all rows; words of a line stand 3-5 apart
ROW_GAP = 0.3  # of a line's height, free over all columns between two rows; lines of one cell leave 0.1-0.2
WIDE_LINE = 0.6  # of the width of the page's text: such a line is a paragraph, no cell
_NUMBER_ALONE = re.compile(r"\W?(?:\d{1,3}|[IVX]+|[A-ZĐ])\W{0,2}")


LEAST_RULED = 0.4  # of the page's width: level rules this long frame a table, shorter ones stand under a letterhead
SAME_END = 8.0  # points: the rules of one table begin and end alike


def from_level_rules(page: Page, taken: Taken) -> Found:
    """Tables with level rules only, at least above, under the head and below: words between them, parted by white."""
    found: Found = []
    frames = _frames(page)
    told = _lines(page) if frames else []
    for frame, headed in _tables_in(frames, told):
        lines = [line for line in told if id(line) not in taken and _is_between(line, frame)]
        if not lines:
            continue
        between = [rule for rule in frame[1:-1] if rule.middle[1] < max(_box(line).middle[1] for line in lines)]
        head = [line for line in lines if _is_between(line, frame[:2])]
        if len(between) >= LEAST_COLUMNS:
            rows = _rows_between(lines, frame)
        else:
            rows = _numbered_rows(head, lines) or _gutter_rows(lines, LEAST_COLUMNS)
        if len(rows) < LEAST_COLUMNS or not (headed or heads_in(head or _bands(lines)[0])):
            continue
        for line in lines:
            taken[id(line)] = (len(found), list(range(len(line.words))))
        found.append(table_of_rows(rows, ruled=False))
    return found


def _frames(page: Page) -> list[list[Box]]:
    """Runs of long level rules that begin and end alike, top to bottom."""
    across = sorted((o.box for o in page.objects if o.kind == "rule"), key=lambda box: box.middle[1])
    upright = [o.box for o in page.objects if o.kind == "vertical_rule"]
    frames: list[list[Box]] = []
    for rule in across:
        if rule.width < LEAST_RULED * page.width or any(_crosses(rule, bar) for bar in upright):
            continue
        same = next((frame for frame in reversed(frames) if _ends_alike(frame[-1], rule)), None)
        if same is None:
            frames.append([rule])
        else:
            same.append(rule)
    return [frame for frame in frames if len(frame) >= LEAST_COLUMNS]


def _tables_in(frames: Sequence[list[Box]], lines: Sequence[Line]) -> list[tuple[list[Box], bool]]:
    """The frames, cut above each further head row: tables of one width stand under one another. Of each, whether its
    first row is known for a head by that."""
    found: list[tuple[list[Box], bool]] = []
    for frame in frames:
        bands = _bands_between(lines, frame)
        cuts = [0, *(at for at in range(2, len(bands)) if _is_head_below(bands, at)), len(bands)]
        for start, stop in itertools.pairwise(cuts):
            end = stop
            while stop < len(bands) and end > start + 1 and _is_title(bands[end - 1]):
                end -= 1
            found.append((frame[start : end + 1], start > 0))
    return [(frame, headed) for frame, headed in found if len(frame) >= LEAST_COLUMNS]


def _bands_between(lines: Sequence[Line], frame: Sequence[Box]) -> list[list[Line]]:
    """The lines between each two neighbours among the rules of a frame."""
    tops = [rule.middle[1] for rule in frame]
    bands: list[list[Line]] = [[] for _ in frame[1:]]
    for line in lines:
        at = bisect_left(tops, _box(line).middle[1]) - 1
        if 0 <= at < len(bands) and _is_between(line, frame[at : at + 2]):
            bands[at].append(line)
    return bands


def _is_head_below(bands: Sequence[Sequence[Line]], at: int) -> bool:
    """Whether a row among others is the head of another table: it has "TT", or titles over a 1 that comes again."""
    band = bands[at]
    if not band:
        return False
    if _is_labelled(band) and heads_in(band):
        return True
    cells = sum(max(1, len(segments_of(line))) for line in band)
    begins_anew = at + 1 < len(bands) and _number(bands[at + 1]) == 1 and any(_number(row) for row in bands[:at])
    return cells >= LEAST_COLUMNS and begins_anew and _number(band) is None


def _number(band: Sequence[Line]) -> int | None:
    """The number that a row begins with."""
    shown = re.fullmatch(r"\W?(\d{1,3})\W?", _first_word(band).text) if band else None
    return int(shown[1]) if shown is not None else None


def _is_title(band: Sequence[Line]) -> bool:
    """Whether what stands between two rules is no row: nothing, or a title over the next table."""
    if len(band) > 1:
        return False
    return not band or (len(segments_of(band[0])) < 2 and SECTION.match(band[0].text) is not None)


def _crosses(rule: Box, bar: Box) -> bool:
    return rule.left - 5 < bar.middle[0] < rule.right + 5 and bar.top - 5 < rule.middle[1] < bar.bottom + 5


def _ends_alike(one: Box, other: Box) -> bool:
    return abs(one.left - other.left) <= SAME_END and abs(one.right - other.right) <= SAME_END


def _is_between(line: Line, frame: Sequence[Box]) -> bool:
    x, y = _box(line).middle
    return frame[0].middle[1] < y < frame[-1].middle[1] and frame[0].left - SAME_END <= x <= frame[0].right + SAME_END


def _rows_between(lines: Sequence[Line], frame: Sequence[Box]) -> list[list[tuple[Word, ...]]]:
    """Words by the rules they stand between, and by column."""
    tops = [rule.middle[1] for rule in frame]
    rows: list[list[Line]] = [[] for _ in tops]
    for line in lines:
        rows[bisect_left(tops, _box(line).middle[1]) - 1].append(line)
    filled = [row for row in rows if row]
    edges = _edges(filled, LEAST_COLUMNS)
    return _labelled_rows([_cells_of(row, edges) for row in filled]) if len(edges) >= LEAST_COLUMNS else []


def _lines(page: Page) -> list[Line]:
    """The lines of a page that say something and whose words all have their place."""
    return [
        line
        for block in page.blocks
        if block.kind == "text"
        for line in block.lines
        if line.box is not None and line.text and None not in [word.box for word in line.words]
    ]


def from_gutters(page: Page, taken: Taken) -> Found:
    """Tables without rules whose cells were read one by one: rows and columns parted by white under a head row that has
    "TT", or begins with "Thời gian" over times."""
    lines = [line for line in _lines(page) if id(line) not in taken]
    if not lines:
        return []
    width = max(_box(line).right for line in lines) - min(_box(line).left for line in lines)
    bands = _bands(lines)
    labels = [_is_labelled(band) for band in bands]
    found: Found = []
    at = tried = 0
    while at < len(bands) and tried < MOST_TRIED:
        labelled = any(labels[at : at + 2]) or _counts(bands, at)
        timed = _opens_timetable([line for band in bands[at : at + 2] for line in band])
        least = 2 if timed else LEAST_COLUMNS
        end = _gutter_end(bands, at, WIDE_LINE * width, least) if timed or labelled else at
        rows = _gutter_rows([line for band in bands[at:end] for line in band], least) if end > at else []
        if timed and not labelled and not _is_timetable(rows):
            rows = []
        if rows:
            for band in bands[at:end]:
                for line in band:
                    taken[id(line)] = (len(found), list(range(len(line.words))))
            found.append(table_of_rows(rows, ruled=False))
        tried += end > at and not rows
        at = max(end, at + 1) if rows else at + 1
    return found


MOST_TRIED = 40  # heads of a page that led to no table; each costs a look at all below it, and a page has 60 lines


def _box(line: Line | Word) -> Box:
    assert line.box is not None
    return line.box


_LEADERS = re.compile(r"(?:[.…·_]\s?){4,}\W*$")


def _width(line: Line) -> float:
    """How wide a line is without the row of dots that leads to the next column."""
    text = line.text
    solid = _LEADERS.sub("", text)
    return _box(line).width * len(solid) / len(text) if solid else _box(line).width


TALL = 3.0  # heights of the usual line: figures under one another that were read as one word on its side


def _bands(lines: Sequence[Line]) -> list[list[Line]]:
    """Lines that stand beside one another, top to bottom; without those that stand on their side."""
    heights = sorted(_box(line).height for line in lines)
    tallest = TALL * heights[len(heights) // 2]
    lines = [line for line in lines if _box(line).height <= tallest]
    bands: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: (_box(line).top + _box(line).bottom)):
        middle = _box(line).middle[1]
        if bands and any(_box(other).top < middle < _box(other).bottom for other in bands[-1]):
            bands[-1].append(line)
        else:
            bands.append([line])
    return bands


def _is_labelled(head: Sequence[Line]) -> bool:
    return any(opens_head(line.words[0].text) for line in head)


# The first column of a calendar of work
_TIME_HEAD = re.compile(r"\W*(?:thoi (?:gian|diem)|thang|ngay(?:, thang)?)\b(?:\W*\w+){0,2}\W*$")
_TIMELESS = re.compile(r"\W*(?:thuong xuyen|ca nam|hang |trong nam|dau |cuoi )")
TIMED_SHARE = 0.6  # of the rows must begin with a time


def _opens_timetable(head: Sequence[Line]) -> bool:
    """Whether the leftmost words of a head name times."""
    if not head:
        return False
    first = min(head, key=lambda line: _box(line).left)
    segments = segments_of(first)
    text = " ".join([word.text for word in first.words[: segments[0][1]]]) if segments else ""
    return len(text) <= LONGEST_TIME_HEAD and _TIME_HEAD.match(aligned(text)) is not None


LONGEST_TIME_HEAD = 24  # letters: "Thời gian thực hiện"


def _is_timetable(rows: Sequence[Sequence[Sequence[Word]]]) -> bool:
    texts = [" ".join([word.text for word in row[0]]) for row in rows[1:] if row[0]]
    timed = sum(bool(find_dates(text)) or _TIMELESS.match(aligned(text)) is not None for text in texts)
    return len(texts) >= 2 and timed >= TIMED_SHARE * len(texts)


UPPER_HALF = 0.5  # of a wide line: the longest part of a head cell that stands above the other heads
HEAD_LEADING = 0.8  # of a line's height: lines of one cell stand nearer


_NUMBERED = re.compile(r"\s*\d{1,2}(?:\.\d{1,2})*[.)]\s")


def _is_upper_half(bands: Sequence[Sequence[Line]], at: int, wide: float) -> bool:
    """Whether a line alone is the first of a head cell of two lines, over the head row proper: "Thời gian hoàn"."""
    if len(bands[at]) != 1 or at + 1 >= len(bands):
        return False
    line, below = bands[at][0], bands[at + 1]
    gap = min(_box(other).top for other in below) - _box(line).bottom
    heading = SECTION.match(line.text) or BULLET.match(line.text) or _NUMBERED.match(line.text)
    narrow = _box(line).width < UPPER_HALF * wide and not heading
    # A title of a listed word, or one with nothing below it in the row of "TT".
    over = [other for other in below if _box(other).left < _box(line).right and _box(line).left < _box(other).right]
    near = gap < HEAD_LEADING * _box(line).height
    return narrow and near and (heads_in([line]) > 0 or not over) and _is_labelled(below)


def _gutter_end(bands: Sequence[Sequence[Line]], start: int, wide: float, least: int) -> int:
    """Index after the last band of a table whose head begins at `start`; `start` where none does."""
    head = [line for band in bands[start : start + 2] for line in band]
    parts = sum(len(segments_of(line)) for line in bands[start])
    if _is_upper_half(bands, start, wide):
        parts = sum(len(segments_of(line)) for line in bands[start + 1])
    if parts < 2 or not (heads_in(head) or _numbers_begin(bands, start)):
        return start
    at = start + 1
    pitch = _row_pitch(bands[start:])
    while at < len(bands):
        band = bands[at]
        if _is_below(bands, start, at, pitch):
            break
        far = _box(band[0]).top - max(_box(line).bottom for line in bands[at - 1]) > 2 * _box(band[0]).height
        alone = (len(band) == 1 and BULLET.match(band[0].text)) or _is_section(band)
        if far or alone or any(_width(line) > wide and len(segments_of(line)) < least for line in band):
            break
        at += 1
    return at


def _is_section(band: Sequence[Line]) -> bool:
    """Whether a band is the title of a section: one line, or capitals read in parts."""
    line = min(band, key=lambda line: _box(line).left)
    if SECTION.match(line.text) is None:
        return False
    return len(band) == 1 or is_capitals(" ".join([part.text for part in band]))


MOST_HEAD = 3  # bands of a head over the row that has the number 1


def _numbers_begin(bands: Sequence[Sequence[Line]], start: int) -> bool:
    """Whether rows numbered 1 and 2 stand below a head that has "TT" and no other word of head rows."""
    numbers = [_number(band) for band in bands[start + 1 : start + MOST_HEAD + 3]]
    first = next((at for at, number in enumerate(numbers) if number == 1), None)
    return first is not None and first <= MOST_HEAD and 2 in numbers[first + 1 : first + 3]


def _counts(bands: Sequence[Sequence[Line]], start: int) -> bool:
    """Whether rows numbered 1, 2 and 3 with three cells each stand below a head of three titles: its "TT" was
    misread."""
    if sum(len(segments_of(line)) for line in bands[start]) < LEAST_COLUMNS or _number(bands[start]) is not None:
        return False
    below = [
        (number, sum(len(segments_of(line)) for line in band))
        for band in bands[start + 1 : start + 2 * MOST_HEAD + LEAST_COUNTED]
        if (number := _number(band)) is not None
    ]
    counted = below[:LEAST_COUNTED]
    return [number for number, _ in counted] == list(range(1, LEAST_COUNTED + 1)) and all(
        cells >= LEAST_COLUMNS for _, cells in counted
    )


LEAST_COUNTED = 3  # rows numbered from 1 on that make a head of a line of titles whose "TT" cannot be read
LONE_ROW = 0.9  # of the least distance of two numbered rows: lines of one cell stand nearer


def _row_pitch(bands: Sequence[Sequence[Line]]) -> float | None:
    """The least distance of two numbered rows that follow each other; None where there are none."""
    steps = [
        _box(band[0]).middle[1] - _box(above[0]).middle[1]
        for above, band in itertools.pairwise(bands)
        if _is_numbered(above) and _is_numbered(band)
    ]
    return min(steps, default=None)


def _first_word(band: Sequence[Line]) -> Word:
    return min((word for line in band for word in line.words), key=lambda word: _box(word).left)


def _is_numbered(band: Sequence[Line]) -> bool:
    words = sum(len(line.words) for line in band)
    return words > 1 and re.fullmatch(r"\W?\d{1,3}\W?", _first_word(band).text) is not None


def _is_below(bands: Sequence[Sequence[Line]], start: int, at: int, pitch: float | None) -> bool:
    """Whether a band is the text under a table: one line alone, a row away, that does not begin in the first column."""
    band, above = bands[at], bands[at - 1]
    if pitch is None or len(band) > 1 or len(segments_of(band[0])) > 1 or at < start + 2:
        return False
    label = _box(_first_word(bands[start]))
    away = _box(band[0]).middle[1] - max(_box(line).middle[1] for line in above) >= LONE_ROW * pitch
    if at + 1 < len(bands) and _is_numbered(bands[at + 1]):  # the first line of a cell higher than its number
        away = away and _box(bands[at + 1][0]).middle[1] - _box(band[0]).middle[1] >= LONE_ROW * pitch
    return away and _box(band[0]).left > label.right


def _numbered_rows(head: Sequence[Line], lines: Sequence[Line]) -> list[list[tuple[Word, ...]]]:
    """Words by row and column where the head is known and rows below it have numbers; else none."""
    rows = _rows_by_white(lines)
    edges = _edges(rows, LEAST_COLUMNS) if head else []
    if len(edges) < LEAST_COLUMNS:
        return []
    known = set(map(id, head))
    columns = _by_column([line for line in lines if id(line) not in known], edges)
    if numbers_in(columns[0]) < LEAST_COLUMNS - 1:
        return []
    body = [[_words_of(cell) for cell in row] for row in rows_of(columns)]
    return [[tuple(cell) for cell in row] for row in (_cells_of(head, edges), *body)]


MARK = 0.35  # of the usual height of a cell's words: the mark of a letter that was read as a word


def _words_of(cell: Sequence[Line]) -> list[Word]:
    """The words of a cell by their place, marks that were read as words behind them."""
    words = [word for line in cell for word in line.words]
    heights = sorted(_box(word).height for word in words)
    least = MARK * heights[len(heights) // 2] if heights else 0.0
    marks = [word for word in words if _box(word).height < least]
    return in_reading_order([word for word in words if _box(word).height >= least]) + marks


def _own_cells(line: Line, edges: Sequence[float]) -> list[list[Word]]:
    """The words of a line by column."""
    cells: list[list[Word]] = [[] for _ in edges]
    for word in line.words:
        if word.text:
            cells[_column_of(word, edges)].append(word)
    return cells


def _column_of(word: Word, edges: Sequence[float]) -> int:
    return max((i for i, edge in enumerate(edges) if _box(word).right > edge), default=0)


def _rows_by_white(lines: Sequence[Line]) -> list[list[Line]]:
    """Lines by the rows that white parts over all columns."""
    heights = sorted(_box(word).height for line in lines for word in line.words if word.text)
    tops = _parted([(_box(line).top, _box(line).bottom) for line in lines], ROW_GAP * heights[len(heights) // 2])
    rows: list[list[Line]] = [[] for _ in tops]
    for line in lines:
        rows[max((i for i, top in enumerate(tops) if _box(line).bottom > top), default=0)].append(line)
    return rows


def _gutter_rows(lines: Sequence[Line], least: int) -> list[list[tuple[Word, ...]]]:
    """Words by row and column; empty where white parts no `least` columns and three rows."""
    rows = _rows_by_white(lines)
    if len(rows) < LEAST_COLUMNS:  # a head row and two more
        return []
    edges = _edges(rows, least)
    return _labelled_rows(_with_last_words([_cells_of(row, edges) for row in rows])) if len(edges) >= least else []


def _with_last_words(rows: Sequence[list[list[Word]]]) -> list[list[list[Word]]]:
    """The rows, one with nothing but small words in one column put to the cell above: the last line of a name."""
    found: list[list[list[Word]]] = []
    for row in rows:
        filled = [column for column, cell in enumerate(row) if cell]
        alone = filled[0] if len(filled) == 1 and len(found) > 1 else 0
        if alone and found[-1][alone] and row[alone][0].text[:1].islower():
            found[-1][alone] += row[alone]
        else:
            found.append(row)
    return found


_SIGN = re.compile(r"[^\W_]|%")  # what a recogniser makes of specks and rules has none


def _edges(rows: Sequence[Sequence[Line]], least: int) -> list[float]:
    """Where the columns begin that white parts through all rows but those of one cell, which run over the white.

    Two in which no row has words side by side are one: a title in the middle over names at the left. So are two that
    part the words of one title only.
    """
    spans = [
        [(_box(word).left, _box(word).right) for line in row for word in line.words if _SIGN.search(word.text)]
        for row in rows
    ]
    several = [row for row in spans if len(_parted(row, GUTTER)) >= least]
    edges = _parted([span for row in several for span in row], GUTTER) if several else []
    filled = [
        {max((i for i, edge in enumerate(edges) if right > edge), default=0) for _, right in row} for row in several
    ]
    at = 1
    while at < len(edges):
        beside = [columns for columns in filled if {at - 1, at} <= columns]
        alone = len(beside) == 1 and sum(at in columns for columns in filled) == 1
        if beside and not (alone and _goes_on(rows, edges[at])):
            at += 1
            continue
        del edges[at]
        filled = [{column - (column >= at) for column in columns} for columns in filled]
    return edges


def _goes_on(rows: Sequence[Sequence[Line]], edge: float) -> bool:
    """Whether the word at an edge is one of several of its line: blanks of a typewriter are as wide as a gutter."""
    for row in rows:
        for line in row:
            for before, word in itertools.pairwise(line.words):
                if abs(_box(word).left - edge) < 1 and _box(word).left - _box(before).right < COLUMN_GAP:
                    return True
    return False


def _cells_of(row: Sequence[Line], edges: Sequence[float]) -> list[list[Word]]:
    """The words of a row by column, each cell in reading order; a row of one cell stays in the column it begins in."""
    return [[word for line in cell for word in line.words] for cell in _by_column(row, edges)]


def _by_column(lines: Sequence[Line], edges: Sequence[float]) -> list[list[Line]]:
    """The parts of some lines in each column, in reading order."""
    columns: list[list[Line]] = [[] for _ in edges]
    for line in lines:
        for column, own in enumerate(_own_cells(line, edges)):
            if own:
                columns[column].append(Line(tuple(own), union([word.box for word in own]), line.size))
    return [[line for row in by_lines(column) for line in row] for column in columns]


def _labelled_rows(rows: Sequence[list[list[Word]]]) -> list[list[tuple[Word, ...]]]:
    told = [[[word for word in cell if _SIGN.search(word.text)] for cell in row] for row in rows]
    if rows[0][0] and opens_head(rows[0][0][0].text) and any(len(row[0]) > 1 for row in told):
        rows = [_with_label(row) for row in rows]  # numbers that stand near the names beside them
    return [[tuple(cell) for cell in row] for row in rows]


def _with_label(row: Sequence[list[Word]]) -> list[list[Word]]:
    """A row with its number in a cell of its own."""
    first = row[0]
    numbered = bool(first) and (opens_head(first[0].text) or _NUMBER_ALONE.fullmatch(first[0].text))
    cut = 1 if numbered else 0
    return [first[:cut], first[cut:], *row[1:]]


def _parted(spans: Sequence[tuple[float, float]], gap: float) -> list[float]:
    """Where each run of spans begins that lie nearer than `gap`."""
    starts: list[float] = []
    reach = 0.0
    for low, high in sorted(spans):
        if not starts or low - reach >= gap:
            starts.append(low)
            reach = high
        reach = max(reach, high)
    return starts
