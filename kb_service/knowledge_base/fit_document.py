"""A person's fit for a position as one JSON document, put together from questions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Protocol

from kb_service.knowledge_base.answers import Value

Row = Mapping[str, Value]


class HasRows(Protocol):
    """The answer to a question."""

    @property
    def rows(self) -> Sequence[Row]:
        """One mapping of columns to values for each solution."""


def fit_document(
    ask: Callable[..., HasRows], person: str, model: str, as_of: date
) -> dict[str, Any]:
    """Verdict, fit, coverage, parts, requirements, trainings, incentives, risks and assumptions.

    `contested` says since when the person objects to the judgement, and by which objections.

    `coverage` is the ratio of known to total weight; it and all levels are rounded half up to one
    decimal, and what is unknown is `None`. Raises LookupError when nothing was concluded of them.
    """

    def rows(question: str) -> Sequence[Row]:
        return ask(question, person=person, model=model).rows

    heads = rows("fit-of-person")
    if not heads:
        raise LookupError(f"{person} has no verdict for {model}")
    head = heads[0]
    known, total = _decimal(head["known_weight"]), _decimal(head["total_weight"])
    parts = {row["part"]: row["percent"] for row in rows("parts-of-fit")}
    plan = rows("training-plan")
    hours = sum((_decimal(row["hours"]) for row in plan if row["step"] is not None), Decimal())
    return {
        "person": person,
        "model": model,
        "modelVersion": head["model_version"],
        "asOf": as_of.isoformat(),
        "verdict": head["verdict"],
        "verdictLabel": _label(head, "verdict"),
        "verdictRule": head["rule"],
        "fit": tenth(head["fit"]),
        "coverage": tenth(known / total),
        "coveragePercent": tenth(100 * known / total),
        "parts": {part: tenth(parts.get(part)) for part in ("direction", "ability", "motivation")},
        "requirements": [_requirement(row) for row in rows("requirements-of-fit")],
        "reasons": [_reason(row) for row in rows("reasons-of-verdict")],
        "trainings": [_training(row) for row in plan],
        "planHours": tenth(hours),
        "openGaps": [_open_gap(row) for row in rows("open-gaps-of-fit")],
        "incentives": [_incentive(row) for row in rows("incentives-of-fit")],
        "risks": [_risk(row) for row in rows("risks-of-fit")],
        "assumptions": [_assumption(row) for row in rows("assumptions-of-fit")],
        "contested": contested(rows("contestations-of-fit")),
        "conclusion": head["judgement"],
    }


def contested(rows: Sequence[Row]) -> dict[str, Any] | None:
    """Since when the person objects, and each objection that stands; None when they do not."""
    if not rows:
        return None
    objections = [
        {"id": row["objection"], "since": row["since"], "conclusion": row["contestation"]}
        for row in rows
    ]
    return {"since": objections[0]["since"], "objections": objections}


def _decimal(value: Value) -> Decimal:
    return Decimal(str(value))


def tenth(value: Value | Decimal) -> float | None:
    """The number rounded half up to one decimal, None where there is none."""
    if value is None:
        return None
    exact = value if isinstance(value, Decimal) else _decimal(value)
    return float(exact.quantize(Decimal("0.1"), ROUND_HALF_UP))


def _label(row: Row, column: str = "label") -> dict[str, Value]:
    return {"zh": row[f"{column}_zh"], "en": row[f"{column}_en"]}


def _requirement(row: Row) -> dict[str, Any]:
    return {
        "dimension": row["dimension"],
        "label": _label(row),
        "part": row["part"],
        "tier": row["tier"],
        "required": tenth(row["required"]),
        "rating": tenth(row["rating"]),
        "gap": tenth(row["gap"]),
        "excess": tenth(row["excess"]),
        "weight": tenth(row["weight"]),
        "minimum": tenth(row["minimum"]),
        "closable": row["closable"],
        "evidence": row["evidence"],
        "conclusion": row["judgement"],
    }


def _reason(row: Row) -> dict[str, Any]:
    named = row["dimension"] is not None
    return {
        "kind": row["kind"],
        "rule": row["rule"],
        "cause": row["cause"],
        "dimension": row["dimension"],
        "label": _label(row) if named else None,
        "rating": tenth(row["rating"]),
        "required": tenth(row["required"]),
        "minimum": tenth(row["minimum"]),
        "conclusion": row["reason"],
    }


def _training(row: Row) -> dict[str, Any]:
    return {
        "training": row["training"],
        "label": _label(row),
        "dimension": row["dimension"],
        "dimensionLabel": _label(row, "dimension"),
        "entryLevel": tenth(row["entry_level"]),
        "exitLevel": tenth(row["exit_level"]),
        "hours": tenth(row["hours"]),
        "mode": row["mode"],
        "step": row["step"],
        "fromLevel": tenth(row["from_level"]),
        "toLevel": tenth(row["to_level"]),
        "required": tenth(row["required"]),
        "evidence": row["evidence"],
        "conclusion": row["recommendation"],
    }


def _open_gap(row: Row) -> dict[str, Any]:
    return {
        "dimension": row["dimension"],
        "label": _label(row),
        "part": row["part"],
        "rating": tenth(row["rating"]),
        "required": tenth(row["required"]),
        "reachable": tenth(row["reachable"]),
        "conclusion": row["open"],
    }


def _incentive(row: Row) -> dict[str, Any]:
    return {
        "incentive": row["incentive"],
        "label": _label(row),
        "motivation": row["motivation"],
        "motivationLabel": _label(row, "motivation"),
        "rating": tenth(row["rating"]),
        "servedByPosition": row["served_by_position"],
        "evidence": row["evidence"],
        "conclusion": row["suggestion"],
    }


def _risk(row: Row) -> dict[str, Any]:
    return {
        "motivation": row["motivation"],
        "label": _label(row),
        "rating": tenth(row["rating"]),
        "conclusion": row["risk"],
    }


def _assumption(row: Row) -> dict[str, Any]:
    return {
        "id": row["id"],
        "kind": row["kind"],
        "label": _label(row),
        "value": row["value"],
        "iri": row["assumption"],
    }
