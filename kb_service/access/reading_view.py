"""What one caller may read of the knowledge base, told in the ids and names that they may see."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from pyoxigraph import NamedNode, Store, Triple

from kb_service.access.counts import withhold
from kb_service.access.dry_runs import withheld
from kb_service.access.model_exchange import ModelExchange
from kb_service.access.refusals import require
from kb_service.access.roles import People
from kb_service.access.tables import as_seen, keys_in, sorted_before_people
from kb_service.access.translation import renamed, renamed_node
from kb_service.engine.explain import Explanation, NothingConcludedError
from kb_service.engine.obstacles import WhyNot
from kb_service.engine.smallest_change import ChangesFound
from kb_service.findings import Finding
from kb_service.knowledge_base import Answer, UnknownThingError
from kb_service.knowledge_base.checking import CheckedDocument, Progress
from kb_service.knowledge_base.dry_run_counts import DryRun
from kb_service.knowledge_base.model_documents import SubmittedModel
from kb_service.knowledge_base.what_if import nobody
from kb_service.people_records import (
    AssessmentRecord,
    Introduction,
    PersonRecord,
)
from kb_service.people_records.raters import conclusions_apart
from kb_service.questions import Counted, questions
from kb_service.store.reach import EVERYTHING
from kb_service.vocabulary import NAMESPACES

_PERSON = NAMESPACES["person"]


class ReadingView(ModelExchange):
    """The knowledge base as one caller sees it; see PeopleView for whom."""

    def introduction(self, person: str) -> Introduction | None:
        """What is stored about who somebody is, by name; None when nobody is called this."""
        if not self.has_person(person):
            return None
        rows = self.ask("person", person=person).rows
        if not rows:
            return None
        first: dict[str, Any] = dict(rows[0])
        candidates = dict.fromkeys(
            str(row["candidate_for"]) for row in rows if row["candidate_for"]
        )
        entry = self.entry(person)
        return Introduction(
            person,
            first["name"] or person,
            first["team"],
            first["post"],
            tuple(candidates),
            entry.contact if entry else {},
        )

    # Answers

    def prepare(self, people: Iterable[str], as_of: date | None = None) -> None:
        """Begin to conclude everything about people of whom much will be asked, without waiting.

        Raises UnknownThingError for somebody whom the caller may not see.
        """
        self.knowledge_base.prepare([self.key_of(person) for person in people], as_of)

    def ask(
        self, name: str, *, limit: int | None = None, offset: int | None = None, **things: str
    ) -> Answer:
        """The answer to a question about the things with these ids, as far as the reach goes.

        Raises UnknownThingError for a question, parameter or thing that does not exist.
        """
        return self._asked(name, things, limit, offset or 0)

    def _asked(
        self, name: str, things: Mapping[str, str], limit: int | None, offset: int
    ) -> Answer:
        known = self._with_key(things)
        question = questions().get(name)
        if question and question.counted and self.caller.rights.reads is People.NOBODY:
            return self._counted(question.counted, name, known, limit, offset)
        # By pseudonym nobody would find anybody: who is sorted by id is sorted by the id shown.
        is_sorted_here = self.names.sees_names and question and sorted_before_people(question) == []
        if not is_sorted_here:
            found = self.knowledge_base.ask(
                name, limit=limit, offset=offset or None, reach=self.reach, **known
            )
            return self._seen(found)
        every = self.knowledge_base.ask(name, limit=None, offset=None, reach=self.reach, **known)
        seen = as_seen(every, self.names)
        end = None if limit is None else offset + limit
        rows = seen.rows[offset:end]
        self.note_people(self.names.keys(str(row[every.question.people]) for row in rows).values())
        return Answer(seen.question, seen.columns, rows)

    def _counted(
        self,
        counted: Counted,
        name: str,
        things: Mapping[str, str],
        limit: int | None,
        offset: int,
    ) -> Answer:
        """How many people, for who may see nobody: of everybody, without what few would give away."""
        every = self.knowledge_base.ask(name, limit=None, offset=None, reach=EVERYTHING, **things)
        told = self._withheld(every, counted)
        end = None if limit is None else offset + limit
        return replace(told, rows=told.rows[offset:end])

    def counts_told(self, every: Answer) -> Answer:
        """How many people, counted over everybody beforehand, as this caller may be told it.

        Raises NotAllowed to who reads about some people only, and ValueError for any other answer.
        """
        counted = every.question.counted
        if counted is None:
            raise ValueError(f"{every.question.name} does not count people")
        if self.caller.rights.reads is People.EVERYBODY:
            return every
        require(self.caller, "writes_models")
        return self._withheld(every, counted)

    def _withheld(self, every: Answer, counted: Counted) -> Answer:
        counts = withhold(every.rows, counted, self.least_people_counted)
        return replace(every, rows=counts.rows, withheld=counts.withheld)

    def ask_as_of(self, day: date | None, name: str, **things: str) -> Answer:
        """The answer to a question about one person, as it was when a day was over; None for now.

        Raises UnknownThingError as `ask` does, and for a question that is not about one person.
        """
        if day is None:
            return self._asked(name, things, None, 0)
        return self._seen(self.knowledge_base.ask_as_of(day, name, **self._with_key(things)))

    def _with_key(self, things: Mapping[str, str]) -> dict[str, str]:
        """The things, people by their pseudonyms."""
        about = [name for name in ("person", "among") if name in things]
        return {**things, **{name: self.key_of(things[name]) for name in about}}

    def _seen(self, found: Answer) -> Answer:
        self.note_people(keys_in(found))
        return as_seen(found, self.names)

    def fit(self, person: str, model: str, as_of: date | None = None) -> dict[str, Any]:
        """How a person fits a position, as a JSON document; see KnowledgeBase.fit."""
        key = self.key_of(person)
        return self._shown(self.knowledge_base.fit(key, model, as_of), key)

    def appraisal(self, person: str, period: str, as_of: date | None = None) -> dict[str, Any]:
        """How a person performed in a period, as a JSON document; see KnowledgeBase.appraisal."""
        key = self.key_of(person)
        return self._shown(self.knowledge_base.appraisal(key, period, as_of), key)

    def _shown(self, document: dict[str, Any], key: str) -> dict[str, Any]:
        """A judgement with the person, and what has changed of them since, by the id that is shown."""
        document["person"] = self._shown_id(key)
        for each in document["basis"].get("since", []):
            if each["kind"] == "facts":
                each["id"] = document["person"]
        return document

    def _shown_id(self, key: str) -> str:
        return self.names.shown([key])[key].id

    def facts_about(self, person: str, as_of: date | None = None) -> list[Triple]:
        """What is asserted about somebody, by pseudonym and without who rated them.

        See KnowledgeBase.facts_about.
        """
        return self.knowledge_base.facts_about(self.key_of(person), as_of)

    def workspace(self, person: str, as_of: date | None = None) -> Store:
        """A store in memory with everything concluded of somebody; see KnowledgeBase.workspace."""
        return self.knowledge_base.workspace(self.key_of(person), as_of)

    def conclusion(self, named: NamedNode) -> NamedNode:
        """The IRI of a conclusion, which carries a pseudonym, where the caller may have written an id.

        Raises UnknownThingError for a person who is not in reach.
        """
        if not named.value.startswith(_PERSON):
            return named
        person = named.value.removeprefix(_PERSON).split("/", 1)[0]
        return renamed_node(named, {person: self.key_of(person)})

    def verdict_iri(self, person: str, model: str) -> NamedNode:
        """The IRI of the verdict on a person for a model. Raises UnknownThingError."""
        return self.knowledge_base.verdict_iri(self.key_of(person), model)

    def explain(self, conclusion: NamedNode, as_of: date | None = None) -> Explanation:
        """Why something was concluded, down to assertions; see KnowledgeBase.explain.

        It tells of which kind a rater is, and never who. What was concluded of a form itself is told
        only to those who may know who rated.
        """
        told = self.knowledge_base.explain(self.conclusion(conclusion), as_of)
        if conclusions_apart(told.statements)[1] and not self.caller.rights.sees_raters:
            raise NothingConcludedError(conclusion.value)
        return told

    def why_not(self, what: str, things: Mapping[str, str]) -> WhyNot:
        """Why something was not concluded of a person, or that it was; never who rated them.

        Raises UnknownThingError also for what is concluded of forms, to who may not know who rated.
        """
        is_told = self.caller.rights.sees_raters or not self.knowledge_base.is_about_raters(what)
        if not is_told:
            raise UnknownThingError("kind of conclusion", what)
        return self.knowledge_base.why_not(what, self._with_key(things))

    def smallest_change(
        self, what: str, things: Mapping[str, str], seconds: float
    ) -> ChangesFound | None:
        """The smallest change that would give a verdict or a grade; see KnowledgeBase."""
        return self.knowledge_base.smallest_change(what, self._with_key(things), seconds)

    def what_if(
        self, body: object, *, limit: int = 500, offset: int = 0, progress: Progress | None = None
    ) -> dict[str, Any]:
        """What would be concluded otherwise for those in reach; see KnowledgeBase.what_if."""
        asked, person = self._about_key(body)
        among = [person] if person else self.people_keys()
        document = self.knowledge_base.what_if(
            asked, limit=limit, offset=offset, among=among, progress=progress
        )
        self.note_people(among)
        shown = self.names.shown(row["person"] for row in document["rows"])
        document["rows"] = [
            {"person": shown[row["person"]].id, "name": shown[row["person"]].name}
            | {field: value for field, value in row.items() if field != "person"}
            for row in document["rows"]
        ]
        return document

    def _about_key(self, body: object) -> tuple[object, str | None]:
        """A request with the person by pseudonym, and that; what is not understood stays as it is."""
        whom = body.get("for") if isinstance(body, dict) else None
        if not isinstance(body, dict) or not isinstance(whom, dict):
            return body, None
        person = whom.get("person")
        if not isinstance(person, str):
            return body, None
        key = self.names.key(person)
        if not self._may_read(key):
            raise nobody(person)
        if not self.knowledge_base.has_person(key):
            return body, None
        return {**body, "for": {**whom, "person": key}}, key

    # Checks

    def check_document(
        self, data: bytes, media_type: str, filename: str = "", *, consistency: bool = False
    ) -> CheckedDocument:
        """What there is to say of a stranger's RDF, which calls people as the caller does."""
        return self.knowledge_base.check_document(
            data,
            media_type,
            filename,
            self._known_as,
            consistency=consistency,
            beside_people=self._hears_of_everybody,
        )

    def check_model(
        self, submitted: SubmittedModel, *, consistency: bool = False
    ) -> CheckedDocument:
        """What there is to say of a position model that was read, each finding in its place."""
        return self.knowledge_base.check_model(
            submitted, consistency=consistency, beside_people=self._hears_of_everybody
        )

    @property
    def _hears_of_everybody(self) -> bool:
        """Whether a check may tell what a model lacks beside all people, as who writes models needs."""
        rights = self.caller.rights
        return rights.writes_models or rights.reads is People.EVERYBODY

    def check_as_model(
        self, data: bytes, media_type: str, filename: str, *, consistency: bool = False
    ) -> CheckedDocument | None:
        """What there is to say of a position model's workbook or JSON; None of another document."""
        if not self.is_model(data, filename):
            return None
        submitted = self.read_model(data, media_type, filename)
        return self.check_model(submitted, consistency=consistency)

    def dry_run(
        self, triples: Sequence[Triple], progress: Progress | None = None
    ) -> tuple[DryRun, ...]:
        """How those in reach would be judged if the models described were published.

        Who writes models and may see nobody is told of everybody, without what few would give away.
        Raises NotAllowed to others who may see nobody, and what DryRuns.of raises.
        """
        if self.caller.rights.reads is not People.NOBODY:
            among = self.people_keys()
            self.note_people(among)
            return self.knowledge_base.dry_run(triples, among, progress)
        require(self.caller, "writes_models")
        runs = self.knowledge_base.dry_run(triples, None, progress)
        return tuple(withheld(run, self.least_people_counted) for run in runs)

    def _known_as(self, person: str) -> list[Triple]:
        """What is known of somebody in reach, told by the id that the caller uses."""
        key = self.names.key(person)
        if not self._may_read(key):
            return []
        return renamed(self.knowledge_base.facts_about(key), {key: person})

    def check_records(
        self,
        people: Iterable[Introduction],
        assessments: Iterable[AssessmentRecord],
        places: Callable[[str], str] | None = None,
    ) -> tuple[Finding, ...]:
        """What the shapes say of records, without storing them; raises RefusedInput."""
        records: list[PersonRecord] = [person.record for person in people]
        return self.knowledge_base.check_records(records, assessments, places)
