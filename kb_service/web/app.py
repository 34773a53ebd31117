"""The application: every part of the service put together."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from flask import Flask
from flask.json.provider import DefaultJSONProvider

from kb_service.knowledge_base import KnowledgeBase
from kb_service.web.api import api
from kb_service.web.documents import documents
from kb_service.web.health import health
from kb_service.web.language import remember_language
from kb_service.web.page_forms import forms
from kb_service.web.pages import pages
from kb_service.web.problems import register_problems
from kb_service.web.security import register_security
from kb_service.web.service import EXTENSION, Service
from kb_service.web.sparql import sparql
from kb_service.web.view import register_view
from kb_service.web.what_if import what_if
from kb_service.web.writes import writes

MOST_BYTES = 32 * 1024 * 1024


class _Json(DefaultJSONProvider):
    """JSON as UTF-8, its fields in the order that the documentation has."""

    ensure_ascii = False
    sort_keys = False
    compact = True


def create_app(knowledge_base: KnowledgeBase, *, query_deadline: float = 10.0) -> Flask:
    """The service over a knowledge base; `app.extensions["rengang"].close()` ends its workers.

    `query_deadline` is how many seconds a SPARQL query may take.
    """
    app = Flask("kb_service.web", root_path=str(Path(__file__).parent))
    app.json = _Json(app)
    app.config.update(
        MAX_CONTENT_LENGTH=MOST_BYTES,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        MAX_FORM_PARTS=100,
        SEND_FILE_MAX_AGE_DEFAULT=3600,
    )
    app.extensions[EXTENSION] = Service.over(knowledge_base, query_deadline)
    register_problems(app)
    register_security(app)
    register_view(app)
    app.after_request(remember_language)
    for blueprint in (api, writes, what_if, documents, sparql, health, pages, forms):
        app.register_blueprint(blueprint)
    app.add_template_global(_style_version(app), "style_version")
    return app


def _style_version(app: Flask) -> Any:
    """A function that gives a new word whenever the stylesheet changes, so that none is stale."""
    style = (Path(app.root_path) / "static" / "style.css").read_bytes()
    version = hashlib.sha256(style).hexdigest()[:10]
    return lambda: version
