"""What of the facts a reasoner reads: what OWL says and who is related to whom, without labels."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kb_service.reasoning.profile import FACETS, Term
from kb_service.vocabulary import A, iri

_HAS_KEY, _REST = iri("owl", "hasKey"), iri("rdf", "rest")
_IN_RDFS = {iri("rdfs", name) for name in ("domain", "range", "subClassOf", "subPropertyOf")}
# Axioms from which something can follow; differences and disjointness can be contradicted.
_FRUITFUL_NAMES = (
    "assertionProperty differentFrom disjointUnionOf disjointWith distinctMembers "
    "equivalentClass equivalentProperty hasValue inverseOf members onProperty "
    "propertyChainAxiom propertyDisjointWith sameAs"
)
_FRUITFUL = {iri("owl", name) for name in _FRUITFUL_NAMES.split()} | _IN_RDFS
# What else axioms are written with.
_OTHER_NAMES = (
    "allValuesFrom cardinality complementOf datatypeComplementOf hasSelf intersectionOf "
    "maxCardinality maxQualifiedCardinality minCardinality minQualifiedCardinality onClass "
    "onDataRange onDatatype onProperties oneOf qualifiedCardinality someValuesFrom "
    "sourceIndividual targetIndividual targetValue unionOf withRestrictions"
)
_AXIOM_PREDICATES = (
    {iri("owl", name) for name in _OTHER_NAMES.split()}
    | {A, iri("rdf", "first"), _REST}
    | _FRUITFUL
    | FACETS
)
_PROPERTY_NAMES = (
    "Asymmetric Functional InverseFunctional Irreflexive Reflexive Symmetric Transitive"
)
_FRUITFUL_TYPES = {iri("owl", f"{name}Property") for name in _PROPERTY_NAMES.split()}

_OBJECT_PROPERTY, _DATA_PROPERTY = iri("owl", "ObjectProperty"), iri("owl", "DatatypeProperty")
_UNREAD_TYPES = {iri("owl", "Ontology"), iri("owl", "AnnotationProperty"), iri("owl", "Axiom")}
# owlready2 takes what stands under these names for orders: a Python module to import, for one.
_ORDERS = "http://www.lesfleursdunormal.fr/static/_downloads/owlready_ontology.owl"

_TELLS_MORE = {iri("rdfs", "domain")}
_RELATES = {iri("rdfs", "subPropertyOf"), iri("owl", "equivalentProperty")}
_COMPARES = {iri("owl", "onProperty"), iri("owl", "propertyDisjointWith")}
# One value that stands for any of its datatype.
_COUNTED = "string decimal integer nonNegativeInteger positiveInteger double float"
_STANDS_FOR = {iri("xsd", name): "1" for name in _COUNTED.split()}


def readable(triples: Iterable[Triple]) -> list[Triple]:
    """The triples that a reasoner reads: axioms, and assertions with declared properties.

    Headers, imports, annotations and keys are left out: nothing is fetched, no Python module is
    imported because an annotation names it, and `key_clashes` checks keys far faster.
    """
    facts = list(dict.fromkeys(triples))
    unread: set[Term] = {t.subject for t in facts if t.predicate == A and t.object in _UNREAD_TYPES}
    unread |= _lists_of_keys(facts)
    properties = _declared(facts, _OBJECT_PROPERTY) | _declared(facts, _DATA_PROPERTY)
    return [
        fact
        for fact in facts
        if fact.subject not in unread
        and (fact.predicate in _AXIOM_PREDICATES or fact.predicate in properties - unread)
        and not any(_is_order(term) for term in (fact.subject, fact.predicate, fact.object))
    ]


def is_fruitful(facts: Iterable[Triple]) -> bool:
    """Whether there is an axiom among the facts from which anything could follow."""
    return any(
        fact.predicate in _FRUITFUL or (fact.predicate == A and fact.object in _FRUITFUL_TYPES)
        for fact in facts
    )


@dataclass(frozen=True)
class Reading:
    """The facts without texts and numbers that no axiom looks at.

    `given` leads from each triple that the reasoner is given to the fact it stands for; `exact` are
    the data properties whose values stay as they are, because an axiom may compare them (in a
    restriction, or as disjoint). Where an axiom only cares that there is a value (a domain, a
    property above), one value of its datatype stands for all. Any other value is left out. So what
    follows stays the same when a number changes.
    """

    given: Mapping[Triple, Triple]
    exact: frozenset[Term]


def without_values(facts: Sequence[Triple]) -> Reading:
    """What a reasoner is given to find all that follows, whatever the numbers are."""
    groups = _groups(facts)
    compared, told = _looked_at(facts, groups)
    given: dict[Triple, Triple] = {}
    for fact in facts:
        group = groups.get(fact.predicate)
        if group is None or group in compared or not isinstance(fact.object, Literal):
            given[fact] = fact
        elif group in told:
            stand_in = Triple(fact.subject, fact.predicate, _stand_in(fact.object))
            given[stand_in] = min(fact, given.get(stand_in, fact), key=str)
    return Reading(given, frozenset(name for name in groups if groups[name] in compared))


def values_above(facts: Sequence[Triple], below: Iterable[Triple]) -> set[Triple]:
    """Each text or number again as a value of the properties above its property.

    `below` are all triples that say which property is below which.
    """
    above: dict[Term, list[Term]] = defaultdict(list)
    for triple in below:
        above[triple.subject].append(triple.object)
    return {
        Triple(fact.subject, higher, fact.object)
        for fact in facts
        if isinstance(fact.object, Literal)
        for higher in above.get(fact.predicate, ())
        if isinstance(higher, NamedNode)
    }


def _declared(facts: Iterable[Triple], kind: NamedNode) -> set[Term]:
    return {fact.subject for fact in facts if fact.predicate == A and fact.object == kind}


def _lists_of_keys(facts: Iterable[Triple]) -> set[Term]:
    rest: dict[Term, Term] = {
        fact.subject: fact.object for fact in facts if fact.predicate == _REST
    }
    found: set[Term] = set()
    for fact in facts:
        node = fact.object
        while fact.predicate == _HAS_KEY and node in rest and node not in found:
            found.add(node)
            node = rest[node]
    return found


def _is_order(term: Term) -> bool:
    return isinstance(term, NamedNode) and term.value.startswith(_ORDERS)


def _stand_in(value: Literal) -> Literal:
    lexical = _STANDS_FOR.get(value.datatype)
    if value.language:
        return Literal("1", language=value.language)
    return value if lexical is None else Literal(lexical, datatype=value.datatype)


def _groups(facts: Sequence[Triple]) -> dict[Term, Term]:
    """From each data property to one that stands for all it is related to, up or down."""
    properties = _declared(facts, _DATA_PROPERTY)
    near: dict[Term, list[Term]] = defaultdict(list)
    for fact in facts:
        if fact.predicate in _RELATES:
            near[fact.subject].append(fact.object)
            near[fact.object].append(fact.subject)
    groups: dict[Term, Term] = {}
    for first in sorted(properties, key=str):
        waiting = [] if first in groups else [first]
        while waiting:
            if (name := waiting.pop()) not in groups:
                groups[name] = first
                waiting += near.get(name, [])
    return groups


def _looked_at(facts: Iterable[Triple], groups: Mapping[Term, Term]) -> tuple[set[Term], set[Term]]:
    """The groups whose values an axiom may compare, and those of which it asks for any value."""
    compared, told = set[Term](), set[Term]()
    for fact in facts:
        if fact.predicate in _COMPARES:
            compared |= {groups[t] for t in (fact.subject, fact.object) if t in groups}
        elif fact.predicate in _TELLS_MORE or fact.predicate in _RELATES:
            told |= {groups[fact.subject]} if fact.subject in groups else set()
        elif fact.object in groups and isinstance(fact.subject, BlankNode):
            # In a list, of disjoint properties most likely, or in a negative assertion.
            compared.add(groups[fact.object])
    return compared, told
