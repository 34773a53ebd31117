"""One fit in full, as a person reads it in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from kb_service.cli.language import say, told
from kb_service.cli.looks import Names, bar, number, verdict

Row = Mapping[str, Any]
Section = tuple[str, RenderableType | None]


def report(document: Row, who: str, names: Names) -> Iterable[RenderableType]:
    """Verdict, reasons, parts, requirements, plan, open gaps, risks, incentives, assumptions."""
    yield _verdict(document, who, names)
    if contested := document.get("contested"):
        yield _contested(contested)
    yield _measures(document)
    for title, body in _sections(document, names):
        if body is not None:
            yield Text("\n" + title, style="bold underline")
            yield Padding(body, (0, 0, 0, 2))
    yield from _basis(document["basis"])
    more = f"rengang explain {document['person']} {document['model']}"
    yield Text(
        "\n"
        + say(
            f"以上供人决策参考。完整的推理过程：{more}",
            f"This advises people who decide. The whole reasoning: {more}",
        ),
        style="dim",
    )


def _verdict(document: Row, who: str, names: Names) -> Text:
    line = Text(f"{who} → {names('model', document['model'])}   ", style="bold")
    return line + verdict(document["verdict"], told(document["verdictLabel"]))


def _contested(contested: Row) -> Text:
    since = contested["since"]
    line = say(
        f"有异议：本人自 {since} 起对这一判断提出异议，尚未了结。",
        f"Contested: the person objects to this judgement since {since}, and that is not settled.",
    )
    return Text(line, style="bold yellow")


def _measures(document: Row) -> str:
    fit, coverage = number(document["fit"]), number(document["coveragePercent"])
    day, version = document["asOf"], document["modelVersion"]
    return say(
        f"匹配度 {fit}，覆盖率 {coverage}%，截至 {day}，按模型 {version} 版",
        f"Fit {fit}, coverage {coverage}%, as of {day}, by version {version} of the model",
    )


def _basis(basis: Row) -> Iterable[RenderableType]:
    """By which versions it was concluded, and for a past day what is different now."""
    versions = " · ".join(str(basis[name] or "–") for name in ("rules", "policy", "model"))
    yield Text(
        "\n" + say("规则、政策、模型的版本：", "Rules, policy, model: ") + versions, style="dim"
    )
    if since := basis.get("knownSince"):
        line = say(
            f"存储从 {since} 起才有记录，此前的日子以最早存入的内容为准。",
            f"The store remembers from {since} on; for days before, what was first stored counts.",
        )
        yield Text(line, style="yellow")
    for change in basis.get("since", ()):
        yield Text(say("此后有变：", "Changed since: ") + _since(change), style="yellow")


def _since(change: Row) -> str:
    kinds = {
        "rule": say("规则", "rule"),
        "policy": say("政策", "policy"),
        "model": say("知识", "knowledge"),
        "facts": say("此人的事实", "facts about the person"),
    }
    said = f"{kinds[change['kind']]} {change['id']}"
    if change["kind"] == "facts":
        return f"{said} −{change['removed']} +{change['added']} ({change['at']})"
    values = [_values(change.get(when)) for when in ("before", "after")]
    return f"{said} {values[0]} → {values[1]}" if any(values) else f"{said} ({change.get('at')})"


def _values(said: Row | None) -> str:
    return ", ".join(f"{name} {value}" for name, value in (said or {}).items())


def _sections(document: Row, names: Names) -> Iterable[Section]:
    yield say("理由", "Reasons"), _reasons(document["reasons"], names)
    yield say("各部分", "Parts"), _parts(document["parts"], names)
    yield (
        say("要求与差距", "Requirements and gaps"),
        _requirements(document["requirements"], names),
    )
    hours = number(document["planHours"])
    yield (
        say(f"培训计划（共 {hours} 小时）", f"Training plan ({hours} hours in all)"),
        _plan(document["trainings"], names),
    )
    yield (
        say("培训无法弥补的差距", "Gaps that no training closes"),
        _lines(map(_open_gap, document["openGaps"])),
    )
    yield say("留任风险", "Retention risks"), _lines(map(_risk, document["risks"]))
    yield say("激励建议", "Incentives"), _lines(map(_incentive, document["incentives"]))
    yield say("所依据的假定", "Assumptions it rests on"), _assumptions(document["assumptions"])


def _table(*titles: str, right: Sequence[int] = ()) -> Table:
    table = Table(box=None, header_style="dim", padding=(0, 2, 0, 0), show_header=any(titles))
    for place, title in enumerate(titles):
        table.add_column(title, justify="right" if place in right else "left", overflow="fold")
    return table


def _lines(texts: Iterable[str]) -> Text | None:
    given = list(texts)
    return Text("\n".join(given)) if given else None


def _reasons(reasons: Sequence[Row], names: Names) -> Table | None:
    """What decided the verdict: each kind of reason with the requirements it is due to."""
    by_kind: dict[str, list[str]] = {}
    for row in reasons:
        due_to = by_kind.setdefault(row["kind"], [])
        named = row["label"] is not None
        due_to.append(_due_to(row) if named else names("judgement", row["cause"]))
    table = _table("", "")
    for kind, due_to in by_kind.items():
        table.add_row(names("judgement", kind), Text(say("、", ", ").join(due_to)))
    return table if by_kind else None


def _due_to(row: Row) -> str:
    name, rating, required = told(row["label"]), number(row["rating"]), number(row["required"])
    if row["minimum"] is not None:
        floor = number(row["minimum"])
        return say(f"{name} {rating}（底线 {floor}）", f"{name} {rating} (floor {floor})")
    return say(f"{name} {rating}（要求 {required}）", f"{name} {rating} (required {required})")


def _parts(parts: Row, names: Names) -> Table:
    table = _table("", "", "", right=(1,))
    for part, percent in parts.items():
        table.add_row(names("part", part), number(percent), bar(percent))
    return table


def _requirements(requirements: Sequence[Row], names: Names) -> Table:
    titles = (
        say("要求", "Requirement"),
        say("部分", "Part"),
        say("层级", "Tier"),
        say("要求值", "Required"),
        say("评分", "Rating"),
        say("差距", "Gap"),
        say("超出", "Excess"),
        say("权重", "Weight"),
        say("依据", "Evidence"),
    )
    table = _table(*titles, right=(3, 4, 5, 6, 7))
    for row in requirements:
        gap = Text(number(row["gap"]), style="red" if row["gap"] else "")
        if row["rating"] is None:
            gap = Text(say("未知", "unknown"), style="cyan")
        table.add_row(
            Text(told(row["label"])),
            names("part", row["part"]),
            names("tier", row["tier"]),
            number(row["required"]),
            number(row["rating"]),
            gap,
            number(row["excess"]),
            number(row["weight"]),
            names("evidence", row["evidence"]),
        )
    return table


def _plan(trainings: Sequence[Row], names: Names) -> Table | None:
    """The steps of the plan; trainings that would do as well are counted below it."""
    titles = (
        say("维度", "Dimension"),
        say("步", "Step"),
        say("培训", "Training"),
        say("水平", "Level"),
        say("小时", "Hours"),
        say("方式", "Mode"),
    )
    table = _table(*titles, right=(1, 4))
    steps = [row for row in trainings if row["step"] is not None]
    for row in steps:
        table.add_row(
            Text(told(row["dimensionLabel"])),
            str(row["step"]),
            Text(told(row["label"])),
            f"{number(row['fromLevel'])} → {number(row['toLevel'])}",
            number(row["hours"]),
            names("mode", row["mode"]),
        )
    if others := len(trainings) - len(steps):
        also = say(f"另有 {others} 门可替代", f"{others} more would do as well")
        table.add_row("", "", Text(also, style="dim"), "", "", "")
    return table if trainings else None


def _open_gap(row: Row) -> str:
    name, rating, required = told(row["label"]), number(row["rating"]), number(row["required"])
    text = say(f"{name}：{rating}，要求 {required}", f"{name}: {rating}, required {required}")
    if row["reachable"] is None:
        return text
    reach = number(row["reachable"])
    return text + say(f"，培训可达 {reach}", f", trainings reach {reach}")


def _risk(row: Row) -> str:
    name, rating = told(row["label"]), number(row["rating"])
    return say(
        f"岗位最看重的「{name}」恰是此人较弱的动机（{rating}）。",
        f"{name}, which this position rests on most, is among this person's weakest ({rating}).",
    )


def _incentive(row: Row) -> str:
    name, motive, rating = told(row["label"]), told(row["motivationLabel"]), number(row["rating"])
    served = say("，岗位本身也能满足", "; the position serves it too")
    tail = served if row["servedByPosition"] else ""
    return say(
        f"{name}：满足「{motive}」（{rating}）{tail}", f"{name}: serves {motive} ({rating}){tail}"
    )


def _assumptions(assumptions: Sequence[Row]) -> Text | None:
    """Numbers first, each with its value, then everything else that is assumed."""
    numbers = [row for row in assumptions if row["value"] is not None]
    others = [row for row in assumptions if row["value"] is None]
    texts = [f"{told(row['label'])} {row['value']:g}" for row in numbers]
    texts += [told(row["label"]) for row in others]
    return Text(say("、", "; ").join(texts)) if texts else None
