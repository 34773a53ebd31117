"""What storing records would change: whether they are new, or what they take the place of."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from pyoxigraph import Literal, NamedNode, Triple

from kb_service.knowledge_base.performance.stored import StoredPerformance
from kb_service.people_records import (
    AssessmentRecord,
    Catalogue,
    Introduction,
    assessment_iri,
    assessment_triples,
)
from kb_service.people_records.performance_facts import (
    FORM,
    GRADE,
    MEASUREMENT,
    RATING,
    VALUE,
    day_literal,
)
from kb_service.people_records.performance_records import (
    FormRecord,
    MeasurementRecord,
    PerformanceChoices,
)
from kb_service.store import as_stored
from kb_service.vocabulary import iri, local_id

_RATED = iri("people", "value")


class Standing(StrEnum):
    """How a record stands to what is stored."""

    NEW = "new"
    SAME = "same"
    CHANGED = "changed"


@dataclass(frozen=True)
class Foreseen:
    """How a record stands to what is stored, and what it would take the place of, by its name.

    `earlier` has ids of dimensions, names of fields, or nothing but "" for the one value there is.
    """

    standing: Standing
    earlier: Mapping[str, str] = field(default_factory=dict)


def foreseen_person(given: Introduction, known: Introduction | None) -> Foreseen:
    """How what is said of a person stands to what is `known`."""
    if known is None:
        return Foreseen(Standing.NEW)
    said, before = _fields(given), _fields(known)
    return _compared({name: before[name] for name in said if said[name] != before[name]})


def foreseen_assessment(
    given: AssessmentRecord, catalogue: Catalogue, facts: Iterable[Triple]
) -> Foreseen:
    """How an assessment stands to the facts about its person, who bears the same id in both."""
    node = assessment_iri(given.person, given.id).value
    stored = {triple for triple in facts if _is_of(triple, node)}
    if not stored:
        return Foreseen(Standing.NEW)
    new = set(as_stored(assessment_triples(given, catalogue)))
    if new == stored:
        return Foreseen(Standing.SAME)
    before, now = _ratings(stored), _ratings(new)
    earlier = {name: value for name, value in before.items() if now.get(name) != value}
    return Foreseen(Standing.CHANGED, earlier)


def foreseen_figure(
    given: MeasurementRecord, choices: PerformanceChoices, stored: StoredPerformance
) -> Foreseen:
    """How a figure stands to what is stored about its person and period."""
    about = (choices.periods[given.period].iri, choices.kpis[given.kpi].iri)
    node = stored.find(MEASUREMENT, *about, day_literal(given.measured_on))
    before = stored.said(node).get(VALUE) if node else None
    if not isinstance(before, Literal):
        return Foreseen(Standing.NEW)
    return _compared({} if Decimal(before.value) == given.value else {"": before.value})


def foreseen_form(
    given: FormRecord, choices: PerformanceChoices, stored: StoredPerformance
) -> Foreseen:
    """How a rater's form stands to what is stored about its person and period."""
    form = stored.find(FORM, choices.periods[given.period].iri, Literal(given.rater))
    if form is None:
        return Foreseen(Standing.NEW)
    earlier = _grades(form, given.grades, choices, stored)
    if set(earlier) != set(given.grades):  # a grade that there was none of before
        return Foreseen(Standing.CHANGED, _differing(given.grades, earlier))
    return _compared(_differing(given.grades, earlier))


def _grades(
    form: NamedNode,
    dimensions: Collection[str],
    choices: PerformanceChoices,
    stored: StoredPerformance,
) -> dict[str, str]:
    found = {}
    for dimension in dimensions:
        rating = stored.find(RATING, form, choices.dimensions[dimension].iri)
        grade = stored.said(rating).get(GRADE) if rating else None
        if isinstance(grade, NamedNode):
            found[dimension] = local_id(grade)
    return found


def _differing(now: Mapping[str, str], before: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in before.items() if now[name] != value}


def _compared(earlier: Mapping[str, str]) -> Foreseen:
    return Foreseen(Standing.CHANGED if earlier else Standing.SAME, earlier)


def _fields(person: Introduction) -> dict[str, str]:
    return {
        "name": person.name,
        "team": person.team or "",
        "post": person.post or "",
        "candidate-for": _listed(person.candidate_for),
        **person.contact,
    }


def _listed(ids: Sequence[str]) -> str:
    return " ".join(sorted(ids))


def _is_of(triple: Triple, node: str) -> bool:
    subject = triple.subject
    return isinstance(subject, NamedNode) and (
        subject.value == node or subject.value.startswith(f"{node}/")
    )


def _ratings(facts: Iterable[Triple]) -> dict[str, str]:
    """The values of ratings by the id of the dimension, which is the last part of their IRI."""
    return {
        triple.subject.value.rpartition("/")[2]: triple.object.value
        for triple in facts
        if triple.predicate == _RATED
        and isinstance(triple.subject, NamedNode)
        and isinstance(triple.object, Literal)
    }
