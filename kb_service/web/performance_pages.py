"""Pages about performance: the sheet to print of an appraisal, a team, and the plans."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, render_template, request

from kb_service.sheets.appraisal_workbook import appraisal_workbook
from kb_service.web import answers, performance_answers
from kb_service.web.days import asked_day
from kb_service.web.explanations import rule_words
from kb_service.web.language import language, say
from kb_service.web.pages import page
from kb_service.web.service import knowledge_base
from kb_service.web.sheet_imports import EXCEL
from kb_service.web.view import plain

performance_pages = Blueprint("performance_pages", __name__)

_UNITS = {"s": ("秒", "s"), "points": ("分", "points")}
_ASSUMPTIONS = {
    "group weight": ("权重：", "Weight: "),
    "item weight": ("权重：", "Weight: "),
    "rater weight": ("评价来源的权重：", "Weight of raters: "),
    "threshold": ("门槛值：", "Threshold: "),
    "target": ("目标值：", "Target: "),
    "stretch": ("挑战值：", "Stretch: "),
    "policy": ("", ""),
}
_SORTS = {
    "group weight": ("一级指标权重", "weights of groups"),
    "item weight": ("指标权重", "weights of indicators"),
    "rater weight": ("评价来源权重", "weights of raters"),
    "threshold": ("门槛值", "thresholds"),
    "target": ("目标值", "targets"),
    "stretch": ("挑战值", "stretches"),
    "policy": ("政策数值", "numbers of the policy"),
}


def register_performance_pages(app: Flask) -> None:
    """Add the pages, and the words that they use."""
    app.register_blueprint(performance_pages)
    app.add_template_filter(measured, "measured")
    app.add_template_filter(score, "score")
    app.add_template_filter(signed, "signed")
    app.add_template_global(_ASSUMPTIONS.__getitem__, "assumption_kind")
    app.add_template_global(_SORTS.__getitem__, "assumption_sort")


def measured(value: float | None, unit: str | None) -> str:
    """A figure of a KPI with its unit, nothing as a dash."""
    if value is None:
        return "–"
    number = plain(value)
    return f"{number}%" if unit == "%" else f"{number} {say(*_UNITS.get(unit or '', ('', '')))}"


def score(value: float | None) -> str:
    """A score with its decimal, nothing as a dash."""
    return "–" if value is None else f"{value:.1f}"


def signed(value: float) -> str:
    """A difference of scores with its sign: +1.5, −2, ±0."""
    sign = "+" if value > 0 else "−" if value < 0 else "±"
    return f"{sign}{plain(abs(value))}"


@performance_pages.get("/plans")
@page("performance.plans")
def plans() -> str:
    """Every performance plan."""
    return render_template("plans.html", plans=performance_answers.plans(knowledge_base()))


@performance_pages.get("/plans/<plan>")
@page("performance.plan")
def plan(plan: str) -> str:
    """A performance plan: shares, groups, items and raters."""
    return render_template("plan.html", plan=performance_answers.plan(knowledge_base(), plan))


@performance_pages.get("/people/<person>/performance/<period>")
def appraisal(person: str, period: str) -> Response:
    """The appraisal sheet of somebody in a period, as a page to print and sign or as a workbook."""
    offered = ["text/html", "application/xhtml+xml", "application/json", EXCEL]
    if request.accept_mimetypes and request.accept_mimetypes.best_match(offered) == EXCEL:
        return appraisal_workbook_of(person, period)
    return _appraisal_page(person=person, period=period)


@page("performance.of_person")
def _appraisal_page(person: str, period: str) -> str:
    kb = knowledge_base()
    shown = _sheet(person, period)
    document = shown["appraisal"]
    rules = {rule.name: rule for rule in kb.rules.by_iri.values()}
    rule = rules.get(document["resultRule"])
    return render_template(
        "appraisal.html",
        rule=rule_words(rule) if rule else None,
        better=_better(document["grade"], shown["grades"]),
        **shown,
    )


def _better(grade: str | None, grades: list[dict[str, Any]]) -> list[str]:
    """The grades before this one, the best first; none where there is no grade."""
    ids = [str(each["id"]) for each in grades]
    return ids[: ids.index(grade)] if grade in ids else []


@performance_pages.get("/people/<person>/performance/<period>.xlsx")
def appraisal_workbook_of(person: str, period: str) -> Response:
    """The same sheet as a workbook."""
    shown = _sheet(person, period)
    data = appraisal_workbook(
        shown["appraisal"], shown["history"], shown["person"], shown["grades"], language()
    )
    response = Response(data, mimetype=EXCEL)
    name = f"{shown['person']['id']}-{period}.xlsx"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.vary.update(("Accept", "Accept-Language", "Cookie"))
    return response


def _sheet(person: str, period: str) -> dict[str, Any]:
    kb = knowledge_base()
    day = asked_day(kb)
    return {
        "appraisal": performance_answers.performance(kb, person, period, day),
        "history": performance_answers.history(kb, person, day)["rows"],
        "person": answers.person(kb, person),
        "grades": [answers.shaped(row) for row in kb.ask("grades").rows],
    }


@performance_pages.get("/teams/<team>/performance")
@page("performance.of_team")
def team(team: str) -> str:
    """How a team performed: grades, nine boxes and calibration, drawn and as tables."""
    kb = knowledge_base()
    shown = performance_answers.team(kb, team, request.args.get("period"))
    return render_template(
        "team_performance.html",
        shown=shown,
        boxes=[answers.shaped(row) for row in kb.ask("nine-boxes").rows],
        periods=[answers.shaped(row) for row in kb.ask("periods").rows],
        grades=[answers.shaped(row) for row in kb.ask("grades").rows],
    )
