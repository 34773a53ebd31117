"""/healthz tells whether to start the service again, /readyz whether to send it requests."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from unittest.mock import PropertyMock

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kb_service.knowledge_base import KnowledgeBase
from kb_service.store import KnowledgeStore
from kb_service.store.store_state import DAMAGED, DISK_FULL, StoreState
from kb_service.web import create_app
from kb_service.web.health import STOPPING
from kb_service.web.service import EXTENSION


@pytest.fixture
def own(knowledge_base: KnowledgeBase) -> Iterator[Flask]:
    """A service of its own, whose workers may be taken away."""
    made = create_app(knowledge_base)
    yield made
    made.extensions[EXTENSION].close()


def in_state(monkeypatch: pytest.MonkeyPatch, state: StoreState) -> None:
    monkeypatch.setattr(KnowledgeStore, "state", PropertyMock(return_value=state))


def test_a_service_that_answers_queries_is_ready(client: FlaskClient) -> None:
    answer = client.get("/readyz")

    assert (answer.status_code, answer.json) == (200, {"status": "ready", "reasons": []})


def test_a_full_disk_leaves_it_ready_to_read(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_state(monkeypatch, DISK_FULL)

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json) == (
        200,
        {
            "status": "read-only",
            "reasons": [{"code": "disk-full", "message": {"zh": DISK_FULL.zh, "en": DISK_FULL.en}}],
        },
    )


def test_a_trail_that_cannot_be_written_is_told_until_it_can_be(
    own: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = own.test_client()

    def full(*given: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr("kb_service.audit.held_files.HeldFile.append", full)
        withheld = client.get("/api/v1/people").status_code
        models = client.get("/api/v1/position-models").status_code
    told = client.get("/readyz").json
    answered = client.get("/api/v1/people").status_code
    then = client.get("/readyz").json

    assert (withheld, models, answered) == (503, 200, 200)
    assert told is not None and then is not None
    assert (told["status"], [reason["code"] for reason in told["reasons"]]) == (
        "read-only",
        ["audit-not-written"],
    )
    assert then["status"] == "ready"


def test_a_damaged_store_is_not_ready(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    in_state(monkeypatch, DAMAGED)

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["status"] == "not ready"


def test_a_service_that_was_told_to_stop_is_alive_and_not_ready(own: Flask) -> None:
    own.config[STOPPING] = threading.Event()
    own.config[STOPPING].set()
    client = own.test_client()

    ready, alive = client.get("/readyz"), client.get("/healthz")

    assert ready.json is not None
    assert (ready.status_code, ready.json["reasons"][0]["code"]) == (503, "stopping")
    assert (alive.status_code, alive.json) == (200, {"status": "alive"})


def test_without_query_workers_it_is_alive_and_not_ready(own: Flask) -> None:
    own.extensions[EXTENSION].queries.close()
    client = own.test_client()

    ready, alive = client.get("/readyz"), client.get("/healthz")

    assert ready.json is not None
    assert (ready.status_code, ready.json["reasons"][0]["code"]) == (503, "no-query-worker")
    assert alive.status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_whoever_watches_the_service_needs_no_token(own: Flask, path: str) -> None:
    own.config["LOCAL_CALLERS"] = False

    answer = own.test_client().get(path)

    assert answer.status_code == 200
