"""What stands between words and record: placed lines, paragraphs, the outline's nodes, and where a value stands.

A `PlacedLine` is a printed line, or the half of one where two columns had run together, that knows its
page, its area and what parts it from the line before. A `Paragraph` is lines joined over line and page
breaks; any stretch of its text can be traced back to its words with `place`. A `Node` is a section of
the outline, still made of paragraphs.

Nothing here decides anything: the stages do (`areas`, `joining`, `outline`).
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from pipeline.document import Box, Cell, Table, Word, union
from pipeline.knowledge.labels import Marker
from pipeline.knowledge.numbering import markers
from pipeline.knowledge.vietnamese import LETTERS

# The cells of Nghị định 30/2020/NĐ-CP, annex I, as far as a reader of the text needs them apart:
# "issuer" holds the parent body too, "title" the type name and trích yếu, "aside" what belongs to no
# field (stamps of secrecy and urgency, address of the office, drafter's mark, note under an annex title).
Area = Literal[
    "motto",
    "issuer",
    "number",
    "dateline",
    "title",
    "addressee",
    "basis",
    "body",
    "table",
    "signature",
    "recipients",
    "aside",
    "annex",
]
# What parts a line from the one before it: nothing, the end of a block, an empty line, a page break.
Gap = Literal["line", "block", "blank", "page"]


@dataclass(frozen=True, slots=True)
class Frame:
    """The text column of a page: left and right edge in points, and the usual distance of two baselines."""

    left: float
    right: float
    pitch: float

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands: the page, a box in points of the upright page, both texts, and how sure it is."""

    page: int | None
    box: Box | None
    raw: str
    text: str
    confidence: float


NOWHERE = Place(None, None, "", "", 0.0)


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """One printed line in its place. `frame` is None where the source has no boxes (a text file).

    `table` is the index of the page's table that the line belongs to. `annex` counts annexes from 1, 0 is
    the main text.
    """

    words: tuple[Word, ...]
    page: int
    text: str
    box: Box | None = None
    size: float | None = None
    gap: Gap = "line"
    frame: Frame | None = None
    area: Area = "body"
    table: int | None = None
    annex: int = 0

    @property
    def is_bold(self) -> bool | None:
        """Whether the printed words are bold; None where nobody could tell. One word in eight may be misjudged."""
        told = [word.bold for word in self.words if word.text and word.bold is not None]
        return sum(told) * 8 >= len(told) * 7 if told else None

    @property
    def is_capitals(self) -> bool:
        return is_capitals(self.text)

    @property
    def confidence(self) -> float:
        told = [word.confidence for word in self.words if word.text]
        return sum(told) / len(told) if told else 0.0

    def part(self, start: int, stop: int | None = None) -> PlacedLine:
        """The line cut down to `words[start:stop]`."""
        words = self.words[start:stop]
        return replace(self, words=words, text=text_of(words), box=union([word.box for word in words]) or self.box)


# Capital letters of Vietnamese for use in a character class; "À-Ỹ" would hold the small ones too.
CAPITALS = "A-Z" + "".join(sorted({letter.upper() for letter in LETTERS if not letter.isascii()}))
CAPITALS_READ = 120  # characters that tell; a paragraph of 2,000 need not be read to its end
CAPITALS_SHARE = 0.8  # a recogniser reads a few capitals as small letters ("THI bUA", "KẾ HOẠcH")


def is_capitals(text: str) -> bool:
    """Whether the letters are capitals but for a few faults; needs three letters to tell."""
    return _is_capitals(text[:CAPITALS_READ])


@lru_cache(maxsize=4096)
def _is_capitals(head: str) -> bool:
    letters = sum(map(str.isalpha, head))
    return letters >= 3 and sum(map(str.isupper, head)) >= CAPITALS_SHARE * letters


def text_of(words: Iterable[Word]) -> str:
    return " ".join([word.text for word in words if word.text])


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines joined to one paragraph; `text` is theirs, single spaces between words.

    `marker` is the mark that opens it where the outline believes it, `level` its depth as a heading (1 is
    the top, 0 no heading). A paragraph that stands for a table has `table` and the area "table".
    """

    lines: tuple[PlacedLine, ...]
    text: str
    area: Area = "body"
    annex: int = 0
    marker: Marker | None = None
    level: int = 0
    table: Table | None = None

    @property
    def raw(self) -> str:
        return " ".join([word.raw for line in self.lines for word in line.words if word.raw])

    @property
    def page(self) -> int:
        return self.lines[0].page

    @property
    def last_page(self) -> int:
        return self.lines[-1].page

    @property
    def box(self) -> Box | None:
        """Around its lines on its first page."""
        return union([line.box for line in self.lines if line.page == self.page])

    @property
    def confidence(self) -> float:
        told = [word.confidence for line in self.lines for word in line.words if word.text]
        return sum(told) / len(told) if told else 0.0

    @property
    def is_bold(self) -> bool | None:
        told = [line.is_bold for line in self.lines]
        return None if None in told else all(told)

    @property
    def body(self) -> str:
        """The text after its mark; a bullet keeps its mark by the contract."""
        if self.marker is None or self.marker.family == "bullet":
            return self.text
        return self.text[self.marker.text_start :]

    def place(self, start: int = 0, end: int | None = None, confidence: float = 1.0) -> Place:
        """Where `text[start:end]` stands, by its words; on the first page where it runs over two.

        `confidence` is how sure the reader of the value is; that of the words is multiplied in.
        """
        end = len(self.text) if end is None else end
        if start <= 0 and end >= len(self.text):
            words, pages = _all_words(self.lines)
        else:
            offsets, words, pages = _words_of(_Same(self.lines))
            first = max(0, bisect_right(offsets, start) - 1)
            if first < len(words) and offsets[first] + len(words[first].text) <= start:
                first += 1
            last = bisect_left(offsets, end)
            words, pages = words[first:last], pages[first:last]
        if not words or pages[0] == pages[-1]:
            return _place(pages[0] if pages else 0, words, [], self.text[start:end].strip(), confidence)
        page = pages[0]  # of the first word; what stands on a later page has its text there
        here = [word for at, word in zip(pages, words, strict=True) if at == page]
        later = words[len(here) :]
        return _place(page, here, later, self.text[start:end].strip(), confidence)

    def place_of(self, part: str | None, start: int = 0, end: int | None = None, confidence: float = 1.0) -> Place:
        """Where `part` stands within `text[start:end]`; the place of that stretch where it is not printed so."""
        end = len(self.text) if end is None else end
        at = self.text.find(part, start, end) if part else -1
        return self.place(at, at + len(part), confidence) if part and at >= 0 else self.place(start, end, confidence)


class _Same:
    """Lines as a key of their identity: to compare thousands of words would cost more than what is kept."""

    __slots__ = ("lines",)

    def __init__(self, lines: tuple[PlacedLine, ...]) -> None:
        self.lines = lines

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.lines is self.lines

    def __hash__(self) -> int:
        return id(self.lines)


def _all_words(lines: Sequence[PlacedLine]) -> tuple[list[Word], list[int]]:
    """The words of some lines, and the page of each; pages come in order."""
    words = [word for line in lines for word in line.words if word.text]
    if lines[0].page == lines[-1].page:
        return words, [lines[0].page] * len(words)
    return words, [line.page for line in lines for word in line.words if word.text]


@lru_cache(maxsize=64)  # values of one paragraph are placed one after another
def _words_of(same: _Same) -> tuple[list[int], list[Word], list[int]]:
    """Where each word of some lines begins in their joined text, the words, and the page of each."""
    offsets: list[int] = []
    line_at = 0
    for line in same.lines:
        at = line_at
        for word in line.words:
            if word.text:
                offsets.append(at)
                at += len(word.text) + 1
        line_at += len(line.text) + 1 if line.text else 0
    return offsets, *_all_words(same.lines)


def place_of_words(words: Sequence[tuple[int, Word]], text: str, confidence: float = 1.0) -> Place:
    """The place of (page, word) pairs; NOWHERE for none."""
    page = words[0][0] if words else 0
    here = [word for at, word in words if at == page]
    return _place(page, here, [word for at, word in words if at != page], text, confidence)


def _place(page: int, here: list[Word], later: list[Word], text: str, confidence: float) -> Place:
    """The place of words on a page, and of those that follow on others."""
    if not here:
        return NOWHERE
    words = here + later if later else here
    sure = sum([word.confidence for word in words]) / len(words)
    return Place(
        page,
        union([word.box for word in here]),
        " ".join([word.raw for word in words if word.raw]),
        text,
        max(0.0, min(1.0, sure * confidence)),
    )


AT_MARGIN = 10.0  # points; first-line indents are 28 or 36, skew and justification stay under 8


def at_margin(box: Box | None, frame: Frame | None) -> bool:
    """Whether a line begins where those of a paragraph do."""
    return box is not None and frame is not None and abs(box.left - frame.left) <= AT_MARGIN


def place_of_lines(lines: Sequence[PlacedLine], confidence: float = 1.0) -> Place:
    """The place of whole lines."""
    words = [(line.page, word) for line in lines for word in line.words if word.text or word.raw]
    return place_of_words(words, " ".join([line.text for line in lines if line.text]), confidence)


def paragraph_of(lines: Sequence[PlacedLine], marker: Marker | None = None) -> Paragraph:
    """One paragraph of these lines, in the area and annex of the first."""
    text = " ".join([line.text for line in lines if line.text])
    return Paragraph(tuple(lines), text, lines[0].area, lines[0].annex, marker)


def grid(table: Table) -> list[list[Cell | None]]:
    """Cells by row and column; a merged cell stands in each place that it covers."""
    width = table.columns
    rows: list[list[Cell | None]] = [[None] * width for _ in range(table.rows)]
    for cell in table.cells:
        for row in range(cell.row, cell.row + cell.row_span):
            for column in range(cell.column, cell.column + cell.column_span):
                rows[row][column] = cell
    return rows


def place_of_cells(paragraph: Paragraph, cells: Iterable[Cell], text: str, confidence: float = 1.0) -> Place:
    """Where cells of a table's paragraph stand; a table may run over pages, so each word is looked up."""
    pages = (
        {word: line.page for line in paragraph.lines for word in line.words}
        if paragraph.last_page > paragraph.page
        else {}
    )
    words = [
        (pages.get(word, paragraph.page), word)
        for cell in cells
        for line in cell.lines
        for word in line.words
        if word.text
    ]
    return place_of_words(words, text, confidence)


# "34-CT/TW ngày ..." at the head of a wrapped line is a document's number, no label.
# ("1- Đ/c Nguyễn Văn A" is of a person)
_SYMBOL = re.compile(
    r"\s*\d{1,6}[A-Za-z]?\s?"
    r"(?:-\s?(?!Đ/c\b)[A-ZĐ][A-Za-zĐđ]*\s?/|/\s?(?:\d{4}\s?/\s?)?[A-ZĐ][A-Za-zĐđ]*\s?-)"
)
# Specks that a recogniser puts before a label ("‘ 5. ...", "-2. ...": behind the dash of a list is a blank).
_JUNK = re.compile(r"[‘’'`´|,;._~^]{1,2}\s+(?=\S)|[=~^°«»¬‘’'`´]\s?(?=\d{1,2}\s?[.)/]\s)"
    r"|[-–—.](?=\d{1,2}[.)/]\s+[^\W\d_])|[\"“”]\s+(?=(?:[a-zđ]\)|\d{1,2}\.)\s)")
_SURE_FAMILIES = frozenset({"annex", "part", "chapter"})


MARK_WITHIN = 160  # characters: specks, the mark, and what `markers` reads


def marks(text: str) -> tuple[Marker, ...]:
    """All readings of the mark at the head of a text, junk of the recogniser before it passed over."""
    return _marks(text[:MARK_WITHIN])  # one key for all who ask


@lru_cache(maxsize=4096)
def _marks(head: str) -> tuple[Marker, ...]:
    if _SYMBOL.match(head):
        return ()
    found = markers(head)
    if found and found[0].doubt is None:
        return found
    junk = _JUNK.match(head)
    if junk is None:
        return found
    shift = junk.end()
    under = tuple(
        replace(marker, start=marker.start + shift, text_start=marker.text_start + shift)
        for marker in markers(head[shift:])
    )
    # "_ PHỤ LỤC II": a speck before an annex, or a bullet of an unusual kind
    return under if not found or (under and under[0].family in _SURE_FAMILIES) else found


def bullet_of(text: str) -> Marker | None:
    """The bullet that opens a text, None where there is none."""
    return next((marker for marker in marks(text) if marker.family == "bullet"), None)


def after_mark(paragraph: Paragraph) -> tuple[str, int]:
    """The text after a label or bullet, and how much was left out."""
    if paragraph.marker is not None and paragraph.marker.family != "bullet":
        return paragraph.text[paragraph.marker.text_start :], paragraph.marker.text_start
    bullet = bullet_of(paragraph.text)
    offset = bullet.text_start if bullet is not None else 0
    return paragraph.text[offset:], offset


@dataclass(frozen=True, slots=True)
class Node:
    """A section of the outline. `title` is the paragraph that opens it, None for text before the first heading.

    `heading` is set where the title stands alone as one; otherwise the title is the node's first paragraph.
    `paragraphs` are its own, the title not among them.
    """

    title: Paragraph | None
    label: str | None
    heading: str | None
    kind: str | None
    paragraphs: tuple[Paragraph, ...] = ()
    children: tuple[Node, ...] = ()
    depth: int = 1
    annex: int = 0

    @property
    def content(self) -> tuple[Paragraph, ...]:
        """The paragraphs of the record: the title's text where it is no heading, then its own."""
        if self.title is not None and self.heading is None:
            return (self.title, *self.paragraphs)
        return self.paragraphs


@dataclass(frozen=True, slots=True)
class Step:
    """A node on a walk, with the nodes above it from the root down."""

    node: Node
    above: tuple[Node, ...]

    @property
    def path(self) -> str:
        """Labels from the root joined by points: "III.3"; nodes without a label are passed over.

        A label that repeats those above it is not repeated ("II", "2.1", "2.1.3" gives "II.2.1.3").
        """
        parts: list[str] = []
        for node in (*self.above, self.node):
            label = node.label
            if not label:
                continue
            if parts and label.startswith(parts[-1] + "."):
                parts[-1] = label
            else:
                parts.append(label)
        return ".".join(parts)


def walk(nodes: Sequence[Node], above: tuple[Node, ...] = ()) -> Iterator[Step]:
    """Every node in document order, parents first."""
    waiting = [(node, above) for node in reversed(nodes)]
    while waiting:
        node, path = waiting.pop()
        yield Step(node, path)
        if node.children:
            below = (*path, node)
            waiting += [(child, below) for child in reversed(node.children)]
