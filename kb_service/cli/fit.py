"""`rengang fit`: how a person fits every position, or one position in full."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

import click
from rich.table import Table

from kb_service.access.view import View
from kb_service.cli.commands import Command, option, with_shared_options
from kb_service.cli.days import as_of_option, past_day
from kb_service.cli.failures import NotFound
from kb_service.cli.fit_report import report
from kb_service.cli.language import Words, label, say
from kb_service.cli.looks import names_in, number, verdict
from kb_service.cli.opening import reading
from kb_service.cli.terminal import show
from kb_service.knowledge_base import UnknownThingError

_WORDS = Words(
    zh="""
    某人与各岗位的匹配，或与一个岗位匹配的全部内容。

    给出岗位模型时显示：结论及其理由、各部分、各项要求与差距、培训计划、
    留任风险、激励建议和所依据的假定。结论供人决策参考。

    示例：
      rengang fit p001
      rengang fit p001 customer-service-specialist
      rengang fit p001 team-leader --format json
      rengang fit p001 team-leader --as-of 2026-06-30
    """,
    en="""
    How a person fits every position, or all about the fit for one.

    With a position model it shows the verdict and its reasons, the parts, every
    requirement and gap, the training plan, retention risks, incentives, and the
    assumptions it rests on. A verdict advises people who decide.

    Examples:
      rengang fit p001
      rengang fit p001 customer-service-specialist
      rengang fit p001 team-leader --format json
      rengang fit p001 team-leader --as-of 2026-06-30
    """,
)


@click.command("fit", cls=Command, words=_WORDS)
@with_shared_options
@option(
    "--format",
    "form",
    type=click.Choice(("table", "json")),
    default="table",
    show_default=True,
    zh="输出格式。",
    en="The form of the answer.",
)
@as_of_option
@click.argument("person")
@click.argument("model", required=False)
def fit(person: str, model: str | None, form: str, as_of: datetime | None) -> None:
    """Print one fit in full, or the table of all."""
    with reading() as base:
        day = past_day(base, as_of)
        if model is None:
            _print_all(base, person, form, day)
        else:
            document = _fit(base, person, model, day)
            if form == "json":
                _print_json(document)
            else:
                show(*report(document, _who(base, person), names_in(base)))


def _fit(base: View, person: str, model: str, day: date | None) -> dict[str, Any]:
    try:
        return base.fit(person, model, day)
    except UnknownThingError:
        raise
    except LookupError as error:
        raise NotFound(
            f"岗位模型 {model} 没有发布，没有对它下结论。",
            f"The position model {model} is not published, so nobody is judged for it.",
        ) from error


def _who(base: View, person: str) -> str:
    rows = base.ask("person", person=person).rows
    name = rows[0]["name"] if rows else person
    return say(f"{name}（{person}）", f"{name} ({person})")


def _print_json(document: object) -> None:
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))


def _print_all(base: View, person: str, form: str, day: date | None) -> None:
    rows = base.ask_as_of(day, "fits-of-person", person=person).rows
    if form == "json":
        _print_json(rows)
        return
    relations = _relations(base, person)
    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0), title_justify="left")
    table.title = _who(base, person)
    table.add_column(say("岗位", "Position"))
    table.add_column(say("编号", "Model"))
    table.add_column(say("结论", "Verdict"))
    table.add_column(say("匹配度", "Fit"), justify="right")
    table.add_column(say("覆盖率", "Coverage"), justify="right")
    table.add_column("")
    for row in rows:
        known, total = float(row["known_weight"] or 0), float(row["total_weight"] or 1)
        score = row["fit"]
        table.add_row(
            label(row, "model"),
            str(row["model"]),
            verdict(str(row["verdict"]), label(row, "verdict")),
            number(float(score) if score is not None else None),
            f"{100 * known / total:.0f}%",
            _remarks(relations.get(str(row["model"]), ""), row["contested_since"]),
        )
    show(table)
    hint = f"rengang fit {person} MODEL"
    click.echo(say(f"\n理由、差距和假定：{hint}", f"\nReasons, gaps and assumptions: {hint}"))


def _remarks(relation: str, contested_since: object) -> str:
    """What a position is to this person, and whether they object to the judgement."""
    said = [relation, say("有异议", "contested") if contested_since else ""]
    return say("，", ", ").join(each for each in said if each)


def _relations(base: View, person: str) -> dict[str, str]:
    """From a model to what its position is to this person: the post held, or one wished for."""
    about = base.ask("person", person=person).rows
    words = {row["candidate_for"]: say("竞聘", "candidate") for row in about}
    words |= {row["post"]: say("现岗", "own post") for row in about}
    found = {}
    for row in base.ask("position-models").rows:
        for model in base.ask("position-model", model=str(row["id"])).rows:
            found[str(row["id"])] = words.get(model["position"], "")
    return found
