"""Whether groups are selected at different rates: the four-fifths rule and Fisher's exact test, in fractions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import comb


@dataclass(frozen=True)
class Outcome:
    """How many of a group were selected, and how many were not."""

    selected: int
    rejected: int

    @property
    def size(self) -> int:
        """How many there are."""
        return self.selected + self.rejected

    @property
    def rate(self) -> Fraction | None:
        """The share that was selected, None where there is nobody."""
        return Fraction(self.selected, self.size) if self.size else None


@dataclass(frozen=True)
class Limits:
    """The numbers by which groups are compared; they are the policy's."""

    ratio: Fraction
    """Below this share of the highest rate, a rate shows adverse impact."""
    significance: Fraction
    """Below this p, a difference is no chance."""
    group: int
    """People in a group below which its rate says little."""


@dataclass(frozen=True)
class Impact:
    """How a group fares beside the one with the highest rate.

    `ratio` and `p` are None for the group that the others are compared with, and where there is
    nothing to compare.
    """

    outcome: Outcome
    is_reference: bool = False
    ratio: Fraction | None = None
    p: Fraction | None = None
    is_adverse: bool = False
    is_significant: bool = False
    is_small: bool = False
    rests_on_one: bool = False
    """Whether one more selected here, and one fewer in the reference, would lift it to the limit."""


def impacts(groups: Mapping[str, Outcome], limits: Limits) -> dict[str, Impact]:
    """Each group beside the one with the highest rate.

    The four-fifths rule and its looking at one person more or less are those of the Uniform
    Guidelines on Employee Selection Procedures (29 CFR 1607.4 D) and of question 21 about them. A group that
    is too small sets no standard for others as long as there is one that is not.
    """
    name = _reference(groups, limits)
    return {
        each: _impact(outcome, groups[name], limits)
        if name is not None and each != name
        else Impact(outcome, each == name, is_small=outcome.size < limits.group)
        for each, outcome in groups.items()
    }


def _reference(groups: Mapping[str, Outcome], limits: Limits) -> str | None:
    rates = {name: rate for name, outcome in groups.items() if (rate := outcome.rate) is not None}
    large = {name for name in rates if groups[name].size >= limits.group}
    among = sorted(large or rates)
    return max(among, key=lambda name: (rates[name], groups[name].size), default=None)


def _impact(outcome: Outcome, reference: Outcome, limits: Limits) -> Impact:
    ratio = _ratio(outcome, reference)
    p = fisher_exact(outcome, reference) if outcome.size else None
    is_adverse = ratio is not None and ratio < limits.ratio
    return Impact(
        outcome,
        ratio=ratio,
        p=p,
        is_adverse=is_adverse,
        is_significant=p is not None and p < limits.significance,
        is_small=outcome.size < limits.group or reference.size < limits.group,
        rests_on_one=is_adverse and _is_undone_by_one(outcome, reference, limits),
    )


def _ratio(outcome: Outcome, reference: Outcome) -> Fraction | None:
    if outcome.rate is None or not reference.rate:
        return None
    return outcome.rate / reference.rate


def _is_undone_by_one(outcome: Outcome, reference: Outcome, limits: Limits) -> bool:
    if not outcome.rejected or not reference.selected:
        return False
    more = Outcome(outcome.selected + 1, outcome.rejected - 1)
    fewer = Outcome(reference.selected - 1, reference.rejected + 1)
    ratio = _ratio(more, fewer)
    return ratio is None or ratio >= limits.ratio


def fisher_exact(one: Outcome, other: Outcome) -> Fraction:
    """The p of Fisher's exact test of both sides: that of tables no likelier than this one.

    Counted in whole numbers, so that tables of equal probability are equal, whatever their size.
    """
    selected = one.selected + other.selected
    least, most = max(0, selected - other.size), min(one.size, selected)
    weight = comb(one.size, least) * comb(other.size, selected - least)
    weights = [weight]
    for count in range(least, most):
        # The ways for one more, from those for this count: the division leaves no rest.
        weight = weight * (one.size - count) * (selected - count)
        weight //= (count + 1) * (other.size - selected + count + 1)
        weights.append(weight)
    observed = weights[one.selected - least]
    return Fraction(sum(each for each in weights if each <= observed), sum(weights))
