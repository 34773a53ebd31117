"""The example organisation as the facts that rules read, without a data folder."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Triple

from kb_service.catalogue import read_catalogue, read_performance_choices, read_teams
from kb_service.knowledge_base.example_appraisals import example_appraisals, with_open_periods
from kb_service.knowledge_files import knowledge_root, read_shared_knowledge, read_turtle
from kb_service.people_records import assessment_triples, person_iri, person_triples
from kb_service.people_records.performance_facts import (
    appraisal_triples,
    form_triples,
    measurement_triples,
    rating_triples,
)
from kb_service.people_records.performance_records import (
    FormRecord,
    MeasurementRecord,
    PerformanceChoices,
    PerformanceRecord,
    appraisal_iri,
    rating_iri,
)
from kb_service.sheets import read_workbook
from kb_service.vocabulary import iri

_FOLDER = knowledge_root() / "examples"
_PLAN_OF_ALL = "customer-service-representative"
"""The plan by which everybody who is appraised is, since they hold the same post."""


@cache
def shared() -> tuple[Triple, ...]:
    """The shared knowledge that ships, policy included."""
    return tuple(triple for graph in read_shared_knowledge().values() for triple in graph)


@cache
def as_of() -> date:
    """The day that the organisation's judgements are for."""
    as_of = iri("judgement", "asOf")
    (day,) = (t.object for t in _organisation() if t.predicate == as_of)
    assert isinstance(day, Literal)
    return date.fromisoformat(day.value)


@cache
def people() -> dict[NamedNode, tuple[Triple, ...]]:
    """The facts about each of its people, from the files that an HR tool would hand over."""
    catalogue, teams = read_catalogue(shared()), read_teams(_organisation())
    facts: dict[NamedNode, list[Triple]] = defaultdict(list)
    for path in _files():
        sheet = read_workbook(path.read_bytes(), path.name, catalogue, as_of(), teams)
        for person in sheet.people:
            facts[person_iri(person.id)] += person_triples(person.record)
        for assessment in sheet.assessments:
            facts[person_iri(assessment.person)] += assessment_triples(assessment, catalogue)
    return {person: tuple(facts[person]) for person in sorted(facts, key=lambda node: node.value)}


@cache
def shared_with_periods() -> tuple[Triple, ...]:
    """The shared knowledge that ships, with the teams and periods of the organisation."""
    return (*shared(), *with_open_periods(_organisation()))


@cache
def people_with_appraisals() -> dict[NamedNode, tuple[Triple, ...]]:
    """The facts about each of its people, their figures and ratings of four quarters among them."""
    choices = read_performance_choices(shared_with_periods())
    facts = {person: set(triples) for person, triples in people().items()}
    for record in example_appraisals(_FOLDER / "performance", choices, as_of()):
        facts[person_iri(record.person)].update(_performance(record, choices))
    return {person: tuple(triples) for person, triples in facts.items()}


def appraised() -> list[NamedNode]:
    """Those of its people who were appraised."""
    return [
        who for who, facts in people_with_appraisals().items() if len(facts) > len(people()[who])
    ]


def _performance(record: PerformanceRecord, choices: PerformanceChoices) -> Iterator[Triple]:
    """The facts that a row of a sheet of figures or of ratings comes to."""
    appraisal = appraisal_iri(record.person, record.period)
    plan = record.plan or _PLAN_OF_ALL
    yield from appraisal_triples(appraisal, record.person, record.period, plan, choices)
    if isinstance(record, MeasurementRecord):
        yield from measurement_triples(record.iri, record, choices)
    if isinstance(record, FormRecord):
        yield from form_triples(record.iri, record, choices)
        for dimension, grade in record.grades.items():
            yield from rating_triples(
                rating_iri(record.iri, dimension),
                record.iri,
                choices.dimensions[dimension].iri,
                choices.grades[grade].iri,
            )


@cache
def _organisation() -> tuple[Triple, ...]:
    return tuple(read_turtle(_FOLDER / "organisation.ttl"))


def _files() -> list[Path]:
    return sorted([*_FOLDER.glob("*.csv"), *_FOLDER.glob("*.xlsx")])
