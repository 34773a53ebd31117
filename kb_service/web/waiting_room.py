"""How many requests may wait for others at once, so that threads are left for those that need not."""

from __future__ import annotations

import threading
import time
import weakref
from typing import cast

from flask import Flask, Response, current_app, g, request

from kb_service.web.authorisation import Need, need_of
from kb_service.web.preconditions import WRITES
from kb_service.web.problems import Problem
from kb_service.web.sparql_parameters import protocol_parameters, values
from kb_service.web.writing_order import LONGEST_WAIT

EXTENSION = "waiting-room"
_KEPT_FROM_WRITES = 3
"""Threads that writes, which wait for each other, leave to whoever reads."""
_KEPT_FROM_QUERIES = 1
"""Threads that queries, which wait for workers, leave to whoever needs neither."""
_MOMENT = 1.0
_ASKING = frozenset({"graph_store.read", "sparql.endpoint"})


class WaitingRoom:
    """Counts who is inside. Whoever finds it full waits at the door for as long as it moves."""

    def __init__(self, threads: int) -> None:
        self._most_writes = max(1, threads - _KEPT_FROM_WRITES)
        self._most = max(1, threads - _KEPT_FROM_QUERIES)
        self._changed = threading.Condition()
        self._writes = 0
        self._inside = 0
        self._moved = float("-inf")

    def enter(self, *, writes: bool) -> None:
        """Come in, for a write or for a query.

        Raises Problem 503 when nobody has come or gone for a moment, or after a long wait.
        """
        with self._changed:
            end = time.monotonic() + LONGEST_WAIT
            while not self._has_place(writes):
                patience = min(end, self._moved + _MOMENT) - time.monotonic()
                if patience <= 0:
                    raise _full()
                self._changed.wait(patience)
            self._inside += 1
            self._writes += writes
            self._moved = time.monotonic()

    def leave(self, *, writes: bool) -> None:
        """Go out again."""
        with self._changed:
            self._inside -= 1
            self._writes -= writes
            self._moved = time.monotonic()
            self._changed.notify_all()

    def _has_place(self, writes: bool) -> bool:
        return self._inside < self._most and not (writes and self._writes >= self._most_writes)


def _full() -> Problem:
    return Problem(
        503,
        "等候处理的请求太多，请稍后再试；没有保存任何内容。",
        "Too many requests wait to be worked on; try again in a moment. Nothing was stored.",
    )


def register_waiting_room(app: Flask, threads: int) -> None:
    """Refuse whoever would have to wait beside too many others.

    Register it after whatever lets callers in, and before whatever waits.
    """
    app.extensions[EXTENSION] = WaitingRoom(threads)
    app.before_request(_enter)
    app.after_request(_stay_to_the_end)
    app.teardown_request(_leave)


def _enter() -> None:
    writes = _is_write()
    if writes or request.endpoint in _ASKING:
        _room().enter(writes=writes)
        g.in_waiting_room = writes


def _is_write() -> bool:
    if request.endpoint == "sparql.endpoint":
        return request.method in WRITES and bool(values(protocol_parameters(), "update"))
    return request.method in WRITES and need_of(request) is not Need.NOTHING


def _stay_to_the_end(response: Response) -> Response:
    """An answer that goes on while it is sent keeps its thread as long."""
    if "in_waiting_room" in g and response.is_streamed:
        writes: bool = g.pop("in_waiting_room")
        response.call_on_close(weakref.finalize(response, _room().leave, writes=writes))
    return response


def _leave(error: BaseException | None) -> None:
    writes: bool | None = g.pop("in_waiting_room", None)
    if writes is not None:
        _room().leave(writes=writes)


def _room() -> WaitingRoom:
    return cast(WaitingRoom, current_app.extensions[EXTENSION])
