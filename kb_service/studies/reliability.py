"""Cronbach's α: how far the items of a questionnaire measure one thing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy.stats import f

from kb_service.studies.answers import (
    Answers,
    AnswerTable,
    Array,
    MissingAnswers,
    answer_table,
    covariance_matrix,
)
from kb_service.studies.listing import listed
from kb_service.studies.results import Interval, Reason, Statistic, known, unknown

_NOUGHT = 1e-12
"""A variance below this share of what it is the sum of is nought but for rounding."""


@dataclass(frozen=True)
class ItemReliability:
    """What one item does for the whole: its correlation with the sum of the others, and α without it."""

    item: str
    mean: Statistic
    standard_deviation: Statistic
    item_total: Statistic
    alpha_if_deleted: Statistic


@dataclass(frozen=True)
class Reliability:
    """Cronbach's α of the items that vary, its interval, and what each item does for it.

    `by_item` ends with the items that do not vary. `respondents` is how many count, pairwise the fewest of any pair. `remarks` say what was left out
    and what in the result should make one look again.
    """

    items: tuple[str, ...]
    respondents: int
    missing: MissingAnswers
    alpha: Statistic
    interval: Interval
    by_item: tuple[ItemReliability, ...]
    remarks: tuple[Reason, ...] = ()


def cronbach_alpha(
    answers: Answers, items: Sequence[str], missing: MissingAnswers, confidence: float
) -> Reliability:
    """α = k/(k−1)·(1 − Σσ²ᵢ/σ²) of k items, σ² being the variance of their sum (Cronbach 1951).

    The interval is Feldt's (Feldt, Woodruff and Salih 1987): (1 − α)·F bounds 1 − α, with n−1 and
    (n−1)(k−1) degrees of freedom. With pairwise deletion n is the fewest respondents of any pair,
    so that the interval is rather too wide. Correlations of items are with the sum of the others.
    """
    table = answer_table(answers, items, missing)
    if table.why:
        none = unknown(table.why)
        by_item = tuple(
            ItemReliability(item, *_mean_and_deviation(column), none, none)
            for item, column in zip(table.items, table.values.T, strict=True)
        ) + _constant(table)
        interval = Interval(none, none, confidence)
        return Reliability(
            table.items, table.fewest, missing, none, interval, by_item, table.remarks
        )
    covariances = covariance_matrix(table)
    alpha = _alpha(covariances)
    by_item = _by_item(table, covariances)
    return Reliability(
        table.items,
        table.fewest,
        missing,
        alpha,
        _feldt(alpha, table.fewest, len(table.items), confidence),
        by_item + _constant(table),
        table.remarks + _doubts(alpha, by_item),
    )


def _alpha(covariances: Array) -> Statistic:
    count = len(covariances)
    variances, total = float(np.trace(covariances)), float(covariances.sum())
    if count < 2:
        return unknown(_ONE_LEFT)
    if total <= _NOUGHT * variances:
        return unknown(_NO_TOTAL)
    return known(count / (count - 1) * (1 - variances / total))


def _feldt(alpha: Statistic, respondents: int, items: int, confidence: float) -> Interval:
    if alpha.value is None:
        return Interval(alpha, alpha, confidence)
    degrees = respondents - 1, (respondents - 1) * (items - 1)
    tail = (1 - confidence) / 2
    return Interval(
        known(1 - (1 - alpha.value) * f.isf(tail, *degrees)),
        known(1 - (1 - alpha.value) * f.ppf(tail, *degrees)),
        confidence,
    )


def _by_item(table: AnswerTable, covariances: Array) -> tuple[ItemReliability, ...]:
    found = []
    for place, item in enumerate(table.items):
        others = np.delete(np.arange(len(table.items)), place)
        rest = covariances[np.ix_(others, others)]
        found.append(
            ItemReliability(
                item,
                *_mean_and_deviation(table.values[:, place]),
                _item_total(covariances[place, place], covariances[place, others], rest),
                _alpha(rest),
            )
        )
    return tuple(found)


def _constant(table: AnswerTable) -> tuple[ItemReliability, ...]:
    """What is known of the items that do not count because everybody answered them alike."""
    none = unknown(_CONSTANT)
    deviation = known(0) if len(table.respondents) > 1 else unknown(_ONE_ANSWER)
    return tuple(
        ItemReliability(item, known(answer), deviation, none, none)
        for item, answer in table.constant.items()
    )


def _item_total(variance: float, with_others: Array, rest: Array) -> Statistic:
    """The correlation of an item with the sum of the others, from their covariances."""
    total = float(rest.sum())
    if total <= _NOUGHT * float(np.trace(rest)):
        return unknown(_NO_TOTAL)
    return known(float(with_others.sum()) / sqrt(variance * total))


def _mean_and_deviation(column: Array) -> tuple[Statistic, Statistic]:
    present = column[~np.isnan(column)]
    if present.size < 2:
        return known(present[0]), unknown(_ONE_ANSWER)
    return known(present.mean()), known(present.std(ddof=1))


def _doubts(alpha: Statistic, by_item: Sequence[ItemReliability]) -> tuple[Reason, ...]:
    """What a result that can be computed all the same says about the questionnaire."""
    doubts = []
    if alpha.value is not None and alpha.value < 0:
        doubts.append(_NEGATIVE)
    against = [each.item for each in by_item if (each.item_total.value or 0) < 0]
    if against:
        zh, en = listed(against)
        doubts.append(
            Reason(
                "items-against-the-others",
                f"与其余题目之和负相关的题目：{zh}；如果是反向题，请先反向计分。",
                f"Items that go against the sum of the others: {en}. If they are worded the other "
                "way round, reverse their scores first.",
            )
        )
    return tuple(doubts)


_CONSTANT = Reason(
    "item-without-variance",
    "所有人对这一题的答案相同，因此它不计入 α，也没有相关可言。",
    "Everybody answered this item alike, so it is not counted in α and correlates with nothing.",
)
_ONE_LEFT = Reason(
    "one-item-left",
    "去掉这一题后只剩一题，谈不上内部一致性。",
    "Without this item a single one is left, which has nothing to be consistent with.",
)
_NO_TOTAL = Reason(
    "total-without-variance",
    "各题之和没有差异（题目互相抵消），α 的分母为零或为负；请检查反向题是否已反向计分。",
    "The sum of the items does not vary because they cancel each other out, so α would divide by "
    "nought or less. See whether items worded the other way round have been reversed.",
)
_ONE_ANSWER = Reason(
    "one-answer-only",
    "只有一个答案，没有标准差。",
    "A single answer has no standard deviation.",
)
_NEGATIVE = Reason(
    "alpha-negative",
    "α 为负：题目之间多为负相关，可能有反向题未反向计分，或并不测量同一事物。",
    "α is negative: the items mostly go against each other. Some may not have been reversed, or "
    "they do not measure one thing.",
)
