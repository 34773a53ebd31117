"""From the bytes of a study's workbook to the study, or to every fault in it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from kb_service.findings import Finding, RefusedInput, violation
from kb_service.people_records import Unreadable, plain
from kb_service.sheets.cells import CellValue, is_empty, shown
from kb_service.sheets.columns import GUIDE_SHEET, LISTS_SHEET
from kb_service.sheets.extent import Marks, marks_in
from kb_service.sheets.model_cells import cell_name
from kb_service.sheets.model_headers import BoundTable, Header, bind
from kb_service.sheets.places import MAX_FINDINGS
from kb_service.sheets.study_cells import read_cell
from kb_service.sheets.tables import Row as SheetRow
from kb_service.sheets.tables import Table, open_tables, refuse
from kb_service.study_records.kinds import KINDS
from kb_service.study_records.layout import Column, StudyChoices, StudyKind, TablePlan, Takes
from kb_service.study_records.records import Row, StudyRecord, Value, row_iri
from kb_service.study_records.table_names import STUDY

_PASSED_BY = frozenset(map(plain, (GUIDE_SHEET, LISTS_SHEET)))


@dataclass(frozen=True)
class ReadStudy:
    """A study without a fault, where each of its rows stands by IRI, and what else to tell."""

    record: StudyRecord
    places: Mapping[str, str]
    notes: tuple[Finding, ...] = ()


@dataclass
class _Reading:
    """Rows as they are read, each with the place of its cells, and the faults found."""

    choices: StudyChoices
    today: date
    marks: Mapping[str, Marks]
    rows: dict[str, list[Row]] = field(default_factory=dict)
    cells: dict[str, list[Mapping[str, str]]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def is_study_workbook(data: bytes, filename: str) -> bool:
    """Whether a workbook has the sheet that only studies have, about the study itself.

    Raises RefusedInput for a file that cannot be opened.
    """
    abouts = {kind.table(STUDY) for kind in KINDS.values()}
    names = {plain(text) for plan in abouts for text in (plan.title, plan.zh, plan.en)}
    with open_tables(data, filename) as tables:
        return any(plain(table.name) in names for table in tables)


def read_study_workbook(
    data: bytes, filename: str, choices: StudyChoices, today: date
) -> ReadStudy:
    """The study in a workbook; the place of each fault is a cell.

    Which kind of study it is follows from its sheets. Raises RefusedInput with every fault.
    """
    if not data.startswith(b"PK"):
        with open_tables(data, filename):
            raise refuse(
                "研究数据应是 .xlsx 工作簿；请用 rengang template study 取得模板。",
                "A study comes as an .xlsx workbook; rengang template study writes one to fill in.",
            )
    with open_tables(data, filename) as tables:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            reading = _Reading(choices, today, marks_in(archive))
        kind, sheets = _kind(tables)
        notes = [_not_read(t) for t in tables if t not in sheets.values() and _says_something(t)]
        for plan in kind.tables:
            _read_table(sheets[plan.name], plan, reading)
    _check_whole(kind, reading)
    if reading.findings:
        raise RefusedInput(tuple(reading.findings[:MAX_FINDINGS]))
    record = StudyRecord(kind, {name: tuple(rows) for name, rows in reading.rows.items()})
    return ReadStudy(record, _places(record, reading), tuple(notes))


def _kind(tables: Sequence[Table]) -> tuple[StudyKind, dict[str, Table]]:
    """The kind of study whose sheets are all there. Raises RefusedInput."""
    named = {plain(table.name): table for table in tables if not table.hidden}
    nearest: tuple[int, int, StudyKind, list[TablePlan]] | None = None
    for kind in KINDS.values():
        found = {plan.name: table for plan in kind.tables if (table := _sheet(plan, named))}
        missing = [plan for plan in kind.tables if plan.name not in found]
        if not missing:
            return kind, found
        if nearest is None or (len(missing), -len(found)) < nearest[:2]:
            nearest = len(missing), -len(found), kind, missing
    assert nearest is not None
    _, _, kind, missing = nearest
    raise RefusedInput([_no_sheet(kind, plan) for plan in missing])


def _sheet(plan: TablePlan, named: Mapping[str, Table]) -> Table | None:
    for spelling in (plan.title, plan.zh, plan.en):
        if plain(spelling) in named:
            return named[plain(spelling)]
    return None


def _says_something(table: Table) -> bool:
    return plain(table.name) not in _PASSED_BY and next(table.rows(), None) is not None


def _read_table(table: Table, plan: TablePlan, reading: _Reading) -> None:
    reading.rows[plan.name], reading.cells[plan.name] = [], []
    header = Header(
        {plain(text): c.name for c in plan.columns for text in (c.name, c.zh, c.en)},
        {column.name: (column.zh, column.en) for column in plan.columns},
        tuple(column.name for column in plan.columns if column.needed),
    )
    bound = bind(table, header, reading.marks.get(table.name, Marks()), reading.findings)
    if bound is None:
        return
    for sheet_row in bound.rows():
        row, cells = _read_row(bound, sheet_row, plan, reading)
        reading.rows[plan.name].append(row)
        reading.cells[plan.name].append(cells)


def _read_row(
    bound: BoundTable, sheet_row: SheetRow, plan: TablePlan, reading: _Reading
) -> tuple[Row, Mapping[str, str]]:
    row: dict[str, Value] = {}
    cells: dict[str, str] = {}
    for column in plan.columns:
        number = bound.columns.get(column.name)
        if number is None:
            continue
        where = cells[column.name] = cell_name(bound.table.name, sheet_row.number, number)
        if (sheet_row.number, number) in bound.covered:
            continue
        value = sheet_row.values[number - 1] if number <= len(sheet_row.values) else None
        if is_empty(value):
            if column.needed:
                reading.findings.append(_empty(column, where))
            continue
        try:
            row[column.name] = read_cell(value, column, reading.choices, reading.today)
        except Unreadable as fault:
            reading.findings.append(violation(fault.zh, fault.en, where, shown(value)))
    return row, cells


def _check_whole(kind: StudyKind, reading: _Reading) -> None:
    """Add what is wrong between rows: too few of them, codes given twice, codes of nothing."""
    free = [plan for plan in kind.tables if not plan.needed and not plan.is_listing]
    if free and not any(reading.rows[plan.name] for plan in free):
        reading.findings.append(_nothing_settled(free))
    for plan in kind.tables:
        rows = reading.rows[plan.name]
        if not rows and plan.needed:
            reading.findings.append(_no_rows(plan))
        if not plan.role and len(rows) > 1:
            reading.findings.append(_one_study(plan))
        reading.findings += _given_twice(plan, reading)
        for column in plan.columns:
            if column.takes is Takes.REFERENCE:
                reading.findings += _of_nothing(kind, plan, column, reading)


def _given_twice(plan: TablePlan, reading: _Reading) -> Iterator[Finding]:
    first: dict[tuple[Value, ...], str] = {}
    for row, cells in zip(reading.rows[plan.name], reading.cells[plan.name], strict=True):
        if not all(name in row for name in plan.key):
            continue
        key, where = tuple(row[name] for name in plan.key), cells[plan.key[-1]]
        if first.setdefault(key, where) != where:
            written = " ".join(map(str, key))
            yield violation(
                f"“{written}”与 {first[key]} 重复；请只留一行。",
                f"{written} repeats {first[key]}; keep one of the rows.",
                where,
                written,
            )


def _of_nothing(
    kind: StudyKind, plan: TablePlan, column: Column, reading: _Reading
) -> Iterator[Finding]:
    """References to codes that the other table does not have."""
    target = kind.table(column.table)
    known = {row["code"] for row in reading.rows[target.name] if "code" in row}
    for row, cells in zip(reading.rows[plan.name], reading.cells[plan.name], strict=True):
        code = row.get(column.name)
        if code is not None and code not in known:
            yield violation(
                f"工作表“{target.title}”里没有代号“{code}”；请在那里补一行，或改正这里。",
                f"The sheet {target.title} has no code {code!r}; add a row there, or correct it here.",
                cells[column.name],
                str(code),
            )


def _places(record: StudyRecord, reading: _Reading) -> dict[str, str]:
    """By the IRI of each row, the place of its first cell."""
    return {
        row_iri(record.id, plan, row).value: next(iter(cells.values()))
        for plan in record.kind.tables
        for row, cells in zip(reading.rows[plan.name], reading.cells[plan.name], strict=True)
    }


def _empty(column: Column, where: str) -> Finding:
    example: CellValue = column.example
    return violation(
        f"请填写“{column.zh}”，例如 {example}。",
        f"Fill in {column.en!r}, such as {example}.",
        where,
    )


def _no_rows(plan: TablePlan) -> Finding:
    return violation(
        f"工作表“{plan.title}”没有内容；请至少填一行。",
        f"The sheet {plan.title} says nothing; fill in one row at least.",
        plan.title,
    )


def _nothing_settled(plans: Sequence[TablePlan]) -> Finding:
    zh, en = "、".join(plan.title for plan in plans), ", ".join(plan.title for plan in plans)
    return violation(
        f"这些工作表都没有内容：{zh}；请至少填其中一张。",
        f"These sheets all say nothing: {en}; fill in one of them at least.",
        plans[0].title,
    )


def _one_study(plan: TablePlan) -> Finding:
    return violation(
        f"工作表“{plan.title}”只写一行；每项研究用一个工作簿。",
        f"The sheet {plan.title} takes one row; each study has a workbook of its own.",
        plan.title,
    )


def _no_sheet(kind: StudyKind, plan: TablePlan) -> Finding:
    return violation(
        f"没有工作表“{plan.title}”，不能作为“{kind.zh}”读取；请用 rengang template study --kind "
        f"{kind.id} 取得模板。",
        f"The sheet {plan.title} is missing, so this cannot be read as: {kind.en}; rengang template "
        f"study --kind {kind.id} writes a template.",
        plan.title,
    )


def _not_read(table: Table) -> Finding:
    return Finding(
        "info",
        {
            "zh": f"工作表“{table.name}”不属于这项研究，没有读取。",
            "en": f"The sheet {table.name} is no part of the study and was not read.",
        },
        where=table.name,
    )
