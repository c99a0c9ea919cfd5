"""Documents for the tests of structure: from plain text, and from lines set on a page with boxes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

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


def recognised_line(text: str, confidence: float = 0.95) -> Document:
    """One line as a recogniser read it, each word as surely as every other."""
    line = line_at(text, 80, 100)
    return scan(page_of([replace(line, words=tuple(replace(word, recognised=confidence) for word in line.words))]))


AIM = ["I. MỤC ĐÍCH", "Phủ xanh đồi trọc, giữ nước cho ruộng dưới chân đồi.", "II. TỔ CHỨC THỰC HIỆN"]


def short_plan(
    top: float, place: str, number: int, task: str = "Các thôn tự đào hố trước ngày 15/02/2020./."
) -> list[Line]:
    """A short plan set from a height on, its letterhead in two columns."""
    rows = [*AIM, task]
    end = top + 130 + 20 * len(rows)
    return [
        line_at(f"UBND XÃ {place.upper()}", 80, top),
        line_at("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 300, top - 3),
        line_at("Độc lập - Tự do - Hạnh phúc", 330, top + 14),
        line_at(f"Số: {number}/KH-UBND", 90, top + 32),
        line_at(f"{place}, ngày 02 tháng 01 năm 2020", 310, top + 32),
        line_at("KẾ HOẠCH", 270, top + 64),
        line_at("Trồng cây năm 2020", 230, top + 82),
        *(line_at(row, 100, top + 110 + 20 * i) for i, row in enumerate(rows)),
        line_at("Nơi nhận:", 80, end),
        line_at("CHỦ TỊCH", 400, end),
        line_at("- Lưu: VT.", 80, end + 20),
        line_at("Lý Văn Sơn", 400, end + 50),
    ]


def two_on_a_page() -> Document:
    """A page of paper that holds two plans, one above the other."""
    return scan(page_of([*short_plan(60, "Nà Ớt", 3), *short_plan(430, "Chiềng Ve", 4)]))
