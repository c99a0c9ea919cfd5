"""How results, notes, tables and progress reach the two output streams.

Made by `cli.main` and handed to every command, so that no command decides for itself what goes where:
`result` to standard output, all else to standard error. Not a terminal: no bar, no colour, plain lines.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from rich.console import Console as RichConsole
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as RichProgress
from rich.table import Table
from rich.text import Text

from pipeline import faults
from pipeline.commands.messages import say
from pipeline.faults import Language

if TYPE_CHECKING:  # a command that only answers starts no batch
    from pipeline.batches.outcomes import Event

# Lines without a terminal: one for every so many files, so that a log of 50,000 files stays readable.
PLAIN_EVERY = 25
PLAIN_EVERY_DOCUMENTS = 1000  # where a document takes some milliseconds


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

    def result_json(self, value: Any, *, one_line: bool = False) -> None:
        self.result(json.dumps(value, ensure_ascii=False, indent=None if one_line else 2))

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

    def bar(self) -> Bar:
        return Bar(self)

    @contextmanager
    def counting(self, label: str) -> Iterator[Callable[[int, int], None]]:
        """Progress of long work that counts documents: call it with how many are done, of how many.

        On a terminal a bar, which goes when the work is done; elsewhere a line for every so many.
        """
        columns = TextColumn(label), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn()
        plain = not self._err.is_terminal
        with RichProgress(*columns, console=self._err, disable=plain, transient=True) as shown:
            task = shown.add_task("", total=None)

            def told(done: int, total: int) -> None:
                shown.update(task, completed=done, total=total)
                if plain and done and done % PLAIN_EVERY_DOCUMENTS == 0:
                    self.note(f"{label} {done}/{total}")

            yield told


class Bar:
    """Pages done, rate and time left; a context manager. The total grows as inputs are opened."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._plain = not console._err.is_terminal
        self._files = 0
        self._progress = RichProgress(
            TextColumn(say("run.working", console.language)), BarColumn(), MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"), TimeElapsedColumn(), TextColumn("{task.fields[left]}"),
            TextColumn("{task.fields[name]}"), console=console._err, disable=self._plain, transient=True,
        )
        self._task = self._progress.add_task("", total=None, name="", rate="", left="")

    def __enter__(self) -> Bar:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def event(self, event: Event) -> None:
        """One event of the batch."""
        now = event.progress
        left = "" if now.seconds_left is None else f"-{timedelta(seconds=round(now.seconds_left))}"
        pace = now.pages_per_second
        rate = say("run.rate", self._console.language, rate=f"{pace * 60:.0f}") if pace else ""
        self._progress.update(self._task, completed=now.pages_done, total=now.pages_total or None,
                              name=event.name[-40:], rate=rate, left=left)
        if event.kind == "page_retried" and self._console.verbose:
            what, _ = faults.in_words(event.code or "", event.what, "", self._console.language)
            page = say("run.page", self._console.language, page=event.page)
            self._line(f"{event.name}, {page}: {what}")
        if event.kind == "document":
            self._files += 1
            state = say(f"outcome.{event.state}", self._console.language) if event.state else ""
            often = self._files == 1 or self._files % PLAIN_EVERY == 0 or now.files_done == now.files_total
            if self._console.verbose or (self._plain and often):
                self._line(f"{now.files_done}/{now.files_total}  {state}: {event.name}  {rate}".rstrip())

    def _line(self, text: str) -> None:
        if self._plain:
            self._console.note(text)
        else:
            self._progress.console.print(Text(text))
