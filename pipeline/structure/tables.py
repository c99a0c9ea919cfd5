"""Find tables: from ruling lines, from columns of words, from text; merged cells, group rows and page breaks.

The trouble: a recogniser reads a row as one line through all its cells; a merged cell has no rule inside; a table
goes on over the page, with or without its head row; converters write "| a | b |".

Evidence in order of trust: ruling lines that cross, bars between cells in text, then at least three columns of
words that stand in line over several rows.

What it never does: drop a word. A word in no cell stays in the text where it was.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from pipeline.document import Block, Document, Line, Page, Table, lying, union, upright
from pipeline.structure.frame_tables import from_level_rules
from pipeline.structure.gutter_tables import from_gutters
from pipeline.structure.numbered_tables import from_rows
from pipeline.structure.ruled_tables import filled, ruled_regions
from pipeline.structure.stacked_tables import from_stacked
from pipeline.structure.straight import as_displayed, straight_box, straightened
from pipeline.structure.text_tables import from_bars, from_columns


def tables(document: Document) -> Document:
    """The document with the tables of every page in `Page.tables` and their lines in blocks of kind "table".

    The k-th table block of a page belongs to its k-th table. Pages that have tables already stay as they are; on one of
    a text file only those with tabs or blanks between their columns are known so far.
    """
    if all(_is_done(page) for page in document.pages):
        return _with_continuations(document)
    standing = upright(document)
    found = []
    for page, shown in zip(standing.pages, document.pages, strict=True):
        changed = page if _is_done(page) else find_tables(page)
        found.append(shown if changed is page else lying(changed))
    return _with_continuations(replace(document, pages=tuple(found)))


def _is_done(page: Page) -> bool:
    return not page.blocks or (bool(page.tables) and page.origin != "text-file")


def find_tables(page: Page) -> Page:
    """One upright page with its tables found; the same value where there is none."""
    straight, own = straightened(page)
    found = _find(straight)
    if found is straight:
        return page
    return found if straight is page else as_displayed(found, page, own)


def _find(page: Page) -> Page:
    regions = [*ruled_regions(page)]
    built: list[tuple[Table, tuple[Line, ...]]] = []
    taken: dict[int, tuple[int, list[int]]] = {}  # id of a line -> (table, indexes of its words in cells)
    lines = [line for block in page.blocks if block.kind in ("text", "stamp_text") for line in block.lines]
    for region in regions:
        made = filled(region, lines, taken, len(built))
        if made is not None:
            built.append(made)
    built += _without_rules(page, taken, len(built))
    return _rebuilt(page, built, taken) if built else page


# What one takes for a table no later one sees: cells on lines of their own, rows of a text with bars in some of them,
# then by how sure they are.
_FINDERS = (from_stacked, from_rows, from_bars, from_level_rules, from_columns, from_gutters)


def _without_rules(
    page: Page, taken: dict[int, tuple[int, list[int]]], built: int
) -> list[tuple[Table, tuple[Line, ...]]]:
    """The tables among the lines that no ruled one holds, `built` of which the page has already."""
    found: list[tuple[Table, tuple[Line, ...]]] = []
    rest: Page | None = None
    for find in _FINDERS:
        if rest is None:
            blocks = [(block, [line for line in block.lines if id(line) not in taken]) for block in page.blocks]
            rest = replace(page, blocks=tuple(_part(block, lines) for block, lines in blocks if lines))
        own: dict[int, tuple[int, list[int]]] = {}
        made = find(rest, own)
        if made:
            taken |= {line: (built + len(found) + number, words) for line, (number, words) in own.items()}
            found += made
            rest = None
    return found


# --- the page again --------------------------------------------------------------------------------------


def _rebuilt(
    page: Page, built: Sequence[tuple[Table, tuple[Line, ...]]], taken: dict[int, tuple[int, list[int]]]
) -> Page:
    """Blocks with the tables' lines in blocks of their own, where the first of them stood."""
    blocks: list[Block] = []
    placed: set[int] = set()
    made: list[Table] = []  # of the table blocks, in their order
    before = iter(page.tables)
    for block in page.blocks:
        if block.kind == "table":
            blocks.append(block)
            made.append(next(before))
            continue
        kept: list[Line] = []
        for line in block.lines:
            if id(line) not in taken:
                kept.append(line)
                continue
            number, indexes = taken[id(line)]
            if number not in placed:
                if kept:
                    blocks.append(_part(block, kept))
                    kept = []
                placed.add(number)
                table, lines = built[number]
                blocks.append(Block(lines, "table", table.box))
                made.append(table)
            inside = set(indexes)
            rest = tuple(word for index, word in enumerate(line.words) if index not in inside)
            if rest and any(word.text for word in rest):
                kept.append(replace(line, words=rest, box=union([word.box for word in rest]) or line.box))
        if kept:
            blocks.append(_part(block, kept))
    return _with_tables(page, blocks, made)


def _with_tables(page: Page, blocks: Sequence[Block], made: Sequence[Table]) -> Page:
    """The page with its tables; text between two of them goes between, though both were read first as one band."""
    ordered: list[Block] = []
    for block in blocks:
        if block.box is None:  # of a text file: it stands where it was read
            ordered.append(block)
            continue
        above = next((i for i, other in enumerate(ordered) if _stands_above(block, other)), len(ordered))
        ordered.insert(above, block)
    number = {id(block): i for i, block in enumerate(b for b in blocks if b.kind == "table")}
    order = [number[id(block)] for block in ordered if block.kind == "table"]
    return replace(page, blocks=tuple(ordered), tables=tuple(made[i] for i in order))


def _stands_above(block: Block, other: Block) -> bool:
    """Whether one of two blocks is a table and the first stands over the second, in the same width of the page."""
    one, two = block.box, other.box
    if (block.kind == "table") == (other.kind == "table") or one is None or two is None:
        return False
    return one.bottom <= two.top + 1 and one.left < two.right and two.left < one.right


def _part(block: Block, lines: Sequence[Line]) -> Block:
    if len(lines) == len(block.lines):
        return replace(block, lines=tuple(lines))
    return Block(tuple(lines), block.kind, union([line.box for line in lines]))


# --- over page breaks ------------------------------------------------------------------------------------

SAME_EDGE = 12.0  # points: columns of one table on two pages, each skewed by itself


def _with_continuations(document: Document) -> Document:
    pages = list(document.pages)
    for index in range(1, len(pages)):
        before, page = pages[index - 1], pages[index]
        if not before.tables or not page.tables or page.tables[0].continues:
            continue
        if _ends_with_table(before) and _begins_with_table(page) and _alike(before, page):
            pages[index] = replace(page, tables=(replace(page.tables[0], continues=True), *page.tables[1:]))
    return replace(document, pages=tuple(pages)) if pages != list(document.pages) else document


READ = 0.4  # of certainty, on average over its letters: grain and shine-through read as words have 0.0 to 0.3


def _text_blocks(page: Page) -> list[Block]:
    """The tables of a page, and the blocks of text that are no debris."""
    return [
        block for block in page.blocks if block.kind == "table" or (block.kind == "text" and not _is_debris(block))
    ]


def _is_debris(block: Block) -> bool:
    letters = sum(len(word.raw) for line in block.lines for word in line.words)
    return sum(word.recognised * len(word.raw) for line in block.lines for word in line.words) < READ * letters


def _ends_with_table(page: Page) -> bool:
    blocks = _text_blocks(page)
    return bool(blocks) and blocks[-1].kind == "table"


def _begins_with_table(page: Page) -> bool:
    blocks = [
        b for b in _text_blocks(page) if not re.fullmatch(r"\W*\d{0,3}\W*", " ".join(line.text for line in b.lines))
    ]
    return bool(blocks) and blocks[0].kind == "table"


def _alike(above: Page, below: Page) -> bool:
    """Whether the last table of a page and the first of the next have the same columns."""
    one, other = above.tables[-1], below.tables[0]
    if one.columns != other.columns:
        return False
    if one.box is None or other.box is None:
        return True
    first, second = straight_box(above, one.box), straight_box(below, other.box)
    return abs(first.left - second.left) <= SAME_EDGE and abs(first.right - second.right) <= SAME_EDGE
