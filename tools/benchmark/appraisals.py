"""How long figures and ratings of very many people take to come in: read, checked, stored, concluded."""

from __future__ import annotations

import csv
import io
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path

from kb_service.knowledge_base import KnowledgeBase
from kb_service.knowledge_base.performance.merging import Author
from kb_service.knowledge_base.performance.periods import PeriodAsked
from kb_service.people_records import PersonRecord
from kb_service.people_records.performance_records import PerformanceChoices, PerformanceRecord
from kb_service.sheets.performance_reading import read_performance
from kb_service.sheets.tables import open_tables
from tools.benchmark.crowd import person_id
from tools.benchmark.runs import Figures, Measurement, peak_megabytes, timed

PLAN = "customer-service-representative"
QUARTERS = {
    f"2025-q{quarter}": (date(2025, 3 * quarter - 2, 1), date(2025, 3 * quarter, 30))
    for quarter in range(1, 5)
}
_AUTHOR = Author("bench", date(2026, 1, 15))
_PEOPLE_IN_IMPORT = 5_000
"""People times quarters: a file of ratings, a row for each of five raters, keeps below the most rows
taken, and four quarters of some people take as much memory as one quarter of four times as many."""

Rows = Iterator[Sequence[str]]


def appraisals(count: int, *, together: bool) -> Figures:
    """Seconds of each step for so many people in four quarters, memory, and the size on disk.

    The quarters come in one after the other, or `together` in one import.
    """
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        base = KnowledgeBase.open(data)
        try:
            people = [PersonRecord(person_id(number), None, PLAN) for number in range(count)]
            base.import_records(people, [])
            seconds, rows = appraise(base, count, together=together)
        finally:
            base.close()
        on_disk = sum(path.stat().st_size for path in data.rglob("*") if path.is_file())
    return {
        **seconds,
        "seconds": sum(seconds.values()),
        "rows": rows,
        "disk": on_disk / 2**20,
        "peak": peak_megabytes(),
    }


def appraise(base: KnowledgeBase, count: int, *, together: bool) -> tuple[dict[str, float], int]:
    """Take in figures and ratings of so many people who are there; seconds of each step, and rows."""
    for period, days in QUARTERS.items():
        base.periods.put(PeriodAsked(period, *days), _AUTHOR)
    seconds = {"read": 0.0, "check": 0.0, "store": 0.0}
    rows = 0
    for periods in [tuple(QUARTERS)] if together else [(each,) for each in QUARTERS]:
        for sheets in _imports(periods, count, base.recording.choices):
            rows += sum(sheet.count(b"\n") - 1 for sheet in sheets)
            _take_in(base, sheets, seconds)
    return seconds, rows


APPRAISALS: Mapping[str, Measurement] = {
    "four quarters appraised, one after the other": partial(appraisals, together=False),
    "four quarters appraised in one import": partial(appraisals, together=True),
}
"""Measurements of people who are appraised in four quarters by five raters each."""


def _take_in(base: KnowledgeBase, sheets: Sequence[bytes], seconds: dict[str, float]) -> None:
    """Read sheets, check and store what they say together, and add what each took."""
    records: list[PerformanceRecord] = []
    for sheet in sheets:
        seconds["read"] += timed(partial(_read, sheet, base.recording.choices, records))
    steps: list[float] = []
    begun = time.perf_counter()
    base.recording.record(
        records,
        _AUTHOR,
        told=lambda person, corrections: None,
        progress=partial(_note, steps),
    )
    ended = time.perf_counter()
    seconds["check"] += steps[0] - begun
    seconds["store"] += ended - steps[0]


def _note(steps: list[float], done: int, of: int) -> None:
    """Remember the moment at which everybody was checked, which is half of the steps."""
    if 2 * done >= of and not steps:
        steps.append(time.perf_counter())


def _read(sheet: bytes, choices: PerformanceChoices, records: list[PerformanceRecord]) -> None:
    """Add what a sheet says to the records."""
    with open_tables(sheet, "performance.csv") as tables:
        records.extend(read_performance(tables, choices, _AUTHOR.on).records)


def _imports(
    periods: Sequence[str], count: int, choices: PerformanceChoices
) -> Iterator[Sequence[bytes]]:
    """The files that come in together: of some people their figures and grades of each quarter."""
    at_once = _PEOPLE_IN_IMPORT // len(periods)
    for start in range(0, count, at_once):
        numbers = range(start, min(start + at_once, count))
        yield [
            _written(rows, period, numbers, choices)
            for period in periods
            for rows in (_figures, _grades)
        ]


def _written(
    rows: Callable[[str, Sequence[int], PerformanceChoices], Rows],
    period: str,
    numbers: Sequence[int],
    choices: PerformanceChoices,
) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows(period, numbers, choices))
    return text.getvalue().encode()


def _figures(period: str, numbers: Sequence[int], choices: PerformanceChoices) -> Rows:
    """A row for each person, a column for each KPI; figures lie about what is aimed at."""
    chance = random.Random(f"{period} figures {numbers}")
    kpis = [choices.kpis[id] for id in choices.plans[PLAN].kpis]
    day = QUARTERS[period][1].isoformat()
    yield ("person", "period", "date", *(kpi.id for kpi in kpis))
    for number in numbers:
        reached = (f"{float(kpi.target) * chance.uniform(0.8, 1.2):.1f}" for kpi in kpis)
        yield (person_id(number), period, day, *reached)


def _grades(period: str, numbers: Sequence[int], choices: PerformanceChoices) -> Rows:
    """A row for each rater of each person, a column for each indicator."""
    chance = random.Random(f"{period} grades {numbers}")
    plan = choices.plans[PLAN]
    day = QUARTERS[period][1].isoformat()
    yield ("person", "period", "date", "source", "rater", *plan.dimensions)
    for number in numbers:
        for source in plan.sources:
            grades = chance.choices("ABCDE", (10, 30, 40, 15, 5), k=len(plan.dimensions))
            rater = f"r{number}-{source}"[:40]
            yield (person_id(number), period, day, source, rater, *grades)
