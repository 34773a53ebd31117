"""What the engine concludes of appraised people, in the words of `appraisal_oracle`."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from pyoxigraph import NamedNode, Triple

from kb_service.engine.conclude import conclude
from kb_service.vocabulary import iri, local_id
from tests.appraisal_oracle import Advised, Told
from tests.appraised_people import told
from tests.appraised_worlds import AS_OF, AppraisedWorld, person_facts, shared_facts
from tests.rule_cases import rules

_BOXES = {
    "under-review": ("low", "low"),
    "inconsistent-performer": ("low", "medium"),
    "potential-to-unlock": ("low", "high"),
    "steady-performer": ("medium", "low"),
    "core-player": ("medium", "medium"),
    "rising-talent": ("medium", "high"),
    "expert-in-place": ("high", "low"),
    "strong-contributor": ("high", "medium"),
    "ready-now": ("high", "high"),
}
"""Performance and potential of those in each box."""


def concluded_of(worlds: Sequence[AppraisedWorld]) -> list[tuple[dict[str, Told], Advised]]:
    """What follows about the person of each of these worlds, which share all but the person."""
    known = {
        iri("person", f"p{place}"): person_facts(world, f"p{place}")
        for place, world in enumerate(worlds)
    }
    found = conclude(rules(), shared_facts(worlds[0]), known, AS_OF).people
    return [
        ({period: _told(found[person], period) for period in world.known}, _advised(found[person]))
        for person, world in zip(known, worlds, strict=True)
    ]


def _told(conclusions: Sequence[Triple], period: str) -> Told:
    def of(kind: str) -> list[dict[str, str]]:
        return [each for each in told(conclusions, kind) if each["onAppraisal"] == period]

    scored = [*of("KPIScore"), *of("IndicatorScore")]
    goals = [(each["forItem"], "met") for each in of("GoalMet")]
    goals += [(each["forItem"], "missed") for each in of("GoalMissed")]
    [coverage] = of("PerformanceCoverage")
    [result] = of("PerformanceResult")
    totals = [Decimal(each["score"]) for each in of("PerformanceTotal")]
    assert len(totals) <= 1
    assert len(dict(goals)) == len(goals)
    assert Decimal(coverage["plannedWeight"]) == 1
    assert (result["sufficientEvidence"] == "true") == ("resultGrade" in result)
    return Told(
        items={each["forItem"]: _scored(each) for each in scored},
        goals=dict(goals),
        raters={each["forItem"]: int(each["raters"]) for each in of("IndicatorScore")},
        unknown={each["forItem"] for each in of("ItemUnknown")},
        groups={each["onGroup"]: _scored(each) for each in of("GroupScore")},
        total=totals[0] if totals else None,
        grade=result.get("resultGrade"),
        covered=Decimal(coverage["coveredWeight"]),
        needs={each["forDimension"]: each["toDevelop"] for each in of("DevelopmentNeed")},
        strengths={each["forDimension"] for each in of("Strength")},
        deviations={
            each["onForm"]: (Decimal(each["pointsAbove"]), int(each["ratingsCompared"]))
            for each in of("RaterDeviation")
        },
        trend=_trend(of("Trend"), of("ScoreChange")),
    )


def _scored(score: dict[str, str]) -> tuple[Decimal, str]:
    return Decimal(score["score"]), score["resultGrade"]


def _trend(
    trends: Sequence[dict[str, str]], changes: Sequence[dict[str, str]]
) -> tuple[str, Decimal, str] | None:
    assert len(trends) == len(changes) <= 1
    if not trends:
        return None
    assert trends[0]["change"] == changes[0]["change"]
    return trends[0]["trend"], Decimal(trends[0]["change"]), changes[0]["onPeriodBefore"]


def _advised(conclusions: Sequence[Triple]) -> Advised:
    latest = [each["onPeriod"] for each in told(conclusions, "LatestResult")]
    boxes = told(conclusions, "NineBox")
    assert len(latest) <= 1
    assert len(boxes) <= 1
    return Advised(
        latest=latest[0] if latest else None,
        box=_box(boxes[0]) if boxes else None,
        trainings=_trainings(conclusions),
        rewards={each["motivation"] for each in told(conclusions, "RewardSuggestion")},
    )


def _trainings(conclusions: Sequence[Triple]) -> set[tuple[str, str]]:
    """The indicators to develop, and a training for each."""

    def related(name: str) -> dict[object, NamedNode]:
        property = iri("judgement", name)
        return {
            t.subject: t.object
            for t in conclusions
            if t.predicate == property and isinstance(t.object, NamedNode)
        }

    dimension, training = related("forDimension"), related("training")
    return {
        (local_id(dimension[need]), local_id(training[advice]))
        for advice, need in related("onNeed").items()
    }


def _box(place: dict[str, str]) -> tuple[str, str, Decimal]:
    return (*_BOXES[place["box"]], Decimal(place["percent"]))
