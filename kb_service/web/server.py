"""The production server: waitress, a clock for new days, and a stop that leaves nothing open."""

from __future__ import annotations

import logging
import signal
import threading
from types import FrameType
from typing import Any

from flask import Flask
from waitress import create_server
from waitress.buffers import OverflowableBuffer
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser

from kb_service.web.service import EXTENSION, Service

_LOG = logging.getLogger("kb_service.web")
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_MOST_BYTES_READ = 4 * 1024**3
_CLOCK_SECONDS = 60.0


def serve(app: Flask, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT, then close workers and store. Call it in the main thread.

    On a loopback address only requests that name this machine are answered, so that no web page
    can reach the service under a name of its own that resolves to 127.0.0.1.
    """
    if host in _LOOPBACK and not app.config.get("TRUSTED_HOSTS"):
        app.config["TRUSTED_HOSTS"] = ["localhost", "127.0.0.1", "[::1]"]
    server = make_server(app, host, port)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    clock = threading.Thread(target=watch_the_date, args=(app, stopping), daemon=True)
    clock.start()
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
    return _announcing(
        create_server(
            app,
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
        ),
        int(app.config["MAX_CONTENT_LENGTH"]),
    )


def _announcing(server: Any, most_kept: int) -> Any:
    """The server with a parser that keeps `most_kept` bytes of a body at most."""

    class Parser(HTTPRequestParser):  # type: ignore[misc]
        def parse_header(self, header_plus: bytes) -> None:
            super().parse_header(header_plus)
            if self.body_rcv is not None:
                self.body_rcv.buf = _Bounded(self.adj.inbuf_overflow, most_kept)

    class Channel(HTTPChannel):  # type: ignore[misc]
        parser_class = Parser

    server.channel_class = Channel
    return server


class _Bounded(OverflowableBuffer):  # type: ignore[misc]
    """A buffer that counts everything and keeps the beginning."""

    def __init__(self, overflow: int, most_kept: int) -> None:
        super().__init__(overflow)
        self._room = most_kept
        self._seen = 0

    def __len__(self) -> int:
        return self._seen

    def append(self, data: bytes) -> None:
        self._seen += len(data)
        if self._room > 0:
            super().append(data[: self._room])
            self._room -= len(data)


def watch_the_date(app: Flask, stopping: threading.Event) -> None:
    """Have everything that a new day changes concluded again, until `stopping` is set."""
    service: Service = app.extensions[EXTENSION]
    while not stopping.wait(_CLOCK_SECONDS):
        try:
            service.knowledge_base.pass_time()
        except Exception as error:  # the clock goes on; the next minute tries again
            _LOG.error("passing to a new day failed: %s", type(error).__name__)


def close(app: Flask) -> None:
    """End the workers and let go of the data folder."""
    service: Service = app.extensions[EXTENSION]
    service.close()
    service.knowledge_base.close()


def _stop(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)
