"""A training plan along its hours: steps follow each other, and the scale has round numbers."""

from __future__ import annotations

import pytest

from kb_service.web.training_timeline import WIDTH, timeline


def test_each_step_begins_where_the_last_one_ends() -> None:
    drawn = timeline([{"hours": 8.0}, {"hours": 4.5}, {"hours": 12.5}])

    assert drawn is not None
    assert [(float(span.begins), float(span.ends)) for span in drawn.spans] == [
        (0, 8),
        (8, 12.5),
        (12.5, 25),
    ]
    assert [span.x for span in drawn.spans] == [0, WIDTH * 8 / 25, WIDTH / 2]
    assert sum(span.width for span in drawn.spans) == pytest.approx(WIDTH)


@pytest.mark.parametrize(
    "hours, ticks",
    [
        (2.5, [0, 1, 2]),
        (6, [0, 1, 2, 3, 4, 5, 6]),
        (25, [0, 5, 10, 15, 20, 25]),
        (149, [0, 50, 100]),
    ],
)
def test_the_scale_has_a_few_round_numbers(hours: float, ticks: list[int]) -> None:
    drawn = timeline([{"hours": hours}])

    assert drawn is not None
    assert [at for at, _ in drawn.ticks] == ticks


def test_a_plan_without_steps_has_no_timeline() -> None:
    assert timeline([]) is None
