"""The output folder as a person sees it: which documents lie in it, what they hold, and one way to change them.

Every change goes through `change`: the log of corrections is written first, then the outputs are made from
it again. Whatever happens in between, the log has what the person did: a document read from the disk has the words
of its log laid over it, and the next run puts everything in its place. So words may be noted at once (`note_words`)
and the outputs made later (`catch_up`): of 120 pages that takes seconds.
One lock for the folder keeps two writers (the desk, an import) from losing each other's entries.

A file that `--split` found to hold several documents is several documents here, each with a name of its own
("a.pdf/parts/02"); the file itself is none. Their one log is that of the file, since a later run may draw the
borders elsewhere.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import sqlite3
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pipeline import correcting, corrections, disk
from pipeline.batches import store
from pipeline.batches.store import InputRow
from pipeline.correcting import Report
from pipeline.corrections import Correction, Where
from pipeline.document import Document, Line, Page, Word, from_json
from pipeline.errors import NoInput, OutputNotWritable, UnreadableFile, UsageError
from pipeline.knowledge import secrecy
from pipeline.knowledge.secrecy import Mark
from pipeline.plan import Plan
from pipeline.writers import export, held

DATABASE = "sohoa.db"
RECORD = "record.json"
DOCUMENT = "document.json"
PARTS = "parts"  # the folder, among the outputs of a file, of the documents found in it
LEARNED = "learned"  # the folder of what `sohoa learn` drew from the documents
LOCK = ".sohoa/desk.lock"  # among the folder's own state, where no listing of documents looks
# Below these a person should look. Of the words restored with 0.9 and more at least 99.0 % are right (make
# bench-restore); a field is one value that others rely on, and its evidence is the mean over some words.
DOUBTFUL_WORD = 0.9
DOUBTFUL_FIELD = 0.9

TEXT_BLOCKS = ("text", "table", "stamp_text")

# Makes the record of a document anew; the desk gives the machine's document with the person's words in it.
Reread = Callable[[Document], Plan]
# Writes the other outputs of a document (text, Markdown, PDF) after a change; see `Outputs` in desk_cli.
Rewrite = Callable[[Path, Document, Plan], None]
# Hears of long work over documents: how many are done, of how many.
Told = Callable[[int, int], None]


class Conflict(UsageError):
    """What was to be changed is not any more what the person saw."""

    cure = "Look at it again: the page shows what is there now."


@dataclass(frozen=True, slots=True)
class Item:
    """One document on the desk: `name` relative to the output folder, `key` its stable short name in addresses.

    `reports` are the corrections that the last run found no place for, or another reading under. `behind`: the
    stored outputs have not yet what the log says of words, the record neither (see `catch_up`).
    """

    name: str
    folder: Path
    document: Document
    plan: Plan
    log: tuple[Correction, ...]
    reports: tuple[Report, ...] = ()
    behind: bool = False

    @property
    def key(self) -> str:
        return key_of(self.name)

    @property
    def part(self) -> int:
        """The first page of a document that shares its file with others, for `Correction.part`; 0 for any other."""
        return self.document.pages[0].number if file_of(self.name) != self.name else 0

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


_PART = re.compile(r"(.+)/parts/\d\d+")


def file_of(name: str) -> str:
    """The name of the file that a document came in: its own, but for one of several in a file.

    >>> file_of("xã A/tập 1.pdf/parts/02"), file_of("parts/02.pdf")
    ('xã A/tập 1.pdf', 'parts/02.pdf')
    """
    match = _PART.fullmatch(name)
    return match[1] if match else name


def unheard(done: int, total: int) -> None:
    """A `Told` for callers with nobody to tell."""


def counted(names: Sequence[str], told: Told) -> Iterator[str]:
    """The names one after the other, telling before each how many are done of how many, and at the end."""
    for done, name in enumerate(names):
        told(done, len(names))
        yield name
    told(len(names), len(names))


def names(out: Path) -> Iterator[str]:
    """The names of all finished documents under `out`, sorted; nothing outside `out` is followed.

    Raises NoInput where `out` is no folder.
    """
    if not out.is_dir():
        raise NoInput(out, "There is no such output folder.", cure="Name the folder given to `sohoa run --out`.")
    found: list[str] = []
    for place, folders, files in os.walk(out):
        folders[:] = [name for name in folders if not name.startswith(".")]
        if RECORD in files and DOCUMENT in files and Path(place) != out:
            own = Path(place).relative_to(out).as_posix()
            parts = part_names(out, own) if PARTS in folders else ()
            found += parts or (own,)
            folders[:] = [name for name in folders if name != PARTS]
    yield from sorted(found)


def part_names(out: Path, name: str) -> tuple[str, ...]:
    """The names of the documents found in one file; empty for a file that is one document."""
    found = [f"{name}/{PARTS}/{place.name}" for place in sorted((out / name / PARTS).glob("[0-9][0-9]*"))
             if (place / RECORD).is_file() and (place / DOCUMENT).is_file()]
    return tuple(found) if len(found) > 1 else ()


def load(out: Path, name: str) -> Item:
    """Read one document. Raises UnreadableFile where an output is damaged, UsageError for a name outside `out`."""
    folder = folder_of(out, name)
    try:
        document = from_json(json.loads((folder / DOCUMENT).read_text("utf-8")))
        plan = Plan.model_validate_json((folder / RECORD).read_text("utf-8"))
    except (OSError, ValueError, KeyError, TypeError) as error:
        what = f"An output of this document cannot be read ({type(error).__name__})."
        raise UnreadableFile(name, what, cure="Run `sohoa run` with --redo for it.") from error
    item = _with_log(out, Item(name, folder, document, plan, ()))
    standing = _with_words(document, item.log)
    return item if standing == document else replace(item, document=standing, behind=True)


def _with_words(document: Document, log: Sequence[Correction]) -> Document:
    """The document with the words of its log; the same where these are in it already."""
    if not any(entry.where == "document" for entry in log):
        return document
    return correcting.apply_to_document(document, log)


def _with_log(out: Path, item: Item) -> Item:
    """The document with what the log of its file says of it now. What belongs to none is shown with the first."""
    file = file_of(item.name)
    log = corrections.load(folder_of(out, file))
    pages = [page.number for page in item.document.pages]
    is_first = file == item.name or item.name == f"{file}/{PARTS}/01"
    own = corrections.of_part(log, pages, is_first=is_first)
    return replace(item, log=own, reports=correcting.reports_of(item.document, log if is_first else own))


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


# --- changing -------------------------------------------------------------------------------------------


def change(
    out: Path, name: str, entries: Sequence[Correction], reread: Reread, rewrite: Rewrite | None = None
) -> Item:
    """Add entries to the log of a document and make its outputs from it again. Gives the changed document.

    The record is read anew only where words changed or something was undone; a field alone is put in place.
    """
    with locked(out):
        before = load(out, name)
        file = folder_of(out, file_of(name))
        corrections.save(file, (*corrections.load(file), *entries))
        item = _applied(_with_log(out, before), entries, reread)
        if item.behind or any(entry.where in ("document", "record") for entry in entries):
            _write(item, words=item.behind or any(entry.where == "document" for entry in entries))
            if rewrite is not None:
                _rewrite(out, item, rewrite)
        _follow(out, item)
        return replace(item, behind=False)


def note_words(out: Path, item: Item, entries: Sequence[Correction]) -> Item | None:
    """Add entries about words to the log and give the document with them; its outputs are left to `catch_up`.

    None, and nothing is done, where other than words are meant, or a word is part of a mark of secrecy: then the
    outputs must follow at once (`change`).
    """
    pages = {entry.page for entry in entries}
    if any(entry.where != "document" for entry in entries):
        return None
    after = replace(item, log=(*item.log, *entries), behind=True)
    after = replace(after, document=_with_words(item.document, after.log))
    touched = [replace(one.document, pages=tuple(page for page in one.document.pages if page.number in pages))
               for one in (item, after)]
    if secrecy.find_marks(touched[0]) != secrecy.find_marks(touched[1]):
        return None
    with locked(out):
        file = folder_of(out, file_of(item.name))
        corrections.save(file, (*corrections.load(file), *entries))
    return after


def catch_up(out: Path, name: str, reread: Reread, rewrite: Rewrite | None = None) -> Item:
    """Make the outputs of a document from its log again, where they are behind it; gives the document.

    What takes time is done while others may write; where they did, it is done again.
    """
    while True:
        item = load(out, name)
        file = folder_of(out, file_of(name))
        before = corrections.load(file)
        if item.behind:
            item = replace(item, plan=correcting.apply_to_plan(reread(item.document), item.log))
        with locked(out):
            if corrections.load(file) != before:
                continue
            if item.behind:
                _write(item, words=True)
                item = replace(item, behind=False)
        break
    if rewrite is not None:
        _rewrite(out, item, rewrite)
    with locked(out):
        _follow(out, load(out, name))
    return item


def _write(item: Item, *, words: bool) -> None:
    """Store record and, where `words` changed, the document; what stands for its file too."""
    if words:
        write_text(item.folder / DOCUMENT, export.document_json(item.document))
    write_text(item.folder / RECORD, export.record_json(item.plan))
    file = item.folder.parent.parent if file_of(item.name) != item.name else item.folder
    if file != item.folder:
        _change_file(file, item, words=words)


def _rewrite(out: Path, item: Item, rewrite: Rewrite) -> None:
    rewrite(item.folder, item.document, item.plan)
    file = folder_of(out, file_of(item.name))
    if item.folder != file:
        whole = from_json(json.loads((file / DOCUMENT).read_text("utf-8")))
        rewrite(file, whole, Plan.model_validate_json((file / RECORD).read_text("utf-8")))


def _applied(item: Item, entries: Sequence[Correction], reread: Reread) -> Item:
    """The document and record as they are with the new entries, which its log has already."""
    document, plan = item.document, item.plan
    undone = any(entry.action == "undo" and entry.where == "record" for entry in entries)
    words_changed = item.behind or any(entry.where == "document" and entry.before != entry.after for entry in entries)
    if any(entry.where == "document" for entry in entries):
        document = correcting.apply_to_document(document, item.log)
    if words_changed or undone:
        plan = correcting.apply_to_plan(reread(document), item.log)
    elif any(entry.where == "record" for entry in entries):
        plan = correcting.apply_to_plan(plan, entries)
    return replace(item, document=document, plan=plan)


def _change_file(folder: Path, item: Item, *, words: bool) -> None:
    """Words and record of the whole file, after a document in it was changed.

    The record of a file that holds several documents is that of the first.
    """
    whole = from_json(json.loads((folder / DOCUMENT).read_text("utf-8")))
    if words:
        own = {page.number: page for page in item.document.pages}
        whole = replace(whole, pages=tuple(own.get(page.number, page) for page in whole.pages))
        write_text(folder / DOCUMENT, export.document_json(whole))
    if whole.pages[0].number == item.part:
        write_text(folder / RECORD, export.record_json(item.plan))


def _follow(out: Path, item: Item) -> None:
    """Shut the files of a document that is held, open those of one that is not; the file's own go with its parts."""
    folder, file = item.folder, file_of(item.name)
    if item.mark is not None:
        held.close(folder, item.mark)
        # What was learned from it goes too; `sohoa learn` makes the cases anew from the others.
        for learned in (f"references/{item.key}.txt", "cases.json"):
            (out / LEARNED / learned).unlink(missing_ok=True)
    else:
        held.reopen(folder)
    if file == item.name:
        return
    marks = [load(out, name).mark for name in part_names(out, file)]
    mark = secrecy.gravest(marks)
    if mark is not None:
        held.close(folder_of(out, file), mark)
    else:
        held.reopen(folder_of(out, file))


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
    """One text file, written whole or not at all. Raises OutputError."""
    write_bytes(path, text.encode())


def write_bytes(path: Path, content: bytes) -> None:
    """One file, written whole or not at all, open to all unless its folder is held. Raises OutputError."""
    disk.write_atomic(path, content, mode=held.mode_of(path.parent))
    held.keep(path)  # closed or opened while it was written
