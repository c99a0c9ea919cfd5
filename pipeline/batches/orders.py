"""What a worker is told for each of the three tasks, and how long and how much memory the task may take."""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path

from pipeline import disk
from pipeline.batches import jobs
from pipeline.batches.discover import Found
from pipeline.batches.jobs import Drives, Finish, Read, Stamp
from pipeline.batches.planning import open_seconds
from pipeline.batches.store import Store
from pipeline.batches.underway import UnderWay
from pipeline.batches.workers import Task
from pipeline.settings import Settings

FINISH_SECONDS = 180.0  # to read and write one document, and on top for each page:
FINISH_SECONDS_PER_PAGE = 3.0
# A document is finished whole: 1.9 MB a page of 200 words were measured. Beyond so many pages, which fit into
# the limit of a worker, each adds to it, within what the pool has.
FINISH_PAGES = 300
FINISH_BYTES_PER_PAGE = 2_500_000


class Orders:
    """Makes the tasks of one run. `spare_bytes` is what the pool has beyond one worker's limit."""

    def __init__(self, ledger: Store, settings: Settings, drives: Drives, spare_bytes: int) -> None:
        self._store = ledger
        self._settings = settings
        self._drives = drives
        self._spare_bytes = spare_bytes

    def open(self, document: UnderWay) -> Task:
        item = document.item
        arguments = (self._drives, self._readable(item), item.name, self._settings)
        return Task(("open", document.place), jobs.open_input, arguments, open_seconds(item))

    def _readable(self, item: Found) -> Path:
        """The path, or a link to it where its bytes are no UTF-8, which some libraries refuse."""
        try:
            str(item.path).encode()
        except UnicodeEncodeError:
            link = self._store.temporary / f"input-{hashlib.sha256(os.fsencode(item.path)).hexdigest()[:16]}"
            with disk.output_errors(link), contextlib.suppress(FileExistsError):
                link.symlink_to(item.path)
            return link
        return item.path

    def page(self, document: UnderWay, number: int, plain: bool) -> Task:
        order = Read(
            document.source, document.stamp or Stamp(0, 0, 0), self._settings, number, plain,
            self._store.page_folder(document.source.sha256, document.key), self._store.temporary,
        )
        limit = self._settings.page_timeout_seconds
        return Task(("page", document.place, number, plain), jobs.read_page, (self._drives, order), limit)

    def finish(self, document: UnderWay) -> Task:
        twin = None
        if document.twin is not None and (row := self._store.input(document.twin)) is not None:
            twin = (self._store.out / row.name, row.files)
        order = Finish(
            document.source, document.stamp or Stamp(0, 0, 0), self._settings,
            self._store.page_folder(document.source.sha256, document.key), document.stored, document.failed,
            self._store.out / document.item.name, self._store.temporary,
            tuple(file for file, _ in document.previous.files) if document.previous else (), twin,
            self._store.put_aside(),
        )
        seconds = FINISH_SECONDS + FINISH_SECONDS_PER_PAGE * document.source.page_count
        extra = min(self._spare_bytes, FINISH_BYTES_PER_PAGE * max(0, document.source.page_count - FINISH_PAGES))
        return Task(("finish", document.place), jobs.finish_document, (self._drives, order), seconds, extra)
