"""All figures of a study, whatever its kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from kb_service.study_records.ahp_figures import ahp_figures
from kb_service.study_records.bei_figures import bei_figures
from kb_service.study_records.delphi_figures import delphi_figures
from kb_service.study_records.figures import Figure
from kb_service.study_records.fuzzy_figures import fuzzy_figures
from kb_service.study_records.meeting_figures import meeting_figures
from kb_service.study_records.policy import StudyPolicy
from kb_service.study_records.questionnaire_figures import questionnaire_figures
from kb_service.study_records.records import StudyRecord

_COMPUTED_BY: Mapping[str, Callable[[StudyRecord, StudyPolicy], Iterable[Figure]]] = {
    "ahp": ahp_figures,
    "bei": bei_figures,
    "delphi": delphi_figures,
    "fuzzy": fuzzy_figures,
    "meeting": meeting_figures,
    "questionnaire": questionnaire_figures,
}


def figures_of(record: StudyRecord, policy: StudyPolicy) -> Iterator[Figure]:
    """Every figure that a study's data give, those without a number included.

    Raises PolicyLacks for a number that the policy does not have.
    """
    yield from _COMPUTED_BY[record.kind.id](record, policy)
