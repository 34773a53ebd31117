"""Figures, rating forms and goals of people: taken in, corrected, taken back, and concluded anew."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from itertools import islice
from pathlib import Path

from kb_service.findings import Finding, RefusedInput
from kb_service.knowledge_base.checking import Progress, Steps
from kb_service.knowledge_base.judging import Knowledge
from kb_service.knowledge_base.keeping import Keeper
from kb_service.knowledge_base.outcomes import UnknownThingError
from kb_service.knowledge_base.performance.closing import refuse_closed
from kb_service.knowledge_base.performance.faults import nobody_known
from kb_service.knowledge_base.performance.merging import Author, Merging, nodes_of
from kb_service.knowledge_base.performance.reading import facts_of_periods
from kb_service.knowledge_base.performance.stored import StoredPerformance
from kb_service.knowledge_files import read_turtle, shape_files
from kb_service.people_records import person_iri
from kb_service.people_records.performance_facts import (
    APPRAISAL,
    CORRECTION,
    FORM,
    GOAL,
    MEASUREMENT,
    RATING,
    CorrectionMade,
)
from kb_service.people_records.performance_records import (
    RATING_FORM,
    FormRecord,
    GoalRecord,
    MeasurementRecord,
    PerformanceChoices,
    PerformanceRecord,
    Removal,
)
from kb_service.validation.bulk_checks import BulkChecker
from kb_service.validation.bulk_shapes import BulkShape, bulk_shapes

Merged = Callable[[str], Merging]
"""From the id of a person to their facts with what came in merged into them."""

Told = Callable[[str, Sequence[CorrectionMade]], object]
"""Told the corrections of a person's facts before they are stored, so as to keep the reasons."""

MOST_FINDINGS = 200
"""Beyond this many nobody reads on."""
_CHECKED_AT_ONCE = 5
"""People: some questions of the shapes compare every fact with every other one."""
_STORED_AT_ONCE = 100
"""People whose facts are in memory at a time."""
CHECKED = frozenset({APPRAISAL, CORRECTION, FORM, GOAL, MEASUREMENT, RATING})
"""Classes of what is written here."""


@dataclass(frozen=True)
class PerformanceReport:
    """How much was taken in, how many stored values that changed, and what else there is to say."""

    people: int = 0
    measurements: int = 0
    forms: int = 0
    goals: int = 0
    corrections: int = 0
    notes: tuple[Finding, ...] = field(default_factory=tuple)


class Recording:
    """Writes what is known of people's performance, under the keeper's lock."""

    def __init__(self, keeper: Keeper, root: Path) -> None:
        self._keeper = keeper
        self._root = root
        self._shapes: list[BulkShape] | None = None
        self._checker: tuple[Knowledge, BulkChecker] | None = None

    @property
    def choices(self) -> PerformanceChoices:
        """What records may name."""
        return self._keeper.knowledge.performance

    def read_again(self) -> None:
        """Check by the shapes as the files have them now."""
        self._shapes = self._checker = None

    def check(
        self,
        records: Iterable[PerformanceRecord],
        author: Author,
        places: Callable[[str], str] | None = None,
    ) -> tuple[Finding, ...]:
        """What stands against these records; nothing is stored. Raises RefusedInput."""
        by_person = _by_person(records)
        with self._keeper.lock:
            merged = partial(self._merged, by_person, author)
            return self._checked(by_person, merged, places, Steps(None, 0))

    def record(
        self,
        records: Iterable[PerformanceRecord],
        author: Author,
        *,
        told: Told,
        places: Callable[[str], str] | None = None,
        progress: Progress | None = None,
    ) -> PerformanceReport:
        """Store figures, forms and goals, with an appraisal of each period that has none.

        What is said of the same thing already changes only with a reason, and stays in a
        correction. Everything is checked before anything is stored: raises RefusedInput with the
        places that `places` knows, by 409 for a period that is closed.
        """
        by_person = _by_person(records)
        steps = Steps(progress, 2 * len(by_person))
        corrections = 0
        with self._keeper.lock:
            # So a few people are merged once, and many twice rather than held in memory.
            merged = lru_cache(_STORED_AT_ONCE)(partial(self._merged, by_person, author))
            notes = self._checked(by_person, merged, places, steps)
            for group in _groups(by_person, _STORED_AT_ONCE):
                mergings = {person: merged(person) for person in group}
                for person, merging in mergings.items():
                    if merging.corrections:
                        told(person, merging.corrections)
                        corrections += len(merging.corrections)
                self._store(mergings, steps)
        return _report(by_person, corrections, notes)

    def remove(self, asked: Removal, author: Author, told: Told) -> None:
        """Take back figures, a form or a goal; what they said stays in corrections.

        Raises UnknownThingError for what is not there, and RefusedInput 409 for a closed period.
        """
        with self._keeper.lock:
            self._require(asked)
            refuse_closed([asked.period], self.choices)
            merging = Merging(asked.person, self._stored(asked), self.choices, author)
            merging.remove(asked)
            if merging.faults:
                raise RefusedInput(tuple(merging.faults))
            told(asked.person, merging.corrections)
            self._store({asked.person: merging}, Steps(None, 1))

    def holds(self, asked: Removal) -> bool:
        """Whether anything is stored that this would take back."""
        periods, kpis = self.choices.periods, self.choices.kpis
        if asked.period not in periods:
            return False
        if asked.kind != RATING_FORM and asked.about not in kpis:
            return False
        return bool(nodes_of(asked, self._stored(asked), self.choices))

    def stored_in(self, person: str, periods: Iterable[str]) -> StoredPerformance:
        """What is stored of a person's performance in some periods. Raises KeyError."""
        named = [self.choices.periods[period].iri for period in dict.fromkeys(periods)]
        return StoredPerformance(facts_of_periods(self._keeper.store, person, named))

    def _require(self, asked: Removal) -> None:
        if asked.period not in self.choices.periods:
            raise UnknownThingError("period", asked.period)
        if asked.kind != RATING_FORM and asked.about not in self.choices.kpis:
            raise UnknownThingError("kpi", asked.about)

    def _stored(self, asked: Removal) -> StoredPerformance:
        """What is stored about the period of which something is to be taken back."""
        return self.stored_in(asked.person, [asked.period])

    def _merged(
        self, by_person: Mapping[str, Sequence[PerformanceRecord]], author: Author, person: str
    ) -> Merging:
        """The facts about a person with these records merged into them."""
        given = by_person[person]
        stored = self.stored_in(person, (each.period for each in given))
        merging = Merging(person, stored, self.choices, author)
        merging.add(given)
        return merging

    def _store(self, mergings: Mapping[str, Merging], steps: Steps) -> None:
        """Store what has become of people's facts, with all that follows."""
        stored = {person: self._keeper.stored_facts(person) for person in mergings}
        changes = {
            person: merging.change(stored[person].together())
            for person, merging in mergings.items()
        }
        self._keeper.store_people(changes, steps, stored=stored)

    def _checked(
        self,
        by_person: Mapping[str, Sequence[PerformanceRecord]],
        merged: Merged,
        places: Callable[[str], str] | None,
        steps: Steps,
    ) -> tuple[Finding, ...]:
        """What there is to say short of a violation. Raises RefusedInput when there is one."""
        periods = dict.fromkeys(each.period for given in by_person.values() for each in given)
        refuse_closed(periods, self.choices)
        found: list[Finding] = []
        for group in _groups(by_person, _CHECKED_AT_ONCE):
            found += self._findings(group, merged)
            steps.add(len(group))
            if len(found) >= MOST_FINDINGS:
                break
        if places:
            found = [replace(each, where=places(each.focus) or each.where) for each in found]
        if any(each.severity == "violation" for each in found):
            raise RefusedInput(tuple(found[:MOST_FINDINGS]))
        return tuple(found)

    def _findings(
        self, group: Mapping[str, Sequence[PerformanceRecord]], merged: Merged
    ) -> list[Finding]:
        """What stands against the records of some people, by what is stored and by the shapes."""
        found: list[Finding] = []
        new, beside = [], []
        mergings: list[Merging] = []
        for person, given in group.items():
            if not self._keeper.is_known(person):
                found.append(nobody_known(given[0].iri, person))
                continue
            merging = merged(person)
            mergings.append(merging)
            found += merging.faults
            stays, added = merging.change()
            new += added
            about = {person_iri(person)} | merging.stored.about_periods(
                self.choices.periods[each.period].iri for each in given
            )
            beside += [triple for triple in stays if triple.subject in about]
        found += self._bulk_checker().check(new, self._keeper.latest_day, beside)
        return [_in_their_places(each, mergings) for each in found]

    def _bulk_checker(self) -> BulkChecker:
        """The checker beside shared knowledge as it is now."""
        knowledge = self._keeper.knowledge
        if self._checker is None or self._checker[0] is not knowledge:
            if self._shapes is None:
                files = shape_files(self._root)
                self._shapes = bulk_shapes(
                    (t for file in files for t in read_turtle(file)), CHECKED
                )
            checker = BulkChecker(self._shapes, self._keeper.shared_facts())
            self._checker = (knowledge, checker)
        return self._checker[1]


def _in_their_places(found: Finding, mergings: Iterable[Merging]) -> Finding:
    """A finding about a form by what the records call it, where it is one of theirs."""
    for merging in mergings:
        found = replace(found, focus=merging.place_of(found.focus))
    return found


def _by_person(records: Iterable[PerformanceRecord]) -> dict[str, list[PerformanceRecord]]:
    found: dict[str, list[PerformanceRecord]] = {}
    for record in records:
        found.setdefault(record.person, []).append(record)
    return found


def _groups(
    by_person: Mapping[str, Sequence[PerformanceRecord]], size: int
) -> Iterator[dict[str, Sequence[PerformanceRecord]]]:
    rest = iter(by_person.items())
    while group := dict(islice(rest, size)):
        yield group


def _report(
    by_person: Mapping[str, Sequence[PerformanceRecord]],
    corrections: int,
    notes: tuple[Finding, ...],
) -> PerformanceReport:
    kinds = [type(record) for given in by_person.values() for record in given]
    return PerformanceReport(
        people=len(by_person),
        measurements=kinds.count(MeasurementRecord),
        forms=kinds.count(FormRecord),
        goals=kinds.count(GoalRecord),
        corrections=corrections,
        notes=notes,
    )
