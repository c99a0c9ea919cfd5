"""The desk's commands: review, search, export, import, learn, release.

`add_commands(subparsers, parents)` puts them into the command line; each handler takes the parsed options and a
console (`result`, `result_json`, `note`, `as_json`, `language`) and gives an exit code. Nothing here prints by
itself. The web application's libraries are imported when it is started, since they are an extra; the stages when
a correction needs them, so that a search does not wait for OpenCV.
"""

from __future__ import annotations

import argparse
import contextlib
import getpass
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from pipeline.commands.messages import describe, say
from pipeline.desk import changing, desk, forms, handover, index, learn, noting, search, sheets, tt05
from pipeline.desk.search import Filters, Row
from pipeline.document import Document, upright
from pipeline.errors import EXIT_OK, EXIT_PARTIAL, MissingPart, OutputNotWritable, UnreadableFile, UsageError
from pipeline.faults import Language
from pipeline.plan import Plan
from pipeline.writers import export

PORT = 8080


class Ui(Protocol):
    """What a command may say, and where."""

    @property
    def as_json(self) -> bool: ...
    @property
    def language(self) -> Any: ...
    def result(self, text: str) -> None: ...
    def result_json(self, value: Any) -> None: ...
    def note(self, text: str) -> None: ...
    def counting(self, label: str) -> contextlib.AbstractContextManager[Callable[[int, int], None]]: ...


# command: (English, Vietnamese)
HELP = {
    "review": ("check and correct in the browser", "kiểm tra và sửa trong trình duyệt"),
    "search": ("search all documents, with or without marks", "tìm trong mọi văn bản, có dấu hoặc không dấu"),
    "export": ("hand over: " + ", ".join(forms.BY_NAME), "giao nộp: " + ", ".join(forms.BY_NAME)),
    "import": ("bring back a workbook corrected in a spreadsheet", "nhập lại bảng tính đã sửa"),
    "learn": ("learn from what persons verified and corrected", "học từ văn bản đã kiểm tra và các sửa đổi"),
    "release": ("release a document held for secrecy", "giải tỏa văn bản được giữ lại vì độ mật"),
}


def add_commands(subparsers: Any, parents: Sequence[argparse.ArgumentParser] = (), language: Language = "en") -> None:
    """Add the desk's commands; `parents` hold the options that every command has."""

    def told(name: str) -> str:
        return say(f"desk.{name}", language)

    def command(name: str, handler: Callable[[argparse.Namespace, Ui], int]) -> argparse.ArgumentParser:
        about = HELP[name][1 if language == "vi" else 0]
        added: argparse.ArgumentParser = subparsers.add_parser(
            name, help=about, description=about, parents=list(parents))
        added.add_argument("out", type=Path, metavar="DIR", help=told("out"))
        added.set_defaults(handler=handler)
        return added

    review = command("review", _review)
    review.add_argument("--port", type=int, default=PORT, help=told("port"))
    review.add_argument("--token", metavar="WORD", help=told("token"))
    review.add_argument("--no-browser", action="store_true", help=told("no_browser"))
    _shelf_options(review, told)

    find = command("search", _search)
    find.add_argument("query", nargs="*", metavar="WORD", help=told("query"))
    find.add_argument("--limit", type=int, default=20, metavar="N", help=told("limit"))
    find.add_argument("--rebuild", action="store_true", help=told("rebuild"))
    _filter_options(find, told)

    out = command("export", _export)
    out.add_argument("form", choices=tuple(forms.BY_NAME), metavar="FORM",
                     help=told("form") + ": " + ", ".join(forms.BY_NAME))
    out.add_argument("--to", type=Path, metavar="PATH", help=told("to"))
    out.add_argument("--folder", default="", metavar="NUMBER", help=told("folder"))
    out.add_argument("--verified", action="store_true", help=told("verified"))
    _filter_options(out, told)
    _shelf_options(out, told)

    back = command("import", _import)
    back.add_argument("workbook", type=Path, metavar="XLSX", help=told("workbook"))
    back.add_argument("--who", default="", metavar="NAME", help=told("who"))
    back.add_argument("--dry-run", action="store_true", help=told("dry_run"))

    command("learn", _learn)

    release = command("release", _release)
    release.add_argument("document", metavar="DOCUMENT", help=told("document"))
    release.add_argument("--who", default="", metavar="NAME", help=told("who_releases"))
    release.add_argument("--note", required=True, metavar="REASON", help=told("note"))
    release.add_argument("--hold", action="store_true", help=told("hold"))


def _filter_options(parser: argparse.ArgumentParser, told: Callable[[str], str]) -> None:
    parser.add_argument("--issuer", default="", metavar="NAME", help=told("issuer"))
    parser.add_argument("--level", default="", choices=("central", "province", "district", "commune", "other"),
                        help=told("level"))
    parser.add_argument("--year", type=int, metavar="YEAR", help=told("year"))
    parser.add_argument("--year-to", type=int, metavar="YEAR", help=told("year_to"))
    parser.add_argument("--type", default="", metavar="TYPE", help=told("type"))
    parser.add_argument("--indicator", default="", metavar="NAME", help=told("indicator"))


def _shelf_options(parser: argparse.ArgumentParser, told: Callable[[str], str]) -> None:
    parser.add_argument("--shelf", type=Path, metavar="CSV", help=told("shelf"))
    parser.add_argument("--layout", action="store_true", help=told("layout"))
    parser.add_argument("--agency", type=Path, metavar="TOML", help=told("agency"))


def filters_of(options: argparse.Namespace) -> Filters:
    state = "verified" if getattr(options, "verified", False) else ""
    return Filters(issuer=options.issuer, level=options.level, year=options.year, year_to=options.year_to,
                   type=options.type, indicator=options.indicator, state=state)


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
        changing.write_text(folder / "text.txt", export.to_text(standing))
    if (folder / "document.md").is_file():
        changing.write_text(folder / "document.md", export.to_markdown(standing, plan))


# --- the commands ---------------------------------------------------------------------------------------


def _review(options: argparse.Namespace, ui: Ui) -> int:
    """Serve the desk until it is interrupted."""
    try:
        from pipeline.desk.review import server
    except ImportError as error:
        raise MissingPart(error.name or "starlette", "It is needed for the desk.",
                          cure="pip install 'sohoa[review]'") from error
    shelving = handover.load_shelving(options.shelf, layout=options.layout)
    agency = tt05.load_agency(options.agency)
    with contextlib.suppress(KeyboardInterrupt):  # Ctrl-C is how the desk is closed
        server.serve(options.out, reread, rewrite, port=options.port, token=options.token or "", shelving=shelving,
                     agency=agency, language=ui.language, opened=ui.note, browser=not options.no_browser,
                     describe=describe)
    return EXIT_OK


def _search(options: argparse.Namespace, ui: Ui) -> int:
    with ui.counting(say("desk.indexing", ui.language)) as told:
        (index.rebuild if options.rebuild else index.update)(options.out, told)
    query = " ".join(word.strip() for word in options.query)
    filters = filters_of(options)
    if not query:
        with index.opened(options.out) as db:
            rows = search.documents(db, filters, order="issuer", limit=options.limit)
        if ui.as_json:
            ui.result_json([_row_json(row) for row in rows])
        else:
            ui.result("\n".join(f"{row.name}\t{row.title or ''}" for row in rows))
        return EXIT_OK
    results = search.search(options.out, query, filters, limit=options.limit)
    if ui.as_json:
        ui.result_json({"query": query, "total": results.total, "loose": results.loose, "hits": [
            {**_row_json(hit.document), "page": hit.page, "text": "".join(piece for piece, _ in hit.pieces),
             "found": [piece for piece, found in hit.pieces if found]} for hit in results.hits]})
        return EXIT_OK
    for hit in results.hits:
        text = "".join(f"[{piece}]" if found else piece for piece, found in hit.pieces)
        ui.result(f"{hit.document.name}:{hit.page}  {hit.document.title or ''}\n    {text}")
    count = f"{results.total}{'+' if results.total >= search.COUNT_LIMIT else ''}"
    ui.note(say("desk.found_loose" if results.loose else "desk.found", ui.language, count=count))
    return EXIT_OK


def _row_json(row: Row) -> dict[str, Any]:
    return {"document": row.name, "title": row.title, "number": row.number, "symbol": row.symbol,
            "issuer": row.issuer, "level": row.level, "year": row.year, "state": row.state}


def _export(options: argparse.Namespace, ui: Ui) -> int:
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
    try:
        changing.write_bytes(path, content)
    except OutputNotWritable as error:
        cure = "Check its permissions, or choose another --to."
        raise OutputNotWritable(error.subject, error.what, cure=cure) from error
    findings = tt05.metadata(collection, agency).findings if options.form.startswith("tt05") else ()
    if ui.as_json:
        ui.result_json({"file": str(path), "documents": len(collection.entries), "held": collection.held,
                        "unread": collection.unread, "findings": [
                            {"file": item.file, "field": item.tag, "level": item.level, "message": item.message}
                            for item in findings]})
    else:
        ui.result(str(path))
        for left in collection.held:
            ui.note(say("desk.left_held", ui.language, name=left))
        for left in collection.unread:
            ui.note(say("desk.left_unread", ui.language, name=left))
        if findings:
            ui.note(say("desk.findings", ui.language, count=len(findings)))
    return EXIT_PARTIAL if collection.unread else EXIT_OK


def _import(options: argparse.Namespace, ui: Ui) -> int:
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
             "edited": row.edited} for row in imported.differences]})
    else:
        for row in imported.differences:
            now = say("desk.now", ui.language, value=row.now) if row.kind == "conflict" else ""
            ui.result(f"{say('difference.' + row.kind, ui.language):9} {row.file} {row.pointer}: "
                      f"{row.exported!r} -> {row.edited!r}{now}")
        ui.note(say("desk.differences", ui.language, count=len(imported.differences), changed=len(taken)))
    troubled = {"conflict", "refused", "unknown"}
    return EXIT_PARTIAL if any(row.kind in troubled for row in imported.differences) else EXIT_OK


def _learn(options: argparse.Namespace, ui: Ui) -> int:
    with ui.counting(say("desk.gathering", ui.language)) as told:
        learned = learn.learn(options.out, told)
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
                    cases=learned.cases, folder=options.out / learn.FOLDER))
    return EXIT_PARTIAL if learned.skipped else EXIT_OK


def _release(options: argparse.Namespace, ui: Ui) -> int:
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


