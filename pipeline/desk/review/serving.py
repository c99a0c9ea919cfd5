"""What every page of the desk needs: how it is set up, errors told as pages, the person's language, templates.

Handlers run in threads. What a handler raises of our errors becomes a page (or JSON, where it was asked for) with the
cure; anything else is a fault of ours and stays one.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from pipeline import corrections, disk
from pipeline.desk import changing
from pipeline.desk.handover import Shelving
from pipeline.desk.review import guard, scans
from pipeline.desk.review.texts import counted, day, figure, rows, texts
from pipeline.desk.search import Filters
from pipeline.desk.tt05 import Agency
from pipeline.errors import SohoaError, UsageError
from pipeline.faults import Language
from pipeline.plan import printed_number

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Config:
    """How a desk is set up. `reread` and `rewrite` make record and texts anew after a change (see `changing`)."""

    out: Path
    reread: changing.Reread
    rewrite: changing.Rewrite | None = None
    hosts: frozenset[str] = frozenset({"127.0.0.1:8080", "localhost:8080"})
    token: str = ""
    language: Language = "vi"
    shelving: Shelving = field(default_factory=Shelving)
    agency: Agency = field(default_factory=Agency)
    describe: Callable[[SohoaError, Language], str] = lambda error, language: str(error)


class NotHere(UsageError):
    """An address that leads nowhere."""

    def __init__(self, what: str) -> None:
        super().__init__("", what, cure="Go back to the queue.")


class Serving:
    """What the handlers of one application share."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.out = config.out
        self.secret = secrets.token_urlsafe(24)
        self.listed = threading.Event()  # the list was brought up to date once since the start
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined,
            trim_blocks=True, lstrip_blocks=True,
        )
        self._templates.filters |= {"rows": rows, "counted": counted, "day": day, "figure": figure}
        self._templates.globals["printed_number"] = printed_number

    def answer(self, handler: Callable[[Request], Response]) -> Callable[[Request], Response]:
        """The handler (run in a thread), with our errors told as pages."""

        def handled(request: Request) -> Response:
            try:
                return handler(request)
            except SohoaError as error:
                status = 404 if isinstance(error, NotHere | scans.NoScan) else 409 if isinstance(
                    error, changing.Conflict) else 422
                return self._trouble(request, self.config.describe(error, self.language(request)), status)

        return handled

    def posted(self, handler: Callable[[Request, dict[str, Any]], Response]) -> Callable[[Request], Any]:
        """The handler for a JSON post: the body is read here, the work is done in a thread."""

        async def handled(request: Request) -> Response:
            try:
                body = json.loads(await request.body())
                if not isinstance(body, dict):
                    raise ValueError
            except (ValueError, RecursionError):
                return JSONResponse({"error": texts(self.language(request))["not_done_here"]}, 400)
            return await in_thread(self.answer(partial(with_body, handler, body)), request)

        return handled

    def not_found(self, request: Request, _: Exception) -> Response:
        return self._trouble(request, self.config.describe(NotHere("There is no such page."),
                                                            self.language(request)), 404)

    def _trouble(self, request: Request, message: str, status: int) -> Response:
        if "application/json" in request.headers.get("accept", "") or request.method == "POST":
            return JSONResponse({"error": message}, status)
        return self.page(request, "trouble.html", status=status, message=message)

    def page(self, request: Request, template: str, *, status: int = 200, **values: Any) -> Response:
        language = self.language(request)
        token = request.query_params.get("token")
        content = self._templates.get_template(template).render(
            t=texts(language), language=language, csrf=self.secret, path=request.url.path,
            query=str(request.url.query), updating=not self.listed.is_set(), urlencode=urlencode,
            running=disk.is_locked(self.out), **values)
        response = HTMLResponse(content, status)
        if self.config.token and token:
            response.set_cookie(guard.COOKIE, token, httponly=True, samesite="strict")
        return response

    def language(self, request: Request) -> Language:
        return guard.language_of(request.cookies.get(guard.LANGUAGE), self.config.language)

    def change_language(self, request: Request) -> Response:
        """Change the language and go back to a page of the desk."""
        back = request.query_params.get("back", "/")
        if not back.startswith("/") or back.startswith(("//", "/\\")):
            back = "/"
        response = RedirectResponse(back, 303)
        chosen = "en" if request.query_params.get("to") == "en" else "vi"
        response.set_cookie(guard.LANGUAGE, chosen, samesite="strict")
        return response


def with_body(
    handler: Callable[[Request, dict[str, Any]], Response], body: dict[str, Any], request: Request
) -> Response:
    return handler(request, body)


async def in_thread(handler: Callable[[Request], Response], request: Request) -> Response:
    return await run_in_threadpool(handler, request)


def download(content: bytes, name: str, media_type: str) -> Response:
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    return Response(content, media_type=media_type, headers={
        "content-disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"})


def who_of(body: dict[str, Any]) -> str:
    who = body.get("who")
    if not isinstance(who, str) or not who.strip() or len(who) > 100:
        raise UsageError("", "Every change needs a name.", cure="Enter your name at the top of the page.")
    return corrections.clean_text(who).strip()


def number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 9 else None


def filters_of(given: Any) -> Filters:
    return Filters(
        issuer=given.get("issuer", "")[:200], level=given.get("level", "")[:20], year=number(given.get("year")),
        year_to=number(given.get("year_to")), type=given.get("type", "")[:60], state=given.get("state", "")[:20],
        indicator=given.get("indicator", "")[:200], warning=given.get("warning", "")[:40])
