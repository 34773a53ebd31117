"""The graph store: graphs as documents, in the knowledge base and in plain mode."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from kb_service.access.roles import Role
from kb_service.configuration import Configuration, QueryLimits
from kb_service.store import KnowledgeStore
from kb_service.vocabulary import BASE, SHARED_CONCLUSIONS, iri, people_graph
from kb_service.web.plain import close as close_plain
from kb_service.web.plain import create_plain_app
from kb_service.web.server import close
from tests.conftest import body
from tests.service_of_roles import ServiceOfRoles, open_service

TURTLE = {"Content-Type": "text/turtle"}
GRAPH = "https://example.org/knowledge/graph"
ONE = "<https://example.org/s> <https://example.org/p> 1 ."
TWO = "<https://example.org/s> <https://example.org/p> 2 ."


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceOfRoles]:
    """A service with a token for every role."""
    made = open_service(tmp_path_factory.mktemp("graphs") / "data")
    yield made
    close(made.app)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A client of a plain dataset."""
    with KnowledgeStore(tmp_path_factory.mktemp("plain") / "data") as store:
        app = create_plain_app(store, Configuration(queries=QueryLimits(seconds=3)))
        yield app.test_client()
        close_plain(app)


def triples(data: bytes, media_type: str = "text/turtle") -> set[Triple]:
    """What a document says."""
    kind = RdfFormat.from_media_type(media_type)
    return {quad.triple for quad in parse(data, format=kind)}


# In the knowledge base


def test_an_editor_writes_a_graph_reads_it_and_takes_it_away(service: ServiceOfRoles) -> None:
    editor, where = service.as_role(Role.EDITOR), {"graph": GRAPH}

    created = editor.put("/data", query_string=where, data=ONE, headers=TURTLE)
    added = editor.post("/data", query_string=where, data=TWO, headers=TURTLE)
    found = triples(editor.get("/data", query_string=where).data)
    replaced = editor.put("/data", query_string=where, data=TWO, headers=TURTLE)
    left = triples(editor.get("/data", query_string=where).data)
    gone = editor.delete("/data", query_string=where)

    assert [answer.status_code for answer in (created, added, replaced, gone)] == [
        201,
        200,
        204,
        200,
    ]
    assert found == triples(f"{ONE}{TWO}".encode())
    assert left == triples(TWO.encode())
    assert editor.get("/data", query_string=where).status_code == 404
    assert editor.delete("/data", query_string=where).status_code == 404


def test_an_address_below_the_store_stands_for_a_name_of_ours(service: ServiceOfRoles) -> None:
    editor = service.as_role(Role.EDITOR)

    created = editor.put("/data/ontology/models/mine", data=ONE, headers=TURTLE)
    by_name = editor.get("/data", query_string={"graph": f"{BASE}ontology/models/mine"})
    by_address = editor.get(created.headers["Location"])

    assert created.headers["Location"].endswith("/data/ontology/models/mine")
    assert by_name.status_code == by_address.status_code == 200
    assert triples(by_name.data) == triples(by_address.data) == triples(ONE.encode())
    assert editor.delete("/data/ontology/models/mine").status_code == 200


@pytest.mark.parametrize(
    "media_type",
    ["text/turtle", "application/n-triples", "application/ld+json", "application/rdf+xml"],
)
def test_a_graph_comes_in_the_format_that_is_accepted(
    service: ServiceOfRoles, media_type: str
) -> None:
    reader = service.as_role(Role.MODEL_READER)

    answer = reader.get("/data/policy", headers={"Accept": f"{media_type}, text/csv;q=0.9"})
    head = reader.head("/data/policy", headers={"Accept": media_type})

    assert answer.mimetype == head.mimetype == media_type
    assert triples(answer.data, media_type)
    assert head.status_code == 200
    assert head.data == b""
    assert reader.get("/data/policy", headers={"Accept": "text/csv"}).status_code == 406


def test_a_graph_that_the_client_has_is_not_sent_again(service: ServiceOfRoles) -> None:
    editor = service.as_role(Role.EDITOR)
    tag = editor.get("/data/policy").headers["ETag"]

    unchanged = editor.get("/data/policy", headers={"If-None-Match": tag})
    editor.put("/data", query_string={"graph": GRAPH}, data=ONE, headers=TURTLE)
    editor.delete("/data", query_string={"graph": GRAPH})
    changed = editor.get("/data/policy", headers={"If-None-Match": tag})

    assert (unchanged.status_code, changed.status_code) == (304, 200)


@pytest.mark.parametrize("role", list(Role))
def test_a_graph_out_of_reach_is_not_found_by_any_method(
    service: ServiceOfRoles, role: Role
) -> None:
    client = service.as_role(role)
    reads_everybody = role in (Role.ANALYST, Role.HR, Role.ADMIN)
    may_see = {
        "ana": reads_everybody or role in (Role.SELF, Role.TEAM_LEAD),
        "bo": reads_everybody or role is Role.TEAM_LEAD,
        "eve": reads_everybody,
    }

    keys = {person: service.key(person) for person in may_see}
    for person, seen in may_see.items():
        where = {"graph": people_graph(keys[person]).value}
        for method in (client.get, client.head):
            assert method("/data", query_string=where).status_code == (200 if seen else 404)
    whole = client.get("/data?default", headers={"Accept": "application/n-triples"}).text
    told_of = {person for person, key in keys.items() if key in whole}
    assert told_of == {person for person, seen in may_see.items() if seen}


@pytest.mark.parametrize(
    ("method", "where", "status"),
    [
        ("put", {"graph": f"{BASE}policy"}, 409),
        ("delete", {"graph": f"{BASE}ontology/core"}, 409),
        ("put", {"graph": SHARED_CONCLUSIONS.value}, 403),
        ("delete", {"graph": f"{BASE}history/shared"}, 403),
        ("put", {"graph": f"{BASE}people/somebody"}, 403),
        ("put", {"default": ""}, 403),
        ("delete", {"default": ""}, 403),
        ("patch", {"default": ""}, 403),
        ("put", {"graph": "no iri"}, 400),
        ("put", {"graph": "relative"}, 400),
        ("put", {}, 400),
        ("put", {"graph": GRAPH, "default": ""}, 400),
        ("get", {}, 400),
    ],
)
def test_what_an_editor_may_not_write_is_refused(
    service: ServiceOfRoles, method: str, where: dict[str, str], status: int
) -> None:
    generation = service.knowledge_base.store.generation
    client = service.as_role(Role.EDITOR)

    answer = getattr(client, method)("/data", query_string=where, data=ONE, headers=TURTLE)

    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
    assert service.knowledge_base.store.generation == generation


@pytest.mark.parametrize("method", ["put", "post", "delete", "patch"])
def test_who_may_only_read_hears_so_before_anything_is_read(
    service: ServiceOfRoles, method: str
) -> None:
    client = service.as_role(Role.ANALYST)

    answer = getattr(client, method)("/data?graph=no iri", data=b"\xff", headers=TURTLE)

    assert answer.status_code == 403


def test_a_graph_that_breaks_a_shape_is_refused_with_the_report(service: ServiceOfRoles) -> None:
    model = f"<{GRAPH}#m> a <{iri('core', 'PositionModel').value}> ."
    editor, where = service.as_role(Role.EDITOR), {"graph": GRAPH}

    answer = editor.put("/data", query_string=where, data=model, headers=TURTLE)

    assert answer.status_code == 422
    assert body(answer)["findings"]
    assert editor.get("/data", query_string=where).status_code == 404


@pytest.mark.parametrize(
    ("graph", "said"),
    [
        ("people/../../x", ONE),
        ("people/%2E%2E/x", ONE),
        ("people/a/b", ONE),
        ("people/", ONE),
        ("raters/../x", ONE),
        ("people/nobody", ONE),
        ("people/nobody", f"<{GRAPH}> a <{iri('owl', 'Ontology').value}> ."),
    ],
)
def test_the_graph_of_a_person_bears_an_id_and_tells_of_that_person_alone(
    service: ServiceOfRoles, graph: str, said: str
) -> None:
    generation = service.knowledge_base.store.generation
    update = f"INSERT DATA {{ GRAPH <{BASE}{graph}> {{ {said} }} }}"

    answer = service.as_role(Role.ADMIN).post(
        "/sparql", data=update, headers={"Content-Type": "application/sparql-update"}
    )

    assert answer.status_code == 422, answer.text
    assert body(answer)["findings"]
    assert service.knowledge_base.store.generation == generation


def test_facts_about_a_person_may_be_posted_to_the_default_graph(service: ServiceOfRoles) -> None:
    hr, key = service.as_role(Role.HR), service.key("cai")
    note = f"<{iri('person').value}{key}/assessment/A1> <{iri('skos', 'note').value}> 'seen' ."

    answer = hr.post("/data?default", data=note, headers=TURTLE)

    assert answer.status_code == 200
    assert triples(note.encode()) <= set(service.knowledge_base.store.graph(people_graph(key)))


# Documents


def test_an_update_of_one_graph_changes_no_other(plain: FlaskClient) -> None:
    update = {"Content-Type": "application/sparql-update"}
    inside = "INSERT { ?s <https://example.org/q> ?o } WHERE { ?s ?p ?o }"
    outside = f"INSERT DATA {{ GRAPH <{GRAPH}/other> {{ {ONE} }} }}"
    plain.put("/data?default", data=TWO, headers=TURTLE)
    plain.put("/data", query_string={"graph": GRAPH}, data=ONE, headers=TURTLE)

    done = plain.patch("/data", query_string={"graph": GRAPH}, data=inside, headers=update)
    refused = plain.patch("/data", query_string={"graph": GRAPH}, data=outside, headers=update)
    wrong_type = plain.patch("/data", query_string={"graph": GRAPH}, data=inside, headers=TURTLE)

    assert (done.status_code, refused.status_code, wrong_type.status_code) == (204, 422, 415)
    assert len(triples(plain.get("/data", query_string={"graph": GRAPH}).data)) == 2
    assert triples(plain.get("/data?default").data) == triples(TWO.encode())
    assert plain.get("/data", query_string={"graph": f"{GRAPH}/other"}).status_code == 404


def test_several_documents_come_as_one_form(plain: FlaskClient) -> None:
    form = (
        b"--x\r\nContent-Disposition: form-data; name=a\r\nContent-Type: text/turtle\r\n\r\n"
        + ONE.encode()
        + b"\r\n--x\r\nContent-Disposition: form-data; name=b; filename=b.nt\r\n"
        b"Content-Type: application/n-triples; charset=utf-8\r\n\r\n"
        b'<https://example.org/s> <https://example.org/p> "three" .\r\n--x--\r\n'
    )

    answer = plain.post(
        "/data?graph=https://example.org/form",
        data=form,
        content_type="multipart/form-data; boundary=x",
    )

    assert answer.status_code == 201
    assert len(triples(plain.get("/data?graph=https://example.org/form").data)) == 2


def test_relative_names_in_a_document_are_those_of_the_graph(plain: FlaskClient) -> None:
    plain.put("/data?graph=https://example.org/base/", data="<a> <b> <c> .", headers=TURTLE)

    (triple,) = triples(plain.get("/data?graph=https://example.org/base/").data)

    assert triple.subject == NamedNode("https://example.org/base/a")


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "'
    + b"x" * 200
    + b'">'
    + b"".join(
        f'<!ENTITY {chr(98 + n)} "{"&" + chr(97 + n) + ";" * 1}{("&" + chr(97 + n) + ";") * 30}">'.encode()
        for n in range(8)
    )
    + b"]><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>&i;</rdf:RDF>"
)


@pytest.mark.parametrize(
    ("media_type", "data", "status"),
    [
        ("text/turtle", b"<a> <b>", 400),
        ("text/turtle", b"\xff", 400),
        ("text/turtle", b"<a> <b> " + b"<<( <a> <b> " * 3000 + b"<c>" + b" )>>" * 3000 + b".", 400),
        ("application/ld+json", b'{"@id":' * 4000 + b'"x"' + b"}" * 4000, 400),
        ("application/ld+json", b'{"@context": "http://127.0.0.1:1/", "a": 1}', 400),
        ("application/rdf+xml", BOMB, 400),
        ("application/rdf+xml", ONE.encode(), 400),
        ("application/trig", b"", 415),
        ("text/html", b"<p>", 415),
        ("multipart/form-data", b"no form", 400),
    ],
)
def test_a_document_that_cannot_be_read_is_refused_and_others_go_on(
    plain: FlaskClient, media_type: str, data: bytes, status: int
) -> None:
    answer = plain.put("/data?graph=https://example.org/broken", data=data, content_type=media_type)

    assert answer.status_code == status, answer.text
    assert plain.get("/data?graph=https://example.org/broken").status_code == 404
    assert plain.put(
        "/data?graph=https://example.org/good", data=ONE, headers=TURTLE
    ).status_code in (201, 204)


def test_an_address_says_which_methods_it_takes(plain: FlaskClient) -> None:
    answer = plain.options("/data/anything")

    assert answer.status_code == 200
    assert set(answer.allow) == {"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}


def test_plain_data_is_there_after_a_restart(tmp_path: Path) -> None:
    for expected in (404, 200):
        with KnowledgeStore(tmp_path / "data") as store:
            app = create_plain_app(store)
            client = app.test_client()
            assert client.get("/data?graph=https://example.org/kept").status_code == expected
            client.put("/data?graph=https://example.org/kept", data=ONE, headers=TURTLE)
            close_plain(app)
