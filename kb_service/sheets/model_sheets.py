"""Writes the sheets of a position model: the form, a table, further statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from openpyxl.utils import get_column_letter

from kb_service.people_records import RatedDimension
from kb_service.position_models.fields import Field, Takes
from kb_service.position_models.model import LANGUAGES, PositionModel
from kb_service.position_models.plain_text import LONGEST
from kb_service.position_models.statements import write_statements
from kb_service.position_models.values import as_number
from kb_service.sheets.cells import bare
from kb_service.sheets.heading import (
    ENGLISH_ROW,
    FIRST_DATA_ROW,
    arrange,
    offer,
    offer_in,
    write_bands,
    write_header,
    write_value,
)
from kb_service.sheets.looks import BANDS, BORDER, CENTRED, OTHER_BAND, WRAPPED, Band, fill, font
from kb_service.sheets.model_layout import (
    FORM_COLUMNS,
    FORM_LINES,
    FORM_SHEET,
    STATEMENT_COLUMNS,
    STATEMENT_USES,
    STATEMENTS_SHEET,
    ModelColumn,
    TablePlan,
)
from kb_service.sheets.model_lists import ModelLists

_FORM_WIDTHS = (6, 14, 24, 50, 50, 44, 54)
_PIECE = LONGEST - 767
_MANY = (Takes.TEXT, Takes.DIMENSION)


def form_values(model: PositionModel) -> dict[str, object]:
    """What the lines of the form say of a model, by key."""
    holders = {"position": model.position, "model": model, "document": model.header}
    return {line.key: getattr(holders[line.holder], line.field.stored_as) for line in FORM_LINES}


def write_form_sheet(book: Any, lists: ModelLists, values: Mapping[str, object]) -> None:
    """Add the sheet about position and model, a line for every field, with these values by key."""
    page = book.create_sheet(FORM_SHEET)
    band = BANDS["person"]
    for number, (key, (zh, en)) in enumerate(FORM_COLUMNS.items(), start=1):
        write_header(page, number, (key, zh, en), band, f"{zh}\n{en}")
        page.cell(ENGLISH_ROW, number).alignment = CENTRED
        page.column_dimensions[get_column_letter(number)].width = _FORM_WIDTHS[number - 1]
    write_bands(
        page,
        [(Band("岗位与模型", "Position and model", band.strong, band.light), len(FORM_COLUMNS))],
    )
    for row, line in enumerate(FORM_LINES, start=FIRST_DATA_ROW):
        field = line.field
        said = cells_of(field, values.get(line.key), lists, "")
        first, second = said if len(said) > 1 else (*said, "")
        texts = (line.key, line.zh, line.en, first, second, field.about_zh, field.about_en)
        for number, text in enumerate(texts, start=1):
            cell = page.cell(row, number)
            if text not in (None, ""):
                write_value(cell, text)
            cell.alignment, cell.border = WRAPPED, BORDER
            if number in (4, 5):
                cell.number_format = "@"
        page.cell(row, 1).font = font(6, colour="9AA5B1")
        page.cell(row, 2).font = font(10, bold=True)
        for number in (2, 3):
            page.cell(row, number).fill = fill(band.light if field.usual else OTHER_BAND.light)
        if field.takes is not Takes.TEXT:
            page.cell(row, 5).fill = fill(OTHER_BAND.light)
        if (range_ := lists.ranges().get(lists.list_for(field, ""))) is not None:
            offer_in(page, range_, [f"D{row}"])
    arrange(page, len(FORM_COLUMNS), english_height=20, frozen="D")


def write_table_sheet(
    book: Any, lists: ModelLists, plan: TablePlan, records: Sequence[Any]
) -> None:
    """Add the sheet of one table with these records in it."""
    page = book.create_sheet(plan.title)
    fields = [
        field
        for field in plan.fields
        if field.usual or any(getattr(record, field.stored_as) for record in records)
    ]
    columns = [column for column in plan.columns if column.field in fields]
    band = BANDS[plan.band]
    for number, column in enumerate(columns, start=1):
        about = f"{column.field.about_zh}\n{column.field.about_en}"
        write_header(page, number, (column.key, column.zh, column.en), band, about)
        page.cell(ENGLISH_ROW, number).alignment = CENTRED
        _shape_column(page, number, column)
    write_bands(page, [(Band(plan.zh, plan.en, band.strong, band.light), len(columns))])
    _add_drop_downs(page, lists, plan, columns)
    for row, record in enumerate(records, start=FIRST_DATA_ROW):
        said = [
            text
            for field in fields
            for text in cells_of(field, getattr(record, field.stored_as), lists, plan.kind)
        ]
        for number, (value, column) in enumerate(zip(said, columns, strict=True), start=1):
            if value not in (None, ""):
                write_value(page.cell(row, number), value)
                if column.field.takes in _MANY:
                    page.cell(row, number).alignment = WRAPPED
    arrange(page, len(columns), english_height=32, frozen="B")


def write_statements_sheet(book: Any, model: PositionModel) -> None:
    """Add the sheet of what the form has no fields for; a long statement takes several cells."""
    page = book.create_sheet(STATEMENTS_SHEET)
    for number, (key, (zh, en)) in enumerate(STATEMENT_COLUMNS.items(), start=1):
        write_header(page, number, (key, zh, en), OTHER_BAND, f"{zh}\n{en}")
        page.cell(ENGLISH_ROW, number).alignment = CENTRED
        page.column_dimensions[get_column_letter(number)].width = (14, 140)[number - 1]
    write_bands(page, [(OTHER_BAND, len(STATEMENT_COLUMNS))])
    lines = [
        (use, line)
        for name, use in STATEMENT_USES.items()
        for line in write_statements(getattr(model, name))
    ]
    for row, (use, line) in enumerate(lines, start=FIRST_DATA_ROW):
        pieces = [line[start : start + _PIECE] for start in range(0, len(line), _PIECE)]
        for number, text in enumerate((use, *pieces), start=1):
            write_value(page.cell(row, number), text)
    arrange(page, len(STATEMENT_COLUMNS), english_height=20, frozen="B")


def cells_of(field: Field, value: Any, lists: ModelLists, kind: str) -> tuple[Any, ...]:
    """What the cells of a field show: two of a text, one of anything else on a table."""
    if field.takes is Takes.TEXT:
        text = value or {}
        return tuple(text.get(language, "") for language in LANGUAGES)
    if isinstance(value, Decimal):
        return (as_number(value),)
    if field.takes is Takes.FLAG:
        return ("" if value in (None, True) else "否 no",)
    listed = lists.list_for(field, kind)
    return (lists.shown(field, kind, value) if listed and value else value,)


def _shape_column(page: Any, number: int, column: ModelColumn) -> None:
    shape = page.column_dimensions[get_column_letter(number)]
    shape.width = column.width
    shape.font = font(10)
    is_number = column.field.takes in (Takes.LEVEL, Takes.WEIGHT, Takes.RANK)
    shape.alignment = CENTRED if is_number else WRAPPED
    if not is_number:
        shape.number_format = "@"


def _add_drop_downs(
    page: Any, lists: ModelLists, plan: TablePlan, columns: Sequence[ModelColumn]
) -> None:
    ranges = lists.ranges()
    for number, column in enumerate(columns, start=1):
        listed = lists.list_for(column.field, plan.kind)
        if listed in ranges:
            offer(page, ranges[listed], [number])
        elif column.field.takes is Takes.LEVEL and (members := lists.members(plan.kind)):
            _offer_levels(page, number, members)


def _offer_levels(page: Any, number: int, members: Sequence[RatedDimension]) -> None:
    """Offer the whole levels of the scale, when all dimensions of the table are on one."""
    bounds = {(each.minimum, each.maximum) for each in members}
    if len(bounds) > 1:
        return
    [(low, high)] = bounds
    levels = ",".join(str(level) for level in range(int(low), int(high) + 1))
    hint = (
        f"请填 {bare(low)} 到 {bare(high)}，可带一位小数；没有就留空。 "
        f"Give {bare(low)} to {bare(high)}, one decimal at most; leave empty when there is none."
    )
    offer(page, f'"{levels}"', [number], hint)
