"""Counting a run: files and pages done, the rate, the time left, how busy the workers were."""

from __future__ import annotations

import time
from collections import deque

from pipeline.batches.outcomes import Outcome, Progress

RATE_WINDOW = 180.0  # seconds of history behind the rate and the time left


class Tally:
    """Counts for the progress: rate over a sliding window, pages still to come by what was seen so far."""

    def __init__(self, files: int) -> None:
        self._files = files
        self._files_done = 0
        self._files_opened = 0
        self._pages_opened = 0
        self._pages_done = 0
        self._began = time.monotonic()
        self._ticks: deque[float] = deque()
        self._worked = 0.0
        self._capacity = 0
        self._working_since = self._began

    def opened(self, pages: int) -> None:
        self._files_opened += 1
        self._pages_opened += pages

    def pages(self, count: int, fresh: bool = True) -> None:
        self._pages_done += count
        if fresh:
            now = time.monotonic()
            self._ticks.append(now)
            while self._ticks and self._ticks[0] < now - RATE_WINDOW:
                self._ticks.popleft()

    def file(self, outcome: Outcome) -> None:
        self._files_done += 1
        if outcome.state == "failed":
            missing = outcome.pages - len(outcome.pages_failed) - outcome.pages_reused
            self._pages_opened -= max(0, min(missing, self._pages_opened - self._pages_done))

    def start(self) -> None:
        self._working_since = time.monotonic()

    def seen(self, workers: int) -> None:
        """So many workers are there now, at work or free; the most ever seen is the capacity."""
        self._capacity = max(self._capacity, workers)

    def worked(self, seconds: float) -> None:
        self._worked += seconds

    def busy_share(self) -> float | None:
        """Share of the workers' time in which they had a task; None when none was started."""
        whole = self._capacity * (time.monotonic() - self._working_since)
        return min(1.0, self._worked / whole) if whole > 0 else None

    def progress(self) -> Progress:
        left = self._files - self._files_done - max(0, self._files_opened - self._files_done)
        mean = self._pages_opened / self._files_opened if self._files_opened else 0.0
        total = round(self._pages_opened + mean * max(0, left))
        now = time.monotonic()
        span = min(RATE_WINDOW, now - self._began)
        rate = len(self._ticks) / span if span > 0 else 0.0
        missing = max(0, total - self._pages_done)
        seconds = 0.0 if self._files_done == self._files else missing / rate if rate > 0 and missing else None
        return Progress(self._files_done, self._files, self._pages_done, max(total, self._pages_done), rate, seconds)
