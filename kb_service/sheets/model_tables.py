"""The tables and the form of a position model's workbook as what was written in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kb_service.findings import Finding, violation
from kb_service.people_records import plain
from kb_service.position_models.fields import Field, Takes
from kb_service.position_models.model import LANGUAGES
from kb_service.position_models.written import TOLD, Unusable, Written, clean
from kb_service.sheets.cells import shown
from kb_service.sheets.extent import Marks
from kb_service.sheets.model_cells import cell_name
from kb_service.sheets.model_headers import BoundTable, Header, bind
from kb_service.sheets.model_layout import (
    FORM_COLUMNS,
    FORM_LINES,
    STATEMENT_COLUMNS,
    STATEMENT_USES,
    FormLine,
    TablePlan,
    form_spellings,
)
from kb_service.sheets.tables import Row, Table

_NOT_CONTENT = ("key", "item", "item.en", "about", "about.en")
"""The columns of the form in which nobody writes."""
_NUMBERS = (Takes.RANK, Takes.LEVEL, Takes.WEIGHT)


@dataclass(frozen=True)
class SheetReader:
    """Reads sheets, adding what is wrong with them to the findings."""

    marks: Mapping[str, Marks]
    findings: list[Finding] = field(default_factory=list)

    def table(self, table: Table, plan: TablePlan) -> Written:
        """The records of a table, one from each row."""
        header = Header(
            plan.spellings,
            {column.key: (column.zh, column.en) for column in plan.columns},
            tuple(column.key for column in plan.columns if column.is_needed),
        )
        bound = self._bind(table, header)
        if bound is None:
            return Written((), cell_name(table.name, 1, 1))
        told = list(bound.rows())
        free = (told[-1].number if told else bound.last_row) + 1
        rows = tuple(self._record(bound, row, plan) for row in told)
        return Written(rows, cell_name(table.name, free, 1))

    def _record(self, bound: BoundTable, row: Row, plan: TablePlan) -> Written:
        said = {}
        for each in plan.fields:
            if each.takes is Takes.TEXT:
                pieces = {
                    language: bound.cell(row, f"{each.name}.{language}") for language in LANGUAGES
                }
                said[each.name] = Written(pieces, pieces["zh"].where)
            elif each.name not in bound.columns and each.takes is Takes.TIER:
                said[each.name] = Written(None, bound.where)
            elif each.name not in bound.columns and each.required:
                said[each.name] = Written(TOLD, bound.where)
            else:
                said[each.name] = bound.cell(row, each.name, each.takes in _NUMBERS)
        return Written(said, cell_name(bound.table.name, row.number, 1))

    def form(self, table: Table) -> dict[str, Written]:
        """By key, what the lines about position and model say."""
        header = Header(_form_headers(), FORM_COLUMNS, ("zh",), _NOT_CONTENT)
        bound = self._bind(table, header)
        if bound is None:
            return {}
        found: dict[str, Written] = {}
        spellings = form_spellings()
        lines = {line.key: line for line in FORM_LINES}
        for row in bound.rows():
            key = self._line(bound, row, spellings)
            if key in found:
                where = cell_name(table.name, row.number, 1)
                self.findings.append(_line_twice(lines[key], where))
            elif key:
                found[key] = self._content(bound, row, lines[key].field)
        return found

    def _line(self, bound: BoundTable, row: Row, spellings: Mapping[str, str]) -> str:
        """The key of the line that a row is; empty, and told, when it is none but says something."""
        named = [bound.cell(row, key) for key in ("key", "item", "item.en")]
        for each in named:
            if isinstance(each.value, str) and plain(each.value) in spellings:
                return spellings[plain(each.value)]
        content = [bound.cell(row, key) for key in ("zh", "en")]
        if not all(each.is_empty for each in content):
            label = next((each for each in named if not each.is_empty), content[0])
            self.findings.append(_unknown_line(label))
        return ""

    def _content(self, bound: BoundTable, row: Row, of: Field) -> Written:
        zh, en = (bound.cell(row, key) for key in ("zh", "en"))
        if of.takes is Takes.TEXT:
            return Written({"zh": zh, "en": en}, zh.where)
        if zh.is_empty:
            return zh if en.is_empty else en
        if not en.is_empty and not isinstance(en.value, Unusable) and en.value != zh.value:
            self.findings.append(
                en.fault(
                    f"“{of.zh}”只填一格；请清空这里，内容写在 {zh.where}。",
                    f"{of.en} takes one cell; empty this one and write in {zh.where}.",
                )
            )
        return zh

    def statements(self, table: Table) -> dict[str, Written]:
        """The lines of statements that are added to what the form says, and those taken out."""
        spellings = {
            plain(text): key for key, labels in STATEMENT_COLUMNS.items() for text in (key, *labels)
        }
        header = Header(spellings, STATEMENT_COLUMNS, ("use", "statement"), goes_on=True)
        bound = self._bind(table, header)
        found: dict[str, list[Written]] = {name: [] for name in STATEMENT_USES}
        for row in bound.rows() if bound else ():
            assert bound is not None
            use = bound.cell(row, "use")
            name = _use(use.value)
            if name:
                found[name].append(_whole_statement(bound, row))
            else:
                self.findings.append(_unknown_use(use))
        return {name: Written(tuple(lines), "") for name, lines in found.items() if lines}

    def _bind(self, table: Table, header: Header) -> BoundTable | None:
        return bind(table, header, self.marks.get(table.name, Marks()), self.findings)


def _form_headers() -> dict[str, str]:
    return {plain(text): key for key, labels in FORM_COLUMNS.items() for text in (key, *labels)}


def _whole_statement(bound: BoundTable, row: Row) -> Written:
    """A statement, which may go on in the cells to the right."""
    first = bound.columns.get("statement", 1)
    cells = row.values[first - 1 :]
    text = "".join(value for value in cells if isinstance(value, str))
    return Written(text, cell_name(bound.table.name, row.number, first))


def _use(value: object) -> str:
    written = plain(clean(value)) if isinstance(value, str) else ""
    for name, use in STATEMENT_USES.items():
        if written in {name, plain(use), *map(plain, use.split(" ", 1))}:
            return name
    return ""


def _unknown_use(use: Written) -> Finding:
    add, leave_out = STATEMENT_USES.values()
    return use.fault(f"请写“{add}”或“{leave_out}”。", f"Write {add!r} or {leave_out!r} here.")


def _unknown_line(label: Written) -> Finding:
    return label.fault(
        "不认识这一项；请改用模板里的项目名称，或删去这一行。",
        "This item is unknown; use an item of the template, or delete the row.",
    )


def _line_twice(line: FormLine, where: str) -> Finding:
    return violation(
        f"“{line.zh}”写了两次；请只留一行。",
        f"{line.en} is there twice; keep one row.",
        where,
        shown(line.key),
    )
