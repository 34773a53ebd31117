"""What is easily overlooked in a sheet: contents in rows of the header, under none, and hidden."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from openpyxl.utils import get_column_letter

from kb_service.findings import Finding, violation
from kb_service.people_records import plain
from kb_service.sheets.cells import CellValue, is_empty, shown
from kb_service.sheets.extent import Marks
from kb_service.sheets.model_cells import cell_name
from kb_service.sheets.model_header_rows import HeaderRows, label_of_row
from kb_service.sheets.tables import Row, Table

_MOST_NAMED = 10


def overwritten_headers(
    table: Table,
    header: HeaderRows,
    known: Mapping[str, str],
    labels: Mapping[str, tuple[str, str]],
    columns: Mapping[str, int],
) -> Iterator[Finding]:
    """For each row of the header in which contents were written, what should be there.

    The first row without labels that stands between others begins with the title of the sheet.
    `known` leads from spellings to keys, `labels` and `columns` from keys to labels and numbers.
    """
    keys = {number: key for key, number in columns.items()}
    labelled = {row.number for row in header.rows}
    titled = False
    for row in table.rows():
        if row.number > header.last:
            return
        if row.number < header.rows[0].number:
            continue
        cells = [(n, value) for n, value in enumerate(row.values, start=1) if not is_empty(value)]
        if row.number not in labelled and not titled:
            cells, titled = cells[1:], True
        for number, value in cells:
            if number in keys and not _is_label(value, known):
                key = keys[number]
                label = label_of_row(row.number, key, labels[key])
                where = cell_name(table.name, row.number, number)
                yield _overwritten(where, row.number, value, label, header.last)
                break


def _is_label(value: CellValue, known: Mapping[str, str]) -> bool:
    return isinstance(value, str) and plain(value) in known


def _overwritten(where: str, row: int, value: CellValue, label: str, last: int) -> Finding:
    should_zh = f"，这里应是“{label}”" if label else ""
    should_en = f" and should say {label!r} here" if label else ""
    return violation(
        f"第 {row} 行是表头{should_zh}；写在这里的“{shown(value)}”没有读取。请从模板复制这一行，"
        f"内容从第 {last + 1} 行填起。",
        f"Row {row} is the header{should_en}, so {shown(value)!r} was not read; copy the row from "
        f"the template, and begin in row {last + 1}.",
        where,
        shown(value),
    )


def contents_without_header(table: Table, header: HeaderRows) -> Iterator[Finding]:
    """For each column over which no header stands, that its contents are not read."""
    labelled = {number for row in header.rows for number in _columns_with_contents(row)}
    told: set[int] = set()
    for row in table.rows():
        if row.number > header.last:
            for number in _columns_with_contents(row):
                if number not in labelled | told and len(told) < _MOST_NAMED:
                    told.add(number)
                    yield _without_header(table.name, row, number)


def _columns_with_contents(row: Row) -> list[int]:
    return [number for number, value in enumerate(row.values, start=1) if not is_empty(value)]


def _without_header(sheet: str, row: Row, number: int) -> Finding:
    column, value = get_column_letter(number), shown(row.values[number - 1])
    message = {
        "zh": f"{column} 列没有表头，其中的“{value}”等内容没有读取；请移到有表头的列，或删去这一列。",
        "en": f"Column {column} has no header, so {value!r} and whatever else is in it was not read; "
        "move it under a header, or delete the column.",
    }
    return Finding("warning", message, where=cell_name(sheet, row.number, number), value=value)


def hidden_contents(
    sheet: str, rows: Sequence[Row], columns: Collection[int], marks: Marks
) -> Iterator[Finding]:
    """That hidden rows and hidden columns among `columns` have contents, which are read."""
    if hidden := [row.number for row in rows if row.number in marks.hidden_rows]:
        named = [str(number) for number in hidden]
        yield _hidden(
            f"第 {_listed(named, '、')} 行是隐藏的，内容照样读取",
            f"Hidden rows are read all the same: {_listed(named, ', ')}",
            cell_name(sheet, hidden[0], 1),
        )
    contents = {
        number: row.number
        for row in reversed(rows)
        for number in columns
        if number <= len(row.values) and not is_empty(row.values[number - 1])
    }
    if hidden := sorted(number for number in contents if marks.hides_column(number)):
        named = [get_column_letter(number) for number in hidden]
        yield _hidden(
            f"{_listed(named, '、')} 列是隐藏的，内容照样读取",
            f"Hidden columns are read all the same: {_listed(named, ', ')}",
            cell_name(sheet, contents[hidden[0]], hidden[0]),
        )


def _listed(names: Sequence[str], between: str) -> str:
    more = " …" if len(names) > _MOST_NAMED else ""
    return between.join(names[:_MOST_NAMED]) + more


def _hidden(zh: str, en: str, where: str) -> Finding:
    message = {
        "zh": f"{zh}；请取消隐藏，核对后再提交。",
        "en": f"{en}; unhide them and look at what they say.",
    }
    return Finding("warning", message, where=where)
