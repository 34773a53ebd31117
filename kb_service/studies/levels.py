"""What a meeting settles: the level that its experts ask for, and whether a proposal has enough of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median_low

import numpy

from kb_service.studies.results import Reason, Statistic, known, unknown


@dataclass(frozen=True)
class AgreedLevel:
    """The highest level that more than half of the votes ask for, and how far the votes lie apart."""

    votes: int
    median: Statistic
    quartile_range: Statistic


def agreed_level(votes: Sequence[float]) -> AgreedLevel:
    """The lower median of the levels that experts ask for, and their quartile range.

    The quartile range is what panels on short scales are commonly held against: von der Gracht
    (2012), Technological Forecasting and Social Change 79, 1525–1536. Quartiles lie between two
    votes in proportion.
    """
    if not votes:
        none = unknown(_NO_VOTES)
        return AgreedLevel(0, none, none)
    if len(votes) == 1:
        return AgreedLevel(1, known(votes[0]), unknown(_ONE_VOTE))
    low, high = numpy.percentile(votes, [25, 75])
    return AgreedLevel(len(votes), known(median_low(votes)), known(float(high - low)))


def approval(in_favour: float, experts: int) -> Statistic:
    """The share of the experts who are in favour of a proposal."""
    return known(in_favour / experts) if experts else unknown(_NOBODY_MET)


_NO_VOTES = Reason(
    "level-not-voted",
    "没有专家说明这个项目应达到哪一级。",
    "No expert said which level this item asks for.",
)
_ONE_VOTE = Reason(
    "one-vote-only",
    "只有一位专家表态，看不出意见是否集中；请至少请两位专家表态。",
    "Only one expert said which level it asks for, which shows no agreement; it takes two.",
)
_NOBODY_MET = Reason(
    "nobody-met",
    "没有写明与会专家，算不出赞成率；请在“专家”表里逐人列出。",
    "Nobody is named who met, so there is no share in favour; list the experts in their sheet.",
)
