"""Several documents in one file: where each begins, also in the middle of a page (`--split`).

The trouble: a scanner's tray holds whatever was put in it; two short documents share a page of paper; a form in an
annex has a motto and a number of its own; what a decision carries has no letterhead.

Evidence: the motto with a number or dateline and a type under it, at the head of a page; inside a page also that what
stands above is the end of another document; the type, title and "(Ban hành kèm theo Quyết định số ...)".

What it never does: cut an image, or give a word to two documents. A page that two share is in both, with the lines of
each, and says so in a `Step`; pages keep their numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, islice, pairwise
from operator import itemgetter

from pipeline.document import SPLIT, Block, Box, Document, Line, Page, Step, Table, union
from pipeline.knowledge import bodies, datelines, doctypes, number_lines, recipients, signers
from pipeline.knowledge.fuzzy import aligned
from pipeline.knowledge.wording import ABOUT, ADDRESSEE, HEAD_LINE_LENGTH, is_body_end, motto_start
from pipeline.structure.passages import is_capitals

TOP_LINES = 12
HEAD_REACH = 18  # lines from the first of a letterhead in which motto, number or dateline and type must stand
MOST_BODY_LINES = 5  # of the left column above the motto
# What an instrument carries is a document of its own; what a plan carries is its annex.
_CARRIED = re.compile(
    r"\(?\s*(?:ban hanh\s+)?kem theo\s+(?:quyet dinh|nghi quyet|thong tu|chi thi|cong van|to trinh)\b.{0,20}(?:so|\d)"
)
UNDER_TYPE = 7  # lines from a type to "(Ban hành kèm theo ...)" with a title between


def _begins_document(page: Page) -> bool:
    """Whether a page opens with a letterhead or with the title of what a decision carries."""
    texts = [line.text for line in _first_lines(page)]
    return _begins_letterhead(texts) or any(_begins_carried(texts, at) for at in range(min(TOP_LINES, len(texts))))


def _begins_letterhead(texts: Sequence[str]) -> bool:
    """Whether a letterhead begins here: the motto, and a number, dateline or type under it."""
    motto = next((i for i, text in enumerate(texts[:8]) if motto_start(text) is not None), None)
    if motto is None:
        return False
    if any(map(_heads_form, texts[: motto + 1])):
        return False  # a form in an annex has a motto of its own
    return any(
        number_lines.parse_number_line(text) is not None or datelines.parse_dateline(text) is not None for text in texts
    )


def _begins_carried(texts: Sequence[str], at: int) -> bool:
    """Whether what a decision carries begins here: "KẾ HOẠCH" / title / "(Ban hành kèm theo Quyết định số ...)"."""
    kind = doctypes.type_of_line(texts[at])
    if kind is None or kind.score < 1.0 or len(texts[at].split()) > 2 * kind.words:
        return False
    if any(map(_heads_form, texts[max(0, at - FORM_REACH) : at])):
        return False
    return any(_CARRIED.match(aligned(text).strip()) for text in texts[at + 1 : at + 1 + UNDER_TYPE])


_FORM = re.compile(r"\(?(?:mau|bieu|phu luc)\b")
FORM_REACH = 3  # lines above a letterhead or type in which "Mẫu số 02" stands


def _heads_form(text: str) -> bool:
    """Whether a line says that a form or an annex begins."""
    return _FORM.match(aligned(text).strip()) is not None


def _printed_lines(page: Page) -> list[Line]:
    return [line for block in page.blocks if block.kind == "text" for line in block.lines if line.text.strip()]


def _first_lines(page: Page) -> Sequence[Line]:
    return _printed_lines(page)[: TOP_LINES + 6]


# --- a file ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stretch:
    """What one document has of a page: its index, and of a shared page where on the upright page it begins and ends.

    `top` and `bottom` are in points, None where the document has the page from its head or to its foot; `place` counts
    the documents of the page from 0.
    """

    page: int
    top: float | None = None
    bottom: float | None = None
    place: int = 0

    @property
    def is_whole(self) -> bool:
        return self.top is None and self.bottom is None


# For each document of a file what it has of each of its pages.
Borders = tuple[tuple[Stretch, ...], ...]


def borders(document: Document) -> Borders:
    """For each document of an upright file what it has of each of its pages; one entry where there is but one document.

    Blank and failed pages stay with the document before them.
    """
    found: list[list[Stretch]] = [[]]
    for index, page in enumerate(document.pages):
        if index and _begins_document(page):
            found.append([])
        cuts = _cuts(page)
        for place, (top, bottom) in enumerate(pairwise([None, *cuts, None])):
            if place:
                found.append([])
            found[-1].append(Stretch(index, top, bottom, place))
    return tuple(tuple(stretches) for stretches in found)


def further(document: Document) -> tuple[tuple[Page, Line], ...]:
    """The first lines of the letterheads of all documents of an upright file but the first, with their pages. What a
    decision carries has no letterhead."""
    found: list[tuple[Page, Line]] = []
    for index, page in enumerate(document.pages):
        lines = _printed_lines(page)
        texts = [line.text for line in lines]
        starts = {start for start in _starts_inside(texts) if _begins_letterhead(texts[start : start + HEAD_REACH])}
        if index and _begins_letterhead(texts[: TOP_LINES + 6]):
            starts.add(0)
        found += [(page, lines[start]) for start in sorted(starts)]
    return tuple(found)


def split_documents(
    document: Document, lying: Document | None = None, found: Borders | None = None
) -> tuple[Document, ...]:
    """The documents of an upright file; with `lying`, the same cut out of the pages as they lie.

    Every line, table and object of a page is in one document; a line belongs where its middle stands. `found` are the
    borders where they have been drawn.
    """
    found = borders(document) if found is None else found
    if len(found) == 1:
        return (lying or document,)
    return tuple(_document_of(document, lying or document, stretches) for stretches in found)


def _document_of(standing: Document, lying: Document, stretches: Sequence[Stretch]) -> Document:
    pages = (
        lying.pages[own.page] if own.is_whole else _page_of(standing.pages[own.page], lying.pages[own.page], own)
        for own in stretches
    )
    return replace(lying, pages=tuple(pages))


def _page_of(standing: Page, lying: Page, own: Stretch) -> Page:
    """The page with the lines, tables and objects of one document; places are looked up on the upright page."""
    blocks: list[Block] = []
    tables: list[Table] = []
    number = 0
    for up, block in zip(standing.blocks, lying.blocks, strict=True):
        if block.kind == "table":
            if _is_inside(up.lines[0] if up.lines else up, own):
                blocks.append(block)
                tables += lying.tables[number : number + 1]
            number += 1
            continue
        kept = tuple(line for at, line in zip(up.lines, block.lines, strict=True) if _is_inside(at, own))
        if kept:
            blocks.append(block if len(kept) == len(block.lines) else Block(kept, block.kind, _around(kept)))
    objects = tuple(
        thing for up, thing in zip(standing.objects, lying.objects, strict=True) if _is_between(up.box.middle[1], own)
    )
    step = Step(SPLIT, detail={"place": own.place})
    return replace(lying, blocks=tuple(blocks), tables=tuple(tables), objects=objects, steps=(*lying.steps, step))


def _around(lines: Sequence[Line]) -> Box | None:
    return union([line.box for line in lines])


def _is_inside(item: Line | Block, own: Stretch) -> bool:
    if item.box is None:
        return own.top is None  # nothing says where it stands: with the first of the page, and no other
    return _is_between(item.box.middle[1], own)


def _is_between(middle: float, own: Stretch) -> bool:
    return (own.top is None or middle >= own.top) and (own.bottom is None or middle < own.bottom)


def _cuts(page: Page) -> list[float]:
    """Heights on an upright page at which a document begins below another one, top to bottom."""
    lines = _printed_lines(page)
    if any(line.box is None for line in lines):
        return []
    bands = sorted(lines, key=lambda line: line.box.middle[1] if line.box else 0.0)
    found = []
    for start in sorted(set(_starts_inside([line.text for line in bands]))):
        above, first = bands[start - 1].box, bands[start].box
        assert above is not None
        assert first is not None
        found.append((above.middle[1] + first.middle[1]) / 2)
    return found


def part_text_pages(document: Document) -> Document:
    """A text file with a page border before each document that begins in the middle of a page; pages counted anew.

    A page of a text file is what stands between two form feeds, and nothing but the lines of the text tells where one
    document ends. Pages with an image stay whole.
    """
    pages: list[Page] = []
    for page in document.pages:
        pages += _parted_page(page)
    if len(pages) == len(document.pages):
        return document
    return replace(document, pages=tuple(replace(page, number=number) for number, page in enumerate(pages, 1)))


def _parted_page(page: Page) -> list[Page]:
    places = [(i, j) for i, block in enumerate(page.blocks) for j in range(len(block.lines))]
    lines = [page.blocks[i].lines[j] for i, j in places]
    if any(line.box is not None or page.blocks[i].kind not in ("text", "table")
           for line, (i, _) in zip(lines, places, strict=True)):
        return [page]
    texts = [line.text if page.blocks[i].kind == "text" else "" for line, (i, _) in zip(lines, places, strict=True)]
    starts = sorted({start for start in _starts_inside(texts) if any(text.strip() for text in texts[:start])})
    if not starts:
        return [page]
    parted = []
    tables = iter(page.tables)
    for start, stop in pairwise([0, *starts, len(lines)]):
        blocks = []
        for index, own in groupby(places[start:stop], key=itemgetter(0)):
            block = page.blocks[index]
            blocks.append(replace(block, lines=tuple(block.lines[j] for _, j in own)))
        count = sum(block.kind == "table" for block in blocks)
        parted.append(replace(page, blocks=tuple(blocks), tables=tuple(islice(tables, count))))
    return parted


# --- inside a page ---------------------------------------------------------------------------------------


def _starts_inside(texts: Sequence[str]) -> Iterator[int]:
    """Indexes of the lines with which documents begin below the first lines of a text."""
    over = next((index for index, text in enumerate(texts) if _is_of_another(text)), len(texts))
    for index in range(over + 1, len(texts)):
        text = texts[index]
        if len(text) > HEAD_LINE_LENGTH:
            continue
        headed = motto_start(text) is not None
        if not headed and not _begins_carried(texts, index):
            continue
        start = _top_of_head(texts, index)
        if start <= max(1, over):
            continue
        if any(map(_heads_form, texts[max(0, start - FORM_REACH) : start])):
            continue
        near = [line for line in texts[start : start + HEAD_REACH] if line.strip()]
        if not headed or (_begins_letterhead(near) and (_has_type(near) or _is_letter(near))):
            yield start


def _has_type(head: Sequence[str]) -> bool:
    return any(doctypes.type_of_line(line) is not None for line in head)


def _is_letter(head: Sequence[str]) -> bool:
    """Whether a head without a type is that of an official letter: a number and "Kính gửi"; forms have no number."""
    numbered = any(number_lines.parse_number_line(line) is not None for line in head)
    return numbered and any(ADDRESSEE.match(aligned(line).strip()) for line in head)


def _is_of_another(text: str) -> bool:
    """Whether a line above a letterhead is of a document that is over: the end of its body, a paragraph, or its foot.

    Its body may have ended on the page before, and without "./.".
    """
    if is_body_end(text) or len(text) > HEAD_LINE_LENGTH:
        return True
    return recipients.is_recipients_head(text) or recipients.parse_archive(text) is not None


def _top_of_head(texts: Sequence[str], at: int) -> int:
    """Index of the first line of the letterhead that the motto or type at `at` belongs to."""
    top = at
    while top > 0 and at - top < MOST_BODY_LINES and _is_head_line(texts[top - 1]):
        top -= 1
    return top


def _is_head_line(text: str) -> bool:
    """Whether a line can be of the left column or motto above another line of the head."""
    if motto_start(text) is not None or number_lines.parse_number_line(text) is not None:
        return True
    if ABOUT.match(aligned(text)) is not None:
        return True  # "V/v ...", the subject of a letter under its number
    if not text.strip() or not is_capitals(text) or signers.authority_likeness(text) >= SIGNER:
        return False
    return bodies.looks_like_body(text) >= LIKE_BODY or _UNIT_NAME.match(aligned(text).strip()) is not None


SIGNER, LIKE_BODY = 0.9, 0.5
_UNIT_NAME = re.compile(r"(?:tinh|thanh pho|huyen|quan|thi xa|xa|phuong|thi tran)\s+\w")
