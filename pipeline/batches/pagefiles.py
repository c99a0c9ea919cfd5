"""Recognised pages as files: they wait under `DIR/.sohoa/pages` for their document.

Written and read by workers, who know no ledger. A page is kept under the sha256 of its input and the key of its
recognition (settings, then versions), so that a moved, renamed or doubled input is never recognised again.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pipeline import disk
from pipeline.document import Document, Page
from pipeline.stored import from_json, to_json


@dataclass(frozen=True, slots=True)
class PageRow:
    """One page in the ledger: recognised (its file is kept until the document is complete) or failed."""

    number: int
    state: Literal["done", "failed"]
    seconds: float = 0.0
    plain: bool = False
    code: str | None = None
    what: str | None = None
    cure: str | None = None
    worker: str = ""


def content_key(sha256: str, recognition_key: str) -> str:
    """Names one reading of one content."""
    return f"{sha256}.{recognition_key}"


def page_folder(out: Path, sha256: str, recognition_key: str) -> Path:
    return Path(out, disk.STATE_FOLDER, "pages", sha256[:2], content_key(sha256, recognition_key))


def page_path(folder: Path, number: int) -> Path:
    return folder / f"{number:06}.json.gz"


def save_page(folder: Path, page: Page, row: PageRow, temporary: Path) -> None:
    """Stores one recognised page, whole and synced to disk. `row` travels along, for a ledger that lost it."""
    holder = Document("", "", "", (page,))
    told = {"seconds": round(row.seconds, 3), "plain": row.plain, "document": to_json(holder)}
    data = json.dumps(told, ensure_ascii=False).encode("utf-8", "surrogatepass")
    disk.write_atomic(page_path(folder, page.number), gzip.compress(data, 1, mtime=0), temporary)


def load_page(folder: Path, number: int) -> tuple[Page, PageRow] | None:
    """The stored page, or None where there is none that can be read (then it is recognised again)."""
    try:
        told = json.loads(gzip.decompress(page_path(folder, number).read_bytes()).decode("utf-8", "surrogatepass"))
        page = from_json(told["document"]).pages[0]
        return page, PageRow(number, "done", float(told["seconds"]), bool(told["plain"]))
    except (OSError, EOFError, ValueError, KeyError, IndexError, TypeError):
        return None


def stored_numbers(folder: Path) -> set[int]:
    """Numbers of the pages that have a file."""
    try:
        return {int(path.name.split(".")[0]) for path in folder.glob("*.json.gz")}
    except ValueError:
        return set()


def load_document(path: Path, sha256: str) -> Document | None:
    """The stored `document.json` at `path`, if it is there, whole, and of this content."""
    try:
        document = from_json(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return document if document.sha256 == sha256 else None
