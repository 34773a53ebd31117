"""What records hold, and the facts that they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from pyoxigraph import Literal, NamedNode, Triple

from kb_service.vocabulary import IDENTIFIER, A, iri

_XSD_DATE = iri("xsd", "date")
_XSD_DECIMAL = iri("xsd", "decimal")


@dataclass(frozen=True)
class Choice:
    """Something a record may name by its id: a position, a rating source, a team."""

    id: str
    iri: NamedNode
    zh: str
    en: str


@dataclass(frozen=True)
class RatedDimension(Choice):
    """A dimension people are rated in, with the bounds of its scale."""

    framework: str
    part: str
    kind: str
    minimum: Decimal
    maximum: Decimal
    definition_zh: str = ""
    definition_en: str = ""


@dataclass(frozen=True)
class Catalogue:
    """What records may name: everything that shared knowledge declares, by its id."""

    dimensions: Mapping[str, Mapping[str, RatedDimension]] = field(default_factory=dict)
    """By framework id, then by dimension id."""
    positions: Mapping[str, Choice] = field(default_factory=dict)
    sources: Mapping[str, Choice] = field(default_factory=dict)
    scales: Mapping[str, tuple[Decimal, Decimal]] = field(default_factory=dict)


@dataclass(frozen=True)
class PersonRecord:
    """Who somebody is at work: team, post and the posts they are a candidate for, all as ids."""

    id: str
    team: str | None = None
    post: str | None = None
    candidate_for: tuple[str, ...] = ()


@dataclass(frozen=True)
class Introduction:
    """A person's record as organisations hand it in: with the name, and where to reach them.

    Facts have neither; `record` is what they are made of.
    """

    id: str
    name: str
    team: str | None = None
    post: str | None = None
    candidate_for: tuple[str, ...] = ()
    contact: Mapping[str, str] = field(default_factory=dict)
    """By the keys of CONTACT."""

    @property
    def record(self) -> PersonRecord:
        """The same without what tells who it is."""
        return PersonRecord(self.id, self.team, self.post, self.candidate_for)


@dataclass(frozen=True)
class AssessmentRecord:
    """One assessment of a person: ratings by dimension id, from one source on one day."""

    id: str
    person: str
    assessed_on: date
    source: str
    framework: str
    ratings: Mapping[str, Decimal]
    expires_on: date | None = None
    scale: str | None = None


def person_iri(person: str) -> NamedNode:
    """The IRI of the person with this id."""
    return iri("person", person)


def assessment_iri(person: str, assessment: str) -> NamedNode:
    """The IRI of one assessment of a person."""
    return iri("person", f"{person}/assessment/{assessment}")


def person_triples(record: PersonRecord) -> list[Triple]:
    """The facts of a person's record."""
    person = person_iri(record.id)
    facts = [
        Triple(person, A, iri("people", "Person")),
        Triple(person, IDENTIFIER, Literal(record.id)),
    ]
    if record.team:
        facts.append(Triple(person, iri("org", "memberOf"), iri("team", record.team)))
    if record.post:
        post = iri("person", f"{record.id}/post")
        facts += [
            Triple(person, iri("org", "holds"), post),
            Triple(post, A, iri("people", "Post")),
            Triple(post, iri("people", "ofPosition"), iri("position", record.post)),
        ]
    facts += [
        Triple(person, iri("people", "candidateFor"), iri("position", position))
        for position in record.candidate_for
    ]
    return facts


def assessment_triples(record: AssessmentRecord, catalogue: Catalogue) -> list[Triple]:
    """The facts of an assessment.

    Raises KeyError for a framework or dimension that the catalogue does not know.
    """
    dimensions = catalogue.dimensions[record.framework]
    node = assessment_iri(record.person, record.id)
    facts = [
        Triple(node, A, iri("people", "Assessment")),
        Triple(node, IDENTIFIER, Literal(record.id)),
        Triple(node, iri("people", "ofPerson"), person_iri(record.person)),
        Triple(node, iri("people", "source"), iri("source", record.source)),
        Triple(node, iri("people", "assessedOn"), _date(record.assessed_on)),
        Triple(node, iri("core", "framework"), iri("framework", record.framework)),
    ]
    if record.expires_on:
        facts.append(Triple(node, iri("people", "expiresOn"), _date(record.expires_on)))
    if record.scale:
        facts.append(Triple(node, iri("core", "scale"), iri("scale", record.scale)))
    for key, value in record.ratings.items():
        rating = NamedNode(f"{node.value}/rating/{key}")
        facts += [
            Triple(rating, A, iri("people", "Rating")),
            Triple(rating, iri("people", "inAssessment"), node),
            Triple(rating, iri("core", "dimension"), dimensions[key].iri),
            Triple(rating, iri("people", "value"), Literal(f"{value:f}", datatype=_XSD_DECIMAL)),
        ]
    return facts


def _date(day: date) -> Literal:
    return Literal(day.isoformat(), datatype=_XSD_DATE)
