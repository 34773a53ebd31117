"""Filled templates: read in a worker process, checked, stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from kb_service.findings import Finding, RefusedInput
from kb_service.people_records import Introduction
from kb_service.sheets import SheetContents
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

    def as_json(self) -> dict[str, Any]:
        """The summary as the API shows it."""
        return {
            "people": len(self.people),
            "assessments": sum(map(len, self.people.values())),
            "stored": [
                {"person": person, "name": self.names[person], "assessments": assessments}
                for person, assessments in self.people.items()
            ],
            "notes": [note.as_json() for note in self.notes],
        }


def is_sheet(document: Document) -> bool:
    """Whether this claims to be a workbook or CSV file, by its media type or its name."""
    return document.media_type in SHEET_TYPES or document.filename.lower().endswith(_SHEET_NAMES)


def read_sheet(document: Document) -> SheetContents:
    """What the sheet says, with what it leaves unsaid of known people filled in.

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
        },
        caller=who_shares(),
    )
    if "findings" in answer:
        raise RefusedInput(answer["findings"], answer["status"])
    contents = SheetContents(**answer)
    known = {person.id: kb.introduction(person.id) for person in contents.people}
    return replace(
        contents,
        people=contents.people_joined_with({id: one for id, one in known.items() if one}),
    )


def check_sheet(contents: SheetContents) -> Sequence[Finding]:
    """What the shapes say of a sheet, with its rows and columns; nothing is stored."""
    kb = knowledge_base()
    people = {person.id: person for person in contents.people}
    for person in {assessment.person for assessment in contents.assessments} - set(people):
        people[person] = kb.introduction(person) or Introduction(person, person)
    try:
        found = kb.check_records(people.values(), contents.assessments, contents.places.of)
    except RefusedInput as refused:
        found = tuple(refused.findings)
    return [*found, *contents.notes]


def store_sheet(contents: SheetContents) -> Stored:
    """Store a sheet's people and assessments. Raises RefusedInput when a shape objects."""
    kb = knowledge_base()
    report = kb.import_records(
        contents.people, contents.assessments, teams=contents.teams, places=contents.places.of
    )
    people: dict[str, list[str]] = {person.id: [] for person in contents.people}
    for assessment in contents.assessments:
        people.setdefault(assessment.person, []).append(assessment.id)
    names = {person.id: person.name for person in contents.people}
    for person in people:
        record = None if person in names else kb.introduction(person)
        names.setdefault(person, record.name if record else person)
    return Stored(people, names, (*contents.notes, *report.notes))
