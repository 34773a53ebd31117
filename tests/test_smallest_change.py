"""The smallest change that turns a verdict is the smallest there is, and gives what it says."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_service.engine import smallest_change
from kb_service.engine.premises import Premises
from kb_service.engine.rules import rule_book
from kb_service.engine.smallest_change import ChangesFound, SmallestChange, Step
from kb_service.engine.variants import Outcome, Subject
from kb_service.vocabulary import BASE, iri, local_id
from tests.oracle import current_rating, judge
from tests.random_worlds import worlds
from tests.rule_reading import rules
from tests.small_organisation import ORGANISATION
from tests.small_rules import rule
from tests.test_exactness import A_FEW
from tests.worlds import (
    SCALES,
    Assessment,
    Dimension,
    Model,
    Person,
    World,
    people_facts,
    shared_facts,
)

VERDICTS = ("strong-fit", "fit", "trainable", "unsuitable", "insufficient-evidence")
LONG = 600.0
SAME = dict.fromkeys(("career-type/service", "ability/patience", "ability/tact"), Decimal(5))
Change = frozenset[tuple[str, Decimal]]


def search(
    world: World,
    person: str,
    model: str,
    *wanted: str,
    seconds: float = LONG,
    known: Premises | None = None,
) -> ChangesFound:
    """What the search finds in a world."""
    node = iri("person", person)
    subject = Subject(node, tuple(people_facts(world)[node]), world.as_of)
    verdicts = frozenset(iri("verdict", verdict) for verdict in wanted)
    task = SmallestChange(subject, iri("model", model), verdicts, seconds)
    return task.run(known or Premises.of(rules(), shared_facts(world)))


def in_short(found: ChangesFound) -> dict[Change, tuple[str | None, Decimal | None]]:
    """Each turn as the ratings it changes, with the verdict and the fit it gives."""
    return {
        frozenset((step.dimension.value.removeprefix(BASE), step.after) for step in turn.steps): (
            turn.outcome.reached and local_id(turn.outcome.reached),
            turn.outcome.score,
        )
        for turn in found.turns
    }


def test_one_rating_that_turns_the_verdict_is_found_with_the_fit_it_would_give() -> None:
    found = search(ORGANISATION, "zhao", "agent", "strong-fit")

    assert found.now == Outcome(iri("verdict", "fit"), Decimal("91.8"))
    [turn] = found.turns
    [step] = turn.steps
    assert step == Step(iri("ability", "patience"), Decimal("6.5"), Decimal(7), 1)
    assert turn.outcome == Outcome(iri("verdict", "strong-fit"), Decimal("94.3"))
    assert found.singles_done and not found.pairs_done


def test_two_ratings_are_changed_when_one_is_not_enough() -> None:
    found = search(ORGANISATION, "wu", "agent", "fit", "strong-fit")

    service, patience = "career-type/service", "ability/patience"
    assert in_short(found) == {
        frozenset({(service, Decimal(8)), (patience, Decimal(7))}): ("fit", Decimal("80.9")),
        frozenset({(service, Decimal(7)), (patience, Decimal(8))}): ("fit", Decimal("82")),
    }
    assert {turn.levels for turn in found.turns} == {9}
    assert found.singles_done and found.pairs_done


def test_what_is_unknown_counts_as_one_level_below_the_lowest() -> None:
    found = search(ORGANISATION, "wu", "representative", "unsuitable")

    steps = {step for turn in found.turns for step in turn.steps}
    assert steps == {Step(iri("indicator", "warmth"), None, Decimal(1), 1)}


def test_when_one_or_two_ratings_are_not_enough_that_is_said() -> None:
    found = search(ORGANISATION, "wu", "agent", "strong-fit")

    assert found.turns == ()
    assert found.singles_done and found.highest_pairs_done and found.pairs_done


ODD = rule(
    "odd",
    """a judgement:Verdict ; judgement:ofPerson ?person ; judgement:forModel ?model ;
    judgement:verdict verdict:fit""",
    """?model core:forPosition ?position .
    ?one a judgement:CurrentRating ; judgement:ofPerson ?person ;
      judgement:forDimension type:service ; judgement:rating ?service .
    ?two a judgement:CurrentRating ; judgement:ofPerson ?person ;
      judgement:forDimension ability:patience ; judgement:rating ?patience .
    ?three a judgement:CurrentRating ; judgement:ofPerson ?person ;
      judgement:forDimension ability:tact ; judgement:rating ?tact .
    FILTER ((?service = 10 && ?patience = 10) || (?service = 6 && ?tact = 4))
    BIND (IRI(CONCAT(STR(?person), "/verdict/", STRAFTER(STR(?model), "/position-model/"))) AS ?it)""",
    "90-verdict",
)


def test_a_smaller_pair_is_found_though_higher_ratings_would_undo_it() -> None:
    """Whatever rules there are: the shipped ones never count a higher rating against anybody."""
    even = Person("even", (Assessment("A1", "test", ORGANISATION.as_of, SAME),))
    world = replace(ORGANISATION, people=(even,))
    book = rule_book([each for each in rules().by_iri.values() if each.stage < "50"] + [ODD])

    found = search(world, "even", "agent", "fit", known=Premises.of(book, shared_facts(world)))

    assert in_short(found).keys() == {
        frozenset({("career-type/service", Decimal(6)), ("ability/tact", Decimal(4))})
    }
    assert found.pairs_done


def test_a_search_that_runs_out_of_time_says_how_far_it_came(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    moments = iter(range(10_000))
    clock = "kb_service.engine.smallest_change.time.monotonic"
    monkeypatch.setattr(clock, lambda: float(next(moments)))

    none = search(ORGANISATION, "wu", "agent", "strong-fit", seconds=1)
    some = search(ORGANISATION, "wu", "agent", "strong-fit", seconds=25)

    assert (none.singles_done, none.pairs_done, none.turns) == (False, False, ())
    assert some.singles_done and some.highest_pairs_done and not some.pairs_done
    assert 2 <= some.pair_levels < 18
    assert none.tried < some.tried


def test_a_verdict_that_is_given_already_needs_no_change() -> None:
    found = search(ORGANISATION, "wang", "agent", "strong-fit")

    assert found == ChangesFound(Outcome(iri("verdict", "strong-fit"), found.now.score))


def test_of_many_smallest_changes_some_are_listed_and_the_rest_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    every_one = search(ORGANISATION, "wang", "agent", "fit")
    monkeypatch.setattr(smallest_change, "MOST_TURNS", 1)

    first = search(ORGANISATION, "wang", "agent", "fit")

    assert len(every_one.turns) > 1
    assert first.turns == every_one.turns[:1]
    assert first.more == len(every_one.turns) - 1


def test_a_search_and_what_it_found_travel_between_processes() -> None:
    node = iri("person", "zhao")
    subject = Subject(node, tuple(people_facts(ORGANISATION)[node]), ORGANISATION.as_of)
    task = SmallestChange(subject, iri("model", "agent"), frozenset({iri("verdict", "fit")}), 1)
    found = search(ORGANISATION, "zhao", "agent", "strong-fit")

    assert pickle.loads(pickle.dumps(task)) == task
    assert pickle.loads(pickle.dumps(found)) == found


@A_FEW
@given(worlds(people=1), st.sets(st.sampled_from(VERDICTS), min_size=1, max_size=2))
def test_no_smaller_change_turns_a_verdict_and_every_one_of_that_size_is_found(
    world: World, wanted: set[str]
) -> None:
    """By the formulas of the design, of a model cut to what can be tried out in full."""
    short = replace(world.models[0], requirements=world.models[0].requirements[:4])
    world = replace(world, models=(short, world.models[1]))
    [person] = world.people

    found = search(world, person.name, short.name, *wanted)

    already = judge(world, person, short).verdict in wanted
    expected = {} if already else smallest_by_trial(world, person, short, wanted)
    assert len(found.turns) + found.more == len(expected)
    for change, outcome in in_short(found).items():
        assert expected[change] == outcome


def smallest_by_trial(
    world: World, person: Person, model: Model, wanted: set[str]
) -> dict[Change, tuple[str | None, Decimal | None]]:
    """Every smallest change of one rating, or else of two, tried out one by one."""
    choices = {
        need.dimension.name: list(levels(person, need.dimension, world))
        for need in model.requirements
    }
    ones = [(step,) for name, steps in choices.items() for step in ((name, *s) for s in steps)]
    twos = [
        ((a, *first), (b, *second))
        for a, b in combinations(choices, 2)
        for first, second in product(choices[a], choices[b])
    ]
    for changes in (ones, twos):
        for size in sorted({sum(step[2] for step in change) for change in changes}):
            found: dict[Change, tuple[str | None, Decimal | None]] = {}
            for change in changes:
                if sum(step[2] for step in change) == size:
                    then = judge(world, rated(person, change, world), model)
                    if then.verdict in wanted:
                        key = frozenset((name, level) for name, level, _ in change)
                        found[key] = (then.verdict, then.fit)
            if found:
                return found
    return {}


def levels(person: Person, dimension: Dimension, world: World) -> Iterator[tuple[Decimal, int]]:
    """The whole levels that a rating could change to, with how many levels away each is."""
    low, high = SCALES[dimension.scale]
    now = current_rating(person, dimension, world.as_of)
    every = [Decimal(level) for level in range(int(low), int(high) + 1)]
    above = every if now is None else [level for level in every if level > now]
    below = [] if now is None else [level for level in reversed(every) if level < now]
    for direction in (above, below):
        yield from ((level, away) for away, level in enumerate(direction, start=1))


def rated(person: Person, change: tuple[tuple[str, Decimal, int], ...], world: World) -> Person:
    """The person with these ratings alone in these dimensions, given today by a test."""
    new = {name: level for name, level, _ in change}
    kept = tuple(
        replace(each, ratings={n: r for n, r in each.ratings.items() if n not in new})
        for each in person.assessments
    )
    return replace(person, assessments=(*kept, Assessment("what-if", "test", world.as_of, new)))
