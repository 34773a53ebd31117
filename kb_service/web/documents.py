"""Documents in and out of the API: validate, import, and the template to fill in."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Any

from flask import Blueprint, Response, jsonify, request

from kb_service.access.performance_writes import PerformanceWrites
from kb_service.findings import RefusedInput
from kb_service.knowledge_base import UnknownThingError
from kb_service.knowledge_base.checking import CheckedDocument
from kb_service.knowledge_base.dry_run_counts import DryRun
from kb_service.knowledge_base.dry_run_words import told
from kb_service.knowledge_base.model_worker import JSON
from kb_service.sheets import write_template
from kb_service.store.result_formats import best_type
from kb_service.validation.checked_files import CheckedFile
from kb_service.validation.junit_report import junit_report
from kb_service.validation.reports import REPORT_FORMATS, report
from kb_service.validation.sarif_report import sarif_report
from kb_service.validation.submissions import MEDIA_TYPES, rdf_format
from kb_service.web.bodies import Document, document, unsupported
from kb_service.web.language import language
from kb_service.web.model_documents import is_model_document
from kb_service.web.problems import Problem
from kb_service.web.service import knowledge_base
from kb_service.web.sheet_imports import (
    EXCEL,
    SHEET_TYPES,
    check_sheet,
    is_sheet,
    read_sheet,
    size_of,
    store_sheet,
)

JUNIT = "application/xml"
SARIF = "application/sarif+json"
_ENDS = {**SHEET_TYPES, "application/json": ".json"}
_FORMATS = ("application/json", *REPORT_FORMATS, SARIF, JUNIT)

documents = Blueprint("documents", __name__, url_prefix="/api/v1")


@dataclass(frozen=True)
class Report:
    """What there is to say of a document that could be read.

    `dry_runs` are those of its models, None where nobody asked for them.
    """

    file: CheckedFile
    dry_runs: tuple[DryRun, ...] | None = None

    def as_json(self) -> dict[str, Any]:
        """The report as the API shows it."""
        shown = self.file.as_json()
        if self.dry_runs is not None:
            shown["dryRuns"] = [
                run.as_json() | {"summary": [dict(words) for words in told(run)]}
                for run in self.dry_runs
            ]
        return shown


@documents.post("/validate")
def validate() -> Response:
    """What there is to say of a document, in the format asked for; nothing is stored."""
    chosen = best_type(request.headers.get("Accept", ""), _FORMATS)
    if chosen is None:
        listed = ", ".join(_FORMATS)
        raise Problem(406, f"可选的格式：{listed}。", f"Accept one of these: {listed}.")
    given = document()
    found = checked(given, consistency=_flag("consistency"), dry_run=_flag("dryRun"))
    if chosen == "application/json":
        return jsonify(found.as_json())
    answer = Response(_written(found.file, chosen), mimetype=chosen)
    answer.vary.add("Accept")
    return answer


def _written(file: CheckedFile, media_type: str) -> bytes:
    """The report in a format other than JSON."""
    root = knowledge_base().root
    if media_type == SARIF:
        return sarif_report([file], language(), root)
    if media_type == JUNIT:
        return junit_report([file], language())
    return report(file.findings, media_type, root)


def _flag(name: str) -> bool:
    """A parameter that is `true` or `false`, and false where it is left out. Raises Problem 400."""
    text = request.args.get(name, "false")
    if text not in ("true", "false"):
        raise Problem(
            400, f"参数 {name} 应为 true 或 false。", f"Give the parameter {name} as true or false."
        )
    return text == "true"


def checked(given: Document, *, consistency: bool = False, dry_run: bool = False) -> Report:
    """What there is to say of a document of any kind that we read.

    A model is tried only where rules would not be wrong about it. Raises Problem 415 for another
    kind, RefusedInput when it cannot be read.
    """
    kb = knowledge_base()
    name = given.filename or "document"
    if is_model_document(given):
        submitted = kb.read_model(given.data, given.media_type, given.filename)
        return _tried(name, kb.check_model(submitted, consistency=consistency), dry_run)
    if is_sheet(given):
        contents = read_sheet(given)
        return Report(CheckedFile(name, check_sheet(contents), size_of(contents)))
    # Browsers guess the type of a file from lists of their own, so its name may decide instead.
    types = (given.media_type, "") if given.filename else (given.media_type,)
    media_type = next((one for one in types if rdf_format(one, given.filename)), None)
    if media_type is None:
        raise unsupported(
            [*MEDIA_TYPES, "application/json", *SHEET_TYPES, JSON, "multipart/form-data"]
        )
    answer = kb.check_document(given.data, media_type, given.filename, consistency=consistency)
    return _tried(name, answer, dry_run)


def _tried(name: str, answer: CheckedDocument, dry_run: bool) -> Report:
    """The report on what was read; raises RefusedInput for what could not be."""
    if answer.status not in (200, 422):
        raise RefusedInput(answer.findings, answer.status)
    file = CheckedFile(name, answer.findings, {"triples": len(answer.triples)})
    if not dry_run:
        return Report(file)
    return Report(file, knowledge_base().dry_run(answer.triples) if answer.conforms else ())


@documents.post("/import")
def import_sheet() -> tuple[Response, int]:
    """Store the people and assessments of a filled template, or its figures and ratings."""
    given = document()
    if not is_sheet(given):
        raise unsupported([*SHEET_TYPES, "multipart/form-data"])
    contents = read_sheet(given)
    return jsonify(store_sheet(contents).as_json()), 200


@documents.get("/template/performance")
def performance_template() -> Response:
    """The workbook for figures and ratings of `?plan=` and `?period=`, `?filled=true` an example."""
    plan, period = request.args.get("plan"), request.args.get("period")
    if not plan or not period:
        raise Problem(
            400,
            "请给出方案和周期：?plan=customer-service-representative&period=2026-q3。",
            "Give a plan and a period: ?plan=customer-service-representative&period=2026-q3.",
        )
    writes = PerformanceWrites(knowledge_base())
    book = writes.template(plan, period, filled=_flag("filled"))
    answer = Response(book, mimetype=EXCEL)
    answer.headers["Content-Disposition"] = f'attachment; filename="performance-{period}.xlsx"'
    return answer


@documents.get("/template")
def template() -> Response:
    """The workbook to fill in, with `?framework=` for one framework only."""
    kb = knowledge_base()
    framework = request.args.get("framework")
    if framework is not None and framework not in kb.catalogue.dimensions:
        raise UnknownThingError("framework", framework)
    book = BytesIO()
    write_template(book, kb.catalogue, framework, kb.teams.values())
    answer = Response(book.getvalue(), mimetype=EXCEL)
    answer.headers["Content-Disposition"] = 'attachment; filename="rengang-template.xlsx"'
    return answer
