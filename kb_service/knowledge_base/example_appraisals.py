"""The appraisals of the example organisation, and its periods as long as these are stored."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from pyoxigraph import Triple

from kb_service.people_records.performance_records import PerformanceChoices, PerformanceRecord
from kb_service.sheets.performance_reading import read_performance
from kb_service.sheets.tables import open_tables
from kb_service.vocabulary import iri

_CLOSING = {iri("performance", "closedOn"), iri("performance", "closedBy")}
_STATE = iri("performance", "periodState")
_OPEN = iri("performance", "open")


def example_appraisals(
    folder: Path, choices: PerformanceChoices, latest_day: date
) -> tuple[PerformanceRecord, ...]:
    """The figures and ratings in the files of a folder; nothing where there is none."""
    found: list[PerformanceRecord] = []
    for path in sorted(folder.glob("*.csv")):
        with open_tables(path.read_bytes(), path.name) as tables:
            found += read_performance(tables, choices, latest_day).records
    return tuple(found)


def with_open_periods(organisation: Iterable[Triple]) -> list[Triple]:
    """The facts of an organisation with every period open, so that something can be stored in it."""
    return [
        Triple(each.subject, each.predicate, _OPEN) if each.predicate == _STATE else each
        for each in organisation
        if each.predicate not in _CLOSING
    ]
