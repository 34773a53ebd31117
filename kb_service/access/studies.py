"""Model-building studies as one caller may see and store them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pyoxigraph import NamedNode

from kb_service.access.actors import actor
from kb_service.access.refusals import require
from kb_service.access.view import View
from kb_service.engine.explain import Explanation
from kb_service.findings import Finding
from kb_service.knowledge_base import UnknownThingError
from kb_service.knowledge_base.history import because
from kb_service.knowledge_base.model_documents import TURTLE
from kb_service.knowledge_base.study_document import StudyConclusions, study_row
from kb_service.study_records.records import part_iri


@dataclass(frozen=True)
class StoredStudy:
    """The id of a study that was stored, and what its reader should hear."""

    id: str
    notes: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class DraftDocument:
    """A draft in Turtle, and what whoever asked for it should hear."""

    turtle: bytes
    notes: tuple[Finding, ...] = ()


class Studies:
    """What the caller of a view may do with studies: NotAllowed is raised for what they may not."""

    def __init__(self, view: View) -> None:
        self._caller = view.caller
        self._studying = view.knowledge_base.studying
        self._documents = view.knowledge_base.model_documents

    def listed(self) -> list[dict[str, Any]]:
        """Every study."""
        require(self._caller, "reads_studies")
        return [study_row(self._studying.record(id)) for id in self._studying.ids()]

    def told(self, study: str) -> dict[str, Any]:
        """A study with what was decided by it. Raises UnknownThingError."""
        found = self.conclusions(study)
        return {
            **study_row(found.record),
            "decisions": found.decisions(),
            "candidates": found.candidates(),
        }

    def conclusions(self, study: str) -> StudyConclusions:
        """The statistics of a study and what follows from them. Raises UnknownThingError."""
        require(self._caller, "reads_studies")
        return self._studying.conclusions(study)

    def workbook(self, study: str) -> bytes:
        """The workbook of a study. Raises UnknownThingError."""
        require(self._caller, "reads_studies")
        return self._studying.workbook("", study)

    def template(self, kind: str) -> bytes:
        """The workbook of a kind of study to fill in. Raises UnknownThingError."""
        return self._studying.workbook(kind)

    def import_workbook(self, data: bytes, filename: str, sharer: str = "") -> StoredStudy:
        """Store the study in a workbook, in place of one with the same id.

        `sharer` shares the worker with others in turn. Raises RefusedInput with every fault, each
        in its cell; nothing is stored then.
        """
        require(self._caller, "writes_studies")
        read = self._studying.read_workbook(data, filename, sharer)
        with because(actor(self._caller)):
            found = self._studying.put(read.record, lambda node: read.places.get(node, ""))
        return StoredStudy(read.record.id, (*read.notes, *found))

    def remove(self, study: str) -> None:
        """Take a study back with all that follows from it. Raises UnknownThingError."""
        require(self._caller, "writes_studies")
        with because(actor(self._caller)):
            self._studying.remove(study)

    def decision_on(self, study: str, item: str, round_: str = "") -> NamedNode:
        """The conclusion about an item: after a round, by default the last that decided on it.

        Of a study without rounds it is that the item is a candidate. Raises UnknownThingError.
        """
        found = self.conclusions(study)
        rounds = [str(row["round"]) for row in found.decisions() if row["item"] == item]
        if rounds:
            chosen = round_ or max(rounds, key=int)
            if chosen in rounds:
                return part_iri(study, "round", chosen, "item", item, "decision")
            raise UnknownThingError("round", round_)
        for row in found.candidates():
            if row["item"] == item:
                return NamedNode(str(row["conclusion"]))
        raise UnknownThingError("decision on item", item)

    def draft(self, study: str, weighing: str = "", *, plan: bool = False) -> DraftDocument:
        """A draft by a Delphi panel, weighed by an AHP study if one is named; nothing is stored.

        It is of a position model, or of a performance plan. Raises RefusedInput, UnknownThingError.
        """
        require(self._caller, "reads_studies")
        drafted = self._studying.draft_plan if plan else self._studying.draft_model
        made = drafted(study, weighing)
        return DraftDocument(self._documents.write(made.triples, TURTLE), made.notes)

    def explain(self, conclusion: NamedNode) -> Explanation:
        """Why something was concluded of a study. Raises NothingConcludedError, UnknownThingError."""
        require(self._caller, "reads_studies")
        return self._studying.explain(conclusion)
