"""SPARQL updates of the knowledge base: who may write what, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask.testing import FlaskClient
from pyoxigraph import NamedNode, Triple
from werkzeug.test import TestResponse

from kb_service.access.roles import Role
from kb_service.vocabulary import (
    BASE,
    ORGANISATION_GRAPH,
    PEOPLE_GRAPHS,
    iri,
    people_graph,
    person_conclusions_graph,
    person_history_graph,
)
from kb_service.web.server import close
from tests.conftest import body
from tests.service_of_roles import MODEL, ServiceOfRoles, open_service

PREFIXES = "".join(
    f"PREFIX {name}: <{iri(name).value}>\n"
    for name in ("ability", "core", "org", "owl", "people", "person", "schema", "skos", "team")
)
OWN = NamedNode("https://example.org/knowledge/own")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceOfRoles]:
    """A service with a token for every role."""
    made = open_service(tmp_path_factory.mktemp("updates") / "data")
    yield made
    close(made.app)


def update(client: FlaskClient, text: str, **headers: str) -> TestResponse:
    """The answer to an update."""
    return client.post(
        "/sparql",
        data=PREFIXES + text,
        content_type="application/sparql-update",
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


def graph(service: ServiceOfRoles, name: NamedNode) -> set[Triple]:
    """What a graph holds."""
    return set(service.knowledge_base.store.graph(name))


def rate(person: str, value: float) -> str:
    """The update that gives somebody another rating for patience."""
    rating = f"<{iri('person').value}{person}/assessment/A1/rating/patience>"
    return (
        f"DELETE {{ {rating} people:value ?before }} INSERT {{ {rating} people:value {value:.1f} }} "
        f"WHERE {{ {rating} people:value ?before }}"
    )


def verdict(service: ServiceOfRoles, person: str) -> tuple[str, float]:
    """What is concluded of somebody."""
    answer = body(service.as_role(Role.HR).get(f"/api/v1/people/{person}/fit/{MODEL}"))
    return answer["verdict"], answer["fit"]


# What follows


def test_a_rating_changed_by_an_update_changes_the_judgement_in_the_same_commit(
    service: ServiceOfRoles,
) -> None:
    key, before = service.key("bo"), verdict(service, "bo")
    generation = service.knowledge_base.store.generation

    answer = update(service.as_role(Role.HR), rate(key, 10))

    assert answer.status_code == 204
    assert verdict(service, "bo")[1] > before[1]
    assert service.knowledge_base.store.generation == generation + 1


def test_what_an_update_changed_is_remembered_with_who_did(service: ServiceOfRoles) -> None:
    key = service.key("cai")

    update(service.as_role(Role.HR), rate(key, 9))

    (change,) = service.knowledge_base.revisions_of(key)[-1:]
    assert change.counts == (1, 1)
    assert change.by == "token:hr-token"


def test_an_update_of_people_and_models_is_one_commit(service: ServiceOfRoles) -> None:
    key, generation = service.key("dan"), service.knowledge_base.store.generation

    answer = update(
        service.as_role(Role.ADMIN),
        f"{rate(key, 10)} ; INSERT DATA {{ GRAPH {OWN} {{ {OWN} a owl:Ontology }} }}",
    )

    assert answer.status_code == 204
    assert service.knowledge_base.store.generation == generation + 1
    assert graph(service, OWN)


def test_somebody_of_whom_nothing_is_left_is_forgotten(service: ServiceOfRoles) -> None:
    hr, key = service.as_role(Role.HR), service.key("gao")

    answer = update(hr, f"DROP GRAPH {people_graph(key)}")

    assert answer.status_code == 204
    assert hr.get("/api/v1/people/gao").status_code == 404
    for name in (people_graph, person_conclusions_graph, person_history_graph):
        assert not graph(service, name(key))
    assert not service.app.extensions["rengang"].register.entry(key)


# What may be written


@pytest.mark.parametrize("role", [Role.MODEL_READER, Role.SELF, Role.TEAM_LEAD, Role.ANALYST])
@pytest.mark.parametrize("text", ["CLEAR ALL", "INSERT DATA {}", "no update at all"])
def test_who_may_only_read_may_not_update(service: ServiceOfRoles, role: Role, text: str) -> None:
    assert update(service.as_role(role), text).status_code == 403


PERSON = "GRAPH <{people}{key}> {{ <{person}{key}> core:example 1 }}"
CONCLUSION = "GRAPH <{base}conclusions/people/{key}> {{ person:x core:example 1 }}"


@pytest.mark.parametrize(
    ("role", "block", "status"),
    [
        (Role.EDITOR, PERSON, 403),
        (Role.EDITOR, "<{person}{key}> core:example 1", 403),
        (
            Role.HR,
            "GRAPH <https://example.org/g> {{ <https://example.org/s> core:example 1 }}",
            403,
        ),
        (Role.ADMIN, CONCLUSION, 403),
        (Role.ADMIN, "GRAPH <{base}conclusions/shared> {{ person:x core:example 1 }}", 403),
        (Role.ADMIN, "GRAPH <{base}history/shared> {{ person:x core:example 1 }}", 403),
        (Role.ADMIN, "GRAPH <{base}history/people/{key}> {{ person:x core:example 1 }}", 403),
        (Role.ADMIN, "GRAPH <{base}store> {{ person:x core:example 1 }}", 403),
        (Role.ADMIN, "GRAPH <{base}versions> {{ person:x core:example 1 }}", 403),
        (Role.ADMIN, "GRAPH <{base}rules> {{ person:x core:example 1 }}", 403),
        (Role.EDITOR, "GRAPH <{base}organisation> {{ team:x core:example 1 }}", 403),
        (Role.ADMIN, "GRAPH <{base}policy> {{ person:x core:example 1 }}", 409),
        (Role.EDITOR, "GRAPH <{base}ontology/core> {{ core:x core:example 1 }}", 409),
        (Role.EDITOR, "core:Requirement core:example 1", 409),
        (Role.EDITOR, "<https://example.org/nowhere> core:example 1", 422),
        (Role.HR, "<{person}{key}> schema:name 'Ana'", 422),
        (Role.HR, "GRAPH <{people}{key}> {{ person:somebody-else a people:Person }}", 422),
        (Role.HR, "GRAPH <{people}{key}> {{ <https://example.org/s> core:example 1 }}", 422),
    ],
)
def test_a_write_that_may_not_be_is_refused_and_changes_nothing(
    service: ServiceOfRoles, role: Role, block: str, status: int
) -> None:
    names = {"people": PEOPLE_GRAPHS, "person": iri("person").value, "base": BASE}
    generation = service.knowledge_base.store.generation

    answer = update(
        service.as_role(role),
        f"INSERT DATA {{ {block.format(key=service.key('ana'), **names)} }}",
    )

    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
    assert service.knowledge_base.store.generation == generation


def test_nobody_can_clear_what_the_service_writes(service: ServiceOfRoles) -> None:
    generation = service.knowledge_base.store.generation

    for text in (
        "CLEAR ALL",
        "DROP ALL",
        "DROP DEFAULT",
        f"MOVE DEFAULT TO {OWN}",
        f"COPY {OWN} TO DEFAULT",
        "DELETE WHERE { GRAPH ?g { ?s ?p ?o } }",
    ):
        assert update(service.as_role(Role.ADMIN), text).status_code in (403, 409), text

    assert service.knowledge_base.store.generation == generation


def test_an_editor_sees_nothing_of_people_to_copy(service: ServiceOfRoles) -> None:
    answer = update(
        service.as_role(Role.EDITOR),
        f"INSERT {{ GRAPH {OWN} {{ {OWN} skos:note ?text }} }} WHERE {{ "
        "{ ?rating people:inAssessment ?a } UNION { GRAPH ?g { ?r people:value ?v } } "
        "BIND ('somebody was rated' AS ?text) }",
        Accept="application/json",
    )

    assert body(answer) == {"removed": 0, "added": 0}


# The default graph


def test_what_is_said_of_a_person_goes_to_that_persons_graph(service: ServiceOfRoles) -> None:
    key = service.key("eve")
    name = people_graph(key)
    before = graph(service, name)
    objection = f"<{iri('person').value}{key}/assessment/A1>"

    added = update(service.as_role(Role.HR), f"INSERT DATA {{ {objection} skos:note 'seen' }}")
    gained = graph(service, name) - before
    removed = update(service.as_role(Role.HR), f"DELETE DATA {{ {objection} skos:note 'seen' }}")

    assert (added.status_code, removed.status_code) == (204, 204)
    assert [triple.predicate for triple in gained] == [iri("skos", "note")]
    assert graph(service, name) == before


def test_other_things_go_where_their_subject_lives_or_to_the_ontology_beside_them(
    service: ServiceOfRoles,
) -> None:
    editor, thing = service.as_role(Role.EDITOR), "<https://example.org/knowledge/thing>"
    ontology = "https://example.org/knowledge/beside"

    first = update(
        editor, f"INSERT DATA {{ <{ontology}> a owl:Ontology . {thing} skos:note 'one' }}"
    )
    second = update(editor, f"INSERT DATA {{ {thing} skos:note [ skos:note 'two' ] }}")

    assert (first.status_code, second.status_code) == (204, 204)
    assert len(graph(service, NamedNode(ontology))) == 4


# The protocol


def test_a_violation_is_told_in_both_languages_and_nothing_is_stored(
    service: ServiceOfRoles,
) -> None:
    key = service.key("ana")
    before = graph(service, people_graph(key))

    answer = update(service.as_role(Role.HR), rate(key, 11))
    report = update(service.as_role(Role.HR), rate(key, 11), Accept="text/turtle")

    assert answer.status_code == report.status_code == 422
    (finding, *_) = body(answer)["findings"]
    assert set(finding["message"]) == {"zh", "en"}
    assert "sh:ValidationReport" in report.text
    assert graph(service, people_graph(key)) == before


def test_who_asks_is_told_how_much_changed(service: ServiceOfRoles) -> None:
    hr, key = service.as_role(Role.HR), service.key("fan")

    told = update(hr, rate(key, 4), Accept="application/json")
    represented = update(hr, rate(key, 3), Prefer="return=representation")
    again = update(hr, rate(key, 3))

    assert told.status_code == represented.status_code == 200
    assert body(told) == body(represented) == {"removed": 1, "added": 1}
    assert represented.headers["Preference-Applied"] == "return=representation"
    assert again.status_code == 204
    assert again.headers["ETag"] == represented.headers["ETag"] != told.headers["ETag"]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("INSERT DATA { person:x core:example }", 400),
        ("LOAD <https://example.org/data>", 400),
        ("INSERT { ?s ?p ?o } WHERE { SERVICE <https://example.org/> { ?s ?p ?o } }", 400),
        ("INSERT DATA { " + "( " * 3000 + ") " * 3000 + " core:example 1 }", 400),
        ("DELETE WHERE { ?s ?p ?o FILTER (" + "1 + " * 20_000 + "1 > 0) }", 400),
        ("INSERT DATA { " + "core:a core:b 'x' . " * 300_000 + "}", 413),
    ],
)
def test_a_hostile_update_is_refused_and_others_go_on(
    service: ServiceOfRoles, text: str, status: int
) -> None:
    generation = service.knowledge_base.store.generation

    answer = update(service.as_role(Role.ADMIN), text)

    assert answer.status_code == status, answer.text
    assert service.knowledge_base.store.generation == generation
    assert update(service.as_role(Role.ADMIN), "INSERT DATA {}").status_code == 204


def test_an_update_that_never_ends_is_stopped_and_holds_up_no_other_write(
    service: ServiceOfRoles,
) -> None:
    endless = (
        "INSERT { ?a ?b ?c } WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i "
        "FILTER (CONCAT(STR(?a), STR(?f), STR(?i)) = 'x') }"
    )
    person = service.key("ana")

    with ThreadPoolExecutor() as beside:
        stopped = beside.submit(update, service.as_role(Role.ADMIN), endless)
        other = update(service.as_role(Role.HR), rate(person, 6))
        was_running = not stopped.done()

    assert other.status_code == 204
    assert was_running
    assert stopped.result().status_code == 503
    assert stopped.result().headers["Retry-After"]


def test_the_organisation_is_for_administrators(service: ServiceOfRoles) -> None:
    text = f"INSERT DATA {{ GRAPH {ORGANISATION_GRAPH} {{ team:north skos:note 'far' }} }}"

    assert update(service.as_role(Role.EDITOR), text).status_code == 403
    assert update(service.as_role(Role.ADMIN), text).status_code == 204
