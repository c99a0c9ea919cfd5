"""Memory and processor time of this process and all below it, looked at while they work."""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from pathlib import Path

_PAGE = os.sysconf("SC_PAGESIZE")
_TICKS = os.sysconf("SC_CLK_TCK")


class Observer(threading.Thread):
    """Looks every `seconds`; a context manager. A "worker" is every process that is not this one.

    Looking 50 times a second finds the peak of a bomb, but costs this process some 5 % of a core. `own` tells too what
    a process shares with no other, which takes the system longer.
    """

    def __init__(self, seconds: float = 0.02, own: bool = False) -> None:
        super().__init__(daemon=True)
        self._seconds = seconds
        self._own = own
        self.most_bytes: Counter[str] = Counter()
        self.most_own_bytes: Counter[str] = Counter()
        self.resident: list[tuple[float, int]] = []  # of this process: seconds since the start, bytes
        self._processor: dict[int, float] = {}
        self._over = threading.Event()
        self._began = time.monotonic()

    def __enter__(self) -> Observer:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join()

    def run(self) -> None:
        while not self._over.wait(self._seconds):
            self._look(os.getpid(), "coordinator")

    def _look(self, process: int, role: str, depth: int = 0) -> None:
        try:
            held = int(Path(f"/proc/{process}/statm").read_bytes().split()[1]) * _PAGE
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            children = Path(f"/proc/{process}/task/{process}/children").read_bytes().split()
        except (OSError, IndexError):
            return
        self.most_bytes[role] = max(self.most_bytes[role], held)
        if self._own and depth != 1:  # until it has workers, all that the fork server is to share is its own
            self.most_own_bytes[role] = max(self.most_own_bytes[role], _own_bytes(process))
        # Time of the process and of the children it has waited for (a Tesseract command); not for the fork
        # server right below us, whose children are the workers, which are looked at themselves.
        end = 15 if depth > 1 else 13
        self._processor[process] = sum(map(int, fields[11:end])) / _TICKS
        if role == "coordinator":
            self.resident.append((time.monotonic() - self._began, held))
        for child in children:
            self._look(int(child), "worker", depth + 1)

    def processor_seconds(self) -> tuple[float, float]:
        """Of this process, and of all below it."""
        own = self._processor.get(os.getpid(), 0.0)
        below = sum(spent for process, spent in self._processor.items() if process != os.getpid())
        return own, below

    def growth(self) -> float:
        """Bytes by which this process grew between the end of the first tenth and the end."""
        if len(self.resident) < 20:
            return 0.0
        tenth = self.resident[len(self.resident) // 10][1]
        return self.resident[-1][1] - tenth


def _own_bytes(process: int) -> int:
    """Memory that no other process has; 0 for one that is gone."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text("ascii").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Private_"))
