"""The sheet that explains the template: how to fill it in, and every column."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil
from typing import Any

from kb_service.people_records import CONTACT, Catalogue, Choice, RatedDimension
from kb_service.sheets.cells import bare
from kb_service.sheets.columns import GUIDE_SHEET, Column
from kb_service.sheets.looks import BANDS, BORDER, CENTRED, OTHER_BAND, WRAPPED, fill, font

_STEPS = (
    (
        "一行写一个人的一次测评。同一个人有多次测评时另起一行，只需重复工号。",
        "One row is one assessment of one person. For a further assessment start a new row and "
        "repeat the id only.",
    ),
    (
        "每一列是一个维度；没有评分的格子留空，空白表示未知，不是零分。",
        "Each column is one dimension. Leave a cell empty when there is no rating: "
        "empty means unknown, not zero.",
    ),
    (
        "岗位、来源和分值可从下拉列表选择；也可以填写编号、中文名或英文名。",
        "Posts, sources and levels can be chosen from lists; ids and labels in either language "
        "are understood too.",
    ),
    (
        "不要使用公式，不要改动表头；不需要的维度列可以整列删除。",
        "Use no formulas and keep the headers; columns of dimensions you do not need may be deleted.",
    ),
    (
        "上传后若有问题，会逐条指出工作表、行和列，全部改好之前不会保存任何内容。",
        "If anything is wrong, every fault is listed with its sheet, row and column; "
        "nothing is stored until all are corrected.",
    ),
)
_HEADINGS = (
    ("列名", "Chinese header", 16),
    ("英文列名", "English header", 26),
    ("编号", "Machine id", 24),
    ("分组", "Group", 22),
    ("含义", "What it is (Chinese)", 46),
    ("英文含义", "What it is (English)", 56),
    ("可填内容", "Allowed values", 40),
    ("示例", "Example", 16),
)


Line = tuple[tuple[str, ...], str]
"""The texts of a line, one under each heading, and the colour of its first cells."""


def write_guide(
    book: Any,
    columns: Sequence[Column],
    dimensions: Sequence[RatedDimension],
    catalogue: Catalogue,
) -> None:
    """Add the sheet with the instructions and a line for every column."""
    lines = [_column_line(column, catalogue) for column in columns]
    lines += [_dimension_line(dimension) for dimension in dimensions]
    write_guide_sheet(book, _STEPS, lines)


def write_guide_sheet(
    book: Any, steps: Sequence[tuple[str, str]], lines: Sequence[Line], title: str = GUIDE_SHEET
) -> None:
    """Add a sheet of this title with instructions in both languages and these lines."""
    page = book.create_sheet(title)
    page.sheet_view.showGridLines = False
    page.cell(1, 1, "如何填写  How to fill in this workbook").font = font(14, bold=True)
    for row, (zh, en) in enumerate(steps, start=2):
        page.cell(row, 1, f"{row - 1}. {zh}").font = font(10)
        page.cell(row, 6, en).font = font(10)
    start = len(steps) + 3
    for number, (zh, en, width) in enumerate(_HEADINGS, start=1):
        cell = page.cell(start, number, f"{zh}\n{en}")
        cell.font, cell.fill = font(10, bold=True, colour="FFFFFF"), fill(BANDS["person"].strong)
        cell.alignment, cell.border = CENTRED, BORDER
        page.column_dimensions["ABCDEFGH"[number - 1]].width = width
    page.row_dimensions[start].height = 32
    for row, (texts, colour) in enumerate(lines, start=start + 1):
        _write_line(page, row, texts, colour)
    page.freeze_panes = page.cell(start + 1, 2)
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = page.PAPERSIZE_A3
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True


def _write_line(page: Any, row: int, texts: tuple[str, ...], colour: str) -> None:
    for number, text in enumerate(texts, start=1):
        cell = page.cell(row, number, text)
        cell.data_type = "s"
        cell.font, cell.alignment, cell.border = font(9, bold=number == 1), WRAPPED, BORDER
        if number <= 4:
            cell.fill = fill(colour)
    page.row_dimensions[row].height = 4 + 13 * max(
        _lines_of(text, width) for text, (_, _, width) in zip(texts, _HEADINGS, strict=True)
    )


def _lines_of(text: str, width: float) -> int:
    """About how many lines a text takes in a column; a Chinese character is two letters wide."""
    return sum(
        max(1, ceil(sum(1 if char.isascii() else 2 for char in line) / width))
        for line in text.split("\n")
    )


def _column_line(column: Column, catalogue: Catalogue) -> Line:
    band = BANDS["person" if column.key in _PERSON_KEYS else "assessment"]
    allowed = {
        "post": _offered(catalogue.positions.values()),
        "candidate-for": _offered(catalogue.positions.values()),
        "source": _offered(catalogue.sources.values()),
        "date": "2026-05-04, 2026/5/4, 2026年5月4日",
        "expires": "2026-05-04, 2026/5/4, 2026年5月4日",
        "scale": ", ".join(catalogue.scales),
    }
    texts = (
        column.zh + (" *" if column.required else ""),
        column.en,
        column.key,
        f"{band.zh} {band.en}",
        column.about_zh,
        column.about_en,
        allowed.get(column.key, ""),
        _example(column, catalogue),
    )
    return texts, band.light


_PERSON_KEYS = ("person", "name", "team", "post", "candidate-for", *CONTACT)


def _example(column: Column, catalogue: Catalogue) -> str:
    offered = {
        "post": catalogue.positions,
        "candidate-for": catalogue.positions,
        "source": catalogue.sources,
    }.get(column.key)
    return next((choice.zh for choice in offered.values()), "") if offered else column.example


def _offered(choices: Iterable[Choice]) -> str:
    return "\n".join(f"{choice.zh} / {choice.en} ({choice.id})" for choice in choices)


def _dimension_line(dimension: RatedDimension) -> Line:
    band = BANDS.get(dimension.part, OTHER_BAND)
    low, high = bare(dimension.minimum), bare(dimension.maximum)
    texts = (
        dimension.zh,
        dimension.en,
        dimension.id,
        f"{band.zh} {band.en}",
        dimension.definition_zh,
        dimension.definition_en,
        f"{low}–{high}，可带一位小数，可留空\n{low}–{high}, one decimal at most, or empty",
        bare((dimension.minimum + dimension.maximum) // 2 + 1),
    )
    return texts, band.light
