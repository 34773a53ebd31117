"""Why a stranger's query has no answer."""

from __future__ import annotations

import logging
from types import TracebackType

from kb_service.store.knowledge_store import KnowledgeStore
from kb_service.workers import WorkerBusy, WorkerDied, WorkerFailed, WorkerTimedOut

_log = logging.getLogger(__name__)
_OF_WORKERS = (WorkerTimedOut, WorkerDied, WorkerBusy, WorkerFailed)


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


class WorkerProblems:
    """Whatever happens to a worker, as a QueryProblem; a damaged file may be behind it.

    A class, since a generator would take longer than much of what it is put around.
    """

    def __init__(self, store: KnowledgeStore) -> None:
        self._store = store

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if isinstance(error, _OF_WORKERS):
            if isinstance(error, WorkerTimedOut | WorkerDied):
                self._store.suspect()
            if isinstance(error, WorkerFailed):
                _log.error("a query worker failed: %s", error)
            raise QueryProblem(503, _said_of(error)) from error


def _said_of(error: BaseException) -> str:
    match error:
        case WorkerTimedOut():
            return f"The query was {error}. Ask for less at a time."
        case WorkerDied():
            return "The query was stopped: it takes more memory or nesting than a query may take."
        case WorkerBusy():
            return "Too many queries are running. Try again in a moment."
        case _:
            return "The query could not be run; the log says why."
