"""Model-building studies over the API: imported, listed, computed, explained, drafted from."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request, url_for
from pyoxigraph import NamedNode

from kb_service.access.studies import DraftDocument, Studies
from kb_service.engine.explanation_provenance import FORMATS
from kb_service.knowledge_base.model_worker import EXCEL
from kb_service.web.auditing import note_change, note_object
from kb_service.web.bodies import document, unsupported
from kb_service.web.callers import who_shares
from kb_service.web.negotiation import chosen_type
from kb_service.web.problems import Problem
from kb_service.web.service import knowledge_base, service
from kb_service.web.study_explanations import study_explanation, study_provenance

studies = Blueprint("studies", __name__, url_prefix="/api/v1")

_JSON = "application/json"
_TURTLE = "text/turtle"
_NARROWED_BY = ("round", "item", "kind")
RESTS_ON = {
    "weights": ("weighing", "ahp"),
    "interviews": ("interviews", "bei"),
    "questionnaire": ("questionnaire", "questionnaire"),
    "meeting": ("meeting", "meeting"),
}
"""The parameters that name the other studies of a draft: what for, and of which kind they are."""


@studies.get("/studies")
def every_study() -> Response:
    """Every study."""
    return jsonify(rows=_seen().listed())


@studies.post("/studies")
def import_study() -> tuple[Response, int, dict[str, str]]:
    """Store the study in a workbook, in place of one with the same id."""
    given = document()
    if given.media_type != EXCEL and not given.filename.lower().endswith(".xlsx"):
        raise unsupported([EXCEL, "multipart/form-data"])
    seen = _seen()
    known = {row["id"] for row in seen.listed()}
    note_change()
    stored = seen.import_workbook(given.data, given.filename or "study.xlsx", who_shares())
    note_object(stored.id)
    told = seen.told(stored.id) | {"findings": [note.as_json() for note in stored.notes]}
    address = {"Location": url_for("studies.study", study=stored.id)}
    return jsonify(told), 200 if stored.id in known else 201, address


@studies.get("/studies/<study>")
def study(study: str) -> Response:
    """A study with what was decided by it, or its workbook."""
    note_object(study)
    if chosen_type((_JSON, EXCEL)) == EXCEL:
        answer = workbook_answer(study)
    else:
        answer = jsonify(_seen().told(study))
    answer.vary.add("Accept")
    return answer


@studies.delete("/studies/<study>")
def remove(study: str) -> tuple[str, int]:
    """Take a study back with all that follows from it."""
    note_object(study)
    note_change()
    _seen().remove(study)
    return "", 204


@studies.get("/studies/<study>/history")
def history(study: str) -> Response:
    """What was changed in a study, when and by whom."""
    note_object(study)
    return jsonify(study=study, rows=_seen().history(study))


@studies.get("/studies/<study>/statistics")
def statistics(study: str) -> Response:
    """The statistics of a study; those of a round, an item or a kind where one is asked for."""
    note_object(study)
    wanted = {name: request.args[name] for name in _NARROWED_BY if request.args.get(name)}
    rows = [
        row
        for row in _seen().conclusions(study).statistics()
        if all(row[name] == value for name, value in wanted.items())
    ]
    return jsonify(study=study, rows=rows)


@studies.get("/studies/<study>/items/<item>/explanation")
def explanation(study: str, item: str) -> Response:
    """Why an item was decided on so, or why a tier or a level is suggested for it."""
    note_object(study)
    media_type = chosen_type((_JSON, *FORMATS))
    shared, seen = service().labels.shared(), _seen()
    conclusion = asked_conclusion(seen, study, item)
    if media_type == _JSON:
        answer = jsonify(study_explanation(shared, seen, study, conclusion))
    else:
        data = study_provenance(shared, seen, study, conclusion, media_type)
        answer = Response(data, mimetype=media_type)
    answer.vary.add("Accept")
    return answer


@studies.get("/studies/<study>/draft")
def draft(study: str) -> Response:
    """The draft of a position model or of a performance plan; nothing is stored."""
    note_object(study)
    chosen_type((_TURTLE,))
    made = asked_draft(_seen(), study)
    return _file(made.turtle, _TURTLE, f"{study}-draft.ttl")


@studies.get("/template/study")
def template() -> Response:
    """The workbook for a kind of study, to fill in."""
    chosen_type((EXCEL,))
    kind = request.args.get("kind", "delphi")
    return _file(_seen().template(kind), EXCEL, f"rengang-{kind}-template.xlsx")


def asked_conclusion(seen: Studies, study: str, item: str) -> NamedNode:
    """The conclusion about an item that the parameters name.

    Raises Problem 400, and UnknownThingError where nothing of the kind was concluded.
    """
    return seen.conclusion_on(
        study,
        item,
        about=_one_of("about", ("decision", "tier", "level")),
        round_=request.args.get("round", ""),
        grade=request.args.get("grade", ""),
    )


def asked_draft(seen: Studies, study: str) -> DraftDocument:
    """The draft that the parameters ask for; nothing is stored.

    Raises Problem 400, RefusedInput where the studies give none, and UnknownThingError.
    """
    others = {field: request.args.get(name, "") for name, (field, _) in RESTS_ON.items()}
    return seen.draft(study, others, plan=asks_for_plan())


def asks_for_plan() -> bool:
    """Whether the draft that is asked for is of a performance plan. Raises Problem 400."""
    return _one_of("as", ("model", "plan")) == "plan"


def workbook_answer(study: str) -> Response:
    """The workbook of a study as a file. Raises UnknownThingError."""
    return _file(_seen().workbook(study), EXCEL, f"{study}.xlsx")


def _seen() -> Studies:
    """What the caller of the current request may do with studies."""
    return Studies(knowledge_base())


def _one_of(name: str, values: tuple[str, ...]) -> str:
    """A parameter that is one of these, the first where it is left out. Raises Problem 400."""
    text = request.args.get(name, values[0])
    if text not in values:
        listed = ", ".join(values)
        raise Problem(
            400,
            f"参数 {name} 可为：{listed}。",
            f"Give the parameter {name} as one of: {listed}.",
        )
    return text


def _file(data: bytes, media_type: str, name: str) -> Response:
    answer = Response(data, mimetype=media_type)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer
