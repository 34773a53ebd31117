"""What becomes of one person's facts when figures, forms and goals come in or are taken back.

A stored value that changes needs a reason, and stays in a correction with who changed it and when.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from pyoxigraph import Literal, NamedNode, Triple

from kb_service.findings import Finding
from kb_service.knowledge_base.checking import Change
from kb_service.knowledge_base.outcomes import UnknownThingError
from kb_service.knowledge_base.performance.faults import (
    other_plan,
    other_source,
    reason_missing,
    without_plan,
)
from kb_service.knowledge_base.performance.stored import Said, StoredPerformance, Value
from kb_service.people_records import performance_records as kinds
from kb_service.people_records.performance_facts import (
    APPRAISAL,
    FORM,
    GOAL,
    GRADE,
    MEASURED_ON,
    MEASUREMENT,
    RATED_ON,
    RATING,
    SOURCE,
    STRETCH,
    TARGET,
    THRESHOLD,
    UNDER_PLAN,
    VALUE,
    CorrectionMade,
    appraisal_triples,
    day_literal,
    form_triples,
    goal_triples,
    measurement_triples,
    rating_triples,
)
from kb_service.people_records.performance_records import (
    FormRecord,
    GoalRecord,
    MeasurementRecord,
    PerformanceChoices,
    PerformanceRecord,
    Removal,
    appraisal_iri,
    rating_iri,
)
from kb_service.people_records.raters import new_form_iri
from kb_service.vocabulary import local_id

_FIGURES = (VALUE, TARGET, THRESHOLD, STRETCH)


@dataclass(frozen=True)
class Author:
    """Who changes something, and on which day."""

    name: str
    on: date


@dataclass
class Merging:
    """One person's facts while records are merged into them."""

    person: str
    stored: StoredPerformance
    choices: PerformanceChoices
    author: Author
    faults: list[Finding] = field(default_factory=list)
    corrections: list[CorrectionMade] = field(default_factory=list)
    _gone: set[NamedNode] = field(default_factory=set)
    _new: list[Triple] = field(default_factory=list)
    _plans: dict[str, str] = field(default_factory=dict)
    _forms: dict[NamedNode, NamedNode] = field(default_factory=dict)
    """Each form that came in, with what the records call it."""

    def change(self, facts: Iterable[Triple] | None = None) -> Change:
        """What stays of the person's facts, and what is new.

        `facts` are all of them, where those stored that were looked at are only a part.
        """
        made = [triple for correction in self.corrections for triple in correction.triples()]
        known = self.stored.everything() if facts is None else facts
        stays = [triple for triple in known if triple.subject not in self._gone]
        return stays, [*self._new, *made]

    @property
    def differs(self) -> bool:
        """Whether anything will be other than it is stored."""
        return bool(self._gone)

    def place_of(self, focus: str) -> str:
        """What the records call something that is in a form of theirs, or is one."""
        for form, written in self._forms.items():
            if focus == form.value or focus.startswith(f"{form.value}/"):
                return written.value + focus.removeprefix(form.value)
        return focus

    def add(self, records: Sequence[PerformanceRecord]) -> None:
        """Let the facts say what records say; faults tell what stands against it."""
        for record in records:
            self._note_plan(record)
        for record in records:
            self._add_appraisal(record)
            if isinstance(record, MeasurementRecord):
                self._add_measurement(record)
            elif isinstance(record, GoalRecord):
                self._add_goal(record)
            else:
                self._add_form(record)

    def remove(self, asked: Removal) -> None:
        """Take back what is stored of a KPI or a rater; raises UnknownThingError for nothing."""
        nodes = nodes_of(asked, self.stored, self.choices)
        if not nodes:
            raise UnknownThingError(asked.kind, asked.about)
        for node in nodes:
            if asked.kind == kinds.RATING_FORM:
                self._remove_ratings(node, asked.reason, but=())
            else:
                value = TARGET if asked.kind == kinds.GOAL else VALUE
                self._correct(node, node, self.stored.said(node)[value], asked.reason)
        self._gone.update(nodes)

    # Appraisals

    def _note_plan(self, record: PerformanceRecord) -> None:
        """Remember the plan that a record names for its period; the first that does decides."""
        if record.plan is None:
            return
        known = self._stored_plan(record.period) or self._plans.get(record.period)
        if known is not None and known != record.plan:
            self.faults.append(other_plan(record, known))
        self._plans.setdefault(record.period, record.plan)

    def _stored_plan(self, period: str) -> str | None:
        appraisal = self.stored.find(APPRAISAL, self.choices.periods[period].iri)
        plan = self.stored.said(appraisal).get(UNDER_PLAN) if appraisal else None
        return local_id(plan) if isinstance(plan, NamedNode) else None

    def _add_appraisal(self, record: PerformanceRecord) -> None:
        """Say by which plan the person is judged in a period, unless that is known."""
        node = appraisal_iri(self.person, record.period)
        if node in self._gone or self._stored_plan(record.period) is not None:
            return
        plan = self._plans.get(record.period) or self._plan_of_post()
        if plan is None:
            self.faults.append(without_plan(record))
            return
        new = appraisal_triples(node, self.person, record.period, plan, self.choices)
        self._replace(node, new)

    def _plan_of_post(self) -> str | None:
        position = self.stored.position()
        return self.choices.plan_for(local_id(position)) if position else None

    # Figures, goals and forms

    def _add_measurement(self, record: MeasurementRecord) -> None:
        about = (
            self.choices.periods[record.period].iri,
            self.choices.kpis[record.kpi].iri,
            day_literal(record.measured_on),
        )
        node = self.stored.find(MEASUREMENT, *about) or record.iri
        self._put(record, node, list(measurement_triples(node, record, self.choices)), VALUE)

    def _add_goal(self, record: GoalRecord) -> None:
        about = (self.choices.periods[record.period].iri, self.choices.kpis[record.kpi].iri)
        node = self.stored.find(GOAL, *about) or record.iri
        self._put(record, node, list(goal_triples(node, record, self.choices)), TARGET)

    def _put(
        self, record: PerformanceRecord, node: NamedNode, new: list[Triple], value: NamedNode
    ) -> None:
        """Let a fact say this; `value` is the property of which a correction keeps what it was."""
        said = self.stored.said(node)
        if said and _stated(new) == _stated(self._triples(node, said, _FIGURES)):
            return
        if value in said:
            self._correct(node, record.iri, said[value], record.reason)
        stated = {*_FIGURES, *(triple.predicate for triple in new)}
        others = {property: each for property, each in said.items() if property not in stated}
        self._replace(node, [*new, *self._triples(node, others, others)])

    def _add_form(self, record: FormRecord) -> None:
        node = self._form(record)
        new = list(form_triples(node, record, self.choices))
        said = self.stored.said(node)
        source = said.get(SOURCE)
        if isinstance(source, NamedNode) and source != self.choices.sources[record.source].iri:
            self.faults.append(other_source(record, local_id(source)))
            return
        rated = {self.choices.dimensions[id].iri: id for id in record.grades}
        for dimension, id in rated.items():
            self._grade(record, node, dimension, id)
        if record.is_whole:
            self._remove_ratings(node, record.reason, but=rated)
        if said.get(RATED_ON) != day_literal(record.rated_on):
            self._replace(node, new)

    def _form(self, record: FormRecord) -> NamedNode:
        """The stored form of the rater, or the name of a new one, which does not tell whose it is."""
        period = self.choices.periods[record.period].iri
        stored = self.stored.find(FORM, period, Literal(record.rater))
        named = (form for form, written in self._forms.items() if written == record.iri)
        node = stored or next(named, None) or new_form_iri(self.person, record.period)
        self._forms[node] = record.iri
        return node

    def _grade(self, record: FormRecord, form: NamedNode, dimension: NamedNode, id: str) -> None:
        """Let a form give the grade in a dimension that the record gives."""
        grade = self.choices.grades[record.grades[id]].iri
        node = self.stored.find(RATING, form, dimension) or rating_iri(form, id)
        earlier = self.stored.said(node).get(GRADE)
        if earlier == grade:
            return
        if earlier is not None:
            self._correct(node, rating_iri(record.iri, id), earlier, record.reason)
        self._replace(node, rating_triples(node, form, dimension, grade))

    def _remove_ratings(
        self, form: NamedNode, reason: str | None, but: Collection[NamedNode]
    ) -> None:
        """Take back the grades that a form gives in other dimensions than these."""
        kept = {self.stored.find(RATING, form, dimension) for dimension in but}
        for node in self.stored.those(RATING, form):
            if node not in kept:
                self._correct(node, node, self.stored.said(node)[GRADE], reason)
                self._gone.add(node)

    # How it is done

    def _correct(
        self, node: NamedNode, place: NamedNode, earlier: Value, reason: str | None
    ) -> None:
        """Keep what a fact said before it changed; `place` is what the records call it."""
        if not reason:
            self.faults.append(reason_missing(place, earlier))
            return
        made = self.stored.new_correction(node)
        self.corrections.append(
            CorrectionMade(made, node, earlier, self.author.name, self.author.on, reason)
        )

    def _triples(
        self, node: NamedNode, said: Said, properties: Collection[NamedNode]
    ) -> list[Triple]:
        return [Triple(node, each, said[each]) for each in properties if each in said]

    def _replace(self, node: NamedNode, triples: Iterable[Triple]) -> None:
        self._gone.add(node)
        self._new.extend(triples)


def nodes_of(
    asked: Removal, stored: StoredPerformance, choices: PerformanceChoices
) -> list[NamedNode]:
    """The figures, the goal or the form that is to be taken back."""
    period = choices.periods[asked.period].iri
    if asked.kind == kinds.RATING_FORM:
        return stored.those(FORM, period, Literal(asked.about))
    kpi = choices.kpis[asked.about].iri
    if asked.kind == kinds.GOAL:
        return stored.those(GOAL, period, kpi)
    day = None if asked.day is None else day_literal(asked.day)
    figures = stored.those(MEASUREMENT, period, kpi)
    return [node for node in figures if day in (None, stored.said(node).get(MEASURED_ON))]


def _stated(facts: Iterable[Triple]) -> dict[NamedNode, Decimal]:
    """The figures among what is said of a thing, as numbers."""
    return {
        triple.predicate: Decimal(triple.object.value)
        for triple in facts
        if triple.predicate in _FIGURES and isinstance(triple.object, Literal)
    }
