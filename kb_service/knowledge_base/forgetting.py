"""People forgotten: their own graphs, and wherever else something mentions them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from urllib.parse import quote
from uuid import uuid4

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kb_service.findings import RefusedInput
from kb_service.knowledge_base.history import who_changes
from kb_service.knowledge_base.keeping import Keeper, NamedGraphs
from kb_service.knowledge_base.model_versions.erasing import without_mentions
from kb_service.knowledge_base.model_versions.following import PRODUCT, Moment
from kb_service.knowledge_base.model_versions.records import ModelVersion
from kb_service.register import is_key
from kb_service.store import KnowledgeStore, Term
from kb_service.store.canonical_form import content_digest
from kb_service.vocabulary import BASE, HISTORY_GRAPHS, OF_PEOPLE

_MENTIONING = """
SELECT DISTINCT ?graph WHERE {{
  GRAPH ?graph {{ ?subject ?predicate ?object }}
  FILTER (isTRIPLE(?object) || {conditions})
}}"""
# What may follow the id of a person in an IRI that is not that of somebody else.
_BOUNDARY = r"(?![A-Za-z0-9._~%-])"
_NAMES_OF_NODES = f"{BASE}.well-known/genid/"
"""Of nodes that had no name, as RDF recommends."""


def forget_people(keeper: Keeper, people: Collection[str]) -> None:
    """Remove all that was said, concluded and remembered of people, in every graph, or nothing.

    Whoever else was described by a mention of them is concluded anew. Texts of position models keep
    all that does not mention them. The strings stay in the files of the store until it is rebuilt.
    Raises RuleStoppedError.
    """
    if not people:
        return
    with keeper.lock:
        mentions = _Mentions(people)
        told = {
            name: _told_apart(keeper, name, triples, mentions.left_of(triples))
            for name, triples in keeper.knowledge.graphs.items()
            if any(map(mentions.are_in, triples))
        }
        to_be = {name: left for name, (left, _) in told.items()}
        mentioning = mentions.graphs(keeper.store)
        others = _people_of(mentioning) & set(keeper.people_ids()) - {*people}
        facts = {p: mentions.left_of(keeper.facts_with_raters(p)) for p in others}
        keeper.replace(
            to_be,
            {**facts, **dict.fromkeys(people, [])},
            _versions_without(mentions, keeper, to_be),
            digest=lambda name, _: told[name][1],
            edited=lambda graphs: mentions.removed(graphs, mentioning, keeper.store),
        )


def _versions_without(
    mentions: _Mentions, keeper: Keeper, to_be: Mapping[NamedNode, list[Triple]]
) -> list[ModelVersion] | None:
    """The versions of position models without mentions; None when they have none as it is."""
    recorded = keeper.recorded_versions()
    moment = Moment(who_changes(PRODUCT), keeper.now().isoformat(timespec="microseconds"))
    left = without_mentions(recorded, mentions.are_in, to_be, moment)
    return None if left == recorded else left


def _told_apart(
    keeper: Keeper, name: NamedNode, before: Iterable[Triple], left: list[Triple]
) -> tuple[list[Triple], str]:
    """What is left of a graph, with its digest.

    Blank nodes that nothing but a mention told apart could not be told apart in time any more. They
    are given names then; where even that is not enough, every blank node of the graph is.
    """
    lost = {node for triple in {*before} - {*left} for node in _blank_nodes(triple)}
    for nodes in (set[BlankNode](), lost):
        named = _with_names(left, nodes)
        with suppress(RefusedInput):
            return named, keeper.digest(name, named)
    named = _with_names(left, {node for triple in left for node in _blank_nodes(triple)})
    return named, content_digest(named)


class _Mentions:
    """Finds what names some people, by their IRIs, or by pseudonym in the middle of a text."""

    def __init__(self, people: Collection[str]) -> None:
        ids = {person: quote(person, safe="") for person in people}
        every = "|".join(map(re.escape, ids.values()))
        keys = "|".join(id for person, id in ids.items() if is_key(person))
        bare = rf"|\b(?:{keys}){_BOUNDARY}" if keys else ""
        self._named = re.compile(rf"/(?:person|people)/(?:{every}){_BOUNDARY}{bare}")
        self._parts = [id if is_key(person) else f"/{id}" for person, id in ids.items()]

    def graphs(self, store: KnowledgeStore) -> list[NamedNode]:
        """The graphs in the store that may mention them."""
        places = ("subject", "predicate", "object")
        conditions = " || ".join(
            f"CONTAINS(STR(?{place}), {Literal(part)})" for place in places for part in self._parts
        )
        rows = store.select(_MENTIONING.format(conditions=conditions))
        return [graph for row in rows if isinstance(graph := row["graph"], NamedNode)]

    def are_in(self, triple: Triple) -> bool:
        """Whether a triple mentions them."""
        return any(map(self._names, triple))

    def left_of(self, triples: Iterable[Triple]) -> list[Triple]:
        """The triples that do not mention them."""
        return [triple for triple in triples if not self.are_in(triple)]

    def removed(
        self, graphs: NamedGraphs, mentioning: Iterable[NamedNode], store: KnowledgeStore
    ) -> NamedGraphs:
        """Graphs as they are to be, and after these every other that mentions them, without it."""
        others = dict.fromkeys(mentioning)
        for name, triples in graphs:
            others.pop(name, None)
            yield name, self._left_in(name, triples)
        for name in others:
            yield name, self._left_in(name, store.graph(name))

    def _left_in(self, graph: NamedNode, triples: Iterable[Triple]) -> list[Triple]:
        if graph.value.startswith(HISTORY_GRAPHS):
            return [left for triple in triples for left in self._scrubbed(triple)]
        return self.left_of(triples)

    def _scrubbed(self, triple: Triple) -> Iterator[Triple]:
        """What is left of a remembered change, a text with a line for each triple."""
        value = triple.object
        if not self.are_in(triple):
            yield triple
        elif not self._names(triple.subject) and isinstance(value, Literal):
            lines = value.value.split("\n")
            left = "\n".join(line for line in lines if not self._named.search(line))
            yield Triple(triple.subject, triple.predicate, Literal(left, datatype=value.datatype))

    def _names(self, term: Term) -> bool:
        if isinstance(term, Triple):
            return self.are_in(term)
        return not isinstance(term, BlankNode) and bool(self._named.search(term.value))


def _with_names(triples: Iterable[Triple], nodes: Iterable[BlankNode]) -> list[Triple]:
    """The triples, in which each of these blank nodes has a name that nobody has."""
    names = {node: NamedNode(f"{_NAMES_OF_NODES}{uuid4().hex}") for node in nodes}

    def named(triple: Triple) -> Triple:
        subject, predicate, value = triple
        if isinstance(subject, BlankNode):
            subject = names.get(subject, subject)
        if isinstance(value, BlankNode):
            value = names.get(value, value)
        elif isinstance(value, Triple):
            value = named(value)
        return Triple(subject, predicate, value)

    return list(map(named, triples))


def _blank_nodes(triple: Triple) -> Iterator[BlankNode]:
    for term in triple:
        if isinstance(term, BlankNode):
            yield term
        elif isinstance(term, Triple):
            yield from _blank_nodes(term)


def _people_of(graphs: Iterable[NamedNode]) -> set[str]:
    """The people in whose graphs of facts or conclusions something is."""
    return {
        graph.value.removeprefix(start)
        for graph in graphs
        for start in OF_PEOPLE
        if graph.value.startswith(start) and not graph.value.startswith(HISTORY_GRAPHS)
    }
