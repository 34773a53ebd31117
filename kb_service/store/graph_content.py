"""What a graph is to hold, and the quads that have to go and to come for that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pyoxigraph import DefaultGraph, NamedNode, Quad, Store, Triple

from kb_service.store.placement import Place
from kb_service.store.quad_state import in_graph
from kb_service.store.sparql_update import QuadChange


@dataclass(frozen=True)
class GraphContent:
    """What a graph is to hold from now on, or what is to be added to it."""

    graph: str | None
    """None for the default graph."""
    triples: tuple[Triple, ...]
    replaces: bool
    drops: bool = False
    """Whether the graph is to exist no more."""

    @property
    def place(self) -> Place:
        """The graph itself."""
        return DefaultGraph() if self.graph is None else NamedNode(self.graph)

    def change(self, stored: Sequence[Quad]) -> QuadChange:
        """What makes the graph hold this, where `stored` is what it holds now."""
        place = self.place
        given = dict.fromkeys(in_graph(triple, place) for triple in self.triples)
        there, wanted = _as_stored(stored), _as_stored(given)
        gone = [quad for quad in stored if quad not in wanted] if self.replaces else []
        named = frozenset((place,) if isinstance(place, NamedNode) else ())
        return QuadChange(
            tuple(gone),
            tuple(quad for quad in given if quad not in there),
            created=frozenset() if self.drops else named,
            dropped=named if self.drops else frozenset(),
        )


def _as_stored(quads: Sequence[Quad] | dict[Quad, None]) -> Store:
    """A store of these quads, which knows each in whatever form it is written."""
    store = Store()
    store.extend(quads)
    return store
