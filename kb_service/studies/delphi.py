"""What a Delphi panel says in a round: importance of each item, agreement, and who answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median, stdev

from kb_service.findings import RefusedInput, violation
from kb_service.studies.computable import computable, left_out
from kb_service.studies.concordance import Concordance, Missing, Ratings, kendall_w
from kb_service.studies.listing import listed
from kb_service.studies.results import Reason, Statistic, known, unknown


@dataclass(frozen=True)
class Scale:
    """The lowest and the highest rating that may be given; the highest is the full score.

    Raises RefusedInput when the lowest is not below the highest.
    """

    lowest: float
    highest: float

    def __post_init__(self) -> None:
        if not self.lowest < self.highest:
            raise RefusedInput(
                [
                    violation(
                        f"最低分 {self.lowest:g} 应低于最高分 {self.highest:g}；请改正其中一个。",
                        f"The lowest rating {self.lowest:g} has to be below the highest "
                        f"{self.highest:g}; correct one of them.",
                    )
                ]
            )

    def has(self, rating: float) -> bool:
        """Whether this rating may be given."""
        return self.lowest <= rating <= self.highest and computable(rating)


@dataclass(frozen=True)
class Round:
    """One round: its number, whom it was sent to, what it asked about, and how experts rated it."""

    number: int
    invited: Sequence[str]
    items: Sequence[str]
    ratings: Ratings


@dataclass(frozen=True)
class ItemStatistics:
    """How important a panel holds an item: centre, spread, and how many gave the full score.

    The standard deviation is that of a sample (n−1); the coefficient of variation CV is the
    standard deviation divided by the mean. `remarks` name ratings that are no numbers.
    """

    ratings: int
    mean: Statistic
    median: Statistic
    standard_deviation: Statistic
    coefficient_of_variation: Statistic
    full_score_frequency: Statistic
    remarks: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class RoundStatistics:
    """What a round says of each item, and how far the panel answered and agreed."""

    number: int
    invited: int
    answered: int
    response_rate: Statistic
    items: Mapping[str, ItemStatistics]
    concordance: Concordance
    remarks: tuple[Reason, ...] = ()


def item_statistics(ratings: Sequence[float], full_score: float) -> ItemStatistics:
    """Mean, median, standard deviation, CV and full-score frequency of an item's ratings.

    As in 曾光 (1994), 现代流行病学方法与应用, 250–270.
    """
    remarks = left_out(f"{rating:g}" for rating in ratings if not computable(rating))
    ratings = [rating for rating in ratings if computable(rating)]
    if not ratings:
        none = unknown(_NOT_RATED)
        return ItemStatistics(0, none, none, none, none, none, remarks)
    mean = fmean(ratings)
    deviation = known(stdev(ratings)) if len(ratings) > 1 else unknown(_ONE_RATING)
    full = sum(rating == full_score for rating in ratings) / len(ratings)
    return ItemStatistics(
        len(ratings),
        known(mean),
        known(median(ratings)),
        deviation,
        _variation(mean, deviation),
        known(full),
        remarks,
    )


def round_statistics(asked: Round, scale: Scale, missing: Missing) -> RoundStatistics:
    """Everything a round says: by item, and of the panel as a whole.

    Ratings that cannot be are left out and named in `remarks`; Kendall's W needs all ratings of an
    expert, and `missing` says what it does without where some lack.
    """
    ratings, remarks = usable_ratings(asked, scale)
    answered = [expert for expert in asked.invited if ratings.get(expert)]
    invited = len(set(asked.invited))
    if silent := [expert for expert in asked.invited if expert not in answered]:
        remarks = (*remarks, _did_not_answer(silent))
    return RoundStatistics(
        asked.number,
        invited,
        len(set(answered)),
        known(len(set(answered)) / invited) if invited else unknown(_NOBODY_INVITED),
        {
            item: item_statistics(
                [given[item] for given in ratings.values() if item in given], scale.highest
            )
            for item in asked.items
        },
        kendall_w({expert: ratings[expert] for expert in answered}, asked.items, missing),
        remarks,
    )


def usable_ratings(asked: Round, scale: Scale) -> tuple[Ratings, tuple[Reason, ...]]:
    """The ratings by invited experts, of items asked about, on the scale; and what else there was."""
    remarks = []
    strangers = [expert for expert in asked.ratings if expert not in asked.invited]
    if strangers:
        remarks.append(_not_invited(strangers, asked.number))
    panel = {expert: given for expert, given in asked.ratings.items() if expert in asked.invited}
    given_items = dict.fromkeys(item for given in panel.values() for item in given)
    if unasked := [item for item in given_items if item not in asked.items]:
        remarks.append(_not_asked(unasked, asked.number))
    outside = [
        f"{expert} {item} {rating:g}"
        for expert, given in panel.items()
        for item, rating in given.items()
        if item in asked.items and not scale.has(rating)
    ]
    if outside:
        remarks.append(_outside(outside, scale))
    usable = {
        expert: {
            item: rating
            for item, rating in given.items()
            if item in asked.items and scale.has(rating)
        }
        for expert, given in panel.items()
    }
    return usable, tuple(remarks)


def _variation(mean: float, deviation: Statistic) -> Statistic:
    if deviation.value is None:
        return deviation
    return known(deviation.value / mean) if mean else unknown(_MEAN_OF_ZERO)


_NOT_RATED = Reason(
    "item-not-rated",
    "没有专家给这个项目评分。",
    "No expert rated this item.",
)
_ONE_RATING = Reason(
    "one-rating-only",
    "只有一位专家评分，算不出标准差和变异系数；请至少请两位专家评分。",
    "Only one expert rated this, which gives no standard deviation and no coefficient of "
    "variation; it takes two.",
)
_MEAN_OF_ZERO = Reason(
    "mean-of-zero",
    "均值为零，变异系数的分母为零；请用从 1 开始的量表。",
    "The mean is zero and the coefficient of variation divides by it; use a scale that starts at "
    "1.",
)
_NOBODY_INVITED = Reason(
    "nobody-invited",
    "没有写明这一轮请了哪些专家，算不出回收率。",
    "Nobody is named whom the round was sent to, so it has no response rate.",
)


def _did_not_answer(experts: Sequence[str]) -> Reason:
    zh, en = listed(experts)
    return Reason(
        "experts-did-not-answer",
        f"没有作答的专家：{zh}。",
        f"Experts who did not answer: {en}.",
    )


def _not_invited(experts: Sequence[str], number: int) -> Reason:
    zh, en = listed(experts)
    return Reason(
        "experts-not-invited",
        f"评了分却不在第 {number} 轮专家名单中、因此未计入的人：{zh}。",
        f"Left out, because they rated without being on the panel of round {number}: {en}.",
    )


def _not_asked(items: Sequence[str], number: int) -> Reason:
    zh, en = listed(items)
    return Reason(
        "items-not-asked",
        f"第 {number} 轮没有问到、因此未计入的项目：{zh}。",
        f"Left out, because round {number} did not ask about them: {en}.",
    )


def _outside(ratings: Sequence[str], scale: Scale) -> Reason:
    zh, en = listed(ratings)
    return Reason(
        "ratings-outside-scale",
        f"不在 {scale.lowest:g} 到 {scale.highest:g} 之间、因此未计入的评分：{zh}。",
        f"Ratings left out because they are not from {scale.lowest:g} to {scale.highest:g}: {en}.",
    )
