"""The sheet that explains the template of performance: how to fill it in, and every column."""

from __future__ import annotations

from typing import Any

from kb_service.people_records import both
from kb_service.people_records.performance_records import (
    PerformanceChoices,
    PerformancePlan,
    Period,
)
from kb_service.sheets.cells import bare
from kb_service.sheets.guide import Line, write_guide_sheet
from kb_service.sheets.looks import BANDS, OTHER_BAND
from kb_service.sheets.performance_columns import COLUMNS, MEASUREMENTS_SHEET, RATINGS_SHEET

_STEPS = (
    (
        f"「{MEASUREMENTS_SHEET}」一行写一个人，每项绩效指标一列；「{RATINGS_SHEET}」一行写一名评价人对一个人的评价，"
        "每项行为指标一列，填 A 到 E。",
        f"On {MEASUREMENTS_SHEET} a row is a person and a column a KPI. On {RATINGS_SHEET} a row is"
        " what one rater says about a person, a column an indicator, graded from A to E.",
    ),
    (
        "没有数据或没有评价就留空：空白表示未知，不是零。",
        "Leave a cell empty when there is none: empty means unknown, not zero.",
    ),
    (
        "也可以一行只写一个值：用「指标」和「数值」（或「等级」）两列，代替每项指标一列。",
        "A row may also hold one value: columns Indicator and Value (or Grade) in place of a column"
        " for each.",
    ),
    (
        "改动已保存的数值要在「更正原因」里写明原因；原来的值、改动人和原因都会留存。已关闭的周期不接受更改。",
        "To change what is stored already, give the Correction reason; the earlier value is kept with"
        " who changed it and why. A closed period takes no changes.",
    ),
    (
        "评价人只写代号，不写姓名。不要使用公式，不要改动表头；不需要的指标列可以整列删除。",
        "Raters are codes and no names. Use no formulas and keep the headers; columns you do not need"
        " may be deleted.",
    ),
    (
        "上传后若有问题，会逐条指出工作表、行和列，全部改好之前不会保存任何内容。",
        "If anything is wrong, every fault is listed with its sheet, row and column; nothing is"
        " stored until all are corrected.",
    ),
)


def write_performance_guide(
    book: Any, choices: PerformanceChoices, plan: PerformancePlan, period: Period
) -> None:
    """Add the sheet with the instructions and a line for every column."""
    about = (
        f"本模板的周期是 {period.id}（{period.start} 至 {period.end}），方案是「{plan.zh}」。",
        f"This template is for the period {period.id} ({period.start} to {period.end}) and the plan"
        f" {plan.en}.",
    )
    lines = [_line_of_column(column.key, choices) for column in COLUMNS]
    lines += [_line_of_kpi(id, choices) for id in plan.kpis]
    lines += [_line_of_dimension(id, choices) for id in plan.dimensions]
    write_guide_sheet(book, (about, *_STEPS), lines)


def _line_of_column(key: str, choices: PerformanceChoices) -> Line:
    column = next(each for each in COLUMNS if each.key == key)
    listed = {"period": choices.periods, "plan": choices.plans, "source": choices.sources}
    offered = listed.get(key, {}).values()
    allowed = "\n".join(f"{both(choice)} ({choice.id})" for choice in offered)
    band = BANDS["person"] if key == "person" else BANDS["assessment"]
    texts = (
        column.zh + (" *" if column.required else ""),
        column.en,
        key,
        "",
        column.about_zh,
        column.about_en,
        allowed,
        column.example,
    )
    return texts, band.light


def _line_of_kpi(id: str, choices: PerformanceChoices) -> Line:
    kpi = choices.kpis[id]
    texts = (kpi.zh, kpi.en, id, MEASUREMENTS_SHEET, "", "", kpi.unit, bare(kpi.target))
    return texts, BANDS["direction"].light


def _line_of_dimension(id: str, choices: PerformanceChoices) -> Line:
    dimension = choices.dimensions[id]
    grades = "\n".join(f"{grade.id} {both(grade)}" for grade in choices.grades.values())
    texts = (dimension.zh, dimension.en, id, RATINGS_SHEET, "", "", grades, "B")
    return texts, OTHER_BAND.light
