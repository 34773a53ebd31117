"""What the client would like: a media type, and the preferences of RFC 7240."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from flask import Response, request

from kb_service.store.result_formats import best_type
from kb_service.web.problems import Problem

_MOST_PREFERENCES = 20
_PREFERENCE = re.compile(
    r"""
    \s* (?P<name> [!#$%&'*+.^_`|~\w-]+ )
    \s* (?: = \s* (?: "(?P<quoted> (?:[^"\\]|\\.)* )" | (?P<token> [^\s",;]* ) ) )?
    (?P<parameters> (?: [^,"] | "(?:[^"\\]|\\.)*" )* ) (?: , | $ )
    """,
    re.VERBOSE,
)


def chosen_type(offered: Sequence[str]) -> str:
    """The offered media type that the request likes best; raises Problem 406 with all of them."""
    found = best_type(request.headers.get("Accept", ""), offered)
    if found is None:
        listed = ", ".join(offered)
        raise Problem(406, f"请接受以下格式之一：{listed}。", f"Accept one of these: {listed}.")
    return found


def preferences() -> Mapping[str, str]:
    """What the request prefers, by name in lower case; of a name that comes twice, the first."""
    text = ",".join(request.headers.getlist("Prefer"))[:2000]
    found: dict[str, str] = {}
    for match in _PREFERENCE.finditer(text):
        value = match["token"] or re.sub(r"\\(.)", r"\1", match["quoted"] or "")
        found.setdefault(match["name"].lower(), value)
        if len(found) >= _MOST_PREFERENCES:
            break
    return found


def preferred_wait() -> float | None:
    """How many seconds the client is willing to wait; None when it does not say."""
    wait = preferences().get("wait", "")
    return float(wait) if re.fullmatch(r"[0-9]{1,9}", wait) and int(wait) > 0 else None


def apply_preference(response: Response, preference: str) -> None:
    """Tell the client that a preference, written `name=value`, was met."""
    response.headers.add("Preference-Applied", preference)
    response.vary.add("Prefer")
