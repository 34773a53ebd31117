"""The figures of event interviews: how coders agree, and how excellent and average performers differ."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import fmean

from kb_service.studies.agreement import CoderAgreement, coder_agreement
from kb_service.studies.group_differences import (
    CompetencyDifference,
    Correction,
    Interview,
    Measure,
    group_differences,
)
from kb_service.studies.two_groups import Conditions
from kb_service.study_records.figures import Figure
from kb_service.study_records.policy import StudyPolicy
from kb_service.study_records.records import Row, StudyRecord, number_in
from kb_service.study_records.table_names import CODERS, CODES, EVENTS, ITEMS, PERFORMERS

_EXCELLENT = "excellent"


def bei_figures(record: StudyRecord, policy: StudyPolicy) -> Iterator[Figure]:
    """Every figure of the interviews. Raises PolicyLacks."""
    codings = {
        coder: {event: _seen(record, coder, event) for event in record.codes(EVENTS)}
        for coder in record.codes(CODERS)
    }
    yield from _agreement(coder_agreement(codings, policy.number("study-confidence")))
    interviews = {str(row["code"]): _interview(record, row) for row in record.rows(PERFORMERS)}
    groups = {str(row["code"]): str(row["group"]) for row in record.rows(PERFORMERS)}
    found = group_differences(
        [interviews[code] for code, group in groups.items() if group == _EXCELLENT],
        [interviews[code] for code, group in groups.items() if group != _EXCELLENT],
        record.codes(ITEMS),
        Conditions(
            int(policy.number("study-fewest-for-means")),
            policy.number("study-normality-significance"),
            policy.number("study-least-expected-count"),
        ),
        Correction(policy.way("tests-corrected-by")),
    )
    for each in found.competencies.values():
        yield from _difference(each)
    length = found.length
    yield Figure("length-p", (), length.p, length.first.size + length.second.size, found.remarks)


def _seen(record: StudyRecord, coder: str, event: str) -> list[str]:
    """The competencies that a coder saw in an event, every event having been given to every coder."""
    return [
        str(row["item"])
        for row in record.rows(CODES)
        if row["coder"] == coder and row["event"] == event
    ]


def _interview(record: StudyRecord, performer: Row) -> Interview:
    """What counts as shown in an interview: what more than half of the coders saw in an event.

    Its level is the mean of what those coders gave it.
    """
    events = {row["code"] for row in record.rows(EVENTS) if row["performer"] == performer["code"]}
    seen: dict[tuple[str, str], list[Row]] = {}
    for row in record.rows(CODES):
        if row["event"] in events:
            seen.setdefault((str(row["event"]), str(row["item"])), []).append(row)
    coders = len(_active_coders(record))
    levels: dict[str, list[float | None]] = {}
    for (_, item), rows in seen.items():
        if 2 * len(rows) > coders:
            told = [number_in(row, "level") for row in rows if "level" in row]
            levels.setdefault(item, []).append(fmean(told) if told else None)
    length = performer.get("length")
    return Interview(
        str(performer["code"]), levels, float(str(length)) if length is not None else None
    )


def _active_coders(record: StudyRecord) -> set[str]:
    return {str(row["coder"]) for row in record.rows(CODES)}


def _agreement(found: CoderAgreement) -> Iterator[Figure]:
    codes = sum(found.codes.values())
    yield Figure("category-agreement", (), found.category_agreement, codes, found.remarks)
    yield Figure("coding-reliability", (), found.reliability, codes)
    yield Figure("fleiss-kappa", (), found.kappa.kappa, found.kappa.units)
    for pair in found.pairs:
        about = (("coder", pair.first), ("coder", pair.second))
        yield Figure("category-agreement", about, pair.category_agreement, pair.same_codes)
        yield Figure("cohen-kappa", about, pair.kappa.kappa, pair.kappa.units)
    for category, kappa in found.categories.items():
        yield Figure("fleiss-kappa", (("item", category),), kappa.kappa, kappa.units)


def _difference(found: CompetencyDifference) -> Iterator[Figure]:
    about = (("item", found.competency),)
    frequency = found.frequency
    remarks = (frequency.because,) if frequency.because else ()
    people = frequency.first.size + frequency.second.size
    yield Figure("frequency-excellent", about, frequency.first.mean, frequency.first.size)
    yield Figure("frequency-average", about, frequency.second.mean, frequency.second.size)
    yield Figure("frequency-p", about, found.adjusted[Measure.FREQUENCY], people, remarks)
    yield Figure("frequency-effect", about, frequency.effect, people)
    for group, of in (
        ("level-excellent", found.level.first),
        ("level-average", found.level.second),
    ):
        yield Figure(group, about, of.mean, of.size)
    yield Figure("level-p", about, found.adjusted[Measure.LEVEL], people)
    yield Figure("level-effect", about, found.level.effect, people)
    yield Figure("occurrence-p", about, found.adjusted[Measure.OCCURRENCE], people)
    yield Figure("occurrence-effect", about, found.occurrence.effect, people)
