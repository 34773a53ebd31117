"""Fuzzy comprehensive evaluation, against the published example and a calculation in fractions."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_service.studies.fuzzy import (
    Evaluation,
    Group,
    Memberships,
    Method,
    Operator,
    evaluate,
    evaluate_two_levels,
    memberships_of,
)

GRADES = {"A": 5.0, "B": 4.0, "C": 3.0, "D": 2.0, "E": 1.0}
WEIGHTS = {"service": 0.25, "skill": 0.2, "attitude": 0.25, "result": 0.3}
JUDGED: dict[str, Memberships | None] = {
    "service": {"A": 0.1, "B": 0.5, "C": 0.4},
    "skill": {"A": 0.2, "B": 0.5, "C": 0.2, "D": 0.1},
    "attitude": {"A": 0.2, "B": 0.5, "C": 0.3},
    "result": {"A": 0.2, "B": 0.6, "C": 0.2},
}
MEAN = Method(Operator.WEIGHTED_MEAN, normalised=False)
MAX_MIN = Method(Operator.MAX_MIN, normalised=False)


def members(found: Evaluation) -> list[float]:
    assert found.memberships is not None
    return [found.memberships[grade] for grade in GRADES]


def why(found: Evaluation) -> str:
    assert found.score.why
    return found.score.why.name


def test_the_weighted_mean_is_that_of_the_published_example() -> None:
    found = evaluate(WEIGHTS, JUDGED, GRADES, MEAN)

    assert members(found) == pytest.approx([0.175, 0.53, 0.275, 0.02, 0])
    assert found.grade == "B"
    assert found.score.number == pytest.approx(5 * 0.175 + 4 * 0.53 + 3 * 0.275 + 2 * 0.02)


def test_max_min_tells_of_the_indicator_that_rules() -> None:
    """By hand: B takes the largest of min(.25, .5), min(.2, .5), min(.25, .5), min(.3, .6) = .3."""
    found = evaluate(WEIGHTS, JUDGED, GRADES, MAX_MIN)

    assert members(found) == [0.2, 0.3, 0.25, 0.1, 0]
    assert found.grade == "B"


def test_normalised_memberships_sum_to_one_and_score_the_same() -> None:
    found = evaluate(WEIGHTS, JUDGED, GRADES, Method(Operator.MAX_MIN, normalised=True))

    assert members(found) == pytest.approx([0.2 / 0.85, 0.3 / 0.85, 0.25 / 0.85, 0.1 / 0.85, 0])
    assert found.score == evaluate(WEIGHTS, JUDGED, GRADES, MAX_MIN).score


# Four indicators with their weights, and the memberships of what each of them has in it: 司守奎,
# Python 数学建模算法与应用, the example of several levels.
APPRAISED = (
    (
        *(0.4, (0.2, 0.3, 0.3, 0.2)),
        "8 1.5 .5 0 0   2 6 1 1 0   5 4 1 0 0   1 3 5 .5 .5",
    ),
    (
        *(0.3, (0.3, 0.2, 0.1, 0.2, 0.2)),
        "3 5 1.5 .5 0   2 2 4 1 1   4 4 1 1 0   1 3 3 2 1   3 2 2 2 1",
    ),
    (
        *(0.2, (0.1, 0.2, 0.3, 0.2, 0.2)),
        "1 3 5 1 0   2 3 3 1 1   2 3 3.5 1.5 0   1 3 4 1 1   1 4 3 1 1",
    ),
    (*(0.1, (0.3, 0.2, 0.2, 0.3)), "3 4 2 1 0   1 4 3 1 1   2 3 4 1 0   4 3 2 1 0"),
)


def test_two_levels_are_those_of_the_published_example() -> None:
    groups, judged = {}, dict[str, Memberships | None]()
    for number, (weight, weights, tenths) in enumerate(APPRAISED):
        shares = [float(each) / 10 for each in tenths.split()]
        indicators = [f"{number}.{place}" for place in range(len(weights))]
        groups[str(number)] = Group(weight, dict(zip(indicators, weights, strict=True)))
        for place, indicator in enumerate(indicators):
            row = shares[5 * place : 5 * place + 5]
            judged[indicator] = dict(zip(GRADES, row, strict=True))

    found = evaluate_two_levels(groups, judged, GRADES, MEAN).whole

    assert members(found) == pytest.approx([0.288, 0.354, 0.2355, 0.0865, 0.036])
    assert (found.grade, found.remarks) == ("B", ())


@pytest.mark.parametrize(
    ("weights", "expected", "normalised"),
    [
        ((0.1, 0.2, 0.3, 0.4), (0.2, 0.3, 0.4, 0.1), (0.2, 0.3, 0.4, 0.1)),
        ((0.4, 0.35, 0.15, 0.1), (0.35, 0.4, 0.2, 0.1), (0.33, 0.38, 0.19, 0.10)),
    ],
)
def test_a_garment_is_judged_by_max_min_as_textbooks_do(
    weights: tuple[float, ...], expected: tuple[float, ...], normalised: tuple[float, ...]
) -> None:
    """Style, durability, price and comfort, for two buyers to whom different things matter."""
    rows = ((0.2, 0.5, 0.2, 0.1), (0.7, 0.2, 0.1, 0), (0, 0.4, 0.5, 0.1), (0.2, 0.3, 0.5, 0))
    grades = dict(zip("ABCD", (4.0, 3.0, 2.0, 1.0), strict=True))
    judged = {str(place): dict(zip(grades, row, strict=True)) for place, row in enumerate(rows)}
    given_weights = {str(place): weight for place, weight in enumerate(weights)}

    plain, shared = (
        evaluate(given_weights, judged, grades, Method(Operator.MAX_MIN, each))
        for each in (False, True)
    )

    assert plain.memberships == dict(zip(grades, expected, strict=True))
    assert shared.memberships == pytest.approx(
        dict(zip(grades, normalised, strict=True)), abs=0.005
    )


def test_memberships_that_do_not_sum_to_one_are_named_with_their_sum_and_used() -> None:
    found = evaluate({"skill": 1.0}, {"skill": {"A": 0.5, "B": 0.4}}, GRADES, MEAN)

    assert [remark.name for remark in found.remarks] == ["memberships-do-not-sum-to-one"]
    assert "skill (0.9)" in found.remarks[0].en and "skill (0.9)" in found.remarks[0].zh
    assert found.score.number == pytest.approx((5 * 0.5 + 4 * 0.4) / 0.9)


def test_what_max_min_makes_of_a_first_level_indicator_need_not_sum_to_one() -> None:
    groups = {"all": Group(1.0, WEIGHTS)}

    found = evaluate_two_levels(groups, JUDGED, GRADES, MAX_MIN)

    assert sum(members(found.groups["all"])) == pytest.approx(0.85)
    assert found.groups["all"].remarks == found.whole.remarks == ()


def test_a_negative_number_of_votes_is_refused() -> None:
    with pytest.raises(ValueError, match="not negative"):
        memberships_of({"A": -1, "B": 2})


def test_votes_become_the_share_of_those_who_voted() -> None:
    assert memberships_of({"A": 3, "B": 5, "C": 2}) == {"A": 0.3, "B": 0.5, "C": 0.2}
    assert memberships_of({"A": 0}) is None


@pytest.mark.parametrize(
    ("weights", "judged", "grades", "name", "told"),
    [
        ({**WEIGHTS, "result": 0.25}, JUDGED, GRADES, "weights-do-not-sum-to-one", "0.95"),
        ({**WEIGHTS, "result": 0.2999999}, JUDGED, GRADES, "weights-do-not-sum-to-one", ".9999999"),
        ({**WEIGHTS, "skill": -0.2}, JUDGED, GRADES, "weights-negative", "skill"),
        ({**WEIGHTS, "skill": float("nan")}, JUDGED, GRADES, "weights-negative", "skill"),
        (WEIGHTS, JUDGED, {**GRADES, "A": float("inf")}, "grade-values-not-numbers", "A"),
        (WEIGHTS, {**JUDGED, "skill": None}, GRADES, "indicators-not-judged", "skill"),
        (WEIGHTS, {"skill": JUDGED["skill"]}, GRADES, "indicators-not-judged", "result"),
        (WEIGHTS, {**JUDGED, "skill": {"F": 1.0}}, GRADES, "grades-without-value", "F"),
        (WEIGHTS, {**JUDGED, "skill": {"A": 1.2}}, GRADES, "memberships-outside-range", "skill"),
        ({}, JUDGED, GRADES, "no-indicator", "indicator"),
        (WEIGHTS, JUDGED, {}, "no-grade", "grades"),
    ],
)
def test_what_cannot_be_evaluated_says_what_is_wrong(
    weights: dict[str, float],
    judged: dict[str, Memberships | None],
    grades: dict[str, float],
    name: str,
    told: str,
) -> None:
    found = evaluate(weights, judged, grades, MEAN)

    assert found.memberships is None
    assert why(found) == name
    assert found.score.why
    assert told in found.score.why.en


def test_what_belongs_to_no_grade_has_no_score() -> None:
    found = evaluate({"skill": 1.0}, {"skill": {"A": 0.0}}, GRADES, MEAN)

    assert members(found) == [0, 0, 0, 0, 0]
    assert why(found) == "no-membership"


def test_two_grades_that_are_highest_are_both_named() -> None:
    found = evaluate({"skill": 1.0}, {"skill": {"A": 0.5, "C": 0.5}}, GRADES, MEAN)

    assert found.grade is None
    assert [remark.name for remark in found.remarks] == ["several-grades-highest"]
    assert "A, C" in found.remarks[0].en
    assert found.score.number == 4


def test_the_whole_is_put_together_from_its_groups() -> None:
    """By hand: work (.5·1 + .5·0, …) = (.5, .5), manner (0, 1); the whole .4·(.5, .5) + .6·(0, 1)."""
    groups = {
        "work": Group(0.4, {"speed": 0.5, "care": 0.5}),
        "manner": Group(0.6, {"tact": 1.0}),
    }
    judged = {"speed": {"A": 1.0}, "care": {"B": 1.0}, "tact": {"B": 1.0}}

    found = evaluate_two_levels(groups, judged, {"A": 5, "B": 4}, MEAN)

    assert found.groups["work"].memberships == {"A": 0.5, "B": 0.5}
    assert found.whole.memberships == pytest.approx({"A": 0.2, "B": 0.8})
    assert found.whole.score.number == pytest.approx(4.2)


def test_a_group_that_cannot_be_evaluated_is_named_and_the_others_are() -> None:
    groups = {"work": Group(0.4, {"speed": 1.0}), "manner": Group(0.6, {"tact": 1.0})}

    found = evaluate_two_levels(groups, {"speed": {"A": 1.0}}, GRADES, MEAN)

    assert found.groups["work"].score.number == 5
    assert why(found.groups["manner"]) == "indicators-not-judged"
    assert why(found.whole) == "groups-not-evaluated"
    assert found.whole.score.why and "manner" in found.whole.score.why.en


shares = st.lists(st.integers(0, 6), min_size=5, max_size=5).filter(any)
cases = st.integers(1, 5).flatmap(
    lambda count: st.tuples(
        st.lists(st.integers(1, 9), min_size=count, max_size=count),
        st.lists(shares, min_size=count, max_size=count),
    )
)


@given(cases, st.sampled_from(Operator))
def test_an_evaluation_is_that_of_a_calculation_in_fractions_whatever_the_order(
    case: tuple[list[int], list[list[int]]], operator: Operator
) -> None:
    parts, votes = case
    weights = {f"i{place}": Fraction(part, sum(parts)) for place, part in enumerate(parts)}
    rows = {
        f"i{place}": [Fraction(vote, sum(row)) for vote in row] for place, row in enumerate(votes)
    }
    as_floats = {each: float(weight) for each, weight in weights.items()}
    judged: dict[str, Memberships | None] = {
        each: {grade: float(share) for grade, share in zip(GRADES, row, strict=True)}
        for each, row in rows.items()
    }

    found = evaluate(as_floats, judged, GRADES, Method(operator, normalised=False))
    reversed_ = evaluate(
        dict(reversed(as_floats.items())), judged, GRADES, Method(operator, normalised=False)
    )

    expected = [
        max(min(weights[each], rows[each][place]) for each in rows)
        if operator is Operator.MAX_MIN
        else sum((weights[each] * rows[each][place] for each in rows), Fraction())
        for place in range(len(GRADES))
    ]
    assert members(found) == pytest.approx([float(each) for each in expected])
    assert members(reversed_) == pytest.approx(members(found))
    weighted = sum((expected[place] * (5 - place) for place in range(5)), Fraction())
    score = weighted / sum(expected)
    assert found.score.number == pytest.approx(float(score))


@given(shares)
def test_indicators_judged_alike_are_judged_so_on_the_whole(votes: list[int]) -> None:
    row = memberships_of(dict(zip(GRADES, votes, strict=True)))

    found = evaluate(WEIGHTS, dict.fromkeys(WEIGHTS, row), GRADES, MEAN)

    assert row is not None
    assert found.memberships == pytest.approx(row)
