"""What was handed in, with what was found wrong beside its lines or cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from openpyxl.utils import get_column_letter

from kb_service.findings import Finding
from kb_service.sheets.excerpts import CellPlace, Excerpt, cell_place
from kb_service.validation.checked_files import SEVERITIES, line_of
from kb_service.validation.json_lines import json_lines
from kb_service.web.bodies import Document
from kb_service.web.callers import who_shares
from kb_service.web.service import service
from kb_service.web.sheet_imports import SHEET_TYPES, is_sheet
from kb_service.workers import WorkerBusy, WorkerDied, WorkerTimedOut

MOST_LINES = 300
"""A longer text is shown around what was found in it."""
_AROUND = 2
_WIDEST = 400
"""Characters of a line; a document may be a single one."""
MOST_FINDINGS = 200


@dataclass(frozen=True)
class SourceLine:
    """A line of a text and what was found in it; `follows_gap` where lines before it are left out."""

    number: int
    text: str
    findings: tuple[Finding, ...] = ()
    follows_gap: bool = False

    @property
    def severity(self) -> str:
        """The worst of what was found, empty where nothing was."""
        return _worst(self.findings)


@dataclass(frozen=True)
class Cell:
    """A cell as text, with the severity of the worst that was found in it."""

    text: str
    severity: str = ""


@dataclass(frozen=True)
class SheetRow:
    """A row of a sheet and what was found in it."""

    number: int
    cells: tuple[Cell, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def severity(self) -> str:
        """The worst of what was found in the row, empty where nothing was."""
        return _worst(self.findings)


@dataclass(frozen=True)
class MarkedSheet:
    """Part of a sheet; `columns` are their letters, and None where some are left out between."""

    name: str
    columns: tuple[str | None, ...]
    rows: tuple[SheetRow, ...]


@dataclass(frozen=True)
class AnnotatedSource:
    """A text or some sheets with findings in their places, and the findings without a place."""

    lines: tuple[SourceLine, ...] = ()
    sheets: tuple[MarkedSheet, ...] = ()
    elsewhere: tuple[Finding, ...] = ()


def annotated(given: Document, findings: Sequence[Finding]) -> AnnotatedSource:
    """What was handed in as people see it, with at most MOST_FINDINGS findings."""
    told = findings[:MOST_FINDINGS]
    if given.data.startswith(b"PK") or is_sheet(given):
        return _of_sheets(given, told)
    return _of_text(given, told)


# Texts


def _of_text(given: Document, findings: Sequence[Finding]) -> AnnotatedSource:
    text = given.data.decode("utf-8-sig", errors="replace").replace("\r\n", "\n")
    lines = text.split("\n")
    by_line: dict[int, tuple[Finding, ...]] = {}
    elsewhere = []
    for finding, number in zip(findings, _numbers(text, findings), strict=True):
        if 1 <= number <= len(lines):
            by_line[number] = (*by_line.get(number, ()), finding)
        else:
            elsewhere.append(finding)
    return AnnotatedSource(_shown(lines, by_line), elsewhere=tuple(elsewhere))


def _numbers(text: str, findings: Sequence[Finding]) -> list[int]:
    """The line of each finding, 0 where it has none."""
    pointers = {each.where for each in findings if each.where.startswith("/")}
    of_pointers = json_lines(text, pointers) if pointers else {}
    numbers = []
    for finding in findings:
        place = line_of(finding.where)
        numbers.append(place.line if place else of_pointers.get(finding.where, 0))
    return numbers


def _shown(
    lines: Sequence[str], by_line: Mapping[int, tuple[Finding, ...]]
) -> tuple[SourceLine, ...]:
    """All lines of a short text; those near what was found in a long one."""
    wanted = range(1, len(lines) + 1)
    if lines[-1:] == [""]:
        wanted = range(1, len(lines))
    if len(wanted) > MOST_LINES:
        near = {n for line in by_line for n in range(line - _AROUND, line + _AROUND + 1)}
        chosen = [number for number in wanted if number in near]
    else:
        chosen = sorted({*wanted, *by_line})
    found, before = [], 0
    for number in chosen:
        gap = number != before + 1
        found.append(SourceLine(number, _cut(lines[number - 1]), by_line.get(number, ()), gap))
        before = number
    return tuple(found)


def _cut(line: str) -> str:
    return line if len(line) <= _WIDEST else line[:_WIDEST] + "…"


# Sheets


def _of_sheets(given: Document, findings: Sequence[Finding]) -> AnnotatedSource:
    places = [cell_place(finding.where) for finding in findings]
    placed = [(place, each) for place, each in zip(places, findings, strict=True) if place]
    found = _excerpts(given, [place for place, _ in placed]) if placed else ()
    shown = {(each.sheet, row.number) for each in found for row in each.rows}
    elsewhere = [
        each
        for place, each in zip(places, findings, strict=True)
        if place is None or (place.sheet, place.row) not in shown
    ]
    return AnnotatedSource(
        sheets=tuple(_marked(each, placed) for each in found), elsewhere=tuple(elsewhere)
    )


def _excerpts(given: Document, places: Sequence[CellPlace]) -> tuple[Excerpt, ...]:
    """The sheets around these places; nothing where no worker can read them again just now.

    Findings say where they belong as well, so nobody is refused for want of a picture.
    """
    name = given.filename or "sheet" + SHEET_TYPES.get(given.media_type, "")
    request = {"data": given.data, "filename": name, "places": places}
    try:
        answer = service().sheets.call(request, caller=who_shares())
    except (WorkerBusy, WorkerDied, WorkerTimedOut):
        return ()
    found: tuple[Excerpt, ...] = answer.get("excerpts", ())
    return found


def _marked(excerpt: Excerpt, placed: Iterable[tuple[CellPlace, Finding]]) -> MarkedSheet:
    here = [(place, each) for place, each in placed if place.sheet == excerpt.sheet]
    numbers = _with_gaps(excerpt.columns)
    rows = []
    for row in excerpt.rows:
        found = [(place, each) for place, each in here if place.row == row.number]
        texts = dict(zip(excerpt.columns, row.cells, strict=True))
        cells = [
            Cell(texts.get(number, ""), _worst(each for p, each in found if p.column == number))
            if number
            else Cell("")
            for number in numbers
        ]
        rows.append(SheetRow(row.number, tuple(cells), tuple(each for _, each in found)))
    letters = [get_column_letter(number) if number else None for number in numbers]
    return MarkedSheet(excerpt.sheet, tuple(letters), tuple(rows))


def _with_gaps(columns: Sequence[int]) -> list[int]:
    """The numbers of columns, with 0 where some are left out between two."""
    found: list[int] = []
    for number in columns:
        if number != (found[-1] + 1 if found else 1):
            found.append(0)
        found.append(number)
    return found


def _worst(findings: Iterable[Finding]) -> str:
    severities = {finding.severity for finding in findings}
    return next((each for each in SEVERITIES if each in severities), "")
