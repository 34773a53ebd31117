"""The geometry of a profile: axes around a centre, levels along them, gaps where nothing is known."""

from __future__ import annotations

from typing import Any

import pytest

from kb_service.web.radar import RADIUS, radars


def requirement(rating: float | None, required: float = 6, part: str = "ability") -> dict[str, Any]:
    above = None if rating is None else rating - required
    return {
        "part": part,
        "rating": rating,
        "required": required,
        "gap": None if above is None else max(0.0, -above),
        "excess": None if above is None else max(0.0, above),
    }


def test_levels_stand_along_axes_that_follow_each_other_clockwise() -> None:
    [drawn] = radars([requirement(rating) for rating in (10, 5, 0, 5)], top=10)

    assert [axis.rating for axis in drawn.axes] == [(0, -RADIUS), (75, 0), (0, 0), (-75, 0)]
    assert [axis.required for axis in drawn.axes] == [(0, -90), (90, 0), (0, 90), (-90, 0)]
    assert drawn.outline == "0,-150 75,0 0,0 -75,0"
    assert drawn.rated == []


def test_what_is_unknown_breaks_the_line_and_is_no_nought() -> None:
    [drawn] = radars([requirement(rating) for rating in (5, 5, None, 5)], top=10)

    assert drawn.outline == ""
    assert drawn.rated == ["-75,0 0,-75 75,0"]
    assert [axis.state for axis in drawn.axes] == ["short", "short", "unknown", "short"]


def test_nothing_known_draws_no_line() -> None:
    [drawn] = radars([requirement(None)] * 3, top=10)

    assert (drawn.outline, drawn.rated) == ("", [])


@pytest.mark.parametrize("rating, state", [(4, "short"), (6, "met"), (9, "above")])
def test_gaps_and_what_is_above_are_told_apart(rating: float, state: str) -> None:
    [drawn] = radars([requirement(rating)] * 3, top=10)

    assert {axis.state for axis in drawn.axes} == {state}


def test_too_many_for_one_drawing_are_drawn_by_part_and_numbered_through() -> None:
    many = [requirement(5, part=part) for part in ("direction",) * 5 + ("ability",) * 20]

    drawn = radars(many, top=10)

    assert [len(each.axes) for each in drawn] == [5, 20]
    assert [axis.number for each in drawn for axis in each.axes] == list(range(1, 26))
    assert [len(each.axes) for each in radars(many[:24], top=10)] == [24]


def test_a_model_that_asks_for_nothing_has_no_radar() -> None:
    assert radars([], top=10) == []
