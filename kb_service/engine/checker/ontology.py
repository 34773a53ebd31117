"""What the ontology, the policy and the shapes say about the terms that rules use."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from pyoxigraph import Literal, NamedNode, Quad, Store, Triple

from kb_service.sparql import select
from kb_service.vocabulary import NAMESPACES, iri

_PREFIXES = "".join(
    f"PREFIX {name}: <{NAMESPACES[name]}>\n"
    for name in ("dcterms", "judgement", "owl", "people", "rdf", "rdfs", "sh", "skos", "xsd")
)
CONCLUSION = iri("judgement", "Conclusion").value
PERSON = iri("people", "Person").value


@dataclass(frozen=True)
class Kind:
    """Things of one kind: every class they belong to and every property they may have.

    `name` is the class that a shape is for, or the rule that makes such things.
    """

    classes: frozenset[str]
    properties: frozenset[str]
    name: str = ""


@dataclass(frozen=True)
class Attribute:
    """A protected attribute: its names, and words that give away that a term is about it."""

    label: Mapping[str, str]
    words: frozenset[str]


@dataclass(frozen=True)
class Ontology:
    """Terms as shared knowledge declares them."""

    declared: frozenset[str]
    superclasses: Mapping[str, frozenset[str]]
    domains: Mapping[str, frozenset[str]]
    ranges: Mapping[str, frozenset[str]]
    functional: frozenset[str]
    object_properties: frozenset[str]
    disjoint: frozenset[tuple[str, str]]
    labels: Mapping[str, Mapping[str, str]]
    asserted: frozenset[Kind]
    individuals: Mapping[str, Kind]
    admitted: frozenset[Kind]
    held_by_one: frozenset[str]
    protected: tuple[Attribute, ...] = field(default=())
    replaced: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """What to write in place of each deprecated term."""

    def broader(self, name: str) -> frozenset[str]:
        """A class with everything it is declared to be a subclass of."""
        return self.superclasses.get(name, frozenset()) | {name}

    def are_disjoint(self, one: str, other: str) -> bool:
        """Whether nothing can belong to both classes."""
        return any(
            (above, beside) in self.disjoint
            for above in self.broader(one)
            for beside in self.broader(other)
        )

    @cached_property
    def personal(self) -> frozenset[Kind]:
        """What may be handed in about one person: the person, and whatever belongs to one.

        Such a thing leads to its person by a functional property, or one person only may have it.
        """
        found: set[Kind] = set()
        before = -1
        while len(found) != before:
            before = len(found)
            found |= {kind for kind in self.admitted if self._is_personal(kind, found)}
        return frozenset(found)

    def _is_personal(self, kind: Kind, others: set[Kind]) -> bool:
        names = {other.name for other in others}
        leads = any(self.ranges.get(each, frozenset()) & names for each in self._leading(kind))
        had = {each for other in others for each in other.properties} & self.held_by_one
        held = any(self.ranges.get(each, frozenset()) & kind.classes for each in had)
        return kind.name == PERSON or leads or held

    def _leading(self, kind: Kind) -> frozenset[str]:
        return kind.properties & self.functional & self.object_properties

    @cached_property
    def personal_ties(self) -> frozenset[str]:
        """The declared properties whose two ends always belong to the same person."""
        names = {kind.name for kind in self.personal}
        had = {each for kind in self.personal for each in kind.properties} & self.held_by_one
        return frozenset(had).union(
            each
            for kind in self.personal
            for each in self._leading(kind)
            if self.ranges.get(each, frozenset()) & names
        )


def read_ontology(knowledge: Iterable[Triple], shapes: Iterable[Triple]) -> Ontology:
    """What shared knowledge and shapes say, gathered once for all checks."""
    store = Store()
    store.extend(Quad(t.subject, t.predicate, t.object) for t in knowledge)
    said = _Said(store)
    store_of_shapes = Store()
    store_of_shapes.extend(Quad(t.subject, t.predicate, t.object) for t in shapes)
    superclasses = said.sets("?s rdfs:subClassOf+ ?o FILTER (isIRI(?s) && isIRI(?o))")
    domains = said.sets("?s rdfs:domain/(owl:unionOf/rdf:rest*/rdf:first)? ?o FILTER (isIRI(?o))")
    individuals = _individuals(store, superclasses)
    return Ontology(
        declared=said.column("?s ?p ?o FILTER (isIRI(?s))"),
        superclasses=superclasses,
        domains=domains,
        ranges=said.sets("?s rdfs:range ?o FILTER (isIRI(?o))"),
        functional=said.column("?s a owl:FunctionalProperty"),
        object_properties=said.column("?s a owl:ObjectProperty"),
        disjoint=_disjoint(store),
        labels=_labels(store),
        asserted=frozenset(individuals.values()),
        individuals=individuals,
        admitted=_admitted(_Said(store_of_shapes), superclasses, domains),
        held_by_one=_Said(store_of_shapes).column(
            "?shape sh:path/sh:inversePath ?s ; sh:maxCount 1"
        ),
        protected=_protected(store),
        replaced=said.sets("?s owl:deprecated true ; dcterms:isReplacedBy ?o"),
    )


class _Said:
    """Asks a store for pairs of IRIs."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def column(self, pattern: str) -> frozenset[str]:
        rows = select(self._store, f"{_PREFIXES} SELECT DISTINCT ?s WHERE {{ {pattern} }}")
        return frozenset(row["s"].value for row in rows)

    def sets(self, pattern: str) -> dict[str, frozenset[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        rows = select(self._store, f"{_PREFIXES} SELECT DISTINCT ?s ?o WHERE {{ {pattern} }}")
        for one, other in rows:
            found[one.value].add(other.value)
        return {name: frozenset(values) for name, values in found.items()}


def _individuals(store: Store, above: Mapping[str, frozenset[str]]) -> dict[str, Kind]:
    """Everything that shared knowledge says something of, with its classes and properties."""
    classes: dict[str, set[str]] = defaultdict(set)
    properties: dict[str, set[str]] = defaultdict(set)
    kind_of = iri("rdf", "type")
    for quad in store:
        if isinstance(quad.subject, NamedNode):
            name = quad.subject.value
            properties[name].add(quad.predicate.value)
            if quad.predicate == kind_of and isinstance(quad.object, NamedNode):
                classes[name] |= above.get(quad.object.value, frozenset()) | {quad.object.value}
    return {
        name: Kind(frozenset(classes[name]), frozenset(found - {kind_of.value}))
        for name, found in properties.items()
    }


def _admitted(
    shapes: _Said, above: Mapping[str, frozenset[str]], domains: Mapping[str, frozenset[str]]
) -> frozenset[Kind]:
    """What may be handed in: the classes that shapes are for, with what they may have."""
    paths = shapes.sets("?shape sh:targetClass ?s ; (sh:property?/sh:path) ?o FILTER (isIRI(?o))")
    targets = shapes.column("?shape sh:targetClass ?s")
    found = set()
    for name in targets:
        classes = above.get(name, frozenset()) | {name}
        if CONCLUSION not in classes:
            declared = {each for each, of in domains.items() if of & classes}
            allowed = frozenset(declared).union(*(paths.get(each, frozenset()) for each in classes))
            found.add(Kind(classes, allowed, name))
    return frozenset(found)


def _disjoint(store: Store) -> frozenset[tuple[str, str]]:
    query = f"""{_PREFIXES} SELECT DISTINCT ?one ?other WHERE {{
        {{ ?each owl:members ?list }} UNION {{ ?each owl:disjointUnionOf ?list }}
        ?list rdf:rest*/rdf:first ?one . ?list rdf:rest*/rdf:first ?other .
        FILTER (?one != ?other)
    }}"""
    pairs = {(one.value, other.value) for one, other in select(store, query)}
    for one, other in _Said(store).sets("?s owl:disjointWith ?o FILTER (isIRI(?o))").items():
        pairs |= {pair for each in other for pair in ((one, each), (each, one))}
    return frozenset(pairs)


def _labels(store: Store) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for quad in store.quads_for_pattern(None, iri("skos", "prefLabel"), None):
        if isinstance(quad.object, Literal) and isinstance(quad.subject, NamedNode):
            found[quad.subject.value][quad.object.language or ""] = quad.object.value
    return dict(found)


def _protected(store: Store) -> tuple[Attribute, ...]:
    query = f"""{_PREFIXES} SELECT ?attribute ?label ?word WHERE {{
        ?attribute a judgement:ProtectedAttribute ; skos:prefLabel ?label ; judgement:word ?word .
    }} ORDER BY ?attribute"""
    labels: dict[str, dict[str, str]] = defaultdict(dict)
    words: dict[str, set[str]] = defaultdict(set)
    for attribute, label, word in select(store, query):
        labels[attribute.value][label.language or ""] = label.value
        words[attribute.value].add(word.value.lower())
    return tuple(Attribute(labels[name], frozenset(words[name])) for name in labels)
