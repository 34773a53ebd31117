"""Kendall's coefficient of concordance: how far raters put the same items in the same order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from scipy.stats import chi2, rankdata

from kb_service.studies.computable import computable_cells
from kb_service.studies.listing import listed
from kb_service.studies.results import Reason, Statistic, known, unknown

Ratings = Mapping[str, Mapping[str, float]]
"""By rater, the ratings or ranks they gave, by item. What is not there was not rated."""
_FEWEST_ITEMS_FOR_CHI_SQUARE = 8
"""χ² is a fair approximation for more than seven items, says Siegel (1956)."""


class Missing(Enum):
    """What to do without where a rater left an item out, since ranks need all of them."""

    DROP_RATERS = "drop-raters"
    DROP_ITEMS = "drop-items"


@dataclass(frozen=True)
class Concordance:
    """Kendall's W of those raters and items that every rating is there for, and its χ² test.

    `uncorrected` is W as it would be were there no ties to correct for. `remarks` say who or what
    was left out, and where χ² is a rough approximation.
    """

    raters: tuple[str, ...]
    items: tuple[str, ...]
    w: Statistic
    uncorrected: Statistic
    chi_square: Statistic
    degrees_of_freedom: Statistic
    p: Statistic
    remarks: tuple[Reason, ...] = ()


def kendall_w(ratings: Ratings, items: Sequence[str], missing: Missing) -> Concordance:
    """How far the raters agree on the order of the items: 0 not at all, 1 entirely.

    W = (12 ΣR² − 3m²n(n+1)²) / (m²n(n²−1) − mΣT) with T = Σ(t³−t) for the ties of each rater, and
    χ² = m(n−1)W with n−1 degrees of freedom: Kendall and Babington Smith (1939); with ties Siegel
    (1956), pages 229–238. Ratings may be ranks, as long as all raters count in one direction.
    """
    ratings, unusable = computable_cells(ratings)
    raters, kept, remarks = _complete(ratings, items, missing)
    remarks = (*unusable, *remarks)
    degrees = known(len(kept) - 1) if len(kept) > 1 else unknown(_TOO_FEW_ITEMS)
    why = _impossible(ratings, raters, kept)
    if why:
        none = unknown(why)
        return Concordance(raters, kept, none, none, none, degrees, none, remarks)
    corrected, uncorrected = _w([[ratings[rater][item] for item in kept] for rater in raters])
    chi_square = len(raters) * (len(kept) - 1) * corrected
    if len(kept) < _FEWEST_ITEMS_FOR_CHI_SQUARE:
        remarks = (*remarks, _rough(len(kept)))
    return Concordance(
        raters,
        kept,
        known(corrected),
        known(uncorrected),
        known(chi_square),
        degrees,
        known(chi2.sf(chi_square, len(kept) - 1)),
        remarks,
    )


def _complete(
    ratings: Ratings, items: Sequence[str], missing: Missing
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[Reason, ...]]:
    """The raters and items among which nothing is missing, and what was left out for it."""
    rated = [item for item in items if any(item in given for given in ratings.values())]
    unrated = [item for item in items if item not in rated]
    raters = [rater for rater, given in ratings.items() if any(item in given for item in rated)]
    silent = [rater for rater in ratings if rater not in raters]
    remarks = [_unrated(unrated)] if unrated else []
    remarks += [_silent(silent)] if silent else []
    if missing is Missing.DROP_RATERS:
        kept = [rater for rater in raters if all(item in ratings[rater] for item in rated)]
        if gaps := [rater for rater in raters if rater not in kept]:
            remarks.append(_raters_left_out(gaps))
        return tuple(kept), tuple(rated), tuple(remarks)
    whole = [item for item in rated if all(item in ratings[rater] for rater in raters)]
    if gaps := [item for item in rated if item not in whole]:
        remarks.append(_items_left_out(gaps))
    return tuple(raters), tuple(whole), tuple(remarks)


def _impossible(ratings: Ratings, raters: Sequence[str], items: Sequence[str]) -> Reason | None:
    if not raters:
        return _NO_RATER
    if len(raters) == 1:
        return _one_rater(raters[0])
    if len(items) < 2:
        return _TOO_FEW_ITEMS
    if all(len({ratings[rater][item] for item in items}) == 1 for rater in raters):
        return _ALL_EQUAL
    return None


def _w(rows: Sequence[Sequence[float]]) -> tuple[float, float]:
    """W with and without the correction for ties; every row holds one rater's ratings."""
    raters, items = len(rows), len(rows[0])
    ranks = rankdata(rows, axis=1)
    # Twice a rank is a whole number, ties or not, so that sums are exact in any order of raters.
    sums = [int(doubled) for doubled in (2 * ranks).sum(axis=0)]
    spread = 3 * sum(each * each for each in sums) - 3 * raters**2 * items * (items + 1) ** 2
    most = raters**2 * items * (items**2 - 1)
    ties = sum(times**3 - times for row in rows for times in Counter(row).values())
    return spread / (most - raters * ties), spread / most


_NO_RATER = Reason(
    "nobody-rated",
    "没有一位评分者对所有项目评过分；请补齐评分，或改为去掉缺评分的项目。",
    "No rater rated every item; complete the ratings, or leave out the items that lack some.",
)
_TOO_FEW_ITEMS = Reason(
    "too-few-items",
    "少于两个项目有全部评分，谈不上排序是否一致。",
    "Fewer than two items have every rating, so there is no order to agree on.",
)
_ALL_EQUAL = Reason(
    "ratings-all-equal",
    "每位评分者给所有项目的分都相同，没有排出先后，W 的分母为零。",
    "Every rater gave all items the same rating: nothing is ranked, and W divides by zero.",
)


def _one_rater(rater: str) -> Reason:
    return Reason(
        "one-rater-only",
        f"只有{rater}一位评分者，无从谈一致；至少需要两位。",
        f"{rater} is the only rater, and agreement takes at least two.",
    )


def _unrated(items: Sequence[str]) -> Reason:
    zh, en = listed(items)
    return Reason("items-not-rated", f"没有人评分的项目：{zh}。", f"Items that nobody rated: {en}.")


def _silent(raters: Sequence[str]) -> Reason:
    zh, en = listed(raters)
    return Reason(
        "raters-without-ratings",
        f"没有给任何项目评分的评分者：{zh}。",
        f"Raters who rated no item: {en}.",
    )


def _raters_left_out(raters: Sequence[str]) -> Reason:
    zh, en = listed(raters)
    return Reason(
        "raters-left-out",
        f"有项目未评分，因此未计入的评分者：{zh}。",
        f"Raters left out because they did not rate every item: {en}.",
    )


def _items_left_out(items: Sequence[str]) -> Reason:
    zh, en = listed(items)
    return Reason(
        "items-left-out",
        f"有评分者未评分，因此未计入的项目：{zh}。",
        f"Items left out because not every rater rated them: {en}.",
    )


def _rough(items: int) -> Reason:
    return Reason(
        "chi-square-approximate",
        f"只有 {items} 个项目；项目不超过七个时，χ² 和 p 只是粗略近似。",
        f"With {items} items χ² and p are rough: the approximation is for more than seven.",
    )
