"""The workbook in which figures and ratings of one period are filled in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from kb_service.people_records import Choice, spelled_out
from kb_service.people_records.performance_records import (
    KPI,
    FormRecord,
    MeasurementRecord,
    PerformanceChoices,
    PerformancePlan,
    Period,
)
from kb_service.sheets.columns import Column
from kb_service.sheets.heading import (
    ENGLISH_ROW,
    FIRST_DATA_ROW,
    Target,
    arrange,
    offer,
    save,
    write_bands,
    write_header,
    write_value,
)
from kb_service.sheets.looks import BANDS, CENTRED, Band, font
from kb_service.sheets.performance_columns import (
    COLUMNS,
    MEASUREMENTS_SHEET,
    RATINGS_SHEET,
)
from kb_service.sheets.performance_guide import write_performance_guide
from kb_service.sheets.performance_lists import offered, ranges, write_performance_lists

_OF_EACH = ("person", "period", "plan", "date", "reason")
_OF_RATINGS = ("source", "rater")
_TEXTS = ("person", "period", "rater", "reason")
_PEOPLE_BAND = BANDS["person"]
_ROW_BAND = Band("数据", "Data", "2F7276", "E1F0F0")
_KPI_BAND = Band("绩效指标", "Key performance indicators", "5B4B8A", "ECE8F5")
_BEHAVIOUR_BAND = Band("行为指标", "Indicators of behaviour", "3E7A4B", "E5F2E7")


@dataclass(frozen=True)
class Filled:
    """Records that the workbook already has in it."""

    measurements: Sequence[MeasurementRecord] = ()
    forms: Sequence[FormRecord] = ()


@dataclass(frozen=True)
class _Sheet:
    """One sheet before it is written: its columns, those about an indicator last, and its rows."""

    title: str
    fixed: Sequence[Column]
    about: Sequence[Choice]
    band: Band
    rows: Sequence[Mapping[str, Any]]

    @property
    def keys(self) -> list[str]:
        return [*(column.key for column in self.fixed), *(each.id for each in self.about)]


def write_performance_template(
    target: Target,
    choices: PerformanceChoices,
    plan: PerformancePlan,
    period: Period,
    filled: Filled | None = None,
) -> None:
    """The workbook for a plan and a period, written to a path or a binary file.

    One sheet has a row for each person and a column for each KPI of the plan, the other a row for
    each form and a column for each dimension. The same content gives the same bytes.
    """
    records = filled or Filled()
    lists = offered(choices)
    sheets = [
        _Sheet(
            MEASUREMENTS_SHEET,
            [column for column in COLUMNS if column.key in _OF_EACH],
            [choices.kpis[id] for id in plan.kpis],
            _KPI_BAND,
            _rows_of_figures(records.measurements, choices),
        ),
        _Sheet(
            RATINGS_SHEET,
            [column for column in COLUMNS if column.key in (*_OF_EACH, *_OF_RATINGS)],
            [choices.dimensions[id] for id in plan.dimensions],
            _BEHAVIOUR_BAND,
            _rows_of_grades(records.forms, choices),
        ),
    ]
    book = Workbook()
    book.remove(book.active)
    for sheet in sheets:
        _write_sheet(book.create_sheet(sheet.title), sheet, choices, ranges(lists))
    write_performance_guide(book, choices, plan, period)
    write_performance_lists(book, lists, period.id, plan.id)
    save(book, target)


def example_of(plan: PerformancePlan, period: Period, choices: PerformanceChoices) -> Filled:
    """Two invented people with the figures that are aimed at, and forms of every kind of rater."""
    figures = [
        MeasurementRecord(person, period.id, kpi.id, value, period.end, plan.id)
        for kpi in (choices.kpis[id] for id in plan.kpis)
        for person, value in (("p001", kpi.target), ("p002", kpi.stretch))
    ]
    return Filled(
        figures,
        [
            FormRecord(
                person,
                period.id,
                f"r{number:04d}",
                source,
                period.end,
                _example_grades(plan, [*choices.grades], number),
                plan=plan.id,
            )
            for person in ("p001", "p002")
            for number, source in enumerate(plan.sources, start=1)
        ],
    )


def _example_grades(plan: PerformancePlan, letters: Sequence[str], number: int) -> dict[str, str]:
    """Grades that differ between raters and indicators, all but the worst among them."""
    return {
        dimension: letters[(number + place) % (len(letters) - 1)]
        for place, dimension in enumerate(plan.dimensions)
    }


def _rows_of_figures(
    records: Iterable[MeasurementRecord], choices: PerformanceChoices
) -> list[dict[str, Any]]:
    """A row for each person, period and day."""
    rows: dict[tuple[str, str, date], dict[str, Any]] = {}
    for record in records:
        key = (record.person, record.period, record.measured_on)
        row = rows.setdefault(
            key, _row(choices, record.person, record.period, record.plan, record.measured_on)
        )
        row[record.kpi] = record.value
    return [*rows.values()]


def _rows_of_grades(
    records: Iterable[FormRecord], choices: PerformanceChoices
) -> list[dict[str, Any]]:
    """A row for each form."""
    sources = spelled_out(choices.sources)
    return [
        {
            **_row(choices, record.person, record.period, record.plan, record.rated_on),
            "source": sources[record.source],
            "rater": record.rater,
            **record.grades,
        }
        for record in records
    ]


def _row(
    choices: PerformanceChoices, person: str, period: str, plan: str | None, day: date
) -> dict[str, Any]:
    return {
        "person": person,
        "period": spelled_out(choices.periods)[period],
        "plan": spelled_out(choices.plans)[plan] if plan else None,
        "date": day,
    }


def _write_sheet(
    page: Any, sheet: _Sheet, choices: PerformanceChoices, lists: Mapping[str, str]
) -> None:
    for number, column in enumerate(sheet.fixed, start=1):
        band = _PEOPLE_BAND if column.key == "person" else _ROW_BAND
        about = f"{column.about_zh}\n{column.about_en}"
        write_header(page, number, (column.key, column.zh, column.en), band, about)
        page.cell(ENGLISH_ROW, number).alignment = CENTRED
        _shape_column(page, number, column.width, column.key)
        if column.key in lists:
            offer(page, lists[column.key], [number])
    first = len(sheet.fixed) + 1
    numbers = range(first, first + len(sheet.about))
    for number, each in zip(numbers, sheet.about, strict=True):
        write_header(page, number, (each.id, each.zh, each.en), sheet.band, _comment(each))
        _shape_column(page, number, 9, "value")
    if sheet.title == RATINGS_SHEET:
        offer(page, f'"{",".join(choices.grades)}"', [*numbers], _GRADE_HINT)
    spans = [(_PEOPLE_BAND, 1), (_ROW_BAND, len(sheet.fixed) - 1), (sheet.band, len(sheet.about))]
    write_bands(page, spans)
    for number, row in enumerate(sheet.rows, start=FIRST_DATA_ROW):
        for place, key in enumerate(sheet.keys, start=1):
            if (value := row.get(key)) is not None:
                write_value(page.cell(number, place), value, is_date=key == "date")
    arrange(page, len(sheet.keys), english_height=138, frozen="B")


_GRADE_HINT = "请填 A 到 E；没有评价就留空。 Give A to E; leave the cell empty when there is none."
_UNITS = {"%": "%（90 % 写 90 / 90 for 90 %）", "s": "秒 / s", "points": "分 / points"}


def _comment(about: Choice) -> str:
    """What the comment of a column says: the unit of a KPI, and otherwise what a cell may hold."""
    named = f"{about.zh}\n{about.en}"
    if isinstance(about, KPI):
        return f"{named}\n{_UNITS.get(about.unit, about.unit)}"
    return f"{named}\nA–E"


def _shape_column(page: Any, number: int, width: float, key: str) -> None:
    shape = page.column_dimensions[get_column_letter(number)]
    shape.width = width
    shape.font = font(10)
    if key in _TEXTS:
        shape.number_format = "@"
    else:
        shape.alignment = CENTRED
        if key == "date":
            shape.number_format = "yyyy-mm-dd"
