"""The live server: large uploads, slow clients, proxies, a reload, and a stop that loses nothing."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response, request

from kb_service.configuration import Configuration, ServerSettings
from kb_service.knowledge_base import KnowledgeBase
from kb_service.store import KnowledgeStore
from kb_service.web.listening import make_server, run_server
from kb_service.web.server import watch_the_date

MEGABYTE = b"x" * 1024**2
MEGABYTES = 8 * len(MEGABYTE)


@pytest.fixture(scope="module")
def port(app: Flask) -> Iterator[int]:
    """The port of the service, live."""
    server = make_server(app, "127.0.0.1", 0)
    thread = threading.Thread(target=run_server, args=(server,), daemon=True)
    thread.start()
    yield int(server.effective_port)
    server.close()
    server.task_dispatcher.shutdown()
    thread.join(5)


def test_300_megabytes_are_answered_with_413_and_kept_nowhere(
    port: int, knowledge_base: KnowledgeBase
) -> None:
    before = knowledge_base.store.generation
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.putrequest("POST", "/api/v1/import")
    connection.putheader("Content-Type", "text/csv")
    connection.putheader("Content-Length", str(300 * len(MEGABYTE)))
    connection.endheaders()
    for _ in range(300):
        connection.send(MEGABYTE)

    answer = connection.getresponse()

    assert answer.status == 413
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert json.loads(answer.read())["title"] == "Too large"
    assert knowledge_base.store.generation == before


def test_an_upload_without_a_length_is_bounded_too(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    pieces = (MEGABYTE for _ in range(40))

    connection.request(
        "POST", "/api/v1/import", pieces, {"Content-Type": "text/csv"}, encode_chunked=True
    )

    assert connection.getresponse().status == 413


def test_an_upload_below_the_limit_arrives_whole(port: int) -> None:
    blank_row = f"{' ' * 200},,,\n"
    text = "工号,日期,来源,耐心坚持\n" + blank_row * 10_000
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    connection.request("POST", "/api/v1/import", text.encode(), {"Content-Type": "text/csv"})

    answer = connection.getresponse()
    assert answer.status == 422
    assert "below the header" in json.loads(answer.read())["detail"]


def test_the_service_is_alive(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    connection.request("GET", "/healthz")

    answer = connection.getresponse()
    assert (answer.status, json.loads(answer.read())) == (200, {"status": "alive"})


def test_a_new_day_is_noticed_and_a_failure_does_not_stop_the_clock(
    app: Flask, knowledge_base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopping = threading.Event()
    passed: list[int] = []

    def pass_time() -> int:
        passed.append(1)
        if len(passed) == 1:
            raise OSError("安娜")
        stopping.set()
        return 0

    monkeypatch.setattr("kb_service.web.server._CLOCK_SECONDS", 0.01)
    monkeypatch.setattr(knowledge_base, "pass_time", pass_time)

    watch_the_date(app, stopping)

    assert len(passed) == 2


@contextmanager
def _listening(view: Callable[[], Any], settings: ServerSettings) -> Iterator[int]:
    """The port of a live server whose only page is this."""
    small = Flask("small")
    small.config.update(MAX_CONTENT_LENGTH=MEGABYTES, RENGANG=Configuration(server=settings))
    small.add_url_rule("/", view_func=view, methods=["GET", "POST"])
    server = make_server(small, "127.0.0.1", 0)
    thread = threading.Thread(target=run_server, args=(server,), daemon=True)
    thread.start()
    try:
        yield int(server.effective_port)
    finally:
        server.close()
        server.task_dispatcher.shutdown()
        thread.join(5)


def _connected(port: int, sent: bytes) -> socket.socket:
    made = socket.create_connection(("127.0.0.1", port), timeout=30)
    made.sendall(sent)
    return made


def test_200_slow_clients_hold_up_nobody() -> None:
    with _listening(lambda: "answered", ServerSettings(threads=2)) as port, ExitStack() as held:
        for _ in range(100):
            held.enter_context(_connected(port, b"GET / HTTP/1.1\r\nHost: loc"))
            held.enter_context(
                _connected(
                    port, b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\nx"
                )
            )

        answer = _answer_of(_connected(port, b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n"))

    assert answer.endswith(b"answered")


def test_clients_that_do_not_read_their_answers_hold_up_nobody() -> None:
    def large() -> Any:
        if request.method == "POST":
            return "answered"
        return Response(MEGABYTE for _ in range(40))

    with _listening(large, ServerSettings(threads=2)) as port, ExitStack() as held:
        for _ in range(4):
            held.enter_context(_connected(port, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"))

        answer = _answer_of(
            _connected(port, b"POST / HTTP/1.0\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")
        )

    assert answer.endswith(b"answered")


def _answer_of(connection: socket.socket) -> bytes:
    with connection, connection.makefile("rb") as file:
        return file.read()


@pytest.mark.parametrize(
    ("trusted", "expected"),
    [("127.0.0.1", b"198.51.100.7 https://hr.example"), ("", b"127.0.0.1 http://localhost")],
)
def test_forwarded_headers_count_from_the_trusted_proxy_alone(
    trusted: str, expected: bytes
) -> None:
    def seen() -> str:
        return f"{request.remote_addr} {request.scheme}://{request.host}"

    settings = ServerSettings(trusted_proxy=trusted)
    with _listening(seen, settings) as port:
        answer = _answer_of(
            _connected(
                port,
                b"GET / HTTP/1.0\r\nHost: localhost\r\nX-Forwarded-For: 198.51.100.7\r\n"
                b"X-Forwarded-Proto: https\r\nX-Forwarded-Host: hr.example\r\n\r\n",
            )
        )

    assert answer.rpartition(b"\r\n")[2] == expected


class Served:
    """`rengang serve` as a process."""

    def __init__(self, folder: Path, **environment: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        command = [sys.executable, "-m", "kb_service.cli", "serve", "--port", str(self.port)]
        self.log = folder.parent / f"log-{self.port}"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*command, "--data", str(folder)],
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
            )

    def __enter__(self) -> Served:
        while self.ask("/healthz") is None and self.process.poll() is None:
            time.sleep(0.2)
        return self

    def __exit__(self, *raised: object) -> None:
        self.process.kill()
        self.process.wait()

    def ask(self, path: str, host: str = "127.0.0.1") -> int | None:
        """The status of the answer; None when nobody listens."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", path, headers={"Host": host})
            return connection.getresponse().status
        except ConnectionError:
            return None
        finally:
            connection.close()

    def begin(self) -> socket.socket:
        """A request that has begun and whose body has yet to come."""
        return _connected(
            self.port,
            b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            b"Content-Type: application/sparql-query\r\nContent-Length: 6\r\n\r\nASK ",
        )

    def tell(self, number: signal.Signals) -> None:
        """Send a signal."""
        os.kill(self.process.pid, number)

    def logged(self, message: str) -> None:
        """Wait until the log says this."""
        while message not in self.log.read_text(encoding="utf-8"):
            assert self.process.poll() is None
            time.sleep(0.05)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that the services of this module use one after another."""
    return tmp_path_factory.mktemp("served") / "data"


def test_told_to_stop_it_answers_what_has_begun_and_leaves_the_folder_free(folder: Path) -> None:
    with Served(folder) as service:
        own_name, foreign_name = service.ask("/", "localhost"), service.ask("/", "evil.example")
        begun = service.begin()
        service.ask("/healthz")

        service.tell(signal.SIGTERM)
        while service.ask("/healthz") is not None:
            time.sleep(0.05)
        begun.sendall(b"{}")
        answer = _answer_of(begun)
        status = service.process.wait(30)

    assert (own_name, foreign_name) == (200, 421)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert status == 0
    with KnowledgeStore(folder) as store:
        assert store.graph_names()


def test_told_to_stop_it_waits_no_longer_than_it_may(folder: Path) -> None:
    with Served(folder, RENGANG_SERVER_STOP_SECONDS="0.5") as service:
        begun = service.begin()
        service.ask("/healthz")

        service.tell(signal.SIGTERM)

        assert service.process.wait(60) == 0
        begun.close()
    assert "stopping with 1 requests unfinished" in service.log.read_text(encoding="utf-8")


def test_a_reload_takes_over_what_changed_and_loses_no_request(folder: Path) -> None:
    file = folder / "rengang.toml"
    file.write_text('[server]\nnames = ["one.example"]\n', encoding="utf-8")
    with Served(folder) as service:
        before = service.ask("/", "one.example"), service.ask("/", "two.example")
        begun = service.begin()
        service.ask("/healthz")

        file.write_text('[server]\nnames = ["two.example", "localhost"]\nthreads = 9\n')
        service.tell(signal.SIGHUP)
        service.logged("configuration reloaded")
        after = service.ask("/", "one.example"), service.ask("/", "two.example")
        file.write_text('[server]\nnames = "two.example"\n')
        service.tell(signal.SIGHUP)
        service.logged("configuration not reloaded")
        refused = service.ask("/", "two.example")
        begun.sendall(b"{}")
        answer = _answer_of(begun)

    file.unlink()
    assert (before, after, refused) == ((200, 421), (421, 200), 200)
    assert answer.startswith(b"HTTP/1.1 200 ")
    log = service.log.read_text(encoding="utf-8")
    assert "configuration: server.threads is another and counts after a restart" in log
    assert "configuration: server.names is another and counts now" in log
