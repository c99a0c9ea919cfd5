"""What a run tells: an outcome for every input, events while it works, a summary at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from pipeline.batches.discover import Ignored
from pipeline.errors import EXIT_INTERRUPTED, EXIT_OK, EXIT_PARTIAL, SohoaError
from pipeline.faults import Language, in_words
from pipeline.settings import Settings

State = Literal["done", "partial", "failed", "skipped", "duplicate", "waiting"]


@dataclass(frozen=True, slots=True)
class FailedPage:
    """A page that could not be read, and why. `code` is that of the error class."""

    number: int
    code: str
    what: str
    cure: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one input ended.

    `skipped`: unchanged since it was done. `duplicate`: done, with the recognised pages of the input
    `duplicate_of`, whose content is the same. `waiting`: the run was stopped before its turn or its end;
    the same command goes on with it. `pages_reused` were recognised earlier; `older` says that they were by
    another version of the imaging half or of Tesseract. Times are seconds of work: recognition adds up the pages
    read in this run, reading is the quick half with its output files.
    """

    name: str
    path: Path
    state: State
    sha256: str | None = None
    pages: int = 0
    pages_failed: tuple[FailedPage, ...] = ()
    pages_reused: int = 0
    pages_plain: int = 0
    duplicate_of: str | None = None
    code: str | None = None
    what: str = ""
    cure: str = ""
    files: tuple[str, ...] = ()
    seconds_recognition: float = 0.0
    seconds_reading: float = 0.0
    confidence: float | None = None
    warnings: int = 0
    older: bool = False

    @property
    def good(self) -> bool:
        """Whether nothing is left to look at."""
        return self.state in ("done", "skipped", "duplicate")


def with_duplicates(outcomes: Sequence[Outcome]) -> tuple[Outcome, ...]:
    """The outcomes of a run, the later of two equal contents marked as the duplicate of the first."""
    first: dict[str, str] = {}
    names = {outcome.name for outcome in outcomes}
    told = []
    for outcome in outcomes:
        if outcome.sha256 is not None and outcome.state in ("done", "duplicate"):
            earlier = first.setdefault(outcome.sha256, outcome.name)
            if earlier != outcome.name:
                outcome = replace(outcome, state="duplicate", duplicate_of=earlier)
            elif outcome.duplicate_of is not None:
                kept = None if outcome.duplicate_of in names else outcome.duplicate_of
                outcome = replace(outcome, state="duplicate" if kept else "done", duplicate_of=kept)
        elif outcome.sha256 is not None and outcome.state == "skipped":
            first.setdefault(outcome.sha256, outcome.name)
        told.append(outcome)
    return tuple(told)


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands. Rates are over the last minutes; `seconds_left` is None until one can be told.

    `pages_total` counts the pages of opened inputs and an estimate for the others.
    """

    files_done: int
    files_total: int
    pages_done: int
    pages_total: int
    pages_per_second: float
    seconds_left: float | None


EventKind = Literal["run_started", "opened", "page", "page_retried", "document", "stopping", "run_ended"]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, for a progress bar, a log and `events.jsonl`."""

    kind: EventKind
    progress: Progress
    name: str = ""
    page: int | None = None
    state: str = ""
    seconds: float | None = None
    code: str | None = None
    what: str = ""
    detail: str = ""


def unheard(event: Event) -> None:
    """The progress callback of a caller who wants none."""


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One run over `outcomes` (an outcome for each input, in input order).

    `stopped` is the error that ended it early (disk full, Tesseract gone), `interrupted` says that a
    person or the system did. Then some outcomes are `waiting`. Times are seconds since 1970.
    """

    out: Path
    outcomes: tuple[Outcome, ...]
    ignored: tuple[Ignored, ...]
    settings: Settings
    versions: dict[str, str]
    started: float
    ended: float
    resumed: bool = False
    stopped: SohoaError | None = None
    interrupted: bool = False
    busy_share: float | None = None

    @property
    def counts(self) -> dict[str, int]:
        return dict(Counter(outcome.state for outcome in self.outcomes))

    @property
    def pages(self) -> int:
        return sum(outcome.pages for outcome in self.outcomes)

    @property
    def pages_read(self) -> int:
        """Pages of finished documents that were recognised in this run."""
        return sum(outcome.pages - outcome.pages_reused for outcome in self.outcomes
                   if outcome.state in ("done", "partial", "duplicate"))

    @property
    def older(self) -> int:
        """Documents whose pages were recognised by another version; `--redo` recognises them anew."""
        return sum(outcome.older for outcome in self.outcomes)

    @property
    def seconds(self) -> float:
        return self.ended - self.started

    @property
    def exit_code(self) -> int:
        """0 all well, 3 some failed or partial, 130 interrupted, else that of the error that stopped it."""
        if self.interrupted:
            return EXIT_INTERRUPTED
        if self.stopped is not None:
            return self.stopped.exit_code
        return EXIT_OK if all(outcome.good for outcome in self.outcomes) else EXIT_PARTIAL


@dataclass(frozen=True, slots=True)
class BatchPlan:
    """What a run would do. The page count is exact for known files and estimated from a sample for new ones.

    `older` of the unchanged were recognised by another version.
    """

    new: tuple[str, ...]
    changed: tuple[str, ...]
    to_retry: tuple[str, ...]
    to_read_again: tuple[str, ...]
    unchanged: tuple[str, ...]
    unreadable: tuple[Outcome, ...]
    ignored: tuple[Ignored, ...]
    pages: int
    seconds: float
    jobs: int
    seconds_per_page: float
    measured: bool
    older: int = 0

    @property
    def files(self) -> int:
        """How many inputs would be worked on."""
        return len(self.new) + len(self.changed) + len(self.to_retry) + len(self.to_read_again)


def error_json(code: str, what: str, cure: str, language: Language) -> dict[str, str]:
    """An error for machines by its code, for people by its sentences in their language."""
    what, cure = in_words(code, what, cure, language)
    return {"code": code, "what": what, "cure": cure}


def outcome_json(outcome: Outcome, language: Language = "en") -> dict[str, Any]:
    """For run.json: fields at their default are left out, so that 50,000 good files stay readable."""
    item: dict[str, Any] = {"name": outcome.name, "path": str(outcome.path), "state": outcome.state}
    item |= {"pages": outcome.pages}
    if outcome.sha256:
        item["sha256"] = outcome.sha256
    if outcome.duplicate_of:
        item["duplicate_of"] = outcome.duplicate_of
    if outcome.code:
        item["error"] = error_json(outcome.code, outcome.what, outcome.cure, language)
    if outcome.pages_failed:
        item["pages_failed"] = [
            {"page": page.number, **error_json(page.code, page.what, page.cure, language)}
            for page in outcome.pages_failed
        ]
    for name in ("pages_reused", "pages_plain", "warnings", "older"):
        if value := getattr(outcome, name):
            item[name] = value
    if outcome.confidence is not None:
        item["confidence"] = round(outcome.confidence, 4)
    item["seconds"] = {
        "recognition": round(outcome.seconds_recognition, 3), "reading": round(outcome.seconds_reading, 3),
    }
    if outcome.files:
        item["files"] = list(outcome.files)
    return item
