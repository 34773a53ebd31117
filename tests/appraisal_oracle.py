"""What a whole appraisal comes to, worked out in fractions and without the rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from tests.appraised_people import Form
from tests.appraised_worlds import (
    ABILITY,
    INDICATOR,
    MOTIVATION,
    PERIODS,
    AppraisedWorld,
    Figures,
    Group,
    Known,
    Plan,
)
from tests.oracle import half_up

POINTS = {"E": 40, "D": 60, "C": 80, "B": 100, "A": 120}
GRADES = "EDCBA"
KPI_CUTS = {"A": 110, "B": 100, "C": 80, "D": 60, "E": 0}
CUTS = {"A": 110, "B": 90, "C": 70, "D": 50, "E": 0}
FEWEST_RATERS = 2
COVERAGE = Fraction(8, 10)
NEED_BELOW, STRENGTH_FROM = 70, 110
TREND = 5
POTENTIAL = (65, 80)
REWARDED, MOVES = "AB", 6
REQUIRED = Decimal(8)

Scored = tuple[Decimal, str]


@dataclass
class Told:
    """What is said of one period; a score stands with its grade."""

    items: dict[str, Scored] = field(default_factory=dict)
    goals: dict[str, str] = field(default_factory=dict)
    raters: dict[str, int] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
    groups: dict[str, Scored] = field(default_factory=dict)
    total: Decimal | None = None
    grade: str | None = None
    covered: Decimal = Decimal(0)
    needs: dict[str, str] = field(default_factory=dict)
    strengths: set[str] = field(default_factory=set)
    deviations: dict[str, tuple[Decimal, int]] = field(default_factory=dict)
    trend: tuple[str, Decimal, str] | None = None
    """Which way, by how much, and since which period."""


@dataclass
class Advised:
    """What follows from the latest result; `box` names performance and potential."""

    latest: str | None = None
    box: tuple[str, str, Decimal] | None = None
    trainings: set[tuple[str, str]] = field(default_factory=set)
    rewards: set[str] = field(default_factory=set)


def appraise(world: AppraisedWorld) -> tuple[dict[str, Told], Advised]:
    """What each period comes to, and what is advised after the last."""
    told = {period: _of_period(world, known) for period, known in world.known.items()}
    graded = sorted((period for period in told if told[period].grade), key=_place)
    for period in graded:
        told[period].trend = _trend(world, told, period, graded)
    return told, _advice(world, told, graded[-1]) if graded else Advised()


def grade_of(score: Decimal, cuts: Mapping[str, int]) -> str:
    """The best grade whose cut the score reaches."""
    return next(grade for grade in "ABCDE" if score >= cuts[grade])


def _of_period(world: AppraisedWorld, known: Known) -> Told:
    told = Told(deviations=_deviations(known.forms))
    plan = known.plan
    for group in plan.results:
        for item in group.items:
            _measure(world, known, told, f"{plan.name}.{item.about}", item.about, item.own)
    for group in plan.behaviour:
        for item in group.items:
            _rate(known, told, f"{plan.name}.{item.about}", item.about)
    _put_together(plan, told)
    return told


def _measure(
    world: AppraisedWorld, known: Known, told: Told, name: str, about: str, own: Figures
) -> None:
    """Note how a KPI stands by its last figure; the goal counts first, then the plan, then the KPI."""
    if not known.figures.get(about):
        told.unknown.add(name)
        return
    kpi = next(kpi for kpi in world.kpis if kpi.name == about)
    goal = known.goals.get(about, (None, None, None))
    way = 1 if kpi.is_rising else -1
    threshold, target, stretch = (
        way * Fraction(next(each for each in those if each is not None))
        for those in zip(goal, own, kpi.figures, strict=True)
    )
    reached = way * Fraction(known.figures[about][max(known.figures[about])])
    if reached < threshold:
        score = Decimal(0)
    elif reached >= stretch:
        score = Decimal(120)
    elif reached >= target:
        score = half_up(100 + 20 * (reached - target) / (stretch - target))
    else:
        score = half_up(60 + 40 * (reached - threshold) / (target - threshold))
    told.items[name] = score, grade_of(score, KPI_CUTS)
    told.goals[name] = "met" if reached >= target else "missed"


def _rate(known: Known, told: Told, name: str, about: str) -> None:
    """Note the score of behaviour by those raters whom the plan weighs, and what it calls for."""
    said: dict[str, list[int]] = {}
    for form in known.forms:
        if about in form.grades and form.source in known.plan.raters:
            said.setdefault(form.source, []).append(POINTS[form.grades[about]])
    count = sum(map(len, said.values()))
    if count < FEWEST_RATERS:
        told.unknown.add(name)
        return
    weights = {source: Fraction(known.plan.raters[source]) for source in said}
    of_all = sum(weights[source] * Fraction(sum(each), len(each)) for source, each in said.items())
    score = half_up(Fraction(of_all) / sum(weights.values()))
    told.items[name] = score, grade_of(score, CUTS)
    told.raters[name] = count
    if score < NEED_BELOW:
        told.needs[about] = about if f"indicator/{about}" == INDICATOR.name else "patience"
    if score >= STRENGTH_FROM:
        told.strengths.add(about)


def _put_together(plan: Plan, told: Told) -> None:
    """Note the scores of the groups, the total, how much is covered, and the grade."""
    shares = [(group, plan.kpi_share) for group in plan.results]
    shares += [(group, 1 - plan.kpi_share) for group in plan.behaviour]
    whole = Fraction(0)
    known: list[tuple[Fraction, Decimal]] = []
    for group, share in shares:
        weight = Fraction(share) * Fraction(group.weight)
        scores = _scores_of(plan, group, told)
        told.covered += share * group.weight * sum((w for w, _ in scores), Decimal(0))
        whole += weight * sum(Fraction(item.weight) for item in group.items)
        if sum(w for w, _ in scores) > 0:
            score = _mean([(Fraction(w), score) for w, score in scores])
            told.groups[f"{plan.name}.{group.name}"] = score, grade_of(score, CUTS)
            known.append((weight, score))
    if sum(weight for weight, _ in known) > 0:
        told.total = _mean(known)
        if Fraction(told.covered) >= COVERAGE * whole:
            told.grade = grade_of(told.total, CUTS)


def _scores_of(plan: Plan, group: Group, told: Told) -> list[tuple[Decimal, Decimal]]:
    names = [(f"{plan.name}.{item.about}", item.weight) for item in group.items]
    return [(weight, told.items[name][0]) for name, weight in names if name in told.items]


def _mean(weighed: Sequence[tuple[Fraction, Decimal]]) -> Decimal:
    of_all = sum((weight * Fraction(score) for weight, score in weighed), Fraction(0))
    return half_up(of_all / sum((weight for weight, _ in weighed), Fraction(0)))


def _deviations(forms: Iterable[Form]) -> dict[str, tuple[Decimal, int]]:
    """How far each rater lies above what the others give, over how many indicators."""
    found: dict[str, tuple[Decimal, int]] = {}
    for form in forms:
        above, compared = Decimal(0), 0
        for about, grade in form.grades.items():
            others = [
                POINTS[other.grades[about]]
                for other in forms
                if other is not form and about in other.grades
            ]
            if others:
                above += POINTS[grade] - half_up(Fraction(sum(others), len(others)))
                compared += 1
        if compared:
            found[form.rater] = above, compared
    return found


def _place(period: str) -> tuple[str, str, str]:
    start, end = PERIODS[period]
    return end, start, period


def _trend(
    world: AppraisedWorld, told: Mapping[str, Told], period: str, graded: Sequence[str]
) -> tuple[str, Decimal, str] | None:
    earlier = [
        each
        for each in graded
        if PERIODS[each][1] < PERIODS[period][0]
        and world.known[each].plan.position == world.known[period].plan.position
    ]
    if not earlier:
        return None
    now, then = told[period].total, told[earlier[-1]].total
    assert now is not None
    assert then is not None
    change = now - then
    way = "improving" if change >= TREND else "declining" if change <= -TREND else "steady"
    return way, change, earlier[-1]


def _advice(world: AppraisedWorld, told: Mapping[str, Told], latest: str) -> Advised:
    grade = told[latest].grade
    assert grade is not None
    advised = Advised(latest=latest)
    if world.is_candidate and world.rating is not None:
        fit = half_up(100 * Fraction(min(world.rating, REQUIRED)) / Fraction(REQUIRED))
        performance = "high" if grade == "A" else "medium" if grade in "BC" else "low"
        potential = ("low", "medium", "high")[sum(fit >= bound for bound in POTENTIAL)]
        advised.box = performance, potential, fit
    for about, develops in told[latest].needs.items():
        of_item = next(s for name, s in told[latest].items.items() if name.endswith(f".{about}"))
        at = Decimal(GRADES.index(of_item[1]) + 1) if develops == about else world.rating
        trained = INDICATOR if develops == about else ABILITY
        advised.trainings |= {
            (about, training.name)
            for training in world.trainings
            if at is not None
            and training.dimension == trained
            and training.entry <= at < training.exit
        }
    if grade in REWARDED and world.motivation is not None and world.motivation >= MOVES:
        advised.rewards = {MOTIVATION.name.rpartition("/")[2]}
    return advised
