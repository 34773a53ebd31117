"""What was read of the store lately, kept for as long as nothing is stored."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

from kb_service.store import KnowledgeStore

T = TypeVar("T")


class KeptReadings(Generic[T]):
    """Readings by name, the latest `most` of them, each made once and anew after a commit.

    They are shared: nobody may change what they are given.
    """

    def __init__(self, store: KnowledgeStore, most: int) -> None:
        self._store = store
        self._most = most
        self._lock = threading.Lock()
        self._state = ""
        self._known: OrderedDict[Hashable, Future[T]] = OrderedDict()

    def of(self, name: Hashable, read: Callable[[], T]) -> T:
        """What `read` answers, asked for only where it is not known. Raises what it raises.

        Whoever wants the same meanwhile waits for it, and is told of the same error.
        """
        reading, is_new = self._reading(name)
        if is_new:
            try:
                reading.set_result(read())
            except BaseException as error:
                reading.set_exception(error)
                self._drop(name, reading)
        return reading.result()

    def forget(self) -> None:
        """Let go of all of them, as when somebody in one must be forgotten at once."""
        with self._lock:
            self._known = OrderedDict()

    def _reading(self, name: Hashable) -> tuple[Future[T], bool]:
        """The reading to come, and whether it is for the caller to make it."""
        state = self._store.tag
        with self._lock:
            if self._state != state:
                self._state, self._known = state, OrderedDict()
            if name in self._known:
                self._known.move_to_end(name)
                return self._known[name], False
            reading: Future[T] = Future()
            self._known[name] = reading
            while len(self._known) > self._most:
                self._known.popitem(last=False)
            return reading, True

    def _drop(self, name: Hashable, reading: Future[T]) -> None:
        """Have whoever asks next try again."""
        with self._lock:
            if self._known.get(name) is reading:
                del self._known[name]
