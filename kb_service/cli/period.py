"""`rengang period`: periods of appraisal opened, closed and listed."""

from __future__ import annotations

from datetime import datetime

import click

from kb_service.access.performance_writes import PerformanceWrites
from kb_service.cli.commands import Command, Group, option, with_shared_options
from kb_service.cli.failures import Failure
from kb_service.cli.language import Words, say
from kb_service.cli.opening import reading, writing
from kb_service.cli.terminal import progress
from kb_service.knowledge_base import UnknownThingError
from kb_service.knowledge_base.performance.periods import PeriodAsked
from kb_service.people_records.performance_records import Period

_PERIOD = Words(
    zh="""
    考核周期：开放、关闭、列出。

    已关闭的周期不再接受绩效数据、评价和目标的更改；重新开放之后才能更正。

    示例：
      rengang period open 2026-q4 --start 2026-10-01 --end 2026-12-31
      rengang period close 2026-q3
      rengang period list
    """,
    en="""
    Periods of appraisal: open, close and list them.

    A closed period takes no changes of figures, ratings and goals; it has to be
    reopened before anything in it can be corrected.

    Examples:
      rengang period open 2026-q4 --start 2026-10-01 --end 2026-12-31
      rengang period close 2026-q3
      rengang period list
    """,
)
_OPEN = Words(
    zh="""
    新建一个周期，或重新开放已关闭的周期。

    新建要写起止日期；谁在何时开放或关闭过，历史里都有。

    示例：
      rengang period open 2026-q4 --start 2026-10-01 --end 2026-12-31
      rengang period open 2026-q3
    """,
    en="""
    Make a period, or reopen one that is closed.

    A new one takes its first and last day. The history tells who opened and closed
    a period, and when.

    Examples:
      rengang period open 2026-q4 --start 2026-10-01 --end 2026-12-31
      rengang period open 2026-q3
    """,
)
_CLOSE = Words(
    zh="""
    关闭一个周期：其中的数据、评价和目标从此不能更改。

    示例：
      rengang period close 2026-q3
    """,
    en="""
    Close a period: its figures, ratings and goals stay as they are.

    Examples:
      rengang period close 2026-q3
    """,
)
_LIST = Words(
    zh="""
    列出全部周期，先后排列，已关闭的写明由谁何时关闭。

    示例：
      rengang period list
    """,
    en="""
    List every period in order, with who closed it and when.

    Examples:
      rengang period list
    """,
)
_DAY = click.DateTime(["%Y-%m-%d"])


@click.group("period", cls=Group, words=_PERIOD, closing=Words("", ""))
@with_shared_options
def period() -> None:
    """Run one of the commands."""


@period.command("open", cls=Command, words=_OPEN)
@with_shared_options
@option("--start", type=_DAY, metavar="DATE", zh="第一天。", en="The first day.")
@option("--end", type=_DAY, metavar="DATE", zh="最后一天。", en="The last day.")
@option(
    "--zh", metavar="TEXT", zh="中文名称；默认为编号。", en="The Chinese label; the id by default."
)
@option(
    "--en", metavar="TEXT", zh="英文名称；默认为编号。", en="The English label; the id by default."
)
@click.argument("id", metavar="ID")
def open_period(
    id: str, start: datetime | None, end: datetime | None, zh: str | None, en: str | None
) -> None:
    """Make or reopen a period, and say so."""
    days = (start.date() if start else None, end.date() if end else None)
    made = _put(PeriodAsked(id, *days, zh, en, is_closed=False))
    click.echo(
        say(
            f"周期 {made.id}（{made.start} 至 {made.end}）已开放。",
            f"The period {made.id} ({made.start} to {made.end}) is open.",
        )
    )


@period.command("close", cls=Command, words=_CLOSE)
@with_shared_options
@click.argument("id", metavar="ID")
def close_period(id: str) -> None:
    """Close a period, and say so."""
    closed = _put(PeriodAsked(id, is_closed=True))
    click.echo(
        say(
            f"周期 {closed.id} 已于 {closed.closed_on} 由 {closed.closed_by} 关闭，不再接受更改。",
            f"The period {closed.id} was closed on {closed.closed_on} by {closed.closed_by} and takes"
            " no more changes.",
        )
    )


def _put(asked: PeriodAsked) -> Period:
    with writing() as view, progress(say("更新结论", "Concluding")) as step:
        writes = PerformanceWrites(view)
        if asked.is_closed and asked.id not in writes.periods():
            raise UnknownThingError("period", asked.id)
        return writes.put_period(asked, step)


@period.command("list", cls=Command, words=_LIST)
@with_shared_options
def list_periods() -> None:
    """Print every period, the earliest first."""
    with reading() as view:
        periods = PerformanceWrites(view).periods()
    if not periods:
        raise Failure(
            "还没有考核周期；请用 rengang period open ID --start 日期 --end 日期 新建。",
            "There is no period yet; make one by rengang period open ID --start DATE --end DATE.",
        )
    for each in periods.values():
        click.echo(f"{each.id}  {each.start} – {each.end}  {_state(each)}")


def _state(period: Period) -> str:
    if not period.is_closed:
        return say("开放", "open")
    return say(
        f"已由 {period.closed_by} 于 {period.closed_on} 关闭",
        f"closed by {period.closed_by} on {period.closed_on}",
    )
