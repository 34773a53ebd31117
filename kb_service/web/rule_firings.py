"""How often each rule fires, counted beside the requests, since it takes seconds with many people."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from flask import Flask, current_app

from kb_service.knowledge_base import Answer, KnowledgeBase
from kb_service.store.reach import EVERYTHING

_LOG = logging.getLogger("kb_service.web")
_EXTENSION = "rule firings"
_REST = 20
"""After a count it rests so many times as long as the count took: others need the machine more."""


@dataclass(frozen=True)
class Firings:
    """What was counted over everybody, from which state and when."""

    at: datetime
    state: str
    people: Answer
    conclusions: Answer


class RuleFirings:
    """The last count, and a thread that makes another one once something was stored."""

    def __init__(self, kb: KnowledgeBase) -> None:
        self._kb = kb
        self._lock = threading.Lock()
        self._latest: Firings | None = None
        self._counting = False
        self._not_before = 0.0

    def latest(self) -> Firings | None:
        """The last count; None before the first is done. Something stored since is being counted."""
        with self._lock:
            is_current = self._latest is not None and self._latest.state == self._kb.store.tag
            if not (is_current or self._counting or time.monotonic() < self._not_before):
                self._counting = True
                threading.Thread(target=self._count, daemon=True).start()
            return self._latest

    @property
    def is_counting(self) -> bool:
        """Whether a count is under way."""
        return self._counting

    def _count(self) -> None:
        began = time.monotonic()
        found: Firings | None
        try:
            found = self._counted()
        except Exception as error:
            # Nobody waits for it; the page says that nothing was counted yet.
            _LOG.warning("rules were not counted: %s", type(error).__name__)
            found = self._latest
        ended = time.monotonic()
        with self._lock:
            self._latest, self._counting = found, False
            self._not_before = ended + _REST * (ended - began)

    def _counted(self) -> Firings:
        state = self._kb.store.tag
        people = self._kb.ask("people-of-rules", reach=EVERYTHING)
        conclusions = self._kb.ask("conclusions-of-rules", reach=EVERYTHING)
        return Firings(datetime.now(UTC), state, people, conclusions)


def register_rule_firings(app: Flask, kb: KnowledgeBase) -> None:
    """Count for the requests of an app."""
    app.extensions[_EXTENSION] = RuleFirings(kb)


def rule_firings() -> RuleFirings:
    """The counts of the current app."""
    return cast(RuleFirings, current_app.extensions[_EXTENSION])
