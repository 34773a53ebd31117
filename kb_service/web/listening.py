"""The WSGI server: waitress, set up so that slow clients hold up nobody and fill no disk."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from flask import Flask
from waitress import create_server
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser

from kb_service.configuration import Configuration

_MOST_BYTES_READ = 4 * 1024**3
_FORWARDED = {"x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"}
_ANY_NUMBER_OF_BYTES = 1 << 50
_MOST_UNSENT = 1024 * 1024 * 1024
"""Bytes of answers that wait, on disk, for clients to take them."""
_LARGE = 1024 * 1024
_QUEUE = logging.getLogger("waitress.queue")
"""Waitress warns each time a request finds every thread busy, in the thread that reads for all."""


def make_server(app: Flask, host: str, port: int) -> Any:
    """A waitress server that listens and has yet to `run`; port 0 takes a free one.

    Uploads beyond the app's limit are received and thrown away, so that whoever sends one hears
    the app's 413 instead of a broken connection, and no disk fills. Answers, whose size the app
    bounds, are taken whole into the buffers of a connection, in a file beyond a megabyte, so that
    no thread ever waits for a client that reads slowly; where all of them hold too much, the client
    that has taken nothing for longest loses its connection.

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
    channel_class = _channel_class(int(app.config["MAX_CONTENT_LENGTH"]))
    for dispatcher in listening.values():
        if hasattr(dispatcher, "channel_class"):
            dispatcher.channel_class = channel_class
    return server


def _channel_class(most_kept: int) -> type:
    """Waitress's channel with a parser that keeps `most_kept` bytes of a body at most.

    Before it takes in more of a large answer it makes room among all answers yet to be sent.
    """

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
    members = {"parser_class": parser, "write_soon": write_soon}
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
