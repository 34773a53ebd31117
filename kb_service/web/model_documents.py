"""Position models as the documents that authors write: Turtle, a workbook or JSON."""

from __future__ import annotations

from flask import Blueprint, Response, request

from kb_service.knowledge_base.model_documents import MODEL_TYPES
from kb_service.knowledge_base.model_worker import EXCEL, JSON
from kb_service.web.auditing import note_object
from kb_service.web.bodies import Document
from kb_service.web.negotiation import chosen_type
from kb_service.web.problems import Problem
from kb_service.web.service import knowledge_base

model_documents = Blueprint("model_documents", __name__, url_prefix="/api/v1")
_OFFERED = (JSON, *(media_type for media_type in MODEL_TYPES if media_type != JSON))
_TEMPLATES = (EXCEL, *(media_type for media_type in MODEL_TYPES if media_type != EXCEL))


@model_documents.get("/position-models/<model>/document")
def document(model: str) -> Response:
    """The document of a position model, in the form that the client accepts."""
    media_type = chosen_type(_OFFERED)
    note_object(model)
    data = knowledge_base().export_model(model, media_type, request.args.get("version", ""))
    answer = _file(data, media_type, model)
    answer.vary.add("Accept")
    return answer


@model_documents.get("/template/model")
def template() -> Response:
    """What a new position model is written in: an empty workbook, with `?filled=true` a filled one,
    or a filled example as JSON or Turtle where the client accepts that.
    """
    media_type = chosen_type(_TEMPLATES)
    filled = request.args.get("filled", "false")
    if filled not in ("true", "false"):
        raise Problem(
            400, "参数 filled 应为 true 或 false。", "Give the parameter filled as true or false."
        )
    framework = request.args.get("framework")
    data = knowledge_base().model_template(
        framework, filled=filled == "true", media_type=media_type
    )
    answer = _file(data, media_type, "rengang-model-template")
    answer.vary.add("Accept")
    return answer


def is_model_document(given: Document) -> bool:
    """Whether what was handed in is a position model as a workbook or as JSON, and not RDF."""
    name = given.filename.lower()
    if given.media_type == EXCEL or name.endswith((".xlsx", ".xlsm", ".json")):
        return knowledge_base().is_model(given.data, given.filename or f"document{_suffix(given)}")
    return given.media_type == JSON and knowledge_base().is_model(given.data, "document.json")


def _suffix(given: Document) -> str:
    return MODEL_TYPES.get(given.media_type, "")


def _file(data: bytes, media_type: str, name: str) -> Response:
    answer = Response(data, mimetype=media_type)
    filename = f"{name}{MODEL_TYPES[media_type]}"
    answer.headers.set("Content-Disposition", "attachment", filename=filename)
    return answer
