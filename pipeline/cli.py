"""The command `sohoa`: the only place that prints, reads the environment or exits.

Results go to standard output, everything else (progress, notes, errors) to standard error. With
`--json` standard output holds one JSON value and nothing more (`watch`: one a line). Exit codes: docs/exit-codes.md.

Stages are imported inside their handlers, against the house rule: `sohoa schema` must not pay for
OpenCV, nor `sohoa restore` for the PDF libraries.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipeline import __version__
from pipeline.commands.console import Console
from pipeline.commands.grammar import PARSERS, words_to_leave_out
from pipeline.commands.messages import describe, language_from, say
from pipeline.errors import (
    EXIT_INTERRUPTED,
    EXIT_MISSING_PART,
    EXIT_OK,
    EXIT_PARTIAL,
    NoInput,
    SohoaError,
    TooLarge,
    UnreadableFile,
    UsageError,
    WrongType,
)
from pipeline.faults import Language
from pipeline.settings import ALL_FORMATS, DEFAULT_FORMATS, Settings, load_settings

_OWN_COMMANDS = frozenset({
    "run", "watch", "status", "retry", "restore", "parse", "schema", "doctor", "score",
})


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    language = language_from(_early_language(given), dict(os.environ))
    first = next((item for item in given if not item.startswith("-") and item not in ("en", "vi")), "")
    alone = not first and "--version" in given
    parser = build_parser(language, with_desk=not alone and first not in _OWN_COMMANDS)
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
        return int(options.handler(options, console))
    except SohoaError as error:
        return _told(error, console)
    except KeyboardInterrupt:
        console.note(say("run.interrupted", language))
        return EXIT_INTERRUPTED
    except BrokenPipeError:  # `sohoa ... | head`: the reader has had enough
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
        return EXIT_OK


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


# --- the grammar ------------------------------------------------------------------------------------


def build_parser(language: Language = "en", *, with_desk: bool = True) -> argparse.ArgumentParser:
    """All commands and options, with help in `language`; those of the desk cost a second to load."""

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

    def command(name: str, handler: Any, *parents: argparse.ArgumentParser) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=told(f"help.{name}"), description=told(f"help.{name}"),
                                    parents=[common, *parents])
        added.set_defaults(handler=handler)
        return added

    reading = _reading_options(told)
    run = command("run", _run, reading)
    # Not `Path`: it would make one slash of the two in s3://bucket.
    run.add_argument("paths", nargs="+", metavar="PATH", help=told("arg.paths"))
    run.add_argument("--out", required=True, metavar="DIR", help=told("arg.out"))
    run.add_argument("--work", type=Path, default=Path(".sohoa-work"), metavar="DIR", help=told("arg.work"))
    run.add_argument("--redo", action="store_true", help=told("arg.redo"))
    run.add_argument("--quarantine", type=Path, metavar="DIR", help=told("arg.quarantine"))
    run.add_argument("--dry-run", action="store_true", help=told("arg.dry_run"))
    run.add_argument("--cluster", metavar="ADDRESS", help=told("arg.cluster"))

    watch = command("watch", _watch, reading)
    watch.add_argument("folder", type=Path, metavar="FOLDER", help=told("arg.folder"))
    watch.add_argument("--out", type=Path, required=True, metavar="DIR", help=told("arg.out"))
    watch.add_argument("--poll", action="store_true", help=told("arg.poll"))

    command("status", _status).add_argument("out", type=Path, metavar="DIR", help=told("arg.out"))
    retry = command("retry", _retry, reading)
    retry.add_argument("out", type=Path, metavar="DIR", help=told("arg.out"))
    retry.add_argument("--quarantine", type=Path, metavar="DIR", help=told("arg.quarantine"))

    restore = command("restore", _restore)
    restore.add_argument("file", nargs="?", default="-", metavar="FILE|-", help=told("arg.file"))
    restore.add_argument("--format", choices=("text", "json", "html", "tsv"), default="text", help=told("arg.format"))
    restore.add_argument("--preset", choices=("strict", "balanced", "full"), default="balanced",
                         help=told("arg.preset"))
    restore.add_argument("--reference", action="append", type=Path, default=[], metavar="FILE",
                         help=told("arg.reference"))

    parse = command("parse", _parse)
    parse.add_argument("file", nargs="?", default="-", metavar="FILE|-", help=told("arg.file"))
    parse.add_argument("--preset", choices=("strict", "balanced", "full"), default="balanced", help=told("arg.preset"))

    command("schema", _schema)
    command("doctor", _doctor).add_argument("--out", type=Path, metavar="DIR", help=told("arg.out"))

    score = command("score", _score)
    score.add_argument("gold", type=Path, metavar="GOLD", help=told("arg.gold"))
    score.add_argument("out", type=Path, metavar="OUT", help=told("arg.out"))
    score.add_argument("--check", action="store_true", help=told("arg.check"))
    score.add_argument("--update", action="store_true", help=told("arg.update"))
    if with_desk:
        from pipeline.commands import desk_cli

        desk_cli.add_commands(commands, [common], language)
    return parser


def _reading_options(told: Any) -> argparse.ArgumentParser:
    """The options of `run` and `watch` that become `Settings`; each default is None: "as set elsewhere"."""
    options = argparse.ArgumentParser(add_help=False)
    options.add_argument("--jobs", type=int, metavar="N", help=told("arg.jobs"))
    options.add_argument("--memory", dest="memory_megabytes", type=int, metavar="MB", help=told("arg.memory"))
    options.add_argument("--nice", type=int, metavar="N", help=told("arg.nice"))
    options.add_argument("--formats", metavar="LIST", help=told("arg.formats", all=", ".join(ALL_FORMATS)))
    options.add_argument("--text-layer", choices=("auto", "keep", "redo"), help=told("arg.text_layer"))
    options.add_argument("--preset", choices=("strict", "balanced", "full"), help=told("arg.preset"))
    options.add_argument("--engine", choices=("tesseract", "pytesseract", "tesserocr"), help=told("arg.engine"))
    options.add_argument("--reference", dest="references", action="append", metavar="FILE",
                         help=told("arg.reference"))
    options.add_argument("--split", action="store_true", default=None, help=told("arg.split"))
    options.add_argument("--page-timeout", dest="page_timeout_seconds", type=float, metavar="SECONDS",
                         help=told("arg.page_timeout"))
    options.add_argument("--max-failed-share", dest="max_failed_share", type=float, metavar="SHARE",
                         help=told("arg.max_failed"))
    options.add_argument("--settings", type=Path, metavar="FILE", help=told("arg.settings"))
    return options


def settings_from(options: argparse.Namespace) -> Settings:
    """Defaults, under the settings file, under the command line. Raises UsageError, or InputError for a reference."""
    settings = load_settings(options.settings) if options.settings else Settings()
    changes: dict[str, Any] = {}
    for field in dataclasses.fields(Settings):
        value = getattr(options, field.name, None)
        if value is not None:
            changes[field.name] = tuple(value) if isinstance(value, list) else value
    if options.formats is not None:
        changes["formats"] = _formats(options.formats)
    for name in changes.get("references", ()):
        if not Path(name).is_file():
            raise UsageError(name, "this reference is not a file.")
        _read_text(name)  # a scan among them would let every document fail once its pages are recognised
    settings = dataclasses.replace(settings, **changes)
    if settings.jobs < 0 or not 0 <= settings.max_failed_share <= 1 or settings.page_timeout_seconds <= 0:
        raise UsageError("", "--jobs wants 0 or more, --max-failed-share 0 to 1, --page-timeout more than 0.")
    return settings


def _has_settings(options: argparse.Namespace) -> bool:
    """Whether any option of `_reading_options` was given."""
    names = ("settings", "formats", *(field.name for field in dataclasses.fields(Settings)))
    return any(getattr(options, name, None) is not None for name in names)


def _formats(listed: str) -> tuple[str, ...]:
    wanted = tuple(dict.fromkeys(name.strip() for name in listed.split(",") if name.strip()))
    unknown = [name for name in wanted if name not in (*ALL_FORMATS, "all", "default")]
    if unknown or not wanted:
        raise UsageError("--formats", f"unknown: {', '.join(unknown) or 'nothing'}.",
                         cure=f"Choose from: {', '.join(ALL_FORMATS)}, default, all.")
    if "all" in wanted:
        return ALL_FORMATS
    if "default" in wanted:
        wanted = tuple(dict.fromkeys((*DEFAULT_FORMATS, *(name for name in wanted if name != "default"))))
    # The record and the document are what every later command reads.
    return tuple(dict.fromkeys(("record", "document", *wanted)))


# --- commands on folders ----------------------------------------------------------------------------


def _run(options: argparse.Namespace, console: Console) -> int:
    from pipeline.batches import batch

    settings = settings_from(options)
    if options.dry_run:
        return _dry_run(options, settings, console)
    engine = None
    if options.cluster:
        from pipeline.batches import cluster

        engine = cluster.engine(options.cluster, settings)
    with console.bar() as bar:
        told = {"progress": bar.event, "redo": options.redo, "engine": engine, "quarantine": options.quarantine,
                "language": console.language}
        if any("://" in place for place in (*options.paths, options.out)):
            from pipeline.batches import remote

            summary = remote.run_remote(options.paths, options.out, settings, options.work, **told)
        else:
            summary = batch.run_batch([Path(path) for path in options.paths], Path(options.out), settings, **told)
    return _tell(summary, console)


def _retry(options: argparse.Namespace, console: Console) -> int:
    from pipeline.batches import batch

    with console.bar() as bar:
        # Without options, with the settings of the run that failed.
        settings = settings_from(options) if _has_settings(options) else None
        summary = batch.retry_batch(options.out, settings, progress=bar.event, quarantine=options.quarantine,
                                    language=console.language)
    return _tell(summary, console)


def _dry_run(options: argparse.Namespace, settings: Settings, console: Console) -> int:
    from pipeline.batches import batch
    from pipeline.commands import overview

    stores = [place for place in (*options.paths, options.out) if "://" in place]
    if stores:
        raise UsageError(stores[0], "A dry run looks at folders of this machine; this store would be fetched first.",
                         cure="Run it without --dry-run: only what is new or changed is fetched.")
    plan = batch.plan_batch([Path(path) for path in options.paths], Path(options.out), settings, redo=options.redo)
    if options.json:
        console.result_json(overview.plan_json(plan))
    else:
        overview.show_plan(plan, console)
    return EXIT_PARTIAL if plan.unreadable else EXIT_OK


def _tell(summary: Any, console: Console) -> int:
    """What a run found and where to look; failures with their cures on standard error."""
    from pipeline.batches import report
    from pipeline.commands import overview

    if console.as_json:
        console.result_json(report.run_json(summary, console.language))
    else:
        overview.show(summary, console)
    overview.show_failures(summary, console)
    return int(summary.exit_code)


def _watch(options: argparse.Namespace, console: Console) -> int:
    from pipeline.batches import report, watch
    from pipeline.commands import overview

    def told(summary: Any) -> None:
        if console.as_json:
            console.result_json(report.run_json(summary, console.language), one_line=True)
        overview.show_failures(summary, console)

    settings = settings_from(options)
    if options.folder.is_dir():
        console.note(say("watch.started", console.language, folder=options.folder, out=options.out))
    with console.bar() as bar:
        watch.watch(options.folder, options.out, settings, progress=bar.event, poll=options.poll, told=told,
                    language=console.language)
    return EXIT_OK


def _status(options: argparse.Namespace, console: Console) -> int:
    from pipeline.batches import standing
    from pipeline.commands import overview

    status = standing.status(options.out)
    if options.json:
        console.result_json(overview.status_json(status, console.language))
    else:
        overview.show_status(status, console)
    return EXIT_PARTIAL if status.problems else EXIT_OK


def _score(options: argparse.Namespace, console: Console) -> int:
    from pipeline.scoring import score

    if not options.out.is_dir():
        raise NoInput(options.out, "holds no results of a run.", cure="Name the --out folder of an earlier run.")
    scores = score.score_folder(options.gold, options.out)
    if options.json:
        console.result_json(score.to_json(scores))
    else:
        console.result(score.to_table(scores))
    if options.update:
        score.update(options.gold, scores)
    fallen = score.fallen(options.gold, scores) if options.check else ()
    if fallen:
        console.error(say("score.fell", console.language, names=", ".join(fallen)))
    return EXIT_PARTIAL if fallen else EXIT_OK


# --- commands on text -------------------------------------------------------------------------------


def _read_text(name: str, limit: int = Settings().max_text_chars) -> str:
    """The text of a file, or of standard input for "-". Raises InputError."""
    from pipeline.knowledge import encodings

    try:
        if name == "-":
            content = sys.stdin.buffer.read(limit * 4 + 1)
        else:
            with Path(name).open("rb") as file:
                content = file.read(limit * 4 + 1)
    except OSError as error:
        raise UnreadableFile.because(name, error) from error
    if len(content) > limit * 4:
        raise TooLarge(name, f"more than {limit} characters.")
    try:
        return encodings.decode(content).text
    except ValueError as error:
        raise WrongType(name, f"this is no text ({error}).",
                        cure="Give a text file; scans are read by `sohoa run`.") from error


def _one_thread() -> None:
    """Before numpy loads: its products are small, a thread for each core costs more than it brings, and their number
    shows in the last digits of a confidence."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")


def _restore(options: argparse.Namespace, console: Console) -> int:
    _one_thread()
    from pipeline.decoder.restoration import Restorer
    from pipeline.writers.doubts import FORMATS

    restored = Restorer.load().restore_text(
        _read_text(options.file), options.preset, [_read_text(str(name)) for name in options.reference])
    form = "json" if options.json else options.format
    console.result(FORMATS[form](restored))
    return EXIT_OK


def _parse(options: argparse.Namespace, console: Console) -> int:
    _one_thread()
    from pipeline import run
    from pipeline.writers import export

    name = "stdin.txt" if options.file == "-" else Path(options.file).name
    plan = run.parse(_read_text(options.file), Settings(preset=options.preset), name)
    console.result(export.record_json(plan))
    return EXIT_OK


def _schema(_: argparse.Namespace, console: Console) -> int:
    from pipeline.plan import json_schema

    console.result(json.dumps(json_schema(), ensure_ascii=False, indent=2))
    return EXIT_OK


def _doctor(options: argparse.Namespace, console: Console) -> int:
    from pipeline.commands import doctor

    found = doctor.examine(options.out)
    findings = tuple(map(doctor.in_vietnamese, found)) if console.language == "vi" else found
    if options.json:  # a machine knows the parts by their names
        console.result_json([{**dataclasses.asdict(finding), "part": one.part}
                             for one, finding in zip(found, findings, strict=True)])
    else:
        for finding in findings:
            cure = f"\n{'':25}-> {finding.cure}" if finding.cure else ""
            state = say(f"doctor.{finding.state}", console.language)
            console.result(f"{state:8} {finding.part:24} {finding.seen}{cure}")
    missing = any(finding.state == "missing" for finding in findings)
    console.note(say("doctor.bad" if missing else "doctor.good", console.language))
    return EXIT_MISSING_PART if missing else EXIT_OK
