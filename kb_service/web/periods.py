"""Periods of appraisal: listed, made, closed and reopened."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, url_for

from kb_service.access.performance_writes import PerformanceWrites
from kb_service.findings import Finding, violation
from kb_service.knowledge_base.performance.periods import PeriodAsked
from kb_service.people_records import id_faults
from kb_service.people_records.fields import choice_faults, day_in, object_in, refuse
from kb_service.people_records.performance_records import Period
from kb_service.web.bodies import json_body
from kb_service.web.service import knowledge_base

periods = Blueprint("periods", __name__, url_prefix="/api/v1")

_STATES = {"open": False, "closed": True}


@periods.get("/periods")
def every_period() -> Response:
    """Every period, the earliest first."""
    found = PerformanceWrites(knowledge_base()).periods().values()
    return jsonify(rows=[_shown(period) for period in found])


@periods.put("/periods/<period>")
def put_period(period: str) -> tuple[Response, int, dict[str, str]]:
    """Make a period, close it or reopen it; 201 when it is new."""
    asked = _asked(period, json_body())
    writes = PerformanceWrites(knowledge_base())
    is_new = period not in writes.periods()
    made = writes.put_period(asked)
    address = {"Location": url_for("periods.every_period")}
    return jsonify(_shown(made)), *((201, address) if is_new else (200, {}))


def _asked(period: str, body: object) -> PeriodAsked:
    """The period that a JSON body describes. Raises RefusedInput for each fault."""
    faults: list[Finding] = [*id_faults(period, "")]
    fields = object_in(body, {"start", "end", "state", "label"}, faults)
    start, end = (
        None if fields.get(name) is None else day_in(fields[name], f"/{name}", faults)
        for name in ("start", "end")
    )
    state = fields.get("state")
    if state is not None:
        faults += choice_faults(state, _STATES, "/state")
    label = object_in(fields.get("label", {}), {"zh", "en"}, faults, "/label")
    for language, text in label.items():
        if not isinstance(text, str) or not text.strip() or len(text) > 200:
            faults.append(
                violation(
                    "名称应为 1 至 200 个字符的文本。",
                    "Give the label as text of 1 to 200 characters.",
                    f"/label/{language}",
                )
            )
    refuse(faults)
    return PeriodAsked(
        period,
        start,
        end,
        label.get("zh"),
        label.get("en"),
        is_closed=None if state is None else _STATES[state],
    )


def _shown(period: Period) -> dict[str, Any]:
    return {
        "id": period.id,
        "label": {"zh": period.zh, "en": period.en},
        "start": period.start.isoformat(),
        "end": period.end.isoformat(),
        "state": "closed" if period.is_closed else "open",
        "closedOn": period.closed_on.isoformat() if period.closed_on else None,
        "closedBy": period.closed_by or None,
    }
