"""Questions of ours that meet a damaged block: never a hang, and everybody is told what to do."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kb_service.store import KnowledgeStore, StoreDamaged, Term
from kb_service.store.reach import EVERYTHING, SHARED, Reach
from kb_service.store.store_state import QuestionStopped
from kb_service.store.verifying import verify_data
from kb_service.vocabulary import people_graph
from tests.served import serving, with_people

ANA = people_graph("ana")
BEN = people_graph("ben")
SAYS = NamedNode("https://example.org/says")
ENDLESS = {
    "groups": "SELECT ?p (COUNT(*) AS ?n) WHERE { ?s ?p ?o } GROUP BY ?p",
    "sorts": "SELECT * WHERE { ?s ?p ?o } ORDER BY ?o",
    "follows paths": "SELECT * WHERE { ?s <https://example.org/says>* ?o }",
    "subtracts": "SELECT * WHERE { VALUES ?s { 1 } MINUS { ?s ?p ?o } }",
}
"""What the engine does for ever at a block that it cannot read."""


def filled(folder: Path) -> None:
    with KnowledgeStore(folder) as store:
        words = [Triple(ANA, SAYS, Literal(f"word {number}")) for number in range(25_000)]
        store.replace_graphs({ANA: words})


def tables(folder: Path) -> list[Path]:
    return [table for table in (folder / "store").glob("*.sst") if table.stat().st_size > 100_000]


def damage(table: Path) -> None:
    content = bytearray(table.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 8] = bytes(255 - byte for byte in content[middle : middle + 8])
    table.write_bytes(content)


@pytest.fixture(scope="module")
def damaged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("damaged")
    filled(folder)
    for table in tables(folder):
        damage(table)
    return folder


@pytest.mark.parametrize("query", ENDLESS.values(), ids=list(ENDLESS))
def test_a_question_that_would_go_on_for_ever_says_that_the_store_is_damaged(
    damaged: Path, query: str
) -> None:
    with KnowledgeStore(damaged) as store:
        store.run_apart(seconds=5.0)
        before = store.state.code

        with pytest.raises(StoreDamaged, match="rengang restore"):
            store.select(query)

        assert (before, store.state.code) == ("ok", "damaged")
        with pytest.raises(StoreDamaged):
            store.graph(BEN)


def test_a_stopped_question_over_files_that_are_well_says_that_it_was_stopped(
    tmp_path: Path,
) -> None:
    filled(tmp_path)
    endless = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    with KnowledgeStore(tmp_path) as store:
        store.run_apart(seconds=10.0)

        with pytest.raises(QuestionStopped) as stopped:
            store.select(endless)
        answered = store.select("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }")

        assert stopped.value.state.code == "question-stopped"
        assert store.state.code == "ok"
        assert answered == [{"n": Literal(25_000)}]


def test_what_a_process_of_its_own_selects_is_what_is_selected_here(tmp_path: Path) -> None:
    said: list[Term] = [
        BlankNode("b1"),
        Literal("好"),
        Literal("ok", language="en"),
        Literal(2.5),
        ANA,
    ]
    with KnowledgeStore(tmp_path) as store:
        store.replace_graphs(
            {name: [Triple(name, SAYS, each) for each in said] for name in (ANA, BEN)}
        )
        queries = [
            (f"SELECT * WHERE {{ ?s ?p ?o {optional} }}", reach)
            for optional in ("", "OPTIONAL { ?o ?q ?r }")
            for reach in (EVERYTHING, SHARED, Reach(graphs=(ANA,)))
        ]

        here = [store.select(*query) for query in queries]
        store.run_apart()
        apart = [store.select(*query) for query in queries]

        assert [list(map(str, rows)) for rows in apart] == [list(map(str, rows)) for rows in here]
        assert [len(rows) for rows in here[:3]] == [10, 0, 5]


def test_the_background_finds_damage_that_nobody_has_met(damaged: Path) -> None:
    with KnowledgeStore(damaged) as store:
        store.run_apart()
        assert store.apart is not None

        store.apart.inspections.watch(after=0)

        while store.state.code == "ok":
            time.sleep(0.05)
        assert store.state.code == "damaged"


def test_the_background_inspects_at_once_when_somebody_met_what_damage_can_look_like(
    damaged: Path,
) -> None:
    with KnowledgeStore(damaged) as store:
        store.run_apart()
        assert store.apart is not None
        store.apart.inspections.watch(after=3600)

        store.apart.inspections.soon()

        while store.state.code == "ok":
            time.sleep(0.05)
        assert store.state.code == "damaged"


def test_an_inspection_says_when_all_was_well(tmp_path: Path) -> None:
    filled(tmp_path)
    with KnowledgeStore(tmp_path) as store:
        store.run_apart()
        assert store.apart is not None and store.apart.inspections.last is None

        store.apart.inspections.now()

        assert store.apart.inspections.last is not None


def test_verifying_finds_a_damaged_block_in_whatever_table_it_is(tmp_path: Path) -> None:
    filled(tmp_path)
    found = sorted(tables(tmp_path))

    unnoticed = []
    for table in found:
        whole = table.read_bytes()
        damage(table)
        if not list(verify_data(tmp_path)):
            unnoticed.append(table)
        table.write_bytes(whole)

    assert len(found) > 3
    assert unnoticed == []
    assert list(verify_data(tmp_path)) == []


def test_a_served_question_that_meets_damage_gets_503_and_readyz_says_why(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as served:
        with_people(served)
        for table in served.folder.rglob("*.sst"):
            # a compaction may have replaced it by now
            with suppress(FileNotFoundError), table.open("r+b") as file:
                for place in range(1_000, table.stat().st_size - 1_000, 2_000):
                    file.seek(place)
                    file.write(bytes(range(64)))

        status, headers, body = served.got("/api/v1/people", {"Accept-Language": "en"})
        ready, _, why = served.got("/readyz")
        alive, _, _ = served.got("/healthz")

    assert (status, headers["Retry-After"]) == (503, "5")
    assert "rengang restore" in json.loads(body)["detail"]
    assert (ready, json.loads(why)["reasons"][0]["code"]) == (503, "damaged")
    assert alive == 200
