"""Whose turn it is: callers share the workers, and who takes long leaves one of them to the others."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

LONG = 0.5
"""Seconds after which a request has taken long: from then on it counts against its caller."""
_FORGIVING = 60.0
_BRIEFLY = 0.25
_MOST_ACCOUNTS = 1000


@dataclass(eq=False)
class Turn:
    """One request of a caller, from its arrival until its worker is free again."""

    caller: str
    arrived: float
    is_repeated: bool = False
    """Whether it was begun and set back before; it is not set back again."""
    begun: float = 0.0


@dataclass(frozen=True)
class _Account:
    """Seconds that a caller's long requests took, as they stood at a time; they fade from then."""

    seconds: float
    at: float

    def at_time(self, now: float) -> float:
        return self.seconds * math.exp((self.at - now) / _FORGIVING)


class Turns:
    """The requests that run and those that wait. Not for several threads at once.

    Any request may be one of `size` that run. The `reserve` beyond is for callers who have nothing
    running and whose requests did not take long lately; whoever takes long on it is set back when
    another of them waits. Who has least running comes first, then who took long least, then who
    has not had a turn for longest. Nothing is held against the caller without a name.
    """

    def __init__(
        self,
        size: int,
        reserve: int = 0,
        most_waiting: int | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._size = size
        self._reserve = reserve
        self._most_waiting = most_waiting
        self._clock = clock
        self._waiting: list[Turn] = []
        self._running: dict[Turn, None] = {}
        self._of_caller: Counter[str] = Counter()
        self._accounts: dict[str, _Account] = {}
        self._served: dict[str, float] = {}

    @property
    def waiting(self) -> int:
        """How many requests wait."""
        return len(self._waiting)

    def arrive(self, caller: str, is_repeated: bool = False) -> Turn:
        """A request that waits from now on."""
        turn = Turn(caller, self._clock(), is_repeated)
        self._waiting.append(turn)
        return turn

    def begin_at_once(self, caller: str) -> Turn | None:
        """A request that runs from its arrival on; None where another waits or it may not run."""
        turn = Turn(caller, self._clock())
        if self._waiting or not self._may_run(turn):
            return None
        self._run(turn, turn.arrived)
        return turn

    def leave(self, turn: Turn) -> None:
        """A request that waits no longer, having had no worker."""
        self._waiting.remove(turn)

    def next(self) -> Turn | None:
        """The request whose turn it is; None when none of those that wait may run."""
        able = [turn for turn in self._waiting if self._may_run(turn)]
        if len(able) > 1:
            return min(able, key=self._precedence)
        return able[0] if able else None

    def begin(self, turn: Turn) -> None:
        """A request that waits no longer but runs."""
        self._waiting.remove(turn)
        self._run(turn, self._clock())

    def _run(self, turn: Turn, now: float) -> None:
        turn.begun = now
        self._running[turn] = None
        self._of_caller[turn.caller] += 1
        self._served[turn.caller] = now

    def end(self, turn: Turn) -> None:
        """A request that runs no longer; what it took counts where it took long."""
        del self._running[turn]
        self._of_caller[turn.caller] -= 1
        if not self._of_caller[turn.caller]:
            del self._of_caller[turn.caller]
        now = self._clock()
        if turn.caller and now - turn.begun > LONG:
            before = self._accounts.get(turn.caller, _Account(0.0, now))
            self._accounts[turn.caller] = _Account(before.at_time(now) + now - turn.begun, now)
        if len(self._accounts) + len(self._served) > _MOST_ACCOUNTS:
            self._forget(now)

    def may_wait(self, turn: Turn) -> bool:
        """Whether a request may go on waiting; one too many of its kind may only for a moment.

        Of callers who took long, so many wait as are allowed altogether, each caller's first before
        any caller's second. Of the others, so many of each caller.
        """
        if self._most_waiting is None:
            return True
        positions = self._positions()
        if not self._takes_long(turn.caller):
            is_new = self._clock() - turn.arrived < _BRIEFLY
            return positions[turn] < self._most_waiting or is_new
        slow = {
            caller for caller in {other.caller for other in positions} if self._takes_long(caller)
        }
        rank = (positions[turn], turn.arrived)
        before = (
            other
            for other, position in positions.items()
            if other.caller in slow and (position, other.arrived) < rank
        )
        return sum(1 for _ in before) < self._most_waiting

    def to_set_back(self, turn: Turn) -> list[Turn]:
        """The requests that should make room for this one, which waits; the youngest first."""
        if not self._reserve or len(self._running) < self._size + self._reserve:
            return []
        if not self._may_use_reserve(turn):
            return []
        now = self._clock()
        long = [
            running
            for running in self._running
            if not running.is_repeated and now - running.begun > LONG
        ]
        return sorted(long, key=lambda running: now - running.begun)

    def _may_run(self, turn: Turn) -> bool:
        running = len(self._running)
        if running < self._size:
            return True
        return running < self._size + self._reserve and self._may_use_reserve(turn)

    def _may_use_reserve(self, turn: Turn) -> bool:
        return (
            not turn.is_repeated
            and turn.caller not in self._of_caller
            and not self._takes_long(turn.caller)
        )

    def _precedence(self, turn: Turn) -> tuple[float, ...]:
        return (
            self._of_caller.get(turn.caller, 0),
            self._seconds(turn.caller),
            self._served.get(turn.caller, -math.inf),
            turn.arrived,
        )

    def _seconds(self, caller: str) -> float:
        """What long requests of a caller took lately, those that run among them."""
        if not caller:
            return 0.0
        now = self._clock()
        account = self._accounts.get(caller)
        seconds = account.at_time(now) if account is not None else 0.0
        if caller in self._of_caller:
            lasting = (now - turn.begun for turn in self._running if turn.caller == caller)
            seconds += sum(taken for taken in lasting if taken > LONG)
        return seconds

    def _takes_long(self, caller: str) -> bool:
        return self._seconds(caller) >= LONG

    def _positions(self) -> dict[Turn, int]:
        """Of each request that waits, how many of the same caller came before it."""
        seen = Counter[str]()
        positions = dict[Turn, int]()
        for turn in self._waiting:
            positions[turn] = seen[turn.caller]
            seen[turn.caller] += 1
        return positions

    def _forget(self, now: float) -> None:
        """Let go of accounts that count for nothing any more, and of who was served long ago."""
        self._accounts = {
            caller: account
            for caller, account in self._accounts.items()
            if account.at_time(now) >= LONG / 10
        }
        self._served = {caller: at for caller, at in self._served.items() if now - at < _FORGIVING}
