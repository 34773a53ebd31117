"""Who cannot be what is said of them: each individual turned into a class of its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kb_service.reasoning.axioms import Axiom
from kb_service.reasoning.denials import DENIED
from kb_service.reasoning.expressions import (
    Expression,
    has_some,
    has_value,
    intersection,
    only,
    renewed,
)
from kb_service.reasoning.side_by_side import Goal
from kb_service.reasoning.telling import SUB_CLASS
from kb_service.vocabulary import BASE, A, iri

_LIKE = BASE + "ontology/reasoner-probe/like/"


@dataclass(frozen=True)
class Likenesses:
    """Facts without assertions, and the individual behind each class that stands for one."""

    facts: tuple[Triple, ...]
    individuals: Mapping[str, NamedNode]


def likenesses(axioms: Sequence[Axiom]) -> Likenesses:
    """For each individual a class of what is said of it, beside the axioms that are no assertions.

    If nothing can belong to that class, what is said of the individual is a contradiction: a
    reasoner finds all of them in one run, where it would stop at the first contradiction among
    assertions. What an individual is related to counts with its classes, not with more.
    """
    assertions, facts = _assertions(axioms)
    individuals: dict[str, NamedNode] = {}
    for number, individual in enumerate(sorted(assertions, key=str)):
        like = NamedNode(f"{_LIKE}{number}")
        individuals[like.value] = individual
        facts += _likeness(like, individual, assertions)
    return Likenesses(tuple(dict.fromkeys(facts)), individuals)


def suspect(individual: NamedNode) -> Goal:
    """That what is said of this individual is a contradiction."""

    def spelled(axioms: Sequence[Axiom]) -> list[Triple]:
        assertions, facts = _assertions(axioms)
        return [*facts, *_likeness(DENIED, individual, assertions)]

    return Goal(individual, (individual,), spelled)


def _assertions(
    axioms: Iterable[Axiom],
) -> tuple[Mapping[NamedNode, Sequence[Axiom]], list[Triple]]:
    """The assertions by their subject, and the facts of all other axioms."""
    assertions: dict[NamedNode, list[Axiom]] = defaultdict(list)
    facts: list[Triple] = []
    for axiom in axioms:
        subject = axiom.head.subject
        if axiom.individuals and isinstance(subject, NamedNode) and not axiom.only_separates:
            assertions[subject].append(axiom)
        else:
            facts += axiom.triples
    return assertions, facts


def _likeness(
    like: NamedNode, individual: NamedNode, assertions: Mapping[NamedNode, Sequence[Axiom]]
) -> list[Triple]:
    """The class of whatever is the individual and all that is said of it."""
    facts = [Triple(like, A, iri("owl", "Class"))]
    about = assertions.get(individual, ())
    for each in (only(individual), *_said(about, assertions)):
        facts += [Triple(like, SUB_CLASS, each.node), *each.triples]
    return facts


def _said(
    about: Sequence[Axiom], assertions: Mapping[NamedNode, Sequence[Axiom]]
) -> Iterator[Expression]:
    """What these assertions say of their subject, as classes above it."""
    yield from _classes(about)
    for axiom in about:
        head = axiom.head
        if head.predicate == iri("owl", "sameAs") and isinstance(head.object, NamedNode):
            yield only(head.object)
        elif head.predicate != A and isinstance(head.object, NamedNode):
            classes = _classes(assertions.get(head.object, ()))
            yield has_some(head.predicate, intersection([only(head.object), *classes]))
        elif isinstance(head.object, Literal):
            yield has_value(head.predicate, head.object)


def _classes(about: Iterable[Axiom]) -> Iterator[Expression]:
    """The classes that assertions say their subject to be in, written anew each time."""
    for axiom in about:
        node = axiom.head.object
        if axiom.head.predicate == A and isinstance(node, NamedNode | BlankNode):
            rest = (triple for triple in axiom.triples if triple != axiom.head)
            yield renewed(Expression(node, tuple(rest)))
