"""Which sheet of a position model's workbook one is that has another name: its header tells."""

from __future__ import annotations

import itertools

from kb_service.people_records import plain
from kb_service.sheets.header_rows import HEADER_WITHIN
from kb_service.sheets.model_layout import TABLES, TablePlan
from kb_service.sheets.tables import Table

_FEWEST_LABELS = 2


def sheet_meant(table: Table) -> TablePlan | None:
    """The sheet of the template whose header this one has; None when it has that of none.

    Ids are alike on many sheets, so the labels decide, that of its first column above all.
    """
    labels = {
        plain(value)
        for row in itertools.islice(table.rows(), HEADER_WITHIN)
        for value in row.values
        if isinstance(value, str)
    }
    shared = {plan: len(labels & _labels(plan)) for plan in TABLES}
    first, second = sorted(shared.values(), reverse=True)[:2]
    if first < _FEWEST_LABELS or first == second:
        return None
    return max(shared, key=lambda plan: shared[plan])


def _labels(plan: TablePlan) -> set[str]:
    return {plain(label) for column in plan.columns for label in (column.zh, column.en)}
