"""Two groups compared: by their values, and by how many of them show something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from math import sqrt
from statistics import fmean, stdev

from scipy.stats import (
    chi2_contingency,
    fisher_exact,
    mannwhitneyu,
    shapiro,
    ttest_ind_from_stats,
)
from scipy.stats.contingency import expected_freq
from statsmodels.stats.meta_analysis import effectsize_smd

from kb_service.studies.computable import computable, left_out
from kb_service.studies.results import Reason, Statistic, known, unknown

_FEWEST_FOR_SHAPIRO_WILK, _MOST_FOR_SHAPIRO_WILK = 3, 5000
_MOST_FOR_EXACT_RANKS = 49
"""Of values in a group, up to which R too gives exact p by ranks."""
_DIGITS = 12
"""What differs beyond so many digits was rounded differently and is the same."""


class Method(Enum):
    """The tests there are; which of them is used follows from the data and the conditions."""

    WELCH = "welch-t"
    MANN_WHITNEY = "mann-whitney-u"
    CHI_SQUARE = "chi-square"
    FISHER = "fisher-exact"


class EffectSize(Enum):
    """The effect sizes there are; each is positive where the first group has more."""

    HEDGES = "hedges-g"
    RANK_BISERIAL = "rank-biserial"
    PHI = "phi"


@dataclass(frozen=True)
class Conditions:
    """When which test is right.

    Values are compared by their means when each group has at least `fewest_for_means` and neither
    departs from a normal distribution (Shapiro and Wilk, p above `normality_significance`), else
    by their ranks. Shares are compared by χ² when no expected count is below `least_expected`
    (5 is usual: Cochran (1954), Biometrics 10, 417–451), else by Fisher's exact test.
    """

    fewest_for_means: int
    normality_significance: float
    least_expected: float


@dataclass(frozen=True)
class Sample:
    """What there is to say about the values of one group."""

    size: int
    mean: Statistic
    standard_deviation: Statistic


@dataclass(frozen=True)
class Comparison:
    """The values of two groups compared; `because` says why by this method.

    `remarks` name what was left out because nothing can be computed with it.
    """

    first: Sample
    second: Sample
    method: Method | None
    because: Reason | None
    statistic: Statistic
    degrees_of_freedom: Statistic
    p: Statistic
    effect_size: EffectSize | None
    effect: Statistic
    remarks: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class ShareComparison:
    """How many of two groups show something, compared.

    `effect` is φ; `odds_ratio` is how many times the odds of the second group the first has.
    """

    first_shown: int
    first_size: int
    second_shown: int
    second_size: int
    method: Method | None
    statistic: Statistic
    degrees_of_freedom: Statistic
    p: Statistic
    effect: Statistic
    odds_ratio: Statistic


def sample(values: Sequence[float]) -> Sample:
    """The size, mean and standard deviation (n−1) of the values that can be computed with."""
    values = [value for value in values if computable(value)]
    return Sample(
        len(values),
        known(fmean(values)) if values else unknown(NO_VALUE),
        known(stdev(values)) if len(values) > 1 else unknown(_ONE_VALUE if values else NO_VALUE),
    )


def compare(first: Sequence[float], second: Sequence[float], conditions: Conditions) -> Comparison:
    """Whether two groups differ in their values, by the test that the conditions ask for, and how far.

    By means: Welch (1947), Biometrika 34, 28–35, with Hedges' g (1981), Journal of Educational
    Statistics 6, 107–128. By ranks: Mann and Whitney (1947), Annals of Mathematical Statistics
    18, 50–60, with the rank-biserial correlation of Wendt (1972), European Journal of Social
    Psychology 2, 463–465, which is Cliff's δ. p by ranks is exact for groups below 50 without ties,
    else that of the normal approximation, corrected for ties and for continuity, as in R.
    """
    remarks = left_out(f"{value:g}" for value in (*first, *second) if not computable(value))
    one, two = ([value for value in group if computable(value)] for group in (first, second))
    if why := _incomparable(_settled(one), _settled(two)):
        none = unknown(why)
        return Comparison(
            sample(one), sample(two), None, None, none, none, none, None, none, remarks
        )
    if because := _why_by_ranks(_settled(one), _settled(two), conditions):
        return replace(_by_ranks(one, two, because), remarks=remarks)
    return replace(_by_means(one, two), remarks=remarks)


def compare_shares(
    first_shown: int, first_size: int, second_shown: int, second_size: int, conditions: Conditions
) -> ShareComparison:
    """Whether as many of one group as of another show something, and how far they differ.

    Pearson's χ² without correction for continuity, or Fisher's exact test of both sides. Raises
    ValueError when more show it than there are.
    """
    if not (0 <= first_shown <= first_size and 0 <= second_shown <= second_size):
        raise ValueError("Of a group at least none and at most all show something.")
    counts = (first_shown, first_size, second_shown, second_size)
    why = _no_shares(*counts)
    if why:
        none = unknown(why)
        return ShareComparison(*counts, None, none, none, none, none, none)
    table = [
        [first_shown, first_size - first_shown],
        [second_shown, second_size - second_shown],
    ]
    (a, b), (c, d) = table
    odds = known(a * d / (b * c)) if b and c else unknown(_EMPTY_CELL)
    # scipy measures association without its direction, which is what is asked for here.
    phi = (a * d - b * c) / sqrt((a + b) * (c + d) * (a + c) * (b + d))
    if expected_freq(table).min() < conditions.least_expected:
        p, none = known(fisher_exact(table).pvalue), unknown(_EXACT)
        return ShareComparison(*counts, Method.FISHER, none, none, p, known(phi), odds)
    found = chi2_contingency(table, correction=False)
    return ShareComparison(
        *counts,
        Method.CHI_SQUARE,
        known(found.statistic),
        known(found.dof),
        known(found.pvalue),
        known(phi),
        odds,
    )


def _incomparable(first: Sequence[float], second: Sequence[float]) -> Reason | None:
    if not first or not second:
        return _EMPTY_GROUP
    if len({*first, *second}) == 1:
        return ALL_EQUAL
    return None


def _no_shares(
    first_shown: int, first_size: int, second_shown: int, second_size: int
) -> Reason | None:
    if not first_size or not second_size:
        return _EMPTY_GROUP
    if first_shown + second_shown in (0, first_size + second_size):
        return ALL_EQUAL
    return None


def _why_by_ranks(
    first: Sequence[float], second: Sequence[float], conditions: Conditions
) -> Reason | None:
    """Why these values are not compared by their means, None where they are."""
    fewest = max(conditions.fewest_for_means, _FEWEST_FOR_SHAPIRO_WILK)
    if min(len(first), len(second)) < fewest:
        return Reason(
            "group-small",
            f"有一组不到 {fewest} 个值，因此按秩比较。",
            f"A group has fewer than {fewest} values, so ranks are compared.",
        )
    if len(set(first)) == 1 or len(set(second)) == 1:
        return Reason(
            "group-without-variation",
            "有一组的值都相同，因此按秩比较。",
            "All values of a group are equal, so ranks are compared.",
        )
    if max(len(first), len(second)) > _MOST_FOR_SHAPIRO_WILK:
        return Reason(
            "group-large",
            f"有一组超过 {_MOST_FOR_SHAPIRO_WILK} 个值，无法检验是否正态，因此按秩比较。",
            f"A group has more than {_MOST_FOR_SHAPIRO_WILK} values, too many to test whether they "
            "are normal, so ranks are compared.",
        )
    limit = conditions.normality_significance
    if min(_shapiro_wilk(first), _shapiro_wilk(second)) <= limit:
        return Reason(
            "not-normal",
            f"有一组偏离正态分布（Shapiro–Wilk 检验 p ≤ {limit:g}），因此按秩比较。",
            "A group departs from a normal distribution (Shapiro–Wilk test, "
            f"p ≤ {limit:g}), so ranks are compared.",
        )
    return None


def _shapiro_wilk(values: Sequence[float]) -> float:
    """p of the values being normal, whatever they are measured in."""
    mean, deviation = fmean(values), stdev(values)
    return float(shapiro([(value - mean) / deviation for value in values]).pvalue)


def _settled(values: Sequence[float]) -> list[float]:
    """The values without the last digits, in which those that should be equal may differ."""
    return [float(f"{value:.{_DIGITS}g}") for value in values]


def _by_means(first: Sequence[float], second: Sequence[float]) -> Comparison:
    one = fmean(first), stdev(first), len(first)
    two = fmean(second), stdev(second), len(second)
    found = ttest_ind_from_stats(*one, *two, equal_var=False)
    effect, _ = effectsize_smd(*one, *two)
    return Comparison(
        sample(first),
        sample(second),
        Method.WELCH,
        _NORMAL,
        known(found.statistic),
        known(_welch_degrees(one[1] ** 2 / one[2], one[2], two[1] ** 2 / two[2], two[2])),
        known(found.pvalue),
        EffectSize.HEDGES,
        known(effect),
    )


def _welch_degrees(first: float, first_size: int, second: float, second_size: int) -> float:
    """Welch's degrees of freedom, from the squared standard errors of both means."""
    return (first + second) ** 2 / (first**2 / (first_size - 1) + second**2 / (second_size - 1))


def _by_ranks(first: Sequence[float], second: Sequence[float], because: Reason) -> Comparison:
    one, two = _settled(first), _settled(second)
    tied = len({*one, *two}) < len(one) + len(two)
    exact = not tied and max(len(one), len(two)) <= _MOST_FOR_EXACT_RANKS
    found = mannwhitneyu(one, two, method="exact" if exact else "asymptotic")
    return Comparison(
        sample(first),
        sample(second),
        Method.MANN_WHITNEY,
        because,
        known(found.statistic),
        unknown(_RANKS),
        known(found.pvalue),
        EffectSize.RANK_BISERIAL,
        known(2 * found.statistic / (len(first) * len(second)) - 1),
    )


NO_VALUE = Reason("no-value", "没有值。", "There is no value.")
_ONE_VALUE = Reason(
    "one-value-only",
    "只有一个值，算不出标准差。",
    "There is one value only, which has no standard deviation.",
)
_EMPTY_GROUP = Reason(
    "group-empty",
    "有一组没有值，无法比较；请补上这一组的数据。",
    "One of the groups has no values, so there is nothing to compare; add what it lacks.",
)
ALL_EQUAL = Reason(
    "values-all-equal",
    "两组所有的值都相同，没有差异可检验。",
    "All values of both groups are equal: there is no difference to test.",
)
_EMPTY_CELL = Reason(
    "cell-empty",
    "第一组全都有，或第二组全都没有，优势比为无穷大；请看 φ。",
    "All of the first group show it, or none of the second, so the odds ratio is infinite; look "
    "at φ.",
)
_EXACT = Reason(
    "exact-test",
    "Fisher 精确检验直接给出 p，没有统计量。",
    "Fisher's exact test gives p itself and has no statistic.",
)
_RANKS = Reason("rank-test", "秩检验没有自由度。", "A test of ranks has no degrees of freedom.")
_NORMAL = Reason(
    "normal",
    "两组人数足够，且都没有偏离正态分布，因此比较均值；方差不必相等。",
    "Both groups are large enough and neither departs from a normal distribution, so means are "
    "compared; variances need not be equal.",
)
