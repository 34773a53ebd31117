"""Every number the engine concludes equals the design's formulas in exact arithmetic."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pyoxigraph import Triple

from kb_service.engine.conclude import Conclusions, conclude, conclude_people, relevant
from kb_service.engine.rules import RuleBook, Stage, read_rule_book
from tests.conclusions import judgement
from tests.oracle import Judgement, judge
from tests.random_worlds import worlds
from tests.worlds import (
    Assessment,
    Dimension,
    Model,
    Person,
    Requirement,
    World,
    node,
    people_facts,
    shared_facts,
)

SAME_EVERY_TIME = settings(
    max_examples=200,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],  # making a failing world smaller takes minutes
    suppress_health_check=list(HealthCheck),
)
A_FEW = settings(SAME_EVERY_TIME, max_examples=25)
TODAY = date(2026, 6, 30)
DIRECTION = Dimension("career-type/service", "direction")
PATIENCE = Dimension("ability/patience", "ability")
TACT = Dimension("ability/tact", "ability")
WARMTH = Dimension("indicator/warmth", "ability", "grade")
HONOUR = Dimension("motivation/honour", "motivation")


@cache
def rules() -> RuleBook:
    return read_rule_book()


def concluded(world: World, book: RuleBook | None = None) -> Conclusions:
    return conclude(book or rules(), shared_facts(world), people_facts(world), world.as_of)


@SAME_EVERY_TIME
@given(worlds())
def test_conclusions_equal_an_independent_calculation(world: World) -> None:
    found = concluded(world).people

    for person in world.people:
        for model in world.models:
            told = found[node(f"person/{person.name}")]
            assert judgement(told, model.name) == judge(world, person, model)


@A_FEW
@given(worlds(people=4), st.permutations(range(4)), st.integers(1, 3))
def test_a_person_is_judged_alike_in_any_company(
    world: World, order: list[int], batch: int
) -> None:
    together = concluded(world)
    base = relevant(rules().people, shared_facts(world) + together.shared)
    crowd = list(people_facts(world).items())

    apart = dict(
        conclude_people(rules(), base, [crowd[n] for n in order], world.as_of, batch=batch)
    )

    assert {who: set(told) for who, told in apart.items()} == {
        who: set(told) for who, told in together.people.items()
    }


@A_FEW
@given(worlds())
def test_training_is_planned_for_own_and_target_posts_unless_more_is_asked(world: World) -> None:
    base = relevant(rules().people, shared_facts(world) + concluded(world).shared)
    crowd = people_facts(world).items()

    found = dict(conclude_people(rules(), base, crowd, world.as_of, asked=()))

    for person in world.people:
        told = found[node(f"person/{person.name}")]
        for model in world.models:
            expected = judge(world, person, model)
            if model.name not in (person.post, *person.candidate_for):
                expected = replace(expected, recommended={}, plans={})
            assert judgement(told, model.name) == expected


@A_FEW
@given(worlds(people=2), st.randoms(use_true_random=False))
def test_rules_of_a_stage_may_run_in_any_order(world: World, chance: Random) -> None:
    def shuffled(stage: Stage) -> Stage:
        once, repeated = list(stage.once), list(stage.repeated)
        chance.shuffle(once)
        chance.shuffle(repeated)
        return replace(stage, once=tuple(once), repeated=tuple(repeated))

    other = RuleBook(tuple(map(shuffled, rules().shared)), tuple(map(shuffled, rules().people)))

    assert sets(concluded(world, other)) == sets(concluded(world))


def sets(conclusions: Conclusions) -> dict[object, set[Triple]]:
    everyone: dict[object, set[Triple]] = {w: set(t) for w, t in conclusions.people.items()}
    return {**everyone, "shared": set(conclusions.shared)}


def need(dimension: Dimension, tier: str, weight: int, floor: str | None = None) -> Requirement:
    """A requirement of level 10 with its own weight."""
    return Requirement(
        dimension, tier, Decimal(10), Decimal(weight), Decimal(floor) if floor else None
    )


def outcome(needs: list[Requirement], **ratings: str) -> Judgement:
    """What the engine and the oracle both conclude of somebody with these ratings."""
    known = {d.name: d for d in (n.dimension for n in needs)}
    values = {
        name: Decimal(value)
        for name in known
        for short, value in ratings.items()
        if name.endswith(f"/{short}")
    }
    model = Model("post", tuple(needs))
    person = Person("wang", (Assessment("A1", "test", TODAY, values),))
    world = World(TODAY, (model,), (person,))
    found = judgement(concluded(world).people[node("person/wang")], "post")
    assert found == judge(world, person, model)
    return found


THREE_PARTS = [
    need(DIRECTION, "auxiliary", 9),
    need(Dimension("career-type/order", "direction"), "auxiliary", 1),
    need(PATIENCE, "auxiliary", 10),
    need(HONOUR, "first", 9),
    need(Dimension("motivation/work", "motivation"), "second", 1),
]


def test_a_fit_of_64_95_is_rounded_up_to_65_and_not_disqualified() -> None:
    found = outcome(
        THREE_PARTS, service="6.5", order="6.4", patience="6.5", honour="6.5", work="6.4"
    )

    assert found.parts == {
        "direction": Decimal("64.9"),
        "ability": Decimal("65.0"),
        "motivation": Decimal("64.9"),
    }
    assert found.fit == Decimal("65.0")
    assert found.open_gaps
    assert found.verdict == "unsuitable"  # a gap stays open, which is looked at only from 65 on


def test_a_fit_of_64_94_is_rounded_down_to_64_9() -> None:
    found = outcome(
        THREE_PARTS, service="6.5", order="6.3", patience="6.5", honour="6.5", work="6.5"
    )

    assert found.parts["direction"] == Decimal("64.8")
    assert found.fit == Decimal("64.9")


def test_a_part_of_64_95_is_rounded_up_to_65() -> None:
    needs = [need(PATIENCE, "auxiliary", 1), need(TACT, "auxiliary", 1)]

    assert outcome(needs, patience="6.5", tact="6.49").parts == {"ability": Decimal("65.0")}


@pytest.mark.parametrize(
    ("unknown_weight", "verdict"), [(20, "strong-fit"), (21, "insufficient-evidence")]
)
def test_coverage_of_exactly_four_fifths_is_enough(unknown_weight: int, verdict: str) -> None:
    needs = [need(PATIENCE, "main", 80), need(TACT, "secondary", unknown_weight)]

    assert outcome(needs, patience="10").verdict == verdict


def test_a_must_have_that_is_unknown_leaves_the_evidence_insufficient() -> None:
    needs = [need(PATIENCE, "main", 99), need(TACT, "secondary", 1, floor="2")]

    assert outcome(needs, patience="10").verdict == "insufficient-evidence"


@pytest.mark.parametrize(("tact", "verdict"), [("5", "strong-fit"), ("4.9", "unsuitable")])
def test_a_must_have_floor_met_exactly_does_not_disqualify(tact: str, verdict: str) -> None:
    needs = [need(PATIENCE, "main", 99), need(TACT, "secondary", 1, floor="5")]

    assert outcome(needs, patience="10", tact=tact).verdict == verdict


def test_a_part_that_the_model_lacks_gives_its_share_to_the_others() -> None:
    needs = [need(DIRECTION, "auxiliary", 1), need(PATIENCE, "auxiliary", 1)]

    assert outcome(needs, service="10", patience="9").fit == Decimal("93.8")  # 75.0 ÷ 0.80 = 93.75


def test_a_part_of_which_nothing_is_known_gives_its_share_to_the_others() -> None:
    needs = [*THREE_PARTS[:3], need(HONOUR, "first", 1)]

    assert outcome(needs, service="10", order="10", patience="9").fit == Decimal("93.8")


def test_somebody_of_whom_nothing_is_known_has_no_fit() -> None:
    found = outcome([Requirement(PATIENCE, "main", weight=Decimal("0.5"))])

    assert found.fit is None
    assert found.parts == {}
    assert found.coverage == 0
    assert found.verdict == "insufficient-evidence"


@pytest.mark.parametrize(
    ("rating", "verdict"),
    [("9", "strong-fit"), ("8.9", "fit"), ("8", "fit"), ("7.9", "unsuitable")],
)
def test_a_main_gap_bars_a_verdict_only_beyond_its_limit(rating: str, verdict: str) -> None:
    needs = [need(PATIENCE, "main", 1), need(TACT, "secondary", 99)]

    assert outcome(needs, patience=rating, tact="10").verdict == verdict


@pytest.mark.parametrize(
    ("rating", "verdict"),
    [("5", "strong-fit"), ("4.9", "fit"), ("4", "fit"), ("3.9", "unsuitable")],
)
def test_on_the_grades_a_main_gap_bars_sooner(rating: str, verdict: str) -> None:
    needs = [Requirement(WARMTH, "main", weight=Decimal(1)), need(TACT, "secondary", 99)]

    assert outcome(needs, warmth=rating, tact="10").verdict == verdict
