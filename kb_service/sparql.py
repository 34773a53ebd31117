"""Our own queries run over a store in memory, with results whose type is known."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import QuerySolution, QuerySolutions, QueryTriples, Store, Triple


def select(store: Store, query: str) -> Iterator[QuerySolution]:
    """The solutions of a SELECT over the default graph. Raises TypeError for another query."""
    answer = store.query(query)
    if not isinstance(answer, QuerySolutions):
        raise TypeError("expected a SELECT query")
    yield from answer


def construct(store: Store, query: str) -> Iterator[Triple]:
    """The triples of a CONSTRUCT over the default graph. Raises TypeError for another query."""
    answer = store.query(query)
    if not isinstance(answer, QueryTriples):
        raise TypeError("expected a CONSTRUCT query")
    yield from answer
