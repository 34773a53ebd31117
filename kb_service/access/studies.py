"""Model-building studies as one caller may see and store them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyoxigraph import NamedNode, Triple

from kb_service.access.actors import actor
from kb_service.access.refusals import require
from kb_service.access.view import View
from kb_service.engine.explain import Explanation
from kb_service.findings import Finding
from kb_service.knowledge_base import UnknownThingError
from kb_service.knowledge_base.history import because
from kb_service.knowledge_base.model_documents import TURTLE
from kb_service.knowledge_base.study_document import StudyConclusions, study_row
from kb_service.knowledge_base.study_suggestions import (
    levels,
    questionnaire,
    standards,
    suggestions,
    targets,
)
from kb_service.sheets.study_reading import ReadStudy
from kb_service.study_records.layout import StudyChoices
from kb_service.study_records.records import part_iri


@dataclass(frozen=True)
class StoredStudy:
    """The id of a study that was stored, and what its reader should hear."""

    id: str
    notes: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class DraftDocument:
    """A draft, as Turtle and as what it says, and what whoever asked for it should hear."""

    turtle: bytes
    triples: Sequence[Triple]
    notes: tuple[Finding, ...] = ()


def told_of(found: StudyConclusions) -> dict[str, Any]:
    """A study with what was decided by it."""
    return {
        **study_row(found.record),
        "decisions": found.decisions(),
        "candidates": found.candidates(),
        **suggestions(found),
    }


class Studies:
    """What the caller of a view may do with studies: NotAllowed is raised for what they may not."""

    def __init__(self, view: View) -> None:
        self._caller = view.caller
        self._studying = view.knowledge_base.studying
        self._documents = view.knowledge_base.model_documents

    @property
    def choices(self) -> StudyChoices:
        """What a study may name at the moment."""
        return self._studying.choices

    def listed(self) -> list[dict[str, Any]]:
        """Every study."""
        require(self._caller, "reads_studies")
        return [self._studying.outline(id) for id in self._studying.ids()]

    def told(self, study: str) -> dict[str, Any]:
        """A study with what was decided by it. Raises UnknownThingError."""
        return told_of(self.conclusions(study))

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
        read = self.read_workbook(data, filename, sharer)
        return self.store(read)

    def read_workbook(self, data: bytes, filename: str, sharer: str = "") -> ReadStudy:
        """The study in a workbook; nothing is stored. Raises RefusedInput as import_workbook does."""
        require(self._caller, "writes_studies")
        return self._studying.read_workbook(data, filename, sharer)

    def check(self, read: ReadStudy) -> tuple[Finding, ...]:
        """What the shapes say of a study that was read, each finding in its cell."""
        require(self._caller, "writes_studies")
        return self._studying.check(read.record, lambda node: read.places.get(node, ""))

    def store(self, read: ReadStudy) -> StoredStudy:
        """Store a study that was read, in place of one with the same id. Raises RefusedInput."""
        require(self._caller, "writes_studies")
        with because(actor(self._caller)):
            found = self._studying.put(read.record, lambda node: read.places.get(node, ""))
        return StoredStudy(read.record.id, (*read.notes, *found))

    def remove(self, study: str) -> None:
        """Take a study back with all that follows from it.

        Raises UnknownThingError, and RefusedInput while a published model or plan rests on it.
        """
        require(self._caller, "writes_studies")
        with because(actor(self._caller)):
            self._studying.remove(study)

    def history(self, study: str) -> list[dict[str, Any]]:
        """What was changed in a study, when and by whom, the latest first. Raises UnknownThingError."""
        require(self._caller, "reads_studies")
        return self._studying.history(study)

    def conclusion_on(
        self, study: str, item: str, *, about: str = "decision", round_: str = "", grade: str = ""
    ) -> NamedNode:
        """What was concluded about an item, by what `about` names.

        `decision` is what became of it: after a round, by default the last that decided on it; that
        it is a candidate, confirmed or in doubt; or with a grade, that a standard was adopted. Where
        nothing of the kind was concluded it is which cut was missed. `tier` and `level` are what is
        suggested. An item may also be the key performance indicator of a target. Raises
        UnknownThingError.
        """
        found = self.conclusions(study)
        if about == "level":
            concluded = _first(levels(found), "item", item)
        elif grade:
            adopted = [row for row in standards(found) if row["grade"] == grade]
            concluded = _first(adopted, "item", item)
        else:
            concluded = _decided(found, item, round_)
        if concluded is not None and about == "tier":
            return NamedNode(concluded + _RANK_AND_TIER)
        missed = next(_missed(found, item, grade), None) if not round_ else None
        if concluded is None and missed is None:
            raise UnknownThingError("decision on item", f"{item} {grade}".strip())
        return NamedNode(concluded or missed or "")

    def draft(self, study: str, others: Mapping[str, str], *, plan: bool = False) -> DraftDocument:
        """A draft by a Delphi panel and the other studies named; nothing is stored.

        `others` are ids by `weighing`, `interviews`, `questionnaire` and `meeting`. It is of a
        position model, or of a performance plan. Raises RefusedInput, UnknownThingError.
        """
        require(self._caller, "reads_studies")
        drafted = self._studying.draft_plan if plan else self._studying.draft_model
        made = drafted(study, others)
        return DraftDocument(self._documents.write(made.triples, TURTLE), made.triples, made.notes)

    def explain(self, conclusion: NamedNode) -> Explanation:
        """Why something was concluded of a study. Raises NothingConcludedError, UnknownThingError."""
        require(self._caller, "reads_studies")
        return self._studying.explain(conclusion)


_RANK_AND_TIER = "/rank/tier"


def _decided(found: StudyConclusions, item: str, round_: str) -> str | None:
    """The conclusion on what becomes of an item. Raises UnknownThingError for a round without one."""
    rounds = [str(row["round"]) for row in found.decisions() if row["item"] == item]
    if rounds:
        chosen = round_ or max(rounds, key=int)
        if chosen not in rounds:
            raise UnknownThingError("round", round_)
        return part_iri(found.record.id, "round", chosen, "item", item, "decision").value
    for rows, key in (
        (found.candidates(), "item"),
        (questionnaire(found), "item"),
        (levels(found), "item"),
        (targets(found), "kpi"),
    ):
        if concluded := _first(rows, key, item):
            return concluded
    return None


def _first(rows: list[dict[str, Any]], key: str, value: str) -> str | None:
    return next((str(row["conclusion"]) for row in rows if row[key] == value), None)


def _missed(found: StudyConclusions, item: str, grade: str) -> Iterator[str]:
    """The results of an item's statistics against cuts that they missed."""
    for row in found.statistics():
        of = row["kpi"] or row["item"]
        if of == item and (row["grade"] or "") == grade and not row["participants"]:
            for cut in row["cuts"]:
                if not cut["met"]:
                    yield f"{row['statistic']}/against/{cut['cut']}"
