"""What a person changed: kept beside the outputs of a document, put back after every run, never forgotten.

The trouble: the next run writes the machine's reading over the person's, and nobody notices. So a
correction is never stored *in* an output. `corrections.json` is a log that only grows; every run applies
it again to what the machine reads now.

This module knows the log; `correcting` lays it over a reading. It drops no entry: an undo is an entry too.
"""

from __future__ import annotations

import json
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pipeline import disk
from pipeline.document import Document, place_on_page
from pipeline.errors import UnreadableCorrections

FILE_NAME = "corrections.json"
FORMAT_VERSION = "1.0"
RULE = "person"  # the rule name of an `Edit` that a person made

# "record": a JSON Pointer into record.json. "document": one into document.json, down to a word. "shelf": what
# only a person knows (/box, /maintenance, ...). "state": /verified, /released and /held of the document.
Where = Literal["record", "document", "shelf", "state"]
Action = Literal["replace", "add", "remove", "undo"]


@dataclass(frozen=True, slots=True)
class Correction:
    """One act of a person. `when` is ISO 8601 with its offset, `who` the name given at the desk.

    `before` and `after` are plain JSON values. `keys` holds the wording of the list items on the way to the
    place, `page` (from 1) and `box` the place on the scan, `raw` and `line` what the recogniser saw there.
    `confidence` is the machine's own, so that an undo can give it back. `undoes` names the entry taken back.
    `part` says where the document meant begins where a file holds several (`part_key`; 0: the first or only one);
    entries of one act have one `group`, and are taken back together.
    """

    id: str
    who: str
    when: str
    where: Where
    pointer: str
    before: Any = None
    after: Any = None
    action: Action = "replace"
    keys: tuple[str, ...] = ()
    page: int | None = None
    box: tuple[float, float, float, float] | None = None
    raw: str = ""
    line: str = ""
    confidence: float | None = None
    undoes: str = ""
    note: str = ""
    part: int = 0
    group: str = ""


# --- the file -------------------------------------------------------------------------------------------


def load(folder: Path) -> tuple[Correction, ...]:
    """The log of a document's output folder, oldest first; empty where there is none.

    Raises UnreadableCorrections rather than passing over what a person did.
    """
    path = folder / FILE_NAME
    try:
        data = json.loads(path.read_text("utf-8"))
        return tuple(_from_json(item) for item in data["log"])
    except FileNotFoundError:
        return ()
    except (OSError, ValueError) as error:
        raise UnreadableCorrections(path, f"The file of corrections cannot be read ({error}).") from error
    except (KeyError, TypeError) as error:
        raise UnreadableCorrections(path, "The file of corrections has another form than it should.") from error


def save(folder: Path, log: Sequence[Correction]) -> None:
    """Write the log, whole or not at all. Raises DiskFull or OutputNotWritable."""
    content = json.dumps(
        {"format_version": FORMAT_VERSION, "log": [_to_json(item) for item in log]}, ensure_ascii=False, indent=1
    )
    path = folder / FILE_NAME
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o644  # that of a held document stays its owner's alone
    disk.write_atomic(path, (content + "\n").encode(), mode=mode)


def clean_text(text: str) -> str:
    r"""What a person typed, in composed letters and without the signs that no paper carries (controls, lone halves).

    >>> clean_text("Tie\u0302\u0301n\x00")
    'Tiến'
    """
    kept = "".join(sign for sign in text if sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cs", "Cn"))
    return unicodedata.normalize("NFC", kept)


def new_id() -> str:
    return secrets.token_hex(6)


def _to_json(correction: Correction) -> dict[str, Any]:
    empty = Correction("", "", "", "record", "")
    given = {name: getattr(correction, name) for name in Correction.__slots__}
    always = {"id", "who", "when", "where", "pointer", "before", "after"}
    return {name: value for name, value in given.items() if name in always or value != getattr(empty, name)}


def _from_json(item: dict[str, Any]) -> Correction:
    given = dict(item)
    given["keys"] = tuple(item.get("keys", ()))
    if item.get("box") is not None:
        left, top, right, bottom = item["box"]
        given["box"] = (left, top, right, bottom)
    return Correction(**given)


# --- reading the log ------------------------------------------------------------------------------------


def effective(log: Sequence[Correction]) -> tuple[Correction, ...]:
    """The log without what was undone, and without the undo entries themselves."""
    undone: set[str] = set()
    for entry in reversed(log):  # an undo can itself be undone
        if entry.action == "undo" and entry.id not in undone:
            undone.add(entry.undoes)
    return tuple(entry for entry in log if entry.action != "undo" and entry.id not in undone)


def last_undoable(log: Sequence[Correction]) -> tuple[Correction, ...]:
    """The newest act that still stands, newest entry first; empty where there is none.

    Releases from secrecy are no such acts: they are taken back by holding again.
    """
    standing = [entry for entry in reversed(effective(log)) if entry.where != "state"]
    if not standing:
        return ()
    newest = standing[0]
    return tuple(entry for entry in standing if entry is newest or (entry.group and entry.group == newest.group))


BELOW = 1_000_000  # no file has as many pages


def part_key(document: Document) -> int:
    """What `Correction.part` says of a document that shares its file: its first page, 0 where it has none.

    For one that begins below others on that page `BELOW` is added for each of them.
    """
    if not document.pages:
        return 0
    first = document.pages[0]
    return first.number + BELOW * (place_on_page(first) or 0)


def of_part(log: Sequence[Correction], document: Document, *, is_first: bool) -> tuple[Correction, ...]:
    """What the log says of one document of a file that holds several; its pages as they lie.

    A word is known by its page, and by its place where documents share the page; all else by where its document begins.
    Where a later run draws the border elsewhere, an entry whose document does not begin where it did belongs to none:
    it is kept, and no place guessed.
    """
    key = part_key(document)
    pages = {page.number: page for page in document.pages}

    def is_own(entry: Correction) -> bool:
        if entry.where != "document":
            return entry.part == key or (is_first and not entry.part)
        page = pages.get(entry.page) if entry.page is not None else None
        if page is None or entry.box is None or place_on_page(page) is None:
            return page is not None
        left, top, right, bottom = entry.box
        x, y = (left + right) / 2, (top + bottom) / 2
        boxes = (line.box for line in page.lines())
        return any(box is not None and box.left <= x <= box.right and box.top <= y <= box.bottom for box in boxes)

    return tuple(entry for entry in log if is_own(entry))


def state(log: Sequence[Correction]) -> dict[str, Correction]:
    """The newest entry for each of "verified", "released", "held" that is set (its `after` is true)."""
    found: dict[str, Correction] = {}
    for entry in effective(log):
        if entry.where == "state":
            name = entry.pointer.lstrip("/")
            found.pop(name, None)
            if entry.after:
                found[name] = entry
    return found


def shelf(log: Sequence[Correction]) -> dict[str, str]:
    """What a person said of the paper and its file: {"box": "12", "maintenance": "01", ...}."""
    values = {}
    for entry in effective(log):
        if entry.where == "shelf":
            values[entry.pointer.lstrip("/")] = "" if entry.after is None else str(entry.after)
    return {name: value for name, value in values.items() if value}
