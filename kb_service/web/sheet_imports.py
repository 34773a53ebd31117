"""Filled templates: read in a worker process, checked, stored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from kb_service.access.performance_writes import PerformanceWrites
from kb_service.findings import Finding, RefusedInput
from kb_service.knowledge_base.checking import Progress
from kb_service.knowledge_base.performance.recording import PerformanceReport
from kb_service.people_records import Introduction
from kb_service.sheets import PerformanceContents, SheetContents
from kb_service.web.bodies import Document
from kb_service.web.callers import who_shares
from kb_service.web.service import knowledge_base, service

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHEET_TYPES = {EXCEL: ".xlsx", "text/csv": ".csv"}
_SHEET_NAMES = (".xlsx", ".xlsm", ".xls", ".csv")


@dataclass(frozen=True)
class Stored:
    """What an import stored: assessments by person, and what its reader should hear."""

    people: dict[str, list[str]]
    names: dict[str, str]
    notes: tuple[Finding, ...]
    performance: PerformanceReport | None = None
    """Of figures and ratings, where it were those."""

    def as_json(self) -> dict[str, Any]:
        """The summary as the API shows it."""
        of_performance = {}
        if self.performance is not None:
            of_performance = {
                "measurements": self.performance.measurements,
                "ratingForms": self.performance.forms,
                "corrections": self.performance.corrections,
            }
        return {
            "people": len(self.people),
            "assessments": sum(map(len, self.people.values())),
            **of_performance,
            "stored": [
                {"person": person, "name": self.names[person], "assessments": assessments}
                for person, assessments in self.people.items()
            ],
            "notes": [note.as_json() for note in self.notes],
        }


def is_sheet(document: Document) -> bool:
    """Whether this claims to be a workbook or CSV file, by its media type or its name."""
    return document.media_type in SHEET_TYPES or document.filename.lower().endswith(_SHEET_NAMES)


def read_sheet(document: Document) -> SheetContents | PerformanceContents:
    """What the sheet says, with what it leaves unsaid of known people filled in.

    Sheets of figures and ratings are told by their columns.

    Raises RefusedInput with every fault, and what WorkerPool.call raises.
    """
    kb = knowledge_base()
    answer = service().sheets.call(
        {
            "data": document.data,
            "filename": document.filename or "sheet" + SHEET_TYPES.get(document.media_type, ""),
            "today": kb.latest_day.isoformat(),
            "teams": dict(kb.teams),
            "catalogue": kb.catalogue,
            "performance": PerformanceWrites(kb).choices,
        },
        caller=who_shares(),
    )
    if "findings" in answer:
        raise RefusedInput(answer["findings"], answer["status"])
    if "performance" in answer:
        performance: PerformanceContents = answer["performance"]
        return performance
    contents = SheetContents(**answer)
    known = {person.id: kb.introduction(person.id) for person in contents.people}
    return replace(
        contents,
        people=contents.people_joined_with({id: one for id, one in known.items() if one}),
    )


def size_of(contents: SheetContents | PerformanceContents) -> dict[str, int]:
    """How much there is in a sheet, by what it is."""
    if isinstance(contents, PerformanceContents):
        people = {record.person for record in contents.records}
        return {
            "people": len(people),
            "measurements": len(contents.measurements),
            "ratingForms": len(contents.forms),
        }
    people = {one.person for one in contents.assessments} | {one.id for one in contents.people}
    return {"people": len(people), "assessments": len(contents.assessments)}


def check_sheet(contents: SheetContents | PerformanceContents) -> Sequence[Finding]:
    """What the shapes say of a sheet, with its rows and columns; nothing is stored."""
    kb = knowledge_base()
    if isinstance(contents, PerformanceContents):
        return [*_check_performance(contents), *contents.notes]
    people = {person.id: person for person in contents.people}
    for person in {assessment.person for assessment in contents.assessments} - set(people):
        people[person] = kb.introduction(person) or Introduction(person, person)
    try:
        found = kb.check_records(people.values(), contents.assessments, contents.places.of)
    except RefusedInput as refused:
        found = tuple(refused.findings)
    return [*found, *contents.notes]


def _check_performance(contents: PerformanceContents) -> Sequence[Finding]:
    try:
        return PerformanceWrites(knowledge_base()).check(contents.records, contents.places.of)
    except RefusedInput as refused:
        return refused.findings


def store_sheet(
    contents: SheetContents | PerformanceContents, progress: Progress | None = None
) -> Stored:
    """Store what a sheet says. Raises RefusedInput when a shape objects, or a period is closed."""
    if isinstance(contents, PerformanceContents):
        return _store_performance(contents, progress)
    kb = knowledge_base()
    report = kb.import_records(
        contents.people,
        contents.assessments,
        teams=contents.teams,
        places=contents.places.of,
        progress=progress,
    )
    people: dict[str, list[str]] = {person.id: [] for person in contents.people}
    for assessment in contents.assessments:
        people.setdefault(assessment.person, []).append(assessment.id)
    names = {person.id: person.name for person in contents.people}
    names |= _names(person for person in people if person not in names)
    return Stored(people, names, (*contents.notes, *report.notes))


def _store_performance(contents: PerformanceContents, progress: Progress | None) -> Stored:
    writes = PerformanceWrites(knowledge_base())
    report = writes.record(contents.records, places=contents.places.of, progress=progress)
    people: dict[str, list[str]] = {record.person: [] for record in contents.records}
    return Stored(people, _names(people), (*contents.notes, *report.notes), report)


def _names(people: Iterable[str]) -> dict[str, str]:
    """What people are called by their ids, as far as the caller may see it."""
    kb = knowledge_base()
    known = {person: kb.introduction(person) for person in people}
    return {person: each.name if each else person for person, each in known.items()}
