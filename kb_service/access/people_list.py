"""The people whom somebody looks for, as far as a caller may see them: who, and where they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kb_service.access.reading_view import ReadingView
from kb_service.access.tables import as_seen
from kb_service.knowledge_base import Answer


@dataclass(frozen=True)
class Wanted:
    """Whom somebody looks for; what is left empty leaves it open.

    By words of their name and id, by their team, by the model of the post they hold, and by the
    verdict on them for that post.
    """

    words: tuple[str, ...] = ()
    team: str = ""
    model: str = ""
    verdict: str = ""


class PeopleList:
    """Finds people in reach of a caller, in the order of the ids that the caller sees."""

    def __init__(self, view: ReadingView) -> None:
        self._view = view

    def found(self, wanted: Wanted) -> list[str]:
        """The pseudonyms of those who are wanted.

        Nobody is noted as told of until something of them is: see `told`. Raises UnknownThingError
        for a team, model or verdict that does not exist.
        """
        keys = self._view.people_keys()
        for narrower in self._narrower(wanted):
            keys = [key for key in keys if key in narrower]
        return keys

    def _narrower(self, wanted: Wanted) -> list[set[str]]:
        """Of each condition that is set, all who meet it."""
        found = []
        if wanted.words:
            called = self._view.people_called(wanted.words)
            found.append(set(self._view.names.keys(each.id for each in called).values()))
        if wanted.team:
            found.append(self._who("members-of-team", team=wanted.team))
        if wanted.model:
            found.append(self._who("holders-of-model", model=wanted.model))
        if wanted.verdict:
            found.append(self._who("people-with-verdict", verdict=wanted.verdict))
        return found

    def _who(self, question: str, **things: str) -> set[str]:
        view = self._view
        return set(view.knowledge_base.order_of_people(question, reach=view.reach, **things))

    def told(self, keys: Sequence[str], question: str) -> Answer:
        """The answers to a question about one person, for each of these people in reach."""
        view = self._view
        readable = view.names.in_order(keys)
        answer = view.knowledge_base.ask_of_each(readable, question, reach=view.reach)
        view.note_people(readable)
        return as_seen(answer, view.names)
