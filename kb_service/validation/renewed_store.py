"""A store in memory that facts are put into and taken out of, over and over, at the same cost."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import Quad, Store

_FEWEST = 5_000


class RenewedStore:
    """Quads that come and go; made anew once more have gone than are there.

    Oxigraph keeps what was removed from a store in memory, and walks past it in every answer.
    """

    def __init__(self, quads: Iterable[Quad] = ()) -> None:
        self._fill(quads)

    @property
    def store(self) -> Store:
        """The store as it is now, to be read only, and until something is removed."""
        return self._store

    def extend(self, quads: Iterable[Quad]) -> None:
        """Add quads."""
        self._store.extend(quads)

    def remove(self, quads: Iterable[Quad]) -> None:
        """Take quads out."""
        for quad in quads:
            self._store.remove(quad)
            self._gone += 1
        if self._gone > self._most:
            self._fill(self._store)

    def _fill(self, quads: Iterable[Quad]) -> None:
        store = Store()
        store.extend(quads)
        self._store = store
        self._gone = 0
        self._most = max(_FEWEST, len(store))
