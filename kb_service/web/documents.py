"""Documents in and out of the API: validate, import, and the template to fill in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from flask import Blueprint, Response, jsonify, request

from kb_service.findings import Finding, RefusedInput
from kb_service.knowledge_base import UnknownThingError
from kb_service.sheets import write_template
from kb_service.store.result_formats import best_type
from kb_service.validation.reports import REPORT_FORMATS, report
from kb_service.validation.submissions import MEDIA_TYPES, rdf_format
from kb_service.web.bodies import Document, document, unsupported
from kb_service.web.problems import Problem
from kb_service.web.service import knowledge_base
from kb_service.web.sheet_imports import (
    EXCEL,
    SHEET_TYPES,
    check_sheet,
    is_sheet,
    read_sheet,
    store_sheet,
)

documents = Blueprint("documents", __name__, url_prefix="/api/v1")


@dataclass(frozen=True)
class Report:
    """What the shapes say of a document that could be read."""

    findings: Sequence[Finding]
    size: Mapping[str, int]

    def as_json(self) -> dict[str, Any]:
        """The report as the API shows it; it conforms, as in SHACL, when nothing was found."""
        counts = {
            f"{severity}s": sum(finding.severity == severity for finding in self.findings)
            for severity in ("violation", "warning", "info")
        }
        return {
            "conforms": not self.findings,
            **counts,
            "checked": dict(self.size),
            "findings": [finding.as_json() for finding in self.findings],
        }


@documents.post("/validate")
def validate() -> Response:
    """What the shapes say of a document, as JSON or as a SHACL report; nothing is stored."""
    chosen = best_type(request.headers.get("Accept", ""), ["application/json", *REPORT_FORMATS])
    if chosen is None:
        listed = ", ".join(["application/json", *REPORT_FORMATS])
        raise Problem(406, f"可选的格式：{listed}。", f"Accept one of these: {listed}.")
    found = checked(document())
    if chosen == "application/json":
        return jsonify(found.as_json())
    body = report(found.findings, chosen, knowledge_base().root)
    answer = Response(body, mimetype=chosen)
    answer.vary.add("Accept")
    return answer


def checked(given: Document) -> Report:
    """What the shapes say of a document of any kind that we read.

    Raises Problem 415 for another kind, RefusedInput when it cannot be read.
    """
    kb = knowledge_base()
    if is_sheet(given):
        contents = read_sheet(given)
        people = {one.person for one in contents.assessments} | {one.id for one in contents.people}
        size = {"people": len(people), "assessments": len(contents.assessments)}
        return Report(check_sheet(contents), size)
    # Browsers guess the type of a file from lists of their own, so its name may decide instead.
    types = (given.media_type, "") if given.filename else (given.media_type,)
    media_type = next((one for one in types if rdf_format(one, given.filename)), None)
    if media_type is None:
        raise unsupported([*MEDIA_TYPES, *SHEET_TYPES, "multipart/form-data"])
    answer = kb.check_document(given.data, media_type, given.filename)
    if answer.status not in (200, 422):
        raise RefusedInput(answer.findings, answer.status)
    return Report(answer.findings, {"triples": len(answer.triples)})


@documents.post("/import")
def import_sheet() -> tuple[Response, int]:
    """Store the people and assessments of a filled template."""
    given = document()
    if not is_sheet(given):
        raise unsupported([*SHEET_TYPES, "multipart/form-data"])
    contents = read_sheet(given)
    return jsonify(store_sheet(contents).as_json()), 200


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
