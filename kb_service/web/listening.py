"""The WSGI server: waitress, set up so that slow clients hold up nobody and fill no disk."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from flask import Flask
from waitress import create_server, wasyncore
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.task import WSGITask

from kb_service.configuration import Configuration
from kb_service.web.begun import KEY as BEGUN
from kb_service.web.begun import Begun
from kb_service.web.query_lane import QueryLane
from kb_service.web.request_lines import lines_of_parts

_MOST_BYTES_READ = 4 * 1024**3
_FORWARDED = {"x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"}
_ANY_NUMBER_OF_BYTES = 1 << 50
_MOST_UNSENT = 1024 * 1024 * 1024
"""Bytes of answers that wait, on disk, for clients to take them."""
_LARGE = 1024 * 1024
_TURN_SECONDS = 0.2
_SHORT_TURN = 0.02
_MOMENT = 0.001
_MOST_ACCEPTED = 64
"""Connections that are taken in before others are heard again."""
_QUEUE = logging.getLogger("waitress.queue")
"""Waitress warns each time a request finds every thread busy, in the thread that reads for all."""


def make_server(app: Flask, host: str, port: int) -> Any:
    """A waitress server that listens and has yet to `run_server`; port 0 takes a free one.

    Uploads beyond the app's limit are received and thrown away, so that whoever sends one hears
    the app's 413 instead of a broken connection, and no disk fills. Answers, whose size the app
    bounds, are taken whole into the buffers of a connection, in a file beyond a megabyte, so that
    no thread ever waits for a client that reads slowly; where all of them hold too much, the client
    that has taken nothing for longest loses its connection. Where every thread is busy, requests of
    one part of the service wait for each other, and the parts take turns.

    Where X-Forwarded headers come from is seen by the app, but they count only from the proxy that
    the configuration trusts.
    """
    _QUEUE.setLevel(logging.ERROR)
    configuration: Configuration = app.config["RENGANG"]
    settings = configuration.server
    trusted = {}
    if settings.trusted_proxy:
        trusted = {
            "trusted_proxy": settings.trusted_proxy,
            "trusted_proxy_count": settings.trusted_proxy_count,
            "trusted_proxy_headers": _FORWARDED,
        }
    listening: dict[int, Any] = {}
    server = create_server(
        app,
        map=listening,
        host=host,
        port=port,
        threads=settings.threads,
        connection_limit=settings.connections,
        channel_timeout=settings.idle_seconds,
        cleanup_interval=min(10, settings.idle_seconds),
        asyncore_use_poll=True,
        max_request_body_size=_MOST_BYTES_READ,
        outbuf_high_watermark=_ANY_NUMBER_OF_BYTES,
        ident=None,
        clear_untrusted_proxy_headers=False,
        **trusted,
    )
    server.task_dispatcher.queue = lines_of_parts(app)
    server.query_lane = QueryLane(app)
    channel_class = _channel_class(int(app.config["MAX_CONTENT_LENGTH"]), server.query_lane)
    for dispatcher in listening.values():
        if hasattr(dispatcher, "channel_class"):
            dispatcher.channel_class = channel_class
            dispatcher.handle_accept = partial(_accept, dispatcher, dispatcher.handle_accept)
    return server


def _accept(dispatcher: Any, accept_one: Callable[[], None]) -> None:
    """Take in connections while there are any: one in a turn makes the last of many wait long."""
    for _ in range(_MOST_ACCEPTED):
        before = len(dispatcher.active_channels)
        accept_one()
        if len(dispatcher.active_channels) == before or not dispatcher.readable():
            return


def turn(server: Any) -> None:
    """Take in and give out whatever is there, and wait a moment for more."""
    lane, listening = server.query_lane, server._map
    awaited = lane.awaited
    seconds = _MOMENT if lane.is_waiting else _SHORT_TURN if awaited else _TURN_SECONDS
    listening.update(dict.fromkeys(awaited, _EAR))
    try:
        wasyncore.loop(timeout=seconds, use_poll=True, map=listening, count=1)
    finally:
        for descriptor in awaited:
            if listening.get(descriptor) is _EAR:
                del listening[descriptor]
    lane.settle()


def run_server(server: Any) -> None:
    """Take turns until the server is closed."""
    while server._map:
        turn(server)


class _Ear:
    """What ends the wait of a turn when a worker says something; the lane listens at its end."""

    accepting = False

    def readable(self) -> bool:
        """Yes."""
        return True

    def writable(self) -> bool:
        """No."""
        return False

    def handle_read_event(self) -> None:
        """Leave it to the lane."""

    handle_expt_event = handle_close = handle_error = handle_read_event


_EAR = _Ear()


class _BegunTask(WSGITask):  # type: ignore[misc]
    """A task whose application hears what the loop has done of the request already."""

    def get_environment(self) -> dict[str, Any]:
        """The WSGI environment."""
        environ: dict[str, Any] = super().get_environment()
        if self.channel.begun is not None:
            environ[BEGUN] = self.channel.begun
        return environ


def _channel_class(most_kept: int, lane: QueryLane) -> type:
    """Waitress's channel with a parser that keeps `most_kept` bytes of a body at most.

    Before it takes in more of a large answer it makes room among all answers yet to be sent. What
    comes while nothing else is under way is offered to the lane first.
    """

    def received(self: Any, data: Any) -> Any:
        if self.in_lane:
            lane.leave(self)
        has_more = self.requests or self.request or self.total_outbufs_len
        ends = self.will_close or self.close_when_flushed
        if not (has_more or ends) and lane.take(self, data):
            return True
        return HTTPChannel.received(self, data)

    def hand_over(self: Any, data: bytes, begun: Begun | None) -> None:
        self.begun = begun
        if not HTTPChannel.received(self, data) and begun is not None:
            begun.close()

    def service(self: Any) -> None:
        try:
            HTTPChannel.service(self)
        finally:
            begun, self.begun = self.begun, None
            if begun is not None:
                begun.close()

    def send_at_once(self: Any, data: bytes) -> None:
        """Send what the kernel takes, and the rest when it takes more; in the loop's own thread."""
        sent = 0 if self.total_outbufs_len else self.send(data)
        self.last_activity = time.time()
        if sent < len(data):
            write_soon(self, data[sent:])

    def write_soon(self: Any, data: Any) -> int:
        if self.total_outbufs_len > _LARGE:
            make_room(list(self.server.active_channels.values()), _MOST_UNSENT)
        written: int = HTTPChannel.write_soon(self, data)
        return written

    def parse_header(self: Any, header_plus: bytes) -> None:
        HTTPRequestParser.parse_header(self, header_plus)
        if self.body_rcv is not None:
            self.body_rcv.buf = _Beginning(self.body_rcv.buf, most_kept)

    parser = type("BoundedParser", (HTTPRequestParser,), {"parse_header": parse_header})
    members = {
        "alike": None,
        "asked_before": None,
        "begun": None,
        "hand_over": hand_over,
        "in_lane": False,
        "parser_class": parser,
        "received": received,
        "send_at_once": send_at_once,
        "service": service,
        "task_class": _BegunTask,
        "write_soon": write_soon,
    }
    return type("BoundedChannel", (HTTPChannel,), members)


def make_room(channels: Sequence[Any], most: int) -> None:
    """End connections until no more than `most` bytes wait, those first that took nothing longest."""
    waiting = [channel for channel in channels if channel.total_outbufs_len > _LARGE]
    unsent = sum(channel.total_outbufs_len for channel in waiting if not channel.will_close)
    for channel in sorted(waiting, key=lambda channel: channel.last_activity):
        if unsent <= most:
            return
        if not channel.will_close:
            unsent -= channel.total_outbufs_len
            channel.will_close = True
            channel.server.pull_trigger()


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
