"""One row of a sheet that people fill in, while it is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from kb_service.people_records import Unreadable
from kb_service.sheets.cells import CellValue, is_empty, shown
from kb_service.sheets.headers import BoundColumn, Header
from kb_service.sheets.places import Faults, Place
from kb_service.sheets.tables import Row, Table

_T = TypeVar("_T")


@dataclass
class Line:
    """One row while it is read: its cells by key, and what of it can be understood."""

    table: Table
    row: Row
    header: Header
    faults: Faults

    @property
    def place(self) -> Place:
        return Place(self.table.name, self.row.number)

    def column(self, key: str) -> BoundColumn | None:
        return self.header.by_key.get(key)

    def value(self, column: BoundColumn | None) -> CellValue:
        if column is None or column.index >= len(self.row.values):
            return None
        return self.row.values[column.index]

    def cell(self, key: str) -> Place:
        """The place of the cell for this key; the row when the sheet has no such column."""
        column = self.column(key)
        if column is None:
            return self.place
        return Place(self.table.name, self.row.number, *_labelled(column))

    def read(self, key: str, parse: Callable[..., _T], *details: Any) -> _T | None:
        """What the cell under this key says; None when it is empty or faulty."""
        column = self.column(key)
        value = self.value(column)
        if column is None or is_empty(value):
            return None
        try:
            return parse(value, *details)
        except Unreadable as fault:
            self.faults.add(self.cell(key).fault(fault.zh, fault.en, shown(value)))
            return None

    def says_nothing(self) -> bool:
        """Whether no column that is understood has anything in this row."""
        return all(is_empty(self.value(column)) for column in self.header.columns)

    def has(self, key: str) -> bool:
        """Whether the cell under this key says anything, right or wrong."""
        return not is_empty(self.value(self.column(key)))


def _labelled(column: BoundColumn) -> tuple[int, str, str]:
    return column.place.column, column.place.zh, column.place.en
