"""Where the rings, sectors and marks of one part of a position model lie in its drawing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import cos, radians, sin

RADIUS = 200.0
_HOLE = 24.0
_RIM = RADIUS + 21
_INNERMOST = 1.5
"""How wide the innermost ring is beside the others, whose cells are longer."""
_PITCH = 20.0
"""From the middle of one mark to that of its neighbour."""
_QUARTERS = ((True, True), (True, False), (False, False), (False, True))
"""Of the circle, clockwise from the top: whether it lies to the right, and whether in the upper half."""


@dataclass(frozen=True)
class Sector:
    """A slice of the circle to draw; `quarter` is whether it lies right and up, None for anywhere."""

    id: str
    quarter: tuple[bool, bool] | None = None


@dataclass(frozen=True)
class Asked:
    """A requirement to draw: `sector` is itself where a whole slice is asked for."""

    id: str
    sector: str
    ring: str


@dataclass(frozen=True)
class Point:
    """A place in the drawing, whose middle is 0, 0; `turn` are degrees for text to be read there."""

    x: float
    y: float
    turn: float = 0.0


@dataclass(frozen=True)
class Mark:
    """A requirement drawn: its middle, and the outline of its cell where all of it is asked for."""

    asked: Asked
    at: Point
    outline: str


@dataclass(frozen=True)
class Drawing:
    """The rings from the inside out by their outer radii, the sectors' names and bounds, the marks."""

    radii: tuple[float, ...]
    names: Mapping[str, Point]
    spokes: tuple[tuple[Point, Point], ...]
    marks: tuple[Mark, ...]


def drawn(rings: Sequence[str], sectors: Sequence[Sector], asked: Iterable[Asked]) -> Drawing:
    """The drawing of what is asked for; what has no ring or sector here is left out of it."""
    angles = _angles(sectors)
    bounds = _bounds(len(rings))
    cells: dict[tuple[str, str], list[Asked]] = defaultdict(list)
    for one in asked:
        if one.sector in angles and one.ring in rings:
            cells[one.sector, one.ring].append(one)
    marks = [
        mark
        for (sector, ring), members in cells.items()
        for mark in _marks(members, angles[sector], bounds[rings.index(ring)])
    ]
    starts = sorted({start for start, _ in angles.values()})
    return Drawing(
        tuple(outer for _, outer in bounds),
        {id: _name_at((start + end) / 2) for id, (start, end) in angles.items()},
        tuple((_at(_HOLE, start), _at(RADIUS, start)) for start in starts if len(starts) > 1),
        tuple(marks),
    )


def _angles(sectors: Sequence[Sector]) -> dict[str, tuple[float, float]]:
    """Where each sector begins and ends: in its quarter if all have one, or all in turn."""
    if all(each.quarter for each in sectors):
        quarters = [[each for each in sectors if each.quarter == one] for one in _QUARTERS]
        shares = [(90.0 * place, 90.0, members) for place, members in enumerate(quarters)]
    else:
        shares = [(0.0, 360.0, list(sectors))]
    return {
        each.id: (start + width * place / len(members), start + width * (place + 1) / len(members))
        for start, width, members in shares
        for place, each in enumerate(members)
    }


def _bounds(rings: int) -> list[tuple[float, float]]:
    widths = [_INNERMOST, *[1.0] * (rings - 1)][:rings]
    unit = (RADIUS - _HOLE) / sum(widths) if widths else 0.0
    radii = list(accumulate((unit * width for width in widths), initial=_HOLE))
    return list(zip(radii, radii[1:], strict=False))


def _marks(
    members: Sequence[Asked], angles: tuple[float, float], bounds: tuple[float, float]
) -> list[Mark]:
    """The marks of one cell: all of it for its own sector, else as many rows of dots as they need."""
    start, end = angles
    whole = [one for one in members if one.id == one.sector]
    middle = _at(sum(bounds) / 2, (start + end) / 2)
    marks = [Mark(one, middle, _outline(angles, bounds)) for one in whole]
    dots = [one for one in members if one.id != one.sector]
    left = iter(dots)
    for radius, held in _rows(len(dots), end - start, bounds):
        step = (end - start) / held
        marks += [
            Mark(one, _at(radius, start + step * (place + 0.5)), "")
            for place, one in zip(range(held), left, strict=False)
        ]
    return marks


def _rows(count: int, width: float, bounds: tuple[float, float]) -> Iterator[tuple[float, int]]:
    """The radius of each row of a cell, the outermost first, and how many dots are put into it.

    There are as few rows as have room for all; what even the most have no room for is put into the
    outermost.
    """
    inner, outer = bounds
    most = max(1, int((outer - inner) // _PITCH))
    for rows in range(1, most + 1):
        radii = [outer - (outer - inner) * (place + 0.5) / rows for place in range(rows)]
        room = [max(1, int(radians(width) * radius // _PITCH)) for radius in radii]
        if sum(room) >= count:
            break
    room[0] = max(room[0], count - sum(room[1:]))
    for radius, held in zip(radii, room, strict=True):
        here = min(held, count)
        count -= here
        if here:
            yield radius, here


def _outline(angles: tuple[float, float], bounds: tuple[float, float]) -> str:
    """A cell as an SVG path; a whole turn stops just short, since an arc to its start is none."""
    start, end = angles[0], min(angles[1], angles[0] + 359.99)
    inner, outer = bounds
    large = int(end - start > 180)
    a, b, c, d = _at(outer, start), _at(outer, end), _at(inner, end), _at(inner, start)
    return (
        f"M{a.x} {a.y}A{outer:.1f} {outer:.1f} 0 {large} 1 {b.x} {b.y}"
        f"L{c.x} {c.y}A{inner:.1f} {inner:.1f} 0 {large} 0 {d.x} {d.y}Z"
    )


def _name_at(angle: float) -> Point:
    """Where a sector's name stands, turned along the rim and never upside down."""
    upper = angle < 90 or angle > 270
    at = _at(_RIM, angle)
    return Point(at.x, at.y, round(angle if upper else angle - 180, 1))


def _at(radius: float, angle: float) -> Point:
    """A place by its distance from the middle and its angle, clockwise from the top."""
    turn = radians(angle)
    return Point(round(radius * sin(turn), 1), round(-radius * cos(turn), 1))
