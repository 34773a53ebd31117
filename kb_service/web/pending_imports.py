"""What was handed in and waits to be confirmed: in memory only, few at a time, for an hour."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import cast

from flask import Flask, current_app

from kb_service.findings import Finding, RefusedInput
from kb_service.sheets import PerformanceContents, SheetContents
from kb_service.sheets.extent import MAX_CELLS
from kb_service.web.imports import Contents, Result
from kb_service.web.problems import Problem

EXTENSION = "pending-imports"
LIFE = 3600.0
"""Seconds from when a file was handed in or stored."""
MOST_OF_ONE_CALLER = 4
MOST = 32
_MOST_VALUES = 2 * MAX_CELLS
"""Of all that wait: two files of the largest size that is read, or many of the usual ones."""


class State(StrEnum):
    """How far an import has come."""

    WAITING = "waiting"
    STORING = "storing"
    STORED = "stored"
    REFUSED = "refused"


@dataclass
class PendingImport:
    """A file that was read and checked; only `owner`, who handed it in, may see and store it."""

    owner: str
    filename: str
    contents: Contents
    findings: Sequence[Finding] = ()
    unknown: frozenset[str] = frozenset()
    """The ids in it of people whom nobody knew when it was handed in."""
    id: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    since: float = 0.0
    state: State = State.WAITING
    done: int = 0
    total: int = 0
    result: Result | None = None
    refusal: RefusedInput | None = None
    """Why it could not be stored after all: what is stored has changed since it was checked."""

    def note_progress(self, done: int, total: int) -> None:
        """Remember how much of the work is done."""
        self.done, self.total = done, total

    @property
    def values(self) -> int:
        """How many values of cells it holds in memory."""
        contents = self.contents
        if isinstance(contents, PerformanceContents):
            return len(contents.measurements) + sum(len(each.grades) for each in contents.forms)
        if isinstance(contents, SheetContents):
            return len(contents.people) + sum(len(each.ratings) for each in contents.assessments)
        return sum(len(row) for rows in contents.record.tables.values() for row in rows)


class PendingImports:
    """Keeps what was handed in for those who handed it in; the oldest goes when there is no room."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._held: dict[str, PendingImport] = {}

    def add(self, made: PendingImport) -> PendingImport:
        """Keep an import until it is stored or given up, or its time is over."""
        with self._lock:
            made.since = self._clock()
            self._drop_old()
            own = [each for each in self._held.values() if each.owner == made.owner]
            self._make_room(own, lambda: len(self._of(made.owner)) >= MOST_OF_ONE_CALLER)
            self._make_room(list(self._held.values()), lambda: self._is_full(made.values))
            self._held[made.id] = made
        return made

    def get(self, id: str, owner: str) -> PendingImport:
        """The import with this id. Raises Problem 404 unless it is the owner's and still kept."""
        with self._lock:
            self._drop_old()
            found = self._held.get(id)
        if found is None or found.owner != owner:
            raise _forgotten()
        return found

    def store(self, made: PendingImport, how: Callable[[PendingImport], Result]) -> None:
        """Store an import, once: whoever asks again while it is stored, or after, changes nothing.

        What `how` refuses is kept with it; whatever else goes wrong is raised, and it waits again.
        """
        with self._lock:
            if made.state is not State.WAITING:
                return
            made.state = State.STORING
        try:
            made.result = how(made)
            made.state = State.STORED
        except RefusedInput as refused:
            made.refusal, made.state = refused, State.REFUSED
        finally:
            with self._lock:
                made.since = self._clock()
                if made.state is State.STORING:
                    made.state = State.WAITING

    def give_up(self, made: PendingImport) -> None:
        """Forget an import, unless it is being stored."""
        with self._lock:
            if made.state is not State.STORING:
                self._held.pop(made.id, None)

    def _of(self, owner: str) -> list[PendingImport]:
        return [each for each in self._held.values() if each.owner == owner]

    def _is_full(self, more: int) -> bool:
        held = sum(each.values for each in self._held.values())
        return len(self._held) >= MOST or (bool(self._held) and held + more > _MOST_VALUES)

    def _make_room(self, among: list[PendingImport], is_full: Callable[[], bool]) -> None:
        """Forget the oldest of these, though none that is being stored, while there is no room."""
        for each in sorted(among, key=lambda one: one.since):
            if not is_full():
                return
            if each.state is not State.STORING:
                del self._held[each.id]

    def _drop_old(self) -> None:
        oldest = self._clock() - LIFE
        for each in list(self._held.values()):
            if each.since < oldest and each.state is not State.STORING:
                del self._held[each.id]


def _forgotten() -> Problem:
    return Problem(
        404,
        "这份文件已不在等候之列：文件只保留一小时，服务重启后也不再保留。请重新选择文件。",
        "This file is no longer waiting: files are kept for an hour, and not beyond a restart of the "
        "service. Choose the file again.",
    )


def register_pending_imports(app: Flask) -> None:
    """Let an app keep what its callers hand in."""
    app.extensions[EXTENSION] = PendingImports()


def pending_imports() -> PendingImports:
    """What the current app keeps."""
    return cast(PendingImports, current_app.extensions[EXTENSION])
