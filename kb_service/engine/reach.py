"""Whose conclusions a change of shared knowledge can reach, from what the rules read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from pyoxigraph import NamedNode, Store, Triple, Variable

from kb_service.engine.body.groups import PatternTerm
from kb_service.engine.dependencies import Bindings, Star, Term, Touch, can_meet, stars, touched
from kb_service.engine.patterns import reading_of
from kb_service.engine.premises import Premises
from kb_service.engine.rules import Rule
from kb_service.sparql import select
from kb_service.vocabulary import A, iri

MOST_SOLUTIONS = 2000
"""With more bindings than this, following each costs more than concluding everybody again."""

_CLOCK = iri("judgement", "clock")
_PERSON = iri("person").value


@dataclass(frozen=True)
class Condition:
    """Who has no fact with this predicate and value is out of reach."""

    predicate: NamedNode
    value: Term


Conditions = frozenset[Condition] | None
"""Whoever meets one of them may be reached; None stands for everybody."""


def changed_rules(old: Premises, new: Premises) -> list[Rule]:
    """The rules about people, old and new, that conclude otherwise; words do not matter."""
    before = {rule.update: rule for stage in old.rules.people for rule in stage.rules}
    after = {rule.update: rule for stage in new.rules.people for rule in stage.rules}
    places_before = {rule.update: rule.stage for rule in before.values()}
    places_after = {rule.update: rule.stage for rule in after.values()}
    return [
        rule
        for rule in (*before.values(), *after.values())
        if places_before.get(rule.update) != places_after.get(rule.update)
    ]


def touches(premises: Premises, triples: Iterable[Triple]) -> list[Touch]:
    """Every reading of these shared triples by a rule about people.

    A block of a rule reads a triple only if its subject has everything else that the block reads of
    that subject.
    """
    has: dict[Term, set[str]] = defaultdict(set)
    for quad in premises.base:
        has[quad.subject].add(_term_said(quad.triple))
    found = touched(_people_rules(premises), triples)
    return [touch for touch in found if touch.star.needs <= has[touch.triple.subject]]


def _people_rules(premises: Premises) -> list[Rule]:
    return [rule for stage in premises.rules.people for rule in stage.rules]


class Reach:
    """Follows what rules read from shared knowledge back to the facts of people.

    A rule concludes something else about a person only if all it requires is met with what changed.
    So whatever it requires besides, bound by that, must be a fact of the person, or a conclusion
    whose own rule requires such a fact.
    """

    def __init__(self, premises: Premises) -> None:
        self._premises = premises
        self._rules = _people_rules(premises)
        self._shared_rules = [r for stage in premises.rules.shared for r in stage.rules]
        self._known: dict[tuple[str, frozenset[tuple[str, str]], int, int], Conditions] = {}

    @cached_property
    def _store(self) -> Store:
        store = Store()
        store.extend(self._premises.base)
        return store

    @cached_property
    def _vocabulary(self) -> frozenset[str]:
        """Every predicate and class that shared knowledge uses."""
        return frozenset(_term_said(quad.triple) for quad in self._premises.base)

    def of_touch(self, touch: Touch) -> Conditions:
        """Who can be reached by one reading of a changed triple."""
        star = touch.star
        return self._conditions(touch.rule, touch.bindings, star.scope, star.block)

    def of_rule(self, rule: Rule) -> Conditions:
        """Who can be reached by a rule being there or not."""
        return self._conditions(rule, {})

    def _conditions(
        self, rule: Rule, bindings: Bindings, scope: int = 0, block: int = 0
    ) -> Conditions:
        key = rule.update, frozenset((n, str(v)) for n, v in bindings.items()), scope, block
        if key not in self._known:
            self._known[key] = None  # a rule that leads back to itself tells nothing more
            self._known[key] = self._follow(rule, bindings, scope, block)
        return self._known[key]

    def _follow(self, rule: Rule, bindings: Bindings, scope: int, block: int) -> Conditions:
        required = [
            star
            for star in stars(rule)
            if star.subject != _CLOCK
            and (star.kind == "required" or (block and star.block == block))
        ]
        here = [star for star in required if star.scope == scope]
        rows, met = self._joined(here, bindings)
        if len(rows) > MOST_SOLUTIONS:
            return None
        rest = [star for star in here if star not in met]
        inner = [star for star in required if scope == 0 and star.scope]
        found: set[Condition] = set()
        for row in rows:
            conditions = self._of_row(rule, rest, inner, row)
            if conditions is None:
                return None
            found |= conditions
        return frozenset(found)

    def _of_row(
        self, rule: Rule, rest: Sequence[Star], inner: Sequence[Star], row: Bindings
    ) -> Conditions:
        """Who can meet what is required with these bindings; the first star that tells decides."""
        candidates = [(star, row) for star in rest]
        candidates += [(star, _grouped(rule, star.scope, row)) for star in inner]
        for star, known in candidates:
            if (condition := self._of_facts(star, known)) is not None:
                return frozenset({condition})
        for star, known in candidates:
            if (conditions := self._of_conclusions(star, known)) is not None:
                return conditions
        return None

    def _of_facts(self, star: Star, row: Bindings) -> Condition | None:
        """What a person must have been said to have, if only facts about people can meet a star."""
        if star.needs <= self._vocabulary or any(can_meet(star, rule) for rule in self._rules):
            return None
        for pattern in star.patterns:
            value, predicate = _value(pattern.object, row), pattern.predicate
            if value is not None and isinstance(predicate, NamedNode):
                return Condition(predicate, value)
        return None

    def _of_conclusions(self, star: Star, row: Bindings) -> Conditions:
        """Who can have the conclusions that meet a star."""
        writers = [rule for rule in self._rules if can_meet(star, rule)]
        if not writers or star.needs <= self._vocabulary:
            return None
        found: set[Condition] = set()
        for rule in writers:
            given = _in_terms_of(rule, star, row)
            if given is None:
                continue
            conditions = self._conditions(rule, given) if given else None
            if conditions is None:
                return None
            found |= conditions
        return frozenset(found)

    def _joined(
        self, required: Sequence[Star], bindings: Bindings
    ) -> tuple[list[Bindings], set[Star]]:
        """The bindings with all that shared knowledge adds to them, and the stars it met.

        Shared knowledge alone can meet a star whose subject is one of its own things, and one that
        only rules about shared knowledge write.
        """
        rows, met = [bindings], set[Star]()
        while rows and len(rows) <= MOST_SOLUTIONS:
            bound = set(rows[0])
            star = next(
                (s for s in required if s not in met and self._is_shared(s, rows[0], bound)), None
            )
            if star is None:
                break
            met.add(star)
            rows = list(self._solutions(star, rows))
        return rows, met

    def _is_shared(self, star: Star, row: Bindings, bound: set[str]) -> bool:
        subject = star.subject
        if isinstance(subject, NamedNode):
            return True
        if subject.value in bound:
            value = row[subject.value]
            return isinstance(value, NamedNode) and not value.value.startswith(_PERSON)
        by_people = any(can_meet(star, rule) for rule in self._rules)
        by_shared = any(can_meet(star, rule) for rule in self._shared_rules)
        return by_shared and not by_people and bool(star.variables & bound)

    def _solutions(self, star: Star, rows: Sequence[Bindings]) -> Iterator[Bindings]:
        """The rows joined with what the base says of a star."""
        names = sorted(rows[0])
        values = " ".join(f"({' '.join(str(row[name]) for name in names)})" for row in rows)
        given = f"VALUES ({' '.join(f'?{name}' for name in names)}) {{ {values} }}" if names else ""
        patterns = " ".join(f"{p.subject} {p.predicate} {p.object} ." for p in star.patterns)
        wanted = sorted({*names, *star.variables})
        columns = " ".join(f"?{name}" for name in wanted) or "*"
        query = f"SELECT DISTINCT {columns} WHERE {{ {given} {patterns} }}"
        for row in select(self._store, query):
            yield {name: row[name] for name in wanted}


def _grouped(rule: Rule, scope: int, row: Bindings) -> Bindings:
    """The bindings that reach into an aggregate: those of the variables that it groups by."""
    groups = rule.query.sub_selects[scope - 1].groups
    return {name: value for name, value in row.items() if name in groups}


def _term_said(triple: Triple) -> str:
    """The class that a triple names, or else its predicate."""
    named = triple.object if triple.predicate == A else triple.predicate
    return named.value if isinstance(named, NamedNode) else triple.predicate.value


def _value(term: PatternTerm, row: Bindings) -> Term | None:
    return row.get(term.value) if isinstance(term, Variable) else None


def _in_terms_of(rule: Rule, star: Star, row: Bindings) -> Bindings | None:
    """What a rule's own variables must be for its conclusion to meet a star under these bindings.

    None when its conclusion cannot be meant.
    """
    given: Bindings = {}
    for pattern in star.patterns:
        value = _value(pattern.object, row)
        if value is None:
            continue
        for _, predicate, written in reading_of(rule).head:
            if predicate != pattern.predicate:
                continue
            if isinstance(written, Variable):
                if given.setdefault(written.value, value) != value:
                    return None
            elif isinstance(value, NamedNode) and written != value:
                return None
    return given
