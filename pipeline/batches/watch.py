"""A scanner's drop folder: what arrives is read as soon as it is complete, until somebody says stop.

The trouble: a scanner writes for minutes, a copy over the network stalls, notices of the file system
get lost or never come (network shares). So a notice only wakes the watch up; what counts is the folder
itself, looked at again each time, and a file is complete when its size and time of change have stood
still for `settle_seconds`. A file that failed is not tried again until it changes.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from pipeline.batches.batch import run_batch
from pipeline.batches.discover import Found, discover
from pipeline.batches.outcomes import Event, RunSummary, unheard
from pipeline.errors import Locked, NoInput, UsageError
from pipeline.settings import Settings

# Without a write for so long a file is complete: office scanners pause 2 to 3 s between the pages of a feeder.
SETTLE_SECONDS = 5.0
POLL_SECONDS = 5.0  # between two looks where no notice can be had
LOOK_SECONDS = 60.0  # between two looks where notices come, since some of them get lost


def _library() -> Any:
    """watchfiles, of the extra sohoa[watch]; None without it: then the folder is polled."""
    try:
        return importlib.import_module("watchfiles")
    except ImportError:
        return None


class Arrivals:
    """Which files of a folder have come to rest and were not answered yet in this state."""

    def __init__(self, settle_seconds: float) -> None:
        self._settle = settle_seconds
        self._seen: dict[Path, tuple[tuple[int, int], float]] = {}
        self._answered: dict[Path, tuple[int, int]] = {}

    def ready(self, found: Iterable[Found], now: float) -> set[Path]:
        """The complete ones, at the time `now` in seconds of any steady clock."""
        complete = set()
        there = set()
        for item in found:
            there.add(item.path)
            state = (item.size, item.modified_ns)
            if self._answered.get(item.path) == state:
                continue
            before = self._seen.get(item.path)
            if before is None or before[0] != state:
                self._seen[item.path] = (state, now)
            elif now - before[1] >= self._settle:
                complete.add(item.path)
        for known in (self._seen, self._answered):
            for path in [path for path in known if path not in there]:
                del known[path]
        return complete

    def answered(self, paths: set[Path]) -> None:
        for path in paths:
            self._answered[path] = self._seen.pop(path)[0]

    @property
    def waiting(self) -> bool:
        """Whether a file is being watched for coming to rest."""
        return bool(self._seen)


def _is_one_of(ready: set[Path], item: Found) -> bool:
    return item.path in ready


def watch(
    folder: Path,
    out: Path,
    settings: Settings,
    *,
    progress: Callable[[Event], None] = unheard,
    told: Callable[[RunSummary], None] | None = None,
    settle_seconds: float = SETTLE_SECONDS,
    poll: bool = False,
    stop: threading.Event | None = None,
    **options: Any,
) -> None:
    """Reads what is in `folder` and what arrives in it into `out`, until SIGINT, SIGTERM or `stop`.

    `told` is called with the summary of each batch of arrivals, `options` go to `run_batch`. `poll`
    looks by the clock, for network shares. Raises UsageError when `folder` is none, Locked when another
    run holds `out` at the start, and the error that stops a run (a full disk, a missing Tesseract).
    """
    if not folder.is_dir():
        raise UsageError(folder, "is not a folder.")
    stop = stop or threading.Event()
    arrivals = Arrivals(settle_seconds)
    first = True
    with _stopping(stop):
        for _ in _wake_ups(folder, poll, settle_seconds, arrivals, stop):
            ready = arrivals.ready(discover([folder], out).found, time.monotonic())
            if not ready:
                continue
            try:
                summary = run_batch(
                    [folder], out, settings, progress=progress, only=functools.partial(_is_one_of, ready), **options,
                )
            except NoInput:  # gone again in the meantime
                continue
            except Locked:
                if first:
                    raise
                continue  # somebody runs `sohoa retry` there: later
            first = False
            if told is not None:
                told(summary)
            if summary.stopped is not None:
                raise summary.stopped
            if summary.interrupted:
                return
            arrivals.answered(ready)


def _wake_ups(folder: Path, poll: bool, settle: float, arrivals: Arrivals, stop: threading.Event) -> Iterator[None]:
    """Yields whenever it is time to look: at once, at a notice, and by the clock."""
    watchfiles = None if poll else _library()
    short = max(0.05, min(POLL_SECONDS, settle / 2))
    yield
    if watchfiles is None:
        while not stop.wait(short):
            yield
        return
    looked = time.monotonic()
    for notices in watchfiles.watch(
        folder, watch_filter=None, stop_event=stop, raise_interrupt=False, yield_on_timeout=True,
        rust_timeout=int(short * 1000), step=100, ignore_permission_denied=True,
    ):
        # A file that has come to rest sends no notice of that: while one is awaited, every turn is a look.
        if notices or arrivals.waiting or time.monotonic() - looked > LOOK_SECONDS:
            looked = time.monotonic()
            yield


@contextlib.contextmanager
def _stopping(stop: threading.Event) -> Iterator[None]:
    """SIGINT and SIGTERM end the waiting; during a run `run_batch` has its own handlers."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ask(number: int, frame: object) -> None:
        stop.set()

    before = {name: signal.signal(name, ask) for name in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
