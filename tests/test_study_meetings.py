"""Expert meetings: levels are what most ask for, proposals need enough in favour, and gaps are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_service.studies.levels import agreed_level
from kb_service.study_records.computing import figures_of
from kb_service.study_records.figures import Figure
from kb_service.study_records.records import Row, StudyRecord
from tests.example_studies import item, policy, study

GRADES = "EDCBA"


def meeting(
    votes: Mapping[str, str], standards: Sequence[Row] = (), targets: Sequence[Row] = ()
) -> StudyRecord:
    """A meeting of four experts, who ask in each item for the grades written in a row."""
    experts = ["E01", "E02", "E03", "E04"]
    return study(
        "meeting",
        {
            "experts": [{"code": code} for code in experts],
            "items": [item(code) for code in votes],
            "levels": [
                {"expert": expert, "item": code, "grade": grade}
                for code, grades in votes.items()
                for expert, grade in zip(experts, grades, strict=False)
            ],
            "standards": standards,
            "targets": targets,
        },
    )


def figures(record: StudyRecord) -> dict[tuple[str, str], Figure]:
    return {
        (each.kind, " ".join(code for _, code in each.about)): each
        for each in figures_of(record, policy())
    }


def why(found: Figure) -> str:
    assert found.statistic.why is not None
    return found.statistic.why.name


@pytest.mark.parametrize(
    ("votes", "level", "spread"),
    [("BBBB", 4, 0), ("AABB", 4, 1), ("AAAB", 5, 0.25), ("EEAA", 1, 4)],
)
def test_the_level_is_the_highest_that_more_than_half_ask_for(
    votes: str, level: float, spread: float
) -> None:
    found = figures(meeting({"patience": votes}))

    assert found["level-median", "patience"].statistic.number == level
    assert found["level-quartile-range", "patience"].statistic.number == spread
    assert found["level-median", "patience"].count == 4


@given(st.lists(st.integers(1, 5), min_size=1, max_size=30))
def test_more_than_half_ask_for_the_level_and_no_more_for_a_higher_one(votes: list[int]) -> None:
    level = agreed_level(votes).median.number

    assert Fraction(sum(vote >= level for vote in votes), len(votes)) > Fraction(1, 2)
    assert Fraction(sum(vote > level for vote in votes), len(votes)) <= Fraction(1, 2)


def test_one_vote_has_a_level_and_says_why_it_shows_no_agreement() -> None:
    found = figures(meeting({"patience": "B"}))

    assert found["level-median", "patience"].statistic.number == 4
    assert why(found["level-quartile-range", "patience"]) == "one-vote-only"


def test_an_item_nobody_voted_on_says_so_and_the_others_are_computed() -> None:
    found = figures(meeting({"patience": "BBBA", "speed": ""}))

    assert found["level-median", "patience"].statistic.number == 4
    assert why(found["level-median", "speed"]) == "level-not-voted"


def test_approval_is_the_share_of_all_experts() -> None:
    standard: Row = {
        "item": "patience",
        "grade": "B",
        "behaviour_zh": "耐心听完",
        "behaviour_en": "Hears people out",
        "in_favour": Decimal(3),
    }
    target: Row = {
        "kpi": "complaint-rate",
        "threshold": Decimal(5),
        "target": Decimal(1),
        "stretch": Decimal("0.5"),
        "in_favour": Decimal(2),
    }

    found = figures(meeting({"patience": "BBBB"}, [standard], [target]))

    assert found["approval", "patience B"].statistic.number == 0.75
    assert found["approval", "complaint-rate"].statistic.number == 0.5
    assert found["approval", "complaint-rate"].count == 4


def test_a_meeting_that_sets_targets_alone_has_no_figures_of_levels() -> None:
    kinds = {kind for kind, _ in figures(meeting({}))}

    assert kinds == set()
