"""What an import would change of people, told to a caller before anything is stored."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from kb_service.access.reading_view import ReadingView
from kb_service.access.refusals import require
from kb_service.knowledge_base.foreseeing import (
    Foreseen,
    Standing,
    foreseen_assessment,
    foreseen_figure,
    foreseen_form,
    foreseen_person,
)
from kb_service.people_records import AssessmentRecord, Introduction
from kb_service.people_records.performance_records import FormRecord, MeasurementRecord


class Foreseeing:
    """How records stand to what is stored; raises NotAllowed to who could not store them."""

    def __init__(self, view: ReadingView) -> None:
        require(view.caller, "writes_people")
        self._view = view
        self._base = view.knowledge_base

    def person(self, given: Introduction) -> Foreseen:
        """How what is said of somebody stands to what is known of them."""
        return foreseen_person(given, self._view.introduction(given.id))

    def assessment(self, given: AssessmentRecord) -> Foreseen:
        """How an assessment stands to those that are stored."""
        if not self._view.has_person(given.person):
            return Foreseen(Standing.NEW)
        key = self._view.key_of(given.person)
        facts = self._base.facts_about(key)
        return foreseen_assessment(replace(given, person=key), self._base.catalogue, facts)

    def performance(self, given: MeasurementRecord | FormRecord) -> Foreseen:
        """How a figure or a rater's form stands to what is stored of the period."""
        if not self._view.has_person(given.person):
            return Foreseen(Standing.NEW)
        key, recording = self._view.key_of(given.person), self._base.recording
        stored = recording.stored_in(key, [given.period])
        if isinstance(given, MeasurementRecord):
            return foreseen_figure(given, recording.choices, stored)
        return foreseen_form(given, recording.choices, stored)

    def unknown(self, people: Iterable[str]) -> frozenset[str]:
        """Those among these ids that nobody bears yet."""
        keys = self._view.names.keys(people)
        return frozenset(id for id, key in keys.items() if not self._base.has_person(key))
