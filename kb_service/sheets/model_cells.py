"""Cells of a position model's workbook as what was written in them, each with its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, time, timedelta

from openpyxl.utils import column_index_from_string, get_column_letter, range_boundaries

from kb_service.position_models.written import Unusable, Written
from kb_service.sheets.cells import CellValue, Formula, is_empty
from kb_service.sheets.extent import Marks

_MOST_COVERED = 10_000
_CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


def cell_name(sheet: str, row: int, column: int) -> str:
    """The place of a cell: `能力 Abilities!D7`."""
    return f"{sheet}!{get_column_letter(column)}{row}"


def place_in_order(where: str, sheets: Mapping[str, int]) -> tuple[int, int, int]:
    """What to sort places by, so that one comes to them sheet by sheet and row by row.

    `sheets` has the place of each among the others; what is in none of them comes first.
    """
    sheet, _, cell = where.rpartition("!")
    if not (match := _CELL.fullmatch(cell)) or sheet not in sheets:
        return sheets.get(where, -1), 0, 0
    return sheets[sheet], int(match[2]), column_index_from_string(match[1])


def written_in(value: CellValue, where: str, is_number: bool) -> Written:
    """What a cell says to a field that takes a number, or else a text."""
    if is_empty(value):
        return Written(None, where)
    if isinstance(value, Formula):
        return Written(
            Unusable(
                value.text,
                "这里是公式；请复制后“选择性粘贴为数值”。",
                "This is a formula; copy it and paste its result as a value.",
            ),
            where,
        )
    if isinstance(value, date | time | timedelta):
        return Written(_turned_into_date(value), where)
    if isinstance(value, int | float) and not isinstance(value, bool) and not is_number:
        is_whole = isinstance(value, int) or value.is_integer()
        return Written(str(int(value)) if is_whole else repr(value), where)
    return Written(value, where)


def _turned_into_date(value: date | time | timedelta) -> Unusable:
    return Unusable(
        str(value),
        f"表格软件把这里变成了日期或时间（{value}）；请把单元格格式改为“文本”，再重新输入。",
        f"The spreadsheet program has made a date or time of this ({value}); format the cell as "
        "text and type it again.",
    )


def covered_cells(marks: Marks) -> dict[tuple[int, int], tuple[int, int]]:
    """From each cell that a merged one covers, by row and column, to the first one of it."""
    covered: dict[tuple[int, int], tuple[int, int]] = {}
    for named in marks.merged:
        try:
            left, top, right, bottom = range_boundaries(named)
        except (ValueError, TypeError):
            continue
        if None in (left, top, right, bottom):
            continue
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                if len(covered) >= _MOST_COVERED:
                    return covered
                if (row, column) != (top, left):
                    covered[row, column] = (top, left)
    return covered
