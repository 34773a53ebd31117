"""The pages of position models: all of them, and one with the people judged for it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, render_template

from kb_service.web import answers
from kb_service.web.api import window
from kb_service.web.model_versions import versions_in_work, versions_of
from kb_service.web.pages import PARTS, page
from kb_service.web.service import knowledge_base

model_pages = Blueprint("model_pages", __name__)


def register_model_pages(app: Flask) -> None:
    """Give the app the pages of position models."""
    app.register_blueprint(model_pages)


@model_pages.get("/position-models")
@page("api.position_models")
def position_models() -> str:
    """Every position model, and the versions that are on their way to be published."""
    kb = knowledge_base()
    return render_template(
        "models.html", models=answers.position_models(kb), in_work=versions_in_work(kb)
    )


@model_pages.get("/position-models/<model>")
@page("api.position_model")
def position_model(model: str) -> str:
    """A position's three parts and duties, and the people judged for it."""
    kb = knowledge_base()
    shown = answers.position_model(kb, model)
    found = answers.candidates(kb, model, *window(20))
    return render_template(
        "model.html",
        model=shown,
        requirements=_by_part(shown["requirements"]),
        candidates=found,
        versions=versions_of(kb, model),
    )


def _by_part(requirements: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    found = {part: [one for one in requirements if one["part"] == part] for part in PARTS}
    return {part: members for part, members in found.items() if members}
