"""Turns: who may run beside whom, who comes next, who may wait, and who makes room."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from kb_service.workers.turns import LONG, Turn, Turns


@dataclass
class Clock:
    """A clock that stands still until it is told to go on."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now

    def go_on(self, seconds: float) -> None:
        self.now += seconds


def turns_with_a_clock(
    size: int = 2, reserve: int = 1, most_waiting: int | None = None
) -> tuple[Turns, Clock]:
    clock = Clock()
    return Turns(size, reserve, most_waiting, clock), clock


def started(turns: Turns) -> list[Turn]:
    """Every request that may run now, in the order in which they were let in."""
    begun = []
    while (turn := turns.next()) is not None:
        turns.begin(turn)
        begun.append(turn)
    return begun


def callers_of(begun: list[Turn]) -> list[str]:
    return [turn.caller for turn in begun]


def after_a_long_request(turns: Turns, clock: Clock, caller: str, seconds: float = 2.0) -> None:
    """Have a caller take long once."""
    turns.arrive(caller)
    (turn,) = started(turns)
    clock.go_on(seconds)
    turns.end(turn)


def test_one_caller_runs_as_many_as_there_are_workers_and_leaves_the_reserve() -> None:
    turns, _ = turns_with_a_clock(size=2, reserve=1)
    for _ in range(5):
        turns.arrive("flood")

    assert callers_of(started(turns)) == ["flood", "flood"]
    assert turns.waiting == 3


def test_another_caller_gets_the_reserve_while_the_workers_are_taken() -> None:
    turns, _ = turns_with_a_clock(size=2, reserve=1)
    for caller in ("flood", "flood", "flood", "good"):
        turns.arrive(caller)

    beside_each_other = callers_of(started(turns))
    turns.arrive("third")

    assert beside_each_other == ["flood", "good"]
    assert callers_of(started(turns)) == ["third"]


def test_who_took_long_lately_does_not_get_the_reserve_until_that_has_faded() -> None:
    turns, clock = turns_with_a_clock(size=1, reserve=1)
    after_a_long_request(turns, clock, "slow", seconds=2.0)
    turns.arrive("other")
    started(turns)
    turns.arrive("slow")

    refused_at_first = started(turns)
    clock.go_on(120)
    let_in_later = started(turns)

    assert (refused_at_first, callers_of(let_in_later)) == ([], ["slow"])


def test_waiting_callers_are_served_in_turn_however_much_one_of_them_asks() -> None:
    turns, clock = turns_with_a_clock(size=1, reserve=0)
    for caller in ("flood", "flood", "flood", "first", "second"):
        turns.arrive(caller)

    served = []
    for _ in range(5):
        (turn,) = started(turns)
        served.append(turn.caller)
        clock.go_on(0.1)
        turns.end(turn)

    assert served == ["flood", "first", "second", "flood", "flood"]


def test_who_took_long_comes_after_who_did_not_and_before_who_took_longer() -> None:
    turns, clock = turns_with_a_clock(size=1, reserve=0)
    after_a_long_request(turns, clock, "longest", seconds=9.0)
    after_a_long_request(turns, clock, "long", seconds=2.0)
    for caller in ("longest", "long", "good"):
        turns.arrive(caller)

    served = []
    for _ in range(3):
        (turn,) = started(turns)
        served.append(turn.caller)
        turns.end(turn)

    assert served == ["good", "long", "longest"]


def test_a_request_that_takes_long_makes_room_for_a_caller_who_has_nothing_running() -> None:
    turns, clock = turns_with_a_clock(size=1, reserve=1)
    for caller in ("a", "b"):
        turns.arrive(caller)
    older, _ = started(turns)
    clock.go_on(0.2)
    waiting = turns.arrive("good")

    not_yet = turns.to_set_back(waiting)
    clock.go_on(LONG)
    due = turns.to_set_back(waiting)

    assert not_yet == []
    assert older in due


def test_nobody_makes_room_for_a_caller_who_took_long_or_has_something_running() -> None:
    turns, clock = turns_with_a_clock(size=1, reserve=1)
    after_a_long_request(turns, clock, "slow")
    for caller in ("a", "b"):
        turns.arrive(caller)
    started(turns)
    clock.go_on(LONG * 2)

    assert turns.to_set_back(turns.arrive("slow")) == []
    assert turns.to_set_back(turns.arrive("a")) == []


def test_what_was_set_back_once_waits_for_a_worker_of_its_own_and_keeps_it() -> None:
    turns, clock = turns_with_a_clock(size=1, reserve=1)
    again = turns.arrive("a", is_repeated=True)
    assert started(turns) == [again]
    turns.arrive("b", is_repeated=True)
    nobody = started(turns)
    turns.arrive("c")
    started(turns)
    clock.go_on(LONG * 2)

    due = turns.to_set_back(turns.arrive("good"))

    assert nobody == []
    assert callers_of(due) == ["c"]


def test_of_callers_who_took_long_each_may_wait_once_before_any_may_twice() -> None:
    turns, clock = turns_with_a_clock(size=1, reserve=0, most_waiting=2)
    for caller in ("a", "b"):
        after_a_long_request(turns, clock, caller)
    turns.arrive("other")
    started(turns)
    flood = [turns.arrive("a") for _ in range(3)]

    alone = [turns.may_wait(turn) for turn in flood]
    beside = turns.arrive("b")

    assert alone == [True, True, False]
    assert [turns.may_wait(turn) for turn in (*flood, beside)] == [True, False, False, True]


def test_who_did_not_take_long_waits_however_many_others_do_and_a_moment_beyond_their_share() -> (
    None
):
    turns, clock = turns_with_a_clock(size=1, reserve=0, most_waiting=1)
    after_a_long_request(turns, clock, "slow")
    turns.arrive("slow")
    started(turns)
    for _ in range(3):
        turns.arrive("slow")
    first, second = turns.arrive("good"), turns.arrive("good")

    at_once = [turns.may_wait(first), turns.may_wait(second)]
    clock.go_on(1.0)

    assert at_once == [True, True]
    assert [turns.may_wait(first), turns.may_wait(second)] == [True, False]


def test_nothing_is_held_against_nobody_in_particular() -> None:
    turns, clock = turns_with_a_clock(size=1, reserve=1)
    after_a_long_request(turns, clock, "", seconds=60)
    turns.arrive("other")
    turns.arrive("")

    assert sorted(callers_of(started(turns))) == ["", "other"]


@given(
    st.integers(1, 3),
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["ask", "end"]), st.floats(0, 3))),
)
def test_whatever_callers_do_none_has_more_than_its_share_and_no_worker_idles(
    size: int, acts: list[tuple[str, str, float]]
) -> None:
    turns, clock = turns_with_a_clock(size=size, reserve=1)
    running: list[Turn] = []
    for caller, act, seconds in acts:
        if act == "ask":
            turns.arrive(caller)
        elif running:
            turns.end(running.pop(0))
        running += started(turns)
        clock.go_on(seconds)

        of_each = [callers_of(running).count(name) for name in "abc"]
        assert len(running) <= size + 1
        assert max(of_each) <= size
        assert not (turns.waiting and len(running) < size)


def test_accounts_of_callers_who_are_gone_are_let_go_of() -> None:
    turns, clock = turns_with_a_clock(size=1)
    sizes: Callable[[], int] = lambda: len(turns._served) + len(turns._accounts)  # noqa: E731
    for number in range(3000):
        after_a_long_request(turns, clock, f"caller-{number}", seconds=0.6)

    assert sizes() < 1500
