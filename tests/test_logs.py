"""The log tells what happened and nothing about people."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from kb_service.access.roles import LOCAL, Caller, Role
from kb_service.configuration import LogSettings
from kb_service.web.callers import remember
from kb_service.web.logs import _AsText, log_request, start_logging
from kb_service.web.observing import Observation, register_observing


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    """The file that this process logs to, as JSON."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers.clear()
    file = tmp_path / "rengang.log"
    start_logging(LogSettings(file=file, level="debug"))
    yield file
    for handler in root.handlers:
        handler.close()
    root.handlers[:] = handlers
    root.setLevel(level)


class Client(FlaskClient):
    """A client that reads each answer to its end, as a server hands it over."""

    def open(self, *given: Any, **named: Any) -> Any:
        named["buffered"] = True
        return super().open(*given, **named)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Somebody who asks the service."""
    return Client(app, app.response_class, use_cookies=True)


def lines(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]


def test_each_request_is_a_line_with_its_route_as_a_template(
    log: Path, client: FlaskClient
) -> None:
    answer = client.get("/api/v1/people/ana?lang=en")

    [line] = [line for line in lines(log) if line["logger"] == "kb_service.requests"]
    number, _, digest = line.pop("audit").partition(":")
    assert number.isdigit()
    assert len(digest) == 64
    assert {name: line[name] for name in line if name not in ("time", "milliseconds")} == {
        "level": "info",
        "logger": "kb_service.requests",
        "message": "request",
        "request": answer.headers["X-Request-ID"],
        "method": "GET",
        "route": "/api/v1/people/<person>",
        "status": 200,
        "bytes": len(answer.data),
        "caller": "local",
    }


@pytest.mark.parametrize("format", ["json", "text"])
def test_nothing_that_a_client_sends_or_is_shown_gets_into_the_log(
    log: Path, client: FlaskClient, format: str
) -> None:
    start_logging(LogSettings(file=log, level="debug", format=format))
    secret = "zhang-wei-7788"
    name = "张伟七七"
    sent = f'SELECT * {{ ?s ?p "{secret}" ; ?q "{name}" }}'

    client.get(f"/api/v1/people/{secret}")
    client.get(f"/api/v1/people/{secret}/fit/{name}?asOf={secret}")
    client.get(f"/{secret}/{name}")
    client.get("/sparql", query_string={"query": sent})
    client.post("/sparql", data=sent, content_type="application/sparql-query")
    client.post("/sparql", data={"query": f"SELEC {secret} {{"})
    client.put(f"/api/v1/people/{secret}", json={"name": name, "team": secret, "x": secret})
    client.put(
        f"/api/v1/people/{secret}", data=f'{{"name": "{name}', content_type="application/json"
    )
    client.put(f"/api/v1/people/{secret}/assessments/{secret}", json={"ratings": {secret: name}})
    client.post(
        "/api/v1/import", data=f"工号,{name}\n{secret},1\n".encode(), content_type="text/csv"
    )
    client.post("/api/v1/validate", data=f"<{secret}> a <{secret}", content_type="text/turtle")
    client.post("/api/v1/what-if", json={"for": {"person": secret}, "changes": [name]})
    client.get("/api/v1/explain", query_string={"conclusion": f"urn:{secret}"})
    client.get("/api/v1/people", headers={"X-Request-ID": secret, "Authorization": f"X {secret}"})
    client.open(f"/{secret}", method="PUT", headers={"Cookie": f"lang={secret}"})
    client.delete(f"/api/v1/people/{secret}")

    written = log.read_text(encoding="utf-8")
    assert written.count("/api/v1/people/<person>") >= 4
    assert secret not in written
    assert name not in written
    assert json.dumps(name)[1:-1] not in written


def test_an_error_is_logged_by_kind_and_place_without_its_words(
    log: Path, app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "安娜"

    def fail(*given: Any, **named: Any) -> None:
        raise RuntimeError(name)

    monkeypatch.setattr("kb_service.web.answers.person", fail)

    answer = client.get("/api/v1/people/ana")

    [line] = [line for line in lines(log) if line["level"] == "error"]
    assert answer.status_code == 500
    assert line["message"].startswith("RuntimeError at GET /api/v1/people/<person>")
    assert name not in log.read_text(encoding="utf-8")


def test_what_other_libraries_put_into_their_messages_stays_out(log: Path) -> None:
    name = "zhang-wei"

    try:
        raise ValueError(name)
    except ValueError:
        logging.getLogger("waitress").exception("Exception while serving %s", f"/people/{name}")

    [line] = lines(log)
    assert line["message"] == "Exception while serving %s"
    assert line["error"].startswith("ValueError\n")
    assert name not in log.read_text()


@pytest.mark.parametrize(
    ("given", "is_taken"),
    [
        ("0af7651916cd43dd8448eb211c80319c", True),
        ("6F9619FF-8B86-D011-B42D-00C04FC964FF", True),
        ("110101199003077758", False),
        ("ana", False),
        ("0af7651916cd43dd8448eb211c80319c0af7651916cd43dd8448eb211c80319c", False),
        ("", False),
    ],
)
def test_a_request_id_is_taken_if_it_can_name_nobody(
    client: FlaskClient, given: str, is_taken: bool
) -> None:
    answer = client.get("/healthz", headers={"X-Request-ID": given})

    assert (answer.headers["X-Request-ID"] == given) == is_taken
    assert len(answer.headers["X-Request-ID"]) >= 32


def test_the_text_form_is_one_line_for_each_request(log: Path, client: FlaskClient) -> None:
    start_logging(LogSettings(file=log, format="text"))

    client.get("/healthz")

    [line] = log.read_text().splitlines()
    assert " info request request=" in line
    assert "method=GET route=/healthz status=200" in line


WHOLE = Observation(
    id="0af7651916cd43dd8448eb211c80319c",
    method="GET",
    route="/api/v1/people/<person>",
    status=200,
    seconds=0.00124,
    bytes=17,
    caller='token:"安',
    audit="7:ab",
)


@pytest.mark.parametrize(
    ("format", "observation", "line"),
    [
        (
            "json",
            WHOLE,
            '"level": "info", "logger": "kb_service.requests", "message": "request", '
            '"request": "0af7651916cd43dd8448eb211c80319c", "method": "GET", '
            '"route": "/api/v1/people/<person>", "status": 200, "milliseconds": 1.2, "bytes": 17, '
            '"caller": "token:\\"安", "audit": "7:ab"}\n',
        ),
        (
            "json",
            Observation("", "", "", 0, 0.0, 0),
            '"level": "info", "logger": "kb_service.requests", "message": "request", '
            '"status": 0, "milliseconds": 0.0, "bytes": 0}\n',
        ),
        (
            "text",
            WHOLE,
            "info request request=0af7651916cd43dd8448eb211c80319c method=GET "
            "route=/api/v1/people/<person> status=200 milliseconds=1.2 bytes=17 "
            'caller=token:"安 audit=7:ab\n',
        ),
    ],
)
def test_the_line_of_a_request_tells_what_there_is_in_a_settled_order(
    log: Path, format: str, observation: Observation, line: str
) -> None:
    start_logging(LogSettings(file=log, format=format))

    log_request(observation)

    time, _, rest = log.read_text(encoding="utf-8").partition("Z")
    assert re.fullmatch(r'(\{"time": ")?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}', time)
    assert rest.removeprefix('", ').removeprefix(" ") == line


def test_requests_are_told_from_the_level_of_information_on(log: Path) -> None:
    start_logging(LogSettings(file=log, level="warning"))
    log_request(WHOLE)
    before = log.read_text(encoding="utf-8")

    start_logging(LogSettings(file=log, level="info"))
    log_request(WHOLE)

    assert before == ""
    assert len(lines(log)) == 1


def test_whoever_else_listens_to_the_requests_is_given_records(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level("INFO", "kb_service.requests"):
        log_request(WHOLE)

    [(name, level, message)] = caplog.record_tuples
    assert (name, level, message) == ("kb_service.requests", logging.INFO, "request")


@given(st.floats(1_500_000_000, 4_000_000_000))
def test_the_time_of_a_line_is_that_of_its_record(moment: float) -> None:
    record = logging.makeLogRecord({"created": moment, "name": "x", "msg": "y"})
    expected = datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")

    assert _AsText().format(record).startswith(expected.replace("+00:00", "Z "))


def test_a_log_that_was_moved_away_is_opened_again(log: Path, client: FlaskClient) -> None:
    client.get("/healthz")
    log.rename(log.with_suffix(".1"))

    start_logging(LogSettings(file=log))
    client.get("/healthz")

    assert len(lines(log)) == 1


def _observed(answer: Any, caller: Caller = LOCAL) -> list[Observation]:
    seen: list[Observation] = []
    app = Flask("observed")
    app.before_request(lambda: remember(caller))
    app.add_url_rule("/<name>", view_func=lambda name: answer)
    register_observing(app, [seen.append, log_request])
    app.test_client().get("/anything", buffered=True)
    return seen


def test_somebody_who_asks_about_themselves_is_not_named() -> None:
    [of_self] = _observed("", Caller("zhang-wei", Role.SELF, "zhang-wei"))
    [of_program] = _observed("", Caller("hr-portal", Role.HR))

    assert (of_self.caller, of_program.caller) == ("self", "hr-portal")


def test_bytes_of_a_stream_are_counted_as_they_are_handed_over() -> None:
    [seen] = _observed(app_answer := (piece for piece in (b"12", b"345")))

    assert (seen.route, seen.status, seen.bytes) == ("/<name>", 200, 5)
    assert list(app_answer) == []
