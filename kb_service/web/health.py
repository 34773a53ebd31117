"""Whether the service is alive, and whether it is ready to answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from flask import Blueprint, Response, current_app, jsonify

from kb_service.audit import AuditTrail
from kb_service.store import StoreUnavailable
from kb_service.store.query_answers import QueryRequest, run_query
from kb_service.store.query_problems import QueryProblem
from kb_service.web.auditing import EXTENSION as AUDIT
from kb_service.web.service import service

health = Blueprint("health", __name__)

STOPPING = "STOPPING"
"""Key of the app's configuration: the event that is set once the service was told to stop."""
_FRESH_SECONDS = 5.0
_NOT_READY = "not ready"
_PROBE = QueryRequest("ASK {}", accept="application/sparql-results+json")
_READABLE = ("disk-full", "no-permission", "read-only-disk", "write-failed", "opened-read-only")


@dataclass(frozen=True)
class _Reason:
    """Why not everything is as it should be: a code, and what to do in both languages."""

    code: str
    zh: str
    en: str
    prevents_answers: bool

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, "message": {"zh": self.zh, "en": self.en}}


@health.get("/healthz")
def healthz() -> Response:
    """200 while the process answers requests at all; otherwise it is to be started again."""
    return jsonify(status="alive")


@health.get("/readyz")
def readyz() -> tuple[Response, int]:
    """200 when queries are answered, `read-only` while no write can be made; 503 and why if not."""
    found = health_document()
    return jsonify(found), 503 if found["status"] == _NOT_READY else 200


def health_document() -> dict[str, Any]:
    """Whether the service is ready, and what keeps it from being so or from taking writes."""
    reasons = list(_reasons())
    if any(reason.prevents_answers for reason in reasons):
        status = _NOT_READY
    else:
        status = "read-only" if reasons else "ready"
    return {"status": status, "reasons": [reason.as_json() for reason in reasons]}


def _reasons() -> Iterator[_Reason]:
    stopping: threading.Event | None = current_app.config.get(STOPPING)
    if stopping is not None and stopping.is_set():
        yield _Reason("stopping", "服务正在停止。", "The service is stopping.", True)
    queries_are_answered = _queries_are_answered()  # first: it may come upon a damaged file
    state = service().knowledge_base.store.state
    if not state.takes_writes:
        yield _Reason(state.code, state.zh, state.en, state.code not in _READABLE)
    if not _trail().takes_entries:
        yield _Reason(
            "audit-not-written",
            "审计记录无法写入，因此不提供人员信息，也不接受写入；请检查磁盘空间和 audit 文件夹的权限。",
            "The audit trail cannot be written, so nothing is told of people and nothing is changed; "
            "look at the room on the disk and at the permissions of the folder audit.",
            False,
        )
    if not queries_are_answered:
        yield _Reason(
            "no-query-worker",
            "没有查询进程应答；请稍后再试，并查看服务日志。",
            "No query worker answers; try again in a moment, and look at the service's log.",
            True,
        )


def _trail() -> AuditTrail:
    return cast(AuditTrail, current_app.extensions[AUDIT])


def _queries_are_answered() -> bool:
    """Whether a query worker has answered within the last seconds, or does now."""
    current = service()
    last = current.answered
    if time.monotonic() - last[0] > _FRESH_SECONDS:
        try:
            run_query(current.queries, current.knowledge_base.store, _PROBE)
        except (QueryProblem, StoreUnavailable, ValueError, OSError):
            return False
        last[0] = time.monotonic()
    return True
