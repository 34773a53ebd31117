"""How much each caller may ask: requests a minute, requests at a time, wrong tokens an address."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import cast

from flask import Flask, Response, current_app, g
from limits import RateLimitItemPerMinute
from limits.strategies import SlidingWindowCounterRateLimiter

from kb_service.access.roles import LOCAL, Caller
from kb_service.configuration import AccessSettings
from kb_service.web.counts_in_memory import CountsInMemory
from kb_service.web.credentials import settings
from kb_service.web.problems import Problem

EXTENSION = "rate-limits"
_WINDOW = 60

_a_minute = lru_cache(maxsize=16)(RateLimitItemPerMinute)


class RateLimits:
    """What was asked lately and what is being worked on, kept in memory."""

    def __init__(self) -> None:
        self._limiter = SlidingWindowCounterRateLimiter(CountsInMemory())
        self._running: dict[str, int] = {}
        self._lock = threading.Lock()

    def admit(self, caller: Caller, settings: AccessSettings) -> Callable[[], None]:
        """Count a request of this caller; answers what to call when it has ended.

        Raises Problem 429 when there were too many lately, or too many are being worked on.
        """
        end = self._begin(caller.name, settings.concurrent_requests)
        item = _a_minute(settings.requests_per_minute)
        if not self._limiter.hit(item, "requests", caller.name):
            end()
            raise _too_many(self._seconds_left(item, "requests", caller.name), fields(0, settings))
        return end

    def remaining(self, caller: Caller, settings: AccessSettings) -> dict[str, str]:
        """The header fields that tell a caller how much is left, as the HTTPAPI draft has them."""
        item = _a_minute(settings.requests_per_minute)
        reset, left = self._limiter.get_window_stats(item, "requests", caller.name)
        return fields(max(0, left), settings, _seconds_until(reset))

    def refuse_guessing(self, address: str, settings: AccessSettings) -> None:
        """Raise Problem 429 when too many wrong tokens came from an address lately."""
        item, origin = _a_minute(settings.failures_per_minute), _origin(address)
        if not self._limiter.test(item, "failures", origin):
            raise _too_many(self._seconds_left(item, "failures", origin))

    def note_failure(self, address: str, settings: AccessSettings) -> None:
        """Count a wrong token from an address."""
        item = _a_minute(settings.failures_per_minute)
        self._limiter.hit(item, "failures", _origin(address))

    def _begin(self, name: str, most: int) -> Callable[[], None]:
        running = self._running
        with self._lock:
            count = running.get(name, 0)
            if count >= most:
                raise _too_many_at_once(most)
            running[name] = count + 1
        is_over = False

        def end() -> None:
            nonlocal is_over
            with self._lock:
                if is_over:  # a request ends once, whoever says so first
                    return
                is_over = True
                if running[name] > 1:
                    running[name] -= 1
                else:
                    del running[name]

        return end

    def _seconds_left(self, item: RateLimitItemPerMinute, *key: str) -> int:
        return _seconds_until(self._limiter.get_window_stats(item, *key).reset_time)


def register_rate_limits(app: Flask) -> None:
    """Tell every answer how much is left, and know when each request has ended."""
    app.extensions[EXTENSION] = RateLimits()
    app.after_request(_with_fields)
    app.teardown_request(_ended)


def rate_limits() -> RateLimits:
    """The limits of the app that the current request is for."""
    return cast(RateLimits, current_app.extensions[EXTENSION])


def admit(caller: Caller) -> None:
    """Let the current request in, or raise Problem 429; nobody else is at this machine to hinder.

    A request counts as being worked on until its body has been handed over, or the client is gone.
    """
    if caller != LOCAL:
        stay(caller, rate_limits().admit(caller, settings()))


def stay(caller: Caller, end: Callable[[], None] | None) -> None:
    """Let the current request in that was counted already; `end` is called when it has ended."""
    if end is not None:
        g.end_of_request = end
        g.admitted = caller


def fields(left: int, settings: AccessSettings, seconds: int = _WINDOW) -> dict[str, str]:
    """What is allowed and what is left of it, as structured fields."""
    return {
        "RateLimit-Policy": _policy(settings.requests_per_minute, settings.concurrent_requests),
        "RateLimit": f'"requests";r={left};t={seconds}',
    }


@lru_cache(maxsize=16)
def _policy(a_minute: int, at_a_time: int) -> str:
    return (
        f'"requests";q={a_minute};w={_WINDOW}, "at-a-time";q={at_a_time};qu="concurrent-requests"'
    )


def _with_fields(response: Response) -> Response:
    caller: Caller | None = g.get("admitted")
    if caller is not None:
        for name, value in rate_limits().remaining(caller, settings()).items():
            response.headers.setdefault(name, value)
    end = g.get("end_of_request")
    if end is not None and response.is_streamed:
        g.pop("end_of_request")
        response.call_on_close(end)
    return response


def _ended(error: BaseException | None) -> None:
    """A body that lies ready is the server's to send: the work on it is done."""
    end = g.pop("end_of_request", None)
    if end is not None:
        end()


@lru_cache(maxsize=1024)
def _origin(address: str) -> str:
    """The address, or the network of 2^64 addresses that one customer has in IPv6."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if isinstance(known, IPv6Address):
        return str(IPv6Network((known, 64), strict=False))
    return str(known)


def _seconds_until(moment: float) -> int:
    return max(1, math.ceil(moment - time.time()))


def _too_many(seconds: int, told: dict[str, str] | None = None) -> Problem:
    return Problem(
        429,
        f"请求太频繁；请在 {seconds} 秒后再试。",
        f"Too many requests; try again in {seconds} seconds.",
        headers=[("Retry-After", str(seconds)), *(told or {}).items()],
    )


def _too_many_at_once(most: int) -> Problem:
    return Problem(
        429,
        f"同时处理的请求不能超过 {most} 个；请等前面的请求完成后再试。",
        f"At most {most} requests are worked on at a time; wait for one of yours to end.",
        headers=[("Retry-After", "1")],
    )
