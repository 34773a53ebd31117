"""Row by row what an import would store, beside what it would take the place of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from kb_service.access.foreseeing import Foreseeing
from kb_service.access.performance_writes import PerformanceWrites
from kb_service.access.view import View
from kb_service.findings import Finding
from kb_service.knowledge_base.foreseeing import Foreseen, Standing
from kb_service.people_records import (
    CONTACT,
    AssessmentRecord,
    Choice,
    Introduction,
    assessment_iri,
    person_iri,
)
from kb_service.people_records.performance_records import (
    FormRecord,
    MeasurementRecord,
    PerformanceChoices,
)
from kb_service.sheets import PerformanceContents, SheetContents
from kb_service.sheets.columns import BY_KEY
from kb_service.sheets.excerpts import cell_place
from kb_service.web.imports import Contents
from kb_service.web.pending_imports import PendingImport
from kb_service.web.performance_pages import measured

Label = Mapping[str, str]
Record = Introduction | AssessmentRecord | MeasurementRecord | FormRecord


@dataclass(frozen=True)
class Said:
    """One value with the name of what it is about, and what it would take the place of."""

    label: Label
    value: Label
    earlier: Label | None = None


@dataclass(frozen=True)
class Item:
    """Something that a row would store: who somebody is, an assessment, figures, a rater's form."""

    kind: str
    title: tuple[Label, ...]
    values: tuple[Said, ...]
    standing: Standing


@dataclass(frozen=True)
class PreviewRow:
    """A row of a sheet: whom it is about, what it would store, and what there is to say of it."""

    sheet: str
    number: int
    person: str
    name: str
    is_new: bool
    items: tuple[Item, ...]
    findings: tuple[Finding, ...] = ()


@dataclass
class _Written:
    """The records that stand in one row."""

    person: str
    records: list[Record] = field(default_factory=list)


def preview_rows(view: View, made: PendingImport, limit: int, offset: int) -> list[PreviewRow]:
    """Some of the rows of a file of people, assessments, figures or ratings, as they stand in it.

    Nothing is compared with what is stored but what these rows say.
    """
    contents = made.contents
    if isinstance(contents, SheetContents):
        rows, words = _rows_of_people(contents), _Words.of_people(view, contents)
    elif isinstance(contents, PerformanceContents):
        rows, words = _rows_of_performance(contents), _Words.of_performance(view)
    else:
        return []
    said_of = _by_row(made.findings)
    describing = _Describing(view, words, made.unknown)
    shown = list(rows.items())[offset : offset + limit]
    return [describing.row(place, row, said_of.get(place, ())) for place, row in shown]


def count_rows(contents: Contents) -> int:
    """How many rows there are to show of a file; none of a study, which is shown table by table."""
    if isinstance(contents, SheetContents):
        return len(_rows_of_people(contents))
    if isinstance(contents, PerformanceContents):
        return len(_rows_of_performance(contents))
    return 0


def _rows_of_people(contents: SheetContents) -> dict[tuple[str, int], _Written]:
    found: dict[tuple[str, int], _Written] = {}
    nowhere = ("", 0)
    for person in contents.people:
        place = contents.places.rows.get(person_iri(person.id).value, nowhere)
        found.setdefault(place, _Written(person.id)).records.append(person)
    for assessment in contents.assessments:
        node = assessment_iri(assessment.person, assessment.id).value
        place = contents.places.rows.get(node, nowhere)
        found.setdefault(place, _Written(assessment.person)).records.append(assessment)
    return _in_order(found, contents.places.rows.values())


def _rows_of_performance(contents: PerformanceContents) -> dict[tuple[str, int], _Written]:
    found: dict[tuple[str, int], _Written] = {}
    records: list[MeasurementRecord | FormRecord] = [*contents.measurements, *contents.forms]
    for record in records:
        place = contents.places.cells[record.iri.value]
        row = found.setdefault((place.sheet, place.row), _Written(record.person))
        row.records.append(record)
    return _in_order(found, found)


def _in_order(
    rows: Mapping[tuple[str, int], _Written], places: Iterable[tuple[str, int]]
) -> dict[tuple[str, int], _Written]:
    """The rows sheet by sheet, in the order in which the sheets were read."""
    sheets = {sheet: number for number, sheet in enumerate(dict.fromkeys(s for s, _ in places))}
    return dict(sorted(rows.items(), key=lambda row: (sheets.get(row[0][0], 0), row[0][1])))


def _by_row(findings: Iterable[Finding]) -> dict[tuple[str, int], tuple[Finding, ...]]:
    found: dict[tuple[str, int], tuple[Finding, ...]] = {}
    for finding in findings:
        if place := cell_place(finding.where):
            row = (place.sheet, place.row)
            found[row] = (*found.get(row, ()), finding)
    return found


@dataclass(frozen=True)
class _Words:
    """What ids in records are called."""

    dimensions: Mapping[str, Mapping[str, Choice]]
    """By framework; those of rating forms under the empty id."""
    sources: Mapping[str, Choice]
    positions: Mapping[str, Choice] = field(default_factory=dict)
    teams: Mapping[str, Choice] = field(default_factory=dict)
    performance: PerformanceChoices = field(default_factory=PerformanceChoices)

    @classmethod
    def of_people(cls, view: View, contents: SheetContents) -> _Words:
        catalogue = view.catalogue
        teams = {**view.teams, **{team.id: team for team in contents.teams}}
        return cls(catalogue.dimensions, catalogue.sources, catalogue.positions, teams)

    @classmethod
    def of_performance(cls, view: View) -> _Words:
        choices = PerformanceWrites(view).choices
        return cls({"": choices.dimensions}, choices.sources, performance=choices)


@dataclass(frozen=True)
class _Describing:
    """Says of rows what they would store."""

    view: View
    words: _Words
    unknown: frozenset[str]

    def row(
        self, place: tuple[str, int], written: _Written, findings: Sequence[Finding]
    ) -> PreviewRow:
        """One row with all that it would store."""
        foreseeing = Foreseeing(self.view)
        person, records = written.person, written.records
        said = [each for each in records if isinstance(each, Introduction)]
        others = [each for each in records if not isinstance(each, Introduction)]
        items = [self._introduced(each, foreseeing) for each in said]
        if others:  # that nothing of the person changes is worth a word only where it is alone
            items = [item for item in items if item.standing is not Standing.SAME]
        figures = [each for each in others if isinstance(each, MeasurementRecord)]
        items += [self._assessed(e, foreseeing) for e in others if isinstance(e, AssessmentRecord)]
        items += self._measured(figures, foreseeing)
        items += [self._rated(each, foreseeing) for each in others if isinstance(each, FormRecord)]
        name = said[0].name if said else self._name_of(person)
        return PreviewRow(
            *place, person, name, person in self.unknown, tuple(items), tuple(findings)
        )

    def _name_of(self, person: str) -> str:
        known = self.view.entry(person) if self.view.has_person(person) else None
        return known.name if known else person

    def _introduced(self, given: Introduction, foreseeing: Foreseeing) -> Item:
        found = foreseeing.person(given)
        values = [
            Said(_column(name), value, self._earlier(name, found.earlier))
            for name, value in self._fields(given)
            if value["zh"] or name in found.earlier
        ]
        return Item("person", (), tuple(values), found.standing)

    def _fields(self, given: Introduction) -> Iterator[tuple[str, Label]]:
        yield "name", _text(given.name)
        yield "team", _named(self.words.teams, given.team)
        yield "post", _named(self.words.positions, given.post)
        yield "candidate-for", self._positions(given.candidate_for)
        for key in CONTACT:
            yield key, _text(given.contact.get(key, ""))

    def _earlier(self, name: str, earlier: Mapping[str, str]) -> Label | None:
        if name not in earlier:
            return None
        value = earlier[name]
        if name == "candidate-for":
            return self._positions(value.split())
        known = {"team": self.words.teams, "post": self.words.positions}.get(name)
        return _text(value) if known is None else _named(known, value)

    def _positions(self, ids: Iterable[str]) -> Label:
        named = [_named(self.words.positions, id) for id in ids]
        return {
            "zh": "、".join(each["zh"] for each in named),
            "en": ", ".join(each["en"] for each in named),
        }

    def _assessed(self, given: AssessmentRecord, foreseeing: Foreseeing) -> Item:
        found = foreseeing.assessment(given)
        dimensions = self.words.dimensions.get(given.framework, {})
        values = [
            Said(_named(dimensions, id), _number(value), _before(found, id))
            for id, value in given.ratings.items()
        ]
        title = (_text(given.assessed_on.isoformat()), _named(self.words.sources, given.source))
        return Item("assessment", title, tuple(values), found.standing)

    def _measured(
        self, given: Sequence[MeasurementRecord], foreseeing: Foreseeing
    ) -> Iterator[Item]:
        """The figures of a row, together where they are about the same period and day."""
        about = dict.fromkeys((each.period, each.measured_on) for each in given)
        kpis = self.words.performance.kpis
        for period, day in about:
            figures = [each for each in given if (each.period, each.measured_on) == (period, day)]
            found = [foreseeing.performance(each) for each in figures]
            values = [
                Said(
                    _named(kpis, each.kpi),
                    _number(each.value, kpis[each.kpi].unit),
                    _before(of, "", kpis[each.kpi].unit),
                )
                for each, of in zip(figures, found, strict=True)
            ]
            title = (_named(self.words.performance.periods, period), _text(day.isoformat()))
            yield Item("figures", title, tuple(values), _together(of.standing for of in found))

    def _rated(self, given: FormRecord, foreseeing: Foreseeing) -> Item:
        found, grades = foreseeing.performance(given), self.words.performance.grades
        dimensions = self.words.dimensions[""]
        values = [
            Said(
                _named(dimensions, id),
                _named(grades, grade),
                _named(grades, found.earlier[id]) if id in found.earlier else None,
            )
            for id, grade in given.grades.items()
        ]
        title = (
            _named(self.words.performance.periods, given.period),
            _text(given.rated_on.isoformat()),
            _named(self.words.sources, given.source),
            _text(given.rater),
        )
        return Item("form", title, tuple(values), found.standing)


def _column(key: str) -> Label:
    column = BY_KEY[key]
    return {"zh": column.zh, "en": column.en}


def _together(standings: Iterable[Standing]) -> Standing:
    """How several things stand that are told as one: by what changes most."""
    found = set(standings)
    return next(each for each in (Standing.CHANGED, Standing.NEW, Standing.SAME) if each in found)


def _before(found: Foreseen, name: str, unit: str = "") -> Label | None:
    return _number(Decimal(found.earlier[name]), unit) if name in found.earlier else None


def _number(value: Decimal, unit: str = "") -> Label:
    return _text(measured(float(value), unit) if unit else f"{value.normalize():f}")


def _named(known: Mapping[str, Choice], id: str | None) -> Label:
    choice = known.get(id or "")
    return {"zh": choice.zh, "en": choice.en} if choice else _text(id or "")


def _text(text: str) -> Label:
    return {"zh": text, "en": text}
