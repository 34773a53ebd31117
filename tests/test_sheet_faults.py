"""What is wrong with a spreadsheet is said at its exact place, all at once, and nothing is kept."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

import openpyxl
import pytest

from kb_service.findings import RefusedInput
from kb_service.sheets import read_workbook
from kb_service.sheets.places import MAX_FINDINGS
from tests.sheet_catalogue import CATALOGUE, T12_SHEET, TODAY, WANG, filled, saved


def faults(data: bytes, filename: str = "people.xlsx") -> list[tuple[str, str]]:
    """Where and what (in English) is wrong."""
    with pytest.raises(RefusedInput) as refusal:
        read_workbook(data, filename, CATALOGUE, TODAY)
    findings = refusal.value.findings
    assert all(finding.severity == "violation" for finding in findings)
    assert all(finding.message["zh"] for finding in findings)
    return [(finding.where, finding.message["en"]) for finding in findings]


# Cells

_LEVEL = "Give a level from 1 to 10 with at most one decimal, such as 5; "
_LEVEL += "leave the cell empty when there is none."
_SOURCES = "Choose one of: Test, Supervisor, Peer."
_ID = "Use letters, digits, dots, underscores and hyphens for an id, at most 64, such as p001."

FAULTY_CELLS: list[tuple[str, Any, str, str]] = [
    ("时间管理", 11, "K 时间管理", _LEVEL),
    ("时间管理", 0, "K 时间管理", _LEVEL),
    ("时间管理", "abc", "K 时间管理", _LEVEL),
    ("时间管理", 7.25, "K 时间管理", _LEVEL),
    ("时间管理", True, "K 时间管理", _LEVEL),
    (
        "时间管理",
        "=3+4",
        "K 时间管理",
        "This is a formula; paste its result as a value and hand it in again.",
    ),
    (
        "日期",
        date(2026, 11, 21),
        "G 日期",
        "The date 2026-11-21 is after today (2026-11-20); give a day that has passed.",
    ),
    ("日期", "soon", "G 日期", "Give a date, such as 2026-05-04."),
    ("日期", "2026-02-30", "G 日期", "Give a date, such as 2026-05-04."),
    ("日期", "04/05/2026", "G 日期", "Give a date, such as 2026-05-04."),
    (
        "日期",
        46146,
        "G 日期",
        "Give a date, such as 2026-05-04; this is the number 46146, so format the cell as a date.",
    ),
    ("日期", None, "G 日期", "The date is missing; give one, such as 2026-05-04."),
    (
        "有效期至",
        date(2026, 5, 3),
        "I 有效期至",
        "The last day 2026-05-03 is before the assessment (2026-05-04); give a later day or none.",
    ),
    ("来源", None, "H 来源", "The source is missing; give one, such as Test."),
    ("来源", "星座", "H 来源", f"There is no source '星座'. {_SOURCES}"),
    (
        "岗位",
        "客服专家",
        "D 岗位",
        "There is no post '客服专家'. Did you mean 'Customer service specialist'? "
        "Choose one of: Customer service specialist, Team leader, Trainer.",
    ),
    (
        "竞聘岗位",
        "班组长;飞行员",
        "E 竞聘岗位",
        "There is no post '飞行员'. Choose one of: Customer service specialist, Team leader, Trainer.",
    ),
    ("工号", None, "A 工号", "The person id is missing; give one, such as p001."),
    ("工号", "王 1", "A 工号", _ID),
    ("测评编号", "A/1", "F 测评编号", _ID),
    (
        "姓名",
        "???",
        "B 姓名",
        "Characters were lost when '???' was saved; save as UTF-8 or as .xlsx.",
    ),
    (
        "姓名",
        "王" * 201,
        "B 姓名",
        "Give a name of at most 200 characters, such as Wang Ming.",
    ),
]


@pytest.mark.parametrize(
    ("header", "value", "column", "sentence"),
    FAULTY_CELLS,
    ids=[f"{header}-{str(value)[:12]}" for header, value, _, _ in FAULTY_CELLS],
)
def test_a_faulty_cell_is_named_with_its_sheet_row_and_column(
    header: str, value: object, column: str, sentence: str
) -> None:
    found = faults(filled([WANG, {**WANG, "测评编号": "A2", header: value}]))

    assert len(found) == 1
    where, message = found[0]
    assert where == f"sheet {T12_SHEET}, row 6, column {column}"
    assert message.startswith(f"Sheet {T12_SHEET}, row 6, column {column[0]} (")
    assert message.endswith(f"): {sentence}")


def test_the_place_stands_in_the_chinese_message_too() -> None:
    with pytest.raises(RefusedInput) as refusal:
        read_workbook(filled([{**WANG, "时间管理": 11}]), "people.xlsx", CATALOGUE, TODAY)

    (finding,) = refusal.value.findings
    assert finding.message["zh"] == (
        "工作表「人员与测评」第 5 行 K 列「时间管理」："
        "评分应为 1 到 10 之间的数字，最多一位小数，例如 5；没有评分就留空。"
    )
    assert finding.value == "11"


def test_an_indicator_is_held_to_its_own_scale() -> None:
    row = {"工号": "p1", "日期": "2026-01-05", "来源": "test", "服务意识": 6}

    found = faults(filled([row], "电网指标"))

    assert found == [
        (
            "sheet 电网指标, row 5, column J 服务意识",
            "Sheet 电网指标, row 5, column J (Service awareness): Give a level from 1 to 5 with "
            "at most one decimal, such as 3; leave the cell empty when there is none.",
        )
    ]


# Rows


def test_an_id_with_two_names_is_refused() -> None:
    found = faults(filled([WANG, {**WANG, "姓名": "李娜", "测评编号": "A2"}]))

    assert found == [
        (
            "sheet 人员与测评, row 6, column B 姓名",
            "Sheet 人员与测评, row 6, column B (Name): p001 has two different entries under Name: "
            "here '李娜', but '王小明' at sheet 人员与测评, row 5, column B (Name); make them agree, "
            "or correct the id.",
        )
    ]


def test_an_assessment_id_twice_for_a_person_is_refused() -> None:
    found = faults(filled([WANG, WANG, {**WANG, "工号": "p002"}]))

    assert found == [
        (
            "sheet 人员与测评, row 6, column F 测评编号",
            "Sheet 人员与测评, row 6, column F (Assessment id): p001 already has the assessment A1 "
            "at sheet 人员与测评, row 5; give this one another id.",
        )
    ]


def test_two_assessments_of_a_day_and_source_need_ids() -> None:
    unnamed = {**WANG, "测评编号": None}

    found = faults(filled([unnamed, unnamed]))

    assert found == [
        (
            "sheet 人员与测评, row 6, column F 测评编号",
            "Sheet 人员与测评, row 6, column F (Assessment id): p001 already has the assessment "
            "t12-2026-05-04-test at sheet 人员与测评, row 5; give each an assessment id.",
        )
    ]


def test_an_assessment_without_a_rating_is_refused() -> None:
    found = faults(filled([{**WANG, "时间管理": None, "耐心坚持": None}]))

    assert found == [
        (
            "sheet 人员与测评, row 5",
            "Sheet 人员与测评, row 5: This row has an assessment but no rating; give at least one, "
            "or clear its date and source.",
        )
    ]


def test_every_fault_is_told_at_once() -> None:
    found = faults(
        filled([{**WANG, "时间管理": 11, "来源": "?"}, {**WANG, "工号": None, "日期": "x"}])
    )

    assert [where for where, _ in found] == [
        "sheet 人员与测评, row 5, column H 来源",
        "sheet 人员与测评, row 5, column K 时间管理",
        "sheet 人员与测评, row 6, column A 工号",
        "sheet 人员与测评, row 6, column G 日期",
    ]


def test_the_list_of_faults_is_bounded() -> None:
    found = faults(filled({**WANG, "工号": f"p{n}", "时间管理": 11} for n in range(300)))

    assert len(found) == MAX_FINDINGS
    assert found[-1] == (
        "",
        "There are too many faults to list; correct these, then hand it in again.",
    )


# Headers


def test_an_unknown_column_is_named_with_the_likely_one() -> None:
    book = openpyxl.load_workbook(BytesIO(filled([WANG])))
    for row, text in ((1, "time-managment"), (3, "时间管里"), (4, "Time managment")):
        book[T12_SHEET].cell(row, 11, text)

    found = faults(saved(book))

    assert found == [
        (
            "sheet 人员与测评, row 1, column K 时间管里",
            "Sheet 人员与测评, row 1, column K (时间管里): The column '时间管里' is unknown. "
            "Did you mean 'Time management'? Use a header of the template, or delete the column.",
        )
    ]


FAULTY_CSV: list[tuple[str, str, str]] = [
    (
        "工号,日期,来源,时间管理,星座\np1,2026-01-05,上级,7,天秤\n",
        "line 1, column E 星座",
        "Line 1, column E (星座): The column '星座' is unknown. "
        "Use a header of the template, or delete the column.",
    ),
    (
        "工号,日期,来源,时间管理,耐心坚持,倾听理解能力\np1,2026-01-05,上级,7,7,3\n",
        "line 1, column F 倾听理解能力",
        "Line 1, column F (倾听理解能力): '倾听理解能力' belongs to the framework grid, the other "
        "columns to t12; put it on a sheet or in a file of its own.",
    ),
    (
        "工号,日期,来源,量表,时间管理\np1,2026-01-05,上级,points,70\n",
        "line 2, column D 量表",
        "Line 2, column D (Scale): There is no scale 'points'; "
        "choose one of: sten, grade, percent.",
    ),
    (
        "工号,日期,来源,服务意识\np1,2026-01-05,上级,4\n",
        "line 1",
        "Line 1: These columns exist in several frameworks; use the ids of the dimensions as "
        "headers, such as service-awareness.",
    ),
    (
        "工号,日期,来源,时间管理,Time management\np1,2026-01-05,上级,4,4\n",
        "line 1, column E 时间管理",
        "Line 1, column E (Time management): This column repeats line 1, column D "
        "(Time management); delete one of them.",
    ),
    (
        "姓名,时间管理\n王小明,7\n",
        "",
        "No header row was found: it needs a column Person id; best use the template.",
    ),
    (
        "工号,时间管理\n",
        "line 1",
        "Line 1: There is nothing below the header; fill in at least one row.",
    ),
    (
        '工号,姓名\np1,"王小明\n',
        "line 2",
        "Line 2: A quotation mark has no partner, or a cell is too long; "
        "save the file again as CSV from a spreadsheet program.",
    ),
    (
        '工号,姓名,日期,来源,时间管理\np1,"王\n小明",2026-01-05,上级,7\np2,李娜,2026-01-05,上级,12\n',
        "line 4, column E 时间管理",
        "Line 4, column E (Time management): " + _LEVEL,
    ),
]


@pytest.mark.parametrize(
    ("text", "where", "message"), FAULTY_CSV, ids=[where or "file" for _, where, _ in FAULTY_CSV]
)
def test_a_fault_in_a_csv_file_is_named_with_its_line(text: str, where: str, message: str) -> None:
    assert (where, message) in faults(text.encode(), "people.csv")


@pytest.mark.parametrize(
    ("column", "written", "advice"),
    [
        ("邮箱", "wang", "Give an e-mail address, such as wang@example.org."),
        ("邮箱", "a@b@c", "Give an e-mail address, such as wang@example.org."),
        ("电话", "call me", "Give a telephone number, such as +86 10 5555 0100."),
    ],
)
def test_contact_data_that_is_none_is_named_with_its_place(
    column: str, written: str, advice: str
) -> None:
    [(where, what)] = faults(f"工号,{column}\np001,{written}\n".encode(), "contact.csv")

    assert where == f"line 2, column B {column}"
    assert what.endswith(advice)
