"""Other engines conclude from the same rules what our engine does, triple by triple.

`tests/slow` holds the same of everybody in the example organisation.
"""

from __future__ import annotations

from collections import Counter
from functools import cache

from hypothesis import given
from hypothesis import strategies as st
from rdflib import Graph, Namespace, Variable
from rdflib.term import Node

from kb_service.engine.conclude import conclude
from kb_service.engine.rules import RuleBook, read_rule_book
from kb_service.vocabulary import iri
from tests.reference_engines import (
    Statement,
    conclude_with_pyshacl,
    conclude_with_rdflib,
    conclusions_in,
    normal,
    patterns_ordered_to_join,
)
from tests.small_appraisals import AS_OF, people_facts, shared_facts

EX = Namespace("https://example.org/")
NODES = st.sampled_from([EX.a, EX.b, EX.c])
PREDICATES = st.sampled_from([EX.p, EX.q])
VARIABLES = st.sampled_from([Variable(name) for name in "xyz"])
GRAPHS = st.sets(st.tuples(NODES, PREDICATES, NODES), max_size=12)
PATTERNS = st.lists(
    st.tuples(NODES | VARIABLES, PREDICATES | VARIABLES, NODES | VARIABLES), min_size=1, max_size=4
)


@cache
def rules() -> RuleBook:
    return read_rule_book()


@cache
def concluded() -> set[Statement]:
    """What our own engine concludes, shared and about people."""
    found = conclude(rules(), shared_facts(), people_facts(), AS_OF)
    return normal([*found.shared, *(triple for told in found.people.values() for triple in told)])


def test_every_rule_concludes_something_about_the_small_organisation_or_its_study() -> None:
    by = ("iri", iri("judgement", "concludedBy").value)
    used = {value for _, predicate, (_, value) in concluded() if predicate == by}

    assert rules().by_iri.keys() - used == set()


def test_rdflib_concludes_the_same() -> None:
    with patterns_ordered_to_join():
        found = conclude_with_rdflib(rules(), shared_facts(), people_facts(), AS_OF)

    assert conclusions_in(found) == concluded()


def test_rdflib_over_oxigraph_concludes_the_same() -> None:
    facts = shared_facts(), people_facts()

    found = conclude_with_rdflib(rules(), *facts, AS_OF, store="Oxigraph")

    assert conclusions_in(found) == concluded()


def test_pyshacl_concludes_the_same() -> None:
    with patterns_ordered_to_join():
        found = conclude_with_pyshacl(rules(), shared_facts(), people_facts(), AS_OF)

    assert conclusions_in(found) == concluded()


@given(GRAPHS, PATTERNS)
def test_the_order_in_which_rdflib_takes_patterns_changes_no_solution(
    triples: set[tuple[Node, Node, Node]], patterns: list[tuple[Node, Node, Node]]
) -> None:
    graph = Graph()
    for triple in triples:
        graph.add(triple)
    group = " . ".join(" ".join(node.n3() for node in pattern) for pattern in patterns)

    as_rdflib_orders = solutions(graph, group)
    with patterns_ordered_to_join():
        as_we_order = solutions(graph, group)

    assert as_we_order == as_rdflib_orders


def solutions(graph: Graph, group: str) -> Counter[frozenset[tuple[Variable, Node]]]:
    """The solutions of a group of patterns, each as often as it is found."""
    found = graph.query(f"SELECT ?x ?y ?z WHERE {{ {group} }}").bindings
    return Counter(frozenset(solution.items()) for solution in found)
