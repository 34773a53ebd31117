"""Where the drawing of a position model's part puts its rings, sectors and marks."""

from __future__ import annotations

from math import hypot

import pytest

from kb_service.web.rings import RADIUS, Asked, Drawing, Mark, Sector, drawn
from kb_service.web.text_lines import in_two_lines

RIGHT_UP, RIGHT_DOWN, LEFT_DOWN, LEFT_UP = (
    (True, True),
    (True, False),
    (False, False),
    (False, True),
)
RINGS = ("main", "auxiliary", "secondary")


def of_abilities(count: int, ring: str = "main") -> Drawing:
    """So many abilities of one of twelve types, three in each quarter."""
    quarters = (RIGHT_UP, RIGHT_DOWN, LEFT_DOWN, LEFT_UP)
    sectors = [Sector(f"type-{place}", quarters[place // 3]) for place in range(12)]
    return drawn(RINGS, sectors, [Asked(f"ability-{n}", "type-0", ring) for n in range(count)])


def from_the_middle(mark: Mark) -> float:
    return hypot(mark.at.x, mark.at.y)


@pytest.mark.parametrize(
    "quarter, is_right, is_up",
    [
        (RIGHT_UP, True, True),
        (RIGHT_DOWN, True, False),
        (LEFT_DOWN, False, False),
        (LEFT_UP, False, True),
    ],
)
def test_a_sector_lies_in_the_quarter_of_its_field(
    quarter: tuple[bool, bool], is_right: bool, is_up: bool
) -> None:
    others = [Sector(f"other-{place}", RIGHT_UP) for place in range(2)]

    drawing = drawn(
        ["main"], [*others, Sector("service", quarter)], [Asked("x", "service", "main")]
    )

    (mark,) = drawing.marks
    assert (mark.at.x > 0, mark.at.y < 0) == (is_right, is_up)
    assert (drawing.names["service"].x > 0, drawing.names["service"].y < 0) == (is_right, is_up)


def test_sectors_without_fields_share_the_whole_circle() -> None:
    drawing = drawn(["first"], [Sector("work"), Sector("honour")], [])

    assert drawing.names["work"].x == -drawing.names["honour"].x > 0


def test_what_is_weightier_lies_nearer_to_the_middle() -> None:
    distances = [from_the_middle(of_abilities(1, ring).marks[0]) for ring in RINGS]

    inner, middle, outer = of_abilities(0).radii
    assert distances[0] < inner < distances[1] < middle < distances[2] < outer == RADIUS


@pytest.mark.parametrize("ring", RINGS)
@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_the_abilities_of_one_type_do_not_cover_each_other(ring: str, count: int) -> None:
    marks = of_abilities(count, ring).marks

    places = [(mark.at.x, mark.at.y) for mark in marks]
    apart = [
        hypot(one[0] - other[0], one[1] - other[1])
        for number, one in enumerate(places)
        for other in places[:number]
    ]
    assert len(marks) == count
    assert all(distance >= 18.9 for distance in apart)


def test_more_abilities_than_there_is_room_for_are_all_drawn() -> None:
    assert {mark.asked.id for mark in of_abilities(30).marks} == {f"ability-{n}" for n in range(30)}


def test_a_sector_that_is_asked_for_itself_fills_its_cell() -> None:
    drawing = drawn(["main"], [Sector("service")], [Asked("service", "service", "main")])

    assert drawing.marks[0].outline.startswith("M")
    assert of_abilities(1).marks[0].outline == ""


def test_what_has_no_place_in_the_drawing_is_left_out_of_it() -> None:
    asked = [Asked("a", "elsewhere", "main"), Asked("b", "service", "unheard-of")]

    assert drawn(["main"], [Sector("service")], asked).marks == ()


def test_names_are_never_upside_down() -> None:
    turns = [at.turn for at in of_abilities(0).names.values()]

    assert all(-90 <= (turn + 180) % 360 - 180 <= 90 for turn in turns)


@pytest.mark.parametrize(
    "name, lines",
    [
        ("Service", ("Service",)),
        ("Honour and recognition", ("Honour and", "recognition")),
        ("Controlling (managing)", ("Controlling", "(managing)")),
        ("一个没有空格而很长的中文名称也不断开", ("一个没有空格而很长的中文名称也不断开",)),
    ],
)
def test_a_long_name_is_broken_at_the_space_near_its_middle(
    name: str, lines: tuple[str, ...]
) -> None:
    assert in_two_lines(name) == lines
