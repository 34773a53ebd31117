"""The figures of a fuzzy comprehensive evaluation: memberships in grades, and scores."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from kb_service.studies.fuzzy import (
    Evaluation,
    Group,
    Method,
    Operator,
    evaluate,
    evaluate_two_levels,
    memberships_of,
)
from kb_service.studies.results import known
from kb_service.study_records.figures import Figure
from kb_service.study_records.policy import StudyPolicy
from kb_service.study_records.records import StudyRecord, number_in
from kb_service.study_records.table_names import ITEMS, RATERS, VOTES

_Memberships = Mapping[str, float]


def fuzzy_figures(record: StudyRecord, policy: StudyPolicy) -> Iterator[Figure]:
    """Every figure of the appraisal, on one level or on two."""
    method = Method(Operator(str(record.about["operator"])), bool(record.about["normalised"]))
    weights = {str(row["code"]): number_in(row, "weight") for row in record.rows(ITEMS)}
    parents = {str(r["code"]): str(r["within"]) for r in record.rows(ITEMS) if "within" in r}
    judged = _judged(record)
    raters = len(record.codes(RATERS))
    if not parents:
        yield from _evaluated((), evaluate(weights, judged, policy.grades, method), raters)
        return
    groups = {
        parent: Group(weights[parent], {i: weights[i] for i, p in parents.items() if p == parent})
        for parent in dict.fromkeys(parents.values())
    }
    found = evaluate_two_levels(groups, judged, policy.grades, method)
    for parent, each in found.groups.items():
        yield from _evaluated((("item", parent),), each, raters)
    yield from _evaluated((), found.whole, raters)


def _judged(record: StudyRecord) -> dict[str, _Memberships | None]:
    votes: dict[str, Counter[str]] = {code: Counter() for code in record.codes(ITEMS)}
    for row in record.rows(VOTES):
        votes[str(row["item"])][str(row["grade"])] += 1
    return {item: memberships_of(counted) for item, counted in votes.items()}


def _evaluated(
    about: tuple[tuple[str, str], ...], found: Evaluation, raters: int
) -> Iterator[Figure]:
    for grade, membership in (found.memberships or {}).items():
        yield Figure("membership", (*about, ("grade", grade)), known(membership), raters)
    yield Figure("fuzzy-score", about, found.score, raters, found.remarks)
