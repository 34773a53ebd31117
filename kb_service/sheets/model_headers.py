"""A sheet of a position model's workbook whose columns are understood."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kb_service.findings import Finding, violation
from kb_service.people_records import plain
from kb_service.position_models.written import TOLD, Written
from kb_service.sheets.cells import is_empty, shown
from kb_service.sheets.extent import Marks
from kb_service.sheets.header_rows import texts_by_column
from kb_service.sheets.model_cells import cell_name, covered_cells, written_in
from kb_service.sheets.model_header_rows import (
    HeaderRows,
    found_header,
    repeated_header,
    repeats_header,
)
from kb_service.sheets.model_remarks import (
    contents_without_header,
    hidden_contents,
    overwritten_headers,
)
from kb_service.sheets.tables import Row, Table


@dataclass(frozen=True)
class Header:
    """What the header of a sheet must have and may have."""

    spellings: Mapping[str, str]
    """From each way to write the label of a column to its key."""
    labels: Mapping[str, tuple[str, str]]
    """By key, the labels of all columns."""
    needed: tuple[str, ...]
    """The columns without which nothing can be read."""
    behind: tuple[str, ...] = ()
    """The columns that are for programs, which people may well hide."""
    goes_on: bool = False
    """Whether what stands in the last column goes on to the right of it."""


@dataclass(frozen=True)
class BoundTable:
    """A sheet with the number of each column by key; data begins after row `last_row`."""

    table: Table
    columns: Mapping[str, int]
    last_row: int
    covered: Mapping[tuple[int, int], tuple[int, int]]
    repeated: frozenset[int] = frozenset()
    """The rows that say nothing but the header again."""

    @property
    def where(self) -> str:
        """The place of the header."""
        return cell_name(self.table.name, self.last_row, 1)

    def rows(self) -> Iterator[Row]:
        """The rows that say something under a column that is understood."""
        for row in self.table.rows():
            is_below = row.number > self.last_row and row.number not in self.repeated
            if is_below and not self._says_nothing(row):
                yield row

    def cell(self, row: Row, key: str, is_number: bool = False) -> Written:
        """What a row says under a column; nothing, with the row's place, when there is no such."""
        number = self.columns.get(key)
        if number is None:
            return Written(None, cell_name(self.table.name, row.number, 1))
        where = cell_name(self.table.name, row.number, number)
        if (row.number, number) in self.covered:
            return Written(TOLD, where)
        value = row.values[number - 1] if number <= len(row.values) else None
        return written_in(value, where, is_number)

    def _says_nothing(self, row: Row) -> bool:
        return all(
            is_empty(row.values[number - 1])
            for number in self.columns.values()
            if number <= len(row.values)
        )


def bind(table: Table, header: Header, marks: Marks, findings: list[Finding]) -> BoundTable | None:
    """The sheet with its columns, None when it has no header; what is wrong is added to findings."""
    found = found_header(table, header.spellings, header.needed or tuple(header.labels))
    if found is None:
        findings.append(_no_header(table, header))
        return None
    columns, changed = _columns(table, header, found, findings)
    last_row = found.last
    labelled = {key: number for key, number in columns.items() if key not in changed}
    findings += overwritten_headers(table, found, header.spellings, header.labels, labelled)
    covered = covered_cells(marks)
    _report_merged(table, last_row, covered, findings)
    copies = [
        row
        for row in table.rows()
        if row.number > last_row and repeats_header(row, columns, header.spellings)
    ]
    findings += [repeated_header(table.name, row) for row in copies]
    repeated = frozenset(row.number for row in copies)
    bound = BoundTable(table, columns, last_row, covered, repeated)
    if not header.goes_on:
        findings += contents_without_header(table, found)
    shown_in_part = [number for key, number in columns.items() if key not in header.behind]
    findings += hidden_contents(table.name, list(bound.rows()), shown_in_part, marks)
    return bound


def _columns(
    table: Table, header: Header, found: HeaderRows, findings: list[Finding]
) -> tuple[dict[str, int], frozenset[str]]:
    """The number of each column by key, and which of them have another label than they should.

    One whose label was changed is still what it was.
    """
    columns: dict[str, int] = {}
    unknown: dict[int, str] = {}
    last = found.rows[-1].number
    for number, labels in sorted(texts_by_column(list(found.rows)).items()):
        keys = {header.spellings[plain(text)] for text in labels if plain(text) in header.spellings}
        where = cell_name(table.name, last, number)
        if not keys:
            unknown[number] = labels[0]
        elif len(keys) > 1:
            findings.append(_disagreeing(labels, where))
        elif (key := keys.pop()) in columns:
            findings.append(_twin(cell_name(table.name, last, columns[key]), where))
        else:
            columns[key] = number
    lacking = [key for key in header.needed if key not in columns]
    changed = set()
    places = {key: number for number, key in enumerate(header.labels, start=1)}
    for key in lacking:
        if (number := places[key]) in unknown:
            where = cell_name(table.name, last, number)
            findings.append(_changed(unknown.pop(number), header.labels[key], where))
            columns[key] = number
            changed.add(key)
        else:
            findings.append(_lacking(header.labels[key], cell_name(table.name, last, 1)))
    for number, label in unknown.items():
        findings.append(_unknown(label, cell_name(table.name, last, number), header))
    return columns, frozenset(changed)


def _report_merged(
    table: Table,
    last_row: int,
    covered: Mapping[tuple[int, int], tuple[int, int]],
    findings: list[Finding],
) -> None:
    """Tell of each merged cell that reaches below the header, once."""
    for row, column in dict.fromkeys(
        first for (row, _), first in covered.items() if row > last_row
    ):
        findings.append(
            violation(
                "这里合并了单元格；请取消合并，再逐格填写。",
                "Cells are merged here; unmerge them and fill in each.",
                cell_name(table.name, row, column),
            )
        )


def _no_header(table: Table, header: Header) -> Finding:
    zh, en = header.labels[header.needed[0] if header.needed else next(iter(header.labels))]
    return violation(
        f"工作表“{table.name}”没有表头，要有“{zh}”一列；请从模板复制这张表。",
        f"The sheet {table.name} has no header with a column {en!r}; copy the sheet from the "
        "template.",
        cell_name(table.name, 1, 1),
    )


def _lacking(labels: tuple[str, str], where: str) -> Finding:
    zh, en = labels
    return violation(
        f"缺少“{zh}”这一列；请从模板复制表头。",
        f"The column {en!r} is missing; copy the header from the template.",
        where,
    )


def _changed(label: str, labels: tuple[str, str], where: str) -> Finding:
    zh, en = labels
    return violation(
        f"这一列的表头应是“{zh}”，而不是“{shown(label)}”；请从模板复制表头。",
        f"The header of this column should be {en!r} instead of {shown(label)!r}; copy it from the "
        "template.",
        where,
        shown(label),
    )


def _unknown(label: str, where: str, header: Header) -> Finding:
    close = difflib.get_close_matches(plain(label), header.spellings, 1)
    zh, en = header.labels[header.spellings[close[0]]] if close else ("", "")
    return violation(
        f"不认识“{shown(label)}”这一列；"
        + (f"是否想写“{zh}”？" if close else "")
        + "请改用模板里的列名，或删去这一列。",
        f"The column {shown(label)!r} is unknown. "
        + (f"Did you mean {en!r}? " if close else "")
        + "Use a header of the template, or delete the column.",
        where,
        shown(label),
    )


def _disagreeing(labels: list[str], where: str) -> Finding:
    return violation(
        f"这一列的几行表头说法不一：{'、'.join(labels)}；请只留一种。",
        f"The header rows of this column disagree: {', '.join(labels)}; keep one.",
        where,
    )


def _twin(earlier: str, where: str) -> Finding:
    return violation(
        f"这一列与 {earlier} 那一列重复；请删去其中一列。",
        f"This column repeats that of {earlier}; delete one of them.",
        where,
    )
