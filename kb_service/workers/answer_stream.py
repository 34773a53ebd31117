"""An answer as it comes from a worker, which loses its process at the deadline whoever reads on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any

from kb_service.worker_process import Kind
from kb_service.workers.worker import Worker, WorkerFailed, WorkerSetBack, WorkerTimedOut

STOPPED = "stopped"
"""Why a worker is replaced: at the deadline, or because nobody listens."""
SET_BACK = "set_back"
"""Why a worker is replaced: it is needed for others."""


class AnswerStream:
    """The pieces that a handler emits, and then, as `answer`, what it returned.

    Iterating raises WorkerTimedOut, WorkerDied, WorkerFailed or, before the first piece,
    WorkerSetBack. Somebody has to `close` it, at best by `with`: a stream that is given up before
    its end costs the worker its life.
    """

    answer: Any = None

    def __init__(
        self,
        worker: Worker,
        seconds: float,
        give_back: Callable[[], None],
        replace: Callable[[str], None],
    ) -> None:
        """One of the two functions is called, once, when the worker is needed no longer.

        `replace` is told why, by STOPPED or SET_BACK.
        """
        self._worker = worker
        self._seconds = seconds
        self._end = time.monotonic() + seconds
        self._give_back = give_back
        self._replace = replace
        self._lock = threading.Lock()
        self._held = True
        self._has_begun = False
        self._taken_away: Exception | None = None
        self._timer: threading.Timer | None = None

    def __enter__(self) -> AnswerStream:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        """The next piece."""
        if not self._held and self._taken_away is None:
            raise StopIteration
        try:
            kind, value = self._worker.hear(self._end)
        except WorkerFailed:
            self._finish()
            raise
        except BaseException as error:
            self.close()
            if isinstance(error, WorkerTimedOut):
                raise self._timed_out() from error
            if self._taken_away is not None:
                raise self._taken_away from error
            raise
        if kind is Kind.PIECE:
            self._begin()
            return value
        self.answer = value
        self._finish()
        raise StopIteration

    @property
    def descriptor(self) -> int:
        """What can be read once the next piece, or why there is none, is there."""
        return self._worker.channel.fileno()

    def is_ready(self, seconds: float) -> bool:
        """Whether the next piece, or why there is none, is there within so many seconds."""
        return not self._held or self._worker.is_heard(seconds)

    def close(self) -> None:
        """Kill the worker unless it has finished its answer."""
        if self._let_go():
            self._replace(STOPPED)
            self._worker.channel.close()
        elif self._taken_away is not None:
            self._worker.channel.close()

    def set_back(self) -> bool:
        """Take the worker away, from whatever thread; False once anything of the answer was given."""
        with self._lock:
            if self._has_begun:
                return False
        return self._take_away(WorkerSetBack("set back so that others were answered"), SET_BACK)

    def _begin(self) -> None:
        """Give the first piece, from which on the worker is not set back.

        Have the worker killed at the deadline, even if nobody asks for the next piece by then.
        """
        with self._lock:
            if isinstance(self._taken_away, WorkerSetBack):
                self._worker.channel.close()
                raise self._taken_away
            self._has_begun = True
        if self._timer is None:
            self._timer = threading.Timer(max(0.0, self._end - time.monotonic()), self._expire)
            self._timer.daemon = True
            self._timer.start()

    def _expire(self) -> None:
        self._take_away(self._timed_out(), STOPPED)

    def _timed_out(self) -> WorkerTimedOut:
        return WorkerTimedOut(f"stopped after {self._seconds:g} s")

    def _take_away(self, told: Exception, reason: str) -> bool:
        """Kill the worker; its channel may be in use and is closed by whoever reads from it."""
        with self._lock:
            if not self._held:
                return False
            self._held, self._taken_away = False, told
        self._replace(reason)
        return True

    def _finish(self) -> None:
        if self._let_go():
            self._give_back()

    def _let_go(self) -> bool:
        """Whether the worker was still held, by this call for the last time."""
        with self._lock:
            held, self._held = self._held, False
        if self._timer is not None:
            self._timer.cancel()
        return held
