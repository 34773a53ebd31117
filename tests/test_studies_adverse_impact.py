"""The four-fifths rule and Fisher's exact test, against published figures and another's computation."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import fisher_exact as scipy_fisher_exact

from kb_service.studies.adverse_impact import Limits, Outcome, fisher_exact, impacts

LIMITS = Limits(ratio=Fraction(4, 5), significance=Fraction(1, 20), group=30)
COUNTS = st.integers(min_value=0, max_value=40)
GUIDELINES = {
    "white": Outcome(60, 40),
    "American Indian": Outcome(45, 55),
    "Hispanic": Outcome(48, 52),
    "black": Outcome(51, 49),
}
"""Question 11 about the Uniform Guidelines, 44 Federal Register 11996 (1979), with 100 people in each group."""


def test_the_ratios_are_those_that_the_uniform_guidelines_print() -> None:
    found = impacts(GUIDELINES, LIMITS)

    assert found["white"].is_reference
    assert {name: each.ratio for name, each in found.items() if not each.is_reference} == {
        "American Indian": Fraction(75, 100),
        "Hispanic": Fraction(80, 100),
        "black": Fraction(85, 100),
    }


def test_exactly_four_fifths_is_no_adverse_impact() -> None:
    found = impacts(GUIDELINES, LIMITS)

    assert {name for name, each in found.items() if each.is_adverse} == {"American Indian"}


def test_a_ratio_is_compared_before_it_is_rounded() -> None:
    groups = {"most": Outcome(10_000, 0), "nearly": Outcome(79_999, 20_001)}

    found = impacts(groups, LIMITS)

    assert found["nearly"].is_adverse


@pytest.mark.parametrize(
    "one, other, printed",
    [
        (Outcome(3, 1), Outcome(1, 3), 0.4857),  # the lady tasting tea: Agresti (2002), p. 91
        (Outcome(2, 15), Outcome(10, 3), 0.0005367),  # convictions of twins: Fisher (1970)
        (Outcome(1, 9), Outcome(11, 3), 0.002759),  # men and women studying, as Wikipedia has it
    ],
)
def test_p_is_what_is_printed(one: Outcome, other: Outcome, printed: float) -> None:
    p = fisher_exact(one, other)

    assert float(p) == pytest.approx(printed, rel=2e-4)


def test_p_is_an_exact_fraction() -> None:
    assert fisher_exact(Outcome(3, 1), Outcome(1, 3)) == Fraction(34, 70)


@given(COUNTS, COUNTS, COUNTS, COUNTS)
def test_p_is_that_of_another_computation(a: int, b: int, c: int, d: int) -> None:
    expected = float(scipy_fisher_exact([[a, b], [c, d]]).pvalue)

    assert float(fisher_exact(Outcome(a, b), Outcome(c, d))) == pytest.approx(expected, rel=1e-6)


def test_p_is_found_for_ten_thousand_people() -> None:
    p = fisher_exact(Outcome(2400, 2600), Outcome(2600, 2400))

    expected = scipy_fisher_exact([[2400, 2600], [2600, 2400]]).pvalue
    assert float(p) == pytest.approx(float(expected), rel=1e-6)


def test_a_small_group_sets_no_standard_for_others() -> None:
    groups = {"one of one": Outcome(1, 0), "men": Outcome(48, 207), "women": Outcome(52, 343)}

    found = impacts(groups, LIMITS)

    assert found["men"].is_reference
    assert found["one of one"].is_small
    assert found["women"].ratio == Fraction(52, 395) / Fraction(48, 255)
    assert found["women"].is_adverse


def test_where_every_group_is_small_each_of_them_is_called_so() -> None:
    found = impacts({"a": Outcome(4, 1), "b": Outcome(2, 3)}, LIMITS)

    assert found["a"].is_reference
    assert all(each.is_small for each in found.values())


def test_what_one_person_would_change_is_called_so() -> None:
    on_one = impacts({"a": Outcome(8, 2), "b": Outcome(6, 4)}, LIMITS)["b"]
    on_many = impacts({"a": Outcome(80, 20), "b": Outcome(40, 60)}, LIMITS)["b"]

    assert (on_one.is_adverse, on_one.rests_on_one) == (True, True)
    assert (on_many.is_adverse, on_many.rests_on_one) == (True, False)


def test_where_nobody_is_selected_there_is_nothing_to_compare() -> None:
    found = impacts({"a": Outcome(0, 40), "b": Outcome(0, 50)}, LIMITS)

    assert not any(each.is_adverse for each in found.values())
    assert {each.ratio for each in found.values()} == {None}


def test_a_group_of_whom_nobody_is_judged_is_not_compared() -> None:
    found = impacts({"a": Outcome(30, 10), "b": Outcome(0, 0)}, LIMITS)

    assert (found["b"].ratio, found["b"].p, found["b"].is_adverse) == (None, None, False)


def test_no_groups_give_no_impacts() -> None:
    assert impacts({}, LIMITS) == {}
