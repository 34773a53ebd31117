"""All that the knowledge base answers without storing anything."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from pyoxigraph import NamedNode, Store, Triple

from kb_service.configuration import ModelLimits
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
from kb_service.knowledge_base.dry_run import DryRuns
from kb_service.knowledge_base.dry_run_counts import DryRun
from kb_service.knowledge_base.explaining import Explaining
from kb_service.knowledge_base.fit_document import fit_document
from kb_service.knowledge_base.history import Revision, revisions
from kb_service.knowledge_base.importing import FactsKnownAs, Importing
from kb_service.knowledge_base.keeping import Keeper
from kb_service.knowledge_base.model_checking import ModelChecking
from kb_service.knowledge_base.model_documents import ModelDocuments, SubmittedModel
from kb_service.knowledge_base.model_versions.records import version_triples
from kb_service.knowledge_base.past import past
from kb_service.knowledge_base.performance_document import performance_document
from kb_service.knowledge_base.studying import Studying
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
from kb_service.store import KnowledgeStore
from kb_service.store.reach import EVERYTHING, Reach
from kb_service.vocabulary import (
    POLICY_GRAPH,
    iri,
    local_id,
    people_graph,
    person_history_graph,
    rater_graph,
    rater_history_graph,
)

_BATCH = 100
_LONGEST_CHECK = 600.0
"""Seconds for all shared knowledge or a batch of people, which nobody waits for who writes."""


class ReadableBase:
    """The knowledge in a data folder and everybody in it, as they can be asked and checked.

    Every method may be called from several threads.
    """

    def __init__(
        self,
        store: KnowledgeStore,
        root: Path | None = None,
        processes: int | None = None,
        models: ModelLimits | None = None,
    ) -> None:
        self.store = store
        self.root = root or knowledge_root()
        self.deriver = Deriver(processes)
        self._keeper = Keeper(store, self.root, self.deriver)
        self.durations = self._keeper.durations
        self._checker = Checker(self.root, self.durations)
        self._importing = Importing(self._keeper, self._checker, self.root)
        self._asking = Asking(self._keeper)
        self._explaining = Explaining(self._keeper, self.deriver, self._asking.workspaces.about)
        self._what_ifs = WhatIfAnswers(self._keeper, self._checker, self.deriver)
        self._model_checking = ModelChecking(
            self._keeper, self._checker, self._importing, self.root
        )
        self._dry_runs = DryRuns(self._keeper, self.deriver)
        self.model_documents = ModelDocuments(self._keeper, models or ModelLimits())
        self.studying = Studying(self._keeper, self._checker, self.deriver)

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
    def knowledge_version(self) -> str:
        """The id of the version of rules, policy, models and ontologies that counts now."""
        return local_id(self._keeper.knowledge.version.node)

    @property
    def latest_day(self) -> date:
        """The last day an assessment may bear: today, or the organisation's own if later."""
        return self._keeper.latest_day

    def people_ids(self) -> list[str]:
        """The id of every person in here."""
        return self._keeper.people_ids()

    def is_empty(self) -> bool:
        """Whether nobody is in here."""
        return self._keeper.is_empty()

    def has_person(self, person: str) -> bool:
        """Whether somebody has this id."""
        return self._keeper.is_known(person)

    def revisions_of(self, person: str) -> list[Revision]:
        """What was changed in the facts about somebody, earliest first."""
        history = self.store.graph(person_history_graph(person))
        return revisions(history).get(people_graph(person), [])

    def raters_ever_of(self, person: str) -> list[Triple]:
        """Who ever rated somebody, in forms that were taken back too; what counts now comes last."""
        graph = rater_graph(person)
        changes = revisions(self.store.graph(rater_history_graph(person))).get(graph, [])
        earlier = [triple for change in changes for triple in change.undone]
        return [*earlier, *self.store.graph(graph)]

    # Answers

    def check_document(
        self,
        data: bytes,
        media_type: str,
        filename: str = "",
        known_as: FactsKnownAs | None = None,
        *,
        consistency: bool = False,
        beside_people: bool = True,
    ) -> CheckedDocument:
        """What there is to say of a stranger's RDF, read in a process that may be killed.

        With `consistency`, a reasoner is asked too; see ModelChecking.document.
        """
        known = known_as or self._keeper.facts_about
        return self._model_checking.document(
            data, media_type, filename, known, consistency=consistency, beside_people=beside_people
        )

    def check_model(
        self,
        submitted: SubmittedModel,
        *,
        consistency: bool = False,
        beside_people: bool = True,
    ) -> CheckedDocument:
        """What there is to say of a position model that was read, each finding in its place."""
        return self._model_checking.model(
            submitted, consistency=consistency, beside_people=beside_people
        )

    def dry_run(
        self,
        triples: Sequence[Triple],
        among: Sequence[str] | None = None,
        progress: Progress | None = None,
    ) -> tuple[DryRun, ...]:
        """How people would be judged if the models described were published; see DryRuns.of."""
        return self._dry_runs.of(triples, among, progress)

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
        return [*self.check_knowledge(), *self.check_people(progress)]

    def check_knowledge(self) -> list[Finding]:
        """What the shapes say of the shared knowledge in here."""
        records = version_triples(self._keeper.recorded_versions())
        shared = [*self._keeper.shared_facts(), *records]
        checked = self._checker.triples(shared, (), self.latest_day, _LONGEST_CHECK)
        return list(checked["findings"])

    def check_people(self, progress: Progress | None = None) -> list[Finding]:
        """What the shapes say of everybody in here, by pseudonym."""
        found = list[Finding]()
        people = self._keeper.people_ids()
        uploaded = self._keeper.uploaded_facts()
        steps = Steps(progress, len(people))
        for start in range(0, len(people), _BATCH):
            batch = people[start : start + _BATCH]
            facts: dict[str, Change] = {
                person: ([], self._keeper.facts_with_raters(person)) for person in batch
            }
            try:
                found += self._checker.people(
                    facts, self.latest_day, steps, uploaded, seconds=_LONGEST_CHECK
                )
            except RefusedInput as refused:
                found += refused.findings
        return found

    def ontology_facts(self) -> list[Triple]:
        """Every fact of the ontologies and the policy, shipped or uploaded."""
        return self._keeper.ontology_facts()

    def facts_beside_files(self) -> list[Triple]:
        """Every shared fact that no knowledge file holds: of the organisation, or uploaded."""
        graphs = self._keeper.knowledge.graphs
        shipped = self._keeper.shipped_graphs()
        return [t for name, triples in graphs.items() if name not in shipped for t in triples]

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
        return self._asking.workspaces.about(person, as_of)

    def prepare(self, people: Iterable[str], as_of: date | None = None) -> None:
        """Begin to conclude everything about people of whom much will be asked, without waiting."""
        self._asking.workspaces.prepare(people, as_of)

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

    def ask_of_each(self, people: Sequence[str], name: str, *, reach: Reach = EVERYTHING) -> Answer:
        """The answers to a question about one person, for all of these people at once.

        It is for questions over the store that take a person alone and tell whom each row is about.
        """
        return self._asking.ask_of_each(people, name, reach=reach)

    def order_of_people(
        self, name: str, *, reach: Reach = EVERYTHING, **things: str
    ) -> tuple[str, ...]:
        """The people in the answer to a question over the store, in its order, which is kept.

        See Asking.order_of_people.
        """
        return self._asking.order_of_people(name, reach=reach, **things)

    def ask_among(
        self, people: Sequence[str], name: str, *, reach: Reach = EVERYTHING, **things: str
    ) -> Answer:
        """The answer to a question over the store that may take `among`, about these people alone."""
        return self._asking.ask_among(people, name, reach=reach, **things)

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

    def is_about_raters(self, what: str) -> bool:
        """Whether a kind of conclusion is about who rated somebody; see `Explaining`.

        Raises UnknownThingError.
        """
        return self._explaining.is_about_raters(what)

    def smallest_change(
        self, what: str, things: Mapping[str, str], seconds: float
    ) -> ChangesFound | None:
        """The smallest change that would give a verdict or a grade; see `Explaining`.

        Raises UnknownThingError, and RuleStoppedError when a rule was stopped.
        """
        return self._explaining.smallest_change(what, things, seconds)

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
        document["basis"] = basis(self._keeper, person, "model", model, as_of)
        return document

    def appraisal(self, person: str, period: str, as_of: date | None = None) -> dict[str, Any]:
        """How a person performed in a period, as a JSON document; scores have one decimal.

        With `as_of`, by the facts, rules, policy and plan of that day, and with what has changed
        since. Raises UnknownThingError when either does not exist, LookupError without an appraisal.
        """
        things = {"person": person, "period": period}
        self._asking.things(questions()["performance-of-person"], things)
        day = as_of or self._keeper.knowledge.day_for(self._keeper.facts_about(person))
        asked = partial(self._asking.ask_beside, person, as_of)
        document = performance_document(asked, person, period, day)
        document["basis"] = basis(self._keeper, person, "plan", document["plan"]["id"], as_of)
        return document
