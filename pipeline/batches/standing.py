"""How an output folder stands, also while a run works in it: for `sohoa status`, `sohoa retry` and a dry run."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline import disk
from pipeline.batches.ledger import InputRow, read_inputs, reading
from pipeline.batches.store import reader_key
from pipeline.errors import NoInput
from pipeline.settings import Settings


@dataclass(frozen=True, slots=True)
class Status:
    """How an output folder stands: inputs by state, pages, the last run, and what failed.

    `older` documents were recognised by another version than the last run's.
    """

    counts: dict[str, int]
    pages: int
    pages_failed: int
    running: bool
    run_state: str | None
    started: float | None
    ended: float | None
    seconds_per_page: float | None
    problems: tuple[InputRow, ...]
    older: int = 0


def status(out: Path) -> Status:
    """How the folder stands, also while a run works in it. Raises NoInput where no run has been."""
    with reading(out) as db:
        counts = dict(db.execute("SELECT state, count(*) FROM inputs GROUP BY state").fetchall())
        pages, failed = db.execute(
            "SELECT coalesce(sum(page_count), 0), coalesce(sum(pages_failed), 0) FROM inputs"
        ).fetchone()
        run = db.execute(
            "SELECT state, started, ended, versions FROM runs ORDER BY id DESC LIMIT 1"
        ).fetchone() or (None, None, None, "{}")
        older = db.execute(
            "SELECT count(*) FROM inputs WHERE state='done' AND recognition_key NOT LIKE '%.' || ?",
            (reader_key(json.loads(run[3])),),
        ).fetchone()[0]
        problems = read_inputs(db, "WHERE state IN ('failed', 'partial') ORDER BY name", ())
        pace = _seconds_per_page(db)
    running = disk.is_locked(out)
    run_state = run[0] if run[0] != "running" or running else "stopped"
    return Status(counts, pages, failed, running, run_state, run[1], run[2], pace, problems, older)


def to_retry(out: Path) -> tuple[InputRow, ...]:
    """What `sohoa retry` does: inputs that failed, came out partial, or were in work when a run was killed."""
    with reading(out) as db:
        return read_inputs(db, "WHERE state IN ('failed', 'partial', 'open') ORDER BY name", ())


def last_settings(out: Path) -> Settings:
    """The settings of the last run, so that a retry reads as the run did."""
    with reading(out) as db:
        row = db.execute("SELECT settings FROM runs ORDER BY id DESC LIMIT 1").fetchone()
    if row is None:
        return Settings()
    known: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value
                             for name, value in json.loads(row[0]).items() if name in Settings.__slots__}
    return Settings(**known)


def pace(out: Path) -> float | None:
    """Mean seconds of work a page in this folder so far; None before the first."""
    try:
        with reading(out) as db:
            return _seconds_per_page(db)
    except NoInput:
        return None


def _seconds_per_page(db: sqlite3.Connection) -> float | None:
    value = db.execute("SELECT avg(seconds) FROM pages WHERE state='done'").fetchone()[0]
    return None if value is None else float(value)
