"""The pages that take a file: import and validate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for

from kb_service.access.foreseeing import Foreseeing
from kb_service.access.performance_writes import PerformanceWrites
from kb_service.findings import Finding, RefusedInput
from kb_service.people_records.performance_records import PerformanceChoices
from kb_service.study_records.kinds import KINDS
from kb_service.study_records.layout import StudyKind
from kb_service.web.annotated_sources import MOST_FINDINGS, annotated
from kb_service.web.bodies import Document, document
from kb_service.web.callers import caller
from kb_service.web.documents import checked
from kb_service.web.imports import check_import, people_in, read_import
from kb_service.web.pages import page
from kb_service.web.pending_imports import PendingImport, pending_imports
from kb_service.web.problems import Problem
from kb_service.web.service import knowledge_base
from kb_service.web.sheet_imports import is_sheet

forms = Blueprint("forms", __name__)

_CHECKED = (".ttl", ".json", ".jsonld", ".rdf", ".nt", ".xlsx", ".csv")


@forms.get("/import")
@page()
def import_form() -> str:
    """Where a filled workbook is handed in, and where there are empty ones."""
    return render_template("import.html", choices=choices(), kinds=study_kinds())


@forms.post("/import")
def import_sheet() -> Response:
    """The way to what an uploaded sheet would store, or every fault in it where it stands."""
    given = document()
    if not is_sheet(given):
        raise _of_another_kind(".xlsx", ".csv")
    try:
        contents = read_import(given)
        findings = check_import(contents)
    except RefusedInput as error:
        return _refused(given, error)
    people = people_in(contents)
    unknown = Foreseeing(knowledge_base()).unknown(people) if people else frozenset[str]()
    made = pending_imports().add(
        PendingImport(caller().name, given.filename, contents, findings, unknown)
    )
    return make_response(redirect(url_for("pending.shown", pending=made.id), 303))


def _refused(given: Document, error: RefusedInput) -> Response:
    shown = render_template(
        "import.html",
        findings=error.findings[:MOST_FINDINGS],
        source=annotated(given, error.findings),
        filename=given.filename,
        choices=choices(),
        kinds=study_kinds(),
    )
    return make_response(shown, error.status)


def choices() -> PerformanceChoices:
    """The plans and periods for which there are templates."""
    return PerformanceWrites(knowledge_base()).choices


def study_kinds() -> Sequence[StudyKind]:
    """The kinds of study for which there are templates."""
    return tuple(KINDS.values())


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
        return _validated(given, text, chosen, error.findings, error.status)
    return _validated(given, text, chosen, report.file.findings, report=report.as_json())


def _validated(
    given: Document,
    text: str,
    chosen: Sequence[str],
    findings: Sequence[Finding],
    status: int = 200,
    report: Mapping[str, object] | None = None,
) -> Response:
    shown = render_template(
        "validate.html",
        report=report,
        findings=findings[:MOST_FINDINGS],
        more=max(0, len(findings) - MOST_FINDINGS),
        source=annotated(given, findings),
        text=text,
        filename=given.filename,
        chosen=chosen,
    )
    return make_response(shown, status)


def _of_another_kind(*endings: str) -> Problem:
    """The problem of a file of a kind that a form does not take, said to who chose it."""
    zh, en = "、".join(endings), ", ".join(endings)
    return Problem(
        415,
        f"读不了这种文件，没有保存任何内容。请返回，另选一个文件：{zh}。",
        f"Files of this kind cannot be read here; nothing was stored. "
        f"Go back and choose one of these: {en}.",
    )
