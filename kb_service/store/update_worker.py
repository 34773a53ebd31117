"""A stranger's write, worked out to quads by a process that may be killed."""

from __future__ import annotations

import logging
import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pyoxigraph import DefaultGraph, NamedNode, Store, Triple

from kb_service.store.knowledge_store import KnowledgeStore
from kb_service.store.placement import Place, Placement, UpdateProblem
from kb_service.store.quad_state import QuadState, TooManyQuads, in_graph, writable_copy
from kb_service.store.reach import Reach
from kb_service.store.sparql_update import (
    Existence,
    QuadChange,
    UpdateEvaluator,
)
from kb_service.store.update_syntax import UpdateText
from kb_service.workers import (
    WorkerBusy,
    WorkerDied,
    WorkerFailed,
    WorkerPool,
    WorkerTimedOut,
)

_log = logging.getLogger(__name__)

MAX_CHARACTERS = 4 * 1024 * 1024
MAX_QUADS = 200_000


@dataclass(frozen=True)
class GraphContent:
    """What a graph is to hold from now on, or what is to be added to it."""

    graph: str | None
    """None for the default graph."""
    triples: tuple[Triple, ...]
    replaces: bool
    drops: bool = False
    """Whether the graph is to exist no more."""


@dataclass(frozen=True)
class Worked:
    """What a write comes to, and whether the graph that it was about was there before."""

    change: QuadChange
    existed: bool = True


@dataclass(frozen=True)
class _Job:
    checkpoint: str
    readable: tuple[str, ...] | None
    scratch: str
    write: UpdateText | GraphContent
    placement: Placement
    empty: frozenset[NamedNode]
    most: int


def update_pool(size: int = 2, memory_mb: int = 512, deadline: float = 10.0) -> WorkerPool:
    """Workers for `work_out`; none starts before the first write."""
    return WorkerPool(f"{__name__}:open_worker", size, memory_mb, deadline, most_waiting=size)


def work_out(
    pool: WorkerPool,
    store: KnowledgeStore,
    reach: Reach,
    write: UpdateText | GraphContent,
    placement: Placement,
    empty: frozenset[NamedNode] = frozenset(),
    most: int = MAX_QUADS,
) -> Worked:
    """What a write removes and adds, over the last committed state within a reach.

    `empty` are the graphs that exist though they hold nothing. Raises UpdateProblem, and nothing
    else, whatever the write: 400 for text that is broken or refused, 413 for one that is too long
    or changes too much, 503 for one that was stopped or found every worker busy.
    """
    if isinstance(write, UpdateText):
        _refuse_names(write)
    with store.reading(reach) as readable:
        scratch = readable.path.parent / f"update-{secrets.token_hex(6)}"
        scratch.mkdir()
        try:
            job = _Job(
                str(readable.path), readable.graphs, str(scratch), write, placement, empty, most
            )
            return _asked(pool, job)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


def _refuse_names(update: UpdateText) -> None:
    if len(update.text) > MAX_CHARACTERS:
        raise UpdateProblem(
            413,
            f"更新最长 {MAX_CHARACTERS:,} 个字符；请分成几次提交。",
            f"An update may have {MAX_CHARACTERS:,} characters; send it as several.",
        )
    for graph in (*(update.using or ()), *(update.using_named or ())):
        try:
            NamedNode(graph)
        except ValueError as error:
            raise UpdateProblem(
                400, f"{graph!r} 不是图的 IRI。", f"{graph!r} is not the IRI of a graph: {error}."
            ) from error


def _asked(pool: WorkerPool, job: _Job) -> Worked:
    try:
        answer = pool.call(job)
    except WorkerTimedOut as error:
        raise UpdateProblem(
            503,
            "更新耗时过长，已停止；没有保存任何内容。请分成较小的更新。",
            f"The update was {error}; nothing was stored. Change less at a time.",
        ) from error
    except WorkerDied as error:
        raise UpdateProblem(
            400,
            "更新所需的内存或嵌套层数超出限度，已停止；没有保存任何内容。",
            "The update was stopped: it takes more memory or nesting than an update may take. "
            "Nothing was stored.",
        ) from error
    except WorkerBusy as error:
        raise UpdateProblem(
            503,
            "正在执行的更新太多，请稍后再试。",
            "Too many updates are running. Try again in a moment.",
        ) from error
    except WorkerFailed as error:
        _log.error("an update worker failed: %s", str(error).partition(":")[0])
        raise UpdateProblem(
            503,
            "更新无法执行，没有保存任何内容；原因见日志。",
            "The update could not be run, nothing was stored; the log says why.",
        ) from error
    if isinstance(answer, UpdateProblem):
        raise answer
    assert isinstance(answer, Worked)
    return answer


def open_worker() -> Callable[[_Job], Worked | UpdateProblem]:
    """In a worker process: the function that works out each write.

    The checkpoint of the last write stays open for the next one.
    """
    opened: dict[str, Store] = {}

    def answer(job: _Job) -> Worked | UpdateProblem:
        try:
            if job.checkpoint not in opened:
                opened.clear()
                opened[job.checkpoint] = Store.read_only(job.checkpoint)
            return _worked(job, opened[job.checkpoint])
        except UpdateProblem as problem:
            return problem
        except TooManyQuads:
            return UpdateProblem(
                413,
                f"一次最多改动 {job.most:,} 条三元组；没有保存任何内容。请分成几次。",
                f"One write may touch {job.most:,} quads; nothing was stored. Do it in several.",
            )
        except (SyntaxError, ValueError, RuntimeError) as error:
            said = " ".join(str(error).split())[:300]
            return UpdateProblem(
                400, f"更新无法执行。详情（英文）：{said}", f"The update cannot be run: {said}"
            )

    return answer


def _worked(job: _Job, committed: Store) -> Worked:
    copied = partial(writable_copy, Path(job.checkpoint), Path(job.scratch) / "store")
    state = QuadState(committed, copied, job.most)
    existence = Existence(job.empty)
    try:
        if isinstance(job.write, UpdateText):
            evaluator = UpdateEvaluator(
                job.write, state, job.placement, job.readable, existence, job.most
            )
            return Worked(evaluator.change())
        return _filled(job.write, state, job, existence)
    finally:
        state.close()


def _filled(content: GraphContent, state: QuadState, job: _Job, existence: Existence) -> Worked:
    """What makes a graph hold what was given; only quads that differ are in it."""
    name = None if content.graph is None else NamedNode(content.graph)
    graph: Place = name or DefaultGraph()
    is_union = name is None and job.placement.is_union
    existed = is_union or name in job.empty or next(state.matches(graph=graph), None) is not None
    if content.replaces or content.drops:
        given = {in_graph(triple, graph) for triple in content.triples}
        stored = list(state.matches(graph=graph))
        state.remove(quad for quad in stored if quad not in given)
    if not is_union:
        state.add(in_graph(triple, graph) for triple in content.triples)
    else:
        for triple, home in job.placement.homes(content.triples, state).items():
            state.add([in_graph(triple, home)])
    if name and content.drops:
        existence.drop(name)
    elif name:
        existence.create(name)
    return Worked(
        QuadChange(
            tuple(state.removed),
            tuple(state.added),
            frozenset(existence.created),
            frozenset(existence.dropped),
        ),
        existed,
    )
