"""What if somebody were rated otherwise: a form's ratings, and what would follow from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from werkzeug.datastructures import MultiDict

from kb_service.access.view import View
from kb_service.people_records import RatedDimension
from kb_service.web.answers import Document, with_coverage
from kb_service.web.problems import Problem

RATING, RATED = "rating.", "rated"
"""`rating.patience=7` is where a slider stands; `rated=patience` says that it counts."""

_STEP = Decimal("0.5")
"""Levels between two places of a slider."""

_NOTHING = Decimal()
_JUDGED = ("verdict", "verdictLabel", "fit", "coveragePercent", "parts")


@dataclass(frozen=True)
class Slider:
    """A requirement with where its slider stands, on which scale, and what it stood at first."""

    requirement: Mapping[str, Any]
    scale: RatedDimension
    at: Decimal
    is_rated: bool
    first: Decimal | None

    @property
    def name(self) -> str:
        """What the form calls it."""
        return RATING + str(self.requirement["dimension"])

    @property
    def is_moved(self) -> bool:
        """Whether it says something else than is known."""
        return self.supposed != self.first

    @property
    def supposed(self) -> Decimal | None:
        """The rating that it says, None for none."""
        return self.at if self.is_rated else None


def sliders(
    view: View,
    framework: str,
    requirements: Sequence[Mapping[str, Any]],
    given: MultiDict[str, str],
) -> list[Slider]:
    """A slider for each requirement, as the parameters of the request have moved it.

    Raises Problem 400 for a rating that is no number on its scale.
    """
    scales = view.catalogue.dimensions[framework]
    return [_slider(each, scales[str(each["dimension"])], given) for each in requirements]


def _slider(
    requirement: Mapping[str, Any], scale: RatedDimension, given: MultiDict[str, str]
) -> Slider:
    rating = requirement["rating"]
    first = None if rating is None else _placed(Decimal(str(rating)), scale)
    written = given.get(RATING + scale.id)
    if written is None:
        asked = _placed(Decimal(str(requirement["required"])), scale)
        return Slider(
            requirement, scale, asked if first is None else first, first is not None, first
        )
    return Slider(
        requirement, scale, _number(written, scale), scale.id in given.getlist(RATED), first
    )


def _placed(level: Decimal, scale: RatedDimension) -> Decimal:
    """The place of a slider that is nearest to a level."""
    places = ((level - scale.minimum) / _STEP).to_integral_value(ROUND_HALF_UP)
    return min(scale.minimum + places * _STEP, scale.maximum)


def _number(written: str, scale: RatedDimension) -> Decimal:
    try:
        number = Decimal(written) if len(written) <= 8 and written.isascii() else Decimal("NaN")
    except ArithmeticError:
        number = Decimal("NaN")
    if not (number.is_finite() and scale.minimum <= number <= scale.maximum):
        raise Problem(
            400,
            f"「{scale.zh}」的评分应为 {scale.minimum} 到 {scale.maximum} 的数。",
            f"Give {scale.en} a rating from {scale.minimum} to {scale.maximum}.",
        )
    return number


def supposed(
    view: View, fit: Document, framework: str, given: Sequence[Slider]
) -> tuple[Document, list[Document]]:
    """The judgement as it would be with the sliders where they stand, and what would differ.

    The judgement has some of the fields of a fit, and the requirements as they would be met.
    Nothing is stored.
    """
    judged = {name: fit[name] for name in (*_JUDGED, "verdictRule", "planHours")}
    judged["requirements"] = [{**each.requirement, **_levels(each)} for each in given]
    moved = [each for each in given if each.is_moved]
    if not moved:
        return judged, []
    ratings = {f"{framework}/{each.scale.id}": _json(each.supposed) for each in moved}
    asked = {"for": {"person": fit["person"]}, "models": [fit["model"]], "ratings": ratings}
    models = [model for row in view.what_if(asked)["rows"] for model in row["models"]]
    differences = [each for model in models for each in model["differences"]]
    for model in models:
        judged["planHours"] = model.get("planHours", {}).get("after", judged["planHours"])
    for each in differences:
        judged |= _after(judged, each)
    return judged, differences


def _json(rating: Decimal | None) -> float | None:
    return None if rating is None else float(rating)


def _after(judged: Document, difference: Mapping[str, Any]) -> Document:
    """What a difference makes of the judgement, in the fields of a fit."""
    after = difference["after"] or {}
    match difference["kind"]:
        case "Verdict":
            rule = after.get("rule", judged["verdictRule"])
            return {name: after[name] for name in ("verdict", "verdictLabel")} | {
                "verdictRule": rule
            }
        case "Fit":
            return {"fit": after.get("percent")}
        case "PartFit":
            part = (difference["before"] or after)["part"]
            return {"parts": {**judged["parts"], part: after.get("percent")}}
        case "Coverage":
            weights = {name: after[name] for name in ("knownWeight", "totalWeight")}
            return {"coveragePercent": with_coverage(weights)["coveragePercent"]}
    return {}


def _levels(slider: Slider) -> Document:
    """The rating, gap and excess of a requirement where its slider stands."""
    if not slider.is_moved:
        return {}
    if slider.supposed is None:
        return {"rating": None, "gap": None, "excess": None}
    above = slider.supposed - Decimal(str(slider.requirement["required"]))
    levels = {
        "rating": slider.supposed,
        "gap": max(-above, _NOTHING),
        "excess": max(above, _NOTHING),
    }
    return {name: float(level) for name, level in levels.items()}
