"""What a person changes in a document: every entry of a post or none, with a name beside it."""

from __future__ import annotations

import queue
from contextlib import suppress
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pipeline import correcting, corrections
from pipeline.corrections import Correction
from pipeline.desk import changing, index, noting, typed
from pipeline.desk.desk import Item
from pipeline.desk.review import views
from pipeline.desk.review.documents import Documents
from pipeline.desk.review.serving import Serving, who_of
from pipeline.errors import SohoaError, UsageError


class Changes:
    """The handlers that change a document."""

    def __init__(self, serving: Serving, documents: Documents) -> None:
        self._serving = serving
        self._out = serving.out
        self._config = serving.config
        self._documents = documents
        self._stale: queue.SimpleQueue[str] = queue.SimpleQueue()
        documents.on_behind = self._stale.put

    def _changed(self, request: Request, item: Item, entries: list[Correction]) -> Response:
        noted = changing.note_words(self._out, item, entries)
        if noted is None:
            item = changing.change(self._out, item.name, entries, self._config.reread)
            index.put(self._out, item)
        else:
            item = noted
            self._documents.keep(item)
        if item.behind or self._config.rewrite is not None:
            self._stale.put(item.name)
        return JSONResponse(self._documents.view(item, request))

    def follow(self) -> None:
        """Make record and texts of changed documents anew, one after the other, while the person goes on.

        What is not reached before the desk is closed it makes when the document is opened again, or the next run does.
        """
        while True:
            names = {self._stale.get()}
            with suppress(queue.Empty):
                while True:
                    names.add(self._stale.get_nowait())
            for name in names:
                with suppress(SohoaError):
                    index.put(self._out, changing.catch_up(self._out, name, self._config.reread, self._config.rewrite))

    def change(self, request: Request, body: dict[str, Any]) -> Response:
        """Fields, words, rows and shelf data; every entry of the post or none."""
        item = self._documents.item(request)
        if item.mark is not None:
            raise UsageError(item.name, "This document is held.", cure="Release it first.")
        who = who_of(body)
        changes = body.get("changes")
        if not isinstance(changes, list) or not 0 < len(changes) <= 200:
            raise UsageError("", "There is nothing to change.", cure="Load the page again.")
        entries = [self._entry(item, change, who) for change in changes]
        for change, entry in zip(changes, entries, strict=True):
            # What the page showed is not what is there: somebody, or a run, was quicker.
            if "before" in change and change["before"] != entry.before:
                raise changing.Conflict("", f"It holds {_plain(entry.before)} by now.")
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
            return noting.word_entry(item, pointer, corrections.clean_text(after), who)
        if where == "shelf" and isinstance(after, str) and len(after) <= 2000 and pointer.lstrip("/") in views.SHELF:
            return noting.shelf_entry(item, pointer.lstrip("/"), corrections.clean_text(after), who)
        if where == "record":
            action = change.get("action", "replace")
            if action == "remove":
                return noting.field_entry(item, pointer, None, who, action="remove")
            if action == "add" and pointer in {f"/{name}/-" for name in views.LISTS}:
                return noting.field_entry(item, pointer, _new_row(pointer.split("/")[1]), who, action="add")
            if action == "replace" and (after is None or (isinstance(after, str) and len(after) <= 20_000)):
                return noting.field_entry(item, pointer, _as_recorded(item, pointer, after), who)
        raise UsageError(pointer, "This cannot be changed here.", cure="Load the page again.")

    def undo(self, request: Request, body: dict[str, Any]) -> Response:
        """Take back the newest change that stands, or the one named."""
        item = self._documents.item(request)
        who = who_of(body)
        wanted = body.get("id")
        standing = corrections.effective(item.log)
        taken = corrections.last_undoable(item.log) if wanted is None else tuple(
            entry for entry in standing if entry.id == wanted and entry.where != "state")
        if not taken or item.mark is not None:
            raise UsageError("", "There is nothing to take back.", cure="Load the page again.")
        return self._changed(request, item, [noting.undo_entry(entry, who) for entry in taken])

    def state(self, request: Request, body: dict[str, Any]) -> Response:
        """Verified, released, held."""
        item = self._documents.item(request)
        who = who_of(body)
        name, value, note = body.get("name"), body.get("value"), body.get("note", "")
        if name not in ("verified", "released", "held") or not isinstance(value, bool) or not isinstance(note, str):
            raise UsageError("", "There is no such state.", cure="Load the page again.")
        if name == "released" and value and not note.strip():
            raise UsageError("", "A release needs its reason.", cure="Enter by whose order it is released.")
        if name == "verified" and item.mark is not None:
            raise UsageError(item.name, "This document is held.", cure="Release it first.")
        entries = [noting.state_entry(item, name, value, who, corrections.clean_text(note)[:1000])]
        if name == "released" and value and "held" in corrections.state(item.log):
            entries.insert(0, noting.state_entry(item, "held", False, who))
        return self._changed(request, item, entries)


def _plain(value: Any) -> str:
    return "nothing" if value is None else f"“{value}”"


def _new_row(name: str) -> dict[str, Any]:
    """An empty row of a list; members that a record must have are empty texts, to be filled in next."""
    row: dict[str, Any] = {column: None for column in views.LISTS[name]}
    must = {"targets": ("text",), "deadlines": ("date",), "assignments": ("actor", "task"), "recipients": ("name",)}
    return {**row, **{column: "" for column in must.get(name, ())}}


def _as_recorded(item: Item, pointer: str, after: str | None) -> Any:
    """The text of a field as the record holds it. A value that the machine read is accepted as it stands."""
    if after is None:
        return None
    after = corrections.clean_text(after).strip()
    with suppress(LookupError, ValueError):
        now = correcting.value_at(correcting.member_of(item.plan, pointer), pointer)
        if now is not None and str(now) == after:
            return now
    return typed.value_of(pointer, after)
