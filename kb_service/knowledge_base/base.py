"""The knowledge base: facts and conclusions in a data folder, changed together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
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
from kb_service.knowledge_base.answers import Answer
from kb_service.knowledge_base.asking import Asking
from kb_service.knowledge_base.basis import basis
from kb_service.knowledge_base.checking import Change, CheckedDocument, Checker, Progress, Steps
from kb_service.knowledge_base.explaining import Explaining
from kb_service.knowledge_base.fit_document import fit_document
from kb_service.knowledge_base.forgetting import forget_people
from kb_service.knowledge_base.graph_writes import GraphWrites
from kb_service.knowledge_base.history import Revision, revisions
from kb_service.knowledge_base.importing import FactsKnownAs, Importing
from kb_service.knowledge_base.keeping import Keeper
from kb_service.knowledge_base.outcomes import (
    ExamplePeople,
    ImportReport,
)
from kb_service.knowledge_base.past import past
from kb_service.knowledge_base.sorting import Submission
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
from kb_service.questions import questions
from kb_service.reasoning import check_consistency, find_java, no_java
from kb_service.store import JournalPolicy, KnowledgeStore
from kb_service.store.reach import EVERYTHING, Reach
from kb_service.vocabulary import (
    POLICY_GRAPH,
    iri,
    people_graph,
    person_history_graph,
)

_BATCH = 100


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
        self.graph_writes = GraphWrites(self._keeper, self._checker)
        self._asking = Asking(self._keeper)
        self._explaining = Explaining(self._keeper, self.deriver, self._asking.workspace)
        self._what_ifs = WhatIfAnswers(self._keeper, self._checker, self.deriver)

    @classmethod
    def open(
        cls,
        data: Path,
        *,
        read_only: bool = False,
        progress: Progress | None = None,
        root: Path | None = None,
        journal: JournalPolicy | None = None,
    ) -> KnowledgeBase:
        """The knowledge base in a data folder, made on first use.

        When ontology, policy or rules of `root`, those of the product by default, differ from what
        the folder was concluded from, they are loaded, and whoever they concern is concluded again.
        Raises StoreInUse when another process writes it, and RefusedInput for knowledge files that
        cannot be used. Read-only, it concludes in this process.
        """
        store = KnowledgeStore(data, read_only=read_only, journal=journal)
        base = cls(store, root, 0 if read_only else None)
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
        self._keeper.close()
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

    def forget_people(self, people: Collection[str]) -> None:
        """Remove all that was said, concluded and remembered of people, wherever it is.

        The strings stay in the files of the store until it is rebuilt.
        """
        forget_people(self._keeper, people)
        self._asking.forget()

    def remove_assessment(self, person: str, assessment: str) -> None:
        """Take an assessment back and conclude the person without it.

        Raises UnknownThingError when the person or the assessment does not exist.
        """
        self._importing.remove_assessment(person, assessment)

    def change_facts(
        self,
        person: str,
        change: Callable[[list[Triple]], Change],
        moved: Iterable[PersonRecord] = (),
    ) -> None:
        """Make of the facts about somebody what `change` makes of them; see Importing.

        Raises UnknownThingError when nobody has this id, and RefusedInput when a shape objects.
        """
        self._importing.change_facts(person, change, moved)

    def revisions_of(self, person: str) -> list[Revision]:
        """What was changed in the facts about somebody, earliest first."""
        history = self.store.graph(person_history_graph(person))
        return revisions(history).get(people_graph(person), [])

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

    def read_rdf(
        self,
        data: bytes,
        media_type: str,
        filename: str = "",
        known_as: FactsKnownAs | None = None,
    ) -> Submission:
        """What RDF says, checked and sorted; see Importing.read_rdf. Raises RefusedInput."""
        return self._importing.read_rdf(
            data, media_type, filename, known_as or self._keeper.facts_about
        )

    def store_rdf(self, submission: Submission, progress: Progress | None = None) -> ImportReport:
        """Store what was read; people by their pseudonyms, without names. See Importing."""
        return self._importing.store_rdf(submission, progress)

    def store_example_organisation(self) -> ExamplePeople:
        """Store the example organisation's teams and its own day; answers its people.

        Raises ExampleRefusedError when somebody is in here already.
        """
        return self._importing.example()

    # Answers

    def check_document(
        self,
        data: bytes,
        media_type: str,
        filename: str = "",
        known_as: FactsKnownAs | None = None,
    ) -> CheckedDocument:
        """What the shapes say of a stranger's RDF, read in a process that may be killed."""
        return self._importing.check_document(
            data, media_type, filename, known_as or self._keeper.facts_about
        )

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

        See `Asking.workspace`. Raises UnknownThingError when nobody has this id.
        """
        return self._asking.workspace(person, as_of)

    def ask(
        self,
        name: str,
        *,
        limit: int | None = None,
        offset: int | None = None,
        reach: Reach = EVERYTHING,
        **things: str,
    ) -> Answer:
        """The answer to a question about the things with these ids, over the graphs in reach.

        Raises UnknownThingError for a question, parameter or thing that does not exist.
        """
        return self._asking.ask(name, limit=limit, offset=offset, reach=reach, **things)

    def ask_as_of(self, day: date | None, name: str, **things: str) -> Answer:
        """The answer to a question about one person, as it was when a day was over; None for now.

        Raises UnknownThingError as `ask` does, and for a question that is not about one person.
        """
        return self._asking.ask_as_of(day, name, **things)

    def what_if(
        self,
        body: object,
        *,
        limit: int = 500,
        offset: int = 0,
        among: Sequence[str] | None = None,
        progress: Progress | None = None,
    ) -> dict[str, Any]:
        """What would be concluded otherwise if some facts were others, as a JSON document.

        Only people `among` these are looked at, and told in that order; everybody by default.

        Nothing is stored. Raises RefusedInput for a faulty request, and what WhatIfAnswers raises
        when it is too much.
        """
        return self._what_ifs.answer(body, limit, offset, among, progress)

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
        self._asking.things(questions()["fit-of-person"], {"person": person, "model": model})
        day = as_of or self._keeper.knowledge.day_for(self._keeper.facts_about(person))
        document = fit_document(partial(self.ask_as_of, as_of), person, model, day)
        document["basis"] = basis(self._keeper, person, model, as_of)
        return document
