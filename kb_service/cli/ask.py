"""`rengang ask`: the questions that HR may ask, and their answers."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

import click
from rich.table import Table
from rich.text import Text

from kb_service.access.view import View
from kb_service.cli.commands import Command, option, with_shared_options
from kb_service.cli.language import LANGUAGES, Words, language, say
from kb_service.cli.opening import reading, reading_anything
from kb_service.cli.terminal import show
from kb_service.knowledge_base import Answer
from kb_service.questions import TellsOf, questions
from kb_service.vocabulary import BASE

_WORDS = Words(
    zh="""
    提出一个问题；不给问题就列出全部问题。

    参数写成 名称=编号。csv 和 json 给出所有列，适合交给其他程序。

    示例：
      rengang ask
      rengang ask people
      rengang ask candidates-for-model model=team-leader
      rengang ask training-demand --format csv > 培训需求.csv
    """,
    en="""
    Ask a question; without one, list all of them.

    Parameters are written name=id. csv and json give every column, for programs.

    Examples:
      rengang ask
      rengang ask people
      rengang ask candidates-for-model model=team-leader
      rengang ask training-demand --format csv > demand.csv
    """,
)


@click.command("ask", cls=Command, words=_WORDS)
@with_shared_options
@option(
    "--format",
    "form",
    type=click.Choice(("table", "json", "csv")),
    default="table",
    show_default=True,
    zh="输出格式。",
    en="The form of the answer.",
)
@option("--limit", type=click.IntRange(1), zh="最多几行。", en="At most so many rows.")
@option("--offset", type=click.IntRange(0), zh="跳过前几行。", en="Skip so many rows.")
@click.argument("question", required=False)
@click.argument("parameters", nargs=-1, metavar="[NAME=VALUE]...")
def ask(
    question: str | None,
    parameters: tuple[str, ...],
    form: str,
    limit: int | None,
    offset: int | None,
) -> None:
    """Print the answer to a question, or the questions there are."""
    if question is None:
        columns, rows = _all_questions()
    else:
        things = _parsed(parameters)
        with _opened_for(question) as base:
            answer: Answer = base.ask(question, limit=limit, offset=offset, **things)
        columns, rows = answer.columns, answer.rows
    _PRINTERS[form](columns, rows)


def _opened_for(question: str) -> AbstractContextManager[View]:
    """What to ask: what tells of nobody can be asked before there is any data."""
    asked = questions().get(question)
    tells_of_nobody = asked is not None and asked.tells_of is TellsOf.NOBODY
    return reading_anything() if tells_of_nobody else reading()


def _parsed(parameters: Sequence[str]) -> dict[str, str]:
    things = {}
    for parameter in parameters:
        name, equals, value = parameter.partition("=")
        if not equals or not name.isidentifier() or name in ("name", "limit", "offset"):
            raise click.UsageError(
                say(
                    f"参数应写成 名称=编号，例如 person=p001；「{parameter}」不是。",
                    f"Write a parameter as name=id, such as person=p001; {parameter!r} is not.",
                )
            )
        things[name] = value
    return things


def _all_questions() -> tuple[tuple[str, ...], list[dict[str, Any]]]:
    rows: list[dict[str, Any]] = [
        {
            "question": each.name,
            "takes": " ".join(f"{name}=…" for name in each.takes),
            "asks_zh": each.asks_zh,
            "asks_en": each.asks,
        }
        for each in questions().values()
    ]
    return ("question", "takes", "asks_zh", "asks_en"), rows


def _print_table(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
    """Print the columns that a person reads: texts in their language, no IRIs of conclusions."""
    other = "_en" if language() == "zh" else "_zh"
    shown = [
        name
        for name in columns
        if not name.endswith(other)
        and not any(str(row[name] or "").startswith(BASE) for row in rows)
    ]
    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0))
    for name in shown:
        numbers = all(isinstance(row[name], int | float | None) for row in rows)
        table.add_column(
            Text(_title(name)), justify="right" if rows and numbers else "left", overflow="fold"
        )
    for row in rows:
        table.add_row(*(Text(cell(row[name])) for name in shown))
    show(table)


def _title(column: str) -> str:
    plain = column[:-3] if column.endswith(tuple(f"_{name}" for name in LANGUAGES)) else column
    return plain.replace("_", " ")


def cell(value: object) -> str:
    """A value as a table shows it."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return say("是", "yes") if value else say("否", "no")
    return f"{value:g}" if isinstance(value, float) else str(value)


def _print_csv(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([row[name] for name in columns] for row in rows)


def _print_json(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
    del columns
    click.echo(json.dumps(list(rows), ensure_ascii=False, indent=2))


_PRINTERS: dict[str, Callable[[Sequence[str], Sequence[Mapping[str, Any]]], None]] = {
    "table": _print_table,
    "csv": _print_csv,
    "json": _print_json,
}
