"""The file of the ledger (`DIR/sohoa.db`): its tables, its rows as values, and the border to SQLite.

Whoever only looks (a report, the desk, a dry run) reads it here, also while a run works. Writing is `store.py`'s
alone: one process holds the folder.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pipeline import disk
from pipeline.errors import DiskFull, NoInput, OutputNotWritable

SCHEMA_VERSION = 1

InputState = Literal["open", "done", "partial", "failed"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS runs (
    id INTEGER PRIMARY KEY, started REAL NOT NULL, ended REAL, state TEXT NOT NULL,
    settings TEXT NOT NULL, versions TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS inputs (
    name TEXT PRIMARY KEY, folded TEXT NOT NULL, path TEXT NOT NULL,
    size INTEGER NOT NULL, modified_ns INTEGER NOT NULL,
    state TEXT NOT NULL, run INTEGER NOT NULL, updated REAL NOT NULL,
    sha256 TEXT, media_type TEXT, page_count INTEGER, pages_failed INTEGER NOT NULL DEFAULT 0,
    recognition_key TEXT, reading_key TEXT, corrections TEXT, complete TEXT, files TEXT NOT NULL DEFAULT '{}',
    seconds_recognition REAL NOT NULL DEFAULT 0, seconds_reading REAL NOT NULL DEFAULT 0,
    confidence REAL, warnings INTEGER NOT NULL DEFAULT 0, code TEXT, what TEXT, cure TEXT
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS inputs_by_content ON inputs (sha256);
CREATE INDEX IF NOT EXISTS inputs_by_complete ON inputs (complete);
CREATE INDEX IF NOT EXISTS inputs_by_path ON inputs (path);
CREATE INDEX IF NOT EXISTS inputs_by_folded ON inputs (folded);
CREATE TABLE IF NOT EXISTS pages (
    sha256 TEXT NOT NULL, recognition_key TEXT NOT NULL, number INTEGER NOT NULL,
    state TEXT NOT NULL, run INTEGER NOT NULL, updated REAL NOT NULL, seconds REAL NOT NULL,
    plain INTEGER NOT NULL, worker TEXT NOT NULL DEFAULT '', code TEXT, what TEXT, cure TEXT,
    PRIMARY KEY (sha256, recognition_key, number)
) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class InputRow:
    """What the ledger knows of one input. `files` gives the sha256 of every output by its name.

    `complete` names the content and recognition (see `content_key`) whose every page stands in this
    input's `document.json`; it outlives a later failure. `run` is the run that wrote the row.
    """

    name: str
    path: str
    size: int
    modified_ns: int
    state: InputState
    sha256: str | None = None
    media_type: str | None = None
    page_count: int | None = None
    pages_failed: int = 0
    recognition_key: str | None = None
    reading_key: str | None = None
    corrections: str | None = None
    complete: str | None = None
    files: tuple[tuple[str, str], ...] = ()
    seconds_recognition: float = 0.0
    seconds_reading: float = 0.0
    confidence: float | None = None
    warnings: int = 0
    code: str | None = None
    what: str | None = None
    cure: str | None = None
    run: int = 0


COLUMNS = (
    "name", "path", "size", "modified_ns", "state", "sha256", "media_type", "page_count", "pages_failed",
    "recognition_key", "reading_key", "corrections", "complete", "files", "seconds_recognition",
    "seconds_reading", "confidence", "warnings", "code", "what", "cure", "run",
)


RECORD_INPUT = (
    f"INSERT OR REPLACE INTO inputs ({', '.join(COLUMNS)}, folded, updated) "
    f"VALUES ({', '.join('?' for _ in range(len(COLUMNS) + 2))})"
)


@contextlib.contextmanager
def ledger_errors(path: Path) -> Iterator[None]:
    """The one border of sqlite3."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_FULL:
            raise DiskFull(path, "there is no room left to write the ledger.") from error
        if code == sqlite3.SQLITE_IOERR and _no_room(path.parent):
            raise DiskFull(path, "there is no room left to write the ledger.") from error
        if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
            cure = "Move it away and run again: everything is then read anew; corrections are kept."
            raise OutputNotWritable(path, "is damaged.", cure=cure) from error
        if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_IOERR,
                    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_FULL):
            raise OutputNotWritable(path, f"cannot be written ({error}).") from error
        raise


def _no_room(folder: Path) -> bool:
    """SQLite says "disk I/O error" for a file-size limit; try whether a block can still be written."""
    probe = folder / disk.STATE_FOLDER / "tmp" / "probe"
    try:
        probe.parent.mkdir(parents=True, exist_ok=True)
        with probe.open("wb") as file:
            file.write(b"\0" * 65536)
    except OSError as error:
        return disk.is_full(error)
    finally:
        with contextlib.suppress(OSError):
            probe.unlink(missing_ok=True)
    # A limit on the size of one file stops the grown ledger but not a new small file.
    return True


def ledger_rows(out: Path) -> dict[str, InputRow]:
    """All inputs by name, for a dry run or a report; empty where no run has been."""
    try:
        with reading(out) as db:
            return {row.name: row for row in read_inputs(db, "", ())}
    except NoInput:
        return {}


def no_results(out: Path) -> NoInput:
    return NoInput(out, "holds no results of a run.", cure="Name the --out folder of an earlier run.")


@contextlib.contextmanager
def reading(out: Path) -> Iterator[sqlite3.Connection]:
    path = out / disk.LEDGER_NAME
    if not path.is_file():
        raise no_results(out)
    with ledger_errors(path):
        db = sqlite3.connect(path, timeout=30, isolation_level=None)
        try:
            db.execute("PRAGMA query_only=1")
            if db.execute("SELECT 1 FROM sqlite_master WHERE name='runs'").fetchone() is None:
                raise no_results(out)  # the desk's tables alone: the ledger was moved away
            yield db
        finally:
            db.close()


def connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=30)
    try:
        _prepare(db, path)
    except BaseException:
        db.close()  # a damaged file, another format: the next call may find it removed
        raise
    return db


def _prepare(db: sqlite3.Connection, path: Path) -> None:
    db.execute("PRAGMA journal_mode=WAL")
    # NORMAL: a killed process loses nothing; a power cut may lose the last rows, whose files are synced
    # and found again.
    db.execute("PRAGMA synchronous=NORMAL")
    with db:
        db.executescript(_SCHEMA)
        db.execute("INSERT OR IGNORE INTO meta VALUES ('schema_version', ?)", (str(SCHEMA_VERSION),))
    version = db.execute("SELECT value FROM meta WHERE name='schema_version'").fetchone()[0]
    if int(version) != SCHEMA_VERSION:
        cure = "Use the version of sohoa that made it, or another --out."
        raise OutputNotWritable(path, f"was made by another version (ledger format {version}).", cure=cure)


def read_inputs(db: sqlite3.Connection, where: str, values: tuple[Any, ...]) -> tuple[InputRow, ...]:
    rows = db.execute(f"SELECT {', '.join(COLUMNS)} FROM inputs {where}", values).fetchall()
    told = (dict(zip(COLUMNS, row, strict=True)) for row in rows)
    return tuple(InputRow(**{**row, "files": tuple(sorted(json.loads(row["files"]).items()))}) for row in told)


_RAW_BYTES = "bytes:"


def text_of_path(path: Path) -> str:
    """A path for the ledger; SQLite takes no name that is not UTF-8, so such a one is kept as hexadecimal."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return _RAW_BYTES + os.fsencode(path).hex()
    return str(path)


def path_of(row: InputRow) -> Path:
    """Where the input of a ledger row lies."""
    if row.path.startswith(_RAW_BYTES):
        return Path(os.fsdecode(bytes.fromhex(row.path.removeprefix(_RAW_BYTES))))
    return Path(row.path)
