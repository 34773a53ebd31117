"""The day that a request asks about."""

from __future__ import annotations

from datetime import date

from flask import request

from kb_service.access.view import View
from kb_service.web.problems import Problem


def asked_day(kb: View) -> date | None:
    """The parameter `asOf`; None without it. Raises Problem 400 when it is no day that has come."""
    text = request.args.get("asOf")
    if text is None:
        return None
    try:
        day = date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        day = None
    if day is None or day > kb.latest_day:
        raise Problem(
            400,
            f"参数 asOf 应为不晚于 {kb.latest_day} 的日期，例如 {kb.as_of}。",
            f"Give the parameter asOf as a day not after {kb.latest_day}, such as {kb.as_of}.",
        )
    return day
