"""Published examples of agreement, reliability, factors and group differences come out as printed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from kb_service.studies.answers import Array, MissingAnswers
from kb_service.studies.concordance import Missing, kendall_w
from kb_service.studies.factor_solution import Extraction, Rotation, factor_solution
from kb_service.studies.group_differences import Correction, corrected
from kb_service.studies.intraclass import IntraclassCorrelation, intraclass_correlations
from kb_service.studies.kappa import cohen_kappa, fleiss_kappa
from kb_service.studies.reliability import cronbach_alpha
from kb_service.studies.results import known
from kb_service.studies.sampling_adequacy import sampling_adequacy
from kb_service.studies.two_groups import Conditions, Method, compare, compare_shares

USUAL = Conditions(fewest_for_means=5, normality_significance=0.05, least_expected=5)
RANKS_ONLY = Conditions(fewest_for_means=1000, normality_significance=0.05, least_expected=5)
# Twenty people's anxiety by three raters, artificial: data set `anxiety` of R's package irr.
ANXIETY = (
    (3, 3, 3, 4, 5, 5, 2, 3, 5, 2, 2, 6, 1, 5, 2, 2, 1, 2, 4, 3),
    (3, 6, 4, 6, 2, 4, 2, 4, 3, 3, 2, 3, 3, 3, 2, 2, 1, 3, 3, 4),
    (2, 1, 4, 4, 3, 2, 1, 6, 1, 1, 1, 2, 3, 3, 1, 1, 3, 3, 2, 2),
)
# Eight wines by four judges: the worked example of ICC at real-statistics.com, also pingouin's `icc`.
WINES = (
    (1, 1, 3, 6, 6, 7, 8, 9),
    (2, 3, 8, 4, 5, 5, 7, 9),
    (0, 3, 1, 3, 5, 6, 7, 9),
    (1, 2, 4, 3, 6, 2, 9, 8),
)
# How many of 1,000 gave each pattern of right answers to section 6 of the Law School Admission Test,
# from none to all five: Bock and Lieberman (1970), Psychometrika 35, 179–197.
LSAT_PATTERNS = """
3 6 2 11 1 1 3 4 1 8 0 16 0 3 2 15 10 29 14 81 3 28 15 80 16 56 21 173 11 61 28 298
"""
# Twelve census tracts: population, school, employment, services, house value. Harman, Modern Factor
# Analysis (1976), page 14; the figures below are those of SAS, PROC FACTOR, example of components.
TRACTS = """
5700 12.8 2500 270 25000   1000 10.9 600 10 10000     3400 8.8 1000 10 9000
3800 13.6 1700 140 25000   4000 12.8 1600 140 25000   8200 8.3 2600 60 12000
1200 11.4 400 10 16000     9100 11.5 3300 60 14000    9900 12.5 3400 180 18000
9600 13.7 3600 390 25000   9600 9.6 3300 80 12000     9400 11.4 4000 100 13000
"""
# Eight measures of 305 girls: Harman (1976), page 22, in R `Harman23.cor`.
GIRLS = """
0.846
0.805 0.881
0.859 0.826 0.801
0.473 0.376 0.380 0.436
0.398 0.326 0.319 0.329 0.762
0.301 0.277 0.237 0.327 0.730 0.583
0.382 0.415 0.345 0.365 0.629 0.577 0.539
"""
# Miles per gallon of cars with automatic and manual gears: Motor Trend (1974), in R `mtcars`.
AUTOMATIC = (
    *(21.4, 18.7, 18.1, 14.3, 24.4, 22.8, 19.2, 17.8, 16.4, 17.3),
    *(15.2, 10.4, 10.4, 14.7, 21.5, 15.5, 15.2, 13.3, 19.2),
)
MANUAL = (21, 21, 22.8, 32.4, 30.4, 33.9, 27.3, 26, 30.4, 15.8, 19.7, 15, 21.4)


def by_rater(rows: Sequence[Sequence[float]]) -> dict[str, dict[str, float]]:
    return {
        f"rater {place}": {str(target): rating for target, rating in enumerate(row)}
        for place, row in enumerate(rows)
    }


def icc(rows: Sequence[Sequence[float]]) -> dict[str, IntraclassCorrelation]:
    targets = [str(target) for target in range(len(rows[0]))]
    found = intraclass_correlations(by_rater(rows), targets, 0.95)
    return {each.form: each for each in found.forms}


def tracts() -> Array:
    rows = np.array(TRACTS.split(), dtype=np.float64).reshape(12, 5)
    correlations: Array = np.corrcoef(rows, rowvar=False)
    return correlations


def girls() -> Array:
    matrix = np.eye(8)
    for row, line in enumerate(GIRLS.strip().splitlines(), start=1):
        for column, word in enumerate(line.split()):
            matrix[row, column] = matrix[column, row] = float(word)
    return matrix


@pytest.mark.parametrize(
    ("counts", "kappa"),
    [
        # Cohen (1960), Educational and Psychological Measurement 20, 37–46: 200 diagnoses.
        pytest.param([[88, 14, 18], [10, 40, 10], [2, 6, 12]], 0.492, id="cohen"),
        # Landis and Koch (1977), Biometrics 33, 159–174: multiple sclerosis, two groups of patients.
        pytest.param(
            [[38, 5, 0, 1], [33, 11, 3, 0], [10, 14, 5, 6], [3, 7, 3, 10]], 0.208, id="winnipeg"
        ),
        pytest.param(
            [[5, 3, 0, 0], [3, 11, 4, 0], [2, 13, 3, 4], [1, 2, 4, 14]], 0.297, id="new-orleans"
        ),
    ],
)
def test_kappa_of_diagnoses_is_as_published(counts: list[list[int]], kappa: float) -> None:
    assert cohen_kappa(counts, 0.95).kappa.number == pytest.approx(kappa, abs=0.0006)


@pytest.mark.parametrize(
    ("counts", "kappa", "error"),
    [
        # Agresti, Categorical Data Analysis (2002), page 432: carcinoma by two pathologists.
        pytest.param(
            [[22, 2, 2, 0], [5, 7, 14, 0], [0, 2, 36, 0], [0, 1, 17, 10]],
            *(0.493, 0.057),
            id="pathologists",
        ),
        # Husbands and wives on sexual fun: R's package vcd prints .1293 and .06860.
        pytest.param(
            [[7, 7, 2, 3], [2, 8, 3, 7], [1, 5, 4, 9], [2, 8, 9, 14]],
            *(0.1293, 0.0686),
            id="couples",
        ),
    ],
)
def test_kappa_and_its_error_are_as_published(
    counts: list[list[int]], kappa: float, error: float
) -> None:
    found = cohen_kappa(counts, 0.95)

    assert found.kappa.number == pytest.approx(kappa, abs=0.0005)
    assert found.standard_error.number == pytest.approx(error, abs=0.0005)


def test_kappa_of_fourteen_raters_is_that_of_the_worked_example() -> None:
    """Wikipedia's on Fleiss' kappa: P̄ .378, P̄ₑ .213, κ .210."""
    found = fleiss_kappa(
        [
            *([0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0]),
            *([2, 2, 8, 1, 1], [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2]),
            *([6, 5, 2, 1, 0], [0, 2, 2, 3, 7]),
        ]
    )

    figures = (found.observed, found.expected, found.kappa)
    assert [round(each.number, 3) for each in figures] == [0.378, 0.213, 0.210]


def test_concordance_with_ties_is_as_the_r_package_irr_prints_it() -> None:
    """Subjects 20, raters 3, Wt .54, χ²(19) 30.8, p .0429."""
    items = [str(target) for target in range(20)]

    found = kendall_w(by_rater(ANXIETY), items, Missing.DROP_RATERS)

    assert round(found.w.number, 2) == 0.54
    assert (round(found.chi_square.number, 1), found.degrees_of_freedom.number) == (30.8, 19)
    assert round(found.p.number, 4) == 0.0429


def test_agreement_of_raters_who_differ_in_level_is_as_the_r_package_irr_prints_it() -> None:
    """ICC(A,1) .198, interval from −.039 to .494."""
    found = icc(ANXIETY)["ICC(2,1)"]

    assert round(found.value.number, 3) == 0.198
    assert round(found.interval.low.number, 3) == -0.039
    assert round(found.interval.high.number, 3) == 0.494


def test_the_six_coefficients_of_the_wines_are_as_printed() -> None:
    found = icc(WINES)

    assert [round(each.value.number, 3) for each in found.values()] == [
        *(0.728, 0.728, 0.729, 0.914, 0.914, 0.915)
    ]
    assert round(found["ICC(1,1)"].f.number, 2) == 11.68
    assert round(found["ICC(2,1)"].f.number, 3) == 11.787
    assert {
        (round(each.interval.low.number, 2), round(each.interval.high.number, 2))
        for each in found.values()
    } == {(0.43, 0.93), (0.75, 0.98)}


def test_alpha_of_the_admission_test_is_as_the_r_package_ltm_prints_it() -> None:
    """α .295; without each of the items .2754 .2376 .2168 .2459 .2663."""
    items = [f"item {place}" for place in range(1, 6)]
    answers = {
        f"{pattern} {person}": {
            item: float(right) for item, right in zip(items, f"{pattern:05b}", strict=True)
        }
        for pattern, people in enumerate(map(int, LSAT_PATTERNS.split()))
        for person in range(people)
    }

    found = cronbach_alpha(answers, items, MissingAnswers.LISTWISE, 0.95)

    assert found.respondents == 1000
    assert round(found.alpha.number, 3) == 0.295
    assert [round(each.alpha_if_deleted.number, 4) for each in found.by_item] == [
        *(0.2754, 0.2376, 0.2168, 0.2459, 0.2663)
    ]
    assert [round(each.mean.number, 3) for each in found.by_item] == [
        *(0.924, 0.709, 0.553, 0.763, 0.870)
    ]


def test_the_adequacy_of_the_census_tracts_is_as_sas_prints_it() -> None:
    found = sampling_adequacy(tracts(), [*"abcde"], 12)

    assert found.kmo.number == pytest.approx(0.57536759, abs=5e-9)
    assert [each.adequacy.number for each in found.by_item] == pytest.approx(
        [0.47207897, 0.55158839, 0.48851137, 0.80664365, 0.61281377], abs=5e-9
    )


def test_the_components_of_the_census_tracts_are_as_sas_prints_them() -> None:
    found = factor_solution(tracts(), [*"abcde"], 2, Extraction.PRINCIPAL_COMPONENTS, Rotation.NONE)

    assert [list(item.loadings) for item in found.items] == [
        pytest.approx(printed, abs=6e-6)
        for printed in (
            [0.58096, 0.80642],
            [0.76704, -0.54476],
            [0.67243, 0.72605],
            [0.93239, -0.10431],
            [0.79116, -0.55818],
        )
    ]
    assert [round(each.sum_of_squares, 4) for each in found.explained] == [2.8733, 1.7967]


@pytest.mark.parametrize(
    ("factors", "uniquenesses"),
    [
        (1, [0.158, 0.135, 0.190, 0.187, 0.760, 0.829, 0.877, 0.801]),
        (2, [0.170, 0.107, 0.166, 0.199, 0.089, 0.364, 0.416, 0.537]),
    ],
)
def test_factors_of_eight_measures_are_as_r_prints_them(
    factors: int, uniquenesses: list[float]
) -> None:
    found = factor_solution(
        girls(), [*"abcdefgh"], factors, Extraction.MAXIMUM_LIKELIHOOD, Rotation.VARIMAX
    )

    assert [1 - each.communality for each in found.items] == pytest.approx(uniquenesses, abs=6e-4)


def test_loadings_have_no_more_decimals_than_iteration_finds() -> None:
    found = factor_solution(girls(), [*"abcdefgh"], 2, Extraction.PRINCIPAL_AXIS, Rotation.PROMAX)

    told = [each for item in found.items for each in (*item.loadings, item.communality)]
    assert told == [round(each, 6) for each in told]


def test_cars_are_compared_by_means_as_r_prints_it() -> None:
    """t −3.7671 with 18.332 degrees of freedom, p .001374."""
    found = compare(AUTOMATIC, MANUAL, USUAL)

    assert found.method is Method.WELCH
    assert found.statistic.number == pytest.approx(-3.7671, abs=0.00005)
    assert found.degrees_of_freedom.number == pytest.approx(18.332, abs=0.0005)
    assert found.p.number == pytest.approx(0.001374, abs=5e-7)


def test_cars_are_compared_by_ranks_as_r_prints_it() -> None:
    """W 42, p .001871 by the normal approximation, corrected for ties and for continuity."""
    found = compare(AUTOMATIC, MANUAL, RANKS_ONLY)

    assert found.statistic.number == 42
    assert found.p.number == pytest.approx(0.001871, abs=5e-7)


def test_the_effect_by_ranks_is_cliffs_delta() -> None:
    """Hogarty and Kromrey (1999), as R's package effsize prints it: −.25."""
    found = compare((10, 10, 20, 20, 20, 30, 30, 30, 40, 50), (10, 20, 30, 40, 40, 50), RANKS_ONLY)

    assert found.effect.number == pytest.approx(-0.25)


def test_the_effect_by_means_is_that_of_the_textbook() -> None:
    """Borenstein and others (2009), Introduction to Meta-Analysis, chapter 4: d .5970, g .5924."""
    spread = (49 / 50) ** 0.5  # makes the deviation of 25 values at -1 and 25 at 1 that of 1
    unit = [place * spread for place in (-1, 1) for _ in range(25)]
    first, second = (
        [mean + deviation * each for each in unit] for mean, deviation in ((103, 5.5), (100, 4.5))
    )
    always_by_means = Conditions(fewest_for_means=5, normality_significance=0, least_expected=5)

    found = compare(first, second, always_by_means)

    assert found.effect.number == pytest.approx(0.5924, abs=0.00005)


def test_heart_attacks_with_and_without_aspirin_are_as_published() -> None:
    """Physicians' Health Study, in Agresti (2002), chapter 3: χ² 25.01, odds ratio 1.832."""
    found = compare_shares(189, 11034, 104, 11037, USUAL)

    assert found.statistic.number == pytest.approx(25.01, abs=0.005)
    assert found.odds_ratio.number == pytest.approx(1.832, abs=0.0005)


@pytest.mark.parametrize(
    ("correction", "significant"), [(Correction.HOLM, 3), (Correction.BENJAMINI_HOCHBERG, 4)]
)
def test_as_many_of_fifteen_tests_are_significant_as_benjamini_and_hochberg_say(
    correction: Correction, significant: int
) -> None:
    """Journal of the Royal Statistical Society B 57 (1995), 289–300: treatments of infarction."""
    found = corrected(
        [
            known(p)
            for p in (
                *(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344),
                *(0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0),
            )
        ],
        correction,
    )

    assert sum(each.number <= 0.05 for each in found) == significant
