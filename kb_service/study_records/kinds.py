"""The kinds of study there are, each with its tables."""

from __future__ import annotations

from collections.abc import Mapping

from kb_service.study_records.field_kinds import BEI, FUZZY, QUESTIONNAIRE
from kb_service.study_records.layout import StudyKind
from kb_service.study_records.meeting_kind import MEETING
from kb_service.study_records.panel_kinds import AHP, DELPHI

KINDS: Mapping[str, StudyKind] = {
    kind.id: kind for kind in (DELPHI, AHP, BEI, QUESTIONNAIRE, FUZZY, MEETING)
}
"""The kinds by id."""
