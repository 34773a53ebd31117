"""Who asks the current request."""

from __future__ import annotations

from flask import g

from kb_service.access.roles import Caller
from kb_service.web.problems import Problem

REALM = "rengang"


def caller() -> Caller:
    """Who asks the current request. Raises Problem 401 where nobody has said who they are."""
    known: Caller | None = g.get("caller")
    if known is None:
        raise nobody()
    return known


def known_caller() -> Caller | None:
    """The same, None where nobody has said who they are: a health check, the page to sign in."""
    found: Caller | None = g.get("caller")
    return found


def remember(found: Caller) -> None:
    """Let the rest of this request know who asks it."""
    g.caller = found


def nobody() -> Problem:
    """The problem of a request that does not say who asks."""
    return Problem(
        401,
        "请出示令牌：Authorization: Bearer …。令牌由管理员用 rengang token add 发放。",
        "Show a token: Authorization: Bearer …. Your administrator gives one out by "
        "rengang token add.",
        headers=[("WWW-Authenticate", f'Bearer realm="{REALM}"')],
    )
