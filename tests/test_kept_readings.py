"""Readings are made once for a state of the store, and anew once something is stored."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import cast

import pytest

from kb_service.knowledge_base.kept_readings import KeptReadings
from kb_service.store import KnowledgeStore


class Committing:
    """A store as far as readings know it: the name of what is committed."""

    def __init__(self) -> None:
        self.tag = "first"


class Reading:
    """Something to read, which counts how often it was read."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> int:
        self.times += 1
        return self.times


def kept(store: Committing, most: int = 2) -> KeptReadings[int]:
    return KeptReadings(cast(KnowledgeStore, store), most)


def test_what_was_read_is_not_read_again_while_nothing_is_stored() -> None:
    readings, panel = kept(Committing()), Reading()

    found = [readings.of("panel", panel), readings.of("panel", panel)]

    assert found == [1, 1]


def test_it_is_read_anew_after_a_commit() -> None:
    store, panel = Committing(), Reading()
    readings = kept(store)
    readings.of("panel", panel)

    store.tag = "second"

    assert readings.of("panel", panel) == 2


def test_what_was_read_while_something_was_stored_is_not_kept() -> None:
    store = Committing()
    readings = kept(store)

    def slow() -> int:
        store.tag = "second"
        return 0

    readings.of("panel", slow)

    assert readings.of("panel", Reading()) == 1


def test_what_was_asked_for_longest_ago_makes_room() -> None:
    readings, panel = kept(Committing(), most=2), Reading()
    readings.of("panel", panel)
    readings.of("meeting", Reading())
    readings.of("panel", panel)

    readings.of("interviews", Reading())
    readings.of("panel", panel)

    assert panel.times == 1


def test_two_who_want_the_same_at_once_have_it_read_once() -> None:
    readings, panel = kept(Committing()), Reading()
    begun, may_end = Event(), Event()

    def slow() -> int:
        begun.set()
        may_end.wait()
        return panel()

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(readings.of, "panel", slow)
        begun.wait()
        second = threads.submit(readings.of, "panel", panel)
        may_end.set()

    assert [first.result(), second.result()] == [1, 1]


def test_what_could_not_be_read_is_tried_again() -> None:
    readings = kept(Committing())

    def failing() -> int:
        raise LookupError("no such study")

    with pytest.raises(LookupError):
        readings.of("panel", failing)

    assert readings.of("panel", Reading()) == 1


def test_what_is_to_be_forgotten_is_not_kept() -> None:
    readings, panel = kept(Committing()), Reading()
    readings.of("panel", panel)

    readings.forget()

    assert readings.of("panel", panel) == 2
