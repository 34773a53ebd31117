"""The figures of event interviews: how coders agree, and how excellent and average performers differ."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import fmean

from kb_service.studies.agreement import CoderAgreement, coder_agreement
from kb_service.studies.group_differences import (
    CompetencyDifference,
    Correction,
    Interview,
    Measure,
    group_differences,
)
from kb_service.studies.results import Reason, Statistic
from kb_service.studies.two_groups import Comparison, Conditions, Method, ShareComparison
from kb_service.study_records.figures import Figure
from kb_service.study_records.policy import StudyPolicy, chosen_way
from kb_service.study_records.records import Row, StudyRecord, number_in
from kb_service.study_records.table_names import CODERS, CODES, EVENTS, ITEMS, PERFORMERS

_EXCELLENT = "excellent"


def bei_figures(record: StudyRecord, policy: StudyPolicy) -> Iterator[Figure]:
    """Every figure of the interviews. Raises PolicyLacks."""
    codings = {
        coder: {event: _seen(record, coder, event) for event in record.codes(EVENTS)}
        for coder in record.codes(CODERS)
    }
    yield from _agreement(coder_agreement(codings, policy.number("study-confidence")))
    interviews = {str(row["code"]): _interview(record, row) for row in record.rows(PERFORMERS)}
    groups = {str(row["code"]): str(row["group"]) for row in record.rows(PERFORMERS)}
    correction = chosen_way(record, "correction", policy, "tests-corrected-by")
    found = group_differences(
        [interviews[code] for code, group in groups.items() if group == _EXCELLENT],
        [interviews[code] for code, group in groups.items() if group != _EXCELLENT],
        record.codes(ITEMS),
        Conditions(
            int(policy.number("study-fewest-for-means")),
            policy.number("study-normality-significance"),
            policy.number("study-least-expected-count"),
        ),
        Correction(correction.name),
    )
    corrected = correction.remark("按检验次数校正的方法", "Corrected for many tests by")
    for each in found.competencies.values():
        yield from _difference(each, corrected)
    length = found.length
    yield Figure("length-p", (), length.p, length.first.size + length.second.size, found.remarks)


def _seen(record: StudyRecord, coder: str, event: str) -> list[str]:
    """The competencies that a coder saw in an event, every event having been given to every coder."""
    return [
        str(row["item"])
        for row in record.rows(CODES)
        if row["coder"] == coder and row["event"] == event
    ]


def _interview(record: StudyRecord, performer: Row) -> Interview:
    """What counts as shown in an interview: what more than half of the coders saw in an event.

    Its level is the mean of what those coders gave it.
    """
    events = {row["code"] for row in record.rows(EVENTS) if row["performer"] == performer["code"]}
    seen: dict[tuple[str, str], list[Row]] = {}
    for row in record.rows(CODES):
        if row["event"] in events:
            seen.setdefault((str(row["event"]), str(row["item"])), []).append(row)
    coders = len(_active_coders(record))
    levels: dict[str, list[float | None]] = {}
    for (_, item), rows in seen.items():
        if 2 * len(rows) > coders:
            told = [number_in(row, "level") for row in rows if "level" in row]
            levels.setdefault(item, []).append(fmean(told) if told else None)
    length = performer.get("length")
    return Interview(
        str(performer["code"]), levels, float(str(length)) if length is not None else None
    )


def _active_coders(record: StudyRecord) -> set[str]:
    return {str(row["coder"]) for row in record.rows(CODES)}


def _agreement(found: CoderAgreement) -> Iterator[Figure]:
    codes = sum(found.codes.values())
    yield Figure("category-agreement", (), found.category_agreement, codes, found.remarks)
    yield Figure("coding-reliability", (), found.reliability, codes)
    yield Figure("fleiss-kappa", (), found.kappa.kappa, found.kappa.units)
    yield Figure("fleiss-kappa-p", (), found.kappa.p, found.kappa.units)
    for pair in found.pairs:
        about = (("coder", pair.first), ("coder", pair.second))
        yield Figure("category-agreement", about, pair.category_agreement, pair.same_codes)
        for kind, statistic in (
            ("cohen-kappa", pair.kappa.kappa),
            ("cohen-kappa-low", pair.kappa.interval.low),
            ("cohen-kappa-high", pair.kappa.interval.high),
            ("cohen-kappa-p", pair.kappa.p),
        ):
            yield Figure(kind, about, statistic, pair.kappa.units)
    for category, kappa in found.categories.items():
        yield Figure("fleiss-kappa", (("item", category),), kappa.kappa, kappa.units)


def _difference(found: CompetencyDifference, corrected: Reason) -> Iterator[Figure]:
    about = (("item", found.competency),)
    frequency, level = found.frequency, found.level
    yield Figure("frequency-excellent", about, frequency.first.mean, frequency.first.size)
    yield Figure("frequency-average", about, frequency.second.mean, frequency.second.size)
    yield Figure("level-excellent", about, level.first.mean, level.first.size)
    yield Figure("level-average", about, level.second.mean, level.second.size)
    for measure, test in (
        (Measure.FREQUENCY, frequency),
        (Measure.LEVEL, level),
        (Measure.OCCURRENCE, found.occurrence),
    ):
        yield from _test(measure.value, about, test, found.adjusted[measure], corrected)


def _test(
    name: str,
    about: tuple[tuple[str, str], ...],
    test: Comparison | ShareComparison,
    adjusted: Statistic,
    corrected: Reason,
) -> Iterator[Figure]:
    """A comparison of both groups: which test, what came out of it, and how large the difference is."""
    if isinstance(test, Comparison):
        people = test.first.size + test.second.size
        because = (test.because,) if test.because else ()
    else:
        people, because = test.first_size + test.second_size, ()
    by = (_METHODS[test.method],) if test.method else ()
    yield Figure(f"{name}-test", about, test.statistic, people, (*by, *because))
    yield Figure(f"{name}-degrees-of-freedom", about, test.degrees_of_freedom, people)
    yield Figure(f"{name}-p-single", about, test.p, people)
    yield Figure(f"{name}-p", about, adjusted, people, (corrected, *because))
    yield Figure(f"{name}-effect", about, test.effect, people)


_METHODS = {
    Method.WELCH: Reason("welch-t", "韦尔奇 t 检验。", "Welch's t test."),
    Method.MANN_WHITNEY: Reason(
        "mann-whitney-u", "曼–惠特尼 U 检验。", "The U test of Mann and Whitney."
    ),
    Method.CHI_SQUARE: Reason("chi-square", "皮尔逊 χ² 检验。", "Pearson's chi-square test."),
    Method.FISHER: Reason("fisher-exact", "费希尔精确检验。", "Fisher's exact test."),
}
