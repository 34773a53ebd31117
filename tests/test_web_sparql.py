"""The SPARQL endpoint: the protocol for queries, and queries meant to do harm."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import body

ASK = "ASK { ?s ?p ?o }"
NAME = 'SELECT ?name { ?p <https://schema.org/name> ?name FILTER (?name = "安娜") }'


def test_a_query_by_get_is_answered_as_json(client: FlaskClient) -> None:
    answer = client.get("/sparql", query_string={"query": NAME})

    assert answer.status_code == 200
    assert answer.mimetype == "application/sparql-results+json"
    assert json.loads(answer.data) == {
        "head": {"vars": ["name"]},
        "results": {"bindings": [{"name": {"type": "literal", "value": "安娜"}}]},
    }


def test_a_query_by_post_may_be_the_body_or_a_field_of_a_form(client: FlaskClient) -> None:
    direct = client.post("/sparql", data=NAME, content_type="application/sparql-query")
    form = client.post("/sparql", data={"query": NAME})

    assert direct.status_code == form.status_code == 200
    assert direct.data == form.data


@pytest.mark.parametrize(
    ("accept", "query", "begins"),
    [
        ("text/csv", NAME, "name\r\n安娜"),
        ("text/tab-separated-values", NAME, '?name\n"安娜"'),
        ("application/sparql-results+xml", ASK, "<?xml"),
        ("text/csv;q=0.1, application/sparql-results+json", ASK, "{"),
        ("text/turtle", "CONSTRUCT { <u:a> <u:b> 1 } {}", "<u:a> <u:b> "),
        ("application/n-triples", "CONSTRUCT { <u:a> <u:b> 'c' } {}", '<u:a> <u:b> "c" .'),
    ],
)
def test_the_format_is_the_one_accepted(
    client: FlaskClient, accept: str, query: str, begins: str
) -> None:
    answer = client.get("/sparql", query_string={"query": query}, headers={"Accept": accept})

    assert answer.status_code == 200
    assert answer.text.startswith(begins)
    assert "Accept" in answer.headers["Vary"]


def test_the_dataset_is_the_graphs_that_are_named(client: FlaskClient) -> None:
    policy = "https://w3id.org/rengang/policy"

    inside = client.get("/sparql", query_string={"query": NAME, "default-graph-uri": policy})
    beside = client.get(
        "/sparql",
        query_string={"query": "ASK { GRAPH ?g { ?s ?p ?o } }", "named-graph-uri": policy},
    )

    assert json.loads(inside.data)["results"]["bindings"] == []
    assert json.loads(beside.data)["boolean"] is True


@pytest.mark.parametrize(
    ("method", "kwargs", "status"),
    [
        ("get", {"query_string": {"update": "CLEAR ALL"}}, 403),
        ("get", {"query_string": {"query": ASK, "update": "CLEAR ALL"}}, 403),
        ("post", {"data": {"update": "CLEAR ALL"}}, 403),
        ("post", {"data": "CLEAR ALL", "content_type": "application/sparql-update"}, 403),
        ("post", {"data": "CLEAR ALL", "content_type": "application/sparql-query"}, 400),
        ("get", {"query_string": {"query": "CLEAR ALL"}}, 400),
        ("get", {}, 400),
        ("get", {"query_string": f"query={quote(ASK)}&query={quote(ASK)}"}, 400),
        ("get", {"query_string": "query=%ff"}, 400),
        ("post", {"data": b"\xff", "content_type": "application/sparql-query"}, 400),
        ("post", {"data": ASK, "content_type": "text/plain"}, 415),
        ("post", {"data": {"query": ASK}, "content_type": "multipart/form-data"}, 415),
        ("get", {"query_string": {"query": ASK}, "headers": {"Accept": "image/png"}}, 406),
        ("get", {"query_string": {"query": ASK, "default-graph-uri": "no iri"}}, 400),
        ("get", {"query_string": {"query": "SELECT * { ?s ?p"}}, 400),
        ("put", {"data": ASK}, 405),
    ],
)
def test_what_is_no_query_is_refused(
    client: FlaskClient, method: str, kwargs: dict[str, object], status: int
) -> None:
    answer = getattr(client, method)("/sparql", **kwargs)

    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
    assert body(answer)["status"] == status


HOSTILE = [
    "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
    "SELECT * " + "{" * 3000,
    "SELECT * { ?s ?p ?o FILTER (" + "(" * 5000 + "1" + ")" * 5000 + ") }",
    "SELECT * { " + "?s ?p ?o . " * 20_000 + "}",
    "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }",
    "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "SELECT * FROM <http://127.0.0.1:1/x> FROM <file:///etc/passwd> { ?s ?p ?o }",
]


def test_hostile_queries_leave_the_service_answering(app: Flask) -> None:
    def ask(query: str) -> int:
        return app.test_client().post("/sparql", data={"query": query}).status_code

    with ThreadPoolExecutor(4) as together:
        statuses = list(together.map(ask, HOSTILE))
        after = ask(ASK)

    assert statuses[0] == 400
    assert all(status in (200, 400, 422, 503) for status in statuses)
    assert after == 200


def test_a_query_that_was_stopped_says_when_to_come_again(app: Flask) -> None:
    answer = app.test_client().post("/sparql", data={"query": HOSTILE[4]})

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert "stopped after 5 s" in body(answer)["detail"]


def test_a_browser_gets_a_form_and_its_results_as_a_page(client: FlaskClient) -> None:
    browser = {"Accept": "text/html,application/xml;q=0.9,*/*;q=0.8", "Accept-Language": "en"}

    form = client.get("/sparql", headers=browser)
    table = client.post("/sparql", data={"query": NAME, "format": ""}, headers=browser)
    graph = client.post(
        "/sparql", data={"query": "CONSTRUCT { <u:a> <u:b> <u:c> } {}"}, headers=browser
    )
    yes = client.post("/sparql", data={"query": ASK}, headers=browser)
    broken = client.post("/sparql", data={"query": "SELECT <script>"}, headers=browser)
    file = client.post("/sparql", data={"query": NAME, "format": "text/csv"}, headers=browser)

    assert "<textarea" in form.text
    assert "<td>安娜</td>" in table.text
    assert "&lt;u:a&gt; &lt;u:b&gt; &lt;u:c&gt; ." in graph.text
    assert "<strong>Yes</strong>" in yes.text
    assert broken.status_code == 400
    assert "<script>" not in broken.text
    assert file.headers["Content-Disposition"] == 'attachment; filename="result.csv"'
