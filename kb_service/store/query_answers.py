"""A stranger's SPARQL query, answered by a process that may be killed, within the caller's reach."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import NoReturn, TypeVar

from pyoxigraph import NamedNode

from kb_service.store.knowledge_store import KnowledgeStore
from kb_service.store.query_shape import inspect
from kb_service.store.query_text import RefusedQuery
from kb_service.store.reach import EVERYTHING, Reach, Readable
from kb_service.store.result_formats import GRAPH_TYPES, RESULT_TYPES, Limits, best_type
from kb_service.store.sparql_worker import (
    Answer,
    Damage,
    End,
    Job,
    Piece,
    Refusal,
    Rows,
    not_acceptable,
)
from kb_service.workers import (
    AnswerStream,
    WorkerBusy,
    WorkerDied,
    WorkerFailed,
    WorkerPool,
    WorkerSetBack,
    WorkerTimedOut,
)

_log = logging.getLogger(__name__)

FIRST_BYTES = 1024 * 1024
"""An answer up to this size is known whole before a status is sent."""
RESERVE = 1
"""Workers beyond the size of a pool, for callers who ask little."""
_WAIT_BEYOND_DEADLINE = 5.0
_T = TypeVar("_T")

_best_type = lru_cache(maxsize=64)(best_type)
"""What a client accepts seldom changes."""


@dataclass(frozen=True)
class QueryRequest:
    """A query as the SPARQL protocol hands it over, and what its sender may read.

    Without graphs the dataset is what the query says in FROM, else everything in reach. With any
    it is exactly those, as far as they are in reach, and FROM counts for nothing. Without a deadline
    in seconds, the pool's own holds.
    """

    query: str
    accept: str = "*/*"
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    deadline: float | None = None
    reach: Reach = EVERYTHING
    default_is_union: bool = True
    """Whether the default graph is the union of all graphs, or the store's own."""
    base: str | None = None
    """What relative IRIs are resolved against where the query has no BASE."""
    caller: str = ""
    """Who asks, so that callers share the workers."""


@dataclass(frozen=True)
class QueryAnswer:
    """The body of an answer, what it is, and the keys of the people whom it names."""

    content_type: str
    body: bytes
    people: frozenset[str] = frozenset()


class QueryProblem(Exception):
    """Why a query has no answer: the HTTP status it deserves, and what to do, in a sentence.

    `zh` says it in Chinese, where we have more to say than the engine has; `place` is the line and
    column of what is wrong, where one place is.
    """

    def __init__(
        self, status: int, detail: str, zh: str = "", place: tuple[int, int] | None = None
    ) -> None:
        super().__init__(status, detail)
        self.status = status
        self.detail = detail
        self.zh = zh
        self.place = place

    def __str__(self) -> str:
        return self.detail


class PartialAnswer:
    """An answer whose beginning is there and whose rest comes as it is iterated over.

    Iterating raises QueryProblem or StoreDamaged where the answer cannot be finished; what was sent
    before must then be marked as incomplete. Closing it early ends the query.
    """

    def __init__(
        self, stream: AnswerStream, store: KnowledgeStore, held: ExitStack, changes_by_itself: bool
    ) -> None:
        self.content_type = ""
        self.beginning = b""
        self.changes_by_itself = changes_by_itself
        self.is_whole = False
        self.people: frozenset[str] = frozenset()
        self._stream = stream
        self._store = store
        self._held = held

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        """The next bytes after the beginning."""
        if self.is_whole:
            raise StopIteration
        try:
            with _problems(self._store):
                piece = next(self._stream, None)
            if not isinstance(piece, Piece):
                return self._end()
        except BaseException:
            self.close()
            raise
        self.content_type = piece.content_type
        return piece.data

    def is_ready(self, seconds: float) -> bool:
        """Whether the next bytes, or why there are none, are there within so many seconds."""
        return self._stream.is_ready(seconds)

    def _end(self) -> bytes:
        end = _answered(self._stream.answer, self._store)
        assert isinstance(end, End)
        self.content_type = end.content_type
        self.people = end.people
        self.is_whole = True
        self.close()
        return end.data

    def close(self) -> None:
        """End the query, unless it has ended, and let go of the checkpoint."""
        self._held.close()


def query_pool(
    size: int = 2, memory_mb: int = 512, deadline: float = 10.0, most_waiting: int | None = None
) -> WorkerPool:
    """Workers for `run_query` and `start_query`; none starts before the first query."""
    return WorkerPool(
        "kb_service.store.sparql_worker:open_worker",
        size,
        memory_mb,
        deadline,
        reserve=RESERVE,
        wait=deadline + _WAIT_BEYOND_DEADLINE,
        most_waiting=most_waiting,
        streams=True,
    )


def run_query(pool: WorkerPool, store: KnowledgeStore, request: QueryRequest) -> QueryAnswer:
    """The whole answer to a stranger's query over the last committed state.

    Raises QueryProblem, and nothing else, whatever the query: 400 for text that is broken or
    refused, 406 for a format we do not have, 422 for an answer that is too large, 503 for a query
    that was stopped or found every worker busy. Raises StoreDamaged when the query comes upon a
    file that does not hold what was written into it.
    """
    answer = start_query(pool, store, request)
    body = answer.beginning + b"".join(answer)
    return QueryAnswer(answer.content_type, body, answer.people)


def start_query(
    pool: WorkerPool,
    store: KnowledgeStore,
    request: QueryRequest,
    begun: PartialAnswer | None = None,
) -> PartialAnswer:
    """The answer as soon as its first mebibyte or all of it is there; raises as `run_query` does.

    The state is the last one committed when the query starts. The worker is killed at the
    deadline, also when nobody asks for the rest. What was `begun` is gone on with.
    """

    def work(again: bool) -> PartialAnswer:
        if begun is not None and not again:
            return _with_beginning(begun)
        return _started(pool, store, request, job_of(request), again)

    return _once_more_if_set_back(work)


def begin_at_once(
    pool: WorkerPool, store: KnowledgeStore, request: QueryRequest, job: Job
) -> PartialAnswer | None:
    """The answer, of which nothing is there yet; None where a worker is not free at once.

    `job` is that of the request. Raises StoreDamaged. `start_query` goes on with the answer.
    """
    with ExitStack() as held:

        def placed() -> Job:
            return _over(held.enter_context(store.reading(request.reach)), job)

        with _problems(store):
            stream = pool.stream_at_once(placed, request.deadline, caller=request.caller)
        if stream is None:
            return None
        held.enter_context(stream)
        return PartialAnswer(stream, store, held.pop_all(), job.shape.changes_by_itself)


def _started(
    pool: WorkerPool, store: KnowledgeStore, request: QueryRequest, job: Job, again: bool
) -> PartialAnswer:
    with ExitStack() as held:
        stream = held.enter_context(_begun(pool, store, request, job, again))
        answer = PartialAnswer(stream, store, held.pop_all(), job.shape.changes_by_itself)
    return _with_beginning(answer)


def _with_beginning(answer: PartialAnswer) -> PartialAnswer:
    beginning = bytearray(answer.beginning)
    while len(beginning) < FIRST_BYTES and not answer.is_whole:
        beginning += next(answer)
    answer.beginning = bytes(beginning)
    return answer


def first_rows(
    pool: WorkerPool, store: KnowledgeStore, request: QueryRequest, most: int
) -> Rows | QueryAnswer:
    """The first rows of a SELECT as plain values; for any other query, what `run_query` answers."""
    job = replace(job_of(request), rows_shown=most)
    return _once_more_if_set_back(lambda again: _shown(pool, store, request, job, again))


def _shown(
    pool: WorkerPool, store: KnowledgeStore, request: QueryRequest, job: Job, again: bool
) -> Rows | QueryAnswer:
    parts = list[Piece]()
    with _begun(pool, store, request, job, again) as stream:
        with _problems(store):
            parts.extend(stream)
        answer = _answered(stream.answer, store)
    if isinstance(answer, Rows):
        return answer
    body = b"".join(part.data for part in parts) + answer.data
    return QueryAnswer(answer.content_type, body, answer.people)


def _once_more_if_set_back(work: Callable[[bool], _T]) -> _T:
    """What the work comes to; done again where its worker was taken for others meanwhile."""
    try:
        return work(False)
    except WorkerSetBack:
        return work(True)


@contextmanager
def _begun(
    pool: WorkerPool, store: KnowledgeStore, request: QueryRequest, job: Job, again: bool
) -> Iterator[AnswerStream]:
    """The stream of a worker's answer; while it is read the checkpoint stays."""
    with store.reading(request.reach) as readable:
        job = _over(readable, job)
        with _problems(store):
            stream = pool.stream(job, request.deadline, caller=request.caller, is_repeated=again)
        with stream:
            yield stream


def _over(readable: Readable, job: Job) -> Job:
    return replace(job, checkpoint=str(readable.path), readable=readable.graphs)


def job_of(request: QueryRequest) -> Job:
    """What a worker is to do, over a checkpoint yet to be named; raises QueryProblem 400 or 406."""
    try:
        shape = inspect(request.query)
    except RefusedQuery as error:
        raise QueryProblem(400, str(error)) from error
    for graph in request.default_graphs + request.named_graphs:
        try:
            NamedNode(graph)
        except ValueError as error:
            raise QueryProblem(400, f"{graph!r} is not the IRI of a graph: {error}.") from error
    result_type = _best_type(request.accept, RESULT_TYPES)
    graph_type = _best_type(request.accept, GRAPH_TYPES)
    if result_type is None and graph_type is None:
        raise QueryProblem(406, not_acceptable((*RESULT_TYPES, *GRAPH_TYPES)))
    return Job(
        request.query,
        shape,
        request.base,
        request.default_graphs,
        request.named_graphs,
        request.default_is_union,
        result_type,
        graph_type,
        request.limits,
    )


@contextmanager
def _problems(store: KnowledgeStore) -> Iterator[None]:
    """Whatever happens to a worker, as a QueryProblem; a damaged file may be behind it."""
    try:
        yield
    except WorkerTimedOut as error:
        store.suspect()
        raise QueryProblem(503, f"The query was {error}. Ask for less at a time.") from error
    except WorkerDied as error:
        store.suspect()
        raise QueryProblem(
            503, "The query was stopped: it takes more memory or nesting than a query may take."
        ) from error
    except WorkerBusy as error:
        raise QueryProblem(503, "Too many queries are running. Try again in a moment.") from error
    except WorkerFailed as error:
        _log.error("a query worker failed: %s", error)
        raise QueryProblem(503, "The query could not be run; the log says why.") from error


def _answered(answer: Answer, store: KnowledgeStore) -> End | Rows:
    if isinstance(answer, Refusal):
        _refuse(answer)
    if isinstance(answer, Damage):
        raise store.damaged(RuntimeError(answer.told))
    return answer


def _refuse(refusal: Refusal) -> NoReturn:
    raise QueryProblem(refusal.status, refusal.detail, refusal.zh, refusal.place)
