"""Tables without rules whose cells were read one by one: rows and columns parted by white.

The trouble: nothing but white parts the cells, lines of one cell stand as far apart as rows do, and a letterhead has
columns of words as well.

Evidence: a head row that has "TT", or one that begins with "Thời gian" over a column of times; white that runs through
all rows.

What it never does: part a row where a word stands in the white.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.document import Box, Line, Page, Word
from pipeline.knowledge.dates import find_dates
from pipeline.knowledge.fuzzy import aligned
from pipeline.structure.text_tables import (
    BULLET,
    LEAST_COLUMNS,
    SECTION,
    Found,
    Taken,
    heads_in,
    segments_of,
    table_of_rows,
)

GUTTER = 6.5  # points without a word over all rows; words of a line stand 3-5 apart
ROW_GAP = 0.3  # of a line's height, free over all columns between two rows; lines of one cell leave 0.1-0.2
WIDE_LINE = 0.6  # of the width of the page's text: such a line is a paragraph, no cell
_LABEL_HEAD = re.compile(r"\W*(?:s\s?t\s?t|tt|so tt)\W*$")
_NUMBER_ALONE = re.compile(r"\W?(?:\d{1,3}|[IVX]+|[A-ZĐ])\W{0,2}")


def from_gutters(page: Page, taken: Taken) -> Found:
    """Tables without rules whose cells were read one by one: rows and columns parted by white under a head row that has
    "TT", or begins with "Thời gian" over times."""
    lines = [
        line
        for block in page.blocks
        if block.kind == "text"
        for line in block.lines
        if line.box is not None and line.words and all(word.box is not None for word in line.words)
    ]
    if not lines:
        return []
    width = max(_box(line).right for line in lines) - min(_box(line).left for line in lines)
    bands = _bands(lines)
    found: Found = []
    at = 0
    while at < len(bands):
        head = [line for band in bands[at : at + 2] for line in band]
        timed = _opens_timetable(head)
        least = 2 if timed else LEAST_COLUMNS
        end = _gutter_end(bands, at, WIDE_LINE * width, least) if timed or _is_labelled(head) else at
        rows = _gutter_rows([line for band in bands[at:end] for line in band], least) if end > at else []
        if timed and not _is_labelled(head) and not _is_timetable(rows):
            rows = []
        if rows:
            for band in bands[at:end]:
                for line in band:
                    taken[id(line)] = (len(found), list(range(len(line.words))))
            found.append(table_of_rows(rows, ruled=False))
        at = max(end, at + 1) if rows else at + 1
    return found


def _box(line: Line | Word) -> Box:
    assert line.box is not None
    return line.box


def _bands(lines: Sequence[Line]) -> list[list[Line]]:
    """Lines that stand beside one another, top to bottom."""
    bands: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: (_box(line).top + _box(line).bottom)):
        middle = _box(line).middle[1]
        if bands and any(_box(other).top < middle < _box(other).bottom for other in bands[-1]):
            bands[-1].append(line)
        else:
            bands.append([line])
    return bands


def _is_labelled(head: Sequence[Line]) -> bool:
    return any(_LABEL_HEAD.match(aligned(line.words[0].text)) for line in head)


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


def _is_upper_half(bands: Sequence[Sequence[Line]], at: int, wide: float) -> bool:
    """Whether a line alone is the first of a head cell of two lines, over the head row proper: "Thời gian hoàn"."""
    if len(bands[at]) != 1 or at + 1 >= len(bands):
        return False
    line, below = bands[at][0], bands[at + 1]
    gap = min(_box(other).top for other in below) - _box(line).bottom
    narrow = _box(line).width < UPPER_HALF * wide and not SECTION.match(line.text) and not BULLET.match(line.text)
    return narrow and gap < HEAD_LEADING * _box(line).height and heads_in([line]) > 0 and _is_labelled(below)


def _gutter_end(bands: Sequence[Sequence[Line]], start: int, wide: float, least: int) -> int:
    """Index after the last band of a table whose head begins at `start`; `start` where none does."""
    head = [line for band in bands[start : start + 2] for line in band]
    parts = sum(len(segments_of(line)) for line in bands[start])
    if _is_upper_half(bands, start, wide):
        parts = sum(len(segments_of(line)) for line in bands[start + 1])
    if parts < 2 or not heads_in(head):
        return start
    at = start + 1
    while at < len(bands):
        band = bands[at]
        far = _box(band[0]).top - max(_box(line).bottom for line in bands[at - 1]) > 2 * _box(band[0]).height
        alone = len(band) == 1 and (BULLET.match(band[0].text) or SECTION.match(band[0].text))
        if far or alone or any(_box(line).width > wide and len(segments_of(line)) < least for line in band):
            break
        at += 1
    return at


def _gutter_rows(lines: Sequence[Line], least: int) -> list[list[tuple[Word, ...]]]:
    """Words by row and column; empty where white parts no `least` columns and three rows."""
    words = [word for line in lines for word in line.words if word.text]
    height = sorted(_box(word).height for word in words)[len(words) // 2]
    edges = _parted([(_box(word).left, _box(word).right) for word in words], GUTTER)
    tops = _parted([(_box(line).top, _box(line).bottom) for line in lines], ROW_GAP * height)
    if len(edges) < least or len(tops) < LEAST_COLUMNS:  # a head row and two more
        return []
    rows: list[list[list[Word]]] = [[[] for _ in edges] for _ in tops]
    for line in sorted(lines, key=lambda line: (_box(line).top, _box(line).left)):
        row = max(i for i, top in enumerate(tops) if _box(line).bottom > top)
        for word in line.words:
            if word.text:
                rows[row][max(i for i, edge in enumerate(edges) if _box(word).right > edge)].append(word)
    if rows[0][0] and _LABEL_HEAD.match(aligned(rows[0][0][0].text)) and any(len(row[0]) > 1 for row in rows):
        rows = [_with_label(row) for row in rows]  # numbers that stand near the names beside them
    return [[tuple(cell) for cell in row] for row in rows]


def _with_label(row: Sequence[list[Word]]) -> list[list[Word]]:
    """A row with its number in a cell of its own."""
    first = row[0]
    numbered = bool(first) and (_LABEL_HEAD.match(aligned(first[0].text)) or _NUMBER_ALONE.fullmatch(first[0].text))
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
