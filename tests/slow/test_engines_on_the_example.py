"""Three engines conclude the same about people of the example organisation, triple by triple.

Each engine takes minutes for a handful of people. Those compared are a few about whom, together,
every rule that concludes something of anybody does so, and every verdict, box, grade and trend is
given that is given to anybody. That the company in which people are concluded makes no difference
is a claim of its own (`test_batches`).
"""

from __future__ import annotations

from functools import cache
from itertools import islice

from pyoxigraph import NamedNode, Triple

from kb_service.engine.conclude import Conclusions, conclude, relevant
from kb_service.engine.rules import RuleBook, read_rule_book
from kb_service.vocabulary import iri, local_id
from tests.example_organisation import (
    as_of,
    people_with_appraisals,
    shared_with_periods,
)
from tests.reference_engines import (
    Statement,
    conclude_with_pyshacl,
    conclude_with_rdflib,
    conclusions_in,
    normal,
    patterns_ordered_to_join,
)

Facts = dict[NamedNode, tuple[Triple, ...]]

_JUDGED = {
    iri("judgement", name) for name in ("concludedBy", "verdict", "box", "resultGrade", "trend")
}


@cache
def rules() -> RuleBook:
    return read_rule_book()


@cache
def read_by_rules() -> tuple[Triple, ...]:
    """The shared facts that any rule can read; engines that look at every fact are spared the rest."""
    return tuple(q.triple for q in relevant(rules().shared + rules().people, shared_with_periods()))


@cache
def about_everybody() -> Conclusions:
    """What our engine concludes about everybody."""
    return conclude(rules(), shared_with_periods(), people_with_appraisals(), as_of())


def said_of(person: NamedNode) -> frozenset[tuple[NamedNode, object]]:
    """How a person is judged, and by which rules."""
    told = about_everybody().people[person]
    return frozenset((each.predicate, each.object) for each in told if each.predicate in _JUDGED)


@cache
def a_few() -> Facts:
    """The facts about few people who are judged in every way that anybody is."""
    said = {person: said_of(person) for person in people_with_appraisals()}
    left = frozenset().union(*said.values())
    chosen: Facts = {}
    while left:
        most = max(said, key=lambda person: len(said[person] & left))
        chosen[most] = people_with_appraisals()[most]
        left -= said[most]
    return chosen


@cache
def expected() -> set[Statement]:
    """What our engine concludes about these few."""
    return statements(conclude(rules(), shared_with_periods(), a_few(), as_of()))


def statements(conclusions: Conclusions) -> set[Statement]:
    about_people = (triple for told in conclusions.people.values() for triple in told)
    return normal([*conclusions.shared, *about_people])


def assert_same(found: set[Statement], expected: set[Statement]) -> None:
    """Both sets are equal; else some statements that only one of them has."""
    only_theirs, only_ours = found - expected, expected - found
    assert not only_theirs, list(islice(only_theirs, 5))
    assert not only_ours, list(islice(only_ours, 5))


def test_every_rule_on_people_but_for_objections_concludes_something_about_them() -> None:
    """Nobody in the example objects; tests/small_organisation.py has somebody who does.

    Studies are no part of the example organisation; tests/small_appraisals.py has one.
    """
    found = about_everybody()

    concluded_by = iri("judgement", "concludedBy")
    told = [*found.shared, *(triple for told in found.people.values() for triple in told)]
    used = {t.object for t in told if t.predicate == concluded_by}
    idle = [rule for rule in rules().by_iri.values() if rule.iri not in used]
    assert {rule.stage for rule in idle if "study" not in rule.stage} == {"95-contested"}


def test_few_people_are_compared_and_a_whole_verdict_of_each_kind_is_among_them() -> None:
    verdicts = {
        local_id(value)
        for person in a_few()
        for predicate, value in said_of(person)
        if predicate == iri("judgement", "verdict") and isinstance(value, NamedNode)
    }

    assert len(a_few()) < 12
    assert verdicts == {
        "strong-fit",
        "fit",
        "trainable",
        "unsuitable",
        "insufficient-evidence",
    }


def test_rdflib_concludes_the_same() -> None:
    with patterns_ordered_to_join():
        found = conclude_with_rdflib(rules(), read_by_rules(), a_few(), as_of())

    assert_same(conclusions_in(found), expected())


def test_pyshacl_concludes_the_same() -> None:
    with patterns_ordered_to_join():
        found = conclude_with_pyshacl(rules(), read_by_rules(), a_few(), as_of())

    assert_same(conclusions_in(found), expected())
