"""rdflib and pySHACL conclude from the same rules what our engine does, triple by triple."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from kb_service.engine.conclude import conclude
from kb_service.engine.rules import RuleBook, read_rule_book
from kb_service.vocabulary import iri
from tests.reference_engines import (
    Statement,
    conclude_with_pyshacl,
    conclude_with_rdflib,
    normal,
)
from tests.small_organisation import ORGANISATION
from tests.worlds import World, people_facts, shared_facts

A_FEW = replace(ORGANISATION, people=ORGANISATION.people[:3])


@cache
def rules() -> RuleBook:
    return read_rule_book()


def concluded(world: World) -> set[Statement]:
    """What our own engine concludes, shared and about people."""
    found = conclude(rules(), shared_facts(world), people_facts(world), world.as_of)
    return normal([*found.shared, *(triple for told in found.people.values() for triple in told)])


def test_every_rule_concludes_something_about_the_small_organisation() -> None:
    by = ("iri", iri("judgement", "concludedBy").value)
    used = {value for _, predicate, (_, value) in concluded(ORGANISATION) if predicate == by}

    assert rules().by_iri.keys() - used == set()


def test_rdflib_concludes_the_same() -> None:
    expected = concluded(ORGANISATION)
    facts = shared_facts(ORGANISATION), people_facts(ORGANISATION)

    found = conclude_with_rdflib(rules(), *facts, ORGANISATION.as_of)

    assert found == expected


def test_pyshacl_concludes_the_same() -> None:
    found = conclude_with_pyshacl(rules(), shared_facts(A_FEW), people_facts(A_FEW), A_FEW.as_of)

    assert found == concluded(A_FEW)
