"""The number of triples is right after whatever was committed, without a scan for each question."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, Store, Triple

from kb_service.store import KnowledgeStore, large_change, quad_count

GRAPHS = [NamedNode(f"https://example.org/graph/{number}") for number in range(3)]
SAYS = NamedNode("https://example.org/says")
TRIPLES = [Triple(SAYS, SAYS, Literal(number)) for number in range(6)]

graphs = st.sampled_from(GRAPHS)
some = st.lists(st.sampled_from(TRIPLES), max_size=6)
kinds = st.sampled_from(["replace", "apply", "many"])


def counted(store: KnowledgeStore) -> int:
    """The number of triples, waited for where it is being counted."""
    while (found := store.quads_counted) is None:
        time.sleep(0.002)
    return found


def held(store: KnowledgeStore) -> int:
    """How many there are, one by one."""
    with store.checkpoint() as path:
        return len(Store.read_only(str(path)))


Said = list[Triple]
Made = tuple[str, NamedNode, Said, Said]


def carry_out(store: KnowledgeStore, kind: str, graph: NamedNode, said: Said, new: Said) -> None:
    if kind == "apply":
        gone, added = ([Quad(*triple, graph) for triple in part] for part in (said, new))  # type: ignore[call-arg]
        store.apply(gone, added)
    elif kind == "many":
        store.replace_many([(graph, said)])
    else:
        store.replace_graphs({graph: said})


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(kinds, graphs, some, some), max_size=8))
def test_the_count_goes_with_every_commit(
    changes: list[Made],
) -> None:
    with tempfile.TemporaryDirectory() as folder, KnowledgeStore(Path(folder)) as store:
        store.replace_graphs({GRAPHS[0]: TRIPLES[:2]})
        before = counted(store)

        for change in changes:
            carry_out(store, *change)

        assert before == 2
        assert store.quads_counted == held(store)


def test_nothing_is_counted_again_for_a_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with KnowledgeStore(tmp_path) as store:
        counted(store)
        monkeypatch.setattr(quad_count, "Store", None)

        store.replace_graphs({GRAPHS[0]: TRIPLES})

        assert store.quads_counted == len(TRIPLES)


def test_after_a_change_too_large_for_a_transaction_all_is_counted_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with KnowledgeStore(tmp_path) as store:
        store.replace_graphs({GRAPHS[0]: TRIPLES})
        counted(store)
        monkeypatch.setattr(large_change, "LOGGED_QUADS", 1)

        store.replace_many([(GRAPHS[0], TRIPLES[:1]), (GRAPHS[1], TRIPLES)])

        assert counted(store) == 1 + len(TRIPLES)


def test_a_store_that_is_opened_again_is_counted_again(tmp_path: Path) -> None:
    with KnowledgeStore(tmp_path) as store:
        store.replace_graphs({GRAPHS[0]: TRIPLES})

    with KnowledgeStore(tmp_path) as store:
        assert counted(store) == len(TRIPLES)
    with KnowledgeStore(tmp_path, read_only=True) as store:
        assert counted(store) == len(TRIPLES)
