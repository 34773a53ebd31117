"""Studies as a person reads them in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from kb_service.cli.language import language, say, told
from kb_service.study_records.layout import StudyKind

Row = Mapping[str, Any]
_COLOURS = {"keep": "green", "revise": "yellow", "drop": "red"}


def studies(rows: Iterable[Row]) -> RenderableType:
    """One line for each study."""
    table = _table(
        say("编号", "Id"),
        say("名称", "Name"),
        say("方法", "Method"),
        say("岗位", "Position"),
        say("完成日期", "Completed"),
    )
    for row in rows:
        name = told(row["label"])
        shown = say(f"{name}（虚构）", f"{name} (fictional)") if row["fictional"] else name
        table.add_row(row["id"], shown, told(row["kindLabel"]), row["position"], row["conductedOn"])
    return table


def study(row: Row) -> Iterator[RenderableType]:
    """A study, and what was decided on each item after each round."""
    yield studies([row])
    if row["decisions"]:
        yield _decisions(row["decisions"])
    if row["candidates"]:
        yield Text(say("候选胜任特征：", "Candidates: ") + _listed(row["candidates"]))
    yield from _suggested(row)


def _suggested(row: Row) -> Iterator[RenderableType]:
    """What a study suggests for levels, standards, targets and items."""
    if row["levels"]:
        table = _table(say("项目", "Item"), "", say("建议的要求等级", "Suggested level"))
        for each in row["levels"]:
            table.add_row(each["item"], told(each["itemLabel"]), f"{each['level']:g}")
        yield table
    if row["standards"]:
        of: dict[str, list[str]] = {}
        for each in row["standards"]:
            of.setdefault(each["item"], []).append(each["grade"])
        table = _table(
            say("项目", "Item"), say("通过标准的等级", "Grades with an adopted standard")
        )
        for item, grades in of.items():
            table.add_row(item, " ".join(grades))
        yield table
    if row["targets"]:
        listed = [each["kpi"] for each in row["targets"]]
        yield Text(
            say("通过的绩效目标：" + "、".join(listed), "Targets adopted: " + ", ".join(listed))
        )
    for confirmed, zh, en in (
        (True, "问卷支持：", "Confirmed: "),
        (False, "问卷存疑：", "In doubt: "),
    ):
        rows = [each for each in row["questionnaire"] if each["confirmed"] is confirmed]
        if rows:
            yield Text(say(zh, en) + _listed(rows))


def _listed(rows: Iterable[Row]) -> str:
    names = [told(row["itemLabel"]) for row in rows]
    return say("、".join(names), ", ".join(names))


def _decisions(rows: Iterable[Row]) -> RenderableType:
    table = _table(say("轮次", "Round"), say("项目", "Item"), "", say("决定", "Decision"))
    for row in rows:
        verdict = Text(told(row["verdictLabel"]), _COLOURS.get(row["verdict"], ""))
        table.add_row(row["round"], row["item"], told(row["itemLabel"]), verdict)
    return table


def statistics(rows: Sequence[Row]) -> Iterator[RenderableType]:
    """One line for each statistic, with the cuts that it was held against; then every remark once."""
    table = _table(
        say("轮次", "Round"),
        say("对象", "Of"),
        say("统计量", "Statistic"),
        say("值", "Value"),
        "n",
        say("界限", "Cut"),
    )
    for row in rows:
        count = "" if row["count"] is None else str(row["count"])
        table.add_row(
            row["round"] or "", _of(row), told(row["kindLabel"]), _value(row), count, _cuts(row)
        )
    yield table
    remarks = [
        f"{told(row['kindLabel'])}{say('：', ': ')}{remark[language()]}"
        for row in rows
        for remark in row["remarks"]
        if language() in remark
    ]
    for remark in dict.fromkeys(remarks):
        yield Text(remark, "dim")


def changes(kind: StudyKind, rows: Iterable[Row]) -> RenderableType:
    """One line for each change of a study."""
    table = _table(say("时间", "When"), say("谁", "Who"), say("改动的行数", "Rows changed"))
    names = {plan.name: say(plan.zh, plan.en) for plan in kind.tables}
    for row in rows:
        touched = [f"{names[name]} {count}" for name, count in row["rows"].items()]
        told_of = [say("首次存入", "First stored")] if row["created"] else touched
        table.add_row(row["at"], row["by"] or "", say("、".join(told_of), ", ".join(told_of)))
    return table


def _of(row: Row) -> str:
    pieces = [*row["participants"], row["item"], row["with"], row["grade"], row["kpi"]]
    factor = row["factor"]
    pieces += [] if factor is None else [say(f"因子 {factor}", f"factor {factor}")]
    return " ".join(piece for piece in pieces if piece)


def _value(row: Row) -> Text:
    if row["why"]:
        return Text(row["why"][language()], "dim")
    return Text(f"{row['value']:.4g}")


def _cuts(row: Row) -> Text:
    text = Text()
    for cut in row["cuts"]:
        mark, style = (
            (say("达到", "met"), "green") if cut["met"] else (say("未达到", "missed"), "red")
        )
        text += Text(f"{told(cut['cutLabel'])}: ") + Text(f"{mark} ", style)
    return text


def _table(*headers: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for header in headers:
        table.add_column(header, overflow="fold")
    return table
