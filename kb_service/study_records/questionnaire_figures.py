"""The figures of a questionnaire: how reliable its items are, and what factors are behind them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from kb_service.studies.answers import MissingAnswers
from kb_service.studies.factor_solution import Extraction, FactorSolution, Rotation
from kb_service.studies.factors import (
    FactorAnalysis,
    FactorCount,
    FactorMethod,
    RandomAnswers,
    SampleConditions,
    factor_analysis,
)
from kb_service.studies.intraclass import IntraclassCorrelations, intraclass_correlations
from kb_service.studies.reliability import cronbach_alpha
from kb_service.studies.results import known, unknown
from kb_service.study_records.figures import Figure
from kb_service.study_records.policy import StudyPolicy
from kb_service.study_records.records import StudyRecord, number_in
from kb_service.study_records.table_names import ANSWERS, ITEMS

_Answers = Mapping[str, Mapping[str, float]]


def questionnaire_figures(record: StudyRecord, policy: StudyPolicy) -> Iterator[Figure]:
    """Every figure of the answers. Raises PolicyLacks."""
    answers = _answers(record)
    asked = [item for item in record.codes(ITEMS) if any(item in each for each in answers.values())]
    missing = MissingAnswers(policy.way("answers-missing"))
    confidence = policy.number("study-confidence")
    yield from _reliability((), answers, asked, missing, confidence)
    for parent, items in _scales(record, asked).items():
        yield from _scale_alpha(parent, answers, items, missing, confidence)
    yield from _intraclass(intraclass_correlations(answers, asked, confidence))
    yield from _factors(factor_analysis(answers, asked, missing, _method(policy), _fit(policy)))


def _answers(record: StudyRecord) -> dict[str, dict[str, float]]:
    answers: dict[str, dict[str, float]] = {}
    for row in record.rows(ANSWERS):
        answers.setdefault(str(row["respondent"]), {})[str(row["item"])] = number_in(row, "answer")
    return answers


def _scales(record: StudyRecord, asked: Sequence[str]) -> dict[str, list[str]]:
    """By first-level item, the items within it that were asked."""
    scales: dict[str, list[str]] = {}
    for row in record.rows(ITEMS):
        if "within" in row and row["code"] in asked:
            scales.setdefault(str(row["within"]), []).append(str(row["code"]))
    return scales


def _reliability(
    about: tuple[tuple[str, str], ...],
    answers: _Answers,
    items: Sequence[str],
    missing: MissingAnswers,
    confidence: float,
) -> Iterator[Figure]:
    found = cronbach_alpha(answers, items, missing, confidence)
    yield Figure("alpha", about, found.alpha, found.respondents, found.remarks)
    yield Figure("alpha-low", about, found.interval.low, found.respondents)
    yield Figure("alpha-high", about, found.interval.high, found.respondents)
    for each in found.by_item:
        of_item = (("item", each.item),)
        yield Figure("answer-mean", of_item, each.mean, found.respondents)
        yield Figure("answer-deviation", of_item, each.standard_deviation, found.respondents)
        yield Figure("item-total", of_item, each.item_total, found.respondents)
        yield Figure("alpha-if-deleted", of_item, each.alpha_if_deleted, found.respondents)


def _scale_alpha(
    parent: str,
    answers: _Answers,
    items: Sequence[str],
    missing: MissingAnswers,
    confidence: float,
) -> Iterator[Figure]:
    """α of the items within one of the first level; what each does for it is told of all together."""
    for figure in _reliability((("item", parent),), answers, items, missing, confidence):
        if figure.about == (("item", parent),) and figure.kind.startswith("alpha"):
            yield figure


def _intraclass(found: IntraclassCorrelations) -> Iterator[Figure]:
    """All six forms with their intervals: respondents are the judges, and items what they judge."""
    judges = len(found.judges)
    for each in found.forms:
        kind = _KINDS_OF_ICC[each.form]
        yield Figure(kind, (), each.value, judges, found.remarks)
        yield Figure(f"{kind}-low", (), each.interval.low, judges)
        yield Figure(f"{kind}-high", (), each.interval.high, judges)


_KINDS_OF_ICC = {
    "ICC(1,1)": "icc-1-1",
    "ICC(2,1)": "icc-2-1",
    "ICC(3,1)": "icc-3-1",
    "ICC(1,k)": "icc-1-k",
    "ICC(2,k)": "icc-2-k",
    "ICC(3,k)": "icc-3-k",
}


def _method(policy: StudyPolicy) -> FactorMethod:
    return FactorMethod(
        FactorCount.PARALLEL_ANALYSIS,
        Extraction.PRINCIPAL_AXIS,
        Rotation.VARIMAX,
        RandomAnswers(
            int(policy.number("parallel-analysis-samples")),
            policy.number("parallel-analysis-percentile"),
            int(policy.number("parallel-analysis-seed")),
        ),
    )


def _fit(policy: StudyPolicy) -> SampleConditions:
    return SampleConditions(
        int(policy.number("factors-fewest-respondents")),
        policy.number("factors-fewest-respondents-per-item"),
        policy.number("kmo-minimum"),
        policy.number("bartlett-p-limit"),
    )


def _factors(found: FactorAnalysis) -> Iterator[Figure]:
    adequacy = found.adequacy
    yield Figure("kmo", (), adequacy.kmo, found.respondents)
    yield Figure("bartlett-chi-square", (), adequacy.chi_square, found.respondents)
    degrees = known(adequacy.degrees_of_freedom)
    yield Figure("bartlett-degrees-of-freedom", (), degrees, found.respondents)
    yield Figure("bartlett-p", (), adequacy.p, found.respondents)
    count = (
        found.number if found.solution else unknown(found.unmet[0]) if found.unmet else found.number
    )
    yield Figure("factor-count", (), count, found.respondents, (*found.unmet, *found.remarks))
    if found.solution:
        yield from _loadings(found.solution)


def _loadings(found: FactorSolution) -> Iterator[Figure]:
    for each in found.items:
        for number, loading in enumerate(each.loadings, start=1):
            about = (("item", each.item), ("factor", str(number)))
            yield Figure("loading", about, known(loading))
