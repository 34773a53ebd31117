"""Factor analysis: published solutions, samples made from known factors, and samples that allow none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import exp, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb_service.studies.answers import Array, MissingAnswers
from kb_service.studies.factor_solution import (
    Extraction,
    FactorSolution,
    Rotation,
    factor_solution,
)
from kb_service.studies.factors import (
    FactorAnalysis,
    FactorCount,
    FactorMethod,
    RandomAnswers,
    SampleConditions,
    factor_analysis,
    random_eigenvalues,
)
from kb_service.studies.sampling_adequacy import SamplingAdequacy, sampling_adequacy

CONDITIONS = SampleConditions(respondents=100, respondents_per_item=5, kmo=0.6, bartlett_p=0.05)
METHOD = FactorMethod(
    FactorCount.KAISER,
    Extraction.PRINCIPAL_AXIS,
    Rotation.VARIMAX,
    RandomAnswers(samples=50, percentile=95, seed=1),
)
# Nine tests of ability and 213 people: Thurstone and Thurstone (1941), as McDonald (1985) prints them.
THURSTONE = """
.828
.776 .779
.439 .493 .460
.432 .464 .425 .674
.447 .489 .443 .590 .541
.447 .432 .401 .381 .402 .288
.541 .537 .534 .350 .367 .320 .555
.380 .358 .359 .424 .446 .325 .598 .452
"""
# Covariances of six tests of ability and 112 people: Bartholomew (1987), R's `ability.cov`.
ABILITY_ITEMS = ["general", "picture", "blocks", "maze", "reading", "vocab"]
ABILITY_DEVIATIONS = [24.641, 6.700, 149.831, 12.711, 52.604, 135.292]
ABILITY = """
5.991
33.520 18.137
6.023 1.782 19.424
20.755 4.936 31.430 4.757
29.701 7.204 50.753 9.075 66.762
"""


def below_diagonal(text: str, diagonal: Sequence[float]) -> Array:
    """The symmetric matrix whose cells below the diagonal a text gives, row after row."""
    matrix = np.diag(np.array(diagonal, dtype=np.float64))
    for row, line in enumerate(text.strip().splitlines(), start=1):
        for column, word in enumerate(line.split()):
            matrix[row, column] = matrix[column, row] = float(word)
    return matrix


def ability() -> Array:
    covariances = below_diagonal(ABILITY, ABILITY_DEVIATIONS)
    deviations = np.sqrt(np.diag(covariances))
    correlations: Array = covariances / np.outer(deviations, deviations)
    np.fill_diagonal(correlations, 1.0)
    return correlations


def loadings(solution: FactorSolution) -> Array:
    return np.array([each.loadings for each in solution.items])


def people(rows: Array) -> dict[str, dict[str, float]]:
    return {
        f"person {number}": {f"item {place}": float(answer) for place, answer in enumerate(row)}
        for number, row in enumerate(rows)
    }


def analysed(
    rows: Array, method: FactorMethod = METHOD, conditions: SampleConditions = CONDITIONS
) -> FactorAnalysis:
    items = [f"item {place}" for place in range(rows.shape[1])]
    return factor_analysis(people(rows), items, MissingAnswers.LISTWISE, method, conditions)


def three_factors(respondents: int) -> Array:
    """Answers to twelve items, four to each of three factors that have nothing in common."""
    draw = np.random.default_rng(7)
    factors = np.repeat(draw.standard_normal((respondents, 3)), 4, axis=1)
    return 0.8 * factors + 0.6 * draw.standard_normal((respondents, 12))


def adequacy(correlations: Array, respondents: int) -> SamplingAdequacy:
    items = [f"item {place}" for place in range(len(correlations))]
    return sampling_adequacy(correlations, items, respondents)


def unmet(found: FactorAnalysis) -> list[str]:
    return [reason.name for reason in found.unmet]


def test_the_adequacy_of_the_thurstone_tests_is_as_the_r_package_psych_prints_it() -> None:
    found = adequacy(below_diagonal(THURSTONE, [1] * 9), 213)

    assert round(found.kmo.number, 2) == 0.88
    assert [round(each.adequacy.number, 2) for each in found.by_item] == [
        *(0.86, 0.86, 0.90, 0.86, 0.88, 0.92, 0.85, 0.93, 0.87)
    ]
    assert found.degrees_of_freedom == 36


def test_two_items_are_tested_for_sphericity_as_by_hand() -> None:
    # |R| = 1 - r², so χ² = -(100 - 1 - 9/6)·ln(3/4), and with one other item there is no partial.
    found = adequacy(np.array([[1, 0.5], [0.5, 1]]), 100)

    assert found.chi_square.number == pytest.approx(-97.5 * log(0.75))
    assert found.degrees_of_freedom == 1
    assert found.determinant.number == pytest.approx(0.75)
    assert found.kmo.number == pytest.approx(0.5)


@given(st.floats(0.05, 0.9), st.integers(3, 12))
def test_items_that_all_correlate_alike_have_the_adequacy_of_one_formula(
    correlation: float, items: int
) -> None:
    # Partial correlations of equal correlations r are r/(1 + (p - 2)r).
    matrix = np.full((items, items), correlation) + (1 - correlation) * np.eye(items)
    partial = correlation / (1 + (items - 2) * correlation)
    expected = correlation**2 / (correlation**2 + partial**2)

    found = adequacy(matrix, 200)

    assert found.kmo.number == pytest.approx(expected)
    assert [each.adequacy.number for each in found.by_item] == pytest.approx([expected] * items)
    assert found.determinant.number == pytest.approx(
        (1 - correlation) ** (items - 1) * (1 + (items - 1) * correlation)
    )


def test_maximum_likelihood_factors_of_ability_are_as_r_prints_them() -> None:
    found = factor_solution(
        ability(), ABILITY_ITEMS, 2, Extraction.MAXIMUM_LIKELIHOOD, Rotation.VARIMAX
    )

    uniquenesses = [1 - each.communality for each in found.items]
    assert uniquenesses == pytest.approx([0.455, 0.589, 0.218, 0.769, 0.052, 0.334], abs=6e-4)
    # R's varimax stops a little before the maximum, by its default precision.
    assert loadings(found).T.tolist() == [
        pytest.approx([0.499, 0.156, 0.206, 0.109, 0.956, 0.785], abs=0.004),
        pytest.approx([0.543, 0.622, 0.860, 0.468, 0.182, 0.225], abs=0.004),
    ]
    assert sum(each.sum_of_squares for each in found.explained) == pytest.approx(3.582, abs=2e-3)
    assert found.explained[1].cumulative == pytest.approx(0.597, abs=6e-4)


def test_promax_turns_them_as_r_prints_it() -> None:
    found = factor_solution(
        ability(), ABILITY_ITEMS, 2, Extraction.MAXIMUM_LIKELIHOOD, Rotation.PROMAX
    )

    by_item = dict(zip(ABILITY_ITEMS, loadings(found).tolist(), strict=True))
    assert by_item["general"] == pytest.approx([0.364, 0.470], abs=0.002)
    assert [by_item[item][1] for item in ("picture", "blocks", "maze")] == pytest.approx(
        [0.671, 0.932, 0.508], abs=0.002
    )
    assert [by_item[item][0] for item in ("reading", "vocab")] == pytest.approx(
        [1.023, 0.811], abs=0.002
    )
    assert found.correlations[0][1] == pytest.approx(0.557, abs=6e-4)


def test_principal_components_explain_what_the_eigenvalues_say() -> None:
    eigenvalues = np.linalg.eigvalsh(ability())[::-1]

    found = factor_solution(
        ability(), ABILITY_ITEMS, 2, Extraction.PRINCIPAL_COMPONENTS, Rotation.NONE
    )

    assert [each.sum_of_squares for each in found.explained] == pytest.approx(eigenvalues[:2])
    assert found.explained[1].cumulative == pytest.approx(eigenvalues[:2].sum() / 6)


@pytest.mark.parametrize("extraction", [Extraction.PRINCIPAL_AXIS, Extraction.MAXIMUM_LIKELIHOOD])
@pytest.mark.parametrize("between", [0.0, 0.4])
def test_a_matrix_made_from_factors_gives_their_loadings_back(
    extraction: Extraction, between: float
) -> None:
    made = np.zeros((8, 2))
    made[:4, 0], made[4:, 1] = (0.8, 0.75, 0.7, 0.65), (0.6, 0.7, 0.65, 0.55)
    common = made @ np.array([[1, between], [between, 1]]) @ made.T
    correlations = common - np.diag(np.diag(common)) + np.eye(8)
    rotation = Rotation.PROMAX if between else Rotation.VARIMAX

    found = factor_solution(correlations, list("abcdefgh"), 2, extraction, rotation)

    assert [each.communality for each in found.items] == pytest.approx(np.diag(common), abs=1e-4)
    assert loadings(found) == pytest.approx(made, abs=0.06 if between else 1e-4)
    assert found.remarks == ()


def test_two_groups_of_items_that_mirror_each_other_are_told_apart() -> None:
    # The unrotated factors lie exactly between the groups, where a rotation is at rest.
    correlations = np.full((6, 6), 0.2)
    correlations[:3, :3] = correlations[3:, 3:] = 0.6
    np.fill_diagonal(correlations, 1.0)

    found = factor_solution(
        correlations, list("abcdef"), 2, Extraction.PRINCIPAL_AXIS, Rotation.VARIMAX
    )

    by_item = np.sort(np.abs(loadings(found)), axis=1)
    assert by_item[:, 1] == pytest.approx([by_item[0, 1]] * 6, abs=1e-4)
    assert by_item[0, 1] > 0.7
    assert by_item[0, 0] < 0.2


@settings(max_examples=15, deadline=None)
@given(st.permutations(range(9)), st.sampled_from(Rotation))
def test_the_order_of_items_changes_no_loading(order: list[int], rotation: Rotation) -> None:
    correlations = below_diagonal(THURSTONE, [1] * 9)
    items = [f"test {place}" for place in range(9)]

    plain = factor_solution(correlations, items, 3, Extraction.PRINCIPAL_AXIS, rotation)
    shuffled = factor_solution(
        correlations[np.ix_(order, order)],
        [items[place] for place in order],
        3,
        Extraction.PRINCIPAL_AXIS,
        rotation,
    )

    assert {each.item: each.loadings for each in shuffled.items} == {
        each.item: pytest.approx(each.loadings, abs=1e-3) for each in plain.items
    }


@pytest.mark.parametrize("count", list(FactorCount))
@pytest.mark.parametrize("rotation", [Rotation.VARIMAX, Rotation.PROMAX])
def test_answers_made_from_three_factors_show_three_and_what_loads_on_each(
    count: FactorCount, rotation: Rotation
) -> None:
    found = analysed(three_factors(400), replace(METHOD, count=count, rotation=rotation))

    assert (found.number.value, found.unmet) == (3, ())
    assert found.solution is not None
    groups = np.abs(loadings(found.solution)).argmax(axis=1).reshape(3, 4)
    assert sorted(map(set, groups.tolist()), key=min) == [{0}, {1}, {2}]
    assert np.abs(loadings(found.solution)).max(axis=1) == pytest.approx([0.8] * 12, abs=0.1)
    assert bool(found.random_eigenvalues) == (count is FactorCount.PARALLEL_ANALYSIS)


def test_parallel_analysis_repeats_itself_with_its_seed_and_falls_from_above_one_to_below() -> None:
    once, again, other = (
        random_eigenvalues(100, 8, RandomAnswers(40, 95, seed)) for seed in (1, 1, 2)
    )

    assert once.tolist() == again.tolist() != other.tolist()
    assert once[0] > 1 > once[-1]


def test_a_number_of_factors_that_was_asked_for_takes_the_place_of_the_count() -> None:
    found = analysed(three_factors(400), replace(METHOD, number=2))

    assert found.solution is not None
    assert (found.number.value, len(found.solution.explained)) == (2, 2)


def test_a_small_sample_has_no_factors_but_its_adequacy_and_eigenvalues() -> None:
    found = analysed(three_factors(50))

    assert found.solution is None
    assert unmet(found) == ["too-few-respondents", "too-few-respondents-per-item"]
    assert "50 respondents" in found.unmet[0].en and "100" in found.unmet[0].en
    assert found.adequacy.kmo.number > 0.5
    assert sum(found.eigenvalues) == pytest.approx(12)
    assert found.number.value == 3


def test_a_sample_on_the_edge_of_the_conditions_is_allowed() -> None:
    exactly = replace(CONDITIONS, respondents=100, respondents_per_item=100 / 12)

    assert analysed(three_factors(100), conditions=exactly).solution is not None
    assert unmet(analysed(three_factors(99), conditions=exactly)) == [
        "too-few-respondents",
        "too-few-respondents-per-item",
    ]


def test_answers_that_have_nothing_in_common_are_told_from_factors() -> None:
    noise = np.random.default_rng(3).standard_normal((150, 6))

    found = analysed(noise)

    assert found.solution is None
    assert {"kmo-too-low", "correlations-like-chance"} <= set(unmet(found))


def test_parallel_analysis_finds_no_factor_where_kaiser_counts_what_chance_makes() -> None:
    noise = np.random.default_rng(3).standard_normal((150, 10))

    kaiser, parallel = (analysed(noise, replace(METHOD, count=count)) for count in FactorCount)

    assert kaiser.number.number >= 3
    assert parallel.number.why is not None
    assert parallel.number.why.name == unmet(parallel)[-1] == "no-factor"


def test_fewer_people_than_items_are_told_that_there_is_no_inverse() -> None:
    found = analysed(three_factors(10))

    assert unmet(found)[0] == "correlations-singular"
    assert "10 respondents are not more than 12 items" in found.unmet[0].en
    assert found.adequacy.determinant.value == 0
    assert found.adequacy.kmo.why == found.unmet[0]
    assert len(unmet(found)) == len(set(unmet(found)))


def test_items_that_repeat_each_other_are_named() -> None:
    rows = three_factors(200)
    rows[:, 5] = 10 - 2 * rows[:, 4]

    found = analysed(rows)

    assert unmet(found) == ["correlations-singular"]
    assert "perfectly correlated: item 4 – item 5" in found.unmet[0].en


def test_an_item_that_is_a_sum_of_others_is_not_overlooked() -> None:
    rows = three_factors(200)
    rows[:, 11] = rows[:, 0] + rows[:, 4]

    assert "some items are sums of others" in analysed(rows).unmet[0].en


@pytest.mark.parametrize(
    ("rows", "name"),
    [
        (np.full((150, 4), 3.0), "answers-all-equal"),
        (np.ones((1, 4)), "one-respondent-only"),
        (np.empty((0, 4)), "no-respondents"),
    ],
)
def test_answers_without_variance_say_why_there_is_nothing(rows: Array, name: str) -> None:
    found = analysed(rows)

    assert unmet(found) == [name]
    assert found.number.why == found.adequacy.kmo.why == found.unmet[0]
    assert (found.solution, found.eigenvalues, found.respondents) == (None, (), len(rows))


def test_an_item_without_variance_does_not_spoil_the_others() -> None:
    rows = three_factors(200)
    rows[:, 3] = 4.0

    found = analysed(rows)

    assert "item 3" not in found.items
    assert [remark.name for remark in found.remarks] == ["items-without-variance"]
    assert found.solution is not None


@pytest.mark.parametrize("number", [9, 13])
def test_more_factors_than_the_items_determine_are_refused(number: int) -> None:
    found = analysed(three_factors(400), replace(METHOD, number=number))

    assert unmet(found) == ["too-many-factors"]


def test_missing_answers_leave_out_people_listwise_and_none_pairwise() -> None:
    given = people(three_factors(200))
    del given["person 0"]["item 1"]
    items = [f"item {place}" for place in range(12)]

    listwise, pairwise = (
        factor_analysis(given, items, missing, METHOD, CONDITIONS) for missing in MissingAnswers
    )

    assert (listwise.respondents, pairwise.respondents) == (199, 199)
    assert [remark.name for remark in listwise.remarks] == ["respondents-left-out"]
    assert [remark.name for remark in pairwise.remarks] == ["missing-left-out-by-pairs"]
    assert listwise.solution is not None and pairwise.solution is not None
    assert listwise.eigenvalues != pairwise.eigenvalues


def test_correlations_by_pairs_that_contradict_each_other_are_said_to() -> None:
    contradicting = np.array([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]])

    found = adequacy(contradicting, 100)

    assert found.kmo.why is not None
    assert found.kmo.why.name == "correlations-contradict"


def test_too_few_people_for_bartlett_still_have_a_determinant_and_kmo() -> None:
    found = adequacy(np.full((3, 3), 0.5) + 0.5 * np.eye(3), 2)

    assert found.chi_square.why is not None
    assert found.chi_square.why.name == "too-few-respondents-for-bartlett"
    assert found.p.why == found.chi_square.why
    assert exp(log(found.determinant.number)) == pytest.approx(0.5)
    assert found.kmo.number > 0.5


def test_items_that_do_not_correlate_at_all_have_no_adequacy() -> None:
    found = adequacy(np.eye(4), 100)

    assert found.kmo.why is not None
    assert found.kmo.why.name == "items-uncorrelated"
    assert (found.chi_square.value, found.p.value) == (0, 1)


def test_a_communality_above_one_is_pointed_out() -> None:
    # An item that takes 121 % of its variance from the factor: no people can answer like that.
    loading = np.array([1.1, 0.6, 0.6, 0.6])
    correlations = np.outer(loading, loading)
    np.fill_diagonal(correlations, 1.0)

    found = factor_solution(correlations, list("abcd"), 1, Extraction.PRINCIPAL_AXIS, Rotation.NONE)

    assert found.items[0].communality == pytest.approx(1.21, abs=1e-3)
    assert [remark.name for remark in found.remarks] == ["communality-above-one"]
    assert "(a Heywood case): a." in found.remarks[0].en
