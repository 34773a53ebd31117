"""How often something happened lately, counted exactly, in memory, for any number of names."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

SECONDS = 60
"""How long what happened counts."""


class MovingWindow:
    """Counts by name what happened within the last minute; for use by several threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._times: dict[str, deque[float]] = {}
        self._swept = clock()

    def count(self, name: str, most: int) -> bool:
        """Count one more, unless there were as many as that already; whether it was counted."""
        with self._lock:
            now = self._clock()
            self._sweep(now)
            times = self._times.setdefault(name, deque())
            _let_go(times, now)
            if len(times) >= most:
                return False
            times.append(now)
            return True

    def left(self, name: str, most: int) -> tuple[int, float]:
        """How many more there may be now, and in how many seconds there may be another."""
        with self._lock:
            now = self._clock()
            times = self._times.get(name)
            if times is None:
                return most, SECONDS
            _let_go(times, now)
            return max(0, most - len(times)), times[0] + SECONDS - now if times else SECONDS

    def _sweep(self, now: float) -> None:
        """Once a minute, forget whoever did nothing for that long."""
        if now - self._swept < SECONDS:
            return
        self._swept = now
        for times in self._times.values():
            _let_go(times, now)
        self._times = {name: times for name, times in self._times.items() if times}


def _let_go(times: deque[float], now: float) -> None:
    while times and times[0] <= now - SECONDS:
        times.popleft()
