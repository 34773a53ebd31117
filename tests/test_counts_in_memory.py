"""Counters of the rate limits: as the library's own, without its threads, within bounds."""

from __future__ import annotations

import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from kb_service.web import counts_in_memory
from kb_service.web.counts_in_memory import CountsInMemory

BEGUN = 1_790_000_040.0  # where a minute begins


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.moment = BEGUN

    def __call__(self) -> float:
        return self.moment


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(time, "time", clock)
    return clock


waits = st.one_of(
    st.just(0.0), st.sampled_from([1.0, 30.0, 59.0, 60.0, 61.0, 120.0, 180.0]), st.floats(0, 200)
)
hits = st.tuples(waits, st.sampled_from("ab"), st.integers(1, 3))


@given(st.integers(1, 6), st.lists(hits, max_size=30))
def test_verdicts_and_what_is_left_are_those_of_the_librarys_storage(
    limit: int, asked: list[tuple[float, str, int]]
) -> None:
    clock, item = Clock(), RateLimitItemPerMinute(limit)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "time", clock)
        theirs, ours = (
            SlidingWindowCounterRateLimiter(storage)
            for storage in (MemoryStorage(), CountsInMemory())
        )
        for wait, key, cost in asked:
            clock.moment += wait
            for ask in ("test", "hit"):
                expected = getattr(theirs, ask)(item, key, cost=cost)
                assert getattr(ours, ask)(item, key, cost=cost) == expected
            assert ours.get_window_stats(item, key) == theirs.get_window_stats(item, key)


@given(st.lists(st.tuples(waits, st.sampled_from("ab"), st.integers(1, 3)), max_size=30))
def test_single_counters_are_those_of_the_librarys_storage(
    asked: list[tuple[float, str, int]],
) -> None:
    clock = Clock()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "time", clock)
        theirs, ours = MemoryStorage(), CountsInMemory()
        for wait, key, amount in asked:
            clock.moment += wait
            assert ours.get(key) == theirs.get(key)
            assert ours.incr(key, 60, amount) == theirs.incr(key, 60, amount)
            assert ours.get_expiry(key) == theirs.get_expiry(key)


def test_no_thread_is_started() -> None:
    before = threading.active_count()
    counts = CountsInMemory()

    for number in range(100):
        counts.acquire_sliding_window_entry(f"key {number}", 10, 60)

    assert threading.active_count() == before


def test_what_has_expired_makes_room_for_what_comes(clock: Clock) -> None:
    counts = CountsInMemory()
    for number in range(100):
        counts.acquire_sliding_window_entry(f"early {number}", 10, 60)
    clock.moment += 120

    for number in range(60):
        counts.acquire_sliding_window_entry(f"late {number}", 10, 60)

    assert counts.reset() == 60


def test_whoever_makes_up_keys_fills_no_more_than_is_kept_and_drives_out_the_oldest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(counts_in_memory, "MOST_KEPT", 10)
    counts = CountsInMemory()

    for number in range(1000):
        counts.incr(f"key {number}", 60)

    assert [counts.get(f"key {number}") for number in (989, 990, 999)] == [0, 1, 1]
    assert counts.reset() == 10


def test_what_is_cleared_counts_from_the_beginning() -> None:
    counts, item = CountsInMemory(), RateLimitItemPerMinute(1)
    limiter = SlidingWindowCounterRateLimiter(counts)
    assert limiter.hit(item, "a")
    assert not limiter.hit(item, "a")

    limiter.clear(item, "a")

    assert limiter.hit(item, "a")
