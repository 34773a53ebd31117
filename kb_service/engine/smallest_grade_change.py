"""The smallest change of figures and ratings that would turn the grade of an appraisal."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from pyoxigraph import Literal, NamedNode, QuerySolution, Store, Triple

from kb_service.engine.premises import Premises
from kb_service.engine.smallest_change import ChangesFound, Step, Steps, search
from kb_service.engine.supposed_performance import (
    IN_FORM,
    IN_PERIOD,
    RATING_FORM,
    SupposedPerformance,
)
from kb_service.engine.variants import Outcome, Subject, leading_to, renamed
from kb_service.sparql import select
from kb_service.vocabulary import NAMESPACES, iri

_RANK = iri("core", "rank")
_PREFIXES = "".join(
    f"PREFIX {name}: <{NAMESPACES[name]}>\n" for name in ("core", "judgement", "performance")
)
_PLANNED_KPIS = f"""{_PREFIXES}SELECT DISTINCT ?kpi ?target WHERE {{
  ?appraisal performance:underPlan ?plan .
  ?planned a judgement:PlannedKPI ; judgement:ofPlan ?plan ; judgement:plannedKPI ?kpi ;
    judgement:plannedTarget ?target . }}"""
_STANDINGS = f"""{_PREFIXES}SELECT ?kpi ?value ?threshold ?target ?stretch
  ?past_threshold ?past_target ?past_stretch WHERE {{
  ?standing a judgement:KPIStanding ; judgement:onMeasurement ?measurement ;
    judgement:measured ?value ; judgement:appliedThreshold ?threshold ;
    judgement:appliedTarget ?target ; judgement:appliedStretch ?stretch ;
    judgement:beyondThreshold ?past_threshold ; judgement:beyondTarget ?past_target ;
    judgement:beyondStretch ?past_stretch .
  ?measurement performance:forKPI ?kpi . }}"""
_BEHAVIOUR = f"""{_PREFIXES}SELECT DISTINCT ?dimension ?rank WHERE {{
  ?appraisal performance:underPlan ?plan .
  ?planned a judgement:PlannedBehaviour ; judgement:ofPlan ?plan ;
    judgement:plannedDimension ?dimension .
  OPTIONAL {{
    ?score a judgement:IndicatorScore ; judgement:onAppraisal ?appraisal ;
      judgement:forDimension ?dimension ; judgement:resultGrade ?grade .
    ?grade core:rank ?rank .
  }} }}"""
_RESULTS = f"""{_PREFIXES}SELECT ?person ?grade ?total WHERE {{
  ?result a judgement:PerformanceResult ; judgement:ofPerson ?person ;
    judgement:onAppraisal ?appraisal .
  OPTIONAL {{ ?result judgement:resultGrade ?grade . }}
  OPTIONAL {{ ?sum a judgement:PerformanceTotal ; judgement:onAppraisal ?appraisal ;
    judgement:score ?total . }} }}"""
_CLASSES = tuple(
    iri("judgement", name).value
    for name in ("PerformanceResult", "PerformanceTotal", "IndicatorScore", "KPIStanding")
)


@dataclass(frozen=True)
class SmallestGradeChange:
    """A search for the smallest change of one indicator, or else of two, that gives a grade.

    A figure changes to the threshold, target or stretch that applies to the person, a level for
    each of them that it passes. Behaviour changes a grade at a time, given by every rater who rated
    in the period. It ends after so many `seconds` and what is begun by then.
    """

    subject: Subject
    appraisal: NamedNode
    wanted: frozenset[NamedNode]
    seconds: float

    def run(self, premises: Premises) -> ChangesFound:
        """Search by these premises."""
        until = time.monotonic() + self.seconds
        ground = _Appraised(self.subject, self.appraisal, premises.about(()))
        return search(ground, self.wanted, until)


class _Appraised:
    """A person in one period, whose figures and ratings change."""

    def __init__(self, subject: Subject, appraisal: NamedNode, premises: Premises) -> None:
        self._whole = premises
        self._premises = replace(premises, rules=leading_to(premises.rules, _CLASSES))
        self._person, self._as_of = subject.person, subject.as_of
        self._period, self._facts = _of_appraisal(subject.facts, appraisal)
        self._is_rated = any(t.object == RATING_FORM for t in self._facts)
        self._grades = {
            Decimal(t.object.value): t.subject
            for t in premises.facts
            if t.predicate == _RANK
            and isinstance(t.subject, NamedNode)
            and t.subject.value.startswith(NAMESPACES["grade"])
            and isinstance(t.object, Literal)
        }

    def choices(self) -> dict[NamedNode, list[Step]]:
        """What each KPI and each behaviour of the plan could become."""
        now = self._workspace(self._facts)
        measured = set(_rows(now, _STANDINGS))
        supposed = tuple(
            Step(kpi, None, target, 1)
            for kpi, row in _rows(now, _PLANNED_KPIS).items()
            if kpi not in measured and (target := _number(row["target"])) is not None
        )
        then = self._workspace(self._changed(supposed)) if supposed else now
        found = {
            kpi: list(_marks(kpi, row, is_known=kpi in measured))
            for kpi, row in _rows(then, _STANDINGS).items()
        }
        if self._is_rated:
            for dimension, row in _rows(now, _BEHAVIOUR).items():
                found[dimension] = list(_grades(dimension, _number(row["rank"]), self._grades))
        return found

    def outcomes(self, changes: Sequence[Steps]) -> list[Outcome]:
        """What each change would lead to, by the rules that lead to grades."""
        return self._judged(self._premises, changes)

    def surely(self, changes: Sequence[Steps]) -> list[Outcome]:
        """The same, by every rule."""
        return self._judged(self._whole, changes)

    def _judged(self, premises: Premises, changes: Sequence[Steps]) -> list[Outcome]:
        people = dict(
            renamed(number, self._person, self._changed(steps))
            for number, steps in enumerate(changes)
        )
        found = {
            row["person"]: Outcome(_node(row["grade"]), _number(row["total"]))
            for row in select(premises.workspace(people, self._as_of, ()), _RESULTS)
        }
        return [found.get(person, Outcome()) for person in people]

    def _workspace(self, facts: list[Triple]) -> Store:
        return self._premises.workspace({self._person: facts}, self._as_of, ())

    def _changed(self, steps: Steps) -> list[Triple]:
        """The facts as they would be after a change."""
        figures = {step.dimension: step.after for step in steps if _is_figure(step)}
        grades = {
            step.dimension: self._grades[step.after] for step in steps if not _is_figure(step)
        }
        supposed = SupposedPerformance(self._period, figures, grades)
        return supposed.of(self._facts, self._person, self._as_of)


def _is_figure(step: Step) -> bool:
    return step.dimension.value.startswith(NAMESPACES["kpi"])


def _of_appraisal(facts: Iterable[Triple], appraisal: NamedNode) -> tuple[NamedNode, list[Triple]]:
    """The period of an appraisal, with the facts of it and those that are about no period."""
    known = list(facts)
    period = next(
        t.object
        for t in known
        if t.subject == appraisal and t.predicate == IN_PERIOD and isinstance(t.object, NamedNode)
    )
    others = {t.subject for t in known if t.predicate == IN_PERIOD and t.object != period}
    others |= {t.subject for t in known if t.predicate == IN_FORM and t.object in others}
    return period, [t for t in known if t.subject not in others]


def _marks(kpi: NamedNode, row: QuerySolution, *, is_known: bool) -> Iterator[Step]:
    """The threshold, the target and the stretch, where the figure is none of them."""
    names = ("threshold", "target", "stretch")
    past = [_number(row[f"past_{name}"]) or Decimal() for name in names]
    reached = sum(beyond >= 0 for beyond in past) if is_known else 0
    for number, (name, beyond) in enumerate(zip(names, past, strict=True), start=1):
        value = _number(row[name])
        if value is not None and not (is_known and beyond == 0):
            before = _number(row["value"]) if is_known else None
            yield Step(kpi, before, value, abs(number - reached) or 1)


def _grades(
    dimension: NamedNode, before: Decimal | None, grades: Iterable[Decimal]
) -> Iterator[Step]:
    ordered = sorted(grades)
    place = ordered.index(before) if before in ordered else -1
    for number, rank in enumerate(ordered):
        if number != place:
            yield Step(dimension, before, rank, abs(number - place))


def _rows(store: Store, query: str) -> dict[NamedNode, QuerySolution]:
    """The rows of a query by the node in its first column, in the order of these."""
    found = {row[0]: row for row in select(store, query)}
    return {node: found[node] for node in sorted(found, key=str) if isinstance(node, NamedNode)}


def _number(term: object) -> Decimal | None:
    return Decimal(term.value) if isinstance(term, Literal) else None


def _node(term: object) -> NamedNode | None:
    return term if isinstance(term, NamedNode) else None
