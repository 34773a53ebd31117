"""What would be concluded otherwise if some facts were others: asked by POST, stored nowhere."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from kb_service.web.api import acceptable, window
from kb_service.web.bodies import json_body
from kb_service.web.service import knowledge_base

what_if = Blueprint("what_if", __name__, url_prefix="/api/v1")
what_if.before_request(acceptable)


@what_if.post("/what-if")
def difference() -> Response:
    """Who would be judged otherwise, and how, under the supposition in the body."""
    limit, offset = window()
    return jsonify(knowledge_base().what_if(json_body(), limit=limit, offset=offset))
