"""Who there is for one caller, by the ids and names that they may see."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path

from kb_service.access.names import Names, Shown
from kb_service.access.reaches import people_in_reach, reach_beside
from kb_service.access.roles import Caller
from kb_service.configuration import AccessSettings
from kb_service.engine.rules import RuleBook
from kb_service.knowledge_base import KnowledgeBase, UnknownThingError
from kb_service.people_records import (
    Catalogue,
    Choice,
)
from kb_service.register import Entry, Register
from kb_service.store.reach import Reach

NotePeople = Callable[[Iterable[str]], None]
"""Told the pseudonyms of the people whom an answer shows something of."""


def _unheard(keys: Iterable[str]) -> None:
    """Nobody wants to know."""


class PeopleView:
    """The people in the knowledge base as one caller sees them, and what is about nobody.

    Callers who see names call people by the ids of the organisation, everybody else by pseudonym;
    either may use the pseudonym where an IRI shows it. Somebody outside the caller's reach is as
    unknown as somebody who does not exist. IRIs carry pseudonyms for everybody.
    """

    def __init__(
        self,
        knowledge_base: KnowledgeBase,
        register: Register,
        caller: Caller,
        note_people: NotePeople = _unheard,
        least_people_counted: int = AccessSettings().least_people_counted,
    ) -> None:
        self.knowledge_base = knowledge_base
        self.register = register
        self.caller = caller
        self.names = Names(register, sees_names=caller.rights.sees_names, may_read=self._may_read)
        self.note_people = note_people
        self.least_people_counted = least_people_counted

    # What is about nobody

    @property
    def root(self) -> Path:
        """The knowledge folder."""
        return self.knowledge_base.root

    @property
    def rules(self) -> RuleBook:
        """The rules by which everything is concluded."""
        return self.knowledge_base.rules

    @property
    def catalogue(self) -> Catalogue:
        """What records may name."""
        return self.knowledge_base.catalogue

    @property
    def teams(self) -> Mapping[str, Choice]:
        """The organisation's teams by id."""
        return self.knowledge_base.teams

    @property
    def as_of(self) -> date:
        """The day that judgements are for."""
        return self.knowledge_base.as_of

    @property
    def latest_day(self) -> date:
        """The last day an assessment may bear."""
        return self.knowledge_base.latest_day

    def better_verdicts(self, verdict: str) -> list[str]:
        """The ids of the verdicts that rank before one, the best first."""
        return self.knowledge_base.better_verdicts(verdict)

    # Who there is

    @cached_property
    def _in_reach(self) -> frozenset[str] | None:
        """The pseudonyms of those whom the caller may read about; None for everybody."""
        return people_in_reach(self.caller, self.knowledge_base.store, self.register)

    @cached_property
    def reach(self) -> Reach:
        """The graphs that the caller may read."""
        return reach_beside(self.caller, self._in_reach, self.knowledge_base.store)

    def _may_read(self, key: str) -> bool:
        return self._in_reach is None or key in self._in_reach

    def key_of(self, person: str) -> str:
        """The pseudonym of somebody in reach, by the id that the caller uses.

        Raises UnknownThingError when there is nobody.
        """
        key = self.names.key(person)
        if not self._may_read(key) or not self.knowledge_base.has_person(key):
            raise UnknownThingError("person", person)
        self.note_people([key])
        return key

    def has_person(self, person: str) -> bool:
        """Whether somebody in reach is called this by the caller."""
        key = self.names.key(person)
        return self._may_read(key) and self.knowledge_base.has_person(key)

    def people_keys(self) -> list[str]:
        """The pseudonyms of all in reach, in the order of the ids that the caller sees."""
        return self.names.in_order(self.knowledge_base.people_ids())

    def people_called(self, words: Sequence[str]) -> list[Shown]:
        """Those in reach whose name and id, as the caller sees them, have all of these words.

        They stand in the order of their ids; nobody is called nothing. Whoever is shown of them
        is noted by `note_shown`, since there may be more than anybody looks at.
        """
        if not words:
            return []
        stored = set(self.knowledge_base.people_ids())
        if self.names.sees_names:
            entries = self.register.matching(words)
            seen = (each for each in entries if each.key in stored and self._may_read(each.key))
            return [Shown(each.id, each.name) for each in seen]
        asked = [word.casefold() for word in words]
        return [
            Shown(key, None)
            for key in sorted(stored)
            if self._may_read(key) and all(word in key for word in asked)
        ]

    def note_shown(self, people: Iterable[Shown]) -> None:
        """Note that an answer tells of these people."""
        self.note_people(self.names.keys(each.id for each in people).values())

    def count_people(self) -> int:
        """How many people are in reach."""
        keys = self.knowledge_base.people_ids()
        return len(keys) if self._in_reach is None else len(self._in_reach.intersection(keys))

    def is_empty(self) -> bool:
        """Whether nobody is in here, within reach or not."""
        return self.knowledge_base.is_empty()

    def entry(self, person: str) -> Entry | None:
        """What the register holds of somebody; None to who may not see names.

        Raises UnknownThingError.
        """
        key = self.key_of(person)
        return self.names.entries([key]).get(key)
