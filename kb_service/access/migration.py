"""Data folders from before there was a register: names leave the graphs, and ids become pseudonyms."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import NamedNode, Triple

from kb_service.access.people_graphs import renamed_content, renamed_graph
from kb_service.access.translation import NAME, names_in
from kb_service.register import Register
from kb_service.store import KnowledgeStore
from kb_service.store.erasures import digest_of, remember_digests
from kb_service.vocabulary import (
    PEOPLE_GRAPHS,
    people_graph,
    person_conclusions_graph,
    person_history_graph,
)

_GRAPHS_WITH_NAMES = f"SELECT DISTINCT ?graph WHERE {{ GRAPH ?graph {{ ?person {NAME} ?name }} }}"


def move_names(store: KnowledgeStore, register: Register) -> int:
    """Bring the names that are in the store to the register; answers how many people that were.

    Their graphs, conclusions and history are under pseudonyms from then on, all at once, and no
    file of the store says what they were. The register is written first: should the machine stop
    before the store is, it is done again.
    """
    ids = [graph.value[len(PEOPLE_GRAPHS) :] for graph in _graphs_with_names(store)]
    if not ids:
        return 0
    with register.writing:
        called = {id: names_in(store.graph(people_graph(id)), id) for id in ids}
        keys = register.keys_for(
            {id: (names[0] if names else id, {}) for id, names in called.items()}
        )
        store.replace_many(graph for id in ids for graph in _moved(store, id, keys[id]))
        register.settle(lambda key: True, keys.values())
        remember_digests(store.data.erased, map(digest_of, ids))
        store.rebuild()
    return len(ids)


def _graphs_with_names(store: KnowledgeStore) -> list[NamedNode]:
    found = (row["graph"] for row in store.select(_GRAPHS_WITH_NAMES))
    return [
        graph
        for graph in found
        if isinstance(graph, NamedNode) and graph.value.startswith(PEOPLE_GRAPHS)
    ]


def _moved(store: KnowledgeStore, id: str, key: str) -> Iterator[tuple[NamedNode, list[Triple]]]:
    """The graphs about a person as they are to be: empty under the id, full under the pseudonym."""
    ids = {id: key}
    for name in (people_graph(id), person_conclusions_graph(id), person_history_graph(id)):
        new = renamed_graph(name, ids)
        if new != name:
            yield name, []
        yield new, renamed_content(name, store.graph(name), ids)
