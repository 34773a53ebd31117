"""A copy of a service whose store holds nothing but the graphs that one caller may read."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from flask import Flask

from kb_service.knowledge_base import KnowledgeBase
from kb_service.store import KnowledgeStore
from kb_service.store.data_folder import DataFolder
from kb_service.vocabulary import (
    STUDY_CONCLUSIONS,
    STUDY_GRAPHS,
    STUDY_HISTORY,
    is_shared,
    tells_of_raters,
)
from kb_service.web import create_app
from kb_service.web.service import EXTENSION

_STUDIES = (STUDY_GRAPHS, STUDY_CONCLUSIONS, STUDY_HISTORY)


@contextmanager
def service_of(
    base: KnowledgeBase,
    people: frozenset[str] | None,
    folder: Path,
    *,
    raters: bool = False,
    studies: bool = False,
) -> Iterator[Flask]:
    """The service over shared knowledge and the graphs of these people alone; None for everybody.

    Who rated them is in there only with `raters`, and studies with `studies`. The register and the tokens are the same.
    """
    _copy(base.store, folder)
    with KnowledgeStore(folder) as store:
        store.replace_graphs(
            {
                graph: []
                for graph in store.graph_names()
                if not _stays(graph.value, people, raters, studies)
            }
        )
    copied = KnowledgeBase.open(folder)
    app = create_app(copied)
    try:
        yield app
    finally:
        app.extensions[EXTENSION].close()
        copied.close()


def _stays(graph: str, people: frozenset[str] | None, raters: bool, studies: bool) -> bool:
    if graph.startswith(_STUDIES):
        return studies
    if tells_of_raters(graph) and not raters:
        return False
    return is_shared(graph) or people is None or graph.rpartition("/")[2] in people


def _copy(store: KnowledgeStore, folder: Path) -> None:
    target = DataFolder.create_or_open(folder)
    with store.checkpoint() as checkpoint:
        shutil.copytree(checkpoint, target.store)
    for path in (store.data.register, store.data.access):
        with (
            closing(sqlite3.connect(path)) as source,
            closing(sqlite3.connect(folder / path.name)) as copy,
        ):
            source.backup(copy)
