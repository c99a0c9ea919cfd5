"""Serve the desk on this machine with uvicorn, until it is interrupted."""

from __future__ import annotations

import socket
import threading
import webbrowser
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlencode

import uvicorn

from pipeline.desk import index
from pipeline.desk.review import guard
from pipeline.desk.review.app import create_app
from pipeline.desk.review.serving import Config
from pipeline.errors import UsageError

ADDRESS = "127.0.0.1"


def serve(config: Config, *, port: int, opened: Callable[[str], None], browser: bool) -> None:
    """Serve one output folder; `opened` is told the address. Raises NoInput, UsageError (the port is taken).

    The hosts of `config` are those of the address; port 0 is any free one.
    """
    with index.opened(config.out, write=True):
        pass  # says now, not at the first page, what is wrong with the folder
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((ADDRESS, port))
    except (OSError, OverflowError) as error:
        listener.close()
        raise UsageError(f"--port {port}", "This port cannot be used.", cure="Choose another --port.") from error
    port = listener.getsockname()[1]
    app = create_app(replace(config, hosts=guard.hosts_of(ADDRESS, port)))
    address = f"http://{ADDRESS}:{port}/" + (f"?{urlencode({'token': config.token})}" if config.token else "")
    opened(address)
    if browser:
        threading.Timer(0.5, webbrowser.open, [address]).start()
    # No access log: addresses hold what people search for.
    served = uvicorn.Config(app, log_level="warning", access_log=False, ws="none", server_header=False)
    uvicorn.Server(served).run(sockets=[listener])
