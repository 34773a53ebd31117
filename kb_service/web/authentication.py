"""Who a request comes from: a token, a session of a browser, or whoever is at this machine."""

from __future__ import annotations

from flask import Flask, Response, current_app, request

from kb_service.access.front_door import is_loopback
from kb_service.access.key_set import UnusableKeys
from kb_service.access.oidc import BadToken, NoRole
from kb_service.access.roles import LOCAL, Caller
from kb_service.access.token_text import PREFIX
from kb_service.store.data_folder import DataFolder
from kb_service.web.authorisation import Need, need_of, register_authorisation
from kb_service.web.begun import begun
from kb_service.web.callers import REALM, nobody, remember
from kb_service.web.credentials import credentials, register_credentials, settings, verifier
from kb_service.web.problems import Problem, wants_page
from kb_service.web.rate_limits import admit, rate_limits, register_rate_limits, stay
from kb_service.web.security import caused_by_our_pages
from kb_service.web.signing_in import cookie_name, page_to_sign_in, register_signing_in

LOCAL_CALLERS = "LOCAL_CALLERS"
"""Key of the app's configuration: whether those at this machine are let in without a token."""
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP")
_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
_FORM = (
    "请写成 Authorization: Bearer 令牌",
    "send it as Authorization: Bearer TOKEN",
)
_UNKNOWN = (
    "令牌不存在、已过期或已吊销",
    "it is unknown, expired or revoked",
)


def register_access(app: Flask, folder: DataFolder) -> None:
    """Let in whoever says who they are and does not ask too much, for what their role allows.

    Raises ValueError when the app's configuration trusts an issuer by halves.
    """
    register_credentials(app, folder)
    register_rate_limits(app)
    app.before_request(_authenticate)
    register_authorisation(app)
    register_signing_in(app)


def _authenticate() -> Response | None:
    """Remember who asks, or answer with what is missing: a problem, or the page to sign in."""
    if need_of(request) is Need.NOTHING:
        return None
    if (known := begun()) is not None:
        remember(known.caller)
        stay(known.caller, known.take_end())
        return None
    try:
        found = _caller()
    except Problem as problem:
        if problem.status == 401 and wants_page():
            return page_to_sign_in(problem)
        raise
    remember(found)
    admit(found)
    return None


def _caller() -> Caller:
    rate_limits().refuse_guessing(_address(), settings())
    shown = request.headers.get("Authorization")
    if shown is not None:
        return _bearer(shown)
    if found := _signed_in():
        return found
    if verifier() is not None or credentials().tokens.any_given_out():
        raise nobody()
    return local_caller()


def _bearer(shown: str) -> Caller:
    """Whose token this is. Raises Problem 401, and 403 for one that gives no role here."""
    scheme, _, text = shown.partition(" ")
    text = text.strip()
    if scheme.lower() != "bearer" or not text:
        raise _wrong("invalid_request", *_FORM)
    trusted = verifier()
    if text.startswith(PREFIX) or trusted is None:
        token = credentials().tokens.known(text)
        if token is None:
            raise _refused(*_UNKNOWN)
        return token.caller
    try:
        return trusted.caller(text)
    except NoRole as error:
        raise _without_role(error) from error
    except BadToken as error:
        raise _refused(error.zh, error.en) from error
    except UnusableKeys as error:
        raise Problem(
            503,
            "无法读取身份签发方的公钥，请管理员检查 oidc_keys 指向的文件。",
            "The keys of the identity issuer cannot be read; have your administrator check the "
            "file that oidc_keys names.",
        ) from error


def _signed_in() -> Caller | None:
    """Who has signed in at this browser.

    A cookie goes along with whatever a page makes the browser do, so a change counts only where
    the browser says that a page of ours caused it.
    """
    text = request.cookies.get(cookie_name())
    token = credentials().sessions.known(text) if text else None
    if token is None:
        return None
    if request.method not in _SAFE_METHODS and not caused_by_our_pages():
        raise Problem(
            403,
            "浏览器没有表明这个请求来自本服务的页面，没有执行。程序请使用令牌。",
            "The browser did not say that a page of this service caused this request, so it was "
            "not carried out. Programs show a token.",
        )
    return token.caller


def local_caller() -> Caller:
    """Whoever is at this machine, while no token was ever given out.

    A proxy on the same machine would make the whole world local, so what comes by one is refused.
    Raises Problem 403 then, and 401 for whoever is elsewhere.
    """
    if any(name in request.headers for name in _FORWARDED):
        raise Problem(
            403,
            "请求经由代理转来，而本服务还没有发放任何令牌，任何人都会成为管理员，因此拒绝。"
            "请先运行 rengang token add。",
            "This request came by a proxy while no token has been given out, so anybody would be "
            "an administrator. Run rengang token add first.",
        )
    if not current_app.config.get(LOCAL_CALLERS, True) or not is_loopback(_address()):
        raise nobody()
    return LOCAL


def _refused(zh: str, en: str) -> Problem:
    """The problem of a wrong token, which counts against its address."""
    rate_limits().note_failure(_address(), settings())
    return _wrong("invalid_token", zh, en)


def _wrong(error: str, zh: str, en: str) -> Problem:
    challenge = f'Bearer realm="{REALM}", error="{error}", error_description="{en}"'
    return Problem(
        401,
        f"没有接受这个令牌：{zh}。",
        f"The token is not accepted: {en}.",
        headers=[("WWW-Authenticate", challenge)],
    )


def _without_role(reason: NoRole) -> Problem:
    challenge = f'Bearer realm="{REALM}", error="insufficient_scope"'
    return Problem(
        403,
        f"这个令牌有效，但没有给出在本服务中的角色：{reason.zh}。",
        f"The token is good but gives no role here: {reason.en}.",
        headers=[("WWW-Authenticate", challenge)],
    )


def _address() -> str:
    return request.remote_addr or ""
