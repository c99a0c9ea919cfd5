"""The one way to change the documents of an output folder.

Every change goes through `change`: the log of corrections is written first, then the outputs are made from
it again. Whatever happens in between, the log has what the person did: a document read from the disk has the words
of its log laid over it, and the next run puts everything in its place. So words may be noted at once (`note_words`)
and the outputs made later (`catch_up`): of 120 pages that takes seconds.
One lock for the folder keeps two writers (the desk, an import) from losing each other's entries.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipeline import correcting, corrections, disk, rewording
from pipeline.corrections import Correction
from pipeline.desk.desk import (
    DOCUMENT,
    LEARNED,
    RECORD,
    Item,
    file_of,
    folder_of,
    load,
    part_names,
    with_log,
    with_words,
)
from pipeline.document import Document, place_on_page
from pipeline.errors import OutputNotWritable, UsageError
from pipeline.knowledge import secrecy
from pipeline.plan import Plan
from pipeline.stored import from_json
from pipeline.writers import export, held

LOCK = ".sohoa/desk.lock"  # among the folder's own state, where no listing of documents looks

# Makes the record of a document anew; the desk gives the machine's document with the person's words in it.
Reread = Callable[[Document], Plan]
# Writes the other outputs of a document (text, Markdown, PDF) after a change; see `rewrite` in desk_cli.
Rewrite = Callable[[Path, Document, Plan], None]


class Conflict(UsageError):
    """What was to be changed is not any more what the person saw."""

    cure = "Look at it again: the page shows what is there now."


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
        item = _applied(with_log(out, before), entries, reread)
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
    after = replace(after, document=with_words(item.document, after.log))
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
        document = rewording.apply_to_document(document, item.log)
    if words_changed or undone:
        plan = correcting.apply_to_plan(reread(document), item.log)
    elif any(entry.where == "record" for entry in entries):
        plan = correcting.apply_to_plan(plan, entries, item.log)
    return replace(item, document=document, plan=plan)


def _change_file(folder: Path, item: Item, *, words: bool) -> None:
    """Words and record of the whole file, after a document in it was changed.

    The record of a file that holds several documents is that of the first.
    """
    whole = from_json(json.loads((folder / DOCUMENT).read_text("utf-8")))
    if words:
        # A page that documents share is not this one's alone: what was said of its words is laid over the whole page.
        own = {page.number: page for page in item.document.pages if place_on_page(page) is None}
        whole = rewording.apply_to_document(whole, item.log) if len(own) < len(item.document.pages) else whole
        whole = replace(whole, pages=tuple(own.get(page.number, page) for page in whole.pages))
        write_text(folder / DOCUMENT, export.document_json(whole))
    if corrections.part_key(whole) == item.part:
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
