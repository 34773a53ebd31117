"""Writes that wait for each other leave threads to those who read."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait

import pytest
from flask import Flask

from kb_service.web.dataset import EXTENSION
from kb_service.web.listening import make_server, run_server
from kb_service.web.problems import Problem
from kb_service.web.waiting_room import WaitingRoom

THREADS = 8
WRITERS = 8
INSIDE = THREADS - 3


@pytest.fixture
def port(app: Flask) -> Iterator[int]:
    """The port of the service, live, with as many threads as it has by default."""
    server = make_server(app, "127.0.0.1", 0)
    thread = threading.Thread(target=run_server, args=(server,), daemon=True)
    thread.start()
    yield int(server.effective_port)
    server.close()
    server.task_dispatcher.shutdown()
    thread.join(5)


def ask(port: int, method: str, path: str, body: str | None = None) -> tuple[int, str | None]:
    """The status of an answer, and when to try again."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        connection.request(method, path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.headers["Retry-After"]
    finally:
        connection.close()


def test_while_writers_wait_for_a_slow_one_others_are_answered(app: Flask, port: int) -> None:
    def write(number: int) -> tuple[int, str | None]:
        return ask(port, "PUT", f"/api/v1/people/w{number}", json.dumps({"name": f"W{number}"}))

    with ThreadPoolExecutor(WRITERS) as clients:
        with app.extensions[EXTENSION].writing():  # the slow one
            writers = [clients.submit(write, number) for number in range(WRITERS)]
            refused = _first(writers, WRITERS - INSIDE)
            alive = ask(port, "GET", "/healthz")[0]
            queried = ask(port, "GET", "/sparql?query=ASK%20%7B%7D")[0]
            page = ask(port, "GET", "/position-models")[0]
            waiting = [writer for writer in writers if not writer.done()]
        written = [writer.result() for writer in waiting]

    assert (alive, queried, page) == (200, 200, 200)
    assert [status for status, _ in refused] == [503] * (WRITERS - INSIDE)
    assert all(again is not None and int(again) > 0 for _, again in refused)
    assert [status for status, _ in written] == [201] * INSIDE


def _first(
    writers: list[Future[tuple[int, str | None]]], count: int
) -> list[tuple[int, str | None]]:
    """The answers to those who are answered first."""
    done: set[Future[tuple[int, str | None]]] = set()
    while len(done) < count:
        more, _ = wait(set(writers) - done, 60, "FIRST_COMPLETED")
        assert more, "nobody was answered"
        done |= more
    return [writer.result() for writer in done]


def test_a_room_that_stands_still_takes_nobody_in_and_one_that_moves_does() -> None:
    room = WaitingRoom(threads=4)
    room.enter(writes=True)
    with pytest.raises(Problem) as refused:
        room.enter(writes=True)
    room.enter(writes=False)

    with ThreadPoolExecutor(1) as waiting:
        room.leave(writes=False)
        later = waiting.submit(room.enter, writes=True)
        room.leave(writes=True)
        later.result()

    assert refused.value.status == 503


def test_with_two_threads_one_write_is_taken_and_the_other_thread_is_left() -> None:
    room = WaitingRoom(threads=2)
    room.enter(writes=True)

    with pytest.raises(Problem):
        room.enter(writes=False)
