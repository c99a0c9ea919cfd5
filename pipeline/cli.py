"""The command `sohoa`: the only place that prints, reads the environment or exits.

Results go to standard output, everything else (progress, notes, errors) to standard error. With
`--json` standard output holds one JSON value and nothing more (`watch`: one a line). Exit codes: docs/exit-codes.md.
"""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import sys
from collections.abc import Callable, Sequence

from pipeline.commands.console import Console
from pipeline.commands.grammar import words_to_leave_out
from pipeline.commands.messages import describe, language_from, say
from pipeline.commands.options import HANDLERS, build_parser
from pipeline.errors import EXIT_INTERRUPTED, EXIT_OK, SohoaError, UsageError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    language = language_from(_early_language(given), dict(os.environ))
    first = next((item for item in given if not item.startswith("-") and item not in ("en", "vi")), "")
    parser = build_parser(language)
    console = Console(language, as_json="--json" in given)
    try:
        options = parser.parse_args(words_to_leave_out(given) if first == "search" else given)
    except SystemExit as stop:  # after --help and --version
        return int(stop.code or 0)
    except UsageError as error:
        return _told(error, console)
    console = Console(language, as_json=options.json, verbose=options.verbose)
    logging.basicConfig(level=logging.INFO if options.verbose else logging.ERROR, stream=sys.stderr,
                        format="%(asctime)s %(name)s: %(message)s")
    try:
        return handler_of(options.command)(options, console)
    except SohoaError as error:
        return _told(error, console)
    except KeyboardInterrupt:
        console.note(say("run.interrupted", language))
        return EXIT_INTERRUPTED
    except BrokenPipeError:  # `sohoa ... | head`: the reader has had enough
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
        return EXIT_OK


def handler_of(command: str) -> Callable[[argparse.Namespace, Console], int]:
    """The function that carries a command out, loaded now: `sohoa schema` must not pay for OpenCV."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        # Before numpy loads: its products are small, a thread for each core costs more than it brings, and their
        # number shows in the last digits of a confidence.
        os.environ.setdefault(name, "1")
    module, function = HANDLERS[command]
    carried_out: Callable[[argparse.Namespace, Console], int] = getattr(
        importlib.import_module(f"pipeline.commands.{module}"), function)
    return carried_out


def _told(error: SohoaError, console: Console) -> int:
    """An error to both streams: for a person, and with `--json` for a machine, which goes by the code."""
    told = describe(error, console.language)
    console.error(told)
    if console.as_json:
        console.result_json({"error": error.code, "message": told})
    return error.exit_code


def _early_language(given: Sequence[str]) -> str | None:
    """`--lang` before the parser exists, since its help is in that language."""
    for place, item in enumerate(given):
        if item == "--lang" and place + 1 < len(given):
            return given[place + 1]
        if item.startswith("--lang="):
            return item.partition("=")[2]
    return None
