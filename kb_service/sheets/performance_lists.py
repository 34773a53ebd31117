"""The hidden sheet behind the template of performance: its drop-downs, its period and its plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kb_service.people_records import Choice, spelled_out
from kb_service.people_records.performance_records import PerformanceChoices
from kb_service.sheets.columns import LISTS_SHEET
from kb_service.sheets.lists import write_column
from kb_service.sheets.tables import Table

_USUAL = {"usual-period": "period", "usual-plan": "plan"}
"""Headers of columns of the hidden sheet, each with the key of what it is the usual value of."""


def usual_values(tables: Sequence[Table]) -> dict[str, str]:
    """What rows mean that leave their period or plan empty, by the key of the column."""
    for table in tables:
        if table.name == LISTS_SHEET:
            rows = [row.values for row in table.rows()][:2]
            if len(rows) == 2:
                named = zip(*rows, strict=False)
                return {_USUAL[str(key)]: str(value) for key, value in named if key in _USUAL}
    return {}


def offered(choices: PerformanceChoices) -> dict[str, list[str]]:
    """By the key of a column, the texts that its drop-down offers."""
    open_periods = {id: each for id, each in choices.periods.items() if not each.is_closed}
    of: Mapping[str, Mapping[str, Choice]] = {
        "period": open_periods,
        "plan": choices.plans,
        "source": choices.sources,
    }
    return {key: [*spelled_out(listed).values()] for key, listed in of.items()}


def ranges(lists: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """By the key of a column, the cells of the hidden sheet that its drop-down offers."""
    return {
        key: f"'{LISTS_SHEET}'!${letter}$2:${letter}${len(texts) + 1}"
        for letter, (key, texts) in zip("ABCDEFGH", lists.items(), strict=False)
        if texts
    }


def write_performance_lists(
    book: Any, lists: Mapping[str, Iterable[str]], period: str, plan: str
) -> None:
    """Add the hidden sheet."""
    page = book.create_sheet(LISTS_SHEET)
    page.sheet_state = "hidden"
    for number, (key, texts) in enumerate(lists.items(), start=1):
        write_column(page, number, key, texts)
    number = len(lists) + 1
    for header, value in zip(_USUAL, (period, plan), strict=True):
        write_column(page, number, header, [value])
        number += 1
    for letter in "ABCDEF":
        page.column_dimensions[letter].width = 40
