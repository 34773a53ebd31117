"""Versions of position models: handed in, read, moved on step by step, compared."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request, url_for
from pyoxigraph import RdfFormat, serialize

from kb_service.access.model_lives import ModelLives
from kb_service.access.view import View
from kb_service.findings import RefusedInput, violation
from kb_service.knowledge_base import UnknownThingError
from kb_service.knowledge_base.model_documents import MODEL_TYPES
from kb_service.knowledge_base.model_versions.records import PUBLISHED, RETIRED
from kb_service.knowledge_base.model_worker import JSON
from kb_service.vocabulary import local_id
from kb_service.web.auditing import note_object
from kb_service.web.bodies import document, json_body
from kb_service.web.conditional import not_modified, state_tag, with_tag
from kb_service.web.negotiation import chosen_type
from kb_service.web.problems import Problem
from kb_service.web.service import knowledge_base

model_versions = Blueprint("model_versions", __name__, url_prefix="/api/v1")

_RDF_TYPES = ("application/ld+json", "application/rdf+xml", "application/n-triples")
_DOCUMENTS = tuple(media_type for media_type in MODEL_TYPES if media_type != JSON)
_OFFERED = ("application/json", *_DOCUMENTS, *_RDF_TYPES)


def lives() -> ModelLives:
    """What the caller of the current request may do with position models."""
    return ModelLives(knowledge_base())


def versions_of(view: View, model: str) -> list[dict[str, Any]]:
    """The versions of a model as the API shows them; none where none is on record."""
    found = ModelLives(view)
    try:
        return [found.told(version) for version in found.versions(model)]
    except UnknownThingError:
        return []


def versions_in_work(view: View) -> list[dict[str, Any]]:
    """The versions that somebody may still bring to be published, as the API shows them."""
    found = ModelLives(view)
    settled = (PUBLISHED, RETIRED)
    return [found.told(each) for each in found.versions() if each.status not in settled]


@model_versions.get("/model-versions")
def every_version() -> Response:
    """The versions of every model, with `?status=` those of one status only."""
    seen = lives()
    status = request.args.get("status")
    if status is not None and status not in (known := seen.cycle.statuses):
        listed = ", ".join(sorted(known))
        raise Problem(
            400, f"参数 status 可为：{listed}。", f"Give the parameter status as one of: {listed}."
        )
    found = (each for each in seen.versions() if status in (None, each.status))
    return _named_by_state(jsonify(rows=[seen.told(each) for each in found]))


@model_versions.post("/position-models")
def submit() -> tuple[Response, int, dict[str, str]]:
    """Keep a position model as a draft; answers what was found in it besides."""
    given = document()
    view = knowledge_base()
    read = view.read_model(given.data, given.media_type, given.filename)
    made = lives().submit(read, request.args.get("reason", ""))
    version = made.version
    note_object(f"{local_id(version.model)} {version.number}")
    address = url_for(
        "model_versions.version", model=local_id(version.model), version=version.number
    )
    shown = lives().told(version) | {"findings": [each.as_json() for each in made.notes]}
    return jsonify(shown), 201 if made.is_new else 200, {"Location": address}


@model_versions.get("/position-models/<model>/versions")
def versions(model: str) -> Response:
    """The versions of a model, the greatest number first."""
    seen = lives()
    rows = [seen.told(each) for each in seen.versions(model)]
    return _named_by_state(jsonify(model=model, rows=rows))


@model_versions.get("/position-models/<model>/versions/<version>")
def version(model: str, version: str) -> Response:
    """A version: as JSON with every step taken, as a document in the form the client accepts."""
    media_type = chosen_type(_OFFERED)
    tag = state_tag()
    if known := not_modified(tag):
        return known
    seen = lives()
    found = seen.version(model, version)
    if media_type == "application/json":
        return with_tag(jsonify(seen.told(found)), tag)
    if media_type in _RDF_TYPES:
        format = RdfFormat.from_media_type(media_type)
        data = serialize(seen.document(found), format=format) or b""
    else:
        data = knowledge_base().export_model(model, media_type, version)
    return with_tag(Response(data, mimetype=media_type), tag)


@model_versions.post("/position-models/<model>/versions/<version>/<step>")
def take(model: str, version: str, step: str) -> Response:
    """Take a step with a version; whoever it concerns is judged anew when this is answered."""
    seen = lives()
    note_object(f"{model} {version} {step}")
    done = seen.take(step, model, version, _reason())
    return jsonify(seen.told(done))


@model_versions.get("/position-models/<model>/versions/<before>/diff/<after>")
def difference(model: str, before: str, after: str) -> Response:
    """What one version asks for otherwise than another, and whose verdict differs."""
    seen = lives()
    old, new = (seen.document(seen.version(model, number)) for number in (before, after))
    found = seen.compare(old, new).as_json()
    return jsonify({"before": before, "after": after, **found})


def _reason() -> str:
    """Why a step is taken; the body may be left out. Raises Problem 400, RefusedInput."""
    if not request.get_data():
        return ""
    body = json_body()
    reason = body.get("reason") if isinstance(body, dict) and set(body) == {"reason"} else None
    if isinstance(reason, str):
        return reason
    raise RefusedInput(
        (
            violation(
                '请给出缘由，例如 {"reason": "已与班组长讨论"}，或不带内容。',
                'Give a reason, as in {"reason": "discussed with the team leaders"}, or no body.',
                "/reason",
            ),
        )
    )


def _named_by_state(response: Response) -> Response:
    tag = state_tag()
    return not_modified(tag) or with_tag(response, tag)
