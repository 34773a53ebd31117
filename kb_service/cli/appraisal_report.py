"""An appraisal as a person reads it in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from kb_service.cli.language import say, told
from kb_service.cli.looks import number
from kb_service.cli.performance_looks import figure, percent, table_of

Row = Mapping[str, Any]


def of_person(document: Row, name: object) -> Iterable[RenderableType]:
    """Total, indicators group by group, raters by kind, goals, advice, and what it rests on."""
    period = document["period"]
    who = say(f"{name}（{document['person']}）", f"{name} ({document['person']})")
    yield Text(f"{who} · {told(period['label']) if period['label'] else period['id']}", "bold")
    yield _result(document)
    if contested := document["contested"]:
        yield _contested(contested["since"])
    if not document["sufficientEvidence"]:
        yield Text(
            say("依据不足，不评等级；缺少的评分是未知，不是零分。",
                "Too little is known for a grade; what is missing is unknown and no nought."),
            style="cyan",
        )  # fmt: skip
    for group in document["groups"]:
        yield Text("\n" + _group_title(group), style="bold underline")
        yield Padding(_items(group), (0, 0, 0, 2))
    for title, body in _sections(document):
        if body is not None:
            yield Text("\n" + title, style="bold underline")
            yield Padding(body, (0, 0, 0, 2))
    yield from _closing(document)


def _result(document: Row) -> str:
    total, coverage = number(document["total"]), number(document["coveragePercent"])
    grade = f"{document['grade']} {told(document['gradeLabel'])}" if document["grade"] else "–"
    trend = document["trend"]
    plan = f"{told(document['plan']['label'])} {document['plan']['version']}"
    moved = f" · {told(trend['label'])} {trend['change']:+g}" if trend else ""
    return say(
        f"总分 {total}，等级 {grade}，覆盖率 {coverage}%{moved} · {plan}",
        f"Total {total}, grade {grade}, coverage {coverage}%{moved} · {plan}",
    )


def _contested(since: str) -> Text:
    line = say(
        f"有异议：本人自 {since} 起对这次考核提出异议，尚未了结。",
        f"Contested: the person objects to this appraisal since {since}, and that is not settled.",
    )
    return Text(line, style="bold yellow")


def _group_title(group: Row) -> str:
    score = say("未知", "unknown")
    if group["score"] is not None:
        score = f"{number(group['score'])} {group['grade']}"
    return f"{told(group['label'])} {percent(group['weight'])} · {score}"


def _items(group: Row) -> Table:
    if group["kind"] == "results":
        return _figures(group["items"])
    table = table_of(
        say("指标", "Indicator"),
        say("权重", "Weight"),
        say("人数", "Raters"),
        say("得分", "Score"),
        say("等级", "Grade"),
        right=(1, 2, 3),
    )
    for item in group["items"]:
        raters = "" if item["raters"] is None else str(item["raters"])
        table.add_row(told(item["label"]), percent(item["weight"]), raters, *_scored(item))
    return table


def _figures(items: Sequence[Row]) -> Table:
    table = table_of(
        say("指标", "Indicator"),
        say("权重", "Weight"),
        say("目标", "Target"),
        say("实际", "Reached"),
        say("得分", "Score"),
        say("等级", "Grade"),
        right=(1, 2, 3, 4),
    )
    for item in items:
        table.add_row(
            told(item["label"]),
            percent(item["weight"]),
            figure(item["target"], item["unit"]),
            figure(item["measured"], item["unit"]),
            *_scored(item),
        )
    return table


def _scored(item: Row) -> tuple[str | Text, str]:
    if item["score"] is None:
        return Text(say("未知", "unknown"), style="cyan"), ""
    return number(item["score"]), f"{item['grade']} {told(item['gradeLabel'])}"


def _sections(document: Row) -> Iterable[tuple[str, RenderableType | None]]:
    yield say("评价来源", "Who rated, by kind"), _raters(document["raters"])
    missed = [_goal(each) for each in document["goalsMissed"]]
    met = len(document["goalsMet"])
    title = say(f"目标：达成 {met} 项，未达成", f"Goals: {met} met, and missed")
    yield title, lines(missed)
    yield (
        say("长项", "Strengths"),
        lines(f"{told(each['label'])} {number(each['score'])}" for each in document["strengths"]),
    )
    yield say("发展需求", "What to develop"), lines(map(_need, document["needs"]))
    yield (
        say("九宫格", "Nine boxes"),
        lines(map(_box, document["nineBox"])),
    )
    yield (
        say("激励建议", "Rewards suggested"),
        lines(
            f"{told(each['label'])} ({told(each['motivationLabel'])})"
            for each in document["rewards"]
        ),
    )


def _box(box: Row) -> str:
    line = f"{told(box['modelLabel'])}: {told(box['label'])} ({number(box['fit'])})"
    return f"{line} · {say('有异议', 'contested')}" if box["contestedSince"] else line


def lines(texts: Iterable[str]) -> Text | None:
    given = list(texts)
    return Text("\n".join(given)) if given else None


def _raters(raters: Sequence[Row]) -> Table:
    table = table_of("", say("权重", "Weight"), say("人数", "Raters"), right=(1, 2))
    for each in raters:
        table.add_row(told(each["label"]), percent(each["weight"]), str(each["forms"]))
    return table


def _goal(goal: Row) -> str:
    target, reached = (figure(goal[name], goal["unit"]) for name in ("target", "measured"))
    name = told(goal["label"])
    return say(f"{name}：{reached}，目标 {target}", f"{name}: {reached}, target {target}")


def _need(need: Row) -> str:
    line = f"{told(need['label'])} {number(need['score'])} → {told(need['developsLabel'])}"
    trainings = say("、", ", ").join(told(each["label"]) for each in need["trainings"])
    return f"{line}: {trainings}" if trainings else line


def _closing(document: Row) -> Iterable[RenderableType]:
    basis = document["basis"]
    versions = " · ".join(str(basis[name] or "–") for name in ("rules", "policy", "plan"))
    yield Text(
        "\n" + say("规则、政策、方案的版本：", "Rules, policy, plan: ") + versions, style="dim"
    )
    count = len(document["assumptions"])
    yield Text(
        say(
            f"依据 {count} 项假定（--format json 可全部列出）。以上供人决策参考。"
            f"完整的推理过程：rengang explain {document['conclusion']}",
            f"It rests on {count} assumptions (--format json lists them) and advises people who "
            f"decide. The whole reasoning: rengang explain {document['conclusion']}",
        ),
        style="dim",
    )
