"""The one value that goes down the line: a document of pages, blocks, lines and words.

Everything is frozen; a stage returns a new value. What the recogniser saw is `raw` and never changes;
`text` is what we now believe stands on the paper, and each difference between them is an `Edit`.

Coordinates are PDF points (1/72 inch), origin top left, of the page *as a viewer displays the original
file*, whatever way up the paper was scanned. `Page.turn` says by how many degrees clockwise the page
must be turned for reading; stages that need upright geometry call `upright(document)` first, and
`Page.original_box` brings a box back. Upright pages have print of its usual size: many programs write the
pixels of a scan as points, and stages count in points of paper.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

Origin = Literal["ocr", "text-layer", "text-file"]
Turn = Literal[0, 90, 180, 270]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in PDF points, origin top left. Raises ValueError when inside out."""

    left: float
    top: float
    right: float
    bottom: float

    def __post_init__(self) -> None:
        if self.left > self.right or self.top > self.bottom:
            raise ValueError(f"box is inside out: {self}")

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def area(self) -> float:
        return self.width * self.height

    @property
    def middle(self) -> tuple[float, float]:
        """Centre as (x, y)."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def union(self, other: Box) -> Box:
        return Box(
            min(self.left, other.left), min(self.top, other.top),
            max(self.right, other.right), max(self.bottom, other.bottom),
        )

    def intersection(self, other: Box) -> float:
        """Shared area in square points."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return width * height if width > 0 and height > 0 else 0.0

    def overlap(self, other: Box) -> float:
        """Intersection over union, 0 to 1."""
        shared = self.intersection(other)
        together = self.area + other.area - shared
        return shared / together if together > 0 else 0.0

    def turned(self, degrees: int, width: float, height: float) -> Box:
        """The same place after its page of `width` x `height` is turned clockwise by 0, 90, 180 or 270."""
        match degrees % 360:
            case 0:
                return self
            case 90:
                return Box(height - self.bottom, self.left, height - self.top, self.right)
            case 180:
                return Box(width - self.right, height - self.bottom, width - self.left, height - self.top)
            case 270:
                return Box(self.top, width - self.right, self.bottom, width - self.left)
        raise ValueError(f"pages turn by quarter turns, not {degrees} degrees")

    def scaled(self, factor: float) -> Box:
        """The same place on a page `factor` times as large."""
        if factor == 1.0:
            return self
        return Box(self.left * factor, self.top * factor, self.right * factor, self.bottom * factor)

    def rounded(self) -> tuple[float, float, float, float]:
        """To 0.1 point (0.035 mm), enough for a highlight and kind to a diff."""
        return round(self.left, 1), round(self.top, 1), round(self.right, 1), round(self.bottom, 1)


def union(boxes: Iterable[Box | None]) -> Box | None:
    """The smallest box around all that are not None; None when there is none."""
    first: Box | None = None
    several = False
    left = top = right = bottom = 0.0
    for box in boxes:  # one loop: a twentieth of the time of parsing goes into boxes
        if box is None:
            continue
        if first is None:
            first, left, top, right, bottom = box, box.left, box.top, box.right, box.bottom
            continue
        several = True
        if box.left < left:
            left = box.left
        if box.top < top:
            top = box.top
        if box.right > right:
            right = box.right
        if box.bottom > bottom:
            bottom = box.bottom
    return Box(left, top, right, bottom) if several else first


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of a text: by which rule, and the text on either side of it."""

    rule: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another possible text with its probability, 0 to 1."""

    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What another recogniser, or another look at the image, read at the same place."""

    source: str
    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Word:
    """One printed token.

    `raw` is what the recogniser saw. `text` is the restored spelling: it may hold a space where two
    words had run together, and is empty where the token was joined to the word before it or was debris.
    `recognised` is the recogniser's own confidence, `confidence` that of `text`, both 0 to 1.
    """

    raw: str
    text: str
    box: Box | None = None
    recognised: float = 1.0
    confidence: float = 1.0
    readings: tuple[Reading, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    edits: tuple[Edit, ...] = ()
    bold: bool | None = None
    italic: bool | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line, words left to right. `size` is the type size in points where it could be measured."""

    words: tuple[Word, ...]
    box: Box | None = None
    size: float | None = None

    @property
    def raw(self) -> str:
        return " ".join([word.raw for word in self.words if word.raw])

    @property
    def text(self) -> str:
        return " ".join([word.text for word in self.words if word.text])

    @property
    def confidence(self) -> float:
        """Mean over the words that have text; 1 for a line without."""
        told = [word.confidence for word in self.words if word.text]
        return sum(told) / len(told) if told else 1.0


BlockKind = Literal["text", "table", "page_number", "running_head", "stamp_text", "footer"]


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that belong together, in reading order. A table block's lines are those of its cells, row by row."""

    lines: tuple[Line, ...]
    kind: BlockKind = "text"
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """A table cell by its first row and column (from 0) and how many it spans."""

    row: int
    column: int
    lines: tuple[Line, ...] = ()
    row_span: int = 1
    column_span: int = 1
    box: Box | None = None

    @property
    def text(self) -> str:
        return " ".join(line.text for line in self.lines if line.text)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of one page. `continues` marks one that goes on from the page before."""

    cells: tuple[Cell, ...]
    box: Box | None = None
    ruled: bool = True
    continues: bool = False

    @property
    def rows(self) -> int:
        return max((cell.row + cell.row_span for cell in self.cells), default=0)

    @property
    def columns(self) -> int:
        return max((cell.column + cell.column_span for cell in self.cells), default=0)


ObjectKind = Literal["seal", "signature", "stamp", "picture", "rule", "vertical_rule", "barcode"]


@dataclass(frozen=True, slots=True)
class FoundObject:
    """Something on the page that is not text: a seal, a signature, a ruling line."""

    kind: ObjectKind
    box: Box
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Notice:
    """Doubt about the content, for a person to look at. `code` is one of the contract's warnings."""

    code: str
    message: str
    page: int | None = None
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """Provenance: what was done, by which version, with which settings or measurements (plain JSON values)."""

    stage: str
    version: str = ""
    detail: dict[str, Any] = dataclasses.field(default_factory=dict)


PageStatus = Literal["ok", "blank", "failed"]


@dataclass(frozen=True, slots=True)
class Page:
    """One page. `width` and `height` in points as displayed; `number` counts from 1.

    `rejected_layer` keeps a text layer that was not believed. `dpi` is the resolution of the scan (None
    for a text file). A failed page keeps its number and has no blocks. `shrunk` is how many points of the page as
    displayed one of an upright page stands for.
    """

    number: int
    width: float
    height: float
    origin: Origin = "ocr"
    turn: Turn = 0
    dpi: float | None = None
    status: PageStatus = "ok"
    blocks: tuple[Block, ...] = ()
    tables: tuple[Table, ...] = ()
    objects: tuple[FoundObject, ...] = ()
    notices: tuple[Notice, ...] = ()
    steps: tuple[Step, ...] = ()
    rejected_layer: str | None = None
    shrunk: float = 1.0

    def lines(self) -> Iterator[Line]:
        """All lines in reading order, tables, page numbers and running heads included."""
        for block in self.blocks:
            yield from block.lines

    @property
    def raw(self) -> str:
        return "\n".join(line.raw for line in self.lines())

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines())

    def original_box(self, box: Box) -> Box:
        """Back from the upright page to the page as displayed; needs an upright page."""
        return box.turned(-self.turn % 360, self.width, self.height).scaled(self.shrunk)


# Points of type: the largest that most lines of a page are believed to have, and the usual one. A scan of 200 dots per
# inch whose pixels are written as points has type of 36 to 40, one of 150 dots 27 to 29; posters lose nothing.
LARGEST_TYPE, USUAL_TYPE = 22.0, 13.5

SPLIT = "split"  # the stage that the `Step` of a page names which several documents share


def place_on_page(page: Page) -> int | None:
    """Which of the documents that share a page this one is, from 0; None for a page that is not shared."""
    return next((int(step.detail["place"]) for step in page.steps if step.stage == SPLIT), None)


@dataclass(frozen=True, slots=True)
class Document:
    """One input file, or one part of it where a file holds several documents.

    `file` is the name relative to the scan folder, `sha256` that of the file's bytes in hex.
    """

    file: str
    sha256: str
    media_type: str
    pages: tuple[Page, ...]
    notices: tuple[Notice, ...] = ()
    steps: tuple[Step, ...] = ()

    @property
    def raw(self) -> str:
        """As recognised: lines kept, a form feed between pages."""
        return "\f".join(page.raw for page in self.pages)

    def words(self) -> Iterator[Word]:
        for page in self.pages:
            for line in page.lines():
                yield from line.words


def map_words(document: Document, change: Callable[[Word], Word]) -> Document:
    """The document with `change` applied to every word, those of table cells included."""

    def line_of(line: Line) -> Line:
        return replace(line, words=tuple(change(word) for word in line.words))

    return map_lines(document, line_of)


def map_lines(document: Document, change: Callable[[Line], Line]) -> Document:
    """The document with `change` applied to every line of every block and table cell.

    A table block and the cells of its table hold the same `Line` values; equal lines are changed once.
    """

    def page_of(page: Page) -> Page:
        return replace(
            page,
            blocks=tuple(replace(b, lines=tuple(change(line) for line in b.lines)) for b in page.blocks),
            tables=tuple(
                replace(t, cells=tuple(replace(c, lines=tuple(change(line) for line in c.lines)) for c in t.cells))
                for t in page.tables
            ),
        )

    return replace(document, pages=tuple(page_of(page) for page in document.pages))


def reset(document: Document) -> Document:
    """The document as recognised: every text back to its raw reading, edits forgotten."""
    return map_words(
        document,
        lambda word: replace(word, text=word.raw, confidence=word.recognised, alternatives=(), edits=()),
    )


def upright(document: Document) -> Document:
    """The document with every page turned for reading, its print of the usual size: sizes and boxes are of that page.

    `turn` and `shrunk` stay as a record, so that `Page.original_box` can bring an upright box back.
    """
    return replace(document, pages=tuple(_turn_page(page) for page in document.pages))


def _turn_page(page: Page) -> Page:
    sizes = sorted(line.size for line in page.lines() if line.size)
    usual = sizes[len(sizes) // 2] if sizes else 0.0
    shrunk = usual / USUAL_TYPE if usual > LARGEST_TYPE else 1.0
    if page.turn == 0 and shrunk == 1.0:
        return page
    return replace(_laid(page, page.turn, 1 / shrunk), shrunk=shrunk)


def lying(page: Page) -> Page:
    """An upright page with its boxes as displayed again."""
    return replace(_laid(page, -page.turn % 360, page.shrunk), shrunk=1.0)


def _laid(page: Page, degrees: int, factor: float) -> Page:
    """A page turned clockwise by `degrees` and `factor` times as large; `turn` and `shrunk` are left as they are."""

    def box_of(box: Box) -> Box:
        return box.turned(degrees, page.width, page.height).scaled(factor)

    def maybe(box: Box | None) -> Box | None:
        return None if box is None else box_of(box)

    def line_of(line: Line) -> Line:
        words = tuple(replace(word, box=maybe(word.box)) for word in line.words)
        return Line(words, maybe(line.box), None if line.size is None else line.size * factor)

    sideways = degrees in (90, 270)
    return replace(
        page,
        width=factor * (page.height if sideways else page.width),
        height=factor * (page.width if sideways else page.height),
        blocks=tuple(
            replace(b, lines=tuple(line_of(line) for line in b.lines), box=maybe(b.box)) for b in page.blocks
        ),
        tables=tuple(
            replace(
                t,
                box=maybe(t.box),
                cells=tuple(
                    replace(c, lines=tuple(line_of(line) for line in c.lines), box=maybe(c.box)) for c in t.cells
                ),
            )
            for t in page.tables
        ),
        objects=tuple(replace(o, box=box_of(o.box)) for o in page.objects),
        notices=tuple(replace(n, box=maybe(n.box)) for n in page.notices),
    )
