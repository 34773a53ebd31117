"""A study as it was written down: its rows, checked and typed, and the IRIs that they have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from pyoxigraph import NamedNode

from kb_service.study_records.layout import StudyKind, TablePlan
from kb_service.study_records.table_names import STUDY
from kb_service.vocabulary import iri

Value: TypeAlias = str | Decimal | bool | date
Row: TypeAlias = Mapping[str, Value]
"""What a row says, by the name of the column; a cell that says nothing is not there."""


@dataclass(frozen=True)
class StudyRecord:
    """All that a study collected, table by table."""

    kind: StudyKind
    tables: Mapping[str, Sequence[Row]]

    @property
    def id(self) -> str:
        """The id of the study."""
        return str(self.about["code"])

    @property
    def about(self) -> Row:
        """What is said of the study as a whole."""
        return self.tables[STUDY][0]

    @property
    def iri(self) -> NamedNode:
        """The study."""
        return study_iri(self.id)

    def rows(self, table: str) -> Sequence[Row]:
        """The rows of a table; none where the study does not have it."""
        return self.tables.get(table, ())

    def codes(self, table: str) -> list[str]:
        """The codes of what a table lists, in its order."""
        return [str(row["code"]) for row in self.rows(table)]


def study_iri(study: str) -> NamedNode:
    """The IRI of the study with this id."""
    return iri("study", study)


def part_iri(study: str, role: str, *codes: str) -> NamedNode:
    """The IRI of something in a study: what it is, and the codes that tell which."""
    return iri("study", "/".join((study, role, *codes)))


def row_iri(study: str, plan: TablePlan, row: Row) -> NamedNode:
    """The IRI of what a row is about."""
    if not plan.role:
        return study_iri(study)
    return part_iri(study, plan.role, *(str(row[name]) for name in plan.key))


def number_in(row: Row, column: str) -> float:
    """The number that a row gives under a column. Raises KeyError where it gives none."""
    return float(str(row[column]))
