"""Derivation in processes of its own, where a rule without end is stopped and named."""

from __future__ import annotations

import os
import queue
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from typing import TypeVar
from uuid import uuid4
from weakref import WeakKeyDictionary

from kb_service.engine.conclude import MOST_ROUNDS, RulesDoNotSettleError
from kb_service.engine.notice_board import NoticeBoard
from kb_service.engine.premises import Premises
from kb_service.engine.worker import DoesNotSettle, Done, Job, Task, UnknownPremises
from kb_service.findings import Finding, RefusedInput, violation
from kb_service.workers import WorkerDied, WorkerPool, WorkerTimedOut

MOST_SECONDS = 60.0
"""How long one task may take: a batch of people needs about a second."""

MEMORY_MB = 2048

_Answer = TypeVar("_Answer")


class RuleStoppedError(RefusedInput):
    """A rule was stopped at a bound; nothing that it concluded is used. `rule` is its name."""

    def __init__(self, rule: str, finding: Finding) -> None:
        super().__init__((finding,), status=503)
        self.rule = rule


class Deriver:
    """Runs tasks of the engine, several at a time, each in a process that can be killed.

    A process remembers the premises it was given, so a task costs little more than its own work.
    With `processes=0` tasks run in this process, one at a time and without bounds: for a command
    that somebody can interrupt.
    """

    def __init__(
        self,
        processes: int | None = None,
        memory_mb: int = MEMORY_MB,
        seconds: float = MOST_SECONDS,
    ) -> None:
        self.processes = (os.cpu_count() or 1) if processes is None else processes
        self._seconds = seconds
        self._memory_mb = memory_mb
        self._lock = threading.Lock()
        self._pool: WorkerPool | None = None
        self._board: NoticeBoard | None = None
        self._slots: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._keys: WeakKeyDictionary[Premises, str] = WeakKeyDictionary()

    def close(self) -> None:
        """End the processes."""
        with self._lock:
            pool, board = self._pool, self._board
            self._pool = self._board = None
        if pool is not None:
            pool.close()
        if board is not None:
            board.remove()

    def warm(self, premises: Premises) -> None:
        """Start the processes now rather than at the first task, and tell them the premises."""
        if self.processes:
            self._opened()[0].warm()
            list(self.map([_Rest()] * self.processes, premises))

    def run(self, task: Task[_Answer], premises: Premises, seconds: float | None = None) -> _Answer:
        """The answer of a task by these premises.

        Raises RuleStoppedError, naming the rule, when it takes longer than `seconds`, more memory
        than a process has, or more rounds than MOST_ROUNDS.
        """
        limit = seconds or self._seconds
        if not self.processes:
            return _here(task, premises)
        pool, board = self._opened()
        with self._slot() as slot:
            try:
                done = self._asked(pool, task, premises, slot, limit)
            except WorkerTimedOut as error:
                raise _too_long(board.read(slot), limit) from error
            except WorkerDied as error:
                raise _too_much(board.read(slot), self._memory_mb) from error
        if isinstance(done, DoesNotSettle):
            raise _without_end(done.rules)
        answer: _Answer = done.answer  # type: ignore[assignment]
        return answer

    def map(
        self, tasks: Iterable[Task[_Answer]], premises: Premises, seconds: float | None = None
    ) -> Iterator[_Answer]:
        """The answers of many tasks in their order, as many at a time as there are processes."""
        for future in self.begin(tasks, premises, seconds):
            yield future.result()

    def begin(
        self, tasks: Iterable[Task[_Answer]], premises: Premises, seconds: float | None = None
    ) -> Iterator[Future[_Answer]]:
        """The same as futures, each begun before it is given, for who has work to do meanwhile.

        Memory does not grow with the number of tasks: a task is begun when an earlier one is taken.
        """
        rest = iter(tasks)
        with ThreadPoolExecutor(max(1, self.processes)) as threads:
            waiting: deque[Future[_Answer]] = deque()
            try:
                while True:
                    for task in islice(rest, self.processes + 1 - len(waiting)):
                        waiting.append(threads.submit(self.run, task, premises, seconds))
                    if not waiting:
                        return
                    yield waiting.popleft()
            finally:
                for future in waiting:
                    future.cancel()

    def _asked(
        self, pool: WorkerPool, task: Task[object], premises: Premises, slot: int, seconds: float
    ) -> Done | DoesNotSettle:
        with self._lock:
            key = self._keys.setdefault(premises, uuid4().hex)
        answer: Done | DoesNotSettle | UnknownPremises
        answer = pool.call(Job(task, key, None, slot), seconds)
        if isinstance(answer, UnknownPremises):
            answer = pool.call(Job(task, key, premises, slot), seconds)
        assert not isinstance(answer, UnknownPremises)
        return answer

    def _opened(self) -> tuple[WorkerPool, NoticeBoard]:
        with self._lock:
            if self._pool is None or self._board is None:
                self._board = NoticeBoard.create(self.processes)
                self._slots = queue.SimpleQueue()
                for slot in range(self.processes):
                    self._slots.put(slot)
                self._pool = WorkerPool(
                    "kb_service.engine.worker:start",
                    size=self.processes,
                    memory_mb=self._memory_mb,
                    deadline=self._seconds,
                    init_args=(str(self._board.path),),
                    wait=MOST_SECONDS,
                )
            return self._pool, self._board

    @contextmanager
    def _slot(self) -> Iterator[int]:
        """A line of the board that nobody else writes meanwhile."""
        slots = self._slots
        slot = slots.get()
        try:
            yield slot
        finally:
            slots.put(slot)


class _Rest:
    """A task that asks for nothing but that the premises be known."""

    def run(self, premises: Premises) -> None:
        """Make ready what every other task needs."""
        _ = premises.base, premises.keep


def _here(task: Task[_Answer], premises: Premises) -> _Answer:
    try:
        return task.run(premises)
    except RulesDoNotSettleError as error:
        raise _without_end(error.rules) from error


def _without_end(rules: tuple[str, ...]) -> RuleStoppedError:
    names = ", ".join(rules)
    return RuleStoppedError(
        names,
        violation(
            f"规则 {names} 重复 {MOST_ROUNDS} 轮后仍在得出新结论，已被停止，原有结论保持不变。"
            "请让它只从有限多的事实得出结论。",
            f"The rules {names} still concluded something new after {MOST_ROUNDS} rounds and were"
            " stopped; earlier conclusions stay as they were. Let them conclude from facts of which"
            " there is an end.",
            f"rule:{rules[0]}",
        ),
    )


def _too_long(rule: str, seconds: float) -> RuleStoppedError:
    return RuleStoppedError(
        rule,
        violation(
            f"规则 {rule} 运行超过 {seconds:g} 秒，已被停止，原有结论保持不变。"
            "请检查它的模式是否缺少连接条件。",
            f"The rule {rule} was stopped after {seconds:g} s; earlier conclusions stay as they"
            " were. Look for patterns that nothing joins.",
            f"rule:{rule}",
        ),
    )


def _too_much(rule: str, memory_mb: int) -> RuleStoppedError:
    return RuleStoppedError(
        rule,
        violation(
            f"规则 {rule} 用尽了 {memory_mb} MB 内存，已被停止，原有结论保持不变。"
            "请检查它是否无穷无尽地得出新值。",
            f"The rule {rule} was stopped when it had used {memory_mb} MB; earlier conclusions stay"
            " as they were. Look for values that it goes on inventing.",
            f"rule:{rule}",
        ),
    )
