"""A change that fits in no single commit is seen whole or not at all, whatever happens meanwhile."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Store, Triple

from kb_service.store import KnowledgeStore
from kb_service.store.changes import Change
from kb_service.store.journal import Commit, Journal

MANY = 450
WORDS = 50


def graph(number: int) -> NamedNode:
    return NamedNode(f"https://example.org/people/{number:03}")


def saying(number: int, word: str) -> list[Triple]:
    """What one of many graphs holds: a few triples with this word in each."""
    says = NamedNode("https://example.org/says")
    return [Triple(graph(number), says, Literal(f"{word} {n}")) for n in range(WORDS)]


def all_saying(word: str) -> Iterator[tuple[NamedNode, list[Triple]]]:
    return ((graph(number), saying(number, word)) for number in range(MANY))


def heard(store: KnowledgeStore) -> set[str]:
    """The words that are said anywhere, and how many graphs there are."""
    rows = store.select("SELECT DISTINCT ?w WHERE { ?s ?p ?o BIND (STRBEFORE(?o, ' ') AS ?w) }")
    return {str(row["w"]).strip('"') for row in rows} | {str(len(store.graph_names()))}


def test_a_large_change_replaces_every_graph(tmp_path: Path) -> None:
    with KnowledgeStore(tmp_path / "data") as store:
        store.replace_graphs({graph(0): saying(0, "old")})

        size = store.replace_many(all_saying("new"))

        assert size == MANY * WORDS + WORDS
        assert heard(store) == {"new", str(MANY)}
        assert not (tmp_path / "data" / "pending").exists()


def test_a_small_change_by_the_same_call_is_one_generation(tmp_path: Path) -> None:
    with KnowledgeStore(tmp_path / "data") as store:
        store.replace_many([(graph(0), saying(0, "one")), (graph(1), saying(1, "two"))])

        assert store.generation == 1
        assert heard(store) == {"one", "two", "2"}


def test_nothing_changes_when_the_change_fails_while_it_is_made_up(tmp_path: Path) -> None:
    def failing() -> Iterator[tuple[NamedNode, list[Triple]]]:
        yield from all_saying("new")
        raise RuntimeError("a rule was stopped")

    with KnowledgeStore(tmp_path / "data") as store:
        store.replace_many(all_saying("old"))
        with pytest.raises(RuntimeError):
            store.replace_many(failing())

        assert heard(store) == {"old", str(MANY)}
        assert [p.name for p in (tmp_path / "data").glob("pending*")] == []


def test_readers_of_every_kind_see_the_state_before_until_all_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[set[str]] = []
    changes = Commit.changes
    data = tmp_path / "data"

    with KnowledgeStore(data) as store:
        store.replace_many(all_saying("old"))

        def watched(commit: Commit) -> Iterator[Change]:
            for number, change in enumerate(changes(commit)):
                yield change
                if number == 1:
                    seen.append(heard(store))
                    with store.checkpoint() as path:
                        seen.append({str(len(list(Store.read_only(str(path)).named_graphs())))})
                    with KnowledgeStore(data, read_only=True) as beside:
                        seen.append(heard(beside))

        monkeypatch.setattr(Commit, "changes", watched)
        before = store.generation
        store.replace_many((graph(n), saying(n, "new")) for n in range(MANY + 10))

        old = {"old", str(MANY)}
        assert seen == [old, {str(MANY)}, old]
        assert heard(store) == {"new", str(MANY + 10)}
        assert store.generation == before + 1


def test_a_large_change_that_was_decided_is_carried_out_when_the_disk_has_room_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = Commit.changes

    def full_disk(commit: Commit) -> Iterator[Change]:
        for number, change in enumerate(changes(commit)):
            if number == 1:
                raise OSError("No space left on device")
            yield change

    with KnowledgeStore(tmp_path / "data") as store:
        store.replace_many(all_saying("old"))
        monkeypatch.setattr(Commit, "changes", full_disk)
        store.replace_many(all_saying("new"))
        between, state = heard(store), store.state.code
        monkeypatch.setattr(Commit, "changes", changes)
        store.replace_graphs({graph(0): saying(0, "last")})

        assert (between, state) == ({"old", str(MANY)}, "disk-full")
        assert heard(store) == {"new", "last", str(MANY)}
        assert store.state.code == "ok"


def test_killed_after_it_was_decided_a_change_is_carried_out_by_the_next_start(
    tmp_path: Path,
) -> None:
    script = """
        import os, sys
        from pathlib import Path
        from kb_service.store import KnowledgeStore
        from kb_service.store.journal import Commit
        from tests.slow.test_large_changes import all_saying
        changes = Commit.changes
        def killed(commit):
            for number, change in enumerate(changes(commit)):
                if number == 1:
                    os._exit(9)
                yield change
        store = KnowledgeStore(Path(sys.argv[1]))
        store.replace_many(all_saying("old"))
        Commit.changes = killed
        store.replace_many(all_saying("new"))
    """
    data = tmp_path / "data"
    command = [sys.executable, "-c", textwrap.dedent(script), str(data)]
    ended = subprocess.run(command, cwd=Path(__file__).parents[2], check=False)

    with KnowledgeStore(data, read_only=True) as reader:
        before_the_start = heard(reader)
    with KnowledgeStore(data) as store:
        after_it = heard(store)

    assert ended.returncode == 9
    assert before_the_start == {"old", str(MANY)}
    assert after_it == {"new", str(MANY)}


def test_killed_before_it_was_decided_a_change_leaves_no_trace(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with KnowledgeStore(data) as store:
        store.replace_many(all_saying("old"))
    journal = Journal(data / "journal")
    journal.append_part(Change(emptied=(graph(0),)))
    journal.close()

    with KnowledgeStore(data) as store:
        store.replace_many(all_saying("new"))

        assert heard(store) == {"new", str(MANY)}


def test_blank_nodes_survive_a_large_change_that_is_carried_out_twice(tmp_path: Path) -> None:
    nameless = [Triple(BlankNode("b"), NamedNode("https://example.org/says"), Literal("new 0"))]
    data = tmp_path / "data"

    with KnowledgeStore(data) as store:
        store.replace_many([*all_saying("old"), (graph(MANY), nameless)])
        store.replace_many([*all_saying("new"), (graph(MANY), [*nameless, *saying(0, "new")])])
        [named] = [t for t in store.graph(graph(MANY)) if isinstance(t.subject, BlankNode)]

        assert named.object == Literal("new 0")
