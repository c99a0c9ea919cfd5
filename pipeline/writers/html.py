"""`document.html`: the scan beside its text, doubts marked, in one file that needs nothing else.

For people without the program: any browser of the last years opens it, offline. Scan and text stand page by
page; a doubtful word is marked and says what was read and what else it may be; a click on a word shows its place
on the scan, a click on the scan shows the word, and N and P step through the doubts. Text from the paper and
from file names is only ever text here: all of it is escaped, and the page's own policy forbids any script but
the one below, any style but ours and every connection.

The scans are shown as small JPEG pictures; the archived image is in the PDF.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import io
from collections.abc import Iterator, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from PIL import Image

from pipeline.attention import DOUBTFUL_FIELD, is_doubtful
from pipeline.document import Box, Document, Line, Page, Table, Turn, Word, upright
from pipeline.plan import Evidence, Plan, printed_date
from pipeline.structure import flow
from pipeline.structure.passages import Paragraph, PlacedLine
from pipeline.writers import advice, drawing
from pipeline.writers.xmltext import attributes, escaped

# A page as wide as this many pixels can be read without zoom; JPEG at this quality keeps marks legible.
PICTURE_WIDTH = 1000
PICTURE_QUALITY = 50
# Pillow counts the other way round.
CLOCKWISE = {
    90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90,
}

# The fields of the record over the pages.
SHOWN = (
    "/document_type/name", "/number/number", "/number/symbol", "/issuer/name", "/issuer/parent", "/issued/place",
    "/issued/date", "/title", "/year", "/theme", "/signature/authority", "/signature/title", "/signature/name",
    "/archive",
)
# Blocks that are no part of a paragraph.
ASIDE = {"page_number": "số trang", "running_head": "đầu trang lặp", "footer": "chân trang lặp"}
OBJECTS = {"seal": "con dấu", "signature": "chữ ký", "stamp": "dấu"}


def to_html(document: Document, plan: Plan | None = None, source_path: Path | None = None) -> str:
    """The page for a document; with its fields where `plan` is given, with its scans where `source_path` is.

    A scan that cannot be shown is told in its place; the text is there all the same.
    """
    style, script = _asset("document.css"), _asset("document.js")
    code = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{code}'"
    title = escaped((plan.title if plan else None) or document.file)
    doubts = sum(bool(word.text) and is_doubtful(word) for word in document.words())
    parts = [
        f'<!DOCTYPE html>\n<html lang="vi">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{title}</title>\n'
        f"<style>\n{style}</style>\n</head>\n<body>\n<header>\n<h1>{title}</h1>\n"
        f'<p class="file">{escaped(document.file)}, {len(document.pages)} trang</p>\n'
        f'<p class="doubts"><b id="count">{doubts}</b> chữ còn nghi ngờ. Phím <kbd>N</kbd>: chữ nghi ngờ tiếp theo,'
        " <kbd>P</kbd>: chữ trước. Bấm vào chữ để xem chỗ của nó trên bản quét.</p>\n",
        _fields(plan, document) if plan else "",
        "</header>\n<main>\n",
        *_pages(document, source_path),
        f"</main>\n<script>{script}</script>\n</body>\n</html>\n",
    ]
    return "".join(parts)


def _asset(name: str) -> str:
    return resources.files("pipeline").joinpath("data", name).read_text("utf-8")


# --- fields -----------------------------------------------------------------------------------------


def _fields(plan: Plan, document: Document) -> str:
    record = plan.as_json()
    pages = {page.number: page for page in document.pages}
    rows = []
    for pointer in SHOWN:
        value = _at(record, pointer)
        if pointer == "/issued/date":
            value = printed_date(value) or None
        told = '<span class="none">(trống)</span>' if value is None else escaped(str(value))
        place = _evidence(plan.evidence.get(pointer), pages)
        rows.append(f"<tr><th>{advice.FIELDS[pointer][0]}</th><td{place}>{told}</td></tr>\n")
    warnings_ = "".join(
        f"<li{attributes(title=advice.sentence(item.code, 'vi'))}>{escaped(advice.NAMES[item.code][0])}: "
        f"{escaped(advice.note(item.message, 'vi'))}"
        f"{f' (trang {item.page})' if item.page else ''}</li>\n" for item in plan.warnings
    )
    told = f'<details open><summary>Cần xem lại ({len(plan.warnings)})</summary><ul>\n{warnings_}</ul></details>\n'
    return f'<table class="fields">\n{"".join(rows)}</table>\n' + (told if warnings_ else "")


def _at(value: Any, pointer: str) -> Any:
    for key in pointer.split("/")[1:]:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _evidence(evidence: Evidence | None, pages: dict[int, Page]) -> str:
    """What was read for a field and where, in 1/1000 of the page as it is shown here (turned for reading)."""
    if evidence is None:
        return ""
    kinds = "doubt" if evidence.confidence < DOUBTFUL_FIELD else None
    title = f"{round(100 * evidence.confidence)} %"
    if evidence.raw != evidence.text:
        title += f"; máy đọc: {evidence.raw}"
    told = attributes(**{"class": kinds, "title": title})
    page = pages.get(evidence.page or 0)
    if page is None or evidence.box is None:
        return told
    turned = Box(*evidence.box).turned(page.turn, page.width, page.height)
    size = (page.height, page.width) if page.turn in (90, 270) else (page.width, page.height)
    return told + attributes(**{"data-page": page.number}) + _place(turned, *size)


# --- pages ------------------------------------------------------------------------------------------


def _pages(document: Document, source_path: Path | None) -> Iterator[str]:
    structure = flow.structure(upright(document))
    with contextlib.ExitStack() as stack:
        has_scan = source_path is not None and not document.media_type.startswith("text/")
        draw = _opened(source_path, stack) if source_path is not None and has_scan else None
        for page in structure.document.pages:
            yield f'<section class="page" id="page-{page.number}">\n'
            yield f"<h2>Trang {page.number}</h2>\n"
            if has_scan:
                yield _scan(page, draw)
            yield '<div class="text">\n'
            if page.status == "failed":
                yield '<p class="failed">Không đọc được trang này.</p>\n'
            elif page.status == "blank":
                yield '<p class="aside">Trang trắng.</p>\n'
            for block in page.blocks:
                if kind := ASIDE.get(block.kind):
                    yield f'<p class="aside" title="{kind}">{_lines(page, block.lines)}</p>\n'
            for paragraph in structure.paragraphs:
                if paragraph.page <= page.number <= paragraph.last_page:
                    yield _paragraph(page, paragraph)
            for thing in page.objects:
                if name := OBJECTS.get(thing.kind):
                    place = _place(thing.box, page.width, page.height)
                    yield f'<p class="aside"><span class="word"{place}>[{name}]</span></p>\n'
            yield "</div>\n</section>\n"


def _scan(page: Page, draw: drawing.Draw | None) -> str:
    data = None if draw is None else _jpeg(draw, page.number, page.turn)
    if data is None:
        return '<p class="failed">Không hiện được ảnh quét của trang này.</p>\n'
    code = base64.b64encode(data).decode("ascii")
    return (
        f'<figure><img alt="Bản quét trang {page.number}" src="data:image/jpeg;base64,{code}">'
        '<div class="light" hidden></div></figure>\n'
    )


def _paragraph(page: Page, paragraph: Paragraph) -> str:
    """The part of a paragraph that stands on this page."""
    if paragraph.table is not None:
        return _table(page, paragraph.table)
    words = _lines(page, [line for line in paragraph.lines if line.page == page.number])
    if not words:
        return ""
    tag = "h3" if paragraph.level or paragraph.area == "title" else "p"
    kinds = " ".join(filter(None, (
        paragraph.area if paragraph.area in ("title", "aside") else "",
        "follows" if paragraph.page < page.number else "",
    )))
    return f"<{tag}{attributes(**{'class': kinds or None})}>{words}</{tag}>\n"


def _table(page: Page, table: Table) -> str:
    rows: list[str] = []
    for row in range(table.rows):
        cells = "".join(
            "<td" + attributes(
                rowspan=cell.row_span if cell.row_span > 1 else None,
                colspan=cell.column_span if cell.column_span > 1 else None,
            ) + f">{_lines(page, cell.lines)}</td>"
            for cell in sorted(table.cells, key=lambda cell: cell.column) if cell.row == row
        )
        rows.append(f"<tr>{cells}</tr>\n")
    return f'<table class="found">\n{"".join(rows)}</table>\n'


def _lines(page: Page, lines: Sequence[Line | PlacedLine]) -> str:
    return "\n".join(" ".join(_word(page, word) for word in line.words if word.text) for line in lines)


def _word(page: Page, word: Word) -> str:
    place = _place(word.box, page.width, page.height)
    if not is_doubtful(word):
        hint = attributes(title=f"máy đọc: {word.raw}") if word.raw != word.text else ""
        return f'<span class="word"{place}{hint}>{escaped(word.text)}</span>'
    said = [f"{round(100 * word.confidence)} %", f"máy đọc: {word.raw}" if word.raw else "máy không đọc được"]
    said += [f"hoặc: {other.text} ({round(100 * other.confidence)} %)" for other in word.alternatives]
    return f'<mark class="word" tabindex="0"{place}{attributes(title="; ".join(said))}>{escaped(word.text)}</mark>'


def _place(box: Box | None, page_width: float, page_height: float) -> str:
    """The box as shares of the page in 1/1000: left, top, width, height."""
    if box is None or page_width <= 0 or page_height <= 0:
        return ""
    across, down = 1000 / page_width, 1000 / page_height
    numbers = (box.left * across, box.top * down, box.width * across, box.height * down)
    return f' data-box="{" ".join(str(round(n)) for n in numbers)}"'


# --- pictures ---------------------------------------------------------------------------------------


def _opened(path: Path, stack: contextlib.ExitStack) -> drawing.Draw | None:
    """How pages of the scan are drawn; None where the file cannot be opened."""
    with contextlib.suppress(*drawing.TROUBLE):
        return stack.enter_context(drawing.opened(path))
    return None


def _jpeg(draw: drawing.Draw, number: int, turn: Turn) -> bytes | None:
    """A small picture of a page, turned for reading; None for one that cannot be drawn."""
    # A very long page is drawn by its height, or a strip of 14400 points would not fit in memory.
    size = PICTURE_WIDTH, 2 * PICTURE_WIDTH
    try:
        picture = _grey_if_grey(draw(number, *size))
        picture.thumbnail(size, Image.Resampling.BOX)
    except drawing.TROUBLE:
        return None
    if turn:
        picture = picture.transpose(CLOCKWISE[turn])
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=PICTURE_QUALITY, optimize=True)
    return buffer.getvalue()


def _grey_if_grey(picture: Image.Image) -> Image.Image:
    """Without its colour planes where they say nothing: a third of the bytes."""
    if picture.mode == "L":
        return picture
    small = picture.resize((64, 64), Image.Resampling.BOX).convert("YCbCr")
    _, blue, red = (band.getextrema() for band in small.split())
    if all(isinstance(low, int) and isinstance(high, int) and low >= 124 and high <= 132 for low, high in (blue, red)):
        return picture.convert("L")
    return picture
