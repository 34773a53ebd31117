"""The figures of a Delphi panel: of each round, each item in it, each expert, and between rounds."""

from __future__ import annotations

from collections.abc import Iterator

from kb_service.studies.authority import (
    Authority,
    AuthorityTables,
    Expert,
    PanelAuthority,
    panel_authority,
)
from kb_service.studies.concordance import Missing
from kb_service.studies.delphi import (
    ItemStatistics,
    Round,
    RoundStatistics,
    Scale,
    round_statistics,
)
from kb_service.studies.results import Reason, known, unknown
from kb_service.studies.stability import RoundChange, stability
from kb_service.study_records.figures import Figure
from kb_service.study_records.policy import StudyPolicy
from kb_service.study_records.records import Row, StudyRecord, number_in
from kb_service.study_records.table_names import EXPERTS, ITEMS, RATINGS, ROUNDS


def delphi_figures(record: StudyRecord, policy: StudyPolicy) -> Iterator[Figure]:
    """Every figure of the panel. Raises PolicyLacks."""
    scale = Scale(number_in(record.about, "lowest"), number_in(record.about, "highest"))
    rounds = _rounds(record)
    missing = Missing(policy.way("concordance-without"))
    for each in rounds:
        yield from _of_round(round_statistics(each, scale, missing))
    yield from authority_figures(record, policy)
    between = stability(rounds, scale)
    for change in between.changes:
        yield from _of_change(change, between.remarks)
    if not between.changes:
        yield Figure("moved-share", (), unknown(between.remarks[0]))


def authority_figures(record: StudyRecord, policy: StudyPolicy) -> Iterator[Figure]:
    """Ca, Cs and Cr of each expert and of the panel; none where the panel was asked for neither."""
    rows = record.rows(EXPERTS)
    if not any(name in row for row in rows for name in (*policy.bases, "familiarity")):
        return
    experts = [_expert(row, policy) for row in rows]
    found = panel_authority(experts, AuthorityTables(policy.bases, policy.familiarity))
    yield from _of_panel(found)


def _expert(row: Row, policy: StudyPolicy) -> Expert:
    bases = {basis: str(row[basis]) for basis in policy.bases if basis in row}
    familiarity = str(row["familiarity"]) if "familiarity" in row else None
    return Expert(str(row["code"]), bases, familiarity)


def _of_panel(found: PanelAuthority) -> Iterator[Figure]:
    for expert, authority in found.experts.items():
        yield from _of_authority((("expert", expert),), authority, None)
    known_of = [a for a in found.experts.values() if a.coefficient.value is not None]
    for figure in _of_authority((), found.panel, len(known_of)):
        yield Figure(figure.kind, (), figure.statistic, figure.count, found.remarks)


def _of_authority(
    about: tuple[tuple[str, str], ...], authority: Authority, count: int | None
) -> Iterator[Figure]:
    yield Figure("judgement-coefficient", about, authority.judgement, count)
    yield Figure("familiarity-coefficient", about, authority.familiarity, count)
    # The cut is for the panel; an expert's own coefficient has a kind that no cut is of.
    kind = "authority-coefficient" if not about else "expert-authority"
    yield Figure(kind, about, authority.coefficient, count)


def _rounds(record: StudyRecord) -> list[Round]:
    """The rounds in their order, each sent to the whole panel, with the items that it asked about.

    An item that others are within, and that nobody ever rated, is a heading and was not asked about.
    """
    rated = {row["item"] for row in record.rows(RATINGS)}
    headings = {row["within"] for row in record.rows(ITEMS) if "within" in row} - rated
    asked = [row for row in record.rows(ITEMS) if row["code"] not in headings]
    return [
        Round(
            number,
            record.codes(EXPERTS),
            [str(row["code"]) for row in asked if _was_asked(row, number)],
            _ratings(record, number),
        )
        for number in sorted(map(int, record.codes(ROUNDS)))
    ]


def _was_asked(item: Row, number: int) -> bool:
    first, last = item.get("first_round"), item.get("last_round")
    return (first is None or int(str(first)) <= number) and (
        last is None or number <= int(str(last))
    )


def _ratings(record: StudyRecord, number: int) -> dict[str, dict[str, float]]:
    ratings: dict[str, dict[str, float]] = {}
    for row in record.rows(RATINGS):
        if row["round"] == str(number):
            ratings.setdefault(str(row["expert"]), {})[str(row["item"])] = number_in(row, "rating")
    return ratings


def _of_round(found: RoundStatistics) -> Iterator[Figure]:
    about = (("round", str(found.number)),)
    yield Figure("response-rate", about, found.response_rate, found.invited, found.remarks)
    yield Figure("panel-size", about, known(found.answered))
    agreed = found.concordance
    raters = len(agreed.raters)
    yield Figure("concordance", about, agreed.w, raters, agreed.remarks)
    yield Figure("concordance-chi-square", about, agreed.chi_square, raters)
    yield Figure("concordance-degrees-of-freedom", about, agreed.degrees_of_freedom, raters)
    yield Figure("concordance-p", about, agreed.p, raters)
    for item, statistics in found.items.items():
        yield from _of_item((*about, ("item", item)), statistics)


def _of_item(about: tuple[tuple[str, str], ...], found: ItemStatistics) -> Iterator[Figure]:
    yield Figure("mean", about, found.mean, found.ratings)
    yield Figure("median", about, found.median, found.ratings)
    yield Figure("standard-deviation", about, found.standard_deviation, found.ratings)
    yield Figure("coefficient-of-variation", about, found.coefficient_of_variation, found.ratings)
    yield Figure("full-score-frequency", about, found.full_score_frequency, found.ratings)


def _of_change(found: RoundChange, remarks: tuple[Reason, ...]) -> Iterator[Figure]:
    """The figures between two rounds, told of the later of them."""
    for item, change in found.items.items():
        about = (("round", str(found.later)), ("item", item))
        yield Figure("mean-change", about, change.mean)
        yield Figure("variation-change", about, change.coefficient_of_variation)
        yield Figure("moved-share", about, change.distribution)
        yield Figure("signed-rank-p", about, change.p, change.pairs, (*found.remarks, *remarks))
