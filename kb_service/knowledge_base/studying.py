"""Model-building studies: stored, worked out, told and explained."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pyoxigraph import NamedNode, Triple

from kb_service.catalogue import read_study_choices
from kb_service.engine.deriver import Deriver
from kb_service.engine.explain import Explanation, NothingConcludedError
from kb_service.engine.tasks import triples_written
from kb_service.findings import Finding, RefusedInput
from kb_service.knowledge_base.checking import Checker
from kb_service.knowledge_base.history import revision
from kb_service.knowledge_base.judging import Knowledge
from kb_service.knowledge_base.keeping import Keeper
from kb_service.knowledge_base.kept_readings import KeptReadings
from kb_service.knowledge_base.outcomes import UnknownThingError
from kb_service.knowledge_base.study_choice import chosen_studies
from kb_service.knowledge_base.study_citing import changed_beneath, refuse_while_cited, resting_on
from kb_service.knowledge_base.study_document import (
    Row,
    StudyConclusions,
    shared_labels,
    study_row,
)
from kb_service.knowledge_base.study_drafts import Draft, model_draft
from kb_service.knowledge_base.study_findings import Findings, findings_of
from kb_service.knowledge_base.study_graphs import study_conclusions, study_ids
from kb_service.knowledge_base.study_history import study_changes
from kb_service.knowledge_base.study_plans import plan_draft
from kb_service.knowledge_base.study_tasks import LONGEST, ExplainOfStudy
from kb_service.knowledge_base.study_workbooks import StudyWorkbooks
from kb_service.sheets.study_reading import ReadStudy
from kb_service.study_records.kinds import KINDS
from kb_service.study_records.layout import StudyChoices
from kb_service.study_records.rdf import from_triples, to_triples
from kb_service.study_records.records import StudyRecord, study_iri
from kb_service.vocabulary import (
    NAMESPACES,
    A,
    iri,
    study_conclusions_graph,
    study_graph,
    study_history_graph,
)

_STUDY = NAMESPACES["study"]
_MOST_OUTLINES, _MOST_FOUND = 1000, 16
"""How many studies are kept at hand, in outline, and whole with all that they found, and drafts by them."""


class Studying:
    """Everything about studies, under the keeper's lock where something is stored."""

    def __init__(self, keeper: Keeper, checker: Checker, deriver: Deriver) -> None:
        self._keeper = keeper
        self._checker = checker
        self._deriver = deriver
        self._choices: tuple[Knowledge, StudyChoices] | None = None
        self._workbooks = StudyWorkbooks()
        self._outlines: KeptReadings[Row] = KeptReadings(keeper.store, _MOST_OUTLINES)
        self._records: KeptReadings[StudyRecord] = KeptReadings(keeper.store, _MOST_FOUND)
        self._drafts: KeptReadings[Draft] = KeptReadings(keeper.store, _MOST_FOUND)
        self._found: KeptReadings[StudyConclusions] = KeptReadings(keeper.store, _MOST_FOUND)

    def close(self) -> None:
        """End the worker that reads workbooks."""
        self._workbooks.close()

    @property
    def choices(self) -> StudyChoices:
        """What a study may name at the moment."""
        knowledge = self._keeper.knowledge
        if self._choices is None or self._choices[0] is not knowledge:
            self._choices = knowledge, read_study_choices(knowledge.premises.facts)
        return self._choices[1]

    def ids(self) -> list[str]:
        """The id of every study."""
        return study_ids(self._keeper.store)

    def facts(self, study: str) -> list[Triple]:
        """What a study collected. Raises UnknownThingError when there is no such study."""
        facts = self._keeper.store.graph(study_graph(study))
        if not facts:
            raise UnknownThingError("study", study)
        return facts

    def record(self, study: str) -> StudyRecord:
        """The study as rows. Raises UnknownThingError when there is no such study."""
        return self._records.of(study, lambda: from_triples(self.facts(study)))

    def outline(self, study: str) -> Row:
        """The study in a list of studies, without what it collected.

        Raises UnknownThingError when there is no such study.
        """
        return self._outlines.of(study, lambda: self._read_outline(study))

    def _read_outline(self, study: str) -> Row:
        store, graph = self._keeper.store, study_graph(study)
        about = store.matching(graph, subject=study_iri(study))
        if not about:
            raise UnknownThingError("study", study)
        record = from_triples(about)
        kinds = {plan.name: plan.kind for plan in record.kind.tables}
        rows = {name: len(store.matching(graph, predicate=A, value=k)) for name, k in kinds.items()}
        return study_row(record) | {"rows": rows}

    def conclusions(self, study: str) -> StudyConclusions:
        """The statistics of a study and what was concluded from them.

        Raises UnknownThingError when there is no such study.
        """
        return self._found.of(study, lambda: self._read_conclusions(study))

    def _read_conclusions(self, study: str) -> StudyConclusions:
        return StudyConclusions(
            self.record(study),
            self._keeper.store.graph(study_conclusions_graph(study)),
            shared_labels(self._keeper.knowledge.premises.facts),
        )

    def read_workbook(self, data: bytes, filename: str, caller: str = "") -> ReadStudy:
        """The study in a workbook. Raises RefusedInput with every fault, each in its cell."""
        today = self._keeper.latest_day
        return self._workbooks.read(data, filename, self.choices, today, caller)

    def workbook(self, kind: str, study: str = "") -> bytes:
        """The workbook of a kind of study, to fill in; or that of a study.

        Raises UnknownThingError for a kind or study that there is not.
        """
        record = self.record(study) if study else None
        name = record.kind.id if record else kind
        if name not in KINDS:
            raise UnknownThingError("study-kind", name)
        return self._workbooks.written(name, self.choices, record)

    def check(
        self, record: StudyRecord, place: Callable[[str], str] | None = None
    ) -> tuple[Finding, ...]:
        """What the shapes say of a study, in the places that `place` knows by IRI."""
        facts = to_triples(record, self.choices)
        uploaded = self._keeper.uploaded_facts()
        answer = self._checker.triples(facts, uploaded, self._keeper.latest_day)
        found: Sequence[Finding] = answer["findings"]
        if place is None:
            return tuple(found)
        return tuple(replace(each, where=place(each.focus) or each.where) for each in found)

    def put(
        self, record: StudyRecord, place: Callable[[str], str] | None = None
    ) -> tuple[Finding, ...]:
        """Store a study in place of one with the same id, with all that follows, in one commit.

        Answers what its reader should hear though nothing was wrong. Raises RefusedInput when a
        shape objects, and RuleStoppedError.
        """
        found = self.check(record, place)
        if any(finding.severity == "violation" for finding in found):
            raise RefusedInput(found)
        facts = to_triples(record, self.choices)
        before = set(self._keeper.store.graph(study_graph(record.id)))
        self._store(record.id, facts)
        cited_by = resting_on(record.id, self._keeper.knowledge.graphs)
        if cited_by and before != set(self._keeper.store.graph(study_graph(record.id))):
            return (*found, changed_beneath(record.id, cited_by))
        return found

    def remove(self, study: str) -> None:
        """Take a study back with all that was concluded and remembered of it.

        Raises UnknownThingError, and RefusedInput while a published model or plan rests on it.
        """
        self.facts(study)
        graphs = (study_graph, study_conclusions_graph, study_history_graph)
        with self._keeper.lock:
            refuse_while_cited(study, resting_on(study, self._keeper.knowledge.graphs))
            self._keeper.store.replace_graphs({name(study): [] for name in graphs})

    def history(self, study: str) -> list[dict[str, Any]]:
        """What was changed in a study, when and by whom. Raises UnknownThingError."""
        kind = self.record(study).kind
        return study_changes(study, kind, self._keeper.store.graph(study_history_graph(study)))

    def draft_model(self, panel: str, others: Mapping[str, str]) -> Draft:
        """The draft of a position model by a Delphi panel and the other studies that are named.

        `others` are ids by the names of the fields of ChosenStudies. Raises RefusedInput, and
        UnknownThingError when there is no such study.
        """
        asked = ("model", panel, frozenset(others.items()))
        return self._drafts.of(asked, lambda: self._model(panel, others))

    def _model(self, panel: str, others: Mapping[str, str]) -> Draft:
        found = self._findings(panel, others)
        frameworks = self._keeper.knowledge.catalogue.dimensions.values()
        dimensions = {id: each for known in frameworks for id, each in known.items()}
        return model_draft(found, dimensions, self._described(found.position))

    def draft_plan(self, panel: str, others: Mapping[str, str]) -> Draft:
        """The draft of a performance plan in the same way; see plan_draft."""
        asked = ("plan", panel, frozenset(others.items()))
        return self._drafts.of(
            asked, lambda: plan_draft(self._findings(panel, others), self._keeper.shared_facts())
        )

    def _findings(self, panel: str, others: Mapping[str, str]) -> Findings:
        return findings_of(chosen_studies(panel, others, self.conclusions))

    def _described(self, position: str) -> Sequence[Triple]:
        """The document that describes the published model of a position, if there is one."""
        described = Triple(iri("model", position), A, iri("core", "PositionModel"))
        for triples in self._keeper.knowledge.graphs.values():
            if described in triples:
                return triples
        return ()

    def explain(self, conclusion: NamedNode) -> Explanation:
        """Why something was concluded of a study, down to its statistics and what was collected.

        Raises NothingConcludedError, and UnknownThingError when there is no such study.
        """
        study = conclusion.value.removeprefix(_STUDY).split("/", 1)[0]
        task = ExplainOfStudy(conclusion, triples_written(self.facts(study)))
        explained = self._deriver.run(task, self._keeper.knowledge.premises, LONGEST)
        if explained is None:
            raise NothingConcludedError(conclusion.value)
        return explained

    def _store(self, study: str, facts: list[Triple]) -> None:
        store = self._keeper.store
        with self._keeper.lock:
            at = self._keeper.now()
            knowledge = self._keeper.knowledge
            graph, drawn = study_conclusions(study, facts, knowledge, self._deriver, at)
            name = study_graph(study)
            remembered = revision(name, store.graph(name), facts, at)
            store.replace_graphs(
                {name: facts, graph: drawn}, {study_history_graph(study): remembered}
            )
