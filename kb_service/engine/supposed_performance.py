"""A person's facts as they would be with other figures, grades and raters in a period."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from pyoxigraph import Literal, NamedNode, Triple

from kb_service.vocabulary import A, iri, local_id

DIMENSION = iri("core", "dimension")
FOR_KPI = iri("performance", "forKPI")
FOR_PERSON = iri("performance", "forPerson")
IN_FORM = iri("performance", "inForm")
IN_PERIOD = iri("performance", "inPeriod")
MEASUREMENT = iri("performance", "Measurement")
RATING_FORM = iri("performance", "RatingForm")


@dataclass(frozen=True)
class SupposedForm:
    """What one rater more would say: of which kind they are, and a grade for each dimension."""

    source: NamedNode
    grades: Mapping[NamedNode, NamedNode]


@dataclass(frozen=True)
class SupposedPerformance:
    """Figures and grades that are supposed to be otherwise in a period.

    A figure takes the place of all that the KPI has, None that of none. A grade of a dimension is
    given by every rater who rated in the period, None by nobody. `forms` come on top.
    """

    period: NamedNode
    figures: Mapping[NamedNode, Decimal | None] = field(default_factory=dict)
    grades: Mapping[NamedNode, NamedNode | None] = field(default_factory=dict)
    forms: tuple[SupposedForm, ...] = ()

    def of(self, facts: Iterable[Triple], person: NamedNode, day: date) -> list[Triple]:
        """The facts about a person as they would be; what is new is of this day.

        Goals stay, and so does everything of other periods.
        """
        known = list(facts)
        here = {t.subject for t in known if t.predicate == IN_PERIOD and t.object == self.period}
        forms = {t.subject for t in known if t.predicate == A and t.object == RATING_FORM} & here
        measured = {t.subject for t in known if t.predicate == A and t.object == MEASUREMENT}
        rated = {t.subject for t in known if t.predicate == IN_FORM and t.object in forms}
        gone = {
            t.subject
            for t in known
            if (
                t.predicate == FOR_KPI and t.object in self.figures and t.subject in measured & here
            )
            or (t.predicate == DIMENSION and t.object in self.grades and t.subject in rated)
        }
        kept = [t for t in known if t.subject not in gone]
        on = Literal(day.isoformat(), datatype=iri("xsd", "date"))
        given = {name: grade for name, grade in self.grades.items() if grade is not None}
        return [
            *kept,
            *self._measured(person, on),
            *(t for form in sorted(forms, key=str) for t in _ratings(form, given)),
            *self._forms(person, on),
        ]

    def _measured(self, person: NamedNode, day: Literal) -> Iterator[Triple]:
        for kpi, value in self.figures.items():
            if value is None:
                continue
            node = NamedNode(f"{person.value}/supposed/{local_id(kpi)}")
            number = Literal(f"{value:f}", datatype=iri("xsd", "decimal"))
            yield Triple(node, A, MEASUREMENT)
            yield from self._about(node, person)
            yield Triple(node, FOR_KPI, kpi)
            yield Triple(node, iri("performance", "value"), number)
            yield Triple(node, iri("performance", "measuredOn"), day)

    def _forms(self, person: NamedNode, day: Literal) -> Iterator[Triple]:
        for number, form in enumerate(self.forms, start=1):
            node = NamedNode(f"{person.value}/supposed-form/{number}")
            yield Triple(node, A, RATING_FORM)
            yield from self._about(node, person)
            yield Triple(node, iri("people", "source"), form.source)
            yield Triple(node, iri("performance", "ratedOn"), day)
            yield from _ratings(node, form.grades)

    def _about(self, node: NamedNode, person: NamedNode) -> Iterator[Triple]:
        yield Triple(node, FOR_PERSON, person)
        yield Triple(node, IN_PERIOD, self.period)


def _ratings(form: object, grades: Mapping[NamedNode, NamedNode]) -> Iterator[Triple]:
    if not isinstance(form, NamedNode):
        return
    for dimension, grade in grades.items():
        node = NamedNode(f"{form.value}/supposed/{local_id(dimension)}")
        yield Triple(node, A, iri("performance", "BehaviourRating"))
        yield Triple(node, IN_FORM, form)
        yield Triple(node, DIMENSION, dimension)
        yield Triple(node, iri("performance", "grade"), grade)
