"""The terms of the knowledge that is served, read again when that changes, and counts of their use."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

from kb_service.access.roles import People
from kb_service.access.terms_view import TermUsage
from kb_service.access.view import View
from kb_service.engine.rules import RuleBook
from kb_service.knowledge_base import KnowledgeBase
from kb_service.knowledge_base.terms import (
    Mentions,
    TermBook,
    graphs_with_terms,
    read_mentions,
    read_terms,
)
from kb_service.people_records import Catalogue
from kb_service.questions import questions
from kb_service.store.reach import Reach

_MOST_COUNTS = 4096
_Counted = tuple[str, Reach, People, int, str]


class TermReader:
    """Keeps what is read of the terms for as long as it holds.

    A change of shared knowledge makes a new catalogue, and one of the rules a new rule book, so
    those two tell when. Counts hold until the next commit.
    """

    def __init__(self, kb: KnowledgeBase) -> None:
        self._kb = kb
        self._lock = threading.Lock()
        self._book: tuple[Catalogue, TermBook] | None = None
        self._mentions: tuple[RuleBook, Mentions] | None = None
        self._usages: OrderedDict[_Counted, TermUsage] = OrderedDict()

    def book(self) -> TermBook:
        """Every term that is declared now."""
        with self._lock:
            catalogue = self._kb.catalogue
            if self._book is None or self._book[0] is not catalogue:
                self._book = (catalogue, read_terms(graphs_with_terms(self._kb.store)))
            return self._book[1]

    def mentions(self) -> Mentions:
        """What mentions each term."""
        with self._lock:
            rules = self._kb.rules
            if self._mentions is None or self._mentions[0] is not rules:
                found = read_mentions(rules, questions().values(), self._kb.root)
                self._mentions = (rules, found)
            return self._mentions[1]

    def usage(self, view: View, term: str, count: Callable[[], TermUsage]) -> TermUsage:
        """Of how many people a term is used, counted once for each state and reach."""
        key = (
            self._kb.store.tag,
            view.reach,
            view.caller.rights.reads,
            view.least_people_counted,
            term,
        )
        with self._lock:
            if key in self._usages:
                return self._usages[key]
        counted = count()
        with self._lock:
            self._usages[key] = counted
            while len(self._usages) > _MOST_COUNTS:
                self._usages.popitem(last=False)
        return counted
