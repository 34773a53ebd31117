"""Exploratory factor analysis of a questionnaire: where the sample allows it, else why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from kb_service.studies.answers import (
    Answers,
    AnswerTable,
    Array,
    MissingAnswers,
    answer_table,
    correlation_matrix,
)
from kb_service.studies.factor_solution import (
    Extraction,
    FactorSolution,
    Rotation,
    factor_solution,
)
from kb_service.studies.results import Reason, Statistic, known, unknown
from kb_service.studies.sampling_adequacy import SamplingAdequacy, sampling_adequacy, unusable


@dataclass(frozen=True)
class SampleConditions:
    """What a sample has to meet before factors are taken from it.

    Published rules of thumb: 100 respondents and 5 to an item (Gorsuch 1983, Factor Analysis), a KMO
    of .60 (Kaiser 1974, Psychometrika 39, 31-36, calls less miserable), and Bartlett's p below .05.
    """

    respondents: int
    respondents_per_item: float
    kmo: float
    bartlett_p: float


class FactorCount(Enum):
    """How many factors there are.

    As many as have eigenvalues above 1 (Kaiser 1960), or as random answers do not reach (Horn 1965).
    """

    KAISER = "kaiser"
    PARALLEL_ANALYSIS = "parallel-analysis"


@dataclass(frozen=True)
class RandomAnswers:
    """The random samples of parallel analysis: how many, which percentile, and the seed to repeat them."""

    samples: int
    percentile: float
    seed: int


@dataclass(frozen=True)
class FactorMethod:
    """How factors are counted, extracted and rotated; `number` takes the place of the count."""

    count: FactorCount
    extraction: Extraction
    rotation: Rotation
    random_answers: RandomAnswers
    number: int | None = None


@dataclass(frozen=True)
class FactorAnalysis:
    """The adequacy of the sample, the eigenvalues, and the factors where there is nothing against them.

    `unmet` holds every reason why there is no solution. `random_eigenvalues` are those of parallel
    analysis, and empty without it. `respondents` is, pairwise, the fewest of any pair.
    """

    items: tuple[str, ...]
    respondents: int
    missing: MissingAnswers
    adequacy: SamplingAdequacy
    eigenvalues: tuple[float, ...]
    random_eigenvalues: tuple[float, ...]
    number: Statistic
    unmet: tuple[Reason, ...]
    solution: FactorSolution | None
    remarks: tuple[Reason, ...] = ()


def factor_analysis(
    answers: Answers,
    items: Sequence[str],
    missing: MissingAnswers,
    method: FactorMethod,
    conditions: SampleConditions,
) -> FactorAnalysis:
    """The factors behind the answers to these items; without some, all that is known all the same."""
    table = answer_table(answers, items, missing)
    if table.why:
        return _nothing(table, missing, table.why)
    return _analysis(correlation_matrix(table), table, missing, method, conditions)


def _nothing(table: AnswerTable, missing: MissingAnswers, why: Reason) -> FactorAnalysis:
    """The analysis of answers that cannot be put in relation."""
    none = unknown(why)
    adequacy = SamplingAdequacy(none, (), none, none, 0, none)
    return FactorAnalysis(
        table.items, table.fewest, missing, adequacy, (), (), none, (why,), None, table.remarks
    )


def _analysis(
    correlations: Array,
    table: AnswerTable,
    missing: MissingAnswers,
    method: FactorMethod,
    conditions: SampleConditions,
) -> FactorAnalysis:
    """The factors behind the correlations of a table of answers."""
    items, respondents = table.items, table.fewest
    adequacy = sampling_adequacy(correlations, items, respondents)
    eigenvalues, random = _eigenvalues(correlations), np.empty(0)
    if method.count is FactorCount.PARALLEL_ANALYSIS and method.number is None:
        random = random_eigenvalues(respondents, len(items), method.random_answers)
    number = _number(eigenvalues, random, len(items), method)
    reasons = (
        unusable(correlations, items, respondents),
        *_unmet(adequacy, items, respondents, conditions),
        number.why,
    )
    unmet = tuple(dict.fromkeys(why for why in reasons if why))
    solution = None
    if not unmet:
        count = int(number.number)
        solution = factor_solution(correlations, items, count, method.extraction, method.rotation)
    return FactorAnalysis(
        items,
        respondents,
        missing,
        adequacy,
        tuple(eigenvalues.tolist()),
        tuple(random.tolist()),
        number,
        unmet,
        solution,
        table.remarks,
    )


def random_eigenvalues(respondents: int, items: int, random_answers: RandomAnswers) -> Array:
    """The percentile of each eigenvalue over samples of normal answers that have nothing in common."""
    generator = np.random.default_rng(random_answers.seed)
    found = []
    for _ in range(random_answers.samples):
        drawn = generator.standard_normal((respondents, items))
        found.append(_eigenvalues(np.atleast_2d(np.corrcoef(drawn, rowvar=False))))
    percentiles: Array = np.percentile(found, random_answers.percentile, axis=0)
    return percentiles


def _eigenvalues(correlations: Array) -> Array:
    """The eigenvalues, largest first; none where a correlation is not known."""
    if np.isnan(correlations).any():
        return np.empty(0)
    descending: Array = np.linalg.eigvalsh(correlations)[::-1].astype(np.float64)
    return descending


def _number(eigenvalues: Array, random: Array, items: int, method: FactorMethod) -> Statistic:
    """How many factors there are, or why that many cannot be found."""
    if not eigenvalues.size:
        return unknown(_NO_EIGENVALUES)
    number = method.number
    if number is None:
        bounds = random if method.count is FactorCount.PARALLEL_ANALYSIS else np.ones(items)
        below = np.flatnonzero(eigenvalues <= bounds)
        number = int(below[0]) if below.size else items
    if number < 1:
        return unknown(_NO_FACTOR)
    freedom = ((items - number) ** 2 - items - number) / 2
    components = method.extraction is Extraction.PRINCIPAL_COMPONENTS
    if number > items or (freedom < 0 and not components):
        return unknown(_too_many(number, items))
    return known(number)


def _unmet(
    adequacy: SamplingAdequacy,
    items: Sequence[str],
    respondents: int,
    conditions: SampleConditions,
) -> tuple[Reason, ...]:
    """Each condition that the sample does not meet, with what it is and what it should be."""
    unmet = []
    if respondents < conditions.respondents:
        unmet.append(_too_few(respondents, conditions.respondents))
    if respondents < conditions.respondents_per_item * len(items):
        unmet.append(_too_few_per_item(respondents, len(items), conditions.respondents_per_item))
    if adequacy.kmo.why:
        unmet.append(adequacy.kmo.why)
    elif adequacy.kmo.number < conditions.kmo:
        unmet.append(_low_kmo(adequacy.kmo.number, conditions.kmo))
    if adequacy.p.why:
        unmet.append(adequacy.p.why)
    elif adequacy.p.value is not None and adequacy.p.value >= conditions.bartlett_p:
        unmet.append(_spherical(adequacy.p.value, conditions.bartlett_p))
    return tuple(unmet)


_NO_EIGENVALUES = Reason(
    "eigenvalues-unknown",
    "有的相关系数无从计算，因此没有特征值。",
    "Some correlations are not known, so there are no eigenvalues.",
)
_NO_FACTOR = Reason(
    "no-factor",
    "没有一个因子达到标准；题目之间几乎没有共同之处。",
    "No factor reaches the mark: the items have next to nothing in common.",
)


def _too_many(number: int, items: int) -> Reason:
    return Reason(
        "too-many-factors",
        f"{items} 道题不足以确定 {number} 个因子；请减少因子数或增加题目。",
        f"{items} items do not determine {number} factors. Take fewer factors or more items.",
    )


def _too_few(respondents: int, least: int) -> Reason:
    return Reason(
        "too-few-respondents",
        f"可用答卷 {respondents} 份，因子分析至少需要 {least} 份。",
        f"{respondents} respondents can be counted; factor analysis takes at least {least}.",
    )


def _too_few_per_item(respondents: int, items: int, least: float) -> Reason:
    return Reason(
        "too-few-respondents-per-item",
        f"{items} 道题只有 {respondents} 份可用答卷，每题至少需要 {least:g} 份。",
        f"{respondents} respondents for {items} items; it takes at least {least:g} to an item.",
    )


def _low_kmo(found: float, least: float) -> Reason:
    return Reason(
        "kmo-too-low",
        f"KMO 为 {found:.3f}，低于 {least:g}：题目之间的相关不像出自共同的因子。",
        f"KMO is {found:.3f}, below {least:g}: the correlations do not look like those of common "
        "factors.",
    )


def _spherical(found: float, most: float) -> Reason:
    return Reason(
        "correlations-like-chance",
        f"巴特利特球形检验 p = {found:.3f}，未小于 {most:g}：题目之间的相关可能只是偶然。",
        f"Bartlett's p is {found:.3f}, not below {most:g}: the items may correlate by chance alone.",
    )
