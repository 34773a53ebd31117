"""A table as a workbook: every cell is a number or a text, none a formula."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from kb_service.sheets.archive import settled
from kb_service.sheets.looks import WRAPPED, fill, font

_HEADER = "E6ECF3"
_WIDTH = 18
_MOST_CHARACTERS = 32_767
"""In a cell, as Excel has it."""


def plain_workbook(title: str, headers: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    """The table as an .xlsx file; a text stays one, whatever it begins with."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)  # a new workbook has one
    sheet.title = title
    for number, values in enumerate([headers, *rows], start=1):
        for column, value in enumerate(values, start=1):
            _put(sheet, number, column, value)
    for column in range(1, len(headers) + 1):
        sheet.column_dimensions[get_column_letter(column)].width = _WIDTH
    file = BytesIO()
    book.save(file)
    return settled(file.getvalue())


def _put(sheet: Worksheet, row: int, column: int, value: object) -> None:
    cell = sheet.cell(row, column)
    cell.font = font(bold=row == 1)
    cell.alignment = WRAPPED
    if row == 1:
        cell.fill = fill(_HEADER)
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        cell.value = value
        return
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", str(value))[:_MOST_CHARACTERS]
    cell.data_type = "s"
    cell.quotePrefix = True
