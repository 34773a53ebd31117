"""One write of a stranger from its text to the commit, whichever protocol it came by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import cast

from flask import Flask, Response, current_app, g, jsonify, request
from pyoxigraph import Triple

from kb_service.configuration import Configuration
from kb_service.findings import RefusedInput
from kb_service.store.graph_content import GraphContent
from kb_service.store.placement import Placement, UpdateProblem, too_many_quads
from kb_service.store.result_formats import best_type
from kb_service.store.sparql_update import QuadChange
from kb_service.store.update_syntax import UpdateText
from kb_service.store.update_worker import (
    MAX_QUADS,
    Worked,
    read_data,
    update_pool,
    work_out,
)
from kb_service.validation.document_worker import GraphDocument
from kb_service.validation.reports import REPORT_FORMATS, report
from kb_service.web.auditing import note_query
from kb_service.web.callers import who_shares
from kb_service.web.conditional import is_audited
from kb_service.web.dataset import Dataset, current_dataset
from kb_service.web.negotiation import apply_preference, preferences
from kb_service.web.preconditions import commit_tag
from kb_service.web.problems import Problem
from kb_service.web.service import service
from kb_service.web.writing_order import LONGEST_WAIT
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
            wait=LONGEST_WAIT,
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
    found = workers().documents.call(document, caller=who_shares())
    if isinstance(found, RefusedInput):
        raise found
    return cast(tuple[Triple, ...], found)


def commit(
    write: UpdateText | GraphContent, allowed: Callable[[Worked], None] = lambda worked: None
) -> Worked:
    """Carry out a write, exactly, beside others; answers what it came to.

    `allowed` may raise when the state does not suit the request. Raises Problem, RefusedInput;
    nothing is stored then.
    """
    dataset = current_dataset()
    placement = dataset.placement()
    try:
        if isinstance(write, UpdateText):
            if is_audited():
                note_query(write.text)
            stated = read_data(workers().updates, write, placement, caller=who_shares())
            if stated is not None:
                return _commit_stated(dataset, stated, allowed)
        elif write.graph is not None or not dataset.default_is_union:
            return _commit_content(dataset, write, allowed)
        return _commit_worked_out(dataset, placement, write, allowed)
    except UpdateProblem as problem:
        raise Problem(problem.status, problem.zh, problem.en) from problem


def _commit_stated(
    dataset: Dataset, change: QuadChange, allowed: Callable[[Worked], None]
) -> Worked:
    """Commit what is the same whatever is stored, beside others of the kind."""
    worked = Worked(change)
    with dataset.writing(together=True):
        allowed(worked)
        return _carried_out(dataset, worked)


def _commit_content(
    dataset: Dataset, content: GraphContent, allowed: Callable[[Worked], None]
) -> Worked:
    """Make one graph hold what it is to hold."""
    most = MAX_QUADS + len(content.triples) + 1 if content.replaces else 1
    with dataset.writing():
        stored = dataset.quads(content.place, most)
        existed = bool(stored) or content.place in dataset.empty_graphs()
        change = content.change(stored)
        if len(change.removed) + len(change.added) > MAX_QUADS:
            raise too_many_quads(MAX_QUADS)
        worked = Worked(change, existed)
        allowed(worked)
        return _carried_out(dataset, worked)


def _commit_worked_out(
    dataset: Dataset,
    placement: Placement,
    write: UpdateText | GraphContent,
    allowed: Callable[[Worked], None],
) -> Worked:
    """Commit what follows from what is stored.

    It is worked out before anybody has to wait for it, so that a write that takes for ever delays
    nobody, and again while nobody else writes if somebody has committed meanwhile.
    """
    reach = dataset.readable()

    def worked_out() -> Worked:
        return work_out(
            workers().updates,
            dataset.store,
            reach,
            write,
            placement,
            dataset.empty_graphs(),
            caller=who_shares(),
        )

    before = dataset.store.tag
    worked = worked_out()
    with dataset.writing():
        if dataset.store.tag != before:
            worked = worked_out()
        allowed(worked)
        return _carried_out(dataset, worked)


def _carried_out(dataset: Dataset, worked: Worked) -> Worked:
    """Write what was worked out, and name the state that this has led to, if it alone has."""
    before, change = dataset.store.generation, worked.change
    if change.removed or change.added or change.created or change.dropped:
        g.has_begun_to_write = True
        change = dataset.write(change)
    tag = commit_tag()
    commits = dataset.store.generation - before
    if commits <= bool(change.removed or change.added):
        g.commit_tag = tag
    return replace(worked, change=change)


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
    if "commit_tag" in g:
        response.set_etag(g.commit_tag)
    return response


def wants_counts() -> bool:
    """Whether the client asks to be told how much was changed."""
    if preferences().get("return") == "representation":
        return True
    accepted = request.accept_mimetypes
    return any(kind == "application/json" and quality > 0 for kind, quality in accepted)
