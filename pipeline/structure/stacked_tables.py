"""Tables of a text with each cell on a line of its own, as copies of web pages and readers of PDF files leave them.

The trouble: some put a bar on a line between two cells, some before and after each row as well, others nothing; blank
cells leave two bars or no trace, and a cell may have lines of its own.

Evidence: a line that is "TT" and nothing else, titles under it, and numbers 1, 2, 3 that stand as many cells apart as
there are titles.

What it never does: guess which cell a row without bars lacks (`ragged_rows` leaves such values out).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pipeline.document import Line, Page, Word
from pipeline.knowledge import table_rows
from pipeline.knowledge.fuzzy import aligned
from pipeline.structure.ragged_rows import text_of, unmarked
from pipeline.structure.text_tables import BULLET, SECTION, Found, Taken, table_of_rows

BAR = "|"
LEAST_COLUMNS, MOST_COLUMNS = 3, 14
LEAST_ROWS = 2  # numbered ones
LONGEST_TITLE, LONGEST_CELL = 12, 60  # words
OPENING = ("1", "01", "I", "A")  # the label of the first row, or of its group
MOST_LINES = 30  # of one cell between bars
_GROUP_LABEL = re.compile(r"\W{0,2}(?:[IVX]{1,5}|[A-ZĐ])\W{0,2}")
_AFTER_TABLE = re.compile(r"\W*(?:tren day|noi nhan|can cu)\b")


def from_stacked(page: Page, taken: Taken) -> Found:
    """The tables of a page of text whose cells stand under one another."""
    if any(block.box is not None for block in page.blocks[:1]):
        return []
    lines = [line for block in page.blocks if block.kind == "text" for line in block.lines if line.words]
    if not any(map(_opens, lines)):
        return []
    texts = [unmarked(line.text) for line in lines]
    closes = {id(block.lines[-1]) for block in page.blocks if block.kind == "text" and block.lines}
    found: Found = []
    at = 0
    while at < len(lines):
        made = None
        if _opens(lines[at]):
            barred = BAR in texts[at + 1 : at + 2]
            made = _barred(lines, texts, at, closes) if barred else _bare(lines, texts, at)
        if made is None:
            at += 1
            continue
        start = at - (at > 0 and texts[at - 1] == BAR)
        for line in lines[start : made.end]:
            taken[id(line)] = (len(found), list(range(len(line.words))))
        found.append(table_of_rows(made.rows, ruled=False))
        at = made.end
    return found


LABEL_WORDS, MOST_LABEL = 3, 12  # words and signs of "Số thứ tự"


def _opens(line: Line) -> bool:
    """Whether a line is the head of a column of numbers and nothing else."""
    if line.box is not None or len(line.words) > LABEL_WORDS:
        return False
    text = unmarked(line.text)
    return len(text) < MOST_LABEL and table_rows.opens_head(text)


@dataclass(slots=True)
class _Made:
    """The rows of a table, and the index after its last line."""

    end: int
    rows: list[list[tuple[Word, ...]]] = field(default_factory=list)


def _words(lines: Sequence[Line]) -> tuple[Word, ...]:
    return tuple(word for line in lines for word in line.words if word.text.strip(BAR))


def _is_label(text: str) -> bool:
    return len(text) <= 6 and table_rows.ROW_LABEL.fullmatch(text) is not None


# --- bars on lines of their own --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Cell:
    """The lines from `start` to `end`, and how many bars follow; `last` says that a blank line does."""

    start: int
    end: int
    bars: int
    last: bool


def _cells_from(lines: Sequence[Line], texts: Sequence[str], at: int, closes: set[int]) -> list[_Cell]:
    """The cells between bars from a line on, as far as bars follow and no other head does."""
    cells: list[_Cell] = []
    while at < len(lines) and not (cells and table_rows.opens_head(texts[at][:MOST_LABEL])):
        end = at
        while end < len(lines) and texts[end] != BAR and end - at <= MOST_LINES:
            end += 1
        after = end
        while after < len(lines) and texts[after] == BAR:
            after += 1
        if after == end:
            break
        cells.append(_Cell(at, end, after - end, id(lines[after - 1]) in closes))
        at = after
    return cells


def _barred(lines: Sequence[Line], texts: Sequence[str], start: int, closes: set[int]) -> _Made | None:
    cells = _cells_from(lines, texts, start, closes)
    said = [" ".join(texts[cell.start : cell.end]) for cell in cells]
    first = next((i for i, text in enumerate(said) if text.strip(" .)") in OPENING), 0)
    titles = said[:first]
    if not LEAST_COLUMNS <= first <= 2 * MOST_COLUMNS or any(len(text.split()) > LONGEST_TITLE for text in titles):
        return None
    opened = start > 0 and texts[start - 1] == BAR and any(cell.bars > 1 for cell in cells[:first])
    made = _opened_rows(lines, cells, said, first) if opened else _counted_rows(lines, cells, said, first)
    numbered = sum(bool(row) and _is_label(text_of(row[0])) for row in made.rows)
    return made if numbered >= LEAST_ROWS and max(map(len, made.rows)) >= LEAST_COLUMNS else None


def _opened_rows(lines: Sequence[Line], cells: Sequence[_Cell], said: Sequence[str], first: int) -> _Made:
    """Rows with a bar before and after each: two bars end a row, or stand beside a blank cell within one."""
    width = _width(cells, said, first)
    made = _Made(cells[0].end)
    row: list[tuple[Word, ...]] = []
    for index, cell in enumerate(cells):
        row.append(_words(lines[cell.start : cell.end]))
        following = said[index + 1] if index + 1 < len(said) else ""
        ends = cell.bars > 1 and (
            _is_label(following) or index < first or len(row) + cell.bars - 2 >= width
        )
        over = cell.last or (cell.bars == 1 and len(row) >= width)
        blanks = max(0, cell.bars - (2 if ends else 1)) if index >= first else 0
        if ends or over:
            made.rows.append(row + [()] * min(blanks, width - len(row)))
            made.end = cell.end + cell.bars - (ends and not over and index + 1 < len(cells))
            row = []
            if over or (following and len(following.split()) > LONGEST_CELL):
                return made
        else:
            row += [()] * blanks
            if len(row) >= width:  # the last bar closed a blank cell, and none opens another row
                made.rows.append(row[:width])
                made.end = cell.end + cell.bars
                return made
    return made


def _width(cells: Sequence[_Cell], said: Sequence[str], first: int) -> int:
    """How many columns the table has: as many as its first head row has titles, and more where titles of a lower row
    follow and rows between two numbers have so many cells, two of them if there are two."""
    least = next((i + 1 for i in range(first) if cells[i].bars > 1), first)
    counts: Counter[int] = Counter()
    count = 0
    for index in range(first, len(cells)):
        count += 1
        ends = cells[index].bars > 1 and index + 1 < len(cells) and _is_label(said[index + 1])
        counts[count + cells[index].bars - 2] += ends
        count = 0 if ends else count + cells[index].bars - 1
    widths = [width for width in range(least, max(least + 1, first)) if counts[width]]
    return max(widths, key=lambda width: (counts[width] >= LEAST_ROWS, width), default=least)


def _counted_rows(lines: Sequence[Line], cells: Sequence[_Cell], said: Sequence[str], first: int) -> _Made:
    """Rows with a bar after each cell, a blank one with its own: as many cells as there are titles make a row."""
    made = _Made(cells[0].end, [[_words(lines[cell.start : cell.end]) for cell in cells[:first]]])
    row: list[tuple[Word, ...]] = []
    for index in range(first, len(cells)):
        cell = cells[index]
        if not row and said[index] and not (_is_label(said[index]) or table_rows.is_sum(said[index])):
            break
        for blank in range(cell.bars):
            row.append(() if blank else _words(lines[cell.start : cell.end]))
            if len(row) == first:
                made.rows.append(row)
                made.end = cell.end + blank + 1
                row = []
    return made


# --- nothing between the cells ---------------------------------------------------------------------------


def _bare(lines: Sequence[Line], texts: Sequence[str], start: int) -> _Made | None:
    first = next(
        (
            at for at in range(start + LEAST_COLUMNS, min(len(lines), start + 2 * MOST_COLUMNS))
            if texts[at].strip(" .)") in OPENING
        ),
        None,
    )
    if first is None or not all(_is_title(text) for text in texts[start:first]):
        return None
    titles = _joined(texts, start, first)
    best: _Made | None = None
    columns = most = 0  # of the best, and how many of its rows are whole
    for width in range(len(titles), LEAST_COLUMNS - 1, -1):
        made = _bare_rows(lines, texts, first, width)
        whole = sum(len(row) == width for row in made.rows)
        if whole >= (LEAST_ROWS if best is None else most + MORE_WHOLE):
            best, columns, most = made, width, whole
    if best is None:
        return None
    head = [_words(lines[low:high]) for low, high in titles]
    return replace(best, rows=[*_two_rows(head, columns), *best.rows])


MORE_WHOLE = 2  # rows that a narrower table must have whole: the last row of the wider one may lack its last cell


def _is_title(text: str) -> bool:
    return len(text.split()) <= LONGEST_TITLE and (text.lstrip("(")[:1].isalnum() and not text.endswith((".", ";")))


def _joined(texts: Sequence[str], start: int, end: int) -> list[tuple[int, int]]:
    """The lines of each title: one that goes on in small letters or in a bracket is of the one before."""
    spans: list[tuple[int, int]] = []
    for at in range(start, end):
        if spans and (texts[at][:1].islower() or texts[at].startswith("(")):
            spans[-1] = (spans[-1][0], at + 1)
        else:
            spans.append((at, at + 1))
    return spans


_LOWER_TITLE = re.compile(r"(?:nam |kh |ke hoach )*(?:19|20)\d\d|(?:(?:co quan|don vi|bo phan) )?(?:chu tri|phoi hop)")


def _two_rows(titles: list[tuple[Word, ...]], width: int) -> list[list[tuple[Word, ...]]]:
    """Titles in one row, or in two where there are more of them than columns: the last, of one kind, are the lower."""
    if len(titles) == width:
        return [titles]
    lower = 0
    while lower < len(titles) and _LOWER_TITLE.fullmatch(aligned(text_of(titles[-1 - lower]))):
        lower += 1
    if lower > 1 and len(titles) - lower < width:
        return [titles[: len(titles) - lower], titles[len(titles) - lower :]]
    rest = tuple(word for title in titles[1:] for word in title)  # which is over what is not known
    return [[titles[0], rest]]


def _bare_rows(lines: Sequence[Line], texts: Sequence[str], first: int, width: int) -> _Made:
    """Rows of `width` lines from a number on; groups have a label and a title."""
    made = _Made(first)
    at, number = first, 0
    while at < len(lines):
        if _numbered(texts, at, number + 1):
            number += 1
            end = _row_end(texts, at, width, number + 1)
            made.rows.append([_words([line]) for line in lines[at:end]])
        elif (_GROUP_LABEL.fullmatch(texts[at]) or table_rows.is_sum(texts[at])) and at + 1 < len(lines):
            end = at + (1 if table_rows.is_sum(texts[at]) else 2)
            limit = min(len(texts), at + width)
            while end < limit and _is_figure(texts[end]) and not _numbered(texts, end, number + 1):
                end += 1
            made.rows.append([_words([line]) for line in lines[at:end]])
        else:
            break
        at = made.end = end
    return made


def _row_end(texts: Sequence[str], at: int, width: int, following: int) -> int:
    """Index after the last line of a row: after `width` lines, or before where the next row or other text begins."""
    limit = min(len(texts), at + width)
    for end in range(at + 2, limit):
        text = texts[end]
        opens_next = _numbered(texts, end, following) and not _numbered(texts, limit, following)
        if opens_next or SECTION.match(text) or BULLET.match(text) or _AFTER_TABLE.match(aligned(text)):
            return end
    return limit


def _numbered(texts: Sequence[str], at: int, number: int) -> bool:
    label = texts[at].strip(" .)") if at < len(texts) else ""
    return label.isdecimal() and int(label) == number


def _is_figure(text: str) -> bool:
    return text[:1].isdigit() and len(text.split()) == 1
