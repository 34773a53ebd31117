"""The hidden sheet behind the drop-downs: posts, sources and teams."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kb_service.people_records import Catalogue, Choice, both
from kb_service.sheets.columns import LISTS_SHEET
from kb_service.sheets.teams import TEAM_HEADERS


def list_ranges(catalogue: Catalogue, teams: Iterable[Choice]) -> dict[str, str]:
    """By column key, the cells of the list sheet that its drop-down offers."""
    lengths = {
        "A": len(catalogue.positions),
        "B": len(catalogue.sources),
        "C": len(list(teams)),
    }
    columns = {"post": "A", "candidate-for": "A", "source": "B", "team": "C"}
    return {
        key: f"'{LISTS_SHEET}'!${letter}$2:${letter}${lengths[letter] + 1}"
        for key, letter in columns.items()
        if lengths[letter]
    }


def write_lists(book: Any, catalogue: Catalogue, teams: Iterable[Choice]) -> None:
    """Add the list sheet; it also keeps the id of each team, so that a label finds it again."""
    page = book.create_sheet(LISTS_SHEET)
    page.sheet_state = "hidden"
    listed = list(teams)
    write_column(page, 1, "post", _labels(catalogue.positions))
    write_column(page, 2, "source", _labels(catalogue.sources))
    write_column(page, 3, "team", [both(team) for team in listed])
    for number, header in enumerate(TEAM_HEADERS, start=4):
        texts = [(team.id, team.zh, team.en)[number - 4] for team in listed]
        write_column(page, number, header, texts)
    for letter in "ABCDEF":
        page.column_dimensions[letter].width = 40


def _labels(choices: Mapping[str, Choice]) -> list[str]:
    return [both(choice) for choice in choices.values()]


def write_column(page: Any, number: int, header: str, texts: Iterable[str]) -> None:
    """Write a list with its header into a column."""
    for row, text in enumerate([header, *texts], start=1):
        cell = page.cell(row, number, text)
        cell.data_type = "s"
