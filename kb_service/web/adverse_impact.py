"""The check of verdicts for adverse impact on groups: a form, its JSON, and a workbook to take away.

The groups are the caller's, for this purpose only: they are in the request and in its answer, and
nowhere else. The audit trail knows, as of every answer, whose verdicts were looked at.
"""

from __future__ import annotations

from flask import Blueprint, Flask, Response, jsonify, make_response, render_template, request

from kb_service.access.view import View
from kb_service.findings import RefusedInput
from kb_service.sheets.plain_workbook import plain_workbook
from kb_service.web import answers
from kb_service.web.api import acceptable
from kb_service.web.bodies import document
from kb_service.web.group_comparison import Asked, compared, read_groups, selecting_verdicts
from kb_service.web.language import say
from kb_service.web.pages import page
from kb_service.web.problems import refused
from kb_service.web.service import knowledge_base
from kb_service.web.sheet_imports import EXCEL

adverse_impact_api = Blueprint("adverse_impact_api", __name__, url_prefix="/api/v1")
adverse_impact_api.before_request(acceptable)
adverse_impact = Blueprint("adverse_impact", __name__)

_SELECTED_FROM = "fit"
_NOTHING_YET = Asked("", _SELECTED_FROM)


def register_adverse_impact(app: Flask) -> None:
    """Give the app the form and its JSON."""
    app.register_blueprint(adverse_impact_api)
    app.register_blueprint(adverse_impact)


@adverse_impact_api.post("/adverse-impact")
def checked() -> Response:
    """How often each group in the file is judged to fit, beside the most successful one."""
    asked = Asked(request.args.get("model", ""), request.args.get("verdict", _SELECTED_FROM))
    return jsonify(compared(knowledge_base(), read_groups(document()), asked))


@adverse_impact.get("/adverse-impact")
@page()
def form() -> str:
    """Where a file of people and groups is handed in."""
    return _form(knowledge_base())


@adverse_impact.post("/adverse-impact")
def check() -> Response:
    """The comparison as a page or, where it is asked for, as a workbook; or each fault of the file."""
    view = knowledge_base()
    asked = Asked(request.form.get("model", ""), request.form.get("verdict", _SELECTED_FROM))
    try:
        shown = compared(view, read_groups(document()), asked)
    except RefusedInput as error:
        return make_response(_form(view, asked, problem=refused(error)), error.status)
    if request.form.get("as") == "xlsx":
        return _workbook(shown)
    return make_response(_form(view, asked, shown=shown))


def _form(view: View, asked: Asked = _NOTHING_YET, **more: object) -> str:
    return render_template(
        "adverse_impact.html",
        models=answers.position_models(view),
        verdicts=selecting_verdicts(view),
        asked=asked,
        **more,
    )


def _workbook(shown: answers.Document) -> Response:
    headers = [
        say("组别", "Group"),
        say("入选", "Selected"),
        say("已判断", "Judged"),
        say("证据不足", "Not judged"),
        say("入选率（%）", "Rate (%)"),
        say("与最高入选率之比（%）", "Of the highest rate (%)"),
        say("费希尔精确检验 p", "p of Fisher’s exact test"),
        say("结果", "Finding"),
    ]
    rows = [
        (
            row["group"],
            row["selected"],
            row["judged"],
            row["unjudged"],
            row["rate"] and row["rate"]["percent"],
            row["ratio"] and row["ratio"]["percent"],
            row["p"],
            _finding(row),
        )
        for row in shown["groups"]
    ]
    response = Response(
        plain_workbook(say("不利影响", "Adverse impact"), headers, rows), mimetype=EXCEL
    )
    response.headers.set("Content-Disposition", "attachment", filename="adverse-impact.xlsx")
    return response


def _finding(row: answers.Document) -> str:
    if row["isReference"]:
        words = say("入选率最高，其他组与之相比", "highest rate, which others are compared with")
    elif row["isAdverse"]:
        words = say("低于五分之四", "below four fifths")
    else:
        words = ""
    small = say("人数少", "few people") if row["isSmall"] else ""
    return say("；", "; ").join(filter(None, (words, small)))
