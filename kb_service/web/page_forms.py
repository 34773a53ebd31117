"""The pages that take a file: import and validate."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request

from kb_service.access.performance_writes import PerformanceWrites
from kb_service.findings import RefusedInput
from kb_service.people_records.performance_records import PerformanceChoices
from kb_service.web.bodies import Document, document
from kb_service.web.documents import checked
from kb_service.web.pages import page
from kb_service.web.problems import Problem, refused
from kb_service.web.service import knowledge_base
from kb_service.web.sheet_imports import is_sheet, read_sheet, store_sheet

forms = Blueprint("forms", __name__)

_CHECKED = (".ttl", ".json", ".jsonld", ".rdf", ".nt", ".xlsx", ".csv")


@forms.get("/import")
@page()
def import_form() -> str:
    """Where HR uploads a filled template."""
    return render_template("import.html", choices=_choices())


@forms.post("/import")
def import_sheet() -> Response:
    """What was stored from an uploaded sheet, or every fault in it with its row and column."""
    given = document()
    try:
        if not is_sheet(given):
            raise _of_another_kind(".xlsx", ".csv")
        stored = store_sheet(read_sheet(given))
    except RefusedInput as error:
        shown = render_template(
            "import.html", problem=refused(error), filename=given.filename, choices=_choices()
        )
        return make_response(shown, error.status)
    return make_response(
        render_template(
            "import.html", stored=stored.as_json(), filename=given.filename, choices=_choices()
        )
    )


def _choices() -> PerformanceChoices:
    """The plans and periods for which there are templates."""
    return PerformanceWrites(knowledge_base()).choices


@forms.get("/validate")
@page()
def validate_form() -> str:
    """Where a model author hands in a document to be checked."""
    return render_template("validate.html", text="", chosen=[])


@forms.post("/validate")
def validate() -> Response:
    """What there is to say of an uploaded file or of pasted Turtle; nothing is stored."""
    chosen = request.form.getlist("also")
    text = request.form.get("text", "")
    given = Document(text.encode(), "text/turtle") if text.strip() else document()
    try:
        report = checked(given, consistency="consistency" in chosen, dry_run="dryRun" in chosen)
    except Problem as problem:
        if problem.status != 415:
            raise
        raise _of_another_kind(*_CHECKED) from problem
    except RefusedInput as error:
        shown = render_template(
            "validate.html",
            problem=refused(error),
            text=text,
            filename=given.filename,
            chosen=chosen,
        )
        return make_response(shown, error.status)
    return make_response(
        render_template(
            "validate.html",
            report=report.as_json(),
            text=text,
            filename=given.filename,
            chosen=chosen,
        )
    )


def _of_another_kind(*endings: str) -> Problem:
    """The problem of a file of a kind that a form does not take, said to who chose it."""
    zh, en = "、".join(endings), ", ".join(endings)
    return Problem(
        415,
        f"读不了这种文件，没有保存任何内容。请返回，另选一个文件：{zh}。",
        f"Files of this kind cannot be read here; nothing was stored. "
        f"Go back and choose one of these: {en}.",
    )
