"""The page that sets people, or positions, side by side, and its JSON."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, jsonify, render_template, request

from kb_service.web import answers
from kb_service.web.api import acceptable, window
from kb_service.web.comparison import MOST_COMPARED, asked_for, comparison
from kb_service.web.explanations import rule_words
from kb_service.web.pages import page
from kb_service.web.service import knowledge_base

compare_api = Blueprint("compare_api", __name__, url_prefix="/api/v1")
compare_api.before_request(acceptable)
compare_pages = Blueprint("compare_pages", __name__)

_CANDIDATES = 20


def register_compare_pages(app: Flask) -> None:
    """Give the app the page and its JSON."""
    app.register_blueprint(compare_api)
    app.register_blueprint(compare_pages)
    app.add_template_global(lambda: MOST_COMPARED, "most_compared")


@compare_api.get("/compare")
def compare_document() -> Response:
    """The people and the positions that `?person=` and `?model=` name, side by side."""
    return jsonify(comparison(knowledge_base(), asked_for(*_given())))


@compare_pages.get("/compare")
@page("compare_api.compare_document")
def compare() -> str:
    """The comparison; while one side is missing, what there is to choose from."""
    people, models = _given()
    if people and models:
        return _compared(people, models)
    return _choosing(people, models)


def _compared(people: list[str], models: list[str]) -> str:
    kb = knowledge_base()
    words = {rule.name: rule_words(rule) for rule in kb.rules.by_iri.values()}
    shown = comparison(kb, asked_for(people, models))
    return render_template("compare.html", shown=shown, rules=words)


def _choosing(people: list[str], models: list[str]) -> str:
    """Candidates of the position that was named, or positions of the person, to tick."""
    kb = knowledge_base()
    model = models[0] if models else None
    person = people[0] if people else None
    return render_template(
        "compare_choice.html",
        model=answers.position_model(kb, model) if model else None,
        person=answers.person(kb, person) if person else None,
        candidates=answers.candidates(kb, model, {}, *window(_CANDIDATES)).part if model else None,
        fits=answers.fits(kb, person) if person else [],
        models=answers.position_models(kb),
    )


def _given() -> tuple[list[str], list[str]]:
    return request.args.getlist("person"), request.args.getlist("model")
