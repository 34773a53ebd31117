"""All that web and command line use of the knowledge base: what one caller may read and write."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain

from kb_service.access.actors import actor
from kb_service.access.performance_writes import PerformanceWrites
from kb_service.access.refusals import NotAllowed, require
from kb_service.access.terms_view import TermsView
from kb_service.access.translation import names_in, under_keys
from kb_service.access.words import note_new, noted, without_words, words_in
from kb_service.findings import Finding, RefusedInput
from kb_service.knowledge_base import ImportReport
from kb_service.knowledge_base.checking import Progress
from kb_service.knowledge_base.history import because
from kb_service.knowledge_base.model_versions.protection import refuse_unreviewed
from kb_service.knowledge_base.sorting import Submission, people_mentioned
from kb_service.people_records import AssessmentRecord, Choice, Introduction
from kb_service.register import Entry

Contact = Mapping[str, str]
Called = tuple[str, Contact]
"""A name, and where to reach whom it is of."""


class View(TermsView):
    """The knowledge base as one caller sees and changes it; see ReadingView.

    Names and contact data go to the register, everything else to the store under a pseudonym that
    somebody new is given first. Every method that writes raises NotAllowed to whose role may not.
    """

    # People

    def put_person(self, person: Introduction) -> None:
        """Store who somebody is, in place of what was stored, keeping their assessments."""
        self.import_records([person], [])

    def put_assessment(self, record: AssessmentRecord) -> None:
        """Store an assessment, in place of one with the same id.

        Somebody who is not known yet is known by their id from then on. Raises RefusedInput.
        """
        self.import_records([], [record])

    def import_records(
        self,
        people: Iterable[Introduction],
        assessments: Iterable[AssessmentRecord],
        *,
        teams: Iterable[Choice] = (),
        places: Callable[[str], str] | None = None,
        progress: Progress | None = None,
    ) -> ImportReport:
        """Store people and assessments, each in place of one with the same id.

        See Importing.records. Raises RefusedInput; nothing is stored then.
        """
        require(self.caller, "writes_people")
        by_id = {person.id: person for person in people}
        given = list(assessments)
        new: dict[str, Called] = {each.person: (each.person, {}) for each in given}
        new |= {person.id: (person.name, person.contact) for person in by_id.values()}
        with self._introduced(new) as keys:
            try:
                report = self.knowledge_base.import_records(
                    [replace(person.record, id=keys[id]) for id, person in by_id.items()],
                    [replace(each, person=keys[each.person]) for each in given],
                    teams=teams,
                    places=self.names.places(places),
                    progress=progress,
                )
            except RefusedInput as refused:
                raise self.names.refusal(refused) from refused
            self._call({keys[id]: (each.name, each.contact) for id, each in by_id.items()})
        return replace(report, notes=tuple(map(self.names.finding, report.notes)))

    def load_example(self, progress: Progress | None = None) -> ImportReport:
        """Store the example organisation: its teams and day, people, assessments and performance.

        Raises ExampleRefusedError when somebody is in here already.
        """
        require(self.caller, "administers")
        example = self.knowledge_base.store_example_organisation()
        report = self.import_records(example.people, example.assessments, progress=progress)
        PerformanceWrites(self).record(example.performance, progress=progress)
        self.knowledge_base.close_example_periods()
        return report

    def import_rdf(
        self, data: bytes, media_type: str, filename: str = "", progress: Progress | None = None
    ) -> ImportReport:
        """Store RDF, which calls people as the caller does and may introduce new ones.

        The shapes judge it as it was submitted. See Importing.read_rdf and store_rdf. Raises
        RefusedInput; nothing is stored then.
        """
        rights = self.caller.rights
        if not (rights.writes_people or rights.writes_models):
            raise NotAllowed(self.caller, "writes_models")
        submission = self.knowledge_base.read_rdf(data, media_type, filename, self._known_as)
        people = submission.facts.people
        if people:
            require(self.caller, "writes_people")
        if submission.facts.shared:
            require(self.caller, "writes_models")
            if not rights.administers:
                refuse_unreviewed(self.knowledge_base.publishes(submission))
        called = {id: names_in(facts, id) for id, facts in people.items()}
        new: dict[str, Called] = {
            id: (names[0] if names else id, {}) for id, names in called.items()
        }
        with self._introduced(new) as keys:
            said = chain(*people.values(), *submission.facts.shared.values())
            known = {**self.names.keys(people_mentioned(said)), **keys}
            report = self._store_rdf(under_keys(submission, known), progress)
            self._call({keys[id]: (names[0], None) for id, names in called.items() if names})
        return report

    def _store_rdf(self, submission: Submission, progress: Progress | None) -> ImportReport:
        """Store what was read, and what objections say in words in the register."""
        submission = self.knowledge_base.with_form_names(submission)
        facts = submission.facts
        silent = {key: without_words(said) for key, said in facts.people.items()}
        with noted(self.register, self.knowledge_base.store) as note:
            for key, said in facts.people.items():
                if len(silent[key]) < len(said):
                    note_new(note, self.register.words_of(key), words_in(said, key))
            return self.knowledge_base.store_rdf(
                replace(submission, facts=replace(facts, people=silent)), progress
            )

    def remove_assessment(self, person: str, assessment: str) -> None:
        """Take an assessment back and conclude the person without it.

        Raises UnknownThingError when the person or the assessment does not exist.
        """
        require(self.caller, "writes_people")
        key = self.key_of(person)
        with because(actor(self.caller)):
            self.knowledge_base.remove_assessment(key, assessment)

    def conclude(
        self, people: Iterable[str] | None = None, progress: Progress | None = None
    ) -> int:
        """Conclude people again, everyone by default; answers how many that were."""
        require(self.caller, "administers")
        keys = None if people is None else [self.key_of(person) for person in people]
        return self.knowledge_base.conclude(keys, progress)

    def check_loaded(self, progress: Progress | None = None) -> list[Finding]:
        """What the shapes say of everything in here: shared knowledge, then people."""
        require(self.caller, "administers")
        return [self.names.finding(each) for each in self.knowledge_base.check_loaded(progress)]

    # Shared knowledge

    def remove_ontology(self, name: str, progress: Progress | None = None) -> int:
        """Take back an uploaded ontology; answers how many people are judged anew.

        Raises UnknownThingError when nobody uploaded it.
        """
        require(self.caller, "writes_models")
        return self.knowledge_base.remove_ontology(name, progress)

    # The register

    @contextmanager
    def _introduced(self, people: Mapping[str, Called]) -> Iterator[dict[str, str]]:
        """The pseudonyms of these people by id, new ones for those who are new.

        Should nothing come to be stored of somebody new, the register forgets them again.
        """
        with self.register.writing:
            keys = self.names.keys(people)
            known = self.register.entries(keys.values())
            new = {
                id: people[id]
                for id, key in keys.items()
                if key not in known and not self.knowledge_base.has_person(key)
            }
            keys |= self.register.keys_for(new)
            try:
                with because(actor(self.caller)):
                    yield keys
            except BaseException:
                self.register.settle(self.knowledge_base.has_person, keys.values())
                raise
            self.register.settle(lambda key: True, keys.values())
        self.note_people(keys.values())

    def _call(self, people: Mapping[str, tuple[str, Contact | None]]) -> None:
        """Enter what people are called and reached by; None leaves their contact as it was."""
        known = self.register.entries(people)
        entries = []
        for key, (name, contact) in people.items():
            before = known.get(key) or Entry(key, key, key)
            reached = before.contact if contact is None else contact
            entries.append(replace(before, name=name, contact=reached))
        self.register.replace(entries)
