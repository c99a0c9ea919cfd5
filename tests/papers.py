"""Documents for the tests of structure: from plain text, and from lines set on a page with boxes."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.document import Block, Box, Document, FoundObject, Line, Page, Word, union

A4 = (595.0, 842.0)
LETTER = 6.0  # points a letter takes here; a gap between words takes as much


def text_document(text: str, name: str = "paper.txt") -> Document:
    """A text file as its reader makes it: no boxes, a block between empty lines, form feeds part pages."""
    pages = []
    for number, body in enumerate(text.split("\f"), 1):
        blocks: list[Block] = []
        lines: list[Line] = []
        for raw in [*body.split("\n"), ""]:
            words = tuple(Word(part, part) for part in raw.split())
            if words:
                lines.append(Line(words))
            elif lines:
                blocks.append(Block(tuple(lines)))
                lines = []
        pages.append(Page(number, *A4, origin="text-file", blocks=tuple(blocks)))
    return Document(name, "0" * 64, "text/plain", tuple(pages))


def line_at(text: str, left: float, top: float, bold: bool | None = None, size: float = 13.0) -> Line:
    """A line of words set from `left`, each letter as wide as every other."""
    words, at = [], left
    for part in text.split():
        box = Box(at, top, at + LETTER * len(part), top + size)
        words.append(Word(part, part, box, bold=bold))
        at = box.right + LETTER
    return Line(tuple(words), union([word.box for word in words]), size)


def page_of(
    lines: Sequence[Line],
    number: int = 1,
    objects: Sequence[FoundObject] = (),
    turn: int = 0,
    size: tuple[float, float] = A4,
) -> Page:
    return Page(number, *size, turn=turn, dpi=300, blocks=(Block(tuple(lines)),), objects=tuple(objects))  # type: ignore[arg-type]


def scan(*pages: Page) -> Document:
    return Document("paper.pdf", "0" * 64, "application/pdf", tuple(pages))
