"""A moving window: exactly what happened in the last minute counts, whoever's it is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kb_service.web.moving_window import SECONDS, MovingWindow


class Clock:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@given(st.integers(1, 5), st.lists(st.tuples(st.sampled_from("ab"), st.floats(0, 40)), max_size=60))
def test_in_no_minute_are_there_more_than_are_let_in_and_none_is_refused_below_that(
    most: int, asked: list[tuple[str, float]]
) -> None:
    clock = Clock()
    window = MovingWindow(clock)
    let_in: dict[str, list[float]] = {"a": [], "b": []}
    for name, pause in asked:
        clock.now += pause
        recent = [moment for moment in let_in[name] if moment > clock.now - SECONDS]

        assert window.left(name, most)[0] == most - len(recent)
        assert window.count(name, most) == (len(recent) < most)

        if len(recent) < most:
            let_in[name].append(clock.now)


def test_it_says_when_there_may_be_another() -> None:
    clock = Clock()
    window = MovingWindow(clock)
    window.count("ana", 1)
    clock.now = 45.0

    left, seconds = window.left("ana", 1)
    clock.now += seconds

    assert (left, window.count("ana", 1)) == (0, True)


def test_names_that_did_nothing_for_a_minute_are_forgotten() -> None:
    clock = Clock()
    window = MovingWindow(clock)
    for number in range(1000):
        window.count(f"address-{number}", 5)
    clock.now = SECONDS + 1

    window.count("somebody", 5)

    assert list(window._times) == ["somebody"]
