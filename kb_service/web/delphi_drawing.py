"""How the items of a Delphi panel move toward consensus: where each stands after every round."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kb_service.knowledge_base.study_document import Label, Row
from kb_service.web.study_figures import Figures
from kb_service.web.study_items import ItemGroup

_MEAN, _VARIATION = "mean", "coefficient-of-variation"
_WIDTH, _HEIGHT = 720.0, 400.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 52.0, 708.0, 12.0, 352.0
_STEPS_OF_VARIATION = 10
"""Lines of the grid there are between a coefficient of variation of 0 and of 1."""


@dataclass(frozen=True)
class Scale:
    """From which number to which something is drawn, and the number that the policy asks for."""

    low: float
    high: float
    cut: float | None
    ticks: tuple[float, ...] = ()

    def share(self, value: float) -> float:
        """How far along the scale a value lies, from 0 to 1."""
        if self.high <= self.low:
            return 0.0
        return min(1.0, max(0.0, (value - self.low) / (self.high - self.low)))


@dataclass(frozen=True)
class Place:
    """Where an item stands after a round: its two figures."""

    round: str
    mean: float
    variation: float


@dataclass(frozen=True)
class Movement:
    """An item with its places in the order of the rounds, and what the last decided on it."""

    item: str
    label: Label
    places: tuple[Place, ...]
    verdict: str
    verdict_label: Label | None


@dataclass(frozen=True)
class ConsensusDrawing:
    """The movements of all items between how important and how disputed they are."""

    means: Scale
    variations: Scale
    movements: tuple[Movement, ...]
    width: float = _WIDTH
    height: float = _HEIGHT
    left: float = _LEFT
    right: float = _RIGHT
    top: float = _TOP
    bottom: float = _BOTTOM

    def x(self, mean: float) -> float:
        """Where a mean is drawn from left to right."""
        return round(_LEFT + (_RIGHT - _LEFT) * self.means.share(mean), 1)

    def y(self, variation: float) -> float:
        """Where a coefficient of variation is drawn from top to bottom."""
        return round(_BOTTOM - (_BOTTOM - _TOP) * self.variations.share(variation), 1)

    def trail(self, movement: Movement) -> str:
        """The places of an item as the points of a line."""
        return " ".join(f"{self.x(each.mean)},{self.y(each.variation)}" for each in movement.places)


def consensus_drawing(
    figures: Figures,
    groups: Iterable[ItemGroup],
    rounds: Sequence[str],
    latest: Mapping[str, Row],
    cuts: Mapping[str, float],
    highest: float,
) -> ConsensusDrawing | None:
    """The drawing of a panel's rounds, None while no item has both figures.

    `latest` has by item what was decided on it last, `cuts` are by kind of statistic, and `highest`
    is the best rating that the panel could give.
    """
    movements = tuple(
        movement
        for group in groups
        for item in group.items
        if (movement := _movement(figures, item.code, item.label, rounds, latest)).places
    )
    if not movements:
        return None
    places = [place for movement in movements for place in movement.places]
    return ConsensusDrawing(
        _scale_of_means([place.mean for place in places], cuts.get(_MEAN), highest),
        _scale_of_variations([place.variation for place in places], cuts.get(_VARIATION)),
        movements,
    )


def _movement(
    figures: Figures, item: str, label: Label, rounds: Sequence[str], latest: Mapping[str, Row]
) -> Movement:
    places = []
    for number in rounds:
        mean = figures.value(_MEAN, round=number, item=item)
        variation = figures.value(_VARIATION, round=number, item=item)
        if mean is not None and variation is not None:
            places.append(Place(number, mean, variation))
    decided = latest.get(item, {})
    return Movement(
        item, label, tuple(places), decided.get("verdict", ""), decided.get("verdictLabel")
    )


def _scale_of_means(means: Sequence[float], cut: float | None, highest: float) -> Scale:
    """From the whole number below everything to the best rating."""
    low = float(math.floor(min([*means, *([] if cut is None else [cut])])))
    low = min(low, highest - 1)
    return Scale(low, highest, cut, _whole_numbers(low, highest))


def _whole_numbers(low: float, high: float) -> tuple[float, ...]:
    """The whole numbers from one to another, at most about ten of them."""
    step = max(1, math.ceil((high - low) / 10))
    return tuple(float(each) for each in range(int(low), math.floor(high) + 1, step))


def _scale_of_variations(variations: Sequence[float], cut: float | None) -> Scale:
    """From no disagreement at all to a line of the grid above everything."""
    greatest = max([*variations, *([] if cut is None else [cut])])
    lines = max(1, math.ceil(greatest * _STEPS_OF_VARIATION))
    step = max(1, math.ceil(lines / 10))
    ticks = tuple(each / _STEPS_OF_VARIATION for each in range(0, lines + 1, step))
    return Scale(0.0, lines / _STEPS_OF_VARIATION, cut, ticks)
