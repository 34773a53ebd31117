"""The sheet that shows a new author some lines of a model that is filled in already."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kb_service.position_models.model import PositionModel
from kb_service.sheets.heading import write_value
from kb_service.sheets.looks import BANDS, BORDER, WRAPPED, fill, font
from kb_service.sheets.model_layout import EXAMPLE_SHEET, FORM_LINES, FORM_SHEET, TablePlan
from kb_service.sheets.model_lists import ModelLists
from kb_service.sheets.model_sheets import cells_of, form_values

_LINES_SHOWN = 3
_WIDTHS = (30, 18, 16, 16, 16, 44, 44, 18)
_LINES_EN = "This sheet is only to look at, and is never read; fill in the others."
_LINES_ZH = "本表仅供参考，不会被读取；请填写其他各表。"


def write_example(
    book: Any, lists: ModelLists, plans: Sequence[TablePlan], model: PositionModel
) -> None:
    """Add a sheet with what the form says of this model, and the first lines of each table."""
    page = book.create_sheet(EXAMPLE_SHEET)
    page.sheet_view.showGridLines = False
    for number, width in enumerate(_WIDTHS):
        page.column_dimensions["ABCDEFGH"[number]].width = width
    page.cell(1, 1, f"{_LINES_ZH}  {_LINES_EN}").font = font(11, bold=True)
    row = _write_block(page, 3, FORM_SHEET, "person", _form_rows(lists, model))
    for plan in plans:
        if plan.records(model):
            row = _write_block(page, row, plan.title, plan.band, _table_rows(lists, plan, model))


def _form_rows(lists: ModelLists, model: PositionModel) -> list[list[Any]]:
    values = form_values(model)
    rows: list[list[Any]] = [["项目 Item", "中文 Chinese, or either", "", "", "", "英文 English"]]
    for line in FORM_LINES:
        if line.field.usual and values[line.key]:
            said = [*cells_of(line.field, values[line.key], lists, ""), ""]
            rows.append([f"{line.zh} {line.en}", said[0], "", "", "", said[1]])
    return rows


def _table_rows(lists: ModelLists, plan: TablePlan, model: PositionModel) -> list[list[Any]]:
    fields = [field for field in plan.fields if field.usual]
    columns = [column for column in plan.columns if column.field.usual]
    rows: list[list[Any]] = [[f"{column.zh} {column.en}" for column in columns]]
    for record in plan.records(model)[:_LINES_SHOWN]:
        values = [(field, getattr(record, field.stored_as)) for field in fields]
        rows.append(
            [cell for field, value in values for cell in cells_of(field, value, lists, plan.kind)]
        )
    return rows


def _write_block(
    page: Any, start: int, title: str, band: str, rows: Sequence[Sequence[Any]]
) -> int:
    """Write a block of lines below its title; answers the row where the next may begin."""
    page.cell(start, 1, title).font = font(11, bold=True, colour="FFFFFF")
    for number in range(1, len(_WIDTHS) + 1):
        page.cell(start, number).fill = fill(BANDS[band].strong)
    for row, values in enumerate(rows, start=start + 1):
        for number, value in enumerate(values, start=1):
            cell = page.cell(row, number)
            if value not in (None, ""):
                write_value(cell, value)
            cell.alignment, cell.border = WRAPPED, BORDER
            if row == start + 1:
                cell.fill, cell.font = fill(BANDS[band].light), font(9, bold=True)
    return start + len(rows) + 2
