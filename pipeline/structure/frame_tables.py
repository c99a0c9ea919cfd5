"""Tables with level rules only: words between rules that begin and end alike, parted by white.

The trouble: such tables stand under one another, as wide as each other; a rule under a letterhead is as level.

Evidence: three long rules at least, above, under the head and below; a head row among the words between them.

What it never does: take a rule that an upright one crosses.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections.abc import Sequence

from pipeline.document import Box, Line, Page, Word
from pipeline.structure.text_tables import LEAST_COLUMNS, SECTION, Found, Taken, heads_in, segments_of, table_of_rows
from pipeline.structure.white_cells import (
    bands_of,
    box_of,
    cells_of_rows,
    gutter_rows,
    is_labelled,
    lines_of,
    number_of,
    numbered_rows,
)

LEAST_RULED = 0.4  # of the page's width: level rules this long frame a table, shorter ones stand under a letterhead
SAME_END = 8.0  # points: the rules of one table begin and end alike


def from_level_rules(page: Page, taken: Taken) -> Found:
    """Tables with level rules only, at least above, under the head and below: words between them, parted by white."""
    found: Found = []
    frames = _frames(page)
    told = lines_of(page) if frames else []
    for frame, headed in _tables_in(frames, told):
        lines = [line for line in told if id(line) not in taken and _is_between(line, frame)]
        if not lines:
            continue
        between = [rule for rule in frame[1:-1] if rule.middle[1] < max(box_of(line).middle[1] for line in lines)]
        head = [line for line in lines if _is_between(line, frame[:2])]
        if len(between) >= LEAST_COLUMNS:
            rows = _rows_between(lines, frame)
        else:
            rows = numbered_rows(head, lines) or gutter_rows(lines, LEAST_COLUMNS)
        if len(rows) < LEAST_COLUMNS or not (headed or heads_in(head or bands_of(lines)[0])):
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
        at = bisect_left(tops, box_of(line).middle[1]) - 1
        if 0 <= at < len(bands) and _is_between(line, frame[at : at + 2]):
            bands[at].append(line)
    return bands


def _is_head_below(bands: Sequence[Sequence[Line]], at: int) -> bool:
    """Whether a row among others is the head of another table: it has "TT", or titles over a 1 that comes again."""
    band = bands[at]
    if not band:
        return False
    if is_labelled(band) and heads_in(band):
        return True
    cells = sum(max(1, len(segments_of(line))) for line in band)
    begins_anew = at + 1 < len(bands) and number_of(bands[at + 1]) == 1 and any(number_of(row) for row in bands[:at])
    return cells >= LEAST_COLUMNS and begins_anew and number_of(band) is None


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
    x, y = box_of(line).middle
    return frame[0].middle[1] < y < frame[-1].middle[1] and frame[0].left - SAME_END <= x <= frame[0].right + SAME_END


def _rows_between(lines: Sequence[Line], frame: Sequence[Box]) -> list[list[tuple[Word, ...]]]:
    """Words by the rules they stand between, and by column."""
    tops = [rule.middle[1] for rule in frame]
    rows: list[list[Line]] = [[] for _ in tops]
    for line in lines:
        rows[bisect_left(tops, box_of(line).middle[1]) - 1].append(line)
    return cells_of_rows([row for row in rows if row])
