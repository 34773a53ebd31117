"""`rengang rules graph`: which rule feeds which, as a drawing."""

from __future__ import annotations

from pathlib import Path

import click

from kb_service.cli.commands import Command, option, with_shared_options
from kb_service.cli.language import Words, language
from kb_service.cli.rules.folder import (
    faults_of_the_folder_told,
    sound_book,
    with_knowledge_folder,
    write,
)

_WORDS = Words(
    zh="""
    画出哪条规则为哪条提供依据（SVG）。

    从左到右是各阶段；实线表示读取结论，虚线表示要求没有这样的结论。用浏览器
    打开后，指着一条规则就突出它的连线。

    示例：
      rengang rules graph -o 规则.svg
      rengang rules graph > rules.svg
    """,
    en="""
    Draw which rule feeds which, as SVG.

    Stages from left to right; solid lines read conclusions, dashed ones require
    that there are none. In a browser, point at a rule to see its lines.

    Examples:
      rengang rules graph -o rules.svg
      rengang rules graph --lang zh > rules.svg
    """,
)


@click.command("graph", cls=Command, words=_WORDS)
@with_shared_options
@with_knowledge_folder
@option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    zh="写入文件；默认写到标准输出。",
    en="Write to a file; standard output by default.",
)
def graph(root: Path, output: Path | None) -> None:
    """Write the drawing."""
    from kb_service.engine.rule_drawing import draw
    from kb_service.engine.rule_graph import rule_graph

    with faults_of_the_folder_told():
        book = sound_book(root)
    write(draw(rule_graph(book), language()).encode(), output)
