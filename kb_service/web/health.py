"""Whether the service is ready to answer."""

from __future__ import annotations

import time

from flask import Blueprint, Response, jsonify

from kb_service.store.sparql_worker import QueryProblem, QueryRequest, run_query
from kb_service.web.service import service

health = Blueprint("health", __name__)

_FRESH_SECONDS = 5.0
_PROBE = QueryRequest("ASK {}", accept="application/sparql-results+json")


@health.get("/healthz")
def healthz() -> tuple[Response, int]:
    """200 when the store is open and a query worker has answered within the last seconds."""
    current = service()
    last = current.answered
    if time.monotonic() - last[0] > _FRESH_SECONDS:
        try:
            run_query(current.queries, current.knowledge_base.store, _PROBE)
        except (QueryProblem, ValueError, OSError):
            return jsonify(status="not ready"), 503
        last[0] = time.monotonic()
    return jsonify(status="ready"), 200
