"""From the bytes of a position model's workbook to the model, or to every fault in it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from kb_service.findings import Finding, violation
from kb_service.people_records import plain
from kb_service.position_models.choices import ModelChoices
from kb_service.position_models.reading import ReadModel, read_form
from kb_service.position_models.written import Written
from kb_service.sheets.columns import LISTS_SHEET
from kb_service.sheets.extent import marks_in
from kb_service.sheets.model_cells import cell_name, place_in_order
from kb_service.sheets.model_layout import (
    DUTIES,
    EXAMPLE_SHEET,
    FORM_LINES,
    FORM_NAMES,
    FORM_SHEET,
    GUIDE_SHEET,
    REQUIREMENTS,
    STATEMENTS_SHEET,
    TABLES,
)
from kb_service.sheets.model_sheet_names import sheet_meant
from kb_service.sheets.model_tables import SheetReader
from kb_service.sheets.tables import Table, open_tables, refuse

_PASSED_BY = frozenset(map(plain, (GUIDE_SHEET, EXAMPLE_SHEET, LISTS_SHEET)))
_FORM = "form"
_STATEMENTS = "statements"
_NOWHERE = cell_name(FORM_SHEET, 1, 1)
"""The place of what is missing with the whole sheet about the position."""


def is_model_workbook(data: bytes, filename: str) -> bool:
    """Whether a workbook has a sheet that only those of position models have.

    Raises RefusedInput for a file that cannot be opened.
    """
    with open_tables(data, filename) as tables:
        return any(plain(table.name) in FORM_NAMES | _table_names() for table in tables)


def read_model_workbook(data: bytes, filename: str, choices: ModelChoices) -> ReadModel:
    """The model in a workbook; the place of each fault is a cell.

    Raises RefusedInput for a file that is no workbook, or has no sheet of a model.
    """
    if not data.startswith(b"PK"):
        with open_tables(data, filename):
            raise refuse(
                "岗位模型的表格应是 .xlsx 工作簿；请用 rengang template model 取得模板。",
                "A position model comes as an .xlsx workbook; rengang template model writes one to "
                "fill in.",
            )
    with open_tables(data, filename) as tables:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            reader = SheetReader(marks_in(archive))
        sheets = _Sheets.of(tables, reader.findings)
        written = _written(sheets, reader)
    read = read_form(written, choices)
    missing = _missing(sheets, read, choices)
    told = [finding for finding in read.findings if finding.where != _NOWHERE]
    findings = [*sheets.notes, *missing, *reader.findings, *told]
    order = {table.name: number for number, table in enumerate(tables)}
    findings.sort(key=lambda finding: place_in_order(finding.where, order))
    return replace(read, findings=tuple(findings))


def _table_names() -> frozenset[str]:
    return frozenset(name for plan in REQUIREMENTS for name in plan.names)


@dataclass
class _Sheets:
    """The sheets of a workbook by what they are, with what is wrong with their number."""

    found: dict[str, Table] = field(default_factory=dict)
    notes: list[Finding] = field(default_factory=list)

    @classmethod
    def of(cls, tables: Iterable[Table], findings: list[Finding]) -> _Sheets:
        sheets = cls()
        known = {
            **dict.fromkeys(FORM_NAMES, _FORM),
            **{name: plan.section for plan in TABLES for name in plan.names},
            plain(STATEMENTS_SHEET): _STATEMENTS,
        }
        others = []
        for table in tables:
            name = plain(table.name)
            if name in _PASSED_BY or next(table.rows(), None) is None:
                continue
            if name not in known:
                others.append(table)
            elif known[name] in sheets.found:
                findings.append(_sheet_twice(table, sheets.found[known[name]]))
            else:
                sheets._add(known[name], table, findings)
        for table in others:
            sheets._look_into(table, findings)
        return sheets

    def _add(self, section: str, table: Table, findings: list[Finding]) -> None:
        if table.hidden:
            findings.append(_hidden(table))
        self.found[section] = table

    def _look_into(self, table: Table, findings: list[Finding]) -> None:
        """Take a sheet of another name for what its header says that it is."""
        meant = sheet_meant(table)
        if meant is None:
            self.notes.append(_not_read(table))
        elif meant.section in self.found:
            self.notes.append(_alike(table, self.found[meant.section]))
        else:
            self.notes.append(_renamed(table, meant.title))
            self._add(meant.section, table, findings)


def _written(sheets: _Sheets, reader: SheetReader) -> Written:
    """The whole workbook as one form."""
    form = reader.form(sheets.found[_FORM]) if _FORM in sheets.found else {}
    where = cell_name(sheets.found[_FORM].name, 4, 1) if _FORM in sheets.found else _NOWHERE
    said: dict[str, Written] = {}
    position: dict[str, Written] = {}
    for line in FORM_LINES:
        holder = position if line.holder == "position" else said
        holder[line.field.name] = form.get(line.key, Written(None, where))
    for plan in TABLES:
        if plan.section in sheets.found:
            holder = position if plan is DUTIES else said
            holder[plan.section] = reader.table(sheets.found[plan.section], plan)
    if _STATEMENTS in sheets.found:
        said |= reader.statements(sheets.found[_STATEMENTS])
    said["position"] = Written(position, where)
    return Written(said, where)


def _missing(sheets: _Sheets, read: ReadModel, choices: ModelChoices) -> list[Finding]:
    """The sheets that a model of this framework has and this workbook has not."""
    if _FORM not in sheets.found:
        return [_no_sheet(FORM_SHEET)]
    framework = read.model.framework if read.model else ""
    kinds = choices.kinds_of(framework) if framework else ()
    expected = [DUTIES, *(plan for plan in REQUIREMENTS if plan.kind in kinds)]
    return [_no_sheet(plan.title) for plan in expected if plan.section not in sheets.found]


def _no_sheet(title: str) -> Finding:
    return violation(
        f"没有工作表“{title}”；请从模板复制过来，没有内容可以只留表头。",
        f"The sheet {title} is missing; copy it from the template, with nothing but its header if "
        "there is nothing to say.",
        title,
    )


def _not_read(table: Table) -> Finding:
    return Finding(
        "info",
        {
            "zh": f"工作表“{table.name}”不属于岗位模型，没有读取。",
            "en": f"The sheet {table.name} is no part of a position model and was not read.",
        },
        where=table.name,
    )


def _renamed(table: Table, title: str) -> Finding:
    return Finding(
        "warning",
        {
            "zh": f"工作表“{table.name}”按表头当作“{title}”读取；请把表名改为“{title}”。",
            "en": f"The sheet {table.name} was read as {title}, whose header it has; name it {title}.",
        },
        where=table.name,
    )


def _alike(table: Table, read: Table) -> Finding:
    return Finding(
        "warning",
        {
            "zh": f"工作表“{table.name}”的表头与“{read.name}”相同，没有读取；请把内容并入“{read.name}”，"
            "或删去这张表。",
            "en": f"The sheet {table.name} has the header of {read.name} and was not read; move what "
            f"it says to {read.name}, or delete it.",
        },
        where=table.name,
    )


def _hidden(table: Table) -> Finding:
    return violation(
        f"工作表“{table.name}”是隐藏的；请取消隐藏，看过内容后再提交。",
        f"The sheet {table.name} is hidden; unhide it, look at what it says, and hand it in again.",
        table.name,
    )


def _sheet_twice(table: Table, earlier: Table) -> Finding:
    return violation(
        f"工作表“{table.name}”与“{earlier.name}”是同一种；请合成一张。",
        f"The sheets {table.name} and {earlier.name} are of the same kind; make them one.",
        table.name,
    )
