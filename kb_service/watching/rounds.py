"""What came of looking at a folder: kept for the status page, told at the terminal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from kb_service.findings import Finding


class State(StrEnum):
    """How the service and the folder stand to each other."""

    CHECKING = "checking"
    SERVED = "served"
    """The service has what the folder has."""
    REFUSED = "refused"
    """The folder is not in order; the service keeps the last state that was."""
    GONE = "gone"
    """The folder cannot be read; the service keeps the last state that it had."""


@dataclass(frozen=True)
class Round:
    """One look at a folder after a change: which files differ, what was found, what came of it."""

    at: datetime
    seconds: float
    changed: tuple[str, ...]
    state: State
    findings: tuple[Finding, ...] = ()
    people: int = 0
    """How many people were concluded again."""

    def as_json(self) -> dict[str, Any]:
        """The round as the API shows it."""
        return {
            "at": self.at.isoformat(timespec="seconds"),
            "seconds": round(self.seconds, 1),
            "changed": list(self.changed),
            "state": self.state.value,
            "findings": [finding.as_json() for finding in self.findings],
            "people": self.people,
        }


@dataclass(frozen=True)
class WatchStatus:
    """How it stands with a watched folder; the latest round is the first."""

    folder: str
    parts: tuple[str, ...]
    state: State
    rounds: tuple[Round, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The status as the API shows it."""
        return {
            "folder": self.folder,
            "parts": list(self.parts),
            "state": self.state.value,
            "rounds": [each.as_json() for each in self.rounds],
        }
