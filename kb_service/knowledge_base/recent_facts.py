"""The facts about the people whom somebody just asked about."""

from __future__ import annotations

import threading

from pyoxigraph import Triple

from kb_service.store import KnowledgeStore
from kb_service.vocabulary import people_graph

_MOST = 16


class RecentFacts:
    """Keeps the facts about a few people until something is stored: a page asks for them again and again."""

    def __init__(self, store: KnowledgeStore) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._known: tuple[int, dict[str, list[Triple]]] = (-1, {})

    def about(self, person: str) -> list[Triple]:
        """What is asserted about a person; nothing when nobody has this id."""
        generation = self._store.generation
        with self._lock:  # while they are read as well: whoever else wants them waits for the same
            if self._known[0] != generation or len(self._known[1]) >= _MOST:
                self._known = (generation, {})
            known = self._known[1]
            if person not in known:
                known[person] = self._store.graph(people_graph(person))
            return list(known[person])

    def forget(self) -> None:
        """Let go of everybody."""
        with self._lock:
            self._known = (-1, {})
