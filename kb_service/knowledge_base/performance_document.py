"""A person's performance in a period as one JSON document, put together from questions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from kb_service.knowledge_base.answers import Value
from kb_service.knowledge_base.fit_document import HasRows, contested, tenth

Row = Mapping[str, Value]
Document = dict[str, Any]


def performance_document(
    ask: Callable[..., HasRows], person: str, period: str, as_of: date
) -> Document:
    """Total, grade, coverage, every indicator, raters by kind, goals, advice and assumptions.

    Of raters it says of which kind they are and how many, never who. Scores have one decimal,
    weights and figures are as they are given, and what is unknown is `None`. `contested` says since
    when the person objects to the result, and by which objections. Raises LookupError when the
    person has no appraisal in the period.
    """

    def rows(question: str) -> Sequence[Row]:
        return ask(question, person=person, period=period).rows

    heads = rows("performance-of-person")
    if not heads:
        raise LookupError(f"{person} has no appraisal in {period}")
    head = heads[0]
    goals = rows("goals-of-performance")
    return {
        "person": person,
        "period": _period(ask("period", period=period).rows[0]),
        "asOf": as_of.isoformat(),
        "plan": _plan(ask("performance-plan", plan=head["plan"]).rows[0]),
        **_result(head),
        "groups": _groups(rows("groups-of-performance"), rows("items-of-performance")),
        "raters": [_raters(row) for row in rows("raters-of-performance")],
        "goalsMet": [_goal(row) for row in goals if row["state"] == "met"],
        "goalsMissed": [_goal(row) for row in goals if row["state"] == "missed"],
        "strengths": [_strength(row) for row in rows("strengths-of-person")],
        "needs": _needs(rows("development-of-person")),
        "nineBox": [
            _box(row)
            for row in ask("nine-box-of-person", person=person).rows
            if row["period"] == period
        ],
        "rewards": [
            _reward(row)
            for row in ask("rewards-of-person", person=person).rows
            if row["period"] == period
        ],
        "assumptions": [_assumption(row) for row in rows("assumptions-of-performance")],
        "contested": contested(rows("contestations-of-performance")),
        "conclusion": head["judgement"],
    }


def coverage_of(row: Row) -> Document:
    """How much of a plan's weight is known, as a ratio and as a percentage."""
    known, planned = (Decimal(str(row[name])) for name in ("covered_weight", "planned_weight"))
    return {"coverage": tenth(known / planned), "coveragePercent": tenth(100 * known / planned)}


def label_of(row: Row, column: str) -> dict[str, Value] | None:
    """The text of a column in both languages, None where it has none."""
    zh, en = row[f"{column}_zh"], row[f"{column}_en"]
    return None if zh is None and en is None else {"zh": zh, "en": en}


def _period(row: Row) -> Document:
    return {
        "id": row["id"],
        "label": label_of(row, "id"),
        "start": row["start"],
        "end": row["end"],
        "state": row["state"],
        "stateLabel": label_of(row, "state"),
        "closedOn": row["closed_on"],
    }


def _plan(row: Row) -> Document:
    return {
        "id": row["id"],
        "label": label_of(row, "id"),
        "position": row["position"],
        "positionLabel": label_of(row, "position"),
        "version": row["version"],
        "kpiShare": row["kpi_share"],
        "behaviourShare": row["behaviour_share"],
        "shareEvidence": row["share_evidence"],
    }


def _result(head: Row) -> Document:
    trend = head["trend"] and {
        "trend": head["trend"],
        "label": label_of(head, "trend"),
        "change": tenth(head["change"]),
        "conclusion": head["trend_judgement"],
    }
    return {
        "total": tenth(head["total"]),
        "grade": head["grade"],
        "gradeLabel": label_of(head, "grade"),
        "sufficientEvidence": head["sufficient"],
        "resultRule": head["rule"],
        **coverage_of(head),
        "coverageConclusion": head["coverage_judgement"],
        "totalConclusion": head["total_judgement"],
        "trend": trend or None,
    }


def _groups(groups: Sequence[Row], items: Sequence[Row]) -> list[Document]:
    return [
        {
            "group": group["group"],
            "kind": group["kind"],
            "label": label_of(group, "group"),
            "weight": group["weight"],
            "score": tenth(group["score"]),
            "grade": group["grade"],
            "items": [_item(item) for item in items if item["group"] == group["group"]],
            "conclusion": group["judgement"],
        }
        for group in groups
    ]


def _item(row: Row) -> Document:
    return {
        "item": row["item"],
        "about": row["about"],
        "label": label_of(row, "about"),
        "weight": row["item_weight"],
        "state": row["state"],
        "score": tenth(row["score"]),
        "grade": row["grade"],
        "gradeLabel": label_of(row, "grade"),
        "unit": row["unit"],
        **{name: row[name] for name in ("measured", "threshold", "target", "stretch", "goal")},
        "raters": row["raters"],
        "conclusion": row["judgement"],
    }


def _raters(row: Row) -> Document:
    return {
        "source": row["source"],
        "label": label_of(row, "source"),
        "weight": row["weight"],
        "forms": row["forms"],
    }


def _goal(row: Row) -> Document:
    return {
        "item": row["item"],
        "kpi": row["kpi"],
        "label": label_of(row, "kpi"),
        "unit": row["unit"],
        "measured": row["measured"],
        "target": row["target"],
        "ownGoal": row["own_goal"],
        "conclusion": row["judgement"],
    }


def _strength(row: Row) -> Document:
    return {
        "indicator": row["indicator"],
        "label": label_of(row, "indicator"),
        "score": tenth(row["score"]),
        "conclusion": row["judgement"],
    }


def _needs(rows: Sequence[Row]) -> list[Document]:
    """Each need once, with the trainings that answer it."""
    found: dict[Value, Document] = {}
    for row in rows:
        need = found.setdefault(
            row["judgement"],
            {
                "indicator": row["indicator"],
                "label": label_of(row, "indicator"),
                "score": tenth(row["score"]),
                "develops": row["develops"],
                "developsLabel": label_of(row, "develops"),
                "trainings": [],
                "conclusion": row["judgement"],
            },
        )
        if row["training"] is not None:
            need["trainings"].append(
                {
                    "training": row["training"],
                    "label": label_of(row, "training"),
                    "hours": tenth(row["hours"]),
                    "conclusion": row["advice"],
                }
            )
    return list(found.values())


def _box(row: Row) -> Document:
    return {
        "model": row["model"],
        "modelLabel": label_of(row, "model"),
        "box": row["box"],
        "label": label_of(row, "box"),
        "performance": row["performance"],
        "potential": row["potential"],
        "fit": tenth(row["fit"]),
        "contestedSince": row["contested_since"],
        "conclusion": row["judgement"],
    }


def _reward(row: Row) -> Document:
    return {
        "incentive": row["incentive"],
        "label": label_of(row, "incentive"),
        "motivation": row["motivation"],
        "motivationLabel": label_of(row, "motivation"),
        "conclusion": row["judgement"],
    }


def _assumption(row: Row) -> Document:
    return {
        "id": row["id"],
        "kind": row["kind"],
        "label": label_of(row, "label"),
        "value": row["value"],
        "iri": row["assumption"],
    }
