"""The files that tell of a run: `run.json` for machines, `run.html` for people, `events.jsonl` as it happens."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline import disk
from pipeline.batches import webreport
from pipeline.batches.outcomes import Event, RunSummary, error_json, outcome_json
from pipeline.faults import Language

FORMAT_VERSION = "1.0"
_encode = json.JSONEncoder(ensure_ascii=False).encode  # `json.dumps` would make one for every event


class EventLog:
    """`DIR/events.jsonl`: one JSON object a line, appended over all runs, never rewritten."""

    def __init__(self, out: Path) -> None:
        path = out / "events.jsonl"
        with disk.output_errors(path):
            _end_line(path)
            self._file = path.open("a", encoding="utf-8", errors="backslashreplace", buffering=1)
        self._path = path

    def write(self, event: Event) -> None:
        if event.state == "skipped":  # 50,000 lines a night that say nothing
            return
        told: dict[str, Any] = {"time": _when(time.time()), "event": event.kind}
        for name in ("name", "page", "state", "code", "what", "detail"):
            if value := getattr(event, name):
                told[name] = value
        if event.seconds is not None:
            told["seconds"] = round(event.seconds, 3)
        progress = event.progress
        if event.kind in ("document", "run_started", "run_ended", "stopping"):
            told["files"] = [progress.files_done, progress.files_total]
            told["pages"] = progress.pages_done
        try:
            self._file.write(_encode(told) + "\n")
        except OSError as error:
            # The log is a help, not a result: with a full disk the run is stopped by what matters.
            if not disk.is_full(error):
                raise

    def close(self) -> None:
        try:
            self._file.close()
        except OSError as error:
            if not disk.is_full(error):
                raise


def _end_line(path: Path) -> None:
    """A line torn by a crash is closed, so that the next one stands by itself."""
    if not path.exists() or not path.stat().st_size:
        return
    with path.open("rb+") as file:
        file.seek(-1, 2)
        if file.read(1) != b"\n":
            file.write(b"\n")


def write(
    summary: RunSummary, temporary: Path, pictures: Mapping[tuple[str, int], bytes] | None = None,
    language: Language = "en",
) -> None:
    """Writes run.json and run.html, with the JPEGs of failed pages by name and page. Raises OutputError."""
    told = json.dumps(run_json(summary, language), ensure_ascii=False, indent=1)
    disk.write_atomic(summary.out / "run.json", told.encode("utf-8", "backslashreplace"), temporary)
    page = webreport.to_html(summary, pictures or {}, language)
    disk.write_atomic(summary.out / "run.html", page.encode("utf-8", "backslashreplace"), temporary)


def run_json(summary: RunSummary, language: Language = "en") -> dict[str, Any]:
    """The whole run as plain values, its sentences in `language`; the format is described in docs/formats.md."""
    stopped = summary.stopped
    return {
        "format_version": FORMAT_VERSION,
        "started": _when(summary.started),
        "ended": _when(summary.ended),
        "seconds": round(summary.seconds, 3),
        "exit_code": summary.exit_code,
        "resumed": summary.resumed,
        "interrupted": summary.interrupted,
        "stopped_by": None if stopped is None else error_json(stopped.code, stopped.what, stopped.cure, language),
        "counts": {"inputs": len(summary.outcomes), **summary.counts, "pages": summary.pages,
                   "pages_failed": sum(len(outcome.pages_failed) for outcome in summary.outcomes)},
        "older": summary.older,
        "busy_share": None if summary.busy_share is None else round(summary.busy_share, 3),
        "versions": summary.versions,
        "settings": summary.settings.as_json(),
        "inputs": [outcome_json(outcome, language) for outcome in summary.outcomes],
        "ignored": [{"name": item.name, "reason": item.reason} for item in summary.ignored],
    }


def _when(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
