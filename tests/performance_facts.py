"""What records of performance may name, by the knowledge that ships and four quarters of a year."""

from __future__ import annotations

from functools import cache

from flask.testing import FlaskClient
from pyoxigraph import Triple

from kb_service.catalogue import read_performance_choices
from kb_service.knowledge_files import knowledge_root, read_shared_knowledge, read_turtle
from kb_service.people_records.performance_records import PerformanceChoices
from kb_service.vocabulary import ORGANISATION_GRAPH

PLAN = "customer-service-representative"
OPEN, CLOSED = "2026-q3", "2026-q1"
"""Periods of the example organisation."""


@cache
def shared() -> tuple[Triple, ...]:
    """Shared knowledge and the example organisation."""
    organisation = read_turtle(knowledge_root() / "examples" / "organisation.ttl")
    return (*(t for graph in read_shared_knowledge().values() for t in graph), *organisation)


def put_organisation(client: FlaskClient) -> None:
    """Give a service the teams and periods of the example organisation, as its file has them."""
    path = knowledge_root() / "examples" / "organisation.ttl"
    where = f"/data?graph={ORGANISATION_GRAPH.value}"
    answer = client.put(where, data=path.read_bytes(), content_type="text/turtle")
    assert answer.status_code in (201, 204), answer.text


@cache
def choices() -> PerformanceChoices:
    """What records may name."""
    return read_performance_choices(shared())
