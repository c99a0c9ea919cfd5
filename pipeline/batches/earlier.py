"""What earlier work can be used again: documents recognised before, by any input of the same content, and single pages.

Only what the ledger says and what lies on the disk is looked at; nothing is opened.
"""

from __future__ import annotations

from pipeline.batches.ledger import InputRow, path_of
from pipeline.batches.pagefiles import PageRow, content_key, stored_numbers
from pipeline.batches.planning import Keys
from pipeline.batches.store import Store


class Earlier:
    """The work of earlier runs, and of this one before a crash, as one run may use it."""

    def __init__(self, store: Store, keys: Keys, redo: bool) -> None:
        self._store = store
        self._keys = keys
        self._redo = redo

    def usable(self, row: InputRow) -> bool:
        """With `--redo`, only what was done since that run began counts as done, and by today's version."""
        return not self._redo or (row.run == self._store.run and row.recognition_key == self._keys.recognition)

    def twin(self, sha256: str, name: str) -> str | None:
        """Another input of the same content that is still there."""
        return next(
            (row.name for row in self._store.with_content(sha256) if row.name != name and path_of(row).exists()), None
        )

    def stored(self, sha256: str, name: str) -> InputRow | None:
        """The best input whose `document.json` will do: of today's recognition before an older one, its own first."""
        rows = [
            row for row in self._store.complete(sha256)
            if self.usable(row) and self._keys.accept((row.complete or "").partition(".")[2])
        ]
        today = content_key(sha256, self._keys.recognition)
        return min(rows, key=lambda row: (row.complete != today, row.name != name), default=None)

    def pages(self, sha256: str, key: str, count: int) -> dict[int, PageRow]:
        """The pages that are settled already, by number: read and stored, or failed in this run."""
        known = self._store.pages(sha256, key, only_this_run=self._redo)
        files_there = stored_numbers(self._store.page_folder(sha256, key))
        rows: dict[int, PageRow] = {}
        for number in range(1, count + 1):
            row = known.get(number)
            if row is not None and (row.state == "failed" or number in files_there):
                rows[number] = row
            elif number in files_there and not self._redo:
                rows[number] = PageRow(number, "done")  # stored just before a crash
        return rows
