"""The web application: addresses, and what each gives. Everything it shows comes from one output folder.

An address names a document by its key, which is looked up in the list of documents: no part of an address ever
becomes part of a path. Pages are templates with escaping always on; values for the script come as JSON.
"""

from __future__ import annotations

import threading
import time
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from pipeline import disk
from pipeline.desk import index
from pipeline.desk.review import guard
from pipeline.desk.review.changes import Changes
from pipeline.desk.review.documents import Documents
from pipeline.desk.review.exchange import Exchange
from pipeline.desk.review.lists import Lists
from pipeline.desk.review.serving import HERE, Config, Serving
from pipeline.errors import SohoaError

WHILE_RUNNING = 15.0  # seconds between two updates of the list while a run works: each looks at every document's files


def create_app(config: Config) -> Starlette:
    """The application for one output folder. The list of documents is brought up to date in the background."""
    serving = Serving(config)
    updating = _Updating(config.out, serving.listed)
    lists = Lists(serving, updating.once)
    documents = Documents(serving)
    changes = Changes(serving, documents)
    exchange = Exchange(serving)
    answer, posted = serving.answer, serving.posted
    routes = [
        Route("/", answer(lists.queue)),
        Route("/search", answer(lists.search)),
        Route("/compare", answer(lists.compare)),
        Route("/handover", answer(exchange.page)),
        Route("/export/{form}", answer(exchange.export)),
        Route("/import", exchange.bring_back, methods=["POST"]),
        Route("/language", answer(serving.change_language)),
        Route("/d/{key}", answer(documents.page)),
        Route("/d/{key}/data", answer(documents.data)),
        Route("/d/{key}/version", answer(documents.version)),
        Route("/d/{key}/words/{page:int}", answer(documents.words)),
        Route("/d/{key}/scan/{page:int}/{dpi:int}", answer(documents.scan)),
        Route("/d/{key}/tile/{page:int}/{dpi:int}/{column:int}/{row:int}", answer(documents.tile)),
        Route("/d/{key}/snippet/{page:int}", answer(documents.snippet)),
        Route("/d/{key}/file/{name}", answer(documents.file)),
        Route("/d/{key}/letter", answer(documents.letter)),
        Route("/d/{key}/change", posted(changes.change), methods=["POST"]),
        Route("/d/{key}/undo", posted(changes.undo), methods=["POST"]),
        Route("/d/{key}/state", posted(changes.state), methods=["POST"]),
        Mount("/static", StaticFiles(directory=HERE / "static")),
    ]
    app = Starlette(routes=routes, middleware=[
        Middleware(guard.Guard, hosts=config.hosts, secret=serving.secret, token=config.token,
                   language=config.language)],
        exception_handlers={404: serving.not_found})
    threading.Thread(target=updating.always, daemon=True).start()
    threading.Thread(target=changes.follow, daemon=True).start()
    app.state.secret = serving.secret
    return app


class _Updating:
    """Keeps the list of documents up to date; `listed` is set when it has been for the first time."""

    def __init__(self, out: Path, listed: threading.Event) -> None:
        self._out = out
        self._listed = listed
        self._lock = threading.Lock()

    def once(self) -> None:
        """Index what a run has finished since; one at a time."""
        if not self._lock.acquire(blocking=False):
            return
        try:
            index.update(self._out)
        except SohoaError:
            pass  # shown by the next request, which opens the same database
        finally:
            self._listed.set()
            self._lock.release()

    def always(self) -> None:
        """The list at the start, and again every while as long as a run works in the folder."""
        self.once()
        while True:
            time.sleep(WHILE_RUNNING)
            if disk.is_locked(self._out):
                self.once()
