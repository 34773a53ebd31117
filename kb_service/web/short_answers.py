"""What a thread does before and after a query, for a query that is answered without one.

Each step is one that a thread takes as well, in the same order and by the same functions; a test
compares the answers. Where a step would refuse, wait or do something special there is no answer
here, and a thread sees to it. Call everything within the context of the app.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

from flask import current_app
from waitress.utilities import build_http_date

from kb_service.access.front_door import is_loopback
from kb_service.access.roles import LOCAL, Caller, People
from kb_service.access.token_text import PREFIX
from kb_service.audit import Access
from kb_service.store.query_answers import PartialAnswer, QueryProblem, QueryRequest, job_of
from kb_service.store.reach import SHARED
from kb_service.store.result_formats import Limits
from kb_service.store.sparql_worker import Job
from kb_service.web.auditing import headcount, name_in_trail, trail
from kb_service.web.authentication import LOCAL_CALLERS
from kb_service.web.callers import shares_as
from kb_service.web.compression import LEAST_COMPRESSED
from kb_service.web.conditional import Touched, is_audited, remember_tag, stored_state, tag_of
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
class Prepared:
    """A short query whose caller is known and may ask it."""

    asked: ShortRequest
    address: str
    caller: Caller
    request: QueryRequest
    job: Job
    tag: str
    """What names the answer, taken before anything is read."""


def prepared(asked: ShortRequest, address: str) -> Prepared | None:
    """The query as it is to be run for whoever asks it from an address."""
    caller = _caller(asked, address) if is_answered_name(asked.host) else None
    if caller is None:
        return None
    headers = (asked.header("accept"), asked.header("accept-language"), "")
    tag = tag_of(stored_state(), caller, asked.path, asked.query_string, *headers)
    request = _query_request(asked, caller, shares_as(caller, address))
    try:
        return Prepared(asked, address, caller, request, job_of(request), tag)
    except QueryProblem:
        return None


def answered(query: Prepared, answer: PartialAnswer, seconds: float) -> bytes:
    """The whole response, once the audit was told of it. Raises AuditUnavailable.

    `answer` is whole; `seconds` is how long it took.
    """
    id = id_from(query.asked.header(HEADER.lower()))
    anchor = _audited(query, answer, id)
    lines = [f"{name}: {value}\r\n" for name, value in _headers(query, answer, id).items()]
    head = f"HTTP/1.1 200 OK\r\n{''.join(lines)}\r\n".encode("latin-1")
    observation = Observation(
        id=id,
        method="GET",
        route=query.asked.path,
        status=200,
        seconds=seconds,
        bytes=len(answer.beginning),
        caller=name_in_log(query.caller),
        audit=anchor,
    )
    for observe in cast("Iterable[Observer]", current_app.extensions.get(OBSERVERS, ())):
        observe(observation)
    return head + answer.beginning


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


def _query_request(asked: ShortRequest, caller: Caller, shares: str) -> QueryRequest:
    dataset, limits = current_dataset(), configuration().queries
    return QueryRequest(
        asked.query,
        asked.header("accept") or "*/*",
        limits=Limits(limits.rows, limits.bytes),
        reach=dataset.readable_by(caller),
        default_is_union=dataset.default_is_union,
        base=f"http://{asked.host}{asked.path}",
        caller=shares,
    )


def _audited(query: Prepared, answer: PartialAnswer, id: str) -> str:
    """Which entry of the trail tells of the answer; nothing where it tells of nobody."""
    touched, anchor = Touched(frozenset(), everybody=False), ""
    if is_audited() and query.request.reach != SHARED:
        touched = touched_by(query.request.reach, answer.people)
        access = Access.to_people(
            touched.people,
            headcount() if touched.everybody else None,
            who=name_in_trail(query.caller),
            role=str(query.caller.role),
            action=f"GET {query.asked.path}",
            outcome="200",
            address=query.address,
            query=trail().keep_text(query.request.query),
            request=id,
        )
        anchor = str(trail().append(access, durable=False))
    if not answer.changes_by_itself:
        remember_tag(query.tag, touched)
    return anchor


_date = lru_cache(maxsize=1)(build_http_date)


def _headers(query: Prepared, answer: PartialAnswer, id: str) -> dict[str, str]:
    vary = ["Accept", "Authorization", "Cookie", "Accept-Encoding"]
    if configuration().cors_origins:
        vary.append("Origin")
    headers = {
        **SECURITY_HEADERS,
        "Content-Type": answer.content_type,
        "Content-Length": str(len(answer.beginning)),
        "Date": _date(int(time.time())),
        "Vary": ", ".join(vary),
    }
    if not answer.changes_by_itself:
        headers["ETag"] = f'W/"{query.tag}"'
        headers["Cache-Control"] = "private, no-cache"
    if not _is_plain():
        headers[HEADER] = id
    if query.caller != LOCAL:
        headers.update(rate_limits().remaining(query.caller, settings()))
    return headers
