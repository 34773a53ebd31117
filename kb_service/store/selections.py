"""Our own SELECT queries over what is on disk, run by processes that may be killed."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass

from pyoxigraph import (
    NamedNode,
    QueryResultsFormat,
    QuerySolutions,
    Store,
    parse_query_results,
)

from kb_service.store.changes import Term
from kb_service.store.reach import Readable
from kb_service.store.sparql_worker import Damage
from kb_service.store.store_state import (
    QUESTION_STOPPED,
    QUESTIONS_WAIT,
    DamageMet,
    QuestionStopped,
    is_damage,
)
from kb_service.workers import WorkerBusy, WorkerDied, WorkerFailed, WorkerPool, WorkerTimedOut

_log = logging.getLogger(__name__)

Row = dict[str, Term]

LONGEST_SELECTION = 30.0
"""Seconds: several times what a question of ours takes over millions of triples."""
_MEMORY_MB = 2048
_MOST_PROCESSES = 4
_OPEN_AT_ONCE = 2


@dataclass(frozen=True)
class _Selection:
    """A query of ours, and the graphs that it sees; None for all there are."""

    checkpoint: str
    query: str
    graphs: tuple[str, ...] | None


def selection_pool(seconds: float) -> WorkerPool:
    """Workers for `select_apart`; none starts before the first query."""
    size = min(_MOST_PROCESSES, os.cpu_count() or 1)
    return WorkerPool(f"{__name__}:open_worker", size, _MEMORY_MB, seconds, wait=seconds)


def select_apart(pool: WorkerPool, readable: Readable, query: str) -> list[Row]:
    """Every row of one of our own SELECT queries; a variable without a value is left out.

    Raises DamageMet, and QuestionStopped where a bound is met or no worker is to be had.
    """
    try:
        answer = pool.call(_Selection(str(readable.path), query, readable.graphs))
    except WorkerBusy as error:
        raise QuestionStopped(QUESTIONS_WAIT) from error
    except (WorkerTimedOut, WorkerDied, WorkerFailed) as error:
        _log.error("a question of ours was stopped: %s", error)
        raise QuestionStopped(QUESTION_STOPPED) from error
    if isinstance(answer, Damage):
        raise DamageMet(answer.told)
    return rows_of(parse_query_results(answer, format=QueryResultsFormat.JSON))


def rows_of(solutions: QuerySolutions | object) -> list[Row]:
    """The solutions of a SELECT as dictionaries. Raises TypeError for another query."""
    if not isinstance(solutions, QuerySolutions):
        raise TypeError("this is not a SELECT query")
    names = [variable.value for variable in solutions.variables]
    return [
        {name: term for name, term in zip(names, row, strict=True) if term is not None}
        for row in solutions
    ]


def select_here(store: Store, query: str, graphs: tuple[str, ...] | None) -> QuerySolutions:
    """The solutions of a SELECT over the union of graphs, or of all there are.

    No other graph exists for the query. Raises TypeError for another query.
    """
    if graphs is None:
        found = store.query(query, use_default_graph_as_union=True)
    else:
        names = [NamedNode(name) for name in graphs]
        found = store.query(query, default_graph=[*names], named_graphs=[*names])
    if not isinstance(found, QuerySolutions):
        raise TypeError("this is not a SELECT query")
    return found


def open_worker() -> Callable[[_Selection], bytes | Damage]:
    """In a worker process: the function that answers each query, in SPARQL's JSON.

    The checkpoints of the last two stay open for the next.
    """
    opened: dict[str, Store] = {}

    def answer(job: _Selection) -> bytes | Damage:
        try:
            store = opened.pop(job.checkpoint, None)
            if store is None:  # a store without quads is false
                store = Store.read_only(job.checkpoint)
            while len(opened) >= _OPEN_AT_ONCE:
                del opened[next(iter(opened))]
            opened[job.checkpoint] = store
            solutions = select_here(store, job.query, job.graphs)
            return solutions.serialize(format=QueryResultsFormat.JSON) or b""
        except (OSError, RuntimeError) as error:
            if not is_damage(error):
                raise
            opened.clear()
            return Damage(str(error))

    return answer
