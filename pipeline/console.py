"""How results, notes, tables and progress reach the two output streams.

Made by `cli.main` and handed to every command, so that no command decides for itself what goes where:
`result` to standard output, all else to standard error. Not a terminal: no bar, no colour, plain lines.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console as RichConsole
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from pipeline.messages import Language, say

# Lines without a terminal: one for every so many files, so that a log of 50,000 files stays readable.
PLAIN_EVERY = 25


class Console:
    """The two streams of one command."""

    def __init__(self, language: Language = "en", *, as_json: bool = False, verbose: bool = False) -> None:
        self.language = language
        self.as_json = as_json
        self.verbose = verbose
        self._err = RichConsole(stderr=True, highlight=False, soft_wrap=True)

    def result(self, text: str) -> None:
        """The answer itself, to standard output. Lone surrogates, which a hostile text may hold, are escaped."""
        encoding = sys.stdout.encoding or "utf-8"
        safe = text.encode(encoding, "backslashreplace").decode(encoding)
        sys.stdout.write(safe if safe.endswith("\n") else safe + "\n")

    def result_json(self, value: Any) -> None:
        self.result(json.dumps(value, ensure_ascii=False, indent=2))

    def note(self, text: str) -> None:
        """A remark for a person, to standard error."""
        self._err.print(Text(text))

    def error(self, text: str) -> None:
        self._err.print(Text(f"{say('error.head', self.language)}: ", style="bold red") + Text(text))

    def table(self, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """A table for a person, to standard output."""
        out = RichConsole(highlight=False, width=None if sys.stdout.isatty() else 140)
        table = Table(box=None, pad_edge=False, header_style="bold")
        for title in head:
            table.add_column(title, overflow="fold")
        for row in rows:
            table.add_row(*[Text(cell) for cell in row])
        out.print(table)

    def bar(self, total_pages: int) -> Bar:
        return Bar(self, total_pages)


class Bar:
    """Pages done, rate and time left; a context manager. The total may grow as inputs are opened."""

    def __init__(self, console: Console, total_pages: int) -> None:
        self._console = console
        self._plain = not console._err.is_terminal
        self._files = 0
        self._progress = Progress(
            TextColumn(say("run.working", console.language)), BarColumn(), MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"), TimeElapsedColumn(), TimeRemainingColumn(),
            TextColumn("{task.fields[name]}"), console=console._err, disable=self._plain, transient=True,
        )
        self._task = self._progress.add_task("", total=total_pages or None, name="", rate="")

    def __enter__(self) -> Bar:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def pages(self, done: int, total: int, name: str = "") -> None:
        """So many pages done of those known so far; `name` is the file of the last."""
        self._progress.update(self._task, completed=done, total=total or None, name=name[-40:])
        speed = self._progress.tasks[0].speed
        if speed:
            self._progress.update(self._task, rate=f"{speed * 60:.0f}/min")

    def file(self, text: str) -> None:
        """A file came to its end. Told on a line of its own when there is no bar to show it on."""
        self._files += 1
        if self._plain and (self._console.verbose or self._files % PLAIN_EVERY == 0 or self._files == 1):
            self._console.note(text)
        elif self._console.verbose:
            self._progress.console.print(Text(text))
