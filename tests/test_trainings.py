"""What the training catalogue makes possible, and what it leaves open on purpose."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from tests.shared_knowledge import LEVEL_ASKED, column, rows

Steps = dict[str, list[tuple[Decimal, Decimal]]]


def steps_of_trainings() -> Steps:
    """For each dimension the steps that trainings offer, as (entry, exit)."""
    steps: Steps = defaultdict(list)
    for dimension, entry, exit_ in rows(
        "SELECT ?dimension ?entry ?exit WHERE { ?training learning:develops ?dimension ;"
        " learning:entryLevel ?entry ; learning:exitLevel ?exit }"
    ):
        steps[dimension].append((Decimal(entry), Decimal(exit_)))
    return steps


def reached(steps: list[tuple[Decimal, Decimal]], start: Decimal) -> Decimal:
    """The level that someone at `start` can be trained to."""
    level = start
    for entry, exit_ in sorted(steps):
        if entry <= level:
            level = max(level, exit_)
    return level


def trainable_requirements() -> list[tuple[str, Decimal, Decimal]]:
    """Each ability or indicator that a model asks for: name, a modest starting level, level asked.

    Modest is 3 of 10 for an ability and 2 of 5, grade D, for an indicator.
    """
    found = rows(
        f"SELECT ?dimension ?scale ?level WHERE {{ {LEVEL_ASKED} FILTER (?part = part:ability) }}"
    )
    start = {"scale:sten": Decimal(3), "scale:grade": Decimal(2)}
    return [(dimension, start[scale], Decimal(level)) for dimension, scale, level in found]


def test_at_least_seventy_five_trainings_are_offered() -> None:
    assert len(column("SELECT ?training { ?training a learning:Training }")) >= 75


def test_a_training_develops_exactly_one_ability_or_indicator_and_nothing_else() -> None:
    developed = rows(
        """SELECT ?training ?kind {
             ?training a learning:Training ; learning:develops ?dimension .
             ?dimension a ?kind .
             VALUES ?kind { core:CareerType core:Ability core:Motivation core:Indicator }
           }"""
    )
    trainings = column("SELECT ?training { ?training a learning:Training }")

    assert sorted(training for training, _ in developed) == sorted(trainings)
    assert {kind for _, kind in developed} == {"core:Ability", "core:Indicator"}


def test_a_training_leads_upwards_on_the_scale_takes_time_and_has_a_mode() -> None:
    sound = column(
        """SELECT ?training {
             ?training learning:develops/core:scale ?scale ; learning:entryLevel ?entry ;
               learning:exitLevel ?exit ; learning:hours ?hours ; learning:mode ?mode .
             ?mode a learning:Mode .
             ?scale core:minimum ?low ; core:maximum ?high .
             FILTER (?low <= ?entry && ?entry < ?exit && ?exit <= ?high && ?hours > 0)
           }"""
    )

    assert sorted(sound) == sorted(column("SELECT ?training { ?training a learning:Training }"))


def test_most_required_abilities_can_be_reached_by_a_chain_of_trainings() -> None:
    steps = steps_of_trainings()
    asked = trainable_requirements()

    closable = [d for d, start, level in asked if reached(steps[d], start) >= level]

    assert len(asked) * 3 / 4 < len(closable) < len(asked)
    assert any(len(steps[dimension]) > 1 for dimension in closable)


def test_some_required_abilities_are_left_without_any_training() -> None:
    steps = steps_of_trainings()

    untaught = {dimension for dimension, _, _ in trainable_requirements() if not steps[dimension]}

    assert {"ability:value-guidance", "ability:risk-taking", "indicator:integrity"} <= untaught


def test_some_chains_begin_too_high() -> None:
    steps = steps_of_trainings()

    out_of_reach = {
        dimension
        for dimension, start, level in trainable_requirements()
        if steps[dimension]
        and start < min(steps[dimension])[0]
        and reached(steps[dimension], min(steps[dimension])[0]) >= level
    }

    assert {"ability:affinity", "ability:decision-making", "ability:negotiation"} <= out_of_reach


def test_some_chains_stop_too_low() -> None:
    steps = steps_of_trainings()

    too_short = {
        dimension
        for dimension, _, level in trainable_requirements()
        if steps[dimension] and max(exit_ for _, exit_ in steps[dimension]) < level
    }

    assert {"ability:dependability", "ability:initiative", "indicator:responsibility"} <= too_short


def test_one_chain_is_broken_in_the_middle() -> None:
    steps = sorted(steps_of_trainings()["ability:logical-analysis"])

    assert reached(steps, Decimal(3)) == 5
    assert reached(steps, Decimal(6)) == 9


def test_some_steps_can_be_taken_by_trainings_of_different_length() -> None:
    alternatives = column(
        """SELECT DISTINCT ?dimension {
             ?long learning:develops ?dimension ; learning:entryLevel ?entry ;
               learning:exitLevel ?exit ; learning:hours ?more .
             ?short learning:develops ?dimension ; learning:entryLevel ?entry ;
               learning:exitLevel ?exit ; learning:hours ?fewer .
             FILTER (?fewer < ?more)
           }"""
    )

    assert len(alternatives) >= 5
