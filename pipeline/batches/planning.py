"""What a run has before it: which inputs are new, changed, unchanged, and how many workers fit.

An input is unchanged when path, size and time of change are as the ledger has them, its outputs are
there, and the settings, rules and corrections they were made with are those of today. Its content is
not read for that; `--redo` is for whoever trusts no clock.
"""

from __future__ import annotations

import contextlib
import dataclasses
import re
import stat
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline import versions
from pipeline.batches import jobs, standing, store
from pipeline.batches.discover import Found, cannot_be_read, discover, free_name, name_key, no_file
from pipeline.batches.jobs import Drives, Opened
from pipeline.batches.ledger import InputRow, ledger_rows, path_of, text_of_path
from pipeline.batches.machine import cores, memory_available
from pipeline.batches.outcomes import BatchPlan, Outcome
from pipeline.batches.workers import LocalPool, Task
from pipeline.errors import NoInput, SohoaError, UnreadableFile, UsageError
from pipeline.settings import Settings

# Memory a worker may use, in megabytes. A clean 300 dpi page needs far less; see the table in docs/batch.md.
WORKER_CEILING = 1_400
WORKER_FLOOR = 500  # with less than this a worker fails on honest pages, so fewer workers are started instead
BUDGET_SHARE = 0.8  # of the free memory, when no budget is given

OPEN_SECONDS = 120.0  # to open and hash one input, and on top 1 s for every 2 MB (a slow network share)
OPEN_BYTES_PER_SECOND = 2_000_000
# A plan with no history: what a page takes on one core of a 2020s machine, and pages in a file.
ASSUMED_SECONDS_PER_PAGE = 4.0
SAMPLED_FILES = 24  # new inputs opened by a dry run to learn how many pages a file has
POLL_SECONDS = 0.25


def plan_batch(
    inputs: Iterable[Path], out: Path, settings: Settings, *, redo: bool = False, drives: Drives | None = None,
    made_by: dict[str, str] | None = None,
) -> BatchPlan:
    """What `run_batch` would do, without doing it; opens a few new inputs to estimate the pages."""
    given = [Path(item) for item in inputs]
    check_folders(given, out)
    discovery = discover(given, out)
    if not discovery.found:
        raise NoInput(", ".join(str(item) for item in given), "holds no file that can be read.")
    drives = drives or default_drives()
    keys = Keys.of(settings, made_by if made_by is not None else versions.versions())
    rows = ledger_rows(out)
    groups: dict[str, list[Found]] = {name: [] for name in ("new", "changed", "retry", "again", "same")}
    unreadable: list[Outcome] = []
    pages = older = 0
    by_path = {row.path: row for row in rows.values()}
    by_folded = {name_key(row.name): row for row in rows.values()}
    named = with_ledger_names(
        discovery.found, lambda name: by_folded.get(name_key(name)), lambda path: by_path.get(text_of_path(path))
    )
    for item in named:
        row = rows.get(item.name)
        if item.problem is not None:
            unreadable.append(failed_outcome(item, item.problem))
        elif row is None or row.state == "open":
            groups["new"].append(item)
        elif not _same_file(row, item) or redo:
            groups["changed"].append(item)
        elif row.state in ("failed", "partial"):
            groups["retry"].append(item)
            pages += row.pages_failed or row.page_count or 1
        elif not keys.accept(row.recognition_key):
            groups["changed"].append(item)
        elif is_current(row, item, keys, out):
            groups["same"].append(item)
            older += row.recognition_key != keys.recognition
        else:
            groups["again"].append(item)
    fresh = groups["new"] + groups["changed"]
    pages += _estimate_pages(fresh, settings, drives)
    job_count, _ = size_pool(settings)
    pace, measured = _pace(out)
    names = {kind: tuple(item.name for item in items) for kind, items in groups.items()}
    return BatchPlan(
        names["new"], names["changed"], names["retry"], names["again"], names["same"], tuple(unreadable),
        discovery.ignored, pages, pages * pace / job_count, job_count, pace, measured,
        older,
    )


def size_pool(settings: Settings) -> tuple[int, int]:
    """How many workers, and the bytes of memory each may use (0: no limit known), within the budget."""
    count = settings.jobs or cores()
    budget = settings.memory_megabytes or free_megabytes()
    if not budget:
        return count, WORKER_CEILING * 1_000_000
    count = max(1, min(count, budget // WORKER_FLOOR))
    return count, worker_bytes(budget, count)


def free_megabytes() -> int:
    """The budget of memory where none is given; 0 where the system does not tell what is free."""
    return int(memory_available() * BUDGET_SHARE) // 1_000_000


def worker_bytes(budget: int, count: int) -> int:
    """The memory of one of `count` workers in bytes, of a budget in megabytes."""
    return min(WORKER_CEILING, max(WORKER_FLOOR, budget // count)) * 1_000_000


# --- before the work --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Keys:
    """What decides whether stored work may be used.

    `recognition` names a reading of pages: settings, then the versions of imaging and engine. `reading` names
    what is made of it: settings and rules.
    """

    recognition: str
    reading: str

    @classmethod
    def of(cls, settings: Settings, versions: dict[str, str]) -> Keys:
        return cls(
            f"{settings.recognition_fingerprint()}.{store.reader_key(versions)}",
            f"{settings.reading_fingerprint()}.{versions.get('rules', '')}",
        )

    def accept(self, recognition: str | None) -> bool:
        """Whether a finished document of that recognition key stays.

        A new imaging half or a new Tesseract does not make 50,000 finished scans stale, nor what people have
        corrected in them: that is told, and `--redo` is for a person to decide. A new rule is cheap.
        """
        return (recognition or "").split(".")[0] == self.settings

    @property
    def settings(self) -> str:
        """The part of `recognition` that the settings make."""
        return self.recognition.split(".")[0]


def check_folders(given: Sequence[Path], out: Path, quarantine: Path | None = None) -> None:
    """Raises NoInput or UsageError where the folders named for a run cannot go together."""
    if not given:
        raise NoInput("", "no file or folder was named.")
    if out.exists() and not out.is_dir():
        raise UsageError(out, "is a file, not a folder.", cure="Name a folder with --out.")
    for item in given:
        with contextlib.suppress(OSError):
            if item.is_dir() and item.resolve() == out.resolve():
                raise UsageError(out, "is the folder of the inputs.", cure="Choose another folder for --out.")
            if quarantine is not None and item.is_dir() and item.resolve() == quarantine.resolve():
                cure = "Choose another folder for --quarantine."
                raise UsageError(quarantine, "is the folder of the inputs.", cure=cure)


def found_again(row: InputRow) -> Found:
    """The input of a ledger row as it is now."""
    path = path_of(row)
    try:
        status = path.stat()
    except OSError as error:
        return Found(path, row.name, problem=cannot_be_read(row.name, path, error))
    if stat.S_ISDIR(status.st_mode):  # a loop of folders: found by the walk, and still so
        return Found(path, row.name, problem=UnreadableFile(row.name, row.what or "", cure=row.cure))
    if not stat.S_ISREG(status.st_mode):
        return Found(path, row.name, problem=no_file(row.name, status.st_mode))
    return Found(path, row.name, status.st_size, status.st_mtime_ns)


def with_ledger_names(
    found: Sequence[Found], by_folded: Callable[[str], InputRow | None], by_path: Callable[[Path], InputRow | None]
) -> tuple[Found, ...]:
    """No input shares the folder of another, of this run or of an earlier one that is still there.

    The later one gets "name~2", and keeps it in every later run, whatever the order of the arguments.
    """
    taken: set[str] = set()
    named = []
    for item in found:
        before = by_path(item.path)
        if before is not None and _NUMBERED.sub("", before.name) == item.name and name_key(before.name) not in taken:
            name = before.name
        else:
            others: set[str] = set()
            while True:
                name = free_name(item.name, taken | others)
                row = by_folded(name)
                if row is None or row.path == text_of_path(item.path) or not path_of(row).exists():
                    break
                others.add(name_key(name))
        taken.add(name_key(name))
        named.append(item if name == item.name else dataclasses.replace(item, name=name))
    return tuple(named)


_NUMBERED = re.compile(r"~\d+$")


def _same_file(row: InputRow, item: Found) -> bool:
    return (row.path, row.size, row.modified_ns) == (text_of_path(item.path), item.size, item.modified_ns)


def is_current(row: InputRow, item: Found, keys: Keys, out: Path) -> bool:
    """Whether everything that this input should come to is there and made by these settings and rules."""
    if row.state != "done" or not _same_file(row, item):
        return False
    if not keys.accept(row.recognition_key) or row.reading_key != keys.reading:
        return False
    folder = out / row.name
    if not all((folder / name).exists() for name, _ in row.files):
        return False
    return jobs.corrections_digest(folder) == row.corrections


def _estimate_pages(fresh: Sequence[Found], settings: Settings, drives: Drives) -> int:
    if not fresh:
        return 0
    step = max(1, len(fresh) // SAMPLED_FILES)
    sample = fresh[::step]
    counted: list[int] = []
    pool = LocalPool(min(cores(), len(sample)), memory_bytes=WORKER_CEILING * 1_000_000)
    try:
        waiting = deque(enumerate(sample))
        under_way = 0
        while waiting or under_way:
            while waiting and pool.free():
                place, item = waiting.popleft()
                arguments = (drives, item.path, item.name, settings)
                pool.submit(Task(place, jobs.open_input, arguments, open_seconds(item)))
                under_way += 1
            for finished in pool.wait(POLL_SECONDS):
                under_way -= 1
                if isinstance(finished.value, Opened):
                    counted.append(finished.value.source.page_count)
    finally:
        pool.close()
    mean = sum(counted) / len(counted) if counted else 0.0
    return round(mean * len(fresh))


def _pace(out: Path) -> tuple[float, bool]:
    from_ledger = standing.pace(out)
    return (from_ledger, True) if from_ledger else (ASSUMED_SECONDS_PER_PAGE, False)


def open_seconds(item: Found) -> float:
    return OPEN_SECONDS + item.size / OPEN_BYTES_PER_SECOND


def default_drives() -> Drives:
    """The pipeline itself."""
    from pipeline import corrections, run

    return Drives(
        run.open_source, run.recognise_page, run.failed_page, run.assemble, run.read, run.write_outputs,
        corrections.load,
    )


def failed_outcome(item: Found, error: SohoaError) -> Outcome:
    return Outcome(item.name, item.path, "failed", code=error.code, what=error.what, cure=error.cure)
