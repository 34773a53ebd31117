"""Verdicts compared between groups that the caller brings, as a JSON document of which nothing is kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from kb_service.access.view import View
from kb_service.findings import RefusedInput
from kb_service.knowledge_base import UnknownThingError
from kb_service.knowledge_base.fit_document import tenth
from kb_service.studies.adverse_impact import Impact, Limits, Outcome, impacts
from kb_service.web.answers import Document, shaped
from kb_service.web.bodies import Document as HandedIn
from kb_service.web.callers import who_shares
from kb_service.web.service import service

UNJUDGED = "insufficient-evidence"
"""The verdict that says there is none yet: whoever has it was neither selected nor rejected."""
_RATIO, _SIGNIFICANCE, _GROUP = (
    "adverse-impact-ratio",
    "adverse-impact-significance",
    "adverse-impact-group-minimum",
)


@dataclass(frozen=True)
class Asked:
    """Which position is looked at, and the least of the verdicts that count as selected."""

    model: str
    verdict: str


def read_groups(given: HandedIn) -> dict[str, str]:
    """The group of each person in a file, read in a worker process.

    Raises RefusedInput with every fault, and what WorkerPool.call raises.
    """
    answer = service().sheets.call(
        {"data": given.data, "filename": given.filename, "grouping": True}, caller=who_shares()
    )
    if "findings" in answer:
        raise RefusedInput(answer["findings"], answer["status"])
    groups: dict[str, str] = answer["groups"]
    return groups


def selecting_verdicts(view: View) -> list[Document]:
    """The verdicts from which on people may count as selected."""
    rows = map(shaped, view.ask("verdicts").rows)
    return [row for row in rows if row["verdict"] not in (UNJUDGED, "unsuitable")]


def compared(view: View, groups: Mapping[str, str], asked: Asked) -> Document:
    """How often each group is judged at least so for a position, beside the most successful one.

    Who is not judged for want of evidence is left out of the rates and counted apart, as are those
    whom the caller does not know. Raises UnknownThingError.
    """
    if asked.verdict not in {row["verdict"] for row in selecting_verdicts(view)}:
        raise UnknownThingError("verdict", asked.verdict)
    rows = view.ask("outcomes-for-model", model=asked.model).rows
    verdicts = {str(row["person"]): str(row["verdict"]) for row in rows}
    policy = [shaped(row) for row in view.ask("adverse-impact-limits").rows]
    selecting = {*view.better_verdicts(asked.verdict), asked.verdict}
    counts = Counter((group, verdicts.get(person)) for person, group in groups.items())
    outcomes = {group: _outcome(group, counts, selecting) for group in sorted(set(groups.values()))}
    found = impacts(outcomes, _limits(policy))
    return {
        "model": asked.model,
        "verdict": asked.verdict,
        "asOf": view.as_of.isoformat(),
        "policy": policy,
        "people": len(groups),
        "unknown": sum(count for (_, verdict), count in counts.items() if verdict is None),
        "groups": [_row(group, impact, counts[group, UNJUDGED]) for group, impact in found.items()],
    }


def _outcome(group: str, counts: Counter[tuple[str, str | None]], selecting: set[str]) -> Outcome:
    judged = {
        verdict: count
        for (each, verdict), count in counts.items()
        if each == group and verdict not in (None, UNJUDGED)
    }
    selected = sum(count for verdict, count in judged.items() if verdict in selecting)
    return Outcome(selected, sum(judged.values()) - selected)


def _limits(policy: list[Document]) -> Limits:
    values = {row["id"]: Fraction(str(row["value"])) for row in policy}
    return Limits(values[_RATIO], values[_SIGNIFICANCE], int(values[_GROUP]))


def _row(group: str, impact: Impact, unjudged: int) -> dict[str, Any]:
    return {
        "group": group,
        "selected": impact.outcome.selected,
        "judged": impact.outcome.size,
        "unjudged": unjudged,
        "rate": _fraction(impact.outcome.rate),
        "ratio": _fraction(impact.ratio),
        "p": None if impact.p is None else float(impact.p),
        "isReference": impact.is_reference,
        "isAdverse": impact.is_adverse,
        "isSignificant": impact.is_significant,
        "isSmall": impact.is_small,
        "restsOnOne": impact.rests_on_one,
    }


def _fraction(value: Fraction | None) -> Document | None:
    """A share as the fraction that it is, and as a percentage for people."""
    if value is None:
        return None
    percent = tenth(float(100 * value))
    return {"numerator": value.numerator, "denominator": value.denominator, "percent": percent}
