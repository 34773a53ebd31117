"""How far coders agree who each coded the same material."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import fmean

from kb_service.studies.kappa import (
    TOO_FEW_CODERS,
    CohenKappa,
    FleissKappa,
    cohen_kappa,
    fleiss_kappa,
)
from kb_service.studies.listing import listed
from kb_service.studies.results import Reason, Statistic, known, unknown

Coding = Mapping[str, Sequence[str]]
"""By unit (an event, a passage), the categories that one coder saw in it: none, one or several,
one of them twice when it was seen twice. What is not there the coder was not given."""


@dataclass(frozen=True)
class PairAgreement:
    """How far two coders agree in the units that both were given.

    κ takes those of them to which each gave exactly one category; `kappa.units` tells how many.
    """

    first: str
    second: str
    first_codes: int
    second_codes: int
    same_codes: int
    category_agreement: Statistic
    reliability: Statistic
    kappa: CohenKappa


@dataclass(frozen=True)
class CoderAgreement:
    """The agreement of all coders: by pair, on the whole, and on each category.

    `codes` counts what each coder coded. `kappa` is over the units to which every coder gave
    exactly one category, `categories` over all that every coder was given: whether a category is
    there or not. Coders who coded nothing are in no figure but those of their pairs.
    """

    codes: Mapping[str, int]
    pairs: tuple[PairAgreement, ...]
    category_agreement: Statistic
    reliability: Statistic
    kappa: FleissKappa
    categories: Mapping[str, FleissKappa]
    remarks: tuple[Reason, ...] = ()


def coder_agreement(codings: Mapping[str, Coding], confidence: float) -> CoderAgreement:
    """Category agreement CA, reliability R and κ of the coders, by coder what each coded.

    CA of two coders is 2S / (T₁ + T₂), of several the mean over their pairs; R = n·CA /
    (1 + (n−1)·CA) for n coders: Holsti (1969), Content Analysis for the Social Sciences and
    Humanities, 135–142; Winter (1994), Manual for Scoring Motive Imagery in Running Text.
    """
    codes = {coder: sum(map(len, coding.values())) for coder, coding in codings.items()}
    active = {coder: coding for coder, coding in codings.items() if codes[coder]}
    pairs = tuple(
        _pair(first, second, codings, confidence) for first, second in combinations(codings, 2)
    )
    agreement = _mean_agreement(
        [pair for pair in pairs if pair.first in active and pair.second in active]
    )
    common = [unit for unit in _units(codings) if all(unit in each for each in active.values())]
    return CoderAgreement(
        codes,
        pairs,
        agreement,
        _reliability_of(agreement, len(active)),
        _overall(common, list(active.values())),
        {
            category: _presence(category, common, list(active.values()))
            for category in _categories(codings)
        },
        _remarks(codings, active, common),
    )


def reliability(agreement: float, coders: int) -> float:
    """R of so many coders whose category agreement is this: n·CA / (1 + (n−1)·CA)."""
    return coders * agreement / (1 + (coders - 1) * agreement)


def _mean_agreement(pairs: Sequence[PairAgreement]) -> Statistic:
    """The mean CA of the pairs; unknown where one has none, as it would pass for that of all."""
    if not pairs:
        return unknown(TOO_FEW_CODERS)
    lacking = [pair.category_agreement for pair in pairs if pair.category_agreement.why]
    return lacking[0] if lacking else known(fmean(p.category_agreement.number for p in pairs))


def _reliability_of(agreement: Statistic, coders: int) -> Statistic:
    if agreement.value is None:
        return agreement
    return known(reliability(agreement.value, coders))


def _pair(
    first: str, second: str, codings: Mapping[str, Coding], confidence: float
) -> PairAgreement:
    one, two = codings[first], codings[second]
    common = [unit for unit in one if unit in two]
    first_codes = sum(len(one[unit]) for unit in common)
    second_codes = sum(len(two[unit]) for unit in common)
    same = sum((Counter(one[unit]) & Counter(two[unit])).total() for unit in common)
    silent = [coder for coder in (first, second) if not any(codings[coder].values())]
    if silent:
        agreement = unknown(_coded_nothing(silent))
    elif not first_codes + second_codes:
        agreement = unknown(_nothing_shared(first, second))
    else:
        agreement = known(2 * same / (first_codes + second_codes))
    single = [
        (one[unit][0], two[unit][0]) for unit in common if len(one[unit]) == len(two[unit]) == 1
    ]
    seen = sorted({category for codes in single for category in codes})
    times = Counter(single)
    table = [[times[row, column] for column in seen] for row in seen]
    return PairAgreement(
        first,
        second,
        first_codes,
        second_codes,
        same,
        agreement,
        _reliability_of(agreement, 2),
        cohen_kappa(table, confidence),
    )


def _overall(common: Sequence[str], codings: Sequence[Coding]) -> FleissKappa:
    single = [
        [coding[unit][0] for coding in codings]
        for unit in common
        if all(len(coding[unit]) == 1 for coding in codings)
    ]
    seen = sorted({category for codes in single for category in codes})
    return fleiss_kappa([[codes.count(category) for category in seen] for codes in single])


def _presence(category: str, common: Sequence[str], codings: Sequence[Coding]) -> FleissKappa:
    seen = [sum(category in coding[unit] for coding in codings) for unit in common]
    return fleiss_kappa([[times, len(codings) - times] for times in seen])


def _units(codings: Mapping[str, Coding]) -> list[str]:
    return list(dict.fromkeys(unit for coding in codings.values() for unit in coding))


def _categories(codings: Mapping[str, Coding]) -> list[str]:
    return sorted(
        {category for coding in codings.values() for codes in coding.values() for category in codes}
    )


def _remarks(
    codings: Mapping[str, Coding], active: Mapping[str, Coding], common: Sequence[str]
) -> tuple[Reason, ...]:
    remarks = []
    if silent := [coder for coder in codings if coder not in active]:
        remarks.append(_coded_nothing(silent))
    given = list(dict.fromkeys(unit for coding in active.values() for unit in coding))
    if partial := [unit for unit in given if unit not in common]:
        remarks.append(_not_given_to_all(partial))
    several = [unit for unit in common if any(len(coding[unit]) != 1 for coding in active.values())]
    if several:
        remarks.append(_not_one_category(several))
    return tuple(remarks)


def _coded_nothing(coders: Sequence[str]) -> Reason:
    zh, en = listed(coders)
    return Reason(
        "coder-coded-nothing",
        f"没有编出任何类别的编码者：{zh}；请补上编码，或把他们从研究中去掉。",
        f"Coders who coded nothing: {en}. Add what they coded, or take them out of the study.",
    )


def _nothing_shared(first: str, second: str) -> Reason:
    return Reason(
        "nothing-coded-by-both",
        f"{first}和{second}没有编过同一个单元；请让他们编码同一批材料。",
        f"{first} and {second} coded no unit in common; let them code the same material.",
    )


def _not_given_to_all(units: Sequence[str]) -> Reason:
    zh, en = listed(units)
    return Reason(
        "units-not-coded-by-all",
        f"并非每位编码者都编过的单元：{zh}；总的 κ 不计入它们。",
        f"Units that not every coder was given, and that are in no overall κ: {en}.",
    )


def _not_one_category(units: Sequence[str]) -> Reason:
    zh, en = listed(units)
    return Reason(
        "units-without-one-category",
        f"有编码者编了零个或多个类别的单元：{zh}；它们计入 CA 和各类别的 κ，但不计入总的 κ。",
        "Units to which a coder gave no category or several, which count for CA and the κ of each "
        f"category but not for the overall κ: {en}.",
    )
