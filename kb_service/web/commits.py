"""One write of a stranger from its text to the commit, whichever protocol it came by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from flask import Flask, Response, current_app, g, jsonify, request
from pyoxigraph import Triple

from kb_service.configuration import Configuration
from kb_service.findings import RefusedInput
from kb_service.store.placement import UpdateProblem
from kb_service.store.result_formats import best_type
from kb_service.store.sparql_update import QuadChange
from kb_service.store.update_syntax import UpdateText
from kb_service.store.update_worker import (
    MAX_QUADS,
    GraphContent,
    Worked,
    update_pool,
    work_out,
)
from kb_service.validation.document_worker import GraphDocument
from kb_service.validation.reports import REPORT_FORMATS, report
from kb_service.web.auditing import note_query
from kb_service.web.conditional import is_audited
from kb_service.web.dataset import current_dataset
from kb_service.web.negotiation import apply_preference, preferences
from kb_service.web.preconditions import commit_tag
from kb_service.web.problems import Problem
from kb_service.web.service import service
from kb_service.workers import WorkerPool

EXTENSION = "writing"
_PROBLEM = "application/problem+json"


@dataclass(frozen=True)
class WritingWorkers:
    """The processes in which strangers' updates and documents are worked on."""

    updates: WorkerPool
    documents: WorkerPool

    @classmethod
    def configured(cls, configuration: Configuration) -> WritingWorkers:
        """Workers within the limits of the configuration; they start when first needed."""
        limits = configuration.queries
        documents = WorkerPool(
            "kb_service.validation.document_worker:start",
            size=1,
            memory_mb=limits.memory_mb,
            deadline=limits.seconds,
            init_args=(MAX_QUADS,),
            most_waiting=limits.workers,
        )
        return cls(update_pool(limits.workers, limits.memory_mb, limits.seconds), documents)

    def close(self) -> None:
        """End the workers."""
        self.updates.close()
        self.documents.close()


def register_writing(app: Flask, configuration: Configuration) -> None:
    """Give the app the workers that its writes need."""
    app.extensions[EXTENSION] = WritingWorkers.configured(configuration)


def workers_of(app: Flask) -> WritingWorkers:
    """The workers of an app."""
    return cast(WritingWorkers, app.extensions[EXTENSION])


def workers() -> WritingWorkers:
    """The workers of the current app."""
    return workers_of(current_app)


def triples_of(document: GraphDocument) -> tuple[Triple, ...]:
    """The triples of a document. Raises RefusedInput, and what a worker pool raises."""
    found = workers().documents.call(document)
    if isinstance(found, RefusedInput):
        raise found
    return cast(tuple[Triple, ...], found)


def commit(
    write: UpdateText | GraphContent, allowed: Callable[[Worked], None] = lambda worked: None
) -> Worked:
    """Carry out a write, exactly, beside others; answers what it came to.

    It is worked out before the lock is taken, so that a write that takes for ever delays nobody, and
    again under the lock when somebody else has committed meanwhile. `allowed` may raise when the
    state does not suit the request. Raises Problem, RefusedInput; nothing is stored then.
    """
    dataset = current_dataset()
    placement = dataset.placement()
    reach = dataset.readable()

    def worked_out() -> Worked:
        pool = workers().updates
        return work_out(pool, dataset.store, reach, write, placement, dataset.empty_graphs())

    try:
        if isinstance(write, UpdateText) and is_audited():
            note_query(write.text)
        before = dataset.store.tag
        worked = worked_out()
        with dataset.writing():
            if dataset.store.tag != before:
                worked = worked_out()
            allowed(worked)
            if _changes(worked.change):
                dataset.write(worked.change)
            g.commit_tag = commit_tag()
    except UpdateProblem as problem:
        raise Problem(problem.status, problem.zh, problem.en) from problem
    return worked


def _changes(change: QuadChange) -> bool:
    return bool(change.removed or change.added or change.created or change.dropped)


def answered(
    write: UpdateText | GraphContent,
    answer: Callable[[Worked], Response],
    allowed: Callable[[Worked], None] = lambda worked: None,
) -> Response:
    """What `answer` makes of a write that was carried out, or why the shapes refuse it.

    The latter is a SHACL report in RDF for who prefers that; otherwise raises as `commit` does.
    """
    try:
        return answer(commit(write, allowed))
    except RefusedInput as refused:
        wanted = best_type(request.headers.get("Accept", ""), [_PROBLEM, *REPORT_FORMATS])
        if refused.status != 422 or wanted is None or wanted == _PROBLEM:
            raise
        found = report(refused.findings, wanted, service().knowledge_base.root)
        response = Response(found, refused.status, mimetype=wanted)
        response.vary.add("Accept")
        return response


def told(worked: Worked, status: int = 204, headers: dict[str, str] | None = None) -> Response:
    """The answer to a write that was carried out: how much it changed, unless that is 204.

    Instead of 204 it is 200 for who asks to be told.
    """
    change = worked.change
    if status == 204 and not wants_counts():
        response = Response(status=204)
        response.headers.pop("Content-Type", None)
    else:
        response = jsonify(removed=len(change.removed), added=len(change.added))
        response.status_code = 200 if status == 204 else status
    if preferences().get("return") == "representation":
        apply_preference(response, "return=representation")
    response.headers.update(headers or {})
    response.set_etag(g.commit_tag)
    return response


def wants_counts() -> bool:
    """Whether the client asks to be told how much was changed."""
    if preferences().get("return") == "representation":
        return True
    accepted = request.accept_mimetypes
    return any(kind == "application/json" and quality > 0 for kind, quality in accepted)
