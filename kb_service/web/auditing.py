"""What the audit trail is told of a request: collected on the way, written before the answer."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import cast

from flask import Flask, Response, current_app, g, request

from kb_service.access.roles import Caller, Role
from kb_service.audit import BEGUN, Access, AuditTrail, AuditUnavailable, reference
from kb_service.knowledge_base import KnowledgeBase
from kb_service.web.authorisation import Need, need_of
from kb_service.web.callers import known_caller
from kb_service.web.problems import Problem, problem_details
from kb_service.web.request_ids import request_id
from kb_service.web.service import service

EXTENSION = "audit"
_HEADCOUNT = "headcount"
_LOG = logging.getLogger("kb_service.web")
_NAMED = ("model", "name", "training", "ontology", "study", "period", "team")
_REFUSED = 403
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
_WRITING = (Need.WRITES_PEOPLE, Need.WRITES_MODELS, Need.ADMINISTERS)


@dataclass
class Notes:
    """Whom a request touched and what it asked; a stream may go on noting until it ends."""

    action: str
    who: str
    role: str
    address: str
    request: str
    object: str = ""
    persons: set[str] = field(default_factory=set)
    everybody: int | None = None
    """How many people there were, where anybody may have been touched."""
    changes: bool = False
    query: str = ""

    @property
    def is_worth_telling(self) -> bool:
        """Whether somebody was touched, or something was changed."""
        return bool(self.persons) or self.everybody is not None or self.changes

    def access(self, outcome: str) -> Access:
        """The entry as far as it is known by now."""
        return Access.to_people(
            self.persons,
            self.everybody,
            who=self.who,
            role=self.role,
            action=self.action,
            outcome=outcome,
            address=self.address,
            object=self.object,
            query=self.query,
            request=self.request,
        )


def name_in_trail(caller: Caller | None) -> str:
    """The name of the caller; somebody who asks about themselves is a reference like others."""
    if caller is None or caller.role is not Role.SELF:
        return caller.name if caller else ""
    return f"person:{reference(service().register.key_of(caller.person) or caller.person)}"


def register_auditing(app: Flask, trail: AuditTrail, knowledge_base: KnowledgeBase) -> None:
    """Write an entry for each request that touches people or changes something.

    Register it once it is known who asks and that they may, and before whatever changes answers,
    so that it runs after that.
    """
    app.extensions[EXTENSION] = trail
    app.extensions[_HEADCOUNT] = _Headcount(knowledge_base)
    app.before_request(_announce_change)
    app.after_request(_told)


def note_people(keys: Iterable[str]) -> None:
    """The answer shows, or the request changes, something of the people with these keys."""
    notes().persons.update(keys)


def note_everybody() -> None:
    """The answer may show something of anybody, as a query over all people does."""
    known = notes()
    if known.everybody is None:
        known.everybody = headcount()


def note_query(text: str) -> None:
    """The request asked this query or update. Raises Problem 503 when it cannot be kept."""
    try:
        notes().query = trail().keep_text(text)
    except AuditUnavailable as error:
        raise _unavailable() from error


def trail() -> AuditTrail:
    """The audit trail of the current app."""
    return cast(AuditTrail, current_app.extensions[EXTENSION])


def headcount() -> int:
    """How many people there are in here now."""
    return cast(_Headcount, current_app.extensions[_HEADCOUNT]).people()


def note_object(name: str) -> None:
    """What the request is about beside people: a graph, a model. Keys of people are replaced."""
    notes().object = name


def note_change() -> None:
    """The request is about to change something; call it before the change.

    An entry says so at once and is on disk when this returns; another will tell how it went.
    Raises Problem 503 when the trail cannot be written: then nothing may be changed.
    """
    known = notes()
    if known.changes:
        return
    known.changes = True
    try:
        trail().append(known.access(BEGUN), durable=True)
    except AuditUnavailable as error:
        raise _unavailable() from error


def _announce_change() -> None:
    """Tell of a request that only those may make who write; others tell when they come to write."""
    if request.method not in _SAFE_METHODS and need_of(request) in _WRITING:
        note_change()


def notes() -> Notes:
    """What was noted of the current request; a stream keeps it and notes on, without a context."""
    if "audit_notes" not in g:
        rule = request.url_rule.rule if request.url_rule else "?"
        asking = known_caller()
        g.audit_notes = Notes(
            f"{request.method} {rule}",
            name_in_trail(asking),
            str(asking.role) if asking else "",
            request.remote_addr or "",
            request_id(),
            _named(),
        )
    return cast(Notes, g.audit_notes)


class _Headcount:
    """How many people there are, counted again only after a commit."""

    def __init__(self, knowledge_base: KnowledgeBase) -> None:
        self._base = knowledge_base
        self._counted = (-1, 0)

    def people(self) -> int:
        """The number of people in here."""
        generation = self._base.store.generation
        if self._counted[0] != generation:
            self._counted = (generation, len(self._base.people_ids()))
        return self._counted[1]


def _named() -> str:
    """What the address names beside people."""
    given = request.view_args or {}
    return " ".join(str(given[word]) for word in _NAMED if word in given)


def _told(response: Response) -> Response:
    """The answer, once the trail knows of it; 503 in its place when the trail cannot be written."""
    known = notes()
    refused = response.status_code == _REFUSED and bool(known.who)
    if not (known.is_worth_telling or refused):
        return response
    first = known.access(str(response.status_code))
    try:
        anchor = trail().append(first, durable=known.changes)
    except AuditUnavailable:
        response.close()
        return problem_details(_unavailable())
    g.audit_anchor = str(anchor)
    if response.is_streamed:
        _complete_at_end(response, known, first)
    return response


def _complete_at_end(response: Response, known: Notes, first: Access) -> None:
    """Add an entry when the stream has ended and touched others than were known before it."""
    held = trail()

    def complete() -> None:
        last = known.access(first.outcome)
        if last == first:
            return
        try:
            held.append(last, durable=False)
        except AuditUnavailable as error:
            _LOG.error("%s", error)

    response.call_on_close(complete)


def _unavailable() -> Problem:
    return Problem(
        503,
        "审计记录无法写入，因此没有应答；请管理员查看服务日志并运行 rengang audit verify。",
        "The audit trail cannot be written, so this is not answered; have your administrator look "
        "at the service's log and run rengang audit verify.",
    )
