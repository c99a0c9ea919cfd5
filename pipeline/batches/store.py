"""The ledger of an output folder (`DIR/sohoa.db`): what is done, with which versions, what failed and why.

What is true stands in files: a recognised page is a file (`pagefiles.py`), a finished document is its
folder of outputs, and both appear by rename. The ledger says which of them belong together: a
file is written first, its row after. So a crash between the two costs at most one repeated step, and
a row never names what is not there. When a document is complete its `document.json` is the stored
form, and the single pages go.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pipeline import disk
from pipeline.batches.discover import name_key
from pipeline.batches.pagefiles import PageRow, page_folder
from pipeline.errors import DiskFull, NoInput, OutputNotWritable
from pipeline.settings import Settings

SCHEMA_VERSION = 1

ANNOUNCED_AFTER = 1.0  # seconds that an input may be under way before the ledger knows of it

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


_COLUMNS = (
    "name", "path", "size", "modified_ns", "state", "sha256", "media_type", "page_count", "pages_failed",
    "recognition_key", "reading_key", "corrections", "complete", "files", "seconds_recognition",
    "seconds_reading", "confidence", "warnings", "code", "what", "cure", "run",
)


_RECORD_INPUT = (
    f"INSERT OR REPLACE INTO inputs ({', '.join(_COLUMNS)}, folded, updated) "
    f"VALUES ({', '.join('?' for _ in range(len(_COLUMNS) + 2))})"
)


@contextlib.contextmanager
def _ledger_errors(path: Path) -> Iterator[None]:
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


class Store:
    """The ledger and page store of one output folder, held exclusively while open.

    Only the coordinating process writes the ledger; workers write page files and outputs.
    """

    def __init__(self, out: Path) -> None:
        """Takes the lock, makes the folder where needed and empties what a killed run left behind.

        Raises Locked, DiskFull or OutputNotWritable.
        """
        self.out = out
        self._path = out / disk.LEDGER_NAME
        with disk.output_errors(out):
            out.mkdir(parents=True, exist_ok=True)
        self._lock = disk.FolderLock(out)
        self._lock.acquire()
        try:
            self.temporary = disk.temporary_folder(out)
            shutil.rmtree(self.temporary, ignore_errors=True)
            with disk.output_errors(self.temporary):
                self.temporary.mkdir(parents=True, exist_ok=True)
            with _ledger_errors(self._path):
                self._db = _connect(self._path)
            self.run = 0
            self._announced: dict[str, tuple[float, InputRow]] = {}
            self._aside: list[Path] = []
            self._dropped = 0
        except BaseException:
            self._lock.release()
            raise

    def close(self) -> None:
        with contextlib.suppress(sqlite3.Error):
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._db.close()
        shutil.rmtree(self.temporary, ignore_errors=True)
        pages = self.out / disk.STATE_FOLDER / "pages"
        for empty in (*(pages.iterdir() if pages.is_dir() else ()), pages):
            with contextlib.suppress(OSError):
                empty.rmdir()
        self._lock.release()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- runs

    def start_run(self, settings: Settings, versions: dict[str, str], redo: bool = False) -> bool:
        """Begins a run, or goes on with the one that did not end; True when it goes on.

        A `redo` goes on with a redo only: what another run had done before it was stopped is to be done again.
        """
        told = (json.dumps({**settings.as_json(), "redo": redo}, sort_keys=True), json.dumps(versions, sort_keys=True))
        with _ledger_errors(self._path), self._db:
            last = self._db.execute("SELECT id, state, settings FROM runs ORDER BY id DESC LIMIT 1").fetchone()
            if last is not None and last[1] != "ended" and (not redo or json.loads(last[2]).get("redo")):
                self.run = int(last[0])
                self._db.execute(
                    "UPDATE runs SET state='running', settings=?, versions=? WHERE id=?", (*told, self.run)
                )
                return True
            cursor = self._db.execute(
                "INSERT INTO runs (started, state, settings, versions) VALUES (?, 'running', ?, ?)",
                (time.time(), *told),
            )
            self.run = int(cursor.lastrowid or 0)
        return False

    def end_run(self, complete: bool) -> None:
        self.write_announced()
        with _ledger_errors(self._path), self._db:
            state = "ended" if complete else "stopped"
            self._db.execute("UPDATE runs SET state=?, ended=? WHERE id=?", (state, time.time(), self.run))

    # --- inputs

    def input(self, name: str) -> InputRow | None:
        rows = self._rows("WHERE name=?", (name,))
        return rows[0] if rows else None

    def by_path(self, path: Path) -> InputRow | None:
        rows = self._rows("WHERE path=? ORDER BY name", (text_of_path(path),))
        return rows[0] if rows else None

    def by_folded(self, name: str) -> InputRow | None:
        """The input whose name could meet `name` in one folder of a file system that ignores case."""
        rows = self._rows("WHERE folded=?", (name_key(name),))
        return rows[0] if rows else None

    def with_content(self, sha256: str) -> tuple[InputRow, ...]:
        """Every finished input of this content."""
        return self._rows("WHERE sha256=? AND state='done' ORDER BY name", (sha256,))

    def complete(self, sha256: str) -> tuple[InputRow, ...]:
        """Inputs whose `document.json` holds every page of this content, by whatever recognition."""
        # A range, not LIKE, which would not use the index: "/" comes after ".".
        return self._rows("WHERE complete>=? AND complete<? ORDER BY name", (f"{sha256}.", f"{sha256}/"))

    def _rows(self, where: str, values: tuple[Any, ...]) -> tuple[InputRow, ...]:
        with _ledger_errors(self._path):
            return read_inputs(self._db, where, values)

    def announce(self, row: InputRow) -> None:
        """Tells of an input under way that the ledger did not know. Nothing is done again for want of such a row, so
        it waits for ANNOUNCED_AFTER seconds: a short input is done by then and costs one row less."""
        self._announced[row.name] = (time.monotonic(), row)

    def write_announced(self, waited: float = 0.0) -> None:
        """Writes what was announced and has waited so many seconds."""
        until = time.monotonic() - waited
        while self._announced:
            name, (since, row) = next(iter(self._announced.items()))
            if since > until:
                break
            del self._announced[name]
            self.record_input(row)

    def record_input(self, row: InputRow) -> None:
        self._announced.pop(row.name, None)
        values = [getattr(row, column) for column in _COLUMNS]
        values[_COLUMNS.index("files")] = json.dumps(dict(row.files), sort_keys=True)
        values[_COLUMNS.index("run")] = self.run
        with _ledger_errors(self._path), self._db:
            self._db.execute(_RECORD_INPUT, (*values, name_key(row.name), time.time()))

    # --- pages

    def pages(self, sha256: str, recognition_key: str, *, only_this_run: bool = False) -> dict[int, PageRow]:
        """What is known of the pages: done ones, and those that failed in this run.

        A failure of an earlier run does not count: each new run tries such a page again, but going on
        with an interrupted run does not. `only_this_run`: nor do done pages of earlier runs (`--redo`).
        """
        fresh = "run=?" if only_this_run else "(state='done' OR run=?)"
        with _ledger_errors(self._path):
            rows = self._db.execute(
                "SELECT number, state, seconds, plain, code, what, cure, worker FROM pages "
                f"WHERE sha256=? AND recognition_key=? AND {fresh}", (sha256, recognition_key, self.run),
            ).fetchall()
        return {row[0]: PageRow(row[0], row[1], row[2], bool(row[3]), *row[4:]) for row in rows}

    def record_page(self, sha256: str, recognition_key: str, row: PageRow) -> None:
        with _ledger_errors(self._path), self._db:
            self._db.execute(
                "INSERT OR REPLACE INTO pages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (sha256, recognition_key, row.number, row.state, self.run, time.time(), row.seconds, int(row.plain),
                 row.worker, row.code, row.what, row.cure),
            )

    def page_folder(self, sha256: str, recognition_key: str) -> Path:
        return page_folder(self.out, sha256, recognition_key)

    def drop_pages(self, sha256: str) -> None:
        """Forgets the page files of a complete document, of any recognition; its `document.json` holds them.

        They are only put aside here, which is quick: whoever finishes the next document deletes them (`put_aside`).
        """
        parent = self.page_folder(sha256, "").parent
        with contextlib.suppress(FileNotFoundError):
            # Not `glob`, which compiles a pattern for every document.
            for name in os.listdir(parent):  # noqa: PTH208 - nor a path for each neighbour
                if name.startswith(f"{sha256}."):
                    self._drop(parent / name)

    def _drop(self, folder: Path) -> None:
        aside = self.temporary / f"dropped-{self._dropped}"
        self._dropped += 1
        try:
            folder.rename(aside)
        except OSError:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            self._aside.append(aside)

    def put_aside(self) -> tuple[Path, ...]:
        """Folders that are to be deleted, told once; what nobody deletes goes when the ledger is closed."""
        told, self._aside = tuple(self._aside), []
        return told

    def drop_unclaimed(self, sha256: str) -> None:
        """Forgets the page files of a content that no input has any more."""
        self.write_announced()
        with _ledger_errors(self._path):
            claimed = self._db.execute("SELECT 1 FROM inputs WHERE sha256=? LIMIT 1", (sha256,)).fetchone()
        if claimed is None:
            self.drop_pages(sha256)

    def drop_stale_pages(self) -> None:
        """Page files whose document was completed just before a crash."""
        root = self.out / disk.STATE_FOLDER / "pages"
        for folder in sorted(root.glob("*/*")):
            sha256 = folder.name.partition(".")[0]
            if any(row.state == "done" and row.complete == folder.name
                   and (self.out / row.name / "document.json").is_file() for row in self.complete(sha256)):
                self.drop_pages(sha256)


def reader_key(versions: dict[str, str]) -> str:
    """Names what reads a page: the imaging half and the engine, by their versions (`versions.py`)."""
    told = f"{versions.get('imaging', '')} {versions.get('tesseract', '')}"
    return hashlib.sha256(told.encode()).hexdigest()[:12]


# --- beside the run -----------------------------------------------------------------------------------


def forget_failures(store: Store) -> None:
    """Failed pages of the present run count as not tried, also where the run was interrupted."""
    with _ledger_errors(store.out / disk.LEDGER_NAME), store._db:
        store._db.execute("DELETE FROM pages WHERE state='failed'")


def ledger_rows(out: Path) -> dict[str, InputRow]:
    """All inputs by name, for a dry run or a report; empty where no run has been."""
    try:
        with reading(out) as db:
            return {row.name: row for row in read_inputs(db, "", ())}
    except NoInput:
        return {}


@contextlib.contextmanager
def reading(out: Path) -> Iterator[sqlite3.Connection]:
    path = out / disk.LEDGER_NAME
    if not path.is_file():
        raise NoInput(out, "holds no results of a run.", cure="Name the --out folder of an earlier run.")
    with _ledger_errors(path):
        db = sqlite3.connect(path, timeout=30, isolation_level=None)
        try:
            db.execute("PRAGMA query_only=1")
            yield db
        finally:
            db.close()


def _connect(path: Path) -> sqlite3.Connection:
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
    rows = db.execute(f"SELECT {', '.join(_COLUMNS)} FROM inputs {where}", values).fetchall()
    told = (dict(zip(_COLUMNS, row, strict=True)) for row in rows)
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
