"""A query's answer as an HTTP response that goes on while the query does, and what the audit hears."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from tempfile import SpooledTemporaryFile

from flask import Response, request

from kb_service.store.query_answers import PartialAnswer, QueryRequest, start_query
from kb_service.store.query_problems import QueryProblem
from kb_service.store.reach import SHARED, Reach
from kb_service.store.store_state import StoreDamaged
from kb_service.vocabulary import local_id
from kb_service.web.auditing import note_everybody, note_people, note_query
from kb_service.web.begun import begun
from kb_service.web.conditional import Touched, is_audited
from kb_service.web.dataset import current_dataset
from kb_service.web.service import service

_LOG = logging.getLogger("kb_service.web")
_IN_MEMORY = 1024 * 1024
_BLOCK = 64 * 1024


class AnswerBrokenOff(Exception):
    """An answer could not be finished after its beginning was sent; the connection must end."""


def query_response(asked: QueryRequest) -> tuple[Response, bool]:
    """The answer to a query, and whether another run over the same state would answer the same.

    Raises QueryProblem or StoreDamaged for what goes wrong before the first mebibyte is there. What goes wrong
    later ends the connection in the middle of a chunk. Over HTTP/1.0 a cut answer looks like a
    whole one, so there it is collected first.
    """
    known = begun()
    under_way = known.take_answer() if known is not None else None
    answer = start_query(service().queries, current_dataset().store, asked, under_way)
    with ExitStack() as held:
        held.callback(answer.close)
        note_answer(asked, answer.people if answer.is_whole else None)
        response = _sent(answer)
        held.pop_all()
    return response, not answer.changes_by_itself


def note_answer(asked: QueryRequest, people: frozenset[str] | None) -> None:
    """Tell the audit whom an answer names; where that is nobody, of whom it may tell something.

    None for people means that the answer is not known to its end yet.
    """
    if not note_question(asked):
        return
    touched = touched_by(asked.reach, people)
    if touched.everybody:
        note_everybody()
    note_people(touched.people)


def touched_by(reach: Reach, people: frozenset[str] | None) -> Touched:
    """Whom an answer within a reach tells of: those it names, else anybody within the reach."""
    if people:
        return Touched(people, everybody=False)
    return Touched(frozenset(map(local_id, reach.graphs)), everybody=reach.everything)


def note_question(asked: QueryRequest) -> bool:
    """Tell the audit what was asked, and the caller whether there was anybody in reach."""
    if asked.reach == SHARED or not is_audited():
        return False
    note_query(asked.query)
    return True


def _sent(answer: PartialAnswer) -> Response:
    if answer.is_whole:
        return Response(answer.beginning, content_type=answer.content_type)
    if request.environ.get("SERVER_PROTOCOL") == "HTTP/1.0":
        return _collected(answer)
    response = Response(_pieces(answer), content_type=answer.content_type)
    response.call_on_close(answer.close)
    return response


def _pieces(answer: PartialAnswer) -> Iterator[bytes]:
    yield answer.beginning
    try:
        yield from answer
    except (QueryProblem, StoreDamaged) as problem:
        _LOG.warning("an answer was broken off: %s", problem)
        raise AnswerBrokenOff(str(problem)) from problem


def _collected(answer: PartialAnswer) -> Response:
    """The whole answer, on disk where it is large; raises QueryProblem before anything is sent."""
    with ExitStack() as held:
        file = held.enter_context(SpooledTemporaryFile(max_size=_IN_MEMORY))
        file.write(answer.beginning)
        for piece in answer:
            file.write(piece)
        length = file.tell()
        file.seek(0)
        blocks = iter(partial(file.read, _BLOCK), b"")
        response = Response(blocks, content_type=answer.content_type)
        response.content_length = length
        response.call_on_close(held.pop_all().close)
    return response
