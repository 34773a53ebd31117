"""What the service says while its disk fails it: why, to callers and to /readyz, and never a wrong answer."""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psutil
import pytest
from pyoxigraph import Literal, NamedNode, Triple

from kb_service.store import KnowledgeStore, QueryRequest, StoreDamaged, query_pool, run_query
from kb_service.store.reach import EVERYTHING
from kb_service.store.update_syntax import UpdateText
from kb_service.store.update_worker import update_pool, work_out
from kb_service.vocabulary import people_graph
from kb_service.web.dataset import PlainDataset
from tests.served import Served, serving

ANA = people_graph("ana")
SAYS = NamedNode("https://example.org/says")
ALL = "SELECT * { GRAPH ?graph { ?subject ?predicate ?object } }"
FULL = 50_000
"""No file may grow beyond this: less than the journal has after the first start."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("failing") / "data") as service:
        yield service


def limit_files(served: Served, size: int) -> None:
    psutil.Process(served.process.pid).rlimit(psutil.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def ready(served: Served) -> tuple[int, Any]:
    status, _, body = served.got("/readyz")
    return status, json.loads(body)


def put(served: Served, person: str) -> tuple[int, dict[str, str]]:
    headers = {"Content-Type": "application/json", "Accept-Language": "en"}
    status, body = served.send("PUT", f"/api/v1/people/{person}", '{"name": "Ana"}', headers)
    return status, json.loads(body)


def test_a_full_disk_refuses_writes_with_503_says_so_in_readyz_and_mends_itself(
    served: Served,
) -> None:
    limit_files(served, FULL)

    refused, why = put(served, "p1")
    then = ready(served)
    models, _, _ = served.got("/api/v1/position-models")
    limit_files(served, resource.RLIM_INFINITY)
    at_last = ready(served)
    for _ in range(60):  # it is tried again every two seconds
        if at_last[1]["status"] == "ready":
            break
        time.sleep(0.5)
        at_last = ready(served)
    stored, _ = put(served, "p1")

    assert (refused, why["detail"][:17]) == (503, "The disk is full,")
    assert (then[0], then[1]["status"], then[1]["reasons"][0]["code"]) == (
        200,
        "read-only",
        "disk-full",
    )
    assert models == 200
    assert (at_last[1]["status"], stored) == ("ready", 201)


def damaged(folder: Path) -> None:
    """A store one of whose larger tables no longer holds what was written into it."""
    with KnowledgeStore(folder) as store:
        words = [Triple(ANA, SAYS, Literal(f"word {number}")) for number in range(25_000)]
        store.replace_graphs({ANA: words})
    for table in (folder / "store").glob("*.sst"):
        content = bytearray(table.read_bytes())
        if len(content) > 100_000:
            middle = len(content) // 2
            content[middle : middle + 8] = bytes(255 - b for b in content[middle : middle + 8])
            table.write_bytes(content)


def test_a_query_that_meets_a_damaged_block_says_so_and_everybody_hears_of_it(
    tmp_path: Path,
) -> None:
    damaged(tmp_path)
    with KnowledgeStore(tmp_path) as store, query_pool(1) as pool:
        before = store.state.code

        with pytest.raises(StoreDamaged, match="rengang restore"):
            run_query(pool, store, QueryRequest(ALL))

        assert (before, store.state.code) == ("ok", "damaged")
        with pytest.raises(StoreDamaged):
            store.select("SELECT (COUNT(*) AS ?number) { ?subject ?predicate ?object }")


def test_an_update_that_meets_a_damaged_block_says_so_and_everybody_hears_of_it(
    tmp_path: Path,
) -> None:
    damaged(tmp_path)
    everything = UpdateText("DELETE WHERE { GRAPH ?g { ?s ?p ?o } }", "http://localhost/")
    with KnowledgeStore(tmp_path) as store, update_pool(1) as pool:
        before = store.state.code

        with pytest.raises(StoreDamaged, match="rengang restore"):
            work_out(pool, store, EVERYTHING, everything, PlainDataset(store).placement())

        assert (before, store.state.code) == ("ok", "damaged")


def test_a_query_that_only_speaks_of_corruption_damages_nothing(tmp_path: Path) -> None:
    asked = QueryRequest("SELECT (<https://example.org/Corruption:>(1) AS ?x) {}")
    with KnowledgeStore(tmp_path) as store, query_pool(1) as pool:
        with pytest.raises(Exception, match="Corruption") as refused:
            run_query(pool, store, asked)

        assert getattr(refused.value, "status", None) == 400
        assert store.state.code == "ok"


def damage_tables(served: Served) -> None:
    """Damage every table of the store and of its checkpoints, which a compaction leaves alone."""
    for table in served.folder.rglob("*.sst"):
        with suppress(FileNotFoundError), table.open("r+b") as file:
            for place in range(1_000, table.stat().st_size - 1_000, 2_000):
                file.seek(place)
                file.write(bytes(range(64)))


def test_a_damaged_store_answers_503_in_both_languages_and_is_not_ready(served: Served) -> None:
    everything = f"/sparql?{urlencode({'query': ALL})}"
    # A checkpoint puts what was written last into tables; a question that reads little makes one.
    assert (
        served.got(f"/sparql?{urlencode({'query': 'ASK { <urn:a> <urn:b> <urn:c> }'})}")[0] == 200
    )
    damage_tables(served)

    told = []
    for language in ("en", "zh"):
        status, headers, body = served.got(
            everything, {"Accept": "application/json", "Accept-Language": language}
        )
        told.append((status, headers.get("Retry-After"), json.loads(body)["detail"]))
    code, reasons = ready(served)

    assert [(status, retry) for status, retry, _ in told] == [(503, "5")] * 2
    assert "rengang restore" in told[0][2]
    assert "数据文件已损坏" in told[1][2]
    assert (code, reasons["reasons"][0]["code"]) == (503, "damaged")
