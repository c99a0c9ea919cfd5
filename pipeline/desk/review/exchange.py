"""Out and back: the forms of hand-over as downloads, and a corrected workbook brought back."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pipeline.desk import forms, handover, index, search, sheets
from pipeline.desk.review.serving import NotHere, Serving, download, filters_of, in_thread, who_of, with_body
from pipeline.desk.review.texts import field_name
from pipeline.desk.search import Filters

MOST_SHOWN = 5_000  # differences of a workbook in one table


class Exchange:
    """The handlers of hand-over and import."""

    def __init__(self, serving: Serving) -> None:
        self._serving = serving
        self._out = serving.out
        self._config = serving.config

    def page(self, request: Request) -> Response:
        with index.opened(self._out) as db:
            counts = search.counts(db)
            held = search.documents(db, Filters(state="held"), order="name", limit=200)
        named = [form for form in forms.FORMS if form != "sip"]  # which asks for its hồ sơ
        return self._serving.page(request, "handover.html", forms=named, counts=counts, held=held)

    def export(self, request: Request) -> Response:
        """One form over all documents, or those of `d`, or those still filtered by `state`."""
        given = request.query_params
        keys = set(given.getlist("d"))
        with index.opened(self._out) as db:
            filters = filters_of(given)
            rows = search.documents(db, filters, order="name", limit=1_000_000) if keys or filters != Filters() else ()
        names = tuple(row.name for row in rows if row.state != "failed" and (not keys or row.key in keys))
        if not names and (keys or filters != Filters()):
            raise NotHere("There is nothing to hand over.")
        collection = handover.collect(self._out, names=names, shelving=self._config.shelving)
        job = forms.Job(self._out, collection, self._config.agency, forms.timestamp(), given.get("folder", ""))
        name, content = forms.make(request.path_params["form"], job)
        return download(content, name, forms.MEDIA_TYPES[Path(name).suffix])

    async def bring_back(self, request: Request) -> Response:
        """A corrected workbook: its differences, and with `apply=1` their entries in the logs."""
        content = await request.body()
        handler = partial(with_body, self._bring_back, {"content": content})
        return await in_thread(self._serving.answer(handler), request)

    def _bring_back(self, request: Request, body: dict[str, Any]) -> Response:
        who = who_of({"who": request.query_params.get("who")})
        imported = sheets.read_xlsx(body["content"], self._out, who)
        taken = 0
        if request.query_params.get("apply") == "1":
            for item in sheets.take_over(self._out, imported, self._config.reread, self._config.rewrite):
                index.put(self._out, item)
                taken += 1
        language = self._serving.language(request)
        return JSONResponse({"taken": taken, "differences": [
            {"file": row.file, "field": field_name(row.pointer, language), "kind": row.kind, "exported": row.exported,
             "now": row.now, "edited": row.edited,
             "why": "" if row.error is None else self._config.describe(row.error, language)}
            for row in imported.differences[:MOST_SHOWN]], "total": len(imported.differences)})
