"""No query shows more than the graphs in reach: whatever it is, they are all there is to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode, Quad, QueryResultsFormat, QuerySolutions, Store, Triple

from kb_service.store import KnowledgeStore, QueryRequest, query_pool, run_query
from kb_service.store.people_in_answer import PeopleInAnswer
from kb_service.store.query_shape import inspect
from kb_service.store.reach import EVERYTHING, SHARED, Reach
from kb_service.store.result_formats import Limits
from kb_service.store.sparql_worker import Answer, End, Job, Refusal, Setting, open_worker
from kb_service.vocabulary import BASE, people_graph, person_conclusions_graph
from kb_service.workers import WorkerPool

EX = "https://example.org/"
GRAPHS = [f"{EX}g{number}" for number in range(5)]
NODES = [NamedNode(f"{EX}n{number}") for number in range(3)]
PREDICATES = [NamedNode(f"{EX}p{number}") for number in range(3)]

# ---- queries of every kind over a few graphs


@dataclass(frozen=True)
class Asked:
    """A query and the graphs that the protocol's parameters name."""

    text: str
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]


NAME = st.sampled_from([name.removeprefix(EX) for name in (*GRAPHS, EX + "none")])
WRITTEN = NAME.flatmap(lambda name: st.sampled_from([f"<{EX}{name}>", f"ex:{name}", f"<{name}>"]))
NODE = st.sampled_from(["?a", "?b", "?c", "ex:n0", "ex:n1"])
PATH = st.sampled_from(
    ["?p", "ex:p0", "^ex:p1", "ex:p0*", "ex:p1?", "!ex:p0", "(ex:p0|^ex:p1)+", "ex:p0/ex:p1"]
)
TRIPLE = st.builds("{} {} {} .".format, NODE, PATH, NODE)


def _wrapped(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("GRAPH ?g {{ {} }}".format, inner),
        st.builds("GRAPH {} {{ {} }}".format, WRITTEN, inner),
        st.builds("{{ {} }} UNION {{ {} }}".format, inner, inner),
        st.builds("{} OPTIONAL {{ {} }}".format, inner, inner),
        st.builds("{} MINUS {{ {} }}".format, inner, inner),
        st.builds("{} FILTER EXISTS {{ {} }}".format, inner, inner),
        st.builds("{} FILTER NOT EXISTS {{ {} }}".format, inner, inner),
        st.builds("{{ SELECT ?a (COUNT(*) AS ?n) {{ {} }} GROUP BY ?a }}".format, inner),
        st.builds("{{ SELECT DISTINCT ?a {{ {} }} }} {}".format, inner, inner),
        st.builds("VALUES ?g {{ {} }} GRAPH ?g {{ {} }}".format, WRITTEN, inner),
        st.builds("BIND ({} AS ?g) GRAPH ?g {{ {} }}".format, WRITTEN, inner),
    )


PATTERN = st.recursive(TRIPLE, _wrapped, max_leaves=4)
FORM = st.sampled_from(
    [
        "SELECT *",
        "SELECT (COUNT(*) AS ?n) (COUNT(DISTINCT ?g) AS ?m)",
        "SELECT DISTINCT ?g",
        "ASK",
        "CONSTRUCT { ?a ex:p0 ?b . ?a ex:p1 ?g }",
        "DESCRIBE ?a ex:n0",
    ]
)
CLAUSE = st.builds(
    "{}{}{}".format, st.sampled_from(["FROM", "FROM NAMED", "from named"]), st.just(" "), WRITTEN
)
CLAUSES = st.lists(CLAUSE, max_size=3).map(" ".join)
PROLOGUE = st.sampled_from([f"PREFIX ex: <{EX}> BASE <{EX}>", f"BASE <{EX}x> PREFIX ex: <> # FROM"])
QUERY = st.builds("{}\n{} {} {{ {} }}".format, PROLOGUE, FORM, CLAUSES, PATTERN)
PARAMETER = st.lists(st.sampled_from([*GRAPHS, EX + "none"]), max_size=2, unique=True).map(tuple)
ASKED = st.builds(Asked, QUERY, PARAMETER, PARAMETER)
FACT = st.builds(
    Quad,
    st.sampled_from(NODES),
    st.sampled_from(PREDICATES),
    st.sampled_from(NODES),
    st.sampled_from(list(map(NamedNode, GRAPHS))),
)


@settings(max_examples=400)
@given(
    facts=st.lists(FACT, min_size=4, max_size=16),
    allowed=st.sets(st.sampled_from([*GRAPHS, EX + "empty"])),
    asked=ASKED,
)
def test_a_query_over_listed_graphs_answers_as_if_there_were_no_others(
    facts: list[Quad], allowed: set[str], asked: Asked
) -> None:
    within = [quad for quad in facts if str(quad.graph_name)[1:-1] in allowed]

    of_all = answer_over(facts, tuple(sorted(allowed)), asked)
    of_few = answer_over(within, None, asked)

    assert of_all == of_few


@given(facts=st.lists(FACT, min_size=4, max_size=16), clauses=CLAUSES, form=PROLOGUE)
def test_from_means_the_graphs_that_the_engine_itself_takes_it_to_mean(
    facts: list[Quad], clauses: str, form: str
) -> None:
    pattern = "{ ?a ?p ?b } UNION { GRAPH ?g { ?a ?p ?b } }"
    query = f"{form}\nSELECT ?a ?p ?b ?g {clauses} {{ {pattern} }}"
    store = Store()
    store.extend(facts)

    ours = answer_over(facts, None, Asked(query, (), ()))

    union = "FROM" not in clauses.upper()
    results = store.query(query, use_default_graph_as_union=union)
    assert isinstance(results, QuerySolutions)
    theirs = results.serialize(format=QueryResultsFormat.TSV)
    assert theirs is not None
    assert ours[1] == sorted(theirs.splitlines())


@pytest.mark.parametrize(
    "query",
    [
        f"ASKFROM<{EX}g0> {{ ?a ?b ?c }}",
        f"SELECT * FROMNAMED<{EX}g0> {{ ?a ?b ?c }}",
        f"PREFIX NAMED: <{EX}> SELECT * FROM NAMED:g0 {{ ?a ?b ?c }}",
    ],
)
def test_a_from_that_could_be_read_in_two_ways_is_refused_where_graphs_are_listed(
    query: str,
) -> None:
    listed = answer_over([], (GRAPHS[0],), Asked(query, (), ()))

    assert listed[0].startswith("Write FROM and FROM NAMED as words of their own")


def answer_over(
    facts: list[Quad], readable: tuple[str, ...] | None, asked: Asked
) -> tuple[str, list[bytes]]:
    """What a worker answers over a store of these facts: what it is, and its lines in order."""
    store = Store()
    store.extend(facts)
    setting = Setting(
        None,
        asked.default_graphs,
        asked.named_graphs,
        True,
        "text/tab-separated-values",
        "application/n-triples",
        Limits(),
        readable=readable,
    )
    message = Job(asked.text, inspect(asked.text), setting).message()
    answer: Answer = open_worker(lambda path: store)(message, lambda piece: None)
    assert isinstance(answer, End | Refusal)
    if isinstance(answer, Refusal):
        return answer.detail, []
    return answer.content_type, sorted(answer.data.splitlines())


# ---- over a store of ours, through the processes that answer strangers

SHARED_GRAPH = NamedNode(BASE + "position-model/agent")
OWN = {
    "ana": [people_graph("ana"), person_conclusions_graph("ana")],
    "bo": [people_graph("bo"), person_conclusions_graph("bo")],
}
WHOSE = "SELECT DISTINCT ?s { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } } ORDER BY ?s"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeStore]:
    """One shared graph, and the facts and conclusions of two people."""
    named = {"shared": [SHARED_GRAPH], **OWN}
    with KnowledgeStore(tmp_path_factory.mktemp("reach") / "data") as opened:
        opened.replace_graphs(
            {
                graph: [Triple(NamedNode(EX + name), PREDICATES[0], NODES[0])]
                for name, graphs in named.items()
                for graph in graphs
            }
        )
        yield opened


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    with query_pool(size=1) as opened:
        yield opened


@pytest.mark.parametrize(
    ("reach", "seen"),
    [
        (EVERYTHING, ["ana", "bo", "shared"]),
        (SHARED, ["shared"]),
        (Reach(graphs=tuple(OWN["ana"])), ["ana", "shared"]),
        (Reach(graphs=(NamedNode(EX + "none"),)), ["shared"]),
    ],
)
@pytest.mark.parametrize(
    "clauses",
    ["", "".join(f" FROM {g} FROM NAMED {g}" for g in (SHARED_GRAPH, *OWN["ana"], *OWN["bo"]))],
)
def test_each_reach_sees_its_graphs_and_no_others_whether_they_are_asked_for_or_not(
    store: KnowledgeStore, pool: WorkerPool, reach: Reach, seen: list[str], clauses: str
) -> None:
    query = WHOSE.replace(" { {", clauses + " { {")

    answer = run_query(pool, store, QueryRequest(query, "text/csv", reach=reach))

    assert answer.body.decode().split() == ["s", *(EX + name for name in seen)]


def test_graphs_of_the_protocol_outside_the_reach_are_empty(
    store: KnowledgeStore, pool: WorkerPool
) -> None:
    graphs = tuple(graph.value for graph in OWN["bo"])
    for reach in (SHARED, Reach(graphs=tuple(OWN["ana"]))):
        request = QueryRequest(WHOSE, "text/csv", graphs, graphs, reach=reach)

        assert run_query(pool, store, request).body == b"s\r\n"


def test_an_answer_tells_whom_it_names(store: KnowledgeStore, pool: WorkerPool) -> None:
    people = f"VALUES ?x {{ <{BASE}person/ana> <{BASE}person/bo/fit/agent> <{BASE}personal> }}"
    graphs = "SELECT ?g { GRAPH ?g { ?s ?p ?o } }"

    for accept in ("application/json", "text/csv", "text/tab-separated-values", "application/xml"):
        answer = run_query(pool, store, QueryRequest(f"SELECT * {{ {people} }}", accept))
        by_graph = run_query(pool, store, QueryRequest(graphs, accept))

        assert answer.people == by_graph.people == {"ana", "bo"}, accept


@given(cuts=st.lists(st.integers(1, 60), max_size=30))
def test_people_are_found_wherever_the_pieces_of_an_answer_are_cut(cuts: list[int]) -> None:
    text = f'"{BASE}person/p-ana/fit/a","{BASE}conclusions/people/p-bo" {BASE}personal/x'.encode()
    found = PeopleInAnswer()
    position = 0

    for length in [*cuts, len(text)]:
        found.read(text[position : position + length])
        position += length

    assert found.keys() == {"p-ana", "p-bo"}
