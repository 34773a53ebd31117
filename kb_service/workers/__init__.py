"""Processes that may be killed: where a stranger's query or document is worked on."""

from kb_service.workers.answer_stream import AnswerStream
from kb_service.workers.pool import PoolCounts, WorkerPool
from kb_service.workers.worker import (
    WorkerBusy,
    WorkerDied,
    WorkerFailed,
    WorkerSetBack,
    WorkerTimedOut,
)

__all__ = [
    "AnswerStream",
    "PoolCounts",
    "WorkerBusy",
    "WorkerDied",
    "WorkerFailed",
    "WorkerPool",
    "WorkerSetBack",
    "WorkerTimedOut",
]
