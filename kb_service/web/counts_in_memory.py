"""Counters of the rate limits in memory, without a thread that clears them away."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from math import floor

from limits.storage import SlidingWindowCounterSupport, Storage
from limits.storage.base import TimestampedSlidingWindow

MOST_KEPT = 50_000
_GONE_WITH_EACH = 2


class CountsInMemory(Storage, SlidingWindowCounterSupport, TimestampedSlidingWindow):
    """Counts by key, each until it expires; of too many the oldest is forgotten early.

    What has expired goes when a new counter comes, two for one. The storage that the library has
    starts a thread for that, at nearly every request of a service that is asked a hundred times a
    second. Who makes up keys, as an address for each wrong token, fills 50,000 counters at most.
    """

    STORAGE_SCHEME = None

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._counters: OrderedDict[str, tuple[int, float]] = OrderedDict()
        """Count and end of each, in the order in which they were begun."""

    @property
    def base_exceptions(self) -> tuple[type[Exception], ...]:
        """Nothing that goes wrong here is told as a fault of a storage."""
        return ()

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """The count with what is added; a new one lasts for so many seconds."""
        with self._lock:
            return self._add(key, expiry, amount, time.time())

    def get(self, key: str) -> int:
        """The count, 0 where there is none any more."""
        with self._lock:
            return self._count(key, time.time())

    def get_expiry(self, key: str) -> float:
        """When the counter ends; now where there is none."""
        with self._lock:
            return self._counters.get(key, (0, time.time()))[1]

    def check(self) -> bool:
        """Memory is always there."""
        return True

    def reset(self) -> int:
        """Forget all counters; answers how many there were."""
        with self._lock:
            found = len(self._counters)
            self._counters.clear()
            return found

    def clear(self, key: str) -> None:
        """Forget a counter."""
        with self._lock:
            self._counters.pop(key, None)

    def acquire_sliding_window_entry(
        self, key: str, limit: int, expiry: int, amount: int = 1
    ) -> bool:
        """Count so many more if they are within the limit; False counts nothing."""
        now = time.time()
        before, current = self.sliding_window_keys(key, expiry, now)
        with self._lock:
            earlier, seconds, count, _ = self._window(before, current, expiry, now)
            if floor(earlier * seconds / expiry + count) + amount > limit:
                return False
            self._add(current, 2 * expiry, amount, now)
            return True

    def get_sliding_window(self, key: str, expiry: int) -> tuple[int, float, int, float]:
        """Count of the window before and for how long it matters, then those of this window."""
        now = time.time()
        before, current = self.sliding_window_keys(key, expiry, now)
        with self._lock:
            return self._window(before, current, expiry, now)

    def clear_sliding_window(self, key: str, expiry: int) -> None:
        """Forget what was counted in this window and in the one before."""
        for each in self.sliding_window_keys(key, expiry, time.time()):
            self.clear(each)

    def _window(
        self, before: str, current: str, expiry: int, now: float
    ) -> tuple[int, float, int, float]:
        left = (1 - (now / expiry) % 1) * expiry
        earlier = self._count(before, now)
        matters = (1 - ((now - expiry) / expiry) % 1) * expiry if earlier else 0.0
        return earlier, matters, self._count(current, now), left + expiry

    def _count(self, key: str, now: float) -> int:
        count, end = self._counters.get(key, (0, now))
        return count if end > now else 0

    def _add(self, key: str, expiry: float, amount: int, now: float) -> int:
        count, end = self._counters.get(key, (0, now))
        if end <= now:
            self._counters.pop(key, None)
            self._make_room(now)
            count, end = 0, now + expiry
        self._counters[key] = (count + amount, end)
        return count + amount

    def _make_room(self, now: float) -> None:
        if len(self._counters) >= MOST_KEPT:
            self._counters.popitem(last=False)
        for _ in range(_GONE_WITH_EACH):
            oldest = next(iter(self._counters), None)
            if oldest is None or self._counters[oldest][1] > now:
                return
            del self._counters[oldest]
