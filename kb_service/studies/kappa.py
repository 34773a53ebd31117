"""Kappa: agreement on categories beyond what chance would bring, of two coders or of several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy.stats import norm
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.inter_rater import fleiss_kappa as fleiss_kappa_of_table

from kb_service.studies.results import Interval, Reason, Statistic, known, known_or, unknown

Counts = Sequence[Sequence[int]]


@dataclass(frozen=True)
class CohenKappa:
    """Cohen's κ with its interval, and the test of whether it differs from 0.

    `standard_error` is that of the interval; the test has one of its own, under the hypothesis
    that κ is 0.
    """

    units: int
    observed: Statistic
    expected: Statistic
    kappa: Statistic
    standard_error: Statistic
    interval: Interval
    z: Statistic
    p: Statistic


@dataclass(frozen=True)
class FleissKappa:
    """Fleiss' κ, and the test of whether it differs from 0; `coders` is how many for each unit."""

    units: int
    coders: int
    observed: Statistic
    expected: Statistic
    kappa: Statistic
    standard_error: Statistic
    z: Statistic
    p: Statistic


def cohen_kappa(counts: Counts, confidence: float) -> CohenKappa:
    """κ of two coders who gave each unit one category: rows are the first's, columns the second's.

    κ = (pₒ − pₑ) / (1 − pₑ): Cohen (1960), Educational and Psychological Measurement 20, 37–46;
    standard errors: Fleiss, Cohen and Everitt (1969), Psychological Bulletin 72, 323–327. Raises
    ValueError when the table is not square or a count is negative.
    """
    _refuse_negative(counts)
    if any(len(row) != len(counts) for row in counts):
        raise ValueError("The table of two coders has as many columns as rows.")
    units = sum(map(sum, counts))
    if not units:
        return _no_cohen(units, NO_COMMON_UNIT, confidence)
    by_first = [sum(row) for row in counts]
    by_second = [sum(column) for column in zip(*counts, strict=True)]
    observed = sum(counts[place][place] for place in range(len(counts))) / units
    chance = sum(one * two for one, two in zip(by_first, by_second, strict=True))
    if chance == units * units:
        return _no_cohen(units, ONE_CATEGORY, confidence, known(observed), known(1))
    with np.errstate(divide="ignore", invalid="ignore"):
        found = cohens_kappa(np.asarray(counts, float))
    told = (known(observed), known(chance / units**2), known(found.kappa))
    if units in by_first or units in by_second:
        return _no_cohen(units, _CODER_WITHOUT_VARIATION, confidence, *told)
    # Rounding may leave a variance of nought just below it.
    error = sqrt(max(0.0, found.var_kappa))
    reach = norm.ppf((1 + confidence) / 2) * error
    low, high = max(-1.0, found.kappa - reach), min(1.0, found.kappa + reach)
    interval = Interval(known(low), known(high), confidence)
    z, p = (
        known_or(each, _CODES_NEARLY_ALL_ALIKE) for each in (found.z_value, found.pvalue_two_sided)
    )
    return CohenKappa(units, *told, known(error), interval, z, p)


def fleiss_kappa(counts: Counts) -> FleissKappa:
    """κ of several coders: each row tells how many of them gave the unit each of the categories.

    Fleiss (1971), Psychological Bulletin 76, 378–382; the standard error under κ = 0 is that of
    Fleiss, Nee and Landis (1979), Psychological Bulletin 86, 974–977. The coders may differ from
    unit to unit; their number may not: raises ValueError then, or when a count is negative.
    """
    _refuse_negative(counts)
    coders = sum(counts[0]) if counts else 0
    if any(sum(row) != coders for row in counts):
        raise ValueError("Every unit is coded by the same number of coders.")
    units = len(counts)
    if not units or not coders:
        return _no_fleiss(units, coders, NO_COMMON_UNIT)
    if coders == 1:
        return _no_fleiss(units, coders, TOO_FEW_CODERS)
    every = units * coders
    shares = [sum(column) / every for column in zip(*counts, strict=True)]
    pairs = sum(count * (count - 1) for row in counts for count in row)
    observed = pairs / (units * coders * (coders - 1))
    if 1.0 in shares:
        return _no_fleiss(units, coders, ONE_CATEGORY, known(observed), known(1))
    kappa = float(fleiss_kappa_of_table(counts))
    error = _fleiss_error(shares, units, coders)
    return FleissKappa(
        units,
        coders,
        known(observed),
        known(sum(share * share for share in shares)),
        known(kappa),
        known(error),
        known(kappa / error),
        known(2 * norm.sf(abs(kappa / error))),
    )


def _fleiss_error(shares: Sequence[float], units: int, coders: int) -> float:
    """The standard error of Fleiss' κ were it 0; statsmodels has none."""
    spread = sum(share * (1 - share) for share in shares)
    skew = sum(share * (1 - share) * (1 - 2 * share) for share in shares)
    return sqrt(2 / (units * coders * (coders - 1)) * (spread * spread - skew)) / spread


def _no_cohen(
    units: int,
    why: Reason,
    confidence: float,
    observed: Statistic | None = None,
    expected: Statistic | None = None,
    kappa: Statistic | None = None,
) -> CohenKappa:
    none = unknown(why)
    interval = Interval(none, none, confidence)
    told = (observed or none, expected or none, kappa or none)
    return CohenKappa(units, *told, none, interval, none, none)


def _no_fleiss(
    units: int,
    coders: int,
    why: Reason,
    observed: Statistic | None = None,
    expected: Statistic | None = None,
) -> FleissKappa:
    none = unknown(why)
    return FleissKappa(units, coders, observed or none, expected or none, none, none, none, none)


def _refuse_negative(counts: Counts) -> None:
    if any(count < 0 for row in counts for count in row):
        raise ValueError("A count is not negative.")


NO_COMMON_UNIT = Reason(
    "no-common-unit",
    "没有一个单元由这些编码者各编了恰好一个类别；请让他们编码同一批材料。",
    "There is no unit to which each of these coders gave exactly one category; let them code the "
    "same material.",
)
TOO_FEW_CODERS = Reason(
    "too-few-coders",
    "编过码的编码者不到两位，无从谈一致；至少需要两位。",
    "Fewer than two coders coded anything, and agreement takes at least two.",
)
ONE_CATEGORY = Reason(
    "one-category-only",
    "所有编码都是同一个类别，偶然一致率为 1，κ 的分母为零；可看一致率本身。",
    "All codes are of one category: chance alone brings full agreement and κ divides by zero; look "
    "at the observed agreement.",
)
_CODES_NEARLY_ALL_ALIKE = Reason(
    "codes-nearly-all-alike",
    "几乎所有编码都是同一个类别，检验的分母在计算精度之内为零。",
    "Nearly all codes are of one category, so that the test divides by what is nought but for "
    "rounding.",
)
_CODER_WITHOUT_VARIATION = Reason(
    "coder-without-variation",
    "有一位编码者只用了一个类别，κ 因此必为 0，既不能检验，也没有区间。",
    "One of the coders used a single category, so κ is 0 whatever the other did: there is nothing "
    "to test and no interval.",
)
