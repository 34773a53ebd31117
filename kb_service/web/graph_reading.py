"""A graph of the graph store as a document, written by the workers that answer queries."""

from __future__ import annotations

from dataclasses import replace

from flask import Response, request
from pyoxigraph import NamedNode

from kb_service.store.query_answers import QueryRequest, run_query
from kb_service.store.result_formats import GRAPH_TYPES, Limits
from kb_service.web.callers import who_shares
from kb_service.web.conditional import not_modified, state_tag, with_tag
from kb_service.web.dataset import current_dataset
from kb_service.web.negotiation import chosen_type
from kb_service.web.problems import Problem
from kb_service.web.query_responses import query_response
from kb_service.web.service import configuration, service

_EVERYTHING = "CONSTRUCT { ?subject ?predicate ?object } WHERE { ?subject ?predicate ?object }"
_SOMETHING = "ASK { GRAPH ?graph { ?subject ?predicate ?object } }"


def graph_answer(graph: NamedNode | None) -> Response:
    """The triples of a graph in the format that the client accepts; None is the default graph.

    Raises Problem: 404 for a graph that does not exist or that the caller may not read, 406 for
    a format that we do not have.
    """
    tag = state_tag()
    asked = _asked(chosen_type(GRAPH_TYPES))
    if graph is not None:
        if not _exists(graph, asked):
            raise no_graph()
        asked = replace(asked, default_graphs=(graph.value,))
    if known := not_modified(tag):
        return known
    response, _ = query_response(asked)
    return with_tag(response, tag)


def no_graph() -> Problem:
    """The problem of a graph that does not exist, or that the caller may not read."""
    return Problem(404, "没有这个图。", "There is no such graph.")


def _asked(media_type: str) -> QueryRequest:
    limits, dataset = configuration().queries, current_dataset()
    return QueryRequest(
        _EVERYTHING,
        media_type,
        limits=Limits(limits.rows, limits.bytes),
        reach=dataset.readable(),
        default_is_union=dataset.default_is_union,
        base=request.base_url,
        caller=who_shares(),
    )


def _exists(graph: NamedNode, asked: QueryRequest) -> bool:
    dataset = current_dataset()
    if graph in dataset.empty_graphs():
        return True
    within = replace(
        asked, query=_SOMETHING, accept="application/json", named_graphs=(graph.value,)
    )
    return b"true" in run_query(service().queries, dataset.store, within).body
