"""What the audit trail is told of a command: whom it shows something of, and what it changes."""

from __future__ import annotations

import getpass
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
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
            persons = tuple(sorted(map(reference, touched)))
            entry = replace(_access("touched"), people=len(persons), persons=persons)
            self._trail.append(entry, durable=False)

    @contextmanager
    def change(self, about: str = "") -> Iterator[None]:
        """While the block runs something is changed; the trail says so before and after.

        `about` says what that is, where it is no person.
        """
        entry = replace(_access(BEGUN), object=about)
        self._trail.append(entry, durable=True)
        try:
            yield
        except BaseException:
            self._trail.append(replace(entry, outcome="failed"), durable=True)
            raise
        self._trail.append(replace(entry, outcome="done"), durable=True)

    def note_everybody(self, outcome: str, about: str) -> None:
        """Add an entry, on disk when this returns: what is held of everybody was copied or replaced."""
        entry = replace(_access(outcome), object=about, everybody=True)
        self._trail.append(entry, durable=True)


@contextmanager
def audited(folder: Path) -> Iterator[CommandAudit]:
    """The audit of this command in a trail's folder."""
    trail = AuditTrail(folder)
    try:
        yield CommandAudit(trail)
    finally:
        trail.close()


def _access(outcome: str) -> Access:
    """What is said of every command: who runs which."""
    command = click.get_current_context().command_path.split()[1:]
    return Access(_user(), str(LOCAL.role), " ".join(("command", *command)), outcome)


def _user() -> str:
    """Who runs the command, as far as the system knows."""
    try:
        return f"{LOCAL.name}:{getpass.getuser()}"
    except (OSError, KeyError):  # a container may have users without a name
        return LOCAL.name
