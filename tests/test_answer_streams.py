"""Answers in pieces: they come in order, and no reader keeps a worker beyond its deadline."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from kb_service.workers import WorkerBusy, WorkerDied, WorkerFailed, WorkerPool, WorkerTimedOut
from tests.emitting_worker import Pieces
from tests.test_workers import await_that, children, has_ended

LARGE = 1024 * 1024


@pytest.fixture
def pool() -> Iterator[WorkerPool]:
    with WorkerPool("tests.emitting_worker:start", 1, 256, 10.0, streams=True) as opened:
        opened.warm()
        yield opened


def worker_of(pool: WorkerPool) -> int:
    """The process that answers."""
    pid: int = pool.call(Pieces(0))
    return pid


def test_pieces_come_in_order_and_the_answer_after_them(pool: WorkerPool) -> None:
    with pool.stream(Pieces(300, size=2)) as stream:
        pieces = list(stream)

    assert pieces == [bytes([number % 256]) * 2 for number in range(300)]
    assert stream.answer == worker_of(pool)


def test_a_piece_is_there_before_the_next_one_is_made(pool: WorkerPool) -> None:
    with pool.stream(Pieces(2, pause=60)) as stream:
        assert next(stream) == bytes(10)


def test_a_stream_that_was_read_to_its_end_costs_no_worker(pool: WorkerPool) -> None:
    before = worker_of(pool)

    with pool.stream(Pieces(5)) as stream:
        list(stream)

    assert worker_of(pool) == before


def test_a_stream_that_is_given_up_costs_its_worker_at_once(pool: WorkerPool) -> None:
    before = worker_of(pool)

    with pool.stream(Pieces(1000, size=LARGE)) as stream:
        next(stream)

    await_that(lambda: has_ended(before))
    assert worker_of(pool) != before


def test_a_reader_who_stalls_loses_the_worker_at_the_deadline_and_others_go_on(
    pool: WorkerPool,
) -> None:
    before = worker_of(pool)
    with pool.stream(Pieces(1000, size=LARGE), deadline=0.5) as stream:
        next(stream)

        await_that(lambda: has_ended(before))

        assert worker_of(pool) != before
        with pytest.raises(WorkerTimedOut, match=r"stopped after 0\.5 s"):
            list(stream)


def test_an_error_after_some_pieces_is_told_and_costs_no_worker(pool: WorkerPool) -> None:
    before = worker_of(pool)

    with pool.stream(Pieces(3, ends_by="no more")) as stream:
        assert [next(stream) for _ in range(3)] == [bytes([n]) * 10 for n in range(3)]
        with pytest.raises(WorkerFailed, match="ValueError: no more"):
            next(stream)

    assert worker_of(pool) == before


def test_a_worker_that_dies_on_the_way_is_told_from_one_that_has_finished(
    pool: WorkerPool,
) -> None:
    before = worker_of(pool)
    with pool.stream(Pieces(1000, size=LARGE)) as stream:
        next(stream)
        psutil.Process(before).kill()

        with pytest.raises(WorkerDied, match="SIGKILL"):
            list(stream)


def test_streams_leave_no_process_and_no_open_file() -> None:
    files, processes = psutil.Process().num_fds(), children()
    with WorkerPool("tests.emitting_worker:start", 2, 256, 10.0, streams=True) as pool:
        with pool.stream(Pieces(1000, size=LARGE), deadline=0.2) as stream:
            next(stream)
            await_that(lambda: has_ended_stream(pool))
        with pool.stream(Pieces(3)) as stream:
            next(stream)

    assert (psutil.Process().num_fds(), children()) == (files, processes)


def has_ended_stream(pool: WorkerPool) -> bool:
    """Whether a worker answers again, so that the one before has been replaced."""
    return worker_of(pool) > 0


def test_when_many_wait_already_the_next_one_waits_a_moment_only() -> None:
    with (
        WorkerPool("functools:partial", 1, 256, 10.0, (eval,), wait=5.0, most_waiting=1) as pool,
        ThreadPoolExecutor() as threads,
    ):
        pool.warm()
        busy = threads.submit(pool.call, "__import__('time').sleep(2) or 'done'")
        time.sleep(0.3)
        waiting = threads.submit(pool.call, "'after'")
        time.sleep(0.2)
        started = time.monotonic()

        with pytest.raises(WorkerBusy):
            pool.call("1")

        assert time.monotonic() - started < 1
        assert (busy.result(), waiting.result()) == ("done", "after")


def test_a_queue_that_moves_turns_nobody_away() -> None:
    with (
        WorkerPool("functools:partial", 1, 256, 10.0, (eval,), most_waiting=2) as pool,
        ThreadPoolExecutor(16) as threads,
    ):
        answers = list(threads.map(pool.call, [f"{number} + 1" for number in range(200)]))

    assert answers == list(range(1, 201))
