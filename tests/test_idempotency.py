"""Writes sent twice, and writes that hold only for the state that their sender has seen."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kb_service.configuration import Configuration, QueryLimits
from kb_service.store import KnowledgeStore
from kb_service.store.answered_requests import (
    KEPT_SECONDS,
    AnsweredRequests,
    KeptAnswer,
    Standing,
)
from kb_service.web.plain import close, create_plain_app
from tests.conftest import body

TURTLE = {"Content-Type": "text/turtle"}
ANSWER = KeptAnswer(201, (("Location", "/there"),), b'{"name": "\\u5b89\\u5a1c"}', ("p-1",))


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[FlaskClient]:
    """A client of an empty plain dataset."""
    with KnowledgeStore(tmp_path / "data") as store:
        app = create_plain_app(store, Configuration(queries=QueryLimits(seconds=5)))
        yield app.test_client()
        close(app)


def insert(client: FlaskClient, value: int = 1, **headers: str) -> TestResponse:
    """The answer to an update that adds a blank node each time that it is carried out."""
    return client.post(
        "/sparql",
        data=f"INSERT DATA {{ [] <https://example.org/p> {value} }}",
        content_type="application/sparql-update",
        headers={name.replace("_", "-"): text for name, text in headers.items()},
    )


def count(client: FlaskClient) -> int:
    """How many triples there are in the default graph."""
    answer = client.get("/data?default", headers={"Accept": "application/n-triples"})
    return answer.text.count("\n")


# Idempotency keys


def test_a_write_that_is_sent_again_is_carried_out_once(plain: FlaskClient) -> None:
    first = insert(plain, Idempotency_Key='"one"', Accept="application/json")
    again = insert(plain, Idempotency_Key="one", Accept="application/json")
    other = insert(plain, Idempotency_Key="two", Accept="application/json")

    assert first.status_code == again.status_code == 200
    assert body(first) == body(again) == {"removed": 0, "added": 1}
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.headers["ETag"] == first.headers["ETag"]
    assert "Idempotency-Replayed" not in other.headers
    assert count(plain) == 2


@pytest.mark.parametrize(("method", "status"), [("PUT", 201), ("DELETE", 204)])
def test_writes_of_the_api_may_carry_a_key(client: FlaskClient, method: str, status: int) -> None:
    path, headers = "/api/v1/people/idempotent", {"Idempotency-Key": f"api-{method}"}

    def send() -> TestResponse:
        body = {"name": "Once"} if method == "PUT" else None
        return client.open(path, method=method, json=body, headers=headers)

    first, again = send(), send()

    assert first.status_code == again.status_code == status
    assert first.data == again.data
    assert again.headers["Idempotency-Replayed"] == "true"
    assert client.get(path).status_code == (200 if method == "PUT" else 404)


def test_a_key_is_for_one_request(plain: FlaskClient) -> None:
    insert(plain, 1, Idempotency_Key="one")

    other = insert(plain, 2, Idempotency_Key="one")

    assert other.status_code == 422
    assert count(plain) == 1


def test_a_write_that_was_refused_may_be_tried_again(plain: FlaskClient) -> None:
    where = "/data?graph=https://example.org/g"
    refused = plain.delete(where, headers={"Idempotency-Key": "later"})
    plain.put(where, data="<a> <b> <c> .", headers=TURTLE)

    done = plain.delete(where, headers={"Idempotency-Key": "later"})

    assert (refused.status_code, done.status_code) == (404, 200)


@pytest.mark.parametrize("key", ["", '""', "a b", "x" * 256, "\x7f"])
def test_a_key_that_is_none_is_refused(plain: FlaskClient, key: str) -> None:
    assert insert(plain, Idempotency_Key=key).status_code == 400
    assert count(plain) == 0


def test_a_query_needs_no_key_and_keeps_none(plain: FlaskClient) -> None:
    for query in ("ASK {}", "ASK { ?s ?p ?o }"):
        answer = plain.post(
            "/sparql",
            data=query,
            content_type="application/sparql-query",
            headers={"Idempotency-Key": "asked"},
        )
        assert answer.status_code == 200


@pytest.fixture
def answered(tmp_path: Path) -> Iterator[AnsweredRequests]:
    """Nothing answered yet."""
    kept = AnsweredRequests(tmp_path / "requests.sqlite")
    yield kept
    kept.close()


def test_the_same_request_beside_itself_is_told_to_wait(answered: AnsweredRequests) -> None:
    assert answered.begin("me", "key", b"request") is Standing.NEW
    assert answered.begin("me", "key", b"request") is Standing.RUNNING
    assert answered.begin("you", "key", b"request") is Standing.NEW


def test_after_a_crash_the_outcome_is_unknown(tmp_path: Path, answered: AnsweredRequests) -> None:
    answered.begin("me", "key", b"request")

    after = AnsweredRequests(tmp_path / "requests.sqlite")

    assert after.begin("me", "key", b"request") is Standing.UNKNOWN
    after.close()


def test_an_answer_survives_a_restart_and_is_kept_a_day(tmp_path: Path) -> None:
    now = [0.0]
    path = tmp_path / "kept.sqlite"
    before = AnsweredRequests(path, lambda: now[0])
    before.begin("me", "key", b"request")
    before.keep("me", "key", ANSWER)
    before.close()

    after = AnsweredRequests(path, lambda: now[0])
    now[0] = KEPT_SECONDS - 1
    within = after.begin("me", "key", b"request")
    now[0] = KEPT_SECONDS + 1
    later = after.begin("me", "key", b"request")
    after.close()

    assert within == ANSWER
    assert later is Standing.NEW


@pytest.mark.parametrize("text", ["安娜", "p-1", "/there"])
def test_what_mentions_somebody_can_be_forgotten(
    tmp_path: Path, answered: AnsweredRequests, text: str
) -> None:
    for key in ("key", "other"):
        answered.begin("me", key, b"request")
    answered.keep("me", "key", ANSWER)
    answered.keep("me", "other", KeptAnswer(204, (), b""))

    assert answered.forget_mentions([text, ""]) == 1

    assert answered.begin("me", "key", b"request") is Standing.NEW
    assert answered.begin("me", "other", b"request") == KeptAnswer(204, (), b"")
    assert b"u5b89" not in (tmp_path / "requests.sqlite").read_bytes()


# Preconditions


def test_a_write_for_another_state_is_refused(plain: FlaskClient) -> None:
    where = "/data?graph=https://example.org/g"
    plain.put(where, data="<a> <b> 1 .", headers=TURTLE)
    seen = plain.get(where).headers["ETag"]

    mine = plain.put(where, data="<a> <b> 2 .", headers={**TURTLE, "If-Match": seen})
    late = plain.put(where, data="<a> <b> 3 .", headers={**TURTLE, "If-Match": seen})
    next_one = plain.put(
        where, data="<a> <b> 4 .", headers={**TURTLE, "If-Match": mine.headers["ETag"]}
    )

    assert [answer.status_code for answer in (mine, late, next_one)] == [204, 412, 204]
    assert "4" in plain.get(where).text


def test_a_tag_that_nobody_gave_out_refuses(plain: FlaskClient) -> None:
    for tag in ('"no-such-tag"', 'W/"x", "y"', "no tag"):
        assert insert(plain, If_Match=tag).status_code == 412
    assert count(plain) == 0


@pytest.mark.parametrize("tag", ['""', 'W/""', '"", W/""', "W/"])
def test_an_empty_tag_names_no_state(plain: FlaskClient, tag: str) -> None:
    seen = plain.get("/data?default", headers={"If-None-Match": tag})
    sent = insert(plain, If_Match=tag)

    assert (seen.status_code, sent.status_code, count(plain)) == (200, 412, 0)


def test_a_star_asks_whether_the_graph_is_there(plain: FlaskClient) -> None:
    def put(graph: str, header: str) -> int:
        where = f"/data?graph=https://example.org/{graph}"
        headers = {**TURTLE, header: "*"}
        return plain.put(where, data="<a> <b> 1 .", headers=headers).status_code

    assert put("new", "If-Match") == 412
    assert put("new", "If-None-Match") == 201
    assert put("new", "If-None-Match") == 412
    assert put("new", "If-Match") == 204


def test_the_api_takes_preconditions_as_well(client: FlaskClient) -> None:
    path = "/api/v1/people/conditional"

    def put(**headers: str) -> int:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return client.put(path, json={"name": "Somebody"}, headers=named).status_code

    assert put(If_Match="*") == 412
    assert put(If_None_Match="*") == 201
    assert put(If_None_Match="*") == 412
    seen = client.get(path).headers["ETag"]
    assert client.delete(path, headers={"If-Match": '"other"'}).status_code == 412
    assert client.delete(path, headers={"If-Match": seen}).status_code == 204


# At once


def test_increments_of_many_clients_are_exact(plain: FlaskClient) -> None:
    increment = (
        "DELETE { ?counter ?is ?now } INSERT { ?counter ?is ?next } "
        "WHERE { ?counter ?is ?now BIND (?now + 1 AS ?next) }"
    )
    plain.put(
        "/data?default", data="<https://example.org/c> <https://example.org/is> 0 .", headers=TURTLE
    )
    app = plain.application
    clients, each = 8, 15

    def add(_: int) -> set[int]:
        client = app.test_client()
        sent = {"data": increment, "content_type": "application/sparql-update"}
        statuses = set()
        for _ in range(each):
            status = client.post("/sparql", **sent).status_code
            while status == 503:  # nothing was stored, says the answer: ask again
                status = client.post("/sparql", **sent).status_code
            statuses.add(status)
        return statuses

    with ThreadPoolExecutor(clients) as together:
        statuses = set().union(*together.map(add, range(clients)))

    assert statuses == {204}
    assert (
        f'"{clients * each}"'
        in plain.get("/data?default", headers={"Accept": "application/n-triples"}).text
    )


def test_of_writes_for_the_same_state_one_is_carried_out(plain: FlaskClient) -> None:
    insert(plain)
    seen = plain.get("/data?default").headers["ETag"]
    app, at_once = plain.application, threading.Barrier(6)

    def write(value: int) -> int:
        client = app.test_client()
        at_once.wait()
        return insert(client, value, If_Match=seen).status_code

    with ThreadPoolExecutor(6) as together:
        statuses = sorted(together.map(write, range(6)))

    assert statuses == [204, 412, 412, 412, 412, 412]
    assert count(plain) == 2
