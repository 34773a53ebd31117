"""How a team performed, as a person reads it in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from kb_service.cli.language import say, told
from kb_service.cli.looks import number
from kb_service.cli.performance_looks import table_of

Row = Mapping[str, Any]


def of_team(document: Row) -> Iterable[RenderableType]:
    """Members, grades, boxes, and the calibration of teams and raters."""
    period = document["period"]
    yield Text(f"{told(document['label'])} · {period['id']}", style="bold")
    sections = (
        (say("成员", "Members"), _members(document["members"])),
        (say("等级分布", "Grades"), _distribution(document["distribution"])),
        (say("九宫格", "Nine boxes"), _boxes(document["nineBox"])),
        (say("校准：各班组", "Calibration: teams"), _teams(document["teams"])),
        (say("校准：评价人", "Calibration: raters"), _raters_of_team(document["raters"] or ())),
    )
    for title, body in sections:
        if body is not None:
            yield Text("\n" + title, style="bold underline")
            yield Padding(body, (0, 0, 0, 2))


def _members(members: Sequence[Row]) -> Table | None:
    table = table_of(
        say("人员", "Person"),
        say("编号", "Id"),
        say("总分", "Total"),
        say("等级", "Grade"),
        say("覆盖率", "Coverage"),
        say("趋势", "Trend"),
        "",
        right=(2, 4),
    )
    for each in members:
        grade = each["grade"] or say("依据不足", "too little known")
        trend = told(each["trendLabel"]) if each["trendLabel"] else ""
        name, total = str(each["name"] or ""), number(each["total"])
        coverage = f"{number(each['coveragePercent'])}%"
        marked = _mark(each["contestedSince"])
        table.add_row(name, each["person"], total, grade, coverage, trend, marked)
    return table if members else None


def _mark(contested_since: object) -> Text:
    return Text(say("有异议", "contested") if contested_since else "", style="yellow")


def _distribution(rows: Sequence[Row]) -> Table:
    table = table_of("", "", right=(1,))
    for each in rows:
        table.add_row(each["grade"] or say("无等级", "no grade"), str(each["people"]))
    return table


def _boxes(places: Sequence[Row]) -> Table | None:
    table = table_of(
        say("人员", "Person"),
        say("竞聘", "Candidate for"),
        say("匹配度", "Fit"),
        say("所在格", "Box"),
        "",
        right=(2,),
    )
    for each in places:
        name = str(each["name"] or each["person"])
        fit, marked = number(each["fit"]), _mark(each["contestedSince"])
        table.add_row(name, each["model"], fit, told(each["boxLabel"]), marked)
    return table if places else None


def _teams(rows: Sequence[Row]) -> Table | None:
    table = table_of(
        say("班组", "Team"),
        say("等级", "Grade"),
        say("人数", "People"),
        say("已评", "Graded"),
        right=(2, 3),
    )
    for each in rows:
        counts = (str(each["people"]), str(each["appraised"]))
        table.add_row(told(each["teamLabel"]), each["grade"], *counts)
    return table if rows else None


def _raters_of_team(raters: Sequence[Row]) -> Table | None:
    table = table_of(
        say("评价人", "Rater"),
        say("来源", "Kind"),
        say("评分数", "Ratings"),
        say("相差", "Points from the rest"),
        say("倾向", "Leaning"),
        right=(2, 3),
    )
    words = {
        "stricter": say("明显偏严", "far stricter"),
        "milder": say("明显偏宽", "far milder"),
        "alike": say("相近", "alike"),
    }
    for each in raters:
        kind, leaning = told(each["sourceLabel"]), words[each["leaning"]]
        count, apart = str(each["ratings"]), f"{each['deviation']:+g}"
        table.add_row(each["rater"], kind, count, apart, leaning)
    return table if raters else None
