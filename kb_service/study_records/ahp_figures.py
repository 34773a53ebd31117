"""The figures of pairwise comparisons: weights, consistency, and which judgements contradict most."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from kb_service.studies.ahp import Deviation, Priorities, PriorityMethod
from kb_service.studies.ahp_groups import GroupPriorities, group_priorities
from kb_service.studies.hierarchy import synthesis
from kb_service.studies.pairwise import named_pairs
from kb_service.studies.random_indices import RANDOM_INDEX_TABLES
from kb_service.studies.results import Reason, known, unknown
from kb_service.study_records.delphi_figures import authority_figures
from kb_service.study_records.figures import Figure
from kb_service.study_records.policy import ChosenWay, StudyPolicy, chosen_way
from kb_service.study_records.records import StudyRecord, number_in
from kb_service.study_records.table_names import EXPERTS, ITEMS, JUDGEMENTS

_GOAL = ""
"""What the items of the first level are compared for."""
_Judged = Mapping[tuple[str, str], float]


def ahp_figures(record: StudyRecord, policy: StudyPolicy) -> Iterator[Figure]:
    """Every figure of the comparisons, the group's and each expert's. Raises PolicyLacks."""
    comparisons: dict[str, Priorities] = {}
    table = chosen_way(record, "random_index", policy, "random-index")
    for parent, items in _levels(record).items():
        judged = _judgements(record, items)
        if len(items) > 1 and not judged:
            yield from _nobody_compared(parent, items)
            continue
        found = group_priorities(
            {expert: named_pairs(items, pairs) for expert, pairs in judged.items()}
            or {"": named_pairs(items, {})},
            PriorityMethod(str(record.about["priority_method"])),
            RANDOM_INDEX_TABLES[table.name],
        )
        comparisons[parent] = found.by_judgements
        yield from _weights(found.by_judgements, len(judged))
        if len(items) > 1:
            yield from _consistency(_about(parent), found.by_judgements, len(judged), table)
            yield from _of_experts(parent, found, table, policy)
    yield from _global_weights(comparisons)
    yield from authority_figures(record, policy)


def _levels(record: StudyRecord) -> dict[str, list[str]]:
    """By the item that they are within, the items that are compared with each other."""
    levels: dict[str, list[str]] = {}
    for row in record.rows(ITEMS):
        levels.setdefault(str(row.get("within", _GOAL)), []).append(str(row["code"]))
    return levels


def _judgements(record: StudyRecord, items: Sequence[str]) -> dict[str, _Judged]:
    """What each expert who compared any of these items said of them."""
    judged: dict[str, dict[tuple[str, str], float]] = {code: {} for code in record.codes(EXPERTS)}
    for row in record.rows(JUDGEMENTS):
        pair = (str(row["first"]), str(row["second"]))
        if pair[0] in items and pair[1] in items:
            judged[str(row["expert"])][pair] = number_in(row, "ratio")
    return {expert: pairs for expert, pairs in judged.items() if pairs}


def _about(parent: str) -> tuple[tuple[str, str], ...]:
    return (("item", parent),) if parent else ()


def _weights(found: Priorities, judges: int) -> Iterator[Figure]:
    for each in found.weights:
        about = (("item", each.item),)
        yield Figure("weight", about, each.weight, judges, (_METHODS[found.method],))


def _of_experts(
    parent: str, found: GroupPriorities, table: ChosenWay, policy: StudyPolicy
) -> Iterator[Figure]:
    """What each expert weighs alone, and the mean of that.

    Both are of kinds that no cut is of and no draft reads: the group's weights are those of its
    judgements taken together.
    """
    for expert, own in found.individual.items():
        for each in own.weights:
            yield Figure("expert-weight", (("expert", expert), ("item", each.item)), each.weight)
        about = (("expert", expert), *_about(parent))
        yield from _consistency(about, own, None, table)
        yield from _deviations(expert, own.deviations, policy)
    judges = len(found.individual)
    for each in found.by_priorities:
        about = (("item", each.item),)
        yield Figure("weight-by-priorities", about, each.weight, judges, found.remarks)


def _consistency(
    about: tuple[tuple[str, str], ...], found: Priorities, judges: int | None, table: ChosenWay
) -> Iterator[Figure]:
    yield Figure("largest-eigenvalue", about, found.lambda_max, judges)
    yield Figure("consistency-index", about, found.consistency_index, judges)
    remark = table.remark("随机一致性指标表", "Table of random indices")
    ratio = found.consistency_ratio
    yield Figure("consistency-ratio", about, ratio, judges, (remark, *found.remarks))


def _deviations(expert: str, found: Sequence[Deviation], policy: StudyPolicy) -> Iterator[Figure]:
    """The judgements of an expert that depart most from the weights."""
    for each in found[: int(policy.number("judgements-named-maximum"))]:
        about = (("expert", expert), ("item", each.first), ("with", each.second))
        yield Figure("judgement-deviation", about, known(each.factor), None, (_said(each),))


def _global_weights(comparisons: Mapping[str, Priorities]) -> Iterator[Figure]:
    """What each item weighs on the whole, where there is a first level to weigh by."""
    if _GOAL not in comparisons:
        return
    reached = {_GOAL}
    while more := {
        item
        for parent in reached & comparisons.keys()
        for item in comparisons[parent].items
        if item not in reached
    }:
        reached |= more
    known_levels = {parent: each for parent, each in comparisons.items() if parent in reached}
    for each in synthesis(_GOAL, known_levels).weights:
        yield Figure("global-weight", (("item", each.item),), each.weight)


def _nobody_compared(parent: str, items: Sequence[str]) -> Iterator[Figure]:
    for item in items:
        yield Figure("weight", (("item", item),), unknown(_NOT_COMPARED), 0)
    yield Figure("consistency-ratio", _about(parent), unknown(_NOT_COMPARED), 0)


def _said(each: Deviation) -> Reason:
    others = each.by_others
    zh = "" if others is None else f"，其余判断合起来说的是 {others:.3g}"
    en = "" if others is None else f"; all other judgements together say {others:.3g}"
    return Reason(
        "judgement-and-weights",
        f"判断为 {each.judgement:.3g}，权重之比为 {each.consistent:.3g}{zh}。",
        f"Judged {each.judgement:.3g}, where the weights have {each.consistent:.3g}{en}.",
    )


_METHODS = {
    PriorityMethod.EIGENVECTOR: Reason(
        "eigenvector", "权重由特征向量法求得。", "Weights are by the eigenvector."
    ),
    PriorityMethod.GEOMETRIC_MEAN: Reason(
        "geometric-mean", "权重由几何平均法求得。", "Weights are by the geometric mean."
    ),
}
_NOT_COMPARED = Reason(
    "items-not-compared",
    "没有专家比较过这一组项目；请补上两两比较的判断。",
    "No expert compared these items; add judgements of their pairs.",
)
