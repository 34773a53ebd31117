"""Our own queries run over a store in memory, with results whose type is known."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import QuerySolution, QuerySolutions, QueryTriples, RdfFormat, Store, Triple


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


def written(store: Store, query: str) -> bytes:
    """The triples of a CONSTRUCT as N-Triples. Raises TypeError for another query."""
    answer = store.query(query)
    if not isinstance(answer, QueryTriples):
        raise TypeError("expected a CONSTRUCT query")
    return answer.serialize(format=RdfFormat.N_TRIPLES) or b""


def query_head(text: str) -> str:
    """What stands between SELECT and WHERE in a query of ours, comments left out."""
    bare = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    return bare.split("SELECT", 1)[1].split("WHERE", 1)[0]
