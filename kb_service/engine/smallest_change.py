"""The smallest change that would turn a judgement, found by judging copies of the person."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations, product
from math import ceil, floor
from typing import NamedTuple, Protocol

from pyoxigraph import Literal, NamedNode

from kb_service.engine.body.groups import Term
from kb_service.engine.premises import Premises
from kb_service.engine.variants import (
    Outcome,
    Subject,
    current_ratings,
    leading_to_verdicts,
    outcomes,
)
from kb_service.vocabulary import iri

MOST_TURNS = 20
"""How many of the smallest changes are listed."""

_BATCH = 50
_ASKS_FOR = iri("judgement", "asksFor")
_DIMENSION = iri("core", "dimension")
_MAXIMUM = iri("core", "maximum")
_MINIMUM = iri("core", "minimum")
_SCALE = iri("core", "scale")


class Step(NamedTuple):
    """A level that a rating, or a figure, could change to, so many levels away.

    What is unknown counts as one level below the lowest.
    """

    dimension: NamedNode
    before: Decimal | None
    after: Decimal
    levels: int


@dataclass(frozen=True)
class Turn:
    """Changes that would turn the judgement, and what it would come to."""

    steps: tuple[Step, ...]
    outcome: Outcome

    @property
    def levels(self) -> int:
        """By how many levels they change altogether."""
        return sum(step.levels for step in self.steps)


@dataclass(frozen=True)
class ChangesFound:
    """The smallest changes that turn a judgement, or how far they were looked for.

    Single steps come before pairs: as soon as one rating turns the judgement, no pair is tried.
    `more` counts turns of the same size that are not listed. `singles_done` says that every whole
    level of every single rating was tried, or all up to the size of the turns, and `pairs_done` the
    same of pairs; else the time was up, when all pairs of up to `pair_levels` levels had been tried.
    `highest_pairs_done` says that all pairs were tried with both ratings at the top of their scales.
    """

    now: Outcome
    turns: tuple[Turn, ...] = ()
    more: int = 0
    tried: int = 0
    singles_done: bool = False
    highest_pairs_done: bool = False
    pairs_done: bool = False
    pair_levels: int = 0


@dataclass(frozen=True)
class SmallestChange:
    """A search for the smallest change of one rating, or else of two, that gives a wanted verdict.

    Only dimensions that the model asks for are changed, to whole levels of their scales, and the
    smallest changes are tried first. It ends after so many `seconds` and what is begun by then.
    """

    subject: Subject
    model: NamedNode
    wanted: frozenset[NamedNode]
    seconds: float

    def run(self, premises: Premises) -> ChangesFound:
        """Search by these premises."""
        until = time.monotonic() + self.seconds
        return search(_Rated(self.subject, premises.about([self.model])), self.wanted, until)


class Ground(Protocol):
    """What a search changes: a person's facts, and the rules they are judged by."""

    def choices(self) -> dict[NamedNode, list[Step]]:
        """The levels to which each thing that can change could change."""

    def outcomes(self, changes: Sequence[Steps]) -> list[Outcome]:
        """What each change would lead to, by what a judgement can rest on."""

    def surely(self, changes: Sequence[Steps]) -> list[Outcome]:
        """The same, by every rule and every fact."""


def search(ground: Ground, wanted: frozenset[NamedNode], until: float) -> ChangesFound:
    """The smallest changes that come to something wanted; it ends at this monotonic time."""
    return _Search(ground, wanted, until).result()


class _TimeIsUpError(Exception):
    """The search may not go on."""


Steps = tuple[Step, ...]


class _Rated:
    """A person whose ratings change, judged for the one model that premises are about."""

    def __init__(self, subject: Subject, premises: Premises) -> None:
        self._whole = premises
        self._premises = replace(premises, rules=leading_to_verdicts(premises.rules))
        self._all_of = self._subject = subject

    def choices(self) -> dict[NamedNode, list[Step]]:
        """The whole levels to which the rating in each dimension asked for could change."""
        now = current_ratings(self._premises, self._subject)
        found = {
            dimension: list(_steps(dimension, now.get(dimension), lowest, highest))
            for dimension, (lowest, highest) in _scales(self._premises).items()
        }
        self._leave_out_other_ratings(set(found))
        return found

    def outcomes(self, changes: Sequence[Steps]) -> list[Outcome]:
        """What each change would lead to, by the rules that lead to verdicts."""
        return outcomes(self._premises, self._subject, map(_ratings, changes))

    def surely(self, changes: Sequence[Steps]) -> list[Outcome]:
        """The same, by every rule and every fact."""
        return outcomes(self._whole, self._all_of, map(_ratings, changes))

    def _leave_out_other_ratings(self, asked: set[NamedNode]) -> None:
        """Copy only ratings in dimensions that the model asks for, unless others count as well."""
        others = {
            t.subject
            for t in self._subject.facts
            if t.predicate == _DIMENSION and t.object not in asked
        }
        facts = tuple(t for t in self._subject.facts if t.subject not in others)
        leaner = replace(self._subject, facts=facts)
        if outcomes(self._premises, leaner, [{}]) == outcomes(self._premises, self._subject, [{}]):
            self._subject = leaner


def _ratings(steps: Steps) -> dict[NamedNode, Decimal]:
    return {step.dimension: step.after for step in steps}


class _Search:
    """One search, and how many changes were tried in it."""

    def __init__(self, ground: Ground, wanted: frozenset[NamedNode], until: float) -> None:
        self._ground = ground
        self._wanted = wanted
        self._until = until
        self._tried = 0

    def result(self) -> ChangesFound:
        """Singles by size; when none turns the judgement, pairs by size."""
        now = self._ground.surely([()])[0]
        if now.reached in self._wanted:
            return ChangesFound(now)
        choices = self._ground.choices()
        try:
            turns = self._first_turns((step,) for steps in choices.values() for step in steps)
        except _TimeIsUpError:
            return ChangesFound(now, tried=self._tried)
        if turns:
            found = self._found(now, turns)
            return replace(found, highest_pairs_done=False, pairs_done=False)
        return self._pairs(now, choices)

    def _pairs(self, now: Outcome, choices: dict[NamedNode, list[Step]]) -> ChangesFound:
        """Pairs that work at the top of their scales first, because others hardly do, then all."""
        turns: list[Turn] = []
        highest_done, done = False, 0
        try:
            likely = set(self._likely(choices))
            highest_done = True
            turns = self._first_turns(_combined(choices, likely))
            others = set(combinations(choices, 2)) - likely
            sizes = _by_size(_combined(choices, others))
            for size, steps in sizes:
                if turns and size > turns[0].levels:
                    break
                found = self._turns(steps)
                turns = found if turns and found and size < turns[0].levels else turns + found
                done = size
        except _TimeIsUpError:
            return replace(
                self._found(now, turns),
                highest_pairs_done=highest_done,
                pairs_done=False,
                pair_levels=done,
            )
        return self._found(now, turns)

    def _likely(
        self, choices: dict[NamedNode, list[Step]]
    ) -> Iterator[tuple[NamedNode, NamedNode]]:
        tops = {
            dimension: max(steps, key=lambda step: step.after)
            for dimension, steps in choices.items()
            if steps
        }
        pairs = list(combinations(tops, 2))
        for pair, outcome in zip(
            pairs, self._outcomes([(tops[a], tops[b]) for a, b in pairs]), strict=True
        ):
            if outcome.reached in self._wanted:
                yield pair

    def _found(self, now: Outcome, turns: Sequence[Turn]) -> ChangesFound:
        """The turns as they are by every rule and every fact."""
        known = self._ground.surely([turn.steps for turn in turns]) if turns else []
        sure = [
            replace(turn, outcome=outcome)
            for turn, outcome in zip(turns, known, strict=True)
            if outcome.reached in self._wanted
        ]
        more = max(0, len(sure) - MOST_TURNS)
        return ChangesFound(
            now,
            tuple(sure[:MOST_TURNS]),
            more,
            self._tried,
            singles_done=True,
            highest_pairs_done=True,
            pairs_done=True,
        )

    def _first_turns(self, changes: Iterable[Steps]) -> list[Turn]:
        """The turns among the smallest changes that have any."""
        for _, steps in _by_size(changes):
            turns = self._turns(steps)
            if turns:
                return turns
        return []

    def _turns(self, changes: Sequence[Steps]) -> list[Turn]:
        judged = zip(changes, self._outcomes(changes), strict=True)
        return [Turn(steps, after) for steps, after in judged if after.reached in self._wanted]

    def _outcomes(self, changes: Sequence[Steps]) -> list[Outcome]:
        """What each change would lead to. Raises _TimeIsUpError before it begins what is too late."""
        found: list[Outcome] = []
        for start in range(0, len(changes), _BATCH):
            if time.monotonic() > self._until:
                raise _TimeIsUpError
            batch = changes[start : start + _BATCH]
            found += self._ground.outcomes(batch)
            self._tried += len(batch)
        return found


def _steps(
    dimension: NamedNode, before: Decimal | None, lowest: int, highest: int
) -> Iterator[Step]:
    levels = range(lowest, highest + 1)
    if before is None:
        above, below = list(levels), []
    else:
        above = [level for level in levels if level > before]
        below = [level for level in reversed(levels) if level < before]
    for direction in (above, below):
        for count, level in enumerate(direction, start=1):
            yield Step(dimension, before, Decimal(level), count)


def _scales(premises: Premises) -> dict[NamedNode, tuple[int, int]]:
    """The lowest and highest whole level of each dimension that requirements ask for."""
    conclusions, facts = premises.conclusions, premises.facts
    asked = {t.subject: t.object for t in conclusions if t.predicate == _ASKS_FOR}
    scales: dict[Term, Term] = {t.subject: t.object for t in conclusions if t.predicate == _SCALE}
    lowest: dict[Term, Term] = {t.subject: t.object for t in facts if t.predicate == _MINIMUM}
    highest: dict[Term, Term] = {t.subject: t.object for t in facts if t.predicate == _MAXIMUM}
    found = {}
    for requirement, dimension in sorted(asked.items(), key=lambda pair: str(pair[1])):
        scale = scales.get(requirement)
        low, high = (ends.get(scale) if scale else None for ends in (lowest, highest))
        if (
            isinstance(dimension, NamedNode)
            and isinstance(low, Literal)
            and isinstance(high, Literal)
        ):
            found[dimension] = (ceil(Decimal(low.value)), floor(Decimal(high.value)))
    return found


def _combined(
    choices: dict[NamedNode, list[Step]], pairs: Iterable[tuple[NamedNode, NamedNode]]
) -> Iterator[Steps]:
    for first, second in sorted(pairs, key=str):
        yield from product(choices[first], choices[second])


def _by_size(changes: Iterable[Steps]) -> list[tuple[int, list[Steps]]]:
    """Changes by the levels that they amount to, the fewest first."""
    sizes: dict[int, list[Steps]] = {}
    for steps in changes:
        sizes.setdefault(sum(step.levels for step in steps), []).append(steps)
    return sorted(sizes.items())
