"""The example organisation is whole, plausible and made anew from its generator at any time."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from kb_service.catalogue import read_teams
from kb_service.knowledge_files import knowledge_root, read_turtle
from kb_service.people_records import AssessmentRecord, Introduction
from kb_service.sheets import SheetContents, read_workbook
from tests.shared_knowledge import LEVEL_ASKED, rows
from tools.example_people import fit_of, ratings_of_fit
from tools.generate_example import shared_catalogue, write_example

EXAMPLES = knowledge_root() / "examples"
FILES = [
    "people-and-assessments.xlsx",
    "power-service-monitoring-2026.csv",
    "quality-monitoring-2026.csv",
    "supervisor-ratings-2025.csv",
]
AS_OF = date(2026, 11, 20)
TWO_YEARS_BEFORE = date(2024, 11, 20)


def contents_in(folder: Path) -> list[SheetContents]:
    catalogue = shared_catalogue()
    return [read_workbook((folder / name).read_bytes(), name, catalogue, AS_OF) for name in FILES]


@cache
def committed() -> list[SheetContents]:
    return contents_in(EXAMPLES)


def people() -> Sequence[Introduction]:
    return [person for contents in committed() for person in contents.people]


def assessments() -> Sequence[AssessmentRecord]:
    return [assessment for contents in committed() for assessment in contents.assessments]


def still_counts(assessment: AssessmentRecord) -> bool:
    if assessment.expires_on:
        return assessment.expires_on >= AS_OF
    return assessment.assessed_on >= TWO_YEARS_BEFORE


@cache
def known_ratings() -> Mapping[str, Mapping[str, Decimal]]:
    """By person, one rating that still counts in each dimension."""
    known: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for assessment in assessments():
        if still_counts(assessment):
            known[assessment.person] |= assessment.ratings
    return known


def test_two_hundred_people_work_in_eight_teams() -> None:
    teams = read_teams(read_turtle(EXAMPLES / "organisation.ttl"))

    assert len(people()) == len({person.id for person in people()}) == 200
    assert {person.team for person in people()} == set(teams)
    assert len(teams) == 8
    assert all(team.zh and team.en and team.zh != team.en for team in teams.values())


def test_every_position_is_held_by_someone() -> None:
    held = Counter(person.post for person in people())

    assert set(held) == set(shared_catalogue().positions)
    assert held["customer-service-representative"] == 40


def test_sixty_are_candidates_for_another_post() -> None:
    candidates = [person for person in people() if person.candidate_for]

    assert len(candidates) == 60
    assert not [person for person in candidates if person.post in person.candidate_for]


def test_the_organisation_has_a_day_of_its_own_and_no_assessment_is_later() -> None:
    facts = read_turtle(EXAMPLES / "organisation.ttl")
    days = [fact.object for fact in facts if fact.predicate.value.endswith("#asOf")]

    assert [getattr(day, "value", "") for day in days] == [AS_OF.isoformat()]
    assert min(each.assessed_on for each in assessments()) >= date(2024, 11, 1)
    assert max(each.assessed_on for each in assessments()) <= AS_OF


def test_assessments_are_of_people_who_are_there() -> None:
    ids = {person.id for person in people()}

    assert {each.person for each in assessments()} <= ids


def test_every_rating_lies_on_the_scale_of_its_dimension() -> None:
    catalogue = shared_catalogue()

    for assessment in assessments():
        dimensions = catalogue.dimensions[assessment.framework]
        for key, value in assessment.ratings.items():
            assert dimensions[key].minimum <= value <= dimensions[key].maximum


def test_the_files_are_small() -> None:
    assert sum(len(each.ratings) for each in assessments()) <= 15_000
    assert all((EXAMPLES / name).stat().st_size < 1_000_000 for name in FILES)


# Enough of everything that judgements must cope with


def test_some_people_are_unknown_in_part_or_in_all() -> None:
    catalogue = shared_catalogue()
    parts = {
        key: dimension.part
        for dimensions in catalogue.dimensions.values()
        for key, dimension in dimensions.items()
    }
    unknown = [person for person in people() if not known_ratings().get(person.id)]
    in_part = [
        person
        for person in people()
        if person.post != "customer-service-representative"
        and 0 < len({parts[key] for key in known_ratings().get(person.id, {})}) < 3
    ]

    assert len(unknown) >= 25
    assert len(in_part) >= 12


def test_some_assessments_have_expired() -> None:
    by_age = [each for each in assessments() if not each.expires_on and not still_counts(each)]
    by_own_date = [each for each in assessments() if each.expires_on and not still_counts(each)]
    on_last_day = [each for each in assessments() if each.expires_on == AS_OF]

    assert len(by_age) >= 12
    assert len(by_own_date) >= 8
    assert len(on_last_day) == 1


def test_many_people_are_rated_by_several_sources() -> None:
    sources: dict[str, set[str]] = defaultdict(set)
    for assessment in assessments():
        sources[assessment.person].add(assessment.source)

    assert sum(len(each) >= 2 for each in sources.values()) >= 100
    assert sum(len(each) >= 3 for each in sources.values()) >= 50
    assert set.union(*sources.values()) == set(shared_catalogue().sources)


def test_many_ratings_stand_at_the_level_asked_or_just_beside_it() -> None:
    asked = rows(f"SELECT ?model ?dimension ?level WHERE {{ {LEVEL_ASKED} }}")
    distances: Counter[str] = Counter()
    for person in people():
        for model, dimension, level in asked:
            rating = known_ratings().get(person.id, {}).get(dimension.split(":")[1])
            if model.split(":")[1] == person.post and rating is not None:
                distances[_side(rating - Decimal(level))] += 1

    assert distances["met"] >= 300
    assert distances["one below"] >= 200
    assert distances["far above"] >= 200
    assert distances["far below"] >= 100


def _side(distance: Decimal) -> str:
    named = {Decimal(0): "met", Decimal(-1): "one below"}
    if distance >= 2:
        return "far above"
    return "far below" if distance <= -2 else named.get(distance, "between")


@pytest.mark.parametrize("fit", ["64.9", "65.0", "79.9", "80.0", "89.9", "90.0", "100.0"])
def test_somebody_stands_on_each_side_of_each_bar(fit: str) -> None:
    drawn = ratings_of_fit(Decimal(fit))

    assert fit_of(drawn) == Decimal(fit)
    assert drawn in [each.ratings for each in assessments()]


# The generator


def test_generating_again_gives_the_same_people_and_ratings(tmp_path: Path) -> None:
    write_example(tmp_path, shared_catalogue())

    again = contents_in(tmp_path)
    for now, before in zip(again, committed(), strict=True):
        assert now.people == before.people
        assert sorted_by_id(now.assessments) == sorted_by_id(before.assessments)
    for name in ("organisation.ttl", *FILES[1:]):
        assert (tmp_path / name).read_bytes() == (EXAMPLES / name).read_bytes()


def sorted_by_id(given: Sequence[Any]) -> Sequence[Any]:
    return sorted(given, key=lambda each: (each.person, each.id))
