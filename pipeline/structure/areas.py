"""Say of every line what part of a document it is: letterhead, number, title, basis, body, signature, recipients.

The head and the foot have modules of their own (`letterhead`, `closing`); here they are put together with the
grounds, the annexes and, for a file of several documents, the places where a new one begins.

What it never does: drop or reorder a line. A line of two columns is parted between words; every word stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from pipeline.document import Document, Line, Page
from pipeline.knowledge import bodies, datelines, doctypes, numbering, signers, symbols
from pipeline.knowledge.fuzzy import aligned
from pipeline.knowledge.wording import (
    ADDRESSEE,
    HEAD_LINE_LENGTH,
    OPENERS,
    is_body_end,
    is_main_heading,
    motto_start,
    starts_basis,
)
from pipeline.structure.closing import label_foot
from pipeline.structure.letterhead import label_head
from pipeline.structure.passages import Area, PlacedLine, is_capitals


def _annex_heading(line: PlacedLine) -> bool:
    marker = numbering.parse_marker(line.text[:120])
    if marker is None or marker.family != "annex" or marker.likelihood < 0.5:
        return False
    return line.gap in ("page", "blank", "block") or is_capitals(line.text) or len(line.text) < 30


def _label_annexes(lines: Sequence[PlacedLine], after_foot: bool) -> list[PlacedLine]:
    """Lines after the foot: annexes counted from 1; without a foot, from the first annex heading on a new page."""
    labelled: list[PlacedLine] = []
    count = 0
    area: Area
    for line in lines:
        if _annex_heading(line) and (after_foot or line.gap == "page" or count):
            count += 1
        elif (after_foot and count == 0 and line.gap == "page") or (
            after_foot and count == 0 and (is_capitals(line.text) or line.area == "table")
        ):
            count = 1
        area = "annex" if count and line.area == "body" else line.area
        if count and len(line.text) < HEAD_LINE_LENGTH and motto_start(line.text) is not None:
            area = "motto"  # a form in an annex has a head of its own
        labelled.append(replace(line, annex=count, area=area))
    return labelled


def label(lines: Sequence[PlacedLine]) -> tuple[PlacedLine, ...]:
    """All lines with their areas; lines of two columns parted, the order kept."""
    if not lines:
        return ()
    head = label_head(lines)
    rest = lines[head.taken :]
    foot = label_foot(rest, 0)
    if foot is None:
        middle, tail = _label_annexes(rest, after_foot=False), []
    else:
        labelled, begin, end = foot
        middle, tail = list(rest[:begin]), [*labelled, *_label_annexes(rest[end:], after_foot=True)]
    return (*head.lines, *_label_basis(middle), *tail)


def _label_basis(lines: Sequence[PlacedLine]) -> Iterator[PlacedLine]:
    """The grounds at the start of the body, each up to the next ground or the end of its lines."""
    open_basis, over, ended, broken = False, False, False, False
    for line in lines:
        if line.area != "body" or over:
            yield line
            continue
        if ADDRESSEE.match(aligned(line.text).strip()):
            yield replace(line, area="addressee")
            continue
        if is_main_heading(line.text):
            over = True
            yield line
            continue
        if starts_basis(line.text):
            open_basis = True
        elif (
            line.text[:1].isupper()
            and (line.gap != "line" or ended or (not broken and OPENERS.match(aligned(line.text).strip())))
        ) or (ended and _is_labelled(line.text)):
            open_basis = False
        ended = line.text.rstrip().endswith((".", ";", ":"))
        # "... của Ban" / "Thường trực Ủy ban ...": a full line without a closing mark goes on below
        broken = len(line.text) > FULL_LINE and not line.text.rstrip().endswith((".", ";", ":", ","))
        yield replace(line, area="basis") if open_basis else line


FULL_LINE = 50  # letters; printed lines of the body have 70 to 90


def _is_labelled(text: str) -> bool:
    marker = numbering.parse_marker(text[:80])
    return marker is not None and marker.likelihood >= 0.6


# --- several documents in one file -----------------------------------------------------------------------

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
    if any(re.match(r"(?:mau|bieu mau|phu luc)\b", aligned(text).strip()) for text in texts[: motto + 1]):
        return False  # a form in an annex has a motto of its own
    return any(
        symbols.parse_number_line(text) is not None or datelines.parse_dateline(text) is not None for text in texts
    )


def _begins_carried(texts: Sequence[str], at: int) -> bool:
    """Whether what a decision carries begins here: "KẾ HOẠCH" / title / "(Ban hành kèm theo Quyết định số ...)"."""
    kind = doctypes.type_of_line(texts[at])
    if kind is None or kind.score < 1.0 or len(texts[at].split()) > 2 * kind.words:
        return False
    if any(re.match(r"(?:mau|bieu|phu luc)\b", aligned(text).strip()) for text in texts[max(0, at - 3) : at]):
        return False
    return any(_CARRIED.match(aligned(text).strip()) for text in texts[at + 1 : at + 1 + UNDER_TYPE])


def _first_lines(page: Page) -> Sequence[Line]:
    lines = [line for block in page.blocks if block.kind == "text" for line in block.lines if line.text.strip()]
    return lines[: TOP_LINES + 6]


def split_documents(document: Document) -> tuple[Document, ...]:
    """The documents of one file, a new one where a page opens with a letterhead, or with what a decision carries;
    pages keep their numbers.

    Blank and failed pages stay with the document before them.
    """
    starts = [0, *(index for index, page in enumerate(document.pages) if index and _begins_document(page))]
    if len(starts) == 1:
        return (document,)
    return tuple(
        replace(document, pages=document.pages[start:stop])
        for start, stop in zip(starts, [*starts[1:], len(document.pages)], strict=True)
    )


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
    if any(line.box is not None or page.blocks[i].kind != "text" for line, (i, _) in zip(lines, places, strict=True)):
        return [page]
    texts = [line.text for line in lines]
    starts = sorted({start for start in _starts_inside(texts) if any(text.strip() for text in texts[:start])})
    if not starts:
        return [page]
    parted = []
    for start, stop in pairwise([0, *starts, len(lines)]):
        blocks = []
        for index, block in enumerate(page.blocks):
            own = [j for at, (i, j) in enumerate(places) if i == index and start <= at < stop]
            if own:
                blocks.append(replace(block, lines=tuple(block.lines[j] for j in own)))
        parted.append(replace(page, blocks=tuple(blocks)))
    return parted


def _starts_inside(texts: Sequence[str]) -> Iterator[int]:
    """Indexes of the lines with which documents begin below the first lines of a text."""
    for index, text in enumerate(texts):
        if len(text) > HEAD_LINE_LENGTH:
            continue
        start = _top_of_head(texts, index)
        if start <= 1 or not any(is_body_end(line) or len(line) > HEAD_LINE_LENGTH for line in texts[:start]):
            continue
        if motto_start(text) is not None:
            near = [line for line in texts[start : start + HEAD_REACH] if line.strip()]
            if _begins_letterhead(near) and any(doctypes.type_of_line(line) is not None for line in near):
                yield start
        elif _begins_carried(texts, index):
            yield start


def _top_of_head(texts: Sequence[str], at: int) -> int:
    """Index of the first line of the letterhead that the motto or type at `at` belongs to."""
    top = at
    while top > 0 and at - top < MOST_BODY_LINES and _is_head_line(texts[top - 1]):
        top -= 1
    return top


def _is_head_line(text: str) -> bool:
    """Whether a line can be of the left column or motto above another line of the head."""
    if motto_start(text) is not None or symbols.parse_number_line(text) is not None:
        return True
    if not text.strip() or not is_capitals(text) or signers.authority_likeness(text) >= SIGNER:
        return False
    return bodies.looks_like_body(text) >= LIKE_BODY or _UNIT_NAME.match(aligned(text).strip()) is not None


SIGNER, LIKE_BODY = 0.9, 0.5
_UNIT_NAME = re.compile(r"(?:tinh|thanh pho|huyen|quan|thi xa|xa|phuong|thi tran)\s+\w")
