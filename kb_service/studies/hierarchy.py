"""Global weights: what each item of a hierarchy contributes to the goal."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from math import fsum

from kb_service.findings import RefusedInput, violation
from kb_service.studies.ahp import Priorities
from kb_service.studies.results import Reason, Statistic, known, unknown


@dataclass(frozen=True)
class Contribution:
    """What an item gets through one of the items above it: that one's global weight × its local one."""

    through: str
    local: Statistic
    weight: Statistic


@dataclass(frozen=True)
class GlobalWeight:
    """What an item weighs for the goal, and through what; level 1 is compared for the goal itself."""

    item: str
    level: int
    weight: Statistic
    contributions: tuple[Contribution, ...]


@dataclass(frozen=True)
class Synthesis:
    """The global weights, level by level, and the consistency ratio of each level, top first."""

    weights: tuple[GlobalWeight, ...]
    consistency_ratios: tuple[Statistic, ...]


def synthesis(goal: str, comparisons: Mapping[str, Priorities]) -> Synthesis:
    """The weights for the goal of all that `comparisons` compares, by what it is compared for.

    A global weight is the sum of local weights times the global weights above them, so that
    alternatives may be compared for each of several criteria. The consistency ratio of a level is
    ΣwCI/ΣwRI over its comparisons, w being the global weight of what they are for (Saaty 1980).
    Raises RefusedInput when nothing is compared for the goal, a comparison belongs to nothing below
    it, or an item is below itself.
    """
    levels = _levels(goal, comparisons)
    weights: dict[str, Statistic] = {goal: known(1)}
    found: list[GlobalWeight] = []
    for item in sorted(levels, key=lambda item: levels[item]):
        if item != goal:
            contributions = _contributions(item, comparisons, weights)
            weights[item] = _sum(contributions)
            found.append(GlobalWeight(item, levels[item], weights[item], contributions))
    depths = sorted({levels[parent] for parent in comparisons})
    return Synthesis(
        tuple(found),
        tuple(
            _level_ratio({p: c for p, c in comparisons.items() if levels[p] == depth}, weights)
            for depth in depths
        ),
    )


def _levels(goal: str, comparisons: Mapping[str, Priorities]) -> dict[str, int]:
    """How deep each item lies at its deepest, the goal at 0."""
    levels = {goal: 0}
    waiting: deque[tuple[str, tuple[str, ...]]] = deque([(goal, (goal,))])
    while waiting:
        parent, path = waiting.popleft()
        for child in comparisons[parent].items if parent in comparisons else ():
            if child in path:
                raise _below_itself(child)
            if levels.get(child, 0) < len(path):
                levels[child] = len(path)
                waiting.append((child, (*path, child)))
    if goal not in comparisons:
        raise RefusedInput(
            [
                violation(
                    f"没有为总目标“{goal}”进行的比较；请先比较它下面的各项。",
                    f"Nothing is compared for the goal {goal!r}; compare what lies below it first.",
                    value=goal,
                )
            ]
        )
    if loose := [parent for parent in comparisons if parent not in levels]:
        raise RefusedInput(
            [
                violation(
                    f"“{parent}”之下有比较，但它本身不在总目标“{goal}”之下。",
                    f"Items are compared for {parent!r}, which itself is nowhere below {goal!r}.",
                    value=parent,
                )
                for parent in loose
            ]
        )
    return levels


def _below_itself(item: str) -> RefusedInput:
    return RefusedInput(
        [
            violation(
                f"“{item}”出现在它自己之下；请检查层次结构。",
                f"{item!r} lies below itself; check the hierarchy.",
                value=item,
            )
        ]
    )


def _contributions(
    item: str, comparisons: Mapping[str, Priorities], weights: Mapping[str, Statistic]
) -> tuple[Contribution, ...]:
    return tuple(
        Contribution(parent, each.weight, _product(each.weight, weights[parent]))
        for parent, compared in comparisons.items()
        for each in compared.weights
        if each.item == item
    )


def _product(local: Statistic, above: Statistic) -> Statistic:
    if above.value is None:
        return above
    return local if local.value is None else known(local.value * above.value)


def _sum(contributions: tuple[Contribution, ...]) -> Statistic:
    """The sum, or the first reason why a part of it is not known."""
    for each in contributions:
        if each.weight.value is None:
            return each.weight
    return known(fsum(each.weight.number for each in contributions))


def _level_ratio(
    comparisons: Mapping[str, Priorities], weights: Mapping[str, Statistic]
) -> Statistic:
    """ΣwCI/ΣwRI of the comparisons of one level; 0 where none of them can contradict itself."""
    inconsistent, random = [], []
    for parent, compared in comparisons.items():
        weight = weights[parent]
        for needed in (weight, compared.consistency_ratio):
            if needed.value is None:
                return unknown(_for_parent(parent, needed))
        inconsistent.append(weight.number * compared.consistency_index.number)
        random.append(weight.number * compared.random_index.number)
    return known(fsum(inconsistent) / fsum(random)) if fsum(random) else known(0)


def _for_parent(parent: str, missing: Statistic) -> Reason:
    """The reason why one comparison has no consistency ratio, and for what it was made."""
    why = missing.why
    assert why is not None
    return Reason(why.name, f"“{parent}”之下：{why.zh}", f"Below {parent}: {why.en}")
