"""Everything in the files of a store read now and then, so that damage is found before it misleads."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from pyoxigraph import Store

from kb_service.store.index_reading import read_every_index, roughly
from kb_service.store.sparql_worker import Damage
from kb_service.store.store_state import DamageMet, is_damage
from kb_service.workers import WorkerBusy, WorkerDied, WorkerFailed, WorkerPool, WorkerTimedOut

_log = logging.getLogger(__name__)

FIRST = 60.0
"""Seconds from a start to the first inspection, which has no need of what starting needs."""
EVERY = 24 * 3600.0
"""Seconds from one inspection to the next where nobody asks for one."""
_PAUSE = 600.0
"""Seconds at least between two that somebody asks for: a stranger can have any query stopped."""
_LONGEST = 3600.0
_MEMORY_MB = 512


class Inspections:
    """Reads a checkpoint of a store whole, in a process that gives way to all others.

    The engine checks a block whenever it reads one, but not everything that goes wrong becomes an
    error: at a block that it cannot read, it groups, sorts and follows paths for ever, and takes
    EXISTS for true.
    """

    def __init__(
        self,
        checkpoint: Callable[[], AbstractContextManager[Path]],
        found: Callable[[DamageMet], object],
    ) -> None:
        """`found` is told of the damage that an inspection in the background finds."""
        self._checkpoint = checkpoint
        self._found = found
        self._pool = WorkerPool(f"{__name__}:open_worker", 1, _MEMORY_MB, _LONGEST, wait=_LONGEST)
        self._wanted = threading.Event()
        self._is_closed = threading.Event()
        self._watching: threading.Thread | None = None
        self.last: float | None = None
        """When all was last found to be well, in seconds since the epoch; None before that."""

    def watch(self, after: float = FIRST) -> None:
        """Inspect in the background: after so many seconds, then every day, or when asked to."""
        self._watching = threading.Thread(
            target=self._watch, args=(after,), daemon=True, name="inspections"
        )
        self._watching.start()

    def soon(self) -> None:
        """Have the background inspect before its time: somebody met what damage can look like."""
        self._wanted.set()

    def now(self, seconds: float = _LONGEST) -> None:
        """Inspect while the caller waits, for so long at most. Raises DamageMet."""
        try:
            with self._checkpoint() as path:
                told = self._pool.call(str(path), seconds)
        except (WorkerBusy, WorkerDied, WorkerFailed, WorkerTimedOut) as error:
            if not self._is_closed.is_set():
                _log.error("the files could not be inspected: %s", error)
            return
        if isinstance(told, Damage):
            raise DamageMet(told.told)
        self.last = time.time()

    def close(self) -> None:
        """End the inspection that is going on."""
        self._is_closed.set()
        self._wanted.set()
        self._pool.close()
        if self._watching is not None:
            self._watching.join()

    def _watch(self, after: float) -> None:
        self._wanted.wait(after)
        self._wanted.clear()
        while not self._is_closed.is_set():
            try:
                self.now()
            except DamageMet as met:
                self._found(met)
                return
            except (OSError, RuntimeError) as error:  # no checkpoint can be made for now
                _log.error("the files could not be inspected: %s", error)
            self._is_closed.wait(_PAUSE)
            self._wanted.wait(EVERY - _PAUSE)
            self._wanted.clear()


def open_worker() -> Callable[[str], Damage | None]:
    """In a worker process: the function that reads a checkpoint whole."""
    os.nice(19)

    def answer(checkpoint: str) -> Damage | None:
        try:
            read_every_index(Store.read_only(checkpoint), roughly())
        except (OSError, RuntimeError) as error:
            if not is_damage(error):
                raise
            return Damage(str(error))
        return None

    return answer
