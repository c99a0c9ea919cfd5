"""An input under way: what is known of it so far, and what its failures mean for it.

The schedule decides what is done next; here it is said when a failure is nobody's fault, when a page's, and when a
document has too many of them.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pipeline.batches.discover import Found
from pipeline.batches.jobs import Stamp
from pipeline.batches.ledger import InputRow, text_of_path
from pipeline.batches.outcomes import FailedPage
from pipeline.batches.pagefiles import PageRow
from pipeline.batches.workers import Crash
from pipeline.errors import (
    InputError,
    PageCrash,
    PageTimeout,
    RecognitionFailed,
    SohoaError,
    TooLarge,
    TooManyFailedPages,
    UnreadableFile,
)

# Kills from outside that a page is allowed before they count as its own fault: an operator or a full machine
# kills a few workers at random, a page that fills the memory has its own killed every time.
MOST_FORGIVEN = 4


@dataclass(slots=True)
class UnderWay:
    """An input, what is known of it, and what became of its pages so far."""

    place: int
    item: Found
    previous: InputRow | None
    key: str  # of the recognition: today's, or that of a stored document which stays as it was recognised
    source: Any = None
    stamp: Stamp | None = None
    rows: dict[int, PageRow] = field(default_factory=dict)
    todo: deque[tuple[int, bool]] = field(default_factory=deque)
    under_way: set[int] = field(default_factory=set)
    reused: int = 0
    stored: Path | None = None
    complete: str | None = None
    twin: str | None = None
    seconds: float = 0.0
    finish_tries: int = 0
    forgiven: Counter[int] = field(default_factory=Counter)
    error: SohoaError | None = None

    @property
    def failed(self) -> tuple[PageRow, ...]:
        return tuple(row for _, row in sorted(self.rows.items()) if row.state == "failed")

    @property
    def failed_pages(self) -> tuple[FailedPage, ...]:
        return tuple(FailedPage(row.number, row.code or "", row.what or "", row.cure or "") for row in self.failed)

    @property
    def failed_words(self) -> str:
        """What is wrong with a partial document, in words; empty where nothing is."""
        failed = self.failed
        if not failed:
            return ""
        numbers = ", ".join(str(row.number) for row in failed[:10]) + (" ..." if len(failed) > 10 else "")
        noun = "page" if len(failed) == 1 else "pages"
        return f"{noun} {numbers} of {self.source.page_count} could not be read: {failed[0].what}"

    def too_many_failed(self, most_share: float) -> TooManyFailedPages | None:
        """The error of a document of which more pages failed than may."""
        failed, total = self.failed, self.source.page_count
        # A document without a single readable page is failed whatever the limit.
        if len(failed) <= most_share * total and len(failed) < total:
            return None
        shown = "; ".join(f"page {row.number}: {(row.what or '').rstrip('.')}" for row in failed[:3])
        more = f"; and {len(failed) - 3} more" if len(failed) > 3 else ""
        what = f"failed pages: {len(failed)} of {total}, more than may ({shown}{more})."
        same = all(row.cure == failed[0].cure for row in failed)
        cure = failed[0].cure if same else None
        return TooManyFailedPages(self.item.name, what, cure=cure)

    def row(self, state: Any, reading_key: str) -> InputRow:
        """What the ledger keeps of the input now."""
        previous = self.previous
        base = InputRow(self.item.name, text_of_path(self.item.path), self.item.size, self.item.modified_ns, state)
        if self.stamp is not None:
            base = replace(base, size=self.stamp.size, modified_ns=self.stamp.modified_ns)
        # Outputs of an earlier run stay known, so that a later one can replace or remove them.
        base = replace(base, files=previous.files if previous is not None else (), complete=self.complete)
        if self.source is None:
            # What could not be opened this time (a share that is away) still has its pages.
            return base if previous is None else replace(
                base, sha256=previous.sha256, page_count=previous.page_count, recognition_key=previous.recognition_key,
            )
        return replace(
            base, sha256=self.source.sha256, media_type=self.source.media_type, page_count=self.source.page_count,
            pages_failed=len(self.failed), recognition_key=self.key, reading_key=reading_key,
            seconds_recognition=self.seconds,
        )

    def forgives(self, task: int, failure: SohoaError | Crash) -> bool:
        """A task whose worker was killed from outside is done again as it was: neither page nor file is at fault.

        `task` is the number of a page, 0 for finishing the document, -1 for opening it.
        """
        if isinstance(failure, Crash) and failure.outside and self.forgiven[task] < MOST_FORGIVEN:
            self.forgiven[task] += 1
            return True
        return False


def page_error(failure: SohoaError | Crash, number: int) -> SohoaError:
    if isinstance(failure, SohoaError):
        return failure
    subject = f"page {number}"
    if failure.kind == "timeout":
        return PageTimeout(subject, failure.what)
    if failure.kind in ("memory", "crash"):
        cure = "Scan the page again at a lower resolution, or raise --memory." if failure.kind == "memory" else None
        return PageCrash(subject, f"the worker {failure.what}", cure=cure)
    return RecognitionFailed(subject, f"an unforeseen error ({failure.what}).")


def open_error(name: str, failure: Crash) -> InputError:
    if failure.kind == "memory":
        return TooLarge(name, "needs more memory to open than it may have.", cure="If it is genuine, raise --memory.")
    if failure.kind == "timeout":
        return UnreadableFile(name, f"could not be opened: it {failure.what}")
    return UnreadableFile(name, f"could not be opened: the reader {failure.what}")
