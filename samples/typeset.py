"""Set a sample on A4 pages by the layout rules of its time, and say where every word stands.

Four profiles: `nd30` (Nghị định 30/2020/NĐ-CP: page number top centre, căn cứ italic), `tt01` (Thông tư
01/2011/TT-BNV: page number at the foot on the right, căn cứ upright), `tt55` (Thông tư liên tịch 55/2005, and
what offices did before) and `dang` (Party: heading of one line, a star under the issuer, `-----` under the title).

Lengths are PDF points, origin top left. A page is a list of `Word`s and `Rule`s; `draw` makes its image.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise

from PIL import Image, ImageDraw

from samples import fonts
from samples.source import Block, Source, plain

DPI = 300
A4 = (595.28, 841.89)
MM = 72 / 25.4
RUN = re.compile(r"(</?[bi]>)")
BLANK = "\u2007"  # stands for the blanks of "Số:       /KH-UBND": a gap inside a line, never a word


@dataclass(frozen=True, slots=True)
class Word:
    """A printed word: text, ink box in points (left, top, right, bottom), line and paragraph it belongs to."""

    text: str
    box: tuple[float, float, float, float]
    style: str
    size: float
    origin: tuple[float, float]  # left end of the baseline
    area: str  # head_left, head_right, title, body, table, foot_left, foot_right, page_number
    line: int
    paragraph: int
    row: int = 0  # of a table, counted through the document; 0 outside tables


@dataclass(frozen=True, slots=True)
class Rule:
    """A drawn line from (x0, y0) to (x1, y1), `width` points thick."""

    x0: float
    y0: float
    x1: float
    y1: float
    width: float = 0.7


@dataclass(slots=True)
class Page:
    """One set page."""

    width: float
    height: float
    words: list[Word] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Profile:
    """What the rules of one time fix. Margins in millimetres: top, right, bottom, left."""

    margins: tuple[float, float, float, float] = (20, 17, 20, 30)
    number_at: str = "top"  # top, foot_right, foot_centre
    basis: str = "i"
    leading: float = 1.22  # of the type size
    gap: float = 5.0  # points between paragraphs
    indent: float = 36.0
    motto: tuple[str, str] = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")
    foot_label: str = "bi"


PROFILES = {
    "nd30": Profile(),
    "tt01": Profile(
        number_at="foot_right", basis="", motto=("CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")
    ),
    "tt55": Profile(
        number_at="foot_centre",
        basis="",
        leading=1.18,
        motto=("CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"),
    ),
    "dang": Profile(margins=(20, 15, 20, 30), basis="", motto=("ĐẢNG CỘNG SẢN VIỆT NAM", ""), foot_label="u"),
}


def runs(text: str, style: str) -> Iterator[tuple[str, str]]:
    """The words of a marked text with their style; blanks of three or more spaces become one gap mark."""
    bold, italic = "b" in style, "i" in style
    for part in RUN.split(re.sub(r" {3,}", lambda gap: f" {BLANK * len(gap[0])} ", text)):
        if part in ("<b>", "</b>"):
            bold = part == "<b>"
        elif part in ("<i>", "</i>"):
            italic = part == "<i>"
        else:
            for word in part.split(" "):
                if word:
                    yield word, ("b" if bold else "") + ("i" if italic else "")


class Setter:
    """Sets one document. The only state is the place of the pen and the counters of lines and paragraphs."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.profile = replace(PROFILES[source.head["profile"]])
        self.family = source.head.get("font", "Liberation Serif")
        self.size = float(source.head.get("size", "14"))
        self.pages: list[Page] = []
        self.line = 0
        self.paragraph = 0
        self.row = 0
        self.table_row = 0
        self.y = 0.0
        self.first_of_run = True  # the first page of a run of page numbers carries none
        self.count = 0
        self.new_page()

    # --- pages -----------------------------------------------------------------------------------------

    @property
    def page(self) -> Page:
        return self.pages[-1]

    @property
    def left(self) -> float:
        return self.profile.margins[3] * MM

    @property
    def right(self) -> float:
        return self.page.width - self.profile.margins[1] * MM

    @property
    def bottom(self) -> float:
        return self.page.height - self.profile.margins[2] * MM

    def new_page(self, landscape: bool | None = None, restart: bool = False) -> None:
        if landscape is None:
            landscape = bool(self.pages) and self.page.width > self.page.height
        width, height = A4[::-1] if landscape else A4
        self.pages.append(Page(width, height))
        self.count = 1 if restart or len(self.pages) == 1 else self.count + 1
        self.y = self.profile.margins[0] * MM
        if self.count > 1:
            text = str(self.count)
            size = 13.0
            length = self.length(text, "", size)
            if self.profile.number_at == "top":
                x, y = (width - length) / 2, 12.5 * MM
            else:
                y = height - 11 * MM
                x = self.right - length if self.profile.number_at == "foot_right" else (width - length) / 2
            self.put([(text, "")], x, y, size, "page_number", new_paragraph=True)

    def need(self, height: float) -> None:
        """Go to a new page unless `height` points are left."""
        if self.y + height > self.bottom:
            self.new_page()

    # --- words -----------------------------------------------------------------------------------------

    def length(self, text: str, style: str, size: float) -> float:
        return float(fonts.face(self.family, style, size * DPI / 72).getlength(text)) * 72 / DPI

    def put(
        self,
        words: list[tuple[str, str]],
        x: float,
        baseline: float,
        size: float,
        area: str,
        space: float | None = None,
        new_paragraph: bool = False,
    ) -> float:
        """Put words on one line from `x`; returns the right end. `space` is the gap between words."""
        if new_paragraph:
            self.paragraph += 1
        self.line += 1
        for index, (text, style) in enumerate(words):
            if index:
                x += self.length(" ", "", size) if space is None else space
            if text[0] == BLANK:
                x += self.length(" ", "", size) * len(text)
                continue
            face = fonts.face(self.family, style, size * DPI / 72)
            left, top, right, low = (value * 72 / DPI for value in face.getbbox(text, anchor="ls"))
            self.page.words.append(
                Word(
                    text,
                    (x + left, baseline + top, x + right, baseline + low),
                    style,
                    size,
                    (x, baseline),
                    area,
                    self.line,
                    self.paragraph,
                    self.table_row if area == "table" else 0,
                )
            )
            x += self.length(text, style, size)
        return x

    def fill(
        self, words: list[tuple[str, str]], width: float, size: float, indent: float
    ) -> list[list[tuple[str, str]]]:
        """Break words into lines no wider than `width`, the first shorter by `indent`."""
        lines: list[list[tuple[str, str]]] = [[]]
        used, room, space = 0.0, width - indent, self.length(" ", "", size)
        for text, style in words:
            long = self.length(" ", "", size) * len(text) if text[0] == BLANK else self.length(text, style, size)
            if lines[-1] and used + space + long > room:
                lines.append([])
                used, room = 0.0, width
            used += (space if lines[-1] else 0.0) + long
            lines[-1].append((text, style))
        return lines

    def natural(self, words: list[tuple[str, str]], size: float) -> float:
        """Width of a line with normal gaps."""
        space = self.length(" ", "", size)
        return sum(
            space * len(text) if text[0] == BLANK else self.length(text, style, size) for text, style in words
        ) + space * (len(words) - 1)

    def paragraph_at(
        self,
        text: str,
        style: str = "",
        indent: float | None = None,
        align: str = "justify",
        area: str = "body",
        size: float | None = None,
        gap: float | None = None,
    ) -> None:
        """Set one paragraph between the margins, over pages where it must."""
        size = size or self.size
        indent = self.profile.indent if indent is None else indent
        step = size * self.profile.leading
        lines = self.fill(list(runs(text, style)), self.right - self.left, size, indent)
        self.paragraph += 1
        for index, words in enumerate(lines):
            if index == 0 and len(lines) > 2 and self.y + 2 * step > self.bottom:
                self.new_page()  # no single first line at the foot
            self.need(step)
            self.y += step
            shift = indent if index == 0 else 0.0
            width = self.right - self.left - shift
            natural = self.natural(words, size)
            x, space = self.left + shift, None
            if align == "centre":
                x = (self.left + self.right - natural) / 2
            elif align == "justify" and index < len(lines) - 1 and len(words) > 1:
                space = self.length(" ", "", size) + (width - natural) / (len(words) - 1)
            self.put(words, x, self.y - 0.22 * size, size, area, space)
        self.y += self.profile.gap if gap is None else gap

    def column(
        self,
        text: str,
        centre: float,
        top: float,
        size: float,
        style: str,
        area: str,
        width: float,
        new_paragraph: bool = True,
    ) -> float:
        """Set lines (cut at ` / `) centred on `centre`; returns the y below them."""
        self.paragraph += new_paragraph
        for part in text.split(" / "):
            for words in self.fill(list(runs(part, style)), width, size, 0):
                top += size * 1.18
                self.put(words, centre - self.natural(words, size) / 2, top - 0.22 * size, size, area)
        return top

    # --- parts -----------------------------------------------------------------------------------------

    def head(self) -> None:
        head, profile = self.source.head, self.profile
        party = head["profile"] == "dang"
        width = self.right - self.left
        a, b = self.left + width * 0.20, self.left + width * 0.715
        half = width * 0.46
        top, size = self.y, 13.0
        y = top
        if "parent" in head:
            y = self.column(head["parent"], a, y, size, "", "head_left", half)
        y = self.column(head["issuer"], a, y, size, "b", "head_left", half)
        if party:
            y = self.column("*", a, y, size, "", "head_left", half)
        else:
            self.page.rules.append(Rule(a - 32, y + 3, a + 32, y + 3))
        left_end = y + 5
        motto, second = head.get("motto", profile.motto[0]), profile.motto[1]
        y = self.column(motto, b, top, 15.0 if party else 12.5, "b", "head_right", width * 0.6)
        if second and "motto" not in head:
            y = self.column(second, b, y, 13.5, "b", "head_right", half)
        mark = self.length(second, "b", 13.5) / 2 if second else 90
        self.page.rules.append(Rule(b - mark, y + 3, b + mark, y + 3))
        row = max(left_end, y + 5) + 2
        left_low = right_low = row
        if "number" in head:
            left_low = self.column(head["number"], a, row, 13.0, "", "head_left", half)
        if "dateline" in head:
            right_low = self.column(head["dateline"], b, row, 13.5, "i", "head_right", width * 0.6)
        self.y = max(left_low, right_low) + 14

    def title(self) -> None:
        head = self.source.head
        centre = (self.left + self.right) / 2
        party = head["profile"] == "dang"
        if "type" in head:
            self.y = self.column(
                head["type"], centre, self.y, self.size + (1 if party else 0), "b", "title", self.right - self.left
            )
        if "title" in head:
            self.y = self.column(
                head["title"], centre, self.y + 1, self.size, "b", "title", (self.right - self.left) * 0.86
            )
        if party:
            self.y = self.column("-----", centre, self.y, self.size, "", "title", 200)
        else:
            self.page.rules.append(Rule(centre - 45, self.y + 4, centre + 45, self.y + 4))
        self.y += 14

    def table(self, block: Block) -> None:
        size, pad = min(self.size, float(self.source.head.get("table_size", "12"))), 3.0
        total = sum(block.widths)
        widths = [(self.right - self.left) * width / total for width in block.widths]
        edges = [self.left]
        for width in widths:
            edges.append(edges[-1] + width)
        step = size * 1.15
        full = [row for row in block.rows[1:] if len(row) == len(widths)]
        short = [all(len(row[column]) <= 16 for row in full) for column in range(len(widths))]
        for number, row in enumerate(block.rows):
            group = len(row) < len(widths)  # a group row: its last cell runs to the right edge
            spans = (
                list(pairwise(edges)) if not group else [*pairwise(edges[: len(row)]), (edges[len(row) - 1], edges[-1])]
            )
            style = "b" if number == 0 or group else ""
            cells = [
                self.fill(list(runs(cell, style)), x1 - x0 - 2 * pad, size, 0) if cell else []
                for cell, (x0, x1) in zip(row, spans, strict=True)
            ]
            height = max(len(lines) for lines in cells) * step + 2 * pad
            self.need(height)
            self.row += 1
            self.table_row = self.row
            for column, (lines, (x0, x1)) in enumerate(zip(cells, spans, strict=True)):
                self.paragraph += 1
                y = self.y + pad + (height - 2 * pad - len(lines) * step) / 2
                centred = number == 0 or (short[column] and not group) or (group and column < len(row) - 1)
                for words in lines:
                    y += step
                    x = (x0 + x1 - self.natural(words, size)) / 2 if centred else x0 + pad
                    self.put(words, x, y - 0.22 * size, size, "table")
            for x in sorted({edge for span in spans for edge in span}):
                self.page.rules.append(Rule(x, self.y, x, self.y + height))
            for y in (self.y, self.y + height):
                self.page.rules.append(Rule(edges[0], y, edges[-1], y))
            self.y += height
        self.y += 8

    def block(self, block: Block) -> None:
        if block.kind == "table":
            self.table(block)
        elif block.kind == "annex":
            self.new_page(block.landscape, restart=True)
            if block.label:
                self.paragraph_at(block.label, "b", 0, "centre", gap=0)
            self.paragraph_at(block.text, "b", 0, "centre", gap=1)
        elif block.kind == "centre":
            self.paragraph_at(block.text, "i", 0, "centre", gap=8)
        elif block.kind == "heading":
            self.need(self.size * self.profile.leading * 3)  # a heading keeps two lines with it
            self.paragraph_at(block.text, "b" if block.depth < 3 else "bi")
        else:
            self.paragraph_at(block.text, self.profile.basis if block.kind == "basis" else "")

    def foot(self) -> None:
        entries = self.source.foot
        items = [value for key, value in entries if key in ("label", "recipient")]
        signs = [value for key, value in entries if key == "sign"]
        rows = sum(len(self.fill(list(runs(item, "")), 215, 11, 0)) for item in items)
        second = sum(key == "second_sign" for key, _ in entries)
        under = 24 + second * 16 + 62 + 17 if second else 0  # the second signer stands under the recipients
        self.need(max(rows * 13.5 + 10 + under, (len(signs) + 6) * 17))
        self.y += 6
        top = self.y
        width = self.right - self.left
        y = top
        for key, value in entries:
            if key == "label":
                y += 15
                style = "" if self.profile.foot_label == "u" else self.profile.foot_label
                end = self.put(list(runs(value, style)), self.left, y - 2.6, 12, "foot_left", new_paragraph=True)
                if self.profile.foot_label == "u":
                    self.page.rules.append(Rule(self.left, y, end, y, 0.6))
            elif key == "recipient":
                shift = 10.0 if value.startswith("+") else 0.0
                self.paragraph += 1
                for words in self.fill(list(runs(value, "")), 215 - shift, 11, 0):
                    y += 13
                    self.put(words, self.left + shift, y - 2.4, 11, "foot_left")
        low = y
        for part, centre in (("second_", self.left + width * 0.2), ("", self.left + width * 0.74)):
            lines = [value for key, value in entries if key == f"{part}sign"]
            person = next((value for key, value in entries if key == f"{part}name"), None)
            area = "foot_left" if part else "foot_right"
            y = low + 24 if part and items else top
            for value in lines:
                y = self.column(value, centre, y, 13.5, "b", area, width * 0.5)
            if person:
                y = self.column(person, centre, y + 62, 13.5, "b", area, width * 0.5)
            low = max(low, y)
        self.y = low

    def run(self) -> list[Page]:
        self.head()
        self.title()
        blocks = self.source.blocks
        first_annex = next((index for index, block in enumerate(blocks) if block.kind == "annex"), len(blocks))
        for block in blocks[:first_annex]:
            self.block(block)
        self.foot()
        for block in blocks[first_annex:]:
            self.block(block)
        return self.pages


def set_pages(source: Source) -> list[Page]:
    """Set a sample; the same source and fonts give the same pages."""
    return Setter(source).run()


def draw(page: Page, family: str, dpi: int = DPI) -> Image.Image:
    """The page as a grey image, black on white."""
    scale = dpi / 72
    image = Image.new("L", (round(page.width * scale), round(page.height * scale)), 255)
    pen = ImageDraw.Draw(image)
    for rule in page.rules:
        pen.line(
            (rule.x0 * scale, rule.y0 * scale, rule.x1 * scale, rule.y1 * scale),
            fill=0,
            width=max(1, round(rule.width * scale)),
        )
    for word in page.words:
        pen.text(
            (word.origin[0] * scale, word.origin[1] * scale),
            word.text,
            fill=0,
            anchor="ls",
            font=fonts.face(family, word.style, word.size * scale),
        )
    return image


def lines_of(page: Page) -> list[tuple[str, str]]:
    """The printed lines of a page as (area, text), in the order they were set."""
    lines: dict[int, tuple[str, list[str]]] = {}
    for word in page.words:
        lines.setdefault(word.line, (word.area, []))[1].append(word.text)
    return [(area, " ".join(words)) for area, words in lines.values()]


__all__ = ["A4", "DPI", "Page", "Rule", "Word", "draw", "lines_of", "plain", "set_pages"]
