"""Which things belong to a person, and which properties lead between things of the same person."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from rdflib import RDF, URIRef, Variable
from rdflib.term import Node

from kb_service.engine.checker.algebra import (
    Algebra,
    Bind,
    Call,
    Expression,
    Filter,
    Join,
    Minus,
    Optional,
    SubSelect,
    Triples,
    Union,
    conjuncts,
    visible,
)
from kb_service.engine.checker.ontology import Kind
from kb_service.engine.checker.parsing import ParsedRule
from kb_service.engine.checker.partitions import Partition
from kb_service.engine.checker.reading import OF_PERSON, Book, Thing, blocks, can_be
from kb_service.engine.checker.templates import Hole, definitions, text_template

_NOT_IN_AN_IRI = re.compile(r'[\x00-\x20<>"{}|^`\\]')


@dataclass(frozen=True)
class People:
    """Which things belong to a person, and which properties tie two things of the same person."""

    book: Book

    @cached_property
    def kinds(self) -> tuple[Kind, ...]:
        """Everything of which each belongs to one person: handed in, or concluded."""
        about = [rule for rule in self.book.rules if self.book.judges_people(rule)]
        concluded = (self.book.written[rule.name] for rule in about)
        return (*self.book.ontology.personal, *concluded)

    @cached_property
    def things(self) -> dict[str, dict[Node, Thing]]:
        """The things of each rule that may belong to a person, with what is read of them."""
        found: dict[str, dict[Node, Thing]] = {}
        for rule in self.book.rules:
            read = self.book.read[rule.name]
            found[rule.name] = {t.subject: t for t in read if self.may_be_personal(t)}
        return found

    def may_be_personal(self, thing: Thing) -> bool:
        """Whether what is read may belong to a person."""
        if isinstance(thing.subject, URIRef):
            return False
        return any(can_be(thing, kind, self.book.ontology) for kind in self.kinds)

    def leads_to_a_person(self, predicate: Node) -> bool:
        """Whether whatever a property leads to belongs to a person."""
        names = {kind.name for kind in self.book.ontology.personal}
        return bool(self.book.ontology.ranges.get(str(predicate), frozenset()) & names)

    def kind_of(self, rule: ParsedRule, subject: Node) -> Kind | None:
        """What a thing of a person most likely is, of all that may be handed in."""
        ontology = self.book.ontology
        thing = self.things[rule.name].get(subject)
        leading = {str(p) for b in blocks(rule.body) for _, p, o in b.patterns if o == subject}
        types = frozenset[str]().union(*(ontology.ranges.get(p, frozenset()) for p in leading))
        for kind in sorted(ontology.personal, key=lambda kind: kind.name):
            if kind.name in types or (thing is not None and can_be(thing, kind, ontology)):
                return kind
        return None

    @cached_property
    def ties(self) -> frozenset[str]:
        """The properties whose two ends always belong to the same person.

        Those declared to lead to one thing of a person, which every rule that writes them has to
        bear out. And those that nobody declares so but to which every rule gives a thing of the
        person whom it judges, or a text that spells one out: all are supposed to be so at first,
        and what some rule does not bear out is taken away until all are borne out.
        """
        declared = self.declared_ties
        supposed = {str(p) for rule in self.book.rules for _, p, _ in rule.head if p != RDF.type}
        found, before = declared | supposed, frozenset[str]()
        while found != before:
            before = found
            refuted = {each for rule in self.book.rules for each in self._refuted(rule, before)}
            found = before - (refuted - declared)
        return found

    @cached_property
    def declared_ties(self) -> frozenset[str]:
        """The functional properties whose range is something of a person."""
        names = {kind.name for kind in self.book.ontology.personal}
        for rule in self.book.rules:
            if self.book.judges_people(rule):
                names |= self.book.classes_of(rule) & self.book.written[rule.name].classes
        leading = (
            name
            for name in self.book.ontology.functional & self.book.ontology.object_properties
            if self.book.ontology.ranges.get(name, frozenset()) & names
        )
        return self.book.ontology.personal_ties.union(leading)

    def _refuted(self, rule: ParsedRule, supposed: frozenset[str]) -> Iterator[str]:
        """The properties to which a rule gives something that is not its person's."""
        owner = next((o for _, p, o in rule.head if p == OF_PERSON), None)
        known = Ties(supposed).of(rule.body)
        defined = definitions(rule.body)
        for _, predicate, value in rule.head:
            if owner is None or not is_tied(value, owner, known, defined):
                yield str(predicate)


def is_tied(
    value: Node, owner: Node, known: Partition, defined: Mapping[Variable, Expression]
) -> bool:
    """Whether a value is a thing of the owner, or a text whose end spells one out in full."""
    if known.are_tied(value, owner):
        return True
    if not isinstance(value, Variable) or value not in defined:
        return False
    parts = text_template(defined[value], defined).parts
    last = parts[-1] if parts else ""
    if not isinstance(last, Hole) or last.variable is None or last.after:
        return False
    before = parts[-2] if len(parts) > 1 else " "
    is_apart = isinstance(before, str) and bool(_NOT_IN_AN_IRI.search(before))
    return is_apart and known.are_tied(last.variable, owner)


@dataclass(frozen=True)
class Ties:
    """What these properties tie together in every solution of a pattern."""

    properties: frozenset[str]

    def of(self, node: Algebra) -> Partition:
        """The things that are about the same person."""
        if isinstance(node, Triples):
            return Partition.of((s, o) for s, p, o in node.patterns if str(p) in self.properties)
        if isinstance(node, Join):
            return self.of(node.left).joined(self.of(node.right))
        if isinstance(node, Union):
            return self.of(node.left).common(self.of(node.right))
        if isinstance(node, Optional | Minus):
            return self.of(node.left)
        if isinstance(node, Filter):
            return self.of(node.inner).joined(Partition.of(_equated(node.condition)))
        if isinstance(node, Bind):
            pairs = [(node.variable, node.value)] if isinstance(node.value, Variable) else []
            return self.of(node.inner).joined(Partition.of(pairs))
        if isinstance(node, SubSelect):
            return self._of_columns(node)
        return Partition()

    def _of_columns(self, node: SubSelect) -> Partition:
        """What is tied among the columns: of a MAX or MIN, it is one thing of its group."""
        pairs = [
            (name, each)
            for name, value in node.columns
            if isinstance(value, Call) and value.name in ("MAX", "MIN")
            for each in value.arguments
            if isinstance(each, Variable)
        ]
        return self.of(node.inner).joined(Partition.of(pairs)).among(visible(node))


def _equated(condition: Expression) -> list[tuple[Node, Node]]:
    """The variables that a condition makes equal."""
    found: list[tuple[Node, Node]] = []
    for each in conjuncts(condition):
        if isinstance(each, Call) and each.name in ("=", "SAMETERM"):
            one, other = each.arguments
            if isinstance(one, Variable) and isinstance(other, Variable):
                found.append((one, other))
    return found
