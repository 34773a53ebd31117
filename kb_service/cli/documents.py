"""Files that somebody hands in: spreadsheets read into records, anything else passed on as RDF."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from kb_service.access.performance_writes import PerformanceWrites
from kb_service.access.view import View
from kb_service.findings import Finding, RefusedInput, violation
from kb_service.people_records import AssessmentRecord, Choice, Introduction
from kb_service.people_records.performance_records import FormRecord, PerformanceRecord
from kb_service.sheets import PerformanceContents, Places, SheetContents
from kb_service.sheets.performance_contents import PerformancePlaces
from kb_service.workers import WorkerPool

_SHEETS = (".csv", ".xlsx")
_MOST_BYTES = 64 * 1024 * 1024


def is_sheet(path: Path) -> bool:
    """Whether the file is read as a spreadsheet."""
    return path.suffix.lower() in _SHEETS


def read_bytes(path: Path) -> bytes:
    """The file's bytes. Raises RefusedInput for a file that no reader would take."""
    if path.stat().st_size > _MOST_BYTES:
        limit = _MOST_BYTES // 2**20
        fault = violation(
            f"文件超过 {limit} MB；请分成几个文件。",
            f"The file is larger than {limit} MB; split it into several.",
            path.name,
        )
        raise RefusedInput((fault,), 413)
    return path.read_bytes()


def in_file(findings: Iterable[Finding], path: Path) -> list[Finding]:
    """The findings with the file's name in front of their place."""
    return [
        replace(finding, where=f"{path.name}: {finding.where}" if finding.where else path.name)
        for finding in findings
    ]


@dataclass(frozen=True)
class Batch:
    """What several spreadsheets say together; of two that say the same thing the later counts."""

    people: Mapping[str, Introduction] = field(default_factory=dict)
    assessments: Mapping[tuple[str, str], AssessmentRecord] = field(default_factory=dict)
    teams: Mapping[str, Choice] = field(default_factory=dict)
    notes: tuple[Finding, ...] = ()
    places: tuple[tuple[Path, Places | PerformancePlaces], ...] = ()
    performance: Mapping[str, PerformanceRecord] = field(default_factory=dict)
    """Figures and rating forms by their IRI."""

    def with_sheet(
        self, path: Path, sheet: SheetContents, known: Mapping[str, Introduction]
    ) -> Batch:
        """The batch and one more sheet, which takes away nothing that it does not mention."""
        joined = sheet.people_joined_with({**known, **self.people})
        given = {(each.person, each.id): each for each in sheet.assessments}
        return replace(
            self,
            people={**self.people, **{person.id: person for person in joined}},
            assessments={**self.assessments, **given},
            teams={**self.teams, **{team.id: team for team in sheet.teams}},
            notes=(*self.notes, *in_file(sheet.notes, path)),
            places=(*self.places, (path, sheet.places)),
        )

    def with_performance(self, path: Path, contents: PerformanceContents) -> Batch:
        """The batch and one more file of figures and ratings; forms of one rater are put together."""
        records = dict(self.performance)
        for record in contents.records:
            known = records.get(record.iri.value)
            if isinstance(known, FormRecord) and isinstance(record, FormRecord):
                records[record.iri.value] = known.with_more(record)
            else:
                records[record.iri.value] = record
        return replace(
            self,
            performance=records,
            notes=(*self.notes, *in_file(contents.notes, path)),
            places=(*self.places, (path, contents.places)),
        )

    def place(self, iri: str) -> str:
        """Where the thing with this IRI stands: the file and the cell; empty if in none."""
        for path, places in reversed(self.places):
            if where := places.of(iri):
                return f"{path.name}: {where}"
        return ""


class SheetReader:
    """Reads strangers' spreadsheets in a process that may be killed."""

    def __init__(self, base: View, pool: WorkerPool) -> None:
        self._base, self._pool = base, pool

    def read(self, path: Path) -> SheetContents | PerformanceContents:
        """What the spreadsheet says. Raises RefusedInput with the place of each fault."""
        try:
            answer: dict[str, Any] = self._pool.call(
                {
                    "data": read_bytes(path),
                    "filename": path.name,
                    "today": self._base.latest_day.isoformat(),
                    "teams": dict(self._base.teams),
                    "catalogue": self._base.catalogue,
                    "performance": PerformanceWrites(self._base).choices,
                }
            )
        except RefusedInput as refused:
            raise RefusedInput(in_file(refused.findings, path), refused.status) from refused
        if "findings" in answer:
            raise RefusedInput(in_file(answer["findings"], path), answer["status"])
        performance: PerformanceContents | None = answer.get("performance")
        return SheetContents(**answer) if performance is None else performance

    def read_all(self, paths: Sequence[Path]) -> Batch:
        """What several spreadsheets say. Raises RefusedInput with the faults of all of them."""
        batch = Batch()
        faults: list[Finding] = []
        for path in paths:
            try:
                sheet = self.read(path)
            except RefusedInput as refused:
                faults += refused.findings
                continue
            if isinstance(sheet, PerformanceContents):
                batch = batch.with_performance(path, sheet)
            else:
                batch = batch.with_sheet(path, sheet, _stored(self._base, sheet.people))
        if faults:
            raise RefusedInput(tuple(faults))
        return batch


def _stored(base: View, people: Iterable[Introduction]) -> dict[str, Introduction]:
    """What is stored about these people."""
    found = {person.id: base.introduction(person.id) for person in people}
    return {id: record for id, record in found.items() if record}


@contextmanager
def sheet_reader(base: View) -> Iterator[SheetReader]:
    """A reader that knows the dimensions, posts, sources and teams of a knowledge base."""
    pool = WorkerPool(
        "kb_service.sheets.worker:start",
        size=1,
        memory_mb=1024,
        deadline=120.0,
        init_args=(str(base.root),),
        wait=60.0,
    )
    with pool:
        yield SheetReader(base, pool)
