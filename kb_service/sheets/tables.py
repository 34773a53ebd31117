"""A file as tables of cells: the sheets of a workbook or the lines of a CSV file."""

from __future__ import annotations

import csv
import io
import itertools
import re
import unicodedata
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import openpyxl

from kb_service.findings import RefusedInput, violation
from kb_service.sheets.cells import CellValue, Formula, Percentage, is_empty, shown
from kb_service.sheets.extent import MAX_ROWS, BrokenPart, check_extent
from kb_service.sheets.places import Place

MAX_BYTES = 32 * 1024 * 1024
MAX_UNPACKED_BYTES = 256 * 1024 * 1024
MAX_PARTS = 2_000
MAX_COLUMNS = 300
_EXCEL_ROWS = 1_048_576
_EXCEL_COLUMNS = 16_384
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    ValueError,
    NotImplementedError,
    EOFError,
    OSError,
)
"""What the standard library raises for archives that are not as they should be."""
_OLD_EXCEL = bytes.fromhex("d0cf11e0a1b11ae1")


@dataclass(frozen=True)
class Row:
    """One row with its number as a spreadsheet program shows it; no row is empty."""

    number: int
    values: tuple[CellValue, ...]


@dataclass(frozen=True)
class Table:
    """A sheet, or a CSV file (its `name` is empty); each call of `rows` reads it anew."""

    name: str
    rows: Callable[[], Iterator[Row]]
    hidden: bool = False


def refuse(zh: str, en: str, where: str = "", status: int = 422) -> RefusedInput:
    """The refusal of a whole file for one reason."""
    return RefusedInput((violation(zh, en, where),), status)


@contextmanager
def open_tables(data: bytes, filename: str) -> Iterator[list[Table]]:
    """The tables of a workbook or CSV file; what it is decides its content, then its name.

    Raises RefusedInput for a file that cannot be read at all.
    """
    if len(data) > MAX_BYTES:
        raise refuse(
            f"文件超过 {MAX_BYTES // 2**20} MB；请分成几个文件上传。",
            f"The file is larger than {MAX_BYTES // 2**20} MB; split it into several.",
            status=413,
        )
    if not data.strip():
        raise refuse(
            "文件是空的；请填写模板后再上传。", "The file is empty; fill in the template first."
        )
    if data.startswith(_OLD_EXCEL):
        raise _old_excel(data)
    if data.startswith(b"PK"):
        with _workbook(data) as tables:
            yield tables
        return
    if filename.lower().endswith((".xlsx", ".xlsm")):
        raise _broken()
    yield [_csv_table(data)]


def _old_excel(data: bytes) -> RefusedInput:
    if "EncryptedPackage".encode("utf-16-le") in data:
        return refuse(
            "工作簿有密码保护；请取消密码，另存为 .xlsx 后再上传。",
            "The workbook is protected by a password; remove it, save as .xlsx and hand it in again.",
        )
    return refuse(
        "这是旧的 .xls 格式或有密码保护的文件；请另存为不带密码的 .xlsx。",
        "This is the old .xls format or protected by a password; save it as .xlsx without one.",
    )


def _broken() -> RefusedInput:
    return refuse(
        "这个工作簿打不开，可能已损坏；请在 Excel 中重新另存为 .xlsx。",
        "This workbook cannot be opened, it may be damaged; save it again as .xlsx.",
    )


@contextmanager
def _workbook(data: bytes) -> Iterator[list[Table]]:
    _check_archive(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
        except MemoryError:
            raise
        except Exception as error:
            raise _broken() from error
        try:
            yield [_sheet_table(sheet) for sheet in book.worksheets]
        finally:
            book.close()


def _check_archive(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_parts(archive.infolist())
            check_extent(archive)
    except RefusedInput:
        raise
    except (BrokenPart, *_DAMAGE) as error:
        raise _broken() from error


def _check_parts(parts: Sequence[zipfile.ZipInfo]) -> None:
    if any(part.flag_bits & 1 for part in parts):
        raise refuse(
            "压缩包有密码；请取消密码后再上传。", "The archive has a password; remove it first."
        )
    names = {part.filename for part in parts}
    if "[Content_Types].xml" not in names:
        raise refuse(
            "这个文件不是 .xlsx 工作簿；请在 Excel 或 WPS 中另存为 .xlsx。",
            "This file is no .xlsx workbook; save it as .xlsx in your spreadsheet program.",
        )
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
        raise refuse(
            f"工作簿解压后超过 {MAX_UNPACKED_BYTES // 2**20} MB；请删去多余内容，或分成几个文件。",
            f"Unpacked, the workbook exceeds {MAX_UNPACKED_BYTES // 2**20} MB; "
            "remove what is not needed or split it.",
            status=413,
        )


def _sheet_table(sheet: Any) -> Table:
    sheet.reset_dimensions()

    def rows() -> Iterator[Row]:
        numbered = enumerate(itertools.islice(sheet.iter_rows(), _EXCEL_ROWS), start=1)
        try:
            for number, cells in numbered:
                values = tuple(map(_cell_value, cells))
                if row := _row(sheet.title, number, values):
                    yield row
        except (RefusedInput, MemoryError):
            raise
        except Exception as error:
            raise _broken() from error

    return Table(sheet.title, rows, hidden=sheet.sheet_state != "visible")


def _cell_value(cell: Any) -> CellValue:
    value: CellValue = cell.value
    if cell.data_type == "f":
        return Formula(_formula_text(value))
    if (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and "%" in (cell.number_format or "")
    ):
        return Percentage(value)
    return value


def _formula_text(value: Any) -> str:
    return str(getattr(value, "text", value) or "=")


def _row(sheet: str, number: int, values: tuple[CellValue, ...]) -> Row | None:
    while values and is_empty(values[-1]):
        values = values[:-1]
    if not values:
        return None
    if len(values) > MAX_COLUMNS:
        place = Place(sheet, number, min(len(values), _EXCEL_COLUMNS))
        raise RefusedInput(
            (
                place.fault(
                    f"列数超过 {MAX_COLUMNS}；请删去多余的列。",
                    f"There are more than {MAX_COLUMNS} columns; remove those that are not needed.",
                    shown(values[-1]),
                ),
            )
        )
    if number > MAX_ROWS:
        raise _too_many_rows(sheet, number)
    return Row(number, values)


def _too_many_rows(sheet: str, number: int) -> RefusedInput:
    return RefusedInput(
        (
            Place(sheet, number).fault(
                f"行数超过 {MAX_ROWS}；请分成几个文件上传。",
                f"There are more than {MAX_ROWS} rows; split them into several files.",
            ),
        )
    )


def _csv_table(data: bytes) -> Table:
    text = _decode(data)
    delimiter = _delimiter(text)

    def rows() -> Iterator[Row]:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        line = 1
        try:
            for values in reader:
                if row := _row("", line, tuple(values)):
                    yield row
                elif line > _EXCEL_ROWS:
                    raise _too_many_rows("", line)
                line = reader.line_num + 1
        except csv.Error as error:
            place = Place("", line)
            raise RefusedInput(
                (
                    place.fault(
                        "引号不成对，或一格过长；请用表格软件重新另存为 CSV。",
                        "A quotation mark has no partner, or a cell is too long; "
                        "save the file again as CSV from a spreadsheet program.",
                    ),
                )
            ) from error

    return Table("", rows)


def _decode(data: bytes) -> str:
    encodings = ["utf-8-sig", "gb18030"]
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not any(unicodedata.category(char) == "Cc" for char in set(text) - set("\t\r\n")):
            return text
    raise refuse(
        "这个文件既不是 .xlsx 工作簿，也不是文本（UTF-8 或 GB18030）；请另存为 .xlsx 或 CSV。",
        "This file is neither an .xlsx workbook nor text (UTF-8 or GB18030); "
        "save it as .xlsx or CSV.",
    )


def _delimiter(text: str) -> str:
    """The separator that the first lines have most often, outside of quotation marks."""
    head = re.sub(r'"[^"]*"', "", text[:20_000])
    lines = [line for line in head.splitlines() if line.strip()][:5]
    return max(",;\t", key=lambda mark: max((line.count(mark) for line in lines), default=0))
