"""Facts about a person put right: what is wrong is replaced, everything else stays as it was."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from pyoxigraph import Literal, NamedNode, Triple

from kb_service.knowledge_base.checking import Change
from kb_service.knowledge_base.outcomes import UnknownThingError
from kb_service.knowledge_base.sorting import merge_records
from kb_service.people_records import Catalogue, PersonRecord, assessment_iri
from kb_service.vocabulary import A, iri

_ASSESSED_ON = iri("people", "assessedOn")
_DATE = iri("xsd", "date")
_DECIMAL = iri("xsd", "decimal")
_DIMENSION = iri("core", "dimension")
_EXPIRES_ON = iri("people", "expiresOn")
_FRAMEWORK = iri("core", "framework")
_IN_ASSESSMENT = iri("people", "inAssessment")
_RATING = iri("people", "Rating")
_SOURCE = iri("people", "source")
_VALUE = iri("people", "value")

Said = Mapping[NamedNode, NamedNode | Literal | None]
"""What is to be said of a thing, by property; None for nothing any more."""


@dataclass(frozen=True)
class AssessmentCorrection:
    """What an assessment says otherwise: by property, and ratings by dimension id; None removes."""

    said: Said = field(default_factory=dict)
    ratings: Mapping[str, Decimal | None] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        *,
        assessed_on: date | None = None,
        source: str | None = None,
        ratings: Mapping[str, Decimal | None] | None = None,
    ) -> AssessmentCorrection:
        """The correction of a day, a source and ratings; what is left out stays."""
        said: dict[NamedNode, NamedNode | Literal | None] = {}
        if assessed_on is not None:
            said[_ASSESSED_ON] = _day(assessed_on)
        if source is not None:
            said[_SOURCE] = iri("source", source)
        return cls(said, ratings or {})

    def expiring(self, day: date | None) -> AssessmentCorrection:
        """The same, and the assessment counts until this day, or as long as policy has it."""
        expiry = None if day is None else _day(day)
        return AssessmentCorrection({**self.said, _EXPIRES_ON: expiry}, self.ratings)


@dataclass(frozen=True)
class Correction:
    """What facts about a person should say: who they are at work, and each assessment by its id.

    An assessment that is None should not be there.
    """

    record: PersonRecord | None = None
    assessments: Mapping[str, AssessmentCorrection | None] = field(default_factory=dict)

    def carried_out(self, person: str, stored: Sequence[Triple], catalogue: Catalogue) -> Change:
        """What stays of the stored facts about a person, and what is new.

        Raises UnknownThingError for an assessment or a dimension that is not there.
        """
        stays, new = list(stored), list[Triple]()
        if self.record is not None:
            stays, new = merge_records(stored, person, self.record, (), catalogue)
        for id, correction in self.assessments.items():
            node = assessment_iri(person, id)
            nodes = _nodes_of(node, stays)
            said = [triple for triple in stays if triple.subject in nodes]
            stays = [triple for triple in stays if triple.subject not in nodes]
            if not said:
                raise UnknownThingError("assessment", id)
            if correction is not None:
                new += _corrected(node, said, correction, catalogue)
        return stays, new


def _nodes_of(assessment: NamedNode, facts: Iterable[Triple]) -> Collection[object]:
    """An assessment with its ratings, whatever their addresses are."""
    ratings = {
        triple.subject
        for triple in facts
        if triple.predicate == _IN_ASSESSMENT and triple.object == assessment
    }
    return {assessment, *ratings}


def _corrected(
    node: NamedNode,
    said: Sequence[Triple],
    correction: AssessmentCorrection,
    catalogue: Catalogue,
) -> list[Triple]:
    """What an assessment and its ratings say once it is corrected."""
    facts = [t for t in said if not (t.subject == node and t.predicate in correction.said)]
    facts += [
        Triple(node, property, value)
        for property, value in correction.said.items()
        if value is not None
    ]
    dimensions = _dimensions_of(node, said, catalogue)
    for id, value in correction.ratings.items():
        if id not in dimensions:
            raise UnknownThingError("dimension", id)
        facts = _rated(node, facts, id, dimensions[id], value)
    return facts


def _dimensions_of(
    node: NamedNode, said: Iterable[Triple], catalogue: Catalogue
) -> dict[str, NamedNode]:
    """The dimensions of the assessment's framework by id."""
    framework = next((t.object for t in said if t.subject == node and t.predicate == _FRAMEWORK), 0)
    for id, dimensions in catalogue.dimensions.items():
        if iri("framework", id) == framework:
            return {name: dimension.iri for name, dimension in dimensions.items()}
    return {}


def _rated(
    node: NamedNode, facts: list[Triple], id: str, dimension: NamedNode, value: Decimal | None
) -> list[Triple]:
    """The facts with one dimension rated so, or not at all."""
    rating = next(
        (t.subject for t in facts if t.predicate == _DIMENSION and t.object == dimension), None
    )
    if value is None:
        return [triple for triple in facts if triple.subject != rating]
    number = Literal(f"{value:f}", datatype=_DECIMAL)
    if rating is not None:
        kept = [t for t in facts if not (t.subject == rating and t.predicate == _VALUE)]
        return [*kept, Triple(rating, _VALUE, number)]
    new = NamedNode(f"{node.value}/rating/{id}")
    return [
        *facts,
        Triple(new, A, _RATING),
        Triple(new, _IN_ASSESSMENT, node),
        Triple(new, _DIMENSION, dimension),
        Triple(new, _VALUE, number),
    ]


def _day(day: date) -> Literal:
    return Literal(day.isoformat(), datatype=_DATE)
