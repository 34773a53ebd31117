"""Workers that callers share: whatever some of them do, another's small requests are answered."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from pathlib import Path

import pytest

from kb_service.store import KnowledgeStore
from kb_service.store.query_answers import QueryRequest, query_pool, run_query
from kb_service.store.query_problems import QueryProblem
from kb_service.workers import WorkerBusy, WorkerPool, WorkerSetBack, WorkerTimedOut

SLEEP = "__import__('time').sleep(60)"
PID = "__import__('os').getpid()"
NEVER_ENDS = """
SELECT (COUNT(*) AS ?n) WHERE { VALUES ?a { 1 2 3 4 5 6 7 8 9 10 } VALUES ?b { 1 2 3 4 5 6 7 8 9 10 }
VALUES ?c { 1 2 3 4 5 6 7 8 9 10 } VALUES ?d { 1 2 3 4 5 6 7 8 9 10 } VALUES ?e { 1 2 3 4 5 6 7 8 9 10 }
VALUES ?f { 1 2 3 4 5 6 7 8 9 10 } VALUES ?g { 1 2 3 4 5 6 7 8 9 10 } VALUES ?h { 1 2 3 4 5 6 7 8 9 10 }
VALUES ?i { 1 2 3 4 5 6 7 8 9 10 } VALUES ?j { 1 2 3 4 5 6 7 8 9 10 } }
"""


@pytest.fixture
def pool() -> Iterator[WorkerPool]:
    """Two workers and one in reserve, which evaluate each request as a Python expression."""
    with WorkerPool(
        "functools:partial",
        2,
        256,
        60.0,
        (eval,),
        reserve=1,
        wait=60.0,
        most_waiting=3,
    ) as opened:
        opened.warm()
        yield opened


def flood(pool: WorkerPool, caller: str, stop: threading.Event, deadline: float) -> None:
    """Ask what never ends, over and over, as whoever means harm does."""
    while not stop.is_set():
        try:
            pool.call(SLEEP, deadline, caller=caller)
        except WorkerBusy:
            stop.wait(0.05)
        except (WorkerTimedOut, WorkerSetBack):
            continue


def test_beside_a_flood_by_seven_callers_every_small_request_of_another_is_answered(
    pool: WorkerPool,
) -> None:
    stop = threading.Event()
    hostile = [f"hostile-{number}" for number in range(7)]

    with ThreadPoolExecutor(14) as threads:
        floods = [
            threads.submit(flood, pool, caller, stop, 3.0) for caller in hostile for _ in range(2)
        ]
        try:
            answers = [pool.call(f"{number} ** 2", caller="good") for number in range(50)]
            still_flooded = sum(not one.done() for one in floods)
        finally:
            stop.set()

    assert answers == [number**2 for number in range(50)]
    assert still_flooded == 14


def test_beside_a_flood_by_one_caller_another_is_answered_before_any_of_it_ends(
    pool: WorkerPool,
) -> None:
    ended = []
    with ThreadPoolExecutor(3) as threads:
        held = [threads.submit(pool.call, SLEEP, 20.0, caller="hostile") for _ in range(3)]
        for one in held:
            one.add_done_callback(lambda done: ended.append(done))

        answers = [pool.call(str(number), caller="good") for number in range(20)]
        ended_before = list(ended)
        pool.close()

    assert (answers, ended_before) == (list(range(20)), [])


def test_a_request_on_the_reserve_that_takes_long_is_set_back_and_its_worker_replaced(
    pool: WorkerPool,
) -> None:
    with ThreadPoolExecutor(3) as threads:
        held = [threads.submit(pool.call, SLEEP, 30.0, caller=caller) for caller in ("a", "b", "c")]
        while pool.counts().busy < len(held):
            time.sleep(0.01)
        answer = pool.call("'answered'", caller="good")
        set_back, _ = wait(held, 30, FIRST_COMPLETED)
        lost = pool.counts().lost
        pool.close()

    assert answer == "answered"
    assert [type(one.exception()) for one in set_back] == [WorkerSetBack]
    assert lost == {"set_back": 1}


def test_callers_who_ask_little_wait_for_each_other_and_are_not_turned_away(
    pool: WorkerPool,
) -> None:
    with ThreadPoolExecutor(24) as threads:
        asked = [
            threads.submit(pool.call, "__import__('time').sleep(0.1) or 1", caller=f"c{number % 8}")
            for number in range(24)
        ]

        assert [one.result() for one in asked] == [1] * 24


@pytest.fixture
def store(tmp_path: Path) -> Iterator[KnowledgeStore]:
    with KnowledgeStore(tmp_path / "data") as opened:
        yield opened


def test_a_query_that_was_set_back_is_run_again_and_answered_or_stopped_at_its_deadline(
    store: KnowledgeStore,
) -> None:
    def ask(caller: str) -> str:
        try:
            return run_query(queries, store, QueryRequest(NEVER_ENDS, caller=caller)).content_type
        except QueryProblem as problem:
            return problem.detail

    with (
        query_pool(size=1, deadline=3.0, most_waiting=4) as queries,
        ThreadPoolExecutor(2) as threads,
    ):
        queries.warm()
        hostile = [threads.submit(ask, caller) for caller in ("a", "b")]
        small = QueryRequest("ASK {}", "application/sparql-results+json", caller="good")
        answers = [run_query(queries, store, small).body for _ in range(10)]
        told = [one.result() for one in hostile]
        lost = queries.counts().lost

    assert answers == [b'{"head":{},"boolean":true}'] * 10
    assert told == ["The query was stopped after 3 s. Ask for less at a time."] * 2
    assert lost["stopped"] == 2
