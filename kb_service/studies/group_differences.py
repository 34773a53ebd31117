"""What excellent performers show more often, or at a higher level, than average ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from statistics import fmean

import numpy as np
from scipy.stats import false_discovery_control

from kb_service.studies.computable import computable, left_out
from kb_service.studies.listing import listed
from kb_service.studies.results import Reason, Statistic, known
from kb_service.studies.two_groups import (
    Comparison,
    Conditions,
    ShareComparison,
    compare,
    compare_shares,
)


class Correction(Enum):
    """How p is corrected for as many tests as there are competencies.

    Holm (1979), Scandinavian Journal of Statistics 6, 65–70, keeps the chance of any false find;
    Benjamini and Hochberg (1995), Journal of the Royal Statistical Society B 57, 289–300, keeps
    the share of false finds among all.
    """

    HOLM = "holm"
    BENJAMINI_HOCHBERG = "benjamini-hochberg"


class Measure(Enum):
    """In what two groups of interviews may differ."""

    OCCURRENCE = "occurrence"
    FREQUENCY = "frequency"
    LEVEL = "level"


@dataclass(frozen=True)
class Interview:
    """What was coded in somebody's interview: by competency, the level of each behaviour.

    A behaviour without a level counts for how often the competency was shown, and no further.
    `length` is that of the transcript, in whatever unit all of them are measured.
    """

    of: str
    levels: Mapping[str, Sequence[float | None]]
    length: float | None = None


@dataclass(frozen=True)
class CompetencyDifference:
    """How excellent and average performers differ in one competency, first the excellent.

    `frequency` is of how many behaviours each person showed, none included; `level` of the mean
    level of those who showed any with a level. `adjusted` is p of each measure, corrected for the
    tests of that measure in all competencies; effects are positive where the excellent have more.
    """

    competency: str
    occurrence: ShareComparison
    frequency: Comparison
    level: Comparison
    adjusted: Mapping[Measure, Statistic] = field(default_factory=dict)


@dataclass(frozen=True)
class GroupDifferences:
    """How two groups of interviews differ: in each competency, and in their length.

    Groups whose interviews differ in length differ in frequencies for that reason alone.
    """

    competencies: Mapping[str, CompetencyDifference]
    length: Comparison
    correction: Correction
    remarks: tuple[Reason, ...] = ()


def group_differences(
    excellent: Sequence[Interview],
    average: Sequence[Interview],
    competencies: Sequence[str],
    conditions: Conditions,
    correction: Correction,
) -> GroupDifferences:
    """Which competencies set excellent performers apart from average ones, and how surely.

    What is compared follows Spencer and Spencer (1993), Competence at Work.
    """
    raw = [_difference(competency, excellent, average, conditions) for competency in competencies]
    adjusted = {
        measure: corrected([_p(each, measure) for each in raw], correction) for measure in Measure
    }
    return GroupDifferences(
        {
            each.competency: CompetencyDifference(
                each.competency,
                each.occurrence,
                each.frequency,
                each.level,
                {measure: adjusted[measure][place] for measure in Measure},
            )
            for place, each in enumerate(raw)
        },
        compare(_lengths(excellent), _lengths(average), conditions),
        correction,
        _remarks(excellent, average),
    )


def _difference(
    competency: str,
    excellent: Sequence[Interview],
    average: Sequence[Interview],
    conditions: Conditions,
) -> CompetencyDifference:
    first, second = (
        [len(each.levels.get(competency, ())) for each in group] for group in (excellent, average)
    )
    shown = (sum(map(bool, first)), len(first), sum(map(bool, second)), len(second))
    return CompetencyDifference(
        competency,
        compare_shares(*shown, conditions),
        compare(first, second, conditions),
        compare(_levels(competency, excellent), _levels(competency, average), conditions),
    )


def _levels(competency: str, group: Sequence[Interview]) -> list[float]:
    """The mean level of each person who showed the competency at a level."""
    rated = [
        [
            level
            for level in each.levels.get(competency, ())
            if level is not None and computable(level)
        ]
        for each in group
    ]
    return [fmean(levels) for levels in rated if levels]


def _lengths(group: Sequence[Interview]) -> list[float]:
    return [each.length for each in group if each.length is not None]


def _p(difference: CompetencyDifference, measure: Measure) -> Statistic:
    return {
        Measure.OCCURRENCE: difference.occurrence.p,
        Measure.FREQUENCY: difference.frequency.p,
        Measure.LEVEL: difference.level.p,
    }[measure]


def corrected(found: Sequence[Statistic], correction: Correction) -> list[Statistic]:
    """The p of each test, corrected for those that could be made; the others keep their reason."""
    made = [statistic.value for statistic in found if statistic.value is not None]
    if not made:
        return list(found)
    adjusted = iter(_holm(made) if correction is Correction.HOLM else false_discovery_control(made))
    return [known(next(adjusted)) if each.why is None else each for each in found]


def _holm(found: Sequence[float]) -> list[float]:
    """p by Holm: the smallest times all tests, the next times one fewer, and none below one before.

    statsmodels has it too, but collects the garbage of the whole process at each call, which takes a
    service seconds.
    """
    p = np.array(found)
    ascending = np.argsort(p, kind="stable")
    adjusted = np.empty_like(p)
    adjusted[ascending] = np.maximum.accumulate(p[ascending] * np.arange(len(p), 0, -1))
    return [float(each) for each in np.minimum(adjusted, 1.0)]


def _remarks(excellent: Sequence[Interview], average: Sequence[Interview]) -> tuple[Reason, ...]:
    everyone = [*excellent, *average]
    remarks = []
    if silent := [each.of for each in everyone if not any(each.levels.values())]:
        zh, en = listed(silent)
        remarks.append(
            Reason(
                "interviews-without-codes",
                f"没有编出任何行为的访谈：{zh}；它们按频次零计入。",
                f"Interviews in which nothing was coded, counted with a frequency of 0: {en}.",
            )
        )
    remarks += left_out(
        f"{each.of} {competency} {level:g}"
        for each in everyone
        for competency, levels in each.levels.items()
        for level in levels
        if level is not None and not computable(level)
    )
    names = [each.of for each in everyone]
    if twice := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
        zh, en = listed(twice)
        remarks.append(
            Reason(
                "interviewed-twice",
                f"有多次访谈的人：{zh}；检验要求各次访谈彼此独立，请合并。",
                f"People with several interviews: {en}. The tests take interviews to be "
                "independent; put them together.",
            )
        )
    return tuple(remarks)
