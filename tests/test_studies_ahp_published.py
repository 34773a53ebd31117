"""Saaty's examples of the analytic hierarchy process come out as he published them."""

from __future__ import annotations

from fractions import Fraction

import pytest

from kb_service.studies.ahp import Priorities, PriorityMethod, priorities
from kb_service.studies.hierarchy import synthesis
from kb_service.studies.pairwise import upper_triangle
from kb_service.studies.random_indices import SAATY_1980


def judged(items: str, judgements: str) -> Priorities:
    """The priorities of items by the judgements above the diagonal, in words."""
    matrix = upper_triangle(items.split(), [float(Fraction(each)) for each in judgements.split()])
    return priorities(matrix, PriorityMethod.EIGENVECTOR, SAATY_1980)


# The Analytic Hierarchy Process (1980), chapter 2: which school to send a son to.
SCHOOL = judged(
    "learning friends life vocation college music",
    "4 3 1 3 4   7 3 1/5 1   1/5 1/5 1/6   1 1/3   3",
)
SCHOOLS = {
    criterion: judged("A B C", judgements)
    for criterion, judgements in (
        ("learning", "1/3 1/2 3"),
        ("friends", "1 1 1"),
        ("life", "5 1 1/5"),
        ("vocation", "9 7 1/5"),
        ("college", "1/2 1 2"),
        ("music", "6 4 1/3"),
    )
}
# European Journal of Operational Research 48 (1990), 9–26: which house to buy.
HOUSE = judged(
    "size transport neighbourhood age yard facilities condition financing",
    "5 3 7 6 6 1/3 1/4   1/3 5 3 3 1/5 1/7   6 3 4 6 1/5   1/3 1/4 1/7 1/8   1/2 1/5 1/6   1/5 1/6 1/2",
)
HOUSES = {
    criterion: judged("A B C", judgements)
    for criterion, judgements in (
        ("size", "6 8 4"),
        ("transport", "7 1/5 1/8"),
        ("neighbourhood", "8 6 1/4"),
        ("age", "1 1 1"),
        ("yard", "5 4 1/3"),
        ("facilities", "8 6 1/5"),
        ("condition", "1/2 1/2 1"),
        ("financing", "1/7 1/5 3"),
    )
}


def weights(found: Priorities) -> list[float]:
    return [each.weight.number for each in found.weights]


@pytest.mark.parametrize(
    ("found", "published", "within", "largest"),
    [
        # Journal of Mathematical Psychology 15 (1977), 234–281: how bright chairs look from afar,
        # by two people, and how far cities are from Philadelphia; some are rounded otherwise.
        pytest.param(
            judged("1 2 3 4", "5 6 7 4 6 4"), [0.61, 0.24, 0.10, 0.05], 0.01, 4.39, id="chairs"
        ),
        pytest.param(
            judged("1 2 3 4", "4 6 7 3 4 2"),
            [0.62, 0.22, 0.10, 0.06],
            0.005,
            4.10,
            id="chairs-again",
        ),
        pytest.param(
            judged(
                "Cairo Tokyo Chicago San-Francisco London Montreal",
                "1/3 8 3 3 7   9 3 3 9   1/6 1/5 2   1/3 6   6",
            ),
            [0.263, 0.397, 0.033, 0.116, 0.164, 0.027],
            0.0012,
            6.45,
            id="cities",
        ),
        # International Journal of Services Sciences 1 (2008), 83–98: how much of each is drunk.
        pytest.param(
            judged(
                "coffee wine tea beer sodas milk water",
                "9 5 2 1 1 1/2   1/3 1/9 1/9 1/9 1/9   1/3 1/4 1/3 1/9   1/2 1 1/3   2 1/2   1/3",
            ),
            [0.177, 0.019, 0.042, 0.116, 0.190, 0.129, 0.327],
            0.0005,
            7 + 6 * 0.022 * 1.32,
            id="drinks",
        ),
    ],
)
def test_what_can_be_measured_is_judged_as_published(
    found: Priorities, published: list[float], within: float, largest: float
) -> None:
    assert weights(found) == pytest.approx(published, abs=within)
    assert found.lambda_max.number == pytest.approx(largest, abs=0.006)


def test_the_school_chosen_is_the_published_one() -> None:
    found = synthesis("school", {"school": SCHOOL, **SCHOOLS})

    assert weights(SCHOOL) == pytest.approx([0.32, 0.14, 0.03, 0.13, 0.24, 0.14], abs=0.006)
    assert [round(each.weight.number, 2) for each in found.weights[-3:]] == [0.37, 0.38, 0.25]


@pytest.mark.parametrize(
    ("criterion", "published", "ratio"),
    [
        ("size", [0.754, 0.181, 0.065], 0.117),
        ("transport", [0.233, 0.055, 0.713], 0.213),
        ("yard", [0.674, 0.101, 0.226], 0.074),
        ("facilities", [0.747, 0.060, 0.193], 0.170),
        ("condition", [0.200, 0.400, 0.400], 0.0),
        ("financing", [0.072, 0.650, 0.278], 0.056),
    ],
)
def test_the_houses_are_compared_as_published(
    criterion: str, published: list[float], ratio: float
) -> None:
    assert weights(HOUSES[criterion]) == pytest.approx(published, abs=0.0011)
    assert HOUSES[criterion].consistency_ratio.number == pytest.approx(ratio, abs=0.0006)


def test_the_house_bought_is_the_published_one() -> None:
    found = synthesis("house", {"house": HOUSE, **HOUSES})

    assert [round(each.weight.number, 3) for each in found.weights[-3:]] == [0.396, 0.341, 0.263]
