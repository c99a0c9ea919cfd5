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
from collections.abc import Sequence

from pipeline.document import Line, Page, Word
from pipeline.knowledge.dates import find_dates
from pipeline.knowledge.fuzzy import aligned
from pipeline.structure.passages import is_capitals
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
from pipeline.structure.white_cells import bands_of, box_of, first_word, gutter_rows, is_labelled, lines_of, number_of

WIDE_LINE = 0.6  # of the width of the page's text: such a line is a paragraph, no cell


def from_gutters(page: Page, taken: Taken) -> Found:
    """Tables without rules whose cells were read one by one: rows and columns parted by white under a head row that has
    "TT", or begins with "Thời gian" over times."""
    lines = [line for line in lines_of(page) if id(line) not in taken]
    if not lines:
        return []
    width = max(box_of(line).right for line in lines) - min(box_of(line).left for line in lines)
    bands = bands_of(lines)
    labels = [is_labelled(band) for band in bands]
    found: Found = []
    at = tried = 0
    while at < len(bands) and tried < MOST_TRIED:
        labelled = any(labels[at : at + 2]) or _counts(bands, at)
        timed = _opens_timetable([line for band in bands[at : at + 2] for line in band])
        least = 2 if timed else LEAST_COLUMNS
        end = _gutter_end(bands, at, WIDE_LINE * width, least) if timed or labelled else at
        rows = gutter_rows([line for band in bands[at:end] for line in band], least) if end > at else []
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


_LEADERS = re.compile(r"(?:[.…·_]\s?){4,}\W*$")


def _width(line: Line) -> float:
    """How wide a line is without the row of dots that leads to the next column."""
    text = line.text
    solid = _LEADERS.sub("", text)
    return box_of(line).width * len(solid) / len(text) if solid else box_of(line).width


# The first column of a calendar of work
_TIME_HEAD = re.compile(r"\W*(?:thoi (?:gian|diem)|thang|ngay(?:, thang)?)\b(?:\W*\w+){0,2}\W*$")
_TIME_WORD = re.compile(r"\W*(?:thoi|thang|ngay)")
_TIMELESS = re.compile(r"\W*(?:thuong xuyen|ca nam|hang |trong nam|dau |cuoi )")
TIMED_SHARE = 0.6  # of the rows must begin with a time


def _opens_timetable(head: Sequence[Line]) -> bool:
    """Whether the leftmost words of a head name times."""
    if not head:
        return False
    first = min(head, key=lambda line: box_of(line).left)
    if _TIME_WORD.match(aligned(" ".join([word.text for word in first.words[:2]]))) is None:
        return False
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
    gap = min(box_of(other).top for other in below) - box_of(line).bottom
    heading = SECTION.match(line.text) or BULLET.match(line.text) or _NUMBERED.match(line.text)
    narrow = box_of(line).width < UPPER_HALF * wide and not heading
    # A title of a listed word, or one with nothing below it in the row of "TT".
    own = box_of(line)
    over = [other for other in map(box_of, below) if other.left < own.right and own.left < other.right]
    near = gap < HEAD_LEADING * box_of(line).height
    return narrow and near and (heads_in([line]) > 0 or not over) and is_labelled(below)


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
        far = box_of(band[0]).top - max(box_of(line).bottom for line in bands[at - 1]) > 2 * box_of(band[0]).height
        alone = (len(band) == 1 and BULLET.match(band[0].text)) or _is_section(band)
        if far or alone or any(_width(line) > wide and len(segments_of(line)) < least for line in band):
            break
        at += 1
    return at


def _is_section(band: Sequence[Line]) -> bool:
    """Whether a band is the title of a section: one line, or capitals read in parts."""
    line = min(band, key=lambda line: box_of(line).left)
    if SECTION.match(line.text) is None:
        return False
    return len(band) == 1 or is_capitals(" ".join([part.text for part in band]))


MOST_HEAD = 3  # bands of a head over the row that has the number 1


def _numbers_begin(bands: Sequence[Sequence[Line]], start: int) -> bool:
    """Whether rows numbered 1 and 2 stand below a head that has "TT" and no other word of head rows."""
    numbers = [number_of(band) for band in bands[start + 1 : start + MOST_HEAD + 3]]
    first = next((at for at, number in enumerate(numbers) if number == 1), None)
    return first is not None and first <= MOST_HEAD and 2 in numbers[first + 1 : first + 3]


def _counts(bands: Sequence[Sequence[Line]], start: int) -> bool:
    """Whether rows numbered 1, 2 and 3 with three cells each stand below a head of three titles: its "TT" was
    misread."""
    if sum(len(segments_of(line)) for line in bands[start]) < LEAST_COLUMNS or number_of(bands[start]) is not None:
        return False
    below = [
        (number, sum(len(segments_of(line)) for line in band))
        for band in bands[start + 1 : start + 2 * MOST_HEAD + LEAST_COUNTED]
        if (number := number_of(band)) is not None
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
        box_of(band[0]).middle[1] - box_of(above[0]).middle[1]
        for above, band in itertools.pairwise(bands)
        if _is_numbered(above) and _is_numbered(band)
    ]
    return min(steps, default=None)


def _is_numbered(band: Sequence[Line]) -> bool:
    words = sum(len(line.words) for line in band)
    return words > 1 and re.fullmatch(r"\W?\d{1,3}\W?", first_word(band).text) is not None


def _is_below(bands: Sequence[Sequence[Line]], start: int, at: int, pitch: float | None) -> bool:
    """Whether a band is the text under a table: one line alone, a row away, that does not begin in the first column."""
    band, above = bands[at], bands[at - 1]
    if pitch is None or len(band) > 1 or len(segments_of(band[0])) > 1 or at < start + 2:
        return False
    label = box_of(first_word(bands[start]))
    away = box_of(band[0]).middle[1] - max(box_of(line).middle[1] for line in above) >= LONE_ROW * pitch
    if at + 1 < len(bands) and _is_numbered(bands[at + 1]):  # the first line of a cell higher than its number
        away = away and box_of(bands[at + 1][0]).middle[1] - box_of(band[0]).middle[1] >= LONE_ROW * pitch
    return away and box_of(band[0]).left > label.right
