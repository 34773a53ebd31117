"""Records of performance as facts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pyoxigraph import Literal, NamedNode, Triple

from kb_service.people_records.performance_records import (
    FormRecord,
    GoalRecord,
    MeasurementRecord,
    PerformanceChoices,
)
from kb_service.people_records.records import person_iri
from kb_service.vocabulary import A, iri

APPRAISAL = iri("performance", "Appraisal")
CORRECTION = iri("performance", "Correction")
FORM = iri("performance", "RatingForm")
GOAL = iri("performance", "Goal")
MEASUREMENT = iri("performance", "Measurement")
RATING = iri("performance", "BehaviourRating")

CORRECTS = iri("performance", "corrects")
DIMENSION = iri("core", "dimension")
EARLIER_GRADE = iri("performance", "earlierGrade")
EARLIER_VALUE = iri("performance", "earlierValue")
FOR_KPI = iri("performance", "forKPI")
FOR_PERSON = iri("performance", "forPerson")
GRADE = iri("performance", "grade")
IN_FORM = iri("performance", "inForm")
IN_PERIOD = iri("performance", "inPeriod")
MEASURED_ON = iri("performance", "measuredOn")
RATED_ON = iri("performance", "ratedOn")
RATER = iri("performance", "rater")
SOURCE = iri("people", "source")
STRETCH = iri("performance", "stretch")
TARGET = iri("performance", "target")
THRESHOLD = iri("performance", "threshold")
UNDER_PLAN = iri("performance", "underPlan")
VALUE = iri("performance", "value")

CORRECTION_REASON = iri("performance", "correctionReason")
"""Why a fact was changed, in words: documents have it, the store has not, since names may be in it."""
CORRECTED_BY = iri("performance", "correctedBy")
CORRECTED_ON = iri("performance", "correctedOn")
_DATE = iri("xsd", "date")
_DECIMAL = iri("xsd", "decimal")


@dataclass(frozen=True)
class CorrectionMade:
    """That a fact was changed: the number or the grade that it had before, by whom and when."""

    node: NamedNode
    fact: NamedNode
    earlier: Literal | NamedNode
    by: str
    on: date
    reason: str
    """In words, which are no part of the facts."""

    def triples(self) -> Iterator[Triple]:
        """The facts of the correction, without what it says in words."""
        kind = EARLIER_GRADE if isinstance(self.earlier, NamedNode) else EARLIER_VALUE
        yield Triple(self.node, A, CORRECTION)
        yield Triple(self.node, CORRECTS, self.fact)
        yield Triple(self.node, kind, self.earlier)
        yield Triple(self.node, CORRECTED_BY, Literal(self.by))
        yield Triple(self.node, CORRECTED_ON, day_literal(self.on))


def appraisal_triples(
    node: NamedNode, person: str, period: str, plan: str, choices: PerformanceChoices
) -> Iterator[Triple]:
    """The facts of an appraisal: who is judged in which period by which plan."""
    yield Triple(node, A, APPRAISAL)
    yield from _of_period(node, person, period, choices)
    yield Triple(node, UNDER_PLAN, choices.plans[plan].iri)


def measurement_triples(
    node: NamedNode, record: MeasurementRecord, choices: PerformanceChoices
) -> Iterator[Triple]:
    """The facts of a figure; raises KeyError for what the choices do not know."""
    yield Triple(node, A, MEASUREMENT)
    yield from _of_period(node, record.person, record.period, choices)
    yield Triple(node, FOR_KPI, choices.kpis[record.kpi].iri)
    yield Triple(node, VALUE, number_literal(record.value))
    yield Triple(node, MEASURED_ON, day_literal(record.measured_on))


def goal_triples(
    node: NamedNode, record: GoalRecord, choices: PerformanceChoices
) -> Iterator[Triple]:
    """The facts of a goal; raises KeyError for what the choices do not know."""
    yield Triple(node, A, GOAL)
    yield from _of_period(node, record.person, record.period, choices)
    yield Triple(node, FOR_KPI, choices.kpis[record.kpi].iri)
    figures = ((TARGET, record.target), (THRESHOLD, record.threshold), (STRETCH, record.stretch))
    for property, figure in figures:
        if figure is not None:
            yield Triple(node, property, number_literal(figure))


def form_triples(
    node: NamedNode, record: FormRecord, choices: PerformanceChoices
) -> Iterator[Triple]:
    """The facts of a form without its grades; raises KeyError for what the choices do not know."""
    yield Triple(node, A, FORM)
    yield from _of_period(node, record.person, record.period, choices)
    yield Triple(node, SOURCE, choices.sources[record.source].iri)
    yield Triple(node, RATER, Literal(record.rater))
    yield Triple(node, RATED_ON, day_literal(record.rated_on))


def rating_triples(
    node: NamedNode, form: NamedNode, dimension: NamedNode, grade: NamedNode
) -> Iterator[Triple]:
    """The facts of one grade in a form."""
    yield Triple(node, A, RATING)
    yield Triple(node, IN_FORM, form)
    yield Triple(node, DIMENSION, dimension)
    yield Triple(node, GRADE, grade)


def day_literal(day: date) -> Literal:
    """A day as facts have it."""
    return Literal(day.isoformat(), datatype=_DATE)


def number_literal(number: Decimal) -> Literal:
    """A number as facts have it."""
    return Literal(f"{number:f}", datatype=_DECIMAL)


def _of_period(
    node: NamedNode, person: str, period: str, choices: PerformanceChoices
) -> Iterator[Triple]:
    yield Triple(node, FOR_PERSON, person_iri(person))
    yield Triple(node, IN_PERIOD, choices.periods[period].iri)
