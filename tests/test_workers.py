"""Worker processes: whatever a task does to its process, the pool answers and goes on."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from pipeline.batches import workers
from pipeline.batches.workers import Crash, LocalPool, Task
from pipeline.errors import EncryptedFile


def square(number):
    return number * number


def pid():
    return os.getpid()


def die(name):
    os.kill(os.getpid(), name)


def leave(code):
    os._exit(code)


def bug():
    raise ZeroDivisionError("in a stage")


def encrypted():
    raise EncryptedFile("a.pdf", "needs a password.", cure="Ask.")


def hang(seconds):
    time.sleep(seconds)


def start_child_and_hang(told):
    child = subprocess.Popen(["sleep", "600"])
    Path(told).write_text(str(child.pid))
    time.sleep(600)


def eat(megabytes):
    hoard = [os.urandom(1_000_000) for _ in range(megabytes)]
    time.sleep(1)
    return len(hoard)


def eat_at_once(megabytes):
    return len(bytearray(megabytes * 1_000_000))


def unpicklable():
    return lambda: None


def environment():
    return os.environ.get("OMP_THREAD_LIMIT"), os.getpgid(0) == os.getpid()


def alive(process):
    """A zombie is dead; not every container has an init that takes note of it."""
    try:
        return Path(f"/proc/{process}/stat").read_text().split()[2] != "Z"
    except OSError:
        return False


@pytest.fixture
def pool():
    pool = LocalPool(1, preload=())
    yield pool
    pool.close()


def ask(pool, function, *arguments, seconds=20.0):
    pool.submit(Task("t", function, arguments, seconds))
    until = time.monotonic() + 30
    while time.monotonic() < until:
        for finished in pool.wait(1.0):
            return finished
    raise AssertionError("no answer")


@pytest.mark.parametrize(("function", "arguments", "kind", "words"), [
    (die, (signal.SIGSEGV,), "crash", "SIGSEGV"),
    (die, (signal.SIGKILL,), "crash", "SIGKILL"),
    (leave, (3,), "crash", "exit code 3"),
    (bug, (), "exception", "ZeroDivisionError: in a stage"),
    (unpicklable, (), "exception", "cannot be sent"),
])
def test_a_task_that_ruins_its_process_is_answered_and_the_next_one_works(pool, function, arguments, kind, words):
    failure = ask(pool, function, *arguments).failure
    assert isinstance(failure, Crash)
    assert failure.kind == kind
    assert words in failure.what
    assert ask(pool, square, 7).value == 49


def test_a_bug_comes_with_its_traceback(pool):
    assert "in bug" in ask(pool, bug).failure.detail


def test_our_errors_cross_the_border_whole(pool):
    failure = ask(pool, encrypted).failure
    assert type(failure) is EncryptedFile
    assert (failure.subject, failure.what, failure.cure) == ("a.pdf", "needs a password.", "Ask.")


def test_a_task_over_its_time_is_killed(pool):
    assert ask(pool, square, 2).value == 4  # the worker stands; its start is not timed
    began = time.monotonic()
    failure = ask(pool, hang, 600, seconds=0.3).failure
    assert failure.kind == "timeout"
    assert time.monotonic() - began < 3
    assert ask(pool, square, 3).value == 9


def test_what_a_killed_task_had_started_dies_with_it(pool, tmp_path):
    told = tmp_path / "pid"
    assert ask(pool, start_child_and_hang, str(told), seconds=1.0).failure.kind == "timeout"
    child = int(told.read_text())
    until = time.monotonic() + 5
    while alive(child) and time.monotonic() < until:
        time.sleep(0.05)
    assert not alive(child)


@pytest.mark.parametrize("function", [eat, eat_at_once])
def test_a_task_over_its_memory_is_stopped(function):
    pool = LocalPool(1, memory_bytes=600_000_000, preload=())
    try:
        assert ask(pool, function, 800).failure.kind == "memory"
        assert ask(pool, function, 20).value
    finally:
        pool.close()


def test_workers_are_replaced_after_so_many_tasks():
    pool = LocalPool(1, tasks_per_worker=2, preload=())
    try:
        seen = [ask(pool, pid).value for _ in range(4)]
    finally:
        pool.close()
    assert seen[0] == seen[1] != seen[2] == seen[3]


def test_what_workers_share_is_out_of_the_way_of_collections():
    told = "import gc, pipeline.batches.warm; print(gc.get_freeze_count())"
    out = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True).stdout
    assert int(out) > 10_000


def test_each_worker_has_its_own_group_and_one_thread_a_library(pool):
    assert ask(pool, environment).value == ("1", True)


def test_a_worker_killed_while_idle_is_replaced_without_losing_a_task(pool):
    os.kill(ask(pool, pid).value, signal.SIGKILL)
    pool.submit(Task("t", square, (4,), 20))
    answers = []
    while not answers:
        answers = pool.wait(1.0)
    # Either the pool noticed before handing over, or the task is answered as a crash: never lost.
    assert answers[0].value == 16 or answers[0].failure.kind == "crash"


def test_workers_die_with_their_parent(tmp_path):
    told = tmp_path / "pids"
    script = (
        "import sys, time; sys.path[:0] = sys.argv[1:3]\n"
        "from pathlib import Path\n"
        "from pipeline.batches.workers import LocalPool, Task\n"
        "from tests import test_workers\n"
        "if __name__ == '__main__':\n"
        "    pool = LocalPool(2, preload=())\n"
        "    for n in range(2): pool.submit(Task(n, test_workers.hang, (600,), 600))\n"
        "    pool.wait(0.5)\n"
        f"    Path({str(told)!r}).write_text(' '.join(str(worker.pid) for worker in pool._workers))\n"
        "    time.sleep(600)\n"
    )
    path = tmp_path / "main.py"
    path.write_text(script)
    here = Path(__file__).parent
    parent = subprocess.Popen([sys.executable, str(path), str(here.parent), str(here)])
    until = time.monotonic() + 20
    while not (told.exists() and told.read_text()) and time.monotonic() < until:
        time.sleep(0.05)
    parent.kill()
    parent.wait()
    workers = [int(one) for one in told.read_text().split()]
    assert len(workers) == 2
    while any(alive(one) for one in workers) and time.monotonic() < until:
        time.sleep(0.05)
    assert not [one for one in workers if alive(one)]


class Refusing:
    """A context whose fork server is dying: it refuses some starts before another one stands."""

    def __init__(self, context, times):
        self._context, self.left = context, times

    def __getattr__(self, name):
        return getattr(self._context, name)

    def Process(self, **options):
        process = self._context.Process(**options)

        def start():
            if self.left:
                self.left -= 1
                raise ConnectionRefusedError(111, "Connection refused")
            del process.start  # it is sent to the fork server
            process.start()

        process.start = start
        return process


def test_a_dying_fork_server_is_waited_for(pool, monkeypatch):
    """Five starts in a row once failed within a millisecond, while the killed server was still going."""
    pauses = []
    monkeypatch.setattr(workers, "time", SimpleNamespace(sleep=pauses.append, monotonic=time.monotonic))
    monkeypatch.setattr(pool, "_context", Refusing(pool._context, 4))
    pool._start().kill()
    assert pauses == sorted(pauses)
    assert sum(pauses) > 2
    assert len(pauses) == 4


def test_a_fork_server_that_never_comes_back_is_told(pool, monkeypatch):
    monkeypatch.setattr(workers, "time", SimpleNamespace(sleep=lambda _: None, monotonic=time.monotonic))
    monkeypatch.setattr(pool, "_context", Refusing(pool._context, 5))
    with pytest.raises(ConnectionRefusedError):
        pool._start()
