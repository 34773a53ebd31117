"""A stranger's SPARQL query, answered by a process that may be killed, within the caller's reach."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import NoReturn, TypeVar

from pyoxigraph import NamedNode

from kb_service.store.checkpoints import Held
from kb_service.store.knowledge_store import KnowledgeStore
from kb_service.store.query_problems import QueryProblem, WorkerProblems
from kb_service.store.query_shape import PLAIN, QueryShape, inspect
from kb_service.store.query_text import RefusedQuery
from kb_service.store.reach import EVERYTHING, Reach, Readable
from kb_service.store.result_formats import GRAPH_TYPES, RESULT_TYPES, Limits, best_type
from kb_service.store.sparql_worker import (
    Answer,
    Damage,
    End,
    Job,
    Message,
    Piece,
    Refusal,
    Rows,
    Setting,
    not_acceptable,
)
from kb_service.workers import AnswerStream, WorkerPool, WorkerSetBack

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


class NothingAtHand(Exception):
    """A copy of the store would have to be made before a query could read it."""


class PartialAnswer:
    """An answer whose beginning is there and whose rest comes as it is iterated over.

    Iterating raises QueryProblem or StoreDamaged where the answer cannot be finished; what was sent
    before must then be marked as incomplete. Closing it early ends the query.
    """

    def __init__(
        self,
        stream: AnswerStream,
        store: KnowledgeStore,
        let_go: Callable[[], None],
        changes_by_itself: bool,
    ) -> None:
        """`let_go` is called, once, when the answer has ended."""
        self.content_type = ""
        self.beginning = b""
        self.changes_by_itself = changes_by_itself
        self.is_whole = False
        self.people: frozenset[str] = frozenset()
        self._stream = stream
        self._store = store
        self._let_go: Callable[[], None] | None = let_go

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        """The next bytes after the beginning."""
        if self.is_whole:
            raise StopIteration
        try:
            with WorkerProblems(self._store):
                piece = next(self._stream, None)
            if not isinstance(piece, Piece):
                return self._end()
        except BaseException:
            self.close()
            raise
        self.content_type = piece.content_type
        return piece.data

    @property
    def descriptor(self) -> int:
        """What can be read once the next bytes are there."""
        return self._stream.descriptor

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
        let_go, self._let_go = self._let_go, None
        if let_go is not None:
            try:
                self._stream.close()
            finally:
                let_go()


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


class Manner:
    """How queries are answered that differ in nothing but their text.

    What a worker is told of it is packed once for each copy of the store, since that would take
    longer than many a query.
    """

    def __init__(self, caller: str, reach: Reach, setting: Setting) -> None:
        """The caller by the name under which workers are shared."""
        self.caller = caller
        self.reach = reach
        self._setting = setting
        self._packed: tuple[Readable, bytes] | None = None

    def message(self, query: str, shape: QueryShape, readable: Readable) -> Message:
        """What a worker is told to have one of them answered over a copy of the store."""
        packed = self._packed
        if packed is None or packed[0].path is not readable.path or packed[0] != readable:
            job = _over(readable, Job(query, shape, self._setting))
            packed = self._packed = (readable, job.message().setting)
        return Message(query, None if shape is PLAIN else shape, packed[1])


def begin_at_once(
    pool: WorkerPool, store: KnowledgeStore, manner: Manner, query: str, shape: QueryShape
) -> PartialAnswer | None:
    """The answer, of which nothing is there yet; None where a worker is not free at once.

    The shape is that of the query. Raises NothingAtHand and StoreDamaged. `start_query` goes on
    with the answer.
    """
    held: Held | None = None

    def placed() -> Message:
        nonlocal held
        found = store.at_hand(manner.reach)
        if found is None:
            raise NothingAtHand
        readable, held = found
        return manner.message(query, shape, readable)

    try:
        with WorkerProblems(store):
            stream = pool.stream_at_once(placed, caller=manner.caller)
    except BaseException:
        if held is not None:
            held.release()
        raise
    if stream is None or held is None:
        return None
    return PartialAnswer(stream, store, held.release, shape.changes_by_itself)


def _started(
    pool: WorkerPool, store: KnowledgeStore, request: QueryRequest, job: Job, again: bool
) -> PartialAnswer:
    with ExitStack() as held:
        stream = held.enter_context(_begun(pool, store, request, job, again))
        answer = PartialAnswer(stream, store, held.pop_all().close, job.shape.changes_by_itself)
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
    job = job_of(request)
    job = replace(job, setting=replace(job.setting, rows_shown=most))
    return _once_more_if_set_back(lambda again: _shown(pool, store, request, job, again))


def _shown(
    pool: WorkerPool, store: KnowledgeStore, request: QueryRequest, job: Job, again: bool
) -> Rows | QueryAnswer:
    parts = list[Piece]()
    with _begun(pool, store, request, job, again) as stream:
        with WorkerProblems(store):
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
        message = _over(readable, job).message()
        with WorkerProblems(store):
            stream = pool.stream(
                message, request.deadline, caller=request.caller, is_repeated=again
            )
        with stream:
            yield stream


def _over(readable: Readable, job: Job) -> Job:
    return job.over(str(readable.path), readable.graphs)


def job_of(request: QueryRequest) -> Job:
    """What a worker is to do, over a checkpoint yet to be named; raises QueryProblem 400 or 406."""
    try:
        shape = inspect(request.query)
    except RefusedQuery as error:
        raise QueryProblem(400, str(error)) from error
    return Job(request.query, shape, setting_of(request))


def setting_of(request: QueryRequest) -> Setting:
    """How a query is to be run, whatever its text; raises QueryProblem 400 or 406."""
    for graph in request.default_graphs + request.named_graphs:
        try:
            NamedNode(graph)
        except ValueError as error:
            raise QueryProblem(400, f"{graph!r} is not the IRI of a graph: {error}.") from error
    result_type = _best_type(request.accept, RESULT_TYPES)
    graph_type = _best_type(request.accept, GRAPH_TYPES)
    if result_type is None and graph_type is None:
        raise QueryProblem(406, not_acceptable((*RESULT_TYPES, *GRAPH_TYPES)))
    return Setting(
        request.base,
        request.default_graphs,
        request.named_graphs,
        request.default_is_union,
        result_type,
        graph_type,
        request.limits,
    )


def _answered(answer: Answer, store: KnowledgeStore) -> End | Rows:
    if isinstance(answer, Refusal):
        _refuse(answer)
    if isinstance(answer, Damage):
        raise store.damaged(RuntimeError(answer.told))
    return answer


def _refuse(refusal: Refusal) -> NoReturn:
    raise QueryProblem(refusal.status, refusal.detail, refusal.zh, refusal.place)
