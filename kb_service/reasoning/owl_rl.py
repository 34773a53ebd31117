"""What follows by the rules of OWL 2 RL, asked of the library owlrl: no Java, no tableau."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import rdflib
from owlrl.OWLRL import OWLRL_Semantics
from pyoxigraph import BlankNode, Literal, NamedNode, Triple
from rdflib import OWL
from rdflib.term import Node

from kb_service.reasoning.profile import Term
from kb_service.vocabulary import A, iri

_Edge = tuple[Node, Node, Node]


@dataclass(frozen=True)
class Closure:
    """Everything that the rules derive, the given facts among it, and what they object to.

    `clashes` is empty when the rules find no contradiction, which does not say there is none.
    """

    triples: frozenset[Triple]
    clashes: tuple[str, ...]


def words_of(clashes: Iterable[str]) -> set[str]:
    """What the complaints of the rules are made of, the IRIs that they name among it."""
    return {word for clash in clashes for word in re.findall(r"[^\s,()]+", clash)}


class _Rules(OWLRL_Semantics):  # type: ignore[misc]
    """The rules, without the triples that hold of every term and every literal there is.

    Those make a graph of thirty triples four times as large and nothing else follows from them.
    """

    def one_time_rules(self) -> None:
        """Nothing: types of literals and of OWL's own terms are not asked for."""

    def store_triple(self, t: _Edge) -> None:
        """Keep a derived triple, unless it says that something is itself."""
        if not (t[1] == OWL.sameAs and t[0] == t[2]):
            super().store_triple(t)


def closure(facts: Iterable[Triple]) -> Closure:
    """The facts with all that follows from them by the rules of OWL 2 RL.

    Facts about keys must not be among them: owlrl 7.6 leaves out the last property of a key when
    it compares, and so takes different things for one.
    """
    graph = rdflib.Graph()
    known: dict[Node, Term] = {}
    for fact in _spelled_out(facts):
        edge = tuple(
            _to_rdflib(term, known) for term in (fact.subject, fact.predicate, fact.object)
        )
        graph.add((edge[0], edge[1], edge[2]))
    rules = _Rules(graph, False, False, False)
    rules.closure()
    triples = (_to_oxigraph(edge, known) for edge in graph)
    return Closure(
        frozenset(triple for triple in triples if triple is not None),
        tuple(str(message) for message in rules.error_messages),
    )


def _spelled_out(facts: Iterable[Triple]) -> Iterator[Triple]:
    """The facts, with a disjoint union, of which the rules know nothing, said in full."""
    for fact in facts:
        yield fact
        if fact.predicate == iri("owl", "disjointUnionOf"):
            apart = BlankNode()
            yield Triple(fact.subject, iri("owl", "unionOf"), fact.object)
            yield Triple(apart, A, iri("owl", "AllDisjointClasses"))
            yield Triple(apart, iri("owl", "members"), fact.object)


def _to_rdflib(term: Term, known: dict[Node, Term]) -> Node:
    made: Node
    if isinstance(term, NamedNode):
        made = rdflib.URIRef(term.value)
    elif isinstance(term, BlankNode):
        made = rdflib.BNode(term.value)
    elif isinstance(term, Literal):
        datatype = None if term.language else rdflib.URIRef(term.datatype.value)
        made = rdflib.Literal(term.value, lang=term.language, datatype=datatype, normalize=False)
    else:
        raise ValueError(f"a statement about a statement is no OWL: {term}")
    known[made] = term
    return made


def _to_oxigraph(edge: _Edge, known: dict[Node, Term]) -> Triple | None:
    """The triple as it was; None for what RDF cannot say (a text with properties) or for an error."""
    subject, predicate, object = (known.get(term) or _own_term(term) for term in edge)
    if isinstance(subject, NamedNode | BlankNode) and isinstance(predicate, NamedNode) and object:
        return Triple(subject, predicate, object)
    return None


def _own_term(term: Node) -> Term | None:
    """A term that no fact had: one of OWL's."""
    return NamedNode(str(term)) if isinstance(term, rdflib.URIRef) else None
