"""What was read of the store lately, kept for as long as nothing is stored."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

from kb_service.store import KnowledgeStore

T = TypeVar("T")


class KeptReadings(Generic[T]):
    """Readings by name, the latest `most` of them, each made anew after a commit.

    They are shared: nobody may change what they are given.
    """

    def __init__(self, store: KnowledgeStore, most: int) -> None:
        self._store = store
        self._most = most
        self._lock = threading.Lock()
        self._state = ""
        self._known: OrderedDict[str, T] = OrderedDict()

    def of(self, name: str, read: Callable[[], T]) -> T:
        """What `read` answers, asked for only where it is not known. Raises what it raises."""
        state = self._store.tag
        with self._lock:
            if self._state != state:
                self._state, self._known = state, OrderedDict()
            if name in self._known:
                self._known.move_to_end(name)
                return self._known[name]
        found = read()
        with self._lock:
            if self._state == state:
                self._known[name] = found
                while len(self._known) > self._most:
                    self._known.popitem(last=False)
        return found
