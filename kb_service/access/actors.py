"""What a caller is called where it is remembered who did something."""

from __future__ import annotations

from kb_service.access.roles import Caller, Role


def actor(caller: Caller) -> str:
    """The caller's name; `self` for people who act for themselves, whose name stays unsaid."""
    return Role.SELF.value if caller.role is Role.SELF else caller.name
