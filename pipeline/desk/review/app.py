"""The web application: addresses, and what each gives. Everything it shows comes from one output folder.

An address names a document by its key, which is looked up in the list of documents: no part of an address ever
becomes part of a path. Pages are templates with escaping always on; values for the script come as JSON.
"""

from __future__ import annotations

import json
import queue
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from pipeline import correcting, corrections, disk
from pipeline.corrections import Correction
from pipeline.desk import desk, forms, handover, index, search, sheets
from pipeline.desk.advice import Language
from pipeline.desk.desk import Item
from pipeline.desk.handover import Shelving
from pipeline.desk.review import guard, scans, views
from pipeline.desk.review.texts import rows, texts
from pipeline.desk.search import ORDERS, Filters, Row
from pipeline.desk.tt05 import Agency
from pipeline.document import Box, Page
from pipeline.errors import SohoaError, UsageError

_HERE = Path(__file__).resolve().parent
PAGE_SIZE = 50
KEPT = 4  # documents that stay in memory; one of 120 pages has some 50 MB and takes a second to read
WHILE_RUNNING = 15.0  # seconds between two updates of the list while a run works: each looks at every document's files
# What of the address of a list says which documents it holds, and in which order.
_LISTED = ("state", "issuer", "level", "year", "year_to", "type", "indicator", "warning", "order")
# What a person may fetch of a document, with its type; all of it stays shut while the document is held.
FILES = {
    "record.json": "application/json", "document.json": "application/json", "text.txt": "text/plain; charset=utf-8",
    "raw.txt": "text/plain; charset=utf-8", "document.md": "text/markdown; charset=utf-8",
    "searchable.pdf": "application/pdf", "document.html": "text/html; charset=utf-8", "alto.xml": "application/xml",
    "corrections.json": "application/json",
}


@dataclass(frozen=True, slots=True)
class Config:
    """How a desk is set up. `reread` and `rewrite` make record and texts anew after a change (see `desk`)."""

    out: Path
    reread: desk.Reread
    rewrite: desk.Rewrite | None = None
    hosts: frozenset[str] = frozenset({"127.0.0.1:8080", "localhost:8080"})
    token: str = ""
    language: Language = "vi"
    shelving: Shelving = field(default_factory=Shelving)
    agency: Agency = field(default_factory=Agency)
    describe: Callable[[SohoaError, Language], str] = lambda error, language: str(error)


def create_app(config: Config) -> Starlette:
    """The application for one output folder. The list of documents is brought up to date in the background."""
    made = _Desk(config)
    answer = made.answer
    routes = [
        Route("/", answer(made.queue)),
        Route("/search", answer(made.search_page)),
        Route("/compare", answer(made.compare)),
        Route("/handover", answer(made.handover_page)),
        Route("/export/{form}", answer(made.export)),
        Route("/import", made.bring_back, methods=["POST"]),
        Route("/language", answer(made.language)),
        Route("/d/{key}", answer(made.document)),
        Route("/d/{key}/data", answer(made.data)),
        Route("/d/{key}/version", answer(made.version)),
        Route("/d/{key}/words/{page:int}", answer(made.words)),
        Route("/d/{key}/scan/{page:int}/{dpi:int}", answer(made.scan)),
        Route("/d/{key}/tile/{page:int}/{dpi:int}/{column:int}/{row:int}", answer(made.tile)),
        Route("/d/{key}/snippet/{page:int}", answer(made.snippet)),
        Route("/d/{key}/file/{name}", answer(made.file)),
        Route("/d/{key}/letter", answer(made.letter)),
        Route("/d/{key}/change", made.posted(made.change), methods=["POST"]),
        Route("/d/{key}/undo", made.posted(made.undo), methods=["POST"]),
        Route("/d/{key}/state", made.posted(made.state), methods=["POST"]),
        Mount("/static", StaticFiles(directory=_HERE / "static")),
    ]
    app = Starlette(routes=routes, middleware=[
        Middleware(guard.Guard, hosts=config.hosts, secret=made.secret, token=config.token)],
        exception_handlers={404: made.not_found})
    threading.Thread(target=made.keep_up_to_date, daemon=True).start()
    threading.Thread(target=made.rewrite_stale, daemon=True).start()
    app.state.desk = made
    return app


class _Desk:
    """The handlers of one application."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._out = config.out
        self.secret = secrets.token_urlsafe(24)
        self._scans = scans.Scans(config.out)
        self._templates = Environment(
            loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined,
            trim_blocks=True, lstrip_blocks=True,
        )
        self._templates.filters["rows"] = rows
        self._listed = threading.Event()  # the list was brought up to date once since the start
        self._updating = threading.Lock()
        self._kept: OrderedDict[str, tuple[str, Item]] = OrderedDict()
        self._kept_lock = threading.Lock()
        self._stale: queue.SimpleQueue[str] = queue.SimpleQueue()

    def bring_up_to_date(self) -> None:
        """Index what a run has finished since; one at a time."""
        if not self._updating.acquire(blocking=False):
            return
        try:
            index.update(self._out)
        except SohoaError:
            pass  # shown by the next request, which opens the same database
        finally:
            self._listed.set()
            self._updating.release()

    def keep_up_to_date(self) -> None:
        """The list at the start, and again every while as long as a run works in the folder."""
        self.bring_up_to_date()
        while True:
            time.sleep(WHILE_RUNNING)
            if disk.is_locked(self._out):
                self.bring_up_to_date()

    # --- answering --------------------------------------------------------------------------------------

    def answer(self, handler: Callable[[Request], Response]) -> Callable[[Request], Response]:
        """The handler (run in a thread), with our errors told as pages."""

        def handled(request: Request) -> Response:
            try:
                return handler(request)
            except SohoaError as error:
                status = 404 if isinstance(error, _NotHere | scans.NoScan) else 409 if isinstance(
                    error, desk.Conflict) else 422
                return self._trouble(request, self._config.describe(error, self._language(request)), status)

        return handled

    def posted(self, handler: Callable[[Request, dict[str, Any]], Response]) -> Callable[[Request], Any]:
        """The handler for a JSON post: the body is read here, the work is done in a thread."""

        async def handled(request: Request) -> Response:
            try:
                body = json.loads(await request.body())
                if not isinstance(body, dict):
                    raise ValueError
            except (ValueError, RecursionError):
                return JSONResponse({"error": "not JSON"}, 400)
            return await _in_thread(self.answer(partial(_with_body, handler, body)), request)

        return handled

    def not_found(self, request: Request, _: Exception) -> Response:
        return self._trouble(request, self._config.describe(_NotHere("There is no such page."),
                                                            self._language(request)), 404)

    def _trouble(self, request: Request, message: str, status: int) -> Response:
        if "application/json" in request.headers.get("accept", "") or request.method == "POST":
            return JSONResponse({"error": message}, status)
        return self._page(request, "trouble.html", status=status, message=message)

    def _page(self, request: Request, template: str, *, status: int = 200, **values: Any) -> Response:
        language = self._language(request)
        token = request.query_params.get("token")
        content = self._templates.get_template(template).render(
            t=texts(language), language=language, csrf=self.secret, path=request.url.path,
            query=str(request.url.query), updating=not self._listed.is_set(), urlencode=urlencode,
            running=disk.is_locked(self._out), **values)
        response = HTMLResponse(content, status)
        if self._config.token and token:
            response.set_cookie(guard.COOKIE, token, httponly=True, samesite="strict")
        return response

    def _language(self, request: Request) -> Language:
        chosen = request.cookies.get("sohoa_language")
        return "en" if chosen == "en" else "vi" if chosen == "vi" else self._config.language

    def language(self, request: Request) -> Response:
        """Change the language and go back to a page of the desk."""
        back = request.query_params.get("back", "/")
        if not back.startswith("/") or back.startswith(("//", "/\\")):
            back = "/"
        response = RedirectResponse(back, 303)
        chosen = "en" if request.query_params.get("to") == "en" else "vi"
        response.set_cookie("sohoa_language", chosen, samesite="strict")
        return response

    # --- lists ------------------------------------------------------------------------------------------

    def queue(self, request: Request) -> Response:
        """Documents by need of attention."""
        threading.Thread(target=self.bring_up_to_date, daemon=True).start()
        given = request.query_params
        filters = _filters(given)
        order = given.get("order", "attention")
        order = order if order in ORDERS else "attention"
        at = max(0, _number(given.get("at")) or 0)
        with index.opened(self._out) as db:
            counts = search.counts(db, Filters(**{**_as_dict(filters), "state": ""}))
            rows = search.documents(db, filters, order=order, limit=PAGE_SIZE, offset=at)
            choices = {"issuer": search.values_of(db, "issuer"), "level": search.values_of(db, "level"),
                       "year": search.values_of(db, "year"), "type": search.values_of(db, "type")}
        total = counts.get(filters.state, 0) if filters.state else counts["all"]
        listed = {name: value for name, value in given.items() if name in _LISTED and value}
        return self._page(request, "queue.html", rows=rows, counts=counts, filters=filters, order=order, at=at,
                          total=total, size=PAGE_SIZE, choices=choices, orders=tuple(ORDERS), params=dict(given),
                          listed=urlencode(listed), shortened=shortened)

    def search_page(self, request: Request) -> Response:
        """Full text over everything that may be read."""
        given = request.query_params
        query = given.get("q", "")[:400]
        filters = _filters(given)
        at = max(0, _number(given.get("at")) or 0)
        results = None
        trouble = ""
        with index.opened(self._out) as db:
            choices = {"level": search.values_of(db, "level"), "type": search.values_of(db, "type"),
                       "year": search.values_of(db, "year")}
            rows: tuple[Row, ...] = ()
            if query.strip():
                try:
                    results = search.find(db, query, filters, limit=PAGE_SIZE, offset=at)
                except UsageError as error:
                    trouble = str(error)
            elif filters != Filters():
                rows = search.documents(db, filters, order="issuer", limit=PAGE_SIZE, offset=at)
        return self._page(request, "search.html", q=query, filters=filters, results=results, rows=rows, at=at,
                          size=PAGE_SIZE, limit=search.COUNT_LIMIT, choices=choices, trouble=trouble,
                          params=dict(given))

    def compare(self, request: Request) -> Response:
        """Targets side by side, and a plot of each that more than one plan gives."""
        given = request.query_params
        filters = _filters(given)
        keys = tuple(key for key in given.getlist("d") if key)[:40]
        rows: tuple[search.TargetRow, ...] = ()
        with index.opened(self._out) as db:
            choices = {"issuer": search.values_of(db, "issuer"), "level": search.values_of(db, "level"),
                       "year": search.values_of(db, "year")}
            if keys or filters != Filters():
                rows = search.targets(db, filters, keys=keys)
        columns, lines = views.compare_table(rows)
        return self._page(request, "compare.html", filters=filters, columns=columns[:40], lines=lines[:500],
                          plots=views.plots(rows), choices=choices, asked=bool(keys) or filters != Filters())

    # --- one document -----------------------------------------------------------------------------------

    def _item(self, request: Request) -> Item:
        """The document of an address, by the list alone."""
        with index.opened(self._out) as db:
            row = search.document(db, request.path_params["key"])
        if row is None or row.key != request.path_params["key"]:
            raise _NotHere("There is no such document.")
        if row.state == "failed":
            raise _NotHere(row.trouble or "This input could not be read.")
        return self._loaded(row.name)

    def _loaded(self, name: str) -> Item:
        """A document as it is now; the last few stay in memory, since every picture of a page asks for its document."""
        now = index.version(self._out, name)
        with self._kept_lock:
            kept = self._kept.get(name)
            if kept is not None and kept[0] == now:
                self._kept.move_to_end(name)
                return kept[1]
        item = desk.load(self._out, name)
        with self._kept_lock:
            self._kept[name] = (now, item)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return item

    def document(self, request: Request) -> Response:
        item = self._item(request)
        listed = request.query_params.get("l", "")[:1000]
        at, count, before, after = self._neighbours(item, QueryParams(listed))
        files = [name for name in FILES if item.mark is None and (item.folder / name).is_file()]
        return self._page(request, "document.html", item=item, title=None if item.mark else item.plan.title,
                          before=before, after=after, place=at, count=count, files=files, fields=views.SHELF,
                          listed=listed, words=json.dumps(texts(self._language(request)), ensure_ascii=False),
                          q=request.query_params.get("q", "")[:400])

    def _neighbours(self, item: Item, listed: QueryParams) -> tuple[int, int, str | None, str | None]:
        """Place of this document in the list it was opened from, the length of that list, and who stands beside it.

        Without a list: those still to be checked, in order of attention. A document that is not in it has place 0.
        """
        filters = _filters(listed) if listed else Filters(state="open")
        order = listed.get("order", "attention")
        with index.opened(self._out) as db:
            keys = search.keys(db, filters, order=order if order in ORDERS else "attention")
        if item.key not in keys:
            return 0, len(keys), None, keys[0] if keys else None
        at = keys.index(item.key)
        return (at + 1, len(keys), keys[at - 1] if at else None, keys[at + 1] if at + 1 < len(keys) else None)

    def data(self, request: Request) -> Response:
        return JSONResponse(self._view(self._item(request), request))

    def version(self, request: Request) -> Response:
        """Changes whenever the document does, by whomever: an open page asks before it goes on."""
        return JSONResponse({"version": index.version(self._out, self._item(request).name)})

    def _view(self, item: Item, request: Request) -> dict[str, Any]:
        return {**views.document_view(item, self._language(request)), "version": index.version(self._out, item.name)}

    def words(self, request: Request) -> Response:
        """The words of a page, those of the search marked."""
        item = self._item(request)
        try:
            terms = search.parse_query(request.query_params.get("q", "")[:400])
        except UsageError:
            terms = ()
        view = views.page_view(item, request.path_params["page"], terms)
        if view is None:
            raise _NotHere("There is no such page.")
        return JSONResponse(view)

    def _page_of(self, item: Item, request: Request) -> Page:
        for page in item.document.pages:
            if page.number == request.path_params["page"]:
                return page
        raise _NotHere("There is no such page.")

    def _dpi(self, request: Request) -> int:
        dpi = int(request.path_params["dpi"])
        if dpi not in scans.DPIS:
            raise _NotHere("Pages are not drawn in this size.")
        return dpi

    def scan(self, request: Request) -> Response:
        item = self._item(request)
        page, dpi = self._page_of(item, request), self._dpi(request)
        return self._image(request, lambda: self._scans.whole(item.name, page, dpi), item, page.number, dpi)

    def tile(self, request: Request) -> Response:
        item = self._item(request)
        page, dpi = self._page_of(item, request), self._dpi(request)
        at = request.path_params["column"], request.path_params["row"]
        return self._image(request, lambda: self._scans.tile(item.name, page, dpi, *at), item, page.number, dpi, *at)

    def snippet(self, request: Request) -> Response:
        """The place of a word or field, `box` in points: left,top,right,bottom."""
        item = self._item(request)
        page = self._page_of(item, request)
        try:
            left, top, right, bottom = (float(part) for part in request.query_params.get("box", "").split(","))
            if not all(abs(value) < 1e6 for value in (left, top, right, bottom)):
                raise ValueError
            box = Box(left, top, right, bottom)
        except ValueError:
            raise _NotHere("This is no place on a page.") from None
        return self._image(request, lambda: self._scans.snippet(item.name, page, box), item, page.number, box,
                           media_type="image/png")

    def _image(
        self, request: Request, draw: Callable[[], bytes], item: Item, *parts: object, media_type: str = "image/jpeg"
    ) -> Response:
        tag = scans.etag(item.name, item.document.sha256, *parts)
        headers = {"etag": tag, "cache-control": "private, max-age=3600"}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return Response(draw(), media_type=media_type, headers=headers)

    def file(self, request: Request) -> Response:
        """One output of the document as a download, by a closed list of names."""
        item = self._item(request)
        name = request.path_params["name"]
        path = item.folder / name
        if name not in FILES or item.mark is not None or not path.is_file() or path.is_symlink():
            raise _NotHere("There is no such file.")
        return _download(path.read_bytes(), f"{forms.safe_name(item.name)}.{name}", FILES[name])

    def letter(self, request: Request) -> Response:
        """The restored text as Word."""
        item = self._item(request)
        if item.mark is not None:
            raise _NotHere("This document is held.")
        name, content = forms.make_letter(item, self._config.shelving)
        return _download(content, name, forms.MEDIA_TYPES[".docx"])

    # --- changing ---------------------------------------------------------------------------------------

    def _changed(self, request: Request, item: Item, entries: list[Correction]) -> Response:
        item = desk.change(self._out, item.name, entries, self._config.reread)
        index.put(self._out, item)
        if self._config.rewrite is not None:
            self._stale.put(item.name)
        return JSONResponse(self._view(item, request))

    def rewrite_stale(self) -> None:
        """Make the texts of changed documents anew, one after the other, while the person goes on.

        What is not reached before the desk is closed the next run makes: it sees that the corrections are new.
        """
        while self._config.rewrite is not None:
            names = {self._stale.get()}
            with suppress(queue.Empty):
                while True:
                    names.add(self._stale.get_nowait())
            for name in names:
                with suppress(SohoaError):
                    desk.rewrite_texts(self._out, name, self._config.rewrite)

    def change(self, request: Request, body: dict[str, Any]) -> Response:
        """Fields, words, rows and shelf data; every entry of the post or none."""
        item = self._item(request)
        if item.mark is not None:
            raise UsageError(item.name, "This document is held.", cure="Release it first.")
        who = _who(body)
        changes = body.get("changes")
        if not isinstance(changes, list) or not 0 < len(changes) <= 200:
            raise UsageError("", "There is nothing to change.", cure="Load the page again.")
        entries = [self._entry(item, change, who) for change in changes]
        for change, entry in zip(changes, entries, strict=True):
            # What the page showed is not what is there: somebody, or a run, was quicker.
            if "before" in change and change["before"] != entry.before:
                raise desk.Conflict(entry.pointer, f"It holds {_plain(entry.before)} by now.")
        if len(entries) > 1:
            group = corrections.new_id()
            entries = [replace(entry, group=group) for entry in entries]
        _, reports = correcting.report_on_plan(item.plan, [entry for entry in entries if entry.where == "record"])
        if any(report.outcome == "homeless" for report in reports):
            raise UsageError("", "The record cannot hold this value.", cure="Correct it and save again.")
        return self._changed(request, item, entries)

    def _entry(self, item: Item, change: Any, who: str) -> Correction:
        if not isinstance(change, dict) or not isinstance(change.get("pointer"), str):
            raise UsageError("", "This is no change.", cure="Load the page again.")
        where, pointer, after = change.get("where"), change["pointer"], change.get("after")
        if where == "document" and isinstance(after, str) and len(after) <= 1000:
            return desk.word_entry(item, pointer, corrections.clean_text(after), who)
        if where == "shelf" and isinstance(after, str) and len(after) <= 2000 and pointer.lstrip("/") in views.SHELF:
            return desk.shelf_entry(item, pointer.lstrip("/"), corrections.clean_text(after), who)
        if where == "record":
            action = change.get("action", "replace")
            if action == "remove":
                return desk.field_entry(item, pointer, None, who, action="remove")
            if action == "add" and pointer in {f"/{name}/-" for name in views.LISTS}:
                return desk.field_entry(item, pointer, _new_row(pointer.split("/")[1]), who, action="add")
            if action == "replace" and (after is None or (isinstance(after, str) and len(after) <= 20_000)):
                return desk.field_entry(item, pointer, _typed(pointer, after), who)
        raise UsageError(pointer, "This cannot be changed here.", cure="Load the page again.")

    def undo(self, request: Request, body: dict[str, Any]) -> Response:
        """Take back the newest change that stands, or the one named."""
        item = self._item(request)
        who = _who(body)
        wanted = body.get("id")
        standing = corrections.effective(item.log)
        taken = corrections.last_undoable(item.log) if wanted is None else tuple(
            entry for entry in standing if entry.id == wanted and entry.where != "state")
        if not taken or item.mark is not None:
            raise UsageError("", "There is nothing to take back.", cure="Load the page again.")
        return self._changed(request, item, [desk.undo_entry(entry, who) for entry in taken])

    def state(self, request: Request, body: dict[str, Any]) -> Response:
        """Verified, released, held."""
        item = self._item(request)
        who = _who(body)
        name, value, note = body.get("name"), body.get("value"), body.get("note", "")
        if name not in ("verified", "released", "held") or not isinstance(value, bool) or not isinstance(note, str):
            raise UsageError("", "There is no such state.", cure="Load the page again.")
        if name == "released" and value and not note.strip():
            raise UsageError("", "A release needs its reason.", cure="Enter by whose order it is released.")
        if name == "verified" and item.mark is not None:
            raise UsageError(item.name, "This document is held.", cure="Release it first.")
        entries = [desk.state_entry(item, name, value, who, corrections.clean_text(note)[:1000])]
        if name == "released" and value and "held" in corrections.state(item.log):
            entries.insert(0, desk.state_entry(item, "held", False, who))
        return self._changed(request, item, entries)

    # --- out and back -----------------------------------------------------------------------------------

    def handover_page(self, request: Request) -> Response:
        with index.opened(self._out) as db:
            counts = search.counts(db)
            held = search.documents(db, Filters(state="held"), order="name", limit=200)
        named = [form for form in forms.FORMS if form.name != "sip"]  # which asks for its hồ sơ
        return self._page(request, "handover.html", forms=named, counts=counts, held=held)

    def export(self, request: Request) -> Response:
        """One form over all documents, or those of `d`, or those still filtered by `state`."""
        given = request.query_params
        keys = set(given.getlist("d"))
        with index.opened(self._out) as db:
            filters = _filters(given)
            rows = search.documents(db, filters, order="name", limit=1_000_000) if keys or filters != Filters() else ()
        names = tuple(row.name for row in rows if row.state != "failed" and (not keys or row.key in keys))
        if not names and (keys or filters != Filters()):
            raise _NotHere("There is nothing to hand over.")
        collection = handover.collect(self._out, names=names, shelving=self._config.shelving)
        job = forms.Job(self._out, collection, self._config.agency, forms.timestamp(), given.get("folder", ""))
        name, content = forms.make(request.path_params["form"], job)
        return _download(content, name, forms.MEDIA_TYPES[Path(name).suffix])

    async def bring_back(self, request: Request) -> Response:
        """A corrected workbook: its differences, and with `apply=1` their entries in the logs."""
        content = await request.body()
        return await _in_thread(self.answer(partial(_with_body, self._bring_back, {"content": content})), request)

    def _bring_back(self, request: Request, body: dict[str, Any]) -> Response:
        who = _who({"who": request.query_params.get("who")})
        imported = sheets.read_xlsx(body["content"], self._out, who)
        taken = 0
        if request.query_params.get("apply") == "1":
            for item in sheets.take_over(self._out, imported, self._config.reread, self._config.rewrite):
                index.put(self._out, item)
                taken += 1
        return JSONResponse({"taken": taken, "differences": [
            {"file": row.file, "pointer": row.pointer, "kind": row.kind, "exported": row.exported, "now": row.now,
             "edited": row.edited} for row in imported.differences[:5000]], "total": len(imported.differences)})


class _NotHere(UsageError):
    """An address that leads nowhere."""

    def __init__(self, what: str) -> None:
        super().__init__("", what, cure="Go back to the queue.")


def _plain(value: Any) -> str:
    return "nothing" if value is None else f"“{value}”"


def shortened(text: str | None, length: int = 300) -> str:
    """A title that a damaged head has made of half a page, for a list."""
    text = text or ""
    return text if len(text) <= length else text[:length].rsplit(" ", 1)[0] + " …"


def _with_body(
    handler: Callable[[Request, dict[str, Any]], Response], body: dict[str, Any], request: Request
) -> Response:
    return handler(request, body)


async def _in_thread(handler: Callable[[Request], Response], request: Request) -> Response:
    return await run_in_threadpool(handler, request)


def _download(content: bytes, name: str, media_type: str) -> Response:
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    return Response(content, media_type=media_type, headers={
        "content-disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"})


def _who(body: dict[str, Any]) -> str:
    who = body.get("who")
    if not isinstance(who, str) or not who.strip() or len(who) > 100:
        raise UsageError("", "Every change needs a name.", cure="Enter your name at the top of the page.")
    return corrections.clean_text(who).strip()


def _new_row(name: str) -> dict[str, Any]:
    """An empty row of a list; members that a record must have are empty texts, to be filled in next."""
    row: dict[str, Any] = {column: None for column in views.LISTS[name]}
    must = {"targets": ("text",), "deadlines": ("date",), "assignments": ("actor", "task"), "recipients": ("name",)}
    return {**row, **{column: "" for column in must.get(name, ())}}


def _typed(pointer: str, after: str | None) -> Any:
    """The text of a field as the record holds it: blank is null, a year is a number."""
    if after is None:
        return None
    after = corrections.clean_text(after).strip()
    if pointer == "/year" and after.isdecimal():
        return int(after)
    return after or None


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 9 else None


def _filters(given: Any) -> Filters:
    return Filters(
        issuer=given.get("issuer", "")[:200], level=given.get("level", "")[:20], year=_number(given.get("year")),
        year_to=_number(given.get("year_to")), type=given.get("type", "")[:60], state=given.get("state", "")[:20],
        indicator=given.get("indicator", "")[:200], warning=given.get("warning", "")[:40])


def _as_dict(filters: Filters) -> dict[str, Any]:
    return {name: getattr(filters, name) for name in Filters.__slots__}
