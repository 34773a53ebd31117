"""Two hundred connections that are slow on purpose, of every kind, and somebody who wants an answer."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from tests.hostile.runner import Who, good_client
from tests.served import Served, serving, with_people

SLOW = 200
SECONDS = 15.0
_PAUSE = 0.5
_BIG = "/data?default"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The service, with people in it."""
    with serving(tmp_path_factory.mktemp("slow") / "data") as service:
        with_people(service)
        yield service


def slow_head(connection: socket.socket, stop: threading.Event) -> None:
    """Send a head line by line, and never its end."""
    connection.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n")
    while not stop.wait(_PAUSE):
        connection.sendall(b"X-A: b\r\n")


def slow_body(connection: socket.socket, stop: threading.Event) -> None:
    """Send a body byte by byte."""
    connection.sendall(
        b"POST /sparql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000\r\n"
        b"Content-Type: application/sparql-query\r\n\r\n"
    )
    while not stop.wait(_PAUSE):
        connection.sendall(b"A")


def slow_reader(connection: socket.socket, stop: threading.Event) -> None:
    """Ask for everything, and read a byte at a time."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
    head = f"GET {_BIG} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/n-triples\r\n\r\n"
    connection.sendall(head.encode())
    while not stop.wait(_PAUSE):
        connection.recv(1)


def silent(connection: socket.socket, stop: threading.Event) -> None:
    """Say nothing at all."""
    stop.wait()


Slowness = Callable[[socket.socket, threading.Event], None]


@contextmanager
def slow_sockets(served: Served, slowness: Slowness) -> Iterator[None]:
    """Two hundred connections that behave so until the block ends."""
    stop = threading.Event()

    def behave() -> None:
        with suppress(OSError), socket.socket() as connection:
            connection.connect(("127.0.0.1", served.port))
            slowness(connection, stop)

    threads = [threading.Thread(target=behave, daemon=True) for _ in range(SLOW)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(5)


@pytest.mark.parametrize("slowness", [slow_head, slow_body, slow_reader, silent])
def test_two_hundred_slow_sockets_stop_nobody(served: Served, slowness: Slowness) -> None:
    with slow_sockets(served, slowness):
        time.sleep(2 * _PAUSE)
        with good_client(served, Who("local", {})) as good:
            time.sleep(SECONDS)

    assert good.faults == []
    assert len(good.seconds) > SECONDS
