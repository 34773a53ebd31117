"""`Idempotency-Key`: a write that is sent again is answered again and carried out once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import cast

from flask import Flask, Response, current_app, g, request

from kb_service.store.answered_requests import AnsweredRequests, KeptAnswer, Standing
from kb_service.web.auditing import note_people, notes
from kb_service.web.callers import caller
from kb_service.web.conditional import is_audited
from kb_service.web.preconditions import WRITES
from kb_service.web.problems import Problem
from kb_service.web.sparql_parameters import protocol_parameters, values

EXTENSION = "answered-requests"
_PLACES = ("/api/v1/", "/data", "/sparql")
_KEEPS_NOTHING = "adverse_impact_api.checked"
"""The endpoint that answers about groups of which nothing may be kept, not even its answer."""
_KEY = re.compile(r'"?([\x21\x23-\x7e]{1,255})"?')
_KEPT_HEADERS = {"content-type", "content-language", "etag", "location", "preference-applied"}
_REFUSALS = {
    Standing.RUNNING: (
        409,
        "同一请求正在处理；请稍后用同一个 Idempotency-Key 再试。",
        "The same request is being worked on; try again with the same Idempotency-Key in a moment.",
    ),
    Standing.UNKNOWN: (
        409,
        "服务在处理同一请求时出错或中断，无法确定它是否已生效。请先读取相关内容，确认没有生效后换一个 "
        "Idempotency-Key 重新提交。",
        "The service failed or stopped while it worked on the same request, so it is not known whether it "
        "took effect. Read what it was about; if it did not, send it with a new Idempotency-Key.",
    ),
    Standing.OTHER: (
        422,
        "这个 Idempotency-Key 已用于另一个请求；每个请求请用新的键。",
        "This Idempotency-Key was used for another request; give each request a key of its own.",
    ),
}


@dataclass(frozen=True)
class _Begun:
    """A request that is carried out for the first time under its key."""

    caller: str
    key: str


def register_idempotency(app: Flask, answered: AnsweredRequests) -> None:
    """Answer repeated writes from what is kept; register it after whatever lets callers in."""
    app.extensions[EXTENSION] = answered
    app.before_request(_begin)
    app.after_request(_end)
    app.teardown_request(_give_up)


def answered_requests() -> AnsweredRequests:
    """What the current app remembers of the writes that it has answered."""
    return cast(AnsweredRequests, current_app.extensions[EXTENSION])


def _begin() -> Response | None:
    """The answer of the first time, where the request is a repetition.

    Raises Problem: 400 for a key that is none, 409 while the first is worked on or its outcome is
    unknown, 422 for a key of another request.
    """
    given = request.headers.get("Idempotency-Key")
    if given is None or not _is_write():
        return None
    found = _KEY.fullmatch(given.strip())
    if found is None:
        raise Problem(
            400,
            "Idempotency-Key 应为 1 至 255 个可见的 ASCII 字符，例如一个 UUID。",
            "An Idempotency-Key is 1 to 255 visible ASCII characters, a UUID for example.",
        )
    begun = _Begun(caller().name, found[1])
    standing = answered_requests().begin(begun.caller, begun.key, _as_sent())
    if isinstance(standing, KeptAnswer):
        response = Response(standing.body, standing.status, headers=list(standing.headers))
        response.headers["Idempotency-Replayed"] = "true"
        if standing.people:
            note_people(standing.people)
        return response
    if standing is not Standing.NEW:
        raise Problem(*_REFUSALS[standing])
    g.idempotency = begun
    return None


def _is_write() -> bool:
    """Whether repeating a request could do something again; a query by POST could not."""
    if request.method not in WRITES or not request.path.startswith(_PLACES):
        return False
    if request.endpoint == _KEEPS_NOTHING:
        return False
    return request.endpoint != "sparql.endpoint" or bool(values(protocol_parameters(), "update"))


def _as_sent() -> bytes:
    """All of a request that decides what it does."""
    parts = (
        request.method,
        request.full_path,
        request.headers.get("Content-Type", ""),
        request.headers.get("Accept", ""),
        request.headers.get("If-Match", ""),
        request.headers.get("If-None-Match", ""),
    )
    return "\0".join(parts).encode() + b"\0" + request.get_data()


def _end(response: Response) -> Response:
    """Keep the answer of a write that took effect; one that did not may be tried again."""
    begun: _Begun | None = g.pop("idempotency", None)
    if begun is None:
        return response
    if response.status_code < 300 and not response.is_streamed:
        headers = [pair for pair in response.headers if pair[0].lower() in _KEPT_HEADERS]
        people = tuple(sorted(notes().persons)) if is_audited() else ()
        kept = KeptAnswer(response.status_code, tuple(headers), response.get_data(), people)
        answered_requests().keep(begun.caller, begun.key, kept)
    elif response.status_code >= 500 and _may_have_changed():
        answered_requests().doubt(begun.caller, begun.key)
    else:
        answered_requests().abandon(begun.caller, begun.key)
    return response


def _may_have_changed() -> bool:
    """Whether a request that failed was about to change something."""
    return "has_begun_to_write" in g or (is_audited() and notes().changes)


def _give_up(error: BaseException | None) -> None:
    """Note that nobody knows what became of a request that has no answer at all."""
    begun: _Begun | None = g.pop("idempotency", None)
    if begun is not None:
        answered_requests().doubt(begun.caller, begun.key)
