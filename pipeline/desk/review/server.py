"""Serve the desk on this machine with uvicorn, until it is interrupted."""

from __future__ import annotations

import socket
import threading
import webbrowser
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import uvicorn

from pipeline.desk import index
from pipeline.desk.changing import Reread, Rewrite
from pipeline.desk.handover import Shelving
from pipeline.desk.review import guard
from pipeline.desk.review.app import create_app
from pipeline.desk.review.serving import Config
from pipeline.desk.tt05 import Agency
from pipeline.errors import SohoaError, UsageError
from pipeline.faults import Language

ADDRESS = "127.0.0.1"


def serve(
    out: Path, reread: Reread, rewrite: Rewrite, *, port: int, token: str, shelving: Shelving, agency: Agency,
    language: Language, opened: Callable[[str], None], browser: bool,
    describe: Callable[[SohoaError, Language], str] = lambda error, language: str(error),
) -> None:
    """Serve one output folder; `opened` is told the address. Raises NoInput, UsageError (the port is taken)."""
    with index.opened(out, write=True):
        pass  # says now, not at the first page, what is wrong with the folder
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((ADDRESS, port))
    except (OSError, OverflowError) as error:
        listener.close()
        raise UsageError(f"--port {port}", "This port cannot be used.", cure="Choose another --port.") from error
    port = listener.getsockname()[1]
    app = create_app(Config(out, reread, rewrite, guard.hosts_of(ADDRESS, port), token, language, shelving, agency,
                            describe))
    address = f"http://{ADDRESS}:{port}/" + (f"?{urlencode({'token': token})}" if token else "")
    opened(address)
    if browser:
        threading.Timer(0.5, webbrowser.open, [address]).start()
    # No access log: addresses hold what people search for.
    config = uvicorn.Config(app, log_level="warning", access_log=False, ws="none", server_header=False)
    uvicorn.Server(config).run(sockets=[listener])
