"""Each thing that goes wrong in a position model's workbook, told with its cell and what to write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

import openpyxl
import pytest

from kb_service.findings import Finding, RefusedInput
from kb_service.position_models import from_triples, to_triples
from kb_service.sheets import read_model_workbook, write_model_template
from kb_service.vocabulary import iri
from tests.model_forms import SHIPPED, as_workbook, choices, triples_of

POSITION, DUTIES = "岗位 Position", "职责 Duties"
DIRECTIONS, ABILITIES, MOTIVATIONS = "方向 Directions", "能力 Abilities", "动机 Motivations"
_TRAINER = as_workbook(
    from_triples(triples_of(next(path for path in SHIPPED if path.stem == "trainer")))
)
_FIRST_ABILITY = "能力 Abilities!A5"


def _trainer() -> Any:
    return openpyxl.load_workbook(BytesIO(_TRAINER))


def _findings(book: Any) -> list[Finding]:
    return list(read_model_workbook(_saved(book), "model.xlsx", choices()).findings)


def _saved(book: Any) -> bytes:
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _set(sheet: str, cell: str, value: object) -> Callable[[Any], None]:
    def change(book: Any) -> None:
        book[sheet][cell] = value

    return change


def _formula(book: Any) -> None:
    book[ABILITIES]["C5"] = "=4+4"


def _without(sheet: str) -> Callable[[Any], None]:
    return lambda book: book.remove(book[sheet])


def _without_column(sheet: str, number: int) -> Callable[[Any], None]:
    return lambda book: book[sheet].delete_cols(number)


def _without_header(book: Any) -> None:
    book[ABILITIES].delete_rows(1, 4)


def _hidden(book: Any) -> None:
    book[MOTIVATIONS].sheet_state = "hidden"


def _merged(book: Any) -> None:
    book[ABILITIES].merge_cells("B5:B7")


def _merged_dimensions(book: Any) -> None:
    book[ABILITIES].merge_cells("A5:A6")


def _over_english_header(book: Any) -> None:
    for column, text in enumerate(["patience", "main", 8, 2, 6, "常有长单。"], start=1):
        book[ABILITIES].cell(4, column).value = text


def _over_all_but_one_label(book: Any) -> None:
    for column in range(1, book[ABILITIES].max_column):
        book[ABILITIES].cell(4, column).value = f"text {column}"


def _over_all_of_the_english_header(book: Any) -> None:
    for column in range(1, book[ABILITIES].max_column + 1):
        book[ABILITIES].cell(4, column).value = f"text {column}"


def _another_label(book: Any) -> None:
    book[ABILITIES]["A1"], book[ABILITIES]["A3"], book[ABILITIES]["A4"] = None, "技能", "Skill"


def _over_chinese_header(book: Any) -> None:
    book[DUTIES]["B3"], book[DUTIES]["C3"] = "接待顾客", "Serve customers"


def _over_title(book: Any) -> None:
    book[DUTIES]["B2"], book[DUTIES]["C2"] = "接待顾客", "Serve customers"


def _over_whole_header_but_the_last_row(book: Any) -> None:
    for column in range(1, book[ABILITIES].max_column + 1):
        book[ABILITIES].cell(3, column).value = f"text {column}"


def _over_header_of_position(book: Any) -> None:
    book[POSITION]["D4"] = "hotel-receptionist"


def _second_sheet(book: Any) -> None:
    book.copy_worksheet(book[ABILITIES]).title = "Abilities"


def _unknown_column(book: Any) -> None:
    book[ABILITIES]["M4"] = "Rationale (English"
    book[ABILITIES]["M3"] = "理由（英语）"


def _same_column(book: Any) -> None:
    book[ABILITIES]["M3"] = "层级"


def _repeated_ability(book: Any) -> None:
    book[ABILITIES]["A7"] = book[ABILITIES]["A5"].value


def _repeated_line(book: Any) -> None:
    book[POSITION].append(["label", "模型名称", "Model name", "再写一次", "Once more"])


@dataclass(frozen=True)
class Case:
    """What somebody did to a faultless workbook, and all that should be said of it."""

    name: str
    change: Callable[[Any], None]
    where: str
    zh: str
    en: str


CASES = [
    Case(
        "an ability that does not exist",
        _set(ABILITIES, "A5", "pateince"),
        _FIRST_ABILITY,
        "没有“pateince”这项能力；是否想写“耐心坚持”（patience）？",
        "There is no ability 'pateince'. Did you mean Patience and persistence (patience)?",
    ),
    Case(
        "a motivation among the abilities",
        _set(ABILITIES, "A5", "affection"),
        _FIRST_ABILITY,
        "“affection”不是能力，而是动机；请移到动机那一组。",
        "'affection' is no ability but a motivation; move it to the motivations.",
    ),
    Case(
        "a tier of motivations for an ability",
        _set(ABILITIES, "B5", "第一动机"),
        "能力 Abilities!B5",
        "能力没有“第一动机”这个层级；请从中选一个：“主要”（main）、“辅助”（auxiliary）、“次要”（secondary）。",
        "There is no tier '第一动机' for an ability; choose one of Main (main), Auxiliary (auxiliary), "
        "Secondary (secondary).",
    ),
    Case(
        "a level off the scale",
        _set(ABILITIES, "C5", 11),
        "能力 Abilities!C5",
        "11 超出量表；授权育人应在 1 至 10 之间，例如 6。",
        "11 is off the scale; for Delegating and developing others give a number from 1 to 10, such as 6.",
    ),
    Case(
        "a floor below the scale",
        _set(ABILITIES, "E5", 0),
        "能力 Abilities!E5",
        "0 超出量表；授权育人应在 1 至 10 之间，例如 6。",
        "0 is off the scale; for Delegating and developing others give a number from 1 to 10, such as 6.",
    ),
    Case(
        "words for a level",
        _set(ABILITIES, "C5", "高"),
        "能力 Abilities!C5",
        "“高”不是一个数字；请写一个，例如 8 或 7.5，没有就留空。",
        "'高' is not one number; give one, such as 8 or 7.5, or nothing at all.",
    ),
    Case(
        "a decimal comma",
        _set(ABILITIES, "C5", "7,5"),
        "能力 Abilities!C5",
        "小数点请用“.”，例如 7.5。",
        "Write a decimal point: 7.5.",
    ),
    Case(
        "a weight of nought",
        _set(ABILITIES, "D5", 0),
        "能力 Abilities!D5",
        "权重应大于 0，而不是 0；例如 2；不算数就删去这一项。",
        "Give a weight above 0 instead of 0, such as 2; what does not count is better left out.",
    ),
    Case(
        "a level that became a date",
        _set(ABILITIES, "C5", datetime(2026, 5, 8)),
        "能力 Abilities!C5",
        "表格软件把这里变成了日期或时间（2026-05-08 00:00:00）；请把单元格格式改为“文本”，再重新输入。",
        "The spreadsheet program has made a date or time of this (2026-05-08 00:00:00); format the "
        "cell as text and type it again.",
    ),
    Case(
        "a formula",
        _formula,
        "能力 Abilities!C5",
        "这里是公式；请复制后“选择性粘贴为数值”。",
        "This is a formula; copy it and paste its result as a value.",
    ),
    Case(
        "a row without an ability",
        _set(ABILITIES, "A5", None),
        _FIRST_ABILITY,
        "缺少能力；请填写，例如 attention-to-detail。",
        "Ability is missing; give one, such as attention-to-detail.",
    ),
    Case(
        "an ability twice",
        _repeated_ability,
        "能力 Abilities!A7",
        "这与 能力 Abilities!A5 重复；请删去其中一处，或改成另外的内容。",
        "This repeats 能力 Abilities!A5; delete one of the two, or let it say something else.",
    ),
    Case(
        "no id",
        _set(POSITION, "D5", None),
        "岗位 Position!D5",
        "缺少模型编号；请填写，例如 data-analyst。",
        "Model id is missing; give one, such as data-analyst.",
    ),
    Case(
        "an id with a blank",
        _set(POSITION, "D5", "data analyst"),
        "岗位 Position!D5",
        "编号只用英文字母、数字、点、下划线和连字符，以字母或数字开头，不超过 128 个字符，例如 data-analyst。",
        "Use Latin letters, digits, dots, underscores and hyphens for an id, a letter or digit first "
        "and 128 at most, such as data-analyst.",
    ),
    Case(
        "a framework that does not exist",
        _set(POSITION, "D6", "T13"),
        "岗位 Position!D6",
        "没有“T13”这个框架；是否想写“T12 框架”（t12）？",
        "There is no framework 'T13'. Did you mean T12 framework (t12)?",
    ),
    Case(
        "a version in words",
        _set(POSITION, "D12", "第一版"),
        "岗位 Position!D12",
        "“第一版”不是版本号；请写成 0.1.0 这样。",
        "'第一版' is no version number; write one such as 0.1.0.",
    ),
    Case(
        "a second value where one belongs",
        _set(POSITION, "E5", "trainer-en"),
        "岗位 Position!E5",
        "“模型编号”只填一格；请清空这里，内容写在 岗位 Position!D5。",
        "Model id takes one cell; empty this one and write in 岗位 Position!D5.",
    ),
    Case(
        "a line of its own making",
        lambda book: book[POSITION].append(["", "薪酬", "Salary", "面议"]),
        "岗位 Position!B27",
        "不认识这一项；请改用模板里的项目名称，或删去这一行。",
        "This item is unknown; use an item of the template, or delete the row.",
    ),
    Case(
        "a line twice",
        _repeated_line,
        "岗位 Position!A27",
        "“模型名称”写了两次；请只留一行。",
        "Model name is there twice; keep one row.",
    ),
    Case(
        "a rank in words",
        _set(DUTIES, "A5", "first"),
        "职责 Duties!A5",
        "次序应为 1、2、3 这样的整数；也可以留空，按先后排列。",
        "Give the rank as a whole number such as 1, 2 or 3, or leave it out to keep this order.",
    ),
    Case(
        "evidence that does not exist",
        _set(DUTIES, "F5", "hearsay"),
        "职责 Duties!F5",
        "没有“hearsay”这个依据；请从中选一个：“本项目暂定”（assumed）、“他处可证”（corroborated）、“来源写明”（stated）。",
        "There is no evidence 'hearsay'; choose one of Assumed (assumed), Corroborated "
        "(corroborated), Stated (stated).",
    ),
    Case(
        "no sheet of motivations",
        _without(MOTIVATIONS),
        "动机 Motivations",
        "没有工作表“动机 Motivations”；请从模板复制过来，没有内容可以只留表头。",
        "The sheet 动机 Motivations is missing; copy it from the template, with nothing but its "
        "header if there is nothing to say.",
    ),
    Case(
        "no sheet about the position",
        _without(POSITION),
        "岗位 Position",
        "没有工作表“岗位 Position”；请从模板复制过来，没有内容可以只留表头。",
        "The sheet 岗位 Position is missing; copy it from the template, with nothing but its "
        "header if there is nothing to say.",
    ),
    Case(
        "no column of tiers",
        _without_column(ABILITIES, 2),
        "能力 Abilities!A4",
        "缺少“层级”这一列；请从模板复制表头。",
        "The column 'Tier' is missing; copy the header from the template.",
    ),
    Case(
        "no header",
        _without_header,
        "能力 Abilities!A1",
        "工作表“能力 Abilities”没有表头，要有“能力”一列；请从模板复制这张表。",
        "The sheet 能力 Abilities has no header with a column 'Ability'; copy the sheet from the "
        "template.",
    ),
    Case(
        "a column that is unknown",
        _unknown_column,
        "能力 Abilities!M4",
        "不认识“理由（英语）”这一列；是否想写“理由（英文）”？请改用模板里的列名，或删去这一列。",
        "The column '理由（英语）' is unknown. Did you mean 'Rationale (English)'? Use a header of the "
        "template, or delete the column.",
    ),
    Case(
        "a column twice",
        _same_column,
        "能力 Abilities!M4",
        "这一列与 能力 Abilities!B4 那一列重复；请删去其中一列。",
        "This column repeats that of 能力 Abilities!B4; delete one of them.",
    ),
    Case(
        "a hidden sheet",
        _hidden,
        "动机 Motivations",
        "工作表“动机 Motivations”是隐藏的；请取消隐藏，看过内容后再提交。",
        "The sheet 动机 Motivations is hidden; unhide it, look at what it says, and hand it in again.",
    ),
    Case(
        "merged tiers",
        _merged,
        "能力 Abilities!B5",
        "这里合并了单元格；请取消合并，再逐格填写。",
        "Cells are merged here; unmerge them and fill in each.",
    ),
    Case(
        "merged abilities",
        _merged_dimensions,
        "能力 Abilities!A5",
        "这里合并了单元格；请取消合并，再逐格填写。",
        "Cells are merged here; unmerge them and fill in each.",
    ),
    Case(
        "an ability over the English header",
        _over_english_header,
        "能力 Abilities!A4",
        "第 4 行是表头，这里应是“Ability”；写在这里的“patience”没有读取。"
        "请从模板复制这一行，内容从第 5 行填起。",
        "Row 4 is the header and should say 'Ability' here, so 'patience' was not read; "
        "copy the row from the template, and begin in row 5.",
    ),
    Case(
        "an ability over all of the English header but one label",
        _over_all_but_one_label,
        "能力 Abilities!A4",
        "第 4 行是表头，这里应是“Ability”；写在这里的“text 1”没有读取。"
        "请从模板复制这一行，内容从第 5 行填起。",
        "Row 4 is the header and should say 'Ability' here, so 'text 1' was not read; "
        "copy the row from the template, and begin in row 5.",
    ),
    Case(
        "a duty over the Chinese header",
        _over_chinese_header,
        "职责 Duties!B3",
        "第 3 行是表头，这里应是“职责名称（中文）”；写在这里的“接待顾客”没有读取。"
        "请从模板复制这一行，内容从第 5 行填起。",
        "Row 3 is the header and should say '职责名称（中文）' here, so '接待顾客' was not read; "
        "copy the row from the template, and begin in row 5.",
    ),
    Case(
        "a duty beside the title",
        _over_title,
        "职责 Duties!B2",
        "第 2 行是表头；写在这里的“接待顾客”没有读取。请从模板复制这一行，内容从第 5 行填起。",
        "Row 2 is the header, so '接待顾客' was not read; "
        "copy the row from the template, and begin in row 5.",
    ),
    Case(
        "an ability over the whole Chinese header",
        _over_whole_header_but_the_last_row,
        "能力 Abilities!A3",
        "第 3 行是表头，这里应是“能力”；写在这里的“text 1”没有读取。"
        "请从模板复制这一行，内容从第 5 行填起。",
        "Row 3 is the header and should say '能力' here, so 'text 1' was not read; "
        "copy the row from the template, and begin in row 5.",
    ),
    Case(
        "an id over the header about the position",
        _over_header_of_position,
        "岗位 Position!D4",
        "第 4 行是表头，这里应是“Content (Chinese, or either)”；写在这里的“hotel-receptionist”没有读取。"
        "请从模板复制这一行，内容从第 5 行填起。",
        "Row 4 is the header and should say 'Content (Chinese, or either)' here, so 'hotel-receptionist' was not read; "
        "copy the row from the template, and begin in row 5.",
    ),
    Case(
        "rows over the whole English header",
        _over_all_of_the_english_header,
        "能力 Abilities!A4",
        "第 4 行是表头，这里应是“Ability”；写在这里的“text 1”没有读取。"
        "请从模板复制这一行，内容从第 5 行填起。",
        "Row 4 is the header and should say 'Ability' here, so 'text 1' was not read; "
        "copy the row from the template, and begin in row 5.",
    ),
    Case(
        "another label over the abilities",
        _another_label,
        "能力 Abilities!A4",
        "这一列的表头应是“能力”，而不是“技能”；请从模板复制表头。",
        "The header of this column should be 'Ability' instead of '技能'; copy it from the template.",
    ),
    Case(
        "two sheets of abilities",
        _second_sheet,
        "Abilities",
        "工作表“Abilities”与“能力 Abilities”是同一种；请合成一张。",
        "The sheets Abilities and 能力 Abilities are of the same kind; make them one.",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_fault_is_told_once_in_its_cell_in_both_languages(case: Case) -> None:
    book = _trainer()
    case.change(book)

    told = [
        (finding.severity, finding.where, finding.message["zh"], finding.message["en"])
        for finding in _findings(book)
    ]

    assert told == [("violation", case.where, case.zh, case.en)]


def _renamed(book: Any) -> None:
    book[MOTIVATIONS].title = "激励"


def _copied(book: Any) -> None:
    book.copy_worksheet(book[ABILITIES]).title = "能力（旧）"


def _beside_the_table(book: Any) -> None:
    book[ABILITIES]["P6"], book[ABILITIES]["P7"] = "店长说很重要", "同上"


def _header_again(book: Any) -> None:
    sheet = book[ABILITIES]
    sheet.append([sheet.cell(3, column).value for column in range(1, sheet.max_column + 1)])


@pytest.mark.parametrize(
    ("change", "where", "zh", "en"),
    [
        (
            _renamed,
            "激励",
            "工作表“激励”按表头当作“动机 Motivations”读取；请把表名改为“动机 Motivations”。",
            "The sheet 激励 was read as 动机 Motivations, whose header it has; name it 动机 "
            "Motivations.",
        ),
        (
            _copied,
            "能力（旧）",
            "工作表“能力（旧）”的表头与“能力 Abilities”相同，没有读取；"
            "请把内容并入“能力 Abilities”，或删去这张表。",
            "The sheet 能力（旧） has the header of 能力 Abilities and was not read; move what it says "
            "to 能力 Abilities, or delete it.",
        ),
        (
            _beside_the_table,
            "能力 Abilities!P6",
            "P 列没有表头，其中的“店长说很重要”等内容没有读取；请移到有表头的列，或删去这一列。",
            "Column P has no header, so '店长说很重要' and whatever else is in it was not read; move "
            "it under a header, or delete the column.",
        ),
        (
            _header_again,
            "能力 Abilities!A18",
            "第 18 行又是表头，没有读取；请删去这一行。",
            "Row 18 repeats the header and was not read; delete the row.",
        ),
    ],
)
def test_what_is_clear_all_the_same_is_read_with_a_warning(
    change: Callable[[Any], None], where: str, zh: str, en: str
) -> None:
    book = _trainer()
    change(book)

    read = read_model_workbook(_saved(book), "model.xlsx", choices())

    told = [
        (each.severity, each.where, each.message["zh"], each.message["en"])
        for each in read.findings
    ]
    assert told == [("warning", where, zh, en)]
    assert read.model == read_model_workbook(_TRAINER, "model.xlsx", choices()).model


def test_a_header_that_was_pasted_among_the_first_rows_hides_none_of_them() -> None:
    book = _trainer()
    sheet = book[ABILITIES]
    for column in range(1, sheet.max_column + 1):
        sheet.cell(6, column).value = sheet.cell(3, column).value

    read = read_model_workbook(_saved(book), "model.xlsx", choices())

    assert [each.where for each in read.findings] == ["能力 Abilities!A6"]
    assert read.model is not None
    assert "developing-others" in {asked.dimension for asked in read.model.requirements}


def test_faults_are_told_sheet_by_sheet_and_row_by_row() -> None:
    book = _trainer()
    book[MOTIVATIONS]["B5"] = "主要"
    book[POSITION]["D14"], book[POSITION]["D12"] = "访谈", datetime(2026, 1, 1)
    book[ABILITIES]["C10"], book[ABILITIES]["A5"] = "高", "收银"

    told = [finding.where for finding in _findings(book)]

    assert told == [
        "岗位 Position!D12",
        "岗位 Position!D14",
        "能力 Abilities!A5",
        "能力 Abilities!C10",
        "动机 Motivations!B5",
    ]


def test_the_rest_of_a_model_is_read_whose_id_cannot_be_used() -> None:
    book = _trainer()
    book[POSITION]["D5"] = "培训师"

    read = read_model_workbook(_saved(book), "model.xlsx", choices())

    sound = read_model_workbook(_TRAINER, "model.xlsx", choices()).model
    assert [finding.where for finding in read.findings] == ["岗位 Position!D5"]
    assert read.model is not None
    assert sound is not None
    assert read.model.requirements == sound.requirements


def test_hidden_rows_and_columns_are_read_with_a_warning_in_their_first_cell() -> None:
    book = _trainer()
    book[ABILITIES].row_dimensions[5].hidden = book[ABILITIES].row_dimensions[7].hidden = True
    book[ABILITIES].row_dimensions[90].hidden = True  # nothing in it
    book[DUTIES].column_dimensions["B"].hidden = True
    book[DUTIES].column_dimensions["Z"].hidden = True  # nothing in it

    read = read_model_workbook(_saved(book), "model.xlsx", choices())

    told = [(each.severity, each.where, each.message["zh"]) for each in read.findings]
    assert told == [
        ("warning", "职责 Duties!B5", "B 列是隐藏的，内容照样读取；请取消隐藏，核对后再提交。"),
        (
            "warning",
            "能力 Abilities!A5",
            "第 5、7 行是隐藏的，内容照样读取；请取消隐藏，核对后再提交。",
        ),
    ]
    assert [each.message["en"] for each in read.findings] == [
        "Hidden columns are read all the same: B; unhide them and look at what they say.",
        "Hidden rows are read all the same: 5, 7; unhide them and look at what they say.",
    ]
    assert read.model == read_model_workbook(_TRAINER, "model.xlsx", choices()).model


def test_the_columns_in_which_nobody_writes_may_be_hidden() -> None:
    book = _trainer()
    for column in "ABFG":
        book[POSITION].column_dimensions[column].hidden = True

    assert _findings(book) == []


def test_what_is_not_faulty_is_read_all_the_same() -> None:
    book = _trainer()
    book[ABILITIES]["C5"] = 99

    read = read_model_workbook(_saved(book), "model.xlsx", choices())

    assert read.model is not None
    dimensions = {asked.dimension: asked.level for asked in read.model.requirements}
    assert dimensions["developing-others"] is None
    assert len(dimensions) == len(from_triples(triples_of(SHIPPED[-2])).requirements)


def test_a_person_may_type_labels_in_either_language_ids_or_what_the_list_offers() -> None:
    book = _trainer()
    book[ABILITIES]["A5"], book[ABILITIES]["B5"] = "耐心坚持", "Main"
    book[ABILITIES]["A6"], book[ABILITIES]["B6"] = "  ATTENTION to detail ", "主要"
    book[ABILITIES]["A7"] = "时间管理 / Time management (time-management)"
    book[ABILITIES]["C7"] = "７.５"

    read = read_model_workbook(_saved(book), "model.xlsx", choices())

    assert read.findings == ()
    assert read.model is not None
    levels = {asked.dimension: str(asked.level) for asked in read.model.requirements}
    assert {"patience", "attention-to-detail"} <= set(levels)
    assert levels["time-management"] == "7.5"


def test_a_finding_of_a_shape_is_placed_in_the_cell_where_the_value_belongs() -> None:
    book = _trainer()
    book[DUTIES]["C5"] = None
    book[ABILITIES]["E5"] = 9.5

    read = read_model_workbook(_saved(book), "model.xlsx", choices())

    assert read.model is not None
    duty = read.model.position.duties[0].id
    label, floor = iri("skos", "prefLabel").value, iri("core", "minimumLevel").value
    requirement = iri("requirement", "trainer.developing-others").value
    requires = iri("core", "requires").value
    ability = iri("ability", "developing-others").value
    model = iri("model", "trainer").value
    assert read.places.place(iri("duty", duty).value, label, "") == "职责 Duties!C5"
    assert read.places.place(requirement, floor, "9.5") == "能力 Abilities!E5"
    assert read.places.place(model, requires, ability) == _FIRST_ABILITY
    assert read.places.place("https://example.org/elsewhere", label, "") == ""


def test_a_new_author_fills_in_the_template_and_it_is_a_model() -> None:
    buffer = BytesIO()
    write_model_template(buffer, choices(), "t12")
    book = openpyxl.load_workbook(BytesIO(buffer.getvalue()))
    form = {book[POSITION].cell(row, 1).value: row for row in range(5, 40)}
    book[POSITION].cell(form["id"], 4).value = "shop-assistant"
    for column, text in ((4, "店员"), (5, "Shop assistant")):
        book[POSITION].cell(form["position.label"], column).value = text
    book[DUTIES]["B5"], book[DUTIES]["C5"] = "接待顾客", "Serve customers"
    book[ABILITIES]["A5"], book[ABILITIES]["B5"] = "patience", "主要"

    read = read_model_workbook(_saved(book), "model.xlsx", choices())

    assert read.findings == ()
    assert read.model is not None
    model = read.model
    assert (model.id, model.framework, model.status, model.header.version) == (
        "shop-assistant",
        "t12",
        "draft",
        "0.1.0",
    )
    assert model.position.id == "shop-assistant"
    assert [duty.id for duty in model.position.duties] == ["shop-assistant.serve-customers"]
    assert [(asked.dimension, asked.tier) for asked in model.requirements] == [("patience", "main")]
    labels = {
        str(each.object) for each in to_triples(model) if each.predicate == iri("skos", "prefLabel")
    }
    assert '"店员岗位模型"@zh' in labels


@pytest.mark.parametrize(
    ("data", "english"),
    [
        (b"", "The file is empty; fill in the template first."),
        (
            "工号,姓名\np1,王\n".encode(),
            "A position model comes as an .xlsx workbook; rengang template model writes one to fill "
            "in.",
        ),
        (
            b"PK\x03\x04broken",
            "This workbook cannot be opened, it may be damaged; save it again as .xlsx.",
        ),
    ],
    ids=["empty", "CSV", "damaged"],
)
def test_what_is_no_workbook_is_refused(data: bytes, english: str) -> None:
    with pytest.raises(RefusedInput) as refused:
        read_model_workbook(data, "model", choices())

    assert [finding.message["en"] for finding in refused.value.findings] == [english]
