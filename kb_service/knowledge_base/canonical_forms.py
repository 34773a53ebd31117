"""Digests of graphs that strangers wrote, found in a process that may be killed."""

from __future__ import annotations

from collections.abc import Sequence

from pyoxigraph import NamedNode, RdfFormat, Triple, serialize

from kb_service.findings import RefusedInput, violation
from kb_service.store.canonical_form import content_digest, may_have_blank_nodes
from kb_service.workers import WorkerDied, WorkerPool, WorkerTimedOut

_SECONDS = 2.0
_TRIPLES_A_SECOND = 10_000
"""Blank nodes that differ take time in proportion to the triples; a busy machine does as many."""
_MEMORY_MB = 512
_LONGEST_WAIT = 60.0
"""Seconds, the start of the worker on a busy machine included."""


class CanonicalForms:
    """Tells what strangers' graphs say, or that their blank nodes cannot be told apart in time."""

    def __init__(self) -> None:
        self._pool = WorkerPool(
            "kb_service.store.canonical_form:start",
            size=1,
            memory_mb=_MEMORY_MB,
            deadline=_SECONDS,
            wait=_LONGEST_WAIT,
        )

    def close(self) -> None:
        """End the worker."""
        self._pool.close()

    def digest(self, graph: NamedNode, triples: Sequence[Triple]) -> str:
        """The content digest of what a graph is to hold.

        Raises RefusedInput when its blank nodes are so alike that it would take too long, and what
        WorkerPool.call raises but for that.
        """
        if not may_have_blank_nodes(triples):
            return content_digest(triples)
        text = serialize(triples, format=RdfFormat.N_TRIPLES)
        try:
            found: str = self._pool.call(text, _SECONDS + len(triples) / _TRIPLES_A_SECOND)
        except (WorkerTimedOut, WorkerDied) as error:
            raise _too_alike(graph) from error
        return found


def _too_alike(graph: NamedNode) -> RefusedInput:
    finding = violation(
        f"图 {graph.value} 里有许多彼此相同或层层嵌套的空白节点，无法及时分辨；"
        "请给这些节点各起一个 IRI，或减少嵌套。",
        f"The graph {graph.value} has too many blank nodes that are alike or nested in one another "
        "to tell them apart in time; give the nodes IRIs, or nest them less.",
        graph.value,
    )
    return RefusedInput((finding,))
