"""A study's workbook as it would be stored: table by table, row by row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kb_service.access.studies import Studies
from kb_service.access.view import View
from kb_service.sheets.excerpts import cell_place
from kb_service.sheets.study_reading import ReadStudy
from kb_service.study_records.layout import Column, StudyChoices, TablePlan
from kb_service.study_records.records import Row, Value, row_iri
from kb_service.web.imports import Contents

Label = Mapping[str, str]
MOST_ROWS = 30
"""Of each table; how many there are is told as well."""


@dataclass(frozen=True)
class PreviewTable:
    """A table of a study: its columns, its first rows with their numbers in the sheet, and how many."""

    title: Label
    columns: tuple[Label, ...]
    rows: tuple[tuple[int, tuple[Label, ...]], ...]
    count: int


@dataclass(frozen=True)
class StudyPreview:
    """A study by its id, its kind, and whether it takes the place of another with the same id."""

    id: str
    kind: Label
    is_new: bool
    tables: tuple[PreviewTable, ...]


def study_preview(view: View, contents: Contents) -> StudyPreview | None:
    """What of a study would be stored; None for a file of something else."""
    if not isinstance(contents, ReadStudy):
        return None
    record, studies = contents.record, Studies(view)
    known, choices = {row["id"] for row in studies.listed()}, studies.choices
    return StudyPreview(
        record.id,
        {"zh": record.kind.zh, "en": record.kind.en},
        record.id not in known,
        tuple(_table(contents, plan, choices) for plan in record.kind.tables),
    )


def _table(read: ReadStudy, plan: TablePlan, choices: StudyChoices) -> PreviewTable:
    rows = read.record.rows(plan.name)
    columns = [column for column in plan.columns if any(column.name in row for row in rows)]
    return PreviewTable(
        {"zh": plan.zh, "en": plan.en},
        tuple({"zh": column.zh, "en": column.en} for column in columns),
        tuple(
            (_number(read, plan, row), tuple(_said(row, column, choices) for column in columns))
            for row in rows[:MOST_ROWS]
        ),
        len(rows),
    )


def _number(read: ReadStudy, plan: TablePlan, row: Row) -> int:
    place = cell_place(read.places.get(row_iri(read.record.id, plan, row).value, ""))
    return place.row if place else 0


def _said(row: Row, column: Column, choices: StudyChoices) -> Label:
    value = row.get(column.name)
    choice = choices.offered(column).get(str(value))
    if choice is not None:
        return {"zh": choice.zh, "en": choice.en}
    return _written(value)


def _written(value: Value | None) -> Label:
    if isinstance(value, bool):
        return {"zh": "是" if value else "否", "en": "yes" if value else "no"}
    if isinstance(value, Decimal):
        text = f"{value.normalize():f}"
    elif isinstance(value, date):
        text = value.isoformat()
    else:
        text = value or ""
    return {"zh": text, "en": text}
