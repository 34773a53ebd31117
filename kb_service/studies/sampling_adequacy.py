"""Whether items correlate enough, and in the right way, to look for factors behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.stats import chi2

from kb_service.studies.answers import Array
from kb_service.studies.listing import listed
from kb_service.studies.results import Reason, Statistic, known, unknown

_NOUGHT = 1e-10
"""An eigenvalue, or what is missing to a correlation of 1, below this is nought but for rounding."""


@dataclass(frozen=True)
class ItemAdequacy:
    """The measure of sampling adequacy of one item (MSA)."""

    item: str
    adequacy: Statistic


@dataclass(frozen=True)
class SamplingAdequacy:
    """The Kaiser-Meyer-Olkin measure, overall and by item, and Bartlett's test of sphericity."""

    kmo: Statistic
    by_item: tuple[ItemAdequacy, ...]
    determinant: Statistic
    chi_square: Statistic
    degrees_of_freedom: int
    p: Statistic


def sampling_adequacy(
    correlations: Array, items: Sequence[str], respondents: int
) -> SamplingAdequacy:
    """KMO and Bartlett's test of a correlation matrix that so many respondents gave.

    KMO = Σr²/(Σr² + Σa²) over all pairs, or those of an item, a being the correlation of two items
    given all others (Kaiser and Rice 1974). χ² = −(n − 1 − (2p + 5)/6)·ln|R| with p(p − 1)/2 degrees
    of freedom (Bartlett 1950). With a singular matrix only the determinant is known, and that it is 0.
    """
    degrees = len(items) * (len(items) - 1) // 2
    if why := unusable(correlations, items, respondents):
        none = unknown(why)
        by_item = tuple(ItemAdequacy(item, none) for item in items)
        determinant = known(0) if why.name == _SINGULAR else none
        return SamplingAdequacy(none, by_item, determinant, none, degrees, none)
    sign_and_logarithm = np.linalg.slogdet(correlations)
    chi_square = _bartlett(float(sign_and_logarithm[1]), respondents, len(items))
    p = known(chi2.sf(chi_square.value, degrees)) if chi_square.value is not None else chi_square
    overall, by_place = _kaiser_meyer_olkin(correlations)
    return SamplingAdequacy(
        overall,
        tuple(map(ItemAdequacy, items, by_place)),
        known(np.exp(sign_and_logarithm[1])),
        chi_square,
        degrees,
        p,
    )


def unusable(correlations: Array, items: Sequence[str], respondents: int) -> Reason | None:
    """Why a correlation matrix cannot be inverted, naming the items that are to blame if they are known."""
    for row, column in combinations(range(len(items)), 2):
        if np.isnan(correlations[row, column]):
            return _unknown_correlation(items[row], items[column])
    twins = [
        f"{items[row]} – {items[column]}"
        for row, column in combinations(range(len(items)), 2)
        if 1 - abs(correlations[row, column]) < _NOUGHT
    ]
    lowest = float(np.linalg.eigvalsh(correlations)[0])
    if lowest < -_NOUGHT:
        return _INDEFINITE
    if not twins and lowest > _NOUGHT:
        return None
    if twins:
        pairs_zh, pairs_en = listed(twins)
        zh, en = f"完全相关：{pairs_zh}", f"perfectly correlated: {pairs_en}"
    elif respondents <= len(items):
        zh = f"{respondents} 份答卷不多于 {len(items)} 道题"
        en = f"{respondents} respondents are not more than {len(items)} items"
    else:
        zh, en = "有的题目是其他题目之和", "some items are sums of others"
    return Reason(
        _SINGULAR,
        f"相关矩阵奇异，无法求逆（{zh}）；请去掉重复的题目或增加答卷。",
        f"The correlation matrix is singular and has no inverse ({en}). Leave out items that repeat "
        "others, or ask more people.",
    )


def _bartlett(logarithm: float, respondents: int, items: int) -> Statistic:
    factor = respondents - 1 - (2 * items + 5) / 6
    return known(max(0.0, -factor * logarithm)) if factor > 0 else unknown(_TOO_FEW)


def _kaiser_meyer_olkin(correlations: Array) -> tuple[Statistic, list[Statistic]]:
    inverse = np.linalg.inv(correlations)
    scale = np.sqrt(np.diag(inverse))
    partial = -inverse / np.outer(scale, scale)
    np.fill_diagonal(partial, 0.0)
    squared, unexplained = correlations**2, partial**2
    np.fill_diagonal(squared, 0.0)
    return _share(float(squared.sum()), float(unexplained.sum())), [
        _share(float(own), float(rest))
        for own, rest in zip(squared.sum(axis=0), unexplained.sum(axis=0), strict=True)
    ]


def _share(squared: float, unexplained: float) -> Statistic:
    whole = squared + unexplained
    return known(squared / whole) if whole > 0 else unknown(_UNCORRELATED)


_SINGULAR = "correlations-singular"
_INDEFINITE = Reason(
    "correlations-contradict",
    "成对删除得出的相关系数互相矛盾（矩阵非正定）；请改用成列删除，或补齐答案。",
    "The correlations by pairs contradict each other (the matrix is not positive definite). Leave "
    "out whole respondents instead (listwise), or complete the answers.",
)
_TOO_FEW = Reason(
    "too-few-respondents-for-bartlett",
    "答卷相对题目太少，巴特利特球形检验的系数不为正；请增加答卷。",
    "There are too few respondents for so many items: Bartlett's factor is not above nought.",
)
_UNCORRELATED = Reason(
    "items-uncorrelated",
    "题目之间毫无相关，KMO 的分母为零。",
    "The items do not correlate at all, and KMO would divide by nought.",
)


def _unknown_correlation(first: str, second: str) -> Reason:
    return Reason(
        "correlation-unknown",
        f"同时回答“{first}”和“{second}”的人对其中一题的答案都相同，相关系数无从计算。",
        f"Those who answered both {first} and {second} all gave one of them the same answer, so "
        "their correlation is not known.",
    )
