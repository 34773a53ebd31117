"""Commits that are made at the same time go to disk together."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from pyoxigraph import Quad, Store

from kb_service.store.changes import Change, Graph


@dataclass(eq=False)
class Request:
    """A change that somebody waits for, worked out when its turn comes.

    `graphs` are all that `work_out` reads or changes, so that changes of other graphs may be made
    at the same time. Where it is about single quads of them only, those are `quads`: then so may
    changes of other quads.
    """

    graphs: frozenset[Graph]
    work_out: Callable[[Store], Change]
    quads: frozenset[Quad] | None = None
    is_done: bool = field(default=False, init=False)
    error: Exception | None = field(default=None, init=False)

    def end(self, error: Exception | None = None) -> None:
        """Note that the change is made, or why not."""
        self.is_done = True
        self.error = error


class _Touched:
    """What the changes that go to disk together concern."""

    def __init__(self) -> None:
        self._whole: set[Graph] = set()
        self._in_part: set[Graph] = set()
        self._quads: set[Quad] = set()

    def leaves_alone(self, request: Request) -> bool:
        """Whether a change reads and changes nothing of what the others do."""
        if not self._whole.isdisjoint(request.graphs):
            return False
        if request.quads is None:
            return self._in_part.isdisjoint(request.graphs)
        return self._quads.isdisjoint(request.quads)

    def add(self, request: Request) -> None:
        """Take in what a change concerns."""
        if request.quads is None:
            self._whole |= request.graphs
        else:
            self._in_part |= request.graphs
            self._quads |= request.quads


class CommitQueue:
    """The changes that wait, in the order in which they came, and the lock of whoever makes them."""

    def __init__(self) -> None:
        self._waiting: deque[Request] = deque()
        self._turn = threading.Lock()

    @contextmanager
    def turn(self, blocking: bool = True) -> Iterator[bool]:
        """Nobody else writes while the block runs; False when that cannot be had at once."""
        taken = self._turn.acquire(blocking)
        try:
            yield taken
        finally:
            if taken:
                self._turn.release()

    def make(self, request: Request, make_some: Callable[[], None]) -> None:
        """Return once the change is made; raises what kept it from being made.

        Whoever has the turn calls `make_some`, which makes changes of `take` for everybody.
        """
        self._waiting.append(request)
        with self.turn():
            while not request.is_done:
                try:
                    make_some()
                except Exception as error:
                    if not request.is_done:
                        self._waiting.remove(request)
                        request.end(error)
        if request.error is not None:
            raise request.error

    def take(self, store: Store) -> list[tuple[Request, Change]]:
        """Changes that concern different graphs or quads, from the front of the queue, worked out.

        One that changes nothing is done, and so is one that cannot be worked out.
        """
        touched = _Touched()
        taken = []
        while self._waiting and touched.leaves_alone(self._waiting[0]):
            request = self._waiting.popleft()
            try:
                change = request.work_out(store)
            except Exception as error:
                request.end(error)
                continue
            if change.size or change.emptied:
                taken.append((request, change))
                touched.add(request)
            else:
                request.end()
        return taken
