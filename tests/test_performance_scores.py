"""Scores are what exact arithmetic gives, rounded half up once a level, whatever the numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from math import floor
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.appraised_people import Appraised, Form, concluded, facts_of, in_turtle, told

POINTS = {"E": 40, "D": 60, "C": 80, "B": 100, "A": 120}
SOURCES = ("self", "supervisor", "peer")
figure = st.decimals(0, 1000, places=2)
weights = st.lists(st.integers(1, 99), min_size=2, max_size=4)


def half_up(exact: Fraction) -> Decimal:
    """The nearest number with one decimal; of two as near, the greater."""
    return Decimal(floor(exact * 10 + Fraction(1, 2))) / 10


def mean(values: Mapping[str, Fraction], weights: Mapping[str, Fraction]) -> Fraction:
    total = sum((weights[name] for name in values), Fraction(0))
    return sum((weights[name] * value for name, value in values.items()), Fraction(0)) / total


def score_by_hand(value: Decimal, figures: Sequence[Decimal], higher: bool) -> Decimal:
    """What a KPI scores, told in fractions of whole numbers and without the rules."""
    sign = 1 if higher else -1
    at = [sign * Fraction(each) for each in figures]
    reached = sign * Fraction(value)
    if reached < at[0]:
        return Decimal(0)
    if reached >= at[2]:
        return Decimal(120)
    if reached >= at[1]:
        return half_up(100 + 20 * (reached - at[1]) / (at[2] - at[1]))
    return half_up(60 + 40 * (reached - at[0]) / (at[1] - at[0]))


def plan(items: str, groups: str, raters: str = "") -> str:
    return f"""
        plan:agent a performance:PerformancePlan ; performance:planStatus status:published ;
          performance:kpiShare 0.4 ; performance:behaviourShare 0.6 {raters} .
        {groups}
        {items}
    """


def plan_for_one_kpi(figures: Sequence[Decimal], higher: bool) -> str:
    threshold, target, stretch = figures
    direction = "higher" if higher else "lower"
    return plan(
        f"""plan-item:agent.calls a performance:KPIItem ; performance:forKPI kpi:calls ;
              performance:weight 1.0 .
            kpi:calls a performance:KPI ; performance:direction performance:{direction}-is-better ;
              performance:threshold {threshold:f} ; performance:target {target:f} ;
              performance:stretch {stretch:f} .""",
        """plan:agent performance:hasGroup plan-group:agent.results .
           plan-group:agent.results a performance:KPIGroup ; performance:weight 1.0 ;
             performance:hasItem plan-item:agent.calls .""",
    )


@settings(max_examples=60)
@given(st.lists(figure, min_size=3, max_size=3), st.booleans(), st.lists(figure, max_size=4))
def test_a_kpi_scores_as_by_hand_at_every_boundary_and_beside_it(
    numbers: list[Decimal], higher: bool, values: list[Decimal]
) -> None:
    figures = sorted(numbers, reverse=not higher)
    beside = [each + step for each in figures for step in map(Decimal, ("-0.01", "0", "0.01"))]
    tried = {f"n{place}": value for place, value in enumerate([*beside, *values])}
    people = {
        name: facts_of(name, {"q1": Appraised("agent", {"calls": value})})
        for name, value in tried.items()
    }

    found = concluded(in_turtle(plan_for_one_kpi(figures, higher)), people)

    scores = {
        name: [Decimal(each["score"]) for each in told(found[name], "KPIScore")] for name in tried
    }
    assert scores == {
        name: [score_by_hand(value, figures, higher)] for name, value in tried.items()
    }


def plan_for_behaviour(of_items: Sequence[Sequence[int]], of_raters: Sequence[int]) -> str:
    """A plan with a group for each list of weights; weights need not make one here."""
    groups = "".join(
        f"""plan:agent performance:hasGroup plan-group:agent.g{g} .
            plan-group:agent.g{g} a performance:BehaviourGroup ; performance:weight 0.{g + 1} .
            plan-group:agent.g{g} performance:hasItem
              {", ".join(f"plan-item:agent.d{g}-{i}" for i in range(len(weights)))} ."""
        for g, weights in enumerate(of_items)
    )
    items = "".join(
        f"""plan-item:agent.d{g}-{i} a performance:BehaviourItem ;
              core:dimension indicator:d{g}-{i} ; performance:weight {Decimal(weight) / 100:f} ."""
        for g, weights in enumerate(of_items)
        for i, weight in enumerate(weights)
    )
    raters = "".join(
        f"""; performance:hasRaterWeight
              [ people:source source:{source} ; performance:weight {Decimal(weight) / 100:f} ]"""
        for source, weight in zip(SOURCES, of_raters, strict=True)
    )
    return plan(items, groups, raters)


def behaviour_by_hand(
    forms: Sequence[Form], of_items: Sequence[Sequence[int]], of_raters: Sequence[int]
) -> tuple[dict[str, Decimal], dict[str, Decimal], list[Decimal]]:
    """The scores of items and groups and the total, told without the rules."""
    by_source = dict(zip(SOURCES, map(Fraction, of_raters), strict=True))
    scores: dict[str, Decimal] = {}
    groups: dict[str, Decimal] = {}
    for g, of_group in enumerate(of_items):
        own = {f"d{g}-{i}": Fraction(weight) for i, weight in enumerate(of_group)}
        for name in own:
            said: dict[str, list[Fraction]] = {}
            for form in forms:
                if name in form.grades:
                    said.setdefault(form.source, []).append(Fraction(POINTS[form.grades[name]]))
            if sum(map(len, said.values())) >= 2:
                means = {
                    source: sum(all_, Fraction(0)) / len(all_) for source, all_ in said.items()
                }
                scores[name] = half_up(mean(means, by_source))
        known = {name: Fraction(scores[name]) for name in own if name in scores}
        if known:
            groups[f"agent.g{g}"] = half_up(mean(known, own))
    shares = {f"agent.g{g}": Fraction(g + 1) for g in range(len(of_items))}
    total = [half_up(mean({n: Fraction(s) for n, s in groups.items()}, shares))] if groups else []
    return scores, groups, total


@settings(max_examples=40)
@given(
    st.lists(weights, min_size=1, max_size=3),
    st.lists(st.integers(1, 99), min_size=3, max_size=3),
    st.lists(st.tuples(st.sampled_from(SOURCES), st.randoms(use_true_random=False)), max_size=9),
)
def test_behaviour_scores_as_by_hand_on_every_level(
    of_items: list[list[int]], of_raters: list[int], raters: list[tuple[str, Random]]
) -> None:
    dimensions = [f"d{g}-{i}" for g, each in enumerate(of_items) for i in range(len(each))]
    forms = tuple(
        Form(f"r{place}", source, grades_by(chance, dimensions))
        for place, (source, chance) in enumerate(raters)
    )

    found = concluded(
        in_turtle(plan_for_behaviour(of_items, of_raters)),
        {"wang": facts_of("wang", {"q1": Appraised("agent", forms=forms)})},
    )["wang"]

    scores = {
        each["forDimension"]: Decimal(each["score"]) for each in told(found, "IndicatorScore")
    }
    groups = {each["onGroup"]: Decimal(each["score"]) for each in told(found, "GroupScore")}
    total = [Decimal(each["score"]) for each in told(found, "PerformanceTotal")]
    assert (scores, groups, total) == behaviour_by_hand(forms, of_items, of_raters)


def grades_by(chance: Random, dimensions: Sequence[str]) -> dict[str, str]:
    """A grade for most of the dimensions."""
    grades = {name: chance.choice("ABCDE-") for name in dimensions}
    return {name: grade for name, grade in grades.items() if grade != "-"}
