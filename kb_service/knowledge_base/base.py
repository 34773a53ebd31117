"""The knowledge base: facts and conclusions in a data folder, changed together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

from pyoxigraph import NamedNode, Store, Triple

from kb_service.engine.explain import Explainer, Explanation
from kb_service.engine.rules import RuleBook
from kb_service.findings import Finding, RefusedInput, violation
from kb_service.knowledge_base.answers import Answer, answer, columns_of
from kb_service.knowledge_base.checking import Change, CheckedDocument, Checker, Progress, Steps
from kb_service.knowledge_base.fit_document import fit_document
from kb_service.knowledge_base.keeping import Keeper
from kb_service.knowledge_base.outcomes import (
    ExampleRefusedError,
    ImportReport,
    UnknownThingError,
)
from kb_service.knowledge_base.sorting import (
    add_teams,
    merge_records,
    people_mentioned,
    replaced,
    sort_facts,
)
from kb_service.knowledge_files import (
    knowledge_root,
    read_shared_knowledge,
    read_turtle,
)
from kb_service.people_records import (
    AssessmentRecord,
    Catalogue,
    Choice,
    PersonRecord,
    person_iri,
)
from kb_service.questions import Question, questions
from kb_service.reasoning import check_consistency
from kb_service.sheets import read_workbook
from kb_service.sparql import select
from kb_service.store import KnowledgeStore
from kb_service.vocabulary import (
    ORGANISATION_GRAPH,
    PEOPLE_GRAPHS,
    POLICY_GRAPH,
    iri,
)

_PERSON = iri("person").value
_BATCH = 100
_MOST_WORKSPACES = 16


class KnowledgeBase:
    """Shared knowledge and people with everything that follows, kept in a data folder.

    Facts and the conclusions from them change together, in one transaction for each batch of
    people. Every method may be called from several threads.
    """

    def __init__(self, store: KnowledgeStore, root: Path | None = None) -> None:
        self.store = store
        self.root = root or knowledge_root()
        self._keeper = Keeper(store, self.root)
        self._checker = Checker(self.root)
        self._workspaces: dict[str, tuple[int, Store]] = {}

    @classmethod
    def open(
        cls, data: Path, *, read_only: bool = False, progress: Progress | None = None
    ) -> KnowledgeBase:
        """The knowledge base in a data folder, made on first use.

        When ontology, policy or rules differ from what the folder was concluded from, they are
        loaded and everything is concluded again. Raises StoreInUse when another process writes it.
        """
        base = cls(KnowledgeStore(data, read_only=read_only))
        if not read_only:
            base._keeper.load_knowledge(progress)
        return base

    def close(self) -> None:
        """Let go of the data folder and end the worker processes."""
        self._checker.close()
        self.store.close()

    def warm(self) -> None:
        """Start what would otherwise start at the first question, so that it answers at once."""
        self._checker.warm()
        for rule in self.rules.by_iri.values():
            _ = rule.reading

    @property
    def rules(self) -> RuleBook:
        """The rules by which everything is concluded."""
        return self._keeper.knowledge.rules

    @property
    def catalogue(self) -> Catalogue:
        """What records may name."""
        return self._keeper.knowledge.catalogue

    @property
    def teams(self) -> Mapping[str, Choice]:
        """The organisation's teams by id."""
        return self._keeper.knowledge.teams

    @property
    def as_of(self) -> date:
        """The day that judgements are for: the organisation's own, today if it has none."""
        return self._keeper.knowledge.as_of

    @property
    def latest_day(self) -> date:
        """The last day an assessment may bear: today, or the organisation's own if later."""
        return max(self.as_of, date.today())

    def pass_time(self, progress: Progress | None = None) -> int:
        """Conclude again whoever a new day may change; answers how many people that were."""
        return self._keeper.pass_time(progress)

    # People

    def people_ids(self) -> list[str]:
        """The id of every person in here."""
        return self._keeper.people_ids()

    def conclude(
        self, people: Sequence[str] | None = None, progress: Progress | None = None
    ) -> int:
        """Conclude people again, everyone by default; answers how many that were."""
        return self._keeper.conclude(people, progress)

    def is_empty(self) -> bool:
        """Whether nobody is in here."""
        return not self.store.graph_names(PEOPLE_GRAPHS)

    def has_person(self, person: str) -> bool:
        """Whether somebody has this id."""
        return bool(self._keeper.facts_about(person))

    def put_person(self, record: PersonRecord) -> None:
        """Store who somebody is, in place of what was stored, keeping their assessments."""
        self.import_records([record], [])

    def put_assessment(self, record: AssessmentRecord) -> None:
        """Store an assessment, in place of one with the same id.

        Somebody who is not known yet is known by their id from then on. Raises RefusedInput when
        a shape objects.
        """
        self.import_records([], [record])

    def import_records(
        self,
        people: Iterable[PersonRecord],
        assessments: Iterable[AssessmentRecord],
        *,
        teams: Iterable[Choice] = (),
        places: Callable[[str], str] | None = None,
        progress: Progress | None = None,
    ) -> ImportReport:
        """Store people and assessments, each in place of one with the same id.

        A person who is only named by an assessment is stored under their id. Everything is checked
        before anything is stored; raises RefusedInput with the places that `places` knows.
        """
        records = {person.id: person for person in people}
        by_person: dict[str, list[AssessmentRecord]] = {id: [] for id in records}
        for assessment in assessments:
            by_person.setdefault(assessment.person, []).append(assessment)
        with self._keeper.lock:
            changes: dict[str, Change] = {}
            for person, added in by_person.items():
                stored = self._keeper.facts_about(person)
                record = records.get(person)
                changes[person] = merge_records(stored, person, record, added, self.catalogue)
            steps = Steps(progress, 2 * len(changes))
            notes = self._checker.people(
                changes, self.latest_day, steps, self._keeper.uploaded_facts(), places
            )
            organisation = self.store.graph(ORGANISATION_GRAPH)
            named = add_teams(organisation, records.values(), teams)
            if len(named) > len(organisation):
                self._keeper.replace_organisation(named)
            triples = self._keeper.store_people(changes, steps)
        count = sum(len(additions) for additions in by_person.values())
        return ImportReport(len(by_person), count, triples, notes)

    def import_rdf(
        self, data: bytes, media_type: str, filename: str = "", progress: Progress | None = None
    ) -> ImportReport:
        """Store RDF: facts about people by person, everything else in the ontology it names.

        What a subject says replaces what was stored of the same subject; an ontology is replaced
        as a whole. Raises RefusedInput when it cannot be read, breaks a shape or would overwrite
        an ontology that ships with the product; nothing is stored then.
        """
        checked = self.check_document(data, media_type, filename)
        if not checked.conforms:
            raise RefusedInput(checked.findings, checked.status)
        submitted = sort_facts(checked.triples)
        self._refuse_shipped(submitted.shared)
        with self._keeper.lock:
            changes: dict[str, Change] = {}
            for person, new in submitted.people.items():
                said = {t.subject.value for t in new if isinstance(t.subject, NamedNode)}
                changes[person] = (
                    replaced(self._keeper.facts_about(person), said.__contains__),
                    new,
                )
            steps = Steps(progress, len(changes))
            if submitted.shared:
                self._keeper.replace_shared(submitted.shared, progress)
            self._keeper.store_people(changes, steps)
        assessment = iri("people", "Assessment")
        facts = [triple for triples in submitted.people.values() for triple in triples]
        count = sum(triple.object == assessment for triple in facts)
        return ImportReport(len(changes), count, len(checked.triples), checked.findings)

    def _refuse_shipped(self, graphs: Iterable[NamedNode]) -> None:
        shipped = self._keeper.shipped_graphs()
        for name in graphs:
            if name in shipped:
                zh = f"{name.value} 随产品发布，不能覆盖；请给您的本体另起一个 IRI。"
                en = f"{name.value} ships with the product; give your ontology an IRI of its own."
                raise RefusedInput((violation(zh, en, name.value),), status=409)

    def load_example(self, progress: Progress | None = None) -> ImportReport:
        """Store the example organisation: its teams, its own day, its people and assessments.

        Raises ExampleRefusedError when somebody is in here already.
        """
        if not self.is_empty():
            raise ExampleRefusedError("people are stored here already")
        folder = self.root / "examples"
        self._keeper.replace_organisation(read_turtle(folder / "organisation.ttl"))
        people: list[PersonRecord] = []
        assessments: list[AssessmentRecord] = []
        for path in sorted([*folder.glob("*.csv"), *folder.glob("*.xlsx")]):
            data = path.read_bytes()
            sheet = read_workbook(data, path.name, self.catalogue, self.latest_day, self.teams)
            people += sheet.people
            assessments += sheet.assessments
        return self.import_records(people, assessments, progress=progress)

    # Answers

    def check_document(self, data: bytes, media_type: str, filename: str = "") -> CheckedDocument:
        """What the shapes say of a stranger's RDF, read in a process that may be killed.

        People whom it mentions but does not introduce are known from what is stored.
        """

        def beside(triples: Sequence[Triple]) -> list[Triple]:
            introduced = {triple.subject for triple in triples}
            known = self._keeper.uploaded_facts()
            for person in people_mentioned(triples):
                node = person_iri(person)
                if node not in introduced:
                    known += [t for t in self._keeper.facts_about(person) if t.subject == node]
            return known

        return self._checker.document(data, media_type, filename, self.latest_day, beside)

    def check_records(
        self,
        people: Iterable[PersonRecord],
        assessments: Iterable[AssessmentRecord],
        places: Callable[[str], str] | None = None,
    ) -> tuple[Finding, ...]:
        """What the shapes say of records, without storing them; raises RefusedInput."""
        records = {person.id: person for person in people}
        by_person: dict[str, list[AssessmentRecord]] = {id: [] for id in records}
        for assessment in assessments:
            by_person.setdefault(assessment.person, []).append(assessment)
        changes = {
            person: merge_records([], person, records.get(person), added, self.catalogue)
            for person, added in by_person.items()
        }
        return self._checker.people(
            changes, self.latest_day, Steps(None, 0), self._keeper.uploaded_facts(), places
        )

    def check_loaded(self, progress: Progress | None = None) -> list[Finding]:
        """What the shapes say of everything in here: shared knowledge, then people."""
        shared = self._keeper.shared_facts()
        found: list[Finding] = list(self._checker.triples(shared, (), self.latest_day)["findings"])
        people = self._keeper.people_ids()
        uploaded = self._keeper.uploaded_facts()
        steps = Steps(progress, len(people))
        for start in range(0, len(people), _BATCH):
            batch = people[start : start + _BATCH]
            facts: dict[str, Change] = {
                person: ([], self._keeper.facts_about(person)) for person in batch
            }
            try:
                found += self._checker.people(facts, self.latest_day, steps, uploaded)
            except RefusedInput as refused:
                found += refused.findings
        return found

    def check_consistency(self) -> list[Finding]:
        """What keeps the ontology files from being sound OWL 2 DL, by a reasoner that takes seconds.

        Raises ReasonerFailed when the reasoner does not finish.
        """
        graphs = read_shared_knowledge(self.root)
        files = (triples for name, triples in graphs.items() if name != POLICY_GRAPH)
        return check_consistency(triple for triples in files for triple in triples)

    def workspace(self, person: str) -> Store:
        """A store in memory with the knowledge, one person and everything concluded of them.

        Raises UnknownThingError when nobody has this id.
        """
        generation = self.store.generation
        made_at, found = self._workspaces.get(person, (-1, None))
        if found is not None and made_at == generation:
            return found
        facts = self._keeper.facts_about(person)
        if not facts:
            raise UnknownThingError("person", person)
        made = self._keeper.knowledge.everything_about(person, facts)
        with self._keeper.lock:
            if len(self._workspaces) >= _MOST_WORKSPACES:
                self._workspaces.clear()
            self._workspaces[person] = (generation, made)
        return made

    def ask(
        self, name: str, *, limit: int | None = None, offset: int | None = None, **things: str
    ) -> Answer:
        """The answer to a question about the things with these ids.

        Raises UnknownThingError for a question, parameter or thing that does not exist.
        """
        question = questions().get(name)
        if question is None:
            raise UnknownThingError("question", name)
        query = question.bound(self._things(question, things))
        query += f"\nLIMIT {limit:d}" if limit is not None else ""
        query += f"\nOFFSET {offset:d}" if offset is not None else ""
        if question.over == "person":
            rows = select(self.workspace(things["person"]), query)
            names = columns_of(question)
            return answer(question, ({n: r[n] for n in names if r[n] is not None} for r in rows))
        return answer(question, self.store.select(query))

    def _things(self, question: Question, given: Mapping[str, str]) -> dict[str, NamedNode]:
        for name in given:
            if name not in question.takes:
                raise UnknownThingError("parameter", name)
        found = {}
        for name, prefix in question.takes.items():
            if name not in given:
                raise UnknownThingError("value for parameter", name)
            node = iri(prefix, given[name])
            if not self._exists(prefix, node, given[name]):
                raise UnknownThingError(name, given[name])
            found[name] = node
        return found

    def _exists(self, prefix: str, node: NamedNode, id: str) -> bool:
        if prefix == "person":
            return self.has_person(id)
        return any(quad.subject == node for quad in self._keeper.knowledge.for_questions)

    def explain(self, conclusion: NamedNode) -> Explanation:
        """Why something was concluded, down to assertions.

        Raises NothingConcludedError when it does not follow from what is in here.
        """
        store = None
        if conclusion.value.startswith(_PERSON):
            with suppress(UnknownThingError):
                store = self.workspace(conclusion.value[len(_PERSON) :].split("/", 1)[0])
        return Explainer(store or self._keeper.knowledge.about_nobody(), self.rules).explain(
            conclusion
        )

    def verdict_iri(self, person: str, model: str) -> NamedNode:
        """The IRI of the verdict on a person for a model."""
        return iri("person", f"{person}/verdict/{model}")

    def fit(self, person: str, model: str) -> dict[str, Any]:
        """How a person fits a position, as a JSON document; numbers have one decimal.

        Raises UnknownThingError when either does not exist or the model is not published.
        """
        self._things(questions()["fit-of-person"], {"person": person, "model": model})
        return fit_document(
            self.ask,
            person,
            model,
            self._keeper.knowledge.day_for(self._keeper.facts_about(person)),
        )
