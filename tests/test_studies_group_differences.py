"""Excellent against average performers, with published test results and a calculation in fractions."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import comb
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from kb_service.studies.group_differences import (
    Correction,
    GroupDifferences,
    Interview,
    Measure,
    corrected,
    group_differences,
)
from kb_service.studies.results import known, unknown
from kb_service.studies.two_groups import (
    ALL_EQUAL,
    Conditions,
    EffectSize,
    Method,
    compare,
    compare_shares,
)

USUAL = Conditions(fewest_for_means=5, normality_significance=0.05, least_expected=5)
RANKS_ONLY = Conditions(fewest_for_means=1000, normality_significance=0.05, least_expected=5)
EXACT = Conditions(fewest_for_means=5, normality_significance=0.05, least_expected=1000)
SLEEP = (
    (0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0),
    (1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4),
)
"""Student (1908): hours of sleep gained with two drugs."""
PERMEABILITY = (
    (0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46),
    (1.15, 0.88, 0.90, 0.74, 1.21),
)
"""Hollander and Wolfe (1973), page 69: permeability of the human chorioamnion."""


def differences(
    excellent: Sequence[Interview],
    average: Sequence[Interview],
    *competencies: str,
    correction: Correction = Correction.HOLM,
) -> GroupDifferences:
    return group_differences(excellent, average, competencies, USUAL, correction)


def interviews(prefix: str, *times: int, level: float | None = 3) -> list[Interview]:
    """One person for each number of behaviours of calm."""
    return [
        Interview(f"{prefix}{place}", {"calm": [level] * count})
        for place, count in enumerate(times)
    ]


def test_normal_groups_are_compared_as_welch_did() -> None:
    """t −1.8608 with 17.776 degrees of freedom, p .07939, as R prints for these data."""
    found = compare(*SLEEP, USUAL)

    assert found.method is Method.WELCH
    assert found.because and found.because.name == "normal"
    assert found.statistic.number == pytest.approx(-1.8608, abs=0.00005)
    assert found.degrees_of_freedom.number == pytest.approx(17.776, abs=0.0005)
    assert found.p.number == pytest.approx(0.07939, abs=0.000005)


def test_the_effect_of_normal_groups_is_that_of_hedges() -> None:
    """d = (.75 − 2.33) / 1.8988, brought down by 1 − 3 / (4·20 − 9)."""
    found = compare(*SLEEP, USUAL)

    assert found.effect_size is EffectSize.HEDGES
    assert found.effect.number == pytest.approx((1 - 3 / 71) * (0.75 - 2.33) / 1.8988, abs=0.0001)


def test_groups_by_ranks_are_compared_as_hollander_and_wolfe_did() -> None:
    """U 35, p of both sides .2544."""
    found = compare(*PERMEABILITY, RANKS_ONLY)

    assert found.method is Method.MANN_WHITNEY
    assert found.statistic.number == 35
    assert found.p.number == pytest.approx(0.2544, abs=0.00005)
    assert found.effect_size is EffectSize.RANK_BISERIAL
    assert found.effect.number == pytest.approx(2 * 35 / 50 - 1)
    assert found.degrees_of_freedom.why and found.degrees_of_freedom.why.name == "rank-test"


def test_fishers_exact_test_of_the_tea_is_fishers() -> None:
    """The lady tasting tea, 3 of 4 cups right: p of both sides .4857."""
    found = compare_shares(3, 4, 1, 4, USUAL)

    assert found.method is Method.FISHER
    assert found.p.number == pytest.approx(0.4857, abs=0.00005)
    assert found.odds_ratio.number == 9
    assert found.effect.number == pytest.approx(0.5)
    assert found.statistic.why and found.statistic.why.name == "exact-test"


def test_fishers_exact_test_of_the_twins_is_fishers() -> None:
    """Convictions of 13 identical and 17 fraternal twins of criminals: p .0005367, as R prints it."""
    found = compare_shares(10, 13, 2, 17, EXACT)

    assert found.method is Method.FISHER
    assert found.p.number == pytest.approx(0.0005367, abs=5e-8)


def test_large_shares_are_compared_by_chi_square() -> None:
    """30 of 50 against 20 of 50: χ² = 100·(30·30 − 20·20)² / 50⁴ = 4, φ² = χ² / 100."""
    found = compare_shares(30, 50, 20, 50, USUAL)

    assert found.method is Method.CHI_SQUARE
    assert found.statistic.number == pytest.approx(4)
    assert found.p.number == pytest.approx(0.0455, abs=0.00005)
    assert found.effect.number == pytest.approx(0.2)
    assert found.odds_ratio.number == pytest.approx(2.25)


def test_an_expected_count_on_the_limit_is_large_enough() -> None:
    assert compare_shares(6, 10, 4, 10, USUAL).method is Method.CHI_SQUARE
    assert compare_shares(5, 10, 4, 10, USUAL).method is Method.FISHER


@pytest.mark.parametrize(("size", "exact"), [(12, True), (49, True), (50, False)])
def test_ranks_without_ties_are_tested_exactly_up_to_groups_of_forty_nine(
    size: int, exact: bool
) -> None:
    """Of all ways to share out twice as many ranks, two set the groups entirely apart."""
    found = compare(range(size), range(100, 100 + size), RANKS_ONLY)

    assert (found.p.number == pytest.approx(2 / comb(2 * size, size), rel=1e-9, abs=0)) is exact


def test_values_that_differ_by_rounding_alone_are_tied() -> None:
    rounded, plain = (0.1 + 0.2, 1, 2), (0.3, 3, 4)

    assert compare(rounded, plain, USUAL).p == compare((0.3, 1, 2), plain, USUAL).p
    assert compare((0.1 + 0.2,), (0.3,), USUAL).p.why == ALL_EQUAL


@pytest.mark.parametrize("unit", [1e-55, 1e-9, 1e9, 1e55])
def test_the_unit_of_measurement_changes_no_test(unit: float) -> None:
    plain = compare(*SLEEP, USUAL)
    first, second = ([value * unit for value in group] for group in SLEEP)

    found = compare(first, second, USUAL)

    assert found.method is Method.WELCH
    assert [
        each.number for each in (found.statistic, found.degrees_of_freedom, found.p, found.effect)
    ] == pytest.approx(
        [each.number for each in (plain.statistic, plain.degrees_of_freedom, plain.p, plain.effect)]
    )


def test_values_that_are_no_numbers_are_named_and_left_out() -> None:
    found = compare((1, 2, float("nan")), (3, float("inf"), 4), USUAL)

    assert (found.first.size, found.second.size) == (2, 2)
    assert [remark.name for remark in found.remarks] == ["numbers-left-out"]
    assert "nan, inf" in found.remarks[0].en
    assert found.p == compare((1, 2), (3, 4), USUAL).p


def test_groups_too_large_to_be_tested_for_normality_are_compared_by_ranks() -> None:
    found = compare(range(5001), range(10), USUAL)

    assert found.because and found.because.name == "group-large"
    assert found.p.number < 0.001


def test_a_level_that_is_no_number_is_named_and_the_behaviour_counts() -> None:
    excellent = [Interview("x", {"calm": [4, float("nan")]})]

    found = differences(excellent, interviews("a", 2), "calm")

    assert [remark.name for remark in found.remarks] == ["numbers-left-out"]
    assert "x calm nan" in found.remarks[0].en
    assert found.competencies["calm"].level.first.mean.number == 4
    assert found.competencies["calm"].frequency.first.mean.number == 2


@pytest.mark.parametrize(
    ("first", "second", "because"),
    [
        ((1, 2, 3, 4), (1, 2, 3, 4, 6), "group-small"),
        ((2, 2, 2, 2, 2), (1, 2, 3, 4, 5), "group-without-variation"),
        ((1, 1, 1, 1, 1, 1, 1, 1, 40), (1, 2, 3, 4, 5, 6, 7, 8, 9), "not-normal"),
    ],
)
def test_a_comparison_by_ranks_says_why(
    first: Sequence[float], second: Sequence[float], because: str
) -> None:
    found = compare(first, second, USUAL)

    assert found.method is Method.MANN_WHITNEY
    assert found.because and found.because.name == because


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [((), (1, 2, 3), "group-empty"), ((2, 2), (2, 2), "values-all-equal")],
)
def test_groups_that_cannot_be_compared_keep_their_sizes_and_means(
    first: Sequence[float], second: Sequence[float], why: str
) -> None:
    found = compare(first, second, USUAL)

    assert found.p.why and found.p.why.name == why
    assert found.method is None
    assert (found.first.size, found.second.size) == (len(first), len(second))
    assert found.second.mean.number == 2


def test_a_group_of_one_has_a_mean_and_no_deviation() -> None:
    found = compare((4,), (1, 2, 3), USUAL)

    assert found.first.mean.number == 4
    assert found.first.standard_deviation.why
    assert found.first.standard_deviation.why.name == "one-value-only"
    assert found.p.number == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("shown", "why"),
    [
        ((0, 5, 0, 6), "values-all-equal"),
        ((5, 5, 6, 6), "values-all-equal"),
        ((0, 0, 2, 6), "group-empty"),
    ],
)
def test_shares_without_a_difference_to_test_say_so(
    shown: tuple[int, int, int, int], why: str
) -> None:
    found = compare_shares(*shown, USUAL)

    assert found.p.why and found.p.why.name == why


def test_what_all_of_one_group_and_none_of_another_show_has_no_odds_ratio_but_phi() -> None:
    found = compare_shares(5, 5, 0, 5, USUAL)

    assert found.odds_ratio.why and found.odds_ratio.why.name == "cell-empty"
    assert found.effect.number == pytest.approx(1)
    assert found.p.number == pytest.approx(2 / 252)


def test_more_who_show_it_than_there_are_is_refused() -> None:
    with pytest.raises(ValueError):
        compare_shares(6, 5, 0, 5, USUAL)


@pytest.mark.parametrize(
    ("correction", "expected"),
    [
        (Correction.HOLM, [0.03, 0.06, 0.06, 0.02]),
        (Correction.BENJAMINI_HOCHBERG, [0.02, 0.04, 0.04, 0.02]),
    ],
)
def test_p_of_many_tests_is_corrected_as_named(
    correction: Correction, expected: list[float]
) -> None:
    """Four tests with p .01, .04, .03 and .005, worked out by hand."""
    found = corrected([known(p) for p in (0.01, 0.04, 0.03, 0.005)], correction)

    assert [each.number for each in found] == pytest.approx(expected)


def test_a_test_that_could_not_be_made_does_not_count_among_the_many() -> None:
    found = corrected([known(0.02), unknown(ALL_EQUAL), known(0.5)], Correction.HOLM)

    assert found == [known(0.04), unknown(ALL_EQUAL), known(0.5)]


def test_a_person_who_never_showed_it_counts_for_frequency_and_not_for_level() -> None:
    average = [*interviews("a", 0, 1), Interview("a2", {})]

    found = differences(interviews("x", 3, 2, 4), average, "calm")

    calm = found.competencies["calm"]
    assert calm.frequency.second.size == 3
    assert calm.frequency.second.mean.number == pytest.approx(1 / 3)
    assert calm.level.second.size == 1
    assert (calm.occurrence.first_shown, calm.occurrence.second_shown) == (3, 1)
    assert calm.frequency.effect.number == 1
    assert [remark.name for remark in found.remarks] == ["interviews-without-codes"]
    assert "a0, a2" in found.remarks[0].en


def test_the_level_of_a_person_is_the_mean_of_the_behaviours_that_have_one() -> None:
    excellent = [Interview("x", {"calm": [4, 5, None]})]

    calm = differences(excellent, interviews("a", 2, level=None), "calm").competencies["calm"]

    assert calm.level.first.mean.number == 4.5
    assert calm.frequency.first.mean.number == 3
    assert calm.level.p.why and calm.level.p.why.name == "group-empty"


def test_each_measure_is_corrected_for_its_own_tests() -> None:
    excellent = [Interview(f"x{n}", {"calm": [5] * 4, "tact": [3] * (n % 3)}) for n in range(6)]
    average = [Interview(f"a{n}", {"calm": [2], "tact": [3] * (n % 2)}) for n in range(6)]

    found = differences(excellent, average, "calm", "tact").competencies

    calm, tact = found["calm"], found["tact"]
    assert calm.adjusted[Measure.FREQUENCY].number == pytest.approx(2 * calm.frequency.p.number)
    assert tact.adjusted[Measure.FREQUENCY].number == pytest.approx(tact.frequency.p.number)
    assert calm.adjusted[Measure.OCCURRENCE].why == ALL_EQUAL
    assert tact.adjusted[Measure.OCCURRENCE] == tact.occurrence.p
    assert calm.adjusted[Measure.LEVEL] == calm.level.p


def test_interviews_that_differ_in_length_are_told_of() -> None:
    excellent = [Interview(f"x{n}", {"calm": [3]}, length=9000 + 100 * n) for n in range(6)]
    average = [Interview(f"a{n}", {"calm": [3]}, length=4000 + 150 * n) for n in range(6)]

    found = differences(excellent, average, "calm").length

    assert found.first.mean.number == 9250
    assert found.p.number < 0.001


def test_a_person_interviewed_twice_is_named() -> None:
    found = differences(interviews("x", 1, 2) + interviews("x", 2), interviews("a", 1), "calm")

    assert [remark.name for remark in found.remarks] == ["interviewed-twice"]
    assert "x0" in found.remarks[0].zh


sizes = st.tuples(st.integers(1, 8), st.integers(1, 8))


@given(sizes, st.data())
def test_fishers_test_is_that_of_a_calculation_in_fractions(
    groups: tuple[int, int], data: st.DataObject
) -> None:
    first, second = groups
    one, two = data.draw(st.integers(0, first)), data.draw(st.integers(0, second))

    found = compare_shares(one, first, two, second, EXACT)
    turned = compare_shares(two, second, one, first, EXACT)

    if one + two in (0, first + second):
        assert found.p.why == ALL_EQUAL
        return
    assert found.p.number == pytest.approx(float(_fisher(one, first, two, second)))
    assert turned.p.number == pytest.approx(found.p.number)
    assert turned.effect.number == pytest.approx(-found.effect.number)
    assert -1 <= found.effect.number <= 1


def _fisher(one: int, first: int, two: int, second: int) -> Fraction:
    """The probability of all tables with these margins that are no likelier than this one."""
    shown = one + two

    def chance(those: int) -> Fraction:
        return Fraction(
            comb(first, those) * comb(second, shown - those), comb(first + second, shown)
        )

    possible = range(max(0, shown - second), min(first, shown) + 1)
    return sum((chance(each) for each in possible if chance(each) <= chance(one)), Fraction())


values = st.lists(st.integers(0, 6), min_size=1, max_size=9)


@given(values, values)
def test_the_effect_by_ranks_is_the_share_of_pairs_won_less_that_lost(
    first: list[int], second: list[int]
) -> None:
    found = compare(first, second, RANKS_ONLY)

    if len({*first, *second}) == 1:
        assert found.effect.why == ALL_EQUAL
        return
    won = sum((one > two) - (one < two) for one in first for two in second)
    assert found.effect.number == pytest.approx(won / (len(first) * len(second)))
    assert 0 <= found.p.number <= 1


many_p = st.lists(st.integers(0, 1000).map(lambda each: each / 1000), min_size=1, max_size=8)


@given(many_p)
def test_p_is_corrected_as_statsmodels_does(found: list[float]) -> None:
    statistics = [known(p) for p in found]

    for correction, name in ((Correction.HOLM, "holm"), (Correction.BENJAMINI_HOCHBERG, "fdr_bh")):
        with patch(
            "gc.collect"
        ):  # which it does at each correction by Holm, and which takes a while
            expected = multipletests(found, method=name)[1]
        assert [each.number for each in corrected(statistics, correction)] == pytest.approx(
            list(expected)
        )


@given(many_p, st.sampled_from(Correction))
def test_a_corrected_p_is_never_smaller_and_keeps_the_order(
    found: list[float], correction: Correction
) -> None:
    after = [each.number for each in corrected([known(p) for p in found], correction)]

    assert all(before <= now <= 1 for before, now in zip(found, after, strict=True))
    ordered = [now for _, now in sorted(zip(found, after, strict=True))]
    assert ordered == sorted(ordered)
