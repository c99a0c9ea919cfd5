"""The same run on many machines: pages as tasks of a Dask cluster, the ledger with the one coordinator.

Needs the extra `sohoa[cluster]`, the same version of sohoa on every machine, and inputs and output on a
folder that all of them see under the same path. Dask hands the tasks out and gives those of a lost
machine to another; within a Dask worker each task still runs in a process of its own, so that a page
that crashes or hangs kills neither the worker nor its neighbours.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import multiprocessing
import queue
import threading
import time
from collections.abc import Callable, Hashable, Iterable
from pathlib import Path
from typing import Any

from pipeline.batches import planning
from pipeline.batches.batch import run_batch
from pipeline.batches.machine import cores
from pipeline.batches.outcomes import RunSummary
from pipeline.batches.workers import Crash, Engine, Finished, LocalPool, Task
from pipeline.errors import MissingPart, UsageError
from pipeline.settings import Settings

TASKS_PER_THREAD = 2  # one at work and one waiting at the worker, which hides the way through the network
CONNECT_SECONDS = 30.0
LOOK_SECONDS = 5.0  # between two looks at how many workers there are


def run_on_cluster(
    inputs: Iterable[Path], out: Path, settings: Settings, address: str, **options: Any,
) -> RunSummary:
    """`batch.run_batch` on the Dask scheduler at `address` ("tcp://host:8786"); `options` are its options.

    For scripts that start a cluster of their own, on Slurm for one (docs/how-to-cluster.md).

    Raises MissingPart when Dask is not installed or the scheduler does not answer, else like `run_batch`.
    """
    return run_batch(inputs, out, settings, engine=engine(address, settings), **options)


def engine(address: str, settings: Settings) -> Callable[[], Engine]:
    """For the `engine` option of `batch.run_batch`: connects when the first task is there."""
    return functools.partial(DaskEngine, address, settings)


class DaskEngine:
    """An `Engine` (see workers.py) whose tasks run on a cluster."""

    def __init__(self, address: str, settings: Settings) -> None:
        try:
            distributed: Any = importlib.import_module("distributed")
        except ImportError as error:
            cure = "Install it: pip install 'sohoa[cluster]'."
            raise MissingPart("Dask", "is not installed.", cure=cure) from error
        if "://" not in address:
            raise UsageError(address, "is not the address of a scheduler.", cure="Give one like tcp://host:8786.")
        try:
            self._client: Any = distributed.Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            cure = "Start it with `dask scheduler`, and see that its port can be reached."
            raise MissingPart(address, f"no scheduler answers there ({error}).", cure=cure) from error
        self._lost_worker: type[Exception] = distributed.KilledWorker
        self._settings = settings
        self._ended: queue.Queue[tuple[Hashable, Any]] = queue.Queue()
        self._pending: dict[Hashable, tuple[Any, float]] = {}
        self._threads = 0
        self._looked = 0.0

    def free(self) -> int:
        if time.monotonic() - self._looked > LOOK_SECONDS:
            self._threads = sum(self._client.nthreads().values())
            self._looked = time.monotonic()
        # Before the first worker has come, one task waits for it at the scheduler.
        return max(1, self._threads * TASKS_PER_THREAD) - len(self._pending)

    def submit(self, task: Task) -> None:
        future = self._client.submit(
            run_in_sandbox, task, self._settings.nice, pure=False,
        )
        self._pending[task.ticket] = (future, time.monotonic())
        future.add_done_callback(lambda done, ticket=task.ticket: self._ended.put((ticket, done)))

    def wait(self, seconds: float) -> list[Finished]:
        finished: list[Finished] = []
        until = time.monotonic() + seconds
        while True:
            try:
                left = 0.0 if finished else max(0.0, until - time.monotonic())
                ticket, future = self._ended.get(timeout=left) if left else self._ended.get_nowait()
            except queue.Empty:
                break
            finished.append(self._answer(ticket, future))
        if not finished and self._client.status not in ("running", "connecting"):
            raise MissingPart("Dask", "the scheduler is gone.", cure="Start it again and run the same command.")
        return finished

    def _answer(self, ticket: Hashable, future: Any) -> Finished:
        _, began = self._pending.pop(ticket)
        spent = time.monotonic() - began
        if future.status == "finished":
            answer: Finished = future.result()
            return Finished(ticket, answer.value, answer.failure, answer.seconds)
        if future.status == "cancelled":
            lost = Crash("crash", "was lost with its connection to the cluster.", outside=True)
            return Finished(ticket, failure=lost, seconds=spent)
        error = future.exception()
        # KilledWorker: Dask gave the task to several workers, and each was lost with it.
        if isinstance(error, self._lost_worker):
            crash = Crash("crash", f"was lost with its workers ({error}).", outside=True)
        else:
            crash = Crash("exception", f"failed on the cluster ({error}).")
        return Finished(ticket, failure=crash, seconds=spent)

    def close(self) -> None:
        with contextlib.suppress(Exception):  # whatever state the cluster is in, ours is kept
            self._client.cancel([future for future, _ in self._pending.values()])
        with contextlib.suppress(Exception):
            self._client.close(timeout=5)


# --- on the machines of the cluster -----------------------------------------------------------------

_SANDBOX = threading.local()


def run_in_sandbox(task: Task, nice: int) -> Finished:
    """One task in the isolated process that belongs to this thread of a Dask worker."""
    pool: LocalPool | None = getattr(_SANDBOX, "pool", None)
    if pool is None:
        _allow_children()
        pool = LocalPool(1, memory_bytes=planning.worker_bytes(planning.free_megabytes(), cores()), nice=nice)
        _SANDBOX.pool = pool
    try:
        pool.submit(task)
        while True:
            for finished in pool.wait(1.0):
                return finished
    except BaseException:
        pool.close()
        _SANDBOX.pool = None
        raise


def _allow_children() -> None:
    """Dask starts its workers as daemons, which `multiprocessing` forbids to have children.

    Ours end with their parent by themselves (workers.py), which is all that the ban is for. There is no
    public way to lift it from inside; from outside it is DASK_DISTRIBUTED__WORKER__DAEMON=False.
    """
    config: dict[str, Any] = getattr(multiprocessing.current_process(), "_config", {})
    config["daemon"] = False
