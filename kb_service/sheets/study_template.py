"""The workbook of a study, empty to be filled in or with a study in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from kb_service.people_records import Choice, both
from kb_service.sheets.columns import GUIDE_SHEET, LISTS_SHEET
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
from kb_service.sheets.lists import write_column
from kb_service.sheets.looks import BANDS, BORDER, CENTRED, WRAPPED, Band, fill, font
from kb_service.sheets.study_cells import YES_NO
from kb_service.study_records.layout import Column, StudyChoices, StudyKind, TablePlan, Takes
from kb_service.study_records.records import Row, StudyRecord, Value

_WIDTH = 18
_GUIDE_WIDTHS = (22, 18, 18, 48, 48, 24)
_GUIDE_HEADERS = ("工作表 Sheet", "列", "Column", "填写说明", "What to write", "例 Example")


def write_study_workbook(
    target: Target, kind: StudyKind, choices: StudyChoices, record: StudyRecord | None = None
) -> None:
    """The workbook for studies of a kind, with this study in it if there is one.

    The same content gives the same bytes.
    """
    book = Workbook()
    book.remove(book.active)
    lists = _Lists(kind, choices)
    for plan in kind.tables:
        _write_table(book, plan, lists, record.rows(plan.name) if record else ())
    _write_guide(book, kind)
    lists.write(book)
    save(book, target)


class _Lists:
    """What cells choose from: by table and column, labels by id."""

    def __init__(self, kind: StudyKind, choices: StudyChoices) -> None:
        self.texts: dict[tuple[str, str], dict[str, str]] = {}
        for plan in kind.tables:
            for column in plan.columns:
                offered = YES_NO if column.takes is Takes.YES_NO else choices.offered(column)
                if offered:
                    self.texts[plan.name, column.name] = _shown(column, offered)

    def range_of(self, plan: TablePlan, column: Column) -> str:
        """The cells of the list sheet that a column offers; empty when it offers nothing."""
        keys = list(self.texts)
        if (plan.name, column.name) not in self.texts:
            return ""
        letter = get_column_letter(keys.index((plan.name, column.name)) + 1)
        return (
            f"'{LISTS_SHEET}'!${letter}$2:${letter}${len(self.texts[plan.name, column.name]) + 1}"
        )

    def write(self, book: Any) -> None:
        """Add the hidden sheet that holds the lists."""
        page = book.create_sheet(LISTS_SHEET)
        page.sheet_state = "hidden"
        for number, ((table, column), texts) in enumerate(self.texts.items(), start=1):
            write_column(page, number, f"{table}.{column}", texts.values())


def _shown(column: Column, offered: Mapping[str, Choice]) -> dict[str, str]:
    """Short lists by their labels; long ones by ids, which stay apart where labels are alike."""
    if column.takes in (Takes.DIMENSION, Takes.POSITION):
        return {id: id for id in offered}
    return {id: both(choice) for id, choice in offered.items()}


def _write_table(book: Any, plan: TablePlan, lists: _Lists, rows: Sequence[Row]) -> None:
    page = book.create_sheet(plan.title)
    band = BANDS["person" if not plan.role else "assessment"]
    write_bands(page, [(Band(plan.zh, plan.en, band.strong, band.light), len(plan.columns))])
    for number, column in enumerate(plan.columns, start=1):
        about = f"{column.about_zh}\n{column.about_en}"
        write_header(page, number, (column.name, column.zh, column.en), band, about)
        page.cell(ENGLISH_ROW, number).alignment = CENTRED
        page.column_dimensions[get_column_letter(number)].width = _WIDTH
        if offered := lists.range_of(plan, column):
            offer(page, offered, [number])
    for place, row in enumerate(rows, start=FIRST_DATA_ROW):
        for number, column in enumerate(plan.columns, start=1):
            if column.name in row:
                shown = _cell(plan, column, row[column.name], lists)
                write_value(page.cell(place, number), shown, isinstance(shown, date))
    arrange(page, len(plan.columns), 30, frozen="B")


def _cell(plan: TablePlan, column: Column, value: Value, lists: _Lists) -> str | Decimal | date:
    texts = lists.texts.get((plan.name, column.name), {})
    if isinstance(value, bool):
        return texts["yes" if value else "no"]
    return texts.get(value, value) if isinstance(value, str) else value


def _write_guide(book: Any, kind: StudyKind) -> None:
    """Add the sheet that explains every column."""
    page = book.create_sheet(GUIDE_SHEET)
    page.cell(1, 1, f"{kind.zh}  {kind.en}").font = font(14, bold=True)
    for number, (header, width) in enumerate(zip(_GUIDE_HEADERS, _GUIDE_WIDTHS, strict=True), 1):
        cell = page.cell(3, number, header)
        cell.font, cell.fill, cell.border = font(10, bold=True), fill("E6ECF3"), BORDER
        page.column_dimensions[get_column_letter(number)].width = width
    row = 3
    for plan in kind.tables:
        for column in plan.columns:
            row += 1
            texts = (plan.title, column.zh, column.en, column.about_zh, column.about_en)
            for number, text in enumerate((*texts, column.example), start=1):
                cell = page.cell(row, number, text)
                cell.data_type, cell.alignment, cell.border = "s", WRAPPED, BORDER
                cell.font = font(10)
