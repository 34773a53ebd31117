"""What every sheet that people fill in has alike: header rows, drop-downs, cells, the file itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from openpyxl.comments import Comment
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from kb_service.sheets.archive import settled
from kb_service.sheets.looks import BORDER, CENTRED, LEFT, UPRIGHT, Band, fill, font

IDS_ROW, _BANDS_ROW, CHINESE_ROW, ENGLISH_ROW = 1, 2, 3, 4
FIRST_DATA_ROW = 5
_LAST_OFFERED_ROW = 5_000

Target = str | Path | BinaryIO


def save(book: Any, target: Target) -> None:
    """Write the workbook; the same content gives the same bytes."""
    buffer = BytesIO()
    book.save(buffer)
    data = settled(buffer.getvalue())
    if isinstance(target, str | Path):
        Path(target).write_bytes(data)
    else:
        target.write(data)


def write_header(
    page: Any, column: int, labels: tuple[str, str, str], band: Band, about: str
) -> None:
    """Write the id and both labels of a column, and what it is about as a comment."""
    key, zh, en = labels
    small = page.cell(IDS_ROW, column, key)
    small.font = font(6, colour="9AA5B1")
    chinese = page.cell(CHINESE_ROW, column, zh)
    chinese.font, chinese.alignment = font(10, bold=True), CENTRED
    comment = Comment(about, "Rengang")
    comment.width, comment.height = 320, 150
    chinese.comment = comment
    english = page.cell(ENGLISH_ROW, column, en)
    english.font, english.alignment = font(9), UPRIGHT
    for cell in (chinese, english):
        cell.fill, cell.border = fill(band.light), BORDER


def write_bands(page: Any, spans: Iterable[tuple[Band, int]]) -> None:
    """Write the bands over the columns, each with its width."""
    start = 1
    for band, width in spans:
        cell = page.cell(_BANDS_ROW, start, f"{band.zh}  {band.en}")
        cell.font, cell.fill = font(11, bold=True, colour="FFFFFF"), fill(band.strong)
        cell.alignment = LEFT
        for number in range(start + 1, start + width):
            page.cell(_BANDS_ROW, number).fill = fill(band.strong)
        start += width


def offer(page: Any, formula: str, columns: Sequence[int], hint: str = "") -> None:
    """Add a drop-down; with a hint, other values ask whether they are meant, else they are free."""
    letters = [get_column_letter(number) for number in columns]
    cells = [f"{letter}{FIRST_DATA_ROW}:{letter}{_LAST_OFFERED_ROW}" for letter in letters]
    offer_in(page, formula, cells, hint)


def offer_in(page: Any, formula: str, cells: Iterable[str], hint: str = "") -> None:
    """The same for cells of any place."""
    choice = DataValidation(type="list", formula1=formula, allow_blank=True)
    choice.showErrorMessage = bool(hint)
    if hint:
        choice.errorStyle, choice.errorTitle, choice.error = "warning", "请核对 Please check", hint
    for each in cells:
        choice.add(each)
    page.add_data_validation(choice)


def write_value(cell: Any, value: Any, is_date: bool = False) -> None:
    """Write a value as what it is: text is never a formula, a whole number has no decimals."""
    if isinstance(value, Decimal):
        value = int(value) if value == value.to_integral_value() else float(value)
    cell.value = value
    cell.font = font(10)
    if isinstance(value, str):
        cell.data_type = "s"
        cell.number_format = "@"
    else:
        cell.alignment = CENTRED
        if is_date:
            cell.number_format = "yyyy-mm-dd"


def arrange(page: Any, width: int, english_height: float, frozen: str = "C") -> None:
    """Freeze the header rows and the first columns, and set the page up for printing."""
    page.freeze_panes = f"{frozen}{FIRST_DATA_ROW}"
    page.row_dimensions[IDS_ROW].height = 9
    page.row_dimensions[_BANDS_ROW].height = 22
    page.row_dimensions[CHINESE_ROW].height = 34
    page.row_dimensions[ENGLISH_ROW].height = english_height
    page.auto_filter.ref = (
        f"A{ENGLISH_ROW}:{get_column_letter(width)}{max(page.max_row, ENGLISH_ROW)}"
    )
    page.sheet_view.showGridLines = True
    page.sheet_view.zoomScale = 100
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = page.PAPERSIZE_A3
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.print_title_rows = f"{_BANDS_ROW}:{ENGLISH_ROW}"
