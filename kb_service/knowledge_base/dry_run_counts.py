"""How many people a model would judge in which way; what is withheld from a reader is None."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from pyoxigraph import NamedNode

from kb_service.engine.trial import Judgement
from kb_service.knowledge_base.what_if.described import (
    PUBLISHED,
    REQUIRED,
    REQUIRES,
    STATUS,
    Described,
    Label,
)
from kb_service.vocabulary import iri

_RANK = iri("core", "rank")
_TENTH = Decimal("0.1")


@dataclass(frozen=True)
class VerdictCount:
    """How many people would have a verdict, and how many have it by the published version."""

    verdict: str
    label: Label
    people: int | None
    before: int | None = None


@dataclass(frozen=True)
class Move:
    """How many people would change from one verdict to another."""

    before: str
    after: str
    people: int | None


@dataclass(frozen=True)
class Reaching:
    """How many people reach a requirement, fall short of it, or were never rated in it."""

    requirement: str
    label: Label
    level: Decimal | None
    reached: int | None
    short: int | None
    unknown: int | None


@dataclass(frozen=True)
class DryRun:
    """How the people who were looked at would be judged by one model, had it been published.

    Verdicts stand with the best first. `coverage` is the average, in per cent. Where no version of
    the model `is_published`, nobody is judged by it before and nobody moves.
    """

    model: str
    label: Label
    people: int | None
    is_published: bool
    verdicts: tuple[VerdictCount, ...]
    moves: tuple[Move, ...]
    coverage: Decimal | None
    requirements: tuple[Reaching, ...]

    def as_json(self) -> dict[str, Any]:
        """The counts as the API shows them; one that is withheld is null."""
        return {
            "model": self.model,
            "label": dict(self.label),
            "people": self.people,
            "published": self.is_published,
            "coverage": _number(self.coverage),
            "verdicts": [
                {"verdict": each.verdict, "label": dict(each.label), "people": each.people}
                | ({"before": each.before} if self.is_published else {})
                for each in self.verdicts
            ],
            "moves": [
                {"before": each.before, "after": each.after, "people": each.people}
                for each in self.moves
            ],
            "requirements": [
                {
                    "requirement": each.requirement,
                    "label": dict(each.label),
                    "level": _number(each.level),
                    "reached": each.reached,
                    "short": each.short,
                    "unknown": each.unknown,
                }
                for each in self.requirements
            ],
        }


class Counting:
    """Counts people as they come in, and keeps nothing of any of them."""

    def __init__(self) -> None:
        self._people = 0
        self._after: Counter[NamedNode] = Counter()
        self._before: Counter[NamedNode] = Counter()
        self._moves: Counter[tuple[NamedNode, NamedNode]] = Counter()
        self._states: Mapping[NamedNode, Counter[str]] = defaultdict(Counter)
        self._coverage = Decimal()

    def add(self, before: Iterable[Judgement], after: Sequence[Judgement]) -> None:
        """Count the same people as they are judged and as they would be."""
        for now, then in zip(before, after, strict=True):
            self._people += 1
            self._coverage += then.coverage
            if now.verdict:
                self._before[now.verdict] += 1
            if then.verdict:
                self._after[then.verdict] += 1
            if now.verdict and then.verdict and now.verdict != then.verdict:
                self._moves[now.verdict, then.verdict] += 1
            for requirement, state in then.states.items():
                self._states[requirement][state] += 1

    def run(self, model: NamedNode, before: Described, after: Described) -> DryRun:
        """Everything counted, with the names that things have before and after."""
        kinds = _by_rank(after)
        is_published = PUBLISHED in before.nodes(model, STATUS)
        share = 100 * self._coverage / self._people if self._people else None
        return DryRun(
            model=after.id(model),
            label=after.named(model),
            people=self._people,
            is_published=is_published,
            verdicts=tuple(
                VerdictCount(after.id(v), after.named(v), self._after[v], self._before[v])
                for v in kinds
                if self._after[v] or self._before[v]
            ),
            moves=tuple(
                Move(after.id(one), after.id(other), self._moves[one, other])
                for one in kinds
                for other in kinds
                if self._moves[one, other]
            ),
            coverage=None if share is None else share.quantize(_TENTH, ROUND_HALF_UP),
            requirements=tuple(
                self._reaching(node, after) for node in after.nodes(model, REQUIRES)
            ),
        )

    def _reaching(self, requirement: NamedNode, described: Described) -> Reaching:
        states = self._states.get(requirement, Counter[str]())
        return Reaching(
            described.id(requirement),
            described.named(requirement),
            described.effective_number(requirement, REQUIRED),
            states["reached"],
            states["short"],
            states["unknown"],
        )


def _by_rank(described: Described) -> list[NamedNode]:
    """Every verdict there is, the best first."""
    kinds = described.members(iri("judgement", "VerdictKind"))
    return sorted(kinds, key=lambda node: (described.number(node, _RANK) or Decimal(), str(node)))


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
