"""What becomes of a request that its caller may not make."""

from __future__ import annotations

from kb_service.access.roles import Caller


class NotAllowed(PermissionError):
    """The caller's role does not allow this; `right` is what it would take, a field of Rights."""

    def __init__(self, caller: Caller, right: str) -> None:
        super().__init__(f"{caller.role} may not do this: {right}")
        self.caller = caller
        self.right = right


def require(caller: Caller, right: str) -> None:
    """Raise NotAllowed where the caller's role lacks a right, named as in Rights."""
    if not getattr(caller.rights, right):
        raise NotAllowed(caller, right)
