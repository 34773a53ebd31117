"""Judges weighed together, and local weights carried up a hierarchy."""

from __future__ import annotations

from fractions import Fraction
from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_service.findings import RefusedInput
from kb_service.studies.ahp import Priorities, PriorityMethod, priorities
from kb_service.studies.ahp_groups import group_priorities
from kb_service.studies.hierarchy import Synthesis, synthesis
from kb_service.studies.pairwise import PairwiseMatrix, named_pairs, upper_triangle
from kb_service.studies.random_indices import SAATY_1980, SAATY_2004

ITEMS = ["a", "b", "c"]
CANDIDATES = ["Tom", "Dick", "Harry"]
CRITERIA = ["Experience", "Education", "Charisma", "Age"]


def eigenvector(items: list[str], judgements: list[float]) -> Priorities:
    matrix = upper_triangle(items, judgements)
    return priorities(matrix, PriorityMethod.EIGENVECTOR, SAATY_2004)


def leader() -> Synthesis:
    """The published example "choosing a leader", whole."""
    return synthesis(
        "leader",
        {
            "leader": eigenvector(CRITERIA, [4, 3, 7, 1 / 3, 3, 5]),
            "Experience": eigenvector(CANDIDATES, [1 / 4, 4, 9]),
            "Education": eigenvector(CANDIDATES, [3, 1 / 5, 1 / 7]),
            "Charisma": eigenvector(CANDIDATES, [5, 9, 4]),
            "Age": eigenvector(CANDIDATES, [1 / 3, 5, 9]),
        },
    )


def global_weights(result: Synthesis) -> dict[str, float]:
    return {each.item: each.weight.number for each in result.weights}


def test_the_leader_chosen_is_the_published_one() -> None:
    weights = global_weights(leader())

    assert {name: round(weights[name], 3) for name in CANDIDATES} == {
        "Tom": 0.358,
        "Dick": 0.493,
        "Harry": 0.149,
    }
    assert sum(weights[name] for name in CRITERIA) == pytest.approx(1)


def test_a_global_weight_shows_through_what_it_came() -> None:
    result = leader()

    tom = next(each for each in result.weights if each.item == "Tom")
    assert (tom.level, [each.through for each in tom.contributions]) == (2, CRITERIA)
    assert [round(each.local.number, 3) for each in tom.contributions][0] == 0.217
    assert tom.weight.number == pytest.approx(sum(each.weight.number for each in tom.contributions))


def test_the_consistency_of_a_level_weighs_each_comparison_by_what_it_is_for() -> None:
    parts = {
        "goal": eigenvector(["x", "y"], [3]),
        "x": eigenvector(["p", "q", "r"], [2, 8, 2]),
        "y": eigenvector(["s", "t", "u", "v"], [2, 4, 2, 2, 2, 2]),
    }

    result = synthesis("goal", parts)

    top, below = result.consistency_ratios
    inconsistent = (
        0.75 * parts["x"].consistency_index.number + 0.25 * parts["y"].consistency_index.number
    )
    assert top.value == 0
    assert inconsistent > 0
    assert below.number == pytest.approx(inconsistent / (0.75 * 0.52 + 0.25 * 0.89))


def test_a_comparison_without_weights_leaves_the_other_branches_known() -> None:
    unconnected = priorities(named_pairs(["s", "t"], {}), PriorityMethod.EIGENVECTOR, SAATY_1980)

    result = synthesis(
        "goal",
        {"goal": eigenvector(["x", "y"], [3]), "x": eigenvector(["p", "q"], [1]), "y": unconnected},
    )

    known_items = {each.item: each.weight.value for each in result.weights if each.weight.value}
    assert known_items == pytest.approx({"x": 0.75, "y": 0.25, "p": 0.375, "q": 0.375})
    why = result.consistency_ratios[1].why
    assert why is not None
    assert (why.name, why.en[:7]) == ("comparisons-not-connected", "Below y")


def test_a_hierarchy_that_hangs_loose_or_bites_its_tail_is_refused() -> None:
    pair = eigenvector(["x", "y"], [1])

    with pytest.raises(RefusedInput, match="Items are compared for 'z'"):
        synthesis("goal", {"goal": pair, "z": eigenvector(["p"], [])})
    with pytest.raises(RefusedInput, match="'goal' lies below itself"):
        synthesis("goal", {"goal": pair, "x": eigenvector(["goal"], [])})
    with pytest.raises(RefusedInput, match="Nothing is compared for the goal 'aim'"):
        synthesis("aim", {"goal": pair})


def three_judges() -> dict[str, PairwiseMatrix]:
    return {
        "Li": upper_triangle(ITEMS, [2, 4, 2]),
        "Wu": upper_triangle(ITEMS, [8, 1, 1 / 8]),
        "Xu": upper_triangle(ITEMS, [4, 2, 1 / 2]),
    }


@pytest.mark.parametrize("method", list(PriorityMethod))
def test_consistent_judges_weigh_the_same_by_judgements_and_by_priorities(
    method: PriorityMethod,
) -> None:
    expected = [4.0, 1.0, 2.0]  # the geometric means 4, 2 and 1/2 of the judgements

    group = group_priorities(three_judges(), method, SAATY_1980)

    shares = pytest.approx([each / 7 for each in expected])
    assert [each.weight.number for each in group.by_judgements.weights] == shares
    assert [each.weight.number for each in group.by_priorities] == shares
    assert group.by_judgements.consistency_ratio.number == pytest.approx(0, abs=1e-9)
    assert list(group.individual) == ["Li", "Wu", "Xu"]


def test_a_judge_who_counts_twice_counts_as_two() -> None:
    judges = three_judges()
    doubled = {**judges, "Li again": judges["Li"]}

    weighted = group_priorities(
        judges, PriorityMethod.EIGENVECTOR, SAATY_1980, {"Li": 2, "Wu": 1, "Xu": 1}
    )
    twice = group_priorities(doubled, PriorityMethod.EIGENVECTOR, SAATY_1980)

    for one, other in (
        (weighted.by_priorities, twice.by_priorities),
        (weighted.by_judgements.weights, twice.by_judgements.weights),
    ):
        assert [each.weight.number for each in one] == pytest.approx(
            [each.weight.number for each in other]
        )


@given(st.lists(st.lists(st.integers(1, 9), min_size=3, max_size=3), min_size=1, max_size=6))
def test_the_common_matrix_holds_the_geometric_means(judged: list[list[int]]) -> None:
    judges = {str(n): upper_triangle(ITEMS, [*cells]) for n, cells in enumerate(judged)}

    group = group_priorities(judges, PriorityMethod.GEOMETRIC_MEAN, SAATY_1980)

    means = [prod(map(Fraction, column)) for column in zip(*judged, strict=True)]
    by_pair = {(each.first, each.second): each.judgement for each in group.by_judgements.deviations}
    assert by_pair == pytest.approx(
        {
            pair: float(mean) ** (1 / len(judged))
            for pair, mean in zip([("a", "b"), ("a", "c"), ("b", "c")], means, strict=True)
        }
    )


def test_a_pair_one_judge_left_out_is_judged_by_the_others() -> None:
    judges = three_judges() | {"Xu": named_pairs(ITEMS, {("a", "b"): 4})}

    group = group_priorities(judges, PriorityMethod.EIGENVECTOR, SAATY_1980)

    assert [remark.name for remark in group.remarks] == ["judges-without-priorities"]
    assert "Xu" in group.remarks[0].en
    assert [each.weight.number for each in group.by_priorities] == pytest.approx(
        [each / 7 for each in (4.0, 1.0, 2.0)]
    )
    by_pair = {(each.first, each.second): each.judgement for each in group.by_judgements.deviations}
    assert by_pair == pytest.approx({("a", "b"): 4, ("a", "c"): 2, ("b", "c"): 1 / 2})


def test_judges_of_whom_none_judged_enough_have_no_mean() -> None:
    group = group_priorities(
        {"Li": named_pairs(ITEMS, {("a", "b"): 4}), "Wu": named_pairs(ITEMS, {("b", "c"): 2})},
        PriorityMethod.EIGENVECTOR,
        SAATY_1980,
    )

    assert {each.weight.why.name for each in group.by_priorities if each.weight.why} == {
        "no-judge-with-priorities"
    }
    assert [each.weight.number for each in group.by_judgements.weights] == pytest.approx(
        [8 / 11, 2 / 11, 1 / 11]
    )


def test_judges_who_compared_other_things_or_have_no_importance_are_refused_by_name() -> None:
    judges = three_judges()
    stranger = {**judges, "Zhu": upper_triangle(["a", "b", "d"], [1, 1, 1])}

    with pytest.raises(RefusedInput, match="Zhu and Li did not compare the same items"):
        group_priorities(stranger, PriorityMethod.EIGENVECTOR, SAATY_1980)
    with pytest.raises(RefusedInput, match="Give Xu an importance above 0"):
        group_priorities(judges, PriorityMethod.EIGENVECTOR, SAATY_1980, {"Li": 1, "Wu": 1})
    with pytest.raises(RefusedInput, match="at least one judge"):
        group_priorities({}, PriorityMethod.EIGENVECTOR, SAATY_1980)
