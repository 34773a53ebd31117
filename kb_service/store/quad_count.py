"""How many quads a store holds: counted once, then kept in step with every commit."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from pyoxigraph import Store

from kb_service.store.changes import Change

_log = logging.getLogger(__name__)

AtRest = Callable[[Callable[[], None]], AbstractContextManager[Path]]
"""Opens a checkpoint, and calls a function at a moment when that is all there is."""


class QuadCount:
    """Adds up what commits change, over a count of a checkpoint that is made in the background.

    A commit says which quads it removes and adds. After a change that does not, as one that is too
    large for a single transaction, all is counted again.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counted: int | None = None
        self._since = 0
        self._counting: object | None = None

    def note(self, change: Change) -> None:
        """Hear of a commit."""
        with self._lock:
            self._since += len(change.added) - len(change.removed)

    def forget(self) -> None:
        """Hear that the store has changed in some other way."""
        with self._lock:
            self._counted = self._counting = None

    def now(self, at_rest: AtRest) -> int | None:
        """The number of quads; None while they are being counted, which begins here if need be."""
        with self._lock:
            if self._counted is not None:
                return self._counted + self._since
            if self._counting is None:
                counting = self._counting = object()
                work = threading.Thread(target=self._count, args=(counting, at_rest), daemon=True)
                work.start()
        return None

    def _count(self, counting: object, at_rest: AtRest) -> None:
        found: int | None = None
        try:
            with at_rest(self._begin) as path:
                found = len(Store.read_only(str(path)))
        except (OSError, RuntimeError, ValueError) as error:  # damaged, or closed meanwhile
            _log.warning("the triples could not be counted: %s", error)
        with self._lock:
            if self._counting is counting:
                self._counted, self._counting = found, None

    def _begin(self) -> None:
        with self._lock:
            self._since = 0
