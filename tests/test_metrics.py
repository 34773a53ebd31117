"""/metrics counts what the service does, for those who may know, and names no person."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from pyoxigraph import Literal, Store, Triple

from kb_service.configuration import Configuration, MetricsSettings
from kb_service.knowledge_base import KnowledgeBase
from kb_service.people_records import PersonRecord
from kb_service.vocabulary import LABEL, people_graph
from kb_service.web import create_app, metrics
from kb_service.web.authentication import LOCAL_CALLERS
from kb_service.web.service import EXTENSION

TOKEN = "collector-token-of-28-letters"


@pytest.fixture(scope="module")
def counted(knowledge_base: KnowledgeBase) -> Iterator[Flask]:
    """A service of its own, so that nobody else's requests are counted."""
    made = create_app(
        knowledge_base, configuration=Configuration(metrics=MetricsSettings(token=TOKEN))
    )
    made.test_client_class = Client
    yield made
    made.extensions[EXTENSION].close()


class Client(FlaskClient):
    """A client that reads each answer to its end, as a server hands it over."""

    def open(self, *given: Any, **named: Any) -> Any:
        named["buffered"] = True
        return super().open(*given, **named)


def samples(client: FlaskClient, name: str, **labels: str) -> list[float]:
    families = text_string_to_metric_families(client.get("/metrics").get_data(as_text=True))
    return [
        sample.value
        for family in families
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    ]


def test_requests_are_counted_by_route_method_and_status(counted: Flask) -> None:
    client = counted.test_client()
    route = {"route": "/api/v1/people/<person>", "method": "GET"}

    client.get("/api/v1/people/ana")
    client.get("/api/v1/people/mallory")
    client.get("/api/v1/people/nobody-at-all")

    assert samples(client, "rengang_requests_total", status="200", **route) == [2.0]
    assert samples(client, "rengang_requests_total", status="404", **route) == [1.0]
    assert samples(client, "rengang_request_seconds_count", **route) == [3.0]


def test_what_was_counted_before_is_counted_on_by_its_own_labels(counted: Flask) -> None:
    client = counted.test_client()
    before = samples(client, "rengang_requests_total", route="/healthz")
    [timed] = samples(client, "rengang_request_seconds_count", route="/healthz") or [0.0]

    for method in ("GET", "GET", "POST", "POST", "POST", "GET"):
        client.open("/healthz", method=method)

    gets = samples(client, "rengang_requests_total", route="/healthz", method="GET", status="200")
    [seconds] = samples(client, "rengang_request_seconds_count", route="/healthz", method="GET")
    posts = samples(client, "rengang_requests_total", route="none", method="POST", status="405")
    assert (before, timed, gets, seconds, posts) == ([], 0.0, [3.0], 3.0, [3.0])


def test_labels_beyond_those_at_hand_are_counted_as_well(
    counted: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metrics, "_MOST_AT_HAND", 0)
    client = counted.test_client()

    for _ in range(3):
        client.open("/nothing-here", method="PATCH")

    assert samples(client, "rengang_requests_total", method="PATCH", status="404") == [3.0]


def test_no_label_holds_anything_that_a_client_sent(counted: Flask) -> None:
    client = counted.test_client()

    client.get("/api/v1/people/zhang-wei-7788")
    client.get("/zhang-wei-7788")
    client.open("/healthz", method="ZHANG-WEI-7788")

    told = client.get("/metrics").get_data(as_text=True).lower()
    assert "zhang-wei-7788" not in told
    assert 'route="none"' in told
    assert 'method="other"' in told


def test_people_shown_add_to_the_audit_entries(counted: Flask) -> None:
    client = counted.test_client()
    [before] = samples(client, "rengang_audit_entries_total")

    client.get("/api/v1/people/ana")

    assert samples(client, "rengang_audit_entries_total") == [before + 1]


def test_store_workers_and_build_are_told(counted: Flask, knowledge_base: KnowledgeBase) -> None:
    client = counted.test_client()
    client.get("/readyz")

    assert samples(client, "rengang_store_commits_total") == [knowledge_base.store.generation]
    assert samples(client, "rengang_store_state", state="ok") == [1.0]
    assert samples(client, "rengang_store_bytes")[0] > 100_000
    workers = samples(client, "rengang_workers", pool="query")
    assert len(workers) == 3
    assert sum(workers) >= 1
    assert len(samples(client, "rengang_build_info")) == 1


def counted_triples(client: FlaskClient) -> float:
    """The number of triples, waited for while it is counted in the background."""
    while not (found := samples(client, "rengang_store_triples")):
        time.sleep(0.01)
    return found[0]


def test_triples_are_counted_once_and_then_with_every_commit(
    counted: Flask, knowledge_base: KnowledgeBase
) -> None:
    client = counted.test_client()
    graph = people_graph("counted")
    triple = Triple(graph, LABEL, Literal("three"))

    before = counted_triples(client)
    knowledge_base.store.replace_graphs({graph: [triple, Triple(graph, LABEL, Literal("four"))]})
    after = samples(client, "rengang_store_triples")
    knowledge_base.store.replace_graphs({graph: []})

    with knowledge_base.store.checkpoint() as path:
        in_all = len(Store.read_only(str(path)))
    assert after == [before + 2]
    assert samples(client, "rengang_store_triples") == [before] == [in_all]


def test_derivations_and_checks_are_timed(counted: Flask, knowledge_base: KnowledgeBase) -> None:
    client = counted.test_client()
    names = ("rengang_derivation_seconds_count", "rengang_check_seconds_count")
    before = [samples(client, name)[0] for name in names]

    knowledge_base.conclude(["ana"])
    knowledge_base.check_records([PersonRecord(id="ana")], [])

    assert [samples(client, name)[0] for name in names] == [each + 1 for each in before]


def test_a_worker_that_was_stopped_is_counted_as_lost(counted: Flask) -> None:
    client = counted.test_client()
    pool = counted.extensions[EXTENSION].queries
    before = sum(samples(client, "rengang_workers_lost_total", pool="query"))
    stream = pool.stream(None, 30.0)

    stream.close()

    assert sum(samples(client, "rengang_workers_lost_total", pool="query")) == before + 1


def test_every_family_is_described_once(counted: Flask) -> None:
    told = counted.test_client().get("/metrics").get_data(as_text=True)

    described = [line.split()[2] for line in told.splitlines() if line.startswith("# HELP")]
    assert len(described) == len(set(described))


@pytest.mark.parametrize(
    ("shown", "status"),
    [
        (f"Bearer {TOKEN}", 200),
        (f"bearer {TOKEN}", 200),
        (f"Basic {TOKEN}", 401),
        ("Bearer collector-token-of-28-letterz", 401),
        ("Bearer ", 401),
        (None, 401),
    ],
)
def test_where_nobody_is_local_only_the_collector_reads_metrics(
    counted: Flask, shown: str | None, status: int
) -> None:
    counted.config[LOCAL_CALLERS] = False
    headers = {"Authorization": shown} if shown else {}

    answer = counted.test_client().get("/metrics", headers=headers)

    counted.config[LOCAL_CALLERS] = True
    assert answer.status_code == status


def test_the_collectors_token_opens_nothing_else(counted: Flask) -> None:
    answer = counted.test_client().get(
        "/api/v1/people", headers={"Authorization": f"Bearer {TOKEN}"}
    )

    assert answer.status_code == 401
