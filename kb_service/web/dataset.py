"""What the SPARQL endpoint and the graph store serve: our knowledge, or a plain dataset."""

from __future__ import annotations

from contextlib import AbstractContextManager
from threading import Lock
from typing import Protocol, cast

from flask import current_app
from pyoxigraph import NamedNode, Quad

from kb_service.access.roles import Caller
from kb_service.store import KnowledgeStore
from kb_service.store.placement import OwnDefaultGraph, Place, Placement
from kb_service.store.reach import EVERYTHING, Reach
from kb_service.store.sparql_update import QuadChange
from kb_service.web.writing_order import WritingOrder

EXTENSION = "dataset"


class Dataset(Protocol):
    """A dataset as a caller sees it."""

    store: KnowledgeStore
    default_is_union: bool
    """Whether the default graph is the union of all readable graphs, or a graph of its own."""

    def readable_by(self, caller: Caller) -> Reach:
        """What a caller may read."""

    def readable(self) -> Reach:
        """What the caller of the current request may read."""

    def placement(self) -> Placement:
        """How a write of this caller treats the default graph.

        Raises Problem 403 for a caller who may write nothing.
        """

    def writing(self, *, together: bool = False) -> AbstractContextManager[None]:
        """While the `with` block runs, nobody else writes. Raises Problem 503 after a long wait.

        Changes that were not worked out from what is stored may be written `together`, where the
        dataset can do that: beside others of the kind.
        """

    def quads(self, graph: Place, most: int) -> list[Quad]:
        """The quads of a graph that is no union, up to `most`; none where the caller may not read."""

    def write(self, change: QuadChange) -> QuadChange:
        """Commit a change with all that follows from it, or nothing at all; answers what differs.

        Raises RefusedInput (422) with the report of the shapes, and Problem 403 for a graph that
        the caller may not write.
        """

    def empty_graphs(self) -> frozenset[NamedNode]:
        """The graphs that exist though they hold nothing."""

    def graph_at(self, path: str, address: str) -> NamedNode:
        """The graph that an address of the graph store names by itself. Raises ValueError."""

    def address_of(self, graph: NamedNode, store: str) -> str | None:
        """The address below that of the graph store that names a graph by itself, if one does."""


class PlainDataset:
    """An empty dataset with no knowledge, no rules and no layout, which anybody may change.

    Graphs are kept by what they hold. That an empty graph exists is remembered while the process
    runs.
    """

    default_is_union = False

    def __init__(self, store: KnowledgeStore) -> None:
        self.store = store
        self._order = WritingOrder()
        self._empty: frozenset[NamedNode] = frozenset()
        self._empty_lock = Lock()

    def readable_by(self, caller: Caller) -> Reach:
        """Everything."""
        return EVERYTHING

    def readable(self) -> Reach:
        """Everything."""
        return EVERYTHING

    def placement(self) -> Placement:
        """The default graph as the standard has it."""
        return OwnDefaultGraph()

    def writing(self, *, together: bool = False) -> AbstractContextManager[None]:
        """While the `with` block runs, nobody else writes, or only others who came `together`.

        Raises Problem 503 after a long wait.
        """
        return self._order.turn(together=together)

    def quads(self, graph: Place, most: int) -> list[Quad]:
        """The quads of a graph, up to `most`."""
        return self.store.quads(graph, most)

    def write(self, change: QuadChange) -> QuadChange:
        """Commit a change; answers what differs."""
        made = self.store.apply(change.removed, change.added)
        emptied = {quad.graph_name for quad in made.removed}
        named = {name for name in emptied if isinstance(name, NamedNode)}
        with self._empty_lock:
            self._empty = (self._empty | change.created | named) - change.dropped
        return QuadChange(made.removed, made.added, change.created, change.dropped)

    def empty_graphs(self) -> frozenset[NamedNode]:
        """The graphs that exist though they hold nothing; some of them may hold something."""
        return self._empty

    def graph_at(self, path: str, address: str) -> NamedNode:
        """The address itself names the graph."""
        return NamedNode(address)

    def address_of(self, graph: NamedNode, store: str) -> str | None:
        """The graph's own name, where it is such an address."""
        return graph.value if graph.value.startswith(f"{store}/") else None


def current_dataset() -> Dataset:
    """The dataset that the current app serves."""
    return cast(Dataset, current_app.extensions[EXTENSION])
