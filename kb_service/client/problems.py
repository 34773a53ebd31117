"""What the service answers in place of a result, as exceptions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from kb_service.findings import Finding


class Problem(Exception):
    """A request that was not carried out: what kind of problem it is, and what to do about it."""

    def __init__(
        self, status: int, title: str, detail: str, findings: tuple[Finding, ...] = ()
    ) -> None:
        super().__init__(detail or title)
        self.status = status
        self.title = title
        self.detail = detail
        self.findings = findings
        """Each fault of what was handed in, with its place and what to write instead."""


class NotAllowed(Problem):
    """401 or 403: no token, or one that does not allow this."""


class NotFound(Problem):
    """404: nothing of that id, or nothing that this caller may see."""


class Changed(Problem):
    """412: somebody else has written since the state that was named."""


class Refused(Problem):
    """422: readable, and not stored; `findings` say why."""


class Unavailable(Problem):
    """429 or 503, after every attempt, or no connection at all (status 0)."""


_KINDS: Mapping[int, type[Problem]] = {
    401: NotAllowed,
    403: NotAllowed,
    404: NotFound,
    412: Changed,
    422: Refused,
    429: Unavailable,
    503: Unavailable,
}


def problem(status: int, body: bytes) -> Problem:
    """The exception for an answer, from its problem details where it has any."""
    details = _details(body)
    title, detail = (str(details.get(name, "")) for name in ("title", "detail"))
    kind = _KINDS.get(status, Problem)
    return kind(status, title or f"HTTP {status}", detail, findings_in(details))


def findings_in(document: Mapping[str, Any]) -> tuple[Finding, ...]:
    """The findings that problem details or a report on a document list."""
    return tuple(_finding(found) for found in document.get("findings", ()))


def _details(body: bytes) -> dict[str, Any]:
    """What the body says, nothing where it comes from somebody else, such as a proxy."""
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _finding(found: Mapping[str, Any]) -> Finding:
    known = ("severity", "message", "where", "focus", "path", "value", "shape")
    return Finding(**{name: found[name] for name in known if name in found})
