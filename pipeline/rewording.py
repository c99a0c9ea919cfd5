"""Lay the words that a person corrected over the document that the machine reads now.

A word is found again by its page and box, then by its address, then by the wording of its line; where it is not found,
nothing is changed and the correction is reported. Neither `raw` nor the boxes ever change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pipeline.correcting import Outcome, Report, split_pointer
from pipeline.corrections import RULE, Correction, effective
from pipeline.document import Block, Box, Cell, Document, Edit, Line, Page, Table, Word

SAME_PLACE = 0.5  # share of the smaller box that both cover; neighbours on one line share nothing


def word_pointer(page: int, block: int, line: int, word: int) -> str:
    """The address of a word in document.json; `page` is the index in the list of pages, from 0."""
    return f"/pages/{page}/blocks/{block}/lines/{line}/words/{word}"


def apply_to_document(document: Document, corrections: Sequence[Correction]) -> Document:
    """The document with the words a person corrected; see `report_on_document` for those not found."""
    return report_on_document(document, corrections)[0]


def report_on_document(
    document: Document, corrections: Sequence[Correction]
) -> tuple[Document, tuple[Report, ...]]:
    """The corrected document and one report for each correction of a word.

    A corrected word has the person's text, confidence 1 and an `Edit` with the rule "person" at its end;
    applying the same corrections again changes nothing.
    """
    document = without_person(document, corrections)
    wanted = [entry for entry in effective(corrections) if entry.where == "document"]
    if not wanted:
        return document, ()
    changed: dict[tuple[int, int, int], Line] = {}
    reports = []
    for entry in wanted:
        place = _find_word(document, entry)
        if place is None:
            reports.append(Report(entry, "homeless"))
            continue
        page, block, number, at = place
        line = changed.get((page, block, number)) or document.pages[page].blocks[block].lines[number]
        word = line.words[at]
        after = str(entry.after or "")
        if word.text == after and not word.edits:
            outcome: Outcome = "already"
        else:
            outcome = "applied" if word.text == entry.before else "already" if word.text == after else "reread"
        reports.append(Report(entry, outcome, word.text))
        words = (*line.words[:at], _corrected(word, after), *line.words[at + 1 :])
        changed[page, block, number] = replace(line, words=words)
    return _with_lines(document, changed), tuple(reports)


def _corrected(word: Word, after: str) -> Word:
    """The person's text; an accepted reading is an edit too, so that the desk knows it was looked at."""
    edits = word.edits
    before = word.text
    if edits and edits[-1].rule == RULE:  # a later correction of the same word replaces the first
        before, edits = edits[-1].before, edits[:-1]
    return replace(word, text=after, confidence=1.0, edits=(*edits, Edit(RULE, before, after)))


def without_person(document: Document, corrections: Sequence[Correction] = ()) -> Document:
    """The document as the machine read it: every edit of the rule "person" taken back.

    The machine's confidence comes from the corrections (undone ones too), 0.5 where none tells.
    """
    told = {(entry.page, entry.raw, entry.before): entry.confidence for entry in corrections
            if entry.where == "document" and entry.confidence is not None}
    changed: dict[tuple[int, int, int], Line] = {}
    for p, page in enumerate(document.pages):
        for b, block in enumerate(page.blocks):
            for n, line in enumerate(block.lines):
                if any(word.edits and word.edits[-1].rule == RULE for word in line.words):
                    words = tuple(_as_read(word, page.number, told) for word in line.words)
                    changed[p, b, n] = replace(line, words=words)
    return _with_lines(document, changed)


def _as_read(word: Word, page: int, told: dict[tuple[int | None, str, Any], float]) -> Word:
    if not word.edits or word.edits[-1].rule != RULE:
        return word
    before = word.edits[-1].before
    confidence = told.get((page, word.raw, before))
    return replace(word, text=before, edits=word.edits[:-1], confidence=0.5 if confidence is None else confidence)


def _with_lines(document: Document, changed: dict[tuple[int, int, int], Line]) -> Document:
    """The document with some lines replaced, those of table cells that are the same lines included."""
    if not changed:
        return document
    pages = list(document.pages)
    for p in {place[0] for place in changed}:
        page = pages[p]
        by_identity: dict[int, Line] = {}
        by_value: dict[Line, Line] = {}
        blocks = []
        for b, block in enumerate(page.blocks):
            lines = []
            for n, line in enumerate(block.lines):
                new = changed.get((p, b, n), line)
                if new is not line:
                    by_identity[id(line)] = new
                    if line.box is not None:  # without a box equal lines may stand in many places
                        by_value[line] = new
                lines.append(new)
            blocks.append(Block(tuple(lines), block.kind, block.box))
        pages[p] = replace(page, blocks=tuple(blocks), tables=_new_tables(page, by_identity, by_value))
    return replace(document, pages=tuple(pages))


def _new_tables(page: Page, by_identity: dict[int, Line], by_value: dict[Line, Line]) -> tuple[Table, ...]:
    def cell_of(cell: Cell) -> Cell:
        lines = tuple(by_identity.get(id(line)) or by_value.get(line, line) for line in cell.lines)
        return cell if lines == cell.lines else replace(cell, lines=lines)

    return tuple(replace(table, cells=tuple(cell_of(cell) for cell in table.cells)) for table in page.tables)


Place = tuple[int, int, int, int]


def _find_word(document: Document, entry: Correction) -> Place | None:
    """Page, block, line and word index of the word that was meant; None where it is not there any more."""
    steps = split_pointer(entry.pointer)
    if len(steps) != 8 or steps[0::2] != ("pages", "blocks", "lines", "words"):
        return None
    if not all(step.isdecimal() for step in steps[1::2]):
        return None
    at = (int(steps[1]), int(steps[3]), int(steps[5]), int(steps[7]))
    numbers = {page.number: index for index, page in enumerate(document.pages)}
    index = numbers.get(entry.page) if entry.page is not None else at[0]
    if index is None:
        return None
    page = document.pages[index]
    if entry.box is not None:
        return _by_box(page, index, Box(*entry.box), entry.raw)
    exact = (index, *at[1:])
    if _word_at(page, at[1:]) is not None and _line_at(page, at[1:3]).raw == entry.line:
        return exact
    same = [(index, b, n, at[3]) for b, block in enumerate(page.blocks) for n, line in enumerate(block.lines)
            if line.raw == entry.line and at[3] < len(line.words)]
    return same[0] if len(same) == 1 else None


def _by_box(page: Page, index: int, box: Box, raw: str) -> Place | None:
    """The word that covers the place; of several the one read alike, then the one that covers most."""
    found: list[tuple[bool, float, Place]] = []
    for b, block in enumerate(page.blocks):
        for n, line in enumerate(block.lines):
            if line.box is not None and line.box.intersection(box) <= 0 < line.box.area:
                continue
            for w, word in enumerate(line.words):
                if word.box is None:
                    continue
                smaller = min(word.box.area, box.area)
                larger = max(word.box.area, box.area)
                shared = word.box.intersection(box)
                # A token that has swallowed its neighbours covers the place but is not the word meant.
                if smaller > 0 and shared / smaller >= SAME_PLACE and shared / larger >= SAME_PLACE:
                    found.append((word.raw == raw, shared, (index, b, n, w)))
    return max(found)[2] if found else None


def _word_at(page: Page, at: tuple[int, int, int]) -> Word | None:
    block, line, word = at
    try:
        return page.blocks[block].lines[line].words[word]
    except IndexError:
        return None


def _line_at(page: Page, at: tuple[int, int]) -> Line:
    return page.blocks[at[0]].lines[at[1]]
