"""Performance plans as a person reads them in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from kb_service.cli.language import say, told
from kb_service.cli.performance_looks import figure, percent, table_of

Row = Mapping[str, Any]


def list_of_plans(plans: Sequence[Row]) -> Table:
    """Every plan with its position and shares."""
    table = table_of(
        say("编号", "Id"),
        say("方案", "Plan"),
        say("岗位", "Position"),
        say("结果", "Results"),
        say("行为", "Behaviour"),
        say("状态", "Status"),
        right=(3, 4),
    )
    for plan in plans:
        table.add_row(
            plan["id"],
            told(plan["idLabel"]),
            told(plan["positionLabel"]),
            percent(plan["kpiShare"]),
            percent(plan["behaviourShare"]),
            plan["status"],
        )
    return table


def plan_in_full(plan: Row) -> Iterable[RenderableType]:
    """A plan with its groups, items and raters."""
    version = say(f"第 {plan['version']} 版", f"version {plan['version']}")
    yield Text(f"{told(plan['idLabel'])} · {told(plan['positionLabel'])} · {version}", "bold")
    results, behaviour = percent(plan["kpiShare"]), percent(plan["behaviourShare"])
    yield say(f"结果 {results}，行为 {behaviour}", f"Results {results}, behaviour {behaviour}")
    for group in plan["groups"]:
        title = f"{told(group['groupLabel'])} {percent(group['groupWeight'])}"
        yield Text("\n" + title, style="bold underline")
        yield Padding(_planned(group["items"]), (0, 0, 0, 2))
    yield Text("\n" + say("由谁评价行为", "Who rates behaviour"), style="bold underline")
    raters = table_of("", "", right=(1,))
    for each in plan["raters"]:
        raters.add_row(told(each["raterLabel"]), percent(each["weight"]))
    yield Padding(raters, (0, 0, 0, 2))


def _planned(items: Sequence[Row]) -> Table:
    table = table_of(
        say("指标", "Indicator"),
        say("权重", "Weight"),
        say("门槛值", "Threshold"),
        say("目标值", "Target"),
        say("挑战值", "Stretch"),
        right=(1, 2, 3, 4),
    )
    for item in items:
        figures = (figure(item[name], item["unit"]) for name in ("threshold", "target", "stretch"))
        shown = figures if item["unit"] else ("", "", "")
        table.add_row(told(item["aboutLabel"]), percent(item["itemWeight"]), *shown)
    return table
