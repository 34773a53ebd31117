"""A stranger's SPARQL query, answered by a process that may be killed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from pyoxigraph import (
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    serialize,
)

from kb_service.store.knowledge_store import KnowledgeStore
from kb_service.store.query_text import RefusedQuery, inspect
from kb_service.store.result_formats import (
    GRAPH_TYPES,
    RESULT_TYPES,
    BoundedOutput,
    TooMuch,
    at_most,
    best_type,
    row_counter,
)
from kb_service.workers import (
    WorkerBusy,
    WorkerDied,
    WorkerFailed,
    WorkerPool,
    WorkerTimedOut,
)

_log = logging.getLogger(__name__)

_Results = QuerySolutions | QueryBoolean | QueryTriples


@dataclass(frozen=True)
class QueryRequest:
    """A query as the SPARQL protocol hands it over.

    Without graphs the default graph is the union of all; with any, the dataset is exactly those,
    and what the query itself says in FROM counts for nothing. Without a deadline in seconds, the
    pool's own holds.
    """

    query: str
    accept: str = "*/*"
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    max_rows: int = 200_000
    max_bytes: int = 64 * 1024 * 1024
    deadline: float | None = None


@dataclass(frozen=True)
class QueryAnswer:
    """The body of the answer and what it is."""

    content_type: str
    body: bytes


class QueryProblem(Exception):
    """Why a query has no answer: the HTTP status it deserves, and what to do, in a sentence."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(status, detail)
        self.status = status
        self.detail = detail

    def __str__(self) -> str:
        return self.detail


@dataclass(frozen=True)
class _Job:
    """What a worker is sent beside the path of the checkpoint."""

    request: QueryRequest
    names_its_graphs: bool
    result_type: str | None
    graph_type: str | None


def query_pool(size: int = 2, memory_mb: int = 512, deadline: float = 10.0) -> WorkerPool:
    """Workers for `run_query`; none starts before the first query."""
    return WorkerPool(f"{__name__}:open_worker", size, memory_mb, deadline)


def run_query(pool: WorkerPool, store: KnowledgeStore, request: QueryRequest) -> QueryAnswer:
    """The answer to a stranger's query over the last committed state.

    Raises QueryProblem, and nothing else, whatever the query: 400 for text that is broken or
    refused, 406 for a format we do not have, 422 for an answer that is too large, 503 for a query
    that was stopped or found every worker busy.
    """
    job = _prepared(request)
    try:
        with store.checkpoint() as checkpoint:
            answer = pool.call((str(checkpoint), job), request.deadline)
    except WorkerTimedOut as error:
        raise QueryProblem(503, f"The query was {error}. Ask for less at a time.") from error
    except WorkerDied as error:
        raise QueryProblem(
            503, "The query was stopped: it takes more memory or nesting than a query may take."
        ) from error
    except WorkerBusy as error:
        raise QueryProblem(503, "Too many queries are running. Try again in a moment.") from error
    except WorkerFailed as error:
        _log.error("a query worker failed: %s", error)
        raise QueryProblem(503, "The query could not be run; the log says why.") from error
    if isinstance(answer, QueryProblem):
        raise answer
    assert isinstance(answer, QueryAnswer)
    return answer


def _prepared(request: QueryRequest) -> _Job:
    try:
        shape = inspect(request.query)
    except RefusedQuery as error:
        raise QueryProblem(400, str(error)) from error
    for graph in request.default_graphs + request.named_graphs:
        try:
            NamedNode(graph)
        except ValueError as error:
            raise QueryProblem(400, f"{graph!r} is not the IRI of a graph: {error}.") from error
    result_type = best_type(request.accept, RESULT_TYPES)
    graph_type = best_type(request.accept, GRAPH_TYPES)
    if result_type is None and graph_type is None:
        raise _not_acceptable((*RESULT_TYPES, *GRAPH_TYPES))
    return _Job(request, shape.names_its_graphs, result_type, graph_type)


def _not_acceptable(offered: tuple[str, ...]) -> QueryProblem:
    return QueryProblem(406, f"Accept one of these: {', '.join(offered)}.")


def open_worker() -> Callable[[tuple[str, _Job]], QueryAnswer | QueryProblem]:
    """In a worker process: the function that answers each job.

    The checkpoint of the last job stays open for the next one.
    """
    opened: dict[str, Store] = {}

    def answer(order: tuple[str, _Job]) -> QueryAnswer | QueryProblem:
        checkpoint, job = order
        if checkpoint not in opened:
            opened.clear()
            opened[checkpoint] = Store.read_only(checkpoint)
        try:
            return _written(_evaluated(opened[checkpoint], job), job)
        except QueryProblem as problem:
            return problem
        except SyntaxError as error:
            return QueryProblem(400, f"This is not a SPARQL 1.1 query: {_shortened(error)}")
        except TooMuch as error:
            return QueryProblem(422, str(error))
        except (ValueError, RuntimeError) as error:
            return QueryProblem(400, f"The query cannot be answered: {_shortened(error)}")

    return answer


def _shortened(error: Exception) -> str:
    text = " ".join(str(error).split())
    return text if len(text) <= 300 else text[:300] + " …"


def _evaluated(store: Store, job: _Job) -> _Results:
    request = job.request
    if request.default_graphs or request.named_graphs:
        return store.query(
            request.query,
            default_graph=[NamedNode(graph) for graph in request.default_graphs],
            named_graphs=[NamedNode(graph) for graph in request.named_graphs],
        )
    # With the union switched on, the engine would pass over what the query says in FROM.
    return store.query(request.query, use_default_graph_as_union=not job.names_its_graphs)


def _written(results: _Results, job: _Job) -> QueryAnswer:
    if isinstance(results, QueryTriples):
        return _written_graph(results, job)
    if job.result_type is None:
        raise _not_acceptable(RESULT_TYPES)
    result_format = QueryResultsFormat.from_media_type(job.result_type)
    is_table = isinstance(results, QuerySolutions)
    request = job.request
    output = (
        BoundedOutput(request.max_bytes, request.max_rows, row_counter(job.result_type))
        if is_table
        else BoundedOutput(request.max_bytes, request.max_rows)
    )
    results.serialize(output, result_format)
    return QueryAnswer(_with_charset(job.result_type), output.getvalue())


def _written_graph(triples: QueryTriples, job: _Job) -> QueryAnswer:
    if job.graph_type is None:
        raise _not_acceptable(GRAPH_TYPES)
    output = BoundedOutput(job.request.max_bytes, job.request.max_rows)
    serialize(
        at_most(triples, job.request.max_rows),
        output,
        RdfFormat.from_media_type(job.graph_type),
    )
    return QueryAnswer(_with_charset(job.graph_type), output.getvalue())


def _with_charset(media_type: str) -> str:
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type
