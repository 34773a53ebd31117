"""Many clients that take their time, and one beside them that does not."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

SENDERS = 200
READERS = 40
_ASKED = 10
_PATIENCE = 5.0
_PAUSE = 1.0


@dataclass(frozen=True)
class Beside:
    """How many of a good client's requests were answered, and how long the slowest took."""

    answered: int
    asked: int
    worst: float


def beside_slow_headers(port: int) -> Beside:
    """While the others send a header a letter at a time."""
    return _beside(port, SENDERS, b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: ", _letters)


def beside_slow_bodies(port: int) -> Beside:
    """While the others send a body a letter at a time."""
    head = (
        b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n"
        b"Content-Type: application/sparql-query\r\n\r\n"
    )
    return _beside(port, SENDERS, head, _letters)


def beside_slow_readers(port: int) -> Beside:
    """While the others read an answer of 32 MiB a letter at a time."""
    return _beside(port, READERS, b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n", _reading)


def _letters(connection: socket.socket) -> None:
    connection.send(b"x")


def _reading(connection: socket.socket) -> None:
    connection.recv(1)


def _beside(
    port: int, many: int, beginning: bytes, go_on: Callable[[socket.socket], None]
) -> Beside:
    with _held(port, many, beginning, go_on):
        time.sleep(2 * _PAUSE)
        answered, worst = 0, 0.0
        for _ in range(_ASKED):
            begun = time.perf_counter()
            answered += _is_answered(port)
            worst = max(worst, time.perf_counter() - begun)
        return Beside(answered, _ASKED, worst)


@contextmanager
def _held(
    port: int, many: int, beginning: bytes, go_on: Callable[[socket.socket], None]
) -> Iterator[None]:
    """The slow connections, kept up by a thread; one that the server gives up is made anew."""
    ended = threading.Event()
    connections = [_begin(port, beginning) for _ in range(many)]

    def keep_up() -> None:
        while not ended.wait(_PAUSE):
            for number, connection in enumerate(connections):
                try:
                    go_on(connection)
                except BlockingIOError:
                    continue
                except OSError:
                    connection.close()
                    connections[number] = _begin(port, beginning)

    thread = threading.Thread(target=keep_up, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        for connection in connections:
            connection.close()


def _begin(port: int, beginning: bytes) -> socket.socket:
    """A connection on which the beginning was sent, as far as the server takes it."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    made.setblocking(False)
    with suppress(BlockingIOError):
        made.connect(("127.0.0.1", port))
    end = time.monotonic() + 0.1
    while time.monotonic() < end:
        try:
            made.send(beginning)
            break
        except (BlockingIOError, OSError):
            time.sleep(0.005)
    return made


def _is_answered(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
    try:
        connection.request("GET", "/sparql?query=ASK%7B%7D")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
