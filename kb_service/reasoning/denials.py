"""Questions to a reasoner: a class that nothing can belong to if, and only if, a triple follows."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import NamedNode, Triple

from kb_service.reasoning.expressions import Expression, complement, has_value, only
from kb_service.reasoning.profile import Term
from kb_service.reasoning.telling import SUB_CLASS, kind_of
from kb_service.vocabulary import BASE, A, iri

DENIED = NamedNode(BASE + "ontology/reasoner-probe#Denied")
"""The class in question."""
_ANYTHING = NamedNode(BASE + "ontology/reasoner-probe#anything")


def denial(triple: Triple) -> list[Triple]:
    """DENIED are the things for which the triple does not hold though it should."""
    subject, object = _named(triple.subject), triple.object
    match kind_of(triple):
        case "type":
            return _below(only(subject), complement(Expression(_named(object))))
        case "subclass":
            return _below(Expression(subject), complement(Expression(_named(object))))
        case "subproperty":
            below, above = (has_value(each, _ANYTHING) for each in (subject, _named(object)))
            return _below(below, complement(above))
        case _:
            return _below(only(subject), complement(has_value(triple.predicate, object)))


def denial_of_members(name: NamedNode) -> list[Triple]:
    """DENIED are the members of the class, which may be impossible."""
    return _below(Expression(name))


def with_a_member(denial: Iterable[Triple]) -> list[Triple]:
    """The denial, and something in DENIED: a contradiction where there can be no such thing."""
    return [*denial, Triple(_ANYTHING, A, DENIED)]


def _below(*classes: Expression) -> list[Triple]:
    """DENIED lies below each of these."""
    said = [Triple(DENIED, A, iri("owl", "Class"))]
    for each in classes:
        said += [Triple(DENIED, SUB_CLASS, each.node), *each.triples]
    return said


def _named(term: Term) -> NamedNode:
    if not isinstance(term, NamedNode):
        raise TypeError(f"only what has a name follows: {term}")
    return term
