"""Short queries answered by the server's own loop: a thread would cost more than the query does.

Whatever is not as usual, and whatever is not there within a moment, goes to a thread, which begins
where this ended.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, cast

from flask import Flask
from flask.ctx import AppContext
from waitress.channel import ClientDisconnected

from kb_service.access.roles import LOCAL
from kb_service.store.knowledge_store import KnowledgeStore
from kb_service.store.query_answers import NothingAtHand, PartialAnswer, begin_at_once
from kb_service.web.begun import Begun
from kb_service.web.credentials import settings
from kb_service.web.dataset import EXTENSION as DATASET
from kb_service.web.dataset import Dataset
from kb_service.web.rate_limits import rate_limits
from kb_service.web.request_lines import RequestLines
from kb_service.web.service import EXTENSION as SERVICE
from kb_service.web.service import Service
from kb_service.web.short_answers import (
    Answered,
    Prepared,
    is_to_be_compressed,
    observe,
    prepared,
    responses,
)
from kb_service.web.short_requests import ShortRequest, short_request
from kb_service.workers import WorkerPool, WorkerSetBack

_LOG = logging.getLogger("kb_service.web")
_MOMENT = 0.001
"""Seconds that a turn may wait for an answer: a short query takes less."""
_PATIENCE = 0.1
"""Seconds after which an answer that is not there is left to a thread."""
_LONGEST_WAIT = 0.1
"""Seconds that a query waits here for a worker while none is free for any."""
_LONGEST_AT_ALL = 1.0
"""Seconds after which it waits with the threads, whose callers share the workers by turns."""
_MOST_IN_VAIN = 4
"""How many callers in a row are found no worker for before that is left to the next turn."""
_ANSWERED_TOGETHER = 16
"""At how many answers the audit is told of them and they are sent, while others are still worked on."""


@dataclass(eq=False)
class _Query:
    """One query, from when it came until it is answered or handed over."""

    channel: Any
    data: bytes
    prepared: Prepared
    came: float = field(default_factory=time.perf_counter)
    started: float = 0.0
    begun: Begun | None = None

    @property
    def answer(self) -> PartialAnswer:
        """The answer that was begun."""
        assert self.begun is not None
        assert self.begun.answer is not None
        return self.begun.answer


class QueryLane:
    """Answers short queries in the turn of the loop in which they come, or a few turns later.

    For one thread, that of the loop.
    """

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._waiting = RequestLines(_caller_of)
        self._under_way: deque[_Query] = deque()
        self._heard: list[tuple[_Query, Answered]] = []
        self._begun_last = 0.0
        self._context: AppContext | None = None

    @cached_property
    def _pool(self) -> WorkerPool:
        return cast(Service, self._app.extensions[SERVICE]).queries

    @cached_property
    def _store(self) -> KnowledgeStore:
        return cast(Dataset, self._app.extensions[DATASET]).store

    @property
    def is_waiting(self) -> bool:
        """Whether a query waits for a worker to be free."""
        return bool(self._waiting)

    @property
    def awaited(self) -> list[int]:
        """The descriptors on which the answers come that are under way."""
        return [query.answer.descriptor for query in self._under_way]

    def take(self, channel: Any, data: bytes) -> bool:
        """Answer what came on a channel on which nothing is under way, by the next `settle` at best.

        False when it is no short query, or one for a thread.
        """
        asked = short_request(data, channel.asked_before)
        if asked is None:
            return False
        channel.asked_before = asked
        self._enter()
        query = _prepared(asked, channel)
        if query is None:
            return False
        channel.in_lane = True
        self._waiting.append(_Query(channel, data, query))
        self._begin_waiting()
        if len(self._waiting) > 1:
            self._hear_ready()
        return True

    def settle(self) -> None:
        """Answer what is there of whatever was begun, and begin what waits: the end of a turn.

        What is not there by then is answered at the end of a later one, or handed over.
        """
        try:
            if self._under_way or self._waiting:
                self._enter()
                self._settle_all()
        except Exception as error:  # a fault of ours with one query must not end the service
            _LOG.error("short queries were given up: %s", type(error).__name__)
            self._give_up()
        finally:
            if self._context is not None:
                self._context.pop()
                self._context = None

    def _give_up(self) -> None:
        """Close every connection whose query is in here, so that no client waits for ever."""
        heard = (query for query, _ in self._heard)
        for query in [*self._waiting, *self._under_way, *heard]:
            query.channel.in_lane = False
            query.channel.will_close = True
            if query.begun is not None:
                query.begun.close()
        self._waiting = RequestLines(_caller_of)
        self._under_way.clear()
        self._heard.clear()

    def _enter(self) -> None:
        """Be in the context of the app until the end of the turn."""
        if self._context is None:
            self._context = self._app.app_context()
            self._context.push()

    def _settle_all(self) -> None:
        self._begin_waiting()
        while self._under_way and self._under_way[0].answer.is_ready(_MOMENT):
            self._hear(self._under_way.popleft())
        self._hear_ready()
        self._answer_heard()
        now = time.perf_counter()
        while self._under_way and self._under_way[0].started < now - _PATIENCE:
            _hand_over(self._under_way.popleft())
        for query in [query for query in self._waiting if self._waits_too_long(query, now)]:
            self._waiting.remove(query)
            _hand_over(query)

    def _waits_too_long(self, query: _Query, now: float) -> bool:
        since = max(query.came, self._begun_last)
        return now - since > _LONGEST_WAIT or now - query.came > _LONGEST_AT_ALL

    def _hear_ready(self) -> None:
        """Take the answers that are there."""
        for query in list(self._under_way):
            if query.answer.is_ready(0):
                self._under_way.remove(query)
                self._hear(query)

    def leave(self, channel: Any) -> None:
        """Hand over what came on a channel, since more comes on it."""
        self._answer_heard()
        queues: tuple[deque[_Query] | RequestLines[_Query], ...] = self._under_way, self._waiting
        for queries in queues:
            for query in [query for query in queries if query.channel is channel]:
                queries.remove(query)
                _hand_over(query)

    def _begin_waiting(self) -> None:
        """Begin what waits, callers by turns, as far as workers are free for any of them."""
        in_vain = 0
        while in_vain < min(self._waiting.lines, _MOST_IN_VAIN):
            query = self._waiting.popleft()
            if self._begin(query):
                in_vain = 0
            else:
                self._waiting.put_back(query)
                in_vain += 1

    def _begin(self, query: _Query) -> bool:
        """Whether the query waits no longer: it is under way, or was handed over."""
        asked, alike = query.prepared, query.prepared.alike
        begun = query.begun = query.begun or Begun(alike.caller)
        try:
            if begun.end is None and alike.caller != LOCAL:
                begun.end = rate_limits().admit(alike.caller, settings())
            begun.answer = begin_at_once(
                self._pool, self._store, alike.manner, asked.asked.query, asked.shape
            )
        except NothingAtHand:
            _hand_over(query)
            return True
        except Exception as failure:  # the thread that goes on raises it, and knows what to say
            begun.failure = failure
            _hand_over(query)
            return True
        if begun.answer is None:
            return False
        query.started = self._begun_last = time.perf_counter()
        self._under_way.append(query)
        if not self._waiting:  # there is nothing else to do
            asked.foresee()
        return True

    def _hear(self, query: _Query) -> None:
        """Take the answer of a worker, which goes on with what waits; or hand the query over."""
        begun, answer = query.begun, query.answer
        assert begun is not None
        try:
            answer.beginning = next(answer)
        except WorkerSetBack:
            begun.answer = None
            _hand_over(query)
            return
        except Exception as failure:  # as above
            begun.failure = failure
            _hand_over(query)
            return
        self._begin_waiting()
        if not answer.is_whole or is_to_be_compressed(query.prepared, answer):
            _hand_over(query)
            return
        took = time.perf_counter() - query.came
        self._heard.append((query, Answered(query.prepared, answer, took)))
        if len(self._heard) >= _ANSWERED_TOGETHER:
            self._answer_heard()

    def _answer_heard(self) -> None:
        """Send the answers that are there, all of which the audit hears of at once."""
        if not self._heard:
            return
        try:
            told = responses([answered for _, answered in self._heard])
        except Exception:  # as with what cannot be prepared
            heard, self._heard = self._heard, []
            for query, _ in heard:
                assert query.begun is not None
                query.begun.answer = None
                _hand_over(query)
            return
        for (query, _), response in zip(self._heard, told, strict=True):
            _send(query, response.data)
            if query.begun is not None:
                query.begun.close()
        self._heard.clear()
        observe(response.observation for response in told)


def _caller_of(query: _Query) -> str:
    return query.prepared.alike.manner.caller


def _prepared(asked: ShortRequest, channel: Any) -> Prepared | None:
    try:
        query = prepared(asked, channel.addr[0], channel.alike)
    except Exception:  # a thread comes upon the same and knows what to say
        return None
    if query is not None:
        channel.alike = query.alike
    return query


def _send(query: _Query, response: bytes) -> None:
    query.channel.in_lane = False
    if not query.channel.connected:
        return
    try:
        query.channel.send_at_once(response)
    except ClientDisconnected:
        _LOG.debug("a client left before its answer came")


def _hand_over(query: _Query) -> None:
    query.channel.in_lane = False
    if query.channel.connected:
        query.channel.hand_over(query.data, query.begun)
    elif query.begun is not None:  # nobody wants the answer any more
        query.begun.close()
