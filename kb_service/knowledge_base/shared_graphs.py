"""The graphs that are not about one person: which they are, what changes, how they are to be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pyoxigraph import Literal, NamedNode, Triple

from kb_service.engine.shacl_rules import rules_as_shacl
from kb_service.knowledge_base.history import revision
from kb_service.knowledge_base.judging import Knowledge
from kb_service.knowledge_base.versions import KnowledgeVersion, stamp
from kb_service.store import KnowledgeStore, as_stored
from kb_service.vocabulary import (
    HISTORY_GRAPHS,
    MODEL_VERSIONS_GRAPH,
    OF_PEOPLE,
    RULES_GRAPH,
    SHARED_CONCLUSIONS,
    SHARED_HISTORY,
    STORE_GRAPH,
    STUDY_CONCLUSIONS,
    STUDY_GRAPHS,
    VERSIONS_GRAPH,
    iri,
)

STORE = STORE_GRAPH
"""The graph in which the store says what it was filled from, and for which day."""

AS_OF = iri("judgement", "asOf")

_OF_THE_STORE = {STORE, RULES_GRAPH, SHARED_CONCLUSIONS, VERSIONS_GRAPH, MODEL_VERSIONS_GRAPH}
_ABOUT_SOMEBODY_OR_PAST = (
    *OF_PEOPLE,
    STUDY_GRAPHS,
    STUDY_CONCLUSIONS,
    HISTORY_GRAPHS,
)


def names_of_shared_graphs(store: KnowledgeStore) -> list[NamedNode]:
    """Every graph of asserted facts that are about no one person and no one study."""
    return [
        name
        for name in store.graph_names()
        if name not in _OF_THE_STORE and not name.value.startswith(_ABOUT_SOMEBODY_OR_PAST)
    ]


@dataclass(frozen=True)
class ChangedGraphs:
    """Graphs that say something else than before, as the store will have them."""

    graphs: Mapping[NamedNode, list[Triple]]
    digests: Mapping[NamedNode, str]


@dataclass(frozen=True)
class Retold:
    """What graphs hold and what is remembered of them, in other words than are stored.

    Only what reads otherwise is in there; `shared` has the rules as well.
    """

    shared: Mapping[NamedNode, list[Triple]] = field(default_factory=dict)
    people: Mapping[str, list[Triple]] = field(default_factory=dict)
    """The facts about somebody, who rated them included."""
    studies: Mapping[NamedNode, list[Triple]] = field(default_factory=dict)
    """What studies collected, by the names of their graphs."""
    histories: Mapping[NamedNode, list[Triple]] = field(default_factory=dict)


AS_STORED = Retold()
"""Nothing is told in other words."""


def changed_graphs(
    old: KnowledgeVersion,
    given: Mapping[NamedNode, list[Triple]],
    digest: Callable[[NamedNode, list[Triple]], str],
) -> ChangedGraphs:
    """Which graphs say something else than before, by the digests that `digest` finds.

    Blank nodes have other names each time a file is read, which changes nothing.
    """
    graphs: dict[NamedNode, list[Triple]] = {}
    digests: dict[NamedNode, str] = {}
    for name, triples in given.items():
        found = as_stored(triples)
        if set(found) == set(old.graphs.get(name, [])):
            continue
        of_content = digest(name, found)
        if name not in old.graphs or of_content != old.digest(name):
            graphs[name], digests[name] = found, of_content
    return ChangedGraphs(graphs, digests)


def graphs_to_be(
    store: KnowledgeStore,
    old: Knowledge,
    new: Knowledge,
    graphs: Mapping[NamedNode, list[Triple]],
    at: datetime,
    marks: Sequence[Triple] | None,
    retold: Retold = AS_STORED,
) -> Iterator[tuple[NamedNode, list[Triple]]]:
    """Every graph that is not about one person, as it is to be.

    What is remembered of a change is told in the words of `retold`.
    """
    remembered = [*retold.histories.get(SHARED_HISTORY, store.graph(SHARED_HISTORY))]
    for name, triples in graphs.items():
        before = retold.shared.get(name, old.graphs.get(name, []))
        remembered += revision(name, before, triples, at)
        yield name, triples
    book = rules_as_shacl(new.rules)
    stored = retold.shared.get(RULES_GRAPH, store.graph(RULES_GRAPH))
    remembered += revision(RULES_GRAPH, stored, book, at)
    yield RULES_GRAPH, book
    yield SHARED_HISTORY, remembered
    versions = store.graph(VERSIONS_GRAPH)
    version = new.version.node
    if not any(triple.subject == version for triple in versions):
        yield VERSIONS_GRAPH, [*versions, *new.version.described(at)]
    said = stamp(SHARED_CONCLUSIONS, version, new.as_of, at)
    yield SHARED_CONCLUSIONS, [*new.inferred, *new.premises.conclusions, *said]
    facts = store.graph(STORE) if marks is None else [*marks]
    day = Literal(new.as_of.isoformat(), datatype=iri("xsd", "date"))
    rest = [fact for fact in facts if fact.predicate != AS_OF]
    yield STORE, [*rest, Triple(STORE, AS_OF, day)]


def joined(graphs: Mapping[NamedNode, list[Triple]]) -> list[Triple]:
    """The triples of graphs together."""
    return [triple for triples in graphs.values() for triple in triples]
