"""What records of performance may name, by the knowledge that ships and four quarters of a year."""

from __future__ import annotations

from functools import cache

from pyoxigraph import Triple

from kb_service.catalogue import read_performance_choices
from kb_service.knowledge_files import knowledge_root, read_shared_knowledge, read_turtle
from kb_service.people_records.performance_records import PerformanceChoices

PLAN = "customer-service-representative"
OPEN, CLOSED = "2026-q3", "2026-q1"
"""Periods of the example organisation."""


@cache
def shared() -> tuple[Triple, ...]:
    """Shared knowledge and the example organisation."""
    organisation = read_turtle(knowledge_root() / "examples" / "organisation.ttl")
    return (*(t for graph in read_shared_knowledge().values() for t in graph), *organisation)


@cache
def choices() -> PerformanceChoices:
    """What records may name."""
    return read_performance_choices(shared())
