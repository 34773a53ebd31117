"""The SPARQL endpoint: queries run in processes that may be killed, updates, and its description."""

from __future__ import annotations

from flask import Blueprint, Response, request

from kb_service.store.query_answers import QueryRequest
from kb_service.store.result_formats import Limits
from kb_service.web.callers import who_shares
from kb_service.web.conditional import not_modified, state_tag, vary_by_caller, with_tag
from kb_service.web.dataset import current_dataset
from kb_service.web.negotiation import apply_preference, preferred_wait
from kb_service.web.problems import Problem, wants_page
from kb_service.web.query_responses import note_question, query_response
from kb_service.web.service import configuration
from kb_service.web.service_description import describe_service, wants_description
from kb_service.web.sparql_page import page
from kb_service.web.sparql_parameters import Parameters, protocol_parameters, values
from kb_service.web.updates import answer_update

sparql = Blueprint("sparql", __name__)


@sparql.route("/sparql", methods=["GET", "POST"], strict_slashes=False)
def endpoint() -> Response | str:
    """The answer to a query in the format that the client accepts, or a page for a browser.

    Without a query it is the description of the service; an update is carried out.
    """
    given = protocol_parameters()
    if values(given, "update"):
        return answer_update(given)
    if wants_page():
        return page(given, query_request)
    if request.method != "POST" and not values(given, "query") and wants_description():
        return describe_service()
    return _answered(given)


def query_request(given: Parameters, accept: str) -> QueryRequest:
    """The query of a request, over what its caller may read. Raises Problem 400 unless it is one."""
    texts = values(given, "query")
    if len(texts) != 1:
        raise Problem(
            400,
            "请用参数 query 给出一个 SPARQL 查询。",
            "Give exactly one SPARQL query as the parameter query.",
        )
    limits = configuration().queries
    dataset = current_dataset()
    wait = preferred_wait()
    return QueryRequest(
        texts[0],
        accept or "*/*",
        default_graphs=values(given, "default-graph-uri"),
        named_graphs=values(given, "named-graph-uri"),
        limits=Limits(limits.rows, limits.bytes),
        deadline=None if wait is None else min(wait, limits.seconds),
        reach=dataset.readable(),
        default_is_union=dataset.default_is_union,
        base=request.base_url,
        caller=who_shares(),
    )


def _answered(given: Parameters) -> Response:
    tag = state_tag()
    asked = query_request(given, request.headers.get("Accept", "*/*"))
    if known := not_modified(tag):
        note_question(asked)
        return known
    response, stays = query_response(asked)
    if asked.deadline is not None:
        apply_preference(response, f"wait={asked.deadline:g}")
    if request.method != "POST" and stays:
        return with_tag(response, tag)
    vary_by_caller(response)
    return response
