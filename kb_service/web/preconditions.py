"""Writes that hold only for a state: `If-Match` compared while nobody else can write."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import cast

from flask import Flask, Response, current_app, g, request

from kb_service.access.view import View
from kb_service.web.conditional import state_at_first, stored_state, tags_in
from kb_service.web.dataset import current_dataset
from kb_service.web.performance_writes import EXISTS as OF_PERFORMANCE
from kb_service.web.problems import Problem
from kb_service.web.service import knowledge_base

WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_EXTENSION = "states-by-tag"
_MOST_REMEMBERED = 10_000


def _has_person(view: View, person: str) -> bool:
    return view.has_person(person)


def _has_assessment(view: View, person: str, assessment: str) -> bool:
    if not view.has_person(person):
        return False
    rows = view.ask("assessments-of-person", person=person).rows
    return any(row["id"] == assessment for row in rows)


_EXISTS: Mapping[str, Callable[..., bool]] = {
    "writes.put_person": _has_person,
    "writes.delete_person": _has_person,
    "writes.put_assessment": _has_assessment,
    "writes.delete_assessment": _has_assessment,
    **OF_PERFORMANCE,
}
"""Whether what an address of the API names is there, for `*` in place of a tag."""


class _States:
    """From which state the answers that were named by a tag came, the latest ones."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[str, str] = OrderedDict()

    def remember(self, tag: str, state: str) -> None:
        with self._lock:
            self._known[tag] = state
            self._known.move_to_end(tag)
            while len(self._known) > _MOST_REMEMBERED:
                self._known.popitem(last=False)

    def of(self, tag: str) -> str | None:
        with self._lock:
            return self._known.get(tag)


def register_preconditions(app: Flask) -> None:
    """Refuse by 412 what is meant for another state; register it after whatever lets callers in."""
    app.extensions[_EXTENSION] = _States()
    app.before_request(_compare)
    app.after_request(_remember)
    app.teardown_request(_let_go)


def commit_tag() -> str:
    """A tag for the state that this request has led to; call it before others may write."""
    state = stored_state()
    tag = hashlib.sha256(state.encode()).hexdigest()[:32]
    _states().remember(tag, state)
    return tag


def _compare() -> None:
    """Hold the state still for a write that names one by `If-Match`, and compare.

    Tags name the state of everything stored, exactly, whether they are weak or strong: that
    concerns only the bytes by which an answer showed it. So another's write of something else
    refuses as well, and a tag that is not remembered refuses always.
    """
    if request.method not in WRITES:
        g.state_before = state_at_first()
        return
    _compare_stars()
    if "If-Match" not in request.headers or request.if_match.star_tag:
        return
    held = ExitStack()
    held.enter_context(current_dataset().writing())
    g.state_held = held
    if stored_state() not in {_states().of(tag) for tag in tags_in(request.if_match)}:
        raise Problem(
            412,
            "内容已被改动，与 If-Match 不符；没有保存任何内容。请重新读取后再提交。",
            "Something was changed since the answer that If-Match names; nothing was stored. Read "
            "it again and send what you want then.",
        )


def _compare_stars() -> None:
    exists = _EXISTS.get(request.endpoint or "")
    if exists is None or not (request.if_match.star_tag or request.if_none_match.star_tag):
        return
    is_there = exists(knowledge_base(), **(request.view_args or {}))
    if is_there and request.if_none_match.star_tag:
        raise Problem(412, "已经存在；没有保存任何内容。", "It exists already; nothing was stored.")
    if not is_there and request.if_match.star_tag:
        raise Problem(412, "还不存在；没有保存任何内容。", "It does not exist; nothing was stored.")


def _remember(response: Response) -> Response:
    tag, _ = response.get_etag()
    state: str | None = g.get("state_before")
    if tag is not None and state is not None and response.status_code in (200, 304):
        _states().remember(tag.partition(":")[0], state)
    return response


def _let_go(error: BaseException | None) -> None:
    held: ExitStack | None = g.pop("state_held", None)
    if held is not None:
        held.close()


def _states() -> _States:
    return cast(_States, current_app.extensions[_EXTENSION])
