"""The three tasks a batch is made of, as they run in a worker: open an input, read a page, finish a document.

Each is a module-level function of picklable arguments. What is big stays on disk: a page is stored by
the worker that read it and a document is written by the worker that finished it, so that the
coordinating process holds no page and its memory does not grow with the batch.
"""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import hashlib
import os
import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pipeline import corrections, disk
from pipeline.batches import pagefiles
from pipeline.batches.pagefiles import PageRow
from pipeline.document import Document, Page
from pipeline.errors import ChangedInput, DiskFull, PageError, RecognitionFailed, UnreadableFile
from pipeline.settings import Settings
from pipeline.writers import held

_T = TypeVar("_T")

# A disk or network share that may be back in a moment; anything else is the file's own fault.
_PASSING = frozenset({errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.EAGAIN, errno.ENETDOWN, errno.EHOSTDOWN})
_WAITS = (0.5, 3.0)  # seconds before the second and the third try


@dataclass(frozen=True, slots=True)
class Drives:
    """The two halves of the pipeline (run.py), as the batch calls them. Module-level functions: they are pickled.

    A source has `name`, `path`, `sha256`, `media_type` and `page_count`; a reading has `document` and
    `plans`. `load_corrections` reads the log of corrections of an output folder, which `read` applies.
    """

    open_source: Callable[[Path, str, Settings], Any]
    recognise_page: Callable[[Any, int, Settings, bool], Page]
    failed_page: Callable[[int, PageError], Page]
    assemble: Callable[[Any, Sequence[Page], Settings], Document]
    read: Callable[..., Any]
    write_outputs: Callable[[Any, Any, Path, Settings], Sequence[str]]
    load_corrections: Callable[[Path], Any]


@dataclass(frozen=True, slots=True)
class Stamp:
    """What shows that a file was changed: size in bytes, time of change in ns, inode."""

    size: int
    modified_ns: int
    inode: int

    @classmethod
    def of(cls, path: Path) -> Stamp:
        status = path.stat()
        return cls(status.st_size, status.st_mtime_ns, status.st_ino)


@dataclass(frozen=True, slots=True)
class Opened:
    """An input that can be read."""

    source: Any
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class Read:
    """The order to read page `number` (from 1) of an input and store it in `folder`; `plain`: without second looks."""

    source: Any
    stamp: Stamp
    settings: Settings
    number: int
    plain: bool
    folder: Path
    temporary: Path


@dataclass(frozen=True, slots=True)
class Finish:
    """The order to finish one document.

    Its pages come from `stored` (a finished document.json of the same content), or from the page files
    in `pages`. `twin` is a folder with outputs of the same content, to share equal files with. `dropped` are folders
    with pages of earlier documents, to be deleted on the way.
    """

    source: Any
    stamp: Stamp
    settings: Settings
    pages: Path
    stored: Path | None
    failed: tuple[PageRow, ...]
    target: Path
    temporary: Path
    previous_files: tuple[str, ...]
    twin: tuple[Path, tuple[tuple[str, str], ...]] | None = None
    dropped: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """A finished document: sha256 of each output by its name, and what the report tells of it."""

    files: tuple[tuple[str, str], ...]
    confidence: float | None
    warnings: int
    corrections: str | None


@dataclass(frozen=True, slots=True)
class Lost:
    """Stored pages that are not there or cannot be read any more: they have to be recognised again."""

    numbers: tuple[int, ...]


def open_input(drives: Drives, path: Path, name: str, settings: Settings) -> Opened:
    """Checks and hashes one input. Raises InputError."""
    with _input_errors(name):
        stamp = _patiently(lambda: Stamp.of(path))
        source = _patiently(lambda: drives.open_source(path, name, settings))
        if Stamp.of(path) != stamp:
            raise ChangedInput(name)
        return Opened(source, stamp)


def read_page(drives: Drives, order: Read) -> PageRow:
    """Recognises and stores one page. The file is checked before and after: a page of a file that was
    changed meanwhile must not be stored under the content it had."""
    began = time.perf_counter()
    _check_unchanged(order.source, order.stamp)
    with _full_disk(Path(tempfile.gettempdir())):
        page = _patiently(
            lambda: drives.recognise_page(order.source, order.number, order.settings, order.plain))
    _check_unchanged(order.source, order.stamp)
    if page.status == "failed":
        raise RecognitionFailed(f"{order.source.name}, page {order.number}",
                                "; ".join(notice.message for notice in page.notices))
    row = PageRow(order.number, "done", time.perf_counter() - began, order.plain,
                  worker=f"{socket.gethostname()}:{os.getpid()}")
    pagefiles.save_page(order.folder, page, row, order.temporary)
    return row


def finish_document(drives: Drives, order: Finish) -> Written | Lost:
    """Joins the pages, reads the document and publishes its outputs. Raises ReadingFailed, OutputError."""
    for folder in order.dropped:
        shutil.rmtree(folder, ignore_errors=True)
    document = _document(drives, order)
    if isinstance(document, Lost):
        return document
    digest = corrections_digest(order.target)
    if digest is None:
        reading = drives.read(document, order.settings)
    else:
        reading = drives.read(document, order.settings, drives.load_corrections(order.target))
    made = Path(tempfile.mkdtemp(dir=order.temporary))
    try:
        with _full_disk(order.target):
            drives.write_outputs(reading, order.source, made, order.settings)
        _check_unchanged(order.source, order.stamp)
        files = disk.publish(made, order.target, order.previous_files)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    # What is held for secrecy shares no file with a twin that may be open, nor the reverse.
    if order.twin is not None and held.NOTICE not in files and held.NOTICE not in dict(order.twin[1]):
        disk.link_equal(order.target, files, order.twin[0], dict(order.twin[1]), order.temporary)
    warnings = sum(len(plan.warnings) for plan in reading.plans)
    return Written(tuple(sorted(files.items())), _confidence(reading.document), warnings, digest)


def corrections_digest(folder: Path) -> str | None:
    """sha256 of the corrections a person made in this document folder; None where there are none."""
    try:
        return hashlib.sha256((folder / corrections.FILE_NAME).read_bytes()).hexdigest()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _check_unchanged(source: Any, stamp: Stamp) -> None:
    with _input_errors(source.name):
        if Stamp.of(source.path) != stamp:
            raise ChangedInput(source.name)


def _document(drives: Drives, order: Finish) -> Document | Lost:
    every = tuple(range(1, order.source.page_count + 1))
    if order.stored is not None:
        document = pagefiles.load_document(order.stored, order.source.sha256)
        if document is None or len(document.pages) != len(every):
            return Lost(every)
        if any(page.status == "failed" for page in document.pages):
            return Lost(every)
        return dataclasses.replace(document, file=order.source.name)
    failed = {row.number: row for row in order.failed}
    pages: list[Page] = []
    lost: list[int] = []
    for number in every:
        if number in failed:
            row = failed[number]
            error = PageError("", row.what or "", cure=row.cure or "")
            pages.append(drives.failed_page(number, error))
            continue
        loaded = pagefiles.load_page(order.pages, number)
        if loaded is None:
            lost.append(number)
        else:
            pages.append(loaded[0])
    if lost:
        return Lost(tuple(lost))
    return drives.assemble(order.source, pages, order.settings)


def _confidence(document: Document) -> float | None:
    """Mean over all words that have text; None for a document without."""
    total, count = 0.0, 0
    for word in document.words():
        if word.text:
            total += word.confidence
            count += 1
    return total / count if count else None


def _patiently(call: Callable[[], _T]) -> _T:
    """The call's value; tried again after a wait when disk or network hiccup."""
    for seconds in _WAITS:
        try:
            return call()
        except OSError as error:
            if error.errno not in _PASSING:
                raise
            time.sleep(seconds)
    return call()


@contextlib.contextmanager
def _input_errors(name: str) -> Iterator[None]:
    """An OSError that a stage let through, as an error about this input."""
    try:
        yield
    except FileNotFoundError as error:
        raise UnreadableFile(name, "is not there any more.", cure="Put it back, then run again.") from error
    except OSError as error:
        if disk.is_full(error):
            raise DiskFull(tempfile.gettempdir(), "there is no room left for temporary files.") from error
        raise UnreadableFile.because(name, error) from error


@contextlib.contextmanager
def _full_disk(target: Path) -> Iterator[None]:
    """A full disk as an error about `target`, not about the temporary file that hit it."""
    try:
        yield
    except (DiskFull, OSError) as error:
        if isinstance(error, OSError) and not disk.is_full(error):
            raise
        raise DiskFull(target, "there is no room left to write.") from error
