"""What is known of people's performance in a period as records: figures, rating forms, goals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from pyoxigraph import NamedNode

from kb_service.people_records.records import Choice
from kb_service.vocabulary import iri

_LARGEST_FIGURE = Decimal(10) ** 12
_DECIMALS = 6
"""Further ones come about when programs compute, and mean nothing."""


def figure(number: Decimal) -> Decimal | None:
    """A number as a figure is kept; None for one that no KPI has."""
    # Comparing comes first: rounding raises for a number large enough.
    if not number.is_finite() or not -_LARGEST_FIGURE < number < _LARGEST_FIGURE:
        return None
    return round(number, _DECIMALS).normalize()


@dataclass(frozen=True)
class KPI(Choice):
    """A key performance indicator, with the unit that its figures are in and what is aimed at."""

    unit: str = ""
    target: Decimal = Decimal(0)
    stretch: Decimal = Decimal(0)


@dataclass(frozen=True)
class Period(Choice):
    """A stretch of time over which people are appraised; `closed_on` and `closed_by` if it is over."""

    start: date = date.min
    end: date = date.max
    is_closed: bool = False
    closed_on: date | None = None
    closed_by: str = ""


@dataclass(frozen=True)
class PerformancePlan(Choice):
    """What the holders of a position are appraised by: ids of KPIs, dimensions and rating sources."""

    position: str = ""
    is_published: bool = False
    kpis: tuple[str, ...] = ()
    dimensions: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class PerformanceChoices:
    """What records of performance may name: everything that shared knowledge declares, by its id."""

    plans: Mapping[str, PerformancePlan] = field(default_factory=dict)
    periods: Mapping[str, Period] = field(default_factory=dict)
    kpis: Mapping[str, KPI] = field(default_factory=dict)
    dimensions: Mapping[str, Choice] = field(default_factory=dict)
    """Those in which some plan has people rated."""
    sources: Mapping[str, Choice] = field(default_factory=dict)
    grades: Mapping[str, Choice] = field(default_factory=dict)
    """From the best to the worst."""

    def plan_for(self, position: str) -> str | None:
        """The id of the published plan for the holders of a position."""
        found = (plan for plan in self.plans.values() if plan.position == position)
        return next((plan.id for plan in found if plan.is_published), None)


@dataclass(frozen=True)
class MeasurementRecord:
    """A figure of one KPI that was established for a person on a day."""

    person: str
    period: str
    kpi: str
    value: Decimal
    measured_on: date
    plan: str | None = None
    """The id of the plan by which the person is appraised; None where that is known otherwise."""
    reason: str | None = None
    """Why it takes the place of what was said before, in words."""

    @property
    def iri(self) -> NamedNode:
        """The IRI that the fact is given."""
        return measurement_iri(self.person, self.period, self.kpi, self.measured_on)


@dataclass(frozen=True)
class FormRecord:
    """What one rater says about a person: grades by the id of the dimension.

    A whole form takes the place of what the rater said before; another one adds to it.
    """

    person: str
    period: str
    rater: str
    source: str
    rated_on: date
    grades: Mapping[str, str]
    is_whole: bool = False
    plan: str | None = None
    reason: str | None = None

    @property
    def iri(self) -> NamedNode:
        """The IRI that the fact is given."""
        return form_iri(self.person, self.period, self.rater)

    def with_more(self, other: FormRecord) -> FormRecord:
        """The form with what the same rater says elsewhere, which counts where both say something."""
        return replace(
            other,
            rated_on=max(self.rated_on, other.rated_on),
            grades={**self.grades, **other.grades},
            plan=other.plan or self.plan,
            reason="; ".join(dict.fromkeys(filter(None, (self.reason, other.reason)))) or None,
        )


@dataclass(frozen=True)
class GoalRecord:
    """What a person is to reach in one KPI; what it leaves out is as in the plan."""

    person: str
    period: str
    kpi: str
    target: Decimal
    threshold: Decimal | None = None
    stretch: Decimal | None = None
    plan: str | None = None
    reason: str | None = None

    @property
    def iri(self) -> NamedNode:
        """The IRI that the fact is given."""
        return goal_iri(self.person, self.period, self.kpi)


PerformanceRecord: TypeAlias = MeasurementRecord | FormRecord | GoalRecord


def appraisal_iri(person: str, period: str) -> NamedNode:
    """The IRI of the appraisal of a person in a period."""
    return iri("person", f"{person}/appraisal/{period}")


def measurement_iri(person: str, period: str, kpi: str, day: date) -> NamedNode:
    """The IRI of a figure; there may be several of a KPI, of which the latest counts."""
    return iri("person", f"{person}/measurement/{period}/{kpi}/{day}")


def form_iri(person: str, period: str, rater: str) -> NamedNode:
    """The IRI of the form of one rater."""
    return iri("person", f"{person}/form/{period}/{rater}")


def goal_iri(person: str, period: str, kpi: str) -> NamedNode:
    """The IRI of the goal for one KPI."""
    return iri("person", f"{person}/goal/{period}/{kpi}")


def rating_iri(form: NamedNode, dimension: str) -> NamedNode:
    """The IRI of the grade that a form gives in one dimension."""
    return NamedNode(f"{form.value}/{dimension}")


MEASUREMENT, GOAL, RATING_FORM = "measurement", "goal", "rating-form"
"""The kinds of facts that are taken back."""


@dataclass(frozen=True)
class Removal:
    """What is to be taken back of a person: a `kind` of fact about a KPI or of a rater, and why.

    Figures are all of the KPI, or that of one day.
    """

    person: str
    period: str
    kind: str
    about: str
    """The id of the KPI, or the code of the rater."""
    reason: str
    day: date | None = None
