"""Which graphs a reader may read: chosen before a query runs, whatever the query says."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pyoxigraph import NamedNode

from kb_service.vocabulary import is_shared, tells_of_raters


@dataclass(frozen=True)
class Reach:
    """Everything, or the shared graphs and the graphs listed."""

    everything: bool = False
    graphs: tuple[NamedNode, ...] = ()
    """Graphs about people that may be read beside the shared ones; none are needed for all."""
    raters: bool = True
    """Whether graphs that tell of who rated somebody are among everything."""

    def contains(self, graph: NamedNode) -> bool:
        """Whether a graph may be read."""
        if self.everything:
            return self.raters or not tells_of_raters(graph.value)
        return is_shared(graph.value) or graph in self._listed

    @cached_property
    def _listed(self) -> frozenset[NamedNode]:
        return frozenset(self.graphs)


EVERYTHING = Reach(everything=True)
ALL_BUT_RATERS = Reach(everything=True, raters=False)
SHARED = Reach()


@dataclass(frozen=True)
class Readable:
    """A checkpoint that any process may open, and the graphs in it that may be read."""

    path: Path
    graphs: tuple[str, ...] | None = None
    """None when the checkpoint holds nothing but what may be read."""
