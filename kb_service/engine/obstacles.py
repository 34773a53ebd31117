"""What stands between a rule and a conclusion that it did not draw."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pyoxigraph import NamedNode, Triple

from kb_service.engine.body.groups import Term
from kb_service.engine.explain import Explanation, explained_once
from kb_service.engine.rules import Rule
from kb_service.engine.sought import Sought, Statement


@dataclass(frozen=True)
class Conclusion:
    """A conclusion with what it says."""

    node: NamedNode
    statements: tuple[Triple, ...]


@dataclass(frozen=True)
class Operand:
    """A variable of a condition, its value, and the statement that gives it.

    The value is None where it is unknown; what an expression computes has no statement.
    """

    variable: str
    value: Term | None
    statement: Triple | None


@dataclass(frozen=True)
class Unmet:
    """A FILTER, or one side of its `&&`, that does not hold for the values it compares."""

    expression: str
    operands: tuple[Operand, ...]


@dataclass(frozen=True)
class Blocked:
    """Something that a rule must not find, and found: conclusions with their reasons, and facts."""

    conclusions: tuple[Explanation, ...]
    facts: tuple[Triple, ...]


@dataclass(frozen=True)
class Missing:
    """Something that a rule needs and did not find.

    `statement` is the first that nothing meets together with those before it. `why` says why it was
    not concluded, when rules could have done so.
    """

    thing: Sought
    statement: Statement
    why: WhyNot | None = None


@dataclass(frozen=True)
class NoneOf:
    """Several ways to what a rule needs, as of an aggregate or a UNION, of which none led there.

    `more` counts those that are left out.
    """

    trials: tuple[Trial, ...]
    more: int = 0


Obstacle = Missing | Unmet | Blocked | NoneOf


@dataclass(frozen=True)
class Trial:
    """How far a rule came in one way, and what stood in its way there."""

    conclusions: tuple[Conclusion, ...]
    facts: tuple[Triple, ...]
    obstacles: tuple[Obstacle, ...]

    @property
    def fails_for_everybody(self) -> bool:
        """Whether it lacks a conclusion from shared knowledge, whoever is judged."""
        return any(
            isinstance(obstacle, Missing)
            and obstacle.why is not None
            and bool(obstacle.why.attempts)
            and all(attempt.fails_for_everybody for attempt in obstacle.why.attempts)
            for obstacle in self.obstacles
        )


@dataclass(frozen=True)
class Attempt:
    """A rule that could have drawn the conclusion, with the ways that came closest.

    `more` counts the ways that are left out.
    """

    rule: Rule
    trials: tuple[Trial, ...]
    more: int = 0

    @property
    def fails_for_everybody(self) -> bool:
        """Whether it is about shared knowledge, or every way lacks such a conclusion."""
        return not self.rule.judges_people or all(
            trial.fails_for_everybody for trial in self.trials
        )


@dataclass(frozen=True)
class WhyNot:
    """Why something was not concluded: each rule that could have done so, and what it lacked.

    `concluded` are conclusions that are just what was sought: then there are no attempts.
    `instead` are those that differ from it only in what is fixed by their rules, as verdicts do.
    `told_above` marks what the same answer explains elsewhere, `cut_short` what was left unexplained
    because the answer would have grown beyond its bound.
    """

    thing: Sought
    attempts: tuple[Attempt, ...] = ()
    concluded: tuple[Conclusion, ...] = ()
    instead: tuple[Conclusion, ...] = ()
    told_above: bool = False
    cut_short: bool = False

    def told_once(self) -> WhyNot:
        """The same, everything told where it stands first and nowhere else."""
        return _Once().why_not(self)


class _Once:
    """Remembers what was told."""

    def __init__(self) -> None:
        self._told: set[Sought] = set()
        self._explained: set[NamedNode] = set()

    def why_not(self, answer: WhyNot) -> WhyNot:
        """The answer, or that it was told."""
        if not answer.attempts:
            return answer
        if answer.thing in self._told:
            return WhyNot(answer.thing, told_above=True)
        self._told.add(answer.thing)
        attempts = (
            replace(attempt, trials=tuple(map(self._trial, attempt.trials)))
            for attempt in answer.attempts
        )
        return replace(answer, attempts=tuple(attempts))

    def _trial(self, trial: Trial) -> Trial:
        return replace(trial, obstacles=tuple(map(self._obstacle, trial.obstacles)))

    def _obstacle(self, obstacle: Obstacle) -> Obstacle:
        if isinstance(obstacle, Missing) and obstacle.why:
            return replace(obstacle, why=self.why_not(obstacle.why))
        if isinstance(obstacle, Blocked):
            told = (explained_once(each, self._explained) for each in obstacle.conclusions)
            return replace(obstacle, conclusions=tuple(told))
        if isinstance(obstacle, NoneOf):
            return replace(obstacle, trials=tuple(map(self._trial, obstacle.trials)))
        return obstacle
