"""Workbooks of studies in and out; strangers' are read in a process that may be killed."""

from __future__ import annotations

from datetime import date
from io import BytesIO

from kb_service.findings import RefusedInput
from kb_service.sheets.study_reading import ReadStudy
from kb_service.sheets.study_template import write_study_workbook
from kb_service.sheets.study_worker import StudyAnswer, StudyRequest
from kb_service.study_records.kinds import KINDS
from kb_service.study_records.layout import StudyChoices
from kb_service.study_records.records import StudyRecord
from kb_service.workers import WorkerPool

_MOST_WAITING = 4


class StudyWorkbooks:
    """Reads workbooks in a worker, which starts when it is first needed, and writes them."""

    def __init__(self) -> None:
        self._pool = WorkerPool(
            "kb_service.sheets.study_worker:start",
            size=1,
            memory_mb=1024,
            deadline=60.0,
            wait=60.0,
            most_waiting=_MOST_WAITING,
        )

    def close(self) -> None:
        """End the worker."""
        self._pool.close()

    def read(
        self, data: bytes, filename: str, choices: StudyChoices, today: date, caller: str = ""
    ) -> ReadStudy:
        """The study in a workbook. Raises RefusedInput with every fault, and what call raises."""
        request = StudyRequest(data, filename, choices, today)
        answer: StudyAnswer = self._pool.call(request, caller=caller)
        if answer.read is None:
            raise RefusedInput(answer.findings, answer.status)
        return answer.read

    def written(self, kind: str, choices: StudyChoices, record: StudyRecord | None = None) -> bytes:
        """The workbook of a kind of study, empty or with one in it. Raises KeyError."""
        book = BytesIO()
        write_study_workbook(book, KINDS[kind], choices, record)
        return book.getvalue()
