"""A small catalogue for tests of spreadsheets, and workbooks filled as a person would."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from io import BytesIO
from typing import Any

import openpyxl

from kb_service.people_records import Catalogue, Choice, RatedDimension
from kb_service.sheets import write_template
from kb_service.vocabulary import iri

TODAY = date(2026, 11, 20)
STEN = (Decimal(1), Decimal(10))
GRADE = (Decimal(1), Decimal(5))


def _dimensions(
    framework: str, bounds: tuple[Decimal, Decimal], given: Iterable[tuple[str, str, str, str]]
) -> Mapping[str, RatedDimension]:
    return {
        id: RatedDimension(
            id,
            iri(prefix, id),
            zh,
            en,
            framework,
            _PARTS[prefix],
            prefix,
            *bounds,
            f"{zh}的含义",
            en,
        )
        for prefix, id, zh, en in given
    }


_PARTS = {
    "type": "direction",
    "ability": "ability",
    "motivation": "motivation",
    "indicator": "ability",
}


def _choices(prefix: str, given: Iterable[tuple[str, str, str]]) -> Mapping[str, Choice]:
    return {id: Choice(id, iri(prefix, id), zh, en) for id, zh, en in given}


CATALOGUE = Catalogue(
    dimensions={
        "grid": _dimensions(
            "grid",
            GRADE,
            [
                ("indicator", "service-awareness", "服务意识", "Service awareness"),
                ("indicator", "listening-skill", "倾听理解能力", "Listening and understanding"),
            ],
        ),
        "t12": _dimensions(
            "t12",
            STEN,
            [
                ("type", "service", "服务型", "Service"),
                ("ability", "time-management", "时间管理", "Time management"),
                ("ability", "patience", "耐心坚持", "Patience and persistence"),
                ("ability", "service-orientation", "服务意识", "Service orientation"),
                ("motivation", "work", "工作", "Work itself"),
            ],
        ),
    },
    positions=_choices(
        "position",
        [
            ("customer-service-specialist", "客服专员", "Customer service specialist"),
            ("team-leader", "班组长", "Team leader"),
            ("trainer", "培训师", "Trainer"),
        ],
    ),
    sources=_choices(
        "source",
        [
            ("test", "测验", "Test"),
            ("supervisor", "上级", "Supervisor"),
            ("peer", "同事", "Peer"),
        ],
    ),
    scales={"sten": STEN, "grade": GRADE, "percent": (Decimal(0), Decimal(100))},
)
TEAMS = _choices(
    "team", [("hotline-1", "热线一组", "Hotline team 1"), ("night", "夜班组", "Night team")]
)

T12_SHEET, GRID_SHEET = "人员与测评", "电网指标"
FIRST_ROW = 5
WANG: Mapping[str, Any] = {
    "工号": "p001",
    "姓名": "王小明",
    "班组": "热线一组 / Hotline team 1",
    "岗位": "客服专员 / Customer service specialist",
    "竞聘岗位": "班组长 / Team leader",
    "测评编号": "A1",
    "日期": date(2026, 5, 4),
    "来源": "测验 / Test",
    "时间管理": 7,
    "耐心坚持": 6.5,
}
"""A row without faults, by the Chinese headers of the template."""


def filled(rows: Iterable[Mapping[str, Any]], sheet: str = T12_SHEET) -> bytes:
    """The template with these rows typed in, saved by a spreadsheet program."""
    book = openpyxl.load_workbook(BytesIO(_template()))
    page = book[sheet]
    columns = {page.cell(3, number).value: number for number in range(1, page.max_column + 1)}
    for number, row in enumerate(rows, start=FIRST_ROW):
        for header, value in row.items():
            page.cell(number, columns[header], value)
    return saved(book)


@cache
def _template() -> bytes:
    buffer = BytesIO()
    write_template(buffer, CATALOGUE, teams=TEAMS.values())
    return buffer.getvalue()


def saved(book: Any) -> bytes:
    """The bytes of a workbook."""
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()
