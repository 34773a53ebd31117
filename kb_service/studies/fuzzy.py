"""Fuzzy comprehensive evaluation: how far something belongs to each grade, all indicators told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from math import fsum, isclose

from kb_service.studies.computable import computable
from kb_service.studies.listing import listed
from kb_service.studies.results import Reason, Statistic, known, unknown

Memberships = Mapping[str, float]
"""By grade, how far something belongs to it, from 0 to 1."""


class Operator(Enum):
    """How weights and memberships become one: M(·,+) tells of all indicators, M(∧,∨) of the ruling one."""

    WEIGHTED_MEAN = "weighted-mean"
    MAX_MIN = "max-min"


@dataclass(frozen=True)
class Method:
    """By which operator, and whether what it yields is brought to a sum of 1."""

    operator: Operator
    normalised: bool


@dataclass(frozen=True)
class Evaluation:
    """How far something belongs to each grade, to which it belongs most, and its score.

    `memberships` and `grade` are missing where `score` says why it has no value, and the grade
    also where several are highest, which `remarks` say. They also name indicators whose memberships
    do not sum to 1, which fuzzy sets need not, but shares of votes do.
    """

    memberships: Memberships | None
    grade: str | None
    score: Statistic
    remarks: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Group:
    """A first-level indicator: its weight, and the weights of the indicators in it."""

    weight: float
    weights: Mapping[str, float]


@dataclass(frozen=True)
class TwoLevelEvaluation:
    """The evaluation of each first-level indicator, and of the whole."""

    groups: Mapping[str, Evaluation]
    whole: Evaluation


def memberships_of(votes: Mapping[str, int]) -> Memberships | None:
    """The share of votes for each grade; None where nobody voted.

    Raises ValueError when a number of votes is negative.
    """
    if any(count < 0 for count in votes.values()):
        raise ValueError("A number of votes is not negative.")
    everyone = sum(votes.values())
    if not everyone:
        return None
    return {grade: count / everyone for grade, count in votes.items()}


def evaluate(
    weights: Mapping[str, float],
    judged: Mapping[str, Memberships | None],
    grade_values: Mapping[str, float],
    method: Method,
) -> Evaluation:
    """B = A ∘ R: the indicators' memberships put together by their weights, and the score.

    Zadeh (1965), Information and Control 8, 338–353; 汪培庄 (1983), 模糊集合论及其应用. The score is
    Σ b·v / Σ b over the values v of the grades, so that it is the same normalised or not.
    """
    found = _put_together(weights, judged, grade_values, method)
    if found.memberships is None:
        return found
    rows = {indicator: judged[indicator] or {} for indicator in weights}
    return replace(found, remarks=(*_incomplete_rows(rows), *found.remarks))


def _put_together(
    weights: Mapping[str, float],
    judged: Mapping[str, Memberships | None],
    grade_values: Mapping[str, float],
    method: Method,
) -> Evaluation:
    why = _impossible(weights, judged, grade_values)
    if why:
        return Evaluation(None, None, unknown(why))
    rows = {indicator: judged[indicator] or {} for indicator in weights}
    combined = {
        grade: _combined([(weights[each], rows[each].get(grade, 0.0)) for each in rows], method)
        for grade in grade_values
    }
    total = fsum(combined.values())
    if not total:
        return Evaluation(combined, None, unknown(_NO_MEMBERSHIP))
    shares = {grade: value / total for grade, value in combined.items()}
    score = fsum(shares[grade] * value for grade, value in grade_values.items())
    highest = max(combined.values())
    most = [grade for grade, value in combined.items() if isclose(value, highest)]
    return Evaluation(
        shares if method.normalised else combined,
        most[0] if len(most) == 1 else None,
        known(score),
        (_several_grades(most),) if len(most) > 1 else (),
    )


def evaluate_two_levels(
    groups: Mapping[str, Group],
    judged: Mapping[str, Memberships | None],
    grade_values: Mapping[str, float],
    method: Method,
) -> TwoLevelEvaluation:
    """The first-level indicators evaluated by theirs, and the whole by what came out of that.

    The whole has no value where one of the first-level indicators has none: leaving it out would
    give its weight to the others without anybody's saying so.
    """
    found = {
        name: evaluate(group.weights, judged, grade_values, method)
        for name, group in groups.items()
    }
    lacking = [name for name, each in found.items() if each.score.why]
    if lacking:
        return TwoLevelEvaluation(found, Evaluation(None, None, unknown(_groups_lacking(lacking))))
    # What the operator made of a first-level indicator need not sum to 1, and nobody could help it.
    whole = _put_together(
        {name: group.weight for name, group in groups.items()},
        {name: each.memberships for name, each in found.items()},
        grade_values,
        method,
    )
    return TwoLevelEvaluation(found, whole)


def _combined(pairs: Sequence[tuple[float, float]], method: Method) -> float:
    if method.operator is Operator.MAX_MIN:
        return max(min(weight, membership) for weight, membership in pairs)
    return fsum(weight * membership for weight, membership in pairs)


def _impossible(
    weights: Mapping[str, float],
    judged: Mapping[str, Memberships | None],
    grade_values: Mapping[str, float],
) -> Reason | None:
    if not weights:
        return _NO_INDICATOR
    if not grade_values:
        return _NO_GRADE
    if negative := [each for each, weight in weights.items() if not _is_weight(weight)]:
        return _negative_weights(negative)
    if wrong := [grade for grade, value in grade_values.items() if not computable(value)]:
        return _no_grade_values(wrong)
    total = fsum(weights.values())
    if not isclose(total, 1):
        return _weights_sum(total)
    if lacking := [each for each in weights if not judged.get(each)]:
        return _not_judged(lacking)
    rows = {each: judged[each] or {} for each in weights}
    if strange := [grade for row in rows.values() for grade in row if grade not in grade_values]:
        return _unknown_grades(list(dict.fromkeys(strange)), grade_values)
    if outside := [each for each, row in rows.items() if not _is_membership(row)]:
        return _no_memberships(outside)
    return None


def _is_weight(weight: float) -> bool:
    return weight >= 0 and computable(weight)


def _is_membership(row: Memberships) -> bool:
    return all(0 <= value <= 1 or isclose(value, 1) for value in row.values())


def _incomplete_rows(rows: Mapping[str, Memberships]) -> tuple[Reason, ...]:
    """That the memberships of some indicators do not sum to 1, with what they sum to."""
    sums = {indicator: fsum(row.values()) for indicator, row in rows.items()}
    wrong = [f"{each} ({total:.10g})" for each, total in sums.items() if not isclose(total, 1)]
    if not wrong:
        return ()
    zh, en = listed(wrong)
    return (
        Reason(
            "memberships-do-not-sum-to-one",
            f"各等级隶属度之和不为 1 的指标：{zh}；仍按原值计算，请核对。",
            f"Indicators whose memberships do not sum to 1: {en}. They are used as they stand: "
            "check them.",
        ),
    )


_NO_INDICATOR = Reason(
    "no-indicator", "没有指标，无从评价。", "There is no indicator to evaluate by."
)
_NO_GRADE = Reason(
    "no-grade",
    "没有评语等级及其分值，例如 A 为 5、E 为 1。",
    "There are no grades with their values, such as 5 for A and 1 for E.",
)
_NO_MEMBERSHIP = Reason(
    "no-membership",
    "对每个等级的隶属度都是零，算不出得分；请检查评价矩阵。",
    "It belongs to no grade at all and has no score; check the memberships of its indicators.",
)


def _negative_weights(indicators: Sequence[str]) -> Reason:
    zh, en = listed(indicators)
    return Reason(
        "weights-negative",
        f"权重为负或不是数的指标：{zh}；请改正权重。",
        f"Indicators whose weight is negative or no number: {en}. Correct it.",
    )


def _no_grade_values(grades: Sequence[str]) -> Reason:
    zh, en = listed(grades)
    return Reason(
        "grade-values-not-numbers",
        f"分值不是数的等级：{zh}；请改正分值。",
        f"Grades whose value is no number: {en}. Correct it.",
    )


def _weights_sum(total: float) -> Reason:
    return Reason(
        "weights-do-not-sum-to-one",
        f"权重之和为 {total:.10g}，应为 1；请改正权重。",
        f"The weights sum to {total:.10g} and not to 1; correct them.",
    )


def _not_judged(indicators: Sequence[str]) -> Reason:
    zh, en = listed(indicators)
    return Reason(
        "indicators-not-judged",
        f"没有人评价的指标：{zh}；请补上评价，或去掉这些指标并调整权重。",
        f"Indicators that nobody judged: {en}. Have them judged, or leave them out and adjust the "
        "weights.",
    )


def _unknown_grades(grades: Sequence[str], known_grades: Mapping[str, float]) -> Reason:
    zh, en = listed(grades)
    all_zh, all_en = listed(known_grades)
    return Reason(
        "grades-without-value",
        f"没有分值的等级：{zh}；有分值的是：{all_zh}。",
        f"Grades without a value: {en}. Those with one are {all_en}.",
    )


def _no_memberships(indicators: Sequence[str]) -> Reason:
    zh, en = listed(indicators)
    return Reason(
        "memberships-outside-range",
        f"隶属度不在 0 到 1 之间的指标：{zh}。",
        f"Indicators with a membership that is not from 0 to 1: {en}.",
    )


def _groups_lacking(groups: Sequence[str]) -> Reason:
    zh, en = listed(groups)
    return Reason(
        "groups-not-evaluated",
        f"未能评价的一级指标：{zh}；原因见各项。",
        f"First-level indicators that could not be evaluated: {en}; each says why.",
    )


def _several_grades(grades: Sequence[str]) -> Reason:
    zh, en = listed(grades)
    return Reason(
        "several-grades-highest",
        f"隶属度并列最大的等级：{zh}；请看得分。",
        f"Grades to which it belongs equally most: {en}; look at the score.",
    )
