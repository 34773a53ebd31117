"""However people are split into batches, the same is concluded about each of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode, Quad, Triple

from kb_service.engine.conclude import conclude, conclude_people, conclude_shared, relevant
from kb_service.engine.rules import RuleBook, read_rule_book
from tests import example_organisation
from tests.random_worlds import worlds
from tests.worlds import World, people_facts, shared_facts

Facts = Mapping[NamedNode, Iterable[Triple]]

SPLITS = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
SOME_OF_THE_EXAMPLE = list(example_organisation.people())[::25]


@cache
def rules() -> RuleBook:
    return read_rule_book()


@st.composite
def splits(draw: st.DrawFn, count: int) -> list[list[int]]:
    """So many people by number, in some order, cut into batches wherever it pleases."""
    order = draw(st.permutations(range(count)))
    cuts = draw(st.sets(st.integers(1, count - 1)))
    ends = [*sorted(cuts), count]
    return [list(order[start:end]) for start, end in zip([0, *ends], ends, strict=False)]


def concluded_in_batches(
    base: Sequence[Quad], people: Facts, split: list[list[int]], as_of: date, at_a_time: int
) -> dict[NamedNode, set[Triple]]:
    """What each batch of a split concludes by itself, taking so many people at a time."""
    names = list(people)
    return {
        person: set(told)
        for batch in split
        for person, told in conclude_people(
            rules(), base, [(names[n], people[names[n]]) for n in batch], as_of, batch=at_a_time
        )
    }


@SPLITS
@given(worlds(people=5), splits(5), st.integers(1, 5))
def test_any_split_of_a_random_world_gives_the_same_conclusions(
    world: World, split: list[list[int]], at_a_time: int
) -> None:
    together = conclude(rules(), shared_facts(world), people_facts(world), world.as_of)
    base = relevant(rules().people, shared_facts(world) + together.shared)

    apart = concluded_in_batches(base, people_facts(world), split, world.as_of, at_a_time)

    assert apart == {person: set(told) for person, told in together.people.items()}


@SPLITS
@given(splits(len(SOME_OF_THE_EXAMPLE)), st.integers(1, len(SOME_OF_THE_EXAMPLE)))
def test_any_split_of_people_of_the_example_gives_the_same_conclusions(
    split: list[list[int]], at_a_time: int
) -> None:
    people = {who: example_organisation.people()[who] for who in SOME_OF_THE_EXAMPLE}

    apart = concluded_in_batches(
        example_base(), people, split, example_organisation.as_of(), at_a_time
    )

    assert apart == example_together()


@cache
def example_base() -> list[Quad]:
    """What rules about people read of the shared knowledge that ships."""
    facts = example_organisation.shared()
    return relevant(rules().people, [*facts, *conclude_shared(rules(), facts)])


@cache
def example_together() -> dict[NamedNode, set[Triple]]:
    """What follows about some people of the example in one batch."""
    people = example_organisation.people()
    found = conclude_people(
        rules(),
        example_base(),
        [(who, people[who]) for who in SOME_OF_THE_EXAMPLE],
        example_organisation.as_of(),
        batch=len(SOME_OF_THE_EXAMPLE),
    )
    return {person: set(told) for person, told in found}
