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
NAME = """
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?name {
  <https://w3id.org/rengang/position/team-leader> skos:prefLabel ?label .
  FILTER (LANG(?label) = "zh") BIND (STR(?label) AS ?name)
}"""


def test_a_query_by_get_is_answered_as_json(client: FlaskClient) -> None:
    answer = client.get("/sparql", query_string={"query": NAME})

    assert answer.status_code == 200
    assert answer.mimetype == "application/sparql-results+json"
    assert json.loads(answer.data) == {
        "head": {"vars": ["name"]},
        "results": {"bindings": [{"name": {"type": "literal", "value": "班组长"}}]},
    }


def test_a_query_by_post_may_be_the_body_or_a_field_of_a_form(client: FlaskClient) -> None:
    direct = client.post("/sparql", data=NAME, content_type="application/sparql-query")
    form = client.post("/sparql", data={"query": NAME})

    assert direct.status_code == form.status_code == 200
    assert direct.data == form.data


@pytest.mark.parametrize(
    ("accept", "query", "begins"),
    [
        ("text/csv", NAME, "name\r\n班组长"),
        ("text/tab-separated-values", NAME, '?name\n"班组长"'),
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
        ("get", {"query_string": {"update": "CLEAR ALL"}}, 400),
        ("get", {"query_string": {"query": ASK, "update": "CLEAR ALL"}}, 400),
        ("post", {"data": {"query": ASK, "update": "CLEAR ALL"}}, 400),
        ("post", {"data": {"query": [ASK, ASK]}}, 400),
        ("post", {"data": {"version": "1.1"}, "query_string": {"query": ASK}}, 400),
        ("get", {"query_string": f"query={quote(ASK)}&version=1.1&version=1.2"}, 400),
        ("get", {"query_string": {"query": ASK}, "data": ASK}, 400),
        ("post", {}, 415),
        ("post", {"data": f"query={quote(ASK)}"}, 415),
        (
            "post",
            {
                "data": ASK.encode("utf-16"),
                "content_type": "application/sparql-query; charset=UTF-16",
            },
            415,
        ),
        ("post", {"data": "CLEAR ALL", "content_type": "application/sparql-query"}, 400),
        ("get", {"query_string": {"query": "CLEAR ALL"}}, 400),
        ("get", {"headers": {"Accept": "application/sparql-results+json"}}, 400),
        ("get", {"headers": {"Accept": "image/png"}}, 400),
        ("get", {"query_string": f"query={quote(ASK)}&query={quote(ASK)}"}, 400),
        ("get", {"query_string": "query=%ff"}, 400),
        ("post", {"data": b"\xff", "content_type": "application/sparql-query"}, 400),
        ("post", {"data": ASK, "content_type": "text/plain"}, 415),
        ("post", {"data": {"query": ASK}, "content_type": "multipart/form-data"}, 415),
        ("get", {"query_string": {"query": ASK}, "headers": {"Accept": "image/png"}}, 406),
        ("get", {"query_string": {"query": ASK, "default-graph-uri": "no iri"}}, 400),
        ("get", {"query_string": {"query": "SELECT * { ?s ?p"}}, 400),
        ("put", {"data": ASK}, 405),
        ("delete", {"query_string": {"query": ASK}}, 405),
    ],
)
def test_what_is_no_query_is_refused(
    client: FlaskClient, method: str, kwargs: dict[str, object], status: int
) -> None:
    answer = getattr(client, method)("/sparql", **kwargs)

    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
    assert body(answer)["status"] == status


def test_head_tells_what_get_would_and_sends_nothing(client: FlaskClient) -> None:
    asked = {"query": ASK}

    head, get = (method("/sparql", query_string=asked) for method in (client.head, client.get))

    assert (head.status_code, head.data) == (200, b"")
    for name in ("Content-Type", "Content-Length", "ETag", "Vary"):
        assert head.headers[name] == get.headers[name]


def test_options_and_refused_methods_name_those_that_are_taken(client: FlaskClient) -> None:
    options = client.options("/sparql")
    refused = client.put("/sparql", data=ASK)

    for answer in (options, refused):
        assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}


def test_the_address_may_end_in_a_slash(client: FlaskClient) -> None:
    assert client.get("/sparql/", query_string={"query": ASK}).status_code == 200


def test_a_form_may_name_graphs_in_the_address_or_in_the_body(client: FlaskClient) -> None:
    graph = {"default-graph-uri": "https://w3id.org/rengang/policy"}
    query = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"

    in_address = client.post("/sparql", data={"query": query}, query_string=graph)
    in_body = client.post("/sparql", data={"query": query, **graph})
    everything = client.post("/sparql", data={"query": query})

    assert in_address.data == in_body.data != everything.data


def test_a_query_belongs_into_the_body_of_a_form(client: FlaskClient) -> None:
    answer = client.post("/sparql", data={"version": "1.1"}, query_string={"query": ASK})

    assert answer.status_code == 400
    assert "into the form" in body(answer)["detail"]


def test_relative_names_are_read_against_the_endpoint_or_the_base_of_the_query(
    client: FlaskClient,
) -> None:
    query = "SELECT (STR(<x>) AS ?name) {}"

    ours = client.get("/sparql", query_string={"query": query})
    own = client.get("/sparql", query_string={"query": f"BASE <https://example.org/> {query}"})

    assert "http://localhost/x" in ours.text
    assert "https://example.org/x" in own.text


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
    assert "<td>班组长</td>" in table.text
    assert "&lt;u:a&gt; &lt;u:b&gt; &lt;u:c&gt; ." in graph.text
    assert "<strong>Yes</strong>" in yes.text
    assert broken.status_code == 400
    assert "<script>" not in broken.text
    assert file.headers["Content-Disposition"] == 'attachment; filename="result.csv"'
