"""How appraisals and plans look in a terminal: tables, weights and figures with their units."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from kb_service.cli.language import say


def table_of(*titles: str, right: Sequence[int] = ()) -> Table:
    """A plain table; the columns at the places of `right` hold numbers."""
    table = Table(box=None, header_style="dim", padding=(0, 2, 0, 0), show_header=any(titles))
    for place, title in enumerate(titles):
        table.add_column(title, justify="right" if place in right else "left", overflow="fold")
    return table


def percent(ratio: float) -> str:
    """A weight: 0.4 as 40%."""
    return f"{100 * ratio:g}%"


def figure(value: float | None, unit: str | None) -> str:
    """A figure of a KPI with its unit, `–` where there is none."""
    if value is None:
        return "–"
    words = {"s": say(" 秒", " s"), "points": say(" 分", " points"), "%": "%"}
    return f"{value:g}{words.get(unit or '', '')}"
