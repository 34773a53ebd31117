"""A pool of worker processes: warm, bounded, and whole again at once when one has died."""

from __future__ import annotations

import atexit
import os
import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Any

from kb_service.worker_process import Setup, pack
from kb_service.workers.answer_stream import STOPPED, AnswerStream
from kb_service.workers.turns import Turn, Turns
from kb_service.workers.worker import START_LIMIT, Worker, WorkerBusy, WorkerFailed

_CLOSE_LIMIT = 5.0
_GLANCE = 0.1


@dataclass(frozen=True)
class PoolCounts:
    """How many workers do what at this moment, and how many were lost since the pool was made."""

    busy: int
    idle: int
    starting: int
    waiting: int
    """How many callers wait for a worker."""
    lost: Mapping[str, int]
    """By `died`, of what they were given; `stopped`, at the deadline or when nobody listened; and
    `set_back`, so that others were answered."""


class WorkerPool:
    """Killable processes that answer requests: limited memory, no network, dead at the deadline.

    `entry` is `"package.module:function"`; in the worker, `function(*init_args)` gives the handler
    that maps each request to an answer; its method `rest`, if it has one, is called after each
    answer. Requests and answers travel pickled. Workers start when first needed, at
    most `size` of them, and one that is killed or dies is replaced at once.

    With `streams` the handler is also given a function that sends pieces of the answer. Callers
    share the workers by turns, and `reserve` workers more are for those who ask little (see
    `Turns`). A request waits `wait` seconds for its turn. Where `most_waiting` is given, those
    beyond wait a moment, or not at all: a queue that does not move must not hold every thread
    there is.
    """

    def __init__(
        self,
        entry: str,
        size: int,
        memory_mb: int,
        deadline: float,
        init_args: tuple[object, ...] = (),
        *,
        reserve: int = 0,
        wait: float = 10.0,
        most_waiting: int | None = None,
        max_answer_bytes: int = 128 * 1024 * 1024,
        streams: bool = False,
    ) -> None:
        self._setup = Setup(entry, init_args, memory_mb, max_answer_bytes, os.getpid(), streams)
        self._size = size + reserve
        self._deadline = deadline
        self._wait = wait
        self._turns = Turns(size, reserve, most_waiting)
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._workers: set[Worker] = set()
        self._idle: list[Worker] = []
        self._given: dict[Turn, Worker] = {}
        self._waiters: dict[Turn, threading.Condition] = {}
        self._streams: dict[Turn, AnswerStream] = {}
        self._starting = 0
        self._start_failure: str | None = None
        self._closed = False
        self._lost: Counter[str] = Counter()
        self._supervisor: threading.Thread | None = None
        self._orders: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()

    def __enter__(self) -> WorkerPool:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def call(self, request: object, deadline: float | None = None, *, caller: str = "") -> Any:
        """The handler's answer.

        Raises WorkerTimedOut, WorkerDied, WorkerBusy, WorkerFailed, or WorkerSetBack where there is
        a reserve; after the first two the worker is gone and its successor on the way.
        """
        with self.stream(request, deadline, caller=caller) as stream:
            for _ in stream:
                raise TypeError("the answer comes in pieces; ask for it by `stream`")
            return stream.answer

    def stream(
        self,
        request: object,
        deadline: float | None = None,
        *,
        caller: str = "",
        is_repeated: bool = False,
    ) -> AnswerStream:
        """The answer as it comes; close it when done. Raises what `call` raises.

        A request that is repeated after WorkerSetBack waits longer and is not set back again.
        """
        seconds = self._deadline if deadline is None else deadline
        message = pack(request, seconds)
        return self._begun(self._take(caller, is_repeated), message, seconds)

    def stream_at_once(
        self, make: Callable[[], object], deadline: float | None = None, *, caller: str = ""
    ) -> AnswerStream | None:
        """The same where a worker is free now and nobody waits for one; else None, without waiting.

        The request is made once there is a worker for it; raises what `make` raises.
        """
        taken = self._take_at_once(caller)
        if taken is None:
            return None
        seconds = self._deadline if deadline is None else deadline
        try:
            message = pack(make(), seconds)
        except BaseException:
            self._give_back(*taken)
            raise
        return self._begun(taken, message, seconds)

    def _begun(self, taken: tuple[Turn, Worker], message: bytes, seconds: float) -> AnswerStream:
        turn, worker = taken
        stream = AnswerStream(
            worker,
            seconds,
            partial(self._give_back, turn, worker),
            partial(self._discard, turn, worker),
        )
        try:
            worker.tell(message, seconds)
            self._streams[turn] = stream
        except BaseException:
            stream.close()
            raise
        return stream

    def warm(self) -> None:
        """Start every worker and wait until all are ready; WorkerFailed when one cannot start."""
        with self._changed:
            while not self._closed and len(self._workers) + self._starting < self._size:
                self._order_start()
            self._changed.wait_for(lambda: self._closed or not self._starting, START_LIMIT)
            self._raise_start_failure()

    def close(self) -> None:
        """Kill every worker and collect it. Whoever waits for an answer is told; no call follows."""
        with self._changed:
            self._closed = True
            supervisor, self._supervisor = self._supervisor, None
            for worker in self._workers:
                worker.process.kill()
            while self._idle:
                self._drop(self._idle.pop())
            self._tell_all()
            self._changed.wait_for(lambda: not (self._workers or self._starting), _CLOSE_LIMIT)
        if supervisor is not None:
            atexit.unregister(self.close)
            self._orders.put(None)
            supervisor.join()

    def counts(self) -> PoolCounts:
        """What the workers do now."""
        with self._lock:
            idle = len(self._idle)
            busy = len(self._workers) - idle
            return PoolCounts(busy, idle, self._starting, self._turns.waiting, dict(self._lost))

    def _take(self, caller: str, is_repeated: bool) -> tuple[Turn, Worker]:
        """A turn and the worker for it; whoever gets them ends the turn."""
        with self._lock:
            turn = self._turns.arrive(caller, is_repeated)
            try:
                self._hand_out()
                if turn not in self._given:
                    self._await(turn)
            except BaseException:
                self._give_up(turn)
                raise
            return turn, self._given.pop(turn)

    def _take_at_once(self, caller: str) -> tuple[Turn, Worker] | None:
        with self._lock:
            while not self._closed and self._idle:
                worker = self._idle[-1]
                if not worker.is_waiting():
                    self._drop(self._idle.pop())
                elif (turn := self._turns.begin_at_once(caller)) is not None:
                    return turn, self._idle.pop()
                else:
                    break
            return None

    def _give_up(self, turn: Turn) -> None:
        """Let others have what this turn waited for, or was given when its thread was interrupted."""
        worker = self._given.pop(turn, None)
        if worker is None:
            self._turns.leave(turn)
        else:
            self._give_back(turn, worker)

    def _await(self, turn: Turn) -> None:
        """Wait until the turn is given a worker, having those make room who should."""
        begun = time.monotonic()
        told = self._waiters[turn] = threading.Condition(self._lock)
        try:
            while turn not in self._given:
                waited = time.monotonic() - begun
                self._refuse(turn, waited)
                room = self._size - len(self._workers) - self._starting
                if room > 0 and self._starting < self._turns.waiting:
                    self._order_start()
                self._make_room(turn)
                told.wait(min(_GLANCE, self._wait - waited))
        finally:
            del self._waiters[turn]

    def _refuse(self, turn: Turn, waited: float) -> None:
        """Raise what there is to tell somebody who waits in vain."""
        if self._closed:
            raise WorkerFailed("the pool is closed")
        self._raise_start_failure()
        if waited >= self._wait or not self._turns.may_wait(turn):
            raise WorkerBusy(f"no worker was free within {waited:.1f} s")

    def _tell_all(self) -> None:
        """Wake whoever waits for anything, since it may not come."""
        self._changed.notify_all()
        for told in self._waiters.values():
            told.notify()

    def _make_room(self, turn: Turn) -> None:
        """Set one request back for this one, where that is due."""
        for long in self._turns.to_set_back(turn):
            stream = self._streams.get(long)
            if stream is not None and stream.set_back():
                return

    def _hand_out(self) -> None:
        """Give idle workers to those whose turn it is."""
        while not self._closed and self._idle and (turn := self._turns.next()):
            worker = self._idle.pop()
            if worker.is_waiting():
                self._turns.begin(turn)
                self._given[turn] = worker
                if (told := self._waiters.get(turn)) is not None:
                    told.notify()
            else:
                self._drop(worker)

    def _give_back(self, turn: Turn, worker: Worker) -> None:
        with self._lock:
            self._end(turn)
            if self._closed:
                self._drop(worker)
                self._tell_all()
                return
            self._idle.append(worker)
            self._hand_out()

    def _discard(self, turn: Turn, worker: Worker, reason: str) -> None:
        with self._lock:
            self._end(turn)
            self._replace(worker, reason)
            self._hand_out()

    def _end(self, turn: Turn) -> None:
        self._turns.end(turn)
        self._streams.pop(turn, None)

    def _drop(self, worker: Worker) -> None:
        """Replace a worker that nobody reads from."""
        worker.channel.close()
        self._replace(worker)

    def _replace(self, worker: Worker, reason: str = STOPPED) -> None:
        """Kill for a reason, unless it has died by itself, and order the successor before the dead is collected."""
        self._workers.discard(worker)
        if not self._closed:
            self._lost[reason if worker.process.poll() is None else "died"] += 1
        worker.kill()
        if self._closed:
            worker.reap()
            self._tell_all()
        else:
            self._order_start()
            self._orders.put(worker.reap)

    def _order_start(self) -> None:
        """Have the supervisor start a worker.

        The kernel ties a worker's life to the *thread* that started it, so one thread that lives
        as long as the pool starts them all: a caller's thread may come and go.
        """
        if self._supervisor is None:
            self._supervisor = threading.Thread(target=self._supervise, daemon=True)
            self._supervisor.start()
            atexit.register(self.close)
        self._starting += 1
        self._orders.put(self._start)

    def _supervise(self) -> None:
        while (order := self._orders.get()) is not None:
            order()

    def _start(self) -> None:
        if self._closed:
            self._started(None)
            return
        try:
            worker = Worker(self._setup)
        except OSError as error:
            self._started(None, f"the worker did not start: {error}")
            return
        threading.Thread(target=self._greet, args=(worker,), daemon=True).start()

    def _greet(self, worker: Worker) -> None:
        try:
            worker.await_ready()
        except WorkerFailed as error:
            _end(worker)
            self._started(None, str(error))
        else:
            self._started(worker)

    def _started(self, worker: Worker | None, failure: str | None = None) -> None:
        with self._changed:
            self._starting -= 1
            self._start_failure = failure
            if worker is not None and self._closed:
                _end(worker)
            elif worker is not None:
                self._workers.add(worker)
                self._idle.append(worker)
                self._hand_out()
            self._tell_all()

    def _raise_start_failure(self) -> None:
        failure, self._start_failure = self._start_failure, None
        if failure is not None:
            raise WorkerFailed(failure)


def _end(worker: Worker) -> None:
    worker.channel.close()
    worker.kill()
    worker.reap()
