"""The W3C's protocol, graph store and service description tests, against a plain service.

Their manifests tell requests and expected answers; each is told here in our own words.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

import httpx
import pytest
from pyoxigraph import RdfFormat, parse
from rdflib import Graph, Namespace

from tests.conformance.endpoint import Endpoint
from tests.conformance.server import plain_service

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"
TURTLE = "text/turtle; charset=utf-8"
DOCUMENT = "http://kasei.us/2009/09/sparql/data/data{}.rdf"
BIBLIOGRAPHIC = "http://purl.org/dc/terms/BibliographicResource"
SD = Namespace("http://www.w3.org/ns/sparql-service-description#")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    """A plain service with nothing in it."""
    with plain_service(tmp_path_factory.mktemp("plain") / "data") as endpoint:
        yield endpoint


@pytest.fixture
def documents(service: Endpoint) -> Endpoint:
    """The service with three documents, each in a graph of its own name."""
    graphs = " ".join(
        f"GRAPH <{name}> {{ <{name}> a <http://xmlns.com/foaf/0.1/Document> }}"
        for name in (DOCUMENT.format(number) for number in (1, 2, 3))
    )
    service.update(f"DROP ALL ; INSERT DATA {{ {graphs} }}")
    return service


def graphs(parameter: str, *numbers: int) -> str:
    """The parameter once for each document."""
    return "&".join(f"{parameter}={quote(DOCUMENT.format(n), safe='')}" for n in numbers)


def typed(number: int, graph: str = "") -> str:
    """A pattern that says document `number` has a type, in a graph if one is named."""
    triple = f"<{DOCUMENT.format(number)}> a ?type{number}"
    return f"GRAPH {graph} {{ {triple} }}" if graph else f"{triple} ."


def is_true(answer: httpx.Response) -> bool:
    """What an ASK answered."""
    assert answer.is_success, answer.text
    assert answer.headers["Content-Type"].startswith("application/sparql-results+json")
    return bool(json.loads(answer.content)["boolean"])


def ask(service: Endpoint, query: str) -> bool:
    """Whether an ASK query holds, without a word on the format wanted."""
    return is_true(service.client.post(service.sparql, content=query, headers=typed_as(QUERY)))


def typed_as(media_type: str) -> dict[str, str]:
    """The header that says of what type a body is."""
    return {"Content-Type": media_type}


def test_a_query_comes_by_get_by_form_and_as_a_body(service: Endpoint) -> None:
    client, url = service.client, service.sparql
    nowhere = graphs("default-graph-uri", 0)

    assert is_true(client.get(f"{url}?query=ASK%20%7B%7D&{nowhere}"))
    assert is_true(
        client.post(f"{url}?{nowhere}", content="query=ASK%20%7B%7D", headers=typed_as(FORM))
    )
    assert is_true(client.post(url, content="ASK {}", headers=typed_as(QUERY)))
    assert is_true(client.post(f"{url}/", content="ASK {}", headers=typed_as(QUERY)))


def test_the_protocol_chooses_default_graphs(documents: Endpoint) -> None:
    client, url = documents.client, documents.sparql
    both = f"ASK {{ {typed(1)} {typed(2)} }}"
    chosen = graphs("default-graph-uri", 1, 2)

    assert is_true(client.get(f"{url}?query={quote(both)}&{chosen}"))
    assert is_true(client.post(f"{url}?{chosen}", content=both, headers=typed_as(QUERY)))
    assert not is_true(client.get(f"{url}?query={quote(both)}&{graphs('default-graph-uri', 1)}"))


def test_the_protocol_chooses_named_graphs(documents: Endpoint) -> None:
    client, url = documents.client, documents.sparql
    both = f"ASK {{ {typed(1, '?g1')} {typed(2, '?g2')} }}"
    chosen = graphs("named-graph-uri", 1, 2)

    assert is_true(client.get(f"{url}?query={quote(both)}&{chosen}"))
    assert is_true(client.post(f"{url}?{chosen}", content=both, headers=typed_as(QUERY)))
    assert not is_true(client.get(f"{url}?query={quote(both)}&{graphs('named-graph-uri', 1)}"))


def test_the_protocol_chooses_default_and_named_graphs_together(documents: Endpoint) -> None:
    chosen = f"{graphs('default-graph-uri', 3)}&{graphs('named-graph-uri', 1, 2)}"
    query = f"ASK {{ {typed(3)} {typed(1, '?g1')} {typed(2, '?g2')} }}"

    answer = documents.client.post(
        f"{documents.sparql}?{chosen}", content=query, headers=typed_as(QUERY)
    )

    assert is_true(answer)


def test_the_protocol_counts_more_than_the_query(documents: Endpoint) -> None:
    chosen = graphs("named-graph-uri", 1, 2)
    query = f"ASK FROM <{DOCUMENT.format(3)}> {{ {typed(1, '?g1')} {typed(2, '?g2')} }}"

    answer = documents.client.post(
        f"{documents.sparql}?{chosen}", content=query, headers=typed_as(QUERY)
    )

    assert is_true(answer)


@pytest.mark.parametrize(
    ("query", "types"),
    [
        ("SELECT (1 AS ?value) {}", {"application/sparql-results+json"}),
        ("ASK {}", {"application/sparql-results+json"}),
        ("DESCRIBE <http://example.org/>", {"text/turtle"}),
        ("CONSTRUCT { <s> <p> 1 } WHERE {}", {"text/turtle"}),
    ],
)
def test_an_answer_has_a_type_that_suits_its_query(
    service: Endpoint, query: str, types: set[str]
) -> None:
    answer = service.client.post(service.sparql, content=query, headers=typed_as(QUERY))

    assert answer.is_success
    assert answer.headers["Content-Type"].partition(";")[0] in types


FOUND = "http://example.org/found/"


def found(number: int) -> str:
    """A pattern that says document `number` was found."""
    return f"GRAPH <{FOUND}> {{ <{DOCUMENT.format(number)}> a <{BIBLIOGRAPHIC}> }}"


@pytest.mark.parametrize(
    ("chosen", "where", "numbers"),
    [
        (graphs("using-graph-uri", 1), "?s a ?type", {1}),
        (graphs("using-graph-uri", 1, 2), "?s a ?type", {1, 2}),
        (graphs("using-named-graph-uri", 1, 2), "GRAPH ?g { ?s a ?type }", {1, 2}),
        (
            graphs("using-graph-uri", 1) + "&" + graphs("using-named-graph-uri", 2),
            "{ ?s a ?type } UNION { GRAPH ?g { ?s a ?type } }",
            {1, 2},
        ),
    ],
)
def test_the_protocol_chooses_what_an_update_reads(
    documents: Endpoint, chosen: str, where: str, numbers: set[int]
) -> None:
    template = f"GRAPH <{FOUND}> {{ ?s a <{BIBLIOGRAPHIC}> }}"
    update = f"INSERT {{ {template} }} WHERE {{ {where} }}"

    answer = documents.client.post(
        f"{documents.sparql}?{chosen}", content=update, headers=typed_as(UPDATE)
    )

    assert answer.is_success, answer.text
    assert {n for n in (1, 2, 3) if ask(documents, f"ASK {{ {found(n)} }}")} == numbers


def test_an_update_comes_by_form_and_as_a_body(documents: Endpoint) -> None:
    client, url = documents.client, documents.sparql

    assert client.post(url, content="update=CLEAR+ALL", headers=typed_as(FORM)).is_success
    assert not ask(documents, "ASK { GRAPH ?g { ?s ?p ?o } }")
    assert client.post(url, content="CLEAR ALL", headers=typed_as(UPDATE)).is_success


def test_relative_iris_are_resolved(service: Endpoint) -> None:
    service.update(
        "CLEAR SILENT GRAPH <http://example.org/base/> ; INSERT DATA { GRAPH "
        "<http://example.org/base/> { <http://example.org/s> <http://example.org/p> <test> } }"
    )

    rows = service.query("SELECT ?o { GRAPH <http://example.org/base/> { ?s ?p ?o } }")

    assert isinstance(rows, list)
    (row,) = rows
    assert isinstance(row, dict)
    assert row["o"].value.startswith("http://")
    assert row["o"].value.endswith("test")


CONFLICT = (
    "WITH <http://example/addresses> DELETE { ?p <http://example/name> 'Bill' } "
    "INSERT { ?p <http://example/name> 'William' } WHERE { ?p <http://example/name> 'Bill' }"
)


@pytest.mark.parametrize(
    ("method", "parameters", "media_type", "body"),
    [
        ("PUT", "?query=ASK%20%7B%7D", FORM, b""),
        ("GET", "?query=ASK%20%7B%7D&query=SELECT%20%2A%20%7B%7D", None, b""),
        ("POST", "", "text/plain", b"ASK {}"),
        ("POST", "", None, b"query=ASK%20%7B%7D"),
        ("POST", "", None, b"ASK {}"),
        ("POST", "", f"{QUERY}; charset=UTF-16", "ASK {}".encode("utf-16")),
        ("GET", "?query=ASK%20%7B", None, b""),
        ("GET", "?update=CLEAR%20ALL", None, b""),
        ("POST", "", FORM, b"update=CLEAR%20NAMED&update=CLEAR%20DEFAULT"),
        ("POST", "", "text/plain", b"CLEAR NAMED"),
        ("POST", "", None, b"update=CLEAR%20NAMED"),
        ("POST", "", f"{UPDATE}; charset=UTF-16", "CLEAR NAMED".encode("utf-16")),
        ("POST", "", FORM, b"update=CLEAR%20XYZ"),
        ("POST", f"?{graphs('using-named-graph-uri', 1)}", UPDATE, CONFLICT.encode()),
        ("POST", "", "multipart/form-data; boundary=x", b"--x--"),
        ("POST", "", FORM, b"query=ASK%20%7B%7D&update=CLEAR%20ALL"),
        ("POST", f"?{graphs('default-graph-uri', 1)}", UPDATE, b"CLEAR ALL"),
    ],
)
def test_a_wrong_request_is_the_clients_fault_and_changes_nothing(
    documents: Endpoint, method: str, parameters: str, media_type: str | None, body: bytes
) -> None:
    headers = {} if media_type is None else typed_as(media_type)

    answer = documents.client.request(
        method, documents.sparql + parameters, content=body, headers=headers
    )

    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert ask(documents, f"ASK {{ {typed(1, '?g1')} {typed(3, '?g2')} }}")


# Graph store


@dataclass(frozen=True)
class Card:
    """A document on one person, as the graph store tests have it."""

    store: str
    prefixes: str = (
        "@prefix foaf: <http://xmlns.com/foaf/0.1/> . "
        "@prefix v: <http://www.w3.org/2006/vcard/ns#> . "
    )

    @property
    def person(self) -> str:
        """The IRI of the person."""
        return f"<{self.store}/person/1>"

    def of(self, name: str) -> str:
        """The card under a name."""
        return (
            f"{self.prefixes} {self.person} a foaf:Person ; "
            f'foaf:businessCard [ a v:VCard ; v:fn "{name}" ] .'
        )

    def more(self, property: str, value: str) -> str:
        """One more thing said of the person."""
        return f'{self.prefixes} {self.person} foaf:{property} "{value}" .'


@pytest.fixture
def card(service: Endpoint) -> Card:
    """A card for a graph store that is empty."""
    service.update("DROP ALL")
    return Card(service.data)


def holds(answer: httpx.Response, turtle: str) -> bool:
    """Whether an answer is this graph."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"].startswith("text/turtle")
    found, wanted = Graph(), Graph()
    found.parse(data=answer.text, format="turtle")
    wanted.parse(data=turtle, format="turtle")
    return bool(found.isomorphic(wanted))


def test_put_creates_and_then_replaces_a_graph(service: Endpoint, card: Card) -> None:
    client, place = service.client, f"{service.data}/person/1.ttl"

    created = client.put(place, content=card.of("John Doe"), headers=typed_as(TURTLE))
    by_name = client.get(service.data, params={"graph": place}, headers={"Accept": "text/turtle"})
    replaced = client.put(place, content=card.of("Jane Doe"), headers=typed_as(TURTLE))
    by_place = client.get(place, headers={"Accept": "text/turtle"})

    assert created.status_code == 201
    assert holds(by_name, card.of("John Doe"))
    assert replaced.status_code == 204
    assert holds(by_place, card.of("Jane Doe"))


def test_put_fills_the_default_graph(service: Endpoint, card: Card) -> None:
    place = f"{service.data}?default"

    created = service.client.put(place, content=card.of("Alice"), headers=typed_as(TURTLE))

    assert created.status_code == 201
    assert holds(service.client.get(place, headers={"Accept": "text/turtle"}), card.of("Alice"))


def test_put_of_another_format_than_it_says_is_refused(service: Endpoint, card: Card) -> None:
    answer = service.client.put(
        f"{service.data}/person/1.ttl",
        content=card.of("Jane Doe"),
        headers=typed_as("application/rdf+xml"),
    )

    assert answer.status_code == 400


def test_an_empty_graph_exists_until_it_is_deleted(service: Endpoint, card: Card) -> None:
    client, place = service.client, f"{service.data}/person/2.ttl"

    assert client.put(place, content=b"", headers=typed_as(TURTLE)).status_code == 201
    assert client.get(place).status_code == 200
    assert client.delete(place).status_code == 200
    assert client.get(place).status_code == 404
    assert client.delete(place).status_code == 404


def test_post_adds_to_a_graph(service: Endpoint, card: Card) -> None:
    client, place = service.client, f"{service.data}/person/1.ttl"
    client.put(place, content=card.of("Jane Doe"), headers=typed_as(TURTLE))

    added = client.post(place, content=card.more("name", "Jane Doe"), headers=typed_as(TURTLE))
    files = {
        name: (f"{name}.ttl", card.more(name, value), TURTLE)
        for name, value in (("familyName", "Doe"), ("givenName", "Jane"))
    }
    more = client.post(place, files=files)

    assert added.status_code == 200
    assert more.status_code == 200
    whole = card.of("Jane Doe") + "".join(
        card.more(*said)
        for said in (("name", "Jane Doe"), ("familyName", "Doe"), ("givenName", "Jane"))
    )
    assert holds(client.get(place, headers={"Accept": "text/turtle"}), whole)


def test_post_to_the_store_makes_a_graph_and_says_where(service: Endpoint, card: Card) -> None:
    client = service.client

    created = client.post(service.data, content=card.of("Alice"), headers=typed_as(TURTLE))
    place = httpx.URL(service.data).join(created.headers["Location"])
    again = client.post(place, content=b"", headers=typed_as(TURTLE))

    assert created.status_code == 201
    assert again.status_code in (200, 204)
    assert holds(client.get(place, headers={"Accept": "text/turtle"}), card.of("Alice"))


def test_head_tells_whether_a_graph_exists(service: Endpoint, card: Card) -> None:
    client, place = service.client, f"{service.data}/person/1.ttl"
    client.put(place, content=card.of("Jane Doe"), headers=typed_as(TURTLE))

    there, missing = client.head(place), client.head(f"{service.data}/person/4.ttl")

    assert there.status_code == 200
    assert there.content == b""
    assert there.headers["Content-Type"]
    assert missing.status_code == 404


# Service description


@pytest.mark.parametrize("accept", ["text/turtle", "application/rdf+xml", "application/ld+json"])
def test_the_endpoint_describes_itself(service: Endpoint, accept: str) -> None:
    answer = service.client.get(service.sparql, headers={"Accept": accept})

    assert answer.status_code == 200
    form = RdfFormat.from_media_type(accept)
    assert form is not None
    said = {
        (quad.predicate.value, quad.object.value)
        for quad in parse(answer.content, format=form)
        if hasattr(quad.object, "value")
    }
    assert (str(SD.endpoint), service.sparql) in said
    assert (str(SD.supportedLanguage), str(SD.SPARQL11Query)) in said
    assert (str(SD.supportedLanguage), str(SD.SPARQL11Update)) in said
    kinds = [value for name, value in said if name.endswith("#type")]
    assert {str(SD.Service), str(SD.Dataset)} <= set(kinds)
