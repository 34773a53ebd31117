"""`rengang plan`: by what the holders of a position are appraised."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import click

from kb_service.cli.commands import Command, Group, option, with_shared_options
from kb_service.cli.language import Words
from kb_service.cli.opening import reading_anything
from kb_service.cli.plan_report import list_of_plans, plan_in_full
from kb_service.cli.terminal import show

_WORDS = Words(
    zh="""
    绩效方案：各岗位按哪些结果和行为考核，各占多少。

    示例：
      rengang plan list
      rengang plan show customer-service-representative
    """,
    en="""
    Performance plans: by which results and behaviour people are appraised.

    Examples:
      rengang plan list
      rengang plan show customer-service-representative
    """,
)
_CLOSING = Words(
    zh="这些命令只读。方案写在 ontology/plans/ 里，或作为本体上传。",
    en="These commands only read. Plans are written in ontology/plans/, or uploaded as ontologies.",
)
_LIST = Words(
    zh="""
    列出所有绩效方案。

    示例：
      rengang plan list
    """,
    en="""
    List every performance plan.

    Example:
      rengang plan list
    """,
)
_SHOW = Words(
    zh="""
    一套方案的全部内容：一级指标、二级指标、权重、目标和评价来源。

    示例：
      rengang plan show customer-service-representative
    """,
    en="""
    A plan in full: groups, items, weights, targets and who rates.

    Example:
      rengang plan show customer-service-representative
    """,
)
_json: Callable[[Callable[..., Any]], Callable[..., Any]] = option(
    "--json", "as_json", is_flag=True, zh="以 JSON 输出。", en="Print JSON."
)


@click.group("plan", cls=Group, words=_WORDS, closing=_CLOSING)
@with_shared_options
def plan() -> None:
    """Run one of the commands."""


@plan.command("list", cls=Command, words=_LIST)
@with_shared_options
@_json
def list_plans(as_json: bool) -> None:
    """Show every plan."""
    from kb_service.web import performance_answers as answers

    with reading_anything() as view:
        rows = answers.plans(view)
    if as_json:
        _print_json({"rows": rows})
    else:
        show(list_of_plans(rows))


@plan.command("show", cls=Command, words=_SHOW)
@with_shared_options
@_json
@click.argument("id", metavar="PLAN")
def show_plan(id: str, as_json: bool) -> None:
    """Show a plan with its groups, items and raters."""
    from kb_service.web import performance_answers as answers

    with reading_anything() as view:
        found = answers.plan(view, id)
    if as_json:
        _print_json(found)
    else:
        show(*plan_in_full(found))


def _print_json(document: object) -> None:
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))
