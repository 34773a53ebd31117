"""How many people a term is used of, and what is said of a node: counted and read from the store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kb_service.store import KnowledgeStore
from kb_service.store.reach import Reach
from kb_service.vocabulary import (
    PEOPLE_GRAPHS,
    PERSON_CONCLUSIONS,
    RATER_CONCLUSIONS,
    RATER_GRAPHS,
)

_COUNT = """
SELECT (COUNT(DISTINCT ?person) AS ?people) WHERE {{
  GRAPH ?graph {{
    {{ ?subject {term} ?object }} UNION {{ ?subject ?property {term} }}
  }}
  VALUES ?begins {{ {beginnings} }}
  FILTER (STRSTARTS(STR(?graph), ?begins))
  BIND (STRAFTER(STR(?graph), ?begins) AS ?person)
}}"""
_GRAPHS = "SELECT DISTINCT ?graph WHERE {{ GRAPH ?graph {{ {node} ?property ?value }} }}"
_SAID = "SELECT ?property ?value WHERE {{ GRAPH {graph} {{ {node} ?property ?value }} }}"


@dataclass(frozen=True)
class PeopleUsing:
    """Of how many people the facts use a term, and of how many the conclusions do."""

    facts: int
    conclusions: int


def people_using(store: KnowledgeStore, term: NamedNode, reach: Reach) -> PeopleUsing:
    """Of how many people in reach something is said with a term, as a property or a value."""
    return PeopleUsing(
        _count(store, term, (PEOPLE_GRAPHS, RATER_GRAPHS), reach),
        _count(store, term, (PERSON_CONCLUSIONS, RATER_CONCLUSIONS), reach),
    )


def _count(store: KnowledgeStore, term: NamedNode, begins: Iterable[str], reach: Reach) -> int:
    beginnings = " ".join(str(Literal(each)) for each in begins)
    (row,) = store.select(_COUNT.format(term=term, beginnings=beginnings), reach)
    count = row["people"]
    return int(count.value) if isinstance(count, Literal) else 0


@dataclass(frozen=True)
class Description:
    """What is said of a node, and the graphs that say it."""

    triples: tuple[Triple, ...]
    graphs: tuple[NamedNode, ...]


def description(store: KnowledgeStore, node: NamedNode, reach: Reach) -> Description:
    """What the graphs in reach say of a node, with all that they say of its blank nodes."""
    found = [row["graph"] for row in store.select(_GRAPHS.format(node=node), reach)]
    graphs = tuple(graph for graph in found if isinstance(graph, NamedNode))
    said = (triple for graph in graphs for triple in _bounded(store, node, graph, reach))
    return Description(tuple(dict.fromkeys(said)), graphs)


def _bounded(
    store: KnowledgeStore, node: NamedNode, graph: NamedNode, reach: Reach
) -> Iterator[Triple]:
    rows = store.select(_SAID.format(graph=graph, node=node), reach)
    if not any(isinstance(row["value"], BlankNode) for row in rows):
        for row in rows:
            if isinstance(property := row["property"], NamedNode):
                yield Triple(node, property, row["value"])
        return
    # A blank node has no name by which a second query could ask for it, so the graph is walked.
    triples = store.graph(graph)
    waiting: list[NamedNode | BlankNode] = [node]
    passed = set[NamedNode | BlankNode]()
    while waiting:
        subject = waiting.pop()
        passed.add(subject)
        for triple in triples:
            if triple.subject == subject:
                yield triple
                if isinstance(triple.object, BlankNode) and triple.object not in passed:
                    waiting.append(triple.object)
