"""Figures, forms and goals from the JSON bodies that HR tools send."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from kb_service.findings import Finding, violation
from kb_service.people_records.faults import (
    id_faults,
    rater_faults,
    reason_faults,
    shortened,
)
from kb_service.people_records.fields import choice_faults, day_in, object_in, pointer, refuse
from kb_service.people_records.performance_records import (
    FormRecord,
    GoalRecord,
    MeasurementRecord,
    PerformanceChoices,
    Removal,
    figure,
)


@dataclass(frozen=True)
class About:
    """Whose performance a request is about, in which period, and there a KPI or a rater."""

    person: str
    period: str
    thing: str


def parse_measurement(about: About, body: object, choices: PerformanceChoices) -> MeasurementRecord:
    """The figure that a JSON body describes. Raises RefusedInput with a pointer for each fault."""
    faults = _address_faults(about, choices, choices.kpis)
    fields = object_in(body, {"value", "date", "plan", "reason"}, faults)
    value = _number_in(fields.get("value"), "/value", faults)
    day = day_in(fields.get("date"), "/date", faults)
    plan, reason = _plan_in(fields, choices, faults), _reason_in(fields, faults)
    refuse(faults)
    return MeasurementRecord(about.person, about.period, about.thing, value, day, plan, reason)


def parse_goal(about: About, body: object, choices: PerformanceChoices) -> GoalRecord:
    """The goal that a JSON body describes. Raises RefusedInput with a pointer for each fault."""
    faults = _address_faults(about, choices, choices.kpis)
    fields = object_in(body, {"target", "threshold", "stretch", "plan", "reason"}, faults)
    target = _number_in(fields.get("target"), "/target", faults)
    threshold, stretch = (
        None if fields.get(name) is None else _number_in(fields[name], f"/{name}", faults)
        for name in ("threshold", "stretch")
    )
    plan, reason = _plan_in(fields, choices, faults), _reason_in(fields, faults)
    refuse(faults)
    return GoalRecord(
        about.person, about.period, about.thing, target, threshold, stretch, plan, reason
    )


def parse_form(about: About, body: object, choices: PerformanceChoices) -> FormRecord:
    """The whole form of a rater that a JSON body describes.

    Raises RefusedInput with a pointer for each fault.
    """
    faults = _address_faults(about, choices, None)
    fields = object_in(body, {"source", "date", "grades", "plan", "reason"}, faults)
    faults += choice_faults(fields.get("source"), choices.sources, "/source")
    day = day_in(fields.get("date"), "/date", faults)
    grades = _grades_in(fields.get("grades"), choices, faults)
    plan, reason = _plan_in(fields, choices, faults), _reason_in(fields, faults)
    refuse(faults)
    return FormRecord(
        about.person,
        about.period,
        about.thing,
        fields["source"],
        day,
        grades,
        is_whole=True,
        plan=plan,
        reason=reason,
    )


def parse_removal(about: About, kind: str, body: object) -> Removal:
    """What a JSON body asks to take back, and why. Raises RefusedInput for each fault."""
    faults: list[Finding] = []
    known = {"reason", "date"} if kind == "measurement" else {"reason"}
    fields = object_in(body, known, faults)
    reason = _reason_in(fields, faults)
    if not reason and not faults:
        faults.append(
            violation(
                '请写明为什么撤回，例如 {"reason": "录错了人"}；原来的值会留存。',
                'Say why it is taken back, such as {"reason": "entered for the wrong person"}; what'
                " it said is kept.",
                "/reason",
            )
        )
    day = day_in(fields["date"], "/date", faults) if fields.get("date") is not None else None
    refuse(faults)
    return Removal(about.person, about.period, kind, about.thing, reason or "", day)


def _address_faults(
    about: About, choices: PerformanceChoices, things: Mapping[str, object] | None
) -> list[Finding]:
    """What is wrong with the address of the request; `things` is None for the code of a rater."""
    faults = [*id_faults(about.person, ""), *choice_faults(about.period, choices.periods, "")]
    if things is not None:
        faults += choice_faults(about.thing, things, "")
    else:
        faults += rater_faults(about.thing, "")
    return faults


def _number_in(value: object, where: str, faults: list[Finding]) -> Decimal:
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    if is_number and (number := figure(Decimal(str(value)))) is not None:
        return number
    faults.append(
        violation("请写一个数，例如 0.9。", "Give a number, such as 0.9.", where, shortened(value))
    )
    return Decimal(0)


def _grades_in(body: Any, choices: PerformanceChoices, faults: list[Finding]) -> dict[str, str]:
    if not isinstance(body, dict) or not body:
        faults.append(
            violation(
                '请至少给出一个等级，例如 {"integrity": "B"}。',
                'Give at least one grade, such as {"integrity": "B"}.',
                "/grades",
            )
        )
        return {}
    for dimension, grade in object_in(body, set(choices.dimensions), faults, "/grades").items():
        faults += choice_faults(grade, choices.grades, f"/grades/{pointer(str(dimension))}")
    return body


def _plan_in(
    fields: Mapping[str, Any], choices: PerformanceChoices, faults: list[Finding]
) -> str | None:
    plan = fields.get("plan")
    if plan is not None:
        faults += choice_faults(plan, choices.plans, "/plan")
    return plan


def _reason_in(fields: Mapping[str, Any], faults: list[Finding]) -> str | None:
    reason = fields.get("reason")
    if reason is None:
        return None
    found = reason_faults(reason, "/reason")
    faults += found
    return None if found else str(reason).strip()
