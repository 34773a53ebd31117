"""How long the long pieces of work took, told to whoever wants to know."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum

Listener = Callable[["Work", float], object]


class Work(Enum):
    """A kind of work that is worth timing."""

    DERIVATION = "derivation"
    """A change with all that is concluded again because of it, up to its being on disk."""
    CHECK = "check"
    """What the shapes say of one document, or of one batch of people."""


class Durations:
    """Tells its listeners how many seconds each piece of work took, also of one that failed."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        """Tell this listener, too, from now on, in the thread that did the work."""
        self._listeners.append(listener)

    @contextmanager
    def measured(self, work: Work) -> Iterator[None]:
        """The block is a piece of this work."""
        began = time.monotonic()
        try:
            yield
        finally:
            seconds = time.monotonic() - began
            for listener in self._listeners:
                listener(work, seconds)
