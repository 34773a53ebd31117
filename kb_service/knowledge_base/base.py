"""The knowledge base: facts and conclusions in a data folder, changed together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from pyoxigraph import NamedNode, Store, Triple

from kb_service.engine.deriver import Deriver
from kb_service.engine.explain import Explanation
from kb_service.engine.obstacles import WhyNot
from kb_service.engine.rules import RuleBook
from kb_service.engine.smallest_change import ChangesFound
from kb_service.findings import Finding, RefusedInput
from kb_service.knowledge_base.answers import Answer, answer, columns_of
from kb_service.knowledge_base.basis import basis
from kb_service.knowledge_base.checking import Change, CheckedDocument, Checker, Progress, Steps
from kb_service.knowledge_base.explaining import Explaining
from kb_service.knowledge_base.fit_document import fit_document
from kb_service.knowledge_base.importing import Importing
from kb_service.knowledge_base.keeping import Keeper
from kb_service.knowledge_base.outcomes import (
    ImportReport,
    UnknownThingError,
)
from kb_service.knowledge_base.past import past
from kb_service.knowledge_base.what_if import WhatIfAnswers
from kb_service.knowledge_files import (
    knowledge_root,
    read_shared_knowledge,
)
from kb_service.people_records import (
    AssessmentRecord,
    Catalogue,
    Choice,
    PersonRecord,
)
from kb_service.questions import Question, questions
from kb_service.reasoning import check_consistency, find_java, no_java
from kb_service.sparql import select
from kb_service.store import KnowledgeStore
from kb_service.vocabulary import (
    POLICY_GRAPH,
    iri,
)

_BATCH = 100
_MOST_WORKSPACES = 16


class KnowledgeBase:
    """Shared knowledge and people with everything that follows, kept in a data folder.

    Facts and the conclusions from them change together, in one transaction for each batch of
    people. Every method may be called from several threads.
    """

    def __init__(
        self, store: KnowledgeStore, root: Path | None = None, processes: int | None = None
    ) -> None:
        self.store = store
        self.root = root or knowledge_root()
        self.deriver = Deriver(processes)
        self._keeper = Keeper(store, self.root, self.deriver)
        self._checker = Checker(self.root)
        self._importing = Importing(self._keeper, self._checker, self.root)
        self._explaining = Explaining(self._keeper, self.deriver, self.workspace)
        self._what_ifs = WhatIfAnswers(self._keeper, self._checker, self.deriver)
        self._workspaces: dict[tuple[str, date | None], tuple[int, Store]] = {}

    @classmethod
    def open(
        cls,
        data: Path,
        *,
        read_only: bool = False,
        progress: Progress | None = None,
        root: Path | None = None,
    ) -> KnowledgeBase:
        """The knowledge base in a data folder, made on first use.

        When ontology, policy or rules of `root`, those of the product by default, differ from what
        the folder was concluded from, they are loaded, and whoever they concern is concluded again.
        Raises StoreInUse when another process writes it, and RefusedInput for knowledge files that
        cannot be used. Read-only, it concludes in this process.
        """
        base = cls(KnowledgeStore(data, read_only=read_only), root, 0 if read_only else None)
        try:
            if not read_only:
                base._keeper.load_knowledge(progress)
        except BaseException:
            base.close()
            raise
        return base

    def close(self) -> None:
        """Let go of the data folder and end the worker processes."""
        self._checker.close()
        self.deriver.close()
        self.store.close()

    def warm(self) -> None:
        """Start what would otherwise start at the first question, so that it answers at once."""
        self._checker.warm()
        self.deriver.warm(self._keeper.knowledge.premises)
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
        return self._keeper.latest_day

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
        return self._keeper.is_empty()

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

    def remove_person(self, person: str) -> None:
        """Forget somebody: what was said, concluded and remembered of them.

        Raises UnknownThingError when nobody has this id.
        """
        self._importing.remove_person(person)

    def remove_assessment(self, person: str, assessment: str) -> None:
        """Take an assessment back and conclude the person without it.

        Raises UnknownThingError when the person or the assessment does not exist.
        """
        self._importing.remove_assessment(person, assessment)

    def remove_ontology(self, name: str, progress: Progress | None = None) -> int:
        """Take back an uploaded ontology; answers how many people are judged anew.

        Raises UnknownThingError when nobody uploaded it.
        """
        return self._importing.remove_ontology(name, progress)

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

        See Importing.records. Raises RefusedInput; nothing is stored then.
        """
        return self._importing.records(
            people, assessments, teams=teams, places=places, progress=progress
        )

    def import_rdf(
        self, data: bytes, media_type: str, filename: str = "", progress: Progress | None = None
    ) -> ImportReport:
        """Store RDF; see Importing.rdf. Raises RefusedInput; nothing is stored then."""
        return self._importing.rdf(data, media_type, filename, progress)

    def load_example(self, progress: Progress | None = None) -> ImportReport:
        """Store the example organisation: its teams, its own day, its people and assessments.

        Raises ExampleRefusedError when somebody is in here already.
        """
        return self._importing.example(progress)

    # Answers

    def check_document(self, data: bytes, media_type: str, filename: str = "") -> CheckedDocument:
        """What the shapes say of a stranger's RDF, read in a process that may be killed."""
        return self._importing.check_document(data, media_type, filename)

    def check_records(
        self,
        people: Iterable[PersonRecord],
        assessments: Iterable[AssessmentRecord],
        places: Callable[[str], str] | None = None,
    ) -> tuple[Finding, ...]:
        """What the shapes say of records, without storing them; raises RefusedInput."""
        return self._importing.check_records(people, assessments, places)

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

    def ontology_facts(self) -> list[Triple]:
        """Every fact of the ontologies and the policy, shipped or uploaded."""
        return self._keeper.ontology_facts()

    @property
    def reasoning_cache(self) -> Path:
        """The folder in which answers of reasoners are kept."""
        return self._keeper.cache / "reasoning"

    def missing(self) -> list[Finding]:
        """What this machine lacks to work in full, and what is done instead."""
        return [] if find_java() else [no_java("HermiT")]

    def check_consistency(self) -> list[Finding]:
        """What keeps the ontology files from being sound OWL 2 DL, by a reasoner that takes seconds.

        Raises ReasonerFailed when the reasoner does not finish.
        """
        graphs = read_shared_knowledge(self.root)
        files = (triples for name, triples in graphs.items() if name != POLICY_GRAPH)
        return check_consistency(triple for triples in files for triple in triples)

    def workspace(self, person: str, as_of: date | None = None) -> Store:
        """A store in memory with the knowledge, one person and everything concluded of them.

        With `as_of`, as all of it was when that day was over, judged for that day. Raises
        UnknownThingError when nobody has this id.
        """
        generation = self.store.generation
        key = person, as_of
        made_at, found = self._workspaces.get(key, (-1, None))
        if found is not None and made_at == generation:
            return found
        facts = self._keeper.facts_about(person)
        if not facts:
            raise UnknownThingError("person", person)
        if as_of is None:
            made = self._keeper.knowledge.everything_about(self.deriver, person, facts)
        else:
            then = past(self._keeper, person, as_of)
            made = then.knowledge.everything_about(self.deriver, person, then.facts, as_of)
        with self._keeper.lock:
            if len(self._workspaces) >= _MOST_WORKSPACES:
                self._workspaces.clear()
            self._workspaces[key] = (generation, made)
        return made

    def ask(
        self, name: str, *, limit: int | None = None, offset: int | None = None, **things: str
    ) -> Answer:
        """The answer to a question about the things with these ids.

        Raises UnknownThingError for a question, parameter or thing that does not exist.
        """
        question, query = self._bound(name, things)
        query += f"\nLIMIT {limit:d}" if limit is not None else ""
        query += f"\nOFFSET {offset:d}" if offset is not None else ""
        if question.over == "person":
            return self._answered(question, query, self.workspace(things["person"]))
        return answer(question, self.store.select(query))

    def ask_as_of(self, day: date | None, name: str, **things: str) -> Answer:
        """The answer to a question about one person, as it was when a day was over; None for now.

        Raises UnknownThingError as `ask` does, and for a question that is not about one person.
        """
        if day is None:
            return self.ask(name, limit=None, offset=None, **things)
        question, query = self._bound(name, things)
        if "person" not in question.takes:
            raise UnknownThingError("question", name)
        return self._answered(question, query, self.workspace(things["person"], day))

    def _bound(self, name: str, things: Mapping[str, str]) -> tuple[Question, str]:
        question = questions().get(name)
        if question is None:
            raise UnknownThingError("question", name)
        return question, question.bound(self._things(question, things))

    def _answered(self, question: Question, query: str, workspace: Store) -> Answer:
        names = columns_of(question)
        rows = ({n: r[n] for n in names if r[n] is not None} for r in select(workspace, query))
        return answer(question, rows)

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

    def what_if(
        self, body: object, *, limit: int = 500, offset: int = 0, progress: Progress | None = None
    ) -> dict[str, Any]:
        """What would be concluded otherwise if some facts were others, as a JSON document.

        Nothing is stored. Raises RefusedInput for a faulty request, and what WhatIfAnswers raises
        when it is too much.
        """
        return self._what_ifs.answer(body, limit, offset, progress)

    def facts_about(self, person: str, as_of: date | None = None) -> list[Triple]:
        """What is asserted about somebody; with `as_of`, what was when that day was over."""
        if as_of is None:
            return self._keeper.facts_about(person)
        return past(self._keeper, person, as_of).facts

    def explain(self, conclusion: NamedNode, as_of: date | None = None) -> Explanation:
        """Why something was concluded, down to assertions.

        Raises NothingConcludedError when it does not follow from what is in here.
        """
        return self._explaining.explain(conclusion, as_of)

    def why_not(self, what: str, things: Mapping[str, str]) -> WhyNot:
        """Why something was not concluded of a person, or that it was; see `Explaining`.

        Raises UnknownThingError.
        """
        return self._explaining.why_not(what, things)

    def smallest_change(
        self, verdict: str, person: str, model: str, seconds: float
    ) -> ChangesFound:
        """The smallest change of one or two ratings that would give a verdict; see `Explaining`.

        Raises UnknownThingError, and RuleStoppedError when a rule was stopped.
        """
        return self._explaining.smallest_change(verdict, person, model, seconds)

    def better_verdicts(self, verdict: str) -> list[str]:
        """The ids of the verdicts that rank before one, the best first."""
        return self._explaining.better_verdicts(verdict)

    def verdict_iri(self, person: str, model: str) -> NamedNode:
        """The IRI of the verdict on a person for a model."""
        return iri("person", f"{person}/verdict/{model}")

    def fit(self, person: str, model: str, as_of: date | None = None) -> dict[str, Any]:
        """How a person fits a position, as a JSON document; numbers have one decimal.

        With `as_of`, by the facts, rules and policy of that day, and with what has changed since.
        Raises UnknownThingError when either does not exist or the model is not published.
        """
        self._things(questions()["fit-of-person"], {"person": person, "model": model})
        day = as_of or self._keeper.knowledge.day_for(self._keeper.facts_about(person))
        document = fit_document(partial(self.ask_as_of, as_of), person, model, day)
        document["basis"] = basis(self._keeper, person, model, as_of)
        return document
