"""`rengang serve --plain`: for this machine alone, and never over the knowledge base's own data."""

from __future__ import annotations

import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from kb_service.cli.main import main
from kb_service.configuration import Configuration
from kb_service.store import KnowledgeStore
from kb_service.web.plain import close, create_plain_app
from tests.conformance.server import plain_service
from tests.served import Served, serving

ORIGIN = "https://app.example"


def test_plain_mode_listens_on_loopback_only() -> None:
    result = CliRunner().invoke(main, ["--lang", "en", "serve", "--plain", "--host", "0.0.0.0"])

    assert result.exit_code == 4
    assert "loopback only" in result.output


def test_plain_mode_leaves_the_data_of_the_knowledge_base_alone(
    knowledge_base: object, data_folder: Path
) -> None:
    command = ["--lang", "en", "serve", "--plain", "--port", "0", "--data", str(data_folder)]

    result = CliRunner().invoke(main, command)

    assert result.exit_code == 4


def test_a_plain_dataset_begins_empty_and_has_nothing_of_ours(tmp_path: Path) -> None:
    with plain_service(tmp_path / "data") as endpoint:
        client, root = endpoint.client, endpoint.data.removesuffix("/data")

        assert endpoint.query("SELECT * { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }") == []
        for path in ("/", "/api/v1/people", "/import"):
            assert client.get(root + path).status_code == 404
        assert client.get(f"{endpoint.data}?default", headers={"Host": "evil"}).status_code == 421


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[FlaskClient]:
    """A client of an empty plain dataset whose answers pages of one origin may read."""
    with KnowledgeStore(tmp_path / "data") as store:
        app = create_plain_app(store, Configuration(cors_origins=(ORIGIN,)))
        yield app.test_client()
        close(app)


def test_data_comes_compressed_where_the_client_takes_it(plain: FlaskClient) -> None:
    triples = "".join(f"<http://e/s> <http://e/p> {number} .\n" for number in range(200))
    plain.put("/data?default", data=triples, content_type="text/turtle")
    accepting = {"Accept": "application/n-triples"}

    small = plain.get("/data?default", headers={**accepting, "Accept-Encoding": "gzip"})
    large = plain.get("/data?default", headers=accepting)

    assert small.headers["Content-Encoding"] == "gzip"
    assert len(small.data) < len(large.data) / 2
    assert "Content-Encoding" not in large.headers


def test_pages_of_the_configured_origin_may_read_answers(plain: FlaskClient) -> None:
    def allowed(origin: str) -> str | None:
        answer = plain.get("/sparql?query=ASK%20%7B%7D", headers={"Origin": origin})
        return answer.headers.get("Access-Control-Allow-Origin")

    assert allowed(ORIGIN) == ORIGIN
    assert allowed("https://other.example") is None


def test_what_comes_by_a_proxy_is_refused(plain: FlaskClient) -> None:
    headers = {"X-Forwarded-For": "203.0.113.7"}

    assert plain.get("/sparql?query=ASK%20%7B%7D", headers=headers).status_code == 403


def begin(served: Served) -> socket.socket:
    """An update that has begun and whose body has yet to come."""
    connection = socket.create_connection(("127.0.0.1", served.port), timeout=60)
    connection.sendall(
        b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        b"Content-Type: application/sparql-update\r\nContent-Length: 14\r\n\r\nINSERT"
    )
    return connection


def answers(served: Served) -> bool:
    """Whether anybody listens."""
    try:
        return served.send("GET", "/sparql?query=ASK%20%7B%7D")[0] == 200
    except OSError:
        return False


def test_told_to_stop_it_answers_what_has_begun(tmp_path: Path) -> None:
    with serving(tmp_path / "data", "--plain") as served:
        begun = begin(served)
        assert answers(served)

        served.process.send_signal(signal.SIGTERM)
        while answers(served):
            time.sleep(0.05)
        begun.sendall(b" DATA {}")
        with begun, begun.makefile("rb") as answer:
            status = answer.readline()
        ended = served.process.wait(30)

    assert status.startswith(b"HTTP/1.1 204 ")
    assert ended == 0
    with KnowledgeStore(tmp_path / "data"):
        pass  # nobody holds the folder any more


def test_told_to_reload_it_takes_over_the_configuration(tmp_path: Path) -> None:
    file = tmp_path / "rengang.toml"
    file.write_text('[server]\nnames = ["one.example"]\n', encoding="utf-8")

    def status(served: Served, name: str) -> int:
        return served.send("GET", "/sparql?query=ASK%20%7B%7D", headers={"Host": name})[0]

    with serving(tmp_path / "data", "--plain", "--config", str(file)) as served:
        before = status(served, "one.example"), status(served, "two.example")
        file.write_text('[server]\nnames = ["two.example"]\n', encoding="utf-8")
        served.process.send_signal(signal.SIGHUP)
        end = time.monotonic() + 60
        while status(served, "two.example") != 200 and time.monotonic() < end:
            time.sleep(0.05)
        after = status(served, "one.example"), status(served, "two.example")

    assert (before, after) == ((200, 421), (421, 200))
