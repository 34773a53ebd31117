"""Weights by the analytic hierarchy process: from pairwise judgements to priorities and their consistency."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from itertools import combinations
from math import isclose

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eig
from scipy.sparse.csgraph import connected_components

from kb_service.studies.pairwise import PairwiseMatrix
from kb_service.studies.random_indices import RandomIndexTable
from kb_service.studies.results import Reason, Statistic, known, unknown

_Array = NDArray[np.float64]


class PriorityMethod(Enum):
    """How weights come out of a matrix of judgements."""

    EIGENVECTOR = "eigenvector"
    GEOMETRIC_MEAN = "geometric-mean"


@dataclass(frozen=True)
class Weighted:
    """What is compared, and its weight among what it is compared with."""

    item: str
    weight: Statistic


@dataclass(frozen=True)
class Deviation:
    """How far one judgement is from what the weights say: `consistent` is what they would have it be.

    `factor` is a_ij·w_j/w_i, or its reciprocal where that is larger: 1 is consistent, 2 is twice as
    much or half as much as it would be. `by_others` is what all other judgements together say of the
    pair, so that a slip does not speak for itself; None where nothing else connects the two.
    """

    first: str
    second: str
    judgement: float
    consistent: float
    factor: float
    by_others: float | None


@dataclass(frozen=True)
class Priorities:
    """The weights of what was compared, and whether the judgements agree with each other.

    `deviations` are in order, the least consistent judgement first. `remarks` tell what was wrong
    with the judgements and how it was dealt with.
    """

    items: tuple[str, ...]
    method: PriorityMethod
    weights: tuple[Weighted, ...]
    lambda_max: Statistic
    consistency_index: Statistic
    random_index: Statistic
    random_index_table: str
    consistency_ratio: Statistic
    deviations: tuple[Deviation, ...]
    remarks: tuple[Reason, ...] = ()


def priorities(
    matrix: PairwiseMatrix, method: PriorityMethod, random_indices: RandomIndexTable
) -> Priorities:
    """The weights of the items of a matrix, λmax, CI = (λmax − n)/(n − 1) and CR = CI/RI.

    Weights are the principal eigenvector (Saaty 1980), or the geometric means of the rows, which are
    the logarithmic least squares (Crawford and Williams 1985). Pairs that nobody judged are allowed
    as long as the others connect all items: for the eigenvector by Harker (1987), for the geometric
    mean by Bozóki, Fülöp and Rónyai (2010). λmax belongs to the matrix and is the same by either.
    One or two items cannot contradict each other, so their CI and CR are 0.
    """
    values = np.array(matrix.values, dtype=np.float64)
    if why := _not_connected(matrix, values):
        return _without_weights(matrix, method, random_indices, why)
    random_index = random_indices.of_order(len(matrix.items))
    largest, _ = _principal(values)
    vector = _weights(values, method)
    index = _consistency_index(largest, len(matrix.items))
    return Priorities(
        items=matrix.items,
        method=method,
        weights=tuple(
            Weighted(item, known(weight))
            for item, weight in zip(matrix.items, vector.tolist(), strict=True)
        ),
        lambda_max=known(largest),
        consistency_index=index,
        random_index=random_index,
        random_index_table=random_indices.name,
        consistency_ratio=_consistency_ratio(index, random_index, matrix),
        deviations=_deviations(matrix, values, vector, method),
        remarks=matrix.remarks + _missing(matrix),
    )


def _without_weights(
    matrix: PairwiseMatrix, method: PriorityMethod, random_indices: RandomIndexTable, why: Reason
) -> Priorities:
    none = unknown(why)
    return Priorities(
        items=matrix.items,
        method=method,
        weights=tuple(Weighted(item, none) for item in matrix.items),
        lambda_max=none,
        consistency_index=none,
        random_index=random_indices.of_order(len(matrix.items)),
        random_index_table=random_indices.name,
        consistency_ratio=none,
        deviations=(),
        remarks=matrix.remarks + _missing(matrix),
    )


def _weights(values: _Array, method: PriorityMethod) -> _Array:
    if method is PriorityMethod.EIGENVECTOR:
        return _principal(values)[1]
    logarithms = _logarithmic_least_squares(values)
    return _with_sum_one(np.exp(logarithms - logarithms.max()))


def _principal(values: _Array) -> tuple[float, _Array]:
    """The largest eigenvalue and its eigenvector with the sum 1.

    Harker's matrix stands for an incomplete one: 0 where nobody judged, and on the diagonal 1 more
    for each pair of the row that nobody judged. It is the matrix itself when complete. Dividing each
    judgement by what the geometric means say leaves eigenvalues as they are, and the numbers near 1.
    """
    missing = np.isnan(values)
    logarithms = _logarithmic_least_squares(values)
    near_one = np.exp(np.log(values) + logarithms - logarithms[:, np.newaxis])
    filled = np.where(missing, 0.0, near_one) + np.diag(missing.sum(axis=1))
    eigenvalues, eigenvectors = eig(filled)
    principal = int(np.argmax(eigenvalues.real))
    vector = np.abs(eigenvectors[:, principal].real) * np.exp(logarithms - logarithms.max())
    return float(eigenvalues[principal].real), _with_sum_one(vector)


def _logarithmic_least_squares(values: _Array) -> _Array:
    """Logarithms of the weights whose quotients are nearest to the judgements by the squares of logarithms."""
    judged = ~np.isnan(values)
    laplacian = np.diag(judged.sum(axis=1)) - judged.astype(np.float64)
    sums = np.log(np.where(judged, values, 1.0)).sum(axis=1)
    return np.asarray(np.linalg.lstsq(laplacian, sums)[0], dtype=np.float64)


def _with_sum_one(weights: _Array) -> _Array:
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def _consistency_index(largest: float, order: int) -> Statistic:
    """(λmax − n)/(n − 1); what rounding leaves of nought, or below it, is nought."""
    if order <= 2 or isclose(largest, order, rel_tol=1e-12):
        return known(0.0)
    return known((largest - order) / (order - 1))


def _consistency_ratio(
    index: Statistic, random_index: Statistic, matrix: PairwiseMatrix
) -> Statistic:
    if len(matrix.items) <= 2 or index.value is None:
        return index
    if matrix.missing:
        return unknown(_NO_INDEX_FOR_MISSING)
    if random_index.value is None:
        return random_index
    if random_index.value == 0:
        return unknown(_NO_RANDOM_INDEX)
    return known(index.value / random_index.value)


def _deviations(
    matrix: PairwiseMatrix, values: _Array, weights: _Array, method: PriorityMethod
) -> tuple[Deviation, ...]:
    found = []
    for row, column in combinations(range(len(matrix.items)), 2):
        judged = matrix.values[row][column]
        if judged is None or not weights[row] or not weights[column]:
            continue
        consistent = float(weights[row] / weights[column])
        ratio = judged / consistent
        found.append(
            Deviation(
                matrix.items[row],
                matrix.items[column],
                judged,
                consistent,
                max(ratio, 1 / ratio),
                _by_others(values, row, column, method),
            )
        )
    return tuple(sorted(found, key=lambda deviation: -deviation.factor))


def _by_others(values: _Array, row: int, column: int, method: PriorityMethod) -> float | None:
    """The judgement of a pair that follows from all others, if they connect the two."""
    others = values.copy()
    others[row, column] = others[column, row] = np.nan
    judged = ~np.isnan(others)
    # An item compared with all others connects them, and is found sooner.
    if not judged.all(axis=1).any() and connected_components(judged, directed=False)[0] > 1:
        return None
    weights = _weights(others, method)
    return float(weights[row] / weights[column]) if weights[column] else None


def _not_connected(matrix: PairwiseMatrix, values: _Array) -> Reason | None:
    """Why there are no weights: some items are compared with none of the others, even in a chain."""
    count, groups = connected_components(~np.isnan(values), directed=False)
    if count == 1:
        return None
    members = [
        [item for item, group in zip(matrix.items, groups, strict=True) if group == each]
        for each in range(count)
    ]
    zh = "；".join("、".join(names) for names in members)
    en = "; ".join(", ".join(names) for names in members)
    return Reason(
        "comparisons-not-connected",
        f"这几组项目之间没有任何判断，无法比较轻重：{zh}。请至少补一个跨组的判断。",
        f"No judgement connects these groups, so their weights cannot be compared: {en}. Judge at "
        "least one pair across them.",
    )


def _missing(matrix: PairwiseMatrix) -> tuple[Reason, ...]:
    if not matrix.missing:
        return ()
    zh = "、".join(f"“{first}”与“{second}”" for first, second in matrix.missing)
    en = ", ".join(f"{first} with {second}" for first, second in matrix.missing)
    return (
        Reason(
            "judgements-missing",
            f"没有可用判断的有 {len(matrix.missing)} 对：{zh}；只按其余判断计算。",
            f"Pairs without a judgement that can be used: {en}. Only the others count.",
        ),
    )


_NO_INDEX_FOR_MISSING = Reason(
    "no-random-index-for-missing-judgements",
    "缺少判断时，随机一致性指标表不适用，因此只给出一致性指标 CI。",
    "The random index table is for complete judgements; with some missing there is only CI.",
)
_NO_RANDOM_INDEX = Reason(
    "random-index-nought",
    "所用的随机一致性指标表对这个阶数给出 0，无法相除；请换一张表。",
    "The random index table says 0 for this order, which cannot be divided by; name another.",
)
