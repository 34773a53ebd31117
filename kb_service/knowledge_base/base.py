"""The knowledge base: facts and conclusions in a data folder, changed together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path

from pyoxigraph import NamedNode, Triple

from kb_service.configuration import ModelLimits
from kb_service.knowledge_base.checking import Change, Progress
from kb_service.knowledge_base.forgetting import forget_people
from kb_service.knowledge_base.graph_writes import GraphWrites
from kb_service.knowledge_base.importing import FactsKnownAs
from kb_service.knowledge_base.migrations import UpgradeDue
from kb_service.knowledge_base.model_versions.comparison import Comparing
from kb_service.knowledge_base.model_versions.life_cycle import ModelLifeCycle
from kb_service.knowledge_base.outcomes import (
    ExamplePeople,
    ImportReport,
)
from kb_service.knowledge_base.performance.periods import Periods
from kb_service.knowledge_base.performance.recording import Recording
from kb_service.knowledge_base.rater_codes import replace_rater_code
from kb_service.knowledge_base.reading import ReadableBase
from kb_service.knowledge_base.sorting import Submission
from kb_service.knowledge_base.upgrading import Upgrading, migrations_due
from kb_service.people_records import (
    AssessmentRecord,
    Choice,
    PersonRecord,
)
from kb_service.store import JournalPolicy, KnowledgeStore
from kb_service.store.data_folder import DataFolder


class KnowledgeBase(ReadableBase):
    """Shared knowledge and people with everything that follows, kept in a data folder.

    Facts and the conclusions from them change together, in one transaction for each batch of
    people. Every method may be called from several threads.
    """

    def __init__(
        self,
        store: KnowledgeStore,
        root: Path | None = None,
        processes: int | None = None,
        models: ModelLimits | None = None,
    ) -> None:
        super().__init__(store, root, processes, models)
        self.graph_writes = GraphWrites(self._keeper, self._checker)
        self.recording = Recording(self._keeper, self.root)
        self.periods = Periods(self._keeper, self._checker)
        self.model_life_cycle = ModelLifeCycle(self._keeper, self.check_model)
        self.model_comparing = Comparing(self._keeper, self.deriver)
        self.upgrading = Upgrading(self._keeper, self.graph_writes, self.root)

    @classmethod
    def open(
        cls,
        data: Path,
        *,
        read_only: bool = False,
        progress: Progress | None = None,
        root: Path | None = None,
        journal: JournalPolicy | None = None,
        models: ModelLimits | None = None,
    ) -> KnowledgeBase:
        """The knowledge base in a data folder, made on first use.

        When ontology, policy or rules of `root`, those of the product by default, differ from what
        the folder was concluded from, they are loaded, and whoever they concern is concluded again.
        Raises StoreInUse when another process writes it, and RefusedInput for knowledge files that
        cannot be used. Raises UpgradeDue when the folder has to go through migrations first; it is
        as it was then. Read-only, it concludes in this process. `models` bounds the reading of
        strangers' position models.
        """
        store = KnowledgeStore(data, read_only=read_only, journal=journal)
        base = cls(store, root, 0 if read_only else None, models)
        try:
            if not read_only:
                if due := migrations_due(store, base.root):
                    raise UpgradeDue(due)
                base._keeper.load_knowledge(progress)
        except BaseException:
            base.close()
            raise
        return base

    @classmethod
    def open_to_upgrade(
        cls, data: Path, *, root: Path | None = None, read_only: bool = False
    ) -> KnowledgeBase:
        """The knowledge base of an earlier release, for nothing but `upgrading`.

        Raises StoreInUse when another process writes it.
        """
        return cls(KnowledgeStore(DataFolder.open(data).path, read_only=read_only), root)

    def load_files_again(self) -> int:
        """Load the knowledge files as they are now, in one commit with all that follows.

        Answers how many people were concluded again. Raises RefusedInput and RuleStoppedError;
        everything stays as it was then.
        """
        with self._keeper.lock:
            concluded = self._keeper.load_knowledge(None)
            self._checker.read_again()
            self.recording.read_again()
        return concluded

    def close(self) -> None:
        """Let go of the data folder and end the worker processes."""
        self._checker.close()
        self.model_documents.close()
        self.studying.close()
        self._keeper.close()
        self.deriver.close()
        self.store.close()

    def warm(self) -> None:
        """Start what would otherwise start at the first question, so that it answers at once."""
        if self.store.apart is not None:
            self.store.apart.warm()
        self._checker.warm()
        self.deriver.warm(self._keeper.knowledge.premises)

    def pass_time(self, progress: Progress | None = None) -> int:
        """Conclude again whoever a new day may change; answers how many people that were."""
        return self._keeper.pass_time(progress)

    # People

    def conclude(
        self, people: Sequence[str] | None = None, progress: Progress | None = None
    ) -> int:
        """Conclude people again, everyone by default; answers how many that were."""
        return self._keeper.conclude(people, progress)

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
        self._keeper.forget()

    def replace_rater_code(self, code: str) -> int:
        """Call a rater by another code everywhere; answers how many people they rated.

        Raises UnknownThingError when nobody was rated by this code.
        """
        return replace_rater_code(self._keeper, code)

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

    def publishes(self, submission: Submission) -> list[NamedNode]:
        """The position models that would come to judge people without having been reviewed."""
        return self._importing.publishes(submission)

    def with_form_names(self, submission: Submission) -> Submission:
        """What was read, with rating forms by names that tell nobody who rated; see Importing."""
        return self._importing.with_form_names(submission)

    def store_rdf(self, submission: Submission, progress: Progress | None = None) -> ImportReport:
        """Store what was read; people by their pseudonyms, without names. See Importing."""
        return self._importing.store_rdf(submission, progress)

    def store_example_organisation(self) -> ExamplePeople:
        """Store the example organisation's teams and its own day; answers its people.

        Raises ExampleRefusedError when somebody is in here already.
        """
        return self._importing.example()

    def close_example_periods(self) -> None:
        """Let the periods of the example organisation be closed as its file has them."""
        self._importing.close_example_periods()
