"""Data folders with very many people, made in minutes: a family of people, and copies of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pyoxigraph import NamedNode, RdfFormat, Store, serialize

from kb_service.knowledge_base import KnowledgeBase
from kb_service.store.data_folder import DataFolder
from tools.benchmark.crowd import FAMILY, family, records


def load(folder: Path, count: int) -> None:
    """Fill a new data folder with so many people, whole families, and all that follows of them.

    The first family is imported and concluded. The others say the same under ids of their own, as
    text that the store loads in bulk.
    """
    base = KnowledgeBase.open(folder)
    try:
        crowd = [records(number) for number in range(FAMILY)]
        base.import_records(
            [person for person, _ in crowd],
            [assessment for _, assessments in crowd for assessment in assessments],
        )
    finally:
        base.close()
    store = Store(DataFolder(folder).store)
    first = b"".join(_graphs_of_first(store))
    for number in range(1, count // FAMILY):
        copy = first.replace(family(0).encode(), family(number).encode())
        store.bulk_load(copy, format=RdfFormat.N_QUADS, lenient=True)
    store.flush()


def _graphs_of_first(store: Store) -> Iterator[bytes]:
    """The graphs that are named after one of the first family, as N-Quads."""
    for graph in store.named_graphs():
        if isinstance(graph, NamedNode) and family(0) in graph.value:
            quads = store.quads_for_pattern(None, None, None, graph)
            yield serialize(quads, format=RdfFormat.N_QUADS) or b""
