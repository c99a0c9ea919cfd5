"""Entries of the log of corrections: what a person said of a field, a word, the paper or the whole document."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from pipeline import correcting, corrections
from pipeline.corrections import Correction, Where
from pipeline.desk.desk import Item
from pipeline.document import Document, Line, Page, Word
from pipeline.errors import UsageError
from pipeline.knowledge import secrecy


def now() -> str:
    """ISO 8601 with the offset of the place, to the second."""
    return datetime.now().astimezone().isoformat(timespec="seconds")


def field_entry(item: Item, pointer: str, after: Any, who: str, **more: Any) -> Correction:
    """The entry that sets the field at `pointer` of the record, with the evidence for its place.

    `more` are other members of Correction (action, note, page, box). Raises UsageError where there is no
    such field.
    """
    action = more.get("action", "replace")
    try:
        data = correcting.member_of(item.plan, pointer)
        before = None if action == "add" else correcting.value_at(data, pointer)
        keys = correcting.keys_of(data, pointer)
    except (LookupError, ValueError) as error:
        raise UsageError(pointer, "The record has no such field.", cure="Load the document again.") from error
    evidence = item.plan.evidence.get(pointer)
    if evidence is not None:
        more = {"page": evidence.page, "box": evidence.box, "raw": evidence.raw,
                "confidence": evidence.confidence, **more}
    return _entry(who, "record", pointer, before, after, keys=keys, part=item.part, **more)


def word_entry(item: Item, pointer: str, after: str, who: str, **more: Any) -> Correction:
    """The entry that sets the text of the word at `pointer` of document.json. Raises UsageError: no such word."""
    line, word, page = word_at(item.document, pointer)
    box = None if word.box is None else word.box.rounded()
    machine = next((entry.confidence for entry in item.log if entry.pointer == pointer
                    and entry.where == "document" and entry.raw == word.raw), word.confidence)
    return _entry(who, "document", pointer, word.text, after, page=page.number, box=box, raw=word.raw,
                  line=line.raw, confidence=machine, **more)


def shelf_entry(item: Item, name: str, after: str, who: str) -> Correction:
    """The entry that says something of the paper or its file: box, sheets, retention."""
    return _entry(who, "shelf", "/" + name, corrections.shelf(item.log).get(name), after or None, part=item.part)


def state_entry(item: Item, name: str, after: bool, who: str, note: str = "") -> Correction:
    """The entry that says the document is verified, released from secrecy or held (or no longer so)."""
    mark = secrecy.find_marks(item.document)[:1]
    page = mark[0].page if mark else None
    return _entry(who, "state", "/" + name, name in corrections.state(item.log), after, note=note, page=page,
                  part=item.part)


def undo_entry(entry: Correction, who: str) -> Correction:
    """The entry that takes another back."""
    return _entry(who, entry.where, entry.pointer, entry.after, entry.before, action="undo", undoes=entry.id,
                  page=entry.page, part=entry.part)


def _entry(who: str, where: Where, pointer: str, before: Any, after: Any, **more: Any) -> Correction:
    entry = Correction(corrections.new_id(), who.strip() or "?", now(), where, pointer, before, after)
    return replace(entry, **more)


def word_at(document: Document, pointer: str) -> tuple[Line, Word, Page]:
    """The word at a pointer into document.json, its line and its page. Raises UsageError: no such word."""
    try:
        steps = correcting.split_pointer(pointer)
        if steps[0::2] != ("pages", "blocks", "lines", "words"):
            raise LookupError
        p, b, n, w = (int(step) for step in steps[1::2])
        if min(p, b, n, w) < 0:
            raise LookupError
        page = document.pages[p]
        line = page.blocks[b].lines[n]
        return line, line.words[w], page
    except (LookupError, ValueError) as error:
        raise UsageError(pointer, "The document has no such word.", cure="Load the document again.") from error
