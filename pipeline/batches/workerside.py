"""The life of a worker process: it answers one task after another, and dies with its parent.

Everything here runs inside the worker; the one who hands out the tasks and ends what hangs is `workers.py`.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import resource
import signal
import threading
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection, wait
from typing import Any

from pipeline.batches.machine import limit_memory
from pipeline.errors import SohoaError

_ORPHAN_SECONDS = 30  # beyond the limit of a task, after which a worker that nobody watches any more is ended


def serve(pipe: Connection, memory_bytes: int, nice: int) -> None:
    """The life of a worker: answers one task after another until its parent closes the pipe."""
    _settle(nice)
    pipe.send(("ready", None))
    while True:
        try:
            function, arguments, seconds, extra_bytes = pipe.recv()
        except (EOFError, OSError):
            os._exit(0)
        except Exception as error:  # the task cannot be unpickled: a bug on our side, to be told, not to hang
            pipe.send(("exception", (repr(error), traceback.format_exc())))
            continue
        # The kernel ends an orphan that hangs inside a C library, where no thread of ours gets its turn.
        signal.alarm(int(seconds) + _ORPHAN_SECONDS)
        if memory_bytes:
            limit_memory(memory_bytes + extra_bytes)
        answer = _answer(function, arguments)
        signal.alarm(0)
        try:
            pipe.send(answer)
        except (BrokenPipeError, ConnectionResetError):
            os._exit(0)
        except Exception as error:
            pipe.send(("exception", (f"the answer cannot be sent: {error!r}", traceback.format_exc())))


def _answer(function: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[str, Any]:
    try:
        return "value", function(*arguments)
    except SohoaError as error:
        error.__cause__ = error.__context__ = None
        return "error", error
    except MemoryError:
        return "memory", None
    except Exception as error:
        first = (str(error).splitlines() or [""])[0]
        head = f"{type(error).__name__}: {first}"[:200]
        return "exception", (head, traceback.format_exc(limit=-12)[-4000:])


def _settle(nice: int) -> None:
    os.setsid()
    _die_with_parent()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM):
        signal.signal(name, signal.SIG_DFL)
    # What C libraries write to the terminal (warnings of pdfium, of Tesseract) would tear the progress bar.
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    os.close(null)
    if nice:
        with contextlib.suppress(OSError):
            os.nice(nice)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _die_with_parent() -> None:
    """Ends the whole group of this worker as soon as the coordinating process is gone."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        wait([parent.sentinel])
        os.killpg(0, signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()
