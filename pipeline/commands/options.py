"""Every command with its options, in the language of the person, and where it is carried out.

Nothing of what the commands do is imported here: help must not wait for OpenCV. `cli.main` loads the module of the
command that was given.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

from pipeline import __version__
from pipeline.commands.grammar import PARSERS
from pipeline.commands.messages import say
from pipeline.desk.form_names import FORM_NAMES
from pipeline.faults import Language
from pipeline.settings import ALL_FORMATS, DEFAULT_FORMATS, Engine, Preset, Settings, TextLayerPolicy

# The module of `pipeline/commands` and its function, which takes the parsed options and a console and gives an exit
# code, by command; in the order of the help.
HANDLERS = {
    "run": ("folder_cli", "run"),
    "watch": ("folder_cli", "watch"),
    "status": ("folder_cli", "status"),
    "retry": ("folder_cli", "retry"),
    "restore": ("restore_cli", "restore"),
    "parse": ("parse_cli", "parse"),
    "schema": ("record_cli", "schema"),
    "doctor": ("doctor", "doctor"),
    "score": ("record_cli", "score"),
    "review": ("desk_cli", "review"),
    "search": ("search_cli", "search"),
    "export": ("desk_cli", "export"),
    "import": ("desk_cli", "import_"),
    "learn": ("desk_cli", "learn"),
    "release": ("desk_cli", "release"),
}
PRESETS = get_args(Preset)
LEVELS = ("central", "province", "district", "commune", "other")
PORT = 8080
LIMIT = 20  # pages of a search
WORK = Path(".sohoa-work")

Told = Callable[..., str]  # a message by its key, in the language of the person
Command = Callable[..., argparse.ArgumentParser]  # a command by its name, with the options of its parents


def build_parser(language: Language = "en") -> argparse.ArgumentParser:
    """All commands and options, with help in `language`; what was parsed has a `command` of HANDLERS."""

    def told(key: str, **values: object) -> str:
        return say(key, language, **values)

    def common_options(**default: Any) -> argparse.ArgumentParser:
        options = argparse.ArgumentParser(add_help=False)
        options.add_argument("--lang", choices=("en", "vi"), help=told("arg.lang"), **default)
        options.add_argument("--json", action="store_true", help=told("arg.json"), **default)
        options.add_argument("-v", "--verbose", action="store_true", help=told("arg.verbose"), **default)
        return options

    # Both `sohoa --lang vi run` and `sohoa run --lang vi`: the second must not undo the first by a default.
    common = common_options(default=argparse.SUPPRESS)
    parser = PARSERS[language](prog="sohoa", description=told("about"), parents=[common_options()])
    parser.add_argument("--version", action="version", version=f"sohoa {__version__}", help=told("arg.version"))
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, *parents: argparse.ArgumentParser) -> argparse.ArgumentParser:
        about = told(f"help.{name}")
        added = commands.add_parser(name, help=about, description=about, parents=[common, *parents])
        added.set_defaults(command=name)
        return added

    _add_runs(command, told)
    _add_texts(command, told)
    _add_checks(command, told)
    _add_desk(command, told)
    return parser


def _add_runs(command: Command, told: Told) -> None:
    reading = _reading_options(told)
    run = command("run", reading)
    # Not `Path`: it would make one slash of the two in s3://bucket.
    run.add_argument("paths", nargs="+", metavar="PATH", help=told("arg.paths"))
    run.add_argument("--out", required=True, metavar="DIR", help=told("arg.out"))
    run.add_argument("--work", type=Path, default=WORK, metavar="DIR", help=told("arg.work", default=WORK))
    run.add_argument("--redo", action="store_true", help=told("arg.redo"))
    run.add_argument("--quarantine", type=Path, metavar="DIR", help=told("arg.quarantine"))
    run.add_argument("--dry-run", action="store_true", help=told("arg.dry_run"))
    run.add_argument("--cluster", metavar="ADDRESS", help=told("arg.cluster"))

    watch = command("watch", reading)
    watch.add_argument("folder", type=Path, metavar="FOLDER", help=told("arg.folder"))
    watch.add_argument("--out", type=Path, required=True, metavar="DIR", help=told("arg.out"))
    watch.add_argument("--poll", action="store_true", help=told("arg.poll"))

    command("status").add_argument("out", type=Path, metavar="DIR", help=told("arg.out"))
    retry = command("retry", reading)
    retry.add_argument("out", type=Path, metavar="DIR", help=told("arg.out"))
    retry.add_argument("--quarantine", type=Path, metavar="DIR", help=told("arg.quarantine"))


def _reading_options(told: Told) -> argparse.ArgumentParser:
    """The options of `run` and `watch` that become `Settings`; each default is None: "as set elsewhere"."""
    usual = Settings()
    options = argparse.ArgumentParser(add_help=False)
    options.add_argument("--jobs", type=int, metavar="N", help=told("arg.jobs"))
    options.add_argument("--memory", dest="memory_megabytes", type=int, metavar="MB", help=told("arg.memory"))
    options.add_argument("--nice", type=int, metavar="N", help=told("arg.nice"))
    options.add_argument("--formats", metavar="LIST",
                         help=told("arg.formats", all=", ".join(ALL_FORMATS), default=", ".join(DEFAULT_FORMATS)))
    options.add_argument("--text-layer", choices=get_args(TextLayerPolicy), help=told("arg.text_layer"))
    options.add_argument("--preset", choices=PRESETS, help=told("arg.preset"))
    options.add_argument("--engine", choices=get_args(Engine), help=told("arg.engine", default=usual.engine))
    options.add_argument("--reference", dest="references", action="append", metavar="FILE",
                         help=told("arg.reference"))
    options.add_argument("--split", action="store_true", default=None, help=told("arg.split"))
    options.add_argument("--page-timeout", dest="page_timeout_seconds", type=float, metavar="SECONDS",
                         help=told("arg.page_timeout", default=f"{usual.page_timeout_seconds:g}"))
    options.add_argument("--max-failed-share", dest="max_failed_share", type=float, metavar="SHARE",
                         help=told("arg.max_failed", default=f"{usual.max_failed_share:g}"))
    options.add_argument("--settings", type=Path, metavar="FILE", help=told("arg.settings"))
    return options


def _add_texts(command: Command, told: Told) -> None:
    restore = command("restore")
    restore.add_argument("file", nargs="?", default="-", metavar="FILE|-", help=told("arg.file"))
    restore.add_argument("--format", choices=("text", "json", "html", "tsv"), default="text", help=told("arg.format"))
    restore.add_argument("--preset", choices=PRESETS, default="balanced", help=told("arg.preset"))
    restore.add_argument("--reference", action="append", type=Path, default=[], metavar="FILE",
                         help=told("arg.reference"))

    parse = command("parse")
    parse.add_argument("file", nargs="?", default="-", metavar="FILE|-", help=told("arg.file"))
    parse.add_argument("--preset", choices=PRESETS, default="balanced", help=told("arg.preset"))


def _add_checks(command: Command, told: Told) -> None:
    command("schema")
    command("doctor").add_argument("--out", type=Path, metavar="DIR", help=told("arg.out"))

    score = command("score")
    score.add_argument("gold", type=Path, metavar="GOLD", help=told("arg.gold"))
    score.add_argument("out", type=Path, metavar="OUT", help=told("arg.out"))
    score.add_argument("--check", action="store_true", help=told("arg.check"))
    score.add_argument("--update", action="store_true", help=told("arg.update"))


def _add_desk(command: Command, told: Told) -> None:
    def of_desk(name: str) -> argparse.ArgumentParser:
        added = command(name)
        added.add_argument("out", type=Path, metavar="DIR", help=told("desk.out"))
        return added

    review = of_desk("review")
    review.add_argument("--port", type=int, default=PORT, help=told("desk.port", default=PORT))
    review.add_argument("--token", metavar="WORD", help=told("desk.token"))
    review.add_argument("--no-browser", action="store_true", help=told("desk.no_browser"))
    _shelf_options(review, told)

    find = of_desk("search")
    find.add_argument("query", nargs="*", metavar="WORD", help=told("desk.query"))
    find.add_argument("--limit", type=int, default=LIMIT, metavar="N", help=told("desk.limit", default=LIMIT))
    find.add_argument("--rebuild", action="store_true", help=told("desk.rebuild"))
    _filter_options(find, told)

    out = of_desk("export")
    forms = "; ".join(f"{name}: {told(f'form.{name}')}" for name in FORM_NAMES)
    out.add_argument("form", choices=tuple(FORM_NAMES), metavar="FORM", help=f"{told('desk.form')} – {forms}")
    out.add_argument("--to", type=Path, metavar="PATH", help=told("desk.to"))
    out.add_argument("--folder", default="", metavar="NUMBER", help=told("desk.folder"))
    out.add_argument("--verified", action="store_true", help=told("desk.verified"))
    _filter_options(out, told)
    _shelf_options(out, told)

    back = of_desk("import")
    back.add_argument("workbook", type=Path, metavar="XLSX", help=told("desk.workbook"))
    back.add_argument("--who", default="", metavar="NAME", help=told("desk.who"))
    back.add_argument("--dry-run", action="store_true", help=told("desk.dry_run"))

    of_desk("learn")

    release = of_desk("release")
    release.add_argument("document", metavar="DOCUMENT", help=told("desk.document"))
    release.add_argument("--who", default="", metavar="NAME", help=told("desk.who_releases"))
    release.add_argument("--note", required=True, metavar="REASON", help=told("desk.note"))
    release.add_argument("--hold", action="store_true", help=told("desk.hold"))


def _filter_options(parser: argparse.ArgumentParser, told: Told) -> None:
    parser.add_argument("--issuer", default="", metavar="NAME", help=told("desk.issuer"))
    parser.add_argument("--level", default="", choices=LEVELS, help=told("desk.level"))
    parser.add_argument("--year", type=int, metavar="YEAR", help=told("desk.year"))
    parser.add_argument("--year-to", type=int, metavar="YEAR", help=told("desk.year_to"))
    parser.add_argument("--type", default="", metavar="TYPE", help=told("desk.type"))
    parser.add_argument("--indicator", default="", metavar="NAME", help=told("desk.indicator"))


def _shelf_options(parser: argparse.ArgumentParser, told: Told) -> None:
    parser.add_argument("--shelf", type=Path, metavar="CSV", help=told("desk.shelf"))
    parser.add_argument("--layout", action="store_true", help=told("desk.layout"))
    parser.add_argument("--agency", type=Path, metavar="TOML", help=told("desk.agency"))
