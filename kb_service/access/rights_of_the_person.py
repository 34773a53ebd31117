"""What people may have done about what is held and concluded of them: object, and put right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from pyoxigraph import NamedNode

from kb_service.access.actors import actor
from kb_service.access.personal_requests import ObjectionAsked, Rectification, SettlementAsked
from kb_service.access.reading_view import ReadingView
from kb_service.access.refusals import NotAllowed, require
from kb_service.access.words import in_words, noted
from kb_service.knowledge_base import UnknownThingError
from kb_service.knowledge_base.checking import Change
from kb_service.knowledge_base.history import REASON, Revision, because
from kb_service.knowledge_base.objections import (
    GROUNDS,
    SETTLEMENT,
    Objection,
    Settlement,
    next_id,
    objection_iri,
    objection_triples,
    objections_in,
)
from kb_service.knowledge_base.rectifying import Correction
from kb_service.knowledge_base.sorting import replaced
from kb_service.people_records import PersonRecord
from kb_service.register import Correction as RegisterCorrection
from kb_service.register import Entry, Words

_WITHDRAWN = "withdrawn"


class AlreadySettled(RuntimeError):
    """The objection came to an end before; a new one can be raised."""


@dataclass(frozen=True)
class PutRight:
    """What was corrected about a person, in the order in which that was done.

    `reasons` are those of the changes of facts for which somebody gave one.
    """

    facts: list[Revision]
    register: list[RegisterCorrection]
    reasons: Mapping[NamedNode, str]


class RightsOfThePerson:
    """Objections and corrections, for a caller who may see to them.

    People may see to their own matters, and who may write about people to everybody's. Each method
    raises NotAllowed for others, and UnknownThingError when nobody in reach is called so.
    """

    def __init__(self, view: ReadingView) -> None:
        self._view = view
        self._base = view.knowledge_base
        self._register = view.register
        self._caller = view.caller

    def key(self, person: str) -> str:
        """The pseudonym of the person whom the caller calls this, for whom the caller may act."""
        key = self._view.key_of(person)
        if not self._caller.rights.sees_to_rights:
            raise NotAllowed(self._caller, "writes_people")
        return key

    # Objections

    def objections(self, person: str) -> list[Objection]:
        """Somebody's objections, settled ones too, in the order in which they were raised."""
        key = self.key(person)
        words = self._register.words_of(key)
        raised = objections_in(key, self._base.facts_about(key))
        return [in_words(objection, words) for objection in raised]

    def appraised_in(self, person: str) -> list[str]:
        """The periods in which somebody was appraised, for which they may object to it."""
        rows = self._base.ask("performance-history", person=self.key(person)).rows
        return [str(row["period"]) for row in rows]

    def object_to(self, person: str, asked: ObjectionAsked) -> Objection:
        """Raise an objection; the judgements it contests are marked when this returns.

        Raises RefusedInput when a shape objects.
        """
        key, by = self.key(person), actor(self._caller)
        raised: list[Objection] = []

        def change(facts: list[Any]) -> Change:
            id = next_id(objections_in(key, facts))
            made = Objection(id, key, asked.on, by, asked.models, asked.periods, asked.grounds)
            note(Words(key, objection_iri(key, id).value, GROUNDS.value, asked.grounds))
            raised.append(made)
            return facts, objection_triples(made)

        with noted(self._register, self._base.store) as note, because(by):
            self._base.change_facts(key, change)
        return raised[-1]

    def settle(self, person: str, objection: str, asked: SettlementAsked) -> Objection:
        """Bring an objection to an end: the marks go unless others stand.

        People may withdraw their own; any other outcome is for who may write about people. Raises
        AlreadySettled, RefusedInput, and UnknownThingError when there is no such objection.
        """
        key, by = self.key(person), actor(self._caller)
        if asked.outcome != _WITHDRAWN:
            require(self._caller, "writes_people")
        settled: list[Objection] = []

        def change(facts: list[Any]) -> Change:
            known = {each.id: each for each in objections_in(key, facts)}
            if objection not in known:
                raise UnknownThingError("objection", objection)
            if known[objection].settlement is not None:
                raise AlreadySettled(objection)
            node = objection_iri(key, objection).value
            if asked.words:
                note(Words(key, node, SETTLEMENT.value, asked.words))
            ended = Settlement(asked.outcome, asked.on, by, asked.words or None)
            settled.append(replace(known[objection], settlement=ended))
            return replaced(facts, node.__eq__), objection_triples(settled[-1])

        with noted(self._register, self._base.store) as note, because(by):
            self._base.change_facts(key, change)
        return in_words(settled[-1], self._register.words_of(key))

    # Corrections

    def rectify(self, person: str, asked: Rectification) -> None:
        """Put right what is wrong, and conclude the person anew.

        What was said before stays in the person's history, with who put it right and why. Raises
        RefusedInput when a shape objects; nothing is changed then.
        """
        key, by = self.key(person), actor(self._caller)
        require(self._caller, "writes_people")
        if asked.is_of_facts:
            catalogue, record = self._base.catalogue, self._record(key, asked)
            correction = Correction(record, asked.assessments)

            def told(revision: NamedNode) -> None:
                note(Words(key, revision.value, REASON.value, asked.reason))

            with noted(self._register, self._base.store) as note, because(by, told):
                self._base.change_facts(
                    key,
                    lambda facts: correction.carried_out(key, facts, catalogue),
                    [record] if record else [],
                )
        if asked.is_of_the_register:
            with self._register.writing:
                self._correct_register(key, by, asked)

    def put_right(self, person: str) -> PutRight:
        """What was changed about somebody until now, in facts and in the register.

        It does not tell who rated them.
        """
        key = self.key(person)
        reasons = {
            NamedNode(words.about): words.text
            for words in self._register.words_of(key)
            if words.property == REASON.value
        }
        return PutRight(self._base.revisions_of(key), self._register.corrections_of(key), reasons)

    def _record(self, key: str, asked: Rectification) -> PersonRecord | None:
        """Who somebody is at work, once that is put right; None when that is not asked for."""
        if not asked.work:
            return None
        rows = self._base.ask("person", person=key).rows
        first: dict[str, Any] = dict(rows[0]) if rows else {}
        candidates = dict.fromkeys(row["candidate_for"] for row in rows if row["candidate_for"])
        said = {
            "team": first.get("team"),
            "post": first.get("post"),
            "candidateFor": tuple(map(str, candidates)),
            **asked.work,
        }
        return PersonRecord(key, said["team"], said["post"], tuple(said["candidateFor"]))

    def _correct_register(self, key: str, by: str, asked: Rectification) -> None:
        before = self._register.entry(key) or Entry(key, key, key)
        contact = {
            name: value for name, value in {**before.contact, **asked.contact}.items() if value
        }
        after = replace(before, name=asked.name or before.name, contact=contact)
        if after == before:
            return
        was, now = ({"name": each.name, **each.contact} for each in (before, after))
        differing = [name for name in {**was, **now} if was.get(name) != now.get(name)]
        moment = datetime.now(UTC).isoformat(timespec="microseconds")
        said, says = ({name: each.get(name) for name in differing} for each in (was, now))
        self._register.correct(after, RegisterCorrection(key, moment, by, asked.reason, said, says))
