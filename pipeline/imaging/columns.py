"""Words in columns: the engine's lines parted at gutters, and the columns in reading order.

The trouble: letterheads and feet have two columns whose lines stand at the same height and must not be read across;
between them runs a single column, broken by tables. The evidence, in order of trust: ruling lines, white gutters that
several lines share, alignment to the middle of the page, distances within a line. The engine's own lines are believed,
its blocks are not.

What it never does: drop a word.
"""

from __future__ import annotations

import itertools
import re
import statistics
from dataclasses import dataclass

from pipeline.imaging.images import Mark
from pipeline.imaging.recognisers import SeenWord
from pipeline.knowledge.vietnamese import strip_marks

# A gap wider than this many line heights inside one engine line may be a gutter between columns...
COLUMN_GAP = 1.6
# ...and one wider than this always is: justified lines do not stretch so far.
SURE_GAP = 4.0
# ...and in the gutter that the motto of a letterhead shows, one of this width is enough.
HEAD_GAP = 0.7
SLACK = 12  # pixels by which a bar may stand inside the word before it: engines read bars as last letters
# A segment is "in the middle" when its centre lies within this share of the text width from the text's centre.
CENTRED = 0.06


@dataclass(frozen=True, slots=True)
class Segment:
    """Words that stand together on one line, in pixels of the upright copy."""

    words: tuple[SeenWord, ...]
    left: float
    top: float
    right: float
    bottom: float

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2


def segment_of(words: tuple[SeenWord, ...] | list[SeenWord]) -> Segment:
    # The line's height is that of its usual word: one tall stroke or stamp letter must not widen it.
    top = statistics.median_low([word.top for word in words])
    bottom = statistics.median_high([word.bottom for word in words])
    # Debris at its ends says nothing of where the text of a line begins and ends.
    solid = [word for word in words if not LINE_LIKE.fullmatch(word.text)] or words
    return Segment(
        tuple(words), min(word.left for word in solid), min(top, bottom - 1), max(word.right for word in solid), bottom,
    )


# What the engine makes of rules and specks.
LINE_LIKE = re.compile(r"[-–—_=~|¦!\[\]lI'.,:;‘’“”]+")
# The motto and its Party counterpart stand in the right column of every letterhead, often so near the left column that
# only their wording tells where it begins.
_RIGHT_HEAD = re.compile(r"CONG HOA XA HOI|DANG CONG SAN VIET|Doc lap\s*[-–—.]\s*Tu do|DOAN TNCS HO CHI MINH")


def parted_lines(words: tuple[SeenWord, ...], bars: tuple[Mark, ...] = ()) -> list[Segment]:
    """The engine's lines, parted at gaps that are gutters and at upright rules (`bars`)."""
    gathered: dict[int, list[SeenWord]] = {}
    for word in words:
        gathered.setdefault(word.line, []).append(word)
    lines = [sorted(line, key=lambda word: word.left) for line in gathered.values()]
    if not lines:
        return []
    usual = statistics.median(word.bottom - word.top for word in words) * _stretched(lines)
    printed = [_printed(line, usual) for line in lines]
    motto, likely = _gutters(printed, usual)
    parts: list[Segment] = []
    for line, own in zip(lines, printed, strict=True):
        current: list[SeenWord] = []
        before: SeenWord | None = None  # the last word that is no debris
        solid = set(map(id, own))
        for word in line:
            if id(word) in solid:
                if before is not None and (
                    _is_gutter(before, word, motto, likely, usual) or _bar_between(before, word, bars)
                ):
                    parts.append(segment_of(current))
                    current = []
                before = word
            current.append(word)
        parts.append(segment_of(current))
    return parts


def _stretched(lines: list[list[SeenWord]]) -> float:
    """How much wider the blanks of the page are than those of book faces at their widest: a typewriter's blank is as
    wide as a letter."""
    blanks = [
        (after.left - before.right) / max(1, before.bottom - before.top)
        for line in lines if len(line) >= FULL_LINE for before, after in itertools.pairwise(line)
    ]
    return max(1.0, statistics.median(blanks) / WIDEST_BLANK) if blanks else 1.0


FULL_LINE = 5  # words
WIDEST_BLANK = 0.45  # heights of a word


def _printed(line: list[SeenWord], usual: float) -> list[SeenWord]:
    """The words of a line that are no debris. A dash that was surely read is none where blanks stand beside it, as in
    "Văn phòng - Thống kê"; a rule or speck read as one stands in a gutter, be it the narrow one before the motto."""
    def is_dash(at: int) -> bool:
        word = line[at]
        return (
            word.text in "-–" and word.confidence >= SURE_DASH and 0 < at < len(line) - 1
            and max(word.left - line[at - 1].right, line[at + 1].left - word.right) < COLUMN_GAP * usual
            and not _opens_motto(line[at + 1 :])
        )

    return [word for at, word in enumerate(line) if not LINE_LIKE.fullmatch(word.text) or is_dash(at)]


SURE_DASH = 0.8  # confidence

_Gap = tuple[float, float, float]  # left, right, height on the page


def _gutters(lines: list[list[SeenWord]], usual: float) -> tuple[list[_Gap], list[_Gap]]:
    """Gaps before the motto, and gaps wide enough to be gutters, in lines without their debris: a rule or speck read as
    a dash must not make two gaps of one gutter."""
    motto: list[_Gap] = []
    likely: list[_Gap] = []
    for line in lines:
        for i, (before, after) in enumerate(itertools.pairwise(line)):
            width = after.left - before.right
            gap = (before.right, after.left, (before.top + before.bottom) / 2)
            if width > COLUMN_GAP * usual:
                likely.append(gap)
            if width > HEAD_GAP * usual and _opens_motto(line[i + 1 :]):
                motto.append(gap)
    return motto, likely


def _opens_motto(words: list[SeenWord]) -> bool:
    return _RIGHT_HEAD.match(strip_marks(" ".join(word.text for word in words[:5]))) is not None


def _bar_between(before: SeenWord, after: SeenWord, bars: tuple[Mark, ...]) -> bool:
    """Whether an upright rule runs through the gap: the side of a table's cell, of a stamp's frame."""
    top, bottom = min(before.top, after.top), max(before.bottom, after.bottom)
    return any(
        before.right - SLACK <= (bar.left + bar.right) / 2 <= after.left + 4
        and min(bottom, bar.bottom) - max(top, bar.top) > 0.6 * (bottom - top)
        for bar in bars
    )


def _is_gutter(before: SeenWord, after: SeenWord, motto: list[_Gap], likely: list[_Gap], usual: float) -> bool:
    """Whether the gap between two words of a line parts columns.

    It does when it is very wide; when it is wide and a line nearby has a wide gap at the same place; and when it is
    no mere blank and lies in the gutter of a letterhead.
    """
    width = after.left - before.right
    if width > SURE_GAP * usual:
        return True
    height = (before.top + before.bottom) / 2

    def shared(gap: _Gap) -> float:
        return min(gap[1], after.left) - max(gap[0], before.right)

    # Beside a short line the gutter seems wide: a line with a motto of its own is parted there and nowhere else, others
    # where all gaps before the motto have it.
    own = [gap for gap in motto if abs(gap[2] - height) < 0.3 * usual]
    near = own or [gap for gap in motto if abs(gap[2] - height) < 4 * usual]
    left, right = max((gap[0] for gap in near), default=0.0), min((gap[1] for gap in near), default=0.0)
    if right > left:
        near = [(left, right, height)]
    if width > HEAD_GAP * usual and any(shared(gap) > 0.6 * HEAD_GAP * usual for gap in near):
        return True
    return width > COLUMN_GAP * usual and any(
        0.3 * usual < abs(gap[2] - height) < 8 * usual and shared(gap) > 0.8 * usual for gap in likely
    )


def _rows(segments: list[Segment]) -> list[list[Segment]]:
    """Segments gathered into rows of the same height on the page, top to bottom, each left to right."""
    rows: list[list[Segment]] = []
    for segment in sorted(segments, key=lambda s: (s.top + s.bottom) / 2):
        middle = (segment.top + segment.bottom) / 2
        for row in reversed(rows[-3:]):
            if any(min(s.bottom, segment.bottom) - max(s.top, segment.top) > 0.5 * min(s.height, segment.height)
                   and not (s.left < segment.right and segment.left < s.right) for s in row) and all(
                       s.top < middle < s.bottom or abs((s.top + s.bottom) / 2 - middle) < 0.5 * s.height for s in row):
                row.append(segment)
                break
        else:
            rows.append([segment])
    for row in rows:
        row.sort(key=lambda s: s.left)
    return rows


def in_reading_order(segments: list[Segment]) -> list[list[Segment]]:
    """Columns in reading order: each entry is a run of segments of one column, top to bottom.

    Debris (rules and specks read as dashes) has no say in what is a column; it follows the line above it.
    """
    debris = [s for s in segments if all(LINE_LIKE.fullmatch(word.text) for word in s.words)]
    strays = set(map(id, debris))
    columns = _ordered_text([s for s in segments if id(s) not in strays])
    if not columns:
        return [debris] if debris else []
    for stray in debris:
        nearest = min(
            columns, key=lambda column: min(abs(s.top - stray.top) + abs(s.middle - stray.middle) for s in column)
        )
        nearest.append(stray)
        nearest.sort(key=lambda s: s.top)
    return columns


def _ordered_text(segments: list[Segment]) -> list[list[Segment]]:
    if not segments:
        return []
    left, right = _margins(segments)
    width, centre = right - left, (left + right) / 2
    usual = statistics.median(s.height for s in segments)

    def is_single(segment: Segment) -> bool:
        """Whether the line belongs to the one column of the page's middle: long, or centred."""
        return segment.right - segment.left > 0.6 * width or abs(segment.middle - centre) < CENTRED * width

    bands: list[tuple[bool, list[Segment]]] = []  # (two columns, segments)
    for row in _rows(segments):
        paired = len(row) > 1
        if bands and paired == bands[-1][0]:
            bands[-1][1].extend(row)
        elif bands and bands[-1][0] and not paired and not is_single(row[0]) and _fits(row[0], bands[-1][1], usual):
            bands[-1][1].extend(row)  # a line of one column of the band whose neighbour has none at that height
        else:
            bands.append((paired, list(row)))
    result: list[list[Segment]] = []
    for paired, band in bands:
        if not paired:
            result.append(band)
            continue
        if _is_labelled(band):
            result.append([segment_of([w for s in row for w in s.words]) for row in _rows(band)])
            continue
        for column in _columns(band, usual):
            result.append(sorted(column, key=lambda s: s.top))
    return result


def _is_labelled(band: list[Segment]) -> bool:
    """Whether the band is a list of labels with their values ("Mã ngành:   C480201"), which is read row by row."""
    pairs = [row for row in _rows(band) if len(row) == 2]
    labels = [row[0] for row in pairs if any(word.text.endswith(":") for word in row[0].words[-2:])]
    return len(pairs) >= 2 and len(labels) >= 0.6 * len(pairs)


def _margins(segments: list[Segment]) -> tuple[float, float]:
    """Left and right edge of the running text: those of the long lines, where there are some."""
    left, right = min(s.left for s in segments), max(s.right for s in segments)
    long_lines = [s for s in segments if s.right - s.left > 0.55 * (right - left)]
    if len(long_lines) < 3:
        return left, right
    return statistics.median(s.left for s in long_lines), statistics.median(s.right for s in long_lines)


def _fits(segment: Segment, band: list[Segment], usual: float) -> bool:
    """Whether the line stands under or in a column of the band, without crossing its gutter."""
    if segment.top - max(s.bottom for s in band) > 6 * usual:
        return False
    columns = _columns(band, usual)
    if len(columns) < 2:
        return False
    touched = sum(
        1 for column in columns
        if min(segment.right, max(s.right for s in column)) - max(segment.left, min(s.left for s in column)) > usual
    )
    return touched <= 1


def _columns(band: list[Segment], usual: float) -> list[list[Segment]]:
    """The band parted at white gutters that run through all of it, left to right."""
    edges = sorted((s.left, s.right) for s in band)
    columns: list[tuple[float, float]] = []
    for left, right in edges:
        if columns and left < columns[-1][1] + 0.6 * usual:
            columns[-1] = (columns[-1][0], max(columns[-1][1], right))
        else:
            columns.append((left, right))
    return [
        [s for s in band if first <= s.left and s.right <= last] for first, last in columns
    ]
