"""Strangers' spreadsheets are read in a process of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from kb_service.people_records import Choice, Introduction, person_iri
from kb_service.vocabulary import iri
from kb_service.workers import WorkerPool
from tests.sheet_catalogue import CATALOGUE, TEAMS


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

    assert answer["people"] == [Introduction("p1", "p1", "hotline-1")]
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


def test_a_post_that_only_the_given_catalogue_knows_is_read(worker: WorkerPool) -> None:
    post = Choice("night-leader", iri("position", "night-leader"), "夜班班长", "Night leader")
    catalogue = replace(CATALOGUE, positions={**CATALOGUE.positions, post.id: post})
    sheet = "工号,岗位\np1,夜班班长\n".encode()
    request = {"data": sheet, "filename": "a.csv", "today": "2026-11-20"}

    known = worker.call({**request, "catalogue": catalogue})
    unknown = worker.call(request)

    assert known["people"] == [Introduction("p1", "p1", post="night-leader")]
    assert [finding.value for finding in unknown["findings"]] == ["夜班班长"]
