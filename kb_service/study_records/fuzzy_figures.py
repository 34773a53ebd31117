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
from kb_service.studies.results import Reason, known
from kb_service.study_records.figures import Figure
from kb_service.study_records.policy import StudyPolicy
from kb_service.study_records.records import StudyRecord, number_in
from kb_service.study_records.table_names import ITEMS, MEMBERSHIPS, RATERS, VOTES

_Memberships = Mapping[str, float]


def fuzzy_figures(record: StudyRecord, policy: StudyPolicy) -> Iterator[Figure]:
    """Every figure of the appraisal, on one level or on two."""
    method = Method(Operator(str(record.about["operator"])), bool(record.about["normalised"]))
    weights = {str(row["code"]): number_in(row, "weight") for row in record.rows(ITEMS)}
    parents = {str(r["code"]): str(r["within"]) for r in record.rows(ITEMS) if "within" in r}
    judged = _judged(record)
    raters = len(record.codes(RATERS)) or None
    if not parents:
        one_level = evaluate(weights, judged, policy.grades, method)
        yield from _evaluated((), one_level, raters, method)
        return
    groups = {
        parent: Group(weights[parent], {i: weights[i] for i, p in parents.items() if p == parent})
        for parent in dict.fromkeys(parents.values())
    }
    found = evaluate_two_levels(groups, judged, policy.grades, method)
    for parent, each in found.groups.items():
        yield from _evaluated((("item", parent),), each, raters, method)
    yield from _evaluated((), found.whole, raters, method)


def _judged(record: StudyRecord) -> dict[str, _Memberships | None]:
    """By item, the shares of votes for each grade, or the memberships that were written down."""
    votes: dict[str, Counter[str]] = {code: Counter() for code in record.codes(ITEMS)}
    for row in record.rows(VOTES):
        votes[str(row["item"])][str(row["grade"])] += 1
    written: dict[str, dict[str, float]] = {}
    for row in record.rows(MEMBERSHIPS):
        written.setdefault(str(row["item"]), {})[str(row["grade"])] = number_in(row, "membership")
    return {item: written.get(item) or memberships_of(counted) for item, counted in votes.items()}


def _evaluated(
    about: tuple[tuple[str, str], ...], found: Evaluation, raters: int | None, method: Method
) -> Iterator[Figure]:
    for grade, membership in (found.memberships or {}).items():
        yield Figure("membership", (*about, ("grade", grade)), known(membership), raters)
    yield Figure(
        "fuzzy-score", about, found.score, raters, (_OPERATORS[method.operator], *found.remarks)
    )


_OPERATORS = {
    Operator.WEIGHTED_MEAN: Reason(
        "weighted-mean", "合成算子：加权平均 M(·,+)。", "Operator: the weighted mean M(·,+)."
    ),
    Operator.MAX_MIN: Reason(
        "max-min", "合成算子：取大取小 M(∧,∨)。", "Operator: the maximum of minima M(∧,∨)."
    ),
}
