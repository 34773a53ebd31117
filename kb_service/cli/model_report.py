"""Versions of position models as a person reads them in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from kb_service.cli.language import say, told
from kb_service.cli.looks import verdict

Row = Mapping[str, Any]

_COLOURS = {"published": "green", "approved": "cyan", "in-review": "yellow", "retired": "dim"}
_MARKS = {"added": ("+ ", "green"), "removed": ("− ", "red"), "changed": ("~ ", "yellow")}


def versions(rows: Iterable[Row]) -> RenderableType:
    """One line for each version, with its last step."""
    table = _table(
        say("岗位模型", "Model"),
        say("版本", "Version"),
        say("状态", "Status"),
        say("最近一步", "Last step"),
        say("由谁", "By"),
        say("时间", "When"),
    )
    for row in rows:
        last = row["steps"][-1]
        status = Text(told(row["statusLabel"]), _COLOURS.get(row["status"], ""))
        table.add_row(
            row["model"], row["version"], status, told(last["label"]), last["by"], _when(last)
        )
    return table


def log(rows: Iterable[Row]) -> RenderableType:
    """Every step of these versions, the earliest first."""
    table = _table(
        say("时间", "When"),
        say("版本", "Version"),
        say("步骤", "Step"),
        say("由谁", "By"),
        say("缘由", "Why"),
    )
    steps = [(each["at"], row["version"], each) for row in rows for each in row["steps"]]
    for _, version, each in sorted(steps, key=lambda step: step[0]):
        table.add_row(_when(each), version, told(each["label"]), each["by"], each["reason"])
    return table


def difference(found: Row) -> Iterable[RenderableType]:
    """What is asked for otherwise, what else is said otherwise, and who is judged otherwise."""
    requirements: Sequence[Row] = found["requirements"]
    if not requirements and not found["others"]:
        yield say("两个版本内容相同。", "Both versions say the same.")
    for each in requirements:
        mark, style = _MARKS[each["change"]]
        for sentence in each["sentences"]:
            yield Text(mark, style) + Text(told(sentence))
    for sentence in found["others"]:
        yield Text("· ", "dim") + Text(told(sentence))
    yield Text("")
    yield _summary(found)
    if found["verdicts"]:
        yield Padding(_transitions(found["verdicts"]), (1, 0, 0, 0))
    if found["rows"]:
        yield Padding(_people(found["rows"]), (1, 0, 0, 0))


def _summary(found: Row) -> str:
    people, changed = found["people"], found["changed"]
    if not changed:
        return say(
            f"看了 {people} 人，没有人的结论会变。",
            f"Looked at {people} people: nobody would get another verdict.",
        )
    return say(
        f"看了 {people} 人：{changed} 人的结论会变。",
        f"Looked at {people} people: {changed} would get another verdict.",
    )


def _transitions(rows: Iterable[Row]) -> RenderableType:
    table = _table(say("结论", "Verdict"), say("人数", "People"))
    for row in rows:
        table.add_row(_turn(row), str(row["people"]))
    return table


def _people(rows: Iterable[Row]) -> RenderableType:
    table = _table(say("人员", "Person"), say("结论", "Verdict"))
    for row in rows:
        name, id = row["name"] or row["person"], row["person"]
        table.add_row(say(f"{name}（{id}）", f"{name} ({id})"), _turn(row))
    return table


def _turn(row: Row) -> Text:
    sides = [
        verdict(row[side], told(row[f"{side}Label"])) if row[side] else Text("–")
        for side in ("from", "to")
    ]
    return sides[0] + Text(" → ") + sides[1]


def _when(step: Row) -> str:
    return str(step["at"])[:16].replace("T", " ")


def _table(*titles: str) -> Table:
    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0))
    for title in titles:
        table.add_column(title, overflow="fold")
    return table
