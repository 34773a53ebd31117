"""The workbook that an HR person fills in, empty or with records already in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from kb_service.people_records import (
    CONTACT,
    AssessmentRecord,
    Catalogue,
    Choice,
    Introduction,
    RatedDimension,
    spelled_out,
)
from kb_service.sheets.cells import bare
from kb_service.sheets.columns import ASSESSMENTS_SHEETS, COLUMNS, Column
from kb_service.sheets.guide import write_guide
from kb_service.sheets.heading import (
    ENGLISH_ROW,
    FIRST_DATA_ROW,
    Target,
    arrange,
    offer,
    save,
    write_bands,
    write_header,
    write_value,
)
from kb_service.sheets.lists import list_ranges, write_lists
from kb_service.sheets.looks import BANDS, CENTRED, OTHER_BAND, Band, font

_PERSON_KEYS = ("person", "name", "team", "post", "candidate-for", *CONTACT)
_TEXT_KEYS = ("person", "name", "team", "assessment", *CONTACT)
_DATE_KEYS = ("date", "expires")


def write_template(
    target: Target,
    catalogue: Catalogue,
    framework: str | None = None,
    teams: Iterable[Choice] = (),
) -> None:
    """The empty template, written to a path or a binary file.

    It has a sheet for each framework, or for the one named. The same catalogue and teams give the
    same bytes. Raises KeyError for a framework that the catalogue does not know.
    """
    frameworks = [framework] if framework else sorted(catalogue.dimensions, key=_frame_order)
    listed = {team.id: team for team in teams}
    sheets = [_Sheet(name, catalogue, listed, ()) for name in frameworks]
    _write(target, catalogue, sheets, listed)


def write_workbook(
    target: Target,
    catalogue: Catalogue,
    people: Sequence[Introduction],
    assessments: Sequence[AssessmentRecord],
    teams: Iterable[Choice] = (),
) -> None:
    """The template with these records in it, so that reading it gives them back.

    A person's first row says who they are, further rows only give the id.
    """
    by_person: dict[str, list[AssessmentRecord]] = {person.id: [] for person in people}
    for assessment in assessments:
        by_person.setdefault(assessment.person, []).append(assessment)
    records = {person.id: person for person in people}
    listed = {team.id: team for team in teams}
    first = sorted(catalogue.dimensions, key=_frame_order)[0]
    lines: dict[str, list[_Line]] = {name: [] for name in catalogue.dimensions}
    for person_id, given in by_person.items():
        person = records.get(person_id)
        if not given:
            lines[first].append(_Line(person_id, person, None))
        for assessment in given:
            lines[assessment.framework].append(_Line(person_id, person, assessment))
            person = None
    sheets = [
        _Sheet(name, catalogue, listed, tuple(lines[name]))
        for name in sorted(catalogue.dimensions, key=_frame_order)
    ]
    _write(target, catalogue, sheets, listed)


def _frame_order(framework: str) -> tuple[int, str]:
    known = list(ASSESSMENTS_SHEETS)
    return (known.index(framework) if framework in known else len(known), framework)


@dataclass(frozen=True)
class _Line:
    """A row to write: who it is about, what it says of them, and an assessment."""

    person_id: str
    person: Introduction | None
    assessment: AssessmentRecord | None


@dataclass(frozen=True)
class _Sheet:
    """One sheet of assessments, before it is written."""

    framework: str
    catalogue: Catalogue
    teams: Mapping[str, Choice]
    lines: tuple[_Line, ...]

    @property
    def title(self) -> str:
        return ASSESSMENTS_SHEETS.get(self.framework, self.framework)[:31]

    @cached_property
    def columns(self) -> list[Column]:
        said = {key for line in self.lines for key, value in _said(line).items() if value}
        return [column for column in COLUMNS if column.usual or column.key in said]

    @cached_property
    def dimensions(self) -> list[RatedDimension]:
        parts = list(BANDS)
        dimensions = self.catalogue.dimensions[self.framework].values()
        return sorted(
            dimensions, key=lambda each: parts.index(each.part) if each.part in parts else 99
        )

    @cached_property
    def keys(self) -> list[str]:
        return [column.key for column in self.columns] + [each.id for each in self.dimensions]

    @cached_property
    def posts(self) -> dict[str, str]:
        return spelled_out(self.catalogue.positions)

    @cached_property
    def sources(self) -> dict[str, str]:
        return spelled_out(self.catalogue.sources)

    @cached_property
    def team_names(self) -> dict[str, str]:
        return spelled_out(self.teams)


def _write(
    target: Target, catalogue: Catalogue, sheets: Sequence[_Sheet], teams: Mapping[str, Choice]
) -> None:
    book = Workbook()
    book.remove(book.active)
    ranges = list_ranges(catalogue, teams.values())
    for sheet in sheets:
        _write_sheet(book.create_sheet(sheet.title), sheet, ranges)
    shown = [each for sheet in sheets for each in sheet.dimensions]
    columns = [column for column in COLUMNS if any(column in sheet.columns for sheet in sheets)]
    write_guide(book, columns, shown, catalogue)
    write_lists(book, catalogue, teams.values())
    save(book, target)


def _write_sheet(page: Any, sheet: _Sheet, ranges: Mapping[str, str]) -> None:
    columns, dimensions = sheet.columns, sheet.dimensions
    for number, column in enumerate(columns, start=1):
        band = BANDS["person" if column.key in _PERSON_KEYS else "assessment"]
        about = f"{column.about_zh}\n{column.about_en}"
        write_header(page, number, (column.key, column.zh, column.en), band, about)
        page.cell(ENGLISH_ROW, number).alignment = CENTRED
        _shape_column(page, number, column.width, column.key)
    for number, dimension in enumerate(dimensions, start=len(columns) + 1):
        band = BANDS.get(dimension.part, OTHER_BAND)
        about = (
            f"{dimension.definition_zh}\n{dimension.definition_en}\n"
            f"{bare(dimension.minimum)}–{bare(dimension.maximum)}"
        ).strip()
        write_header(page, number, (dimension.id, dimension.zh, dimension.en), band, about)
        _shape_column(page, number, 7.2, "rating")
    write_bands(page, _bands(columns, dimensions))
    _add_drop_downs(page, columns, dimensions, ranges)
    for number, line in enumerate(sheet.lines, start=FIRST_DATA_ROW):
        _write_line(page, number, sheet, line)
    arrange(page, len(columns) + len(dimensions), english_height=138)


def _shape_column(page: Any, number: int, width: float, key: str) -> None:
    shape = page.column_dimensions[get_column_letter(number)]
    shape.width = width
    shape.font = font(10)
    shape.alignment = CENTRED if key in ("rating", *_DATE_KEYS) else None
    if key in _TEXT_KEYS:
        shape.number_format = "@"
    elif key in _DATE_KEYS:
        shape.number_format = "yyyy-mm-dd"


def _bands(
    columns: Sequence[Column], dimensions: Sequence[RatedDimension]
) -> list[tuple[Band, int]]:
    """The bands over the columns, each with its width."""
    people = sum(column.key in _PERSON_KEYS for column in columns)
    spans = [(BANDS["person"], people), (BANDS["assessment"], len(columns) - people)]
    for part in dict.fromkeys(dimension.part for dimension in dimensions):
        spans.append((BANDS.get(part, OTHER_BAND), sum(each.part == part for each in dimensions)))
    return spans


def _add_drop_downs(
    page: Any,
    columns: Sequence[Column],
    dimensions: Sequence[RatedDimension],
    ranges: Mapping[str, str],
) -> None:
    for number, column in enumerate(columns, start=1):
        if column.key in ranges:
            offer(page, ranges[column.key], [number])
    for bounds in dict.fromkeys((each.minimum, each.maximum) for each in dimensions):
        low, high = bounds
        if high - low > 20:
            continue
        levels = ",".join(str(level) for level in range(int(low), int(high) + 1))
        numbers = [
            number
            for number, each in enumerate(dimensions, start=len(columns) + 1)
            if (each.minimum, each.maximum) == bounds
        ]
        hint = (
            f"请填 {bare(low)} 到 {bare(high)}，可带一位小数；没有评分就留空。 "
            f"Give {bare(low)} to {bare(high)}, one decimal at most; leave empty when there is none."
        )
        offer(page, f'"{levels}"', numbers, hint)


def _write_line(page: Any, number: int, sheet: _Sheet, line: _Line) -> None:
    values = _values(sheet, line)
    for place, key in enumerate(sheet.keys, start=1):
        if (value := values.get(key)) not in (None, ""):
            write_value(page.cell(number, place), value, is_date=key in _DATE_KEYS)


def _said(line: _Line) -> dict[str, str | None]:
    """What a row says under the columns that are not usual."""
    contact = line.person.contact if line.person else {}
    return {**contact, "scale": line.assessment.scale if line.assessment else None}


def _values(sheet: _Sheet, line: _Line) -> dict[str, Any]:
    person, assessment = line.person, line.assessment
    values: dict[str, Any] = {"person": line.person_id}
    if person:
        values |= {
            **person.contact,
            "name": person.name,
            "team": person.team and sheet.team_names.get(person.team, person.team),
            "post": person.post and sheet.posts[person.post],
            "candidate-for": "; ".join(sheet.posts[each] for each in person.candidate_for),
        }
    if assessment:
        values |= {
            "assessment": assessment.id,
            "date": assessment.assessed_on,
            "source": sheet.sources[assessment.source],
            "expires": assessment.expires_on,
            "scale": assessment.scale,
        }
        values |= assessment.ratings
    return values
