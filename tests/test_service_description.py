"""What the service says of itself and of its data: by the standards, and by who asks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pyoxigraph import Literal, NamedNode, QuerySolutions, RdfFormat, Store, parse
from werkzeug.wrappers import Response

from kb_service.access.roles import Role
from kb_service.store.result_formats import GRAPH_TYPES
from kb_service.web.service import EXTENSION
from tests.service_of_roles import ServiceOfRoles, open_service

SD = "http://www.w3.org/ns/sparql-service-description#"
VOID = "http://rdfs.org/ns/void#"
DCAT = "http://www.w3.org/ns/dcat#"
PREFIXES = {"sd": SD, "void": VOID, "dcat": DCAT}
ENDPOINT = NamedNode("http://localhost/sparql")
TURTLE = {"Accept": "text/turtle"}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceOfRoles]:
    opened = open_service(tmp_path_factory.mktemp("described") / "data")
    yield opened
    opened.app.extensions[EXTENSION].close()
    opened.knowledge_base.close()


def found(answer: Response, query: str) -> list[tuple[object, ...]]:
    """The rows of a query over a description."""
    store = Store()
    content_type = answer.headers["Content-Type"]
    store.extend(parse(answer.get_data(), RdfFormat.from_media_type(content_type)))
    results = store.query(query, prefixes=PREFIXES)
    assert isinstance(results, QuerySolutions)
    return [tuple(row) for row in results]


def named_graphs(served: ServiceOfRoles, role: Role) -> set[str]:
    """The graphs that the description lists for a role."""
    answer = served.as_role(role).get("/sparql", headers=TURTLE)
    query = "SELECT ?name { ?dataset sd:namedGraph [ sd:name ?name ; sd:graph [ a sd:Graph ] ] }"
    return {str(name)[1:-1] for (name,) in found(answer, query)}


@pytest.mark.parametrize("accept", [*GRAPH_TYPES, "*/*", ""])
def test_the_endpoint_without_a_query_describes_itself_in_every_rdf_format(
    served: ServiceOfRoles, accept: str
) -> None:
    answer = served.as_role(Role.ADMIN).get("/sparql", headers={"Accept": accept})

    assert answer.status_code == 200
    assert answer.mimetype == (accept if accept in GRAPH_TYPES else "text/turtle")
    rows = found(answer, "SELECT ?at { [] a sd:Service ; sd:endpoint ?at ; sd:defaultDataset [] }")
    assert rows == [(ENDPOINT,)]


def test_it_says_what_it_can_do_and_not_what_it_cannot(served: ServiceOfRoles) -> None:
    answer = served.as_role(Role.ADMIN).get("/sparql", headers=TURTLE)

    features = {term for (term,) in found(answer, "SELECT ?f { [] sd:feature ?f }")}
    formats = {str(term) for (term,) in found(answer, "SELECT ?f { [] sd:resultFormat ?f }")}
    assert features == {NamedNode(SD + "UnionDefaultGraph")}
    assert len(formats) == 10


@pytest.mark.parametrize(
    ("role", "languages"),
    [
        (Role.MODEL_READER, {"SPARQL11Query"}),
        (Role.ANALYST, {"SPARQL11Query"}),
        (Role.EDITOR, {"SPARQL11Query", "SPARQL11Update"}),
        (Role.HR, {"SPARQL11Query", "SPARQL11Update"}),
    ],
)
def test_updates_are_offered_to_those_who_may_write(
    served: ServiceOfRoles, role: Role, languages: set[str]
) -> None:
    answer = served.as_role(role).get("/sparql", headers=TURTLE)

    rows = found(answer, "SELECT ?l { [] sd:supportedLanguage ?l }")
    assert {str(row[0])[1:-1].removeprefix(SD) for row in rows} == languages


def test_each_role_is_told_of_the_graphs_that_it_may_read(served: ServiceOfRoles) -> None:
    listed = {role: named_graphs(served, role) for role in Role}
    about_people = {
        role: {name for name in names if "people/" in name} for role, names in listed.items()
    }

    assert listed[Role.MODEL_READER] == listed[Role.EDITOR] != set()
    assert about_people[Role.MODEL_READER] == set()
    assert {name.rsplit("/", 1)[1] for name in about_people[Role.SELF]} == {served.key("ana")}
    assert about_people[Role.SELF] < about_people[Role.TEAM_LEAD] < about_people[Role.HR]
    assert listed[Role.MODEL_READER] < listed[Role.SELF] < listed[Role.ANALYST]


def test_the_well_known_address_leads_to_the_description_of_the_dataset(
    served: ServiceOfRoles,
) -> None:
    answer = served.as_role(Role.MODEL_READER).get(
        "/.well-known/void", headers=TURTLE, follow_redirects=True
    )

    rows = found(answer, "SELECT ?at { ?d a void:Dataset, dcat:Dataset ; void:sparqlEndpoint ?at }")
    assert rows == [(ENDPOINT,)]
    service = "[] a dcat:DataService ; dcat:endpointURL ?at ; dcat:servesDataset [ a dcat:Dataset ]"
    assert found(answer, f"SELECT ?at {{ {service} }}") == [(ENDPOINT,)]


@pytest.mark.parametrize("role", [Role.MODEL_READER, Role.SELF, Role.HR])
def test_the_dataset_is_counted_as_far_as_the_caller_may_read_it(
    served: ServiceOfRoles, role: Role
) -> None:
    client = served.as_role(role)
    query = "SELECT (COUNT(*) AS ?n) (COUNT(DISTINCT ?s) AS ?m) { ?s ?p ?o }"

    counted = client.get("/sparql", query_string={"query": query}, headers={"Accept": "text/csv"})
    described = client.get("/dataset", headers=TURTLE)

    rows = found(described, "SELECT ?n ?m { [] void:triples ?n ; void:distinctSubjects ?m }")
    n, m = counted.text.split()[1].split(",")
    assert rows == [(Literal(int(n)), Literal(int(m)))]


def test_counts_follow_the_data(served: ServiceOfRoles) -> None:
    client = served.as_role(Role.HR)
    total = "SELECT ?n { [] void:sparqlEndpoint [] ; void:triples ?n }"
    before = found(client.get("/dataset", headers=TURTLE), total)

    client.put("/api/v1/people/ina", json={"name": "Name of ina"})

    assert found(client.get("/dataset", headers=TURTLE), total) != before


def test_classes_and_properties_are_counted_by_name(served: ServiceOfRoles) -> None:
    answer = served.as_role(Role.MODEL_READER).get("/dataset", headers=TURTLE)

    models = (
        "SELECT ?n { [] void:classPartition [ void:entities ?n ; "
        "void:class <https://w3id.org/rengang/ontology/core#PositionModel> ] }"
    )
    people = models.replace("core#PositionModel", "people#Person")
    assert [int(str(row[0]).split('"')[1]) > 0 for row in found(answer, models)] == [True]
    assert found(answer, people) == []


def test_what_is_no_rdf_is_refused_with_what_there_is(served: ServiceOfRoles) -> None:
    answer = served.as_role(Role.HR).get("/dataset", headers={"Accept": "image/png"})

    assert answer.status_code == 406
    assert "text/turtle" in answer.get_json(force=True)["detail"]


def test_a_browser_gets_the_page(served: ServiceOfRoles) -> None:
    answer = served.as_role(Role.HR).get(
        "/sparql", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    )

    assert answer.mimetype == "text/html"
