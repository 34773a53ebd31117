"""A workbook that is too large to be read in seconds is refused before it is read."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_service.findings import RefusedInput
from kb_service.sheets import extent
from kb_service.sheets.tables import open_tables
from tests.sheet_catalogue import T12_SHEET, WANG, filled
from tests.test_sheet_faults import faults
from tests.test_sheet_files import archive, with_part

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET = "xl/worksheets/sheet1.xml"
CELL = '<row r="1"><c r="A1" t="inlineStr"><is><t>x</t></is></c></row>'
REST = "; remove what is not needed, or split the file into several."
BROKEN = "This workbook cannot be opened, it may be damaged; save it again as .xlsx."


def with_rows(rows: str) -> bytes:
    """A workbook whose first sheet has these rows."""
    text = f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
    return with_part(filled([WANG]), SHEET, lambda _: text.encode())


def inserted(part: str, before: str, text: str) -> bytes:
    """A workbook in one part of which a text stands before the last `before`."""

    def change(xml: bytes) -> bytes:
        head, mark, rest = xml.rpartition(before.encode())
        return head + text.encode() + mark + rest

    return with_part(filled([WANG]), part, change)


TOO_LARGE: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "rows": (
        lambda: with_rows(CELL * 50_001),
        f"sheet {T12_SHEET}",
        f"Sheet {T12_SHEET}: There are more than 50000 rows, blank ones included",
    ),
    "rows under a prefix": (
        lambda: with_part(
            filled([WANG]),
            SHEET,
            lambda _: (
                f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData>{"<x:row/>" * 50_001}'
                "</x:sheetData></x:worksheet>"
            ).encode(),
        ),
        f"sheet {T12_SHEET}",
        f"Sheet {T12_SHEET}: There are more than 50000 rows, blank ones included",
    ),
    "cells": (
        lambda: with_rows(f"<row>{'<c/>' * 11}</row>" * 46_000),
        f"sheet {T12_SHEET}",
        f"Sheet {T12_SHEET}: There are more than 500000 cells, blank ones included",
    ),
    "blank cells before others": (
        lambda: with_rows('<row><c r="XFD1"/></row>' * 31),
        f"sheet {T12_SHEET}",
        f"Sheet {T12_SHEET}: There are more than 500000 cells, blank ones included",
    ),
    "rows in a part of another name": (
        lambda: archive(
            {
                "[Content_Types].xml": b"<Types/>",
                "sheet.png": b"<!DOCTYPE a><worksheet>" + b"<row/>" * 50_001 + b"</worksheet>",
            }
        ),
        "",
        "There are more than 50000 rows, blank ones included",
    ),
    "texts": (
        lambda: archive(
            {
                "[Content_Types].xml": b"<Types/>",
                "xl/sharedStrings.xml": b"<sst>" + b"<si><t>x</t></si>" * 200_001 + b"</sst>",
            }
        ),
        "",
        "There are more than 200000 different texts",
    ),
    "formats": (
        lambda: inserted("xl/styles.xml", "</cellXfs>", "<xf/>" * 200_001),
        "",
        "There are more than 200000 <xf>",
    ),
    "sheets": (
        lambda: inserted("xl/workbook.xml", "</sheets>", '<sheet name="x"/>' * 200),
        "",
        "There are more than 200 sheets",
    ),
}
NO_WORKBOOK: dict[str, Callable[[], bytes]] = {
    "a document type": lambda: with_part(
        filled([WANG]), SHEET, lambda xml: xml.replace(b"<worksheet", b"<!DOCTYPE a><worksheet", 1)
    ),
    "nested": lambda: with_rows("<a>" * 200 + "</a>" * 200),
    "a sheet that is there twice": lambda: with_part(
        filled([WANG]),
        "xl/workbook.xml",
        lambda xml: xml.replace(b"</sheets>", _first_sheet(xml) + b"</sheets>"),
    ),
}


def _first_sheet(workbook: bytes) -> bytes:
    begin = workbook.index(b"<sheet ")
    return workbook[begin : workbook.index(b"/>", begin) + 2]


def faults_unread(data: bytes) -> list[tuple[str, str]]:
    """Where and what is wrong, found without that the workbook is read into memory."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(openpyxl, "load_workbook", lambda *_, **__: pytest.fail("it was read"))
        return faults(data)


@pytest.mark.parametrize("name", TOO_LARGE)
def test_too_much_of_anything_is_refused_with_its_sheet_and_limit(name: str) -> None:
    make, where, message = TOO_LARGE[name]

    assert faults_unread(make()) == [(where, message + REST)]


@pytest.mark.parametrize("name", NO_WORKBOOK)
def test_what_no_workbook_has_is_refused(name: str) -> None:
    assert faults_unread(NO_WORKBOOK[name]()) == [("", BROKEN)]


def test_pictures_and_drawings_that_are_no_xml_are_none_of_its_business() -> None:
    data = with_part(filled([WANG]), "xl/drawings/commentsDrawing1.vml", lambda _: b"<a><br></a>")

    with open_tables(data, "a.xlsx") as tables:
        assert next(tables[0].rows())


@given(
    places=st.sets(st.tuples(st.integers(1, 6), st.integers(1, 6)), min_size=1),
    most_rows=st.integers(1, 6),
    most_cells=st.integers(1, 36),
)
def test_rows_and_cells_are_counted_as_they_will_be_read(
    places: Iterable[tuple[int, int]], most_rows: int, most_cells: int
) -> None:
    book = openpyxl.Workbook()
    for row, column in places:
        book.worksheets[0].cell(row, column, 1)
    data = io.BytesIO()
    book.save(data)
    with open_tables(data.getvalue(), "a.xlsx") as (table,):
        read = [len(row.values) for row in table.rows()]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(extent, "MAX_ROWS", most_rows)
        patched.setattr(extent, "MAX_CELLS", most_cells)
        refused = False
        try:
            with open_tables(data.getvalue(), "a.xlsx"):
                pass
        except RefusedInput:
            refused = True

    assert refused == (len(read) > most_rows or sum(read) > most_cells)


def test_blank_lines_without_end_are_refused() -> None:
    data = "工号,姓名\n" + "\n" * 1_048_576

    assert faults(data.encode(), "a.csv") == [
        (
            "line 1048577",
            "Line 1048577: There are more than 50000 rows; split them into several files.",
        )
    ]


def test_a_column_beyond_those_that_excel_has_is_refused_at_the_last() -> None:
    data = "工号," * 20_000 + "x\n"

    assert faults(data.encode(), "a.csv") == [
        (
            "line 1, column XFD",
            "Line 1, column XFD: There are more than 300 columns; remove those that are not needed.",
        )
    ]
