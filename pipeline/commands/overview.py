"""What a person is told at the end of a run: a table of what was found, failures with their cures."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline import faults
from pipeline.batches.discover import NO_TYPE, OTHER_OUTPUT, UNDER_WAY, Ignored
from pipeline.batches.ledger import InputRow
from pipeline.batches.outcomes import BatchPlan, Outcome, RunSummary, error_json
from pipeline.batches.standing import Status
from pipeline.commands.console import Console
from pipeline.commands.messages import describe, number, say
from pipeline.faults import Language
from pipeline.plan import printed_date, printed_number
from pipeline.writers import held

ROWS_SHOWN = 40  # a screen; a longer list is read in run.html
FAILURES_SHOWN = 200
NAMES_SHOWN = 5
LEAST_MINUTES = 0.1  # "about 0.0 minutes" tells nobody anything
LONGEST_NAME = 60  # characters in the table; files and run.html have the whole one
LONGEST_TITLE = 160  # a damaged head may make a title of half a page


def show(summary: RunSummary, console: Console) -> None:
    """The table of records, the counts and where to look, to standard output."""
    language = console.language
    head = ("file", "type", "number", "date", "issuer", "title", "pages", "sure", "look")
    read = [outcome for outcome in summary.outcomes if outcome.state not in ("failed", "waiting")]
    rows = [_row(outcome, summary.out, console) for outcome in read[:ROWS_SHOWN]]
    if rows:
        console.table([say(f"table.{name}", language) for name in head], rows)
    _show_rest(len(read) - ROWS_SHOWN, console.result, console)
    counts = summary.counts
    console.result("")
    console.result(say(
        "run.done", language, done=counts.get("done", 0) + counts.get("duplicate", 0),
        partial=counts.get("partial", 0), failed=counts.get("failed", 0), same=counts.get("skipped", 0),
        total=len(summary.outcomes), pages=summary.pages_read, seconds=number(summary.seconds, language)))
    if waiting := counts.get("waiting", 0):
        console.result(say("run.waiting", language, count=waiting))
    console.result(say("run.where", language, out=summary.out))
    _show_passed_over(summary.ignored, console)
    if summary.older:
        console.note(say("run.older", language, count=summary.older))


def show_failures(summary: RunSummary, console: Console) -> None:
    """Every failed or partial input with what to do about it, to standard error."""
    _show_faulty([outcome for outcome in summary.outcomes if outcome.state in ("failed", "partial")], console)
    if summary.stopped is not None:
        console.error(describe(summary.stopped, console.language))
    if summary.interrupted:
        console.note(say("run.interrupted", console.language))


def show_plan(plan: BatchPlan, console: Console) -> None:
    """What a run would do: the inputs it would work on, how long that takes, and what it could not read."""
    for name in (*plan.new, *plan.changed, *plan.to_retry, *plan.to_read_again):
        console.result(name)
    _show_faulty(plan.unreadable, console)
    console.note(say("run.plan", console.language, files=plan.files, pages=plan.pages,
                     minutes=number(max(LEAST_MINUTES, plan.seconds / 60), console.language), jobs=plan.jobs))
    _show_passed_over(plan.ignored, console)
    if plan.older:
        console.note(say("run.older", console.language, count=plan.older))


def _show_passed_over(ignored: Sequence[Ignored], console: Console) -> None:
    """A folder of scans may hold a Word file that its owner thinks is read."""
    names = [item.name for item in ignored if item.reason in (NO_TYPE, UNDER_WAY)]
    if names:
        console.note(say("run.passed_over", console.language, count=len(names), names=first_of(names)))
    if folders := [item.name for item in ignored if item.reason == OTHER_OUTPUT]:
        console.note(say("run.other_outputs", console.language, names=first_of(folders)))


def first_of(names: Sequence[str]) -> str:
    """The first names of a list that may be long."""
    shown = ", ".join(_shortened(name) for name in names[:NAMES_SHOWN])
    return f"{shown}, ..." if len(names) > NAMES_SHOWN else shown


def plan_json(plan: BatchPlan) -> dict[str, Any]:
    """The same for `--json`."""
    return {
        "new": plan.new, "changed": plan.changed, "to_retry": plan.to_retry, "to_read_again": plan.to_read_again,
        "unchanged": plan.unchanged, "unreadable": [outcome.name for outcome in plan.unreadable],
        "ignored": [{"name": item.name, "reason": item.reason} for item in plan.ignored],
        "older": plan.older, "pages": plan.pages, "seconds": round(plan.seconds, 1), "jobs": plan.jobs,
    }


def _show_faulty(faulty: Sequence[Outcome], console: Console) -> None:
    for outcome in faulty[:FAILURES_SHOWN]:
        console.error(say("run.failed", console.language, name=outcome.name, what=_trouble(outcome, console)))
    _show_rest(len(faulty) - FAILURES_SHOWN, console.note, console)


def _show_rest(count: int, told: Callable[[str], None], console: Console) -> None:
    if count > 0:
        told(say("run.more", console.language, count=count))


def _trouble(outcome: Outcome, console: Console) -> str:
    parts = []
    if outcome.code and not (outcome.state == "partial" and outcome.pages_failed):
        return _words(outcome.code, outcome.what, outcome.cure, console)
    for page in outcome.pages_failed[:5]:
        where = say("run.page", console.language, page=page.number)
        parts.append(f"{where}: {_words(page.code, page.what, page.cure, console)}")
    return " ".join(parts)


def _words(code: str, what: str, cure: str, console: Console) -> str:
    return " ".join(faults.in_words(code, what, cure, console.language)).strip()


def _shortened(text: str, most: int = LONGEST_NAME) -> str:
    """Both ends of a long name or title: a name of 255 bytes would take six lines of the table."""
    return text if len(text) <= most else f"{text[:most // 2]}…{text[-most // 2 + 1:]}"


def _row(outcome: Outcome, out: Path, console: Console) -> tuple[str, ...]:
    """Cells of one line; a record that cannot be read back leaves them empty, and so does one held for secrecy."""
    if held.is_closed(out / outcome.name):
        told = say("outcome.held", console.language)
        return (_shortened(outcome.name), "", "", "", "", f"({told})", str(outcome.pages), "", "")
    try:
        record = json.loads((out / outcome.name / "record.json").read_text("utf-8"))
    except (OSError, ValueError):
        record = {}
    number = record.get("number") or {}
    issuer = record.get("issuer") or {}
    symbol = number.get("symbol")
    marks = printed_number(number.get("number") or ("…" if symbol else None), symbol)
    sure = f"{outcome.confidence:.0%}" if outcome.confidence is not None else f"{record.get('confidence', 0):.0%}"
    date = (record.get("issued") or {}).get("date") or ""
    state = "" if outcome.good else f" ({say(f'outcome.{outcome.state}', console.language)})"
    return (
        _shortened(outcome.name) + state, (record.get("document_type") or {}).get("code") or "", marks,
        printed_date(date) if console.language == "vi" else date, issuer.get("name") or "",
        _shortened(record.get("title") or "", LONGEST_TITLE),
        str(outcome.pages), sure, str(len(record.get("warnings", ()))),
    )


def show_status(status: Status, console: Console) -> None:
    """Where the run stands, counts by state, and what needs a person."""
    state = "running" if status.running else "ended" if status.run_state == "ended" else "stopped"
    since = status.started if status.running else status.ended
    form = "%H:%M %d/%m/%Y" if console.language == "vi" else "%Y-%m-%d %H:%M"
    told = "" if since is None else datetime.fromtimestamp(since).astimezone().strftime(form)
    console.result(say(f"status.{state}", console.language, since=told))
    pace = "?" if status.seconds_per_page is None else number(status.seconds_per_page, console.language)
    console.result(say("status.pages", console.language, pages=status.pages, failed=status.pages_failed, pace=pace))
    for state, count in sorted(status.counts.items()):
        console.result(f"{count:8}  {say(f'outcome.{state}', console.language)}")
    for row in status.problems[:FAILURES_SHOWN]:
        console.result(f"  {row.name}: {_words(row.code or '', row.what or '', row.cure or '', console)}".rstrip())
    _show_rest(len(status.problems) - FAILURES_SHOWN, console.result, console)
    if status.older:
        console.note(say("run.older", console.language, count=status.older))


def status_json(status: Status, language: Language) -> dict[str, Any]:
    """Plain values for `sohoa status --json`."""

    def plain(row: InputRow) -> dict[str, Any]:
        values = {key: str(value) if isinstance(value, Path) else value
                  for key, value in dataclasses.asdict(row).items()}
        return values | error_json(row.code or "", row.what or "", row.cure or "", language)

    return {
        "counts": status.counts, "pages": status.pages, "pages_failed": status.pages_failed,
        "seconds_per_page": status.seconds_per_page, "older": status.older,
        "running": status.running, "run_state": status.run_state,
        "problems": [plain(row) for row in status.problems],
    }
