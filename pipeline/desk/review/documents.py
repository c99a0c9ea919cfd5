"""One document: its page, its words, pictures of its scan, its files."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pipeline.desk import desk, forms, index, search
from pipeline.desk.desk import Item
from pipeline.desk.review import scans, views
from pipeline.desk.review.serving import NotHere, Serving, download, filters_of
from pipeline.desk.review.texts import texts
from pipeline.desk.search import ORDERS, Filters
from pipeline.document import Box, Page
from pipeline.errors import UsageError

KEPT = 4  # documents that stay in memory; one of 120 pages has some 50 MB and takes a second to read
# What a person may fetch of a document, with its type; all of it stays shut while the document is held.
FILES = {
    "record.json": "application/json", "document.json": "application/json", "text.txt": "text/plain; charset=utf-8",
    "raw.txt": "text/plain; charset=utf-8", "document.md": "text/markdown; charset=utf-8",
    "searchable.pdf": "application/pdf", "document.html": "text/html; charset=utf-8", "alto.xml": "application/xml",
    "corrections.json": "application/json",
}


class Documents:
    """The handlers of one document, and the last few documents in memory."""

    def __init__(self, serving: Serving) -> None:
        self._serving = serving
        self._out = serving.out
        self._scans = scans.Scans(serving.out)
        self._kept: OrderedDict[str, tuple[str, Item]] = OrderedDict()
        self._kept_lock = threading.Lock()
        self.on_behind: Callable[[str], None] = lambda name: None  # told of a document whose outputs are behind

    def item(self, request: Request) -> Item:
        """The document of an address, by the list alone."""
        with index.opened(self._out) as db:
            row = search.document(db, request.path_params["key"])
        if row is None or row.key != request.path_params["key"]:
            raise NotHere("There is no such document.")
        if row.state == "failed":
            raise NotHere(row.trouble or "This input could not be read.")
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
        if item.behind:  # the desk was closed before it had made them
            self.on_behind(name)
        self._keep(item, now)
        return item

    def keep(self, item: Item) -> None:
        """A document that was just changed, and its log written."""
        self._keep(item, index.version(self._out, item.name))

    def _keep(self, item: Item, now: str) -> None:
        with self._kept_lock:
            self._kept[item.name] = (now, item)
            self._kept.move_to_end(item.name)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)

    def page(self, request: Request) -> Response:
        item = self.item(request)
        listed = request.query_params.get("l", "")[:1000]
        at, count, before, after = self._neighbours(item, QueryParams(listed))
        files = [name for name in FILES if item.mark is None and (item.folder / name).is_file()]
        return self._serving.page(request, "document.html", item=item, title=None if item.mark else item.plan.title,
                          before=before, after=after, place=at, count=count, files=files,
                          listed=listed, words=json.dumps(texts(self._serving.language(request)), ensure_ascii=False),
                          q=request.query_params.get("q", "")[:400])

    def _neighbours(self, item: Item, listed: QueryParams) -> tuple[int, int, str | None, str | None]:
        """Place of this document in the list it was opened from, the length of that list, and who stands beside it.

        Without a list: those still to be checked, in order of attention. A document that is not in it has place 0.
        """
        filters = filters_of(listed) if listed else Filters(state="open")
        order = listed.get("order", "attention")
        with index.opened(self._out) as db:
            keys = search.keys(db, filters, order=order if order in ORDERS else "attention")
        if item.key not in keys:
            return 0, len(keys), None, keys[0] if keys else None
        at = keys.index(item.key)
        return (at + 1, len(keys), keys[at - 1] if at else None, keys[at + 1] if at + 1 < len(keys) else None)

    def data(self, request: Request) -> Response:
        return JSONResponse(self.view(self.item(request), request))

    def version(self, request: Request) -> Response:
        """Changes whenever the document does, by whomever: an open page asks before it goes on."""
        item = self.item(request)
        return JSONResponse({"version": index.version(self._out, item.name), "behind": item.behind})

    def view(self, item: Item, request: Request) -> dict[str, Any]:
        """What the script of the page works with: fields, doubts, words, and the version they were read at."""
        shown = views.document_view(item, self._serving.language(request))
        return {**shown, "version": index.version(self._out, item.name), "behind": item.behind}

    def words(self, request: Request) -> Response:
        """The words of a page, those of the search marked."""
        item = self.item(request)
        try:
            terms = search.parse_query(request.query_params.get("q", "")[:400])
        except UsageError:
            terms = ()
        view = views.page_view(item, request.path_params["page"], terms)
        if view is None:
            raise NotHere("There is no such page.")
        return JSONResponse(view)

    def _page_of(self, item: Item, request: Request) -> Page:
        for page in item.document.pages:
            if page.number == request.path_params["page"]:
                return page
        raise NotHere("There is no such page.")

    def _dpi(self, request: Request) -> int:
        dpi = int(request.path_params["dpi"])
        if dpi not in scans.DPIS:
            raise NotHere("Pages are not drawn in this size.")
        return dpi

    def scan(self, request: Request) -> Response:
        item = self.item(request)
        page, dpi = self._page_of(item, request), self._dpi(request)
        return self._image(request, lambda: self._scans.whole(item.name, page, dpi), item, page.number, dpi)

    def tile(self, request: Request) -> Response:
        item = self.item(request)
        page, dpi = self._page_of(item, request), self._dpi(request)
        at = request.path_params["column"], request.path_params["row"]
        return self._image(request, lambda: self._scans.tile(item.name, page, dpi, *at), item, page.number, dpi, *at)

    def snippet(self, request: Request) -> Response:
        """The place of a word or field, `box` in points: left,top,right,bottom."""
        item = self.item(request)
        page = self._page_of(item, request)
        try:
            left, top, right, bottom = (float(part) for part in request.query_params.get("box", "").split(","))
            if not all(abs(value) < 1e6 for value in (left, top, right, bottom)):
                raise ValueError
            box = Box(left, top, right, bottom)
        except ValueError:
            raise NotHere("This is no place on a page.") from None
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
        item = self.item(request)
        name = request.path_params["name"]
        path = item.folder / name
        if name not in FILES or item.mark is not None or not path.is_file() or path.is_symlink():
            raise NotHere("There is no such file.")
        return download(path.read_bytes(), f"{forms.safe_name(item.name)}.{name}", FILES[name])

    def letter(self, request: Request) -> Response:
        """The restored text as Word."""
        item = self.item(request)
        if item.mark is not None:
            raise NotHere("This document is held.")
        name, content = forms.make_letter(item, self._serving.config.shelving)
        return download(content, name, forms.MEDIA_TYPES[".docx"])
