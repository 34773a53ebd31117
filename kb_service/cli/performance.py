"""`rengang performance`: how a person or a team performed in a period."""

from __future__ import annotations

import json
from datetime import datetime

import click

from kb_service.cli.appraisal_report import of_person
from kb_service.cli.commands import Command, option, with_shared_options
from kb_service.cli.days import as_of_option, past_day
from kb_service.cli.language import Words, say
from kb_service.cli.opening import reading
from kb_service.cli.team_report import of_team
from kb_service.cli.terminal import show

_WORDS = Words(
    zh="""
    某人或一个班组在一个考核周期的绩效。

    某人：总分、等级、覆盖率、各项指标、评价来源（只说哪种来源，不说是谁）、
    目标、长项、发展需求与培训、九宫格和激励建议。
    班组：成员、等级分布、九宫格，以及各班组和评价人的校准。
    不给 --period 时取最近一次考核。分数供人决策参考。

    示例：
      rengang performance p001
      rengang performance p001 --period 2026-q3 --format json
      rengang performance p001 --period 2026-q2 --as-of 2026-07-31
      rengang performance --team power-service-1 --period 2026-q3
    """,
    en="""
    How a person or a team performed in a period.

    Of a person: the total, grade and coverage, every indicator, raters by their
    kind and never by who they are, goals, strengths, what to develop and by which
    training, boxes and rewards. Of a team: its members, grades, boxes, and the
    calibration of teams and raters. Without --period it is the latest appraisal.
    Scores advise people who decide.

    Examples:
      rengang performance p001
      rengang performance p001 --period 2026-q3 --format json
      rengang performance p001 --period 2026-q2 --as-of 2026-07-31
      rengang performance --team power-service-1 --period 2026-q3
    """,
)


@click.command("performance", cls=Command, words=_WORDS)
@with_shared_options
@option("--period", metavar="PERIOD", zh="考核周期编号。", en="The id of a period.")
@option("--team", metavar="TEAM", zh="一个班组，而不是某人。", en="A team in place of a person.")
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
@click.argument("person", required=False)
def performance(
    person: str | None, period: str | None, team: str | None, form: str, as_of: datetime | None
) -> None:
    """Print the appraisal of a person, or how a team performed."""
    from kb_service.web import performance_answers as answers

    if (person is None) == (team is None):
        raise click.UsageError(
            say("请给出一个人，或 --team 班组。", "Name either a person or --team TEAM.")
        )
    if team is not None and as_of is not None:
        raise click.UsageError(
            say("--as-of 只用于一个人，不能与 --team 合用。", "--as-of goes with a person only.")
        )
    with reading() as base:
        if team is not None:
            document = answers.team(base, team, period)
            lines = of_team(document)
        else:
            document = answers.performance(base, person or "", period, past_day(base, as_of))
            lines = of_person(document, base.ask("person", person=person or "").rows[0]["name"])
    if form == "json":
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        show(*lines)
