"""The output folder as a person sees it: which documents lie in it, what they hold, and one way to change them.

Every change goes through `change`: the log of corrections is written first, then the outputs are made from
it again. Whatever happens in between, the log has what the person did, and the next run puts it in place.
One lock for the folder keeps two writers (the desk, an import) from losing each other's entries.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import sqlite3
import tempfile
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pipeline import corrections
from pipeline.batches import store
from pipeline.batches.store import InputRow
from pipeline.corrections import Correction, Where
from pipeline.document import Document, Line, Page, Word, from_json, to_json
from pipeline.errors import NoInput, OutputNotWritable, UnreadableFile, UsageError
from pipeline.knowledge import secrecy
from pipeline.knowledge.secrecy import Mark
from pipeline.plan import Plan

DATABASE = "sohoa.db"
RECORD = "record.json"
DOCUMENT = "document.json"
LOCK = ".sohoa/desk.lock"  # among the folder's own state, where no listing of documents looks
# Below these a person should look. Of the words restored with 0.9 and more at least 99.5 % are right (make
# bench-restore); a field is one value that others rely on, and its evidence is the mean over some words.
DOUBTFUL_WORD = 0.9
DOUBTFUL_FIELD = 0.9

TEXT_BLOCKS = ("text", "table", "stamp_text", "footer")

# Makes the record of a document anew; the desk gives the machine's document with the person's words in it.
Reread = Callable[[Document], Plan]
# Writes the other outputs of a document (text, Markdown, PDF) after a change; see `Outputs` in desk_cli.
Rewrite = Callable[[Path, Document, Plan], None]


@dataclass(frozen=True, slots=True)
class Item:
    """One document on the desk: `name` relative to the output folder, `key` its stable short name in addresses."""

    name: str
    folder: Path
    document: Document
    plan: Plan
    log: tuple[Correction, ...]

    @property
    def key(self) -> str:
        return key_of(self.name)

    @property
    def mark(self) -> Mark | None:
        """The mark of secrecy that holds it, None where it may be read."""
        return secrecy.held(self.document, self.log)

    @property
    def verified(self) -> Correction | None:
        """The entry by which a person declared the whole document checked."""
        return corrections.state(self.log).get("verified")


def key_of(name: str) -> str:
    """A name that stays the same over runs and needs no escaping, 12 hex digits.

    >>> key_of("xã A/kế hoạch.pdf")
    '729f07a1227c'
    """
    return hashlib.sha256(unicodedata.normalize("NFC", name).encode()).hexdigest()[:12]


def names(out: Path) -> Iterator[str]:
    """The names of all finished documents under `out`, sorted; nothing outside `out` is followed.

    Raises NoInput where `out` is no folder.
    """
    if not out.is_dir():
        raise NoInput(out, "There is no such output folder.", cure="Name the folder given to `sohoa run --out`.")
    found = []
    for place, folders, files in os.walk(out):
        folders[:] = [name for name in folders if not name.startswith(".") and name != "parts"]
        if RECORD in files and DOCUMENT in files and Path(place) != out:
            found.append(Path(place).relative_to(out).as_posix())
    yield from sorted(found)


def load(out: Path, name: str) -> Item:
    """Read one document. Raises UnreadableFile where an output is damaged, UsageError for a name outside `out`."""
    folder = folder_of(out, name)
    try:
        document = from_json(json.loads((folder / DOCUMENT).read_text("utf-8")))
        plan = Plan.model_validate_json((folder / RECORD).read_text("utf-8"))
    except (OSError, ValueError, KeyError, TypeError) as error:
        what = f"An output of this document cannot be read ({type(error).__name__})."
        raise UnreadableFile(name, what, cure="Run `sohoa run` with --redo for it.") from error
    return Item(name, folder, document, plan, corrections.load(folder))


def load_plan(out: Path, name: str) -> Plan:
    """The record alone, for readers that need no words. Raises as `load`."""
    try:
        return Plan.model_validate_json((folder_of(out, name) / RECORD).read_text("utf-8"))
    except (OSError, ValidationError) as error:
        what = f"The record of this document cannot be read ({type(error).__name__})."
        raise UnreadableFile(name, what, cure="Run `sohoa run` with --redo for it.") from error


def folder_of(out: Path, name: str) -> Path:
    """The folder of a document. Raises UsageError for a name that leads out of `out`, by dots or by a link."""
    folder = out / name
    if not folder.resolve().is_relative_to(out.resolve()) or folder.resolve() == out.resolve():
        raise UsageError(name, "This name leads out of the output folder.", cure="Name a document inside it.")
    return folder


def inputs(out: Path) -> dict[str, InputRow]:
    """What the ledger knows of each input by its name; empty where the folder has no ledger of a run."""
    try:
        return store.ledger_rows(out)
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):  # a database that only the desk has written to
            return {}
        raise


def page_text(page: Page) -> str:
    """The restored text of a page, a printed line a line, page numbers and running heads left out."""
    lines = (line.text for block in page.blocks if block.kind in TEXT_BLOCKS for line in block.lines)
    return "\n".join(line for line in lines if line)


def is_doubtful(word: Word) -> bool:
    """Whether a person should look at the word: it has letters or digits, is unsure, and nobody looked yet."""
    if word.edits and word.edits[-1].rule == corrections.RULE:
        return False
    return word.confidence < DOUBTFUL_WORD and any(letter.isalnum() for letter in word.text or word.raw)


def doubtful_fields(plan: Plan) -> tuple[str, ...]:
    """The pointers of the fields whose evidence is unsure, in the order of the record."""
    return tuple(pointer for pointer, evidence in plan.evidence.items() if evidence.confidence < DOUBTFUL_FIELD)


# --- making an entry ------------------------------------------------------------------------------------


def now() -> str:
    """ISO 8601 with the offset of the place, to the second."""
    return datetime.now().astimezone().isoformat(timespec="seconds")


def field_entry(item: Item, pointer: str, after: Any, who: str, **more: Any) -> Correction:
    """The entry that sets the field at `pointer` of the record, with the evidence for its place.

    `more` are other members of Correction (action, note, page, box). Raises UsageError where there is no
    such field.
    """
    data = item.plan.as_json()
    action = more.get("action", "replace")
    try:
        before = None if action == "add" else corrections.value_at(data, pointer)
        keys = corrections.keys_of(data, pointer)
    except (LookupError, ValueError) as error:
        raise UsageError(pointer, "The record has no such field.", cure="Load the document again.") from error
    evidence = item.plan.evidence.get(pointer)
    if evidence is not None:
        more = {"page": evidence.page, "box": evidence.box, "raw": evidence.raw,
                "confidence": evidence.confidence, **more}
    return _entry(who, "record", pointer, before, after, keys=keys, **more)


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
    return _entry(who, "shelf", "/" + name, corrections.shelf(item.log).get(name), after or None)


def state_entry(item: Item, name: str, after: bool, who: str, note: str = "") -> Correction:
    """The entry that says the document is verified, released from secrecy or held (or no longer so)."""
    mark = secrecy.find_marks(item.document)[:1]
    page = mark[0].page if mark else None
    return _entry(who, "state", "/" + name, name in corrections.state(item.log), after, note=note, page=page)


def undo_entry(entry: Correction, who: str) -> Correction:
    """The entry that takes another back."""
    return _entry(who, entry.where, entry.pointer, entry.after, entry.before, action="undo", undoes=entry.id)


def _entry(who: str, where: Where, pointer: str, before: Any, after: Any, **more: Any) -> Correction:
    entry = Correction(corrections.new_id(), who.strip() or "?", now(), where, pointer, before, after)
    return replace(entry, **more)


def word_at(document: Document, pointer: str) -> tuple[Line, Word, Page]:
    """The word at a pointer into document.json, its line and its page. Raises UsageError: no such word."""
    try:
        steps = corrections.split_pointer(pointer)
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


# --- changing -------------------------------------------------------------------------------------------


def change(
    out: Path, name: str, entries: Sequence[Correction], reread: Reread, rewrite: Rewrite | None = None
) -> Item:
    """Add entries to the log of a document and make its outputs from it again. Gives the changed document.

    The record is read anew only where words changed or something was undone; a field alone is put in place.
    """
    with locked(out):
        item = load(out, name)
        log = (*item.log, *entries)
        corrections.save(item.folder, log)
        touched = {entry.where for entry in entries}
        undone = any(entry.action == "undo" for entry in entries)
        document, plan = item.document, item.plan
        words_changed = any(entry.where == "document" and entry.before != entry.after for entry in entries)
        if "document" in touched:
            document = corrections.apply_to_document(document, log)
        # Of a file that holds several documents record.json is the first; what the words of all say is not its own.
        is_split = (item.folder / "parts").is_dir()
        if (words_changed or (undone and "record" in touched)) and not is_split:
            plan = corrections.apply_to_plan(reread(document), log)
        elif "record" in touched:
            plan = corrections.apply_to_plan(plan, entries)
        if touched & {"document", "record"}:
            write_json(item.folder / DOCUMENT, to_json(document))
            write_json(item.folder / RECORD, plan.as_json())
            if rewrite is not None:
                rewrite(item.folder, document, plan)
        return Item(name, item.folder, document, plan, log)


@contextmanager
def locked(out: Path) -> Iterator[None]:
    """Hold the folder's lock for writers of corrections; waits for another to end."""
    try:
        (out / LOCK).parent.mkdir(exist_ok=True)
        handle = os.open(out / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise OutputNotWritable(out, f"The folder cannot be written ({error.strerror}).") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def write_json(path: Path, data: Any) -> None:
    """One JSON file, written whole or not at all."""
    write_text(path, json.dumps(data, ensure_ascii=False, indent=1) + "\n")


def write_text(path: Path, text: str) -> None:
    """One text file, written whole or not at all. Raises OutputNotWritable."""
    write_bytes(path, text.encode())


def write_bytes(path: Path, content: bytes) -> None:
    """One file, written whole or not at all. Raises OutputNotWritable."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".desk-", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(name).chmod(0o644)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise OutputNotWritable(path, f"The file cannot be written ({error.strerror}).") from error
