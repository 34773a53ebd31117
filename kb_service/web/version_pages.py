"""Pages of the versions of a position model: each of them, drafts too, and what differs between two."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, render_template, request
from pyoxigraph import Triple

from kb_service.knowledge_base.model_documents import SubmittedModel
from kb_service.position_models import NotOneModel, PositionModel, from_triples
from kb_service.position_models.model import KINDS, ModelRequirement, in_order
from kb_service.web.model_versions import lives
from kb_service.web.pages import page
from kb_service.web.problems import Problem
from kb_service.web.service import knowledge_base

version_pages = Blueprint("version_pages", __name__)


def register_version_pages(app: Flask) -> None:
    """Give the app the pages of versions."""
    app.register_blueprint(version_pages)


@version_pages.get("/position-models/<model>/versions/<version>")
@page("model_versions.version")
def version(model: str, version: str) -> str:
    """What a version asks for, its status, every step taken, and what there is to say of it now."""
    seen = lives()
    found = seen.version(model, version)
    triples = seen.document(found)
    checked = knowledge_base().check_model(SubmittedModel(tuple(triples)))
    document = _read(triples)
    return render_template(
        "version.html",
        version=seen.told(found),
        document=document,
        requirements=_by_kind(document) if document else {},
        findings=[finding.as_json() for finding in checked.findings],
        steps=[
            each for each in seen.cycle.offered if found.status in seen.cycle.steps[each].sources
        ],
    )


@version_pages.get("/position-models/<model>/findings")
@page()
def checked(model: str) -> str:
    """What there is to say of the version that is asked for, as it would be said if handed in now."""
    seen = lives()
    found = seen.version(model, _number("version"))
    said = knowledge_base().check_model(SubmittedModel(tuple(seen.document(found))))
    return render_template(
        "model_checked.html",
        version=seen.told(found),
        findings=[finding.as_json() for finding in said.findings],
    )


@version_pages.get("/position-models/<model>/difference")
@page("model_versions.difference")
def difference(model: str) -> str:
    """What one version says otherwise than another, and if wanted who would be judged otherwise.

    To judge everybody by both takes long, so it is done only with `?people=true`.
    """
    seen = lives()
    before, after = (seen.version(model, _number(name)) for name in ("before", "after"))
    old, new = seen.document(before), seen.document(after)
    people = request.args.get("people") == "true"
    found = seen.compare(old, new).as_json() if people else None
    texts = found or seen.differing_texts(old, new)
    return render_template(
        "model_difference.html",
        model=model,
        before=seen.told(before),
        after=seen.told(after),
        texts=texts,
        people=found,
    )


def _number(name: str) -> str:
    """The version that the request names. Raises Problem 400."""
    number = request.args.get(name, "")
    if not number:
        raise Problem(
            400,
            f"请用参数 {name} 给出版本号，例如 {name}=0.1.0。",
            f"Give the number of a version as the parameter {name}, as in {name}=0.1.0.",
        )
    return number


def _read(triples: list[Triple]) -> PositionModel | None:
    """The version as a form; None for one that is written otherwise, which its document shows."""
    try:
        return from_triples(triples)
    except NotOneModel:
        return None


def _by_kind(model: PositionModel) -> dict[str, list[dict[str, Any]]]:
    """The requirements of each kind, with the names of what they ask for and what policy supplies."""
    choices = knowledge_base().knowledge_base.model_documents.choices
    known = choices.catalogue.dimensions.get(model.framework, {})

    def shown(asked: ModelRequirement) -> dict[str, Any]:
        dimension = known.get(asked.dimension)
        default = next(
            (
                each
                for each in choices.defaults
                if dimension and each.tier == asked.tier and each.suits(dimension)
            ),
            None,
        )
        id = asked.dimension
        return {
            "label": {"zh": dimension.zh, "en": dimension.en}
            if dimension
            else {"zh": id, "en": id},
            "asked": asked,
            "level": default.level if asked.level is None and default else asked.level,
            "weight": default.weight if asked.weight is None and default else asked.weight,
        }

    found = {kind: list(map(shown, in_order(model.of_kind(kind)))) for kind in KINDS}
    return {kind: members for kind, members in found.items() if members}
