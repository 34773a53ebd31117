"""The figures of an expert meeting: how near each other required levels lie, and who is in favour."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kb_service.studies.levels import agreed_level, approval
from kb_service.study_records.delphi_figures import authority_figures
from kb_service.study_records.figures import Figure
from kb_service.study_records.policy import StudyPolicy
from kb_service.study_records.records import StudyRecord, number_in
from kb_service.study_records.table_names import EXPERTS, ITEMS, LEVELS, STANDARDS, TARGETS


def meeting_figures(record: StudyRecord, policy: StudyPolicy) -> Iterator[Figure]:
    """Every figure of the meeting. Raises PolicyLacks."""
    yield from authority_figures(record, policy)
    yield from _levels(record, policy.grades)
    experts = len(record.codes(EXPERTS))
    for row in record.rows(STANDARDS):
        about = (("item", str(row["item"])), ("grade", str(row["grade"])))
        yield Figure("approval", about, approval(number_in(row, "in_favour"), experts), experts)
    for row in record.rows(TARGETS):
        about_kpi = (("kpi", str(row["kpi"])),)
        yield Figure("approval", about_kpi, approval(number_in(row, "in_favour"), experts), experts)


def _levels(record: StudyRecord, grades: Mapping[str, float]) -> Iterator[Figure]:
    """What the experts ask for in each item, told once anybody asked for anything."""
    votes: dict[str, list[float]] = {}
    for row in record.rows(LEVELS):
        votes.setdefault(str(row["item"]), []).append(grades[str(row["grade"])])
    headings = {row["within"] for row in record.rows(ITEMS) if "within" in row} - votes.keys()
    for item in record.codes(ITEMS) if votes else ():
        if item in headings:
            continue
        found = agreed_level(votes.get(item, ()))
        about = (("item", item),)
        yield Figure("level-median", about, found.median, found.votes)
        yield Figure("level-quartile-range", about, found.quartile_range, found.votes)
