"""Who asks the current request."""

from __future__ import annotations

from flask import g, request

from kb_service.access.roles import LOCAL, Caller
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


def who_shares() -> str:
    """The name under which the caller shares the workers with others.

    Those without tokens at this machine, or on its networks, are told apart by their address.
    """
    return shares_as(known_caller(), request.remote_addr or "")


def shares_as(known: Caller | None, address: str) -> str:
    """The name under which a caller at an address shares the workers."""
    return f"address:{address}" if known is None or known == LOCAL else known.name


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
