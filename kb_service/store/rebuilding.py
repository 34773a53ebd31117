"""A store written anew: the strings of graphs that are gone are in none of its files."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from pyoxigraph import Quad, Store

from kb_service.store.changes import Graph
from kb_service.store.disk import sync_everything


def write_anew(source: Store, target: Path, keep: Callable[[Graph], bool]) -> None:
    """Write the graphs to keep into a new folder; all of it is on disk when this returns."""
    shutil.rmtree(target, ignore_errors=True)
    store = Store(target)
    names = [name for name in source.named_graphs() if keep(name)]
    for name in names:
        store.add_graph(name)
    store.bulk_extend(_quads_of(source, keep))
    store.flush()
    del store
    sync_everything(target)


def _quads_of(source: Store, keep: Callable[[Graph], bool]) -> Iterator[Quad]:
    known: dict[Graph, bool] = {}
    for quad in source.quads_for_pattern(None, None, None, None):
        name = quad.graph_name
        if name not in known:
            known[name] = keep(name)
        if known[name]:
            yield quad
