"""The JSON API about performance: plans, appraisals of people, and how teams did."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from kb_service.web import performance_answers as answers
from kb_service.web.api import acceptable
from kb_service.web.days import asked_day
from kb_service.web.service import knowledge_base

performance = Blueprint("performance", __name__, url_prefix="/api/v1")
performance.before_request(acceptable)


@performance.get("/plans")
def plans() -> Response:
    """Every performance plan."""
    return jsonify(rows=answers.plans(knowledge_base()))


@performance.get("/plans/<plan>")
def plan(plan: str) -> Response:
    """A performance plan with its groups, their items, and who rates."""
    return jsonify(answers.plan(knowledge_base(), plan))


@performance.get("/people/<person>/performance")
def of_person(person: str) -> Response:
    """How somebody performed in a period, the latest by default; `asOf` a past day."""
    kb = knowledge_base()
    period = request.args.get("period")
    return jsonify(answers.performance(kb, person, period, asked_day(kb)))


@performance.get("/people/<person>/performance/history")
def history(person: str) -> Response:
    """Every appraisal of somebody, earliest first."""
    return jsonify(answers.history(knowledge_base(), person))


@performance.get("/teams/<team>/performance")
def of_team(team: str) -> Response:
    """How a team performed in a period, the latest by default."""
    return jsonify(answers.team(knowledge_base(), team, request.args.get("period")))
