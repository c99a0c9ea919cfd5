"""What this machine has and what a process takes of it: memory, cores. From /proc, where the system has it."""

from __future__ import annotations

import contextlib
import os
import resource
from pathlib import Path

_PAGE_BYTES = resource.getpagesize()


def resident(pid: int) -> int:
    """Resident memory in bytes; 0 where the system does not tell."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_bytes().split()[1]) * _PAGE_BYTES
    except (OSError, ValueError, IndexError):
        return 0


def group_resident(pid: int) -> int:
    """Resident memory of a process and all below it, such as a Tesseract command."""
    total, todo = 0, [pid]
    while todo:
        one = todo.pop()
        total += resident(one)
        with contextlib.suppress(OSError, ValueError):
            todo += [int(child) for child in Path(f"/proc/{one}/task/{one}/children").read_bytes().split()]
    return total


def memory_available() -> int:
    """Bytes that may still be used: what the machine has free, or less where a container sets a limit."""
    free = 0
    with contextlib.suppress(OSError, ValueError, IndexError, StopIteration):
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
        free = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable"))
    for limit, used in (
        ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
        ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes"),
    ):
        with contextlib.suppress(OSError, ValueError):
            room = int(Path(limit).read_text("ascii")) - int(Path(used).read_text("ascii"))
            free = min(free, room) if free else room
    return max(free, 0)


def cores() -> int:
    """Cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


def limit_memory(memory_bytes: int) -> None:
    """Caps the private memory this process may ask for; a request beyond it fails at once.

    RLIMIT_DATA, not RLIMIT_AS: since Linux 4.7 it counts private writable mappings only, so mapped
    libraries and files do not use it up. The watch from outside sees what really is in memory.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    limit = memory_bytes if hard == resource.RLIM_INFINITY else min(memory_bytes, hard)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))
