"""Every access to a person and every change over HTTP is in the trail before the answer leaves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response, g
from flask.testing import FlaskClient

from kb_service.access.roles import LOCAL, Caller, Role
from kb_service.audit import Access, AuditTrail, AuditUnavailable, entries_about, reference, verify
from kb_service.audit.query_texts import texts_in
from kb_service.knowledge_base import KnowledgeBase
from kb_service.web.auditing import (
    EXTENSION,
    note_change,
    note_everybody,
    note_object,
    note_people,
    note_query,
    notes,
    register_auditing,
)
from kb_service.web.callers import remember
from kb_service.web.problems import register_problems
from kb_service.web.request_ids import register_request_ids
from kb_service.web.service import EXTENSION as SERVICE
from kb_service.web.service import service

ANA = "p-aaaaaaaaaaaaaaaaaaaaaaaaaa"
BEN = "p-bbbbbbbbbbbbbbbbbbbbbbbbbb"


@pytest.fixture
def small(app: Flask, tmp_path: Path, knowledge_base: KnowledgeBase) -> Iterator[Flask]:
    """An app with a few routes that note this and that, over the service of `app`."""
    made = Flask("small")
    made.extensions[SERVICE] = app.extensions[SERVICE]
    trail = AuditTrail(tmp_path)
    register_problems(made)
    register_request_ids(made)
    made.before_request(lambda: remember(LOCAL))
    register_auditing(made, trail, knowledge_base)
    made.add_url_rule("/seen/<person>", view_func=_seen)
    made.add_url_rule("/nobody", view_func=_nobody)
    made.add_url_rule("/asked", view_func=_asked)
    made.add_url_rule("/streamed", view_func=_streamed)
    made.add_url_rule("/forbidden", view_func=_forbidden)
    made.add_url_rule("/changed/<model>", view_func=_changed, methods=["PUT"])
    yield made
    trail.close()


def _seen(person: str) -> str:
    note_people([ANA, BEN])
    note_people([ANA])
    return "seen"


def _nobody() -> str:
    return "shared knowledge"


def _asked() -> str:
    note_query(f"ASK {{ <https://w3id.org/rengang/person/{ANA}> a ?kind }}")
    note_everybody()
    return "asked"


def _streamed() -> Response:
    known = notes()
    note_people([ANA])

    def pieces() -> Iterator[bytes]:
        yield b"first"
        known.persons.add(BEN)
        yield b"second"

    return Response(pieces())


def _forbidden() -> tuple[str, int]:
    return "no", 403


def _changed(model: str) -> str:
    note_change()
    g.changed = True
    note_object(f"{model} {ANA}")
    return "changed"


def told(app: Flask) -> list[dict[str, Any]]:
    trail: AuditTrail = app.extensions[EXTENSION]
    return list(entries_about(trail.folder))


def test_an_entry_names_the_route_and_holds_references_only(small: Flask) -> None:
    answer = small.test_client().get("/seen/ana")

    [entry] = told(small)
    assert {name: entry[name] for name in entry if name not in ("time", "before")} == {
        "number": 1,
        "who": "local",
        "role": "admin",
        "address": "127.0.0.1",
        "action": "GET /seen/<person>",
        "people": 2,
        "persons": sorted([reference(ANA), reference(BEN)]),
        "outcome": "200",
        "request": answer.headers["X-Request-ID"],
    }


def test_shared_knowledge_is_read_without_an_entry(small: Flask) -> None:
    small.test_client().get("/nobody")

    assert told(small) == []


def test_a_query_over_everybody_counts_them_and_keeps_the_text(
    small: Flask, knowledge_base: KnowledgeBase
) -> None:
    small.test_client().get("/asked")

    [entry] = told(small)
    trail: AuditTrail = small.extensions[EXTENSION]
    assert (entry["everybody"], entry["people"]) == (True, len(knowledge_base.people_ids()))
    assert "persons" not in entry
    text = dict(texts_in(trail.texts))[entry["query"]].decode()
    assert text == f"ASK {{ <https://w3id.org/rengang/person/person:{reference(ANA)}> a ?kind }}"


def test_a_stream_is_told_before_its_first_byte_and_completed_at_its_end(small: Flask) -> None:
    with small.test_client().get("/streamed", buffered=False) as answer:
        pieces = iter(answer.response)
        first = next(pieces)
        during = [entry["people"] for entry in told(small)]
        list(pieces)

    assert first == b"first"
    assert during == [1]
    assert [entry["people"] for entry in told(small)] == [1, 2]


def test_a_change_is_told_before_it_happens_and_when_it_has(small: Flask) -> None:
    small.test_client().put("/changed/team-leader")

    began, ended = told(small)
    assert (began["outcome"], began["object"]) == ("begun", "team-leader")
    assert (ended["outcome"], ended["object"]) == ("200", f"team-leader person:{reference(ANA)}")
    assert began["request"] == ended["request"]


def test_a_refusal_is_told(small: Flask) -> None:
    small.test_client().get("/forbidden")

    [entry] = told(small)
    assert (entry["action"], entry["outcome"]) == ("GET /forbidden", "403")


def test_somebody_who_asks_about_themselves_is_a_reference_too(small: Flask, app: Flask) -> None:
    with app.app_context():
        key = service().register.key_of("ana")
    small.before_request_funcs[None][-1] = lambda: remember(Caller("ana", Role.SELF, "ana"))

    small.test_client().get("/seen/ana")

    [entry] = told(small)
    assert entry["who"] == f"person:{reference(key or 'ana')}"


class _Full(AuditTrail):
    """A trail whose disk is full."""

    def append(self, access: Access, *, durable: bool) -> Any:
        raise AuditUnavailable("no space left")


@pytest.mark.parametrize("path", ["/seen/ana", "/streamed"])
def test_nobody_is_shown_while_the_trail_cannot_be_written(
    small: Flask, tmp_path: Path, path: str
) -> None:
    small.extensions[EXTENSION] = _Full(tmp_path)

    answer = small.test_client().get(path)

    assert answer.status_code == 503
    assert b"seen" not in answer.data
    assert b"first" not in answer.data
    assert small.test_client().get("/nobody").status_code == 200


def test_nothing_is_changed_while_the_trail_cannot_be_written(small: Flask, tmp_path: Path) -> None:
    small.extensions[EXTENSION] = _Full(tmp_path)
    changed: list[bool] = []
    small.teardown_request(lambda error: changed.append(g.get("changed", False)))

    answer = small.test_client().put("/changed/team-leader")

    assert (answer.status_code, changed) == (503, [False])


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("PUT", "/api/v1/people/ana", 415),
        ("DELETE", "/api/v1/people/nobody-at-all", 404),
        ("POST", "/api/v1/import", 400),
    ],
)
def test_an_attempt_to_write_is_told_even_when_it_comes_to_nothing(
    app: Flask, client: FlaskClient, method: str, path: str, status: int
) -> None:
    before = len(told(app))

    answer = client.open(path, method=method)

    assert answer.status_code == status
    assert [entry["outcome"] for entry in told(app)[before:]] == ["begun", str(status)]


def test_the_service_tells_of_people_that_it_shows(
    app: Flask, client: FlaskClient, knowledge_base: KnowledgeBase
) -> None:
    with app.app_context():
        key = service().register.key_of("ana") or "ana"
    before = len(told(app))

    answer = client.get("/api/v1/people/ana/fit")

    new = told(app)[before:]
    assert answer.status_code == 200
    assert [(entry["action"], entry["persons"]) for entry in new] == [
        ("GET /api/v1/people/<person>/fit", [reference(key)])
    ]
    app.extensions[EXTENSION].keep_text("")
    assert verify(knowledge_base.store.data.audit).fault is None
