"""`rengang rules list` and `rengang rules readme`: the rules and their stages, to read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from rich.table import Table
from rich.text import Text

from kb_service.cli.commands import Command, option, with_shared_options
from kb_service.cli.failures import Failure
from kb_service.cli.language import Words, language, say
from kb_service.cli.rules.folder import (
    faults_of_the_folder_told,
    sound_book,
    with_knowledge_folder,
    write,
)
from kb_service.cli.terminal import show
from kb_service.engine.checker import Book
from kb_service.engine.rule_pages import readme as readme_of
from kb_service.engine.rule_pages import rules_in_order

_LIST_WORDS = Words(
    zh="""
    逐个阶段列出规则：名称、说了什么、读什么、得出什么、版本。

    版本是文件内容的 SHA-256 的前 12 位。

    示例：
      rengang rules list
      rengang rules list --format json
    """,
    en="""
    List the rules stage by stage: name, what each reads and writes, version.

    The version is the first 12 digits of the SHA-256 of the file.

    Examples:
      rengang rules list
      rengang rules list --format json
    """,
)
_README_WORDS = Words(
    zh="""
    由各规则的文件头生成 rules/README.md。

    --check 只检查它是否是最新的；不是时退出码为 1。

    示例：
      rengang rules readme
      rengang rules readme --check
    """,
    en="""
    Make rules/README.md from the headers of the rules.

    With --check nothing is written, and the exit code is 1 unless it is current.

    Examples:
      rengang rules readme
      rengang rules readme --check
    """,
)


@click.command("list", cls=Command, words=_LIST_WORDS)
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
def list_rules(root: Path, form: str) -> None:
    """Print the rules, stage by stage."""
    with faults_of_the_folder_told():
        book = sound_book(root)
    rows = [_row(book, number) for number in range(len(book.rules))]
    if form == "json":
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        _print_table(rows)


def _row(book: Book, number: int) -> dict[str, Any]:
    parsed = rules_in_order(book)[number]
    rule = parsed.rule
    return {
        "stage": rule.stage,
        "name": rule.name,
        "scope": "person" if book.judges_people(parsed) else "shared",
        "title": rule.title,
        "says_zh": rule.says_zh,
        "says_en": rule.says,
        "reads": parsed.header.names("Reads"),
        "writes": parsed.header.names("Writes"),
        "version": rule.version,
    }


def _print_table(rows: list[dict[str, Any]]) -> None:
    """Stage after stage: each rule, and beside it what it says, reads and writes."""
    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column(say("阶段和规则", "Stage and rule"), no_wrap=True)
    table.add_column(say("说明；读取 → 得出", "Title; reads → writes"), ratio=1, overflow="fold")
    table.add_column(say("版本", "Version"), no_wrap=True, style="dim")
    scopes = {
        "person": say("关于一个人", "about one person"),
        "shared": say("关于共有知识", "about shared knowledge"),
    }
    before = ""
    for row in rows:
        if row["stage"] != before:
            before = row["stage"]
            table.add_row(Text(before, style="bold"), Text(scopes[row["scope"]], style="dim"))
        told = Text(row["says_zh"] if language() == "zh" else row["title"])
        terms = f"\n{_short(row['reads'])} → {_short(row['writes'])}"
        table.add_row(
            Text(f"  {row['name']}", style="cyan"),
            told.append(terms, style="dim"),
            Text(row["version"]),
        )
    show(table)


def _short(names: list[str]) -> str:
    """Terms without the prefix that nearly all of them have."""
    return ", ".join(name.removeprefix("judgement:") for name in names)


@click.command("readme", cls=Command, words=_README_WORDS)
@with_shared_options
@with_knowledge_folder
@option("--check", "only_check", is_flag=True, zh="只检查，不写入。", en="Write nothing.")
def readme(root: Path, only_check: bool) -> None:
    """Write the page, or say whether it is current."""
    with faults_of_the_folder_told():
        text = readme_of(sound_book(root)).encode()
    path = root / "rules" / "README.md"
    if not only_check:
        write(text, path)
    elif not path.is_file() or path.read_bytes() != text:
        raise Failure(
            "rules/README.md 与各规则的文件头不符；请运行 rengang rules readme。",
            "rules/README.md is not what the headers of the rules make; run rengang rules readme.",
        )
