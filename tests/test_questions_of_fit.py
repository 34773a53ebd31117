"""What weighs most in a verdict, and which positions fit somebody better than one of them does."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kb_service.access.view import View
from kb_service.people_records import AssessmentRecord, Introduction
from tests.conftest import RECENTLY

MODEL = "customer-service-specialist"
T12_HIGH = Decimal(9)


def rated(view: View, person: str, otherwise: Decimal, **ratings: str) -> None:
    """Somebody rated alike in every dimension but some."""
    given = dict.fromkeys(view.catalogue.dimensions["t12"], otherwise)
    given |= {name.replace("_", "-"): Decimal(value) for name, value in ratings.items()}
    view.import_records(
        [Introduction(person, person, None, MODEL)],
        [AssessmentRecord("A1", person, RECENTLY, "test", "t12", given)],
    )


def strongest(view: View, person: str) -> list[tuple[str, str]]:
    rows = view.ask("strongest-reasons-of-verdict", person=person, model=MODEL).rows
    return [(str(row["speaks"]), str(row["dimension"])) for row in rows]


def verdict(view: View, person: str) -> object:
    return view.ask("fit-of-person", person=person, model=MODEL).rows[0]["verdict"]


def test_of_who_does_not_fit_the_widest_gaps_of_most_weight_come_first(view: View) -> None:
    rated(view, "short", T12_HIGH, dependability="4", patience="2", verbal_expression="1")

    found = strongest(view, "short")

    assert verdict(view, "short") in ("unsuitable", "trainable")
    assert found == [
        ("against", "patience"),
        ("against", "dependability"),
        ("against", "verbal-expression"),
    ]


def test_of_who_fits_what_they_bring_to_main_requirements_comes_first(view: View) -> None:
    rated(view, "fitting", T12_HIGH)

    found = strongest(view, "fitting")
    tiers = [
        row["tier"]
        for row in view.ask("strongest-reasons-of-verdict", person="fitting", model=MODEL).rows
    ]

    assert verdict(view, "fitting") == "strong-fit"
    assert {speaks for speaks, _ in found} == {"for"}
    assert len(found) == len(view.ask("requirements-of-model", model=MODEL).rows)
    assert set(tiers[:3]) <= {"main", "first"}


def test_where_too_little_is_known_it_is_what_was_not_rated(view: View) -> None:
    view.import_records([Introduction("unrated", "unrated", None, MODEL)], [])

    found = strongest(view, "unrated")

    assert verdict(view, "unrated") == "insufficient-evidence"
    assert {speaks for speaks, _ in found} == {"unknown"}
    assert len(found) == len(view.ask("requirements-of-model", model=MODEL).rows)


@pytest.mark.parametrize("place", range(8))
def test_better_positions_are_those_that_stand_above_in_the_list_of_fits(
    view: View, place: int
) -> None:
    rated(view, "various", Decimal(6), patience="9", service="10", dependability="8")
    fits = view.ask("fits-of-person", person="various").rows
    model = str(fits[place]["model"])

    found = view.ask("better-fits-of-person", person="various", model=model).rows

    def stands(row: object) -> tuple[object, object]:
        assert isinstance(row, dict)
        return row["verdict"], row["fit"]

    above = [row for row in fits[:place] if stands(row) != stands(fits[place])]
    assert [row["model_id"] for row in found] == [row["model"] for row in above]
