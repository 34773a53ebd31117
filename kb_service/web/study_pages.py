"""Pages about model-building studies: which there are, what each found, why, and what it drafts."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Blueprint, Flask, Response, render_template, request

from kb_service.access.studies import Studies
from kb_service.findings import RefusedInput
from kb_service.knowledge_base.study_document import Row, study_row
from kb_service.study_records.field_kinds import BEI, FUZZY, QUESTIONNAIRE
from kb_service.study_records.kinds import KINDS
from kb_service.study_records.meeting_kind import MEETING
from kb_service.study_records.panel_kinds import AHP, DELPHI
from kb_service.web.auditing import note_object
from kb_service.web.pages import page
from kb_service.web.problems import Problem, refused
from kb_service.web.service import knowledge_base, service
from kb_service.web.studies import (
    RESTS_ON,
    asked_conclusion,
    asked_draft,
    asks_for_plan,
    workbook_answer,
)
from kb_service.web.study_answers import FuzzyPart, InterviewPart, QuestionnairePart
from kb_service.web.study_documents import StudyPage, study_page, took_part
from kb_service.web.study_drafts import DraftShown, draft_shown
from kb_service.web.study_explanations import study_explanation
from kb_service.web.study_figures import remarks_on
from kb_service.web.study_meetings import MeetingPart
from kb_service.web.study_panels import ComparisonPart, DelphiPart

study_pages = Blueprint("study_pages", __name__)

_PARTS: Mapping[str, Callable[[StudyPage], object]] = {
    DELPHI.id: DelphiPart,
    AHP.id: ComparisonPart,
    BEI.id: InterviewPart,
    QUESTIONNAIRE.id: QuestionnairePart,
    FUZZY.id: FuzzyPart,
    MEETING.id: MeetingPart,
}
"""By kind of study, what only a page about one of that kind shows."""


def register_study_pages(app: Flask) -> None:
    """Add the pages, and what only they say."""
    app.register_blueprint(study_pages)
    app.add_template_filter(remarks_on, "remarks_on")
    app.add_template_global(took_part, "took_part")


@study_pages.get("/studies")
@page("studies.every_study")
def every_study() -> str:
    """Every study, and where to hand one in."""
    return render_template(
        "studies.html",
        studies=Studies(knowledge_base()).listed(),
        kinds=list(KINDS.values()),
    )


@study_pages.get("/studies/<study>")
@page("studies.study")
def study(study: str) -> str:
    """What a study is, its figures, and what was decided by them."""
    note_object(study)
    shown = study_page(knowledge_base(), study)
    related = _of_position(shown.study["position"])
    return render_template(
        "study.html",
        page=shown,
        part=_PARTS[shown.study["kind"]](shown),
        study=shown.study,
        figures=shown.figures,
        related=related,
        drafting=_drafting(related),
    )


@study_pages.get("/studies/<study>/workbook")
def workbook(study: str) -> Response:
    """The workbook of a study, to keep or to change and hand in again."""
    note_object(study)
    return workbook_answer(study)


@study_pages.get("/studies/<study>/items/<item>")
@page("studies.explanation")
def explanation(study: str, item: str) -> str:
    """Why something was decided about an item, as a tree that opens step by step."""
    note_object(study)
    seen = Studies(knowledge_base())
    conclusion = asked_conclusion(seen, study, item)
    found = seen.conclusions(study)
    return render_template(
        "study_explanation.html",
        study=study_row(found.record),
        item=item,
        about=found.item_label(item),
        tree=study_explanation(service().labels.shared(), seen, study, conclusion),
    )


@study_pages.get("/studies/<study>/draft")
def draft(study: str) -> Response:
    """What a position model or a performance plan by this and other studies would say."""
    note_object(study)
    view = knowledge_base()
    try:
        made = asked_draft(Studies(view), study)
    except RefusedInput as error:
        answer = _draft_page(study=study, shown=None, problem=refused(error))
        answer.status_code = error.status
        return answer
    shown = draft_shown(view, made, is_plan=asks_for_plan())
    return _draft_page(study=study, shown=shown, problem=None)


@page()
def _draft_page(*, study: str, shown: DraftShown | None, problem: Problem | None) -> str:
    told = study_row(Studies(knowledge_base()).conclusions(study).record)
    return render_template(
        "study_draft.html",
        study=told,
        draft=shown,
        asked={name: request.args[name] for name in ("as", *RESTS_ON) if request.args.get(name)},
        problem=problem,
        rests_on=RESTS_ON,
        related=_of_position(told["position"]),
    )


def _of_position(position: str) -> list[Row]:
    """The studies about a position."""
    rows = Studies(knowledge_base()).listed()
    return [row for row in rows if row["position"] == position]


def _drafting(related: list[Row]) -> dict[str, str]:
    """The parameters of a draft by a panel and one study of each other kind; empty without a panel."""
    of_kind = {row["kind"]: row["id"] for row in reversed(related)}
    if DELPHI.id not in of_kind:
        return {}
    others = {name: of_kind[kind] for name, (_, kind) in RESTS_ON.items() if kind in of_kind}
    return {"study": of_kind[DELPHI.id], **others}
