"""Cronbach's α and intraclass correlation: published figures, and an independent calculation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kb_service.studies.answers import MissingAnswers
from kb_service.studies.intraclass import (
    FORMS,
    IntraclassCorrelations,
    intraclass_correlations,
)
from kb_service.studies.reliability import ItemReliability, Reliability, cronbach_alpha

# How 30 departments were rated: Chatterjee and Price, Regression Analysis by Example (1977), table 3.3.
ATTITUDE_ITEMS = [
    "rating",
    "complaints",
    "privileges",
    "learning",
    "raises",
    "critical",
    "advance",
]
ATTITUDE = """
43 51 30 39 61 92 45  63 64 51 54 63 73 47  71 70 68 69 76 86 48  61 63 45 47 54 84 35
81 78 56 66 71 83 47  43 55 49 44 54 49 34  58 67 42 56 66 68 35  71 75 50 55 70 66 41
72 82 72 67 71 83 31  67 61 45 47 62 80 41  64 53 53 58 58 67 34  67 60 47 39 59 74 41
69 62 57 42 55 63 25  68 83 83 45 59 77 35  77 77 54 72 79 77 46  81 90 50 72 60 54 36
74 85 64 69 79 79 63  65 60 65 75 55 80 60  65 70 46 57 75 85 46  50 58 68 54 64 78 52
50 40 33 34 43 64 33  64 61 52 62 66 80 41  53 66 52 50 63 80 37  40 37 42 58 50 57 49
63 54 42 48 66 75 33  66 77 66 63 88 76 72  78 75 58 74 80 78 49  48 57 44 45 51 83 38
85 85 71 71 77 74 55  82 82 39 59 64 78 39
"""
SHROUT_AND_FLEISS = [
    (9, 2, 5, 8),
    (6, 1, 3, 2),
    (8, 4, 6, 8),
    (7, 1, 2, 6),
    (10, 5, 6, 9),
    (6, 2, 4, 7),
]

likert_tables = st.integers(2, 6).flatmap(
    lambda items: st.lists(
        st.lists(st.integers(1, 5), min_size=items, max_size=items), min_size=3, max_size=12
    )
)


def answers(rows: Sequence[Sequence[float | None]]) -> dict[str, dict[str, float]]:
    return {
        f"person {number}": {
            f"item {place}": answer for place, answer in enumerate(row) if answer is not None
        }
        for number, row in enumerate(rows)
    }


def reliability(
    rows: Sequence[Sequence[float | None]], missing: MissingAnswers = MissingAnswers.LISTWISE
) -> Reliability:
    items = [f"item {place}" for place in range(len(rows[0]))]
    return cronbach_alpha(answers(rows), items, missing, 0.95)


def icc(rows: Sequence[Sequence[float | None]]) -> IntraclassCorrelations:
    targets = [f"target {number}" for number in range(len(rows))]
    ratings = {
        f"judge {judge}": {
            target: rating
            for target, row in zip(targets, rows, strict=True)
            if (rating := row[judge]) is not None
        }
        for judge in range(len(rows[0]))
    }
    return intraclass_correlations(ratings, targets, 0.95)


def values(found: IntraclassCorrelations) -> dict[str, float | str]:
    """The value of each form, or the name of the reason why it has none."""
    return {
        each.form: each.value.number if each.value.why is None else each.value.why.name
        for each in found.forms
    }


def remarks(found: Reliability | IntraclassCorrelations) -> list[str]:
    return [remark.name for remark in found.remarks]


def by_name(found: Reliability) -> Mapping[str, ItemReliability]:
    return {each.item: each for each in found.by_item}


def exact_alpha(rows: Sequence[Sequence[int]]) -> Fraction | None:
    """α from exact variances, over the items that vary."""

    def variance(numbers: Sequence[int]) -> Fraction:
        mean = Fraction(sum(numbers), len(numbers))
        return sum(((number - mean) ** 2 for number in numbers), Fraction()) / (len(numbers) - 1)

    columns = [column for column in zip(*rows, strict=True) if len(set(column)) > 1]
    total = variance([sum(row) for row in zip(*columns, strict=True)]) if columns else Fraction()
    if len(columns) < 2 or not total:
        return None
    share = sum(map(variance, columns), Fraction()) / total
    return Fraction(len(columns), len(columns) - 1) * (1 - share)


def test_the_reliability_of_the_attitude_survey_is_as_the_r_package_psych_prints_it() -> None:
    numbers = [float(word) for word in ATTITUDE.split()]
    survey = {
        str(start): dict(zip(ATTITUDE_ITEMS, numbers[start : start + 7], strict=True))
        for start in range(0, len(numbers), 7)
    }

    found = cronbach_alpha(survey, ATTITUDE_ITEMS, MissingAnswers.LISTWISE, 0.95)

    assert (found.respondents, round(found.alpha.number, 2)) == (30, 0.84)
    assert [round(found.interval.low.number, 2), round(found.interval.high.number, 2)] == [
        0.74,
        0.92,
    ]
    assert {
        each.item: (
            round(each.mean.number),
            round(each.standard_deviation.number, 1),
            round(each.item_total.number, 2),
            round(each.alpha_if_deleted.number, 2),
        )
        for each in found.by_item
    } == {
        "rating": (65, 12.2, 0.67, 0.81),
        "complaints": (67, 13.3, 0.74, 0.80),
        "privileges": (53, 12.2, 0.56, 0.83),
        "learning": (56, 11.7, 0.71, 0.80),
        "raises": (65, 10.4, 0.79, 0.80),
        "critical": (75, 9.9, 0.27, 0.86),
        "advance": (43, 10.3, 0.46, 0.84),
    }


@given(likert_tables)
def test_alpha_is_what_exact_variances_say(rows: list[list[int]]) -> None:
    expected = exact_alpha(rows)

    found = reliability(rows)

    if expected is None:
        assert found.alpha.why is not None
    else:
        assert found.alpha.number == pytest.approx(float(expected))
        assert found.interval.low.number <= found.alpha.number <= found.interval.high.number


@given(likert_tables, st.integers(0, 5))
def test_alpha_if_deleted_is_the_alpha_of_a_questionnaire_without_the_item(
    rows: list[list[int]], place: int
) -> None:
    assume(len(rows[0]) > 2 and place < len(rows[0]))
    assume(all(len(set(column)) > 1 for column in zip(*rows, strict=True)))
    without = exact_alpha([row[:place] + row[place + 1 :] for row in rows])
    assume(exact_alpha(rows) is not None and without is not None)

    found = reliability(rows)

    assert without is not None
    assert by_name(found)[f"item {place}"].alpha_if_deleted.number == pytest.approx(float(without))


@pytest.mark.parametrize("items", [2, 5, 23])
def test_items_that_are_parallel_follow_spearman_and_brown(items: int) -> None:
    # Four people for each item: all items take half of their variance from what they have in common,
    # and one item of each person differs from the others by something of its own.
    half = 0.5**0.5
    rows = [
        [half * common + (half * own if place == differing else 0) for place in range(items)]
        for differing in range(items)
        for common in (1, -1)
        for own in (1, -1)
    ]

    found = reliability(rows)

    correlation = 0.5 / (0.5 + 0.5 / items)
    assert found.alpha.number == pytest.approx(
        items * correlation / (1 + (items - 1) * correlation)
    )


def test_people_with_gaps_are_left_out_listwise_and_counted_by_pairs_pairwise() -> None:
    whole: list[list[float | None]] = [[1, 2, 1], [2, 2, 3], [4, 5, 4], [5, 4, 5]]
    gaps: list[list[float | None]] = [*whole, [3, None, 2], [None, None, None]]

    listwise = reliability(gaps)
    pairwise = reliability(gaps, MissingAnswers.PAIRWISE)

    assert listwise.alpha == reliability(whole).alpha
    assert remarks(listwise) == ["respondents-left-out"]
    assert "person 4, person 5" in listwise.remarks[0].en
    assert pairwise.alpha != listwise.alpha
    assert (listwise.respondents, pairwise.respondents) == (4, 4)
    assert remarks(pairwise) == ["respondents-without-answers", "missing-left-out-by-pairs"]
    assert by_name(pairwise)["item 0"].mean.number == 3


def test_pairwise_covariances_are_those_of_who_answered_both() -> None:
    # Of items 0 and 1 three people answered both: covariance 1, variances 5/3 (of four) and 1.
    rows: list[list[float | None]] = [[1, 1], [2, 2], [3, 3], [4, None]]

    found = reliability(rows, MissingAnswers.PAIRWISE)

    assert found.alpha.number == pytest.approx(2 * (1 - (5 / 3 + 1) / (5 / 3 + 1 + 2)))


def test_an_item_without_variance_is_left_out_by_name_and_its_mean_is_told() -> None:
    found = reliability([[1, 3, 2], [2, 3, 2], [3, 3, 4]])

    assert found.items == ("item 0", "item 2")
    assert remarks(found) == ["items-without-variance"]
    assert "item 1" in found.remarks[0].en
    constant = by_name(found)["item 1"]
    assert (constant.mean.value, constant.standard_deviation.value) == (3, 0)
    assert constant.item_total.why is not None
    assert constant.item_total.why.name == "item-without-variance"
    assert found.alpha == reliability([[1, 2], [2, 2], [3, 4]]).alpha


def test_an_item_that_nobody_answered_does_not_take_everybody_with_it() -> None:
    found = reliability([[1, None, 2], [2, None, 2], [3, None, 4]])

    assert remarks(found) == ["items-not-answered"]
    assert found.respondents == 3
    assert found.alpha == reliability([[1, 2], [2, 2], [3, 4]]).alpha


@pytest.mark.parametrize(
    ("rows", "name", "respondents", "means"),
    [
        ([[4, 5, 3]], "one-respondent-only", 1, [4, 5, 3]),
        ([[3, 4], [3, 4], [3, 4]], "answers-all-equal", 3, [3, 4]),
        ([[1, 4], [2, 4], [3, 4]], "one-item-only", 3, [2, 4]),
        ([[1], [2], [3]], "one-item-only", 3, [2]),
        ([[None, 1], [1, None]], "no-respondents", 0, []),
    ],
)
def test_what_has_no_alpha_says_why_and_still_has_means(
    rows: list[list[float | None]], name: str, respondents: int, means: list[float]
) -> None:
    found = reliability(rows)

    assert found.alpha.why is not None
    assert found.interval.low.why == found.interval.high.why == found.alpha.why
    assert (found.alpha.why.name, found.respondents) == (name, respondents)
    assert [each.mean.value for each in found.by_item] == means


def test_nobody_at_all_is_said_to_be_nobody() -> None:
    found = cronbach_alpha({}, ["item 0", "item 1"], MissingAnswers.LISTWISE, 0.95)

    assert found.alpha.why is not None
    assert found.alpha.why.name == "no-respondents"
    assert found.by_item == ()


@pytest.mark.parametrize("answer", [float("nan"), float("inf"), 1e300])
def test_an_answer_that_is_no_number_is_named_and_counts_as_missing(answer: float) -> None:
    found = reliability([[1, 2], [2, 2], [3, 4], [answer, 5]])

    assert remarks(found) == ["numbers-left-out", "respondents-left-out"]
    assert f"person 3 item 0 {answer:g}" in found.remarks[0].en
    assert found.alpha == reliability([[1, 2], [2, 2], [3, 4]]).alpha


def test_two_items_that_hardly_anybody_answered_both_are_named_pairwise() -> None:
    found = reliability(
        [[1, None, 2], [2, None, 3], [None, 1, 1], [None, 3, 2]], MissingAnswers.PAIRWISE
    )

    assert found.alpha.why is not None
    assert found.alpha.why.name == "items-without-common-respondents"
    assert "item 0 and item 1" in found.alpha.why.en


def test_items_that_cancel_each_other_out_have_no_alpha_but_deviations() -> None:
    found = reliability([[1, 5], [3, 3], [5, 1]])

    assert found.alpha.why is not None
    assert found.alpha.why.name == "total-without-variance"
    assert [each.standard_deviation.value for each in found.by_item] == [2, 2]


def test_an_item_worded_the_other_way_round_is_pointed_out() -> None:
    found = reliability([[1, 1, 4], [2, 3, 4], [4, 4, 1], [5, 4, 2]])

    assert found.alpha.number < 0
    assert remarks(found) == ["alpha-negative", "items-against-the-others"]
    assert "item 2" in found.remarks[1].en


def test_shrout_and_fleiss_published_six_coefficients() -> None:
    found = icc(SHROUT_AND_FLEISS)

    rounded = [round(each.value.number, 2) for each in found.forms]
    assert rounded == [0.17, 0.29, 0.71, 0.44, 0.62, 0.91]
    assert [each.form for each in found.forms] == list(FORMS)


def test_their_tests_and_intervals_are_as_the_r_package_psych_prints_them() -> None:
    found = icc(SHROUT_AND_FLEISS)

    assert [
        (
            round(each.f.number, 1),
            each.degrees_of_freedom,
            round(each.p.number, 5),
            round(each.interval.low.number, 3),
            round(each.interval.high.number, 2),
        )
        for each in found.forms
    ] == [
        (1.8, (5, 18), 0.16477, -0.133, 0.72),
        (11.0, (5, 15), 0.00013, 0.019, 0.76),
        (11.0, (5, 15), 0.00013, 0.342, 0.95),
        (1.8, (5, 18), 0.16477, -0.884, 0.91),
        (11.0, (5, 15), 0.00013, 0.071, 0.93),
        (11.0, (5, 15), 0.00013, 0.676, 0.99),
    ]


def exact_icc(rows: Sequence[Sequence[int]]) -> dict[str, Fraction | None]:
    """The six forms from sums of squares of totals, exactly; None where they divide by nought."""
    n, k = len(rows), len(rows[0])
    correction = Fraction(sum(map(sum, rows)) ** 2, n * k)
    targets = Fraction(sum(sum(row) ** 2 for row in rows), k) - correction
    judges = Fraction(sum(sum(column) ** 2 for column in zip(*rows, strict=True)), n) - correction
    total = sum(rating**2 for row in rows for rating in row) - correction
    error = total - targets - judges
    msb, msw = targets / (n - 1), (total - targets) / (n * (k - 1))
    msj, mse = judges / (k - 1), error / ((n - 1) * (k - 1))
    parts = {
        "ICC(1,1)": (msb - msw, msb + (k - 1) * msw),
        "ICC(2,1)": (msb - mse, msb + (k - 1) * mse + k * (msj - mse) / n),
        "ICC(3,1)": (msb - mse, msb + (k - 1) * mse),
        "ICC(1,k)": (msb - msw, msb),
        "ICC(2,k)": (msb - mse, msb + (msj - mse) / n),
        "ICC(3,k)": (msb - mse, msb),
    }
    return {form: over / under if under > 0 else None for form, (over, under) in parts.items()}


@given(likert_tables)
def test_every_form_is_what_an_exact_analysis_of_variance_says(rows: list[list[int]]) -> None:
    assume(len({rating for row in rows for rating in row}) > 1)

    found = icc(rows)

    assert values(found) == {
        form: "targets-do-not-differ" if value is None else pytest.approx(float(value), abs=1e-9)
        for form, value in exact_icc(rows).items()
    }
    for each in found.forms:
        if each.interval.low.value is not None and each.interval.high.value is not None:
            assert each.interval.low.value <= each.value.number + 1e-9
            assert each.value.number <= each.interval.high.value + 1e-9


def test_judges_who_differ_by_a_constant_agree_in_order_but_not_in_level() -> None:
    found = icc([[1, 2], [2, 3], [3, 4], [4, 5]])

    single = values(found)
    assert single["ICC(3,1)"] == pytest.approx(1)
    assert single["ICC(2,1)"] == pytest.approx(10 / 13)
    third = found.forms[2]
    assert (third.interval.low.value, third.interval.high.value) == (1, 1)
    assert third.f.why is not None
    assert third.f.why.name == "no-disagreement"


@pytest.mark.parametrize(
    ("rows", "name"),
    [
        ([[1], [2], [3]], "one-rater-only"),
        ([[1, 2, 3]], "one-target-only"),
        ([[4, 4], [4, 4], [4, 4]], "ratings-all-equal"),
        ([[1, None], [None, 2]], "one-target-only"),
    ],
)
def test_ratings_that_cannot_be_compared_say_why(rows: list[list[float | None]], name: str) -> None:
    found = icc(rows)

    assert values(found) == dict.fromkeys(FORMS, name)


def test_a_rating_that_is_no_number_is_named_and_its_target_left_out() -> None:
    found = icc([*SHROUT_AND_FLEISS, (5, float("nan"), 4, 4)])

    assert values(found) == values(icc(SHROUT_AND_FLEISS))
    assert remarks(found) == ["numbers-left-out", "targets-left-out"]
    assert "judge 1 target 6 nan" in found.remarks[0].en


def test_what_a_judge_did_not_rate_is_left_out_by_name() -> None:
    complete = [row[:3] for row in SHROUT_AND_FLEISS]

    found = icc([*((*row, None) for row in complete), (5, None, 4, None)])

    assert values(found) == values(icc(complete))
    assert remarks(found) == ["raters-without-ratings", "targets-left-out"]
    assert "judge 3" in found.remarks[0].en
    assert "target 6" in found.remarks[1].en
