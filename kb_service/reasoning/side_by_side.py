"""The fewest axioms for many goals at once: a reasoner judges copies under other names together.

Most of the time that a reasoner takes for a few axioms is the start of Java. Parts of an ontology
that hold can be judged in one run, each under names of its own, and do not touch each other.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kb_service.reasoning.axioms import Axiom
from kb_service.reasoning.denials import DENIED
from kb_service.reasoning.justification import Justification, Surroundings
from kb_service.reasoning.profile import BUILT_IN
from kb_service.reasoning.reasoner import ReasonerFailed

EmptyClasses = Callable[[Iterable[Triple], float], Iterable[str]]
"""From facts and seconds to the IRIs of the classes that nothing can belong to."""

_MOST_AXIOMS = 400
_MOST_NEIGHBOURHOODS = 8
_PARTS = 16
_COPIES = "urn:copy:"


@dataclass(frozen=True)
class Goal:
    """What is to be justified: a name for it, and the names to start from.

    `spelled` turns axioms into facts in which nothing can belong to DENIED if the axioms suffice.
    """

    name: object
    start: tuple[NamedNode, ...]
    spelled: Callable[[Sequence[Axiom]], list[Triple]] = field(compare=False)


def denying(name: object, start: Iterable[NamedNode], denial: Sequence[Triple]) -> Goal:
    """The goal for which the axioms stand beside facts about DENIED."""

    def spelled(axioms: Sequence[Axiom]) -> list[Triple]:
        return [*(fact for axiom in axioms for fact in axiom.triples), *denial]

    return Goal(name, tuple(start), spelled)


@dataclass(frozen=True)
class _Trial:
    goal: Goal
    axioms: tuple[Axiom, ...]


class SideBySide:
    """Trials over some axioms, judged by a reasoner until the monotonic time `end`."""

    def __init__(self, axioms: Iterable[Axiom], empty_classes: EmptyClasses, end: float) -> None:
        known = list(axioms)
        self._declarations: dict[NamedNode, list[Triple]] = defaultdict(list)
        for axiom in known:
            for term in axiom.terms if axiom.is_declaration else ():
                self._declarations[term] += axiom.triples
        self._surroundings = Surroundings(axiom for axiom in known if not axiom.is_declaration)
        self._empty_classes, self._end = empty_classes, end

    def justifications(self, goals: Sequence[Goal]) -> dict[Goal, Justification]:
        """The reasons of each goal; those not reached in time are missing or not minimal.

        This is delta debugging (Zeller and Hildebrandt, 2002), a round for all goals at a time.
        """
        found: dict[Goal, Justification] = {}
        try:
            searches = self._begun(goals)
        except ReasonerFailed:
            return found
        while searches:
            try:
                searches = self._advanced(searches, found)
            except ReasonerFailed:
                rest = {each.goal: Justification(each.axioms, False) for each in searches}
                return {**found, **rest}
        return found

    def _begun(self, goals: Sequence[Goal]) -> list[_Search]:
        """For each goal the smallest neighbourhood that suffices."""
        trials = [
            _Trial(goal, tuple(axioms))
            for goal in goals
            for axioms in islice(self._surroundings.around(*goal.start), _MOST_NEIGHBOURHOODS)
            if len(axioms) <= _MOST_AXIOMS
        ]
        smallest: dict[Goal, tuple[Axiom, ...]] = {}
        for trial, suffices in zip(trials, self._judged(trials), strict=True):
            if suffices:
                smallest.setdefault(trial.goal, trial.axioms)
        return [_Search(goal, axioms) for goal, axioms in smallest.items()]

    def _advanced(
        self, searches: Sequence[_Search], found: dict[Goal, Justification]
    ) -> list[_Search]:
        """The searches one round on; what has come to its end is added to `found`."""
        planned = [(search, search.trials()) for search in searches]
        outcomes = iter(self._judged([trial for _, trials in planned for trial in trials]))
        left = []
        for search, trials in planned:
            further = search.after([next(outcomes) for _ in trials])
            if further is None:
                found[search.goal] = Justification(search.axioms, True)
            else:
                left.append(further)
        return left

    def _judged(self, trials: Sequence[_Trial]) -> list[bool]:
        """Whether the axioms of each trial suffice for its goal."""
        facts: list[Triple] = []
        for number, trial in enumerate(trials):
            copy = trial.goal.spelled(trial.axioms)
            terms = {term for fact in copy for term in fact if isinstance(term, NamedNode)}
            for term in sorted(terms, key=str):
                copy += self._declarations.get(term, ())
            facts += [_renamed(fact, number) for fact in dict.fromkeys(copy)]
        left = self._end - time.monotonic()
        if left <= 0:
            raise ReasonerFailed("time is up")
        empty = set(self._empty_classes(facts, left))
        return [_copied_name(DENIED, number).value in empty for number in range(len(trials))]


@dataclass(frozen=True)
class _Search:
    """Axioms known to suffice, to be split into so many parts, and perhaps fewer that may do."""

    goal: Goal
    axioms: tuple[Axiom, ...]
    parts: int = _PARTS
    hope: tuple[Axiom, ...] | None = None

    def trials(self) -> list[_Trial]:
        """The fewer axioms that may do, then all without one part, for each of the parts."""
        hoped = [self.hope] if self.hope is not None else []
        without = [
            tuple(axiom for axiom in self.axioms if axiom not in part) for part in self._split()
        ]
        return [_Trial(self.goal, axioms) for axioms in (*hoped, *without)]

    def after(self, outcomes: Sequence[bool]) -> _Search | None:
        """The search that these outcomes lead to; None when no axiom can be left out."""
        if self.hope is not None:
            if outcomes[0]:
                return _Search(self.goal, self.hope, self.parts)
            outcomes = outcomes[1:]
        parts = self._split()
        dispensable = [part for part, holds in zip(parts, outcomes, strict=True) if holds]
        if dispensable:
            first, rest = dispensable[0], {a for part in dispensable for a in part}
            return _Search(
                self.goal,
                tuple(axiom for axiom in self.axioms if axiom not in first),
                self.parts,
                tuple(axiom for axiom in self.axioms if axiom not in rest),
            )
        if len(parts) < len(self.axioms):
            return _Search(self.goal, self.axioms, 2 * len(parts))
        return None

    def _split(self) -> list[tuple[Axiom, ...]]:
        """The axioms in parts of nearly one size, the last ones first: they are the farthest."""
        count = min(self.parts, len(self.axioms))
        ends = [round(len(self.axioms) * n / count) for n in range(count + 1)]
        parts = [self.axioms[a:b] for a, b in zip(ends, ends[1:], strict=False)]
        return parts[::-1]


def _renamed(fact: Triple, number: int) -> Triple:
    subject, object = fact.subject, fact.object
    if not isinstance(subject, Triple):
        subject = _copied(subject, number)
    if not isinstance(object, Literal | Triple):
        object = _copied(object, number)
    return Triple(subject, _copied_name(fact.predicate, number), object)


def _copied(node: NamedNode | BlankNode, number: int) -> NamedNode | BlankNode:
    if isinstance(node, BlankNode):
        return BlankNode(f"copy{number}of{node.value}")
    return _copied_name(node, number)


def _copied_name(name: NamedNode, number: int) -> NamedNode:
    """The name in this copy; OWL's own names are the same in all."""
    own = name.value.startswith(BUILT_IN)
    return name if own else NamedNode(f"{_COPIES}{number}:{name.value}")
