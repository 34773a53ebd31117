"""Answers that name nobody, kept for as long as nothing is stored."""

from __future__ import annotations

import threading
from typing import cast

from flask import Flask, current_app

from kb_service.access.roles import People
from kb_service.access.view import View
from kb_service.knowledge_base import Answer, KnowledgeBase
from kb_service.store.reach import Reach

_EXTENSION = "kept answers"
_MOST = 1024
_Asked = tuple[str, tuple[tuple[str, str], ...], Reach, People, int]


class KeptAnswers:
    """Counts over ten thousand people take a while: each is made once for a state and a reach.

    An answer that names people must be asked for each time, so that the audit knows who saw whom.
    """

    def __init__(self, kb: KnowledgeBase) -> None:
        self._kb = kb
        self._lock = threading.Lock()
        self._state = ""
        self._known: dict[_Asked, Answer] = {}

    def answer(self, view: View, question: str, **things: str) -> Answer:
        """The answer to a question that names nobody, as a caller may see it.

        Raises ValueError for another question, and UnknownThingError as `View.ask` does.
        """
        state = self._kb.store.tag
        rights, given = view.caller.rights, tuple(sorted(things.items()))
        asked = (question, given, view.reach, rights.reads, view.least_people_counted)
        with self._lock:
            if self._state != state or len(self._known) >= _MOST:
                self._state, self._known = state, {}
            if asked in self._known:
                return self._known[asked]
        found = view.ask(question, limit=None, offset=None, **things)
        if found.question.people:
            raise ValueError(f"{question} names people")
        with self._lock:
            if self._state == state:
                self._known[asked] = found
        return found


def register_kept_answers(app: Flask, kb: KnowledgeBase) -> None:
    """Keep answers for the requests of an app."""
    app.extensions[_EXTENSION] = KeptAnswers(kb)


def kept_answer(view: View, question: str, **things: str) -> Answer:
    """The answer to a question that names nobody; see KeptAnswers."""
    return cast(KeptAnswers, current_app.extensions[_EXTENSION]).answer(view, question, **things)
