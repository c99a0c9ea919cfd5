"""The pages that list: the queue, the search, targets side by side."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from pipeline.desk import index, search
from pipeline.desk.review import views
from pipeline.desk.review.serving import Serving, filters_of, number
from pipeline.desk.search import ORDERS, Filters, Row
from pipeline.errors import UsageError, recalled

PAGE_SIZE = 50
# What of the address of a list says which documents it holds, and in which order.
_LISTED = ("state", "issuer", "level", "year", "year_to", "type", "indicator", "warning", "order")


class Lists:
    """The handlers of the pages that list documents. `update` brings the list up to date."""

    def __init__(self, serving: Serving, update: Callable[[], None]) -> None:
        self._serving = serving
        self._out = serving.out
        self._update = update

    def queue(self, request: Request) -> Response:
        """Documents by need of attention."""
        threading.Thread(target=self._update, daemon=True).start()
        given = request.query_params
        filters = filters_of(given)
        order = given.get("order", "attention")
        order = order if order in ORDERS else "attention"
        at = max(0, number(given.get("at")) or 0)
        with index.opened(self._out) as db:
            counts = search.counts(db, Filters(**{**_as_dict(filters), "state": ""}))
            rows = search.documents(db, filters, order=order, limit=PAGE_SIZE, offset=at)
            choices = {"issuer": search.values_of(db, "issuer"), "level": search.values_of(db, "level"),
                       "year": search.values_of(db, "year"), "type": search.values_of(db, "type")}
        total = counts.get(filters.state, 0) if filters.state else counts["all"]
        listed = {name: value for name, value in given.items() if name in _LISTED and value}
        return self._serving.page(request, "queue.html", rows=rows, counts=counts, filters=filters, order=order, at=at,
                          total=total, size=PAGE_SIZE, choices=choices, orders=tuple(ORDERS), params=dict(given),
                          listed=urlencode(listed), shortened=shortened, troubles=self._troubles(rows, request))

    def _troubles(self, rows: Sequence[Row], request: Request) -> dict[str, str]:
        """What is wrong with the inputs that failed, and the cures, by their keys."""
        language = self._serving.language(request)
        return {row.key: self._serving.config.describe(
                    recalled(row.trouble_code or "", row.trouble or "", row.cure or ""), language)
                for row in rows if row.state == "failed"}

    def search(self, request: Request) -> Response:
        """Full text over everything that may be read."""
        given = request.query_params
        query = given.get("q", "")[:400]
        filters = filters_of(given)
        at = max(0, number(given.get("at")) or 0)
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
                    trouble = self._serving.config.describe(error, self._serving.language(request))
            elif filters != Filters():
                rows = search.documents(db, filters, order="issuer", limit=PAGE_SIZE, offset=at)
        return self._serving.page(request, "search.html", q=query, filters=filters, results=results, rows=rows, at=at,
                          size=PAGE_SIZE, limit=search.COUNT_LIMIT, choices=choices, trouble=trouble,
                          params=dict(given), shortened=shortened)

    def compare(self, request: Request) -> Response:
        """Targets side by side, and a plot of each that more than one plan gives."""
        given = request.query_params
        filters = filters_of(given)
        keys = tuple(key for key in given.getlist("d") if key)[:40]
        rows: tuple[search.TargetRow, ...] = ()
        with index.opened(self._out) as db:
            choices = {"issuer": search.values_of(db, "issuer"), "level": search.values_of(db, "level"),
                       "year": search.values_of(db, "year")}
            if keys or filters != Filters():
                rows = search.targets(db, filters, keys=keys)
        columns, lines = views.compare_table(rows)
        return self._serving.page(request, "compare.html", filters=filters, columns=columns[:40], lines=lines[:500],
                          plots=views.plots(rows), choices=choices, asked=bool(keys) or filters != Filters())


def shortened(text: str | None, length: int = 300) -> str:
    """A title that a damaged head has made of half a page, for a list."""
    text = text or ""
    return text if len(text) <= length else text[:length].rsplit(" ", 1)[0] + " …"


def _as_dict(filters: Filters) -> dict[str, Any]:
    return {name: getattr(filters, name) for name in Filters.__slots__}
