"""Words become lines, blocks and a reading order, with boxes in points of the page as displayed.

The trouble: every picture was turned, straightened and scaled on its way to the recogniser, and what stood on it must
be shown where it stands in the file; rules are read as dashes, page numbers as text. Which words stand together, and in
which order columns are read, is told in `columns.py`.

What this module never does: it drops no word and changes none; what is no running text gets a `kind`, not the bin.
"""

from __future__ import annotations

import itertools
import re
import statistics
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pipeline.document import Block, BlockKind, Box, FoundObject, Line, Notice, Page, Reading, Turn, Word, union
from pipeline.imaging import text_columns, text_lines, typeface
from pipeline.imaging.columns import LINE_LIKE, Segment, in_reading_order, parted_lines
from pipeline.imaging.images import Affine, Back, Cleaned, Mark, PageInput
from pipeline.imaging.pdfpages import LAYER_UNIT
from pipeline.imaging.recognisers import SeenWord

# Blocks part where the distance between lines exceeds the usual one by this factor.
PARAGRAPH_GAP = 1.6
# ...or where more than this many line heights are left white.
FAR_BELOW = 2.5


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
    weights = {} if cleaned is None else typeface.stroke_weights(seen, cleaned.image)
    points = LAYER_UNIT if cleaned is None or source.dpi is None else 72 / (source.dpi * cleaned.scale)
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
                bold = typeface.bold(segment.words, weights)
                words = tuple(word_of(word, flag) for word, flag in zip(segment.words, bold, strict=True))
                box = union([word.box for word in words])
                lines.append(Line(words, box, typeface.type_size(segment.words, points)))
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
    if not LINE_LIKE.fullmatch(word.text):
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


def _page_parts(seen: tuple[SeenWord, ...], marks: tuple[Mark, ...]) -> list[tuple[BlockKind, list[Segment]]]:
    """Columns in reading order with their kind."""
    bars = tuple(mark for mark in marks if mark.kind == "vertical_rule")
    return [("text", column) for column in in_reading_order(parted_lines(seen, bars))]


def _paragraph_groups(column: list[Segment]) -> list[list[Segment]]:
    """The column parted where the distance between lines is plainly larger than usual."""
    ordered = sorted(column, key=lambda s: s.top)
    groups: list[list[Segment]] = []
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
    """The page of a text file: a block for each run of lines between empty ones; no boxes.

    What tabs and runs of blanks say of columns is told here, since words know nothing of them: tables that are set
    with them stand in `Page.tables`.
    """
    lines, parted = text_lines.printed_lines(source.lines or ())
    notices = source.notices
    if parted:
        notices += (Notice("low_confidence", "the text came without line breaks: its lines were told", source.number),)
    tables = text_columns.find(lines)
    blocks: list[Block] = []
    at = 0
    for found in tables:
        blocks += [*_text_blocks(lines[at : found.first]), text_columns.block_of(found.table)]
        at = found.last
    blocks += _text_blocks(lines[at:])
    return Page(
        source.number, source.width, source.height, source.origin, status="ok" if blocks else "blank",
        blocks=tuple(blocks), tables=tuple(found.table for found in tables), notices=notices, steps=source.steps,
    )


def _text_blocks(lines: Sequence[str]) -> list[Block]:
    blocks: list[Block] = []
    current: list[Line] = []
    for text in (*lines, ""):
        words = tuple(Word(part, part) for part in text.split())
        if words:
            current.append(Line(words))
        elif current:
            blocks.append(Block(tuple(current)))
            current = []
    return blocks
