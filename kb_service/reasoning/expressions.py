"""Class expressions of OWL, each as the node that stands for it and the triples that spell it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from pyoxigraph import BlankNode, NamedNode, Triple

from kb_service.reasoning.profile import Term
from kb_service.vocabulary import A, iri

_CLASS, _RESTRICTION = iri("owl", "Class"), iri("owl", "Restriction")
_NIL = iri("rdf", "nil")


@dataclass(frozen=True)
class Expression:
    """A class, named or described."""

    node: NamedNode | BlankNode
    triples: tuple[Triple, ...] = ()


def only(individual: NamedNode) -> Expression:
    """That individual and nothing else."""
    node, items = BlankNode(), BlankNode()
    return Expression(
        node,
        (
            Triple(node, A, _CLASS),
            Triple(node, iri("owl", "oneOf"), items),
            Triple(items, iri("rdf", "first"), individual),
            Triple(items, iri("rdf", "rest"), _NIL),
        ),
    )


def has_value(property: NamedNode, value: Term) -> Expression:
    """Whatever has this value of the property."""
    return _restriction(property, iri("owl", "hasValue"), value)


def has_some(property: NamedNode, filler: Expression) -> Expression:
    """Whatever has a value of the property in the filler."""
    made = _restriction(property, iri("owl", "someValuesFrom"), filler.node)
    return Expression(made.node, (*made.triples, *filler.triples))


def complement(other: Expression) -> Expression:
    """Whatever is not in the other."""
    node = BlankNode()
    said = (Triple(node, A, _CLASS), Triple(node, iri("owl", "complementOf"), other.node))
    return Expression(node, (*said, *other.triples))


def intersection(parts: Sequence[Expression]) -> Expression:
    """Whatever is in all of these, of which there is at least one."""
    node, lists = BlankNode(), [BlankNode() for _ in parts]
    said = [Triple(node, A, _CLASS), Triple(node, iri("owl", "intersectionOf"), lists[0])]
    rests: list[NamedNode | BlankNode] = [*lists[1:], _NIL]
    for part, here, rest in zip(parts, lists, rests, strict=True):
        said += [
            Triple(here, iri("rdf", "first"), part.node),
            Triple(here, iri("rdf", "rest"), rest),
        ]
        said += part.triples
    return Expression(node, tuple(said))


def renewed(expression: Expression) -> Expression:
    """The same under other blank nodes: OWL does not let two axioms share one."""
    new: dict[BlankNode, BlankNode] = defaultdict(BlankNode)
    said = []
    for triple in expression.triples:
        subject, object = triple.subject, triple.object
        subject = new[subject] if isinstance(subject, BlankNode) else subject
        object = new[object] if isinstance(object, BlankNode) else object
        said.append(Triple(subject, triple.predicate, object))
    node = expression.node
    return Expression(new[node] if isinstance(node, BlankNode) else node, tuple(said))


def _restriction(property: NamedNode, kind: NamedNode, value: Term) -> Expression:
    node = BlankNode()
    return Expression(
        node,
        (
            Triple(node, A, _RESTRICTION),
            Triple(node, iri("owl", "onProperty"), property),
            Triple(node, kind, value),
        ),
    )
