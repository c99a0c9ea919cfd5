"""Words become lines, blocks and a reading order, with boxes in points of the page as displayed.

The trouble: these documents begin with two columns of letterhead and end with two of recipients and signature, whose
lines stand at the same height and must not be read across; between them runs a single column, broken by tables.
The evidence, in order of trust: ruling lines, white gutters that several lines share, alignment to the middle of
the page, distances within a line. The engine's own lines are believed, its blocks are not.

What this module never does: it drops no word and changes none; what is no running text gets a `kind`, not the bin.
"""

from __future__ import annotations

import itertools
import re
import statistics
import unicodedata
from dataclasses import dataclass, replace

import numpy as np

from pipeline.document import Block, BlockKind, Box, FoundObject, Line, Page, Reading, Turn, Word, union
from pipeline.imaging.images import Affine, Back, Cleaned, Mark, PageInput
from pipeline.imaging.pdfpages import LAYER_UNIT
from pipeline.imaging.recognisers import Image, SeenWord
from pipeline.knowledge.vietnamese import strip_marks

VERSION = "1"

# A gap wider than this many line heights inside one engine line may be a gutter between columns...
COLUMN_GAP = 1.6
# ...and one wider than this always is: justified lines do not stretch so far.
SURE_GAP = 4.0
# ...and in the gutter that the motto of a letterhead shows, one of this width is enough.
HEAD_GAP = 0.7
SLACK = 12  # pixels by which a bar may stand inside the word before it: engines read bars as last letters
# A segment is "in the middle" when its centre lies within this share of the text width from the text's centre.
CENTRED = 0.06
# Blocks part where the distance between lines exceeds the usual one by this factor.
PARAGRAPH_GAP = 1.6
# ...or where more than this many line heights are left white.
FAR_BELOW = 2.5


@dataclass(frozen=True, slots=True)
class _Segment:
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


def _segment(words: tuple[SeenWord, ...] | list[SeenWord]) -> _Segment:
    # The line's height is that of its usual word: one tall stroke or stamp letter must not widen it.
    top = statistics.median_low([word.top for word in words])
    bottom = statistics.median_high([word.bottom for word in words])
    # Debris at its ends says nothing of where the text of a line begins and ends.
    solid = [word for word in words if not _LINE_LIKE.fullmatch(word.text)] or words
    return _Segment(
        tuple(words), min(word.left for word in solid), min(top, bottom - 1), max(word.right for word in solid), bottom,
    )


# What the engine makes of rules and specks.
_LINE_LIKE = re.compile(r"[-–—_=~|¦!\[\]lI'.,:;‘’“”]+")
# The motto and its Party counterpart stand in the right column of every letterhead, often so near the left column that
# only their wording tells where it begins.
_RIGHT_HEAD = re.compile(r"CONG HOA XA HOI|DANG CONG SAN VIET|Doc lap\s*[-–—.]\s*Tu do|DOAN TNCS HO CHI MINH")


def _segments(words: tuple[SeenWord, ...], bars: tuple[Mark, ...] = ()) -> list[_Segment]:
    """The engine's lines, parted at gaps that are gutters and at upright rules (`bars`)."""
    gathered: dict[int, list[SeenWord]] = {}
    for word in words:
        gathered.setdefault(word.line, []).append(word)
    lines = [sorted(line, key=lambda word: word.left) for line in gathered.values()]
    if not lines:
        return []
    usual = statistics.median(word.bottom - word.top for word in words)
    motto, likely = _gutters(lines, usual)
    parts: list[_Segment] = []
    for line in lines:
        current: list[SeenWord] = []
        before: SeenWord | None = None  # the last word that is no debris
        for word in line:
            if not _LINE_LIKE.fullmatch(word.text):
                if before is not None and (
                    _is_gutter(before, word, motto, likely, usual) or _bar_between(before, word, bars)
                ):
                    parts.append(_segment(current))
                    current = []
                before = word
            current.append(word)
        parts.append(_segment(current))
    return parts


_Gap = tuple[float, float, float]  # left, right, height on the page


def _gutters(lines: list[list[SeenWord]], usual: float) -> tuple[list[_Gap], list[_Gap]]:
    """Gaps before the motto, and gaps wide enough to be gutters."""
    motto: list[_Gap] = []
    likely: list[_Gap] = []
    for whole in lines:
        # A rule or speck read as a dash must not make two gaps of one gutter.
        line = [word for word in whole if not _LINE_LIKE.fullmatch(word.text)]
        for i, (before, after) in enumerate(itertools.pairwise(line)):
            width = after.left - before.right
            gap = (before.right, after.left, (before.top + before.bottom) / 2)
            if width > COLUMN_GAP * usual:
                likely.append(gap)
            if width > HEAD_GAP * usual:
                rest = strip_marks(" ".join(word.text for word in line[i + 1 : i + 6]))
                if _RIGHT_HEAD.match(rest):
                    motto.append(gap)
    return motto, likely


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

    if width > HEAD_GAP * usual and any(
        abs(gap[2] - height) < 4 * usual and shared(gap) > 0.6 * HEAD_GAP * usual for gap in motto
    ):
        return True
    return width > COLUMN_GAP * usual and any(
        0.3 * usual < abs(gap[2] - height) < 8 * usual and shared(gap) > 0.8 * usual for gap in likely
    )


def _rows(segments: list[_Segment]) -> list[list[_Segment]]:
    """Segments gathered into rows of the same height on the page, top to bottom, each left to right."""
    rows: list[list[_Segment]] = []
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


def _ordered(segments: list[_Segment]) -> list[list[_Segment]]:
    """Columns in reading order: each entry is a run of segments of one column, top to bottom.

    Debris (rules and specks read as dashes) has no say in what is a column; it follows the line above it.
    """
    debris = [s for s in segments if all(_LINE_LIKE.fullmatch(word.text) for word in s.words)]
    columns = _ordered_text([s for s in segments if not any(s is other for other in debris)])
    if not columns:
        return [debris] if debris else []
    for stray in debris:
        nearest = min(
            columns, key=lambda column: min(abs(s.top - stray.top) + abs(s.middle - stray.middle) for s in column)
        )
        nearest.append(stray)
        nearest.sort(key=lambda s: s.top)
    return columns


def _ordered_text(segments: list[_Segment]) -> list[list[_Segment]]:
    if not segments:
        return []
    left, right = _margins(segments)
    width, centre = right - left, (left + right) / 2
    usual = statistics.median(s.height for s in segments)

    def is_single(segment: _Segment) -> bool:
        """Whether the line belongs to the one column of the page's middle: long, or centred."""
        return segment.right - segment.left > 0.6 * width or abs(segment.middle - centre) < CENTRED * width

    bands: list[tuple[bool, list[_Segment]]] = []  # (two columns, segments)
    for row in _rows(segments):
        paired = len(row) > 1
        if bands and paired == bands[-1][0]:
            bands[-1][1].extend(row)
        elif bands and bands[-1][0] and not paired and not is_single(row[0]) and _fits(row[0], bands[-1][1], usual):
            bands[-1][1].extend(row)  # a line of one column of the band whose neighbour has none at that height
        else:
            bands.append((paired, list(row)))
    result: list[list[_Segment]] = []
    for paired, band in bands:
        if not paired:
            result.append(band)
            continue
        if _is_labelled(band):
            result.append([_segment([w for s in row for w in s.words]) for row in _rows(band)])
            continue
        for column in _columns(band, usual):
            result.append(sorted(column, key=lambda s: s.top))
    return result


def _is_labelled(band: list[_Segment]) -> bool:
    """Whether the band is a list of labels with their values ("Mã ngành:   C480201"), which is read row by row."""
    pairs = [row for row in _rows(band) if len(row) == 2]
    labels = [row[0] for row in pairs if any(word.text.endswith(":") for word in row[0].words[-2:])]
    return len(pairs) >= 2 and len(labels) >= 0.6 * len(pairs)


def _margins(segments: list[_Segment]) -> tuple[float, float]:
    """Left and right edge of the running text: those of the long lines, where there are some."""
    left, right = min(s.left for s in segments), max(s.right for s in segments)
    long_lines = [s for s in segments if s.right - s.left > 0.55 * (right - left)]
    if len(long_lines) < 3:
        return left, right
    return statistics.median(s.left for s in long_lines), statistics.median(s.right for s in long_lines)


def _fits(segment: _Segment, band: list[_Segment], usual: float) -> bool:
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


def _columns(band: list[_Segment], usual: float) -> list[list[_Segment]]:
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


# --- points and kinds ---------------------------------------------------------------------------------------


class _Placer:
    """Brings boxes of the upright copy to points of the page as displayed."""

    def __init__(self, back: Back | None, to_points: Affine) -> None:
        self._back = back
        self._to_points = to_points

    def boxes(self, corners: list[tuple[float, float, float, float]]) -> list[Box]:
        """Boxes of (left, top, right, bottom) in pixels.

        A slightly tilted word keeps its own width and height about its true centre: the upright box around a tilted
        one would reach into the lines beside it.
        """
        if not corners:
            return []
        array = np.array(corners, dtype=np.float64)
        left, top, right, bottom = array.T
        middle_x, middle_y = (left + right) / 2, (top + bottom) / 2
        points = np.concatenate([
            np.column_stack([left, middle_y]), np.column_stack([right, middle_y]),
            np.column_stack([middle_x, top]), np.column_stack([middle_x, bottom]),
        ])
        if self._back is not None:
            points = self._back.points(points)
        a, b, c, d, e, f = self._to_points
        x = a * points[:, 0] + b * points[:, 1] + c
        y = d * points[:, 0] + e * points[:, 1] + f
        count = len(corners)
        # The ends of the two axes; on a page that lies on its side the word's own width runs down.
        lows_x = np.minimum.reduce([x[i * count : (i + 1) * count] for i in range(4)])
        highs_x = np.maximum.reduce([x[i * count : (i + 1) * count] for i in range(4)])
        lows_y = np.minimum.reduce([y[i * count : (i + 1) * count] for i in range(4)])
        highs_y = np.maximum.reduce([y[i * count : (i + 1) * count] for i in range(4)])
        return [
            Box(float(x0), float(y0), float(x1), float(y1))
            for x0, y0, x1, y1 in zip(lows_x, lows_y, highs_x, highs_y, strict=True)
        ]


# --- type ---------------------------------------------------------------------------------------------------

# Parts of the em in Times and its kin: x-height, capital and ascender height, descender, a mark on a small letter,
# a second mark on that, and what a mark adds to a capital.
_X, _CAPITAL, _DESCENDER, _MARK, _SECOND_MARK, _CAPITAL_MARK = 0.45, 0.67, 0.21, 0.23, 0.12, 0.20
# A word whose strokes are this much wider than the usual ones of its page, for its size, is bold; so is every word of
# a line whose words are usually this wide. Bold faces have 1.4 to 1.7.
_BOLD_LINE, _BOLD_WORD = 1.24, 1.4
_WIDER_CAPITALS = 0.12  # capitals have more upright strokes than small letters


def _height_in_ems(text: str) -> float:
    """How high the ink of a word stands, in parts of its type size; 0 for one without letters or figures."""
    above = below = 0.0
    for char in text:
        apart = unicodedata.normalize("NFD", char)
        base, marks = apart[0], [mark for mark in apart[1:] if mark != "\u0323" and mark != "\u031b"]
        if not base.isalnum():
            continue
        tall = base.isupper() or base.isdigit() or base in "bdfhkltđ"
        top = _CAPITAL if tall else _X
        if marks:
            top += _CAPITAL_MARK if tall else _MARK
            top += _SECOND_MARK * (len(marks) - 1)
        above = max(above, top)
        below = max(below, _DESCENDER if base in "gpqy" or "\u0323" in apart else 0.0)
    return above + below if above else 0.0


def _type_size(words: tuple[SeenWord, ...], points: float) -> float | None:
    """Type size of a line in points; `points` is how many a pixel has. None for a line with too few letters."""
    sizes = [
        (word.bottom - word.top) * points / height
        for word in words if len(word.text) > 1 and (height := _height_in_ems(word.text)) > 0
    ]
    return round(statistics.median(sizes), 1) if len(sizes) >= 2 else None


def _stroke_widths(seen: tuple[SeenWord, ...], copy: Image) -> list[float]:
    """Usual width of the strokes of each word in parts of its size; 0 where it cannot be told."""
    widths = []
    for word in seen:
        height = _height_in_ems(word.text)
        inked = copy[max(0, word.top) : word.bottom, max(0, word.left) : word.right] < 140
        starts = np.count_nonzero(inked[:, 1:] & ~inked[:, :-1]) if inked.size else 0
        if height <= 0 or starts < 10 or word.bottom <= word.top:
            widths.append(0.0)
            continue
        widths.append(float(np.count_nonzero(inked)) / starts / ((word.bottom - word.top) / height))
    return widths


def _weights(seen: tuple[SeenWord, ...], copy: Image) -> dict[int, float]:
    """By `id` of a word: its stroke width against the usual one of the page. Empty where there is little to compare."""
    widths = _stroke_widths(seen, copy)
    known = [width for width in widths if width > 0]
    if len(known) < 40:
        return {}
    usual = statistics.median(known)
    return {id(word): width / usual for word, width in zip(seen, widths, strict=True) if width > 0}


def _bold(words: tuple[SeenWord, ...], weights: dict[int, float]) -> list[bool | None]:
    """Whether each word of a line is bold; what the source said of it where strokes were not measured."""
    # float: numpy's own numbers would make numpy's own booleans, which JSON does not know.
    shares = [None if (share := weights.get(id(word))) is None else float(share) for word in words]
    known = [share for share in shares if share is not None]
    if not known:
        return [word.bold for word in words]
    capitals = sum(word.text.isupper() for word in words) > len(words) / 2
    line = statistics.median(known) > _BOLD_LINE + (_WIDER_CAPITALS if capitals else 0.0)
    return [
        word.bold if share is None else line or share > _BOLD_WORD + (_WIDER_CAPITALS if word.text.isupper() else 0.0)
        for word, share in zip(words, shares, strict=True)
    ]


def layout(
    seen: tuple[SeenWord, ...], source: PageInput, cleaned: Cleaned | None = None,
    readings: dict[int, tuple[Reading, ...]] | None = None,
) -> Page:
    """The page of `seen` words. `cleaned` is None for a text layer, whose words stand in `source` units.

    `readings` holds other readings of a word by its index in `seen`.
    """
    turn: Turn = cleaned.turn if cleaned is not None else source.turn  # type: ignore[assignment]
    placer = _Placer(cleaned.back if cleaned is not None else None, source.to_points)
    boxes = placer.boxes([(w.left, w.top, w.right, w.bottom) for w in seen])
    weights = {} if cleaned is None else _weights(seen, cleaned.image)
    points = LAYER_UNIT if cleaned is None else 72 / cleaned.dpi
    index = {id(word): i for i, word in enumerate(seen)}
    others = readings or {}

    def word_of(word: SeenWord, bold: bool | None) -> Word:
        place = index[id(word)]
        return Word(
            word.text, word.text, boxes[place], word.confidence, word.confidence, others.get(place, ()),
            bold=bold, italic=word.italic,
        )

    marks = cleaned.marks if cleaned is not None else ()
    objects = _objects(marks, placer)
    blocks: list[Block] = []
    kept = tuple(word for word in seen if not _is_rule_debris(word, marks))
    for kind, column in _page_parts(kept, marks):
        for group in _paragraph_groups(column):
            lines = []
            for segment in group:
                bold = _bold(segment.words, weights)
                words = tuple(word_of(word, flag) for word, flag in zip(segment.words, bold, strict=True))
                box = union([word.box for word in words])
                lines.append(Line(words, box, _type_size(segment.words, points)))
            blocks.append(Block(tuple(lines), kind, union([line.box for line in lines])))
    for stamp in source.stamps:
        words = tuple(
            Word(w.text, w.text, Box(w.left, w.top, max(w.right, w.left), max(w.bottom, w.top))) for w in stamp
        )
        box = union([word.box for word in words])
        blocks.append(Block((Line(words, box),), "stamp_text", box))
    page = Page(
        source.number, source.width, source.height, source.origin, turn, source.dpi,
        "ok" if blocks else "blank", tuple(blocks), (), objects, source.notices, source.steps,
        source.rejected_layer,
    )
    return _with_artefacts(page)




def _is_rule_debris(word: SeenWord, marks: tuple[Mark, ...]) -> bool:
    """Whether the "word" is a ruling line that the engine read as dashes or bars.

    Such a word is kept as the found rule it is. A dash or bar that stands on no rule is text.
    """
    if not _LINE_LIKE.fullmatch(word.text):
        return False
    for mark in marks:
        level = mark.kind == "rule"
        if not level and mark.kind != "vertical_rule":
            continue
        slack = 4
        across = min(word.right, mark.right + slack) - max(word.left, mark.left - slack)
        down = min(word.bottom, mark.bottom + slack) - max(word.top, mark.top - slack)
        if level and across > 0.8 * (word.right - word.left) and down > 0 and word.bottom - word.top < 14:
            return True
        if not level and across > 0 and down > 0.6 * (word.bottom - word.top) and word.right - word.left < 14:
            return True
    return False


def _objects(marks: tuple[Mark, ...], placer: _Placer) -> tuple[FoundObject, ...]:
    # A rule is placed by its middle line: the hull of a slightly tilted one would be as thick as a line of text.
    boxes = placer.boxes([(m.left, m.top, m.right, m.bottom) for m in marks])
    boxes = [_thin(mark, box) for mark, box in zip(marks, boxes, strict=True)]
    return tuple(FoundObject(m.kind, box, m.confidence) for m, box in zip(marks, boxes, strict=True))


def _page_parts(seen: tuple[SeenWord, ...], marks: tuple[Mark, ...]) -> list[tuple[BlockKind, list[_Segment]]]:
    """Columns in reading order with their kind."""
    bars = tuple(mark for mark in marks if mark.kind == "vertical_rule")
    return [("text", column) for column in _ordered(_segments(seen, bars))]


def _paragraph_groups(column: list[_Segment]) -> list[list[_Segment]]:
    """The column parted where the distance between lines is plainly larger than usual."""
    ordered = sorted(column, key=lambda s: s.top)
    groups: list[list[_Segment]] = []
    steps = [b.top - a.top for a, b in itertools.pairwise(ordered)]
    usual = statistics.median(steps) if steps else 0.0
    for segment in ordered:
        last = groups[-1][-1] if groups else None
        if last is not None and segment.top - last.top <= PARAGRAPH_GAP * usual and (
            segment.top - last.bottom <= FAR_BELOW * max(last.height, segment.height)
        ):
            groups[-1].append(segment)
        else:
            groups.append([segment])
    return groups


def _thin(mark: Mark, box: Box) -> Box:
    if mark.kind not in ("rule", "vertical_rule"):
        return box
    x, y = box.middle
    scale = max(box.width, box.height) / max(1.0, mark.right - mark.left, mark.bottom - mark.top)
    half = 0.5 * scale * min(mark.right - mark.left, mark.bottom - mark.top)
    if box.width >= box.height:
        return Box(box.left, y - min(half, box.height / 2), box.right, y + min(half, box.height / 2))
    return Box(x - min(half, box.width / 2), box.top, x + min(half, box.width / 2), box.bottom)


_PAGE_NUMBER = re.compile(
    r"[-–—.]?\s*(?:\d{1,4}|[ivxlIVXL]{1,6})\s*[-–—.]?|(?:Trang|trang)\s*\d{1,4}(?:\s*/\s*\d{1,4})?"
)


def _with_artefacts(page: Page) -> Page:
    """Page numbers named as such: a lone number in the top or bottom eighth that starts or ends the text."""
    text = [i for i, block in enumerate(page.blocks) if block.kind == "text"]
    blocks = list(page.blocks)
    for i in {text[0], text[-1]} if text else set():
        block = blocks[i]
        if len(block.lines) != 1 or block.box is None:
            continue
        upright = block.box.turned(page.turn, page.width, page.height)
        height = page.width if page.turn in (90, 270) else page.height
        if upright.middle[1] > height / 8 and upright.middle[1] < height * 7 / 8:
            continue
        if _PAGE_NUMBER.fullmatch(block.lines[0].raw.strip()):
            blocks[i] = replace(block, kind="page_number")
    return replace(page, blocks=tuple(blocks))


def text_page(source: PageInput) -> Page:
    """The page of a text file: a block for each run of lines between empty ones; no boxes."""
    blocks: list[Block] = []
    current: list[Line] = []
    for text in (*(source.lines or ()), ""):
        words = tuple(Word(part, part) for part in text.split())
        if words:
            current.append(Line(words))
        elif current:
            blocks.append(Block(tuple(current)))
            current = []
    return Page(
        source.number, source.width, source.height, source.origin, status="ok" if blocks else "blank",
        blocks=tuple(blocks), notices=source.notices, steps=source.steps,
    )
