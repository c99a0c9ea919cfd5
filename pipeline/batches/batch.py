"""Many inputs on few workers: nothing is lost, nothing stops the rest, every input has an outcome.

What happens to a page that fails: it is tried once more in the plain way (unless the error says that
a second try cannot help), then marked; its document comes out partial, or failed when more than
`Settings.max_failed_share` of its pages are. What stops a run: a full disk, an output folder that
cannot be written, a missing Tesseract, a signal. Then the same command goes on from there.
"""

from __future__ import annotations

import contextlib
import functools
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline import disk, versions
from pipeline.batches import report
from pipeline.batches.discover import Discovery, Found, discover, with_ending
from pipeline.batches.jobs import Drives
from pipeline.batches.outcomes import RunSummary, unheard
from pipeline.batches.planning import (
    Keys,
    check_folders,
    default_drives,
    found_again,
    plan_batch,
    size_pool,
    with_ledger_names,
)
from pipeline.batches.schedule import ProgressCallback, Run, Stop
from pipeline.batches.standing import last_settings, to_retry
from pipeline.batches.store import Store
from pipeline.batches.workers import Engine, LocalPool, Task
from pipeline.errors import NoInput, OutputError, UsageError
from pipeline.faults import Language, in_words
from pipeline.settings import Settings
from pipeline.writers import held
from pipeline.writers.thumbnails import thumbnail

MOST_PICTURES = 60  # thumbnails in run.html, some 8 kB each
PICTURE_SECONDS = 10.0  # for one thumbnail
PICTURES_SECONDS = 60.0  # for all of them: a report must not hold up a night's work
PICTURE_BYTES = 1_000_000_000

__all__ = ["plan_batch", "retry_batch", "run_batch", "size_pool"]


def run_batch(
    inputs: Iterable[Path],
    out: Path,
    settings: Settings,
    *,
    progress: ProgressCallback = unheard,
    redo: bool = False,
    drives: Drives | None = None,
    engine: Callable[[], Engine] | None = None,
    quarantine: Path | None = None,
    only: Callable[[Found], bool] | None = None,
    made_by: dict[str, str] | None = None,
    language: Language = "en",
) -> RunSummary:
    """Reads everything below `inputs` into `out` and gives an outcome for every input, in input order.

    Work that is done already is not done again, unless `redo`. `progress` is called in this thread.
    `quarantine`: a folder to copy failed inputs to, each with a note. `only` picks among what is found.
    `engine` makes the place where the work runs (default: worker processes here), `made_by` are the
    versions to record (default: those installed), `language` is that of the reports. SIGINT and SIGTERM
    stop it cleanly when it is called from the main thread.

    Raises NoInput, Locked, UsageError, or OutputError when `out` cannot be used from the start; whatever
    stops it later stands in the summary.
    """
    given = [Path(item) for item in inputs]
    check_folders(given, out, quarantine)
    discovery = discover(given, out)
    if only is not None:
        discovery = Discovery(tuple(item for item in discovery.found if only(item)), discovery.ignored)
    if not discovery.found:
        raise NoInput(", ".join(str(item) for item in given), "holds no file that can be read.")
    order = _Order(out.absolute(), settings, progress, redo, drives, engine, quarantine, made_by, language)
    return _carry_out(order, discovery)


def retry_batch(
    out: Path,
    settings: Settings | None = None,
    *,
    progress: ProgressCallback = unheard,
    drives: Drives | None = None,
    quarantine: Path | None = None,
    made_by: dict[str, str] | None = None,
    language: Language = "en",
) -> RunSummary:
    """Does again what failed, came out partial or was under way in `out` (`sohoa retry`).

    Without `settings`, those of the last run. Raises NoInput when there is nothing to do.
    """
    rows = to_retry(out)
    if not rows:
        raise NoInput(out, "has nothing to try again.", cure="Everything in it is done.")
    settings = settings or last_settings(out)
    order = _Order(out.absolute(), settings, progress, False, drives, None, quarantine, made_by, language)
    return _carry_out(order, Discovery(tuple(found_again(row) for row in rows)), forget=True)


@dataclass(frozen=True, slots=True)
class _Order:
    """What `run_batch` was asked for."""

    out: Path
    settings: Settings
    progress: ProgressCallback
    redo: bool
    drives: Drives | None
    engine: Callable[[], Engine] | None
    quarantine: Path | None
    made_by: dict[str, str] | None
    language: Language


def _carry_out(order: _Order, discovery: Discovery, forget: bool = False) -> RunSummary:
    settings = order.settings
    drives = order.drives or default_drives()
    if order.quarantine is not None:
        _make_quarantine(order.quarantine, order.out)
    made_by = order.made_by if order.made_by is not None else versions.versions()
    count, memory = size_pool(settings)
    make = order.engine or functools.partial(LocalPool, count, memory_bytes=memory, nice=settings.nice)
    with _signals() as stop, Store(order.out) as ledger:
        if forget:
            ledger.forget_failures()
        else:
            ledger.forget_gone()
        found = with_ledger_names(discovery.found, ledger.by_folded, ledger.by_path)
        run = Run(found, ledger, settings, drives, Keys.of(settings, made_by), order.progress, order.redo,
                  spare_bytes=(count - 1) * memory)
        resumed = ledger.start_run(settings, made_by, order.redo)
        ledger.drop_stale_pages()
        began = time.time()
        run.work(make, stop)
        summary = RunSummary(
            order.out, run.outcomes(), discovery.ignored, settings, made_by, began, time.time(), resumed,
            run.stopped, run.interrupted, run.busy_share,
        )
        complete = not run.interrupted and run.stopped is None
        # What stopped the run (a full disk) may stop this too; the outcomes are returned all the same.
        with contextlib.suppress(*(() if complete else (OutputError,))):
            ledger.end_run(complete)
            pictures = _pictures(summary) if complete else {}
            report.write(summary, ledger.temporary, pictures, order.language)
        if order.quarantine is not None:
            try:
                _quarantine(summary, order.quarantine, order.language)
            except OutputError as error:
                summary = replace(summary, stopped=summary.stopped or error)
        run.emit("run_ended", state="interrupted" if run.interrupted else "stopped" if run.stopped else "ended")
        run.log.close()
    return summary


def _pictures(summary: RunSummary) -> dict[tuple[str, int], bytes]:
    """Thumbnails of failed pages, made in a worker: what broke a reader once may break the next one."""
    wanted = [(outcome, page.number) for outcome in summary.outcomes for page in outcome.pages_failed
              if not held.is_closed(summary.out / outcome.name)][:MOST_PICTURES]
    made: dict[tuple[str, int], bytes] = {}
    if not wanted:
        return made
    pool = LocalPool(1, memory_bytes=PICTURE_BYTES)
    until = time.monotonic() + PICTURES_SECONDS
    try:
        for outcome, number in wanted:
            pool.submit(Task((outcome.name, number), thumbnail, (outcome.path, number), PICTURE_SECONDS))
            while not (ended := pool.wait(1.0)):
                pass
            if ended[0].failure is None:
                made[outcome.name, number] = ended[0].value
            if time.monotonic() > until:
                break
    finally:
        pool.close()
    return made


def _make_quarantine(folder: Path, out: Path) -> None:
    """The folder with a mark by which no run reads what lies in it. Raises UsageError or OutputError before any work.

    In `out` itself a copy of what failed would lie where the results of that input are to be.
    """
    if folder.resolve() == out.resolve():
        raise UsageError(folder, "is the folder of the results.", cure="Choose another folder for --quarantine.")
    with disk.output_errors(folder, cure="Check its permissions, or choose another --quarantine."):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / disk.QUARANTINE_MARK).touch()


def _quarantine(summary: RunSummary, folder: Path, language: Language) -> None:
    """Copies what failed, each with a note beside it; the inputs themselves stay where they are."""
    for outcome in summary.outcomes:
        if outcome.state != "failed":
            continue
        place = folder / outcome.name
        with disk.output_errors(folder):
            place.parent.mkdir(parents=True, exist_ok=True)
            what, cure = in_words(outcome.code or "", outcome.what, outcome.cure, language)
            note = f"{outcome.path}\n{outcome.code}: {what}\n{cure}\n"
            place.with_name(with_ending(place.name, ".why.txt")).write_text(note, "utf-8", "backslashreplace")
        with contextlib.suppress(OSError):
            if outcome.path.is_file():
                shutil.copy2(outcome.path, place)


@contextlib.contextmanager
def _signals() -> Iterator[Stop]:
    stop = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = {name: signal.signal(name, stop) for name in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
