"""What was read from a spreadsheet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kb_service.findings import Finding
from kb_service.people_records import AssessmentRecord, Choice, Introduction
from kb_service.sheets.places import Places


@dataclass(frozen=True)
class SheetContents:
    """The records of a spreadsheet that has no fault.

    `people` has only those of whom the sheet says more than their id; one without a name is named
    by the id. `teams` are the teams these people belong to, with the best labels at hand. `notes`
    is what the reader of the import should hear though nothing is wrong, such as a sheet passed by.
    """

    people: tuple[Introduction, ...]
    assessments: tuple[AssessmentRecord, ...]
    places: Places = field(default_factory=Places)
    teams: tuple[Choice, ...] = ()
    notes: tuple[Finding, ...] = ()

    def people_joined_with(self, known: Mapping[str, Introduction]) -> tuple[Introduction, ...]:
        """The people with what the sheet leaves unsaid filled in from records by id.

        So a file of ratings that shows names beside the ids takes nobody's post or team away.
        """
        return tuple(_joined(person, known.get(person.id)) for person in self.people)


def _joined(said: Introduction, known: Introduction | None) -> Introduction:
    if known is None:
        return said
    return Introduction(
        said.id,
        known.name if said.name == said.id else said.name,
        said.team or known.team,
        said.post or known.post,
        said.candidate_for or known.candidate_for,
        {**known.contact, **said.contact},
    )
