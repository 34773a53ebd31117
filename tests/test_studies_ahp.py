"""Weights by pairwise comparison: published matrices, and what any matrix must keep to."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_service.findings import RefusedInput
from kb_service.studies.ahp import Priorities, PriorityMethod, priorities
from kb_service.studies.pairwise import (
    PairwiseMatrix,
    named_pairs,
    upper_triangle,
    whole_matrix,
)
from kb_service.studies.random_indices import (
    RANDOM_INDEX_TABLES,
    SAATY_1980,
    SAATY_2004,
    RandomIndexTable,
)

LEADER = upper_triangle(["Experience", "Education", "Charisma", "Age"], [4, 3, 7, 1 / 3, 3, 5])
EXPERIENCE = upper_triangle(["Tom", "Dick", "Harry"], [1 / 4, 4, 9])
NATIONS = upper_triangle(
    ["US", "USSR", "China", "France", "UK", "Japan", "West Germany"],
    # fmt: off
    [4, 9, 6, 6, 5, 5, 7, 5, 5, 3, 4, 1 / 5, 1 / 5, 1 / 7, 1 / 5, 1, 1 / 3, 1 / 3, 1 / 3, 1 / 3, 2],
    # fmt: on
)
HOUSE = upper_triangle(
    ["size", "transport", "neighbourhood", "age", "yard", "facilities", "condition", "financing"],
    # fmt: off
    [
        5,
        3,
        7,
        6,
        6,
        1 / 3,
        1 / 4,
        1 / 3,
        5,
        3,
        3,
        1 / 5,
        1 / 7,
        6,
        3,
        4,
        6,
        1 / 5,
        1 / 3,
        1 / 4,
        1 / 7,
        1 / 8,
        1 / 2,
        1 / 5,
        1 / 6,
        1 / 5,
        1 / 6,
        1 / 2,
    ],
    # fmt: on
)

ratios = st.floats(min_value=1 / 9, max_value=9)
positive = st.lists(st.floats(min_value=0.05, max_value=1), min_size=1, max_size=9)
methods = st.sampled_from(PriorityMethod)


@st.composite
def matrices(draw: st.DrawFn, least: int = 1, most: int = 8) -> PairwiseMatrix:
    order = draw(st.integers(least, most))
    pairs = order * (order - 1) // 2
    judged = draw(st.lists(ratios, min_size=pairs, max_size=pairs))
    return upper_triangle([f"item {number}" for number in range(order)], judged)


def eigenvector(matrix: PairwiseMatrix, table: RandomIndexTable = SAATY_1980) -> Priorities:
    return priorities(matrix, PriorityMethod.EIGENVECTOR, table)


def weights(judged: Priorities) -> list[float]:
    return [each.weight.number for each in judged.weights]


def names(judged: Priorities | PairwiseMatrix) -> list[str]:
    return [remark.name for remark in judged.remarks]


@pytest.mark.parametrize(
    ("matrix", "table", "published", "ratio"),
    [
        pytest.param(
            LEADER, SAATY_1980, [0.548, 0.127, 0.270, 0.056], 0.044, id="choosing-a-leader"
        ),
        pytest.param(
            EXPERIENCE, SAATY_2004, [0.217, 0.717, 0.066], 0.035, id="leaders-by-experience"
        ),
        # T. L. Saaty, The Analytic Hierarchy Process (1980), buying a house: λmax 9.669.
        pytest.param(
            HOUSE,
            SAATY_1980,
            [0.173, 0.054, 0.188, 0.018, 0.031, 0.036, 0.167, 0.333],
            0.169,
            id="buying-a-house",
        ),
    ],
)
def test_published_weights_and_consistency_come_out(
    matrix: PairwiseMatrix, table: RandomIndexTable, published: list[float], ratio: float
) -> None:
    judged = eigenvector(matrix, table)

    assert [round(weight, 3) for weight in weights(judged)] == published
    assert round(judged.consistency_ratio.number, 3) == ratio


def test_the_wealth_of_nations_is_weighed_as_saaty_published_it() -> None:
    # Journal of Mathematical Psychology 15 (1977), 234-281, who rounds some weights otherwise.
    published = [0.427, 0.230, 0.021, 0.052, 0.052, 0.123, 0.094]

    judged = eigenvector(NATIONS)

    assert weights(judged) == pytest.approx(published, abs=0.0006)
    assert judged.lambda_max.number == pytest.approx(7.608, abs=0.0005)
    assert judged.consistency_index.number == pytest.approx(0.10, abs=0.005)


def test_the_table_of_random_indices_decides_the_ratio_and_nothing_else() -> None:
    old, new = eigenvector(EXPERIENCE, SAATY_1980), eigenvector(EXPERIENCE, SAATY_2004)

    assert (old.random_index_table, old.random_index.value) == ("saaty-1980", 0.58)
    assert (new.random_index_table, new.random_index.value) == ("saaty-2004", 0.52)
    assert round(old.consistency_ratio.number, 3) == 0.032
    assert round(new.consistency_ratio.number, 3) == 0.035
    assert old.weights == new.weights


def test_both_tables_are_as_published() -> None:
    assert {name: table.values for name, table in RANDOM_INDEX_TABLES.items()} == {
        "saaty-1980": (0, 0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49),
        "saaty-2004": (0, 0, 0.52, 0.89, 1.11, 1.25, 1.35, 1.40, 1.45, 1.49),
    }


def test_the_geometric_mean_is_that_of_each_row() -> None:
    rows = [prod([float(cell or 0) for cell in row]) ** (1 / 4) for row in LEADER.values]

    judged = priorities(LEADER, PriorityMethod.GEOMETRIC_MEAN, SAATY_1980)

    assert weights(judged) == pytest.approx([row / sum(rows) for row in rows])
    assert judged.consistency_ratio == eigenvector(LEADER).consistency_ratio


@given(positive, methods)
def test_judgements_made_from_weights_give_the_weights_back_with_no_inconsistency(
    true: list[float], method: PriorityMethod
) -> None:
    pairs = [first / second for first, second in combinations(true, 2)]
    matrix = upper_triangle([str(number) for number in range(len(true))], pairs)

    judged = priorities(matrix, method, SAATY_1980)

    assert weights(judged) == pytest.approx([weight / sum(true) for weight in true])
    assert judged.consistency_ratio.number == pytest.approx(0, abs=1e-9)
    assert all(each.factor == pytest.approx(1) for each in judged.deviations)


@given(matrices(), methods, st.randoms())
def test_the_order_in_which_items_are_listed_changes_nothing(
    matrix: PairwiseMatrix, method: PriorityMethod, random: st.DataObject
) -> None:
    place = list(range(len(matrix.items)))
    random.shuffle(place)  # type: ignore[attr-defined]
    shuffled = whole_matrix(
        [matrix.items[row] for row in place],
        [[matrix.values[row][column] for column in place] for row in place],
    )

    before, after = (priorities(each, method, SAATY_1980) for each in (matrix, shuffled))

    assert {each.item: each.weight.number for each in after.weights} == pytest.approx(
        {each.item: each.weight.number for each in before.weights}
    )
    assert after.lambda_max.number == pytest.approx(before.lambda_max.number)


@given(matrices(most=3))
def test_up_to_three_items_have_the_same_weights_by_either_method(matrix: PairwiseMatrix) -> None:
    by_means = priorities(matrix, PriorityMethod.GEOMETRIC_MEAN, SAATY_1980)

    assert weights(eigenvector(matrix)) == pytest.approx(weights(by_means))


@given(matrices(), methods)
def test_weights_are_shares_and_inconsistency_is_never_below_nought(
    matrix: PairwiseMatrix, method: PriorityMethod
) -> None:
    judged = priorities(matrix, method, SAATY_1980)

    assert sum(weights(judged)) == pytest.approx(1)
    assert min(weights(judged)) > 0
    assert judged.consistency_ratio.number >= 0


def test_the_judgement_that_contradicts_the_others_is_named_with_the_value_that_would_not() -> None:
    eight_times_written_upside_down = [2.0, 4.0, 1 / 8, 2.0, 4.0, 2.0]

    judged = eigenvector(upper_triangle(["a", "b", "c", "d"], eight_times_written_upside_down))

    worst = judged.deviations[0]
    by_item = dict(zip("abcd", weights(judged), strict=True))
    assert (worst.first, worst.second, worst.judgement) == ("a", "d", 1 / 8)
    assert worst.by_others == pytest.approx(8)
    assert worst.consistent == pytest.approx(by_item["a"] / by_item["d"])
    assert worst.factor == pytest.approx(worst.consistent / worst.judgement)
    factors = [each.factor for each in judged.deviations]
    assert factors == sorted(factors, reverse=True)


def test_what_only_one_judgement_connects_has_nothing_to_contradict_it() -> None:
    chain = named_pairs(["a", "b", "c"], {("a", "b"): 2, ("b", "c"): 3})

    judged = eigenvector(chain)

    assert [each.by_others for each in judged.deviations] == [None, None]


def test_a_judgement_with_its_reciprocal_says_the_same_in_any_form() -> None:
    items = ["a", "b", "c"]
    whole = whole_matrix(items, [[1, 3, 5], [0.33, 1, 8], [0.2, 0.13, 1]])
    triangle = upper_triangle(items, [3, 5, 8])
    pairs = named_pairs(items, {("b", "a"): 1 / 3, ("a", "c"): 5, ("b", "c"): 8, ("c", "b"): 0.12})

    for read in (whole, pairs):
        assert read.remarks == ()
        assert [list(row) for row in read.values] == [
            pytest.approx(list(row)) for row in triangle.values
        ]


def test_a_rounded_reciprocal_gives_way_to_the_whole_number_on_either_side() -> None:
    above = whole_matrix(["a", "b"], [[1, 8], [0.13, 1]])
    below = whole_matrix(["a", "b"], [[1, 0.13], [8, 1]])

    assert above.values == ((1, 8), (1 / 8, 1))
    assert below.values == ((1, 1 / 8), (8, 1))


def test_cells_that_contradict_each_other_are_named_with_their_reciprocals() -> None:
    matrix = whole_matrix(["a", "b", "c"], [[1, 2, 6], [2, 1, 3], [1 / 6, 1 / 3, 1]])

    judged = eigenvector(matrix)

    contradiction = matrix.remarks[0]
    assert contradiction.name == "judgement-not-reciprocal"
    assert "a against b is 2, so b against a should be 0.5, not 2" in contradiction.en
    assert "“a”对“b”为 2，则反过来应为 0.5，而不是 2" in contradiction.zh
    assert matrix.missing == (("a", "b"),)
    assert weights(judged) == pytest.approx([6 / 10, 3 / 10, 1 / 10])
    assert judged.consistency_ratio.why is not None
    assert judged.consistency_ratio.why.name == "no-random-index-for-missing-judgements"
    assert judged.consistency_index.value == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("value", [0, -3, float("nan"), float("inf"), 1e-320, 1e200])
def test_a_cell_that_is_no_ratio_is_named_and_the_others_still_count(value: float) -> None:
    matrix = upper_triangle(["a", "b", "c"], [value, 6, 3])

    judged = eigenvector(matrix)

    assert names(matrix) == ["judgement-not-a-ratio"]
    assert "a against b" in matrix.remarks[0].en
    assert names(judged) == ["judgement-not-a-ratio", "judgements-missing"]
    assert weights(judged) == pytest.approx([6 / 10, 3 / 10, 1 / 10])


def test_the_other_half_of_a_cell_that_is_no_ratio_is_used() -> None:
    matrix = whole_matrix(["a", "b"], [[1, 3], [0, 1]])

    assert names(matrix) == ["judgement-not-a-ratio"]
    assert weights(eigenvector(matrix)) == pytest.approx([0.75, 0.25])


def test_a_diagonal_that_is_not_one_and_a_judgement_beyond_the_scale_are_pointed_out() -> None:
    matrix = whole_matrix(["a", "b"], [[2, 12], [1 / 12, 1]])

    assert names(matrix) == ["diagonal-not-one", "judgement-off-scale"]
    assert weights(eigenvector(matrix)) == pytest.approx([12 / 13, 1 / 13])


@given(matrices(least=3), st.data(), methods)
def test_missing_judgements_that_follow_from_the_others_are_not_missed(
    matrix: PairwiseMatrix, data: st.DataObject, method: PriorityMethod
) -> None:
    true = data.draw(
        st.lists(ratios, min_size=len(matrix.items), max_size=len(matrix.items)), label="weights"
    )
    chain = {
        (first, second): true[place] / true[place + 1]
        for place, (first, second) in enumerate(zip(matrix.items, matrix.items[1:], strict=False))
    }

    judged = priorities(named_pairs(matrix.items, chain), method, SAATY_1980)

    assert weights(judged) == pytest.approx([weight / sum(true) for weight in true])


@given(matrices(least=4), st.data())
def test_a_missing_judgement_is_worth_what_the_weights_say_it_would_be(
    matrix: PairwiseMatrix, data: st.DataObject
) -> None:
    # Harker (1987): putting w_i/w_j for what is missing leaves the eigenvector as it is.
    gaps = data.draw(
        st.sets(st.sampled_from(list(combinations(range(1, len(matrix.items)), 2)))), label="gaps"
    )
    cells: list[list[float | None]] = [list(row) for row in matrix.values]
    for row, column in gaps:
        cells[row][column] = cells[column][row] = None
    found = weights(eigenvector(whole_matrix(matrix.items, cells)))
    for row, column in gaps:
        cells[row][column] = found[row] / found[column]
        cells[column][row] = found[column] / found[row]

    filled = weights(eigenvector(whole_matrix(matrix.items, cells)))

    assert filled == pytest.approx(found, rel=1e-6)


def test_items_that_nothing_connects_have_no_weights_and_the_groups_are_named() -> None:
    matrix = named_pairs(["a", "b", "c", "d"], {("a", "b"): 2, ("c", "d"): 3})

    judged = eigenvector(matrix)

    why = judged.lambda_max.why
    assert why is not None
    assert why.name == "comparisons-not-connected"
    assert "a, b; c, d" in why.en
    assert {each.weight.why for each in judged.weights} == {why}
    assert judged.random_index.value == 0.90


@pytest.mark.parametrize(("order", "expected"), [(1, [1.0]), (2, [0.75, 0.25])])
def test_one_or_two_items_cannot_contradict_each_other(order: int, expected: list[float]) -> None:
    matrix = upper_triangle(["a", "b"][:order], [3.0][: order - 1])

    judged = eigenvector(matrix)

    assert weights(judged) == pytest.approx(expected)
    assert judged.lambda_max.number == pytest.approx(order)
    assert (judged.consistency_index.value, judged.consistency_ratio.value) == (0, 0)


def test_judgements_of_any_size_keep_the_largest_eigenvalue() -> None:
    # Of three items it is 1 + t + 1/t with t³ = a_ac/(a_ab·a_bc).
    huge = 1e90

    judged = eigenvector(upper_triangle(["a", "b", "c"], [huge, huge, 1 / huge]))

    assert judged.lambda_max.number == pytest.approx(1 + huge ** (1 / 3))
    assert weights(judged)[0] == pytest.approx(1)


def test_more_items_than_the_table_has_are_weighed_without_a_ratio() -> None:
    matrix = upper_triangle([str(number) for number in range(11)], [1.0] * 55)

    judged = eigenvector(matrix)

    assert weights(judged) == pytest.approx([1 / 11] * 11)
    assert judged.consistency_index.value == 0
    assert judged.consistency_ratio.why is not None
    assert judged.consistency_ratio.why.name == "order-beyond-random-index"
    assert "ends at order 10, and 11 items" in judged.consistency_ratio.why.en


@pytest.mark.parametrize(
    ("items", "rows", "message"),
    [
        (["a", "b"], [[1, 2]], "The matrix of 2 items has 2 rows and as many columns."),
        (["a", "b"], [[1, 2], [0.5]], "The matrix of 2 items has 2 rows and as many columns."),
        (["a", "a"], [[1, 2], [0.5, 1]], "'a' is there more than once; name each item once."),
        ([], [], "Give at least one item."),
    ],
)
def test_what_is_no_matrix_of_the_items_is_refused(
    items: Sequence[str], rows: Sequence[Sequence[float]], message: str
) -> None:
    with pytest.raises(RefusedInput, match=message):
        whole_matrix(items, rows)


def test_too_few_cells_and_unknown_items_are_refused() -> None:
    with pytest.raises(RefusedInput, match="3 items make 3 pairs"):
        upper_triangle(["a", "b", "c"], [1, 2])
    with pytest.raises(RefusedInput, match="'z' is not among what is compared here: a, b"):
        named_pairs(["a", "b"], {("a", "z"): 2})
