"""How far a Delphi panel's opinion still moves from one round to the next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.stats import rankdata, wilcoxon

from kb_service.studies.concordance import Ratings
from kb_service.studies.delphi import (
    ItemStatistics,
    Round,
    Scale,
    item_statistics,
    usable_ratings,
)
from kb_service.studies.listing import listed
from kb_service.studies.results import Reason, Statistic, known, unknown

_DIGITS = 9
_MOST_FOR_EXACT_SIGNS = 50
"""Of experts who changed a rating, up to which p is counted from all signs that it could have had."""


@dataclass(frozen=True)
class ItemChange:
    """How the opinion of an item moved; changes are the later round's figure less the earlier's.

    `distribution` is the share of opinion that moved: half the sum of the differences between the
    shares of each rating. `pairs` are the experts who rated the item in both rounds, whose ratings
    `w` and `p` (Wilcoxon's signed ranks) compare.
    """

    mean: Statistic
    coefficient_of_variation: Statistic
    distribution: Statistic
    pairs: int
    w: Statistic
    p: Statistic


@dataclass(frozen=True)
class RoundChange:
    """How the opinion of each item that either round asked about moved between them."""

    earlier: int
    later: int
    experts_in_both: int
    items: Mapping[str, ItemChange]
    remarks: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Stability:
    """The change from each round to the next there is; none, and why, where there is one round."""

    changes: tuple[RoundChange, ...]
    remarks: tuple[Reason, ...] = ()


def stability(rounds: Sequence[Round], scale: Scale) -> Stability:
    """How far opinions moved between rounds, for rules that say when they are stable.

    The measures are those of von der Gracht's review (2012), Technological Forecasting and Social
    Change 79, 1525–1536: the change of the coefficient of variation (Dajani, Sincoff and Talley
    (1979), the same journal 13, 83–90), the share of opinion that moved (Scheibe, Skutsch and
    Schofer (1975), in Linstone and Turoff, The Delphi Method, 262–287), and Wilcoxon's matched
    pairs, whose p is exact for up to 50 experts who moved, with ties too; beyond, it is that of the
    normal approximation, corrected for ties and for continuity. Panels need not be the same: the
    first two take all ratings, pairs those of one expert.
    """
    ordered = sorted(rounds, key=lambda each: each.number)
    if len(ordered) < 2:
        return Stability((), (_ONE_ROUND,))
    present = {each.number for each in ordered}
    first, last = ordered[0].number, ordered[-1].number
    absent = [str(number) for number in range(first, last) if number not in present]
    return Stability(
        tuple(_change(earlier, later, scale) for earlier, later in pairwise(ordered)),
        (_rounds_missing(absent),) if absent else (),
    )


def _change(earlier: Round, later: Round, scale: Scale) -> RoundChange:
    before, _ = usable_ratings(earlier, scale)
    after, _ = usable_ratings(later, scale)
    then = {expert for expert, given in before.items() if given}
    now = {expert for expert, given in after.items() if given}
    items = dict.fromkeys([*earlier.items, *later.items])
    return RoundChange(
        earlier.number,
        later.number,
        len(then & now),
        {item: _item_change(item, before, after, scale) for item in items},
        (_panels_differ(sorted(then ^ now)),) if then != now else (),
    )


def _item_change(item: str, before: Ratings, after: Ratings, scale: Scale) -> ItemChange:
    earlier = {expert: given[item] for expert, given in before.items() if item in given}
    later = {expert: given[item] for expert, given in after.items() if item in given}
    if not earlier or not later:
        none = unknown(_NOT_IN_BOTH)
        return ItemChange(none, none, none, 0, none, none)
    then = item_statistics(list(earlier.values()), scale.highest)
    now = item_statistics(list(later.values()), scale.highest)
    # Moves of one size are ties, which 3.4 - 3.1 and 3.7 - 3.4 would not be to the last digit.
    moves = [
        round(later[expert] - rating, _DIGITS)
        for expert, rating in earlier.items()
        if expert in later
    ]
    w, p = _signed_ranks(moves)
    return ItemChange(
        known(now.mean.number - then.mean.number),
        _change_of_variation(then, now),
        known(_moved_share(list(earlier.values()), list(later.values()))),
        len(moves),
        w,
        p,
    )


def _change_of_variation(then: ItemStatistics, now: ItemStatistics) -> Statistic:
    earlier, later = then.coefficient_of_variation, now.coefficient_of_variation
    if earlier.value is None:
        return earlier
    return later if later.value is None else known(later.value - earlier.value)


def _moved_share(earlier: Sequence[float], later: Sequence[float]) -> float:
    then, now = Counter(earlier), Counter(later)
    differences = (
        abs(now[rating] * len(earlier) - then[rating] * len(later)) for rating in then | now
    )
    return sum(differences) / (2 * len(earlier) * len(later))


def _signed_ranks(moves: Sequence[float]) -> tuple[Statistic, Statistic]:
    """Wilcoxon's W and p of the experts who changed their mind; the others have no sign."""
    if not moves:
        return unknown(_NOBODY_IN_BOTH), unknown(_NOBODY_IN_BOTH)
    if not any(moves):
        return unknown(_NOBODY_MOVED), unknown(_NOBODY_MOVED)
    signed = np.array([move for move in moves if move])
    # Twice a rank is a whole number, ties or not.
    doubled = (2 * rankdata(np.abs(signed))).astype(np.int64)
    upwards = int(doubled[signed > 0].sum())
    w = min(upwards, int(doubled.sum()) - upwards)
    if len(signed) > _MOST_FOR_EXACT_SIGNS:
        found = wilcoxon(signed, correction=True, method="asymptotic")
        return known(w / 2), known(found.pvalue)
    return known(w / 2), known(min(1.0, 2 * _chance_of_at_most(w, doubled.tolist())))


def _chance_of_at_most(sum_of_ranks: int, ranks: Sequence[int]) -> float:
    """The share of all signs that leave to the upward moves ranks of no larger a sum.

    scipy has the exact distribution without ties only, and tries signs one after the other else.
    """
    share = np.zeros(sum(ranks) + 1)
    share[0] = 1.0
    for rank in ranks:
        share[rank:] += share[:-rank].copy()
        share /= 2
    return float(share[: sum_of_ranks + 1].sum())


_ONE_ROUND = Reason(
    "one-round-only",
    "只有一轮，看不出意见是否稳定；请加上下一轮。",
    "With fewer than two rounds nothing shows whether opinions are stable; add another.",
)
_NOT_IN_BOTH = Reason(
    "item-not-in-both-rounds",
    "这个项目没有在两轮中都评过分，无从比较。",
    "This item was not rated in both rounds, so there is nothing to compare.",
)
_NOBODY_IN_BOTH = Reason(
    "no-expert-in-both-rounds",
    "没有一位专家在两轮中都给这个项目评过分，无法作配对检验。",
    "No expert rated this item in both rounds, so there are no pairs to test.",
)
_NOBODY_MOVED = Reason(
    "no-rating-changed",
    "两轮都评过分的专家没有一位改变评分，意见未变，无需检验。",
    "None of the experts who rated this in both rounds changed their rating: opinion has not "
    "moved, and there is nothing to test.",
)


def _rounds_missing(numbers: Sequence[str]) -> Reason:
    zh, en = listed(numbers)
    return Reason(
        "rounds-missing",
        f"缺少的轮次：{zh}；前后两轮直接相比。",
        f"Rounds that are missing, across which their neighbours are compared: {en}.",
    )


def _panels_differ(experts: Sequence[str]) -> Reason:
    zh, en = listed(experts)
    return Reason(
        "panels-differ",
        f"只在其中一轮作答、因此不在配对检验中的专家：{zh}。",
        f"Experts who answered one of the rounds only, and are in no pair: {en}.",
    )
