"""What is wrong with an input, where, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

WORST_FIRST = ("violation", "warning", "info")
"""The severities of findings, in the order in which they are told."""


@dataclass(frozen=True)
class Finding:
    """One fault in words a person can act on.

    `message` has the keys `zh` and `en`; `where` is the place in what was handed in: a cell, a
    line, a JSON pointer. `severity` is `violation`, `warning` or `info`.
    """

    severity: str
    message: Mapping[str, str]
    where: str = ""
    focus: str = ""
    path: str = ""
    value: str = ""
    shape: str = ""

    def as_json(self) -> dict[str, object]:
        """The finding as the API shows it, without its empty fields."""
        fields = {
            "severity": self.severity,
            "message": dict(self.message),
            "where": self.where,
            "focus": self.focus,
            "path": self.path,
            "value": self.value,
            "shape": self.shape,
        }
        return {name: value for name, value in fields.items() if value}


def violation(zh: str, en: str, where: str = "", value: str = "") -> Finding:
    """A fault that keeps the input from being stored."""
    return Finding("violation", {"zh": zh, "en": en}, where=where, value=value)


@dataclass
class RefusedInput(ValueError):
    """Input that was not stored, with every reason why; `status` is the HTTP status it deserves."""

    findings: Sequence[Finding] = field(default_factory=tuple)
    status: int = 422

    def __str__(self) -> str:
        return "; ".join(
            f"{finding.where}: {finding.message['en']}" if finding.where else finding.message["en"]
            for finding in self.findings
        )
