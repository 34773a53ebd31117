"""The past day that a command asks about."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import click

from kb_service.access.view import View
from kb_service.cli.commands import option
from kb_service.cli.failures import Failure

as_of_option: Callable[[Callable[..., Any]], Callable[..., Any]] = option(
    "--as-of",
    metavar="YYYY-MM-DD",
    type=click.DateTime(["%Y-%m-%d"]),
    zh="按这一天当时的事实、规则和政策重新得出，并列出此后的变化。",
    en="Conclude again by the facts, rules and policy of this day, and list what changed since.",
)
"""The option `--as-of`."""


def past_day(base: View, given: datetime | None) -> date | None:
    """The day of `--as-of`; raises Failure when it has yet to come."""
    if given is None:
        return None
    if given.date() > base.latest_day:
        raise Failure(
            f"--as-of 应为不晚于 {base.latest_day} 的日期。",
            f"Give --as-of a day not after {base.latest_day}.",
        )
    return given.date()
