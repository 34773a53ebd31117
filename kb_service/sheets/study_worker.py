"""The worker process that reads strangers' workbooks of studies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from kb_service.findings import Finding, RefusedInput
from kb_service.sheets.study_reading import ReadStudy, read_study_workbook
from kb_service.study_records.layout import StudyChoices


@dataclass(frozen=True)
class StudyRequest:
    """A workbook to read, what a study may name, and the last day that it may bear."""

    data: bytes
    filename: str
    choices: StudyChoices
    today: date


@dataclass(frozen=True)
class StudyAnswer:
    """The study, or what is wrong with the workbook and the HTTP status that it deserves."""

    read: ReadStudy | None = None
    findings: tuple[Finding, ...] = ()
    status: int = 200


def start() -> Callable[[StudyRequest], StudyAnswer]:
    """What answers requests."""

    def answer(request: StudyRequest) -> StudyAnswer:
        try:
            return StudyAnswer(
                read_study_workbook(request.data, request.filename, request.choices, request.today)
            )
        except RefusedInput as refused:
            return StudyAnswer(None, tuple(refused.findings), refused.status)

    return answer
