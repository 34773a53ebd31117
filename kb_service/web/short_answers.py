"""What a thread does before and after a query, for a query that is answered without one.

Each step is one that a thread takes as well, in the same order and by the same functions; a test
compares the answers. Where a step would refuse, wait or do something special there is no answer
here, and a thread sees to it. Call everything within the context of the app.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from typing import cast

from flask import current_app
from waitress.utilities import build_http_date

from kb_service.access.front_door import is_loopback
from kb_service.access.roles import LOCAL, Caller, People
from kb_service.access.token_text import PREFIX
from kb_service.audit import Access
from kb_service.configuration import Configuration
from kb_service.store.query_answers import Manner, PartialAnswer, QueryRequest, setting_of
from kb_service.store.query_problems import QueryProblem
from kb_service.store.query_shape import QueryShape, inspect
from kb_service.store.query_text import RefusedQuery
from kb_service.store.reach import SHARED
from kb_service.store.result_formats import Limits
from kb_service.web.auditing import headcount, name_in_trail, trail
from kb_service.web.authentication import LOCAL_CALLERS
from kb_service.web.callers import shares_as
from kb_service.web.compression import LEAST_COMPRESSED
from kb_service.web.conditional import Tags, Touched, is_audited, remember_tag, stored_state
from kb_service.web.credentials import EXTENSION as CREDENTIALS
from kb_service.web.credentials import credentials, settings, verifier
from kb_service.web.dataset import current_dataset
from kb_service.web.observing import EXTENSION as OBSERVERS
from kb_service.web.observing import Observation, Observer, name_in_log
from kb_service.web.problems import Problem
from kb_service.web.query_responses import touched_by
from kb_service.web.rate_limits import rate_limits
from kb_service.web.request_ids import HEADER, id_from
from kb_service.web.security import SECURITY_HEADERS, is_answered_name
from kb_service.web.service import configuration
from kb_service.web.short_requests import ShortRequest


@dataclass(frozen=True)
class Alike:
    """What queries have in common that a caller sends with the same headers to the same state."""

    headers: Mapping[str, str]
    address: str
    caller: Caller
    configuration: Configuration
    state: str
    day: date
    manner: Manner
    tags: Tags
    heads: dict[tuple[str, bool], str] = field(default_factory=dict)
    """The lines that each answer begins with, by its type and whether it changes by itself."""


@dataclass(frozen=True)
class Prepared:
    """A short query whose caller is known and may ask it."""

    asked: ShortRequest
    alike: Alike
    shape: QueryShape

    @property
    def caller(self) -> Caller:
        """Who asks."""
        return self.alike.caller

    @cached_property
    def id(self) -> str:
        """The id of the request."""
        return id_from(self.asked.header(HEADER.lower()))

    @cached_property
    def tag(self) -> str:
        """What names the answer; nothing where the same query may be answered otherwise."""
        if self.shape.changes_by_itself:
            return ""
        asked = self.asked
        return self.alike.tags.of(
            asked.query_string, asked.header("accept"), asked.header("accept-language"), ""
        )

    def foresee(self) -> None:
        """Find out what the answer will need, while a worker is at it."""
        _ = self.id, self.tag


def prepared(asked: ShortRequest, address: str, before: Alike | None) -> Prepared | None:
    """The query as it is to be run for whoever asks it from an address.

    Who asks, and whether they may, is found out for each; what else it has in common with the one
    `before` it on the same connection is taken from there.
    """
    caller = _caller(asked, address) if is_answered_name(asked.host) else None
    if caller is None:
        return None
    try:
        return Prepared(asked, _alike(asked, address, caller, before), inspect(asked.query))
    except (QueryProblem, RefusedQuery):
        return None


def _alike(asked: ShortRequest, address: str, caller: Caller, before: Alike | None) -> Alike:
    set_up, state, day = configuration(), stored_state(), date.today()
    if (
        before is not None
        and caller.rights.reads is not People.ONESELF  # the register says who that is
        and before.headers is asked.headers
        and before.caller == caller
        and before.configuration is set_up
        and before.state == state
        and before.day == day
    ):
        return before
    request = _query_request(asked, caller)
    manner = Manner(shares_as(caller, address), request.reach, setting_of(request))
    tags = Tags(state, caller, asked.path)
    return Alike(asked.headers, address, caller, set_up, state, day, manner, tags)


@dataclass(frozen=True)
class Answered:
    """A short query with its whole answer."""

    query: Prepared
    answer: PartialAnswer
    seconds: float
    """How long it took."""


@dataclass(frozen=True)
class Response:
    """What is sent, and what is told of it to the log and the metrics once it is on its way."""

    data: bytes
    observation: Observation


def responses(answers: Sequence[Answered]) -> list[Response]:
    """The whole responses, once the audit was told of all of them. Raises AuditUnavailable."""
    anchors = _audited(answers)
    return [_response(*each) for each in zip(answers, anchors, strict=True)]


def observe(observations: Iterable[Observation]) -> None:
    """Tell the log and the metrics of requests that have ended."""
    observers = cast("Iterable[Observer]", current_app.extensions.get(OBSERVERS, ()))
    for observation in observations:
        for told in observers:
            told(observation)


def _response(answered: Answered, anchor: str) -> Response:
    query, body = answered.query, answered.answer.beginning
    observation = Observation(
        id=query.id,
        method="GET",
        route=query.asked.path,
        status=200,
        seconds=answered.seconds,
        bytes=len(body),
        caller=name_in_log(query.caller),
        audit=anchor,
    )
    return Response(_head(answered).encode("latin-1") + body, observation)


def is_to_be_compressed(query: Prepared, answer: PartialAnswer) -> bool:
    """Whether the client would rather have the answer compressed."""
    takes = query.asked.header("accept-encoding") not in ("", "identity")
    return takes and len(answer.beginning) >= LEAST_COMPRESSED


def _is_plain() -> bool:
    return CREDENTIALS not in current_app.extensions


def _caller(asked: ShortRequest, address: str) -> Caller | None:
    """Who asks, where that is plain to see."""
    shown = asked.header("authorization")
    if shown:
        return None if _is_plain() else _bearer(shown, address)
    if not _is_plain() and (verifier() is not None or credentials().tokens.any_given_out()):
        return None
    is_local = current_app.config.get(LOCAL_CALLERS, True) and is_loopback(address)
    return LOCAL if is_local else None


def _bearer(shown: str, address: str) -> Caller | None:
    scheme, _, text = shown.partition(" ")
    if scheme.lower() != "bearer" or not text.strip().startswith(PREFIX):
        return None
    try:
        rate_limits().refuse_guessing(address, settings())
    except Problem:
        return None
    token = credentials().tokens.known(text.strip())
    # Who is in a team has to be asked of the store first.
    if token is None or token.caller.rights.reads is People.OWN_TEAM:
        return None
    return token.caller


def _query_request(asked: ShortRequest, caller: Caller) -> QueryRequest:
    dataset, limits = current_dataset(), configuration().queries
    return QueryRequest(
        asked.query,
        asked.header("accept") or "*/*",
        limits=Limits(limits.rows, limits.bytes),
        reach=dataset.readable_by(caller),
        default_is_union=dataset.default_is_union,
        base=f"http://{asked.host}{asked.path}",
    )


def _audited(answers: Sequence[Answered]) -> list[str]:
    """Which entries of the trail tell of the answers; nothing for one that tells of nobody."""
    touched = [_touched(answered) for answered in answers]
    told = [
        (_access(answered, seen), answered.query.asked.query)
        for answered, seen in zip(answers, touched, strict=True)
        if seen is not None
    ]
    anchors = iter(trail().append_all(told, durable=False) if told else ())
    for answered, seen in zip(answers, touched, strict=True):
        if answered.query.tag:
            remember_tag(answered.query.tag, seen or _NOBODY)
    return ["" if seen is None else str(next(anchors)) for seen in touched]


_NOBODY = Touched(frozenset(), everybody=False)


def _touched(answered: Answered) -> Touched | None:
    """Whom the audit is told of; None where nobody was in reach."""
    reach = answered.query.alike.manner.reach
    return touched_by(reach, answered.answer.people) if is_audited() and reach != SHARED else None


def _access(answered: Answered, touched: Touched) -> Access:
    query = answered.query
    return Access.to_people(
        touched.people,
        headcount() if touched.everybody else None,
        who=name_in_trail(query.caller),
        role=str(query.caller.role),
        action=f"GET {query.asked.path}",
        outcome="200",
        address=query.alike.address,
        request=query.id,
    )


_date = lru_cache(maxsize=1)(build_http_date)


def _head(answered: Answered) -> str:
    """The lines before the body."""
    query, answer = answered.query, answered.answer
    tag = query.tag
    kind = answer.content_type, bool(tag)
    begun = query.alike.heads.get(kind)
    if begun is None:
        begun = query.alike.heads[kind] = _lasting_head(*kind)
    lines = [f"{begun}Content-Length: {len(answer.beginning)}\r\nDate: {_date(int(time.time()))}"]
    if tag:
        lines.append(f'ETag: W/"{tag}"')
    if not _is_plain():
        lines.append(f"{HEADER}: {query.id}")
    if query.caller != LOCAL:
        left = rate_limits().remaining(query.caller, settings())
        lines += [f"{name}: {value}" for name, value in left.items()]
    return "\r\n".join(lines) + "\r\n\r\n"


def _lasting_head(content_type: str, is_tagged: bool) -> str:
    """The lines that each answer of a type begins with."""
    vary = ["Accept", "Authorization", "Cookie", "Accept-Encoding"]
    if configuration().cors_origins:
        vary.append("Origin")
    headers = {**SECURITY_HEADERS, "Content-Type": content_type, "Vary": ", ".join(vary)}
    if is_tagged:
        headers["Cache-Control"] = "private, no-cache"
    lines = [f"{name}: {value}\r\n" for name, value in headers.items()]
    return f"HTTP/1.1 200 OK\r\n{''.join(lines)}"
