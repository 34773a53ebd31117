"""Intraclass correlation: how far judges rate the same targets alike, in six forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.typing import NDArray
from scipy.stats import f

from kb_service.studies.computable import computable_cells
from kb_service.studies.listing import listed
from kb_service.studies.results import Interval, Reason, Statistic, known, known_or, unknown

FORMS = ("ICC(1,1)", "ICC(2,1)", "ICC(3,1)", "ICC(1,k)", "ICC(2,k)", "ICC(3,k)")
"""As Shrout and Fleiss name them: judges differ by target, are a sample of judges, are all there are."""
_NOUGHT = 1e-12
"""A sum of squares below this share of the total is nought but for rounding."""


@dataclass(frozen=True)
class IntraclassCorrelation:
    """One form, with its F test of no agreement and its confidence interval."""

    form: str
    value: Statistic
    f: Statistic
    degrees_of_freedom: tuple[int, int]
    p: Statistic
    interval: Interval


@dataclass(frozen=True)
class IntraclassCorrelations:
    """All six forms, in the order of `FORMS`, of the targets that every judge rated."""

    judges: tuple[str, ...]
    targets: tuple[str, ...]
    forms: tuple[IntraclassCorrelation, ...]
    remarks: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class _MeanSquares:
    """The two-way analysis of variance of n targets and k judges."""

    n: int
    k: int
    between: float
    within: float
    judges: float
    error: float


def intraclass_correlations(
    ratings: Mapping[str, Mapping[str, float]], targets: Sequence[str], confidence: float
) -> IntraclassCorrelations:
    """How far the judges agree, from their ratings by judge and target.

    Shrout and Fleiss (1979), Psychological Bulletin 86, 420–428, with their confidence intervals.
    Targets that a judge did not rate are left out, and judges who rated nothing.
    """
    ratings, unusable = computable_cells(ratings)
    judges = [judge for judge, given in ratings.items() if any(t in given for t in targets)]
    kept = [target for target in targets if all(target in ratings[judge] for judge in judges)]
    remarks = _left_out(
        [judge for judge in ratings if judge not in judges],
        [target for target in targets if target not in kept],
    )
    values = np.array([[ratings[judge][target] for judge in judges] for target in kept])
    degrees = _degrees(len(kept), len(judges))
    if why := _impossible(values, len(kept), len(judges)):
        none = unknown(why)
        forms = tuple(
            IntraclassCorrelation(form, none, none, each, none, Interval(none, none, confidence))
            for form, each in zip(FORMS, degrees, strict=True)
        )
    else:
        squares = _mean_squares(values)
        forms = tuple(
            _form(form, squares, each, confidence)
            for form, each in zip(FORMS, degrees, strict=True)
        )
    return IntraclassCorrelations(tuple(judges), tuple(kept), forms, (*unusable, *remarks))


def _degrees(n: int, k: int) -> tuple[tuple[int, int], ...]:
    """The degrees of freedom of each form's F, nought where there are none."""
    one_way = max(n - 1, 0), max(n * (k - 1), 0)
    two_way = max(n - 1, 0), max((n - 1) * (k - 1), 0)
    return (one_way, two_way, two_way) * 2


def _mean_squares(values: NDArray[np.float64]) -> _MeanSquares:
    n, k = values.shape
    centred = values - values.mean()
    total = float((centred**2).sum())
    between = k * float((centred.mean(axis=1) ** 2).sum())
    judges = n * float((centred.mean(axis=0) ** 2).sum())
    residual = centred - centred.mean(axis=1, keepdims=True) - centred.mean(axis=0)
    error = float((residual**2).sum())
    between, judges, error = (
        each if each > _NOUGHT * total else 0.0 for each in (between, judges, error)
    )
    return _MeanSquares(
        n,
        k,
        between / (n - 1),
        (judges + error) / (n * (k - 1)),
        judges / (k - 1),
        error / ((n - 1) * (k - 1)),
    )


def _form(
    form: str, squares: _MeanSquares, degrees: tuple[int, int], confidence: float
) -> IntraclassCorrelation:
    noise = squares.within if form.startswith("ICC(1") else squares.error
    value = _value(form, squares, noise)
    ratio = known(squares.between / noise) if noise else unknown(_NO_NOISE)
    p = known(f.sf(ratio.value, *degrees)) if ratio.value is not None else ratio
    interval = _interval(form, value, squares, noise, degrees, confidence)
    return IntraclassCorrelation(form, value, ratio, degrees, p, interval)


def _value(form: str, squares: _MeanSquares, noise: float) -> Statistic:
    """(MSB − noise) of what the form takes for all variance, for one judge or for the mean of k."""
    between, k = squares.between, squares.k
    spread = between if form.endswith("k)") else between + (k - 1) * noise
    if form.startswith("ICC(2"):
        by_judges = (squares.judges - squares.error) / squares.n
        spread += by_judges if form.endswith("k)") else k * by_judges
    if spread <= _NOUGHT * max(between, noise, squares.judges):
        return unknown(_TARGETS_ALIKE)
    return known((between - noise) / spread)


def _interval(
    form: str,
    value: Statistic,
    squares: _MeanSquares,
    noise: float,
    degrees: tuple[int, int],
    confidence: float,
) -> Interval:
    """The interval of a form; none where the form has no value, or the approximation misses it."""
    if value.value is None:
        return Interval(value, value, confidence)
    upper_quantile = (1 + confidence) / 2
    if form.startswith("ICC(2"):
        low, high = _two_way_random_bounds(squares, upper_quantile)
    else:
        low, high = _ratio_bounds(squares, noise, degrees, upper_quantile)
    if form.endswith("k)"):
        low, high = (_of_mean(bound, squares.k) for bound in (low, high))
    if low > value.value + _NOUGHT or high < value.value - _NOUGHT:
        missed = unknown(_APPROXIMATION_FAILS)
        return Interval(missed, missed, confidence)
    return Interval(known_or(low, _UNBOUNDED), known_or(high, _UNBOUNDED), confidence)


def _ratio_bounds(
    squares: _MeanSquares, noise: float, degrees: tuple[int, int], upper_quantile: float
) -> tuple[float, float]:
    """(F − 1)/(F + k − 1) of the bounds of F, for one judge; 1 where judges leave no noise."""
    if not noise:
        return 1.0, 1.0
    ratio = squares.between / noise
    low = ratio / f.ppf(upper_quantile, *degrees)
    high = ratio * f.ppf(upper_quantile, *reversed(degrees))
    return (low - 1) / (low + squares.k - 1), (high - 1) / (high + squares.k - 1)


def _two_way_random_bounds(squares: _MeanSquares, upper_quantile: float) -> tuple[float, float]:
    """The bounds of ICC(2,1), by Satterthwaite's degrees of freedom; NaN where they are nought."""
    n, k, between, error = squares.n, squares.k, squares.between, squares.error
    single = _value("ICC(2,1)", squares, error).value
    if single is None:
        return float("nan"), float("nan")
    by_judges = k * single * squares.judges
    by_error = (n * (1 + (k - 1) * single) - k * single) * error
    squared = (n - 1) * by_judges**2 + by_error**2
    if not squared:
        return (1.0, 1.0) if between else (float("nan"), float("nan"))
    freedom = (k - 1) * (n - 1) * (by_judges + by_error) ** 2 / squared
    spread = k * squares.judges + (k * n - k - n) * error
    low = float(f.ppf(upper_quantile, n - 1, freedom))
    high = float(f.ppf(upper_quantile, freedom, n - 1))
    if not (isfinite(low) and isfinite(high)):
        return float("nan"), float("nan")
    return (
        n * (between - low * error) / (low * spread + n * between),
        n * (high * between - error) / (spread + n * high * between),
    )


def _of_mean(single: float, k: int) -> float:
    """The reliability of the mean of k judges from that of one (Spearman and Brown)."""
    share = 1 + (k - 1) * single
    return k * single / share if share > 0 else float("nan")


def _impossible(values: NDArray[np.float64], targets: int, judges: int) -> Reason | None:
    if judges < 2:
        return _ONE_JUDGE
    if targets < 2:
        return _ONE_TARGET
    if values.min() == values.max():
        return _ALL_EQUAL
    return None


def _left_out(judges: Sequence[str], targets: Sequence[str]) -> tuple[Reason, ...]:
    remarks = []
    if judges:
        zh, en = listed(judges)
        remarks.append(
            Reason(
                "raters-without-ratings",
                f"没有给任何对象评分的评分者：{zh}。",
                f"Raters who rated nothing: {en}.",
            )
        )
    if targets:
        zh, en = listed(targets)
        remarks.append(
            Reason(
                "targets-left-out",
                f"有评分者未评、因此未计入的对象：{zh}。",
                f"Left out because not every rater rated them: {en}.",
            )
        )
    return tuple(remarks)


_ONE_JUDGE = Reason(
    "one-rater-only",
    "少于两位评分者，无从谈一致；至少需要两位。",
    "There are fewer than two raters, and agreement takes at least two.",
)
_ONE_TARGET = Reason(
    "one-target-only",
    "每位评分者都评过的对象不足两个，对象之间没有差异可言。",
    "Fewer than two targets were rated by every rater, so targets cannot differ.",
)
_ALL_EQUAL = Reason(
    "ratings-all-equal",
    "所有评分都相同，没有差异可供分解。",
    "All ratings are equal: there is no variance to take apart.",
)
_NO_NOISE = Reason(
    "no-disagreement",
    "评分者之间没有分歧，F 的分母为零。",
    "The raters leave no disagreement for F to divide by.",
)
_TARGETS_ALIKE = Reason(
    "targets-do-not-differ",
    "与评分者之间的分歧相比，对象之间没有差异，分母为零或为负。",
    "Beside the disagreement of the raters the targets do not differ: it would divide by nought or "
    "less.",
)
_APPROXIMATION_FAILS = Reason(
    "interval-approximation-fails",
    "相关为负或接近零，置信区间的近似公式在这里不适用。",
    "With a correlation this near to nought or below, the approximation of the interval fails.",
)
_UNBOUNDED = Reason(
    "interval-without-bound",
    "对象之间的差异太小，置信区间的这一端没有界。",
    "The targets differ too little for the interval to have a bound on this side.",
)
