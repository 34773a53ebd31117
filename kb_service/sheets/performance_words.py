"""What keeps sheets of figures and ratings from being read, in Chinese and in English."""

from __future__ import annotations

MISSING = {
    "person": (
        "缺少工号；请填写，例如 p001。",
        "The person id is missing; give one, such as p001.",
    ),
    "date": (
        "缺少日期；请填写，例如 2026-10-05。",
        "The date is missing; give one, such as 2026-10-05.",
    ),
    "period": (
        "缺少考核周期；请填写，例如 2026-q3。",
        "The period is missing; give one, such as 2026-q3.",
    ),
    "source": (
        "缺少来源；请填写，例如「上级」。",
        "The source is missing; give one, such as Supervisor.",
    ),
    "rater": (
        "缺少评价人；请填写代号，例如 r0123。",
        "The rater is missing; give a code, such as r0123.",
    ),
    "item": (
        "缺少指标；请填写是哪一项，例如「投诉率」。",
        "The indicator is missing; say which it is, such as Complaint rate.",
    ),
    "value": (
        "缺少数值；请填写，或删去这一行。",
        "The value is missing; give it, or delete the row.",
    ),
    "grade": (
        "缺少等级；请填写，或删去这一行。",
        "The grade is missing; give it, or delete the row.",
    ),
}
"""By the key of the column, what to say when its cell is empty."""
NO_FIGURE = (
    "这一行没有任何数值；请至少填一项，或删去这一行。",
    "There is no figure in this row; give at least one, or delete the row.",
)
NO_GRADE = (
    "这一行没有任何等级；请至少填一项，或删去这一行。",
    "There is no grade in this row; give at least one, or delete the row.",
)
NO_HEADER = (
    "没有找到表头；表头要有「工号」列，最好直接使用模板。",
    "No header row was found: it needs a column Person id; best use the template.",
)
NO_ROWS = (
    "表头下面没有数据；请至少填写一行。",
    "There is nothing below the header; fill in at least one row.",
)
NEITHER = (
    "看不出这张表是绩效数据还是行为评价：绩效数据要有绩效指标的列，行为评价要有「评价人」和行为指标的列；"
    "两者请分开放在两张表，测评请另用一个文件。",
    "Whether this sheet is of figures or of ratings cannot be told: figures have columns of KPIs,"
    " ratings have the column Rater and columns of indicators. Keep them on two sheets, and"
    " assessments in a file of their own.",
)
