"""`rengang rules coverage`: how often each rule fires, and in which cases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from rich.table import Table
from rich.text import Text

from kb_service.cli.commands import Command, option, with_shared_options
from kb_service.cli.example_facts import read_example_facts
from kb_service.cli.language import Words, say
from kb_service.cli.rules.folder import (
    faults_of_the_folder_told,
    runnable,
    sound_book,
    with_knowledge_folder,
)
from kb_service.cli.terminal import remark, show
from kb_service.engine.rule_cases import case_files
from kb_service.engine.rule_coverage import Fired, rule_coverage

_WORDS = Words(
    zh="""
    统计每条规则在示例机构上得出多少结论、涉及多少人，在哪些用例里得出结论。

    从未得出结论的规则会标出来。用例只在源码目录里有。约需十秒。

    示例：
      rengang rules coverage
      rengang rules coverage --format json
    """,
    en="""
    Count how often each rule fires on the example organisation, and in which cases.

    Rules that never fire are marked. Cases are at hand in a checkout of the
    sources only. This takes about ten seconds.

    Examples:
      rengang rules coverage
      rengang rules coverage --format json
    """,
)


@click.command("coverage", cls=Command, words=_WORDS)
@with_shared_options
@with_knowledge_folder
@option(
    "--format",
    "form",
    type=click.Choice(("table", "json")),
    default="table",
    show_default=True,
    zh="输出格式。",
    en="The form of the output.",
)
def coverage(root: Path, form: str) -> None:
    """Print each rule with its conclusions, people and cases."""
    with faults_of_the_folder_told():
        rules = runnable(sound_book(root))
        example = read_example_facts(root)
        fired = rule_coverage(rules, example.shared, example.people, example.as_of, root)
    if form == "json":
        click.echo(json.dumps([_row(each) for each in fired], ensure_ascii=False, indent=2))
        return
    _print_table(fired)
    silent = [each.rule.name for each in fired if each.never]
    if silent:
        names = ", ".join(silent)
        remark(say(f"从未得出结论：{names}", f"These never fire: {names}"))
    if not case_files(root):
        remark(say("这里没有用例文件夹 tests/rules。", "There is no folder tests/rules here."))


def _row(fired: Fired) -> dict[str, Any]:
    return {
        "stage": fired.rule.stage,
        "rule": fired.rule.name,
        "conclusions": fired.conclusions,
        "people": fired.people,
        "cases": dict(fired.cases),
        "neverFires": fired.never,
    }


def _print_table(fired: list[Fired]) -> None:
    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column(say("阶段", "Stage"), no_wrap=True)
    table.add_column(say("规则", "Rule"), no_wrap=True)
    table.add_column(say("结论数", "Conclusions"), justify="right")
    table.add_column(say("人数", "People"), justify="right")
    table.add_column(say("在这些用例里得出结论", "Fires in these cases"), overflow="fold")
    before = ""
    for each in fired:
        stage = "" if each.rule.stage == before else each.rule.stage
        before = each.rule.stage
        never = Text(say("从不", "never"), style="bold red")
        table.add_row(
            Text(stage, style="bold"),
            Text(each.rule.name, style="cyan"),
            Text(str(each.conclusions)) if each.conclusions else never,
            Text(str(each.people) if each.people else "–"),
            Text("; ".join(each.cases)) if each.cases else never,
        )
    show(table)
