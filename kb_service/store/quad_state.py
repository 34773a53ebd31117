"""A dataset in the middle of an update: the committed state, and what was changed since."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    QuerySolutions,
    Store,
    Triple,
)

Graph = NamedNode | BlankNode | DefaultGraph


class TooManyQuads(Exception):
    """The update touches more quads than one request may."""


class QuadState:
    """What is stored and what an update has removed and added by now, exactly.

    `removed` are quads that the committed state has, `added` such that it lacks. Where a query has
    to see them, `copied` makes a copy of the committed state that can be written.
    """

    def __init__(self, committed: Store, copied: Callable[[], Store], most: int) -> None:
        self._committed = committed
        self._copied = copied
        self._most = most
        self._copy: Store | None = None
        self._unseen: list[tuple[bool, Quad]] = []
        self.removed: dict[Quad, None] = {}
        self.added: dict[Quad, None] = {}

    def __contains__(self, quad: Quad) -> bool:
        if quad in self.added:
            return True
        return quad not in self.removed and quad in self._committed

    def remove(self, quads: Iterable[Quad]) -> None:
        """Take quads away; those that are not there change nothing."""
        for quad in quads:
            if quad in self:
                if quad in self.added:
                    del self.added[quad]
                else:
                    self.removed[quad] = None
                self._noted(False, quad)

    def add(self, quads: Iterable[Quad]) -> None:
        """Add quads; those that are there change nothing."""
        for quad in quads:
            if quad not in self:
                if quad in self.removed:
                    del self.removed[quad]
                else:
                    self.added[quad] = None
                self._noted(True, quad)

    def _noted(self, is_there: bool, quad: Quad) -> None:
        self._unseen.append((is_there, quad))
        if len(self.removed) + len(self.added) > self._most:
            raise TooManyQuads

    @property
    def store(self) -> Store:
        """A store that holds everything as it is by now, to be read only."""
        if self._unseen:
            if self._copy is None:
                self._copy = self._copied()
            for is_there, quad in self._unseen:
                if is_there:
                    self._copy.add(quad)
                else:
                    self._copy.remove(quad)
            self._unseen.clear()
        return self._committed if self._copy is None else self._copy

    def matches(
        self,
        subject: NamedNode | BlankNode | Triple | None = None,
        predicate: NamedNode | None = None,
        value: NamedNode | BlankNode | Literal | Triple | None = None,
        graph: Graph | None = None,
    ) -> Iterator[Quad]:
        """The quads that have these terms, of every graph when none is given."""
        return self.store.quads_for_pattern(subject, predicate, value, graph)

    def close(self) -> None:
        """Let go of the copy."""
        self._copy = None


def in_graph(triple: Triple, graph: Graph) -> Quad:
    """The triple as a quad of this graph."""
    return Quad(triple.subject, triple.predicate, triple.object, graph)


def solutions(results: object) -> QuerySolutions:
    """The rows of a SELECT, which every pattern is asked as."""
    assert isinstance(results, QuerySolutions)
    return results


def writable_copy(checkpoint: Path, folder: Path) -> Store:
    """A checkpoint to write to: its tables never change and are linked, the rest is copied."""
    folder.mkdir()
    for entry in checkpoint.iterdir():
        if entry.suffix == ".sst":
            (folder / entry.name).hardlink_to(entry)
        elif entry.is_file() and entry.name != "LOCK":
            shutil.copyfile(entry, folder / entry.name)
    return Store(folder)
