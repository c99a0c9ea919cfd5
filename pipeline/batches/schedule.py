"""The schedule of one run, in two levels: documents, and the pages of a few of them at a time.

Pages are the unit of work, so that one file of 500 pages keeps all workers busy; inputs are opened ahead
only when no page waits, so that 5,000 files of one page do so too. The order of preference is: finish
a document, read a page of the oldest open one, open the next input. This process only decides and keeps
the ledger; it never opens an input or holds a page.
"""

from __future__ import annotations

import dataclasses
import time
from collections import deque
from collections.abc import Callable
from types import FrameType

from pipeline.batches import report
from pipeline.batches.discover import Found
from pipeline.batches.earlier import Earlier
from pipeline.batches.jobs import Drives, Lost, Opened, Written
from pipeline.batches.orders import Orders
from pipeline.batches.outcomes import Event, EventKind, Outcome, State, with_duplicates
from pipeline.batches.pagefiles import PageRow, content_key
from pipeline.batches.planning import Keys, failed_outcome, is_current
from pipeline.batches.store import ANNOUNCED_AFTER, Store
from pipeline.batches.tally import Tally
from pipeline.batches.underway import UnderWay, open_error, page_error
from pipeline.batches.workers import Crash, Engine, Finished, Task
from pipeline.errors import (
    ChangedInput,
    DiskFull,
    EncryptedFile,
    MissingPart,
    OutputError,
    ReadingFailed,
    SohoaError,
    TooLarge,
)
from pipeline.settings import Settings

GRACE_SECONDS = 10.0  # for the work under way after a first SIGINT or SIGTERM; most pages end in it
POLL_SECONDS = 0.25  # longest time in which a signal goes unnoticed
# Trying again cannot help: the content itself is refused, or the file is another one now.
_HOPELESS = (TooLarge, EncryptedFile, ChangedInput)

ProgressCallback = Callable[[Event], None]


class Stop:
    """How often the run was asked to stop."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, number: int, frame: FrameType | None) -> None:
        self.asked += 1


class Run:
    """One run: the queue of inputs, the documents under way, and what came of them."""

    def __init__(
        self, found: tuple[Found, ...], ledger: Store, settings: Settings, drives: Drives, keys: Keys,
        progress: ProgressCallback, redo: bool, spare_bytes: int = 0,
    ) -> None:
        self.stopped: SohoaError | None = None
        self.interrupted = False
        self.busy_share: float | None = None
        self._found = found
        self._store = ledger
        self._settings = settings
        self._orders = Orders(ledger, settings, drives, spare_bytes)
        self._keys = keys
        self._progress = progress
        self._redo = redo
        self._earlier = Earlier(ledger, keys, redo)
        self._next = 0
        self._documents: dict[int, UnderWay] = {}
        self._ready: deque[UnderWay] = deque()  # all pages settled
        self._reading: deque[UnderWay] = deque()  # pages waiting, oldest first
        self._to_open: deque[UnderWay] = deque()  # those whose first opening was ended from outside
        self._opening = 0
        self._in_flight = 0
        self._contents: dict[str, int] = {}  # sha256 -> place of the document under way with it
        self._parked: dict[str, list[UnderWay]] = {}
        self._outcomes: dict[int, Outcome] = {}
        self._tally = Tally(len(found))
        self.log = report.EventLog(ledger.out)

    # --- the loop

    def work(self, make: Callable[[], Engine], stop: Stop) -> None:
        self.emit("run_started", state="redo" if self._redo else "")
        engine: Engine | None = None
        try:
            # An unchanged folder is answered without starting a worker.
            while engine is None or self._busy():
                if stop.asked or self.stopped is not None:
                    self._wind_down(engine, stop)
                    return
                task = self._choose(1 if engine is None else engine.free())
                if task is None and engine is None:
                    return
                if engine is None:
                    engine = make()
                    self._tally.start()
                while task is not None:
                    engine.submit(task)
                    self._in_flight += 1
                    task = self._choose(engine.free())
                self._tally.seen(self._in_flight + engine.free())
                for finished in engine.wait(POLL_SECONDS):
                    self._settle(finished)
                self._store.write_announced(ANNOUNCED_AFTER)
        except SohoaError as error:
            self.stopped = error
        finally:
            self.busy_share = self._tally.busy_share()
            if engine is not None:
                engine.close()

    def _busy(self) -> bool:
        return bool(self._documents) or self._next < len(self._found)

    def _wind_down(self, engine: Engine | None, stop: Stop) -> None:
        """Keeps what ends within the grace time; a second signal ends that too."""
        self.interrupted = stop.asked > 0
        self.emit("stopping", what=str(self.stopped or ""))
        until = time.monotonic() + (GRACE_SECONDS if self.stopped is None else 0.0)
        while engine is not None and stop.asked < 2 and time.monotonic() < until and self._under_way():
            for finished in engine.wait(POLL_SECONDS):
                self._settle(finished)

    def _under_way(self) -> bool:
        return self._opening > 0 or any(document.under_way for document in self._documents.values())

    def _choose(self, free: int) -> Task | None:
        """The next task in order of preference, or None when no worker is free or nothing waits."""
        if free <= 0 or self.stopped is not None:
            return None
        if self._ready:
            return self._finish_task(self._ready.popleft())
        while self._reading:
            document = self._reading[0]
            if not document.todo:
                self._reading.popleft()
                continue
            return self._page_task(document, *document.todo.popleft())
        if self._to_open:
            return self._open_task(self._to_open.popleft())
        while self._next < len(self._found):
            place = self._next
            self._next += 1
            if (task := self._begin(place)) is not None:
                return task
        return None

    # --- inputs

    def _begin(self, place: int) -> Task | None:
        """Answers an input at once (unreadable, unchanged) or gives the task of opening it."""
        item = self._found[place]
        row = self._store.input(item.name)
        if item.problem is not None:
            self._close(UnderWay(place, item, row, self._keys.recognition), item.problem)
            return None
        if row is not None and self._earlier.usable(row) and is_current(row, item, self._keys, self._store.out):
            self._end(place, Outcome(
                item.name, item.path, "skipped", row.sha256, row.page_count or 0,
                files=tuple(name for name, _ in row.files), confidence=row.confidence, warnings=row.warnings,
                older=row.recognition_key != self._keys.recognition,
            ))
            return None
        usable = row is not None and self._earlier.usable(row)
        document = UnderWay(
            place, item, row, self._keys.recognition, complete=row.complete if row is not None and usable else None
        )
        self._documents[place] = document
        return self._open_task(document)

    def _open_task(self, document: UnderWay) -> Task:
        self._opening += 1
        return self._orders.open(document)

    def _opened(self, document: UnderWay, opened: Opened) -> None:
        document.source, document.stamp = opened.source, opened.stamp
        sha256 = str(opened.source.sha256)
        self._tally.opened(opened.source.page_count)
        self.emit("opened", document.item.name)
        if document.previous is None:
            self._store.announce(document.row("open", self._keys.reading))
        else:
            self._store.record_input(document.row("open", self._keys.reading))
        if document.previous is not None and document.previous.sha256 not in (None, sha256):
            self._store.drop_unclaimed(document.previous.sha256)
        if sha256 in self._contents:
            self._parked.setdefault(sha256, []).append(document)
            return
        self._contents[sha256] = document.place
        self._plan_pages(document)

    def _plan_pages(self, document: UnderWay) -> None:
        """Takes what is recognised already and queues the rest."""
        sha256, count = document.source.sha256, document.source.page_count
        document.twin = self._earlier.twin(sha256, document.item.name)
        row = self._earlier.stored(sha256, document.item.name)
        if row is not None and row.complete is not None:
            document.stored = self._store.out / row.name / "document.json"
            document.key = row.complete.partition(".")[2]
            document.reused = count
            self._tally.pages(count, fresh=False)
            self._ready.append(document)
            return
        document.rows = self._earlier.pages(sha256, document.key, count)
        document.todo.extend((number, False) for number in range(1, count + 1) if number not in document.rows)
        document.reused = len(document.rows)
        self._tally.pages(len(document.rows), fresh=False)
        self._reading.append(document)
        self._after_page(document)

    # --- pages

    def _page_task(self, document: UnderWay, number: int, plain: bool) -> Task:
        document.under_way.add(number)
        return self._orders.page(document, number, plain)

    def _page_ended(self, document: UnderWay, number: int, plain: bool, finished: Finished) -> None:
        document.under_way.discard(number)
        document.seconds += finished.seconds
        if finished.failure is None:
            row: PageRow = finished.value
            self._keep_page(document, row)
            self.emit("page", document.item.name, page=number, state="done", seconds=row.seconds)
        else:
            error = page_error(finished.failure, number)
            detail = finished.failure.detail if isinstance(finished.failure, Crash) else ""
            if isinstance(error, MissingPart | OutputError):
                raise error
            if isinstance(error, ChangedInput) or not document.item.path.exists():
                document.error = document.error or error
                document.todo.clear()
            elif document.error is None and document.forgives(number, finished.failure):
                self._again(document, number, plain, error, detail)
                return
            elif not plain and not isinstance(error, _HOPELESS) and document.error is None:
                self._again(document, number, True, error, detail)
                return
            else:
                row = PageRow(
                    number, "failed", finished.seconds, plain, error.code, error.what, error.cure,
                )
                self._keep_page(document, row)
                self.emit("page", document.item.name, page=number, state="failed", seconds=finished.seconds,
                          code=error.code, what=error.what, detail=detail)
        self._after_page(document)

    def _again(self, document: UnderWay, number: int, plain: bool, error: SohoaError, detail: str) -> None:
        document.todo.appendleft((number, plain))
        if document not in self._reading:
            self._reading.appendleft(document)
        self.emit("page_retried", document.item.name, page=number, code=error.code, what=error.what, detail=detail)

    def _keep_page(self, document: UnderWay, row: PageRow) -> None:
        document.rows[row.number] = row
        self._store.record_page(document.source.sha256, document.key, row)
        self._tally.pages(1)

    def _after_page(self, document: UnderWay) -> None:
        """Ends a hopeless document early, and passes on one whose pages are all settled."""
        if document.error is None:
            document.error = document.too_many_failed(self._settings.max_failed_share)
            if document.error is not None:
                document.todo.clear()
        if document.todo or document.under_way:
            return
        if document.error is not None:
            self._close(document, document.error)
        else:
            self._ready.append(document)

    # --- documents

    def _finish_task(self, document: UnderWay) -> Task:
        document.finish_tries += 1
        document.under_way.add(0)
        if document.stored is None and document.complete is not None:
            # Its document.json is about to be replaced by another reading.
            document.complete = None
            self._store.record_input(document.row("open", self._keys.reading))
        return self._orders.finish(document)

    def _finished(self, document: UnderWay, finished: Finished) -> None:
        document.under_way.discard(0)
        if isinstance(finished.value, Lost):
            self._read_again(document, finished.value)
            return
        if finished.failure is not None:
            failure = finished.failure
            if isinstance(failure, DiskFull | MissingPart):
                raise failure
            if document.forgives(0, failure) or (isinstance(failure, Crash) and document.finish_tries < 2):
                self._ready.append(document)
                return
            if isinstance(failure, SohoaError):
                error = failure
            else:
                what = f"an unforeseen error while its text was read ({failure.what})."
                error = ReadingFailed(document.item.name, what)
            self._close(document, error, detail=failure.detail if isinstance(failure, Crash) else "")
            return
        written: Written = finished.value
        state: State = "partial" if document.failed else "done"
        whole = state == "done" and "document.json" in dict(written.files)
        document.complete = content_key(document.source.sha256, document.key) if whole else None
        code = "ocr_page_failed" if document.failed else None
        what, cure = document.failed_words, document.failed[0].cure or "" if document.failed else ""
        row = dataclasses.replace(
            document.row(state, self._keys.reading), files=written.files, confidence=written.confidence,
            warnings=written.warnings, corrections=written.corrections, seconds_reading=finished.seconds,
            code=code, what=what, cure=cure,
        )
        self._store.record_input(row)
        if whole:
            self._store.drop_pages(document.source.sha256)
        self._end(document.place, Outcome(
            document.item.name, document.item.path, state, document.source.sha256, document.source.page_count,
            document.failed_pages, document.reused, sum(1 for r in document.rows.values() if r.plain),
            duplicate_of=document.twin, files=tuple(name for name, _ in written.files),
            seconds_recognition=document.seconds, seconds_reading=finished.seconds,
            confidence=written.confidence, warnings=written.warnings, code=code, what=what, cure=cure,
            older=document.key != self._keys.recognition,
        ))
        self._release(document)

    def _read_again(self, document: UnderWay, lost: Lost) -> None:
        document.stored = None
        document.key = self._keys.recognition
        document.finish_tries = 0
        for number in lost.numbers:
            document.rows.pop(number, None)
        document.reused = len(document.rows)
        waiting = {number for number, _ in document.todo}
        document.todo.extend((number, False) for number in lost.numbers if number not in waiting)
        self._tally.pages(-len(lost.numbers), fresh=False)
        self._reading.append(document)

    def _close(self, document: UnderWay, error: SohoaError, detail: str = "") -> None:
        """The end of an input that failed. Whatever an earlier run wrote for it is left alone."""
        pages = document.source.page_count if document.source is not None else 0
        self._store.record_input(dataclasses.replace(
            document.row("failed", self._keys.reading), code=error.code, what=error.what, cure=error.cure,
        ))
        self._end(document.place, dataclasses.replace(
            failed_outcome(document.item, error), pages=pages, pages_failed=document.failed_pages,
            sha256=document.source.sha256 if document.source is not None else None,
            pages_reused=document.reused, seconds_recognition=document.seconds,
        ), detail)
        self._release(document)

    def _release(self, document: UnderWay) -> None:
        """Lets documents of the same content go on: they find its pages done, or marked as failed."""
        self._documents.pop(document.place, None)
        if document.source is None or self._contents.get(document.source.sha256) != document.place:
            return
        sha256 = document.source.sha256
        del self._contents[sha256]
        if waiting := self._parked.pop(sha256, None):
            first, *others = waiting
            self._contents[sha256] = first.place
            if others:
                self._parked[sha256] = others
            self._plan_pages(first)

    def _end(self, place: int, outcome: Outcome, detail: str = "") -> None:
        self._outcomes[place] = outcome
        self._tally.file(outcome)
        self.emit("document", outcome.name, state=outcome.state, code=outcome.code, what=outcome.what, detail=detail,
                  seconds=outcome.seconds_recognition + outcome.seconds_reading)

    # --- answers

    def _settle(self, finished: Finished) -> None:
        self._in_flight -= 1
        self._tally.worked(finished.seconds)
        match finished.ticket:
            case ("open", int(place)):
                self._opening -= 1
                self._open_ended(self._documents[place], finished)
            case ("page", int(place), int(number), bool(plain)):
                self._page_ended(self._documents[place], number, plain, finished)
            case ("finish", int(place)):
                self._finished(self._documents[place], finished)

    def _open_ended(self, document: UnderWay, finished: Finished) -> None:
        failure = finished.failure
        if failure is None:
            self._opened(document, finished.value)
            return
        if isinstance(failure, MissingPart | OutputError):
            raise failure
        if isinstance(failure, SohoaError):
            self._close(document, failure)
            return
        if document.forgives(-1, failure):
            self._to_open.append(document)
            return
        self._close(document, open_error(document.item.name, failure), detail=failure.detail)

    def outcomes(self) -> tuple[Outcome, ...]:
        """One for every input, in input order; the later of two equal contents is the duplicate."""
        return with_duplicates([
            self._outcomes.get(place) or Outcome(item.name, item.path, "waiting")
            for place, item in enumerate(self._found)
        ])

    def emit(
        self, kind: EventKind, name: str = "", *, page: int | None = None, state: str = "",
        seconds: float | None = None, code: str | None = None, what: str = "", detail: str = "",
    ) -> None:
        event = Event(kind, self._tally.progress(), name, page, state, seconds, code, what, detail)
        self.log.write(event)
        self._progress(event)
