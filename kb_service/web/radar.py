"""The shape of a profile: where a radar's axes, levels and marks stand, for a template to draw."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

RADIUS = 150.0
_MOST_AXES = 24
"""Of one radar: with more, its names run into each other, and each part gets a radar of its own."""
_NAME_AT = RADIUS + 15
_RINGS = (0.25, 0.5, 0.75, 1)

Point = tuple[float, float]
Requirement = Mapping[str, Any]


@dataclass(frozen=True)
class Axis:
    """One requirement in the drawing; `sector` is the slice around it, to mark what is unknown.

    `number` is its place among all requirements, so that a table can have the same.
    """

    number: int
    requirement: Requirement
    end: Point
    name_at: Point
    anchor: str
    required: Point
    rating: Point | None
    sector: str

    @property
    def state(self) -> str:
        """`unknown`, `short`, `above` or `met`."""
        if self.rating is None:
            return "unknown"
        if self.requirement["gap"]:
            return "short"
        return "above" if self.requirement["excess"] else "met"


@dataclass(frozen=True)
class Radar:
    """A radar of some requirements: polygons and lines as SVG has points, and the axes.

    `outline` goes through all ratings. Where some are unknown it is empty, and `rated` has a line
    for each run of neighbours that are known.
    """

    axes: Sequence[Axis]
    rings: Sequence[str]
    required: str
    rated: Sequence[str]
    outline: str


def radars(requirements: Sequence[Requirement], top: float) -> list[Radar]:
    """One radar of all requirements, or of each part its own where they are too many for one.

    `top` is the highest level of the scale; the centre stands for none at all.
    """
    numbered = list(enumerate(requirements, start=1))
    if len(numbered) <= _MOST_AXES:
        return [_radar(numbered, top)] if numbered else []
    parts = dict.fromkeys(each["part"] for each in requirements)
    return [_radar([each for each in numbered if each[1]["part"] == part], top) for part in parts]


def _radar(numbered: Sequence[tuple[int, Requirement]], top: float) -> Radar:
    count = len(numbered)
    axes = [_axis(place, *each, count, top) for place, each in enumerate(numbered)]
    known = [axis.rating for axis in axes]
    whole = [point for point in known if point is not None]
    rings = [[_at(place, count, RADIUS * share) for place in range(count)] for share in _RINGS]
    return Radar(
        axes,
        list(map(_points, rings)),
        _points([axis.required for axis in axes]),
        [] if len(whole) == count else [_points(run) for run in _runs(known)],
        _points(whole) if len(whole) == count else "",
    )


def _axis(place: int, number: int, requirement: Requirement, count: int, top: float) -> Axis:
    def level(value: float) -> Point:
        return _at(place, count, RADIUS * max(0.0, min(1.0, value / top)))

    rating = requirement["rating"]
    across = math.sin(2 * math.pi * place / count)
    return Axis(
        number,
        requirement,
        _at(place, count, RADIUS),
        _at(place, count, _NAME_AT),
        "middle" if abs(across) < 0.15 else "start" if across > 0 else "end",
        level(requirement["required"]),
        None if rating is None else level(rating),
        _sector(place, count),
    )


def _sector(place: int, count: int) -> str:
    """The path of the slice around an axis."""
    start, end = (_at(place + side, count, RADIUS) for side in (-0.5, 0.5))
    return f"M0 0L{_point(start)}A{RADIUS:g} {RADIUS:g} 0 0 1 {_point(end)}Z"


def _at(place: float, count: int, radius: float) -> Point:
    """A point of an axis: the first stands upright, the others follow clockwise."""
    turn = 2 * math.pi * place / count
    # Adding nought makes -0 a plain one.
    return round(radius * math.sin(turn), 1) + 0.0, round(-radius * math.cos(turn), 1) + 0.0


def _runs(points: Sequence[Point | None]) -> list[list[Point]]:
    """The known points that follow each other around the circle, which has no beginning."""
    first = points.index(None)
    runs: list[list[Point]] = [[]]
    for point in (*points[first:], *points[:first]):
        if point is None:
            runs.append([])
        else:
            runs[-1].append(point)
    return [run for run in runs if len(run) > 1]


def _points(points: Sequence[Point]) -> str:
    return " ".join(map(_point, points))


def _point(point: Point) -> str:
    return f"{point[0]:g},{point[1]:g}"
