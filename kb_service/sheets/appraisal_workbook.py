"""An appraisal as a workbook to print and sign: every cell is a number or a text, none a formula."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from kb_service.sheets.looks import BORDER, WRAPPED, fill, font

Document = Mapping[str, Any]
Cells = Sequence[object]

_MOST_CHARACTERS = 32_767
"""In a cell, as Excel has it."""
_STRONG, _LIGHT = "33506E", "E6ECF3"
_WIDTHS = (30, 11, 11, 11, 11, 11, 11, 16)
_MARGIN_INCHES = 0.6
_SHARES = ("权重", "Weight")
"""Headers of columns with shares of 1, which people read as percentages."""


@dataclass(frozen=True)
class Table:
    """A part of the sheet: its title, its headers and its rows."""

    title: str
    headers: Cells
    rows: Sequence[Cells]


def appraisal_workbook(
    appraisal: Document,
    history: Sequence[Document],
    person: Document,
    grades: Sequence[Document],
    language: str,
) -> bytes:
    """The appraisal sheet as an .xlsx file in one language; texts stay texts, whatever they hold."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)  # a new workbook has one
    words = _Words(language)
    sheet.title = words.say("绩效考核表", "Appraisal")
    _prepare(sheet)
    _heading(sheet, words, appraisal, person)
    for table in _tables(words, appraisal, history, grades):
        if table.rows:
            _write(sheet, table)
    _signatures(sheet, words)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


@dataclass(frozen=True)
class _Words:
    language: str

    def say(self, zh: str, en: str) -> str:
        return zh if self.language == "zh" else en

    def label(self, label: Document | None) -> str:
        """A label in this language, or in the other where there is none."""
        if not label:
            return ""
        return str(label.get(self.language) or label.get("zh") or label.get("en") or "")


def _prepare(sheet: Worksheet) -> None:
    """A4 upright, as wide as the paper, with page numbers."""
    for number, width in enumerate(_WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    for side in ("left", "right", "top", "bottom"):
        setattr(sheet.page_margins, side, _MARGIN_INCHES)
    sheet.oddFooter.center.text = "&P / &N"
    sheet.sheet_view.showGridLines = False


def _heading(sheet: Worksheet, words: _Words, appraisal: Document, person: Document) -> None:
    sheet.append([])
    _put(sheet.cell(1, 1), words.say("绩效考核表", "Performance appraisal"), size=16, bold=True)
    period = appraisal["period"]
    total, coverage = appraisal["total"], appraisal["coveragePercent"]
    rows: list[Cells] = [
        (words.say("姓名", "Name"), person["name"] or person["id"]),
        (words.say("编号", "Id"), person["id"]),
        (words.say("岗位", "Position"), words.label(appraisal["plan"]["positionLabel"])),
        (words.say("考核周期", "Period"), words.label(period["label"]) or period["id"]),
        (words.say("起止", "From, to"), f"{period['start']} – {period['end']}"),
        (words.say("考核方案", "Plan"), _plan(words, appraisal["plan"])),
        (words.say("总分", "Total"), total if total is not None else words.say("未知", "unknown")),
        (words.say("等级", "Grade"), _grade(words, appraisal)),
        (words.say("覆盖率（%）", "Coverage (%)"), coverage),
    ]
    if appraisal["contested"]:
        rows.append((words.say("有异议", "Contested"), _contested(words, appraisal["contested"])))
    for row in rows:
        sheet.append([])
        number = sheet.max_row + 1
        for column, value in enumerate(row, start=1):
            _put(sheet.cell(number, column), value, bold=column == 1)


def _contested(words: _Words, contested: Document) -> str:
    since = contested["since"]
    return words.say(
        f"本人自 {since} 起对这次考核提出异议，尚未了结",
        f"the person objects to this appraisal since {since}, and that is not settled",
    )


def _since(words: _Words, day: object) -> str:
    """A mark with the day from which something is contested; nothing where it is not."""
    return words.say(f"有异议（{day} 起）", f"contested since {day}") if day else ""


def _plan(words: _Words, plan: Document) -> str:
    version = words.say(f"第 {plan['version']} 版", f"version {plan['version']}")
    return f"{words.label(plan['label'])} · {version}"


def _grade(words: _Words, appraisal: Document) -> str:
    if appraisal["grade"] is None:
        return words.say("依据不足，不评等级", "none: too little is known")
    return f"{appraisal['grade']} {words.label(appraisal['gradeLabel'])}"


def _tables(
    words: _Words, appraisal: Document, history: Sequence[Document], grades: Sequence[Document]
) -> Iterable[Table]:
    for group in appraisal["groups"]:
        yield _group(words, group)
    yield _raters(words, appraisal["raters"])
    yield _goals(words, appraisal)
    yield Table(
        words.say("长项", "Strengths"),
        (words.say("指标", "Indicator"), words.say("得分", "Score")),
        [(words.label(one["label"]), one["score"]) for one in appraisal["strengths"]],
    )
    yield _needs(words, appraisal["needs"])
    yield Table(
        words.say("九宫格", "Nine boxes"),
        (
            words.say("竞聘岗位", "Candidate for"),
            words.say("匹配度", "Fit"),
            words.say("所在格", "Box"),
            words.say("异议", "Objection"),
        ),
        [
            (
                words.label(one["modelLabel"]),
                one["fit"],
                words.label(one["label"]),
                _since(words, one["contestedSince"]),
            )
            for one in appraisal["nineBox"]
        ],
    )
    yield Table(
        words.say("激励建议", "Rewards suggested"),
        (words.say("措施", "Incentive"), words.say("回应动机", "Motivation")),
        [
            (words.label(one["label"]), words.label(one["motivationLabel"]))
            for one in appraisal["rewards"]
        ],
    )
    yield Table(
        words.say("历次考核", "Appraisals so far"),
        (
            words.say("周期", "Period"),
            words.say("总分", "Total"),
            words.say("等级", "Grade"),
            words.say("异议", "Objection"),
        ),
        [
            (one["period"], one["total"], one["grade"], _since(words, one["contestedSince"]))
            for one in history
        ],
    )
    yield Table(
        words.say("等级说明", "What the grades mean"),
        (words.say("等级", "Grade"), words.say("含义", "Meaning")),
        [(one["id"], words.label(one["idLabel"])) for one in grades],
    )
    yield Table(
        words.say("所依据的假定", "Assumptions it rests on"),
        (words.say("内容", "What"), words.say("数值", "Value")),
        [(words.label(one["label"]), one["value"]) for one in appraisal["assumptions"]],
    )


def _group(words: _Words, group: Document) -> Table:
    score = group["score"]
    known = words.say("未知", "unknown") if score is None else f"{score:.1f} · {group['grade']}"
    title = f"{words.label(group['label'])} · {100 * group['weight']:.0f}% · {known}"
    headers: Cells
    named: tuple[str, ...]
    if group["kind"] == "results":
        headers = (
            words.say("指标", "Indicator"),
            words.say("权重", "Weight"),
            words.say("门槛值", "Threshold"),
            words.say("目标值", "Target"),
            words.say("挑战值", "Stretch"),
            words.say("实际值", "Reached"),
            words.say("得分", "Score"),
            words.say("等级", "Grade"),
        )
        named = ("weight", "threshold", "target", "stretch", "measured", "score")
    else:
        headers = (
            words.say("指标", "Indicator"),
            words.say("权重", "Weight"),
            words.say("评价人数", "Raters"),
            words.say("得分", "Score"),
            words.say("等级", "Grade"),
        )
        named = ("weight", "raters", "score")
    rows = [
        (
            words.label(item["label"]),
            *(item[name] for name in named),
            item["grade"] or words.say("未知", "unknown"),
        )
        for item in group["items"]
    ]
    return Table(title, headers, rows)


def _raters(words: _Words, raters: Sequence[Document]) -> Table:
    headers = (words.say("来源", "Kind"), words.say("权重", "Weight"), words.say("人数", "Raters"))
    rows = [(words.label(one["label"]), one["weight"], one["forms"]) for one in raters]
    return Table(words.say("评价来源", "Who rated, by kind"), headers, rows)


def _goals(words: _Words, appraisal: Document) -> Table:
    states = (
        ("goalsMet", words.say("达成", "met")),
        ("goalsMissed", words.say("未达成", "missed")),
    )
    rows = [
        (words.label(one["label"]), one["target"], one["measured"], word)
        for name, word in states
        for one in appraisal[name]
    ]
    headers = (
        words.say("指标", "Indicator"),
        words.say("目标值", "Target"),
        words.say("实际值", "Reached"),
        words.say("结果", "Goal"),
    )
    return Table(words.say("目标达成情况", "Goals"), headers, rows)


def _needs(words: _Words, needs: Sequence[Document]) -> Table:
    rows: list[Cells] = []
    for need in needs:
        first = (words.label(need["label"]), need["score"], words.label(need["developsLabel"]))
        trainings = need["trainings"] or [None]
        rows += [
            (*first, words.label(one["label"]) if one else "", one["hours"] if one else None)
            for one in trainings
        ]
    headers = (
        words.say("指标", "Indicator"),
        words.say("得分", "Score"),
        words.say("培养", "To develop"),
        words.say("培训", "Training"),
        words.say("学时", "Hours"),
    )
    return Table(words.say("发展需求", "What to develop"), headers, rows)


def _write(sheet: Worksheet, table: Table) -> None:
    """The table below what is there, after an empty row."""
    top = sheet.max_row + 2
    _put(sheet.cell(top, 1), table.title, size=12, bold=True, colour=_STRONG)
    for column, header in enumerate(table.headers, start=1):
        cell = sheet.cell(top + 1, column)
        _put(cell, header, bold=True)
        cell.fill, cell.border = fill(_LIGHT), BORDER
    for number, row in enumerate(table.rows, start=top + 2):
        for column, (header, value) in enumerate(zip(table.headers, row, strict=True), start=1):
            cell = sheet.cell(number, column)
            _put(cell, value)
            if header in _SHARES:
                cell.number_format = "0.##%"
            cell.border, cell.alignment = BORDER, WRAPPED


def _signatures(sheet: Worksheet, words: _Words) -> None:
    top = sheet.max_row + 3
    advice = words.say(
        "分数由公开的规则根据数据和评价得出，供作决定的人参考；决定由人做出。",
        "Published rules drew these scores from figures and ratings. They advise the people who "
        "decide; the decision is theirs.",
    )
    _put(sheet.cell(top, 1), advice)
    for number, who in enumerate(
        (
            words.say("被考核人签字", "Signature of the person"),
            words.say("直接上级签字", "Signature of the supervisor"),
            words.say("人力资源部签字", "Signature of HR"),
        ),
        start=1,
    ):
        line = words.say("日期", "Date")
        _put(sheet.cell(top + 2 * number, 1), f"{who}：" if words.language == "zh" else f"{who}:")
        _put(sheet.cell(top + 2 * number, 2), "_" * 28)
        _put(sheet.cell(top + 2 * number, 6), f"{line} {'_' * 12}")


def _put(
    cell: Cell, value: object, *, size: float = 10, bold: bool = False, colour: str = "1F2933"
) -> None:
    """Give a cell a value that computes nothing.

    A text is stored as text and marked as one, so that it stays one where the sheet is edited.
    """
    cell.font = font(size, bold, colour)
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        cell.value = value
        return
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", str(value))[:_MOST_CHARACTERS]
    cell.data_type = "s"
    cell.quotePrefix = True
