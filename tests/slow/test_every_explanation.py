"""Everything concluded of everybody in the example organisation explains itself."""

from __future__ import annotations

from tests import example_organisation
from tests.explained_people import unexplained


def test_every_conclusion_of_the_example_organisation_rests_on_assertions() -> None:
    people = list(example_organisation.people_with_appraisals())

    found, count = unexplained(people)

    assert len(people) == 200
    assert len(example_organisation.appraised()) == 30
    assert count > 60_000
    assert found == []
