"""The output folder as a person sees it: which documents lie in it, and what they hold.

A document read from the disk has the words of its log of corrections laid over it (`changing` writes them).

A file that `--split` found to hold several documents is several documents here, each with a name of its own
("a.pdf/parts/02"); the file itself is none. Their one log is that of the file, since a later run may draw the
borders elsewhere.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sqlite3
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import ValidationError

from pipeline import correcting, corrections, disk, rewording
from pipeline.batches import ledger
from pipeline.batches.ledger import InputRow
from pipeline.correcting import Report
from pipeline.corrections import Correction
from pipeline.document import Document, Page
from pipeline.errors import UnreadableFile, UsageError
from pipeline.knowledge import secrecy
from pipeline.knowledge.secrecy import Mark
from pipeline.plan import Plan
from pipeline.stored import from_json

RECORD = "record.json"
DOCUMENT = "document.json"
PARTS = "parts"  # the folder, among the outputs of a file, of the documents found in it
LEARNED = "learned"  # the folder of what `sohoa learn` drew from the documents

TEXT_BLOCKS = ("text", "table", "stamp_text")

# Hears of long work over documents: how many are done, of how many.
Told = Callable[[int, int], None]


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
        """Where a document begins that shares its file with others, for `Correction.part`; 0 for any other."""
        return corrections.part_key(self.document) if file_of(self.name) != self.name else 0

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

    Raises NoInput where no run has been.
    """
    found: list[str] = []
    for place, folders, files in os.walk(out):
        folders[:] = [name for name in folders if not name.startswith(".")]
        if RECORD in files and DOCUMENT in files and Path(place) != out:
            own = Path(place).relative_to(out).as_posix()
            parts = part_names(out, own) if PARTS in folders else ()
            found += parts or (own,)
            folders[:] = [name for name in folders if name != PARTS]
    if not found and not (out / disk.LEDGER_NAME).is_file():
        raise ledger.no_results(out)  # a folder of scans, say, in which the desk must leave nothing
    yield from sorted(found)


def part_names(out: Path, name: str) -> tuple[str, ...]:
    """The names of the documents found in one file; empty for a file that is one document."""
    found = [f"{name}/{PARTS}/{place.name}" for place in sorted((out / name / PARTS).glob("[0-9][0-9]*"))
             if (place / RECORD).is_file() and (place / DOCUMENT).is_file()]
    return tuple(found) if len(found) > 1 else ()


_WHERE_IT_IS = "`sohoa search DIR` lists those that are there, `sohoa status DIR` what failed."


def load(out: Path, name: str) -> Item:
    """Read one document. Raises UnreadableFile (an output is missing or damaged), UsageError (a name outside `out`)."""
    folder = folder_of(out, name)
    if not (folder / DOCUMENT).exists() and not (folder / RECORD).exists():
        raise UnreadableFile(name, "There is no such document among the results.", cure=_WHERE_IT_IS)
    try:
        document = from_json(json.loads((folder / DOCUMENT).read_text("utf-8")))
        plan = Plan.model_validate_json((folder / RECORD).read_text("utf-8"))
    except (OSError, ValueError, KeyError, TypeError) as error:
        what = f"An output of this document cannot be read ({type(error).__name__})."
        raise UnreadableFile(name, what, cure="Run `sohoa run` with --redo for it.") from error
    item = with_log(out, Item(name, folder, document, plan, ()))
    standing = with_words(document, item.log)
    return item if standing == document else replace(item, document=standing, behind=True)


def with_words(document: Document, log: Sequence[Correction]) -> Document:
    """The document with the words of its log; the same where these are in it already."""
    if not any(entry.where == "document" for entry in log):
        return document
    return rewording.apply_to_document(document, log)


def with_log(out: Path, item: Item) -> Item:
    """The document with what the log of its file says of it now. What belongs to none is shown with the first."""
    file = file_of(item.name)
    log = corrections.load(folder_of(out, file))
    is_first = file == item.name or item.name == f"{file}/{PARTS}/01"
    own = corrections.of_part(log, item.document, is_first=is_first)
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
        return ledger.ledger_rows(out)
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):  # a database that only the desk has written to
            return {}
        raise


def page_text(page: Page) -> str:
    """The restored text of a page, a printed line a line, page numbers and running heads left out."""
    lines = (line.text for block in page.blocks if block.kind in TEXT_BLOCKS for line in block.lines)
    return "\n".join(line for line in lines if line)


NUMBER = "/number/number"


def unread_fields(item: Item) -> tuple[str, ...]:
    """The fields that stand on the paper and could not be read, until a person has looked: a number in handwriting.

    A day or month that could not be read leaves a shorter date, which is doubtful by its evidence already.
    """
    plan = item.plan
    unread = any(warning.code == "value_unreadable" and warning.message.startswith("number: ")  # as `header` writes it
                 for warning in plan.warnings)
    if not unread or plan.number.number is not None:
        return ()
    looked = any(entry.where == "record" and entry.pointer == NUMBER for entry in corrections.effective(item.log))
    return () if looked else (NUMBER,)
