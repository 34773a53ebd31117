"""The service as a process: it listens, notices new days, reloads, and stops without losing any."""

from __future__ import annotations

import logging
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from flask import Flask

from kb_service.access.front_door import is_loopback
from kb_service.configuration import Configuration
from kb_service.web.auditing import EXTENSION as AUDIT
from kb_service.web.authentication import LOCAL_CALLERS
from kb_service.web.commits import workers_of
from kb_service.web.health import STOPPING
from kb_service.web.listening import make_server, turn
from kb_service.web.reloading import CONFIGURATION, Load, reload
from kb_service.web.security import ANSWERED_NAMES
from kb_service.web.service import EXTENSION, Service
from kb_service.workers import WorkerFailed

_LOG = logging.getLogger("kb_service.web")
_CLOCK_SECONDS = 60.0
_THREADS_END_SECONDS = 5.0
_BESIDE_END_SECONDS = 10.0


@dataclass(frozen=True)
class Orders:
    """What the process was told by signals."""

    stop: threading.Event = field(default_factory=threading.Event)
    reload: threading.Event = field(default_factory=threading.Event)

    def listen(self) -> None:
        """Take SIGTERM and SIGINT as the order to stop, SIGHUP as the one to reload.

        At a terminal SIGHUP says that the terminal is gone, which is an order to stop.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._told_to_stop)
        at_terminal = sys.stdin is not None and sys.stdin.isatty()
        signal.signal(signal.SIGHUP, self._told_to_stop if at_terminal else self._told_to_reload)

    def _told_to_stop(self, number: int, frame: FrameType | None) -> None:
        self.stop.set()

    def _told_to_reload(self, number: int, frame: FrameType | None) -> None:
        self.reload.set()


Beside = Callable[[threading.Event], None]
"""What goes on while the service runs: until the event is set, and not much longer."""


def serve(
    app: Flask, host: str, port: int, load: Load | None = None, beside: Sequence[Beside] = ()
) -> None:
    """Serve until SIGTERM or SIGINT, then close workers and store. Call it in the main thread.

    It listens as `run` does; the service notices new days meanwhile, and does what else is to be
    done `beside`.
    """
    orders = Orders()
    clock = threading.Thread(target=watch_the_date, args=(app, orders.stop), daemon=True)
    others = [threading.Thread(target=each, args=(orders.stop,), daemon=True) for each in beside]
    for thread in (clock, *others):
        thread.start()
    threading.Thread(target=_warm, args=(app,), daemon=True).start()
    try:
        run(app, host, port, orders, load)
    finally:
        orders.stop.set()
        clock.join(5.0)
        for thread in others:
            thread.join(_BESIDE_END_SECONDS)
        close(app)


def run(app: Flask, host: str, port: int, orders: Orders, load: Load | None = None) -> None:
    """Answer requests until the order to stop. Call it in the main thread.

    Told to stop, it takes no new connection and lets requests that have begun end, for as long as
    the configuration says. SIGHUP has it take over what `load` gives as configuration. On a
    loopback address only requests that name this machine are answered, so that no web page can
    reach the service under a name of its own that resolves to 127.0.0.1.
    """
    app.config[STOPPING] = orders.stop
    app.config[LOCAL_CALLERS] = is_loopback(host)
    app.config[ANSWERED_NAMES] = _answered_names(app, host)
    server = make_server(app, host, port)
    orders.listen()
    try:
        while not orders.stop.is_set():
            turn(server)
            if orders.reload.is_set():
                orders.reload.clear()
                _reload(app, host, load)
        _finish(server, _configuration(app).server.stop_seconds)
    finally:
        server.close()


def _reload(app: Flask, host: str, load: Load | None) -> None:
    if load is None:
        return
    reload(app, load)
    app.config[ANSWERED_NAMES] = _answered_names(app, host)


def _finish(server: Any, seconds: float) -> None:
    """Take no new connection, and have the requests that have begun answered to the last byte."""
    server.accepting = False
    server.del_channel()
    server.socket.close()
    end = time.monotonic() + seconds
    while time.monotonic() < end and any(map(_is_busy, list(server.active_channels.values()))):
        for channel in list(server.active_channels.values()):
            if not _is_busy(channel):
                channel.will_close = True
        turn(server)
    left = sum(map(_is_busy, server.active_channels.values()))
    if left:
        _LOG.warning("stopping with %d requests unfinished", left)
    server.task_dispatcher.shutdown(timeout=_THREADS_END_SECONDS)


def _is_busy(channel: Any) -> bool:
    """Whether a request has begun to come in, is worked on, or has an answer still to be sent."""
    has_begun = channel.requests or channel.request is not None or channel.in_lane
    return bool(has_begun or channel.total_outbufs_len)


def _answered_names(app: Flask, host: str) -> set[str] | None:
    """The names that requests must use; None for any."""
    names = set(_configuration(app).server.names)
    if names:
        return names
    return {"localhost", "127.0.0.1", "::1", host} if is_loopback(host) else None


def _configuration(app: Flask) -> Configuration:
    configuration: Configuration = app.config[CONFIGURATION]
    return configuration


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
        workers_of(app).updates.warm()
        service.knowledge_base.warm()
        service.sheets.warm()
    except WorkerFailed:
        _LOG.error("a worker could not be started; /readyz tells whether queries are answered")
    if (apart := service.knowledge_base.store.apart) is not None:
        apart.inspections.watch()


def close(app: Flask) -> None:
    """End the workers, complete the audit trail and let go of the data folder."""
    service: Service = app.extensions[EXTENSION]
    service.close()
    workers_of(app).close()
    app.extensions[AUDIT].close()
    service.knowledge_base.close()
