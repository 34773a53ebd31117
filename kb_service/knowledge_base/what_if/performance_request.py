"""Figures, grades and raters that somebody supposes of people in a period, read from JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from kb_service.knowledge_base.what_if.json_reader import JsonReader, pointer
from kb_service.people_records import Choice
from kb_service.people_records.performance_records import KPI, PerformanceChoices, Period, figure

FIELDS = ("period", "figures", "grades", "forms")
_WHERE = "/performance"
_PERIOD = {"zh": "个考核周期", "en": "period"}
_KPI = {"zh": "个绩效指标", "en": "KPI"}
_DIMENSION = {"zh": "个行为指标", "en": "behavioural indicator"}
_GRADE = {"zh": "个等级", "en": "grade"}
_SOURCE = {"zh": "种评价来源", "en": "kind of rater"}

Grades = Mapping[str, tuple[Choice, Choice | None]]
"""What is graded how, by the id of the dimension; None where nobody would grade it."""


@dataclass(frozen=True)
class PerformanceAsked:
    """How people would have performed in a period.

    Figures are None where there would be none. `grades` would be given by every rater of the
    period; each of `forms` by one rater more, of a kind.
    """

    period: Period
    figures: Mapping[str, tuple[KPI, Decimal | None]] = field(default_factory=dict)
    grades: Grades = field(default_factory=dict)
    forms: tuple[tuple[Choice, Grades], ...] = ()


def read_performance(
    reader: JsonReader, body: object, choices: PerformanceChoices
) -> PerformanceAsked | None:
    """What a JSON object says, None where the reader noted a fault in it."""
    before = len(reader.faults)
    given = reader.fields(body, FIELDS, _WHERE)
    period = reader.choice(given.get("period"), choices.periods, f"{_WHERE}/period", _PERIOD)
    if len(given) == 1 and period:
        reader.fault(
            "请至少给出一项假设：figures、grades 或 forms。",
            "Suppose something of the period: give figures, grades or forms.",
            _WHERE,
        )
    figures = _figures(reader, given["figures"], choices) if "figures" in given else {}
    where = f"{_WHERE}/grades"
    grades = _grades(reader, given["grades"], choices, where) if "grades" in given else {}
    forms = _forms(reader, given["forms"], choices) if "forms" in given else ()
    if period is None or len(reader.faults) > before:
        return None
    return PerformanceAsked(choices.periods[period], figures, grades, forms)


def _figures(
    reader: JsonReader, body: object, choices: PerformanceChoices
) -> dict[str, tuple[KPI, Decimal | None]]:
    where, found = f"{_WHERE}/figures", {}
    for key, value in reader.mapping(body, where, '{"complaint-rate": 0.8}').items():
        place = f"{where}/{pointer(key)}"
        number = None if value is None else _figure(reader, value, place)
        if reader.choice(key, choices.kpis, place, _KPI):
            found[key] = (choices.kpis[key], number)
    return found


def _figure(reader: JsonReader, value: object, where: str) -> Decimal | None:
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        number = figure(Decimal(str(value)))
        if number is not None:
            return number
    reader.fault("请写一个数字，例如 0.8。", "Give a number, such as 0.8.", where, value)
    return None


def _grades(reader: JsonReader, body: object, choices: PerformanceChoices, where: str) -> Grades:
    found: dict[str, tuple[Choice, Choice | None]] = {}
    for key, value in reader.mapping(body, where, '{"patience-trait": "A"}').items():
        place = f"{where}/{pointer(key)}"
        grade = None if value is None else reader.choice(value, choices.grades, place, _GRADE)
        if reader.choice(key, choices.dimensions, place, _DIMENSION):
            found[key] = (choices.dimensions[key], choices.grades[grade] if grade else None)
    return found


def _forms(
    reader: JsonReader, body: object, choices: PerformanceChoices
) -> tuple[tuple[Choice, Grades], ...]:
    where = f"{_WHERE}/forms"
    if not isinstance(body, list) or not body:
        example = '[{"source": "peer", "grades": {"patience-trait": "A"}}]'
        reader.fault(f"请写成例如 {example}。", f"Write this as in {example}.", where, body)
        return ()
    found = []
    for number, each in enumerate(body):
        place = f"{where}/{number}"
        given = reader.fields(each, ("source", "grades"), place)
        source = reader.choice(given.get("source"), choices.sources, f"{place}/source", _SOURCE)
        grades = _grades(reader, given.get("grades"), choices, f"{place}/grades")
        if source:
            found.append((choices.sources[source], grades))
    return tuple(found)
