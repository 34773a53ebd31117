"""The appraisals of the example organisation are plausible and made anew at any time."""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path

from kb_service.catalogue import read_performance_choices
from kb_service.knowledge_base.example_appraisals import example_appraisals, with_open_periods
from kb_service.knowledge_files import knowledge_root, read_turtle
from kb_service.people_records.performance_records import (
    FormRecord,
    MeasurementRecord,
    PerformanceRecord,
)
from kb_service.vocabulary import iri
from tests import example_organisation
from tools.example_people import draw
from tools.generate_example import write_appraisals

EXAMPLES = knowledge_root() / "examples"
QUARTERS = {"2025-q4", "2026-q1", "2026-q2", "2026-q3"}


@cache
def records() -> tuple[PerformanceRecord, ...]:
    organisation = with_open_periods(read_turtle(EXAMPLES / "organisation.ttl"))
    choices = read_performance_choices([*example_organisation.shared(), *organisation])
    return example_appraisals(EXAMPLES / "performance", choices, date(2026, 11, 20))


def forms() -> list[FormRecord]:
    return [each for each in records() if isinstance(each, FormRecord)]


def test_the_files_are_what_the_generator_writes(tmp_path: Path) -> None:
    write_appraisals(tmp_path, draw().people)

    for file in (EXAMPLES / "performance").iterdir():
        assert (tmp_path / file.name).read_bytes() == file.read_bytes(), file.name


def test_thirty_representatives_are_appraised_in_four_quarters() -> None:
    posts = {person.id: person.post for person in draw().people}

    assert len({each.person for each in records()}) == 30
    assert {each.period for each in records()} == QUARTERS
    assert {posts[each.person] for each in records()} == {"customer-service-representative"}


def test_of_some_too_little_is_known_in_the_last_quarter() -> None:
    rated = Counter(each.person for each in forms() if each.period == "2026-q3")
    measured = {
        each.person
        for each in records()
        if isinstance(each, MeasurementRecord) and each.period == "2026-q3"
    }
    everybody = {each.person for each in records()}

    assert everybody - set(rated)
    assert 1 in rated.values()
    assert everybody - measured


def test_raters_have_codes_that_are_no_ids_of_people() -> None:
    people = {person.id for person in draw().people}

    assert people.isdisjoint(each.rater for each in forms())
    assert {each.source for each in forms()} == {
        *("supervisor", "peer", "quality-monitoring", "customer", "self")
    }


def test_while_periods_are_open_nothing_says_that_they_were_closed() -> None:
    organisation = read_turtle(EXAMPLES / "organisation.ttl")

    opened = with_open_periods(organisation)

    state = iri("performance", "periodState")
    assert {t.object for t in organisation if t.predicate == state} > {iri("performance", "closed")}
    assert {t.object for t in opened if t.predicate == state} == {iri("performance", "open")}
    assert not [t for t in opened if t.predicate == iri("performance", "closedOn")]
