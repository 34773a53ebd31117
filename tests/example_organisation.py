"""The example organisation as the facts that rules read, without a data folder."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from functools import cache
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Triple

from kb_service.catalogue import read_catalogue, read_teams
from kb_service.knowledge_files import knowledge_root, read_shared_knowledge, read_turtle
from kb_service.people_records import assessment_triples, person_iri, person_triples
from kb_service.sheets import read_workbook
from kb_service.vocabulary import iri

_FOLDER = knowledge_root() / "examples"


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
def _organisation() -> tuple[Triple, ...]:
    return tuple(read_turtle(_FOLDER / "organisation.ttl"))


def _files() -> list[Path]:
    return sorted([*_FOLDER.glob("*.csv"), *_FOLDER.glob("*.xlsx")])
