"""What was read from sheets of figures and ratings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kb_service.findings import Finding
from kb_service.people_records.performance_records import (
    FormRecord,
    MeasurementRecord,
    PerformanceRecord,
)
from kb_service.sheets.places import Place


@dataclass(frozen=True)
class PerformancePlaces:
    """Where figures, forms and grades stand, by their IRI."""

    cells: Mapping[str, Place] = field(default_factory=dict)
    """Of figures and forms, and of grades where each has a row of its own."""
    columns: Mapping[tuple[str, str], Place] = field(default_factory=dict)
    """From a sheet and a dimension's id to its column."""

    def of(self, iri: str) -> str:
        """The place of what has this IRI as findings carry it; empty when it was not read here."""
        if place := self.cells.get(iri):
            return place.where
        form, _, dimension = iri.rpartition("/")
        if (row := self.cells.get(form)) is None:
            return ""
        column = self.columns.get((row.sheet, dimension))
        if column is None:
            return row.where
        return Place(row.sheet, row.row, column.column, column.zh, column.en).where


@dataclass(frozen=True)
class PerformanceContents:
    """The records of sheets that have no fault, and what their reader should hear."""

    measurements: tuple[MeasurementRecord, ...]
    forms: tuple[FormRecord, ...]
    places: PerformancePlaces = field(default_factory=PerformancePlaces)
    notes: tuple[Finding, ...] = ()

    @property
    def records(self) -> tuple[PerformanceRecord, ...]:
        """Figures and forms."""
        return (*self.measurements, *self.forms)
