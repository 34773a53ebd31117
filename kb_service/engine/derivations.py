"""How conclusions were derived: the solutions of their rules that give them, and what these read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from pyoxigraph import DefaultGraph, NamedNode, Quad, Store, Triple, Variable

from kb_service.engine.body.groups import (
    Absent,
    Bindings,
    Group,
    Optional,
    PatternTerm,
    Present,
    Star,
    SubSelect,
    Term,
    TriplePattern,
    Union,
    stars_of,
)
from kb_service.engine.body.reader import body_of, head_of
from kb_service.engine.body.solutions import Solver
from kb_service.engine.rules import Rule, RuleBook
from kb_service.engine.sought import Sought, sought, writers
from kb_service.store.term_order import in_order
from kb_service.vocabulary import iri

_CONCLUDED_BY = iri("judgement", "concludedBy")
_DEFAULT = DefaultGraph()
_AT_ONCE = 60
"""How many conclusions of a rule are traced by one query; more make it slower for each."""


@dataclass(frozen=True)
class Absence:
    """What a rule looked for and, as it had to, did not find.

    `conditions` are the FILTERs it would have had to meet, and `rules` are those that could have
    concluded it; there are none when it could only have been asserted.
    """

    things: tuple[Sought, ...]
    conditions: tuple[str, ...]
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class Way:
    """One solution of a rule: the facts and conclusions that it read, and what it did not find."""

    rule: Rule
    facts: tuple[Triple, ...]
    read: tuple[NamedNode, ...]
    absences: tuple[Absence, ...]


@dataclass(frozen=True)
class Derivation:
    """A conclusion with every solution of its rules that gives it, those of one rule together.

    Where several rules conclude the same, what the first one read is told.
    """

    conclusion: NamedNode
    statements: tuple[Triple, ...]
    ways: tuple[Way, ...]

    @property
    def rule(self) -> Rule:
        """The rule that made it."""
        return self.ways[0].rule

    @cached_property
    def facts(self) -> tuple[Triple, ...]:
        """The facts that it rests on directly."""
        return tuple(dict.fromkeys(fact for way in self._told for fact in way.facts))

    @cached_property
    def read(self) -> tuple[NamedNode, ...]:
        """The conclusions that it rests on directly."""
        return tuple(dict.fromkeys(node for way in self._told for node in way.read))

    @cached_property
    def absences(self) -> tuple[Absence, ...]:
        """What had to be absent."""
        return tuple(dict.fromkeys(each for way in self._told for each in way.absences))

    @property
    def _told(self) -> Iterator[Way]:
        return (way for way in self.ways if way.rule == self.rule)

    def only(self, ways: Iterable[Way]) -> Derivation:
        """The derivation with these ways alone."""
        return replace(self, ways=tuple(ways))


@dataclass
class Reads:
    """What one solution read, as it is gathered: triples that hold, and what had to be absent."""

    triples: dict[Triple, None]
    absences: list[Absence]


class Tracer:
    """Traces conclusions to what they rest on, in a store that holds all that follows."""

    def __init__(self, store: Store, rules: RuleBook) -> None:
        self._store = store
        self._rules = rules
        self._writers: dict[Star, tuple[Rule, ...]] = {}
        self._concluded: dict[NamedNode, tuple[Rule, ...]] = {}

    def trace(self, conclusions: Iterable[NamedNode]) -> dict[NamedNode, Derivation]:
        """How these conclusions were derived, those of one rule together.

        What the store does not hold as a conclusion is left out.
        """
        by_rule: dict[Rule, list[NamedNode]] = {}
        for node in conclusions:
            for rule in self.rules_of(node):
                by_rule.setdefault(rule, []).append(node)
        ways: dict[NamedNode, dict[Way, None]] = {}
        for rule, nodes in by_rule.items():
            for start in range(0, len(nodes), _AT_ONCE):
                for node, way in self._ways(rule, nodes[start : start + _AT_ONCE]):
                    ways.setdefault(node, {})[way] = None
        return {
            node: Derivation(
                node, self.statements(node), tuple(sorted(found, key=lambda way: way.rule.name))
            )
            for node, found in ways.items()
        }

    def rules_of(self, node: NamedNode) -> tuple[Rule, ...]:
        """The rules that made a conclusion, in the order of their names; none made anything else."""
        if node not in self._concluded:
            quads = self._store.quads_for_pattern(node, _CONCLUDED_BY, None, _DEFAULT)
            names = sorted(q.object.value for q in quads if isinstance(q.object, NamedNode))
            found = (self._rules.by_iri.get(name) for name in names)
            self._concluded[node] = tuple(filter(None, found))
        return self._concluded[node]

    def statements(self, node: NamedNode) -> tuple[Triple, ...]:
        """What the store says of a conclusion."""
        quads = self._store.quads_for_pattern(node, None, None, _DEFAULT)
        return tuple(in_order(quad.triple for quad in quads))

    def _ways(self, rule: Rule, nodes: Sequence[NamedNode]) -> Iterator[tuple[NamedNode, Way]]:
        """Each solution of a rule that gives one of these conclusions."""
        wanted: dict[Term, NamedNode] = {node: node for node in nodes}
        solver = Solver(self._store, rule.query.prologue)
        body = body_of(rule)
        known = [_known(rule, self.statements(node)) for node in nodes]
        it = rule.conclusion_variable
        rows = [row for row in solver.solutions(body, known) if row.get(it) in wanted]
        for row, reads in zip(rows, self.read(solver, body, rows), strict=True):
            absences = tuple(dict.fromkeys(reads.absences))
            way = Way(rule, *self.sorted(reads.triples), absences)
            yield wanted[row[it]], way

    def sorted(self, triples: Iterable[Triple]) -> tuple[tuple[Triple, ...], tuple[NamedNode, ...]]:
        """The facts among some triples, and the conclusions that the others are said of."""
        facts: dict[Triple, None] = {}
        concluded: dict[NamedNode, None] = {}
        for triple in triples:
            subject = triple.subject
            if isinstance(subject, NamedNode) and self.rules_of(subject):
                concluded[subject] = None
            else:
                facts[triple] = None
        return tuple(facts), tuple(concluded)

    def read(self, solver: Solver, group: Group, rows: Sequence[Bindings]) -> list[Reads]:
        """What each solution of a group read."""
        reads = [Reads({}, []) for _ in rows]
        for element in group.elements:
            if isinstance(element, Star):
                for row, read in zip(rows, reads, strict=True):
                    read.triples.update(dict.fromkeys(_instances(element.patterns, row)))
            elif isinstance(element, Optional | Union):
                self._read_what_holds(element, rows, reads)
            elif isinstance(element, Absent):
                for row, read in zip(rows, reads, strict=True):
                    read.absences.append(self._absence(element.group, row))
            elif isinstance(element, SubSelect | Present):
                self._read_inside(solver, element, rows, reads)
        return reads

    def _read_what_holds(
        self, element: Optional | Union, rows: Sequence[Bindings], reads: Sequence[Reads]
    ) -> None:
        """The instances, in a part that need not have been met, of patterns that hold."""
        patterns = [pattern for star in stars_of([element]) for pattern in star.patterns]
        for row, read in zip(rows, reads, strict=True):
            for triple in _instances(patterns, row):
                if Quad(triple.subject, triple.predicate, triple.object, _DEFAULT) in self._store:
                    read.triples[triple] = None

    def _read_inside(
        self,
        solver: Solver,
        element: SubSelect | Present,
        rows: Sequence[Bindings],
        reads: Sequence[Reads],
    ) -> None:
        """What the groups of an aggregate, or an EXISTS, read for each solution outside.

        Of a MAX or MIN, that is what attains it.
        """
        known = [_known_inside(element, row) for row in rows]
        inner = solver.solutions(element.group, known)
        names = sorted({name for each in known for name in each})
        found: dict[tuple[Term | None, ...], list[Reads]] = {}
        for row, read in zip(inner, self.read(solver, element.group, inner), strict=True):
            found.setdefault(tuple(row.get(name) for name in names), []).append(read)
        for each, read in zip(known, reads, strict=True):
            for inside in found.get(tuple(each.get(name) for name in names), ()):
                read.triples.update(inside.triples)
                read.absences += inside.absences

    def _absence(self, group: Group, row: Bindings) -> Absence:
        stars = stars_of(group.elements)
        things = tuple(sought(star, row) for star in stars)
        conditions = tuple(str(each) for each in group.elements if not isinstance(each, Star))
        rules = {
            rule: None
            for star, thing in zip(stars, things, strict=True)
            if thing.subject is None
            for rule in self._writers_of(star)
        }
        return Absence(things, conditions, tuple(rules))

    def _writers_of(self, star: Star) -> tuple[Rule, ...]:
        """The rules that could conclude what a star reads, whatever its variables stand for."""
        if star not in self._writers:
            self._writers[star] = writers(sought(star, {}), self._rules.by_iri.values())
        return self._writers[star]


def _known(rule: Rule, statements: Iterable[Triple]) -> dict[str, Term]:
    """The things that a conclusion names, by the variables that stand for them in its rule."""
    said: dict[PatternTerm, list[Term]] = {}
    for triple in statements:
        said.setdefault(triple.predicate, []).append(triple.object)
    known: dict[str, Term] = {}
    for pattern in head_of(rule):
        values = said.get(pattern.predicate, []) if isinstance(pattern.object, Variable) else []
        if len(values) == 1 and isinstance(values[0], NamedNode):
            known[pattern.object.value] = values[0]
    return known


def _known_inside(element: SubSelect | Present, row: Bindings) -> dict[str, Term]:
    if isinstance(element, Present):
        return {name: row[name] for name in element.group.variables if name in row}
    known = {name: row[name] for name in element.columns if name in row}
    return known | {inner: row[outer] for inner, outer in element.extremes if outer in row}


def _instances(patterns: Iterable[TriplePattern], row: Bindings) -> Iterator[Triple]:
    for pattern in patterns:
        triple = pattern.triple(row)
        if triple is not None:
            yield triple
