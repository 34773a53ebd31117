"""What would be concluded otherwise, as a person reads it in a terminal."""

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

_FEW = 3
"""Of so many people every difference is told, of more only verdict and fit."""
_VERDICT = "Verdict"
_HEADLINES = ((_VERDICT, "verdict"), ("Fit", "percent"))
"""What a line tells in full: a kind of conclusion, and which of its fields."""


def report(answer: Row, *, everybody: bool) -> Iterable[RenderableType]:
    """What was supposed, how many would be judged otherwise, and who.

    Of many people only those are listed whose verdict changes, unless `everybody` is to be.
    """
    for change in answer["change"]:
        yield Text(say("假如 ", "Suppose: ") + told(change), style="bold")
    for note in answer["notes"]:
        yield Text(say("提示：", "Note: ") + told(note["message"]), style="cyan")
    yield _summary(answer)
    if answer["verdicts"]:
        yield _transitions(answer["verdicts"])
    rows = answer["rows"]
    if answer["changed"] <= _FEW:
        for row in rows:
            yield from _in_full(row, answer["terms"])
    else:
        yield from _in_brief(rows, answer, everybody)
    if answer["nextOffset"] is not None and (everybody or any(map(_turns, rows[-1]["models"]))):
        after = answer["nextOffset"]
        yield Text(say(f"后面还有：--offset {after}", f"There are more: --offset {after}"), "dim")
    yield Text(say("什么都没有存入。", "Nothing was stored."), style="dim")


def _summary(answer: Row) -> str:
    people, changed, verdicts = answer["people"], answer["changed"], answer["withOtherVerdict"]
    if not changed:
        return say(
            f"看了 {people} 人，没有人的判断会变。",
            f"Looked at {_people_in_english(people)}: nobody would be judged otherwise.",
        )
    return say(
        f"看了 {people} 人：{changed} 人的判断会变，其中 {verdicts} 人的结论会变。",
        f"Looked at {_people_in_english(people)}: {changed} would be judged otherwise,"
        f" {verdicts} with another verdict.",
    )


def _people_in_english(count: int) -> str:
    return "1 person" if count == 1 else f"{count} people"


def _in_brief(rows: Sequence[Row], answer: Row, everybody: bool) -> Iterable[RenderableType]:
    if lines := [(row, m) for row in rows for m in row["models"] if everybody or _turns(m)]:
        yield _people(lines)
    rest = answer["changed"] - answer["withOtherVerdict"]
    if rest and not everybody:
        yield Text(
            say(
                f"另有 {rest} 人结论不变，只是匹配度等有变化；加 --all 一并列出。",
                f"{rest} more keep their verdict while fit or other things change; --all lists them.",
            ),
            style="dim",
        )


def _turns(model: Row) -> bool:
    """Whether the verdict for this model is another one."""
    sides = [
        [(each[side] or {}).get("verdict") for side in ("before", "after")]
        for each in model["differences"]
        if each["kind"] == _VERDICT
    ]
    return any(before != after for before, after in sides)


def _table(*titles: str) -> Table:
    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0))
    for title in titles:
        table.add_column(title, overflow="fold")
    return table


def _transitions(transitions: Sequence[Row]) -> RenderableType:
    table = _table(say("岗位", "Position"), say("结论", "Verdict"), say("人数", "People"))
    for row in transitions:
        arrow = _arrow(_verdict(row, "from"), _verdict(row, "to"))
        table.add_row(told(row["modelLabel"]), arrow, str(row["people"]))
    return Padding(table, (1, 0, 1, 0))


def _people(lines: Iterable[tuple[Row, Row]]) -> RenderableType:
    """One line for each person and model: verdict and fit, and how much else differs."""
    table = _table(
        say("人员", "Person"),
        say("岗位", "Position"),
        say("结论", "Verdict"),
        say("匹配度", "Fit"),
        say("此外", "Besides"),
    )
    for row, model in lines:
        by_kind = _by_kind(model["differences"])
        table.add_row(
            _who(row),
            _named(model),
            *(_change(by_kind.pop(kind, []), name) for kind, name in _HEADLINES),
            say("、", ", ").join(
                f"{told(same[0]['kindLabel'])} {len(same)}" for same in by_kind.values()
            ),
        )
    return table


def _named(model: Row) -> str:
    """What a model is called, and whether the person objects to being judged for it."""
    name = told(model["modelLabel"])
    return say(f"{name}（有异议）", f"{name} (contested)") if model.get("contested") else name


def _by_kind(differences: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for each in differences:
        found.setdefault(each["kind"], []).append(each)
    return found


def _change(differences: Sequence[Row], name: str) -> Text:
    """One field before and after; nothing where it does not differ."""
    for each in differences:
        before, after = _value(each["before"], name), _value(each["after"], name)
        if before != after:
            return _arrow(before, after)
    return Text("")


def _in_full(row: Row, terms: Row) -> Iterable[RenderableType]:
    """Everything that differs for one person, by position."""
    yield Text(f"\n{_who(row)}  {row['asOf']}", style="bold underline")
    for model in row["models"]:
        yield Text(_named(model) or say("与岗位无关", "For any position"), "bold")
        lines = [_line(each, terms) for each in model["differences"]]
        if hours := model.get("planHours"):
            before, after = (f"{hours[side]:g}" for side in ("before", "after"))
            total = _arrow(Text(before), Text(after))
            lines.append(Text(say("培训计划学时 ", "Hours of the training plan ")) + total)
        yield Padding(Text("\n").join(lines), (0, 0, 0, 2))


def _line(each: Row, terms: Row) -> Text:
    """A conclusion that is new, gone, or says something else."""
    before, after = each["before"], each["after"]
    line = Text(told(each["kindLabel"]))
    if each.get("contested"):
        line += Text(say("（有异议）", " (contested)"))
    if before is None or after is None:
        sign, style = ("+ ", "green") if before is None else ("− ", "red")
        said = after if before is None else before
        return Text(sign, style) + line + _about(said, said) + _values(said, terms)
    line += _about(before, after)
    parts = [
        Text(f" {told(terms.get(name))} ") + _arrow(_value(before, name), _value(after, name))
        for name in _fields(before | after)
        if before.get(name) != after.get(name)
    ]
    return Text("~ ", "yellow") + line + Text(say("，", ",")).join(parts)


def _about(before: Row, after: Row) -> Text:
    """The things that a conclusion is about, before and after."""
    names = [
        told(before[f"{name}Label"])
        for name in _fields(before)
        if f"{name}Label" in before and before.get(name) == after.get(name)
    ]
    listed = say("、", ", ").join(dict.fromkeys(names))
    return Text(say("：", ": ") + listed) if names else Text("")


def _values(said: Row, terms: Row) -> Text:
    """The numbers of a conclusion."""
    parts = [
        f"{told(terms.get(name))} {said[name]:g}"
        for name in _fields(said)
        if isinstance(said[name], int | float) and not isinstance(said[name], bool)
    ]
    listed = say(f"（{'，'.join(parts)}）", f" ({', '.join(parts)})")
    return Text(listed, style="dim") if parts else Text("")


def _fields(said: Row) -> list[str]:
    """The fields that have a name of their own: a dimension goes by its requirement."""
    return [name for name in said if not name.endswith("Label") and name != "dimension"]


def _value(said: Row | None, name: str) -> Text:
    """A value as a person reads it; `–` where there is none."""
    if said is None or said.get(name) is None:
        return Text("–")
    if f"{name}Label" in said:
        return verdict(str(said[name]), told(said[f"{name}Label"]))
    value = said[name]
    return Text(f"{value:g}" if isinstance(value, float) else str(value))


def _verdict(row: Row, side: str) -> Text:
    return verdict(str(row[side]), told(row[f"{side}Label"])) if row[side] else Text("–")


def _arrow(before: Text, after: Text) -> Text:
    return before + Text(" → ") + after


def _who(row: Row) -> str:
    return say(f"{row['name']}（{row['person']}）", f"{row['name']} ({row['person']})")
