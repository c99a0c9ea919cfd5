"""What stands between the desk and everybody else: host, origin, token, size, and what a page may load.

The trouble: a web page from anywhere can make the browser talk to 127.0.0.1. So a request must name this
machine as its host (a foreign name pointed at 127.0.0.1 does not), a post must come from the desk's own pages
(Origin, Sec-Fetch-Site, and a secret of this process in a header, which no other site can read), and no page
of the desk can load or run anything but the desk's own files.
"""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pipeline.desk.review.texts import texts
from pipeline.desk.workbook import MAX_UPLOAD
from pipeline.faults import Language

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

COOKIE = "sohoa_token"
LANGUAGE = "sohoa_language"  # the cookie of the language that a person chose
CSRF_HEADER = "x-csrf"
MAX_JSON = 1_000_000  # bytes of a post; a correction has some hundred

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not answered: the status of HTTP, and the key of the words for it in `texts.py`."""

    status: int
    reason: str


class Guard:
    """The outermost layer of the application."""

    def __init__(
        self, app: App, *, hosts: frozenset[str], secret: str, token: str = "", language: Language = "vi"
    ) -> None:
        self._app, self._hosts, self._secret, self._token, self._language = app, hosts, secret, token, language

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # no websocket is spoken here
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        refusal = self.judge(scope["method"], headers, scope.get("query_string", b"").decode("latin-1"))
        language = language_of(_cookie(headers, LANGUAGE), self._language)
        if refusal is not None:
            await _answer(send, refusal, language)
            return
        limit = MAX_UPLOAD if scope["path"] == "/import" else MAX_JSON
        if int(headers.get("content-length") or 0) > limit:
            await _answer(send, TOO_LARGE, language)
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise _TooLarge
            return message

        started = False

        async def marked(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                own = {name for name, _ in HEADERS}
                kept = [(name, value) for name, value in message["headers"]
                        if name.lower() not in own or name.lower() == b"cache-control"]
                given = {name.lower() for name, _ in kept}
                kept += [(name, value) for name, value in HEADERS if name not in given]
                message = {**message, "headers": kept}
            await send(message)

        try:
            await self._app(scope, counted, marked)
        except _TooLarge:
            if not started:
                await _answer(send, TOO_LARGE, language)

    def judge(self, method: str, headers: dict[str, str], query: str) -> Refusal | None:
        """None for a request that may go on."""
        host = headers.get("host", "")
        if host not in self._hosts:
            return Refusal(421, "not_this_machine")
        if method not in ("GET", "HEAD", "POST"):
            return Refusal(405, "not_done_here")
        length = headers.get("content-length", "0")
        if not length.isdecimal():
            return Refusal(400, "no_length")
        # A link on another site may open a page of the desk; no other site may load or post anything here.
        followed = method == "GET" and headers.get("sec-fetch-dest") == "document"
        if headers.get("sec-fetch-site", "none") not in ("none", "same-origin") and not followed:
            return Refusal(403, "another_site")
        if self._token and not self._is_known(headers, query):
            return Refusal(401, "token_wanted")
        if method == "POST":
            origin = headers.get("origin")
            if origin is not None and urlsplit(origin).netloc not in self._hosts:
                return Refusal(403, "another_site")
            if not hmac.compare_digest(headers.get(CSRF_HEADER, "").encode(), self._secret.encode()):
                return Refusal(403, "earlier_start")
        return None

    def _is_known(self, headers: dict[str, str], query: str) -> bool:
        cookie = _cookie(headers, COOKIE)
        given = cookie if cookie is not None else (parse_qs(query).get("token") or [""])[0]
        return hmac.compare_digest(given.encode(), self._token.encode())


class _TooLarge(Exception):
    """The body of a request went on beyond its limit."""


TOO_LARGE = Refusal(413, "too_much")


def _cookie(headers: dict[str, str], name: str) -> str | None:
    try:
        cookie = SimpleCookie(headers.get("cookie", "")).get(name)
    except CookieError:
        return None
    return None if cookie is None else cookie.value


def language_of(chosen: str | None, otherwise: Language) -> Language:
    """The language that a person chose, by the value of its cookie."""
    return "en" if chosen == "en" else "vi" if chosen == "vi" else otherwise


async def _answer(send: Send, refusal: Refusal, language: Language) -> None:
    body = texts(language)[refusal.reason].encode()
    await send({"type": "http.response.start", "status": refusal.status, "headers": [
        (b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode()), *HEADERS]})
    await send({"type": "http.response.body", "body": body})


def hosts_of(address: str, port: int) -> frozenset[str]:
    """The values of the Host header that mean this desk. Raises ValueError for an address that is not this machine."""
    if address != "localhost" and not ipaddress.ip_address(address).is_loopback:
        raise ValueError(f"{address} is not an address of this machine alone")
    names = {"127.0.0.1", "localhost", "[::1]"}
    return frozenset({f"{name}:{port}" for name in names} | (names if port == 80 else set()))
