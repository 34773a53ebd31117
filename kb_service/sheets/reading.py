"""From the bytes of a filled template or CSV file to records, or to every fault in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from kb_service.findings import Finding
from kb_service.people_records import (
    CONTACT,
    AssessmentRecord,
    Catalogue,
    Choice,
    Choices,
    Introduction,
    Unreadable,
    assessment_iri,
    person_iri,
)
from kb_service.sheets.cells import (
    EARLIEST,
    CellValue,
    is_empty,
    read_choice,
    read_choices,
    read_contact,
    read_day,
    read_id,
    read_name,
    read_rating,
    shown,
)
from kb_service.sheets.columns import BY_KEY, GUIDE_SHEET, LISTS_SHEET
from kb_service.sheets.contents import SheetContents
from kb_service.sheets.headers import BoundColumn, HeaderReader
from kb_service.sheets.lines import Line
from kb_service.sheets.people import PeopleReader
from kb_service.sheets.places import EnoughFaults, Faults, Place, Places
from kb_service.sheets.tables import Table, open_tables
from kb_service.sheets.teams import TeamReader, teams_listed_in

_ASSESSMENT_KEYS = ("assessment", "date", "source", "expires", "scale")


def read_workbook(
    data: bytes,
    filename: str,
    catalogue: Catalogue,
    today: date,
    teams: Mapping[str, Choice] | None = None,
) -> SheetContents:
    """The people and assessments in a workbook or CSV file.

    `today` is the last day an assessment may have; `teams` are known teams by id. Raises
    RefusedInput with the place of every fault, at most 200; a file with any fault gives nothing.
    """
    faults = Faults()
    with open_tables(data, filename) as tables:
        team_reader = TeamReader(teams or {}, teams_listed_in(tables))
        reader = _Reader(catalogue, today, team_reader, faults)
        try:
            for table in tables:
                if table.name not in (GUIDE_SHEET, LISTS_SHEET):
                    reader.read_table(table)
            reader.check_something_was_read()
        except EnoughFaults:
            pass
    faults.refuse()
    return reader.contents()


@dataclass
class _Reader:
    """Goes through the tables of one file and gathers records and faults."""

    catalogue: Catalogue
    today: date
    teams: TeamReader
    faults: Faults
    assessments: dict[tuple[str, str], AssessmentRecord] = field(default_factory=dict)
    seen: dict[tuple[str, str], Place] = field(default_factory=dict)
    rows: dict[str, tuple[str, int]] = field(default_factory=dict)
    columns: dict[tuple[str, str], tuple[int, str]] = field(default_factory=dict)
    notes: list[Finding] = field(default_factory=list)
    headers: list[Place] = field(default_factory=list)
    lines_read: int = 0

    def __post_init__(self) -> None:
        self.header_reader = HeaderReader(self.catalogue)
        self.people = PeopleReader(self.faults)
        self.positions = Choices.of(self.catalogue.positions)
        self.sources = Choices.of(self.catalogue.sources)

    def read_table(self, table: Table) -> None:
        """Read one sheet; one without a header, or hidden, is passed by with a note."""
        if next(table.rows(), None) is None:
            return
        header = None if table.hidden else self.header_reader.read(table, self.faults)
        if header is None:
            self.notes.append(_passed_by(table))
            return
        self.headers.append(Place(table.name, header.last_row))
        for column in header.columns:
            if column.dimension:
                self.columns[table.name, column.key] = (column.place.column, column.place.zh)
        for row in table.rows():
            if row.number > header.last_row:
                self._read_line(Line(table, row, header, self.faults))

    def _read_line(self, line: Line) -> None:
        if line.says_nothing():
            return
        self.lines_read += 1
        person = line.read("person", read_id)
        if person is None and not line.has("person"):
            self.faults.add(
                line.cell("person").fault(
                    "缺少工号；请填写，例如 p001。",
                    "The person id is missing; give one, such as p001.",
                )
            )
        self._read_person(line, person)
        self._read_assessment(line, person)

    def _read_person(self, line: Line, person: str | None) -> None:
        post, candidate = BY_KEY["post"], BY_KEY["candidate-for"]
        facts = {
            "name": line.read("name", read_name),
            "team": line.read("team", self.teams.read),
            "post": line.read("post", read_choice, self.positions, post.zh, post.en),
            "candidate-for": line.read(
                "candidate-for", read_choices, self.positions, candidate.zh, "Post"
            ),
            **{key: line.read(key, read_contact, key) for key in CONTACT},
        }
        if person is not None:
            self.rows.setdefault(person_iri(person).value, (line.table.name, line.row.number))
            self.people.add(person, {key: (facts[key], line.cell(key)) for key in facts})

    def _read_assessment(self, line: Line, person: str | None) -> None:
        rated = [
            column
            for column in line.header.columns
            if column.dimension and not is_empty(line.value(column))
        ]
        if not rated and not any(line.has(key) for key in _ASSESSMENT_KEYS):
            return
        day = line.read("date", read_day, EARLIEST, self.today)
        self._miss(
            line, "date", "缺少测评日期；请填写，例如 2026-05-04。", "The date", "2026-05-04"
        )
        source = line.read("source", read_choice, self.sources, "来源", "Source")
        zh, en = self._example_source()
        self._miss(line, "source", f"缺少来源；请填写，例如「{zh}」。", "The source", en)
        expires = line.read("expires", read_day, day or EARLIEST, date.max)
        assessment = line.read("assessment", read_id)
        scale = line.read("scale", self._read_scale)
        scale_is_clear = scale is not None or not line.has("scale")
        ratings = dict(self._ratings(line, rated, scale)) if scale_is_clear else {}
        if not rated:
            self._miss_ratings(line)
        framework = line.header.framework
        if person is None or day is None or source is None or framework is None:
            return
        if assessment is None and line.has("assessment"):
            return
        name = assessment or f"{framework}-{day}-{source}"
        self._keep(
            line,
            AssessmentRecord(name, person, day, source, framework, ratings, expires, scale),
            derived=assessment is None,
        )

    def _miss(self, line: Line, key: str, zh: str, what: str, example: str) -> None:
        if not line.has(key):
            en = f"{what} is missing; give one, such as {example}."
            self.faults.add(line.cell(key).fault(zh, en))

    def _example_source(self) -> tuple[str, str]:
        return next(((each.zh, each.en) for each in self.catalogue.sources.values()), ("", ""))

    def _miss_ratings(self, line: Line) -> None:
        self.faults.add(
            line.place.fault(
                "这一行有测评信息却没有评分；请至少填一项评分，或清空日期和来源。",
                "This row has an assessment but no rating; give at least one, "
                "or clear its date and source.",
            )
        )

    def _ratings(
        self, line: Line, rated: list[BoundColumn], scale: str | None
    ) -> Iterator[tuple[str, Decimal]]:
        for column in rated:
            assert column.dimension is not None
            bounds = (column.dimension.minimum, column.dimension.maximum)
            if scale is not None:
                bounds = self.catalogue.scales[scale]
            value = line.value(column)
            try:
                yield column.key, read_rating(value, *bounds)
            except Unreadable as fault:
                place = line.cell(column.key)
                self.faults.add(place.fault(fault.zh, fault.en, shown(value)))

    def _read_scale(self, value: CellValue) -> str:
        text = read_id(value)
        if text in self.catalogue.scales:
            return text
        offered = ", ".join(self.catalogue.scales)
        raise Unreadable(
            f"没有「{text}」这个量表；可选：{offered}。",
            f"There is no scale {text!r}; choose one of: {offered}.",
        )

    def _keep(self, line: Line, record: AssessmentRecord, derived: bool) -> None:
        key = (record.person, record.id)
        if earlier := self.seen.get(key):
            advice_zh = "请在「测评编号」列分别编号" if derived else "请换一个编号"
            advice_en = "give each an assessment id" if derived else "give this one another id"
            self.faults.add(
                line.cell("assessment").fault(
                    f"{record.person} 的测评 {record.id} 在{earlier.in_chinese}已有；{advice_zh}。",
                    f"{record.person} already has the assessment {record.id} at {earlier.in_english}; "
                    f"{advice_en}.",
                    record.id,
                )
            )
            return
        self.seen[key] = line.place
        self.assessments[key] = record
        node = assessment_iri(*key).value
        self.rows[node] = (line.table.name, line.row.number)

    def check_something_was_read(self) -> None:
        """Add a fault when no sheet had a header, or none had a row below it."""
        if not self.headers:
            self.faults.add(
                Place("").fault(
                    "没有找到表头；表头要有「工号」列，最好直接使用模板。",
                    "No header row was found: it needs a column Person id; best use the template.",
                )
            )
        elif not self.lines_read:
            self.faults.add(
                self.headers[0].fault(
                    "表头下面没有数据；请至少填写一行。",
                    "There is nothing below the header; fill in at least one row.",
                )
            )

    def contents(self) -> SheetContents:
        """Everything read, once there is no fault."""
        people: tuple[Introduction, ...] = self.people.records()
        return SheetContents(
            people,
            tuple(self.assessments.values()),
            Places(self.rows, self.columns),
            self.teams.of(people),
            tuple(self.notes),
        )


def _passed_by(table: Table) -> Finding:
    why_zh = "是隐藏的" if table.hidden else "没有「工号」列"
    why_en = "is hidden" if table.hidden else "has no column Person id"
    return Finding(
        "info",
        {
            "zh": f"工作表「{table.name}」没有读取，因为它{why_zh}。",
            "en": f"The sheet {table.name} was not read because it {why_en}.",
        },
        where=f"sheet {table.name}",
    )
