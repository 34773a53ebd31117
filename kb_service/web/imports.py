"""What people hand in to be imported: told apart, read, checked and stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from kb_service.access.studies import StoredStudy, Studies
from kb_service.findings import Finding, RefusedInput
from kb_service.knowledge_base.checking import Progress
from kb_service.sheets import PerformanceContents, SheetContents
from kb_service.sheets.study_reading import ReadStudy
from kb_service.web.auditing import note_change, note_object
from kb_service.web.authorisation import Need, require
from kb_service.web.bodies import Document
from kb_service.web.callers import who_shares
from kb_service.web.service import knowledge_base, service
from kb_service.web.sheet_imports import (
    EXCEL,
    SHEET_TYPES,
    Stored,
    check_sheet,
    read_sheet,
    size_of,
    store_sheet,
)

Contents: TypeAlias = SheetContents | PerformanceContents | ReadStudy
Result: TypeAlias = Stored | StoredStudy


def read_import(given: Document) -> Contents:
    """What a workbook or CSV file says, whatever it is of; nothing is stored.

    Raises RefusedInput with every fault, Problem 403 for what the caller may not store, and what
    WorkerPool.call raises.
    """
    if _is_study(given):
        require(Need.WRITES_STUDIES)
        filename = given.filename or "study.xlsx"
        return Studies(knowledge_base()).read_workbook(given.data, filename, who_shares())
    require(Need.WRITES_PEOPLE)
    return read_sheet(given)


def check_import(contents: Contents) -> Sequence[Finding]:
    """What there is to say of it short of a violation. Raises RefusedInput where there is one."""
    if isinstance(contents, ReadStudy):
        found = [*contents.notes, *Studies(knowledge_base()).check(contents)]
    else:
        found = [*check_sheet(contents)]
    if any(finding.severity == "violation" for finding in found):
        raise RefusedInput(found)
    return found


def store_import(contents: Contents, progress: Progress) -> Result:
    """Store it all, or nothing: raises RefusedInput when something stands against it."""
    if isinstance(contents, ReadStudy):
        require(Need.WRITES_STUDIES)
        note_object(contents.record.id)
        note_change()
        return Studies(knowledge_base()).store(contents)
    require(Need.WRITES_PEOPLE)
    note_change()
    return store_sheet(contents, progress)


def size_of_import(contents: Contents) -> Mapping[str, int]:
    """How much there is in it, by what it is."""
    if isinstance(contents, ReadStudy):
        return {"rows": sum(map(len, contents.record.tables.values()))}
    return size_of(contents)


def people_in(contents: Contents) -> list[str]:
    """The ids of the people whom it is about, in the order of the rows."""
    if isinstance(contents, ReadStudy):
        return []
    if isinstance(contents, PerformanceContents):
        return list(dict.fromkeys(record.person for record in contents.records))
    ids = [each.id for each in contents.people] + [each.person for each in contents.assessments]
    return list(dict.fromkeys(ids))


def _is_study(given: Document) -> bool:
    """Whether this is a study's workbook, which its sheets tell in a worker process."""
    if not given.data.startswith(b"PK"):
        return False
    name = given.filename or "sheet" + SHEET_TYPES.get(given.media_type, SHEET_TYPES[EXCEL])
    answer = service().sheets.call(
        {"recognise": True, "data": given.data, "filename": name}, caller=who_shares()
    )
    if "findings" in answer:
        raise RefusedInput(answer["findings"], answer["status"])
    return bool(answer["is_study"])
