"""A change that need not fit into memory, while it is being worked out."""

from __future__ import annotations

from collections.abc import Callable

from kb_service.store.changes import Change
from kb_service.store.journal import Journal

LOGGED_QUADS = 20_000
"""How many quads are changed in one transaction, and how many before tables are written: reading
more again would delay the next start."""


class Draft:
    """The pieces of a change: kept while they are few, then written into the journal.

    Written down, they count for nothing until `end`.
    """

    def __init__(self, journal: Journal) -> None:
        self.start = journal.place
        self.size = 0
        self.is_large = False
        self.has_failed = False
        """Whether it was the journal that failed, not whoever works out the change."""
        self._journal = journal
        self._held: list[Change] = []
        self._held_size = 0

    def add(self, change: Change) -> None:
        """Add a piece; no other piece is about the same graph."""
        if change.size or change.emptied:
            self._held.append(change)
            self._held_size += change.size
            self.size += change.size
        if self._held_size > LOGGED_QUADS:
            self._write_down()

    def end(self) -> None:
        """Decide the change that was written down; it is on disk when this returns."""
        self._write_down()
        self._guarded(self._journal.append_end)

    def change(self) -> Change:
        """The pieces that are held, as one change."""
        return Change.joined(self._held)

    def _write_down(self) -> None:
        if not self.is_large:
            self._guarded(self._journal.begin_segment)
            self.start, self.is_large = self._journal.place, True
        if self._held:
            piece = self.change()
            self._guarded(lambda: self._journal.append_part(piece))
            self._held, self._held_size = [], 0

    def _guarded(self, write: Callable[[], None]) -> None:
        try:
            write()
        except OSError:
            self.has_failed = True
            raise
