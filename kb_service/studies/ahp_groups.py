"""What a group of judges weighs together: by their judgements (AIJ) or by their priorities (AIP)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import exp, fsum, isfinite, log

from kb_service.findings import Finding, RefusedInput, violation
from kb_service.studies.ahp import Priorities, PriorityMethod, Weighted, priorities
from kb_service.studies.listing import listed
from kb_service.studies.pairwise import PairwiseMatrix, named_pairs
from kb_service.studies.random_indices import RandomIndexTable
from kb_service.studies.results import Reason, Statistic, known, unknown


@dataclass(frozen=True)
class GroupPriorities:
    """Each judge's own priorities, and the group's by the geometric mean of either kind.

    `by_judgements` (AIJ) has the consistency of the group's common matrix; `by_priorities` (AIP) has
    no matrix and therefore none. `remarks` say whose priorities are not among the latter.
    """

    individual: Mapping[str, Priorities]
    by_judgements: Priorities
    by_priorities: tuple[Weighted, ...]
    remarks: tuple[Reason, ...] = ()


def group_priorities(
    matrices: Mapping[str, PairwiseMatrix],
    method: PriorityMethod,
    random_indices: RandomIndexTable,
    importance: Mapping[str, float] | None = None,
) -> GroupPriorities:
    """The priorities of judges, by name, and those of the group (Forman and Peniwati 1998).

    `importance` says how heavily each judge counts, such as by authority; equally where it is left
    out. Raises RefusedInput when judges compared different items or one of them has no importance.
    """
    _check(matrices, importance)
    shares = dict(importance) if importance else dict.fromkeys(matrices, 1.0)
    individual = {
        judge: priorities(matrix, method, random_indices) for judge, matrix in matrices.items()
    }
    by_priorities, remarks = _mean_priorities(individual, shares)
    return GroupPriorities(
        individual,
        priorities(common_matrix(matrices, shares), method, random_indices),
        by_priorities,
        remarks,
    )


def common_matrix(
    matrices: Mapping[str, PairwiseMatrix], shares: Mapping[str, float]
) -> PairwiseMatrix:
    """The weighted geometric mean of each judgement, over those who judged the pair.

    It is the only mean that keeps a matrix reciprocal (Aczél and Saaty 1983).
    """
    items = next(iter(matrices.values())).items
    means = {
        (first, second): _geometric_mean(
            [
                (judged, shares[judge])
                for judge, matrix in matrices.items()
                if (judged := _judgement(matrix, first, second)) is not None
            ]
        )
        for first, second in combinations(items, 2)
    }
    return named_pairs(items, means)


def _judgement(matrix: PairwiseMatrix, first: str, second: str) -> float | None:
    return matrix.values[matrix.items.index(first)][matrix.items.index(second)]


def _geometric_mean(judged: Sequence[tuple[float, float]]) -> float | None:
    """The geometric mean of values with their shares; None where there are none."""
    total = fsum(share for _, share in judged)
    if not total:
        return None
    return exp(fsum(share * log(value) for value, share in judged) / total)


def _mean_priorities(
    individual: Mapping[str, Priorities], shares: Mapping[str, float]
) -> tuple[tuple[Weighted, ...], tuple[Reason, ...]]:
    """The geometric mean of the judges' weights with the sum 1, and whose weights are not in it."""
    items = next(iter(individual.values())).items
    weights = {
        judge: own
        for judge, each in individual.items()
        if (own := _positive_weights(each)) is not None
    }
    left_out = [judge for judge in individual if judge not in weights]
    remarks = (_left_out(left_out),) if left_out else ()
    means = [
        _geometric_mean([(own[item], shares[judge]) for judge, own in weights.items()])
        for item in items
    ]
    present = [mean for mean in means if mean is not None]
    if len(present) < len(items):
        return tuple(Weighted(item, unknown(_NO_PRIORITIES)) for item in items), remarks
    total = fsum(present)
    shared: list[Statistic] = [known(mean / total) for mean in present]
    return tuple(map(Weighted, items, shared)), remarks


def _positive_weights(judged: Priorities) -> dict[str, float] | None:
    """The weights of a judge, where there are any to take logarithms of."""
    weights = {each.item: each.weight.value for each in judged.weights}
    positive = {item: weight for item, weight in weights.items() if weight}
    return positive if len(positive) == len(weights) else None


def _check(matrices: Mapping[str, PairwiseMatrix], importance: Mapping[str, float] | None) -> None:
    """Raises RefusedInput when the judges' matrices cannot be taken together."""
    if not matrices:
        raise RefusedInput(
            [violation("请至少给出一位专家的判断。", "Give the judgements of at least one judge.")]
        )
    first_judge, first = next(iter(matrices.items()))
    faults: list[Finding] = []
    for judge, matrix in matrices.items():
        if odd := sorted(set(first.items) ^ set(matrix.items)):
            zh, en = listed(odd)
            faults.append(
                violation(
                    f"{judge}与{first_judge}比较的项目不同（{zh}）；请让每位专家比较同样的项目。",
                    f"{judge} and {first_judge} did not compare the same items ({en}); every judge "
                    "compares the same.",
                    where=judge,
                )
            )
        share = 1.0 if importance is None else importance.get(judge, 0.0)
        if not (isfinite(share) and share > 0):
            faults.append(
                violation(
                    f"请给{judge}一个大于 0 的权重；不计入的专家请删去其判断。",
                    f"Give {judge} an importance above 0, or leave out the judgements of who does "
                    "not count.",
                    where=judge,
                    value=f"{share:g}",
                )
            )
    if faults:
        raise RefusedInput(faults)


def _left_out(judges: Sequence[str]) -> Reason:
    zh, en = listed(judges)
    return Reason(
        "judges-without-priorities",
        f"判断不足以得出权重，因此未计入个人权重平均的专家：{zh}。",
        f"Judges whose judgements give no weights, and who are not in the mean of them: {en}.",
    )


_NO_PRIORITIES = Reason(
    "no-judge-with-priorities",
    "没有一位专家的判断足以得出权重，无从平均。",
    "No judge's judgements give weights, so there is nothing to take the mean of.",
)
