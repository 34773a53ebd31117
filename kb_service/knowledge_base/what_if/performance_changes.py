"""How people would have performed in a period, as facts that would be there and as words."""

from __future__ import annotations

from collections.abc import Iterator

from kb_service.engine.supposed_performance import SupposedForm, SupposedPerformance
from kb_service.engine.what_if import Supposition
from kb_service.knowledge_base.what_if.changes import Changes, shown_number
from kb_service.knowledge_base.what_if.described import Label
from kb_service.knowledge_base.what_if.performance_request import Grades, PerformanceAsked
from kb_service.people_records import Choice


def performance_changes(asked: PerformanceAsked | None) -> Changes:
    """What everybody who is looked at would have in the period."""
    if asked is None:
        return Changes()
    supposed = SupposedPerformance(
        asked.period.iri,
        {kpi.iri: value for kpi, value in asked.figures.values()},
        {one.iri: grade.iri if grade else None for one, grade in asked.grades.values()},
        tuple(
            SupposedForm(
                source.iri, {one.iri: grade.iri for one, grade in grades.values() if grade}
            )
            for source, grades in asked.forms
        ),
    )
    return Changes(Supposition(performance=supposed), tuple(_words(asked)))


def _words(asked: PerformanceAsked) -> Iterator[Label]:
    period = asked.period.id
    for kpi, value in asked.figures.values():
        if value is None:
            yield {
                "zh": f"{period}「{kpi.zh}」没有数据",
                "en": f"no figure of {kpi.en} in {period}",
            }
        else:
            shown = shown_number(value)
            yield {"zh": f"{period}「{kpi.zh}」为 {shown}", "en": f"{kpi.en} {shown} in {period}"}
    yield from _graded(asked.grades, period, None)
    for source, grades in asked.forms:
        yield from _graded(grades, period, source)


def _graded(grades: Grades, period: str, source: Choice | None) -> Iterator[Label]:
    """By every rater, or by one more of a kind."""
    zh = f"再有一位{source.zh}" if source else "所有评价人"
    en = f"one more rater ({source.en})" if source else "every rater"
    for one, grade in grades.values():
        if grade is None:
            yield {
                "zh": f"{period}「{one.zh}」无人评价",
                "en": f"nobody rates {one.en} in {period}",
            }
        else:
            yield {
                "zh": f"{period} {zh}将「{one.zh}」评为 {grade.id}",
                "en": f"{en} grades {one.en} {grade.id} in {period}",
            }
