"""What would be concluded otherwise is what a derivation from nothing concludes otherwise."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Triple

from kb_service.engine.conclude import conclude, kept
from kb_service.engine.premises import Premises
from kb_service.engine.rules import RuleBook, read_rule_book
from kb_service.engine.what_if import (
    Depth,
    PersonDifference,
    Somebody,
    Supposition,
    WhatIf,
    concerned_models,
)
from kb_service.knowledge_base.what_if.described import Described
from kb_service.knowledge_base.what_if.draft import draft_changes
from kb_service.knowledge_base.what_if.tally import Tally, Who
from kb_service.vocabulary import A, iri
from tests.random_worlds import DIMENSIONS, on_scale, worlds
from tests.small_organisation import (
    AGENT,
    ALL_HIGH,
    PATIENCE,
    PEOPLE,
    REPRESENTATIVE,
    TODAY,
    TRAININGS,
)
from tests.supposed_worlds import SupposedWorld, facts_of, owners, retention, supposed
from tests.worlds import Assessment, Person, World, node, number, people_facts

SAME_EVERY_TIME = settings(
    max_examples=40,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],  # making a failing world smaller takes minutes
    suppress_health_check=list(HealthCheck),
)
Facts = Mapping[NamedNode, Iterable[Triple]]
Told = dict[NamedNode, frozenset[Triple]]
Differing = dict[NamedNode, tuple[frozenset[Triple], frozenset[Triple]]]
SMALL = World(TODAY, (AGENT, REPRESENTATIVE), PEOPLE, TRAININGS)
KEPT_KINDS = {triple.subject for triple in retention()}


@cache
def rules() -> RuleBook:
    return read_rule_book()


def everything(facts: Iterable[Triple], people: Facts, as_of: date) -> Told:
    """All that follows about people, derived from nothing."""
    found = conclude(rules(), facts, people, as_of).people
    return {person: frozenset(told) for person, told in found.items()}


def expected(before: Told, after: Told) -> dict[NamedNode, Differing]:
    """What differs between two derivations, conclusion by conclusion."""
    found: dict[NamedNode, Differing] = {}
    for person in before:
        changed = {t.subject for t in before[person] ^ after[person]}
        found[person] = {
            subject: (_said(subject, before[person]), _said(subject, after[person]))
            for subject in changed
            if isinstance(subject, NamedNode)
        }
    return {person: differing for person, differing in found.items() if differing}


def _said(subject: NamedNode, told: frozenset[Triple]) -> frozenset[Triple]:
    return frozenset(triple for triple in told if triple.subject == subject)


def of_kept_kinds(told: Told, models: frozenset[NamedNode] | None = None) -> Told:
    """The conclusions of classes that are kept, for some models or for all."""
    for_model = iri("judgement", "forModel")
    chosen: Told = {}
    for person, triples in told.items():
        wanted = {t.subject for t in triples if t.predicate == A and t.object in KEPT_KINDS}
        if models is not None:
            wanted &= {
                t.subject for t in triples if t.predicate == for_model and t.object in models
            }
        chosen[person] = frozenset(t for t in triples if t.subject in wanted)
    return chosen


def told_by(found: tuple[PersonDifference, ...]) -> dict[NamedNode, Differing]:
    """The same of what the task answered, once it has crossed to another process."""
    return {
        each.person: {
            one.conclusion: (frozenset(one.before), frozenset(one.after))
            for one in each.differences
        }
        for each in pickle.loads(pickle.dumps(found))
    }


def asked(
    world: World,
    facts: Iterable[Triple],
    supposition: Supposition,
    depth: Depth,
    models: frozenset[NamedNode] | None = None,
    kept: Mapping[NamedNode, Iterable[Triple]] | None = None,
) -> tuple[PersonDifference, ...]:
    """What the task answers for everybody in a world, in a process that unpickled it."""
    people = tuple(
        Somebody.known_by(person, told, world.as_of, kept[person] if kept else None)
        for person, told in people_facts(world).items()
    )
    task = pickle.loads(pickle.dumps(WhatIf(supposition, people, models, depth)))
    found: tuple[PersonDifference, ...] = task.run(Premises.of(rules(), facts))
    return found


@SAME_EVERY_TIME
@given(worlds().flatmap(supposed))
def test_every_conclusion_that_would_differ_is_told_and_no_other(one: SupposedWorld) -> None:
    people = people_facts(one.world)

    found = asked(one.world, one.before, Supposition(one.gone, one.added), "everything")

    before = everything(one.before, people, one.world.as_of)
    after = everything(one.after, people, one.world.as_of)
    assert told_by(found) == expected(before, after)


@SAME_EVERY_TIME
@given(worlds().flatmap(supposed))
def test_what_is_kept_differs_as_the_store_would_after_the_change(one: SupposedWorld) -> None:
    people, as_of = people_facts(one.world), one.world.as_of
    before = as_kept(one.before, people, as_of)

    found = asked(one.world, one.before, Supposition(one.gone, one.added), "kept", kept=before)

    assert told_by(found) == expected(before, as_kept(one.after, people, as_of))


def as_kept(facts: Iterable[Triple], people: Facts, as_of: date) -> Told:
    """What a store keeps of all that follows."""
    premises = Premises.of(rules(), facts)
    found = premises.conclude(dict(people), as_of, asked=(), keep=kept(retention()))
    return {person: frozenset(told) for person, told in found}


@SAME_EVERY_TIME
@given(worlds().flatmap(supposed))
def test_only_models_that_are_concerned_need_looking_at(one: SupposedWorld) -> None:
    people, as_of = people_facts(one.world), one.world.as_of
    changed = (*one.gone, *one.added)
    concerned = concerned_models(rules(), changed, owners(one.before, one.after))

    found = asked(one.world, one.before, Supposition(one.gone, one.added), "asked", concerned)

    before = of_kept_kinds(everything(one.before, people, as_of))
    after = of_kept_kinds(everything(one.after, people, as_of))
    assert told_by(found) == expected(before, after)


@SAME_EVERY_TIME
@given(worlds().flatmap(supposed))
def test_of_the_models_that_are_named_everything_is_told(one: SupposedWorld) -> None:
    people, as_of = people_facts(one.world), one.world.as_of
    named = frozenset({iri("model", "two")})

    found = asked(one.world, one.before, Supposition(one.gone, one.added), "asked", named)

    before = of_kept_kinds(everything(one.before, people, as_of), named)
    after = of_kept_kinds(everything(one.after, people, as_of), named)
    assert told_by(found) == expected(before, after)


def ratings() -> st.SearchStrategy[dict[str, Decimal | None]]:
    """One to three ratings by the name of the dimension, None for not at all."""
    chosen = st.lists(st.sampled_from(DIMENSIONS), unique=True, min_size=1, max_size=3)
    return chosen.flatmap(
        lambda dimensions: st.fixed_dictionaries(
            {d.name: st.none() | on_scale(d.scale) for d in dimensions}
        )
    )


def rated(world: World, given: Mapping[str, Decimal | None]) -> World:
    """A world in which everybody was tested today in some dimensions, and in these only then."""

    def person(one: Person) -> Person:
        rest = [
            replace(each, ratings={n: v for n, v in each.ratings.items() if n not in given})
            for each in one.assessments
        ]
        new = {name: value for name, value in given.items() if value is not None}
        test = [Assessment("what-if", "test", world.as_of, new)] if new else []
        return replace(one, assessments=(*rest, *test))

    return replace(world, people=tuple(map(person, world.people)))


@SAME_EVERY_TIME
@given(worlds(), ratings(), st.data())
def test_other_ratings_differ_as_if_everybody_had_been_tested_today(
    world: World, given: dict[str, Decimal | None], data: st.DataObject
) -> None:
    one = data.draw(
        st.just(SupposedWorld(world, facts_of(world), facts_of(world))) | supposed(world)
    )
    wanted = {node(name): value for name, value in given.items()}
    supposition = Supposition(one.gone, one.added, wanted)

    found = asked(world, one.before, supposition, "asked")

    before = everything(one.before, people_facts(world), world.as_of)
    after = everything(one.after, people_facts(rated(world, given)), world.as_of)
    assert told_by(found) == expected(of_kept_kinds(before), of_kept_kinds(after))


def test_the_hours_of_a_plan_are_told_for_the_models_for_which_they_differ() -> None:
    supposition = Supposition(ratings={node(PATIENCE.name): Decimal(7)})

    found = {each.person: each for each in asked(SMALL, facts_of(SMALL), supposition, "asked")}

    hours = {iri("model", "agent"): (Decimal(18), Decimal(8))}  # 6 + 4 + 8 from a rating of 4
    assert found[iri("person", "li")].plan_hours == hours


def test_people_are_judged_each_for_their_own_day() -> None:
    old = Assessment("A1", "test", date(2024, 7, 15), ALL_HIGH)
    world = World(TODAY, (AGENT,), (Person("early", (old,)), Person("late", (old,))), TRAININGS)
    days = {"early": date(2026, 7, 15), "late": date(2026, 7, 16)}  # ratings hold 24 months
    people = tuple(
        Somebody.known_by(person, told, days[person.value.rsplit("/", 1)[-1]])
        for person, told in people_facts(world).items()
    )
    bound, value = iri("policy", "fit-for-strong-fit"), iri("judgement", "value")
    other = Supposition(
        (Triple(bound, value, number(Decimal("90.0"))),),
        (Triple(bound, value, number(Decimal(101))),),
    )

    found = WhatIf(other, people, depth="asked").run(Premises.of(rules(), facts_of(world)))

    assert [each.person for each in found] == [iri("person", "early")]


def test_a_supposition_of_what_is_so_already_makes_no_difference() -> None:
    facts = facts_of(SMALL)
    same = next(t for t in facts if t.subject == iri("policy", "fit-for-fit"))

    found = asked(SMALL, facts, Supposition((same,), (same,)), "everything")

    assert found == ()


def test_a_difference_names_what_the_conclusions_behind_it_are_about() -> None:
    supposition = Supposition(ratings={node(PATIENCE.name): Decimal(7)})
    [li] = [
        each
        for each in asked(SMALL, facts_of(SMALL), supposition, "kept")
        if each.person == iri("person", "li")
    ]

    steps = [d for d in li.differences if iri("judgement", "PlanStep") in d.kinds]

    assert steps
    requirement = iri("requirement", "agent.patience")
    assert all(requirement in {t.object for t in step.about} for step in steps)


def test_what_no_rule_reads_concerns_no_model() -> None:
    label = Triple(node("ability/patience"), iri("skos", "prefLabel"), Literal("patience"))

    assert concerned_models(rules(), [label], {}) == frozenset()


def test_policy_and_things_shared_by_models_concern_all_of_them() -> None:
    of_policy = Triple(iri("policy", "fit-for-fit"), iri("judgement", "value"), Literal(75))
    of_model = Triple(iri("model", "agent"), iri("core", "status"), iri("status", "draft"))
    models = {iri("model", "agent"): iri("model", "agent")}

    assert concerned_models(rules(), [of_model], models) == frozenset({iri("model", "agent")})
    assert concerned_models(rules(), [of_model, of_policy], models) is None


def _with_a_duty(*models: NamedNode) -> tuple[Triple, list[Triple]]:
    """The rank of a duty, and models of the position that has it."""
    position, duty = iri("position", "agent"), iri("duty", "agent.answer")
    rank = Triple(duty, iri("core", "rank"), Literal(1))
    said = [Triple(position, iri("core", "hasDuty"), duty), rank]
    for model in models:
        said.append(Triple(model, A, iri("core", "PositionModel")))
        said.append(Triple(model, iri("core", "forPosition"), position))
    return rank, said


def test_a_draft_may_say_in_which_order_the_duties_of_its_position_come() -> None:
    agent = iri("model", "agent")
    rank, said = _with_a_duty(agent)

    changes = draft_changes(said, Described([]), rules())

    assert rank in changes.supposition.added
    assert concerned_models(rules(), [rank], Described(said).model_of) == frozenset({agent})


def test_a_duty_of_a_position_with_two_models_may_concern_all_of_them() -> None:
    rank, said = _with_a_duty(iri("model", "agent"), iri("model", "agent-at-night"))

    assert concerned_models(rules(), [rank], Described(said).model_of) is None


def test_of_many_people_no_more_are_held_than_a_page_shows() -> None:
    tally = Tally(most=2)

    for place in range(5):
        who = Who(f"p{place}", None, TODAY)
        tally.add(who, PersonDifference(iri("person", who.id), ()))

    assert tally.changed == 5
    assert [who.id for who, _ in tally.page(5, 0)] == ["p0", "p1"]
