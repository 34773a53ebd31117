"""The pages of position models: all of them, one with its parts, and the people judged for it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, render_template

from kb_service.access.view import View
from kb_service.web import answers
from kb_service.web.answers import Document, shaped
from kb_service.web.api import narrowing, window
from kb_service.web.authorisation import Need, is_allowed
from kb_service.web.model_parts import citations, parts_of
from kb_service.web.model_versions import versions_in_work, versions_of
from kb_service.web.pages import page
from kb_service.web.service import knowledge_base
from kb_service.web.text_lines import in_two_lines

model_pages = Blueprint("model_pages", __name__)

_CANDIDATES = 20


def register_model_pages(app: Flask) -> None:
    """Give the app the pages of position models."""
    app.register_blueprint(model_pages)
    app.add_template_global(in_two_lines, "in_two_lines")


@model_pages.get("/position-models")
@page("api.position_models")
def position_models() -> str:
    """Every position model, and the versions that are on their way to be published."""
    view = knowledge_base()
    judged = view.ask("verdicts-of-models")
    return render_template(
        "models.html",
        models=answers.position_models(view),
        verdicts=_by_model(judged.rows),
        verdict_kinds=_verdict_kinds(view),
        withheld=judged.withheld,
        in_work=versions_in_work(view),
    )


@model_pages.get("/position-models/<model>")
@page("api.position_model")
def position_model(model: str) -> str:
    """A position's three parts and duties, the people judged for it, and its versions."""
    view = knowledge_base()
    shown = answers.position_model(view, model)
    cited = citations(view, model)
    judged = view.ask("verdicts-of-models")
    demand = view.ask("training-demand-of-model", model=model)
    return render_template(
        "model.html",
        model=shown,
        cited=cited,
        parts_shown=parts_of(view, shown, cited),
        verdicts=_by_model(judged.rows).get(model, []),
        demand=list(map(shaped, demand.rows)),
        withheld=judged.withheld or demand.withheld,
        versions=versions_of(view, model),
        **_candidates(view, model),
    )


@model_pages.get("/position-models/<model>/candidates")
@page("api.candidates")
def candidates(model: str) -> str:
    """The people judged for a position, best fit first, of one team or verdict if wanted."""
    view = knowledge_base()
    return render_template(
        "model_candidates.html",
        model=answers.position_model(view, model),
        **_candidates(view, model),
    )


def _candidates(view: View, model: str) -> dict[str, Any]:
    """What the table of candidates and its form need; no candidates for who may see nobody."""
    if not is_allowed(view.caller, Need.PEOPLE):
        return {"candidates": None}
    narrowed = narrowing()
    return {
        "candidates": answers.candidates(view, model, narrowed, *window(_CANDIDATES)),
        "narrowed": narrowed,
        "teams": view.teams,
        "verdict_kinds": _verdict_kinds(view),
        "assumptions": [shaped(row) for row in view.ask("assumptions-of-model", model=model).rows],
    }


def _verdict_kinds(view: View) -> list[Document]:
    return list(map(shaped, view.ask("verdicts").rows))


def _by_model(rows: list[dict[str, Any]]) -> dict[str, list[Document]]:
    """How many people have which verdict for each model, the best verdict first."""
    found: dict[str, list[Document]] = {}
    for row in map(shaped, rows):
        found.setdefault(row["model"], []).append(row)
    return found
