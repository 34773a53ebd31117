"""People forgotten: their own graphs, and wherever else something mentions them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from urllib.parse import quote

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from kb_service.knowledge_base.keeping import Keeper
from kb_service.store import Term
from kb_service.vocabulary import (
    HISTORY_GRAPHS,
    PEOPLE_GRAPHS,
    PERSON_CONCLUSIONS,
)

_MENTIONS = """
SELECT ?graph ?subject ?predicate ?object WHERE {{
  GRAPH ?graph {{ ?subject ?predicate ?object }}
  FILTER ({conditions})
}}"""
# What may follow the id of a person in an IRI that is not that of somebody else.
_BOUNDARY = r"(?![A-Za-z0-9._~%-])"


def forget_people(keeper: Keeper, people: Collection[str]) -> None:
    """Remove all that was said, concluded and remembered of people, in every graph.

    Whoever else was described by a mention of them is concluded anew. The strings stay in the files
    of the store until it is rebuilt.
    """
    if not people:
        return
    with keeper.lock:
        keeper.remove_people(people)
        mentions = _Mentions(people)
        if shared := mentions.shared_graphs(keeper):
            keeper.replace_shared(shared)
        removed, added = list[Quad](), list[Quad]()
        for quad in mentions.stored(keeper):
            removed.append(quad)
            if _remembers(quad.graph_name):
                added += mentions.scrubbed(quad)
        keeper.store.apply(removed, added)
        others = _people_of(quad.graph_name for quad in removed)
        keeper.conclude(sorted(others & set(keeper.people_ids())))


class _Mentions:
    """Finds what names some people, by IRIs and by texts that have their IRIs in them."""

    def __init__(self, people: Collection[str]) -> None:
        self._ids = [quote(person, safe="") for person in people]
        ids = "|".join(map(re.escape, self._ids))
        self._named = re.compile(rf"/(?:person|people)/(?:{ids}){_BOUNDARY}")

    def shared_graphs(self, keeper: Keeper) -> dict[NamedNode, list[Triple]]:
        """The graphs of shared facts that mention them, without what does."""
        found = {}
        for name, triples in keeper.knowledge.graphs.items():
            left = [triple for triple in triples if not any(map(self._names, triple))]
            if len(left) < len(triples):
                found[name] = left
        return found

    def stored(self, keeper: Keeper) -> Iterator[Quad]:
        """Every quad in the store that mentions them."""
        places = ("subject", "predicate", "object")
        conditions = " || ".join(
            f"CONTAINS(STR(?{place}), {Literal('/' + id)})" for place in places for id in self._ids
        )
        for row in keeper.store.select(_MENTIONS.format(conditions=conditions)):
            subject, predicate, value = (row[place] for place in places)
            graph = row["graph"]
            assert isinstance(subject, NamedNode | BlankNode)
            assert isinstance(predicate, NamedNode) and isinstance(graph, NamedNode)
            if any(map(self._names, (subject, predicate, value))):
                yield Quad(subject, predicate, value, graph)

    def scrubbed(self, quad: Quad) -> Iterator[Quad]:
        """What is left of a remembered change: its lines that mention nobody of them."""
        value = quad.object
        if self._names(quad.subject) or not isinstance(value, Literal) or value.language:
            return
        lines = value.value.splitlines(keepends=True)
        left = "".join(line for line in lines if not self._named.search(line))
        kept = Literal(left, datatype=value.datatype)
        yield Quad(quad.subject, quad.predicate, kept, quad.graph_name)

    def _names(self, term: Term) -> bool:
        if isinstance(term, Triple):
            return any(map(self._names, term))
        return not isinstance(term, BlankNode) and bool(self._named.search(term.value))


def _remembers(graph: object) -> bool:
    """Whether a graph holds remembered changes, which are texts of several lines."""
    return isinstance(graph, NamedNode) and graph.value.startswith(HISTORY_GRAPHS)


def _people_of(graphs: Iterable[object]) -> set[str]:
    """The people in whose graphs of facts or conclusions something was."""
    names = {graph.value for graph in graphs if isinstance(graph, NamedNode)}
    starts = (PEOPLE_GRAPHS, PERSON_CONCLUSIONS)
    return {
        name.removeprefix(start) for name in names for start in starts if name.startswith(start)
    }
