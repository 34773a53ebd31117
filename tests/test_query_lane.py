"""A short query is answered by the server's loop just as a thread would answer it."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest

from kb_service.access.roles import Role
from kb_service.audit import AuditUnavailable, entries_about
from kb_service.configuration import AccessSettings, Configuration
from kb_service.web import short_answers
from kb_service.web.auditing import EXTENSION as AUDIT
from kb_service.web.listening import make_server, run_server
from kb_service.web.query_lane import QueryLane
from kb_service.web.service import EXTENSION
from kb_service.web.short_requests import short_request
from tests.service_of_roles import ServiceOfRoles, open_service

JSON = "application/sparql-results+json"
MODELS = (
    "SELECT ?m WHERE { ?m a <https://w3id.org/rengang/ontology/core#PositionModel> } ORDER BY ?m"
)
PEOPLE = "SELECT ?p WHERE { ?p a <https://w3id.org/rengang/ontology/people#Person> } ORDER BY ?p"
COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
LONG = "SELECT ?s ?p ?o WHERE { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 3000"
ENDLESS = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
CHANGING = {"date", "x-request-id", "ratelimit"}
"""Headers that differ between any two answers."""


@dataclass(frozen=True)
class Answer:
    """What a client received."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def lasting(self) -> dict[str, Any]:
        """The headers that another answer to the same has as well, lists without an order."""
        vary = {name.strip().lower() for name in self.headers.get("vary", "").split(",")}
        kept = {name: value for name, value in self.headers.items() if name not in CHANGING}
        return {**kept, "vary": vary, "body": self.body, "status": self.status}


@dataclass(frozen=True)
class Live:
    """A service that listens, and how many queries its loop answered."""

    roles: ServiceOfRoles
    port: int
    sent: list[bytes]

    def ask(self, query: str, role: Role | None = None, **headers: str) -> Answer:
        """The answer to a query of a role."""
        given = {"Host": "localhost", "Accept": JSON}
        given.update({name.replace("_", "-"): value for name, value in headers.items()})
        if role is not None:
            given["Authorization"] = f"Bearer {self.roles.tokens[role]}"
        address = f"/sparql?query={quote(query, safe='')}"
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)) as connection:
            connection.putrequest("GET", address, skip_host=True, skip_accept_encoding=True)
            for name, value in given.items():
                connection.putheader(name, value)
            connection.endheaders()
            got = connection.getresponse()
            found = {name.lower(): value for name, value in got.getheaders()}
            return Answer(got.status, found, got.read())

    def ask_by_thread(self, query: str, role: Role | None = None, **headers: str) -> Answer:
        """The same, sent so that the loop leaves it to a thread."""
        return self.ask(query, role, X_Other="1", **headers)

    def entries(self) -> list[dict[str, Any]]:
        """What the audit trail says of queries, without when and which."""
        folder = self.roles.knowledge_base.store.data.audit
        kept = ("who", "role", "action", "outcome", "query", "people", "persons", "everybody")
        return [{name: entry.get(name) for name in kept} for entry in entries_about(folder)]


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A service in which the loop has all the time that a busy machine may need."""
    roles = open_service(tmp_path_factory.mktemp("lane"))
    with _listening(roles) as found, pytest.MonkeyPatch.context() as patch:
        patch.setattr("kb_service.web.query_lane._PATIENCE", 20.0)
        patch.setattr("kb_service.web.query_lane._LONGEST_WAIT", 20.0)
        patch.setattr("kb_service.web.query_lane._LONGEST_AT_ALL", 20.0)
        roles.app.extensions[EXTENSION].queries.warm()
        for role in Role:  # whoever reads first has copies made, which is for a thread
            found.ask_by_thread(MODELS, role)
        yield found
    roles.app.extensions[EXTENSION].close()
    roles.knowledge_base.close()


@contextmanager
def _listening(roles: ServiceOfRoles) -> Iterator[Live]:
    server = make_server(roles.app, "127.0.0.1", 0)
    thread = threading.Thread(target=run_server, args=(server,), daemon=True)
    sent: list[bytes] = []
    whole = short_answers.responses

    def noted(*arguments: Any) -> list[short_answers.Response]:
        responses = whole(*arguments)
        sent.extend(response.data for response in responses)
        return responses

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kb_service.web.query_lane.responses", noted)
        thread.start()
        yield Live(roles, int(server.effective_port), sent)
        server.close()
        server.task_dispatcher.shutdown()
        thread.join(5)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.TEAM_LEAD])
@pytest.mark.parametrize("query", [MODELS, PEOPLE, COUNT, "ASK {}", "SELECT (NOW() AS ?n) {}"])
def test_the_loop_answers_a_role_as_a_thread_does(live: Live, role: Role, query: str) -> None:
    changes = "NOW" in query
    by_thread = live.ask_by_thread(query, role)
    seen = len(live.sent)

    by_loop = live.ask(query, role)

    assert len(live.sent) == seen + 1, "a thread answered"
    assert by_loop.status == 200
    assert by_loop.lasting.keys() == by_thread.lasting.keys()
    if not changes:
        assert by_loop.lasting == by_thread.lasting
    assert {"x-request-id", "ratelimit", "ratelimit-policy"} <= by_loop.headers.keys()


@pytest.mark.parametrize(
    "accept", ["text/csv", "text/turtle", "application/sparql-results+xml", "*/*", "text/*;q=0.5"]
)
@pytest.mark.parametrize("query", [MODELS, "CONSTRUCT { ?s a ?c } WHERE { ?s a ?c } LIMIT 0"])
def test_every_format_is_the_same(live: Live, accept: str, query: str) -> None:
    by_thread = live.ask_by_thread(query, Role.HR, Accept=accept)

    by_loop = live.ask(query, Role.HR, Accept=accept)

    assert by_loop.lasting == by_thread.lasting


@pytest.mark.parametrize("query", [MODELS, PEOPLE, COUNT])
def test_the_audit_hears_the_same(live: Live, query: str) -> None:
    before = len(live.entries())
    live.ask_by_thread(query, Role.ANALYST)
    by_thread = live.entries()[before:]

    live.ask(query, Role.ANALYST)

    by_loop = live.entries()[before + len(by_thread) :]
    assert by_thread
    assert by_loop == by_thread


def test_a_client_that_has_the_answer_of_the_loop_already_is_told_so(live: Live) -> None:
    tag = live.ask(MODELS, Role.EDITOR).headers["etag"]

    again = live.ask(MODELS, Role.EDITOR, If_None_Match=tag)

    assert again.status == 304


def test_what_the_loop_cannot_answer_is_answered_by_a_thread_from_there(live: Live) -> None:
    seen = len(live.sent)

    large = live.ask(LONG, Role.ADMIN)
    packed = live.ask(PEOPLE + " LIMIT 1000", Role.ADMIN, Accept_Encoding="gzip")
    broken = live.ask("SELECT ?", Role.ADMIN)
    unknown = live.ask(MODELS, None)

    assert large.lasting["body"] == live.ask_by_thread(LONG, Role.ADMIN).body
    assert packed.status == 200
    assert broken.lasting["body"] == live.ask_by_thread("SELECT ?", Role.ADMIN).body
    assert (large.status, broken.status, unknown.status) == (200, 400, 401)
    assert len(live.sent) <= seen + 1


def test_a_query_that_takes_long_goes_on_in_a_thread_and_others_are_answered(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb_service.web.query_lane._PATIENCE", 0.005)
    live.roles.app.config["RENGANG"] = Configuration()
    with ThreadPoolExecutor() as threads:
        endless = threads.submit(live.ask, ENDLESS, Role.HR)

        others = [live.ask(MODELS, Role.MODEL_READER).status for _ in range(20)]

        assert others == [200] * 20
        assert endless.result(60).status == 503


def test_beside_a_flood_by_one_caller_another_waits_for_its_turn_alone(live: Live) -> None:
    answered: list[int] = []
    flood = "SELECT (COUNT(*) AS ?n) { { SELECT ?s { ?s ?p ?o . ?s ?q ?x } LIMIT 60000 } }"
    with ThreadPoolExecutor(30) as threads:
        for _ in range(30):
            asked = threads.submit(live.ask, flood, Role.HR)
            asked.add_done_callback(lambda done: answered.append(done.result().status))
        while len(answered) < 3:
            time.sleep(0.001)

        seen = live.ask(MODELS, Role.MODEL_READER)

        before = len(answered)
    assert seen.status == 200
    assert before < 15
    assert answered == [200] * 30


def test_a_client_that_leaves_before_its_answer_holds_up_nobody(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb_service.web.query_lane._PATIENCE", 0.2)
    pool = live.roles.app.extensions[EXTENSION].queries
    head = (
        f"Host: localhost\r\nAccept: {JSON}\r\nAuthorization: Bearer {live.roles.tokens[Role.HR]}"
    )
    for query in (PEOPLE, ENDLESS, PEOPLE, ENDLESS):
        with closing(socket.create_connection(("127.0.0.1", live.port), 60)) as connection:
            address = f"/sparql?query={quote(query, safe='')}"
            connection.sendall(f"GET {address} HTTP/1.1\r\n{head}\r\n\r\n".encode())

    assert live.ask(MODELS, Role.MODEL_READER).status == 200
    end = time.monotonic() + 60
    while pool.counts().busy or pool.counts().starting:
        assert time.monotonic() < end, "a worker goes on for nobody"
        time.sleep(0.05)


def test_a_fault_with_one_query_ends_its_connection_and_not_the_service(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(*arguments: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr("kb_service.web.query_lane._send", faulty)
        with pytest.raises(http.client.HTTPException):
            live.ask(MODELS, Role.MODEL_READER)

    assert live.ask(MODELS, Role.MODEL_READER).status == 200


def test_an_answer_of_which_the_audit_cannot_hear_is_not_given(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object, **named: object) -> None:
        raise AuditUnavailable("the disk is full")

    monkeypatch.setattr(live.roles.app.extensions[AUDIT], "append_all", full)

    told = live.ask(PEOPLE, Role.HR)

    assert told.status == 503
    assert b"person/" not in told.body


def test_a_caller_who_asks_too_much_is_refused_and_costs_no_worker(live: Live) -> None:
    pool = live.roles.app.extensions[EXTENSION].queries
    lost = dict(pool.counts().lost)
    live.roles.app.config["RENGANG"] = Configuration(access=AccessSettings(requests_per_minute=3))
    try:
        answers = [live.ask("ASK {}", Role.SELF) for _ in range(6)]
    finally:
        live.roles.app.config["RENGANG"] = Configuration()

    assert answers[-1].status == 429
    assert int(answers[-1].headers["retry-after"]) > 0
    assert dict(pool.counts().lost) == lost


def test_headers_that_change_on_a_connection_count_from_then_on(live: Live) -> None:
    shown = [live.roles.tokens[Role.MODEL_READER], live.roles.tokens[Role.HR], "none"]
    address = f"/sparql?query={quote(PEOPLE, safe='')}"
    asked = [*shown[:1] * 2, *shown[1:] * 2, shown[0]]
    answers = list[tuple[int, bytes]]()

    with closing(http.client.HTTPConnection("localhost", live.port, timeout=120)) as connection:
        for token in asked:
            headers = {"Accept": JSON, "Authorization": f"Bearer {token}"}
            connection.request("GET", address, headers=headers)
            answer = connection.getresponse()
            answers.append((answer.status, answer.read()))

    nobody = live.ask(PEOPLE, Role.MODEL_READER).body
    everybody = live.ask(PEOPLE, Role.HR).body
    assert [status for status, _ in answers] == [200, 200, 200, 401, 200, 401, 200]
    assert [body for status, body in answers if status == 200] == [
        *[nobody] * 2,
        *[everybody] * 2,
        nobody,
    ]
    assert b"person/" in everybody
    assert b"person/" not in nobody


def test_what_follows_on_a_connection_is_answered_in_order(live: Live) -> None:
    token = live.roles.tokens[Role.MODEL_READER]
    head = f"Host: localhost\r\nAccept: {JSON}\r\nAuthorization: Bearer {token}\r\n"
    first = f"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\n{head}\r\n"
    then = f"GET /sparql?query=SELECT%281%20AS%20%3Fx%29%7B%7D HTTP/1.1\r\n{head}Connection: close\r\n\r\n"
    with closing(socket.create_connection(("127.0.0.1", live.port), 60)) as connection:
        connection.sendall(first.encode())
        connection.sendall(then.encode())

        received = b""
        while piece := connection.recv(65536):
            received += piece

    assert received.count(b"HTTP/1.1 200 OK") == 2
    assert received.index(b'"boolean":true') < received.index(b'"x":')


@pytest.mark.parametrize(
    "change",
    [
        ("GET /sparql?query=", "POST /sparql?query="),
        ("GET /sparql?query=", "GET /sparql/?query="),
        ("GET /sparql?query=", "GET /sparql?default-graph-uri=x&query="),
        ("HTTP/1.1", "HTTP/1.0"),
        ("ASK%7B%7D", ""),
        ("ASK%7B%7D", "ASK%7B%7D&timeout=1"),
        ("ASK%7B%7D", "ASK%7B%7"),
        ("ASK%7B%7D", "ASK%FF"),
        ("ASK%7B%7D", "ASK%7B%7D#x"),
        ("Host: localhost", "Host: localhost\r\nHost: elsewhere"),
        ("Host: localhost", "Host: local host"),
        ("Host: localhost\r\n", ""),
        ("Host: localhost", "Host : localhost"),
        ("Accept: */*", "Accept: text/html"),
        ("Accept: */*", "Cookie: a=b"),
        ("Accept: */*", "Origin: https://elsewhere.example"),
        ("Accept: */*", 'If-None-Match: W/"x"'),
        ("Accept: */*", "Prefer: wait=1"),
        ("Accept: */*", "X-Forwarded-For: 10.0.0.1"),
        ("Accept: */*", "Content-Length: 0"),
        ("Accept: */*", "Transfer-Encoding: chunked"),
        ("Accept: */*", "Connection: close"),
        ("Accept: */*", "Accept: */*\r\n folded"),
        ("Accept: */*", "Accept: */*\n"),
        ("\r\n\r\n", "\r\n\r\nGET / HTTP/1.1\r\n\r\n"),
        ("\r\n\r\n", "\r\n"),
    ],
)
def test_whatever_is_unusual_is_no_short_request(change: tuple[str, str]) -> None:
    usual = "GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n"

    assert short_request(usual.encode()) is not None
    assert short_request(usual.replace(*change, 1).encode()) is None


def test_a_query_is_read_from_its_address() -> None:
    data = b"GET /sparql?query=ASK+%7B%20%3Fs%20%3Fp%20%22%C3%A9+%2B%22%7D HTTP/1.1\r\nHost: h:80\r\n\r\n"

    found = short_request(data)

    assert found is not None
    assert found.query == 'ASK { ?s ?p "é +"}'
    assert found.host == "h:80"


def test_the_lane_is_empty_when_nothing_is_asked(live: Live) -> None:
    lane = QueryLane(live.roles.app)

    lane.settle()

    assert not lane.is_waiting
