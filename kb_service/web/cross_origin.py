"""Which pages of other origins may read our answers in a browser: those configured, none by default."""

from __future__ import annotations

from flask import Flask, Response, current_app, request

from kb_service.web.service import configuration

_EXPOSED = (
    "Content-Disposition",
    "ETag",
    "Link",
    "Location",
    "Preference-Applied",
    "Retry-After",
    "WWW-Authenticate",
    "X-Request-Id",
)
_TAKEN = (
    "Accept",
    "Accept-Language",
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "Prefer",
)
_PREFLIGHT_SECONDS = "600"


def register_cross_origin(app: Flask) -> None:
    """Answer preflights, and name the origin to whose pages the browser may show an answer.

    Credentials that a browser adds by itself are never allowed; a token in `Authorization` is.
    """
    app.before_request(_preflight)
    app.after_request(_shared_with_origin)


def is_allowed_origin() -> bool:
    """Whether the page that caused this request is of an origin that may read our answers.

    "Every origin" counts only for requests that show a token: whoever is at this machine is let in
    without one, and any page in their browser could use that.
    """
    origin = request.headers.get("Origin")
    allowed = configuration().cors_origins
    if origin is None or not allowed:
        return False
    if origin in allowed:
        return True
    return "*" in allowed and ("Authorization" in request.headers or _is_preflight())


def may_write_here() -> bool:
    """Whether a page of such an origin makes this request by itself, not with a cookie of ours."""
    return is_allowed_origin() and not request.cookies


def _is_preflight() -> bool:
    return request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers


def _preflight() -> Response | None:
    if not (_is_preflight() and is_allowed_origin()):
        return None
    adapter = current_app.create_url_adapter(request)
    methods = sorted(adapter.allowed_methods()) if adapter else []
    response = Response(status=204)
    response.headers["Allow"] = ", ".join(methods)
    response.headers["Access-Control-Allow-Methods"] = ", ".join(methods)
    response.headers["Access-Control-Allow-Headers"] = ", ".join(_TAKEN)
    response.headers["Access-Control-Max-Age"] = _PREFLIGHT_SECONDS
    response.vary.update(("Access-Control-Request-Method", "Access-Control-Request-Headers"))
    return response


def _shared_with_origin(response: Response) -> Response:
    if not configuration().cors_origins:
        return response
    response.vary.add("Origin")
    if is_allowed_origin():
        every = "*" in configuration().cors_origins
        origin = "*" if every else request.headers["Origin"]
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = ", ".join(_EXPOSED)
    return response
