"""A store in memory about one person, for the questions that need all that follows about them."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

from pyoxigraph import Store

from kb_service.knowledge_base.keeping import Keeper
from kb_service.knowledge_base.kept_readings import KeptReadings
from kb_service.knowledge_base.outcomes import UnknownThingError
from kb_service.knowledge_base.past import past

_MOST = 16
_AT_ONCE = 2
"""How many are made ahead at the same time: two processors conclude more of them no sooner."""


class Workspaces:
    """Makes them, and keeps a few until something is stored."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self._made: KeptReadings[Store] = KeptReadings(keeper.store, _MOST)
        self._ahead = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="workspaces")

    def forget(self) -> None:
        """Let go of all of them."""
        self._made.forget()

    def prepare(self, people: Iterable[str], as_of: date | None = None) -> None:
        """Begin to make what will be asked for, without waiting; errors come when it is asked for."""
        for person in people:
            self._ahead.submit(self.about, person, as_of)

    def about(self, person: str, as_of: date | None = None) -> Store:
        """The knowledge, one person and everything concluded of them.

        With `as_of`, as all of it was when that day was over, judged for that day. Raises
        UnknownThingError when nobody has this id.
        """
        return self._made.of((person, as_of), lambda: self._make(person, as_of))

    def _make(self, person: str, as_of: date | None) -> Store:
        keeper = self._keeper
        facts = keeper.facts_about(person)
        if not facts:
            raise UnknownThingError("person", person)
        if as_of is None:
            return keeper.knowledge.everything_about(keeper.deriver, facts)
        then = past(keeper, person, as_of)
        return then.knowledge.everything_about(keeper.deriver, then.facts, as_of)
