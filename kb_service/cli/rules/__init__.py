"""`rengang rules`: the rules checked, listed, drawn, counted and exchanged with other tools."""

from __future__ import annotations

import click

from kb_service.cli.commands import Group, with_shared_options
from kb_service.cli.language import Words
from kb_service.cli.rules.checking import check
from kb_service.cli.rules.counting import coverage
from kb_service.cli.rules.drawing import graph
from kb_service.cli.rules.exchange import export, import_rules
from kb_service.cli.rules.listing import list_rules, readme

_WORDS = Words(
    zh="""
    规则：检查、列出、画图、统计，以及与其他工具交换。

    规则是知识文件夹里 rules/ 下的 .rq 文件，一个文件一条。

    示例：
      rengang rules check
      rengang rules list
      rengang rules graph -o 规则.svg
    """,
    en="""
    The rules: check, list, draw and count them, and exchange them with other tools.

    Rules are the .rq files under rules/ of a knowledge folder, one rule to a file.

    Examples:
      rengang rules check
      rengang rules list
      rengang rules graph -o rules.svg
    """,
)
_CLOSING = Words(
    zh="""
这些命令读的是知识文件夹，不是数据文件夹；rengang rules check 有「必须改」的
问题时退出码为 1。
""",
    en="""
These commands read a knowledge folder, no data folder. rengang rules check ends
with 1 when something must be corrected.
""",
)


@click.group("rules", cls=Group, words=_WORDS, closing=_CLOSING)
@with_shared_options
def rules() -> None:
    """Run one of the commands."""


for _command in (check, list_rules, graph, coverage, readme, export, import_rules):
    rules.add_command(_command)
