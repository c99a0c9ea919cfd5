"""What an archivist would want to look at: gaps, missing parts, dates that cannot be, sums that do not add up.

Every finding is a `Notice` with page and place. What it never does: mend anything, or raise.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from pipeline.document import Document, Notice
from pipeline.knowledge import sequence
from pipeline.knowledge.fuzzy import aligned
from pipeline.knowledge.table_rows import ROW_LABEL
from pipeline.knowledge.vietnamese import fold
from pipeline.plan import Citation
from pipeline.structure import splitting, themes
from pipeline.structure.flow import Structure
from pipeline.structure.foot import Foot
from pipeline.structure.header import Header
from pipeline.structure.passages import Node, Paragraph, Place, grid, place_of_cells, walk

NOTICES_KEPT = 200  # of one code; a hostile text would give one a line
CODES = frozenset(
    {
        "numbering_gap",
        "numbering_duplicate",
        "missing_component",
        "page_artifact",
        "low_confidence",
        "ocr_page_failed",
        "text_layer_rejected",
        "value_unreadable",
    }
)


def check(
    parts: Structure, head: Header, foot: Foot, basis: Sequence[Citation], cited: Sequence[Notice] = ()
) -> tuple[Notice, ...]:
    """All warnings of a record, those of the stages before and of what is cited included, in page order within each
    kind."""
    found = [
        *(notice for notice in parts.document.notices if notice.code in CODES),
        *(notice for page in parts.document.pages for notice in page.notices if notice.code in CODES),
        *_further(parts.document),
        *parts.notices,
        *_numbering(parts.nodes),
        *_components(head, foot),
        *_doubts(head, foot),
        *_dates(head, basis),
        *cited,
        *_themes(head, parts.nodes),
        *_sums(parts.paragraphs),
        *_whole_rows(parts.paragraphs),
        *_languages(parts),
    ]
    seen: Counter[str] = Counter()
    kept = []
    for notice in dict.fromkeys(found):
        seen[notice.code] += 1
        if seen[notice.code] <= NOTICES_KEPT:
            kept.append(notice)
    return tuple(kept)


def _further(document: Document) -> Iterator[Notice]:
    """What else a file holds that was not split."""
    found = splitting.further(document)
    if found:
        page, line = found[0]
        yield Notice(
            "low_confidence",
            f"the file holds {len(found) + 1} documents, this is the record of the first (--split gives each its own)",
            page.number, line.box,
        )


# --- numbering -------------------------------------------------------------------------------------------


def _numbering(nodes: Sequence[Node]) -> Iterator[Notice]:
    yield from _lists(nodes)
    for step in walk(nodes):
        yield from _lists(step.node.children)


def _lists(nodes: Sequence[Node]) -> Iterator[Notice]:
    """Steps between neighbours of one list."""
    last: dict[str, Node] = {}
    for node in nodes:
        marker = node.title.marker if node.title is not None else None
        if marker is None or node.title is None:
            continue
        before = last.get(marker.shape)
        last[marker.shape] = node
        place = node.title.lines[0]
        if marker.doubt is not None and node.label is not None:
            yield Notice("low_confidence", f"label {node.label}: {marker.doubt}", place.page, place.box)
        if before is None or before.title is None or before.title.marker is None:
            if (
                marker.ordinals
                and not sequence.is_first(marker)
                and marker.family not in ("annex", "article")
                and len(marker.ordinals) == 1
            ):
                yield Notice("numbering_gap", f"the list begins with {node.label}", place.page, place.box)
            continue
        step = sequence.step(before.title.marker, marker)
        if step in ("gap", "back"):
            yield Notice("numbering_gap", f"section {before.label} is followed by {node.label}", place.page, place.box)
        elif step == "repeat":
            yield Notice("numbering_duplicate", f"section {node.label} stands twice", place.page, place.box)


# --- components ------------------------------------------------------------------------------------------

# Nghị định 30/2020/NĐ-CP, article 8; Thông tư 01/2011/TT-BNV, article 4, and the Party's rules ask for the same six.
_COMPONENTS = ("number", "date", "type", "title", "signature", "recipients")


def _components(head: Header, foot: Foot) -> Iterator[Notice]:
    present = {
        "number": head.number is not None or head.symbol is not None,
        "date": head.date is not None or head.place is not None,
        "type": head.type_name is not None,
        "title": head.title is not None,
        "signature": any((foot.name, foot.title, foot.authority)),
        "recipients": bool(foot.recipients),
    }
    for name in _COMPONENTS:
        if not present[name] and not (head.carried and name in ("number", "signature", "recipients")):
            yield Notice("missing_component", f"{name} is missing")


def _doubts(head: Header, foot: Foot) -> Iterator[Notice]:
    for code, message, place in head.doubts:
        yield Notice(code, message, place.page if place else None, place.box if place else None)
    for message in foot.doubts:
        yield Notice("low_confidence", f"signature: {message}")
    for pointer, place in {**head.places, **foot.places}.items():
        if place.confidence < DOUBTFUL and not pointer.endswith(("level", "province", "district", "commune")):
            yield _at("low_confidence", f"{pointer} is unsure: {place.text[:60]}", place)


DOUBTFUL = 0.5  # confidence under which a field of head or foot is named one by one


def _at(code: str, message: str, place: Place) -> Notice:
    return Notice(code, message, place.page, place.box)


# --- dates -----------------------------------------------------------------------------------------------


def _dates(head: Header, basis: Sequence[Citation]) -> Iterator[Notice]:
    issued = head.date
    if issued is None:
        return
    place = head.places.get("/issued/date")
    year = int(issued[:4])
    page = place.page if place else None
    if head.year is not None and not -1 <= head.year - year <= 5:
        yield Notice("low_confidence", f"planned for {head.year} but dated {year}", page, place.box if place else None)
    for found in basis:
        if found.date is None:
            continue
        width = min(len(found.date), len(issued))
        if found.date[:width] > issued[:width]:
            yield Notice(
                "low_confidence",
                f"{found.type} {found.number or found.subject or ''} is dated {found.date}, after this"
                f" document ({issued})".replace("  ", " "),
                page,
            )
        written = re.search(r"/((?:19|20)\d{2})/", found.number or "")
        if written and written[1] != found.date[:4]:
            yield Notice("low_confidence", f"number {found.number} and date {found.date} are of different years", page)


# --- sums of tables --------------------------------------------------------------------------------------

_TOTAL = re.compile(r"(?:tong(?: cong| so)?|cong)\W*")
_INTEGER = re.compile(r"\d{1,3}(?:\.\d{3})+|\d+")
_NO_SUM = re.compile(r"%|\b(?:ty le|binh quan|don gia|nam|diem|xep)\b")
LEAST_SUMMED = 2


def _sums(paragraphs: Sequence[Paragraph]) -> Iterator[Notice]:
    """Columns of whole numbers whose last row says "Tổng cộng" and something else than what stands above it.

    Only rows numbered 1, 2, 3 without a gap are summed, so that groups with sums of their own stay out, and only a
    total above every part is held against them: an average or a rate never is.
    """
    for paragraph in paragraphs:
        if paragraph.table is None:
            continue
        rows = grid(paragraph.table)
        total = next(
            (i for i, row in enumerate(rows) if any(c is not None and _TOTAL.fullmatch(aligned(c.text)) for c in row)),
            None,
        )
        first = next((i for i, row in enumerate(rows) if row[0] is not None and row[0].text.strip(" .") == "1"), None)
        if total is None or first is None or total - first < LEAST_SUMMED or total != len(rows) - 1:
            continue
        parts = rows[first:total]
        if [row[0].text.strip(" .") if row[0] else "" for row in parts] != [str(n + 1) for n in range(len(parts))]:
            continue
        for column in range(1, paragraph.table.columns):
            said = rows[total][column]
            cells = [row[column] for row in parts]
            heads = " ".join(cell.text for row in rows[:first] if (cell := row[column]) is not None)
            if said is None or said.column_span > 1 or _NO_SUM.search(aligned(heads)):
                continue
            numbers = [int(c.text.strip().replace(".", "")) for c in cells if c is not None and _is_integer(c.text)]
            if len(numbers) < len(cells) or not _is_integer(said.text):
                continue
            value = int(said.text.strip().replace(".", ""))
            if value > max(numbers) and value != sum(numbers):
                place = place_of_cells(paragraph, (said,), said.text)
                yield _at("low_confidence", f"the column adds up to {sum(numbers)}, the total says {value}", place)


def _is_integer(text: str) -> bool:
    return len(text) < 20 and _INTEGER.fullmatch(text.strip()) is not None


LEAST_WHOLE = 2  # rows


def _whole_rows(paragraphs: Sequence[Paragraph]) -> Iterator[Notice]:
    """Tables of a text whose rows have a number and the rest in one cell: what stands in their columns is not read."""
    for paragraph in paragraphs:
        table = paragraph.table
        if table is None or table.ruled or table.box is not None or table.columns > LABEL_AND_REST:
            continue
        whole = sum(ROW_LABEL.fullmatch(cell.text.strip()) is not None for cell in table.cells if cell.column == 0)
        if whole >= LEAST_WHOLE:
            place = place_of_cells(paragraph, table.cells[:1], table.cells[0].text)
            yield _at("value_unreadable", f"the columns of a table cannot be told: {whole} rows were left whole", place)


LABEL_AND_REST = 2  # columns


# --- what the text says twice ----------------------------------------------------------------------------


def _themes(head: Header, nodes: Sequence[Node]) -> Iterator[Notice]:
    if head.theme is None:
        return
    own = fold(head.theme)
    for text, score, paragraph, start, end in themes.find_themes(nodes):
        if score > 0.5 and fold(text) != own and _akin(fold(text), own):
            place = paragraph.place(start, end)
            yield _at("low_confidence", "the theme is quoted in two wordings", place)


def _akin(one: str, other: str) -> bool:
    """Whether two quotations are wordings of one theme: most of the words of the shorter are shared."""
    a, b = set(one.split()), set(other.split())
    return len(a & b) >= 0.6 * max(1, min(len(a), len(b)))


# --- the whole text --------------------------------------------------------------------------------------

LEAST_LETTERS = 20


def _languages(parts: Structure) -> Iterator[Notice]:
    letters = 0
    for paragraph in parts.paragraphs:
        letters += sum(letter.isalpha() for letter in paragraph.text[:200])
        if letters >= LEAST_LETTERS:
            return
    yield Notice("low_confidence", "there is next to no text to read")
