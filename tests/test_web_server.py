"""The live server: large uploads, slow starts, and a stop that leaves the folder free."""

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
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from kb_service.knowledge_base import KnowledgeBase
from kb_service.store import KnowledgeStore
from kb_service.web.server import make_server, watch_the_date

_SERVE = """
import sys
from pathlib import Path
from kb_service.knowledge_base import KnowledgeBase
from kb_service.web import create_app
from kb_service.web.server import serve
serve(create_app(KnowledgeBase.open(Path(sys.argv[1]))), "127.0.0.1", int(sys.argv[2]))
"""
MEGABYTE = b"x" * 1024**2


@pytest.fixture(scope="module")
def port(app: Flask) -> Iterator[int]:
    """The port of the service, live."""
    server = make_server(app, "127.0.0.1", 0)
    thread = threading.Thread(target=server.run, daemon=True)
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
    text = "工号,日期,来源,耐心坚持\n" + "\n" * 2_000_000
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    connection.request("POST", "/api/v1/import", text.encode(), {"Content-Type": "text/csv"})

    answer = connection.getresponse()
    assert answer.status == 422
    assert "below the header" in json.loads(answer.read())["detail"]


def test_the_service_is_ready(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    connection.request("GET", "/healthz")

    answer = connection.getresponse()
    assert (answer.status, json.loads(answer.read())) == (200, {"status": "ready"})


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


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _ask(port: int, path: str, host: str = "127.0.0.1") -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path, headers={"Host": host})
    return connection.getresponse().status


def test_a_served_folder_is_free_again_after_sigterm(tmp_path: Path) -> None:
    port = _free_port()
    service = subprocess.Popen([sys.executable, "-c", _SERVE, str(tmp_path / "data"), str(port)])
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                assert _ask(port, "/healthz") == 200
                break
            except OSError:
                time.sleep(0.2)
        own_name = _ask(port, "/", "localhost")
        foreign_name = _ask(port, "/", "evil.example")

        os.kill(service.pid, signal.SIGTERM)
        status = service.wait(20)
    finally:
        service.kill()

    assert (own_name, foreign_name, status) == (200, 421, 0)
    with KnowledgeStore(tmp_path / "data") as store:
        assert store.graph_names()
