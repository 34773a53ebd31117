"""The example organisation as facts in memory, without a data folder."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Triple

from kb_service.catalogue import read_catalogue, read_teams
from kb_service.knowledge_files import read_shared_knowledge, read_turtle
from kb_service.people_records import assessment_triples, person_iri, person_triples
from kb_service.sheets import read_workbook
from kb_service.vocabulary import iri

_AS_OF = iri("judgement", "asOf")


@dataclass(frozen=True)
class ExampleFacts:
    """Shared knowledge, the facts about each person, and the day that judgements are for."""

    shared: list[Triple]
    people: dict[NamedNode, list[Triple]]
    as_of: date


def read_example_facts(root: Path) -> ExampleFacts:
    """The facts in the `examples` folder of a knowledge folder.

    Raises FileNotFoundError when there is none, and RefusedInput for a sheet that is broken.
    """
    folder = root / "examples"
    shared = [triple for triples in read_shared_knowledge(root).values() for triple in triples]
    organisation = read_turtle(folder / "organisation.ttl")
    days = [
        triple.object.value
        for triple in organisation
        if triple.predicate == _AS_OF and isinstance(triple.object, Literal)
    ]
    as_of = date.fromisoformat(days[0]) if days else date.today()
    catalogue, teams = read_catalogue(shared), read_teams(organisation)
    people: dict[NamedNode, list[Triple]] = defaultdict(list)
    for path in sorted([*folder.glob("*.csv"), *folder.glob("*.xlsx")]):
        sheet = read_workbook(path.read_bytes(), path.name, catalogue, as_of, teams)
        for person in sheet.people:
            people[person_iri(person.id)] += person_triples(person.record)
        for assessment in sheet.assessments:
            people[person_iri(assessment.person)] += assessment_triples(assessment, catalogue)
    return ExampleFacts(shared, dict(people), as_of)
