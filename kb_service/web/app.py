"""The application: every part of the service put together."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from flask import Flask, url_for
from flask.json.provider import DefaultJSONProvider

from kb_service.audit import AuditTrail
from kb_service.configuration import Configuration
from kb_service.knowledge_base import KnowledgeBase
from kb_service.register import Register
from kb_service.store.answered_requests import AnsweredRequests
from kb_service.web.adverse_impact import register_adverse_impact
from kb_service.web.api import api
from kb_service.web.api_reference import api_reference
from kb_service.web.auditing import note_people, register_auditing
from kb_service.web.authentication import register_access
from kb_service.web.commits import register_writing, workers_of
from kb_service.web.compare_pages import register_compare_pages
from kb_service.web.compression import register_compression
from kb_service.web.conditional import register_conditional
from kb_service.web.cross_origin import register_cross_origin
from kb_service.web.dataset import EXTENSION as DATASET
from kb_service.web.dataset_description import register_dataset_description
from kb_service.web.dereferencing import dereferencing
from kb_service.web.documents import documents
from kb_service.web.functions_only import FunctionsOnly
from kb_service.web.graph_store import graph_store
from kb_service.web.health import health
from kb_service.web.home_pages import register_home_pages
from kb_service.web.idempotency import register_idempotency
from kb_service.web.import_progress import register_import_progress
from kb_service.web.knowledge_dataset import KnowledgeDataset
from kb_service.web.language import remember_language
from kb_service.web.logs import log_request
from kb_service.web.metrics import ServiceMetrics, register_metrics
from kb_service.web.model_documents import model_documents
from kb_service.web.model_pages import register_model_pages
from kb_service.web.model_versions import model_versions
from kb_service.web.observing import register_observing
from kb_service.web.ontology_pages import register_ontology_pages
from kb_service.web.page_forms import forms
from kb_service.web.pages import pages
from kb_service.web.performance import performance
from kb_service.web.performance_pages import register_performance_pages
from kb_service.web.performance_writes import performance_writes
from kb_service.web.periods import periods
from kb_service.web.person_pages import register_person_pages
from kb_service.web.person_rights import person_rights
from kb_service.web.person_rights_pages import register_person_rights_pages
from kb_service.web.preconditions import register_preconditions
from kb_service.web.problems import register_problems
from kb_service.web.reloading import CONFIGURATION
from kb_service.web.request_ids import register_request_ids
from kb_service.web.security import register_security
from kb_service.web.service import EXTENSION, Service
from kb_service.web.sparql import sparql
from kb_service.web.status import register_status
from kb_service.web.studies import studies
from kb_service.web.study_pages import register_study_pages
from kb_service.web.team_pages import register_team_pages
from kb_service.web.term_list import term_list
from kb_service.web.version_pages import register_version_pages
from kb_service.web.view import register_view
from kb_service.web.waiting_room import register_waiting_room
from kb_service.web.what_if import what_if
from kb_service.web.writes import writes
from kb_service.workers import WorkerPool

MOST_BYTES = 32 * 1024 * 1024


class _Json(DefaultJSONProvider):
    """JSON as UTF-8, its fields in the order that the documentation has."""

    ensure_ascii = False
    sort_keys = False
    compact = True


def create_app(
    knowledge_base: KnowledgeBase,
    *,
    configuration: Configuration | None = None,
    register: Register | None = None,
) -> Flask:
    """The service over a knowledge base; `app.extensions["rengang"].close()` ends its workers.

    The register of the knowledge base is opened unless it is given, and closed with the workers.
    `app.config["RENGANG"]` is the configuration; while the service runs it may become another.
    """
    app = FunctionsOnly("kb_service.web", root_path=str(Path(__file__).parent))
    app.json = _Json(app)
    app.config.update(
        MAX_CONTENT_LENGTH=MOST_BYTES,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        MAX_FORM_PARTS=100,
        SEND_FILE_MAX_AGE_DEFAULT=3600,
        **{CONFIGURATION: configuration or Configuration()},
    )
    app.extensions[EXTENSION] = Service.over(
        knowledge_base, app.config[CONFIGURATION], note_people, register
    )
    app.extensions[DATASET] = KnowledgeDataset(app.extensions[EXTENSION])
    register_writing(app, app.config[CONFIGURATION])
    trail = AuditTrail(knowledge_base.store.data.audit)
    measured = ServiceMetrics(knowledge_base.store, trail, _pools(app), knowledge_base.durations)
    register_compression(app)
    register_problems(app)
    register_observing(app, (log_request, measured.note))
    register_request_ids(app)
    register_security(app)
    register_cross_origin(app)
    register_metrics(app, measured)
    register_access(app, knowledge_base.store.data)
    register_auditing(app, trail, knowledge_base)
    register_view(app)
    app.after_request(remember_language)
    for blueprint in (api, writes, what_if, documents, sparql, health, pages, forms):
        app.register_blueprint(blueprint)
    register_import_progress(app)
    app.register_blueprint(graph_store)
    app.register_blueprint(api_reference)
    register_status(app, knowledge_base)
    app.register_blueprint(model_documents)
    app.register_blueprint(model_versions)
    app.register_blueprint(studies)
    app.register_blueprint(performance)
    app.register_blueprint(performance_writes)
    app.register_blueprint(periods)
    register_performance_pages(app)
    register_study_pages(app)
    register_person_pages(app)
    app.register_blueprint(person_rights)
    register_person_rights_pages(app)
    register_model_pages(app)
    register_version_pages(app)
    register_ontology_pages(app, knowledge_base)
    register_home_pages(app)
    register_team_pages(app)
    register_compare_pages(app)
    register_adverse_impact(app)
    app.register_blueprint(term_list)
    app.register_blueprint(dereferencing)
    register_dataset_description(app)
    register_waiting_room(app, app.config[CONFIGURATION].server.threads)
    register_idempotency(app, AnsweredRequests(knowledge_base.store.data.requests))
    register_preconditions(app)
    register_conditional(app)
    app.add_template_global(_static_address(app), "static_address")
    return app


def _pools(app: Flask) -> dict[str, WorkerPool]:
    """The workers of the app by what they work on."""
    served, writing = app.extensions[EXTENSION], workers_of(app)
    pools = {
        "query": served.queries,
        "sheet": served.sheets,
        "update": writing.updates,
        "document": writing.documents,
    }
    apart = served.knowledge_base.store.apart
    return pools if apart is None else {**pools, "question": apart.selections}


def _static_address(app: Flask) -> Callable[[str], str]:
    """A function that gives the address of a file of ours, another whenever the file changes."""
    folder = Path(app.root_path) / "static"
    versions = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()[:10]
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    return lambda name: url_for("static", filename=name, v=versions[name])
