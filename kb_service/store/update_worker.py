"""A stranger's write, worked out to quads by a process that may be killed."""

from __future__ import annotations

import logging
import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pyoxigraph import NamedNode, Store

from kb_service.store.data_updates import stated_change
from kb_service.store.graph_content import GraphContent
from kb_service.store.knowledge_store import KnowledgeStore
from kb_service.store.placement import Placement, UpdateProblem, too_many_quads
from kb_service.store.quad_state import QuadState, TooManyQuads, in_graph, writable_copy
from kb_service.store.reach import Reach
from kb_service.store.sparql_update import (
    Existence,
    QuadChange,
    UpdateEvaluator,
)
from kb_service.store.sparql_worker import Damage
from kb_service.store.store_state import StoreReadOnly, is_damage, state_after
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
_WAIT_BEYOND_DEADLINE = 5.0


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


@dataclass(frozen=True)
class _Reading:
    """An update to be read without anything that is stored."""

    update: UpdateText
    default_is_union: bool
    most: int


_Answer = Worked | QuadChange | UpdateProblem | Damage | None


def update_pool(size: int = 2, memory_mb: int = 512, deadline: float = 10.0) -> WorkerPool:
    """Workers for `read_data` and `work_out`; none starts before the first write."""
    wait = deadline + _WAIT_BEYOND_DEADLINE
    return WorkerPool(f"{__name__}:open_worker", size, memory_mb, deadline, wait=wait)


def read_data(
    pool: WorkerPool,
    update: UpdateText,
    placement: Placement,
    most: int = MAX_QUADS,
    caller: str = "",
) -> QuadChange | None:
    """What an update removes and then adds that says so itself; None for one that looks at the store.

    What it removes may not be there, what it adds may be. Raises what `work_out` raises.
    """
    _refuse_names(update)
    answer = _asked(pool, _Reading(update, placement.is_union, most), caller)
    assert isinstance(answer, QuadChange | None)
    return answer


def work_out(
    pool: WorkerPool,
    store: KnowledgeStore,
    reach: Reach,
    write: UpdateText | GraphContent,
    placement: Placement,
    empty: frozenset[NamedNode] = frozenset(),
    most: int = MAX_QUADS,
    caller: str = "",
) -> Worked:
    """What a write removes and adds, over the last committed state within a reach.

    `empty` are the graphs that exist though they hold nothing; callers share the workers. Content
    is for a default graph that is a union: of any other it is known where it goes. Raises
    UpdateProblem, and nothing else, whatever the write: 400 for text that is broken or refused, 413
    for one that is too long or changes too much, 503 for one that was stopped or found every worker
    busy. Raises StoreReadOnly or StoreDamaged when it is the disk that fails.
    """
    if isinstance(write, UpdateText):
        _refuse_names(write)
    with store.reading(reach) as readable:
        scratch = readable.path.parent / f"update-{secrets.token_hex(6)}"
        try:
            scratch.mkdir()
        except OSError as error:
            raise StoreReadOnly(state_after(error)) from error
        try:
            job = _Job(
                str(readable.path), readable.graphs, str(scratch), write, placement, empty, most
            )
            answer = _asked(pool, job, caller, store.suspect)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    if isinstance(answer, Damage):
        raise store.damaged(RuntimeError(answer.told))
    assert isinstance(answer, Worked)
    return answer


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


def _nothing() -> None:
    """What follows when nothing that is stored was looked at."""


def _asked(
    pool: WorkerPool,
    job: _Job | _Reading,
    caller: str,
    stopped: Callable[[], None] = _nothing,
) -> object:
    """What the worker answers. Raises UpdateProblem; `stopped` hears of an update without an end."""
    try:
        answer = pool.call(job, caller=caller)
    except WorkerTimedOut as error:
        stopped()
        raise UpdateProblem(
            503,
            "更新耗时过长，已停止；没有保存任何内容。请分成较小的更新。",
            f"The update was {error}; nothing was stored. Change less at a time.",
        ) from error
    except WorkerDied as error:
        stopped()
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
    return answer


def open_worker() -> Callable[[_Job | _Reading], _Answer]:
    """In a worker process: the function that reads, or works out, each write.

    The checkpoint of the last write stays open for the next one.
    """
    opened: dict[str, Store] = {}

    def answer(job: _Job | _Reading) -> _Answer:
        try:
            if isinstance(job, _Reading):
                return stated_change(job.update, job.default_is_union, job.most)
            if job.checkpoint not in opened:
                opened.clear()
                opened[job.checkpoint] = Store.read_only(job.checkpoint)
            return _worked(job, opened[job.checkpoint])
        except UpdateProblem as problem:
            return problem
        except TooManyQuads:
            return too_many_quads(job.most)
        except (SyntaxError, ValueError, RuntimeError, OSError) as error:
            if is_damage(error):
                opened.clear()
                return Damage(str(error))
            if isinstance(error, OSError):
                raise
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
        return _placed(job.write, state, job)
    finally:
        state.close()


def _placed(content: GraphContent, state: QuadState, job: _Job) -> Worked:
    """What is added to a default graph that is a union, each triple where it belongs."""
    for triple, home in job.placement.homes(content.triples, state).items():
        state.add([in_graph(triple, home)])
    return Worked(QuadChange((), tuple(state.added)))
