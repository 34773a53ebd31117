"""A person's facts as they would be with other ratings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from pyoxigraph import Literal, NamedNode, Triple

from kb_service.engine.premises import Premises
from kb_service.vocabulary import A, iri

_DECIMAL = iri("xsd", "decimal")
_DIMENSION = iri("core", "dimension")
_IN_ASSESSMENT = iri("people", "inAssessment")


def with_ratings(
    facts: Iterable[Triple],
    person: NamedNode,
    ratings: Mapping[NamedNode, Decimal | None],
    as_of: date,
    premises: Premises,
) -> list[Triple]:
    """The person's facts, had they been rated so: a rating for each dimension, None for unknown.

    What was rated in these dimensions is left out. The ratings, on the dimension's own scale, stand
    in an assessment of the day from the source that the policy trusts most. Raises ValueError when
    the policy ranks no source.
    """
    known = list(facts)
    replaced = {t.subject for t in known if t.predicate == _DIMENSION and t.object in ratings}
    kept = [t for t in known if t.subject not in replaced]
    given = {dimension: value for dimension, value in ratings.items() if value is not None}
    if not given:
        return kept
    source = premises.most_trusted_source
    if source is None:
        raise ValueError("the policy ranks no source of ratings")
    assessment = NamedNode(f"{person.value}/supposed-assessment")
    day = Literal(as_of.isoformat(), datatype=iri("xsd", "date"))
    kept += [
        Triple(assessment, A, iri("people", "Assessment")),
        Triple(assessment, iri("people", "ofPerson"), person),
        Triple(assessment, iri("people", "assessedOn"), day),
        Triple(assessment, iri("people", "source"), source),
    ]
    for number, (dimension, value) in enumerate(given.items(), start=1):
        rating = NamedNode(f"{assessment.value}/{number}")
        kept += [
            Triple(rating, A, iri("people", "Rating")),
            Triple(rating, _IN_ASSESSMENT, assessment),
            Triple(rating, _DIMENSION, dimension),
            Triple(rating, iri("people", "value"), Literal(f"{value:f}", datatype=_DECIMAL)),
        ]
    return kept
