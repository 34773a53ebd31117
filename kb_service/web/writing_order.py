"""The order of writes: one alone, or several at once that need not know of each other."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import RLock

from kb_service.web.problems import Problem

LONGEST_WAIT = 5.0
"""Seconds that a write waits for those before it."""


@dataclass(eq=False)
class _Turn:
    """A write from when it begins to wait until it is done."""

    together: bool
    thread: int = field(default_factory=threading.get_ident)


class WritingOrder:
    """The writes that go on and those that wait, in the order in which they came."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._line: list[_Turn] = []

    @contextmanager
    def turn(self, *, together: bool = False) -> Iterator[None]:
        """While the block runs nobody else writes, or only others who came to write `together`.

        Who writes alone may take another turn within. Raises Problem 503 after a long wait.
        """
        if self._is_alone_already():
            yield
            return
        mine = _Turn(together)
        with self._changed:
            self._line.append(mine)
            try:
                if not self._changed.wait_for(lambda: self._is_up(mine), LONGEST_WAIT):
                    raise others_write()
            except BaseException:
                self._leave(mine)
                raise
        try:
            yield
        finally:
            with self._changed:
                self._leave(mine)

    def _is_alone_already(self) -> bool:
        with self._changed:
            first = self._line[0] if self._line else None
        return first is not None and not first.together and first.thread == threading.get_ident()

    def _is_up(self, mine: _Turn) -> bool:
        before = self._line[: self._line.index(mine)]
        return not before or (mine.together and all(turn.together for turn in before))

    def _leave(self, mine: _Turn) -> None:
        self._line.remove(mine)
        self._changed.notify_all()


@contextmanager
def held(lock: RLock) -> Iterator[None]:
    """A lock, held while the `with` block runs. Raises Problem 503 when others hold it long."""
    if not lock.acquire(timeout=LONGEST_WAIT):
        raise others_write()
    try:
        yield
    finally:
        lock.release()


def others_write() -> Problem:
    """The problem of a write that waited for others as long as it may."""
    return Problem(
        503,
        "其他写入正在进行，请稍后再试；没有保存任何内容。",
        "Others are writing; try again in a moment. Nothing was stored.",
    )
