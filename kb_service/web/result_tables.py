"""The first rows of a query's answer as a page shows them: things as links, and numbers as bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from kb_service.knowledge_base.terms import prefixed
from kb_service.store.sparql_worker import Cell, CellKind, Rows
from kb_service.vocabulary import BASE
from kb_service.web.language import said
from kb_service.web.ontology_pages import address_of

_MOST_BARS = 40
Labels = Mapping[str, Mapping[str, str]]
"""From IRIs to what they are called."""


@dataclass(frozen=True)
class ShownCell:
    """A value, the page about it where there is one, and what it is called."""

    text: str
    address: str = ""
    label: str = ""
    is_number: bool = False
    is_missing: bool = False


@dataclass(frozen=True)
class Bar:
    """A number as a bar: where it begins and how long it is, in hundredths of the width."""

    label: str
    value: str
    start: float
    length: float
    is_negative: bool


@dataclass(frozen=True)
class BarChart:
    """What is drawn of a table: one column names the bars, another gives their lengths."""

    names: str
    values: str
    bars: tuple[Bar, ...]
    left_out: int
    """How many rows with a number are not drawn, as there are too many."""


@dataclass(frozen=True)
class ShownTable:
    """A table, and a chart of it where it has a column of numbers and one that names them."""

    columns: tuple[str, ...]
    rows: tuple[tuple[ShownCell, ...], ...]
    is_number: tuple[bool, ...]
    """Of each column whether it holds numbers."""
    cut: bool
    chart: BarChart | None


def shown_table(found: Rows, labels: Labels) -> ShownTable:
    """The rows with links to the pages of our terms, and a chart of the first numbers in them."""
    rows = tuple(tuple(_shown(cell, labels) for cell in row) for row in found.rows)
    is_number = tuple(
        _is_all(found.rows, column, CellKind.NUMBER) for column in range(len(found.columns))
    )
    return ShownTable(found.columns, rows, is_number, found.cut, _chart(found, rows, is_number))


def _shown(cell: Cell, labels: Labels) -> ShownCell:
    if cell.kind is not CellKind.THING:
        missing = cell.kind is CellKind.NOTHING
        return ShownCell(cell.text, is_number=cell.kind is CellKind.NUMBER, is_missing=missing)
    prefix, local = prefixed(cell.text)
    label = said(labels.get(cell.text))
    if not prefix:
        return ShownCell(cell.text, label=label)
    is_ours = cell.text.startswith(BASE)
    address = address_of(cell.text, prefix, local) if is_ours else ""
    return ShownCell(f"{prefix}:{local}", address, label)


def _is_all(rows: Sequence[Sequence[Cell]], column: int, kind: CellKind) -> bool:
    """Whether a column holds something, and nothing of another kind."""
    kinds = {row[column].kind for row in rows} - {CellKind.NOTHING}
    return kinds == {kind}


def _chart(
    found: Rows, rows: Sequence[Sequence[ShownCell]], is_number: Sequence[bool]
) -> BarChart | None:
    if True not in is_number or False not in is_number:
        return None
    measured = is_number.index(True)
    naming = _naming_column(found, is_number)
    values = [(row, _number(row[measured].text)) for row in rows]
    known = [(row, value) for row, value in values if value is not None]
    if not known:
        return None
    drawn = known[:_MOST_BARS]
    numbers = [value for _, value in drawn]
    lowest, highest = min(Decimal(0), *numbers), max(Decimal(0), *numbers)
    bars = tuple(
        _bar(row[naming], row[measured], value, lowest, highest - lowest) for row, value in drawn
    )
    names = (found.columns[naming], found.columns[measured])
    return BarChart(*names, bars, len(known) - len(drawn))


def _naming_column(found: Rows, is_number: Sequence[bool]) -> int:
    """The first column of texts, or else the first that holds no numbers."""
    texts = (
        column for column in range(len(found.columns)) if _is_all(found.rows, column, CellKind.TEXT)
    )
    return next(texts, is_number.index(False))


def _number(text: str) -> Decimal | None:
    """The number in a text; None for what has no length, such as INF and NaN."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _bar(
    name: ShownCell, value: ShownCell, number: Decimal, lowest: Decimal, width: Decimal
) -> Bar:
    start, length = min(number, Decimal(0)) - lowest, abs(number)
    return Bar(
        name.label or name.text,
        value.text,
        _hundredths(start, width),
        _hundredths(length, width),
        number < 0,
    )


def _hundredths(part: Decimal, whole: Decimal) -> float:
    return float(round(100 * part / whole, 2)) if whole else 0.0
