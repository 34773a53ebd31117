"""Which of the triples that follow are worth telling, and of which kind each is."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import Literal, NamedNode, Triple

from kb_service.reasoning.profile import BUILT_IN, Term
from kb_service.vocabulary import A, iri

SUB_CLASS, SUB_PROPERTY = iri("rdfs", "subClassOf"), iri("rdfs", "subPropertyOf")
KINDS = ("type", "subclass", "subproperty", "value")
_EQUIVALENT = {
    iri("owl", "equivalentClass"): SUB_CLASS,
    iri("owl", "equivalentProperty"): SUB_PROPERTY,
}
_PROPERTY_TYPES = {iri("owl", "ObjectProperty"), iri("owl", "DatatypeProperty")}


def kind_of(triple: Triple) -> str:
    """One of `KINDS`: an individual's class, a class or property below another, or a value."""
    if triple.predicate == A:
        return "type"
    if triple.predicate == SUB_CLASS:
        return "subclass"
    return "subproperty" if triple.predicate == SUB_PROPERTY else "value"


def as_subsumptions(triples: Iterable[Triple]) -> set[Triple]:
    """The triples, with an equivalence said as one subsumption in each direction."""
    said = set[Triple]()
    for triple in triples:
        below = _EQUIVALENT.get(triple.predicate)
        if below is None:
            said.add(triple)
        elif isinstance(triple.object, NamedNode):
            said |= {
                Triple(triple.subject, below, triple.object),
                Triple(triple.object, below, triple.subject),
            }
    return said


def telling(triples: Iterable[Triple], facts: Iterable[Triple]) -> set[Triple]:
    """Those triples that tell something about named things beyond the facts themselves.

    Left out is what holds by definition (everything is below itself and a thing), what is about
    nothing (a class without possible members is below every other) and any helper in between.
    """
    known = set(facts)
    classes: set[Term] = {
        t.subject for t in known if t.predicate == A and t.object == iri("owl", "Class")
    }
    properties: set[Term] = {
        t.subject for t in known if t.predicate == A and t.object in _PROPERTY_TYPES
    }
    return {
        triple
        for triple in triples
        if triple not in known
        and triple.subject != triple.object
        and _is_ours(triple.subject)
        and _connects(triple, classes, properties)
    }


def _connects(triple: Triple, classes: set[Term], properties: set[Term]) -> bool:
    if triple.predicate in (A, SUB_CLASS):
        return _is_ours(triple.object) and triple.object in classes
    if triple.predicate == SUB_PROPERTY:
        return triple.subject in properties and triple.object in properties
    if triple.predicate in properties and _is_ours(triple.predicate):
        return isinstance(triple.object, Literal) or _is_ours(triple.object)
    return False


def _is_ours(term: Term) -> bool:
    return isinstance(term, NamedNode) and not term.value.startswith(BUILT_IN)
