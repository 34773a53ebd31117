"""Parts of a file's sheets as they were written, for whoever is told what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from itertools import islice

from openpyxl.utils import column_index_from_string

from kb_service.sheets.cells import CellValue, shown
from kb_service.sheets.tables import Row, Table, open_tables

_IN_WORDS = re.compile(
    r"(?:sheet (?P<sheet>.+?), )?(?:row|line) (?P<row>\d{1,7})(?:, column (?P<column>[A-Z]{1,3})\b.*)?",
    re.DOTALL,
)
_CELL = re.compile(r"(?P<sheet>.+)!(?P<column>[A-Z]{1,3})(?P<row>\d{1,7})", re.DOTALL)
_ROWS_OF_HEADER = 3
_FIRST_COLUMNS = 3
"""They tell whom a row is about."""
MOST_ROWS = 60
"""Of all sheets together: nobody corrects more before handing a file in again."""


@dataclass(frozen=True)
class CellPlace:
    """A row of a sheet and, where it is known, a column; `sheet` is empty for a CSV file."""

    sheet: str
    row: int
    column: int = 0


@dataclass(frozen=True)
class ExcerptRow:
    """Some cells of a row as text, in the order of the excerpt's columns."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Excerpt:
    """The first rows of a sheet and those asked for, in the columns that matter."""

    sheet: str
    columns: tuple[int, ...]
    rows: tuple[ExcerptRow, ...]


def cell_place(where: str) -> CellPlace | None:
    """The cell or row that a finding stands in; None for a line of a text, a pointer, or no place.

    A line without a column may be that of a CSV file: whoever asks knows what was handed in.
    """
    found = _IN_WORDS.fullmatch(where) or _CELL.fullmatch(where)
    if found is None:
        return None
    column = found["column"]
    return CellPlace(
        found["sheet"] or "", int(found["row"]), column_index_from_string(column) if column else 0
    )


def excerpts(data: bytes, filename: str, places: Iterable[CellPlace]) -> tuple[Excerpt, ...]:
    """The sheets of a file that have these places, and of each no more than helps to find them.

    Raises RefusedInput for a file that cannot be opened. Only for worker processes.
    """
    wanted: dict[str, list[CellPlace]] = {}
    rows: set[tuple[str, int]] = set()
    for place in places:
        if len(rows) < MOST_ROWS or (place.sheet, place.row) in rows:
            rows.add((place.sheet, place.row))
            wanted.setdefault(place.sheet, []).append(place)
    with open_tables(data, filename) as tables:
        return tuple(
            _excerpt(table, wanted[table.name]) for table in tables if table.name in wanted
        )


def _excerpt(table: Table, places: Sequence[CellPlace]) -> Excerpt:
    numbers = {place.row for place in places}
    rows = _rows(table, numbers)
    missing = numbers - {row.number for row in rows}
    rows = sorted([*rows, *(Row(number, ()) for number in missing)], key=lambda row: row.number)
    columns = _columns(rows, places)
    return Excerpt(
        table.name,
        columns,
        tuple(
            ExcerptRow(row.number, tuple(_text(row.values, column) for column in columns))
            for row in rows
        ),
    )


def _rows(table: Table, numbers: set[int]) -> list[Row]:
    """The first rows, which have the header, and those with these numbers as far as there are any."""
    last = max(numbers)
    told = table.rows()
    found = list(islice(told, _ROWS_OF_HEADER))
    for row in told:
        if row.number > last:
            break
        if row.number in numbers:
            found.append(row)
    return found


def _columns(rows: Sequence[Row], places: Sequence[CellPlace]) -> tuple[int, ...]:
    width = max((len(row.values) for row in rows), default=0)
    faulty = {place.column for place in places if place.column}
    return tuple(sorted({*range(1, min(_FIRST_COLUMNS, width) + 1), *faulty}))


def _text(values: Sequence[CellValue], column: int) -> str:
    if column > len(values):
        return ""
    value = values[column - 1]
    if isinstance(value, datetime) and value.time() == time.min:
        return value.date().isoformat()
    return shown(value)
