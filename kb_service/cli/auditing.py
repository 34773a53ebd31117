"""What the audit trail is told of a command: whom it shows something of, and what it changes."""

from __future__ import annotations

import getpass
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from kb_service.access.roles import LOCAL
from kb_service.audit import BEGUN, Access, AuditTrail, reference


class CommandAudit:
    """The entries of one command. Every method raises AuditUnavailable when none can be written."""

    def __init__(self, trail: AuditTrail) -> None:
        self._trail = trail
        self._noted: set[str] = set()

    def note_people(self, keys: Iterable[str]) -> None:
        """Add an entry for those of the people with these keys who are not in one yet."""
        touched = set(keys) - self._noted
        if touched:
            self._noted |= touched
            self._add("touched", touched)

    @contextmanager
    def change(self) -> Iterator[None]:
        """While the block runs something is changed; the trail says so before and after."""
        self._add(BEGUN, durable=True)
        try:
            yield
        except BaseException:
            self._add("failed", durable=True)
            raise
        self._add("done", durable=True)

    def _add(self, outcome: str, people: Iterable[str] = (), *, durable: bool = False) -> None:
        persons = tuple(sorted(map(reference, people)))
        access = Access(
            who=_user(),
            role=str(LOCAL.role),
            action=f"command {click.get_current_context().info_name}",
            outcome=outcome,
            people=len(persons),
            persons=persons,
        )
        self._trail.append(access, durable=durable)


@contextmanager
def audited(folder: Path) -> Iterator[CommandAudit]:
    """The audit of this command in a trail's folder."""
    trail = AuditTrail(folder)
    try:
        yield CommandAudit(trail)
    finally:
        trail.close()


def _user() -> str:
    """Who runs the command, as far as the system knows."""
    try:
        return f"{LOCAL.name}:{getpass.getuser()}"
    except (OSError, KeyError):  # a container may have users without a name
        return LOCAL.name
