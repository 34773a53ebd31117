"""Kendall's W, against published figures, scipy's Friedman test and a calculation in fractions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import friedmanchisquare

from kb_service.studies.concordance import Concordance, Missing, kendall_w

ROUNDING_FIRST_BASE = (
    (5.40, 5.50, 5.55),
    (5.85, 5.70, 5.75),
    (5.20, 5.60, 5.50),
    (5.55, 5.50, 5.40),
    (5.90, 5.85, 5.70),
    (5.45, 5.55, 5.60),
    (5.40, 5.40, 5.35),
    (5.45, 5.50, 5.35),
    (5.25, 5.15, 5.00),
    (5.85, 5.80, 5.70),
    (5.25, 5.20, 5.10),
    (5.65, 5.55, 5.45),
    (5.60, 5.35, 5.45),
    (5.05, 5.00, 4.95),
    (5.50, 5.50, 5.40),
    (5.45, 5.55, 5.50),
    (5.55, 5.55, 5.35),
    (5.45, 5.50, 5.55),
    (5.50, 5.45, 5.25),
    (5.65, 5.60, 5.40),
    (5.70, 5.65, 5.55),
    (6.30, 6.30, 6.25),
)
"""Hollander and Wolfe (1973), page 140: seconds of 22 players by three methods."""


def concordance(
    *rows: Sequence[float | None], missing: Missing = Missing.DROP_RATERS
) -> Concordance:
    """W of raters a, b, … for items 1, 2, …; None is a rating that is missing."""
    return kendall_w(
        {
            chr(ord("a") + place): {
                str(item): rating for item, rating in enumerate(row, 1) if rating is not None
            }
            for place, row in enumerate(rows)
        },
        [str(item) for item in range(1, len(rows[0]) + 1)],
        missing,
    )


def names(found: Concordance) -> list[str]:
    return [remark.name for remark in found.remarks]


def why(found: Concordance) -> str:
    assert found.w.why
    return found.w.why.name


def test_w_of_three_judges_is_that_of_siegel() -> None:
    """Siegel (1956), page 230: rankings of six applicants by three executives, W .16."""
    found = concordance((1, 6, 3, 2, 5, 4), (1, 5, 6, 4, 2, 3), (6, 3, 2, 5, 4, 1))

    assert round(found.w.number, 2) == 0.16
    assert found.w.number == pytest.approx(12 * 25.5 / (9 * 210))
    assert found.chi_square.number == pytest.approx(3 * 5 * found.w.number)
    assert found.degrees_of_freedom.number == 5
    assert names(found) == ["chi-square-approximate"]


def test_w_of_tied_rankings_is_that_of_kendall() -> None:
    """Siegel (1956), page 234: sum of squares 591, corrections 1, 1.5 and 7, so 591 / 714 = .828."""
    found = concordance(
        (1, 4.5, 2, 4.5, 3, 7.5, 6, 9, 7.5, 10),
        (2.5, 1, 2.5, 4.5, 4.5, 8, 9, 6.5, 10, 6.5),
        (2, 1, 4.5, 4.5, 4.5, 4.5, 8, 8, 8, 10),
    )

    assert found.w.number == pytest.approx(591 / 714)
    assert found.uncorrected.number == pytest.approx(591 / 742.5)
    assert not found.remarks


def test_chi_square_of_tied_ratings_is_that_of_hollander_and_wolfe() -> None:
    """χ² 11.143, p .003805, as R prints for these data."""
    found = concordance(*ROUNDING_FIRST_BASE)

    assert found.chi_square.number == pytest.approx(11.143, abs=0.0005)
    assert found.p.number == pytest.approx(0.003805, abs=5e-7)


def test_raters_with_gaps_are_left_out_and_named() -> None:
    found = concordance((1, 2, 3), (1, None, 3), (1, 2, 3))

    assert found.raters == ("a", "c")
    assert found.w.number == 1
    assert "raters-left-out" in names(found)
    assert "b" in found.remarks[0].en


def test_items_with_gaps_are_left_out_and_named_where_one_says_so() -> None:
    found = concordance((1, 2, 3), (3, None, 1), (1, 2, 3), missing=Missing.DROP_ITEMS)

    assert found.raters == ("a", "b", "c")
    assert found.items == ("1", "3")
    assert "items-left-out" in names(found)
    assert found.w.number == pytest.approx(1 / 9)


def test_items_that_nobody_rated_and_raters_who_rated_nothing_are_named() -> None:
    found = concordance((1, None, 3), (None, None, None), (1, None, 3))

    assert names(found)[:2] == ["items-not-rated", "raters-without-ratings"]
    assert found.raters == ("a", "c")
    assert found.w.number == 1


@pytest.mark.parametrize("rating", [float("nan"), float("inf"), 1e300])
def test_a_rating_that_is_no_number_is_named_and_counts_as_missing(rating: float) -> None:
    found = concordance((1, 2, 3), (1, rating, 3), (1, 2, 3))

    assert names(found)[:2] == ["numbers-left-out", "raters-left-out"]
    assert f"b 2 {rating:g}" in found.remarks[0].en
    assert found.w.number == 1


@pytest.mark.parametrize(
    ("rows", "name"),
    [
        ([(1, 2, 3)], "one-rater-only"),
        ([(4, 4, 4), (4, 4, 4)], "ratings-all-equal"),
        ([(1,), (2,)], "too-few-items"),
        ([(1, None), (None, 2)], "nobody-rated"),
    ],
)
def test_rankings_that_cannot_agree_say_why(
    rows: list[tuple[float | None, ...]], name: str
) -> None:
    found = concordance(*rows)

    assert why(found) == name
    assert found.chi_square.why == found.p.why == found.w.why


def test_a_panel_of_one_still_tells_its_degrees_of_freedom() -> None:
    assert concordance((1, 2, 3)).degrees_of_freedom.number == 2


def test_a_rater_who_ranks_nothing_is_corrected_for() -> None:
    """By hand: sums 3, 4, 5 of two raters, 12·2 / (4·24 − 2·24) = .5."""
    assert concordance((1, 2, 3), (5, 5, 5)).w.number == pytest.approx(0.5)


ratings = st.integers(2, 6).flatmap(
    lambda items: st.lists(
        st.lists(st.integers(1, 5), min_size=items, max_size=items), min_size=2, max_size=6
    )
)


@given(ratings)
def test_w_is_that_of_a_calculation_in_fractions(rows: list[list[int]]) -> None:
    found = concordance(*rows)

    expected = _w(rows)
    if expected is None:
        assert why(found) == "ratings-all-equal"
    else:
        assert found.w.number == pytest.approx(float(expected))
        assert 0 <= found.w.number <= 1


def _w(rows: list[list[int]]) -> Fraction | None:
    """W from each pair of items: the variance of rank sums over the largest there could be."""
    items, raters = len(rows[0]), len(rows)
    sums = [
        sum(
            Fraction(sum((value > other) - (value < other) for other in row), 2)
            for row in rows
            for value in [row[item]]
        )
        for item in range(items)
    ]
    ties = sum(times**3 - times for row in rows for times in Counter(row).values())
    most = Fraction(raters * raters * (items**3 - items) - raters * ties, 12)
    return sum((each * each for each in sums), Fraction()) / most if most else None


@given(ratings.filter(lambda rows: len(rows[0]) > 2))
def test_chi_square_is_that_of_friedmans_test(rows: list[list[int]]) -> None:
    found = concordance(*rows)

    if found.w.value is not None:
        chi_square, p = friedmanchisquare(*zip(*rows, strict=True))
        assert found.chi_square.number == pytest.approx(float(chi_square), abs=1e-9)
        assert found.p.number == pytest.approx(float(p), abs=1e-9)


@given(ratings)
def test_the_order_of_raters_and_items_and_the_direction_mean_nothing(
    rows: list[list[int]],
) -> None:
    turned = [[6 - value for value in reversed(row)] for row in reversed(rows)]

    assert concordance(*turned).w == concordance(*rows).w


@given(st.permutations(range(5)), st.integers(2, 6))
def test_raters_of_one_opinion_agree_entirely(ranks: list[int], raters: int) -> None:
    assert concordance(*[ranks] * raters).w.number == 1
