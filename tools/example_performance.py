"""Draws figures and ratings of the example organisation's appraisals: the same every time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from pyoxigraph import Literal, NamedNode, Triple

from kb_service.people_records import Introduction
from kb_service.people_records.performance_records import (
    FormRecord,
    MeasurementRecord,
    PerformanceChoices,
)
from kb_service.vocabulary import iri
from tools.example_people import Chance
from tools.example_tables import REPRESENTATIVE

FIGURES_FILE = "figures-2026.csv"
RATINGS_FILE = "ratings-2026.csv"
QUARTERS: Mapping[str, date] = {
    "2025-q4": date(2025, 12, 31),
    "2026-q1": date(2026, 3, 31),
    "2026-q2": date(2026, 6, 30),
    "2026-q3": date(2026, 9, 30),
}
"""The quarters in which people were appraised, with their last days."""
APPRAISED: Mapping[str, int] = {"power-service-1": 20, "power-service-2": 10}
"""How many representatives of a team are appraised."""
_GRADES = "EDCBA"
_RATED_BY: Sequence[tuple[str, float]] = (
    ("supervisor", 0.0),
    ("peer", 0.2),
    ("peer", 0.1),
    ("quality-monitoring", -0.1),
    ("customer", 0.1),
    ("self", 0.5),
)
"""Kinds of raters and how much milder than the rest they are, in grades."""
_STRICT, _MILD = -0.9, 0.9
_IMPROVING, _DECLINING = 0.35, -0.35
_SELDOM_RATED, _RATED_BY_ONE, _WITHOUT_FIGURES = 3, 7, 11
"""Places in a team of those of whom less is known in the last quarter."""


@dataclass
class Appraisals:
    """Everything drawn."""

    measurements: list[MeasurementRecord] = field(default_factory=list)
    forms: list[FormRecord] = field(default_factory=list)


@dataclass(frozen=True)
class Figures:
    """What a KPI asks for, and in which unit."""

    threshold: Decimal
    target: Decimal
    stretch: Decimal
    unit: str

    def reached(self, level: float) -> Decimal:
        """The figure of somebody at this level: 0 is the target, 1 the stretch, −1 the threshold."""
        beyond = self.stretch - self.target if level >= 0 else self.target - self.threshold
        exact = self.target + beyond * Decimal(f"{level:.3f}")
        step = Decimal(1) if self.unit == "s" else Decimal("0.1")
        most = Decimal(100_000) if self.unit == "s" else Decimal(100)
        return min(max(exact, Decimal(0)), most).quantize(step)


def draw_appraisals(
    people: Iterable[Introduction], choices: PerformanceChoices, knowledge: Iterable[Triple]
) -> Appraisals:
    """The appraisals of the representatives of two teams in four quarters."""
    found = Appraisals()
    figures = _figures(knowledge)
    plan = choices.plans[REPRESENTATIVE]
    holders = [person for person in people if person.post == REPRESENTATIVE]
    for team, count in APPRAISED.items():
        members = [person for person in holders if person.team == team][:count]
        for place, person in enumerate(members):
            colleagues = [each.id for each in members if each is not person]
            drawn = _Person(person.id, team, place, colleagues)
            for number, (period, end) in enumerate(QUARTERS.items()):
                asked = {id: figures[id] for id in plan.kpis}
                found.measurements += drawn.measurements(period, number, end, asked)
                found.forms += drawn.forms(period, number, end, plan.dimensions)
    return found


def _figures(knowledge: Iterable[Triple]) -> dict[str, Figures]:
    """What each KPI asks for, as the ontology has it."""
    said: dict[str, dict[str, str]] = {}
    for triple in knowledge:
        if isinstance(triple.subject, NamedNode) and isinstance(triple.object, Literal):
            said.setdefault(triple.subject.value, {})[triple.predicate.value] = triple.object.value
    names = [iri("performance", name).value for name in ("threshold", "target", "stretch", "unit")]
    space = iri("kpi").value
    return {
        node.removeprefix(space): Figures(
            threshold=Decimal(about[names[0]]),
            target=Decimal(about[names[1]]),
            stretch=Decimal(about[names[2]]),
            unit=about[names[3]],
        )
        for node, about in said.items()
        if node.startswith(space) and all(name in about for name in names)
    }


@dataclass(frozen=True)
class _Person:
    id: str
    team: str
    place: int
    colleagues: Sequence[str]

    def _level(self, number: int) -> float:
        """How well the person does in a quarter: 0 is as asked, 1 excels."""
        chance = Chance("performance", self.id)
        level, drift = chance.bell(0.55) - 0.15, chance.bell(0.08)
        if self.place % 9 == 4:
            drift = _IMPROVING
        elif self.place % 9 == 8:
            drift = _DECLINING
        return level + drift * (number - 1)

    def measurements(
        self, period: str, number: int, end: date, asked: Mapping[str, Figures]
    ) -> Iterator[MeasurementRecord]:
        """The figure of each KPI."""
        if self.place == _WITHOUT_FIGURES and number == len(QUARTERS) - 1:
            return
        chance = Chance("figures", self.id, period)
        day = end + timedelta(days=4)
        for kpi, figures in asked.items():
            value = figures.reached(self._level(number) + chance.bell(0.5))
            yield MeasurementRecord(self.id, period, kpi, value, day)

    def forms(
        self, period: str, number: int, end: date, dimensions: Sequence[str]
    ) -> Iterator[FormRecord]:
        """A form of each rater."""
        peers = Chance("peers", self.id, period).order(self.colleagues)
        is_last = number == len(QUARTERS) - 1
        for turn, (source, milder) in enumerate(_RATED_BY):
            if is_last and self._is_missing(turn):
                continue
            rater = self._rater(source, turn, peers)
            lean = milder + self._bias(source)
            grades = dict(self._grades(period, number, rater, lean, dimensions))
            day = end + timedelta(days=2 + turn)
            yield FormRecord(self.id, period, rater, source, day, grades)

    def _is_missing(self, turn: int) -> bool:
        """Whether a form was not handed in: of some people nearly all were not."""
        if self.place == _SELDOM_RATED:
            return True
        return self.place == _RATED_BY_ONE and turn > 0

    def _rater(self, source: str, turn: int, peers: Sequence[str]) -> str:
        """The code of a rater, which is no id of a person; leaders and monitors have one each."""
        whom = {"supervisor": self.team, "quality-monitoring": f"monitor-{self.place % 3}"}
        whom |= {"peer": peers[turn % len(peers)], "self": self.id, "customer": f"panel-{self.id}"}
        return f"r{1000 + Chance('rater', whom[source]).below(9000)}"

    def _bias(self, source: str) -> float:
        """The leader of the second team is strict, and one of the monitors is mild."""
        if source == "supervisor" and self.team == "power-service-2":
            return _STRICT
        return _MILD if source == "quality-monitoring" and self.place % 3 == 1 else 0.0

    def _grades(
        self, period: str, number: int, rater: str, lean: float, dimensions: Sequence[str]
    ) -> Iterator[tuple[str, str]]:
        chance = Chance("grades", self.id, period, rater)
        for dimension in dimensions:
            own = Chance("grade", self.id, dimension).bell(0.45)
            level = 3 + self._level(number) + own + lean + chance.bell(0.35)
            yield dimension, _GRADES[min(max(round(level), 0), len(_GRADES) - 1)]
