"""What may be said by a text that names or reaches a person."""

from __future__ import annotations

import re
from collections.abc import Mapping

from kb_service.findings import Finding, violation

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_RATER = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_LONGEST_REASON = 1000
CONTACT: Mapping[str, re.Pattern[str]] = {
    "email": re.compile(r"(?=.{3,254}\Z)[^\s@<>\"(),;:]+@[^\s@<>\"(),;:]+"),
    "phone": re.compile(r"(?=.{3,40}\Z)\+?[0-9][0-9 ()/.#*xX-]*"),
}
"""How somebody may be reached, and what that looks like."""
_CONTACT_FAULTS = {
    "email": (
        "请填写电子邮箱，例如 wang@example.org。",
        "Give an e-mail address, such as wang@example.org.",
    ),
    "phone": (
        "请填写电话号码，例如 +86 10 5555 0100。",
        "Give a telephone number, such as +86 10 5555 0100.",
    ),
}


def id_faults(value: object, where: str) -> list[Finding]:
    """What is wrong with an id: it goes into an IRI, so only letters, digits and `.-_` fit."""
    if isinstance(value, str) and _ID.fullmatch(value):
        return []
    return [
        violation(
            "编号只能用字母、数字、点、下划线和连字符，不超过 64 个字符，例如 p001。",
            "Use letters, digits, dots, underscores and hyphens for an id, at most 64, such as p001.",
            where,
            shortened(value),
        )
    ]


def contact_faults(key: str, value: object, where: str) -> list[Finding]:
    """What is wrong with an e-mail address or a telephone number."""
    if isinstance(value, str) and CONTACT[key].fullmatch(value.strip()):
        return []
    zh, en = _CONTACT_FAULTS[key]
    return [violation(zh, en, where, shortened(value))]


def rater_faults(value: str, where: str) -> list[Finding]:
    """What is wrong with the code of a rater, which is no name and goes into an IRI."""
    if _RATER.fullmatch(value):
        return []
    return [
        violation(
            f"评价人「{shortened(value)}」应为代号：小写字母、数字和连字符，不超过 40 个，不写姓名，"
            "例如 r0123。",
            f"Give the rater {shortened(value)!r} as a code of small letters, digits and hyphens, at"
            " most 40 and no name, such as r0123.",
            where,
            shortened(value),
        )
    ]


def reason_faults(value: object, where: str) -> list[Finding]:
    """What is wrong with the reason of a correction, which is a text of some length."""
    if isinstance(value, str) and value.strip() and len(value) <= _LONGEST_REASON:
        return []
    return [
        violation(
            f"更正原因应为 1 至 {_LONGEST_REASON} 个字符的文本，例如「漏计两通来电」。",
            f"Give the reason as text of 1 to {_LONGEST_REASON} characters, such as: two calls were"
            " not counted.",
            where,
            shortened(value),
        )
    ]


def shortened(value: object) -> str:
    """A value as a message quotes it."""
    text = "" if value is None else str(value)
    return text if len(text) <= 80 else text[:79] + "…"
