"""Worker processes that may crash, hang or blow up without harm to anything but their own task.

Used instead of a ready-made pool because three things are needed at once: a limit in seconds that
kills the worker *and what it started* (a Tesseract command outlives its dead parent otherwise), a
limit on memory seen from outside (a thread inside cannot look while a C library holds the interpreter),
and one task handed out at a time, so that the order of work is decided by the one who calls.

Each worker is a process group of its own, started from a fork server that has imported the heavy
modules once: a new worker costs some 20 ms, which makes recycling cheap. A worker dies with its parent.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any, Literal, Protocol

from pipeline.batches import workerside
from pipeline.batches.machine import group_resident, resident
from pipeline.errors import SohoaError

# Handed to every worker before a library loads: one OpenMP thread per Tesseract is 2.4 to 5 times less
# CPU (docs/batch.md), and a numeric library must not start a thread per core in each of our processes.
_ENVIRONMENT = {
    "OMP_THREAD_LIMIT": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1",
}
WATCH_SECONDS = 0.1  # between two looks at memory and clocks; a render fills some 0.2 GB in this time
TASKS_PER_WORKER = 100  # then a fresh one: OCR engines leak over hundreds of pages (docs/batch.md)
# Of what its limit leaves over what it began with: a worker that idles above it has leaked or fragmented.
RECYCLE_SHARE = 0.5
_STARTS_BEFORE_GIVING_UP = 5
# Seconds before each new start where the one before failed. A fork server that was killed refuses connections before
# the system says that it is gone, and only then is another one made: on a busy machine five starts at once all failed.
_PAUSES = (0.05, 0.2, 0.8, 3.0)
_GRACE_SECONDS = 0.5  # between the polite and the hard signal to an idle worker
_FROM_OUTSIDE = frozenset({signal.SIGKILL, signal.SIGTERM, signal.SIGHUP})


@dataclass(frozen=True, slots=True)
class Crash:
    """Why a task gave no answer. `exception` is a bug or an unforeseen input: `detail` has the traceback.

    `outside`: the process was ended by a signal that programs do not raise themselves, such as the kernel's
    when the whole machine is out of memory. The task need not be at fault.
    """

    kind: Literal["timeout", "memory", "crash", "exception"]
    what: str
    detail: str = ""
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Finished:
    """The end of one task: its value, or one of our errors, or a crash."""

    ticket: Hashable
    value: Any = None
    failure: SohoaError | Crash | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Task:
    """A module-level function and its arguments, with the seconds it may take.

    `extra_bytes` is memory that it may use beyond the limit of its worker.
    """

    ticket: Hashable
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    seconds: float
    extra_bytes: int = 0


class Engine(Protocol):
    """Where tasks run: worker processes here, or a cluster (`cluster.py`)."""

    def free(self) -> int:
        """How many more tasks it would take now."""
        ...

    def submit(self, task: Task) -> None:
        """Hands over one task; only while `free()` is above 0, but the first one at any time."""
        ...

    def wait(self, seconds: float) -> list[Finished]:
        """The tasks that ended, after `seconds` at the latest; empty when there are none yet.

        Returns early when there is room for another task.
        """
        ...

    def close(self) -> None:
        """Stops at once, whatever is under way."""
        ...


class _Worker:
    """One process and the pipe to it."""

    def __init__(self, process: Any, pipe: Connection) -> None:
        self.process = process
        self.pipe = pipe
        self.ready = False
        self.task: Task | None = None
        self.began = 0.0
        self.done = 0
        self.base = 0  # bytes it held before its first task

    @property
    def pid(self) -> int:
        return int(self.process.pid)

    def kill(self) -> None:
        """Ends the process and everything it started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)  # before it has made its own group
        self.process.join()
        self.pipe.close()


class LocalPool:
    """`size` worker processes on this machine, each held to `memory_bytes` (0: no limit)."""

    def __init__(
        self, size: int, *, memory_bytes: int = 0, nice: int = 0, tasks_per_worker: int = TASKS_PER_WORKER,
        preload: Sequence[str] = ("pipeline.batches.warm",),
    ) -> None:
        self._memory = memory_bytes
        self._nice = nice
        self._tasks_per_worker = tasks_per_worker
        self._workers: list[_Worker] = []
        self._context = _context(preload)
        self._failed_starts = 0
        for _ in range(size):
            self._workers.append(self._start())

    def _start(self) -> _Worker:
        for pause in (*_PAUSES, None):
            ours, theirs = self._context.Pipe()
            process = self._context.Process(
                target=workerside.serve, args=(theirs, self._memory, self._nice), daemon=True
            )
            try:
                with _worker_environment():
                    process.start()
            except (OSError, EOFError):  # the fork server was killed just now; the next start makes another
                ours.close()
                if pause is None:
                    raise
                time.sleep(pause)
                continue
            finally:
                theirs.close()
            break
        return _Worker(process, ours)

    def free(self) -> int:
        # Not those that are still starting: a task would wait there while others have nothing to do.
        return sum(1 for worker in self._workers if worker.task is None and worker.ready)

    def submit(self, task: Task) -> None:
        # A worker that has said it is ready before one that is still starting.
        idle = sorted((worker for worker in self._workers if worker.task is None), key=lambda w: not w.ready)
        worker = idle[0]
        worker.task, worker.began = task, time.monotonic()
        # A broken pipe shows as end of file in `wait`.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            worker.pipe.send(_sent(task))

    def wait(self, seconds: float) -> list[Finished]:
        until = time.monotonic() + seconds
        while True:
            patience = max(0.0, min(WATCH_SECONDS, until - time.monotonic()))
            starting = sum(not worker.ready for worker in self._workers)
            finished = self._collect(patience)
            finished += self._enforce()
            come = sum(not worker.ready for worker in self._workers) < starting
            if finished or come or time.monotonic() >= until:
                return finished

    def close(self) -> None:
        for worker in self._workers:
            worker.kill()
        self._workers.clear()

    def _collect(self, patience: float) -> list[Finished]:
        by_pipe = {worker.pipe: worker for worker in self._workers}
        finished = []
        for pipe in wait(list(by_pipe), patience):
            worker = by_pipe[pipe]  # type: ignore[index]
            try:
                kind, value = worker.pipe.recv()
            except (EOFError, OSError):
                finished += self._died(worker)
                continue
            except Exception as error:  # a half-written or unreadable answer: the worker cannot be trusted any more
                finished += self._replace(worker, Crash("crash", f"gave an unreadable answer ({error!r})."))
                continue
            if kind == "ready":
                worker.ready = True
                worker.base = resident(worker.pid)
                self._failed_starts = 0
                worker.began = time.monotonic()  # the time a worker needs to start is not the task's
                continue
            finished.append(self._answered(worker, kind, value))
        return finished

    def _answered(self, worker: _Worker, kind: str, value: Any) -> Finished:
        task = worker.task
        assert task is not None
        spent = time.monotonic() - worker.began
        worker.task = None
        worker.done += 1
        used_up = worker.done >= self._tasks_per_worker
        room = self._memory - worker.base
        swollen = self._memory > 0 and resident(worker.pid) - worker.base > RECYCLE_SHARE * room
        if used_up or swollen or kind == "memory":
            self._replace(worker)
        match kind:
            case "value":
                return Finished(task.ticket, value, seconds=spent)
            case "error":
                return Finished(task.ticket, failure=value, seconds=spent)
            case "memory":
                crash = Crash("memory", "needed more memory than it may have.")
                return Finished(task.ticket, failure=crash, seconds=spent)
        what, detail = value
        return Finished(task.ticket, failure=Crash("exception", what, detail), seconds=spent)

    def _died(self, worker: _Worker) -> list[Finished]:
        worker.process.join(_GRACE_SECONDS)
        code = worker.process.exitcode
        if not worker.ready:
            self._failed_starts += 1
            if self._failed_starts >= _STARTS_BEFORE_GIVING_UP:
                raise RuntimeError(f"worker processes do not start (exit code {code})")
            task = worker.task
            place = self._workers.index(worker)
            worker.kill()
            self._workers[place] = self._start()
            if task is not None:
                fresh = self._workers[place]
                fresh.task, fresh.began = task, time.monotonic()
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    fresh.pipe.send(_sent(task))
            return []
        name = _signal_name(code)
        outside = code is not None and -code in _FROM_OUTSIDE
        return self._replace(worker, Crash("crash", f"ended without an answer ({name}).", outside=outside))

    def _replace(self, worker: _Worker, crash: Crash | None = None) -> list[Finished]:
        task, spent = worker.task, time.monotonic() - worker.began
        place = self._workers.index(worker)
        worker.kill()
        self._workers[place] = self._start()
        if task is None or crash is None:
            return []
        return [Finished(task.ticket, failure=crash, seconds=spent)]

    def _enforce(self) -> list[Finished]:
        """Kills what is over its time or memory."""
        finished: list[Finished] = []
        now = time.monotonic()
        for worker in tuple(self._workers):
            if worker.task is None or not worker.ready:
                continue
            if now - worker.began > worker.task.seconds:
                limit = f"took longer than its limit of {worker.task.seconds:g} s and was stopped."
                finished += self._replace(worker, Crash("timeout", limit))
            elif self._memory and group_resident(worker.pid) > self._memory + worker.task.extra_bytes:
                allowed = (self._memory + worker.task.extra_bytes) // 1_000_000
                limit = f"needed more than its limit of {allowed} MB of memory and was stopped."
                finished += self._replace(worker, Crash("memory", limit))
        return finished


def _sent(task: Task) -> tuple[Any, ...]:
    return task.function, task.arguments, task.seconds, task.extra_bytes


# --- small helpers ----------------------------------------------------------------------------------


def _context(preload: Sequence[str]) -> Any:
    """A fork server where the system has one; it is started once per process, by the first pool."""
    methods = multiprocessing.get_all_start_methods()
    context: Any = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    if "forkserver" in methods:
        context.set_forkserver_preload(list(preload))
    return context


@contextlib.contextmanager
def _worker_environment() -> Any:
    """The fork server takes its environment from us at its start; ours is put back afterwards."""
    before = {name: os.environ.get(name) for name in _ENVIRONMENT}
    os.environ.update(_ENVIRONMENT)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _signal_name(code: int | None) -> str:
    if code is None:
        return "unknown"
    if code < 0:
        with contextlib.suppress(ValueError):
            return signal.Signals(-code).name
    return f"exit code {code}"
