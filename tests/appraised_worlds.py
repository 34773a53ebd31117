"""Small invented plans, figures, goals and ratings as plain values, and the same as facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache

from pyoxigraph import NamedNode, Triple

from kb_service.knowledge_files import knowledge_root, read_turtle
from kb_service.vocabulary import iri
from tests.appraised_people import Form, in_turtle
from tests.worlds import Assessment, Dimension, Model, Person, Requirement, Training, World
from tests.worlds import people_facts as other_facts
from tests.worlds import shared_facts as other_shared_facts

Figures = tuple[Decimal | None, Decimal | None, Decimal | None]
"""Threshold, target and stretch, of which any may be left to somebody else to say."""

PERIODS: Mapping[str, tuple[str, str]] = {
    "2025": ("2025-01-01", "2025-12-31"),
    "2025-q4": ("2025-10-01", "2025-12-31"),
    "2026-q1": ("2026-01-01", "2026-03-31"),
    "2026-q2": ("2026-04-01", "2026-06-30"),
}
"""A year and the quarter that ends with it, and two more quarters."""

ABILITY = Dimension("ability/patience", "ability")
MOTIVATION = Dimension("motivation/honour", "motivation")
INDICATOR = Dimension("indicator/d0", "ability", "grade")
"""The indicator behind which there is no ability; to all others `ABILITY` corresponds."""

NEXT = Model("leader", (Requirement(ABILITY, "main"),))
AS_OF = date(2026, 11, 20)


@dataclass(frozen=True)
class KPI:
    """A result of which more is better, or less; its figures are those of nobody in particular."""

    name: str
    is_rising: bool
    figures: tuple[Decimal, Decimal, Decimal]


@dataclass(frozen=True)
class Item:
    """A second-level indicator: a KPI or an indicator by its name, and what the plan sets otherwise."""

    about: str
    weight: Decimal
    own: Figures = (None, None, None)


@dataclass(frozen=True)
class Group:
    """A first-level indicator of results or of behaviour."""

    name: str
    weight: Decimal
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Plan:
    """By what the holders of a position are appraised, and by whom."""

    name: str
    position: str
    status: str
    kpi_share: Decimal
    results: tuple[Group, ...]
    behaviour: tuple[Group, ...]
    raters: Mapping[str, Decimal]


@dataclass(frozen=True)
class Known:
    """What is known of a period: figures by KPI and day, goals by KPI, and forms."""

    plan: Plan
    figures: Mapping[str, Mapping[str, Decimal]] = field(default_factory=dict)
    goals: Mapping[str, Figures] = field(default_factory=dict)
    forms: tuple[Form, ...] = ()


@dataclass(frozen=True)
class AppraisedWorld:
    """Somebody who is appraised, where they might go next, and the trainings on offer."""

    kpis: tuple[KPI, ...]
    plans: tuple[Plan, ...]
    known: Mapping[str, Known]
    rating: Decimal | None
    motivation: Decimal | None
    is_candidate: bool
    trainings: tuple[Training, ...]


def shared_facts(world: AppraisedWorld) -> list[Triple]:
    """Plans, KPIs, periods, trainings and the next position, with policy, grades and boxes."""
    dimensions = (ABILITY, MOTIVATION, INDICATOR)
    other = World(AS_OF, (NEXT,), (), world.trainings, dimensions)
    return [*other_shared_facts(other), *_words(), *in_turtle("\n".join(_shared(world)))]


def person_facts(world: AppraisedWorld, name: str) -> list[Triple]:
    """What is known of the world's person, whom it calls by this name."""
    ratings = {ABILITY.name: world.rating, MOTIVATION.name: world.motivation}
    given = {dimension: value for dimension, value in ratings.items() if value is not None}
    tested = (Assessment("a1", "test", date(2026, 6, 1), given),) if given else ()
    seeks = (NEXT.name,) if world.is_candidate else ()
    person = Person(name, tested, candidate_for=seeks)
    [facts] = other_facts(World(AS_OF, (NEXT,), (person,))).values()
    return [*facts, *in_turtle("\n".join(_person(world, name)))]


@cache
def _words() -> tuple[Triple, ...]:
    """The grades and the nine boxes, as they ship."""
    folder = knowledge_root() / "ontology"
    shipped = (*read_turtle(folder / "performance.ttl"), *read_turtle(folder / "judgements.ttl"))
    spaces = (iri("grade").value, iri("box").value)
    return tuple(
        triple
        for triple in shipped
        if isinstance(triple.subject, NamedNode) and triple.subject.value.startswith(spaces)
    )


def _shared(world: AppraisedWorld) -> Iterator[str]:
    for name, (start, end) in PERIODS.items():
        yield (
            f'period:{name} a performance:Period ; performance:periodStart "{start}"^^xsd:date ;'
            f' performance:periodEnd "{end}"^^xsd:date .'
        )
    for kpi in world.kpis:
        direction = "higher" if kpi.is_rising else "lower"
        yield (
            f"kpi:{kpi.name} a performance:KPI ;"
            f" performance:direction performance:{direction}-is-better {_figures(kpi.figures)} ."
        )
    yield "indicator:d0 a core:Indicator ."
    yield "ability:patience a core:Ability ."
    for plan in world.plans:
        yield from _plan(plan)


def _plan(plan: Plan) -> Iterator[str]:
    it = f"plan:{plan.name}"
    yield (
        f"{it} a performance:PerformancePlan ; performance:planStatus status:{plan.status} ;"
        f" performance:appraises position:{plan.position} ;"
        f" performance:kpiShare {plan.kpi_share:f} ;"
        f" performance:behaviourShare {1 - plan.kpi_share:f} ."
    )
    for source, weight in plan.raters.items():
        yield (
            f"{it} performance:hasRaterWeight rater-weight:{plan.name}.{source} ."
            f" rater-weight:{plan.name}.{source} people:source source:{source} ;"
            f" performance:weight {weight:f} ."
        )
    kinds = (("KPI", plan.results), ("Behaviour", plan.behaviour))
    for kind, group in ((kind, group) for kind, groups in kinds for group in groups):
        yield (
            f"{it} performance:hasGroup plan-group:{plan.name}.{group.name} ."
            f" plan-group:{plan.name}.{group.name} a performance:{kind}Group ;"
            f" performance:weight {group.weight:f} ."
        )
        for item in group.items:
            about = "performance:forKPI kpi" if kind == "KPI" else "core:dimension indicator"
            yield (
                f"plan-group:{plan.name}.{group.name}"
                f" performance:hasItem plan-item:{plan.name}.{item.about} ."
                f" plan-item:{plan.name}.{item.about} a performance:{kind}Item ;"
                f" {about}:{item.about} ; performance:weight {item.weight:f} {_figures(item.own)} ."
            )
            if kind == "Behaviour" and item.about != "d0":
                yield f"indicator:{item.about} core:correspondsTo ability:patience ."


def _figures(figures: Figures) -> str:
    names = ("threshold", "target", "stretch")
    return "".join(
        f" ; performance:{name} {value:f}"
        for name, value in zip(names, figures, strict=True)
        if value is not None
    )


def _person(world: AppraisedWorld, person: str) -> Iterator[str]:
    base = f"{iri('person').value}{person}"
    for period, known in world.known.items():
        of_period = f"performance:forPerson person:{person} ; performance:inPeriod period:{period}"
        yield (
            f"<{base}/appraisal/{period}> a performance:Appraisal ; {of_period} ;"
            f" performance:underPlan plan:{known.plan.name} ."
        )
        for kpi, by_day in known.figures.items():
            for day, value in by_day.items():
                yield (
                    f"<{base}/measurement/{period}/{kpi}/{day}> a performance:Measurement ;"
                    f" {of_period} ; performance:forKPI kpi:{kpi} ; performance:value {value:f} ;"
                    f' performance:measuredOn "{day}"^^xsd:date .'
                )
        for kpi, figures in known.goals.items():
            yield (
                f"<{base}/goal/{period}/{kpi}> a performance:Goal ; {of_period} ;"
                f" performance:forKPI kpi:{kpi} {_figures(figures)} ."
            )
        for form in known.forms:
            about = f"{base}/form/{period}/{form.rater}"
            yield (
                f"<{about}> a performance:RatingForm ; {of_period} ;"
                f' people:source source:{form.source} ; performance:rater "{form.rater}" .'
            )
            for dimension, grade in form.grades.items():
                yield (
                    f"<{about}/{dimension}> a performance:BehaviourRating ;"
                    f" performance:inForm <{about}> ; core:dimension indicator:{dimension} ;"
                    f" performance:grade grade:{grade} ."
                )
