"""The production server: waitress, a clock for new days, and a stop that leaves nothing open."""

from __future__ import annotations

import logging
import signal
import threading
from ipaddress import ip_address
from types import FrameType
from typing import Any

from flask import Flask
from waitress import create_server
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser

from kb_service.web.security import ANSWERED_NAMES
from kb_service.web.service import EXTENSION, Service
from kb_service.workers import WorkerFailed

_LOG = logging.getLogger("kb_service.web")
_MOST_BYTES_READ = 4 * 1024**3
_CLOCK_SECONDS = 60.0


def serve(app: Flask, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT, then close workers and store. Call it in the main thread.

    On a loopback address only requests that name this machine are answered, so that no web page
    can reach the service under a name of its own that resolves to 127.0.0.1.
    """
    if _is_loopback(host):
        app.config.setdefault(ANSWERED_NAMES, {"localhost", "127.0.0.1", "::1", host})
    server = make_server(app, host, port)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    clock = threading.Thread(target=watch_the_date, args=(app, stopping), daemon=True)
    clock.start()
    threading.Thread(target=_warm, args=(app,), daemon=True).start()
    try:
        server.run()
    finally:
        stopping.set()
        server.close()
        clock.join(5.0)
        close(app)


def make_server(app: Flask, host: str, port: int) -> Any:
    """A waitress server that listens and has yet to `run`; port 0 takes a free one.

    Uploads beyond the app's limit are received and thrown away, so that whoever sends one hears
    the app's 413 instead of a broken connection, and no disk fills.
    """
    listening: dict[int, Any] = {}
    server = create_server(
        app,
        map=listening,
        host=host,
        port=port,
        threads=8,
        connection_limit=1000,
        channel_timeout=60,
        cleanup_interval=10,
        asyncore_use_poll=True,
        max_request_body_size=_MOST_BYTES_READ,
        ident=None,
        clear_untrusted_proxy_headers=True,
    )
    channel_class = _channel_class(int(app.config["MAX_CONTENT_LENGTH"]))
    for dispatcher in listening.values():
        if hasattr(dispatcher, "channel_class"):
            dispatcher.channel_class = channel_class
    return server


def _channel_class(most_kept: int) -> type:
    """Waitress's channel with a parser that keeps `most_kept` bytes of a body at most."""

    def parse_header(self: Any, header_plus: bytes) -> None:
        HTTPRequestParser.parse_header(self, header_plus)
        if self.body_rcv is not None:
            self.body_rcv.buf = _Beginning(self.body_rcv.buf, most_kept)

    parser = type("BoundedParser", (HTTPRequestParser,), {"parse_header": parse_header})
    return type("BoundedChannel", (HTTPChannel,), {"parser_class": parser})


class _Beginning:
    """A buffer of waitress that counts everything and keeps the beginning."""

    def __init__(self, buffer: Any, most_kept: int) -> None:
        self._buffer = buffer
        self._room = most_kept
        self._seen = 0

    def __len__(self) -> int:
        return self._seen

    def append(self, data: bytes) -> None:
        """Take in a piece of the body."""
        self._seen += len(data)
        if self._room > 0:
            self._buffer.append(data[: self._room])
            self._room -= len(data)

    def getfile(self) -> Any:
        """What was kept, as a file."""
        return self._buffer.getfile()

    def close(self) -> None:
        """Let go of what was kept."""
        self._buffer.close()


def watch_the_date(app: Flask, stopping: threading.Event) -> None:
    """Have everything that a new day changes concluded again, until `stopping` is set."""
    service: Service = app.extensions[EXTENSION]
    while not stopping.wait(_CLOCK_SECONDS):
        try:
            service.knowledge_base.pass_time()
        except Exception as error:  # the clock goes on; the next minute tries again
            _LOG.error("passing to a new day failed: %s", type(error).__name__)


def _warm(app: Flask) -> None:
    """Start every worker beside the first requests, so that none of them has to wait long."""
    service: Service = app.extensions[EXTENSION]
    try:
        service.queries.warm()
        service.knowledge_base.warm()
        service.sheets.warm()
    except WorkerFailed:
        _LOG.error("a worker could not be started; /healthz tells whether queries are answered")


def close(app: Flask) -> None:
    """End the workers and let go of the data folder."""
    service: Service = app.extensions[EXTENSION]
    service.close()
    service.knowledge_base.close()


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _stop(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)
