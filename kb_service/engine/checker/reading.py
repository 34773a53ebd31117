"""What a rule reads and writes, thing by thing, and which rules can therefore feed which."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from rdflib import RDF, URIRef, Variable
from rdflib.term import Node

from kb_service.engine.checker.algebra import (
    Algebra,
    Bind,
    Filter,
    Join,
    Minus,
    Optional,
    SubSelect,
    TriplePattern,
    Triples,
    Union,
    existences,
    inputs,
)
from kb_service.engine.checker.ontology import CONCLUSION, Kind, Ontology
from kb_service.engine.checker.parsing import ParsedRule
from kb_service.vocabulary import iri

REQUIRED, OPTIONAL, ABSENT = "required", "optional", "absent"
OF_PERSON = URIRef(iri("judgement", "ofPerson").value)


@dataclass(frozen=True)
class Block:
    """Patterns that are matched together or not at all; `around` are those that hold anyway.

    `kind` is `required`, `optional` (inside OPTIONAL, EXISTS or a branch of UNION) or `absent`
    (inside MINUS or NOT EXISTS).
    """

    patterns: tuple[TriplePattern, ...]
    around: tuple[TriplePattern, ...]
    kind: str
    aggregated: bool


@dataclass(frozen=True)
class Thing:
    """What one block reads of one subject: its classes and properties, and what it must be besides.

    `types` are the ranges of the properties that lead to it. `restates` is true where the block
    only says again what holds around it.
    """

    subject: Node
    kind: str
    aggregated: bool
    classes: frozenset[str]
    properties: frozenset[str]
    types: frozenset[str]
    restates: bool

    @property
    def must_be_settled(self) -> bool:
        """Whether it has to be complete before the rule runs."""
        return (self.kind == ABSENT or self.aggregated) and not self.restates


def blocks(
    node: Algebra,
    kind: str = REQUIRED,
    around: tuple[TriplePattern, ...] = (),
    aggregated: bool = False,
) -> Iterator[Block]:
    """The blocks of a pattern, the outermost first."""
    own = required_patterns(node)
    if own:
        yield Block(own, around, kind, aggregated)
    for below, inner in _inner_blocks(node):
        within = ABSENT if ABSENT in (kind, below) else below
        if isinstance(inner, SubSelect):
            groups = aggregated or inner.groups is not None
            yield from blocks(inner.inner, kind, (), groups)
        else:
            yield from blocks(inner, within, around + own, aggregated)


def required_patterns(node: Algebra) -> tuple[TriplePattern, ...]:
    """The triple patterns that hold in every solution, sub-selects left out."""
    if isinstance(node, Triples):
        return node.patterns
    if isinstance(node, Join):
        return required_patterns(node.left) + required_patterns(node.right)
    if isinstance(node, Optional | Minus):
        return required_patterns(node.left)
    if isinstance(node, Filter | Bind):
        return required_patterns(node.inner)
    return ()


def _inner_blocks(node: Algebra) -> Iterator[tuple[str, Algebra]]:
    for exists in existences(node):
        yield (ABSENT if exists.negated else OPTIONAL), exists.pattern
    if isinstance(node, Union):
        yield OPTIONAL, node.left
        yield OPTIONAL, node.right
    elif isinstance(node, SubSelect):
        yield REQUIRED, node
    elif isinstance(node, Optional | Minus):
        yield from _inner_blocks(node.left)
        yield (OPTIONAL if isinstance(node, Optional) else ABSENT), node.right
    else:
        for below in inputs(node):
            yield from _inner_blocks(below)


def things(body: Algebra, ontology: Ontology) -> tuple[Thing, ...]:
    """Everything that a body reads, in the order of its blocks."""
    found = []
    for block in blocks(body):
        for subject in dict.fromkeys(pattern[0] for pattern in block.patterns):
            found.append(_thing(block, subject, ontology))
    return tuple(found)


def _thing(block: Block, subject: Node, ontology: Ontology) -> Thing:
    own = [pattern for pattern in block.patterns if pattern[0] == subject]
    around = [pattern for pattern in block.around if pattern[0] == subject]
    leading = [p for p in block.patterns + block.around if p[2] == subject and p[1] != RDF.type]
    types = (ontology.ranges.get(str(predicate), frozenset()) for _, predicate, _ in leading)
    return Thing(
        subject,
        block.kind,
        block.aggregated,
        _classes(own + around),
        _properties(own + around),
        frozenset[str]().union(*types),
        bool(around)
        and _classes(own) <= _classes(around)
        and _properties(own) <= _properties(around),
    )


def _classes(patterns: list[TriplePattern]) -> frozenset[str]:
    return frozenset(str(o) for _, p, o in patterns if p == RDF.type and isinstance(o, URIRef))


def _properties(patterns: list[TriplePattern]) -> frozenset[str]:
    return frozenset(str(p) for _, p, _ in patterns if p != RDF.type)


def can_be(thing: Thing, kind: Kind, ontology: Ontology) -> bool:
    """Whether what is read can be of this kind."""
    return (
        thing.classes <= kind.classes
        and thing.properties <= kind.properties
        and not any(ontology.are_disjoint(t, c) for t in thing.types for c in kind.classes)
    )


@dataclass(frozen=True)
class Book:
    """All rules that could be parsed, with what is known of their terms."""

    rules: tuple[ParsedRule, ...]
    ontology: Ontology

    @cached_property
    def read(self) -> dict[str, tuple[Thing, ...]]:
        """What each rule reads."""
        return {rule.name: things(rule.body, self.ontology) for rule in self.rules}

    @cached_property
    def written(self) -> dict[str, Kind]:
        """What each rule writes."""
        return {rule.name: self._written(rule) for rule in self.rules}

    def _written(self, rule: ParsedRule) -> Kind:
        """What a rule makes; nothing if it is no kind of conclusion, which is a fault of its own."""
        subject = Variable(rule.rule.conclusion_variable)
        own = [pattern for pattern in rule.head if pattern[0] == subject]
        named = self.classes_of(rule)
        classes = named.union(*(self.ontology.broader(each) for each in named))
        if CONCLUSION not in classes:
            return Kind(frozenset(), frozenset(), rule.name)
        return Kind(classes, _properties(own), rule.name)

    def classes_of(self, rule: ParsedRule) -> frozenset[str]:
        """The classes that a head names for its conclusion."""
        subject = Variable(rule.rule.conclusion_variable)
        return _classes([pattern for pattern in rule.head if pattern[0] == subject])

    def judges_people(self, rule: ParsedRule) -> bool:
        """Whether the conclusions of a rule are about a person."""
        return any(predicate == OF_PERSON for _, predicate, _ in rule.head)

    def order(self, rule: ParsedRule) -> tuple[bool, str]:
        """When a rule runs: rules about shared knowledge first, then by stage."""
        return (self.judges_people(rule), rule.source.stage)

    def writers(self, thing: Thing) -> list[ParsedRule]:
        """The rules whose conclusions a thing read can be."""
        if isinstance(thing.subject, URIRef):
            return []
        return [r for r in self.rules if can_be(thing, self.written[r.name], self.ontology)]

    @cached_property
    def feeds(self) -> tuple[Feed, ...]:
        """Which rule feeds which, in the order in which they run."""
        ordered = sorted(self.rules, key=lambda rule: (*self.order(rule), rule.name))
        found: dict[tuple[str, str], Feed] = {}
        for reader in ordered:
            for thing in self.read[reader.name]:
                for writer in self.writers(thing):
                    pair = (writer.name, reader.name)
                    known = found.get(pair, Feed(*pair, negated=True, settled=False))
                    found[pair] = Feed(
                        *pair,
                        known.negated and thing.kind == ABSENT,
                        known.settled or thing.must_be_settled,
                    )
        return tuple(found.values())


@dataclass(frozen=True)
class Feed:
    """That a rule can read what another concludes.

    `negated`: only in MINUS or NOT EXISTS. `settled`: by negation or in an aggregate, so that
    everything must be concluded before.
    """

    writer: str
    reader: str
    negated: bool
    settled: bool
