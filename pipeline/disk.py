"""Files that are whole or not there: atomic writing, the lock of an output folder, and its disk errors.

Every temporary file lives under `DIR/.sohoa/tmp` (the same file system as the outputs, so that a rename
is atomic), never among the outputs: a killed run leaves nothing that could be taken for a result, and
the next one empties that one folder. `OSError` of an output path becomes an error of our tree here and
nowhere else.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from pipeline.errors import DiskFull, Locked, OutputNotWritable

STATE_FOLDER = ".sohoa"
LEDGER_NAME = "sohoa.db"
QUARANTINE_MARK = ".sohoa-quarantine"  # a file: what lies beside it is no input

# EFBIG: a file-size limit (`ulimit -f`) stops a write just as a full disk does.
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextlib.contextmanager
def output_errors(path: object, cure: str | None = None) -> Iterator[None]:
    """Maps an OSError raised inside to DiskFull or OutputNotWritable about `path`, the latter with `cure` if given."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise DiskFull(path, "there is no room left to write.") from error
        reason = error.strerror or type(error).__name__
        raise OutputNotWritable(path, f"cannot be written ({reason}).", cure=cure) from error


def is_full(error: OSError) -> bool:
    """Whether this says that the disk, the quota or the file-size limit is used up."""
    return error.errno in _FULL


def temporary_folder(out: Path) -> Path:
    """Where the temporary files of the output folder `out` live."""
    return out / STATE_FOLDER / "tmp"


def sync_folder(folder: Path) -> None:
    """Makes renames in `folder` survive a power cut; silently nothing where the system has no such call."""
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:  # some network file systems refuse to sync a folder
        pass
    finally:
        os.close(handle)


def sync_file(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_atomic(path: Path, data: bytes, temporary: Path | None = None, mode: int = 0o644) -> None:
    """Writes a file that is whole or not there, also after a power cut, with these rights.

    `temporary` is a folder on the same file system; without one the file grows under a hidden name beside its place,
    for writers who do not hold the folder's lock: whoever takes that empties its temporary folder.
    Raises DiskFull or OutputNotWritable.
    """
    place = path.parent if temporary is None else temporary
    with output_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        place.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=place, prefix=".writing-" if temporary is None else None)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(name, mode)  # mkstemp gives 0600, which hides results from colleagues  # noqa: PTH101
            os.replace(name, path)  # noqa: PTH105
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        sync_folder(path.parent)


def publish(made: Path, target: Path, obsolete: tuple[str, ...] = ()) -> dict[str, str]:
    """Moves every file of the folder `made` into `target`, one atomic rename each.

    Returns the sha256 of each by its name relative to `target`. Files of an earlier run that are named
    in `obsolete` and were not made again are removed; all others in `target` are left alone.
    """
    digests: dict[str, str] = {}
    with output_errors(target):
        target.mkdir(parents=True, exist_ok=True)
        files = sorted(path for path in made.rglob("*") if path.is_file())
        for path in files:
            digests[path.relative_to(made).as_posix()] = digest(path)
            sync_file(path)
        for name in digests:
            place = target / name
            if place.parent != target:
                place.parent.mkdir(parents=True, exist_ok=True)
            os.replace(made / name, place)  # noqa: PTH105
        for name in obsolete:
            if name not in digests:
                (target / name).unlink(missing_ok=True)
        for folder in {(target / name).parent for name in digests}:
            sync_folder(folder)
        sync_folder(target.parent)
    shutil.rmtree(made, ignore_errors=True)
    return digests


def link_equal(folder: Path, files: dict[str, str], other: Path, other_files: dict[str, str], temporary: Path) -> int:
    """Replaces files of `folder` that are byte for byte those of `other` by hard links; returns how many.

    Saves the disk a second copy for a file that was scanned in twice. Outputs are only ever replaced by
    rename, so a later run of one cannot change the other. Does nothing where links are not possible.
    """
    linked = 0
    for name, value in files.items():
        if other_files.get(name) != value or folder == other:
            continue
        spare = temporary / f"link-{os.getpid()}"
        try:
            if (folder / name).samefile(other / name):
                continue
            if digest(other / name) != value:
                continue
            spare.unlink(missing_ok=True)
            os.link(other / name, spare)
            os.replace(spare, folder / name)  # noqa: PTH105
            linked += 1
        except OSError:
            return linked
    return linked


def digest(path: Path) -> str:
    """sha256 of a file in hex, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _lock_soon(handle: int) -> None:
    """Takes the lock. A moment's patience: `is_locked` of a `sohoa status` holds it for an instant."""
    for _ in range(5):
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        time.sleep(0.1)
    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


class FolderLock:
    """At most one run at a time in an output folder. The kernel lets go of it when the process dies.

    `flock`, not `lockf`: it also refuses a second run inside the same process, and closing another
    handle of the file does not drop it.
    """

    def __init__(self, out: Path) -> None:
        self._path = out / STATE_FOLDER / "lock"
        self._out = out
        self._handle: int | None = None

    def acquire(self) -> None:
        """Raises Locked when another run holds the folder."""
        with output_errors(self._path):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            _lock_soon(handle)
        except BlockingIOError as error:
            holder = os.pread(handle, 32, 0).decode("ascii", "replace").strip()
            os.close(handle)
            who = f" (process {holder})" if holder else ""
            raise Locked(self._out, f"another run is working in this folder{who}.") from error
        except OSError as error:
            os.close(handle)
            raise OutputNotWritable(self._out, f"cannot be locked ({error.strerror}).") from error
        with output_errors(self._path):
            os.ftruncate(handle, 0)
            os.pwrite(handle, str(os.getpid()).encode(), 0)
        self._handle = handle

    def release(self) -> None:
        if self._handle is not None:
            with contextlib.suppress(OSError):
                os.ftruncate(self._handle, 0)
            os.close(self._handle)
            self._handle = None


def is_locked(out: Path) -> bool:
    """Whether a run is working in `out` now."""
    try:
        handle = os.open(out / STATE_FOLDER / "lock", os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(handle)
    return False
