"""The desk's commands but its search: review, export, import, learn, release.

The web application's libraries are imported when it is started, since they are an extra, and what reads documents at
the first correction.
"""

from __future__ import annotations

import argparse
import contextlib
import getpass
from pathlib import Path

from pipeline.commands.console import Console
from pipeline.commands.messages import describe, say
from pipeline.commands.overview import first_of
from pipeline.commands.search_cli import filters_of
from pipeline.commands.sentences import vietnamese
from pipeline.desk import changing, desk, forms, handover, index, noting, search, sheets, tt05
from pipeline.desk import learn as learning
from pipeline.desk.review.texts import field_name
from pipeline.desk.search import Filters
from pipeline.desk.sheets import Difference
from pipeline.document import Document, upright
from pipeline.errors import EXIT_OK, EXIT_PARTIAL, MissingPart, OutputNotWritable, UnreadableFile, UsageError
from pipeline.faults import Language
from pipeline.plan import Plan
from pipeline.writers.export import to_markdown, to_text

# --- what a correction sets in motion -------------------------------------------------------------------


def reread(document: Document) -> Plan:
    """The record of a document anew. Its reader loads OpenCV and models, so it is imported at the first correction."""
    from pipeline import run

    return run.reread(document)


def rewrite(folder: Path, document: Document, plan: Plan) -> None:
    """Make the texts of a document anew after a correction; those that the run did not write stay unwritten.

    The searchable PDF keeps its old text layer until the next `sohoa run`, which sees that the corrections are new.
    """
    standing = upright(document)
    if (folder / "text.txt").is_file():
        changing.write_text(folder / "text.txt", to_text(standing))
    if (folder / "document.md").is_file():
        changing.write_text(folder / "document.md", to_markdown(standing, plan))


# --- the commands ---------------------------------------------------------------------------------------


def review(options: argparse.Namespace, ui: Console) -> int:
    """Serve the desk until it is interrupted."""
    try:
        from pipeline.desk.review import server
        from pipeline.desk.review.serving import Config
    except ImportError as error:
        raise MissingPart(error.name or "starlette", "It is needed for the desk.",
                          cure="pip install 'sohoa[review]'") from error
    config = Config(
        options.out, reread, rewrite, token=options.token or "", language=ui.language, describe=describe,
        shelving=handover.load_shelving(options.shelf, layout=options.layout), agency=tt05.load_agency(options.agency))
    with contextlib.suppress(KeyboardInterrupt):  # Ctrl-C is how the desk is closed
        server.serve(config, port=options.port, opened=ui.note, browser=not options.no_browser)
    return EXIT_OK


def export(options: argparse.Namespace, ui: Console) -> int:
    filters = filters_of(options)
    names: tuple[str, ...] = ()
    if filters != Filters():
        with ui.counting(say("desk.indexing", ui.language)) as told:
            index.update(options.out, told)
        with index.opened(options.out) as db:
            rows = search.documents(db, filters, order="name", limit=1_000_000)
        names = tuple(row.name for row in rows if row.state != "failed")
        if not names:
            raise UsageError("", "No document matches these filters.", cure="Leave one out.")
    shelving = handover.load_shelving(options.shelf, layout=options.layout)
    with ui.counting(say("desk.gathering", ui.language)) as told:
        collection = handover.collect(options.out, names=names, shelving=shelving, told=told)
    agency = tt05.load_agency(options.agency)
    job = forms.Job(options.out, collection, agency, forms.timestamp(), options.folder)
    name, content = forms.make(options.form, job)
    target = options.to or options.out / "handover"
    path = target if target.suffix and not target.is_dir() else target / name
    if path.suffix.lower() != (ending := Path(name).suffix):
        raise UsageError(target, f"This form is a {ending} file.",
                         cure=f"Name a folder, or a file that ends in {ending}.")
    try:
        changing.write_bytes(path, content)
    except OutputNotWritable as error:
        cure = "Check its permissions, or choose another --to."
        raise OutputNotWritable(error.subject, error.what, cure=cure) from error
    findings = tt05.metadata(collection, agency).findings if options.form.startswith("tt05") else ()
    unmatched = handover.unmatched(options.out, shelving)
    if ui.as_json:
        ui.result_json({"file": str(path), "documents": len(collection.entries), "held": collection.held,
                        "unread": collection.unread, "unmatched": unmatched, "findings": [
                            {"file": item.file, "field": item.tag, "level": item.level,
                             "message": (ui.language == "vi" and vietnamese(item.message)) or item.message}
                            for item in findings]})
    else:
        ui.result(str(path))
        for left in collection.held:
            ui.note(say("desk.left_held", ui.language, name=left))
        for left in collection.unread:
            ui.note(say("desk.left_unread", ui.language, name=left))
        if unmatched:
            ui.note(say("desk.unmatched", ui.language, count=len(unmatched), names=first_of(unmatched)))
        if findings:
            ui.note(say("desk.findings", ui.language, count=len(findings)))
    return EXIT_PARTIAL if collection.unread else EXIT_OK


def import_(options: argparse.Namespace, ui: Console) -> int:
    try:
        content = options.workbook.read_bytes()
    except OSError as error:
        raise UnreadableFile.because(options.workbook, error) from error
    imported = sheets.read_xlsx(content, options.out, options.who or login_name(), options.workbook.name)
    taken: tuple[desk.Item, ...] = ()
    if not options.dry_run:
        with ui.counting(say("desk.taking", ui.language)) as told:
            taken = sheets.take_over(options.out, imported, reread, rewrite, told)
        for item in taken:
            index.put(options.out, item)
    if ui.as_json:
        ui.result_json({"documents": len(taken), "differences": [
            {"file": row.file, "field": row.pointer, "outcome": row.kind, "exported": row.exported, "now": row.now,
             "edited": row.edited, "why": "" if row.error is None else describe(row.error, ui.language)}
            for row in imported.differences]})
    else:
        for row in imported.differences:
            ui.result(_told(row, ui.language))
        ui.note(say("desk.differences", ui.language, count=len(imported.differences), changed=len(taken)))
    troubled = {"conflict", "refused", "unknown"}
    return EXIT_PARTIAL if any(row.kind in troubled for row in imported.differences) else EXIT_OK


def _told(row: Difference, language: Language) -> str:
    """One difference on a line, its field as the desk calls it."""
    head = f"{say('difference.' + row.kind, language):9} {row.file}, {field_name(row.pointer, language)}"
    if row.edited is None:
        return head
    before = "" if row.exported is None else f"“{row.exported}” → "
    more = say("desk.now", language, value=row.now) if row.kind == "conflict" else ""
    if row.error is not None:
        more = f" ({describe(row.error, language)})"
    return f"{head}: {before}“{row.edited}”{more}"


def learn(options: argparse.Namespace, ui: Console) -> int:
    with ui.counting(say("desk.gathering", ui.language)) as told:
        learned = learning.learn(options.out, told)
    if ui.as_json:
        ui.result_json({"references": [str(path) for path in learned.references], "words": learned.words,
                        "cases": learned.cases, "skipped": learned.skipped})
    else:
        for path in learned.references:
            ui.result(str(path))
        if not (learned.references or learned.words or learned.cases):
            ui.note(say("desk.learned_nothing", ui.language, out=options.out))
            return EXIT_PARTIAL if learned.skipped else EXIT_OK
        ui.note(say("desk.learned", ui.language, references=len(learned.references), words=learned.words,
                    cases=learned.cases, folder=options.out / learning.FOLDER))
    return EXIT_PARTIAL if learned.skipped else EXIT_OK


def release(options: argparse.Namespace, ui: Console) -> int:
    item = desk.load(options.out, options.document)
    who = options.who or login_name()
    if item.mark is None and not options.hold:
        if ui.as_json:
            ui.result_json({"document": options.document, "held": False, "changed": False})
        ui.note(say("desk.not_held", ui.language, name=options.document))
        return EXIT_OK
    if options.hold:
        entries = [noting.state_entry(item, "held", True, who, options.note)]
    else:
        if not options.note.strip():
            raise UsageError("--note", "A release needs its reason.", cure="Say by whose order it is released.")
        entries = [noting.state_entry(item, "held", False, who),
                   noting.state_entry(item, "released", True, who, options.note)]
    item = changing.change(options.out, options.document, entries, reread, rewrite)
    index.update(options.out)
    index.put(options.out, item)
    if ui.as_json:
        ui.result_json({"document": options.document, "held": item.mark is not None, "changed": True})
    ui.note(say("desk.now_held" if item.mark else "desk.now_released", ui.language, name=options.document, who=who))
    return EXIT_OK


def login_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError) as error:
        raise UsageError("--who", "Every change needs a name.", cure="Give --who NAME.") from error


