"""Figures, rating forms and goals of a person and a period, and periods, written one at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeAlias

from flask import Blueprint, Response, jsonify, url_for

from kb_service.access.performance_writes import PerformanceWrites
from kb_service.findings import Finding, RefusedInput
from kb_service.people_records.performance_bodies import (
    About,
    parse_form,
    parse_goal,
    parse_measurement,
    parse_removal,
)
from kb_service.people_records.performance_records import (
    GOAL,
    MEASUREMENT,
    RATING_FORM,
    PerformanceChoices,
    PerformanceRecord,
    Removal,
)
from kb_service.vocabulary import iri
from kb_service.web import answers
from kb_service.web.bodies import json_body
from kb_service.web.service import knowledge_base

performance_writes = Blueprint("performance_writes", __name__, url_prefix="/api/v1")

Answered: TypeAlias = tuple[Response, int, dict[str, str]]
_Parse: TypeAlias = Callable[[About, object, PerformanceChoices], PerformanceRecord]
_FIELDS = {
    iri("performance", "measuredOn").value: "/date",
    iri("performance", "ratedOn").value: "/date",
    iri("performance", "value").value: "/value",
    iri("performance", "target").value: "/target",
    iri("performance", "threshold").value: "/threshold",
    iri("performance", "stretch").value: "/stretch",
    iri("people", "source").value: "/source",
}


@performance_writes.put("/people/<person>/measurements/<period>/<kpi>")
def put_measurement(person: str, period: str, kpi: str) -> Answered:
    """Store a figure; one of the same day that says otherwise is corrected, with a reason."""
    return _put(MEASUREMENT, About(person, period, kpi), parse_measurement)


@performance_writes.put("/people/<person>/goals/<period>/<kpi>")
def put_goal(person: str, period: str, kpi: str) -> Answered:
    """Store what somebody is to reach in a KPI."""
    return _put(GOAL, About(person, period, kpi), parse_goal)


@performance_writes.put("/people/<person>/rating-forms/<period>/<rater>")
def put_form(person: str, period: str, rater: str) -> Answered:
    """Store what one rater says about somebody, in place of what the rater said before."""
    return _put(RATING_FORM, About(person, period, rater), parse_form)


@performance_writes.delete("/people/<person>/measurements/<period>/<kpi>")
def delete_measurement(person: str, period: str, kpi: str) -> Response:
    """Take figures back: that of a day, or all of the KPI. What they said stays in corrections."""
    return _delete(MEASUREMENT, About(person, period, kpi))


@performance_writes.delete("/people/<person>/goals/<period>/<kpi>")
def delete_goal(person: str, period: str, kpi: str) -> Response:
    """Take a goal back."""
    return _delete(GOAL, About(person, period, kpi))


@performance_writes.delete("/people/<person>/rating-forms/<period>/<rater>")
def delete_form(person: str, period: str, rater: str) -> Response:
    """Take a form back with all its grades; what they were stays in corrections."""
    return _delete(RATING_FORM, About(person, period, rater))


@performance_writes.get("/people/<person>/corrections")
def corrections(person: str) -> Response:
    """What was corrected of somebody's figures, grades and goals: from what, by whom, when, why."""
    found = PerformanceWrites(knowledge_base()).corrections(person)
    rows = [
        {
            "fact": each.fact,
            "earlier": each.earlier,
            "now": each.now,
            "by": each.by,
            "on": each.on.isoformat(),
            "reason": reason,
        }
        for each, reason in found
    ]
    return jsonify(person=person, rows=rows)


def _put(kind: str, about: About, parse: _Parse) -> Answered:
    view = knowledge_base()
    writes = PerformanceWrites(view)
    record = parse(about, json_body(), writes.choices)
    view.key_of(about.person)  # nobody comes to be known by a figure
    is_new = not writes.holds(Removal(about.person, about.period, kind, about.thing, ""))
    try:
        report = writes.record([record])
    except RefusedInput as error:
        raise _with_pointers(error) from error
    shown = jsonify(_result(about) | {"corrections": report.corrections})
    address = url_for("performance.of_person", person=about.person)
    return shown, *((201, {"Location": address}) if is_new else (200, {}))


def _delete(kind: str, about: About) -> Response:
    PerformanceWrites(knowledge_base()).remove(parse_removal(about, kind, json_body()))
    return jsonify(_result(about))


def _result(about: About) -> dict[str, Any]:
    """What is concluded of the period now: no row where nobody was appraised in it."""
    person, period = about.person, about.period
    rows = knowledge_base().ask("performance-of-person", person=person, period=period).rows
    return {"person": person, "period": period, "rows": [answers.shaped(row) for row in rows]}


def _with_pointers(error: RefusedInput) -> RefusedInput:
    """The refusal with the place in the JSON body of every finding that has one."""
    return RefusedInput([_placed(found) for found in error.findings], error.status)


def _placed(found: Finding) -> Finding:
    is_grade = found.path == iri("performance", "grade").value
    dimension = found.focus.rsplit("/", 1)[-1]
    where = f"/grades/{dimension}" if is_grade else _FIELDS.get(found.path, "")
    return replace(found, where=found.where or where)


def exists(kind: str) -> Callable[..., bool]:
    """Whether what an address of this kind names is there, for preconditions."""

    def is_there(view: Any, person: str, period: str, **named: str) -> bool:
        (thing,) = named.values()
        return PerformanceWrites(view).holds(Removal(person, period, kind, thing, ""))

    return is_there


EXISTS: Mapping[str, Callable[..., bool]] = {
    f"performance_writes.{method}_{name}": exists(kind)
    for name, kind in (("measurement", MEASUREMENT), ("goal", GOAL), ("form", RATING_FORM))
    for method in ("put", "delete")
}
