"""What plans, appraisals and the performance of teams look like as JSON Schema."""

from __future__ import annotations

from collections.abc import Callable

from kb_service.web.openapi.schema_parts import (
    COVERAGE,
    DATE,
    MAYBE_NUMBER,
    MAYBE_STRING,
    MAYBE_TEXT,
    NUMBER,
    STRING,
    TEXT,
    TRUTH,
    VALUE,
    WHOLE,
    Schema,
    listed,
    maybe,
    record,
    ref,
    rows,
)

RowOf = Callable[..., Schema]
"""A row of a question, by its name, with further fields."""

_LABELLED: dict[str, Schema] = {"label": TEXT, "conclusion": STRING}
_GRADE = maybe({"enum": ["A", "B", "C", "D", "E"]})


def performance_schemas(row_of: RowOf, basis: Schema) -> dict[str, Schema]:
    """The schemas by name; `basis` is what an appraisal says of the versions it was made by."""
    return {
        "PerformancePlans": rows(row_of("performance-plans")),
        "PerformancePlan": row_of(
            "performance-plan",
            groups=listed(_planned_group(row_of)),
            raters=listed(row_of("raters-of-plan")),
        ),
        "Appraisal": _appraisal(basis),
        "PerformanceHistory": record(
            {"person": STRING, "rows": listed(_covered(row_of, "performance-history"))}
        ),
        "TeamPerformance": _team(row_of),
    }


def _planned_group(row_of: RowOf) -> Schema:
    of_group = ("group", "groupLabel", "groupWeight")
    item = row_of("items-of-plan")["properties"]
    about = {name: item[name] for name in of_group}
    rest = {name: schema for name, schema in item.items() if name not in of_group}
    return record({**about, "items": listed(record(rest))})


def _covered(row_of: RowOf, question: str) -> Schema:
    """A row with its coverage as a ratio and as a percentage, in place of two weights."""
    known = row_of(question)["properties"]
    shown = {n: s for n, s in known.items() if n not in ("coveredWeight", "plannedWeight")}
    return record({**shown, **COVERAGE})


def _appraisal(basis: Schema) -> Schema:
    trend = record({"trend": STRING, "label": TEXT, "change": NUMBER, "conclusion": STRING})
    return record(
        {"person": STRING, "period": _period(), "asOf": DATE, "plan": _plan()}
        | {"total": MAYBE_NUMBER, "grade": _GRADE, "gradeLabel": MAYBE_TEXT}
        | {"sufficientEvidence": TRUTH, "resultRule": STRING, **COVERAGE}
        | {"coverageConclusion": STRING, "totalConclusion": MAYBE_STRING, "trend": maybe(trend)}
        | {"groups": listed(_group()), "raters": listed(_rater())}
        | dict.fromkeys(("goalsMet", "goalsMissed"), listed(_goal()))
        | {"strengths": listed(record({"indicator": STRING, "score": NUMBER, **_LABELLED}))}
        | {"needs": listed(_need()), "nineBox": listed(_box()), "rewards": listed(_reward())}
        | {"assumptions": listed(_assumption()), "conclusion": STRING, "basis": basis}
        | {"contested": ref("Contested")}
    )


def _period() -> Schema:
    return record(
        {"id": STRING, "label": MAYBE_TEXT, "start": DATE, "end": DATE}
        | {"state": {"enum": ["open", "closed"]}, "stateLabel": TEXT, "closedOn": maybe(DATE)}
    )


def _plan() -> Schema:
    return record(
        {"id": STRING, "label": TEXT, "position": STRING, "positionLabel": TEXT}
        | {"version": STRING, "kpiShare": NUMBER, "behaviourShare": NUMBER, "shareEvidence": STRING}
    )


def _group() -> Schema:
    item = record(
        {"item": STRING, "about": STRING, "weight": NUMBER, **_LABELLED}
        | {"state": {"enum": ["scored", "unknown"]}, "grade": _GRADE, "gradeLabel": MAYBE_TEXT}
        | {"unit": MAYBE_STRING, "goal": maybe({"enum": ["met", "missed"]})}
        | dict.fromkeys(("score", "measured", "threshold", "target", "stretch"), MAYBE_NUMBER)
        | {"raters": maybe(WHOLE)}
    )
    return record(
        {"group": STRING, "kind": {"enum": ["results", "behaviour"]}, "label": TEXT}
        | {"weight": NUMBER, "score": MAYBE_NUMBER, "grade": _GRADE}
        | {"items": listed(item), "conclusion": MAYBE_STRING}
    )


def _rater() -> Schema:
    return record({"source": STRING, "label": TEXT, "weight": NUMBER, "forms": WHOLE})


def _goal() -> Schema:
    return record(
        {"item": STRING, "kpi": STRING, "unit": STRING, **_LABELLED}
        | {"measured": NUMBER, "target": NUMBER, "ownGoal": TRUTH}
    )


def _need() -> Schema:
    training = record({"training": STRING, "hours": NUMBER, **_LABELLED})
    return record(
        {"indicator": STRING, "score": NUMBER, "develops": STRING, "developsLabel": TEXT}
        | {"trainings": listed(training), **_LABELLED}
    )


def _box() -> Schema:
    level: Schema = {"enum": ["high", "medium", "low"]}
    return record(
        {"model": STRING, "modelLabel": TEXT, "box": STRING, **_LABELLED}
        | {"performance": level, "potential": level, "fit": NUMBER}
        | {"contestedSince": maybe(DATE)}
    )


def _reward() -> Schema:
    return record({"incentive": STRING, "motivation": STRING, "motivationLabel": TEXT, **_LABELLED})


def _assumption() -> Schema:
    return record({"id": STRING, "kind": STRING, "label": TEXT, "value": VALUE, "iri": STRING})


def _team(row_of: RowOf) -> Schema:
    counted = record({"grade": _GRADE, "label": MAYBE_TEXT, "people": WHOLE})
    return record(
        {"team": STRING, "label": TEXT, "period": row_of("period")}
        | {"members": listed(_covered(row_of, "performance-of-team"))}
        | {"distribution": listed(counted)}
        | {"teams": listed(row_of("calibration-of-teams"))}
        | {"raters": maybe(listed(row_of("raters-of-team")))}
        | {"nineBox": listed(row_of("nine-box-of-team"))}
    )
