"""What a damaged file could keep going for ever, run in processes that may be killed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from kb_service.store.inspections import Inspections
from kb_service.store.reach import Readable
from kb_service.store.selections import Row, select_apart, selection_pool
from kb_service.store.store_state import QUESTION_STOPPED, DamageMet, QuestionStopped

_LONGEST_LOOK = 60.0
"""Seconds that somebody waits whose question was stopped; the background looks for longer."""


class Apart:
    """Processes for our own queries, and one that inspects the files which they read."""

    def __init__(
        self,
        checkpoint: Callable[[], AbstractContextManager[Path]],
        found: Callable[[DamageMet], object],
        seconds: float,
    ) -> None:
        """`found` is told of damage that nobody asked for; a query may take so many `seconds`."""
        self.selections = selection_pool(seconds)
        self.inspections = Inspections(checkpoint, found)

    def select(self, readable: Readable, query: str) -> list[Row]:
        """Every row of one of our own SELECT queries; a variable without a value is left out.

        Raises DamageMet, and QuestionStopped where it is not damage that stopped the query, as far
        as can be told within a minute.
        """
        try:
            return select_apart(self.selections, readable, query)
        except QuestionStopped as stopped:
            if stopped.state == QUESTION_STOPPED:
                self.inspections.now(_LONGEST_LOOK)
            raise

    def warm(self) -> None:
        """Start the processes for queries now rather than at the first one."""
        self.selections.warm()

    def close(self) -> None:
        """End every process."""
        self.selections.close()
        self.inspections.close()
