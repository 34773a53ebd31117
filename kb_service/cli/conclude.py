"""`rengang conclude`: derive everything again."""

from __future__ import annotations

import time

import click

from kb_service.cli.commands import Command, option, with_shared_options
from kb_service.cli.language import Words, say
from kb_service.cli.opening import writing
from kb_service.cli.terminal import progress

_WORDS = Words(
    zh="""
    重新得出所有人的结论，或只为几个人得出。

    平时不需要：导入、更新知识文件、日期变化时都会自动得出。

    示例：
      rengang conclude
      rengang conclude --person p001 --person p002
    """,
    en="""
    Conclude everyone again, or only some people.

    There is rarely a need: imports, new knowledge files and the passing of days
    all do it by themselves.

    Examples:
      rengang conclude
      rengang conclude --person p001 --person p002
    """,
)


@click.command("conclude", cls=Command, words=_WORDS)
@with_shared_options
@option(
    "--person",
    "people",
    metavar="ID",
    multiple=True,
    zh="只为此人得出；可重复。",
    en="Only this person; may be repeated.",
)
def conclude(people: tuple[str, ...]) -> None:
    """Conclude again, and say of how many people in how many seconds."""
    with writing() as base:
        start = time.perf_counter()
        with progress(say("得出结论", "Concluding")) as step:
            count = base.conclude(people or None, step)
        seconds = time.perf_counter() - start
    click.echo(
        say(
            f"已为 {count} 人重新得出结论，用时 {seconds:.1f} 秒。",
            f"Concluded {count} people again in {seconds:.1f} s.",
        )
    )
