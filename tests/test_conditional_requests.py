"""Answers that the client has already, answers of other origins' pages, and answers sent small."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kb_service.access.roles import Role
from kb_service.audit import entries_about
from kb_service.configuration import Configuration
from kb_service.web.reloading import CONFIGURATION
from kb_service.web.service import EXTENSION
from tests.service_of_roles import ServiceOfRoles, open_service

MODELS = "SELECT ?m { ?m a <https://w3id.org/rengang/ontology/core#PositionModel> } ORDER BY ?m"
JSON = {"Accept": "application/sparql-results+json"}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceOfRoles]:
    opened = open_service(tmp_path_factory.mktemp("conditional") / "data")
    yield opened
    opened.app.extensions[EXTENSION].close()
    opened.knowledge_base.close()


def ask(client: FlaskClient, query: str = MODELS, **headers: str) -> TestResponse:
    """The answer to a query by GET."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.get("/sparql", query_string={"query": query}, headers={**JSON, **given})


# ---- what the client has already


def test_an_answer_that_the_client_has_is_not_sent_again(served: ServiceOfRoles) -> None:
    client = served.as_role(Role.HR)
    first = ask(client)

    again = ask(client, If_None_Match=first.headers["ETag"])

    assert (first.status_code, again.status_code, again.data) == (200, 304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Cache-Control"] == "private, no-cache"


def test_no_query_runs_for_an_answer_that_the_client_has(
    served: ServiceOfRoles, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = served.as_role(Role.HR)
    first = ask(client)
    monkeypatch.setattr("kb_service.web.query_responses.start_query", None)

    assert ask(client, If_None_Match=first.headers["ETag"]).status_code == 304


def test_after_a_commit_the_answer_is_sent_again(served: ServiceOfRoles) -> None:
    client = served.as_role(Role.HR)
    first = ask(client)
    client.put("/api/v1/people/ina", json={"name": "Name of ina", "team": "north"})

    again = ask(client, If_None_Match=first.headers["ETag"])

    assert again.status_code == 200
    assert again.headers["ETag"] != first.headers["ETag"]


def test_a_name_that_changes_beside_the_store_changes_the_answer(served: ServiceOfRoles) -> None:
    client = served.as_role(Role.HR)
    first = client.get("/api/v1/people/gao")
    client.put("/api/v1/people/gao", json={"name": "Another name"})

    again = client.get("/api/v1/people/gao", headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.get_json()["name"]) == (200, "Another name")


def test_the_answer_of_one_caller_is_not_that_of_another(served: ServiceOfRoles) -> None:
    of_hr = ask(served.as_role(Role.HR))

    of_reader = ask(served.as_role(Role.MODEL_READER), If_None_Match=of_hr.headers["ETag"])

    assert of_reader.status_code == 200
    assert {"Authorization", "Cookie", "Accept"} <= set(of_hr.headers["Vary"].split(", "))


def test_another_format_is_another_answer(served: ServiceOfRoles) -> None:
    client = served.as_role(Role.HR)
    first = ask(client)

    again = ask(client, Accept="text/csv", If_None_Match=first.headers["ETag"])

    assert (again.status_code, again.mimetype) == (200, "text/csv")


@pytest.mark.parametrize("call", ["NOW()", "RAND()", "UUID()", "STRUUID()", "rand()"])
def test_an_answer_that_changes_by_itself_has_no_tag(served: ServiceOfRoles, call: str) -> None:
    answer = ask(served.as_role(Role.HR), f"SELECT ({call} AS ?x) {{}}")

    assert (answer.status_code, answer.headers.get("ETag")) == (200, None)


@pytest.mark.parametrize(
    "path",
    ["/api/v1/people", "/api/v1/people/ana", "/api/v1/position-models", "/dataset", "/sparql"],
)
def test_other_answers_from_the_store_are_sent_once_as_well(
    served: ServiceOfRoles, path: str
) -> None:
    client = served.as_role(Role.HR)
    first = client.get(path)

    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    other = client.get(path, headers={"If-None-Match": 'W/"other"'})

    assert (first.status_code, again.status_code, other.status_code) == (200, 304, 200)


def test_the_audit_hears_of_an_answer_that_was_not_sent_again(served: ServiceOfRoles) -> None:
    folder = served.knowledge_base.store.data.audit
    client, key = served.as_role(Role.HR), served.key("bo")
    first = client.get("/api/v1/people/bo")

    client.get("/api/v1/people/bo", headers={"If-None-Match": first.headers["ETag"]})

    *_, of_first, of_again = entries_about(folder, key=key)
    assert (of_first["outcome"], of_again["outcome"]) == ("200", "304")
    assert of_first["persons"] == of_again["persons"]


def test_a_query_that_was_not_answered_again_is_kept_all_the_same(served: ServiceOfRoles) -> None:
    folder = served.knowledge_base.store.data.audit
    client, query = served.as_role(Role.HR), "SELECT * { ?person a ?kind_of_person }"
    first = ask(client, query)

    ask(client, query, If_None_Match=first.headers["ETag"])

    *_, of_first, of_again = entries_about(folder)
    assert (of_first["outcome"], of_again["outcome"]) == ("200", "304")
    assert of_first["query"] == of_again["query"]


def test_another_configuration_makes_another_answer(served: ServiceOfRoles) -> None:
    client = served.as_role(Role.HR)
    first = ask(client)

    for _ in configured(served.app, (HERE,)):
        again = ask(client, If_None_Match=first.headers["ETag"])

    assert again.status_code == 200


def test_what_was_never_answered_is_not_taken_as_known(served: ServiceOfRoles) -> None:
    answer = ask(served.as_role(Role.HR), "ASK { ?never ?asked ?before }", If_None_Match="*")

    assert answer.status_code == 200


# ---- what the client prefers


@pytest.mark.parametrize(
    ("prefer", "applied"),
    [
        ("wait=3", "wait=3"),
        ("respond-async, wait=2", "wait=2"),
        ('return="minimal"; x=1, WAIT = "4"', "wait=4"),
        ("wait=9999", "wait=10"),
        ("wait=0", None),
        ("wait=-1", None),
        ("wait=soon", None),
        ("return=minimal", None),
    ],
)
def test_a_client_may_wait_for_less_long(
    served: ServiceOfRoles, prefer: str, applied: str | None
) -> None:
    answer = ask(served.as_role(Role.HR), "ASK {}", Prefer=prefer)

    assert answer.status_code == 200
    assert answer.headers.get("Preference-Applied") == applied


def test_a_query_is_stopped_when_the_client_would_wait_no_longer(served: ServiceOfRoles) -> None:
    endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"

    answer = ask(served.as_role(Role.HR), endless, Prefer="wait=1")

    assert answer.status_code == 503
    assert "stopped after 1 s" in answer.get_json(force=True)["detail"]


# ---- sent small


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd"])
@pytest.mark.parametrize("limit", [200, 100_000])
def test_data_is_compressed_where_the_client_takes_it_whole_or_in_pieces(
    served: ServiceOfRoles, encoding: str, limit: int
) -> None:
    client = served.as_role(Role.HR)
    query = f"SELECT * {{ ?s ?p ?o }} LIMIT {limit}"
    plain = ask(client, query)

    small = ask(client, query, Accept_Encoding=encoding)

    assert small.headers["Content-Encoding"] == encoding
    assert "Accept-Encoding" in small.headers["Vary"]
    assert len(small.data) < len(plain.data) / 3
    if encoding == "gzip":
        assert gzip.decompress(small.data) == plain.data


def test_a_compressed_answer_is_recognised_too(served: ServiceOfRoles) -> None:
    client = served.as_role(Role.HR)
    query = "SELECT * { ?s ?p ?o } LIMIT 300"
    first = ask(client, query, Accept_Encoding="gzip")

    again = ask(client, query, Accept_Encoding="gzip", If_None_Match=first.headers["ETag"])

    assert again.status_code == 304


def test_a_page_that_repeats_what_was_typed_is_not_compressed(served: ServiceOfRoles) -> None:
    headers = {"Accept": "text/html", "Accept-Encoding": "gzip"}

    answer = served.as_role(Role.HR).get("/sparql", headers=headers)

    assert (answer.mimetype, answer.headers.get("Content-Encoding")) == ("text/html", None)


# ---- pages of other origins

HERE, THERE = "https://hr.example.com", "https://elsewhere.example.com"


@pytest.fixture
def shared(served: ServiceOfRoles) -> Iterator[Flask]:
    """The service, with one origin allowed."""
    yield from configured(served.app, (HERE,))


@pytest.fixture
def shared_with_all(served: ServiceOfRoles) -> Iterator[Flask]:
    """The service, with every origin allowed."""
    yield from configured(served.app, ("*",))


def configured(app: Flask, origins: tuple[str, ...]) -> Iterator[Flask]:
    """The app while these origins are allowed."""
    before = app.config[CONFIGURATION]
    app.config[CONFIGURATION] = Configuration(cors_origins=origins)
    yield app
    app.config[CONFIGURATION] = before


def preflight(app: Flask, origin: str) -> TestResponse:
    """What a browser asks before it lets a page send a query."""
    headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    return app.test_client().options("/sparql", headers=headers)


def test_by_default_no_page_of_another_origin_reads_anything(served: ServiceOfRoles) -> None:
    asked = preflight(served.app, HERE)
    answer = ask(served.as_role(Role.HR), Origin=HERE)

    for response in (asked, answer):
        assert not [name for name, _ in response.headers if name.startswith("Access-Control")]


def test_pages_of_an_allowed_origin_may_ask_and_read(served: ServiceOfRoles, shared: Flask) -> None:
    asked = preflight(shared, HERE)
    answer = served.as_role(Role.HR).post(
        "/sparql",
        data={"query": MODELS},
        headers={"Origin": HERE, "Sec-Fetch-Site": "cross-site", **JSON},
    )

    assert asked.status_code == 204
    assert asked.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS, POST"
    assert "Authorization" in asked.headers["Access-Control-Allow-Headers"]
    assert answer.status_code == 200
    for response in (asked, answer):
        assert response.headers["Access-Control-Allow-Origin"] == HERE
        assert "Access-Control-Allow-Credentials" not in response.headers
        assert "Origin" in response.headers["Vary"]
    assert "ETag" in answer.headers["Access-Control-Expose-Headers"]


def test_pages_of_an_origin_that_is_not_listed_may_not(
    served: ServiceOfRoles, shared: Flask
) -> None:
    asked = preflight(shared, THERE)
    answer = ask(served.as_role(Role.HR), Origin=THERE)
    written = served.as_role(Role.HR).put(
        "/api/v1/people/zoe", json={}, headers={"Origin": THERE, "Sec-Fetch-Site": "cross-site"}
    )

    assert "Access-Control-Allow-Origin" not in asked.headers
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert written.status_code == 403


def test_every_origin_means_those_who_show_a_token(
    served: ServiceOfRoles, shared_with_all: Flask
) -> None:
    with_token = ask(served.as_role(Role.HR), Origin=THERE)
    without = shared_with_all.test_client().get("/healthz", headers={"Origin": THERE})

    assert with_token.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Origin" not in without.headers


def test_a_refusal_can_be_read_by_the_page_that_caused_it(
    served: ServiceOfRoles, shared: Flask
) -> None:
    answer = ask(served.as_role(Role.HR), "SELECT", Origin=HERE)

    assert answer.status_code == 400
    assert answer.headers["Access-Control-Allow-Origin"] == HERE
