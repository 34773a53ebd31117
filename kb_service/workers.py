"""Processes that may be killed: where a stranger's query or document is worked on."""

from __future__ import annotations

import atexit
import json
import os
import pickle
import queue
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

from kb_service.worker_process import Oversized, Setup, pack, receive, send

_START_LIMIT = 60.0
_CLOSE_LIMIT = 5.0
_KEPT_ENVIRONMENT = (
    "DYLD_LIBRARY_PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "LD_LIBRARY_PATH",
    "PATH",
    "PYTHONHOME",
    "TMPDIR",
    "TZ",
    "VIRTUAL_ENV",
)
_BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]);"
    "from kb_service.worker_process import run; run(int(sys.argv[2]))"
)


class WorkerTimedOut(Exception):
    """The deadline passed; the worker was killed and a new one is starting."""


class WorkerDied(Exception):
    """The worker's process ended before it answered; a new one is starting."""


class WorkerBusy(Exception):
    """No worker became free in the time that a caller waits for one."""


class WorkerFailed(Exception):
    """The handler raised, its answer was too large, or the worker could not start."""


class _Worker:
    """One process and the socket to it; used by one caller at a time."""

    def __init__(self, setup: Setup) -> None:
        self.channel, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    "-c",
                    _BOOT,
                    json.dumps([str(entry) for entry in sys.path]),
                    str(theirs.fileno()),
                ],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ},
            )
        self._limit = setup.max_answer_bytes
        self._setup = setup

    def await_ready(self) -> None:
        """Wait until the entry is loaded; raises WorkerFailed with its reason when it is not."""
        try:
            self.ask(pickle.dumps(self._setup), _START_LIMIT)
        except WorkerTimedOut as error:
            raise WorkerFailed(f"the worker did not start in {_START_LIMIT:g} s") from error
        except WorkerDied as error:
            raise WorkerFailed(f"the worker did not start: {error}") from error

    def ask(self, message: bytes, deadline: float) -> Any:
        """The handler's answer to a pickled message."""
        end = time.monotonic() + deadline
        try:
            self.channel.settimeout(deadline)
            send(self.channel, message)
            answered, value = pickle.loads(receive(self.channel, self._limit, end))
        except TimeoutError as error:
            raise WorkerTimedOut(f"stopped after {deadline:g} s") from error
        except (EOFError, ConnectionError) as error:
            raise WorkerDied(self._cause_of_death()) from error
        except Oversized as error:
            raise WorkerDied(f"it sent too much: {error}") from error
        if not answered:
            raise WorkerFailed(value)
        return value

    def is_waiting(self) -> bool:
        """Whether an idle process lives: then its socket has nothing to read, not even an end."""
        poll = select.poll()
        poll.register(self.channel, select.POLLIN)
        return not poll.poll(0)

    def _cause_of_death(self) -> str:
        try:
            status = self.process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            return "it closed its connection"
        if status < 0:
            return f"ended by {signal.Signals(-status).name}"
        return f"ended with exit status {status}"

    def kill(self) -> None:
        """End the process now; `reap` collects it."""
        self.process.kill()
        self.channel.close()

    def reap(self) -> None:
        """Collect the killed process, so that no zombie stays."""
        self.process.wait()


class WorkerPool:
    """Killable processes that answer requests: limited memory, no network, dead at the deadline.

    `entry` is `"package.module:function"`; in the worker, `function(*init_args)` gives the handler
    that maps each request to an answer; its method `rest`, if it has one, is called after each
    answer. Requests and answers travel pickled. Workers start when first needed, at
    most `size` of them, and one that is killed or dies is replaced at once.
    """

    def __init__(
        self,
        entry: str,
        size: int,
        memory_mb: int,
        deadline: float,
        init_args: tuple[object, ...] = (),
        *,
        wait: float = 10.0,
        max_answer_bytes: int = 128 * 1024 * 1024,
    ) -> None:
        self._setup = Setup(entry, init_args, memory_mb, max_answer_bytes, os.getpid())
        self._size = size
        self._deadline = deadline
        self._wait = wait
        self._changed = threading.Condition()
        self._workers: set[_Worker] = set()
        self._idle: list[_Worker] = []
        self._starting = 0
        self._waiting = 0
        self._start_failure: str | None = None
        self._closed = False
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

    def call(self, request: object, deadline: float | None = None) -> Any:
        """The handler's answer.

        Raises WorkerTimedOut, WorkerDied, WorkerBusy or WorkerFailed; after the first two the
        worker is gone and its successor on the way.
        """
        seconds = self._deadline if deadline is None else deadline
        message = pack(request, seconds)
        worker = self._take()
        try:
            answer = worker.ask(message, seconds)
        except WorkerFailed:
            self._give_back(worker)
            raise
        except BaseException:
            with self._changed:
                self._replace(worker)
            raise
        self._give_back(worker)
        return answer

    def warm(self) -> None:
        """Start every worker and wait until all are ready; WorkerFailed when one cannot start."""
        with self._changed:
            while not self._closed and len(self._workers) + self._starting < self._size:
                self._order_start()
            self._changed.wait_for(lambda: self._closed or not self._starting, _START_LIMIT)
            self._raise_start_failure()

    def close(self) -> None:
        """Kill every worker and collect it. Whoever waits for an answer is told; no call follows."""
        with self._changed:
            self._closed = True
            supervisor, self._supervisor = self._supervisor, None
            for worker in self._workers:
                worker.process.kill()
            while self._idle:
                self._replace(self._idle.pop())
            self._changed.notify_all()
            self._changed.wait_for(lambda: not (self._workers or self._starting), _CLOSE_LIMIT)
        if supervisor is not None:
            atexit.unregister(self.close)
            self._orders.put(None)
            supervisor.join()

    def _take(self) -> _Worker:
        end = time.monotonic() + self._wait
        with self._changed:
            self._waiting += 1
            try:
                while True:
                    worker = self._idle_worker()
                    if worker is not None:
                        return worker
                    self._raise_start_failure()
                    room = self._size - len(self._workers) - self._starting
                    if room > 0 and self._starting < self._waiting:
                        self._order_start()
                    remaining = end - time.monotonic()
                    if remaining <= 0 or not self._changed.wait(remaining):
                        raise WorkerBusy(f"no worker was free within {self._wait:g} s")
            finally:
                self._waiting -= 1

    def _idle_worker(self) -> _Worker | None:
        if self._closed:
            raise WorkerFailed("the pool is closed")
        while self._idle:
            worker = self._idle.pop()
            if worker.is_waiting():
                return worker
            self._replace(worker)
        return None

    def _give_back(self, worker: _Worker) -> None:
        with self._changed:
            self._idle.append(worker)
            self._changed.notify()

    def _replace(self, worker: _Worker) -> None:
        """Kill, and order the successor before the dead is collected."""
        self._workers.discard(worker)
        worker.kill()
        if self._closed:
            worker.reap()
            self._changed.notify_all()
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
            worker = _Worker(self._setup)
        except OSError as error:
            self._started(None, f"the worker did not start: {error}")
            return
        threading.Thread(target=self._greet, args=(worker,), daemon=True).start()

    def _greet(self, worker: _Worker) -> None:
        try:
            worker.await_ready()
        except WorkerFailed as error:
            worker.kill()
            worker.reap()
            self._started(None, str(error))
        else:
            self._started(worker)

    def _started(self, worker: _Worker | None, failure: str | None = None) -> None:
        with self._changed:
            self._starting -= 1
            self._start_failure = failure
            if worker is not None and self._closed:
                worker.kill()
                worker.reap()
            elif worker is not None:
                self._workers.add(worker)
                self._idle.append(worker)
            self._changed.notify_all()

    def _raise_start_failure(self) -> None:
        failure, self._start_failure = self._start_failure, None
        if failure is not None:
            raise WorkerFailed(failure)
