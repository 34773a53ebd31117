"""What is stored and taken back: records and RDF, checked before anything changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from pyoxigraph import NamedNode, Triple

from kb_service.findings import Finding, RefusedInput, violation
from kb_service.knowledge_base.checking import Change, CheckedDocument, Checker, Progress, Steps
from kb_service.knowledge_base.example_appraisals import example_appraisals, with_open_periods
from kb_service.knowledge_base.form_names import form_names_of
from kb_service.knowledge_base.history import without_reason
from kb_service.knowledge_base.keeping import Keeper
from kb_service.knowledge_base.model_versions.protection import (
    published_anew,
    refuse_foreign,
    refuse_settled,
)
from kb_service.knowledge_base.outcomes import (
    ExamplePeople,
    ExampleRefusedError,
    ImportReport,
    UnknownThingError,
)
from kb_service.knowledge_base.performance.closing import refuse_change_of_closed
from kb_service.knowledge_base.performance.stored import told_beside
from kb_service.knowledge_base.sorting import (
    Submission,
    add_teams,
    merge_records,
    people_mentioned,
    replaced,
    sort_facts,
)
from kb_service.knowledge_files import read_turtle
from kb_service.people_records import (
    AssessmentRecord,
    Choice,
    Introduction,
    PersonRecord,
    assessment_iri,
    person_iri,
)
from kb_service.sheets import read_workbook
from kb_service.store import as_stored
from kb_service.vocabulary import ORGANISATION_GRAPH, iri

FactsKnownAs = Callable[[str], Sequence[Triple]]
"""What is known of the person whom a document calls by an id, told with that id."""


class Importing:
    """Everything that changes what is stored, under the keeper's lock."""

    def __init__(self, keeper: Keeper, checker: Checker, root: Path) -> None:
        self._keeper = keeper
        self._checker = checker
        self._root = root

    def remove_assessment(self, person: str, assessment: str) -> None:
        """Take an assessment back and conclude the person without it.

        Raises UnknownThingError when the person or the assessment does not exist.
        """
        node = assessment_iri(person, assessment).value
        with self._keeper.lock:
            stored = self._keeper.facts_about(person)
            if not stored:
                raise UnknownThingError("person", person)
            left = replaced(
                stored, lambda subject: subject == node or subject.startswith(f"{node}/")
            )
            if len(left) == len(stored):
                raise UnknownThingError("assessment", assessment)
            self._keeper.store_people({person: (left, [])}, Steps(None, 1))

    def change_facts(
        self,
        person: str,
        change: Callable[[list[Triple]], Change],
        moved: Iterable[PersonRecord] = (),
    ) -> None:
        """Make of the facts about somebody what `change` makes of them, and conclude them anew.

        It answers what stays, and what is new and has to be checked. The teams of who `moved` are
        known from then on. Raises UnknownThingError when nobody has this id, and RefusedInput when
        a shape objects.
        """
        with self._keeper.lock:
            stored = self._keeper.facts_about(person)
            if not stored:
                raise UnknownThingError("person", person)
            changes = {person: change(stored)}
            uploaded = self._keeper.uploaded_facts()
            self._checker.people(changes, self._keeper.latest_day, Steps(None, 0), uploaded)
            self._make_known(moved)
            self._keeper.store_people(changes, Steps(None, 1))

    def remove_ontology(self, name: str, progress: Progress | None = None) -> int:
        """Take back an uploaded ontology; answers how many people are judged anew.

        Raises UnknownThingError when nobody uploaded it.
        """
        graph = NamedNode(name)
        with self._keeper.lock:
            if graph not in self._keeper.uploaded_graphs():
                raise UnknownThingError("ontology", name)
            refuse_settled((graph,), self._keeper.knowledge.graphs)
            return self._keeper.replace_shared({graph: []}, progress)

    def records(
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
                changes[person] = merge_records(
                    stored, person, record, added, self._keeper.knowledge.catalogue
                )
            steps = Steps(progress, 2 * len(changes))
            begun = self._keeper.begin(changes)  # judged and checked at the same time
            notes = self._checker.people(
                changes, self._keeper.latest_day, steps, self._keeper.uploaded_facts(), places
            )
            self._make_known(records.values(), teams)
            triples = self._keeper.store_people(changes, steps, begun)
        count = sum(len(additions) for additions in by_person.values())
        return ImportReport(len(by_person), count, triples, notes)

    def _make_known(self, people: Iterable[PersonRecord], teams: Iterable[Choice] = ()) -> None:
        """Let the organisation know these teams, and those of these people."""
        organisation = self._keeper.store.graph(ORGANISATION_GRAPH)
        named = add_teams(organisation, people, teams)
        if len(named) > len(organisation):
            with without_reason():
                self._keeper.replace_shared({ORGANISATION_GRAPH: named})

    def read_rdf(
        self, data: bytes, media_type: str, filename: str, known_as: FactsKnownAs
    ) -> Submission:
        """What RDF says, sorted by whom or what it is about; nothing is stored.

        Raises RefusedInput when it cannot be read, breaks a shape or would overwrite an ontology
        that ships with the product.
        """
        checked = self.check_document(data, media_type, filename, known_as)
        if not checked.conforms:
            raise RefusedInput(checked.findings, checked.status)
        facts = sort_facts(checked.triples)
        self._refuse_settled(facts.shared)
        self._refuse_shipped(facts.shared)
        return Submission(facts, len(checked.triples), checked.findings)

    def with_form_names(self, submission: Submission) -> Submission:
        """What was submitted, with rating forms by names that do not tell who gave them.

        The form of a rater who rated the same person in the same period already is that form.
        """
        with self._keeper.lock:
            people = {
                person: form_names_of(person, new, self._keeper.facts_with_raters(person)).over(new)
                for person, new in submission.facts.people.items()
            }
        return replace(submission, facts=replace(submission.facts, people=people))

    def store_rdf(self, submission: Submission, progress: Progress | None = None) -> ImportReport:
        """Store what was submitted: facts about people by person, the rest in its ontology.

        What a subject says replaces what was stored of the same subject; an ontology is replaced
        as a whole. Forms have the names of `with_form_names`. Raises RefusedInput 409 when facts about a closed period would change.
        """
        submitted = submission.facts
        with self._keeper.lock:
            changes: dict[str, Change] = {}
            for person, new in submitted.people.items():
                said = {t.subject.value for t in new if isinstance(t.subject, NamedNode)}
                stored = self._keeper.facts_with_raters(person)
                changes[person] = (replaced(stored, said.__contains__), new)
                self._refuse_change_of_closed(stored, changes[person])
            steps = Steps(progress, len(changes))
            if submitted.shared:
                self._keeper.replace_shared(submitted.shared, progress)
            self._keeper.store_people(changes, steps)
        assessment = iri("people", "Assessment")
        facts = [triple for triples in submitted.people.values() for triple in triples]
        count = sum(triple.object == assessment for triple in facts)
        return ImportReport(len(changes), count, submission.size, submission.notes)

    def _refuse_change_of_closed(self, stored: Sequence[Triple], change: Change) -> None:
        """Raise RefusedInput 409 when facts of somebody about a closed period would change."""
        after = as_stored([*change[0], *change[1]])
        choices = self._keeper.knowledge.performance
        refuse_change_of_closed({*stored} ^ {*after}, [*stored, *after], choices)

    def publishes(self, submission: Submission) -> list[NamedNode]:
        """The position models that would come to judge people without having been reviewed."""
        return published_anew(submission.facts.shared, self._keeper.knowledge.graphs)

    def _refuse_settled(self, graphs: Mapping[NamedNode, list[Triple]]) -> None:
        """Refuse to change a model that was published; to say the same once more is no change."""
        stored = self._keeper.knowledge.graphs
        other = [
            name for name in graphs if set(as_stored(graphs[name])) != set(stored.get(name, ()))
        ]
        refuse_settled(other, stored)
        refuse_foreign({name: graphs[name] for name in other}, stored)

    def _refuse_shipped(self, graphs: Iterable[NamedNode]) -> None:
        shipped = self._keeper.shipped_graphs()
        for name in graphs:
            if name in shipped:
                zh = f"{name.value} 随产品发布，不能覆盖；请给您的本体另起一个 IRI。"
                en = f"{name.value} ships with the product; give your ontology an IRI of its own."
                raise RefusedInput((violation(zh, en, name.value),), status=409)

    def example(self) -> ExamplePeople:
        """Store the example organisation with its teams and its own day; answers its people.

        Its periods are open until `close_example_periods`. Raises ExampleRefusedError when somebody
        is in here already.
        """
        if not self._keeper.is_empty():
            raise ExampleRefusedError("people are stored here already")
        folder = self._root / "examples"
        organisation = with_open_periods(read_turtle(folder / "organisation.ttl"))
        self._keeper.replace_shared({ORGANISATION_GRAPH: organisation})
        people: list[Introduction] = []
        assessments: list[AssessmentRecord] = []
        for path in sorted([*folder.glob("*.csv"), *folder.glob("*.xlsx")]):
            data = path.read_bytes()
            sheet = read_workbook(
                data,
                path.name,
                self._keeper.knowledge.catalogue,
                self._keeper.latest_day,
                self._keeper.knowledge.teams,
            )
            people += sheet.people
            assessments += sheet.assessments
        performance = example_appraisals(
            folder / "performance", self._keeper.knowledge.performance, self._keeper.latest_day
        )
        return ExamplePeople(tuple(people), tuple(assessments), performance)

    def close_example_periods(self) -> None:
        """Let the periods of the example organisation be closed as its file has them."""
        organisation = read_turtle(self._root / "examples" / "organisation.ttl")
        self._keeper.replace_shared({ORGANISATION_GRAPH: organisation})

    def check_document(
        self,
        data: bytes,
        media_type: str,
        filename: str,
        known_as: FactsKnownAs,
        further: Callable[[Sequence[Triple]], Iterable[Finding]] | None = None,
    ) -> CheckedDocument:
        """What the shapes say of a stranger's RDF, read in a process that may be killed.

        People whom it mentions but does not introduce are known by what `known_as` tells of them;
        `further` says what no shape can say.
        """

        def beside(triples: Sequence[Triple]) -> list[Triple]:
            introduced = {triple.subject for triple in triples}
            known = self._keeper.uploaded_facts()
            for person in people_mentioned(triples):
                node = person_iri(person)
                if node not in introduced:
                    known += [*told_beside(node, known_as(person))]
            return known

        return self._checker.document(
            data, media_type, filename, self._keeper.latest_day, beside, further
        )

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
            person: merge_records(
                [], person, records.get(person), added, self._keeper.knowledge.catalogue
            )
            for person, added in by_person.items()
        }
        return self._checker.people(
            changes, self._keeper.latest_day, Steps(None, 0), self._keeper.uploaded_facts(), places
        )
