"""Large answers over HTTP: they begin early, are whole or visibly broken, and hold up nobody."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from unittest.mock import Mock
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from flask import Flask
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from kb_service.configuration import Configuration, QueryLimits
from kb_service.store import KnowledgeStore
from kb_service.web import plain
from kb_service.web.listening import make_room, make_server, run_server

EX = "https://example.org/"
ROWS = 40_000
ALL = "SELECT ?s ?o { ?s ?p ?o }"
JSON = "application/sparql-results+json"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeStore]:
    """Rows enough for more than a mebibyte in every format."""
    with KnowledgeStore(tmp_path_factory.mktemp("streaming") / "data") as opened:
        predicate = NamedNode(EX + "p")
        opened.apply(
            [],
            [
                Quad(NamedNode(f"{EX}{n}"), predicate, Literal(n), DefaultGraph())
                for n in range(ROWS)
            ],
        )
        yield opened


@contextmanager
def served(store: KnowledgeStore, limits: QueryLimits) -> Iterator[int]:
    """The port of a server over the store, in plain mode."""
    app: Flask = plain.create_plain_app(store, Configuration(queries=limits))
    server = make_server(app, "127.0.0.1", 0)
    thread = threading.Thread(target=run_server, args=(server,), daemon=True)
    thread.start()
    try:
        yield server.effective_port
    finally:
        server.close()
        thread.join(10)
        plain.close(app)


@pytest.fixture(scope="module")
def port(store: KnowledgeStore) -> Iterator[int]:
    """A server that sends all rows there are."""
    with served(store, QueryLimits(seconds=20.0)) as opened:
        yield opened


@pytest.fixture(scope="module")
def strict_port(store: KnowledgeStore) -> Iterator[int]:
    """A server that breaks an answer off before its last row."""
    with served(store, QueryLimits(seconds=20.0, rows=ROWS - 1)) as opened:
        yield opened


def ask(port: int, query: str, accept: str = "text/csv") -> http.client.HTTPResponse:
    """The answer, whose body is yet to be read."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", f"/sparql?query={quote(query)}", headers={"Accept": accept})
    return connection.getresponse()


def by_http_1_0(port: int, query: str) -> tuple[bytes, bytes]:
    """Head and body of the answer to an old client, which reads until the connection ends."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        request = f"GET /sparql?query={quote(query)} HTTP/1.0\r\nAccept: text/csv\r\n\r\n"
        connection.sendall(request.encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    return head, body


def test_a_large_answer_comes_in_chunks_and_whole(port: int) -> None:
    answer = ask(port, ALL)

    assert (answer.status, answer.headers["Transfer-Encoding"]) == (200, "chunked")
    assert len(answer.read().splitlines()) == ROWS + 1


def test_a_small_answer_says_how_long_it_is(port: int) -> None:
    answer = ask(port, ALL + " LIMIT 3")

    assert int(answer.headers["Content-Length"]) == len(answer.read())


def test_an_answer_begins_before_the_query_has_ended(port: int) -> None:
    endless = "SELECT ?a ?e { ?a ?b ?c . ?d ?e ?f }"

    answer = ask(port, endless)

    assert answer.status == 200
    assert answer.read(9) == b"a,e\r\nhttp"


@pytest.mark.parametrize(
    "accept",
    ["text/csv", "text/tab-separated-values", JSON, "application/sparql-results+xml"],
)
def test_an_answer_that_is_cut_never_looks_whole(strict_port: int, accept: str) -> None:
    answer = ask(strict_port, ALL, accept)

    with pytest.raises(http.client.IncompleteRead) as caught:
        answer.read()
    begun = caught.value.partial
    assert len(begun) > 100_000
    with pytest.raises((ValueError, ElementTree.ParseError)):
        whole_by_itself(begun, accept)


def whole_by_itself(body: bytes, accept: str) -> None:
    """Raise ValueError or ParseError for a body that its format shows to be incomplete."""
    if accept == JSON:
        json.loads(body)
    elif accept.endswith("xml"):
        ElementTree.fromstring(body)
    else:
        raise ValueError("only the transfer tells")


def test_a_graph_that_is_cut_never_looks_whole(strict_port: int) -> None:
    answer = ask(strict_port, "CONSTRUCT WHERE { ?s ?p ?o }", "application/n-triples")

    with pytest.raises(http.client.IncompleteRead):
        answer.read()


def test_a_limit_that_is_met_early_is_a_status_and_names_the_limit(store: KnowledgeStore) -> None:
    with served(store, QueryLimits(seconds=20.0, rows=100)) as port:
        answer = ask(port, ALL)
        problem = json.loads(answer.read())

    assert answer.status == 422
    assert "more than 100 rows" in problem["detail"]


def test_an_old_client_gets_the_whole_answer_or_a_status(port: int, strict_port: int) -> None:
    head, body = by_http_1_0(port, ALL)
    refused, _ = by_http_1_0(strict_port, ALL)

    assert head.startswith(b"HTTP/1.0 200")
    assert f"Content-Length: {len(body)}".encode() in head
    assert len(body.splitlines()) == ROWS + 1
    assert refused.startswith(b"HTTP/1.0 422")


def test_clients_that_never_read_hold_up_nobody(port: int) -> None:
    request = f"GET /sparql?query={quote(ALL)} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    stalled = [socket.create_connection(("127.0.0.1", port), timeout=120) for _ in range(24)]
    for connection in stalled:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(request)
    for connection in stalled:
        connection.recv(1, socket.MSG_PEEK)  # its answer has begun, and nothing of it is taken

    statuses = [ask(port, "ASK {}", JSON).status for _ in range(5)]

    for connection in stalled:
        connection.close()
    assert statuses == [200] * 5


@dataclass
class Unsent:
    """A connection with bytes yet to be sent, as the server sees it."""

    total_outbufs_len: int
    last_activity: float
    will_close: bool = False
    server: Mock = field(default_factory=Mock)


def test_who_has_taken_nothing_for_longest_makes_room_for_others() -> None:
    mebibyte = 1024 * 1024
    oldest, old, small = Unsent(40 * mebibyte, 1), Unsent(40 * mebibyte, 2), Unsent(100, 0)
    new, closing = Unsent(40 * mebibyte, 3), Unsent(40 * mebibyte, 0, will_close=True)

    make_room([new, old, small, oldest, closing], 100 * mebibyte)

    assert [c.will_close for c in (oldest, old, new, small)] == [True, False, False, False]


def test_a_client_that_leaves_ends_its_query(port: int) -> None:
    endless = quote("SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")
    request = f"GET /sparql?query={endless} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    for _ in range(4):
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(request)
            connection.recv(100)

    started = time.monotonic()
    answer = ask(port, "ASK {}", JSON)

    assert answer.status == 200
    assert time.monotonic() - started < 10
