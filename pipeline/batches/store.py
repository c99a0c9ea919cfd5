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
from pathlib import Path
from typing import Any

from pipeline import disk
from pipeline.batches import ledger
from pipeline.batches.discover import name_key
from pipeline.batches.ledger import InputRow
from pipeline.batches.pagefiles import PageRow, page_folder
from pipeline.settings import Settings

ANNOUNCED_AFTER = 1.0  # seconds that an input may be under way before the ledger knows of it


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
            with ledger.ledger_errors(self._path):
                self._db = ledger.connect(self._path)
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
        with ledger.ledger_errors(self._path), self._db:
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
        with ledger.ledger_errors(self._path), self._db:
            state = "ended" if complete else "stopped"
            self._db.execute("UPDATE runs SET state=?, ended=? WHERE id=?", (state, time.time(), self.run))

    # --- inputs

    def input(self, name: str) -> InputRow | None:
        rows = self._rows("WHERE name=?", (name,))
        return rows[0] if rows else None

    def by_path(self, path: Path) -> InputRow | None:
        rows = self._rows("WHERE path=? ORDER BY name", (ledger.text_of_path(path),))
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
        with ledger.ledger_errors(self._path):
            return ledger.read_inputs(self._db, where, values)

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

    def forget_gone(self) -> None:
        """Forgets inputs that failed or were under way, have no outputs, and are not there any more.

        A slip in a path, a bad scan that was thrown away: nobody could mend them. Recognised pages stay, by content.
        """
        gone = [row.name for row in self._rows("WHERE state IN ('failed', 'open') AND files='{}'", ())
                if not os.path.lexists(ledger.path_of(row))]
        with ledger.ledger_errors(self._path), self._db:
            self._db.executemany("DELETE FROM inputs WHERE name=?", ((name,) for name in gone))

    def record_input(self, row: InputRow) -> None:
        self._announced.pop(row.name, None)
        values = [getattr(row, column) for column in ledger.COLUMNS]
        values[ledger.COLUMNS.index("files")] = json.dumps(dict(row.files), sort_keys=True)
        values[ledger.COLUMNS.index("run")] = self.run
        with ledger.ledger_errors(self._path), self._db:
            self._db.execute(ledger.RECORD_INPUT, (*values, name_key(row.name), time.time()))

    # --- pages

    def pages(self, sha256: str, recognition_key: str, *, only_this_run: bool = False) -> dict[int, PageRow]:
        """What is known of the pages: done ones, and those that failed in this run.

        A failure of an earlier run does not count: each new run tries such a page again, but going on
        with an interrupted run does not. `only_this_run`: nor do done pages of earlier runs (`--redo`).
        """
        fresh = "run=?" if only_this_run else "(state='done' OR run=?)"
        with ledger.ledger_errors(self._path):
            rows = self._db.execute(
                "SELECT number, state, seconds, plain, code, what, cure, worker FROM pages "
                f"WHERE sha256=? AND recognition_key=? AND {fresh}", (sha256, recognition_key, self.run),
            ).fetchall()
        return {row[0]: PageRow(row[0], row[1], row[2], bool(row[3]), *row[4:]) for row in rows}

    def record_page(self, sha256: str, recognition_key: str, row: PageRow) -> None:
        with ledger.ledger_errors(self._path), self._db:
            self._db.execute(
                "INSERT OR REPLACE INTO pages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (sha256, recognition_key, row.number, row.state, self.run, time.time(), row.seconds, int(row.plain),
                 row.worker, row.code, row.what, row.cure),
            )

    def forget_failures(self) -> None:
        """Failed pages of the present run count as not tried, also where the run was interrupted."""
        with ledger.ledger_errors(self._path), self._db:
            self._db.execute("DELETE FROM pages WHERE state='failed'")

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
        with ledger.ledger_errors(self._path):
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
