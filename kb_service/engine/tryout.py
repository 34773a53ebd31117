"""A rule's body tried part by part: how far it comes, and what stands in its way there."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Triple, Variable

from kb_service.engine.body.conditions import sides, variables_in
from kb_service.engine.body.groups import (
    Absent,
    Bind,
    Bindings,
    Element,
    Filter,
    Given,
    Group,
    InlineData,
    Star,
    SubSelect,
    Term,
    Union,
    stars_of,
    text_of,
)
from kb_service.engine.body.order import Part, StageOf, later_parts, needed_parts, variables_of
from kb_service.engine.body.solutions import Solver
from kb_service.engine.derivations import Reads, Tracer
from kb_service.engine.explain import Explanation
from kb_service.engine.obstacles import (
    Blocked,
    Conclusion,
    Missing,
    NoneOf,
    Obstacle,
    Operand,
    Trial,
    Unmet,
    WhyNot,
)
from kb_service.engine.sought import Sought, sought

MOST_TRIALS = 6
"""How many ways of one rule are told, those that came closest."""

MOST_DEAD_ENDS = 3
"""How many of these are told inside an aggregate, where they are much alike."""

MOST_WAYS = 24
"""How many ways of one rule are looked into to find these."""

MOST_ROWS = 200
"""How many solutions of one rule are compared to find those."""

_TEST = "condition_"
_TRUE = Literal(True)


@dataclass(frozen=True)
class Telling:
    """How obstacles are told: why a thing was not concluded, why another was, and in which stage."""

    why_not: Callable[[Sought], WhyNot | None]
    why: Callable[[NamedNode], Explanation]
    stage_of: StageOf


@dataclass(frozen=True)
class _Progress:
    """The parts of a group that found something together, and the first that did not."""

    done: tuple[Element, ...]
    missing: Element | None


@dataclass(frozen=True)
class _Way:
    """One solution so far, the conditions that are false in it, and what it must not find but does."""

    row: Bindings
    unmet: tuple[Unmet, ...]
    against: tuple[tuple[Triple, ...], ...]


class Tryout:
    """Tries groups of one rule."""

    def __init__(self, solver: Solver, tracer: Tracer, telling: Telling) -> None:
        self._solver = solver
        self._tracer = tracer
        self._telling = telling

    def trials(self, group: Group, known: Bindings) -> tuple[tuple[Trial, ...], int]:
        """The ways that came closest, each with its obstacles, and how many more there are.

        A way without obstacles leads to a conclusion.
        """
        progress = self._progress(group, known)
        ways: dict[Hashable, _Way] = {}
        for way in self._ways(group, progress, known):
            ways.setdefault((_lack(progress.missing, way.row), way.unmet, way.against), way)
        closest = sorted(ways.values(), key=lambda way: len(way.unmet) + len(way.against))
        told, others = self._worth_telling(progress, closest[:MOST_WAYS])
        shown = told or others[:1]
        return tuple(shown), len(closest) - len(shown)

    def _worth_telling(
        self, progress: _Progress, ways: Sequence[_Way]
    ) -> tuple[list[Trial], list[Trial]]:
        """The first ways that fail for what is so of this person, and those that do for everybody.

        Of a rule that reads requirements, only the ways over the model asked about are the former.
        """
        told: list[Trial] = []
        others: list[Trial] = []
        rows = [way.row for way in ways]
        read = self._tracer.read(self._solver, Group(progress.done), rows)
        for way, reads in zip(ways, read, strict=True):
            trial = self._trial(progress, way, reads)
            (others if trial.fails_for_everybody else told).append(trial)
            if len(told) == MOST_TRIALS:
                break
        return told, others

    def _progress(self, group: Group, known: Bindings) -> _Progress:
        """The parts of a group one after the other, up to the first that finds nothing."""
        done: tuple[Element, ...] = ()
        for part in needed_parts(group, known, self._telling.stage_of):
            if not self._solver.solutions(Group((*done, part)), [known], 1):
                return _Progress(done, part)
            done = (*done, part)
        return _Progress(done, None)

    def _ways(self, group: Group, progress: _Progress, known: Bindings) -> list[_Way]:
        """The solutions so far, with every condition that can be told of them already."""
        names = set(known).union(*map(variables_of, progress.done))
        computed: list[Element] = []
        for part in later_parts(group):
            if _needed_by(part, group) <= names:
                computed.append(part)
                names |= variables_of(part)
        conditions = [each for each in _conditions(group) if set(variables_in(each)) <= names]
        tests = [Bind(condition, f"{_TEST}{n}") for n, condition in enumerate(conditions)]
        tested = Group((*progress.done, *computed, *tests))
        rows = [{**known, **row} for row in self._solver.solutions(tested, [known], MOST_ROWS)]
        return [
            _Way(row, _unmet(group, tests, row), against)
            for row, against in zip(rows, self._against(group, names, rows), strict=True)
        ]

    def _against(
        self, group: Group, names: set[str], rows: Sequence[Bindings]
    ) -> list[tuple[tuple[Triple, ...], ...]]:
        """For each solution what it must not find but does, as far as that can be told already."""
        found: list[list[tuple[Triple, ...]]] = [[] for _ in rows]
        outside = group.variables | group.computed
        for element in group.elements:
            if not isinstance(element, Absent):
                continue
            shared = _shared(element, outside)
            if not shared <= names or (element.keyword == "MINUS" and not shared):
                continue
            known = [{name: row[name] for name in shared if name in row} for row in rows]
            for against, triples in zip(found, self._inside(element.group, known), strict=True):
                against += [triples] if triples else []
        return [tuple(against) for against in found]

    def _inside(self, group: Group, known: Sequence[Bindings]) -> list[tuple[Triple, ...]]:
        """What an inner group reads for each of some bindings; nothing where it has no solution."""
        given = Given.of(known)
        bound = Group((InlineData(frozenset(given.names), str(given)), *group.elements))
        rows = self._solver.solutions(bound if given.names else group, known, MOST_ROWS)
        read: dict[Hashable, dict[Triple, None]] = {}
        for row, reads in zip(rows, self._tracer.read(self._solver, group, rows), strict=True):
            key = tuple(row.get(name) for name in given.names)
            read.setdefault(key, {}).update(reads.triples)
        return [tuple(read.get(row, ())) for row in _rows_in_order(known, given.names)]

    def _trial(self, progress: _Progress, way: _Way, reads: Reads) -> Trial:
        facts, conclusions = self._tracer.sorted(reads.triples)
        obstacles = (
            *way.unmet,
            *(self._blocked(triples, facts, conclusions) for triples in way.against),
            *(() if progress.missing is None else self._lacking(progress, way.row)),
        )
        found = (Conclusion(node, self._tracer.statements(node)) for node in conclusions)
        return Trial(tuple(found), facts, obstacles)

    def _blocked(
        self, triples: Iterable[Triple], facts: Sequence[Triple], conclusions: Sequence[NamedNode]
    ) -> Blocked:
        """What is in the way, less what the rule needs to find as well."""
        others, nodes = self._tracer.sorted(triples)
        return Blocked(
            tuple(self._telling.why(node) for node in nodes if node not in conclusions),
            tuple(fact for fact in others if fact not in facts),
        )

    def _lacking(self, progress: _Progress, row: Bindings) -> tuple[Obstacle, ...]:
        """What a part that found nothing lacks."""
        part = progress.missing
        if isinstance(part, Star):
            thing = sought(part, row)
            statement = self._first_unmet(progress.done, part, row)
            why = self._telling.why_not(thing) if thing.subject is None else None
            return (Missing(thing, statement, why),)
        if isinstance(part, SubSelect | Union):
            return self._dead_ends(part, row)
        return (Unmet(text_of(Group((part,)), Given()).strip(), ()),) if part else ()

    def _dead_ends(self, part: SubSelect | Union, row: Bindings) -> tuple[Obstacle, ...]:
        """What the groups of an aggregate or a UNION lack."""
        groups = [part.group] if isinstance(part, SubSelect) else part.branches
        known = {name: term for name, term in row.items() if name in variables_of(part)}
        tried = [self.trials(group, known) for group in groups]
        failed = [trial for trials, _ in tried for trial in trials if trial.obstacles]
        left_out = sum(more for _, more in tried) + max(0, len(failed) - MOST_DEAD_ENDS)
        if len(failed) == 1:
            return failed[0].obstacles
        if failed:
            return (NoneOf(tuple(failed[:MOST_DEAD_ENDS]), left_out),)
        return (Unmet(text_of(Group((part,)), Given()).strip(), ()),)

    def _first_unmet(
        self, done: tuple[Element, ...], star: Star, row: Bindings
    ) -> tuple[NamedNode, Term | None]:
        """The first statement of a star that nothing meets together with those before it."""
        for count in range(1, len(star.patterns)):
            part = Star(star.patterns[:count])
            if not self._solver.solutions(Group((part,)), [row], 1):
                return sought(part, row).statements[-1]
        return sought(star, row).statements[-1]


def _lack(missing: Element | None, row: Bindings) -> Hashable:
    """What tells ways apart that end at the same part."""
    if isinstance(missing, Star):
        return sought(missing, row)
    names = variables_of(missing) if missing else frozenset()
    return tuple(sorted((name, str(row[name])) for name in names if name in row))


def _needed_by(part: Element, group: Group) -> frozenset[str]:
    """The variables that must be known before an OPTIONAL or BIND of a group can be told."""
    if isinstance(part, Bind):
        return frozenset(variables_in(part.expression))
    others = (variables_of(each) for each in group.elements if isinstance(each, Part))
    return variables_of(part) & frozenset().union(*others)


def _conditions(group: Group) -> Iterator[str]:
    for element in group.elements:
        if isinstance(element, Filter):
            yield from sides(element.expression)


def _unmet(group: Group, tests: Iterable[Bind], row: Bindings) -> tuple[Unmet, ...]:
    """The conditions that are not true in a solution, with what they compare."""
    statements: dict[str, Triple | None] = {}
    for star in stars_of(group.elements):
        for pattern in star.patterns:
            if isinstance(pattern.object, Variable):
                statements.setdefault(pattern.object.value, pattern.triple(row))
    return tuple(
        Unmet(
            test.expression,
            tuple(
                Operand(name, row.get(name), statements.get(name))
                for name in variables_in(test.expression)
            ),
        )
        for test in tests
        if row.get(test.variable) != _TRUE
    )


def _shared(element: Absent, outside: frozenset[str]) -> frozenset[str]:
    """The variables by which an absent group depends on what is around it."""
    inside = element.group.variables
    if element.keyword != "MINUS":
        inside |= frozenset(
            name for each in _conditions(element.group) for name in variables_in(each)
        )
    return inside & outside


def _rows_in_order(known: Iterable[Bindings], names: Iterable[str]) -> Iterator[tuple[object, ...]]:
    listed = tuple(names)
    return (tuple(each.get(name) for name in listed) for each in known)
