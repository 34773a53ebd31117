"""What two bodies say together once things that must be the same are made the same.

This is the chase of database theory, over functional properties and keys only: it never invents a
thing, so it ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from rdflib import RDF, Literal, URIRef, Variable
from rdflib.term import Node

from kb_service.engine.checker.algebra import Call, Expression, TriplePattern
from kb_service.engine.checker.ontology import Ontology

_OPPOSITE = {">": "<", ">=": "<="}
_EXCLUDES = {
    "<": (("<", True), ("<=", True), ("=", False), ("=", True)),
    "<=": (("<", True),),
    "=": (("<", False), ("<", True), ("!=", False), ("!=", True)),
    "!=": (("=", False), ("=", True)),
}
"""What a comparison excludes: another one, with the same sides or with them swapped."""

Keys = Mapping[str, frozenset[str]]
"""For a class, the properties that together tell its members apart."""


class Contradiction(Exception):
    """What was put together can never hold."""


@dataclass(frozen=True)
class Denied:
    """A pattern of which there is no instance, with conditions; the fixed variables are known."""

    patterns: tuple[TriplePattern, ...]
    conditions: tuple[Expression, ...]
    fixed: frozenset[Variable]


class Facts:
    """Triple patterns and conditions that hold together, and the terms that must be the same."""

    def __init__(self, ontology: Ontology, keys: Keys) -> None:
        self._ontology = ontology
        self._keys = keys
        self._same: dict[Node, Node] = {}
        self._triples: set[TriplePattern] = set()
        self._conditions: set[Expression] = set()

    def find(self, term: Node) -> Node:
        """What stands for a term among all that are the same as it; a constant if there is one."""
        while term in self._same:
            term = self._same[term]
        return term

    def unite(self, one: Node, other: Node) -> bool:
        """Make two terms the same, and say whether they were not.

        Raises Contradiction for two different constants.
        """
        one, other = self.find(one), self.find(other)
        if one == other:
            return False
        if not isinstance(one, Variable):
            if not isinstance(other, Variable):
                raise Contradiction(f"{one} is not {other}")
            one, other = other, one
        self._same[one] = other
        return True

    def add(self, patterns: Iterable[TriplePattern], conditions: Iterable[Expression]) -> None:
        """Let more hold."""
        self._triples.update(patterns)
        self._conditions.update(conditions)

    def settle(self) -> None:
        """Make the same whatever must be. Raises Contradiction when that cannot be."""
        changed = True
        while changed:
            self._triples = {self._settled(triple) for triple in self._triples}
            changed = any(self.unite(*pair) for pair in self._equal_pairs())
        self._conditions = {self.canonical(each) for each in self._conditions}
        self._refuse_disjoint_classes()
        self._refuse_opposite_conditions()

    def _settled(self, triple: TriplePattern) -> TriplePattern:
        subject, predicate, value = map(self.find, triple)
        return subject, predicate, value

    def _equal_pairs(self) -> Iterator[tuple[Node, Node]]:
        values: dict[tuple[Node, Node], Node] = {}
        for subject, predicate, value in self._triples:
            if str(predicate) in self._ontology.functional:
                yield values.setdefault((subject, predicate), value), value
        for name, properties in self._keys.items():
            known: dict[tuple[Node, ...], Node] = {}
            for subject, predicate, value in self._triples:
                if (predicate, value) == (RDF.type, URIRef(name)):
                    given = self._values(subject, properties)
                    if given is not None:
                        yield known.setdefault(given, subject), subject

    def _values(self, subject: Node, properties: frozenset[str]) -> tuple[Node, ...] | None:
        found = {str(p): o for s, p, o in self._triples if s == subject and str(p) in properties}
        if found.keys() != properties:
            return None
        return tuple(found[name] for name in sorted(properties))

    def canonical(self, expression: Expression) -> Expression:
        """An expression with what stands for each term, comparisons in one direction."""
        if isinstance(expression, Call):
            arguments = tuple(self.canonical(each) for each in expression.arguments)
            if expression.name in _OPPOSITE:
                return Call(_OPPOSITE[expression.name], arguments[::-1])
            return Call(expression.name, arguments)
        if isinstance(expression, Variable):
            found = self.find(expression)
            return found if isinstance(found, Variable | URIRef | Literal) else expression
        return expression

    def _refuse_disjoint_classes(self) -> None:
        classes: dict[Node, set[str]] = {}
        for subject, predicate, value in self._triples:
            if predicate == RDF.type:
                classes.setdefault(subject, set()).add(str(value))
        for names in classes.values():
            for one in names:
                if any(self._ontology.are_disjoint(one, other) for other in names):
                    raise Contradiction(one)

    def _refuse_opposite_conditions(self) -> None:
        for each in self._conditions:
            if isinstance(each, Call):
                for name, swapped in _EXCLUDES.get(each.name, ()):
                    sides = each.arguments[::-1] if swapped else each.arguments
                    if Call(name, sides) in self._conditions:
                        raise Contradiction(each.name)
                if Call("!", (each,)) in self._conditions:
                    raise Contradiction(each.name)

    def refute(self, denied: Denied) -> None:
        """Raise Contradiction if there is, among what holds, what is denied."""
        fixed: dict[Node, Node] = {variable: self.find(variable) for variable in denied.fixed}
        for match in self._matches(list(denied.patterns), fixed):
            conditions = (self._under(each, match) for each in denied.conditions)
            if all(self.canonical(each) in self._conditions for each in conditions):
                raise Contradiction("denied")

    def _matches(
        self, patterns: list[TriplePattern], found: dict[Node, Node]
    ) -> Iterator[dict[Node, Node]]:
        if not patterns:
            yield found
            return
        first, *rest = patterns
        for triple in self._triples:
            match = self._match(first, triple, found)
            if match is not None:
                yield from self._matches(rest, match)

    def _match(
        self, pattern: TriplePattern, triple: TriplePattern, found: dict[Node, Node]
    ) -> dict[Node, Node] | None:
        if pattern[1] == RDF.type and triple[1] == RDF.type:
            if str(pattern[2]) not in self._ontology.broader(str(triple[2])):
                return None
            pattern, triple = (pattern[0], RDF.type, RDF.type), (triple[0], RDF.type, RDF.type)
        match = dict(found)
        for term, value in zip(pattern, triple, strict=True):
            if isinstance(term, Variable):
                if match.setdefault(term, value) != value:
                    return None
            elif self.find(term) != value:
                return None
        return match

    def _under(self, expression: Expression, match: Mapping[Node, Node]) -> Expression:
        if isinstance(expression, Call):
            return Call(expression.name, tuple(self._under(e, match) for e in expression.arguments))
        if isinstance(expression, Variable):
            found = match.get(expression, expression)
            return found if isinstance(found, Variable | URIRef | Literal) else expression
        return expression
