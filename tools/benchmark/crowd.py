"""Invented people in any number, and the knowledge by which they are judged."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

from pyoxigraph import NamedNode, Triple

from kb_service.catalogue import read_catalogue
from kb_service.engine.premises import Premises
from kb_service.engine.rules import read_rule_book
from kb_service.knowledge_files import read_shared_knowledge
from kb_service.people_records import (
    AssessmentRecord,
    Catalogue,
    PersonRecord,
    assessment_triples,
    person_iri,
    person_triples,
)

DAY = date(2026, 11, 20)
FAMILY = 500
"""How many people share the beginning of their ids."""

_GRID_POSITION = "customer-service-representative"


@cache
def premises() -> Premises:
    """The rules and the shared knowledge that ship."""
    graphs = read_shared_knowledge().values()
    return Premises.of(read_rule_book(), (triple for graph in graphs for triple in graph))


@cache
def catalogue() -> Catalogue:
    """What records of people may name."""
    return read_catalogue(premises().facts)


def family(number: int) -> str:
    """What the ids of so many people in a row begin with, and no other text does."""
    return f"bench-{number:04d}-"


def person_id(number: int) -> str:
    """The id of an invented person: their family, and their place in it."""
    return f"{family(number // FAMILY)}{number % FAMILY:03d}"


def records(number: int, post: str = "") -> tuple[PersonRecord, list[AssessmentRecord]]:
    """A person with a post, every third a candidate too, and two or three assessments of them.

    Where no post is given, people hold those that there are by turns.
    """
    chance = random.Random(number)
    person = person_id(number)
    positions = sorted(catalogue().positions)
    post = post or positions[number % len(positions)]
    candidate = tuple(chance.sample(positions, 1)) if number % 3 == 0 else ()
    framework = "grid" if post == _GRID_POSITION else "t12"
    sources = chance.sample(["test", "supervisor", "peer"], 2 + number % 2)
    assessments = [
        _assessment(f"a{index}", person, source, framework, 0.3 if index else 0.95, chance)
        for index, source in enumerate(sources)
    ]
    return PersonRecord(person, "bench", post, candidate), assessments


def _assessment(
    name: str, person: str, source: str, framework: str, rated: float, chance: random.Random
) -> AssessmentRecord:
    """An assessment in about this share of the framework's dimensions, in all if in none."""
    dimensions = catalogue().dimensions[framework]
    chosen = [key for key in dimensions if chance.random() < rated] or list(dimensions)
    low, high = (2, 5) if framework == "grid" else (4, 10)
    ratings = {key: Decimal(chance.randint(low, high)) for key in chosen}
    day = DAY - timedelta(days=chance.randint(1, 900))
    return AssessmentRecord(name, person, day, source, framework, ratings)


def facts(number: int) -> list[Triple]:
    """The facts about an invented person."""
    person, assessments = records(number)
    told = person_triples(person)
    for assessment in assessments:
        told += assessment_triples(assessment, catalogue())
    return told


def people(numbers: Iterable[int]) -> Iterator[tuple[NamedNode, list[Triple]]]:
    """Invented people with their facts, made one at a time."""
    for number in numbers:
        yield person_iri(person_id(number)), facts(number)
