"""Plain mode: the same protocols over an empty dataset, with nothing of ours in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from kb_service.configuration import Configuration
from kb_service.store import KnowledgeStore
from kb_service.store.answered_requests import AnsweredRequests
from kb_service.store.query_answers import query_pool
from kb_service.web import commits, dataset
from kb_service.web.authentication import local_caller
from kb_service.web.callers import remember
from kb_service.web.compression import register_compression
from kb_service.web.cross_origin import register_cross_origin
from kb_service.web.functions_only import FunctionsOnly
from kb_service.web.graph_store import graph_store
from kb_service.web.idempotency import EXTENSION as ANSWERED
from kb_service.web.idempotency import register_idempotency
from kb_service.web.preconditions import register_preconditions
from kb_service.web.problems import register_problems
from kb_service.web.reloading import Load
from kb_service.web.security import register_security
from kb_service.web.server import Orders, run
from kb_service.web.service import EXTENSION
from kb_service.web.sparql import sparql
from kb_service.web.waiting_room import register_waiting_room
from kb_service.workers import WorkerPool

_MOST_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True)
class PlainService:
    """What plain mode has of the service: a store, and a pool for queries."""

    store: KnowledgeStore
    queries: WorkerPool

    def close(self) -> None:
        """End the workers; the store stays open."""
        self.queries.close()


def create_plain_app(store: KnowledgeStore, configuration: Configuration | None = None) -> Flask:
    """The SPARQL endpoint and the graph store over a store that starts empty.

    Whoever reaches it may do anything: serve it on loopback only.
    """
    app = FunctionsOnly("kb_service.web", root_path=str(Path(__file__).parent))
    chosen = configuration or Configuration()
    app.config.update(MAX_CONTENT_LENGTH=_MOST_BYTES, RENGANG=chosen)
    limits = chosen.queries
    queries = query_pool(limits.workers, limits.memory_mb, limits.seconds)
    app.extensions[EXTENSION] = PlainService(store, queries)
    app.extensions[dataset.EXTENSION] = dataset.PlainDataset(store)
    commits.register_writing(app, chosen)
    register_compression(app)
    register_problems(app)
    register_security(app)
    register_cross_origin(app)
    app.before_request(_let_in)
    register_waiting_room(app, chosen.server.threads)
    register_idempotency(app, AnsweredRequests(store.data.requests))
    register_preconditions(app)
    for blueprint in (sparql, graph_store):
        app.register_blueprint(blueprint)
    return app


def _let_in() -> None:
    remember(local_caller())


def serve(app: Flask, host: str, port: int, load: Load | None = None) -> None:
    """Serve a plain app until SIGTERM or SIGINT, then end its workers; its store stays open.

    It listens, stops and reloads as the service does. Call it in the main thread.
    """
    try:
        run(app, host, port, Orders(), load)
    finally:
        close(app)


def close(app: Flask) -> None:
    """End the workers of a plain app; its store stays open."""
    app.extensions[EXTENSION].close()
    commits.workers_of(app).close()
    app.extensions[ANSWERED].close()
