"""Blank nodes that cannot be told apart are refused in time; those of an ontology are no trouble."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations

import pytest
from flask.testing import FlaskClient
from pyoxigraph import BlankNode, NamedNode, RdfFormat, Triple, parse

from kb_service.access.view import View
from kb_service.findings import RefusedInput
from kb_service.knowledge_base import KnowledgeBase, versions
from kb_service.knowledge_base.canonical_forms import CanonicalForms
from kb_service.store.canonical_form import content_digest
from kb_service.vocabulary import BASE
from tests.conftest import body

GRAPH = NamedNode(f"{BASE}ontology/models/alike")
HEADER = f"<{GRAPH.value}> a <http://www.w3.org/2002/07/owl#Ontology> .\n"
DEEP = f"{HEADER}<urn:s> <urn:p> {'(' * 4000}{')' * 4000} .\n"
CLIQUE = HEADER + "".join(
    f"_:b{one} <urn:p> _:b{other} .\n" for one, other in permutations(range(12), 2)
)
RESTRICTIONS = "@prefix owl: <http://www.w3.org/2002/07/owl#> .\n" + "".join(
    f"<urn:class{number}> <http://www.w3.org/2000/01/rdf-schema#subClassOf> [ a owl:Restriction ;"
    " owl:onProperty <urn:p> ; owl:someValuesFrom [ a owl:Class ; owl:unionOf (<urn:a> <urn:b>) ] ]"
    " .\n"
    for number in range(50)
)
FLAT = f"<urn:s> <urn:p> ({' '.join(f'<urn:item{number}>' for number in range(3000))}) .\n"
EN = (
    f"The graph {GRAPH.value} has too many blank nodes that are alike or nested in one another to "
    "tell them apart in time; give the nodes IRIs, or nest them less."
)


def triples(turtle: str) -> list[Triple]:
    return [quad.triple for quad in parse(turtle, RdfFormat.TURTLE)]


@pytest.fixture(scope="module")
def forms() -> Iterator[CanonicalForms]:
    made = CanonicalForms()
    yield made
    made.close()


@pytest.fixture
def put(client: FlaskClient) -> Iterator[Callable[[str], int]]:
    """Puts Turtle into the graph, which is gone afterwards."""
    where = f"/data?graph={GRAPH.value}"
    yield lambda text: client.put(where, data=text, content_type="text/turtle").status_code
    client.delete(where)


@pytest.mark.parametrize("text", [DEEP, CLIQUE], ids=["deep", "clique"])
def test_blank_nodes_that_are_too_alike_are_refused_and_the_next_graph_is_taken(
    forms: CanonicalForms, text: str
) -> None:
    with pytest.raises(RefusedInput) as refused:
        forms.digest(GRAPH, triples(text))

    assert [(each.where, each.message["en"]) for each in refused.value.findings] == [
        (GRAPH.value, EN)
    ]
    assert forms.digest(GRAPH, triples(FLAT)) == content_digest(triples(FLAT))


@pytest.mark.parametrize("text", [RESTRICTIONS, FLAT, "<urn:s> <urn:p> 2.50 ."])
def test_a_digest_does_not_depend_on_the_process_nor_on_names_of_blank_nodes(
    forms: CanonicalForms, text: str
) -> None:
    named: dict[BlankNode, BlankNode] = {}

    def renamed(node: object) -> object:
        return named.setdefault(node, BlankNode()) if isinstance(node, BlankNode) else node

    facts = triples(text)
    others = [
        Triple(renamed(fact.subject), fact.predicate, renamed(fact.object))  # type: ignore[arg-type]
        for fact in reversed(facts)
    ]

    assert forms.digest(GRAPH, facts) == content_digest(others)


@pytest.mark.parametrize("text", [DEEP, CLIQUE], ids=["deep", "clique"])
def test_others_are_answered_while_such_a_graph_is_put_and_it_is_not_stored(
    client: FlaskClient, knowledge_base: KnowledgeBase, text: str
) -> None:
    answers = []
    with ThreadPoolExecutor(1) as pool:
        sent = pool.submit(
            client.application.test_client().put,
            f"/data?graph={GRAPH.value}",
            data=text,
            content_type="text/turtle",
        )
        while not sent.done():
            answers.append(client.get("/api/v1/questions/position-models").status_code)

    assert (sent.result().status_code, set(answers)) == (422, {200})
    assert [finding["message"]["en"] for finding in body(sent.result())["findings"]] == [EN]
    assert not knowledge_base.store.graph(GRAPH)


@pytest.mark.parametrize("text", [DEEP, CLIQUE], ids=["deep", "clique"])
def test_such_an_ontology_is_not_imported(
    view: View, knowledge_base: KnowledgeBase, text: str
) -> None:
    with pytest.raises(RefusedInput, match="too many blank nodes"):
        view.import_rdf(text.encode(), "text/turtle")

    assert not knowledge_base.store.graph(GRAPH)


def test_an_update_cannot_make_a_graph_such(
    client: FlaskClient, knowledge_base: KnowledgeBase
) -> None:
    data = f"INSERT DATA {{ GRAPH <{GRAPH.value}> {{ {CLIQUE} }} }}"

    answer = client.post("/sparql", data=data, content_type="application/sparql-update")

    assert answer.status_code == 422
    assert not knowledge_base.store.graph(GRAPH)


def test_restrictions_and_long_lists_are_taken_and_looked_at_by_the_worker_alone(
    put: Callable[[str], int], knowledge_base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(versions, "content_digest", lambda _: pytest.fail("not here"))

    first = put(RESTRICTIONS)
    other = put(FLAT)
    again = put(FLAT)

    assert (first, other, again) == (201, 204, 204)
    assert len(knowledge_base.store.graph(GRAPH)) == len(triples(FLAT))


def test_the_same_under_other_blank_nodes_is_no_change(
    put: Callable[[str], int], knowledge_base: KnowledgeBase
) -> None:
    put(FLAT)
    stored = set(knowledge_base.store.graph(GRAPH))

    put(FLAT)

    assert set(knowledge_base.store.graph(GRAPH)) == stored
