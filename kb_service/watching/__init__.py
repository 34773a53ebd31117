"""Knowledge taken over while the service runs: a folder is watched, checked, and then loaded."""

from __future__ import annotations

from kb_service.watching.folders import NothingToWatch, WatchedFolder
from kb_service.watching.rounds import Round, State, WatchStatus
from kb_service.watching.stage import Stage
from kb_service.watching.watch import Watch

__all__ = [
    "NothingToWatch",
    "Round",
    "Stage",
    "State",
    "Watch",
    "WatchStatus",
    "WatchedFolder",
]
