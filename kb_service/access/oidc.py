"""OpenID Connect bearer tokens: signed statements of who somebody is, checked with known keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import jwt

from kb_service.access.key_set import ALGORITHMS, KeySet, UnusableKeys
from kb_service.access.roles import Caller, Role
from kb_service.configuration import AccessSettings

_MOST_LETTERS = 8 * 1024
_MOST_LETTERS_OF_NAME = 255
_TYPES = {"jwt", "at+jwt", "application/at+jwt"}
"""What a token may say that it is; a statement of another type (a sign-out) is no way in."""
_REQUIRED = ["iss", "sub", "aud", "exp"]

_UNREADABLE = ("令牌无法解读", "the token cannot be read")
_REASONS: tuple[tuple[type[Exception], tuple[str, str]], ...] = (
    (jwt.ExpiredSignatureError, ("令牌已过期（exp）", "the token has expired (exp)")),
    (
        jwt.ImmatureSignatureError,
        ("令牌尚未生效（nbf、iat）", "the token is not valid yet (nbf, iat)"),
    ),
    (
        jwt.InvalidAudienceError,
        ("令牌不是发给本服务的（aud）", "the token is for another audience (aud)"),
    ),
    (
        jwt.InvalidIssuerError,
        ("令牌由另一个签发方签发（iss）", "the token is from another issuer (iss)"),
    ),
    (jwt.InvalidSignatureError, ("签名不对", "the signature is wrong")),
)


class BadToken(Exception):
    """The token is not one that this service trusts; the reason tells nothing secret."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


class NoRole(BadToken):
    """The token is good and gives its bearer no role here; the reason says which claim would."""


@dataclass(frozen=True)
class TokenVerifier:
    """Checks bearer tokens of one issuer, by keys on disk."""

    settings: AccessSettings
    keys: KeySet = field(repr=False)

    @classmethod
    def configured(cls, settings: AccessSettings) -> TokenVerifier | None:
        """The verifier of an installation that trusts an issuer; None when it trusts none."""
        if settings.oidc_keys is None:
            return None
        return cls(settings, KeySet(settings.oidc_keys))

    def caller(self, text: str) -> Caller:
        """Who the bearer of a token is.

        Raises BadToken, NoRole, and UnusableKeys when the keys cannot be read.
        """
        claims = self._checked(text)
        role = self._role(claims)
        person = _one_word(claims, self.settings.oidc_person_claim)
        team = _one_word(claims, self.settings.oidc_team_claim)
        return Caller(f"oidc:{_subject(claims)}", role, person, team)

    def _checked(self, text: str) -> Mapping[str, Any]:
        """The claims of a token whose signature, times, issuer and audience are right."""
        if len(text) > _MOST_LETTERS:
            raise BadToken("令牌过长", "the token is too long")
        try:
            header = jwt.get_unverified_header(text)
            key = self._key(header)
            claims: Mapping[str, Any] = jwt.decode(
                text,
                key,
                algorithms=[key.algorithm_name],
                audience=self.settings.oidc_audience,
                issuer=self.settings.oidc_issuer,
                leeway=self.settings.oidc_leeway_seconds,
                options={"require": _REQUIRED, "enforce_minimum_key_length": True},
            )
        except jwt.PyJWTError as error:
            raise BadToken(*_reason(error)) from error
        except (TypeError, ValueError, OverflowError) as error:
            raise BadToken(*_UNREADABLE) from error
        return claims

    def _key(self, header: Mapping[str, Any]) -> jwt.PyJWK:
        """The key that a token says it is signed by, bound to one algorithm that we take."""
        algorithm, id = header.get("alg"), header.get("kid")
        if algorithm not in ALGORITHMS:
            listed = ", ".join(ALGORITHMS)
            raise BadToken(
                f"令牌的签名算法（alg）不在允许之列：{listed}",
                f"the token is not signed (alg) by one of {listed}",
            )
        if "crit" in header:
            raise BadToken(
                "令牌要求支持扩展（crit），本服务不支持任何扩展",
                "the token asks for extensions (crit); none are understood here",
            )
        if str(header.get("typ", "JWT")).lower() not in _TYPES:
            raise BadToken(
                "令牌的类型（typ）既不是身份令牌也不是访问令牌",
                "the token is of another type (typ) than an identity or access token",
            )
        key = self.keys.key_for(algorithm, id)
        if key is None:
            raise BadToken(
                "签署令牌的密钥（kid）不在已知的公钥之中",
                "the token is signed by a key (kid) that is not among the known ones",
            )
        return jwt.PyJWK.from_dict(dict(key), algorithm)

    def _role(self, claims: Mapping[str, Any]) -> Role:
        """The one role that a token gives here, among others that concern other services."""
        claim = self.settings.oidc_role_claim
        given = _value(claims, claim)
        words = given if isinstance(given, list) else [given]
        roles = {role for role in Role if role.value in words}
        if len(roles) != 1:
            listed = ", ".join(Role)
            raise NoRole(
                f"声明 {claim} 须恰好给出以下角色之一：{listed}",
                f"its claim {claim} has to name exactly one of: {listed}",
            )
        return roles.pop()


def faults(settings: AccessSettings) -> list[tuple[str, str]]:
    """What keeps the settings from working, in Chinese and in English; empty when nothing does."""
    keys = settings.oidc_keys
    given = [bool(settings.oidc_issuer), bool(settings.oidc_audience), keys is not None]
    if not any(given):
        return []
    if keys is None or not all(given):
        return [
            (
                "oidc_issuer、oidc_audience 和 oidc_keys 须一起给出，缺一不可。",
                "Give oidc_issuer, oidc_audience and oidc_keys together, or none of them.",
            )
        ]
    try:
        KeySet(keys).keys()
    except UnusableKeys as error:
        return [(f"oidc_keys 无法使用：{error}", f"oidc_keys cannot be used: {error}")]
    return []


def _value(claims: Mapping[str, Any], name: str) -> object:
    """A claim by its name, or by the path to it, as in `realm_access.roles`.

    Names may hold dots themselves, as those that are addresses do, so the whole name comes first.
    """
    if name in claims:
        return claims[name]
    found: object = claims
    for step in name.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def _one_word(claims: Mapping[str, Any], name: str) -> str:
    found = _value(claims, name)
    return found if isinstance(found, str) else ""


def _subject(claims: Mapping[str, Any]) -> str:
    """The subject, which names the caller in the audit: short, and on one line."""
    subject = claims["sub"]
    if not isinstance(subject, str) or not subject.isprintable():
        raise BadToken("主体（sub）不是可读的文本", "the subject (sub) is no readable text")
    if not 0 < len(subject) <= _MOST_LETTERS_OF_NAME:
        raise BadToken(
            f"主体（sub）应为 1 至 {_MOST_LETTERS_OF_NAME} 个字符",
            f"the subject (sub) needs 1 to {_MOST_LETTERS_OF_NAME} characters",
        )
    return subject


def _reason(error: jwt.PyJWTError) -> tuple[str, str]:
    """Why a token is not trusted, in words that reveal neither keys nor the content of it."""
    for kind, words in _REASONS:
        if isinstance(error, kind):
            return words
    if isinstance(error, jwt.MissingRequiredClaimError):
        return f"令牌缺少声明 {error.claim}", f"the token lacks the claim {error.claim}"
    return _UNREADABLE
