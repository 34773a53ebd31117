"""Which studies a draft rests on, each of its kind and all about one position."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from kb_service.findings import Finding, RefusedInput, violation
from kb_service.knowledge_base.study_document import StudyConclusions
from kb_service.study_records.kinds import KINDS


@dataclass(frozen=True)
class ChosenStudies:
    """The studies of a draft: a panel, and what else its author names.

    The panel says which items are kept and in which tier, comparisons what they weigh, interviews
    and the meeting what level is asked for, the questionnaire whether an item holds, and the
    meeting also the standards of grades and the targets of results.
    """

    panel: StudyConclusions
    weighing: StudyConclusions | None = None
    interviews: StudyConclusions | None = None
    questionnaire: StudyConclusions | None = None
    meeting: StudyConclusions | None = None

    def each(self) -> Iterator[tuple[str, StudyConclusions]]:
        """Every study that was chosen, with the kind that it has to be of."""
        for kind, study in (
            ("delphi", self.panel),
            ("ahp", self.weighing),
            ("bei", self.interviews),
            ("questionnaire", self.questionnaire),
            ("meeting", self.meeting),
        ):
            if study is not None:
                yield kind, study

    @property
    def position(self) -> str:
        """The id of the position that all of them are about."""
        return str(self.panel.record.about["position"])

    @property
    def evidence(self) -> str:
        """What a draft by them rests on: made-up data are no statement of anybody."""
        fictional = any(study.record.about["fictional"] for _, study in self.each())
        return "assumed" if fictional else "stated"


def chosen_studies(
    panel: str, others: Mapping[str, str], told: Callable[[str], StudyConclusions]
) -> ChosenStudies:
    """The studies with these ids, the others by the name of their field; empty ids are passed over.

    `told` answers a study by its id. Raises what it raises, and RefusedInput when one is of another
    kind than it has to be, or about another position than the panel.
    """
    named = {name: told(id) for name, id in others.items() if id}
    chosen = ChosenStudies(told(panel), **named)
    faults = [
        fault
        for kind, study in chosen.each()
        for fault in (_of_another_kind(study, kind), _of_another_position(study, chosen.position))
        if fault is not None
    ]
    if faults:
        raise RefusedInput(faults)
    return chosen


def _of_another_kind(study: StudyConclusions, wanted: str) -> Finding | None:
    id, kind = study.record.id, study.record.kind
    if kind.id == wanted:
        return None
    return violation(
        f"研究 {id} 是“{kind.zh}”；这里要的是“{KINDS[wanted].zh}”（{wanted}）。",
        f"The study {id} is of the kind {kind.id}; this takes one of the kind {wanted}.",
        value=id,
    )


def _of_another_position(study: StudyConclusions, position: str) -> Finding | None:
    id, own = study.record.id, str(study.record.about["position"])
    if own == position:
        return None
    return violation(
        f"研究 {id} 的岗位是 {own}，专家咨询的岗位是 {position}；请选同一岗位的研究。",
        f"The study {id} is about the position {own}, and the panel about {position}; choose "
        "studies of one position.",
        value=id,
    )
