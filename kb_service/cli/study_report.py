"""Studies as a person reads them in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from kb_service.cli.language import language, say, told

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


def _listed(rows: Iterable[Row]) -> str:
    names = [told(row["itemLabel"]) for row in rows]
    return say("、".join(names), ", ".join(names))


def _decisions(rows: Iterable[Row]) -> RenderableType:
    table = _table(say("轮次", "Round"), say("项目", "Item"), "", say("决定", "Decision"))
    for row in rows:
        verdict = Text(told(row["verdictLabel"]), _COLOURS.get(row["verdict"], ""))
        table.add_row(row["round"], row["item"], told(row["itemLabel"]), verdict)
    return table


def statistics(rows: Iterable[Row]) -> RenderableType:
    """One line for each statistic, with the cuts that it was held against."""
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
    return table


def _of(row: Row) -> str:
    pieces = [*row["participants"], row["item"], row["with"], row["grade"]]
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
