"""Which graph a triple is in that an update writes to, or takes from, the default graph."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from pyoxigraph import DefaultGraph, NamedNode, Triple

from kb_service.store.quad_state import QuadState

Place = NamedNode | DefaultGraph


class UpdateProblem(Exception):
    """Why an update was not carried out: an HTTP status, and what to do in both languages."""

    def __init__(self, status: int, zh: str, en: str) -> None:
        super().__init__(status, zh, en)
        self.status = status
        self.zh = zh
        self.en = en

    def __str__(self) -> str:
        return self.en


def too_many_quads(most: int) -> UpdateProblem:
    """The problem of a write that changes more than one may."""
    return UpdateProblem(
        413,
        f"一次最多改动 {most:,} 条三元组；没有保存任何内容。请分成几次。",
        f"One write may touch {most:,} quads; nothing was stored. Do it in several.",
    )


class Placement(Protocol):
    """How a dataset treats its default graph; travels to the worker with each update."""

    @property
    def is_union(self) -> bool:
        """Whether the default graph is the union of all graphs rather than one of its own."""

    def holders(self, triple: Triple, state: QuadState) -> Iterable[Place]:
        """The graphs that a triple is taken from."""

    def homes(self, triples: Sequence[Triple], state: QuadState) -> Mapping[Triple, Place]:
        """The graph that each triple is added to. Raises UpdateProblem where that is not clear."""


class OwnDefaultGraph:
    """The default graph as the standard has it: a graph of its own."""

    is_union = False

    def holders(self, triple: Triple, state: QuadState) -> Iterable[Place]:
        """The default graph itself."""
        return (DefaultGraph(),)

    def homes(self, triples: Sequence[Triple], state: QuadState) -> Mapping[Triple, Place]:
        """The default graph for each."""
        return dict.fromkeys(triples, DefaultGraph())
