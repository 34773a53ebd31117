"""Signing in at a browser with a token, and signing out."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as Redirection

from kb_service.web.callers import known_caller
from kb_service.web.credentials import credentials, settings
from kb_service.web.problems import Problem
from kb_service.web.rate_limits import rate_limits

signing_in = Blueprint("signing_in", __name__)

_NAME = "rengang-session"


def register_signing_in(app: Flask) -> None:
    """Add the page to sign in, and tell templates whether somebody has."""
    app.register_blueprint(signing_in)
    app.add_template_global(_signed_in_as, "signed_in_as")


def cookie_name() -> str:
    """The name of the session's cookie.

    Over https it begins with `__Host-`: a browser then takes it from this host alone, for all of
    its paths, and never sends it in the clear; a neighbouring host cannot plant one.
    """
    return f"__Host-{_NAME}" if request.is_secure else _NAME


def page_to_sign_in(problem: Problem | None = None, back: str | None = None) -> Response:
    """The form that takes a token, with what was wrong with the last one."""
    wanted = back if back is not None else request.full_path.rstrip("?")
    page = render_template("sign_in.html", problem=problem, back=_own_address(wanted))
    response = make_response(page, problem.status if problem else 200)
    for name, value in problem.headers if problem else ():
        response.headers[name] = value
    return response


@signing_in.get("/sign-in")
def sign_in_form() -> Response:
    """Where somebody at a browser shows their token."""
    return page_to_sign_in(back=request.args.get("back", "/"))


@signing_in.post("/sign-in")
def sign_in() -> Redirection:
    """Open a session for whoever shows a token; 401 and the form again for a wrong one."""
    address = request.remote_addr or ""
    rate_limits().refuse_guessing(address, settings())
    back = _own_address(request.form.get("back", "/"))
    token = credentials().tokens.known(request.form.get("token", "").strip())
    if token is None:
        rate_limits().note_failure(address, settings())
        return page_to_sign_in(_wrong(), back)
    life = timedelta(hours=settings().session_hours)
    _end_session()
    response = redirect(back, 303)
    response.set_cookie(
        cookie_name(),
        credentials().sessions.open(token, life),
        max_age=life,
        path="/",
        secure=request.is_secure,
        httponly=True,
        samesite="Strict",
    )
    return response


def is_of_session() -> bool:
    """Whether a browser sends the request in which somebody signed in, and no program by a token."""
    return cookie_name() in request.cookies and "Authorization" not in request.headers


@signing_in.post("/sign-out")
def sign_out() -> Redirection:
    """End the session, here and in the browser."""
    _end_session()
    response = redirect("/sign-in", 303)
    response.delete_cookie(
        cookie_name(), path="/", secure=request.is_secure, httponly=True, samesite="Strict"
    )
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def _end_session() -> None:
    if text := request.cookies.get(cookie_name()):
        credentials().sessions.end(text)


def _signed_in_as() -> str:
    """The name of the token that somebody has signed in with; empty when nobody has."""
    who = known_caller()
    if who is None or not is_of_session():
        return ""
    return who.name.partition(":")[2]


def _own_address(text: str) -> str:
    """The path of a page of ours; the home page for anything that leads elsewhere.

    Browsers read a backslash as a slash and drop control characters, so neither may be in it.
    """
    try:
        parts = urlsplit(text)
    except ValueError:
        return "/"
    leads_elsewhere = bool(parts.scheme or parts.netloc) or not text.startswith("/")
    if leads_elsewhere or text.startswith("//") or "\\" in text or not text.isprintable():
        return "/"
    return text


def _wrong() -> Problem:
    return Problem(
        401,
        "没有接受这个令牌：令牌不存在、已过期或已吊销。",
        "The token is not accepted: it is unknown, expired or revoked.",
        headers=[("WWW-Authenticate", 'Bearer realm="rengang", error="invalid_token"')],
    )
