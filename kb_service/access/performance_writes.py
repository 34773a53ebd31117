"""Figures, rating forms, goals and periods, written for a caller in the ids that they use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from io import BytesIO

from kb_service.access.actors import actor
from kb_service.access.reading_view import ReadingView
from kb_service.access.refusals import require
from kb_service.access.words import noted
from kb_service.findings import Finding, RefusedInput
from kb_service.knowledge_base import UnknownThingError
from kb_service.knowledge_base.checking import Progress
from kb_service.knowledge_base.history import because
from kb_service.knowledge_base.performance.corrections import Corrected, corrections_in
from kb_service.knowledge_base.performance.merging import Author
from kb_service.knowledge_base.performance.periods import PeriodAsked
from kb_service.knowledge_base.performance.recording import PerformanceReport
from kb_service.people_records.performance_facts import CORRECTION_REASON, CorrectionMade
from kb_service.people_records.performance_records import (
    PerformanceChoices,
    PerformanceRecord,
    Period,
    Removal,
)
from kb_service.register import Words
from kb_service.sheets import example_of, write_performance_template


class PerformanceWrites:
    """What a caller may write of people's performance; reasons of corrections go to the register.

    Every method that writes raises NotAllowed to whose role may not.
    """

    def __init__(self, view: ReadingView) -> None:
        self._view = view
        self._base = view.knowledge_base

    @property
    def choices(self) -> PerformanceChoices:
        """What records may name."""
        return self._base.recording.choices

    def check(
        self,
        records: Iterable[PerformanceRecord],
        places: Callable[[str], str] | None = None,
    ) -> tuple[Finding, ...]:
        """What stands against records; nothing is stored. Raises RefusedInput."""
        given, names = list(records), self._view.names
        known = self._by_key(given, names.keys(each.person for each in given))
        try:
            found = self._base.recording.check(known, self._author(), names.places(places))
        except RefusedInput as refused:
            raise names.refusal(refused) from refused
        return tuple(map(names.finding, found))

    def record(
        self,
        records: Iterable[PerformanceRecord],
        *,
        places: Callable[[str], str] | None = None,
        progress: Progress | None = None,
    ) -> PerformanceReport:
        """Store figures, forms and goals; see Recording.record. Raises RefusedInput."""
        require(self._view.caller, "writes_people")
        given, names = list(records), self._view.names
        author = self._author()
        with noted(self._view.register, self._base.store) as note, because(author.name):
            keys = names.keys(each.person for each in given)
            try:
                report = self._base.recording.record(
                    self._by_key(given, keys),
                    author,
                    told=lambda key, made: note(*_in_words(key, made)),
                    places=names.places(places),
                    progress=progress,
                )
            except RefusedInput as refused:
                raise names.refusal(refused) from refused
        self._view.note_people(keys.values())
        return replace(report, notes=tuple(map(names.finding, report.notes)))

    def remove(self, asked: Removal) -> None:
        """Take back figures, a form or a goal; see Recording.remove.

        Raises UnknownThingError when it or the person is not there, and RefusedInput.
        """
        require(self._view.caller, "writes_people")
        key, author = self._view.key_of(asked.person), self._author()
        with noted(self._view.register, self._base.store) as note, because(author.name):
            self._base.recording.remove(
                replace(asked, person=key),
                author,
                lambda key, made: note(*_in_words(key, made)),
            )

    def holds(self, asked: Removal) -> bool:
        """Whether anything is stored of somebody in reach that this would take back."""
        if not self._view.has_person(asked.person):
            return False
        key = self._view.key_of(asked.person)
        return self._base.recording.holds(replace(asked, person=key))

    def corrections(self, person: str) -> list[tuple[Corrected, str | None]]:
        """What was corrected of somebody's performance, each with the reason where it is known.

        Addresses tell who rated whom, so this is for who writes about people. Raises NotAllowed.
        """
        require(self._view.caller, "writes_people")
        key = self._view.key_of(person)
        reasons = {
            words.about: words.text
            for words in self._view.register.words_of(key)
            if words.property == CORRECTION_REASON.value
        }
        found = corrections_in(self._base.facts_about(key), self._base.raters_ever_of(key))
        return [(each, reasons.get(each.node.value)) for each in found]

    def template(self, plan: str, period: str, *, filled: bool = False) -> bytes:
        """The workbook in which figures and ratings are filled in, with an example where asked for.

        Raises UnknownThingError for a plan or a period that is not there.
        """
        choices = self.choices
        for kind, id, known in (("plan", plan, choices.plans), ("period", period, choices.periods)):
            if id not in known:
                raise UnknownThingError(kind, id)
        asked = (choices.plans[plan], choices.periods[period])
        book = BytesIO()
        example = example_of(*asked, choices) if filled else None
        write_performance_template(book, choices, *asked, example)
        return book.getvalue()

    def periods(self) -> Mapping[str, Period]:
        """Every period by its id, the earliest first."""
        return self._base.periods.by_id

    def put_period(self, asked: PeriodAsked, progress: Progress | None = None) -> Period:
        """Make a period, change it, close it or reopen it; see Periods.put. Raises RefusedInput."""
        require(self._view.caller, "writes_people")
        author = self._author()
        with because(author.name):
            return self._base.periods.put(asked, author, progress)

    def _author(self) -> Author:
        return Author(actor(self._view.caller), date.today())

    def _by_key(
        self, records: Iterable[PerformanceRecord], keys: Mapping[str, str]
    ) -> Iterable[PerformanceRecord]:
        return (replace(record, person=keys[record.person]) for record in records)


def _in_words(key: str, made: Sequence[CorrectionMade]) -> list[Words]:
    """Why corrections of somebody's facts were made, as the register has it."""
    return [Words(key, each.node.value, CORRECTION_REASON.value, each.reason) for each in made]
