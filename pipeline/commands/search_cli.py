"""The command `search`: pages and documents of an output folder found by words and by what they are."""

from __future__ import annotations

import argparse
from typing import Any

from pipeline.commands.console import Console
from pipeline.commands.messages import say
from pipeline.desk import index
from pipeline.desk import search as searching
from pipeline.desk.search import Filters, Row
from pipeline.errors import EXIT_OK, UsageError


def filters_of(options: argparse.Namespace) -> Filters:
    state = "verified" if getattr(options, "verified", False) else ""
    return Filters(issuer=options.issuer, level=options.level, year=options.year, year_to=options.year_to,
                   type=options.type, indicator=options.indicator, state=state)


def search(options: argparse.Namespace, ui: Console) -> int:
    if options.limit < 1:
        raise UsageError("", f"--limit wants 1 or more, not {options.limit}.")
    with ui.counting(say("desk.indexing", ui.language)) as told:
        (index.rebuild if options.rebuild else index.update)(options.out, told)
    query = " ".join(word.strip() for word in options.query)
    filters = filters_of(options)
    if not query:
        with index.opened(options.out) as db:
            rows = searching.documents(db, filters, order="issuer", limit=options.limit)
        if ui.as_json:
            ui.result_json([_row_json(row) for row in rows])
        elif rows:
            ui.result("\n".join(f"{row.name}\t{row.title or ''}" for row in rows))
        else:
            ui.note(say("desk.none", ui.language))
        return EXIT_OK
    results = searching.search(options.out, query, filters, limit=options.limit)
    if ui.as_json:
        ui.result_json({"query": query, "total": results.total, "loose": results.loose, "hits": [
            {**_row_json(hit.document), "page": hit.page, "text": "".join(piece for piece, _ in hit.pieces),
             "found": [piece for piece, found in hit.pieces if found]} for hit in results.hits]})
        return EXIT_OK
    for hit in results.hits:
        text = "".join(f"[{piece}]" if found else piece for piece, found in hit.pieces)
        ui.result(f"{hit.document.name}:{hit.page}  {hit.document.title or ''}\n    {text}")
    count = f"{results.total}{'+' if results.total >= searching.COUNT_LIMIT else ''}"
    ui.note(say("desk.found_loose" if results.loose else "desk.found", ui.language, count=count))
    return EXIT_OK


def _row_json(row: Row) -> dict[str, Any]:
    return {"document": row.name, "title": row.title, "number": row.number, "symbol": row.symbol,
            "issuer": row.issuer, "level": row.level, "year": row.year, "state": row.state}
