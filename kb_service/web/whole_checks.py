"""A check of everything in here, made beside the requests when somebody asks for it, and its outcome."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import cast

from flask import Flask, current_app

from kb_service.findings import WORST_FIRST, Finding
from kb_service.knowledge_base import KnowledgeBase

_LOG = logging.getLogger("kb_service.web")
_EXTENSION = "whole checks"


@dataclass(frozen=True)
class WholeCheck:
    """What one check came to; what it says of people is by pseudonym."""

    at: datetime
    seconds: float
    of_knowledge: tuple[Finding, ...]
    of_people: tuple[Finding, ...] | None
    """None once somebody who was checked is no longer in here: nothing may be told of them."""
    people: frozenset[str]


@dataclass(frozen=True)
class Running:
    """A check under way, and how many people it has looked at."""

    done: int = 0
    total: int = 0


class WholeChecks:
    """Makes one check at a time, and keeps the last one for as long as the service runs."""

    def __init__(self, kb: KnowledgeBase) -> None:
        self._kb = kb
        self._lock = threading.Lock()
        self._latest: WholeCheck | None = None
        self.running: Running | None = None
        """How far the check under way is; None while there is none."""
        self.has_failed = False
        """Whether the last check could not be finished."""

    def begin(self) -> bool:
        """Begin a check; False where one is under way already."""
        with self._lock:
            if self.running is not None:
                return False
            self.running = Running()
        threading.Thread(target=self._check, daemon=True).start()
        return True

    def latest(self) -> WholeCheck | None:
        """The last check, without what it said of people if one of them has been removed since."""
        with self._lock:
            found = self._latest
            if found and found.of_people and not found.people <= set(self._kb.people_ids()):
                found = self._latest = replace(found, of_people=None)
            return found

    def _check(self) -> None:
        failed = False
        try:
            found = self._checked()
            with self._lock:
                self._latest = found
        except Exception as error:
            # Nobody waits for it; the page says that it could not be finished.
            _LOG.warning("the check was not finished: %s", type(error).__name__)
            failed = True
        finally:
            self.has_failed, self.running = failed, None

    def _checked(self) -> WholeCheck:
        began = time.monotonic()
        people = frozenset(self._kb.people_ids())
        of_knowledge = _worst_first(self._kb.check_knowledge())
        of_people = _worst_first(self._kb.check_people(self._note))
        seconds = time.monotonic() - began
        return WholeCheck(datetime.now(UTC), seconds, of_knowledge, of_people, people)

    def _note(self, done: int, total: int) -> None:
        self.running = Running(done, total)


def register_whole_checks(app: Flask, kb: KnowledgeBase) -> None:
    """Make checks for an app."""
    app.extensions[_EXTENSION] = WholeChecks(kb)


def whole_checks() -> WholeChecks:
    """The checks of the current app."""
    return cast(WholeChecks, current_app.extensions[_EXTENSION])


def _worst_first(found: list[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(found, key=lambda each: WORST_FIRST.index(each.severity)))
