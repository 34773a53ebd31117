"""Whatever is handed in, statistics answer with finite numbers or reasons, and without a warning."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from math import isfinite

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb_service.studies.ahp import PriorityMethod, priorities
from kb_service.studies.ahp_groups import group_priorities
from kb_service.studies.answers import MissingAnswers
from kb_service.studies.concordance import Missing, kendall_w
from kb_service.studies.delphi import Round, Scale, item_statistics, round_statistics
from kb_service.studies.factor_solution import Extraction, Rotation
from kb_service.studies.factors import (
    FactorCount,
    FactorMethod,
    RandomAnswers,
    SampleConditions,
    factor_analysis,
)
from kb_service.studies.fuzzy import Group, Operator, evaluate, evaluate_two_levels
from kb_service.studies.fuzzy import Method as FuzzyMethod
from kb_service.studies.group_differences import Correction, Interview, group_differences
from kb_service.studies.intraclass import intraclass_correlations
from kb_service.studies.kappa import cohen_kappa
from kb_service.studies.pairwise import whole_matrix
from kb_service.studies.random_indices import SAATY_1980
from kb_service.studies.reliability import cronbach_alpha
from kb_service.studies.results import Reason, Statistic
from kb_service.studies.stability import stability
from kb_service.studies.two_groups import Conditions, compare, compare_shares

CONDITIONS = Conditions(fewest_for_means=3, normality_significance=0.05, least_expected=5)
ANY_SAMPLE = SampleConditions(respondents=0, respondents_per_item=0, kmo=0, bartlett_p=1.1)
STRANGE = (
    *(0.0, -0.0, 1.0, 2.0, 3.0, 5.0, -1.0, 0.3, 0.1 + 0.2, 1e16, 1e16 + 2, 1e59, 1e-59),
    *(1e300, -1e300, 1e-300, 5e-324, float("nan"), float("inf"), float("-inf")),
)
ITEMS = ["a", "b", "c", "d"]
numbers = st.sampled_from(STRANGE)
few = st.one_of(
    st.just(numbers),
    st.just(st.integers(1, 3).map(float)),
    st.just(st.sampled_from((1e16, 1e16 + 2, 1e16 + 4))),
    st.just(st.sampled_from((1e-200, 2e-200, 3e-200))),
    st.just(st.sampled_from((1e-58, 2e-58, 3e-58))),
    st.just(st.sampled_from((1e200, 2e200, 0.0))),
    st.just(st.sampled_from((0.3, 0.1 + 0.2))),
)
lists = few.flatmap(lambda each: st.lists(each, max_size=9))
tables = few.flatmap(
    lambda each: st.dictionaries(
        st.sampled_from([f"person {place}" for place in range(6)]),
        st.dictionaries(st.sampled_from(ITEMS), each, max_size=4),
        max_size=6,
    )
)


@contextmanager
def no_warning() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def assert_told(found: object) -> None:
    """That what was found has no number but finite ones, and every reason is in both languages."""
    if isinstance(found, Statistic | Reason):
        reason = found.why if isinstance(found, Statistic) else found
        assert reason is None or (reason.name and reason.zh and reason.en)
        assert reason is not None or isinstance(found, Statistic)
    elif isinstance(found, float):
        assert isfinite(found)
    elif isinstance(found, Mapping):
        for each in found.values():
            assert_told(each)
    elif isinstance(found, tuple | list):
        for each in found:
            assert_told(each)
    elif is_dataclass(found):
        for field in fields(found):
            assert_told(getattr(found, field.name))


@settings(max_examples=60, deadline=None)
@given(lists, lists)
def test_groups_of_any_values_are_compared(first: list[float], second: list[float]) -> None:
    with no_warning():
        assert_told(compare(first, second, CONDITIONS))


@settings(max_examples=40, deadline=None)
@given(*[st.sampled_from((0, 1, 3, 7, 10**6))] * 4)
def test_shares_of_any_size_are_compared(one: int, more: int, two: int, others: int) -> None:
    with no_warning():
        assert_told(compare_shares(one, one + more, two, two + others, CONDITIONS))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.lists(st.sampled_from((0, 1, 2, 10**15)), min_size=3, max_size=3), min_size=3, max_size=3
    )
)
def test_coders_of_any_number_of_units_agree_somehow(counts: list[list[int]]) -> None:
    with no_warning():
        assert_told(cohen_kappa(counts, 0.95))


@settings(max_examples=60, deadline=None)
@given(tables, st.sampled_from(Missing), st.sampled_from(MissingAnswers))
def test_ratings_of_any_kind_are_put_in_relation(
    ratings: dict[str, dict[str, float]], missing: Missing, answers: MissingAnswers
) -> None:
    with no_warning():
        assert_told(kendall_w(ratings, ITEMS, missing))
        assert_told(intraclass_correlations(ratings, ITEMS, 0.95))
        assert_told(cronbach_alpha(ratings, ITEMS, answers, 0.95))


@settings(max_examples=40, deadline=None)
@given(
    tables, st.sampled_from(MissingAnswers), st.sampled_from(FactorCount), st.sampled_from(Rotation)
)
def test_answers_of_any_kind_have_factors_or_reasons(
    answers: dict[str, dict[str, float]],
    missing: MissingAnswers,
    count: FactorCount,
    rotation: Rotation,
) -> None:
    method = FactorMethod(
        count, Extraction.PRINCIPAL_AXIS, rotation, RandomAnswers(samples=3, percentile=95, seed=1)
    )

    with no_warning():
        assert_told(factor_analysis(answers, ITEMS, missing, method, ANY_SAMPLE))


@settings(max_examples=40, deadline=None)
@given(tables, tables, st.sampled_from((Scale(1, 5), Scale(float("-inf"), float("inf")))))
def test_rounds_of_any_ratings_are_told_of(
    earlier: dict[str, dict[str, float]], later: dict[str, dict[str, float]], scale: Scale
) -> None:
    rounds = [
        Round(number, [*ratings, "nobody"], ITEMS, ratings)
        for number, ratings in ((1, earlier), (2, later))
    ]

    with no_warning():
        assert_told(round_statistics(rounds[0], scale, Missing.DROP_RATERS))
        assert_told(stability(rounds, scale))


@settings(max_examples=40, deadline=None)
@given(lists)
def test_an_item_of_any_ratings_is_told_of(ratings: list[float]) -> None:
    with no_warning():
        assert_told(item_statistics(ratings, full_score=5))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.lists(st.one_of(numbers, st.sampled_from((None, 9.0, 1 / 9))), min_size=4, max_size=4),
        min_size=4,
        max_size=4,
    ),
    st.sampled_from(PriorityMethod),
)
def test_judgements_of_any_kind_are_weighed(
    rows: list[list[float | None]], method: PriorityMethod
) -> None:
    matrix = whole_matrix(ITEMS, rows)

    with no_warning():
        assert_told(priorities(matrix, method, SAATY_1980))
        assert_told(group_priorities({"lin": matrix, "mo": matrix}, method, SAATY_1980))


@settings(max_examples=40, deadline=None)
@given(
    st.fixed_dictionaries(dict.fromkeys(ITEMS, st.one_of(st.sampled_from((0.25, 0.5)), numbers))),
    st.dictionaries(
        st.sampled_from(ITEMS),
        st.dictionaries(st.sampled_from(("A", "B", "Z")), st.one_of(numbers, st.just(0.5))),
    ),
    st.fixed_dictionaries({"A": numbers, "B": st.just(1.0)}),
    st.sampled_from(Operator),
)
def test_memberships_of_any_kind_are_put_together(
    weights: dict[str, float],
    judged: dict[str, dict[str, float]],
    grades: dict[str, float],
    operator: Operator,
) -> None:
    method = FuzzyMethod(operator, normalised=True)

    with no_warning():
        assert_told(evaluate(weights, judged, grades, method))
        assert_told(evaluate_two_levels({"all": Group(1.0, weights)}, judged, grades, method))


levels = st.dictionaries(
    st.sampled_from(ITEMS), st.lists(st.one_of(numbers, st.none()), max_size=3)
)
interviews = st.lists(st.builds(Interview, st.just("lin"), levels, numbers), max_size=6)


@settings(max_examples=15, deadline=None)
@given(interviews, interviews)
def test_interviews_of_any_kind_are_compared(
    excellent: list[Interview], average: list[Interview]
) -> None:
    with no_warning():
        assert_told(
            group_differences(excellent, average, ITEMS, CONDITIONS, Correction.BENJAMINI_HOCHBERG)
        )


@pytest.mark.parametrize("order", [1, 2, 15])
def test_matrices_of_any_order_are_weighed(order: int) -> None:
    items = [str(place) for place in range(order)]
    rows = [[3.0 ** (row - column) for column in range(order)] for row in range(order)]

    found = priorities(whole_matrix(items, rows), PriorityMethod.EIGENVECTOR, SAATY_1980)

    assert sum(each.weight.number for each in found.weights) == pytest.approx(1)
    assert found.consistency_index.number == pytest.approx(0, abs=1e-9)
    assert (found.consistency_ratio.value is None) == (order == 15)
