"""The columns of the sheets of figures and of ratings, and how their headers are recognised."""

from __future__ import annotations

from collections.abc import Mapping

from kb_service.people_records import Choice, both, plain
from kb_service.people_records.performance_records import PerformanceChoices
from kb_service.sheets.columns import BY_KEY as OF_ASSESSMENTS
from kb_service.sheets.columns import Column

MEASUREMENTS_SHEET = "绩效数据"
RATINGS_SHEET = "行为评价"
KPI, DIMENSION = "kpi:", "dimension:"
"""What the keys of columns about one KPI or one dimension begin with."""
TELLING = frozenset({"period", "plan", "rater", "value", "grade", "reason"})
"""Keys of columns that sheets of assessments have not."""

_ITEM = Column(
    "item",
    "指标",
    "Indicator",
    "每行只写一个数值或等级时，写是哪项指标；每项指标各占一列时没有这一列。",
    "Which KPI or indicator the row is about, where every row has one value; no such column where"
    " every indicator has a column of its own.",
    "投诉率",
    24,
    aliases=("行为指标", "绩效指标", "关键绩效指标", "维度", "kpi", "item", "dimension"),
    usual=False,
)
COLUMNS: tuple[Column, ...] = (
    OF_ASSESSMENTS["person"],
    Column(
        "period",
        "周期",
        "Period",
        "考核周期，从下拉列表中选择；留空时为本模板的周期。已关闭的周期不再接受更改。",
        "The period of appraisal; choose from the list. When empty, it is that of this template. A"
        " closed period takes no changes.",
        "2026-q3",
        16,
        aliases=("考核周期", "绩效周期", "考核期", "appraisal period"),
    ),
    Column(
        "plan",
        "方案",
        "Plan",
        "按哪套绩效方案考核；留空时为本模板的方案，或此人岗位的方案。",
        "By which performance plan the person is appraised; when empty, that of this template, or"
        " the plan for the person's post.",
        "客服代表绩效方案",
        30,
        aliases=("绩效方案", "考核方案", "performance plan"),
    ),
    Column(
        "source",
        "来源",
        "Source",
        "评价人是此人的什么人，从下拉列表中选择。",
        "What the rater is to the person; choose from the list.",
        "上级",
        21,
        aliases=("评价来源", "评分来源", "rating source", "rater source"),
    ),
    Column(
        "rater",
        "评价人",
        "Rater",
        "评价人的代号：小写字母、数字、连字符，不写姓名。同一人用同一代号。",
        "The code of the rater: small letters, digits and hyphens, no name. The same person has the"
        " same code everywhere.",
        "r0123",
        12,
        aliases=("评价人代号", "评价者", "评分人", "rater code", "rater id"),
    ),
    Column(
        "date",
        "日期",
        "Date",
        "统计或评价的日期：不早于周期第一天，不晚于今天。",
        "The day on which it was measured or rated: not before the period begins, not after today.",
        "2026-10-05",
        12,
        aliases=("统计日期", "评价日期", "测量日期", "measured on", "rated on"),
    ),
    _ITEM,
    Column(
        "value",
        "数值",
        "Value",
        "每行只写一项指标时，它的数值。",
        "The figure, where every row is about one KPI.",
        "0.9",
        12,
        aliases=("实际值", "实绩", "结果", "figure", "actual", "result"),
        usual=False,
    ),
    Column(
        "grade",
        "等级",
        "Grade",
        "每行只写一项指标时，它的等级，从 A 到 E。",
        "The grade from A to E, where every row is about one indicator.",
        "B",
        10,
        aliases=("评级", "评定等级", "rating"),
        usual=False,
    ),
    Column(
        "reason",
        "更正原因",
        "Correction reason",
        "改动已保存的数值或等级时，写明原因；原来的值会留存。新数据不用填。",
        "Why a value or a grade that is stored already is to change; what it was is kept. Leave it"
        " empty for new data.",
        "漏计两通来电",
        24,
        aliases=("改动原因", "修改原因", "reason"),
    ),
)
BY_KEY = {column.key: column for column in COLUMNS}
PASSED_BY = frozenset({"name", "team", "post"})
"""Columns of assessments that lists of people often have, and that say nothing of performance."""


def known_headers(choices: PerformanceChoices) -> dict[str, tuple[str, ...]]:
    """From each way to write the header of a column to its key, or to several that share a label."""
    fixed = {**_spelled({key: OF_ASSESSMENTS[key] for key in PASSED_BY}), **_spelled(BY_KEY)}
    found: dict[str, tuple[str, ...]] = {}
    for prefix, listed in ((KPI, choices.kpis), (DIMENSION, choices.dimensions)):
        for choice in listed.values():
            for label in dict.fromkeys(map(plain, _labels_of(choice))):
                found[label] = (*found.get(label, ()), prefix + choice.id)
    return {**found, **{label: (key,) for label, key in fixed.items()}}


def _labels_of(choice: Choice) -> tuple[str, ...]:
    return (choice.id, choice.zh, choice.en, both(choice))


def _spelled(columns: Mapping[str, Column]) -> dict[str, str]:
    return {
        plain(label): key
        for key, column in columns.items()
        for label in (key, column.zh, column.en, f"{column.zh} {column.en}", *column.aliases)
    }
