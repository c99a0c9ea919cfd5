"""The parser of the command line in the language of the person: argparse speaks English only.

Its headings ("options") and its own two options get their Vietnamese here, its complaints in `faults.py`; what our
options do is said in `messages.py`.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

from pipeline.errors import UsageError
from pipeline.faults import Language


class Parser(argparse.ArgumentParser):
    """An `ArgumentParser` that raises what it complains of, so that it is told like every other error."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Words of a list that stand behind an option, too, which argparse leaves over: `search DIR --json thi đua`."""
        parsed, rest = super().parse_known_args(args, namespace)
        listed = next((action.dest for action in self._actions
                       if not action.option_strings and action.nargs in ("*", "+")), None)
        if listed is None or any(word.startswith("-") for word in rest):
            return parsed, rest
        setattr(parsed, listed, [*getattr(parsed, listed), *rest])
        return parsed, []

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        raise UsageError(self.prog, f"{message}.", cure=f"See `{self.prog} --help`.")


class _VietnameseFormatter(argparse.HelpFormatter):
    def add_usage(self, usage: str | None, actions: Iterable[argparse.Action],
                  groups: Iterable[Any], prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, "cách dùng: " if prefix is None else prefix)


class VietnameseParser(Parser):
    """One with headings and `--help` in Vietnamese; so are the parsers of its commands."""

    def __init__(self, **options: Any) -> None:
        super().__init__(formatter_class=_VietnameseFormatter, **options)
        self._positionals.title = "tham số"
        self._optionals.title = "tùy chọn"
        for action in self._actions:
            if action.dest == "help":
                action.help = "hiện trợ giúp này rồi thoát"


PARSERS: dict[Language, type[argparse.ArgumentParser]] = {"en": Parser, "vi": VietnameseParser}


def words_to_leave_out(given: Sequence[str]) -> list[str]:
    """`sohoa search DIR rừng -cháy`: argparse takes "-cháy" for options, unless a blank stands before it."""
    return [f" {item}" if re.fullmatch(r"-[^\W\d_][\w-]+\*?", item) else item for item in given]
