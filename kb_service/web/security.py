"""What a browser may do with our pages, and whose forms we take."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, request
from werkzeug.exceptions import RequestEntityTooLarge

from kb_service.web.cross_origin import may_write_here
from kb_service.web.problems import Problem

ANSWERED_NAMES = "ANSWERED_NAMES"
"""Key of the app's configuration: the host names to answer for, everything when it is not set."""
_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def register_security(app: Flask) -> None:
    """Refuse writes that another site caused, and uploads beyond the limit; set our headers."""
    app.before_request(_refuse_other_names)
    app.before_request(_refuse_other_sites)
    app.before_request(_refuse_large_bodies)
    app.after_request(_with_headers)


def _refuse_other_names() -> None:
    """Where the server answers under certain names only, refuse a request for another."""
    if not is_answered_name(request.host):
        listed = ", ".join(sorted(current_app.config[ANSWERED_NAMES]))
        raise Problem(
            421,
            f"本服务只以这些名称应答：{listed}。",
            f"This service answers under these names only: {listed}.",
        )


def is_answered_name(host: str) -> bool:
    """Whether the app answers requests for this host."""
    names = current_app.config.get(ANSWERED_NAMES)
    return not names or _name_of(host) in names


def _refuse_other_sites() -> None:
    """Refuse a change that a page of another site caused, unless its origin is configured."""
    if request.method in _SAFE_METHODS or caused_by_our_pages() is not False:
        return
    if not may_write_here():
        raise Problem(
            403,
            "这个请求来自另一个网站，没有执行。请直接在本服务的页面上操作。",
            "This request was caused by another site and was not carried out. "
            "Use the pages of this service.",
        )


def caused_by_our_pages() -> bool | None:
    """Whether a page of ours, or the person themselves, caused this request; None if nothing says.

    A browser says who did, programs that say nothing are no browsers. `Sec-Fetch-Site` cannot be
    forged by a page. Where a browser does not send it, `Origin` decides.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return None if origin is None else _host_of(origin) == request.host


@lru_cache(maxsize=64)
def _name_of(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _host_of(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


def _refuse_large_bodies() -> None:
    """Say 413 before anything of the body is read."""
    limit, length = request.max_content_length, request.content_length
    if limit is not None and length is not None and length > limit:
        raise RequestEntityTooLarge


def _with_headers(response: Response) -> Response:
    present = {name.lower() for name, _ in response.headers}
    for name, value in SECURITY_HEADERS.items():
        if name.lower() not in present:
            response.headers.add(name, value)
    return response
