"""The parser of the command line in the language of the person: argparse speaks English only.

Its headings ("options"), its own two options and its complaints get their Vietnamese here; what our options do is
said in `messages.py`.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

from pipeline.commands.messages import Language
from pipeline.commands.sentences import Phrasebook

EXIT_USAGE = 2  # argparse's own

# What argparse complains of (CPython 3.11 to 3.13), and the Vietnamese.
_COMPLAINTS = Phrasebook((
    ("the following arguments are required: {}", "thiếu tham số: {0}"),
    ("unrecognized arguments: {}", "tham số không rõ: {0}"),
    ("ambiguous option: {} could match {}", "tùy chọn chưa rõ: {0} có thể là {1}"),
    ("argument {}: invalid choice: {} (choose from {})", "{0}: không có giá trị {1} (chọn một trong: {2})"),
    ("argument {}: invalid int value: {}", "{0}: cần số nguyên, không phải {1}"),
    ("argument {}: invalid float value: {}", "{0}: cần một số, không phải {1}"),
    ("argument {}: expected one argument", "{0}: cần một giá trị"),
    ("argument {}: expected at least one argument", "{0}: cần ít nhất một giá trị"),
    ("argument {}: ignored explicit argument {}", "{0}: không nhận giá trị {1}"),
))


class _VietnameseFormatter(argparse.HelpFormatter):
    def add_usage(self, usage: str | None, actions: Iterable[argparse.Action],
                  groups: Iterable[Any], prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, "cách dùng: " if prefix is None else prefix)


class VietnameseParser(argparse.ArgumentParser):
    """An `ArgumentParser` with headings, `--help` and complaints in Vietnamese; so are the parsers of its commands."""

    def __init__(self, **options: Any) -> None:
        super().__init__(formatter_class=_VietnameseFormatter, **options)
        self._positionals.title = "tham số"
        self._optionals.title = "tùy chọn"
        for action in self._actions:
            if action.dest == "help":
                action.help = "hiện trợ giúp này rồi thoát"

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(EXIT_USAGE, f"{self.prog}: lỗi: {_COMPLAINTS.look_up(message) or message}\n")


PARSERS: dict[Language, type[argparse.ArgumentParser]] = {"en": argparse.ArgumentParser, "vi": VietnameseParser}


def words_to_leave_out(given: Sequence[str]) -> list[str]:
    """`sohoa search DIR rừng -cháy`: argparse takes "-cháy" for options, unless a blank stands before it."""
    return [f" {item}" if re.fullmatch(r"-[^\W\d_][\w-]+\*?", item) else item for item in given]
