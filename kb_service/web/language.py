"""Which language the reader gets: asked for, remembered, or what the browser prefers."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, request

LANGUAGES = ("zh", "en")
_COOKIE = "lang"
_YEAR = 365 * 24 * 3600


def language() -> str:
    """`zh` or `en`: from `?lang=`, the cookie, `Accept-Language`, in this order; else `en`."""
    for asked in (request.args.get("lang"), request.cookies.get(_COOKIE)):
        if asked in LANGUAGES:
            return asked
    return request.accept_languages.best_match(LANGUAGES) or "en"


def said(text: Mapping[str, object] | None) -> str:
    """The text in the reader's language, or in the other where there is none."""
    if not text:
        return ""
    return str(text.get(language()) or text.get("zh") or text.get("en") or "")


def say(zh: str, en: str) -> str:
    """One of two wordings."""
    return zh if language() == "zh" else en


def remember_language(response: Response) -> Response:
    """Keep a choice made by `?lang=` in a cookie."""
    if b"lang" not in request.query_string:
        return response
    asked = request.args.get("lang")
    if asked in LANGUAGES:
        response.set_cookie(_COOKIE, asked, max_age=_YEAR, samesite="Lax", httponly=True)
    return response
