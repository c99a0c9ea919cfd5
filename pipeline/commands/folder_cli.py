"""The commands on folders of scans: run, watch, retry, status."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path
from typing import Any

from pipeline.batches import batch, cluster, planning, remote, report, standing
from pipeline.batches import watch as watching
from pipeline.batches.outcomes import RunSummary
from pipeline.commands import overview
from pipeline.commands.console import Console
from pipeline.commands.given import read_text
from pipeline.commands.messages import say
from pipeline.errors import EXIT_OK, EXIT_PARTIAL, UsageError
from pipeline.settings import Settings, checked, formats_of, load_settings


def run(options: argparse.Namespace, console: Console) -> int:
    settings = settings_from(options)
    if options.dry_run:
        return _dry_run(options, settings, console)
    engine = cluster.engine(options.cluster, settings) if options.cluster else None
    with console.bar() as bar:
        told = {"progress": bar.event, "redo": options.redo, "engine": engine, "quarantine": options.quarantine,
                "language": console.language}
        if any(map(remote.is_remote, (*options.paths, options.out))):
            summary = remote.run_remote(options.paths, options.out, settings, options.work, **told)
        else:
            summary = batch.run_batch([Path(path) for path in options.paths], Path(options.out), settings, **told)
    return _tell(summary, console)


def retry(options: argparse.Namespace, console: Console) -> int:
    with console.bar() as bar:
        # Without options, with the settings of the run that failed.
        settings = settings_from(options) if _has_settings(options) else None
        summary = batch.retry_batch(options.out, settings, progress=bar.event, quarantine=options.quarantine,
                                    language=console.language)
    return _tell(summary, console)


def _dry_run(options: argparse.Namespace, settings: Settings, console: Console) -> int:
    stores = [place for place in (*options.paths, options.out) if remote.is_remote(place)]
    if stores:
        raise UsageError(stores[0], "A dry run looks at folders of this machine; this store would be fetched first.",
                         cure="Run it without --dry-run: only what is new or changed is fetched.")
    plan = batch.plan_batch([Path(path) for path in options.paths], Path(options.out), settings, redo=options.redo)
    if options.json:
        console.result_json(overview.plan_json(plan))
    else:
        overview.show_plan(plan, console)
    return EXIT_PARTIAL if plan.unreadable else EXIT_OK


def _tell(summary: RunSummary, console: Console) -> int:
    """What a run found and where to look; failures with their cures on standard error."""
    if console.as_json:
        console.result_json(report.run_json(summary, console.language))
    else:
        overview.show(summary, console)
    overview.show_failures(summary, console)
    return summary.exit_code


def watch(options: argparse.Namespace, console: Console) -> int:
    def told(summary: RunSummary) -> None:
        if console.as_json:
            console.result_json(report.run_json(summary, console.language), one_line=True)
        overview.show_failures(summary, console)

    settings = settings_from(options)
    planning.check_folders([options.folder], options.out)
    if options.folder.is_dir():
        console.note(say("watch.started", console.language, folder=options.folder, out=options.out))
    with console.bar() as bar:
        watching.watch(options.folder, options.out, settings, progress=bar.event, poll=options.poll, told=told,
                       language=console.language)
    return EXIT_OK


def status(options: argparse.Namespace, console: Console) -> int:
    found = standing.status(options.out)
    if options.json:
        console.result_json(overview.status_json(found, console.language))
    else:
        overview.show_status(found, console)
    return EXIT_PARTIAL if found.problems else EXIT_OK


# --- settings ---------------------------------------------------------------------------------------------


def settings_from(options: argparse.Namespace) -> Settings:
    """Defaults, under the settings file, under the command line. Raises UsageError, or InputError for a reference."""
    settings = load_settings(options.settings) if options.settings else Settings()
    changes: dict[str, Any] = {}
    for field in dataclasses.fields(Settings):
        value = getattr(options, field.name, None)
        if value is not None:
            changes[field.name] = tuple(value) if isinstance(value, list) else value
    if options.formats is not None:
        changes["formats"] = formats_of(options.formats.split(","), "--formats")
    settings = checked(dataclasses.replace(settings, **changes))
    for name in settings.references:
        if not Path(name).is_file():
            raise UsageError(name, "this reference is not a file.", cure="Check the path.")
        read_text(name)  # a scan among them would let every document fail once its pages are recognised
    return settings


def _has_settings(options: argparse.Namespace) -> bool:
    """Whether any option of `options` was given."""
    names = ("settings", "formats", *(field.name for field in dataclasses.fields(Settings)))
    return any(getattr(options, name, None) is not None for name in names)
