"""Strangers' spreadsheets are read in a process of their own."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from kb_service.people_records import PersonRecord, person_iri
from kb_service.workers import WorkerPool
from tests.sheet_catalogue import TEAMS


@pytest.fixture(scope="module")
def worker() -> Iterator[WorkerPool]:
    with WorkerPool("kb_service.sheets.worker:start", 1, 1024, 60.0) as pool:
        yield pool


def test_the_worker_answers_with_records_and_their_places(worker: WorkerPool) -> None:
    answer = worker.call(
        {
            "data": "工号,班组,日期,来源,时间管理\np1,热线一组,2026-01-05,test,7\n".encode(),
            "filename": "a.csv",
            "today": "2026-11-20",
            "teams": TEAMS,
        }
    )

    assert answer["people"] == [PersonRecord("p1", "p1", "hotline-1")]
    assert [each.ratings for each in answer["assessments"]] == [{"time-management": Decimal(7)}]
    assert answer["places"].of(person_iri("p1").value) == "line 2"
    assert answer["teams"] == [TEAMS["hotline-1"]]
    assert answer["notes"] == []


def test_the_worker_answers_with_findings_when_there_are_faults(worker: WorkerPool) -> None:
    answer = worker.call({"data": b"", "filename": "a.xlsx", "today": "2026-11-20"})

    assert [finding.message["en"] for finding in answer["findings"]] == [
        "The file is empty; fill in the template first."
    ]
    assert answer["status"] == 422
