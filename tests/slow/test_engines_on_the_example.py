"""Three engines conclude the same about everybody in the example organisation, triple by triple.

A test compares a few people, so that memory stays small and every core has work. That the
company in which people are concluded makes no difference is a claim of its own (`test_batches`).
"""

from __future__ import annotations

from functools import cache
from itertools import islice

import pytest
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

A_FEW = 8
PEOPLE = list(people_with_appraisals())
PORTIONS = [PEOPLE[start : start + A_FEW] for start in range(0, len(PEOPLE), A_FEW)]

each_portion = pytest.mark.parametrize(
    "portion", PORTIONS, ids=lambda who: f"{local_id(who[0])}-{local_id(who[-1])}"
)


@cache
def rules() -> RuleBook:
    return read_rule_book()


@cache
def read_by_rules() -> tuple[Triple, ...]:
    """The shared facts that any rule can read; engines that look at every fact are spared the rest."""
    return tuple(q.triple for q in relevant(rules().shared + rules().people, shared_with_periods()))


def facts_about(portion: list[NamedNode]) -> dict[NamedNode, tuple[Triple, ...]]:
    return {person: people_with_appraisals()[person] for person in portion}


def concluded(portion: list[NamedNode]) -> Conclusions:
    return conclude(rules(), shared_with_periods(), facts_about(portion), as_of())


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
    found = conclude(rules(), shared_with_periods(), people_with_appraisals(), as_of())

    concluded_by = iri("judgement", "concludedBy")
    told = [*found.shared, *(triple for told in found.people.values() for triple in told)]
    used = {t.object for t in told if t.predicate == concluded_by}
    idle = [rule for rule in rules().by_iri.values() if rule.iri not in used]
    assert {rule.stage for rule in idle if "study" not in rule.stage} == {"95-contested"}


@each_portion
def test_rdflib_concludes_the_same(portion: list[NamedNode]) -> None:
    expected = statements(concluded(portion))

    with patterns_ordered_to_join():
        found = conclude_with_rdflib(rules(), read_by_rules(), facts_about(portion), as_of())

    assert_same(conclusions_in(found), expected)


@each_portion
def test_pyshacl_concludes_the_same(portion: list[NamedNode]) -> None:
    expected = statements(concluded(portion))

    with patterns_ordered_to_join():
        found = conclude_with_pyshacl(rules(), read_by_rules(), facts_about(portion), as_of())

    assert_same(conclusions_in(found), expected)
