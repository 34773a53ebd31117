"""Which rows of a sheet are its header, found by the labels of columns that they have."""

from __future__ import annotations

import itertools
from collections.abc import Container, Mapping

from kb_service.people_records import plain
from kb_service.sheets.cells import CellValue, Formula, is_empty, shown
from kb_service.sheets.tables import Row, Table

HEADER_WITHIN = 10


_REPEATED = 2


def header_rows(
    table: Table, known: Mapping[str, str], anchors: Container[str], repeated: int = _REPEATED
) -> list[Row]:
    """The first row with a column that the sheet must have, and those that repeat its columns.

    `known` leads from each way to write a label to the key of its column; `anchors` are keys. A
    further row of the header repeats so many of the columns at least.
    """
    found: list[Row] = []
    first: dict[int, str] = {}
    for row in itertools.islice(table.rows(), HEADER_WITHIN):
        keys = _keys(row.values, known)
        if not found and any(key in anchors for key in keys.values()):
            found, first = [row], keys
        elif found and len(keys.items() & first.items()) >= min(repeated, len(first)):
            found.append(row)
    return found


def _keys(values: tuple[CellValue, ...], known: Mapping[str, str]) -> dict[int, str]:
    return {
        index: known[plain(value)]
        for index, value in enumerate(values)
        if isinstance(value, str) and plain(value) in known
    }


def texts_by_column(rows: list[Row]) -> dict[int, list[str]]:
    """The header texts of each column, those with Chinese first: people know a column by them."""
    texts: dict[int, list[str]] = {}
    for row in rows:
        for number, value in enumerate(row.values, start=1):
            if not is_empty(value) and not isinstance(value, Formula):
                texts.setdefault(number, []).append(shown(value))
    return {number: sorted(labels, key=str.isascii) for number, labels in texts.items()}
