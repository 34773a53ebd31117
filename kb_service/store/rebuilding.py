"""A store written anew: the strings of graphs that are gone are in none of its files."""

from __future__ import annotations

import shutil
from pathlib import Path

from pyoxigraph import Store

from kb_service.store.disk import sync_everything
from kb_service.store.erasures import Keeping


def write_anew(source: Store, target: Path, keeping: Keeping) -> None:
    """Write what may be kept into a new folder; all of it is on disk when this returns."""
    shutil.rmtree(target, ignore_errors=True)
    store = Store(target)
    for name in filter(keeping.graph, source.named_graphs()):
        store.add_graph(name)
    store.bulk_extend(filter(keeping.quad, source.quads_for_pattern(None, None, None, None)))
    store.flush()
    del store
    sync_everything(target)
