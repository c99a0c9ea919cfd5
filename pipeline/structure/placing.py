"""Printed lines in their places: reading order, text column, what parts a line from the one before.

The trouble: a recogniser gives specks of dirt and strokes of handwriting as lines; two columns come as one line.

What it never does: drop a word. A speck stays, in the area "aside".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice, pairwise

from pipeline.document import Document, Line, Page, union
from pipeline.knowledge import numbering
from pipeline.structure.passages import Area, Frame, Gap, PlacedLine, at_margin, text_of

WIDE_LINE = 0.45  # of the page width: a line this long tells where the column ends
_SPREAD = "spread"  # the step by which the imaging half says that a picture shows two pages
USUAL_PITCH = 18.0  # points, where a page has too few lines to measure; 13-14 point type, 1.15-1.5 lines


def place_lines(document: Document) -> tuple[PlacedLine, ...]:
    """Every line of text in reading order, page numbers and running heads left out."""
    placed: list[PlacedLine] = []
    for page in document.pages:
        frames = _frames(page)
        frame = frames[0]
        gap: Gap = "page"
        tables = 0
        for block in page.blocks:
            if block.kind in ("page_number", "running_head", "footer"):
                continue
            table = None
            if block.kind == "table":
                table, tables = tables, tables + 1
            for line in block.lines:
                text = line.text
                if len(frames) > 1 and line.box is not None:
                    half = frames[line.box.middle[0] > page.width / 2]
                    if half is not frame:
                        frame, gap = half, "page"
                if not text.strip():
                    gap = "page" if gap == "page" else "blank"
                    continue
                area: Area = "table" if table is not None else "body"
                if block.kind == "stamp_text" or (
                    table is None and line.box is not None and _is_speck(text) and not _is_last_word(line, frame)
                ):
                    area = "aside"
                box = union([word.box for word in line.words if word.text]) or line.box
                whole = PlacedLine(line.words, page.number, text, box, line.size, gap, frame, area, table)
                placed += _without_far_speck(whole) if area == "body" else (whole,)
                gap = "line"
            if gap == "line":
                # A text file has no boxes: what parts its blocks is an empty line.
                gap = "block" if frame is not None else "blank"
    return tuple(placed)


def _is_speck(text: str) -> bool:
    """Whether a line is a stroke of handwriting or dirt read as a sign or two, no label and no number."""
    signs = list(islice((sign for sign in text if sign.isalnum()), 3))
    if len(signs) > 2:
        return False
    if not signs:
        return True
    return not any(sign.isdigit() for sign in signs) and numbering.parse_marker(text) is None


# "... đang lưu tại" / "xã.": a word of two letters that ends a sentence; a mark above or below tells it from a speck
_LAST_WORD = re.compile(r"[^\W\d_]{2}\s?[.;]")


def _is_last_word(line: Line, frame: Frame | None) -> bool:
    """Whether a line of a sign or two is the end of a paragraph, which stands at the margin."""
    text = line.text.strip()
    word = _LAST_WORD.fullmatch(text) is not None and text.islower() and not text.isascii()
    return word and at_margin(line.box, frame)


def _without_far_speck(line: PlacedLine) -> tuple[PlacedLine, ...]:
    """The line without a sign far before it, which is put aside: the dot under a letter of the line above, read as a
    dash before the short line of a title, or a speck in the margin. Behind the dash of a list stands a tab at most, and
    it stands in the column."""
    first, *rest = [(index, word) for index, word in enumerate(line.words) if word.text]
    if not rest or first[1].box is None or rest[0][1].box is None or any(map(str.isalnum, first[1].text)):
        return (line,)
    in_margin = line.frame is not None and first[1].box.right <= line.frame.left
    height = line.size if in_margin and line.size else height_of(line)  # a speck may be higher than the line
    if rest[0][1].box.left - first[1].box.right < (FAR_IN_MARGIN if in_margin else FAR) * height:
        return (line,)
    speck, print_ = parted(line, rest[0][0])
    return replace(speck, area="aside"), replace(print_, gap=line.gap)


FAR, FAR_IN_MARGIN = 5.0, 2.0  # heights of the line


def _frames(page: Page) -> tuple[Frame | None, ...]:
    """The text column of a page; two where its picture shows two pages side by side, the left one's first."""
    lines = [line for block in page.blocks if block.kind == "text" for line in block.lines if line.box is not None]
    if all(step.stage != _SPREAD for step in page.steps):
        return (_frame(lines, page.width),)
    fold = page.width / 2
    halves = [[line for line in lines if line.box and (line.box.middle[0] > fold) == right] for right in (False, True)]
    left, right = (_frame(half, fold) for half in halves)
    return (left, right) if left and right else (left or right,)


def _frame(lines: Sequence[Line], width: float) -> Frame | None:
    """The text column that lines stand in, of a page so many points wide."""
    wide = [line.box for line in lines if line.box is not None and line.box.width >= WIDE_LINE * width]
    if not wide:
        boxes = [line.box for line in lines if line.box is not None]
        if not boxes:
            return None
        return Frame(min(box.left for box in boxes), max(box.right for box in boxes), USUAL_PITCH)
    lefts, rights = sorted(box.left for box in wide), sorted(box.right for box in wide)
    tops = [line.box.bottom for line in lines if line.box is not None]
    steps = sorted(b - a for a, b in pairwise(tops) if 8 < b - a < 40)
    pitch = steps[len(steps) // 2] if steps else USUAL_PITCH
    # One skewed line must not move the edge: a tenth of the lines may stand outside.
    return Frame(lefts[len(lefts) // 10], rights[-1 - len(rights) // 10], pitch)


# --- a line of two columns -----------------------------------------------------------------------------------


def word_at(line: PlacedLine, offset: int) -> int:
    """Index of the word that stands at an offset of the line's text."""
    at = 0
    for index, word in enumerate(line.words):
        if not word.text:
            continue
        if at + len(word.text) > offset:
            return index
        at += len(word.text) + 1
    return len(line.words)


def parted(line: PlacedLine, index: int) -> tuple[PlacedLine, ...]:
    """The line as two, parted before word `index`."""
    if not text_of(line.words[:index]) or not text_of(line.words[index:]):
        return (line,)
    left, right = line.part(0, index), line.part(index)
    return left, replace(right, gap="line")


def wide_gap(line: PlacedLine, least: float) -> int | None:
    """Index of the word after the widest gap of at least `least` points."""
    best: tuple[float, int] | None = None
    last = None
    for index, word in enumerate(line.words):
        if word.box is None or not word.text:
            continue
        if last is not None and word.box.left - last >= least and (best is None or word.box.left - last > best[0]):
            best = (word.box.left - last, index)
        last = word.box.right
    return best[1] if best else None


def height_of(line: PlacedLine) -> float:
    return line.box.height if line.box is not None else 12.0


def word_at_count(line: PlacedLine, count: int) -> int:
    """Index of the word after the first `count` printed words."""
    seen = 0
    for index, word in enumerate(line.words):
        if seen >= count:
            return index
        seen += len(word.text.split())
    return len(line.words)
