"""A training plan along its hours: which step begins and ends when, for a template to draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

WIDTH = 480.0
_TICKS = 6
_STEPS = (1, 2, 5)


@dataclass(frozen=True)
class Span:
    """A step of a plan, the hours at which it begins and ends, and where those stand."""

    step: Mapping[str, Any]
    begins: Decimal
    ends: Decimal
    x: float
    width: float


@dataclass(frozen=True)
class Timeline:
    """The steps one after another, and round numbers of hours with their places for the scale."""

    spans: Sequence[Span]
    ticks: Sequence[tuple[int, float]]


def timeline(steps: Sequence[Mapping[str, Any]]) -> Timeline | None:
    """The timeline of a plan, whose steps follow each other; None when there is none."""
    hours = [Decimal(str(step["hours"])) for step in steps]
    total = sum(hours, Decimal())
    if not total:
        return None
    spans = []
    begins = Decimal()
    for step, takes in zip(steps, hours, strict=True):
        spans.append(Span(step, begins, begins + takes, _x(begins, total), _x(takes, total)))
        begins += takes
    every = _between_ticks(total)
    ticks = [(at, _x(Decimal(at), total)) for at in range(0, int(total) + 1, every)]
    return Timeline(spans, ticks)


def _x(hours: Decimal, total: Decimal) -> float:
    return round(float(hours / total) * WIDTH, 1)


def _between_ticks(total: Decimal) -> int:
    """The smallest round number of hours of which no more than a few fit into all."""
    tens = 1
    while True:
        for step in _STEPS:
            if total <= step * tens * _TICKS:
                return step * tens
        tens *= 10
