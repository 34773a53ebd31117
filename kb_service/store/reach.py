"""Which graphs a reader may read: chosen before a query runs, whatever the query says."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import NamedNode


@dataclass(frozen=True)
class Reach:
    """Everything, or the shared graphs and the graphs listed."""

    everything: bool = False
    graphs: tuple[NamedNode, ...] = ()
    """Graphs about people that may be read beside the shared ones; none are needed for all."""


EVERYTHING = Reach(everything=True)
SHARED = Reach()


@dataclass(frozen=True)
class Readable:
    """A checkpoint that any process may open, and the graphs in it that may be read."""

    path: Path
    graphs: tuple[str, ...] | None = None
    """None when the checkpoint holds nothing but what may be read."""
