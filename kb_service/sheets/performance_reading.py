"""From sheets of figures and ratings to records, or to every fault in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from kb_service.findings import Finding
from kb_service.people_records import Choices, Unreadable
from kb_service.people_records.performance_records import (
    MeasurementRecord,
    PerformanceChoices,
    form_iri,
    rating_iri,
)
from kb_service.sheets.cells import (
    EARLIEST,
    is_empty,
    read_choice,
    read_day,
    read_id,
    shown,
)
from kb_service.sheets.columns import GUIDE_SHEET, LISTS_SHEET
from kb_service.sheets.headers import BoundColumn, Header
from kb_service.sheets.lines import Line
from kb_service.sheets.performance_cells import read_figure, read_grade, read_rater, read_reason
from kb_service.sheets.performance_columns import DIMENSION, KPI, PASSED_BY
from kb_service.sheets.performance_contents import PerformanceContents, PerformancePlaces
from kb_service.sheets.performance_headers import PerformanceHeaders
from kb_service.sheets.performance_lists import usual_values
from kb_service.sheets.performance_rows import FormRows, RowAbout
from kb_service.sheets.performance_words import (
    MISSING,
    NEITHER,
    NO_FIGURE,
    NO_GRADE,
    NO_HEADER,
    NO_ROWS,
)
from kb_service.sheets.places import EnoughFaults, Faults, Place
from kb_service.sheets.tables import Table


def is_performance(tables: Sequence[Table], choices: PerformanceChoices) -> bool:
    """Whether a file is of figures and ratings, as a column of one of its sheets tells."""
    headers = PerformanceHeaders(choices)
    return any(headers.is_about_performance(table) for table in _sheets(tables))


def read_performance(
    tables: Sequence[Table], choices: PerformanceChoices, today: date
) -> PerformanceContents:
    """The figures and ratings in a file.

    `today` is the last day they may bear. Raises RefusedInput with the place of every fault, at
    most 200; a file with any fault gives nothing.
    """
    faults = Faults()
    reader = _Reader(choices, today, usual_values(tables), faults)
    try:
        for table in _sheets(tables):
            reader.read_table(table)
        reader.check_something_was_read()
    except EnoughFaults:
        pass
    faults.refuse()
    return reader.contents()


def _sheets(tables: Iterable[Table]) -> Iterable[Table]:
    return (table for table in tables if table.name not in (GUIDE_SHEET, LISTS_SHEET))


@dataclass
class _Reader:
    """Goes through the tables of one file and gathers records and faults."""

    choices: PerformanceChoices
    today: date
    usual: Mapping[str, str]
    faults: Faults
    measurements: dict[str, MeasurementRecord] = field(default_factory=dict)
    forms: dict[tuple[str, str, str], FormRows] = field(default_factory=dict)
    cells: dict[str, Place] = field(default_factory=dict)
    seen: dict[str, Place] = field(default_factory=dict)
    columns: dict[tuple[str, str], Place] = field(default_factory=dict)
    notes: list[Finding] = field(default_factory=list)
    headers: list[Place] = field(default_factory=list)
    lines_read: int = 0

    def __post_init__(self) -> None:
        self.header_reader = PerformanceHeaders(self.choices)
        self.periods = Choices.of(self.choices.periods)
        self.plans = Choices.of(self.choices.plans)
        self.sources = Choices.of(self.choices.sources)
        self.kpis = Choices.of(self.choices.kpis)
        self.dimensions: dict[str | None, Choices] = {None: Choices.of(self.choices.dimensions)}
        for plan in self.choices.plans.values():
            named = {id: self.choices.dimensions[id] for id in plan.dimensions}
            self.dimensions[plan.id] = Choices.of(named)
        self.grades = Choices.of(self.choices.grades)

    def read_table(self, table: Table) -> None:
        """Read one sheet; one without a header, or hidden, is passed by with a note."""
        if next(table.rows(), None) is None:
            return
        header = None if table.hidden else self.header_reader.read(table, self.faults)
        if header is None:
            self.notes.append(_passed_by(table))
            return
        place = Place(table.name, header.last_row)
        self.headers.append(place)
        kind = _kind(header)
        if kind is None:
            self.faults.add(place.fault(*NEITHER))
            return
        for column in header.columns:
            if column.key.startswith(DIMENSION):
                self.columns[table.name, column.key.removeprefix(DIMENSION)] = column.place
        for row in table.rows():
            if row.number > header.last_row:
                self._read_line(Line(table, row, header, self.faults), kind)

    def _read_line(self, line: Line, kind: str) -> None:
        if all(is_empty(line.value(c)) for c in line.header.columns if c.key not in PASSED_BY):
            return
        self.lines_read += 1
        if kind == KPI:
            self._read_measurements(line)
        else:
            self._read_ratings(line)

    def _about(self, line: Line) -> RowAbout | None:
        """What the row says of all its values; None when something is missing or wrong."""
        person = line.read("person", read_id)
        day = line.read("date", read_day, EARLIEST, self.today)
        period = line.read("period", read_choice, self.periods, "考核周期", "Period")
        plan = line.read("plan", read_choice, self.plans, "绩效方案", "Plan")
        reason = line.read("reason", read_reason)
        self._miss(line, "person", *MISSING["person"])
        self._miss(line, "date", *MISSING["date"])
        if not line.has("period"):
            period = self.usual.get("period")
            if period is None:
                self._miss(line, "period", *MISSING["period"])
        if not line.has("plan"):
            plan = self.usual.get("plan")
        elif plan is None:
            return None
        if person is None or period is None or day is None:
            return None
        return RowAbout(person, period, plan, day, reason)

    def _miss(self, line: Line, key: str, zh: str, en: str) -> None:
        if not line.has(key):
            self.faults.add(line.cell(key).fault(zh, en))

    # Figures

    def _read_measurements(self, line: Line) -> None:
        about = self._about(line)
        figures = [
            (column.key.removeprefix(KPI), column)
            for column in line.header.columns
            if column.key.startswith(KPI) and not is_empty(line.value(column))
        ]
        value = line.column("value")
        if value is not None and (not is_empty(line.value(value)) or line.has("item")):
            self._miss(line, "item", *MISSING["item"])
            self._miss(line, "value", *MISSING["value"])
            item = line.read("item", read_choice, self.kpis, "绩效指标", "KPI")
            if item is not None and line.has("value"):
                figures.append((item, value))
        elif not figures:
            self.faults.add(line.place.fault(*NO_FIGURE))
        for kpi, column in figures:
            self._read_figure(line, about, kpi, column)

    def _read_figure(
        self, line: Line, about: RowAbout | None, kpi: str, column: BoundColumn
    ) -> None:
        place = line.cell(column.key)
        try:
            figure = read_figure(line.value(column), self.choices.kpis[kpi])
        except Unreadable as fault:
            self.faults.add(place.fault(fault.zh, fault.en, shown(line.value(column))))
            return
        if about is None:
            return
        record = MeasurementRecord(
            about.person, about.period, kpi, figure, about.day, about.plan, about.reason
        )
        if self._is_first(record.iri.value, place):
            self.measurements[record.iri.value] = record

    # Grades

    def _read_ratings(self, line: Line) -> None:
        about = self._about(line)
        source = line.read("source", read_choice, self.sources, "来源", "Source")
        rater = line.read("rater", read_rater)
        self._miss(line, "source", *MISSING["source"])
        self._miss(line, "rater", *MISSING["rater"])
        graded = dict(self._graded(line, about.plan if about else None))
        if about is None or source is None or rater is None:
            return
        form = self._form(line, about, source, rater)
        for dimension, (grade, place) in graded.items():
            iri = rating_iri(form_iri(about.person, about.period, rater), dimension).value
            if self._is_first(iri, place, is_kept="grade" in line.header.by_key):
                form.grades[dimension] = grade

    def _form(self, line: Line, about: RowAbout, source: str, rater: str) -> FormRows:
        """The form of a rater, which this row begins or goes on with."""
        key = (about.person, about.period, rater)
        form = self.forms.get(key)
        if form is None:
            form = self.forms[key] = FormRows(about, source, line.place)
            self.cells[form_iri(*key).value] = line.place
        elif form.source != source:
            self.faults.add(line.cell("source").fault(*_other_source(rater, form)))
        elif form.about.plan != about.plan:
            self.faults.add(line.cell("plan").fault(*_other_plan(form)))
        form.day = max(form.day, about.day)
        form.reasons += [about.reason] if about.reason else []
        return form

    def _graded(self, line: Line, plan: str | None) -> Iterator[tuple[str, tuple[str, Place]]]:
        """The grades of a row by dimension, each with its place."""
        columns = [
            (column.key.removeprefix(DIMENSION), column)
            for column in line.header.columns
            if column.key.startswith(DIMENSION) and not is_empty(line.value(column))
        ]
        grade = line.column("grade")
        if grade is not None and (not is_empty(line.value(grade)) or line.has("item")):
            self._miss(line, "item", *MISSING["item"])
            self._miss(line, "grade", *MISSING["grade"])
            item = line.read("item", read_choice, self.dimensions[plan], "行为指标", "Indicator")
            if item is not None and line.has("grade"):
                columns.append((item, grade))
        elif not columns:
            self.faults.add(line.place.fault(*NO_GRADE))
        for dimension, column in columns:
            place, value = line.cell(column.key), line.value(column)
            try:
                yield dimension, (read_grade(value, self.grades), place)
            except Unreadable as fault:
                self.faults.add(place.fault(fault.zh, fault.en, shown(value)))

    # What is said twice, and what comes of it all

    def _is_first(self, iri: str, place: Place, *, is_kept: bool = True) -> bool:
        """Whether nothing was said before of what has this IRI; adds a fault otherwise.

        Places of grades that have a column are told by the form's, and need not be kept as such.
        """
        known = self.seen.setdefault(iri, place)
        if known is not place:
            self.faults.add(
                place.fault(
                    f"同一内容在{known.in_chinese}已有；请只留一处。",
                    f"The same is said at {known.in_english}; keep one of them.",
                )
            )
            return False
        if is_kept:
            self.cells[iri] = place
        return True

    def check_something_was_read(self) -> None:
        """Add a fault when no sheet had a header, or none had a row below it."""
        if not self.headers:
            self.faults.add(Place("").fault(*NO_HEADER))
        elif not self.lines_read:
            self.faults.add(self.headers[0].fault(*NO_ROWS))

    def contents(self) -> PerformanceContents:
        """Everything read, once there is no fault."""
        return PerformanceContents(
            tuple(self.measurements.values()),
            tuple(form.record(rater) for (_, _, rater), form in self.forms.items()),
            PerformancePlaces(self.cells, self.columns),
            tuple(self.notes),
        )


_OF_GRADES = {"rater", "grade"}


def _kind(header: Header) -> str | None:
    """Whether a sheet is of KPIs or of dimensions; None when it is of both or of neither."""
    keys = header.by_key.keys()
    of_figures = "value" in keys or any(key.startswith(KPI) for key in keys)
    of_grades = bool(keys & _OF_GRADES) or any(key.startswith(DIMENSION) for key in keys)
    if of_figures == of_grades:
        return None
    return KPI if of_figures else DIMENSION


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


def _other_source(rater: str, form: FormRows) -> tuple[str, str]:
    return (
        f"评价人 {rater} 在{form.place.in_chinese}的来源是 {form.source}；同一评价人请写同一来源。",
        f"The rater {rater} has the source {form.source} at {form.place.in_english}; give one rater"
        " one source.",
    )


def _other_plan(form: FormRows) -> tuple[str, str]:
    return (
        f"此人在这一周期的方案与{form.place.in_chinese}不同；请写同一方案。",
        f"The plan is another one than at {form.place.in_english}; give the same in every row.",
    )
