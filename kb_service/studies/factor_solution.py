"""Factors behind a correlation matrix: extracted, rotated, and put in order."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from scipy.stats import ortho_group
from statsmodels.multivariate.factor import Factor
from statsmodels.multivariate.factor_rotation import rotate_factors
from statsmodels.tools.sm_exceptions import ModelWarning

from kb_service.studies.answers import Array
from kb_service.studies.listing import listed
from kb_service.studies.results import Reason

_ITERATIONS = 2000
_SETTLED = 1e-6
"""Communalities that one more iteration changes by less have been found."""
_ROTATED = 1e-6
"""How steep the criterion of a rotation may still be when it is found."""
_PLACES = 6
"""Decimals to which loadings are found; further ones differ from one machine to the next."""
_STARTS = 5
_POWER = 4
"""To what power promax raises loadings, as Hendrickson and White (1964) found best."""


class Extraction(Enum):
    """How factors are taken from correlations.

    Principal components account for all variance, the others for what the items have in common.
    """

    PRINCIPAL_COMPONENTS = "principal-components"
    PRINCIPAL_AXIS = "principal-axis"
    MAXIMUM_LIKELIHOOD = "maximum-likelihood"


class Rotation(Enum):
    """How factors are turned to be read: not at all, at right angles, or freely (promax)."""

    NONE = "none"
    VARIMAX = "varimax"
    PROMAX = "promax"


@dataclass(frozen=True)
class ItemLoadings:
    """How an item loads on each factor, and what share of its variance they explain together."""

    item: str
    loadings: tuple[float, ...]
    communality: float


@dataclass(frozen=True)
class ExplainedVariance:
    """What one factor explains: as a number of items, as a share of all items, and up to here."""

    sum_of_squares: float
    share: float
    cumulative: float


@dataclass(frozen=True)
class FactorSolution:
    """The factors, those that explain most first, each with the sign that makes its loadings positive.

    Numbers have the six decimals to which iteration finds them, the same on every machine.
    `correlations` are those of the factors. `remarks` tell what makes the solution doubtful.
    """

    items: tuple[ItemLoadings, ...]
    explained: tuple[ExplainedVariance, ...]
    correlations: tuple[tuple[float, ...], ...]
    remarks: tuple[Reason, ...] = ()


def factor_solution(
    correlations: Array,
    items: Sequence[str],
    number: int,
    extraction: Extraction,
    rotation: Rotation,
) -> FactorSolution:
    """So many factors of a correlation matrix that can be inverted.

    Varimax is with Kaiser's normalisation (Kaiser 1958); promax follows it (Hendrickson and White
    1964), and its loadings are the pattern. What a correlated factor explains is the diagonal of ΦΛ'Λ,
    whose sum is that of the communalities.
    """
    unrotated, settled = _extracted(correlations, number, extraction)
    loadings, between = _rotated(unrotated, rotation)
    loadings, between = _in_order(loadings, between)
    communalities = ((loadings @ between) * loadings).sum(axis=1)
    squares = np.diag(between @ loadings.T @ loadings)
    explained = _found(np.stack([squares, squares / len(items), squares.cumsum() / len(items)]))
    remarks = () if settled else (_NOT_SETTLED,)
    return FactorSolution(
        tuple(
            ItemLoadings(item, tuple(row), communality)
            for item, row, communality in zip(
                items, _found(loadings).tolist(), _found(communalities).tolist(), strict=True
            )
        ),
        tuple(ExplainedVariance(*of_factor) for of_factor in explained.T.tolist()),
        tuple(map(tuple, _found(between).tolist())),
        remarks + _improper(items, communalities),
    )


def _found(numbers: Array) -> Array:
    """The decimals that were found, without a minus before a nought."""
    return np.asarray(np.round(numbers, _PLACES) + 0.0, dtype=np.float64)


def _extracted(correlations: Array, number: int, extraction: Extraction) -> tuple[Array, bool]:
    """Unrotated loadings, and whether their iteration came to rest."""
    if extraction is Extraction.MAXIMUM_LIKELIHOOD:
        model = Factor(corr=correlations, n_factor=number, method="ml")
        with warnings.catch_warnings():
            # What it warns of is told in `remarks`.
            warnings.simplefilter("ignore", ModelWarning)
            found = model.fit(rng=0)
        slope = float(np.abs(model.mle_retvals.jac).max())
        return found.loadings_no_rot, slope < _SETTLED
    squared_multiple = extraction is Extraction.PRINCIPAL_AXIS
    model = Factor(corr=correlations, n_factor=number, method="pa", smc=squared_multiple)
    if extraction is Extraction.PRINCIPAL_COMPONENTS:
        return model.fit(maxiter=1).loadings_no_rot, True
    found = model.fit(maxiter=_ITERATIONS)
    return found.loadings_no_rot, _at_rest(correlations, found.communality, number)


def _at_rest(correlations: Array, communalities: Array, number: int) -> bool:
    """Whether one more step of principal axes, which tell nothing of it, leaves communalities alone."""
    reduced = correlations.copy()
    np.fill_diagonal(reduced, communalities)
    values, vectors = np.linalg.eigh(reduced)
    again = (vectors[:, -number:] ** 2 * np.maximum(values[-number:], 0)).sum(axis=1)
    return bool(np.abs(again - communalities).max() < _SETTLED)


def _rotated(unrotated: Array, rotation: Rotation) -> tuple[Array, Array]:
    """Rotated loadings and the correlations of their factors."""
    number = unrotated.shape[1]
    if rotation is Rotation.NONE or number == 1:
        return unrotated, np.eye(number)
    loadings = _varimax(unrotated)
    if rotation is Rotation.VARIMAX:
        return loadings, np.eye(number)
    return _promax(loadings)


def _varimax(unrotated: Array) -> Array:
    """The best of several starts: where two groups of items mirror each other, the first is at rest."""
    lengths = np.sqrt((unrotated**2).sum(axis=1, keepdims=True))
    lengths[lengths == 0] = 1.0
    number = unrotated.shape[1]
    starts = [np.eye(number), *ortho_group.rvs(number, size=_STARTS, random_state=0)]
    # It keeps the logarithm of a slope that may be nought.
    with np.errstate(divide="ignore"):
        turned: list[Array] = [
            rotate_factors(
                unrotated / lengths, "varimax", T=start, max_tries=_ITERATIONS, tol=_ROTATED
            )[0]
            for start in starts
        ]
    best = max(turned, key=lambda loadings: float((loadings**2).var(axis=0).sum()))
    return np.asarray(best * lengths, dtype=np.float64)


def _promax(loadings: Array) -> tuple[Array, Array]:
    """The pattern nearest to the powers of the loadings, for factors with variance 1.

    Statsmodels has a promax, of which it says that it does not give what other programs do.
    """
    target = loadings * np.abs(loadings) ** (_POWER - 1)
    turn = np.linalg.lstsq(loadings, target)[0]
    turn = turn * np.sqrt(np.diag(np.linalg.inv(turn.T @ turn)))
    return loadings @ turn, np.linalg.inv(turn.T @ turn)


def _in_order(loadings: Array, between: Array) -> tuple[Array, Array]:
    order = np.argsort(-np.diag(between @ loadings.T @ loadings), kind="stable")
    signs = np.where(loadings.sum(axis=0) < 0, -1.0, 1.0)
    turned = between * np.outer(signs, signs)
    return (loadings * signs)[:, order], turned[np.ix_(order, order)]


def _improper(items: Sequence[str], communalities: Array) -> tuple[Reason, ...]:
    """That an item is explained to more than it varies: a Heywood case."""
    above = [item for item, each in zip(items, communalities, strict=True) if each > 1 + _SETTLED]
    if not above:
        return ()
    zh, en = listed(above)
    return (
        Reason(
            "communality-above-one",
            f"共同度超过 1 的题目（Heywood 现象）：{zh}；解不可取，请减少因子数或增加答卷。",
            f"Items with a communality above 1 (a Heywood case): {en}. Do not rely on this "
            "solution: take fewer factors or ask more people.",
        ),
    )


_NOT_SETTLED = Reason(
    "factors-not-settled",
    "因子载荷未能收敛；请减少因子数或增加答卷。",
    "The loadings did not come to rest. Take fewer factors or ask more people.",
)
