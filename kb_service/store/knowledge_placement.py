"""Where triples belong that are written to the default graph of the knowledge base, and who may."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kb_service.people_records.raters import TELLING
from kb_service.store.placement import Place, UpdateProblem
from kb_service.store.quad_state import QuadState
from kb_service.vocabulary import (
    BELONGS_TO,
    CONCLUSIONS,
    HISTORY_GRAPHS,
    HOLDS,
    MODEL_VERSIONS_GRAPH,
    ORGANISATION_GRAPH,
    PEOPLE_GRAPHS,
    RATER_GRAPHS,
    RULES_GRAPH,
    STORE_GRAPH,
    STUDY_GRAPHS,
    VERSIONS_GRAPH,
    A,
    iri,
)

Term: TypeAlias = NamedNode | BlankNode | Literal | Triple

_PERSON = iri("person").value
_ONTOLOGY = iri("owl", "Ontology")
_LONGEST_WAY = 2
"""From a rating over its assessment to the person."""
_MOST_NODES_BETWEEN = 100
"""Blank nodes, each described by the one before, as in a list."""


class GraphKind(Enum):
    """What a graph is for, which decides who may write it."""

    PERSON = "the facts about one person"
    STUDY = "what one model-building study collected"
    MODEL = "an ontology or model that somebody wrote"
    ORGANISATION = "what describes the organisation"
    SHIPPED = "knowledge that ships with the product"
    OURS = "what the service itself writes"


def kind_of(graph: NamedNode, shipped: frozenset[NamedNode]) -> GraphKind:
    """What a graph is for."""
    if graph.value.startswith((CONCLUSIONS, HISTORY_GRAPHS)):
        return GraphKind.OURS
    if graph in (STORE_GRAPH, VERSIONS_GRAPH, RULES_GRAPH, MODEL_VERSIONS_GRAPH):
        return GraphKind.OURS
    if graph.value.startswith((PEOPLE_GRAPHS, RATER_GRAPHS)):
        return GraphKind.PERSON
    if graph.value.startswith(STUDY_GRAPHS):
        return GraphKind.STUDY
    if graph == ORGANISATION_GRAPH:
        return GraphKind.ORGANISATION
    return GraphKind.SHIPPED if graph in shipped else GraphKind.MODEL


@dataclass(frozen=True)
class KnowledgePlacement:
    """The default graph is the union; what is written to it goes to the graph that it belongs to.

    Facts about a person go to that person's graph, who rated them to the one beside it, others to the graph where their subject lives,
    or to the one ontology that is declared beside them.
    """

    writable: frozenset[GraphKind]
    shipped: frozenset[NamedNode]
    is_union = True

    def holders(self, triple: Triple, state: QuadState) -> Iterable[Place]:
        """Every graph that has the triple and that this caller may write."""
        for quad in list(state.matches(triple.subject, triple.predicate, triple.object)):
            graph = quad.graph_name
            if isinstance(graph, NamedNode) and kind_of(graph, self.shipped) in self.writable:
                yield graph

    def homes(self, triples: Sequence[Triple], state: QuadState) -> Mapping[Triple, Place]:
        """The graph that each triple belongs to; raises UpdateProblem where that is not clear."""
        return _Homes(triples, state).all()


class _Homes:
    """Finds the graphs of triples that are added together."""

    def __init__(self, triples: Sequence[Triple], state: QuadState) -> None:
        self._triples = triples
        self._state = state
        self._owners: dict[Term, Term] = {
            t.subject: t.object for t in triples if t.predicate in BELONGS_TO
        }
        self._owners |= {t.object: t.subject for t in triples if t.predicate == HOLDS}
        self._described_by: dict[Term, Term] = {t.object: t.subject for t in triples}
        self._ontologies = {
            t.subject for t in triples if t.predicate == A and t.object == _ONTOLOGY
        }
        self._known: dict[Term, NamedNode] = {}

    def all(self) -> dict[Triple, Place]:
        """The home of each triple."""
        return {
            triple: self._of_raters(triple, self._home(triple.subject)) for triple in self._triples
        }

    def _of_raters(self, triple: Triple, home: NamedNode) -> NamedNode:
        """The graph beside that of a person, for what tells who rated them."""
        if triple.predicate in TELLING and home.value.startswith(PEOPLE_GRAPHS):
            return NamedNode(RATER_GRAPHS + home.value.removeprefix(PEOPLE_GRAPHS))
        return home

    def _home(self, subject: Term) -> NamedNode:
        if subject not in self._known:
            self._known[subject] = self._found(self._named(subject))
        return self._known[subject]

    def _named(self, node: Term) -> Term:
        """What describes a blank node in the end."""
        for _ in range(_MOST_NODES_BETWEEN):
            if not isinstance(node, BlankNode) or node not in self._described_by:
                break
            node = self._described_by[node]
        return node

    def _found(self, subject: Term) -> NamedNode:
        person = self._person(subject)
        if person is not None:
            return NamedNode(PEOPLE_GRAPHS + person)
        lives = self._where_it_lives(subject)
        if len(lives) == 1:
            return lives.pop()
        if not lives and len(self._ontologies) == 1:
            (ontology,) = self._ontologies
            if isinstance(ontology, NamedNode):
                return ontology
        raise _unclear(subject, lives)

    def _person(self, subject: Term) -> str | None:
        """The last part of the IRI of the person that something is about."""
        node = subject
        for _ in range(_LONGEST_WAY + 1):
            if isinstance(node, NamedNode) and node.value.startswith(_PERSON):
                return node.value[len(_PERSON) :].partition("/")[0]
            owner = self._owner(node)
            if owner is None:
                return None
            node = owner
        return None

    def _owner(self, node: Term) -> Term | None:
        if node in self._owners:
            return self._owners[node]
        if not isinstance(node, NamedNode | BlankNode):
            return None
        for predicate in BELONGS_TO:
            for quad in self._state.matches(node, predicate):
                return quad.object
        for quad in self._state.matches(None, HOLDS, node):
            return quad.subject
        return None

    def _where_it_lives(self, subject: Term) -> set[NamedNode]:
        """The graphs in which something says something of it, beside what the service writes."""
        if not isinstance(subject, NamedNode | BlankNode):
            return set()
        graphs = {quad.graph_name for quad in self._state.matches(subject)}
        return {
            graph
            for graph in graphs
            if isinstance(graph, NamedNode) and kind_of(graph, frozenset()) is not GraphKind.OURS
        }


def _unclear(subject: Term, lives: set[NamedNode]) -> UpdateProblem:
    if lives:
        listed = ", ".join(sorted(str(graph) for graph in lives)[:5])
        return UpdateProblem(
            422,
            f"{subject} 在多个图中都有描述（{listed}）；请用 GRAPH 写明写入哪一个图。",
            f"{subject} is described in several graphs ({listed}); say which one by GRAPH.",
        )
    return UpdateProblem(
        422,
        f"看不出关于 {subject} 的内容应写入哪个图；请用 GRAPH 写明图名，或一并写出一个 "
        "owl:Ontology 声明。",
        f"It is not clear which graph what is said of {subject} belongs to; name it by GRAPH, or "
        "declare an owl:Ontology beside it.",
    )
