"""What is easily overlooked in a sheet: contents in rows of the header, and hidden ones."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from openpyxl.utils import get_column_letter

from kb_service.findings import Finding, violation
from kb_service.people_records import plain
from kb_service.sheets.cells import CellValue, is_empty, shown
from kb_service.sheets.extent import Marks
from kb_service.sheets.model_cells import cell_name
from kb_service.sheets.tables import Row, Table

_MOST_NAMED = 10


def overwritten_headers(
    table: Table, header: Sequence[Row], known: Mapping[str, str], columns: Collection[int]
) -> Iterator[Finding]:
    """For each row of the header in which contents were written, that they are not read.

    The first row without labels that stands between others begins with the title of the sheet.
    """
    first, last = header[0].number, header[-1].number
    labelled = {row.number for row in header}
    titled = False
    for row in table.rows():
        if row.number > last:
            return
        if row.number < first:
            continue
        cells = [(n, value) for n, value in enumerate(row.values, start=1) if not is_empty(value)]
        if row.number not in labelled and not titled:
            cells, titled = cells[1:], True
        for number, value in cells:
            if number in columns and not _is_label(value, known):
                yield _overwritten(table.name, row.number, number, value, last)
                break


def _is_label(value: CellValue, known: Mapping[str, str]) -> bool:
    return isinstance(value, str) and plain(value) in known


def _overwritten(sheet: str, row: int, column: int, value: CellValue, last: int) -> Finding:
    return violation(
        f"第 {row} 行是表头，写在这里的“{shown(value)}”没有读取；请从第 {last + 1} 行填起，"
        "再从模板复制表头。",
        f"Row {row} is the header, so {shown(value)!r} was not read; begin in row {last + 1}, and "
        "copy the header from the template.",
        cell_name(sheet, row, column),
        shown(value),
    )


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
