"""A store in memory about one person, for the questions that need all that follows about them."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date

from pyoxigraph import Store

from kb_service.knowledge_base.keeping import Keeper
from kb_service.knowledge_base.outcomes import UnknownThingError
from kb_service.knowledge_base.past import past

_MOST = 16
_AT_ONCE = 2
"""How many are made ahead at the same time: more than two processes conclude nothing sooner."""

_Key = tuple[str, date | None]


class Workspaces:
    """Makes them, each once, and keeps a few until something is stored."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self._lock = threading.Lock()
        self._known: dict[_Key, tuple[int, Future[Store]]] = {}
        self._ahead = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="workspaces")

    def forget(self) -> None:
        """Let go of all of them, as when somebody in one must be forgotten at once."""
        with self._lock:
            self._known.clear()

    def prepare(self, people: Iterable[str], as_of: date | None = None) -> None:
        """Begin to make what will be asked for, without waiting; errors come when it is asked for."""
        for person in people:
            future, is_new = self._future((person, as_of))
            if is_new:
                self._ahead.submit(self._make, (person, as_of), future)

    def about(self, person: str, as_of: date | None = None) -> Store:
        """The knowledge, one person and everything concluded of them.

        With `as_of`, as all of it was when that day was over, judged for that day. Raises
        UnknownThingError when nobody has this id.
        """
        future, is_new = self._future((person, as_of))
        if is_new:
            self._make((person, as_of), future)
        return future.result()

    def _future(self, key: _Key) -> tuple[Future[Store], bool]:
        """The workspace to come, and whether the caller is the one to have it made."""
        generation = self._keeper.store.generation
        with self._lock:
            made_at, future = self._known.get(key, (-1, None))
            if future is not None and made_at == generation:
                return future, False
            while len(self._known) >= _MOST:
                del self._known[next(iter(self._known))]
            future = Future()
            self._known[key] = generation, future
            return future, True

    def _make(self, key: _Key, future: Future[Store]) -> None:
        try:
            future.set_result(self._made(*key))
        except BaseException as error:  # whoever waits for it is told, and the next one tries again
            future.set_exception(error)
            with self._lock:
                if key in self._known and self._known[key][1] is future:
                    del self._known[key]

    def _made(self, person: str, as_of: date | None) -> Store:
        keeper = self._keeper
        facts = keeper.facts_about(person)
        if not facts:
            raise UnknownThingError("person", person)
        if as_of is None:
            return keeper.knowledge.everything_about(keeper.deriver, facts)
        then = past(keeper, person, as_of)
        return then.knowledge.everything_about(keeper.deriver, then.facts, as_of)
