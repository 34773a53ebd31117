"""What becomes of a request to the knowledge base besides an answer."""

from __future__ import annotations

from dataclasses import dataclass, field

from kb_service.findings import Finding
from kb_service.people_records import AssessmentRecord, Introduction
from kb_service.people_records.performance_records import PerformanceRecord


class UnknownThingError(LookupError):
    """Nothing in here has this id; `kind` says what was looked for."""

    def __init__(self, kind: str, id: str) -> None:
        super().__init__(f"{kind} {id}")
        self.kind = kind
        self.id = id


class ExampleRefusedError(RuntimeError):
    """The example organisation is not mixed with people who are already in here."""


@dataclass(frozen=True)
class ImportReport:
    """How much an import stored, and what its reader should hear though nothing was wrong."""

    people: int = 0
    assessments: int = 0
    triples: int = 0
    notes: tuple[Finding, ...] = field(default_factory=tuple)


@dataclass(frozen=True)
class ExamplePeople:
    """The people of the example organisation, assessments and performance, by the ids that it uses."""

    people: tuple[Introduction, ...]
    assessments: tuple[AssessmentRecord, ...]
    performance: tuple[PerformanceRecord, ...]
