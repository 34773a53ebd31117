"""Two rules that may say different things of one and the same conclusion."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from rdflib import RDF, Variable
from rdflib.term import Node

from kb_service.engine.checker.algebra import (
    Algebra,
    Bind,
    Call,
    Exists,
    Expression,
    Filter,
    Join,
    Minus,
    Optional,
    TriplePattern,
    conjuncts,
    existences,
    visible,
)
from kb_service.engine.checker.chase import Contradiction, Denied, Facts
from kb_service.engine.checker.parsing import ParsedRule
from kb_service.engine.checker.reading import Book, required_patterns
from kb_service.engine.checker.templates import Hole, Template, definitions, iri_template
from kb_service.engine.checker.texts import HEAD, shown
from kb_service.findings import Finding
from kb_service.vocabulary import iri

_CONCLUDED_BY = iri("judgement", "concludedBy").value


def conflict_faults(book: Book) -> Iterator[Finding]:
    """Every pair of rules of which it cannot be shown that they agree or exclude each other."""
    sides = [Side.of(rule) for rule in book.rules]
    keys = _keys(sides)
    for one, other in combinations([side for side in sides if side is not None], 2):
        if _may_coincide(one, other):
            differing = _differing(book, keys, one, other)
            if differing:
                yield _may_conflict(one.rule, other.rule, differing)


@dataclass(frozen=True)
class Side:
    """One rule of a pair: its variables renamed so that the other has none of them."""

    rule: ParsedRule
    template: Template

    @classmethod
    def of(cls, rule: ParsedRule) -> Side | None:
        """The rule with the template of its conclusion, None if that cannot be told."""
        conclusion = Variable(rule.rule.conclusion_variable)
        template = iri_template(conclusion, definitions(rule.body))
        return cls(rule, template) if template else None

    @cached_property
    def classes(self) -> frozenset[Node]:
        """The classes of the conclusion."""
        return frozenset(o for _, p, o in self.rule.head if p == RDF.type)

    @cached_property
    def values(self) -> dict[str, Node]:
        """What the rule says of the conclusion."""
        return {str(p): self.own(o) for _, p, o in self.rule.head if p != RDF.type}

    def own(self, term: Node) -> Node:
        """A term of this rule, apart from those of every other."""
        return Variable(f"{term}@{self.rule.name}") if isinstance(term, Variable) else term

    def own_expression(self, expression: Expression) -> Expression:
        """An expression of this rule, what BINDs stand for written out."""
        if isinstance(expression, Variable):
            defined = self._defined.get(expression)
            if defined is not None:
                return self.own_expression(defined)
            return Variable(f"{expression}@{self.rule.name}")
        if isinstance(expression, Call):
            return Call(expression.name, tuple(map(self.own_expression, expression.arguments)))
        return expression

    @cached_property
    def _defined(self) -> dict[Variable, Expression]:
        return definitions(self.rule.body)

    def own_patterns(self, node: Algebra) -> tuple[TriplePattern, ...]:
        """The required patterns of a part of this rule."""
        return tuple((self.own(s), self.own(p), self.own(o)) for s, p, o in required_patterns(node))

    def own_conditions(self, node: Algebra) -> tuple[Expression, ...]:
        """The conditions of a part of this rule that hold in every solution."""
        return tuple(
            self.own_expression(condition)
            for condition in _conditions(node)
            if not isinstance(condition, Exists)
        )

    @cached_property
    def denied(self) -> tuple[Denied, ...]:
        """What the rule wants not to be."""
        return tuple(
            Denied(
                self.own_patterns(pattern),
                self.own_conditions(pattern),
                frozenset(
                    Variable(f"{each}@{self.rule.name}")
                    for each in visible(pattern) & visible(outside)
                ),
            )
            for outside, pattern in _negations(self.rule.body)
            if _is_plain(pattern)
        )


def _conditions(node: Algebra) -> Iterator[Expression]:
    if isinstance(node, Filter):
        yield from conjuncts(node.condition)
        yield from _conditions(node.inner)
    elif isinstance(node, Bind):
        yield from _conditions(node.inner)
    elif isinstance(node, Join):
        yield from _conditions(node.left)
        yield from _conditions(node.right)
    elif isinstance(node, Optional | Minus):
        yield from _conditions(node.left)


def _negations(node: Algebra) -> Iterator[tuple[Algebra, Algebra]]:
    """What must not be, each beside the pattern for whose solutions it must not."""
    for exists in existences(node):
        if exists.negated and exists in _conditions(node):
            yield node, exists.pattern
    if isinstance(node, Minus):
        yield node.left, node.right
        yield from _negations(node.left)
    elif isinstance(node, Join):
        yield from _negations(node.left)
        yield from _negations(node.right)
    elif isinstance(node, Filter | Bind):
        yield from _negations(node.inner)
    elif isinstance(node, Optional):
        yield from _negations(node.left)


def _is_plain(pattern: Algebra) -> bool:
    """Whether a pattern is nothing but triple patterns and conditions."""
    if isinstance(pattern, Filter):
        plain = all(not isinstance(each, Exists) for each in conjuncts(pattern.condition))
        return plain and _is_plain(pattern.inner)
    if isinstance(pattern, Join):
        return _is_plain(pattern.left) and _is_plain(pattern.right)
    return not isinstance(pattern, Bind) and visible(pattern) == frozenset(
        t for triple in required_patterns(pattern) for t in triple if isinstance(t, Variable)
    )


def _keys(sides: list[Side | None]) -> dict[str, frozenset[str]]:
    """The properties that tell conclusions of a class apart, where their IRIs are made of these."""
    found: dict[str, frozenset[str] | None] = {}
    for side in sides:
        if side is not None:
            properties = _properties_of_holes(side)
            for name in map(str, side.classes):
                agreed = found.get(name, properties) == properties
                found[name] = properties if agreed else None
    return {name: properties for name, properties in found.items() if properties}


def _properties_of_holes(side: Side) -> frozenset[str] | None:
    properties = set()
    for hole in side.template.holes:
        names = sorted(
            n for n, v in side.values.items() if hole.variable and v == side.own(hole.variable)
        )
        if not names:
            return None
        properties.add(names[0])
    return frozenset(properties)


def _may_coincide(one: Side, other: Side) -> bool:
    if one.classes & other.classes:
        return _overlap(one.template.shape, other.template.shape)
    return one.template.shape == other.template.shape


def _overlap(one: tuple[str | None, ...], other: tuple[str | None, ...]) -> bool:
    """Whether some IRI is of both shapes, in which None stands for any name.

    Where both begin with the IRI of something, that is taken to be of the same kind.
    """
    if one[:1] == other[:1] == (None,):
        one, other = one[1:], other[1:]
    starts = [(*shape, None)[0] or "" for shape in (one, other)]
    ends = [(None, *shape)[-1] or "" for shape in (one, other)]
    begin = starts[0].startswith(starts[1]) or starts[1].startswith(starts[0])
    end = ends[0].endswith(ends[1]) or ends[1].endswith(ends[0])
    return begin and end


def _differing(book: Book, keys: Mapping[str, frozenset[str]], one: Side, other: Side) -> list[str]:
    """The properties that may differ though the conclusion is the same; none if that cannot be."""
    facts = Facts(book.ontology, keys)
    for side in (one, other):
        facts.add(side.own_patterns(side.rule.body), side.own_conditions(side.rule.body))
    try:
        if one.template.shape == other.template.shape:
            for hole, beside in zip(one.template.holes, other.template.holes, strict=True):
                _fill_alike(facts, one, hole, other, beside)
        facts.settle()
        for side in (one, other):
            for denied in side.denied:
                facts.refute(denied)
    except Contradiction:
        return []
    told = [
        name
        for name, value in one.values.items()
        if name in other.values
        and name in book.ontology.functional
        and not _are_alike(facts, one, value, other, other.values[name])
    ]
    if not one.classes & other.classes:
        told.append(str(RDF.type))
    return sorted(told)


def _fill_alike(facts: Facts, one: Side, hole: Hole, other: Side, beside: Hole) -> None:
    if hole.variable is not None and beside.variable is not None and hole.after == beside.after:
        facts.unite(one.own(hole.variable), other.own(beside.variable))


def _are_alike(facts: Facts, one: Side, value: Node, other: Side, beside: Node) -> bool:
    if facts.find(value) == facts.find(beside):
        return True
    if not isinstance(value, Variable) or not isinstance(beside, Variable):
        return False
    first = one.own_expression(Variable(value.rpartition("@")[0]))
    second = other.own_expression(Variable(beside.rpartition("@")[0]))
    return facts.canonical(first) == facts.canonical(second)


def _may_conflict(one: ParsedRule, other: ParsedRule, differing: list[str]) -> Finding:
    names = ", ".join(map(shown, differing))
    conclusion = Variable(other.rule.conclusion_variable)
    return other.source.warning(
        other.source.line_of(conclusion, HEAD),
        f"{other.name} 与 {one.name} 可能得出同一个结论而 {names} 不同，看不出两者互相排除；请让其中一条排除另一条的条件，或改用不同的 IRI。",
        f"{other.name} and {one.name} may draw the same conclusion with different {names}, and"
        " nothing shows that they exclude each other; let one rule out the condition of the other,"
        " or make their IRIs differ.",
        names,
    )
